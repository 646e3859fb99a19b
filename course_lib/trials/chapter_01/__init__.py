"""Claims of chapter 01, why networks need non-linearity: a file for each of its parts."""

FILES = ("linear", "approximation", "units", "depth", "generalisation")
