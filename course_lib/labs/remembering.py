"""Lab: what comes back through a hundred steps, by first weights, function and forget gate."""

from functools import cache

import ipywidgets as widgets
import numpy as np

from course_lib import diagnostics, initialisation
from course_lib.figures.style import GREY, LOOKS, ink
from course_lib.figures.words import number
from course_lib.labs.lab import Lab
from course_lib.recurrent import LSTM, RNN, Recurrent, identity
from course_lib.recurrent import memory as task

FACTORS = tuple(round(0.05 * k, 2) for k in range(10, 31))  # 0.5 to 1.5
BIASES = tuple(0.5 * k for k in range(-4, 11))  # -2 to 5
FUNCTIONS = {  # what the buttons say: the function, what rho multiplies, and its look
    "no activation": ("identity", "orthogonal", "identity"),
    "tanh": ("tanh", "orthogonal", "tanh"),
    "sigmoid": ("sigmoid", "orthogonal", "sigmoid"),
    "ReLU": ("relu", "orthogonal", "relu"),
    "ReLU from the identity": ("relu", identity, "relu"),
}
STEPS, UNITS, SEQUENCES, NETWORKS = 100, 16, 16, 2
LOW, HIGH = -30, 12  # powers of ten that the picture shows
GATE = "gelu"  # the look of the LSTM's line, which is no function's


class Remembering(Lab):
    """A recurrence with weights rho Q beside an LSTM: how much gradient is left, step by step."""

    title = "What comes back through time: weights, function and forget gate"
    frame_settings = ("function",)

    def controls(self):
        style, layout = {"description_width": "9em"}, {"width": "40em"}
        return {
            "function": widgets.ToggleButtons(options=list(FUNCTIONS), description="recurrence",
                                              style={**style, "button_width": "11em"},
                                              layout={"width": "70em"}),
            "rho": widgets.SelectionSlider(options=[(f"{one:g}", one) for one in FACTORS],
                                           value=0.9, description="its factor rho", style=style,
                                           layout=layout),
            "bias": widgets.SelectionSlider(options=[(f"{one:g}", one) for one in BIASES],
                                            value=1.0, description="LSTM, forget bias",
                                            style=style, layout=layout),
        }

    def frame(self, figure, function, **_):
        axes = figure.subplots()
        axes.set(xlim=(0, STEPS), ylim=(LOW, HIGH), xlabel="steps back",
                 ylabel="gradient (power of ten)", yticks=range(LOW, HIGH + 1, 6))
        axes.set_title(self.title)
        axes.axhline(0, color=GREY, lw=1)
        axes.text(STEPS, 0.3, "as it was ", color=GREY, ha="right", va="bottom", size=10)
        plain, gated = LOOKS[FUNCTIONS[function][2]], LOOKS[GATE]
        moving = []
        for colour, dash in (plain, gated):
            moving += axes.plot([], [], color=colour, ls=dash)
            moving += axes.plot([], [], "o", color=colour, mec="white", ms=8, clip_on=False)
        for (colour, _), height in ((plain, 0.1), (gated, 0.02)):
            moving.append(axes.text(0.01, height, "", transform=axes.transAxes, size=11,
                                    color=ink(colour), weight="bold"))
        recurrences(function), gates()  # measured once, before the first step
        return moving

    def move(self, moving, function, rho, bias):
        plain = recurrences(function)[FACTORS.index(rho)]
        gated = gates()[BIASES.index(bias)]
        for line, dots, powers in ((*moving[0:2], plain), (*moving[2:4], gated)):
            line.set_data(np.arange(STEPS + 1), np.clip(powers, LOW - 5, HIGH + 5))
            dots.set_data([50, STEPS], np.clip(powers[[50, STEPS]], LOW, HIGH))
        moving[4].set_text(f"{function}, rho = {rho:g}")
        moving[5].set_text(f"LSTM, forget bias {bias:g}: gate open {100 * gate(bias):.0f} %")
        return _sentence(function, rho, bias, plain, gated)


@cache
def recurrences(function):
    """Powers of ten of the gradient (factors, STEPS + 1), for each rho, back from the last state.

    The gradient is the root mean square over two networks; where nothing is left, -inf.
    """
    f, start, _ = FUNCTIONS[function]
    return _powers([RNN(f, scaled(start, rho)) for rho in FACTORS])


@cache
def gates():
    """The same for LSTMs (biases, STEPS + 1)."""
    return _powers([LSTM(bias) for bias in BIASES])


def scaled(start, rho):
    """The scheme of first weights rho Q or rho I."""
    if start is identity:
        return lambda fan_in, fan_out, rng: (rho * np.eye(fan_in), np.zeros(fan_out))
    return initialisation.scaled(start, rho)


def gate(bias):
    """How far a forget gate is open without input: sigmoid(bias)."""
    return 1 / (1 + np.exp(-bias))


def _powers(cells):
    network = Recurrent([cell for cell in cells for _ in range(NETWORKS)], (1, UNITS, 1),
                        dtype=np.float64)
    network.initialise(list(range(NETWORKS)) * len(cells))
    x, _ = task(STEPS)(SEQUENCES, np.random.default_rng(0))
    size = diagnostics.through_time(network, x).state.reshape(len(cells), NETWORKS, -1)
    size = np.sqrt(np.square(size).mean(1))
    with np.errstate(divide="ignore"):
        return np.log10(size / size[:, -1:])[:, ::-1]


def _sentence(function, rho, bias, plain, gated):
    return (f"With {function} and rho = {rho:g} the share of the gradient that is left after 50 "
            f"steps back is {_left(plain[50])}, after {STEPS} it is {_left(plain[STEPS])}. In the "
            f"LSTM with forget bias {bias:g}, its gate {100 * gate(bias):.0f} % open, these are "
            f"{_left(gated[50])} and {_left(gated[STEPS])}. "
            f"{_compared(plain[STEPS], gated[STEPS])}")


def _left(power):
    """Write a power of ten as a share: near 1 with two digits, else the power, rounded.

    >>> _left(-30.4), _left(0.301), _left(0.0), _left(-np.inf)
    ('1e-30', '2', '1', '0')
    """
    if not np.isfinite(power):
        return "0"
    return number(10 ** power, 2) if abs(power) <= 3 else f"1e{power:.0f}"


def _compared(plain, gated):
    """Who keeps the gradient within a factor of ten over all steps."""
    kept = [name for name, power in (("the recurrence", plain), ("the LSTM", gated))
            if abs(power) < 1]
    if len(kept) == 2:
        return "Both keep it within a factor of ten."
    return f"Only {kept[0]} keeps it within a factor of ten." if kept else (
        "Neither keeps it within a factor of ten.")
