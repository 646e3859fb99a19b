"""Results over seeds: every figure here draws its spread, and says of what."""

import numpy as np

from course_lib.figures.canvas import panels
from course_lib.figures.style import GREY, ink, looks
from course_lib.figures.wording import number
from course_lib.statistics import compare, interval


def differences(labels, estimates, *, title, unit="points", margin=None, digits=2, grain=None):
    """Draw paired differences and their intervals (a forest plot) around the zero line.

    Args:
        labels: one name for each estimate.
        estimates: objects such as `statistics.paired` returns.
        title: the message.
        unit: what the differences are counted in.
        margin: half-width of the band inside which a difference does not count, in `unit`.
        digits: significant digits in the description.
        grain: as in `accuracies`.
    """
    labels, estimates = _matched(labels, estimates, "estimate")
    if margin is not None and not margin > 0:
        raise ValueError(f"margin must be above 0, got {margin}")
    note, say = _note(estimates), []
    if margin is not None:
        note += f"; grey band: within ±{margin:g} {unit}"
        say.append(_against_margin(labels, estimates, margin, unit))
    with panels(title, size=(8, _height(len(labels))), digits=digits, note=note, say=say,
                grain=grain) as axes:
        if margin is not None:
            axes.axvspan(-margin, margin, color="#eeeeee", zorder=0)
        axes.axvline(0, color=GREY, lw=1)
        for row, (label, one, (colour, _)) in enumerate(zip(labels, estimates, looks(labels),
                                                            strict=True)):
            _interval(axes, row, one, colour, label)
        _rows(axes, labels)
        axes.set_xlabel(f"difference ({unit})")


def accuracies(labels, values, *, title, xlabel="accuracy on test data", chance=None, digits=2,
               grain=None):
    """Draw every seed as a dot, and each label's mean with its 95 % interval.

    Args:
        labels: one name for each row.
        values: for each label an array with one value a seed (S,).
        title: the message.
        xlabel: what was measured, with its unit.
        chance: what guessing would score, drawn as a dotted line; the axis then reaches from there
            to all that there is, so that a small difference looks small.
        digits: significant digits in the description.
        grain: in the description, round to multiples of this: of some networks only so much is the
            same on every processor.
    """
    labels, values = _matched(labels, values, "array of values")
    values = [_seeds(label, one, 1) for label, one in zip(labels, values, strict=True)]
    estimates = [interval(one) for one in values]
    note = f"Small dots: seeds. {_note(estimates)}"
    say = () if chance is None else f"Guessing would score {number(chance)}."
    with panels(title, size=(8, _height(len(labels))), digits=digits, note=note, say=say,
                grain=grain) as axes:
        for row, (label, seeds, one, (colour, _)) in enumerate(
                zip(labels, values, estimates, looks(labels), strict=True)):
            axes.plot(seeds, np.full(len(seeds), row + 0.22), "o", color=colour, ms=4, alpha=0.55,
                      mew=0)
            _interval(axes, row - 0.12, one, colour, label)
        _rows(axes, labels)
        axes.set_xlabel(xlabel)
        if chance is not None:
            axes.axvline(chance, color=GREY, lw=1.5, ls=":")
            axes.text(chance, -0.58, " guessing", color=GREY, va="top")
            axes.set_xlim(min(0.95 * chance, axes.get_xlim()[0]))


def traces(labels, values, x=None, *, title, xlabel="epoch", ylabel="loss", log=False, digits=2):
    """Draw the mean over seeds of each label's trace, with a band: its 95 % interval.

    Args:
        labels: one name for each trace.
        values: for each label an array (S, T): seeds, then steps.
        x: the steps (T,); without them 0, 1, 2, ...
        title: the message.
        xlabel, ylabel: what the axes carry.
        log: log scale. Mean and interval are then taken of the logarithms, because on a log scale
            one large seed would carry the plain mean.
        digits: significant digits in the description.
    """
    labels, values = _matched(labels, values, "array (seeds, steps)")
    values = [_seeds(label, one, 2) for label, one in zip(labels, values, strict=True)]
    x = np.arange(values[0].shape[1]) if x is None else np.asarray(x, float)
    for label, one in zip(labels, values, strict=True):
        if one.shape[1] != len(x):
            raise ValueError(f"{label} has {one.shape[1]} steps, but x has {len(x)}")
        if log and (one <= 0).any():
            raise ValueError(f"{label} has values at or below 0, which a log scale cannot show")
    kind = "geometric mean" if log else "mean"
    counts = sorted({one.shape[0] for one in values})
    seeds = f"{' or '.join(map(str, counts))} seed{'s' * (counts[-1] > 1)}"
    band = "; band: its 95 % interval" if counts[-1] > 1 else ""
    with panels(title, digits=digits, crossings=False,
                note=f"Line: {kind} of {seeds}{band}") as axes:
        for label, one, (colour, dash) in zip(labels, values, looks(labels), strict=True):
            middle, low, high = _band(np.log(one) if log else one)
            if log:
                middle, low, high = np.exp(middle), np.exp(low), np.exp(high)
            axes.plot(x, middle, color=colour, ls=dash, label=label, gid=label)
            if len(one) > 1:
                axes.fill_between(x, low, high, color=colour, alpha=0.2, lw=0, gid=label)
        axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")


def _band(values):
    """Mean and interval at every step; nothing but the line where there is one seed."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    found = [interval(column) for column in values.T]
    return tuple(np.array([getattr(one, name) for one in found])
                 for name in ("mean", "low", "high"))


def _interval(axes, row, one, colour, label):
    axes.errorbar(one.mean, row, xerr=[[one.mean - one.low], [one.high - one.mean]], fmt="o",
                  color=ink(colour), ms=7, capsize=4, lw=2, label=label)


def _rows(axes, labels):
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)  # the first label on top, as it was given
    axes.grid(False, axis="y")


def _height(rows):
    return max(3.2, 1.3 + 0.38 * rows)


def _note(estimates):
    counts = sorted({one.n for one in estimates})
    level = number(100 * estimates[0].level)
    return (f"Large dot: mean of {' or '.join(map(str, counts))} seeds; bar: {level} % interval")


def _against_margin(labels, estimates, margin, unit):
    """Say which differences lie within the margin and which beyond, by the rule of verdicts."""
    words = {"more": "above it", "less": "below it", "equal": "within it"}
    groups = {}
    for label, one in zip(labels, estimates, strict=True):
        verdict = words.get(compare(one, margin), "undecided by three standard errors")
        groups.setdefault(verdict, []).append(label)
    told = "; ".join(f"{where}: {', '.join(names)}" for where, names in groups.items())
    return f"Against the margin of ±{margin:g} {unit}, {told}."


def _matched(labels, values, what):
    labels, values = list(labels), list(values)
    if not labels:
        raise ValueError("nothing to draw: no labels given")
    if len(labels) != len(values):
        raise ValueError(f"each label needs one {what}: got {len(labels)} labels and {len(values)}")
    return labels, values


def _seeds(label, values, ndim):
    values = np.asarray(values, float)
    shape = {1: "(seeds,)", 2: "(seeds, steps)"}[ndim]
    if values.ndim != ndim or not values.size:
        raise ValueError(f"{label}: values must have shape {shape}, got {values.shape}")
    return values
