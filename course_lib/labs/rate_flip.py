"""Lab: the order of eleven functions at one rate for all, and how it turns with the rate."""

from functools import cache
from itertools import combinations

import ipywidgets as widgets
import numpy as np

from course_lib import evidence, statistics
from course_lib.evidence.hidden_layers import COMMON, DEPTHS, FUNCTIONS, RATES
from course_lib.figures.style import GREY, looks
from course_lib.figures.words import listed
from course_lib.labs.lab import Lab

NAMES = tuple(FUNCTIONS)
BEST, WORST = 2.0, 95.0  # of the axes of errors, in per cent


class RateFlip(Lab):
    """Move the rate that all functions share: who leads, who cannot be told from the leader."""

    title = "The ranking of functions turns with the learning rate"
    frame_settings = ("depth",)

    def controls(self):
        style, layout = {"description_width": "9em"}, {"width": "40em"}
        return {
            "depth": widgets.ToggleButtons(options=[(str(depth), depth) for depth in DEPTHS],
                                           value=12, description="hidden layers",
                                           style={**style, "button_width": "5em"},
                                           layout={"width": "40em"}),
            "rate": widgets.SelectionSlider(options=[(f"{rate:g}", rate) for rate in RATES],
                                            value=COMMON, description="rate for all", style=style,
                                            layout=layout),
        }

    def frame(self, figure, depth, **_):
        left, right = figure.add_gridspec(1, 2, width_ratios=(3, 2), wspace=0.03)
        rows, curves = figure.add_subplot(left), figure.add_subplot(right)
        ticks = [2, 5, 10, 20, 50, 90]
        moving = []
        for row, (name, (colour, dash)) in enumerate(zip(NAMES, looks(NAMES), strict=True)):
            errors = [100 - score(depth, rate)[name].mean for rate in RATES]
            curves.plot(RATES, errors, color=colour, ls=dash, lw=1.6)
            rows.plot(min(errors), row, "D", color=colour, mfc="white", ms=6)
            moving += rows.plot([], [], color=colour, ls="-", lw=2.5)
            moving += rows.plot([], [], "o", color=colour, ms=7)
        rows.set_yticks(range(len(NAMES)), NAMES, size=10)
        rows.grid(axis="y", visible=False)
        rows.set(xscale="log", xlim=(WORST, BEST), ylim=(len(NAMES) - 0.4, -0.6),
                 xlabel="wrong on validation digits (%), better to the right")
        rows.set_xticks(ticks, map(str, ticks))
        rows.set_title("Dot: this rate. Diamond: each one's best")
        curves.set(xscale="log", yscale="log", ylim=(WORST, BEST), xlabel="rate")
        curves.set_title("At every rate", weight="normal")
        curves.set_yticks(ticks, map(str, ticks))
        curves.set_xticks([0.001, 0.01], ["0.001", "0.01"])
        for axes in (rows, curves):
            axes.minorticks_off()
        return [*moving, curves.axvline(COMMON, color=GREY, lw=1.5, ls=":")]

    def move(self, moving, depth, rate):
        *pairs, line = moving
        line.set_xdata([rate, rate])
        for row, (name, bar, dot) in enumerate(zip(NAMES, pairs[::2], pairs[1::2], strict=True)):
            one = score(depth, rate)[name]
            bar.set_data(np.clip([100 - one.low, 100 - one.high], BEST, WORST), [row, row])
            dot.set_data([100 - one.mean], [row])
        return " ".join(filter(None, (_leader(depth, rate), _turned(depth, rate),
                                      _held_back(depth, rate))))


@cache
def score(depth, rate):
    """Validation accuracy (%) of each function: name -> an `Estimate` over the tuning seeds."""
    stored = _scores()
    return {name: statistics.interval(100 * stored.sel(activation=name, depth=depth,
                                                       rate=rate).values) for name in NAMES}


@cache
def _scores():
    return evidence.load("hidden_layers")["val_score"]


def apart(one, other):
    """Whether two estimates' intervals do not touch."""
    return one.low > other.high or other.low > one.high


def ranking(depth, rate):
    """The functions from the highest mean to the lowest, equal ones in the catalogue's order."""
    return sorted(NAMES, key=lambda name: -score(depth, rate)[name].mean)


def front(depth, rate):
    """The functions whose interval overlaps that of the highest mean, in the catalogue's order."""
    now = score(depth, rate)
    first = now[ranking(depth, rate)[0]]
    return [name for name in NAMES if not apart(first, now[name])]


def turned(depth, rate, other):
    """Pairs (ahead at `rate`, behind it) that had the other order at `other`.

    Only pairs whose intervals are apart at both rates.
    """
    now, then = score(depth, rate), score(depth, other)
    found = []
    for pair in combinations(NAMES, 2):
        ahead, behind = sorted(pair, key=lambda name: -now[name].mean)
        if (apart(now[ahead], now[behind]) and apart(then[ahead], then[behind])
                and then[behind].mean > then[ahead].mean):
            found.append((ahead, behind))
    return found


def _leader(depth, rate):
    now, (first, *rest) = score(depth, rate), ranking(depth, rate)
    near = [name for name in front(depth, rate) if name != first]
    text = (f"At the rate {rate:g} with {depth} hidden layers {first} is in front with "
            f"{now[first].mean:.1f} % of the validation digits (mean of {now[first].n} seeds); ")
    if not near:
        return f"{text}no other interval reaches its own."
    if len(near) == len(rest):
        return f"{text}all other intervals overlap its own."
    return (f"{text}the interval of {near[0]} overlaps its own." if len(near) == 1 else
            f"{text}the intervals of {listed(near)} overlap its own.")


def _turned(depth, rate):
    if rate == COMMON:
        return "This is the rate that Keras' Adam has if nobody sets one."
    pairs = turned(depth, rate, COMMON)
    against = f"the rate {COMMON:g}"
    if not pairs:
        return f"No pair that is told apart here and at {against} has changed its order."
    now = score(depth, rate)
    ahead, behind = max(pairs, key=lambda pair: now[pair[0]].mean - now[pair[1]].mean)
    count = ("One pair that is told apart here and at {0} has" if len(pairs) == 1 else
             f"{len(pairs)} pairs that are told apart here and at {{0}} have").format(against)
    return f"{count} changed order: {behind}, ahead of {ahead} there, is behind it here" + (
        "." if len(pairs) == 1 else ", to name the widest.")


def _held_back(depth, rate):
    now = score(depth, rate)
    best = {name: max(score(depth, other)[name].mean for other in RATES) for name in NAMES}
    lost = {name: best[name] - now[name].mean for name in NAMES}
    name = max(NAMES, key=lost.get)
    return f"Farthest from its own best is {name}, by {lost[name]:.1f} points."
