"""Lab: a curve built from ReLU hinges, and how near it comes to a target."""

from collections.abc import Callable
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from matplotlib.transforms import Bbox, TransformedBbox

from course_lib import activations
from course_lib.figures.style import BLACK, BLUE, GREY, PURPLE, SKY, VERMILLION, ink
from course_lib.figures.wording import listed, number
from course_lib.labs.lab import Lab

LEFT, RIGHT = -1.0, 1.0
MOST = 31  # hinges inside the interval
NOTHING = 1e-9  # smaller errors and changes of slope are rounding
FLOOR, ROOF = 3e-4, 12.0  # of the right panel: 32 pieces come within 1e-3 of the parabola
LOW, TOP, HIGH = -1.7, 2.1, 2.5  # of the left panel: curves up to the top, names above it
PALE = "#999999"
GRID = np.linspace(LEFT, RIGHT, 2001)


class Curve(NamedTuple):
    """f(x) = base + sum_i changes_i relu(x - places_i): at each place the slope changes."""

    base: float
    places: np.ndarray
    changes: np.ndarray

    def __call__(self, x):
        hinged = activations.get("relu").f(np.asarray(x)[..., None] - self.places)
        return self.base + (self.changes * hinged).sum(-1)

    def bent(self, place, change):
        """The same curve with one more hinge."""
        return Curve(self.base, np.append(self.places, place), np.append(self.changes, change))

    def kinks(self):
        """(places, changes) where the slope changes inside the interval; one a place."""
        places, where = np.unique(self.places.round(9), return_inverse=True)
        changes = np.bincount(where, self.changes)
        real = (places > LEFT) & (abs(changes) > NOTHING)
        return places[real] + 0.0, changes[real]  # + 0.0: no "-0.0" at zero


class Target(NamedTuple):
    """A function on [-1, 1] and what is to be said of its approximation by hinges."""

    f: Callable
    said: str
    title: str
    power: float | None = None  # the error falls like (pieces) ** -power


TARGETS = {
    "bump": Target(lambda x: np.maximum(0, 1 - 2 * abs(x)), "the bump",
                   "Exact with 4, 8, 12, ... pieces"),
    "sawtooth": Target(lambda x: 1 - abs(4 * x % 2 - 1), "the sawtooth",
                       "Exact with 8, 16, ... pieces"),
    "x²": Target(np.square, "the parabola", "Twice the pieces: error / 4", 2),
    "sin(πx)": Target(lambda x: np.sin(np.pi * x), "the sine", "Twice the pieces: error / 4", 2),
    "√|x|": Target(lambda x: np.sqrt(abs(x)), "the root", "Steep at 0: error falls slowly", 0.5),
}


def interpolation(f, hinges):
    """The Curve that meets f at both ends and at so many evenly spaced hinges between them.

    Its first hinge sits on the left end, where it gives the curve its first slope and no kink.
    """
    places = np.linspace(LEFT, RIGHT, hinges + 2)
    heights = f(places)
    slopes = np.diff(heights) / np.diff(places)
    return Curve(heights[0], places[:-1], np.diff(slopes, prepend=0))


def largest_error(curve, f):
    """(where, how much) the curve is farthest from f: the leftmost place, if there are several."""
    corners = np.r_[np.unique(curve.places), RIGHT]
    x = np.unique(np.r_[GRID, corners, (corners[1:] + corners[:-1]) / 2])
    error = abs(curve(x) - f(x))
    at = np.argmax(error >= error.max() - NOTHING)
    return x[at], error[at] if error[at] > NOTHING else 0.0


class Hinges(Lab):
    """Bend a straight line at more and more places until it follows a target."""

    title = "A curve from hinges: one ReLU, one change of slope"
    frame_settings = ("target",)

    def controls(self):
        wide = {"style": {"description_width": "11em"}, "layout": {"width": "38em"}}
        return {
            "target": widgets.ToggleButtons(
                options=list(TARGETS), value="x²", description="target",
                style={"description_width": "11em", "button_width": "6.5em"},
                layout={"width": "52em"}),
            "hinges": widgets.IntSlider(value=3, min=0, max=MOST, description="even hinges",
                                        **wide),
            # In sixteenths, so that it can stand on each of 1, 3, 7 or 15 even hinges.
            "place": widgets.FloatSlider(value=0.25, min=-0.9375, max=0.9375, step=0.0625,
                                         readout_format=".3f", description="own hinge at x =",
                                         **wide),
            "bend": widgets.FloatSlider(value=0.0, min=-4.0, max=4.0, step=0.25,
                                        readout_format="+.2f",
                                        description="own change of slope", **wide),
        }

    def frame(self, figure, target, **_):
        left, right = figure.subplots(1, 2, width_ratios=(4, 3))
        goal = TARGETS[target]
        self.errors = np.array([largest_error(interpolation(goal.f, n), goal.f)[1]
                                for n in range(2 * MOST + 2)])
        left.plot(GRID, goal.f(GRID), color=BLACK, ls="-", lw=5, alpha=0.2, label="target")
        moving = [
            *left.plot([], [], color=SKY, ls="-", lw=1, label="pieces"),
            *left.plot([], [], color=PURPLE, ls="--", lw=1.6, marker="^", markevery=[1], ms=7,
                       label="your own"),
            *left.plot([], [], color=VERMILLION, ls="-", lw=3),
            *left.plot([], [], color=BLUE, ls="-", label="sum of all"),
            *left.plot([], [], color=BLUE, ls="", marker="o", ms=5, mec="white", mew=0.8),
        ]
        legend = left.legend(ncols=4, loc="upper center", borderaxespad=0, handlelength=1.4,
                             columnspacing=1.1, handletextpad=0.5)
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True):
            text.set_color(ink(handle.get_color()))
        left.set(xlim=(LEFT - 0.03, RIGHT + 0.03), ylim=(LOW, HIGH), xlabel="$x$",
                 ylabel="height", title="Every hinge changes the slope once")
        below_legend = Bbox.from_extents(LEFT - 0.03, LOW, RIGHT + 0.03, TOP)
        for artist in moving:
            artist.set_clip_box(TransformedBbox(below_legend, left.transData))
        pieces, errors = np.arange(1, MOST + 2), self.errors[:MOST + 1]
        none = errors == 0
        right.plot(pieces[~none], errors[~none], "o", color=PALE, ms=4)
        if none.any():  # a log axis has no zero: it sits on the floor
            right.plot(pieces[none], np.full(none.sum(), FLOOR), "v", color=PALE, ms=5,
                       clip_on=False)
        if goal.power:
            line = errors[-1] * (pieces / pieces[-1]) ** -float(goal.power)
            right.plot(pieces, line, color=GREY, lw=1, ls=":")
        moving += right.plot([], [], color=VERMILLION, ls="", mec="white", ms=9,
                             clip_on=False, zorder=5)
        right.set(xscale="log", yscale="log", xlim=(0.9, 38), ylim=(FLOOR, ROOF),
                  xlabel="pieces (even hinges + 1)", ylabel="largest error", title=goal.title)
        right.set_xticks(2 ** np.arange(6), 2 ** np.arange(6))
        right.minorticks_off()
        return moving

    def move(self, moving, target, hinges, place, bend):
        goal, place = TARGETS[target], place + 0.0  # + 0.0: no "-0.0" at zero
        even = interpolation(goal.f, hinges)
        curve = even.bent(place, bend)
        at, error = largest_error(curve, goal.f)
        faint, own, miss, whole, dots, dot = moving
        # Each piece from the left end to its hinge and on to the right end; NaN lifts the pen.
        nothing, one = 0 * even.places, 1 + 0 * even.places
        x = np.stack([LEFT * one, even.places, RIGHT * one, np.nan * one], 1).ravel()
        y = np.stack([nothing, nothing, even.changes * (RIGHT - even.places), np.nan * one], 1)
        faint.set_data(np.r_[LEFT, RIGHT, np.nan, x],
                       np.r_[even.base, even.base, np.nan, y.ravel()])
        own.set_data([LEFT, place, RIGHT], [0, 0, bend * (RIGHT - place)])
        miss.set_data([at, at], [curve(at), goal.f(at)])
        corners = np.r_[np.unique(curve.places), RIGHT]
        whole.set_data(corners, curve(corners))
        kinks, changes = curve.kinks()
        dots.set_data(kinks, curve(kinks))
        dot.set_data([hinges + 1], [max(error, FLOOR)])
        dot.set_marker("o" if error >= FLOOR else "v")
        return " ".join([_kinks(hinges, kinks, changes), _error(goal, error),
                         self._own(hinges, place, bend, curve(RIGHT) - even(RIGHT))])

    def _own(self, hinges, place, bend, lift):
        """What the hinge bent by hand does; while it is straight, what more even hinges would."""
        before = self.errors[hinges]
        if bend:
            return (f"Your own hinge turns all that lies right of {number(place)}: it "
                    f"{'lifts' if lift > 0 else 'lowers'} the right end by {number(abs(lift))}. "
                    f"Without it the largest error is {number(before)}.")
        twice = _smaller(before, self.errors[2 * hinges + 1])
        more = f"With twice the pieces it would be {twice}. " if before else ""
        return f"{more}Your own hinge, at {number(place)}, is still straight."


def _smaller(before, after):
    """An error, and how many times smaller it is than the one before."""
    if not after:
        return "0"
    if before - after < NOTHING:
        return "just as large"
    return f"{number(after)}, {number(before / after, 2)} times smaller"


def _kinks(hinges, kinks, changes):
    """How many kinks the curve has, and by how much its slope changes where."""
    start = f"{hinges} even hinge{'s' * (hinges != 1)}:"
    if not len(kinks):
        return f"{start} the curve is one straight line."
    start += f" the curve has {len(kinks)} kink{'s' * (len(kinks) > 1)}"
    told = [f"{'rises' if change > 0 else 'falls'} by {number(abs(change))}" for change in changes]
    where = [number(x) for x in kinks]
    same = len(set(told)) == 1
    if len(kinks) <= 3 and same:
        return f"{start}, its slope {told[0]} at {listed(where)}."
    if len(kinks) <= 3:
        each = [f"{change} at {x}" for change, x in zip(told, where, strict=True)]
        return f"{start}, its slope {listed(each)}."
    start += f" from {where[0]} to {where[-1]}"
    if same:
        return f"{start}, its slope {told[0]} at each."
    least, most = number(abs(changes).min()), number(abs(changes).max())
    return f"{start}, its slope changes by {least}{f' to {most}' * (least != most)} at each."


def _error(goal, error):
    if not error:
        return f"It is {goal.said}: no error is left."
    return f"Its largest error against {goal.said} is {number(error)}."
