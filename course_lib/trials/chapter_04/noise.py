"""Noise: whether smooth functions bear it better than kinked ones, in inputs, labels and values."""

from functools import cache

import numpy as np

from ... import figures, statistics
from ...evidence import label_noise
from ...figures.style import GREY, look
from .. import Outcome, trial

POINTS, TIMES = 2.0, 1.1  # of accuracy; of an error, or of steps: less does not count
PAIRS = {"softplus": "relu", "gelu": "relu", "tanh": "hard_tanh"}  # smooth: its kinked relative
NOISES = ("noisy digits", "wrong labels", "noisy curve")


def scores(task, seeds):
    """Test score of each function at its best rate, (seeds,): accuracy (%), or RMSE on a curve."""
    rates, curve = label_noise.best_rates(task), label_noise.kind(task) == "curve"
    epochs = label_noise.EARLY[label_noise.kind(task)]
    found = {name: label_noise.learn(task, name, rates[name], seeds, epochs).test
             for name in functions()}
    return found if curve else {name: 100 * one for name, one in found.items()}


def functions():
    return list(dict.fromkeys([*PAIRS, *PAIRS.values()]))


def leads(task, found):
    """By how much each smooth function is better than its relative: name to `Estimate`.

    In points of accuracy; on a curve the logarithm of the ratio of the errors.
    """
    if label_noise.kind(task) == "curve":
        return {name: statistics.paired(np.log(found[other]), np.log(found[name]))
                for name, other in PAIRS.items()}
    return {name: statistics.paired(found[name], found[other]) for name, other in PAIRS.items()}


@cache
def steps(seeds):
    """Steps of each function to a training loss of 0.25 on clean digits, at its fastest rate.

    For a tuple of seeds; remembered, since two trials ask for it.
    """
    rates = label_noise.best_rates("digits", "steps")
    return {name: label_noise.steps_needed(label_noise.learn(
        "digits", name, rates[name], seeds, epochs=5).loss) for name in functions()}


def all_ahead(estimates, margin):
    """True if every estimate is above the margin, False if one surely is not, None if unsure."""
    against = {statistics.compare(one.shifted(-margin)) for one in estimates.values()}
    return True if against == {"more"} else False if "less" in against else None


@trial(
    "C60",
    claim="Smooth functions handle noisy data better; non-smooth ones are more efficient on clean "
          "data.",
    reading="Compare smooth functions with kinked ones of the same shape: softplus and GELU with "
            "ReLU, tanh with hard tanh, each at its best rate and stopped early. With noise (in "
            "the inputs, in the labels, in the values of a curve) the smooth one of each pair ends "
            "better; without noise the kinked one needs fewer steps.",
    rule="with one kind of noise smooth functions are better if in each pair the smooth one leads "
         "by over 2 points of accuracy, on the curve by over a tenth of the error; kinked ones are "
         "more efficient if in each pair they need over a tenth fewer steps to a training loss of "
         "0.25; by three standard errors. holds: all four; holds if (which): some; false: none. "
         "(The margins were set after a pilot with other seeds.)",
    correct="There is no such law: each pair behaves much alike, and where one leads it is not "
            "always the smooth one. Functions with small slopes, smooth or kinked, learn wrong "
            "labels by heart later and then look robust; at equal memorisation, at rates of their "
            "own, none of them is ahead.",
    literature="Zhang, Bengio, Hardt, Recht & Vinyals 2017, Understanding deep learning requires "
               "rethinking generalization; Arpit et al. 2017, A closer look at memorization in "
               "deep networks; a true relative: Xie, Tan, Gong, Yuille & Le 2020, Smooth "
               "adversarial training",
)
def smooth_and_noise(seeds):
    found = {task: scores(task, seeds) for task in NOISES}
    lead = {task: leads(task, one) for task, one in found.items()}
    taken = steps(tuple(seeds))
    saved = {name: statistics.paired(np.log(taken[name]), np.log(taken[other]))
             for name, other in PAIRS.items()}
    parts = {task: all_ahead(one, np.log(TIMES) if label_noise.kind(task) == "curve" else POINTS)
             for task, one in lead.items()}
    parts["clean digits"] = all_ahead(saved, np.log(TIMES))
    true = [name for name, one in parts.items() if one]
    verdict = "undecided"
    if None not in parts.values():
        verdict = {0: "false", len(parts): "holds"}.get(len(true), "holds if")

    def draw():
        title = ("With some noise all smooth ones lead" if any(parts[task] for task in NOISES) else
                 "With no kind of noise do all smooth ones lead")
        with figures.panels(title, columns=3, size=(8, 3.6), grain=2,
                            note=f"Dots: mean lead of the smooth one over {len(seeds)} seeds; "
                                 "bars: 95 % intervals; grey: does not count") as drawn:
            for axes, task in zip(drawn, NOISES, strict=True):
                one, margin, unit = lead[task], POINTS, "points"
                if label_noise.kind(task) == "curve":
                    one = {name: less_error(e) for name, e in one.items()}
                    margin, unit = 100 - 100 / TIMES, "% less error"
                pairs(axes, one, margin)
                axes.set(title=task, ylabel=f"lead ({unit})")

    return Outcome(
        verdict,
        {f"{task}, {name}": statistics.interval(values)
         for task, some in found.items() for name, values in some.items()}
        | {f"steps on clean digits, {name}": statistics.interval(values)
           for name, values in taken.items()},
        "; ".join(f"{task}: {told(lead[task])}" for task in NOISES[:2]) + "; noisy curve: "
        + ", ".join(f"{name} {by_a_tenth(-one.mean)} error than {PAIRS[name]}"
                    for name, one in lead["noisy curve"].items())
        + "; clean digits: " + ", ".join(
            f"{name} {by_a_tenth(one.mean)} steps than {PAIRS[name]}"
            for name, one in saved.items())
        + ". In the stored study, with half of the wrong labels learned by heart, accuracy on "
        + "true labels is " + ", ".join(
            f"{name} {100 * values.mean():.0f} %"
            for name, values in label_noise.at_equal_memorisation().items()) + ".",
        seeds=len(seeds), tuned="the rate of each function and task, out of "
        f"{len(label_noise.RATES)}, on validation examples with the same noise (for the steps, on "
        "training examples), with 10 other seeds", draw=draw,
        condition=f"the data are {' or '.join(true)}" if verdict == "holds if" else "")


def told(leads):
    """Whether the means of some leads, in points, stay within the margin; else who exceeds it."""
    beyond = [name for name, one in leads.items() if abs(one.mean) > POINTS]
    return (f"{', '.join(beyond)} more than {POINTS:g} points from the kinked relative" if beyond
            else f"on average every pair within {POINTS:g} points")


def by_a_tenth(log):
    """A logarithm of a ratio in words that are the same on every processor."""
    return ("over a tenth more" if log > np.log(TIMES) else
            "over a tenth less" if log < -np.log(TIMES) else "at most a tenth more or less")


def less_error(lead):
    """A lead, the logarithm of a ratio of errors, as per cent less error."""
    mean, low, high = (100 - 100 * np.exp(-value) for value in (lead.mean, lead.low, lead.high))
    return statistics.Estimate(mean, (100 - mean) * lead.se, low, high, lead.n, lead.level)


def pairs(axes, leads, margin):
    """Draws the lead of each smooth function over its relative, with its interval."""
    axes.axhspan(-margin, margin, color="#eeeeee", zorder=0)
    axes.axhline(0, color=GREY, lw=1)
    for place, (name, one) in enumerate(leads.items()):
        axes.errorbar(place, one.mean, yerr=[[one.mean - one.low], [one.high - one.mean]],
                      fmt="o", ms=6, capsize=4, lw=2, color=look(name)[0],
                      label=f"{name} - {PAIRS[name]}")
    axes.set_xticks(range(len(leads)), [f"{name}\n{PAIRS[name]}" for name in leads], size=9)
    axes.set_xlim(-0.5, len(leads) - 0.5)
