"""Lab: where a small network divides the plane, by activation function, width and seed."""

from functools import cache

import ipywidgets as widgets
import numpy as np
from contourpy import contour_generator
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from course_lib import data, training
from course_lib.figures.decisions import SHAPES, TINTS
from course_lib.figures.style import BLACK, BLUE, GREY, VERMILLION, look
from course_lib.labs.lab import Lab

# The disc covers half of its square, so that a constant answer scores no more than chance; its
# border is sharp, so it needs more points than the others.
SETS = {
    "xor": lambda: data.xor(n=500),
    "disc": lambda: data.disc(n=800, radius=1.2),
    "moons": lambda: data.moons(n=500),
    "spirals": lambda: data.spirals(n=500, turns=1.25),
}
ACTIVATIONS = ("identity", "relu", "tanh", "sine")
WIDTHS = range(1, 9)
SEEDS = range(10)
SOLVED = 0.95  # share of the test points that are right
CELLS = 80  # the plane is looked at in so many steps a side
LOW, HIGH = 20, 114  # per cent, of the right panel; its top line holds counts
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "all")


@cache
def trained(name, activation):
    """(data, run): one hidden layer of every width, ten seeds each, on one data set.

    Three times as many epochs would bring 9 of all 1,280 networks to the other side of SOLVED:
    those below it are stuck rather than slow.
    """
    points = SETS[name]()
    run = training.train(points, activation, hidden=[(width,) for width in WIDTHS], seeds=SEEDS,
                         loss="sigmoid_crossentropy", rate=0.05, epochs=200, batch=100)
    return points, run


class Boundary(Lab):
    """Choose data, activation function, width and seed: a trained network divides the plane."""

    title = "Where a network with one hidden layer divides the plane"
    frame_settings = ("data", "activation")

    def controls(self):
        style = {"description_width": "9em"}
        rows = {"style": {**style, "button_width": "7em"}, "layout": {"width": "48em"}}
        sliders = {"style": style, "layout": {"width": "34em"}}
        return {
            "data": widgets.ToggleButtons(options=list(SETS), description="data", **rows),
            "activation": widgets.ToggleButtons(options=ACTIVATIONS, value="relu",
                                                description="activation", **rows),
            "width": widgets.IntSlider(value=2, min=WIDTHS[0], max=WIDTHS[-1],
                                       description="hidden units", **sliders),
            "seed": widgets.IntSlider(value=0, min=SEEDS[0], max=SEEDS[-1], description="seed",
                                      **sliders),
        }

    def frame(self, figure, data, activation, **_):
        left, right = figure.subplots(1, 2, width_ratios=(2, 3))
        points, self.run = trained(data, activation)
        spots = np.concatenate([points.x_train, points.x_val, points.x_test])
        centre, reach = (spots.min(0) + spots.max(0)) / 2, 0.54 * np.ptp(spots, axis=0).max()
        beyond = 1.05 * reach  # so that the outline of a region does not run along the axes
        self.across, self.up = np.linspace(centre - beyond, centre + beyond, CELLS + 1).T
        self.points, self.classes = points.x_test, points.y_test
        left.set_facecolor(TINTS(0))
        left.grid(False)
        left.set(xlim=centre[0] + [-reach, reach], ylim=centre[1] + [-reach, reach], aspect=1,
                 xlabel="$x_1$", ylabel="$x_2$", title=f"{data}: test points")
        for kind, sign in enumerate("●▲"):  # a key, which also brings both tints into the palette
            left.text(0.84 + 0.12 * kind, 1.035, sign, color=(BLUE, VERMILLION)[kind], size=11,
                      ha="center", transform=left.transAxes, in_layout=False,
                      bbox={"fc": TINTS(kind), "ec": "none", "pad": 3})
        region = left.add_patch(PathPatch(Path(np.empty((0, 2))), fc=TINTS(1), ec=GREY, lw=1.2))
        moving = [region]
        for kind, colour in enumerate((BLUE, VERMILLION)):
            moving += left.plot(*self.points[self.classes == kind].T, ls="", color=colour, ms=5.5,
                                marker=SHAPES[kind][0], mec="white", mew=0.4)
        moving += left.plot([], [], ls="", marker="o", ms=8.5, mfc="none", mec=BLACK, mew=0.9)
        scores = self.run.test_score.values
        solved = (scores >= SOLVED).sum(1)
        right.axhline(100 * SOLVED, color=GREY, lw=1, ls=":")
        places = _places(np.array(WIDTHS)[:, None], np.array(SEEDS))
        right.plot(places.ravel(), 100 * scores.ravel(), ls="", marker="o", ms=4,
                   color=look(activation)[0])
        moving += right.plot([], [], ls="", marker="o", ms=11, mfc="none", mec=VERMILLION, mew=2)
        for width, count in zip(WIDTHS, solved, strict=True):
            right.text(width, 107, count, ha="center", va="center", color=GREY)
        right.text(0.35, 107, "solved by", ha="right", va="center", color=GREY)
        right.set(xlim=(0.4, WIDTHS[-1] + 0.6), ylim=(LOW, HIGH), xlabel="hidden units",
                  ylabel="test points right (%)", title=_headline(solved), xticks=WIDTHS,
                  yticks=range(LOW, 101, 20))
        return moving

    def move(self, moving, data, activation, width, seed):
        region, _, _, wrong, ring = moving
        network = self.run.network(hidden=(width,), seed=seed)
        grid = np.stack(np.meshgrid(self.across, self.up), -1)
        height = network.predict(grid.reshape(-1, 2))[0, :, 0].reshape(grid.shape[:2])
        region.set_path(_above_zero(self.across, self.up, height))
        answers = network.predict(self.points)[0, :, 0] > 0
        wrong.set_data(*self.points[answers != self.classes].T)
        scores = self.run.test_score.values
        share = scores[width - 1, seed]
        ring.set_data([_places(width, seed)], [100 * share])
        return (f"{data}, {activation}, {width} hidden unit{'s' * (width > 1)}, seed {seed}: "
                f"{_share(share)} right. {_luck(scores >= SOLVED, width, activation)}")


def _places(width, seed):
    """Where a network's dot stands: the seeds of one width side by side."""
    return width + 0.07 * (seed - (len(SEEDS) - 1) / 2)


def _above_zero(across, up, height):
    """The outline of the places where the height is above zero, a Path with its holes."""
    lines = contour_generator(across, up, height, fill_type="ChunkCombinedCode")
    (points,), (codes,) = lines.filled(0, max(1, 2 * height.max()))
    return Path(np.empty((0, 2))) if points is None else Path(points, codes)


def _headline(solved):
    """What ten seeds at each width show, from the number that solved it."""
    if not solved.any():
        return "No width solves it"
    safe = [width for width in WIDTHS if (solved[width - 1:] == len(SEEDS)).all()]
    if not safe:
        return "No width works with every seed"
    return f"All seeds solve it from width {safe[0]}" if safe[0] > 1 else "Every width solves it"


def _share(share):
    """A share of test points in words too coarse to depend on the processor."""
    if share >= SOLVED:
        return "all test points are" if share == 1 else "at least 95 % of the test points are"
    if share > 0.92:
        return "a little less than 95 % of the test points are"
    return f"about {5 * round(20 * share)} % of the test points are"


def _luck(solved, width, activation):
    """How many of the ten seeds solve it at this width, and what follows."""
    counts = [int(count) for count in solved.sum(1)]
    count, able = counts[width - 1], [one for one in WIDTHS if counts[one - 1]]
    who = f"{COUNTS[count]}{' of the' if count < len(SEEDS) else ''} ten seeds"
    which = f" (seed {np.argmax(solved[width - 1])})" if count == 1 else ""
    start = f"At this width {who}{which} reach{'es' if count < 2 else ''} 95 %"
    if not able:
        why = ": without an activation function the boundary is a straight line"
        return f"{start}, nor at any other{why if activation == 'identity' else ''}."
    if not count:
        return f"{start}; the narrowest that any seed solves has {able[0]}."
    if count < len(SEEDS):
        return f"{start}: the width suffices, but training may not find it. " \
               "To represent is not to learn."
    if width > able[0]:
        few = counts[able[0] - 1]
        return f"{start}; with {able[0]} it was {COUNTS[few]} of the ten." if few < len(SEEDS) \
            else f"{start}, as they do with {able[0]}."
    return f"{start}{', and with fewer units none does' if width > 1 else ''}."
