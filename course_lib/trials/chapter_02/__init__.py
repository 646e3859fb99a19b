"""Claims of chapter 02, the classic functions: a file for each of its parts."""

FILES = ("formulas", "relu", "speed", "sigmoid_and_tanh", "centre", "saturation",
         "outputs", "softmax")
