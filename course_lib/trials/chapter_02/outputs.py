"""Sigmoid at the output: one unit, its loss, and whether to take its word."""

from functools import cache

import numpy as np

from ... import activations, data, figures, initialisation, statistics
from ...figures.style import BLUE, GREY, VERMILLION
from ...threads import one_blas_thread
from .. import Outcome, trial
from . import calibration

sigmoid = activations.get("sigmoid").f
SLOPES = {  # of the loss with respect to z, where p = sigmoid(z)
    "cross-entropy": lambda p, y: p - y,
    "squared error": lambda p, y: 2 * (p - y) * p * (1 - p),
}
TUNING_SEEDS = [10**6 + k for k in range(5)]  # never used by a trial's own measurement

PAIR = (3, 8)
FAR = 10.0  # the mean |z| of a confidently wrong start
RATES = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
STEPS, GOAL = 200, 0.95
SHOWN = 61  # of the steps, in the figure


def descend(x, y, w, slope, rate, steps):
    """Full-batch gradient descent of one unit; yields its weights after each step.

    x (..., N, D), y (..., N, 1) and w (..., D, C): C units side by side, each with its rate (C,).
    """
    for _ in range(steps):
        p = sigmoid(x @ w)
        w = w - rate * (np.swapaxes(x, -1, -2) @ slope(p, y)) / x.shape[-2]
        yield w


@cache
def pair_of_digits(part):
    """Images (N, 65) of two digits, a column of ones for the bias, and which it is (N, 1)."""
    digits = data.digits()
    x, y = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
    kept = np.isin(y, PAIR)
    return np.c_[x[kept].astype(float), np.ones(kept.sum())], (y[kept] == PAIR[1])[:, None] * 1.0


def starts(seeds):
    """First weights (65, seeds): fresh ones, and ones that were taught the wrong way round.

    The latter learned a random half of the images with both labels exchanged and are then made so
    sure that their mean |z| over the training images is `FAR`: a mistake put right too late.
    """
    x, y = pair_of_digits("train")
    glorot, fresh, wrong = initialisation.get("glorot"), [], []
    for seed in seeds:
        rng = np.random.default_rng([seed, 20])
        fresh.append(np.append(glorot(64, 1, rng)[0], 0))
        half = rng.permutation(len(x))[:len(x) // 2]
        *_, taught = descend(x[half], 1 - y[half], fresh[-1][:, None], SLOPES["cross-entropy"],
                             1.0, 100)
        wrong.append(FAR * taught[:, 0] / abs(x @ taught).mean())
    return {"fresh": np.stack(fresh, 1), "confidently wrong": np.stack(wrong, 1)}


def accuracies(start, loss, rates, part):
    """Share of `part` that is right, before the first step and after each: (steps+1, units)."""
    x, y = pair_of_digits("train")
    seen, right = pair_of_digits(part)
    path = [start, *descend(x, y, start, SLOPES[loss], rates, STEPS)]
    return np.stack([((seen @ w > 0) == right).mean(0) for w in path])


def steps_to_goal(path):
    """The first step at which each unit is at the goal; inf where it never is."""
    return np.where((path >= GOAL).any(0), (path >= GOAL).argmax(0), np.inf)


def best_rate(loss):
    """The rate with the highest validation accuracy from fresh weights, on average over steps."""
    start = starts(TUNING_SEEDS)["fresh"]
    each = accuracies(np.repeat(start, len(RATES), 1), loss, np.tile(RATES, start.shape[1]), "val")
    return RATES[each.mean(0).reshape(-1, len(RATES)).mean(0).argmax()]


@trial(
    "C20",
    claim="Sigmoid is suited to the output of a network that answers yes or no.",
    reading="With a sigmoid behind its sum, one unit learns to tell two digits apart with either "
            "of the usual losses, from fresh weights as well as from confidently wrong ones "
            "(taught with both labels exchanged until |z| is about 10).",
    rule="a loss passes if from both kinds of start more than half of ten units read 95 % of the "
         "test images within 200 steps, at the rate out of six that is best for it from fresh "
         "weights; it fails if from one kind fewer than half do (three standard errors each); "
         "holds if both pass; holds if (that loss): one passes and one fails; false: both fail",
    correct="With cross-entropy the gradient at the sum is p - y, large as long as the answer is "
            "wrong. With squared error a factor p (1 - p) comes in: from fresh weights it learns "
            "as well, but where the unit is sure and wrong it hardly moves.",
    literature="Bridle 1990, Probabilistic interpretation of feedforward classification network "
               "outputs; Golik, Doetsch & Ney 2013, Cross-entropy vs. squared error training",
)
@one_blas_thread()
def sigmoid_at_the_output(seeds):
    start = starts(seeds)
    paths = {(loss, name): accuracies(start[name], loss, best_rate(loss), "test")
             for loss in SLOPES for name in start}
    reach = {key: statistics.share((path >= GOAL).any(0)) for key, path in paths.items()}
    against = {key: statistics.compare(one.shifted(-0.5)) for key, one in reach.items()}
    passed = {loss: [against[loss, name] for name in start] for loss in SLOPES}
    good = [loss for loss, both in passed.items() if both == ["more", "more"]]
    bad = [loss for loss, both in passed.items() if "less" in both]
    verdict = "undecided"
    if len(good) + len(bad) == len(SLOPES):
        verdict = ["false", "holds if", "holds"][len(good)]
    at = {loss: abs(slope(sigmoid(-FAR), 1.0)) for loss, slope in SLOPES.items()}
    counted = {key: f"{round(one.mean * one.n)} of {one.n}" for key, one in reach.items()}
    for key, path in paths.items():
        if reach[key].mean > 0.5:
            counted[key] += f" (median: step {np.median(steps_to_goal(path)):.0f})"

    def draw():
        with figures.panels("From a confidently wrong start only cross-entropy finds its way",
                            columns=2, note="Mean of 10 units; bands: 95 % intervals") as drawn:
            for axes, name in zip(drawn, start, strict=True):
                for loss, colour, dash in zip(SLOPES, (BLUE, VERMILLION), "-:", strict=True):
                    each = [statistics.interval(100 * step) for step in paths[loss, name][:SHOWN]]
                    axes.plot([one.mean for one in each], color=colour, ls=dash, label=loss,
                              gid=loss)
                    axes.fill_between(range(SHOWN), [one.low for one in each],
                                      [one.high for one in each], color=colour, alpha=0.2, lw=0,
                                      gid=loss)
                axes.set(title=f"{name} start", xlabel="step", ylim=(-3, 103))
            drawn[0].set_ylabel("test images right (%)")

    return Outcome(
        verdict,
        {**{f"gradient at z = -{FAR:g}, y = 1, {loss}": value for loss, value in at.items()},
         **{f"{loss}, {name} start: share that reaches 95 %": one
            for (loss, name), one in reach.items()}},
        f"At z = -{FAR:g}, where the answer should be 1, the gradient is {at['cross-entropy']:.5f} "
        f"with cross-entropy and {at['squared error']:.1e} with squared error. Units that read "
        "95 % within 200 steps: " + "; ".join(
            f"{loss}, {', '.join(f'{name} start {counted[loss, name]}' for name in start)}"
            for loss in SLOPES) + ".",
        seeds=len(seeds), tuned=f"the rate of each loss, out of {len(RATES)}, on validation "
                                f"images, with {len(TUNING_SEEDS)} other fresh starts",
        draw=draw, condition=f"the loss is {good[0]}" if verdict == "holds if" else "")


INPUTS, STEEP, UNSURE = 20, 2.0, 0.1
MARGIN = 0.05
CASES = {  # the true probability of a yes, and the number of examples to learn from
    "right form and 2,000 examples": (lambda x: sigmoid(STEEP * x[..., :1]), 2000),
    "right form and 100 examples": (lambda x: sigmoid(STEEP * x[..., :1]), 100),
    "wrong form and 2,000 examples": (lambda x: np.where(x[..., :1] > 0, 1 - UNSURE, UNSURE), 2000),
}


def logistic_forecasts(case, seeds):
    """Test forecasts of logistic regressions, one a seed, with what came true.

    Returns p (S, 4000) as fitted, p with one temperature chosen on validation examples (as many as
    were learned from), the true probabilities, and the yes or no that came of them.
    """
    chance, n = CASES[case]
    parts = {"train": n, "val": n, "test": 4000}
    x, y, truth = {}, {}, {}
    rngs = [np.random.default_rng([seed, n, 21]) for seed in seeds]
    for part, size in parts.items():
        drawn = np.stack([rng.standard_normal((size, INPUTS)) for rng in rngs])
        truth[part] = chance(drawn)
        y[part] = np.stack([rng.random((size, 1)) < one for rng, one
                            in zip(rngs, truth[part], strict=True)]) * 1.0
        x[part] = np.concatenate([drawn, np.ones((len(seeds), size, 1))], -1)
    start = np.zeros((len(seeds), INPUTS + 1, 1))
    *_, w = descend(x["train"], y["train"], start, SLOPES["cross-entropy"], 2.0, 200)
    z, z_val = ((x[part] @ w)[..., 0] for part in ("test", "val"))
    T = np.array([calibration.temperature(np.stack([0 * one, one], 1), right[:, 0])
                  for one, right in zip(z_val, y["val"], strict=True)])
    return sigmoid(z), sigmoid(z / T[:, None]), truth["test"][..., 0], y["test"][..., 0]


@trial(
    "C21",
    claim="Logistic regression handles probabilities well: a sigmoid's output is a probability.",
    reading="Its outputs may be taken at their word: of the cases that are given 80 %, about 80 % "
            "are a yes. So it is with many examples and with few, and whether or not the true "
            "probability has a sigmoid's shape.",
    rule="a case passes if its expected calibration error (ten bins, 4,000 fresh cases) lies below "
         "0.05 by three standard errors, and fails if it lies above by as many; holds if all three "
         "cases pass; holds if (those that pass): some do and the others fail; false: all fail",
    correct="A sigmoid gives numbers between 0 and 1. They are calibrated if the model's form is "
            "right and the examples suffice. Too few examples make it too sure; one temperature, "
            "fitted on validation data, repairs most of that. A wrong form it cannot repair.",
    literature="Platt 1999, Probabilistic outputs for support vector machines; Sur & Candes 2019, "
               "A modern maximum-likelihood theory for high-dimensional logistic regression; Guo, "
               "Pleiss, Sun & Weinberger 2017, On calibration of modern neural networks",
)
@one_blas_thread()
def word_of_a_sigmoid(seeds):
    found = {case: logistic_forecasts(case, seeds) for case in CASES}

    def errors(which):
        return {case: statistics.interval([calibration.error(p, y) for p, y in zip(
            forecasts[which], forecasts[3], strict=True)]) for case, forecasts in found.items()}

    plain, repaired, perfect = errors(0), errors(1), errors(2)
    against = {case: statistics.compare(one.shifted(-MARGIN)) for case, one in plain.items()}
    passed = [case for case in CASES if against[case] == "less"]
    failed = [case for case in CASES if against[case] == "more"]
    verdict = "undecided"
    if len(passed) + len(failed) == len(CASES):
        verdict = "holds" if not failed else "holds if" if passed else "false"

    def draw():
        with figures.panels("Only the first means what it says", columns=len(CASES),
                            size=(8, 3.4), digits=2,
                            note="Dots: mean of 10 data sets; bars: 95 % intervals; dotted: what "
                                 "is stated comes true") as drawn:
            for axes, (case, (p, *_, y)) in zip(drawn, found.items(), strict=True):
                reliability(axes, p, y)
                axes.set_title(case.replace(" and ", ",\n"))
            drawn[0].set_ylabel("share that comes true")

    return Outcome(
        verdict,
        {f"{case}, {kind}": one for kind, some in (
            ("as fitted", plain), ("with a temperature", repaired), ("true probabilities", perfect))
         for case, one in some.items()},
        "Expected calibration error (the true probabilities themselves would score "
        f"{perfect['right form and 2,000 examples'].mean:.3f}): " + "; ".join(
            f"{case} {plain[case].mean:.3f}, with a temperature {repaired[case].mean:.3f}"
            for case in CASES) + ".",
        seeds=len(seeds), tuned="the temperature, on validation examples",
        draw=draw, condition=f"the model has the {' or the '.join(passed)}"
        if verdict == "holds if" else "")


def reliability(axes, stated, came_true):
    """Draws stated probability against the share that came true: (S, N) each, intervals over S."""
    each = [calibration.bins(p, y) for p, y in zip(stated, came_true, strict=True)]
    said, came = (np.array([one[which] for one in each]) for which in (1, 2))
    full = np.isfinite(said).all(0)
    means = [statistics.interval(column) for column in came[:, full].T]
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls=":")
    axes.errorbar(said[:, full].mean(0), [one.mean for one in means],
                  yerr=[[one.mean - one.low for one in means],
                        [one.high - one.mean for one in means]],
                  fmt="o-", ms=4, lw=1.2, capsize=2, color=BLUE,
                  label="share that comes true")
    axes.set(xlabel="stated probability", xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1],
             yticks=[0, 0.5, 1])
    axes.set_box_aspect(1)
