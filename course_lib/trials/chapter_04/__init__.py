"""Trials of chapter 04: which output, which loss, which hidden function."""

FILES = ("output_layer", "hidden", "convergence", "noise", "smoothness")
