"""What the layers carry, from reports of `diagnostics`: a line a report, a point a layer."""

import numpy as np

from course_lib.figures.canvas import panels
from course_lib.figures.results import _band, _matched
from course_lib.figures.style import looks

_AXES = {  # what can be shown: words on the axis, and whether its scale is logarithmic
    "mean": ("mean of $a$", False), "second_moment": ("second moment of $a$", True),
    "variance": ("variance of $a$", True), "saturated": ("share of saturated slopes", False),
    "dead": ("share of dead units", False), "inactive": ("share of units off on some", False),
    "always_on": ("share of units always on", False),
    "cosine": ("cosine of different inputs", False), "gradient": ("gradient at $z$", True),
    "factor": ("gradient over the next layer's", True),
    "update": ("update over weight", True),
}


def layers(labels, reports, *, title, show=("second_moment", "cosine", "gradient"), digits=2):
    """Draw what becomes of signal and gradient from layer to layer, a panel for each measure.

    Args:
        labels: one name for each report.
        reports: of `diagnostics.through_depth`; the mean over a report's networks is drawn with its
            95 % interval, on a logarithmic scale the geometric mean.
        title: the message.
        show: names of a report's columns, one a panel.
        digits: significant digits in the description.

    Raises:
        ValueError: for a column that a report has not, or values that cannot be drawn.
    """
    labels, reports = _matched(labels, reports, "report")
    unknown = [name for name in show if name not in _AXES]
    if unknown or not show:
        raise ValueError(f"a report has no column {unknown or 'at all'}; "
                         f"it has {', '.join(_AXES)}")
    counts = sorted({len(report.mean) for report in reports})
    many = counts[-1] > 1
    note = (f"{' or '.join(map(str, counts))} network{'s' * many} each"
            + ("; band: 95 % interval of the mean" if many else ""))
    with panels(title, columns=len(show), digits=digits, crossings=False, note=note) as all_axes:
        for name, axes in zip(show, np.atleast_1d(all_axes), strict=True):
            words, log = _AXES[name]
            for label, report, (colour, dash) in zip(labels, reports, looks(labels), strict=True):
                _line(axes, label, _drawable(label, name, getattr(report, name), log), colour,
                      dash, log)
            axes.set(xlabel="hidden layer", ylabel=words, yscale="log" if log else "linear")


def _line(axes, label, values, colour, dash, log):
    middle, low, high = _band(np.log(values) if log else values)
    if log:
        middle, low, high = np.exp(middle), np.exp(low), np.exp(high)
    layer = np.arange(1, len(middle) + 1)
    axes.plot(layer, middle, color=colour, ls=dash, label=label, gid=label)
    if len(values) > 1:
        axes.fill_between(layer, low, high, color=colour, alpha=0.2, lw=0, gid=label)


def _drawable(label, name, values, log):
    """The columns of a measure without those that are not numbers in every network."""
    kept = np.isfinite(values).all(0) & ((values > 0).all(0) | (not log))
    last = len(kept) - 1 if name == "factor" else len(kept)
    if not kept[:last].all():
        what = "above 0 and finite" if log else "finite"
        raise ValueError(f"{label}: {name} is not {what} in layer {kept.argmin() + 1}")
    return values[:, :last]
