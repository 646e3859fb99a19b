"""Lab: what survives of a signal on its way up, and of a gradient on its way back."""

from functools import cache

import ipywidgets as widgets
import numpy as np

from course_lib import activations, thermostat
from course_lib.activations import fast
from course_lib.figures.style import GREY, ink, look
from course_lib.figures.words import number
from course_lib.labs.lab import Lab
from course_lib.threads import one_blas_thread

FUNCTIONS = ("tanh", "softsign", "sine", "selu", "elu", "relu", "leaky_relu", "gelu", "silu",
             "mish", "softplus", "sigmoid")
TIMES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.7, 2.0)  # the function's own gain
STARTS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
DEPTHS = (2, 3, 5, 7, 10, 14, 20, 27, 35, 42, 50)
WIDTH, BATCH = 128, 32
MOMENTS, SHARES = (1e-6, 1e6), (1e-12, 1e6)  # of the axes
LOST, GONE = 1e-3, 1e-6  # of gradient and signal: less, or more than the inverse, is told

_rng = np.random.default_rng(3)
WEIGHTS = _rng.standard_normal((DEPTHS[-1] - 1, WIDTH, WIDTH), np.float32) / np.sqrt(
    WIDTH, dtype=np.float32)
SUMS = _rng.standard_normal((BATCH, WIDTH), np.float32)  # of layer 1, each example of the same size
SUMS /= np.sqrt(np.square(SUMS).mean(1, keepdims=True))
ARRIVING = _rng.standard_normal((BATCH, WIDTH), np.float32)


class Thermostat(Lab):
    """Choose a function, its weights and where the signal starts: which layers still hear?"""

    title = "What survives depth: the signal's second moment, and the gradient"
    frame_settings = ("function",)

    def controls(self):
        style, layout = {"description_width": "13em"}, {"width": "44em"}

        def slider(options, value, words):
            return widgets.SelectionSlider(options=options, value=value, description=words,
                                           style=style, layout=layout)

        # Sliders, no menu: JupyterLab would take its arrow keys away.
        return {
            "function": slider(FUNCTIONS, "tanh", "activation"),
            "start": slider([(f"{q:g}", q) for q in STARTS], 4.0, "second moment, layer 1"),
            "times": slider([(f"{times:g}", times) for times in TIMES], 1.0,
                            "weights, times own gain"),
            "depth": slider([(str(depth), depth) for depth in DEPTHS], 50, "layers"),
        }

    def frame(self, figure, function, **_):
        left, right = figure.subplots(1, 2)
        (colour, _), moving = look(function), []
        for axes, limits, title in (
                (left, MOMENTS, f"Up, {function}: second moment $q$"),
                (right, SHARES, f"Back, {function}: gradient over the last's")):
            axes.axhline(1, color="#999999", lw=1)
            axes.set(title=title, xlabel="layer", yscale="log", xlim=(0, DEPTHS[-1] + 1),
                     ylim=limits, yticks=10.0 ** np.arange(*np.log10(limits) + (0, 1), 3))
            axes.minorticks_off()
            axes.text(0.03, 0.04, "dots: a network; line: the map", transform=axes.transAxes,
                      size=10, color=GREY)
            moving += axes.plot([], [], color=GREY, lw=1.5)
            moving += axes.plot([], [], "o", ms=4.5, mew=0, color=colour)
            moving.append(axes.text(0.03, 0.96, "", transform=axes.transAxes, va="top", size=12,
                                    weight="bold", color=ink(colour)))
        return moving

    def move(self, moving, function, start, times, depth):
        q, chi = theory(function, start, times)
        moments, slopes = forward(function, start, times)
        shares = backward(slopes, function, times, depth)
        expected = np.sqrt(np.append(np.cumprod(chi[:depth - 1][::-1])[::-1], 1))
        layers = np.arange(1, depth + 1)
        for (line, dots, _), seen, drawn in ((moving[:3], moments[:depth], q[:depth]),
                                             (moving[3:], shares, expected)):
            line.set_data(layers, drawn)
            dots.set_data(layers, np.where(seen > 0, seen, np.nan))
        moving[2].set_text(f"{told(moments[depth - 1])} at layer {depth}")
        moving[5].set_text(f"layer 1 gets {times_as_much(shares[0])} layer {depth}'s")
        return _sentence(function, start, times, depth, moments[depth - 1], q[depth - 1],
                         shares[0], expected[0])


@cache
def theory(function, start, times):
    """Second moments of the pre-activations of fifty layers, and each layer's factor (50,)."""
    pair = thermostat.pair(function, times=times)
    q = pair.through(start, DEPTHS[-1])
    return q, np.array([pair.factor(one) for one in q])


@cache
@one_blas_thread()
def forward(function, start, times):
    """One random network: the layers' second moments (50,), and their slopes (50, B, H)."""
    f, scale = activations.get(function), np.float32(times * thermostat.gain(function))
    form, z = fast.form(f, np.float32), np.float32(np.sqrt(start)) * SUMS
    moments, slopes = [], np.empty((DEPTHS[-1], *SUMS.shape), np.float32)
    for layer, slope in enumerate(slopes):
        moments.append(np.square(z, dtype=float).mean())
        a, work = np.empty_like(z), np.empty_like(z)
        with np.errstate(all="ignore"):  # where a signal blows up, so may what is computed of it
            form(z, a, slope, work)
        if layer < len(WEIGHTS):
            z = a @ (scale * WEIGHTS[layer])
    return np.array(moments), slopes


@one_blas_thread()
def backward(slopes, function, times, depth):
    """RMS gradient at each of `depth` layers' pre-activations over that of the last (depth,)."""
    scale = np.float32(times * thermostat.gain(function))
    delta, logs = ARRIVING * slopes[depth - 1], []
    for layer in reversed(range(depth)):
        if layer < depth - 1:
            delta = (delta @ (scale * WEIGHTS[layer]).T) * slopes[layer]
        size = np.sqrt(np.square(delta, dtype=float).mean())
        if not size:
            logs += [-np.inf] * (layer + 1)
            break
        delta /= np.float32(size)  # each layer in units of its own: float32 holds 38 decades
        logs.append((logs[-1] if logs else 0) + np.log10(size))
    return 10.0 ** (np.array(logs[::-1]) - logs[0])


def times_as_much(share):
    return f"{told(share)} times" if share else "nothing of"


def told(value):
    """A number to two digits, however small."""
    return number(value, 2) if value else "nothing"


def _sentence(function, start, times, depth, left, mapped, arrives, expected):
    kind = thermostat.kind(function)
    weights = "its own gain" if times == 1 else f"{times:g} times its own gain"
    follows = {"attracts": "a second moment off 1 comes back",
               "neutral": "a second moment stays where it is",
               "repels": "a second moment off 1 runs away"}[kind]
    own = f"At its own gain {function} {'is neutral' if kind == 'neutral' else kind}: {follows}."
    parts = [f"{function}, weights at {weights}: a second moment of {start:g} at layer 1 has "
             f"become {told(left)} at layer {depth} (the map says {told(mapped)}), and layer 1 "
             f"gets {times_as_much(arrives)} layer {depth}'s gradient (the map says "
             f"{told(expected)}).", own]
    if not GONE < left < 1 / GONE:
        parts.append(f"The signal has {'faded' if left < 1 else 'blown up'}.")
    if not LOST < arrives < 1 / LOST:
        parts.append(f"The gradient {'vanishes' if arrives < 1 else 'explodes'}.")
    return " ".join(parts)
