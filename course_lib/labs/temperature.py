"""Lab: what a temperature makes of softmax, and what adding a constant does not."""

import ipywidgets as widgets
import numpy as np

from course_lib import activations
from course_lib.figures.style import GREY, ink, look
from course_lib.figures.words import listed, number
from course_lib.labs.lab import Lab

SOFTMAX = activations.get("softmax")
CLASSES = ("A", "B", "C", "D")
# Ten tidy steps a decade, from 0.01 to 100.
STEPS = (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8)
TEMPERATURES = tuple(round(step * 10.0 ** decade, 5) for decade in (-2, -1, 0, 1) for step in STEPS
                     ) + (100.0,)
LOGITS = {
    "one clear winner": (4.0, 1.0, 0.0, -1.0), "two close": (2.0, 1.8, 0.0, -1.0),
    "an exact tie": (2.0, 2.0, 0.0, -1.0), "all equal": (1.0, 1.0, 1.0, 1.0),
    "a ladder": (2.0, 1.0, 0.0, -1.0),
}
FARTHEST = 6  # that can be added to all logits
SMALLEST, LARGEST = 1e-4, 1e2  # of the axis of slopes


class Temperature(Lab):
    """Divide the logits by T before the softmax: from argmax (T to 0) to uniform (T large)."""

    title = "Softmax with a temperature, between argmax and uniform"
    frame_settings = ("logits",)

    def controls(self):
        style, layout = {"description_width": "9em"}, {"width": "40em"}
        return {
            # Sliders and buttons, no menu: JupyterLab would take its arrow keys away.
            "logits": widgets.ToggleButtons(options=list(LOGITS), description="logits",
                                            style={**style, "button_width": "10em"},
                                            layout={"width": "62em"}),
            "temperature": widgets.SelectionSlider(
                options=[(f"{t:g}", t) for t in TEMPERATURES], value=1.0, style=style,
                description="temperature T", layout=layout),
            "shift": widgets.IntSlider(value=0, min=-FARTHEST, max=FARTHEST, style=style,
                                       description="add to all logits", layout=layout),
        }

    def frame(self, figure, logits, **_):
        colour, _ = look("softmax")
        left, middle, right = figure.add_gridspec(1, 3, width_ratios=(8, 10, 12), wspace=0.04)
        given, shares = figure.add_subplot(left), figure.add_subplot(middle)
        spread, slope = map(figure.add_subplot, right.subgridspec(2, 1))
        given.set(title="Logits $z$", ylim=(-FARTHEST - 2, FARTHEST + 5),
                  ylabel="$z$ + constant")
        given.axhline(0, color="#999999", lw=1)
        shares.set(title="softmax$(z/T)$", ylim=(0, 1.12), yticks=np.linspace(0, 1, 5),
                   ylabel="probability $p$")
        moving, places = [], range(len(CLASSES))
        named = [f"{name}\n{z:g}" for name, z in zip(CLASSES, LOGITS[logits], strict=True)]
        for axes, paint, below in ((given, GREY, named), (shares, colour, CLASSES)):
            axes.set_xticks(places, below)
            axes.set_xlim(-0.6, len(CLASSES) - 0.4)
            axes.grid(axis="x", visible=False)
            moving += axes.bar(places, 0, 0.7, color=paint)
        # Only the probabilities are written on their bars: text is the dearest part of a step.
        moving += [shares.text(place, 0, "", ha="center", va="bottom", size=10, color=ink(colour))
                   for place in places]
        for axes, name, measure in ((spread, "entropy", entropy),
                                    (slope, "largest slope", largest_slope)):
            axes.set_title(name, weight="normal")
            axes.set_xscale("log")
            axes.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
            axes.plot(TEMPERATURES, [measure(LOGITS[logits], t) for t in TEMPERATURES],
                      color=colour)
            moving += [axes.axvline(1, color=GREY, lw=1.5, ls=":"),
                       *axes.plot([], [], "o", color=colour, mec="white", ms=9, clip_on=False),
                       axes.text(1, 1.05, "", transform=axes.transAxes, ha="right", size=12,
                                 color=ink(colour), weight="bold")]
        spread.set_yticks([0, np.log(2), np.log(4)], ["0", "ln 2", "ln 4"])
        slope.set(yscale="log", yticks=[1e-4, 1e-2, 1, 1e2], xlabel="temperature $T$")
        for axes, limits in ((spread, (-0.1, 1.55)), (slope, (SMALLEST, LARGEST))):
            axes.minorticks_off()
            axes.set(xlim=(TEMPERATURES[0], TEMPERATURES[-1]), ylim=limits)
        spread.tick_params(labelbottom=False)
        return moving

    def move(self, moving, logits, temperature, shift):
        z = np.array(LOGITS[logits]) + shift
        p = softened(z, temperature)
        measured = entropy(z, temperature), largest_slope(z, temperature)
        given, shares, texts = moving[:4], moving[4:8], moving[8:12]
        for bar, share, text, height, one in zip(given, shares, texts, z, p, strict=True):
            bar.set_height(height)
            share.set_height(one)
            text.set_y(one + 0.01)
            text.set_text(_probability(one))
        for (line, dot, text), value in zip((moving[12:15], moving[15:]), measured, strict=True):
            low, high = dot.axes.get_ylim()
            line.set_xdata([temperature, temperature])
            dot.set_data([temperature], [np.clip(value, low, high)])
            dot.set_marker("v" if value < low else "o")
            text.set_text(_tiny(value))
        return _sentence(p, *measured, temperature, shift)


def softened(logits, temperature):
    """Return softmax(logits / temperature) (n,)."""
    return SOFTMAX.f(np.asarray(logits) / temperature)


def entropy(logits, temperature):
    """Return the entropy of softmax(logits / temperature) in nats: 0 if sure, ln n if uniform."""
    p = softened(logits, temperature)
    p = p[p > 0]  # p ln p has the limit 0
    return float(-(p * np.log(p)).sum())


def largest_slope(logits, temperature):
    """Return the largest |dp_i / dz_j| of p = softmax(z / temperature).

    Row i of the Jacobian is the vector-Jacobian product with the unit vector i.
    """
    n = len(logits)
    z = np.tile(np.asarray(logits) / temperature, (n, 1))
    return float(abs(SOFTMAX.vjp(z, np.eye(n))).max() / temperature)


def _probability(p):
    """Write a probability with three decimals; never as 0 or 1, which softmax does not reach."""
    return number(round(p, 3)) if 0.001 <= p <= 0.999 else "≈ 0" if p < 0.5 else "≈ 1"


def _tiny(value):
    return number(value) if value >= 1e-3 else "< 0.001"


def _sentence(p, doubt, slope, temperature, shift):
    told = [f"{name} {_probability(one).replace('≈', 'nearly')}"
            for name, one in zip(CLASSES, p, strict=True)]
    added = f" with {shift} added to every logit" if shift else ""
    entropy, largest = (_tiny(one).replace("<", "under") for one in (doubt, slope))
    among = f"the doubt among {number(np.exp(doubt))} equal classes"
    parts = [f"At T = {temperature:g}{added}, softmax gives {listed(told)}.",
             f"Its entropy is {entropy} nats, {among if doubt > 0.005 else 'hardly any doubt'};",
             f"the largest slope of a probability by a logit is {largest}.", _limit(p)]
    if shift:
        parts.append("The constant has changed nothing: only differences between logits count.")
    return " ".join(filter(None, parts))


def _limit(p):
    """What the probabilities have come to, in words; nothing between the limits."""
    if np.ptp(p) == 0:
        return "Equal logits are uniform at every temperature."
    if np.ptp(p) < 0.02:
        return "This is all but uniform: the logits hardly count."
    if p.max() > 0.999:
        return "This is all but argmax: the winner takes everything."
    best = p == p.max()
    if best.sum() > 1 and p[best].sum() > 0.999:
        names = [name for name, wins in zip(CLASSES, best, strict=True) if wins]
        return f"{listed(names)} tie and share everything, however low T is."
    return ""
