"""Claims of chapter 02, the classic functions: a file for each of its parts."""

FILES = ("formulas", "sigmoid_and_tanh",)
