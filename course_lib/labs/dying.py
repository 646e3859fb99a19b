"""Lab: how many units of a ReLU network are dead after training, against the learning rate."""

import ipywidgets as widgets
import numpy as np

from course_lib.evidence import dead_units, load
from course_lib.figures.style import BLUE, GREY, ORANGE, VERMILLION, ink
from course_lib.labs.lab import Lab

NAMES = {"SGD": "sgd", "Adam": "adam"}  # buttons, and how the study calls them
STATES = (("dead", VERMILLION), ("inactive on some digits", "#dddddd"), ("always on", BLUE))
CLEAR = 2  # points of accuracy: less is not told as a loss


class DeadUnits(Lab):
    """Choose optimiser and rate: what share of a layer is dead, and what does it cost?"""

    title = "Dead units against the learning rate"
    frame_settings = ("optimiser", "layer")

    def __init__(self):
        stored = load("dead_units")  # networks were trained once; here they are only read
        dead, on, score = (stored[key].values for key in ("dead", "always_on", "val_score"))
        # (optimiser, rate, layer, state), means over networks
        self.shares = 100 * np.stack([dead, 1 - dead - on, on], -1).mean(2)
        self.accuracy = 100 * score.mean(-1)  # (optimiser, rate)
        self.networks = score.shape[-1]
        super().__init__()

    def controls(self):
        style = {"description_width": "9em"}
        buttons = {"style": {**style, "button_width": "9em"}, "layout": {"width": "40em"}}
        # Buttons and a slider, no menu: JupyterLab would take its arrow keys away.
        return {
            "optimiser": widgets.ToggleButtons(options=list(NAMES), description="optimiser",
                                               **buttons),
            "layer": widgets.ToggleButtons(options=[("layer 1", 1), ("layer 2", 2)],
                                           description="hidden layer", **buttons),
            "rate": widgets.SelectionSlider(
                options=[(f"{rate:g}", rate) for rate in dead_units.RATES], value=0.3,
                description="learning rate", style=style, layout={"width": "40em"}),
        }

    def frame(self, figure, optimiser, layer, **_):
        left, right = figure.subplots(1, 2, width_ratios=(5, 4))
        k = dead_units.OPTIMISERS.index(NAMES[optimiser])
        edges = np.cumsum(self.shares[k, :, layer - 1], -1)
        below = np.zeros(len(edges))
        for (name, colour), above in zip(STATES, edges.T, strict=True):
            left.fill_between(dead_units.RATES, below, above, color=colour, lw=0, alpha=0.8,
                              label=name)
            below = above
        left.legend(ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 0.97), fontsize=9,
                    handlelength=1.2, columnspacing=1)
        left.set_title(f"Layer {layer} after training, {optimiser}", pad=20)
        left.set_ylabel("units (%)")
        right.plot(dead_units.RATES, self.accuracy[k], color=ORANGE)
        right.set_title("Validation accuracy (%)", pad=20)
        width, depth = dead_units.HIDDEN[0], len(dead_units.HIDDEN)
        figure.supxlabel(f"{depth} hidden layers of {width} ReLUs, He's first weights, biases 0; "
                         f"digits, {dead_units.EPOCHS} epochs; mean of {self.networks} networks",
                         size=9, color=GREY, x=0.995, ha="right")
        moving = []
        for axes in (left, right):
            axes.set(xscale="log", xlim=(dead_units.RATES[0], dead_units.RATES[-1]),
                     ylim=(0, 100), xlabel="learning rate")
            axes.set_xticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
            axes.minorticks_off()
            moving += [axes.axvline(1, color="black", lw=1.5, ls=":"),
                       *axes.plot([], [], "o", color="black", mec="white", ms=9, clip_on=False)]
        right.set_ylim(0, 118)
        right.set_yticks(range(0, 101, 20))
        moving += [left.text(0, 0, "", size=12, weight="bold", color=ink(VERMILLION), va="center",
                             bbox={"fc": "white", "ec": "none", "pad": 2, "alpha": 0.85}),
                   right.text(0.97, 0.97, "", transform=right.transAxes, size=12, weight="bold",
                              color=ink(ORANGE), ha="right", va="top")]
        return moving

    def move(self, moving, optimiser, layer, rate):
        k, at = dead_units.OPTIMISERS.index(NAMES[optimiser]), dead_units.RATES.index(rate)
        dead, some, on = self.shares[k, at, layer - 1]
        accuracy = self.accuracy[k, at]
        for line, dot, height in zip(moving[:4:2], moving[1:4:2], (dead, accuracy), strict=True):
            line.set_xdata([rate, rate])
            dot.set_data([rate], [height])
        label, score = moving[4:]
        late = at > len(dead_units.RATES) / 2
        label.set(text=f"  {told(dead)} dead  ", ha="right" if late else "left",
                  position=(rate, np.clip(dead, 8, 92)))
        score.set_text(f"{accuracy:.0f} %")
        best = self.accuracy[k].argmax()
        lost = self.accuracy[k, best] - accuracy
        compared = (f"{lost:.0f} points below the best" if lost >= CLEAR
                    else "about as good as any")
        return (f"At rate {rate:g} with {optimiser}, {told(dead)} of layer {layer} is dead, "
                f"{told(some)} is inactive on some digits and {told(on)} is always on. "
                f"Validation accuracy is {accuracy:.0f} %, {compared}.")


def told(share):
    """Write a share in per cent; never as 0 or 100 what is neither."""
    if 0 < share < 1:
        return "under 1 %"
    return "over 99 %" if 99 < share < 100 else f"{share:.0f} %"
