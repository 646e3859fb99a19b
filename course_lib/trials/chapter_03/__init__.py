"""Trials of chapter 03: what becomes of gradients, through depth and through time."""

FILES = ("dead", "depth", "diagnosing", "normalisation", "pairs", "remembering", "revival",
         "through_time")
