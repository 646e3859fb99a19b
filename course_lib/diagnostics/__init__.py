"""What becomes of the signal on its way up, and of the gradient on its way back.

    report = diagnostics.through_depth(stack, x, y)     a number a network and a layer
    report.dead, report.gradient, report.rows()
    flow = diagnostics.through_time(network, x)         a number a network and a step
    flow.state, flow.cell, flow.powers()

`units` holds the same counts for any arrays of activations, whoever computed them.
"""

from . import units
from .depth import Report, headings, through_depth, updates
from .time import Flow, through_time

__all__ = ["Flow", "Report", "headings", "through_depth", "through_time", "units", "updates"]
