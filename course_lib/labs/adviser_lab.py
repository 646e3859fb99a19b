"""Lab: the advisor. Answer seven questions, read what to try first, and see what it rests on."""

from functools import cache

import ipywidgets as widgets
import numpy as np
from matplotlib.patches import Rectangle

from course_lib import advisor, statistics
from course_lib.evidence import hidden_layers, hidden_scores
from course_lib.figures.style import BLACK, BLUE, GREY, ORANGE
from course_lib.figures.words import listed
from course_lib.labs.lab import Lab

DEPTHS = {"shallow": 2, "medium": 6, "deep": 12}  # of the study, for each answer
LOWEST = 90  # per cent, of the right panel: what lies below is told at the edge
LEFT, RIGHT = 2.6, 7.1  # of the stack of layers, on a drawing 10 wide and 4 high
BOXES = {  # part: left end, width and top of its box
    "first": (0, 2.2, 2.6), "head": (7.45, 2.5, 3.5), "loss": (7.45, 2.5, 2.05),
    "rate": (2.6, 2.2, 0.62), "hardware": (5.1, 2.6, 0.62),
}
NORM_MARKS = {"batch": ("s", BLACK), "layer": ("D", ORANGE)}
CITED = ("head", "hidden", "weights", "rate")  # whose sections the sentence names
STUDIED = {"task": ("binary", "multi-class", "multi-label"), "architecture": ("dense",),
           "normalisation": ("none",), "residual": ("no",)}
CATALOGUE = {"leaky 0.01": "leaky_relu", "leaky 0.2": "leaky_relu"}  # of the study's names


class Advisor(Lab):
    """Seven answers: what to try first, and the study of hidden functions at such a depth."""

    title = "What to try first, and why"
    frame_settings = ("depth",)

    def controls(self):
        return {question: widgets.ToggleButtons(
            options=list(choices), description=question, tooltips=list(choices.values()),
            style={"description_width": "9em", "button_width": "8em"}, layout={"width": "68em"})
            for question, choices in advisor.QUESTIONS.items()}

    def frame(self, figure, depth, **_):
        left, right = figure.subplots(1, 2, width_ratios=(7, 3))
        moving = _network(left, DEPTHS[depth])
        names, found = list(hidden_layers.FUNCTIONS), scores(DEPTHS[depth])
        right.set_title(f"{DEPTHS[depth]} plain dense layers", size=10)
        right.set_xlabel("accuracy on test digits (%)", size=9)
        right.tick_params(labelsize=8)
        right.grid(False, axis="y")
        right.set_yticks(range(len(names)), names)
        right.set(xlim=(LOWEST, 100), ylim=(len(names) - 0.4, -0.6))
        for row, name in enumerate(names):
            one = found[name]
            if one.mean < LOWEST:
                right.text(LOWEST + 0.3, row, f"◂ {round(one.mean):d}", va="center", size=8)
            else:
                right.plot([one.low, one.high], [row, row], color=GREY, lw=2)
                right.plot(one.mean, row, "o", color="white", mec=GREY, ms=7)
        # Key, which also brings both colours into the palette.
        for at, colour, told in ((0.02, BLUE, "advised"), (0.55, ORANGE, "a tie")):
            right.plot(at, -0.26, "o", color=colour, mec=BLACK, ms=7, clip_on=False,
                       transform=right.transAxes)
            right.text(at + 0.06, -0.26, told, size=8, va="center", transform=right.transAxes)
        return [*moving, *(right.plot([], [], "o", color=colour, mec=BLACK, ms=8)[0]
                           for colour in (ORANGE, BLUE)),
                right.text(0.97, 0.03, "yours is another", transform=right.transAxes, size=9,
                           ha="right")]

    def move(self, moving, **answers):
        task, kind, function, weights, *texts, norm, skips, ties, advised, other = moving
        advice, found = advisor.advise(**answers), scores(DEPTHS[answers["depth"]])
        task.set_text(answers["task"])
        kind.set_text(answers["architecture"])
        function.set_text(advice.hidden.short)
        weights.set_text(advice.weights.short)
        for text, part in zip(texts, BOXES, strict=True):
            text.set_text(getattr(advice, part).short)
        mark, colour = NORM_MARKS.get(answers["normalisation"], ("s", GREY))
        norm.set(marker=mark, color=colour, visible=answers["normalisation"] != "none")
        skips.set_visible(answers["residual"] == "yes")
        measured = all(answers[question] in choices for question, choices in STUDIED.items())
        other.set_visible(not measured)
        for dots, wanted in ((ties, advice.hidden.ties),
                             (advised, (advice.hidden.code["function"],))):
            shown = [(found[name].mean, row) for row, name in enumerate(found)
                     if measured and CATALOGUE.get(name, name) in wanted
                     and found[name].mean >= LOWEST]
            dots.set_data(*(zip(*shown, strict=True) if shown else ((), ())))
        return sentence(advice)


def _network(axes, layers):
    """Boxes and a stack of so many layers; returns texts, marks of norms, and skips, which move."""
    axes.set_axis_off()
    axes.set(xlim=(0, 10), ylim=(0, 4))
    places = np.linspace(LEFT, RIGHT, 2 * layers + 1)[1::2]
    wide = min(0.5, 0.6 * (RIGHT - LEFT) / layers)
    for x in places:
        axes.add_patch(Rectangle((x - wide / 2, 1.35), wide, 1.1, fc="#dddddd", ec=GREY))
    texts = [axes.text(8.7, 3.95, "", ha="center", va="top", size=9, color=GREY),
             axes.text(4.85, 3.95, "", ha="center", va="top", size=9, color=GREY),
             axes.text(4.85, 3.12, "", ha="center", va="center", size=12, weight="bold"),
             axes.text(4.85, 1.05, "", ha="center", va="center", size=10)]
    for part, (x, width, top) in BOXES.items():
        axes.add_patch(Rectangle((x, top - 0.56), width, 0.56, fc="#f4f4f4", ec=GREY))
        texts.append(axes.text(x + width / 2, top - 0.29, "", ha="center", va="center", size=9))
        if part != "head":
            axes.text(x, top + 0.05, advisor.NAMES[part], size=8, color=GREY)
    for row, (name, (mark, colour)) in enumerate(NORM_MARKS.items()):
        axes.plot(0.15, 1.35 - 0.3 * row, mark, color=colour, ms=5)
        axes.text(0.35, 1.35 - 0.3 * row, f"{name} norm", size=8, va="center")
    axes.plot([0.02, 0.28], [0.75, 0.75], color=BLUE, lw=1.5)
    axes.text(0.35, 0.75, "skips", size=8, va="center")
    for start, end in (((2.2, 2.3), (2.55, 2.0)), ((7.1, 2.0), (7.4, 3.0)),
                       ((8.7, 2.92), (8.7, 2.4))):
        axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": GREY})
    t = np.linspace(0, np.pi, 12)
    reach = places[1] - places[0]
    arcs = [np.array([x - reach / 2 + reach * (1 - np.cos(t)) / 2, 2.5 + 0.3 * np.sin(t)])
            for x in places]
    arcs = np.concatenate([np.column_stack([arc, [np.nan, np.nan]]) for arc in arcs], 1)
    norm, = axes.plot(places, np.full(layers, 1.55), "s", ms=5, color=GREY)
    skips, = axes.plot(*arcs, color=BLUE, lw=1.5, ls="-")
    return [*texts, norm, skips]


@cache
def scores(depth):
    """For each function of the study a `statistics.Estimate` of its test accuracy in per cent."""
    return {name: statistics.interval(hidden_scores.accuracies(name, depth))
            for name in hidden_layers.FUNCTIONS}


def sentence(advice):
    """The advice in words, with the first section that each part of it rests on."""
    told = listed([advisor.told(*one) for one in advice.answers.items()])

    def cited(part):
        item = getattr(advice, part)
        return f"{item.what} ({item.links[0].words})" if part in CITED else item.what

    parts = [f"{told[:1].upper()}{told[1:]}. Output: {cited('head')}; loss: {cited('loss')}.",
             f"Hidden layers: {cited('hidden')}; first weights: {cited('weights')}.",
             f"Rate: {cited('rate')}.",
             f"Before all else: {'; '.join(item.what for item in advice.before)}. Machine: "
             f"{cited('hardware')}."]
    if advice.measure_yourself:
        parts.append(f"Not measured in this course: {listed(advice.measure_yourself)}. Measure "
                     f"yourself: {advisor.SECTIONS['yourself'].words}.")
    return " ".join(parts)
