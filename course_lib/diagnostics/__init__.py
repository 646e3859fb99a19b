"""What becomes of the signal on its way up, and of the gradient on its way back.

    report = diagnostics.through_depth(stack, x, y)     a number a network and a layer
    report.dead, report.gradient, report.rows()

`units` holds the same counts for any arrays of activations, whoever computed them.
"""

from . import units
from .depth import Report, headings, through_depth, updates

__all__ = ["Report", "headings", "through_depth", "units", "updates"]
