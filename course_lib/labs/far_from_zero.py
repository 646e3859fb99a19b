"""Lab: which of two functions keeps the larger slope, and what many layers make of it."""

import ipywidgets as widgets
import numpy as np

from course_lib import activations
from course_lib.figures.lines import is_even
from course_lib.figures.style import GREY, ink, looks
from course_lib.figures.words import number
from course_lib.labs.lab import Lab

FARTHEST = 6.0
LAYERS = np.arange(1, 6)
TOLD = 5  # the depth the sentence speaks of
FLOOR, ROOF = 1e-24, 1e3  # of the right panel: five tanh layers at z = 6 leave 9e-24
LOW, HIGH = 1e-5, 2e1  # of the left panel: tanh's slope at 6 is 2.5e-5; room for names on top


class Slopes(Lab):
    """Move z away from zero: two slopes, and the product of as many as there are layers."""

    title = "How much slope is left far from zero, and after many layers"
    frame_settings = ("pair", "side")

    def controls(self):
        four = activations.get("sigmoid").affine(4, -2)
        pairs = (("sigmoid", "tanh"), ("sigmoid", four), (four, "tanh"), ("tanh", "relu"),
                 ("gelu", "relu"), ("relu", "leaky_relu"))
        self.pairs = {}
        for pair in pairs:
            one, two = (activations.get(f) if isinstance(f, str) else f for f in pair)
            self.pairs[f"{one.name} and {two.name}"] = (one, two)
        wide = {"description_width": "11em"}
        return {
            "z": widgets.FloatSlider(value=1.0, min=0.0, max=FARTHEST, step=0.1,
                                     readout_format=".1f", description="distance from zero",
                                     style=wide, layout={"width": "38em"}),
            "side": widgets.ToggleButtons(options=[("right (z > 0)", 1), ("left (z < 0)", -1)],
                                          description="side of zero", style=wide,
                                          layout={"width": "38em"}),
            # Buttons, not a menu: JupyterLab takes arrow keys away from what a cell shows.
            "pair": widgets.ToggleButtons(options=list(self.pairs), description="functions",
                                          style={**wide, "button_width": "15em"},
                                          layout={"width": "48em"}),
        }

    def frame(self, figure, pair, side, **_):
        left, right = figure.subplots(1, 2)
        functions = self.pairs[pair]
        names = [function.name for function in functions]
        z = np.linspace(0, FARTHEST, 801)
        moving = [left.axvline(0, color=GREY, lw=1.5, ls=":")]
        for row, (function, (colour, dash)) in enumerate(zip(functions, looks(names),
                                                             strict=True)):
            slope = abs(function.df(z * side))
            slope[(slope == 0) | np.isin(z * side, function.kinks)] = np.nan  # not to be drawn
            left.plot(z, slope, color=colour, ls=dash)
            moving += left.plot([], [], "o", color=colour, mec="white", ms=9, clip_on=False,
                                zorder=5)
            moving += right.plot([], [], color=colour, ls=dash, marker="o", ms=5)
            # Only the numbers move: drawing text is the dearest part of a step.
            for axes, y, name, name_x, x, ha in (
                    (left, 0.985, function.name, 0.70, 0.73, "right"),
                    (right, 0.17, f"{function.name}, $L$ = {TOLD}", 0.02, 0.62, "left")):
                words = {"transform": axes.transAxes, "va": "top", "color": ink(colour),
                         "size": 12}
                axes.text(name_x, y - 0.09 * row, name, ha=ha, **words)
                moving.append(axes.text(x, y - 0.09 * row, "", ha="left", **words))
        where = "distance from zero $|z|$"
        if not all(is_even(function.df) for function in functions):
            where += ", right of zero" if side > 0 else ", left of zero"
        left.set(yscale="log", xlim=(0, FARTHEST), ylim=(LOW, HIGH), xlabel=where,
                 ylabel="slope $|f'(z)|$", title="One layer")
        right.set(yscale="log", xlim=(0.5, LAYERS[-1] + 0.5), ylim=(FLOOR, ROOF),
                  xlabel="layers $L$", ylabel="product of $L$ slopes",
                  title="$L$ layers, weights left out", xticks=LAYERS,
                  yticks=10.0 ** np.arange(-24, 1, 6))
        return moving

    def move(self, moving, z, side, pair):
        at, functions = z * side + 0.0, self.pairs[pair]  # + 0.0: no "-0.0" at zero
        slopes = [function.df(at) for function in functions]
        marker, *rest = moving
        marker.set_xdata([z, z])
        for index, slope in enumerate(slopes):
            dot, product, near, far = rest[4 * index:4 * index + 4]
            size = abs(slope)
            dot.set_data([z], [max(size, LOW)])  # a log axis has no zero: it sits on the floor
            dot.set_marker("o" if size >= LOW else "v")
            product.set_data(LAYERS, size ** LAYERS if size else np.full(len(LAYERS), np.nan))
            near.set_text(number(slope))
            far.set_text(number(slope ** TOLD))
        return _sentence(at, *((one.name, slope) for one, slope in zip(functions, slopes,
                                                                       strict=True)))


def _sentence(z, one, two):
    (name, slope), (other, other_slope) = one, two
    text = (f"At z = {z:.1f} {name}'s slope is {_told(slope)} and {other}'s {_told(other_slope)}: "
            f"{_compared(one, two)}.")
    left = [f"{number(value ** TOLD)} ({label})" if value else f"exactly 0 ({label})"
            for label, value in (one, two)]
    return f"{text} After {TOLD} such layers, weights left out, the gradient is multiplied by " \
           f"{left[0]} and {left[1]}."


def _told(slope):
    return number(slope) if slope else "exactly 0"


def _compared(one, two):
    """Which of two slopes is the larger in size, and how many times."""
    (small_name, small), (name, large) = sorted((one, two), key=lambda each: abs(each[1]))
    small, large = abs(small), abs(large)
    if large == small:
        return "both pass nothing back" if large == 0 else "the two are equally steep"
    if small == 0:
        return f"{small_name} passes nothing back"
    if large / small < 1.0005:
        return f"the two are equal to three digits, {name}'s a trace steeper"
    times = number(large / small, 3 if large / small < 2 else 2)
    return f"{name} is {times} times steeper"
