"""The last layer: which head suits which kind of answer; and what inputs have to do with tanh."""

from dataclasses import replace

import numpy as np

from ... import data, figures, statistics, training
from ...evidence import input_scales, output_heads
from .. import Outcome, trial

POINTS, TIMES = 1.0, 1.1  # a point of accuracy, a tenth of the error: less does not count
# The advised pairing of head and loss, and its usual rivals.
ADVISED = {
    "yes or no": ("sigmoid, cross-entropy", "tanh, squared error", "none, squared error"),
    "one of several": ("softmax, cross-entropy", "sigmoids, cross-entropy", "none, squared error"),
    "any number": ("none", "tanh", "sigmoid", "ReLU"),
}
TRIED = ("tanh", "sigmoid", "relu")
NETWORKS = {"yes or no": 20, "one of several": 40, "any number": 10}  # for each pairing
RIGHT = {"yes or no": "test digits right (%)", "one of several": "test digits right (%)",
         "any of several": "test digits with all three answers right (%)"}
ERRORS = {"any number": "error (columns, root mean square)",
          "positive": "error (pixels, root mean square)",
          "from 0 to 1": "error (root mean square)"}
GRAINS = {"any number": 0.05, "from 0 to 1": 0.05}


def more(seeds, count):
    """The seeds, and further ones that derive from them, `count` in all."""
    return [seed + 100 * k for k in range(count // len(seeds)) for seed in seeds]


def losses(task, found):
    """By how much each rival is worse than the advised pairing, paired: name to `Estimate`.

    In points of accuracy, or for numbers in the logarithm of the error: above 0 it is worse.
    """
    advised, *rivals = ADVISED[task]
    if task in output_heads.NUMBERS:
        return {name: statistics.paired(np.log(found[name]), np.log(found[advised]))
                for name in rivals}
    return {name: statistics.paired(100 * found[advised], 100 * found[name]) for name in rivals}


def advice(task, lost):
    """True if no rival is better by the margin, False if one surely is, None where unsure."""
    margin = np.log(TIMES) if task in output_heads.NUMBERS else POINTS
    against = [statistics.compare(one.shifted(margin)) for one in lost.values()]
    return True if set(against) == {"more"} else False if "less" in against else None


@trial(
    "C58",
    claim="Several classes: softmax. Numbers: a linear output. Yes or no: a sigmoid.",
    reading="For these three kinds of answer the advised head (softmax and sigmoid with "
            "cross-entropy, none with squared error) is never worth giving up: no other usual "
            "one does better. The numbers have both signs; bounds are not what the advice is for.",
    rule="a piece of advice passes if no other head is better on test digits by a point of "
         "accuracy, or by a tenth of the error (three standard errors each), and fails if one is "
         "surely better by as much; holds if all three pass; holds if (these answers): some pass "
         "and the others fail; false: all fail. (The margins were set after a pilot. Forty "
         "networks for several classes, where heads differ least, 20 for yes or no, ten for "
         "numbers.)",
    correct="They are the pairs that statistics derives from the kind of answer, and none was "
            "beaten by a point. For classes others are as good in accuracy; for numbers of both "
            "signs a bounded or one-sided head fails, since it cannot say them. The list ends "
            "there: several labels at once want a sigmoid each.",
    literature="Bridle 1990, Probabilistic interpretation of feedforward classification network "
               "outputs; McCullagh & Nelder 1989, Generalized linear models; Hui & Belkin 2021, "
               "Evaluation of neural architectures trained with square loss vs cross-entropy in "
               "classification tasks",
)
def advised_heads(seeds):
    found = {task: {name: output_heads.at_best(task, name, more(seeds, NETWORKS[task]))
                    for name in names} for task, names in ADVISED.items()}
    lost = {task: losses(task, some) for task, some in found.items()}
    passed = {task: advice(task, one) for task, one in lost.items()}
    verdict = "undecided"
    good = [task for task in ADVISED if passed[task]]
    if None not in passed.values():
        verdict = {0: "false", len(ADVISED): "holds"}.get(len(good), "holds if")

    return Outcome(
        verdict,
        {f"{task}, {name}": statistics.interval(values)
         for task, some in found.items() for name, values in some.items()},
        "Compared with the advised head the best other one is, for yes or no, "
        + told(best(lost["yes or no"])) + "; for one of several classes, "
        + told(best(lost["one of several"])) + "; with numbers of both signs its error is "
        + f"over {int(np.exp(best(lost['any number']).mean))} times as large.",
        seeds=len(seeds), tuned=f"the rate of each head, out of {len(output_heads.RATES)}, on "
                                "validation digits, with 10 other seeds",
        condition=f"the answer is {' or '.join(good)}" if verdict == "holds if" else "")


def best(lost):
    """The estimate of the pairing that loses least."""
    return min(lost.values(), key=lambda one: one.mean)


def told(lost):
    """A loss in words that are the same on every processor: against the margin."""
    return {"more": "worse by over a point", "less": "better by over a point",
            "equal": "within a point"}.get(statistics.compare(lost, POINTS),
                                           "not better by a point" if statistics.compare(
                                               lost.shifted(POINTS)) == "more" else "close by")


@trial(
    "C59",
    kind="untestable",
    claim="Tanh is ideal when the data are zero-centred.",
    reading="Of the functions compared, tanh gains most from centring the inputs: the drop in the "
            "number of steps is larger for it than for the others.",
    rule="no verdict: 'ideal' names no quantity. Measured instead: the steps of plain SGD to a "
         "training loss of 0.25 with raw pixels (0 to 16), scaled ones, and standardised ones, "
         "each function and kind of input at its best rate",
    correct="Standardise the inputs for any activation function. Centring the data helps ReLU as "
            "it helps tanh; what tanh's own centre helps is the next layer.",
    literature="LeCun, Bottou, Orr & Mueller 1998, Efficient BackProp, sec. 4.3 (normalising the "
               "inputs) and 4.4 (the sigmoid)",
)
def ideal_for_centred_data(seeds):
    rates = input_scales.fastest_rates()
    steps = {(name, inputs): input_scales.steps(name, inputs, rates[name, inputs], seeds, epochs=6)
             for name in TRIED for inputs in input_scales.INPUTS}
    gain = {name: statistics.paired(np.log(steps[name, "scaled"]),
                                    np.log(steps[name, "standardised"]))
            for name in TRIED}

    def draw():
        with figures.panels("Standardised inputs save steps with every function", columns=1,
                            note="Bars: 95 % intervals over 10 seeds", grain=10) as axes:
            places = np.arange(len(TRIED))
            for shift, inputs in zip((-0.27, 0, 0.27), input_scales.INPUTS, strict=True):
                each = [statistics.interval(steps[name, inputs]) for name in TRIED]
                axes.bar(places + shift, [one.mean for one in each], 0.25, label=inputs,
                         yerr=[one.high - one.mean for one in each], capsize=2)
            axes.set_xticks(places, TRIED)
            axes.set(ylabel="steps to a loss of 0.25", ylim=(0, 90))
            axes.legend(ncols=3, loc="upper center")

    return Outcome(
        "untestable",
        {f"steps, {name}, {inputs}": statistics.interval(values)
         for (name, inputs), values in steps.items()}
        | {f"log of the gain from centring, {name}": one for name, one in gain.items()},
        "Ideal by which measure, and among which functions? And a data set is centred by whoever "
        "uses it. What can be measured is the gain. From raw to standardised inputs the steps "
        "fall, roughly: " + "; ".join(
            f"{name} {told_steps(steps[name, 'raw'])} to "
            f"{told_steps(steps[name, 'standardised'])}" for name in TRIED) + ". "
        "Centring alone, with the scale as it is, divides the steps of tanh by "
        f"{np.exp(gain['tanh'].mean):.0f}, of ReLU by {np.exp(gain['relu'].mean):.0f}.",
        seeds=len(seeds), tuned=f"the rate of each, out of {len(input_scales.RATES)}, for fewest "
                                "steps on training data, with 10 other seeds", draw=draw)


def told_steps(steps):
    return f"{5 * round(steps.mean() / 5)}"


TITLES = {
    "yes or no": "Four ways to say yes or no do about equally well",
    "one of several": "Ten sigmoids, or plain sums, do about as well as softmax",
    "any of several": "For any number of labels three shares are the wrong head",
    "any number": "A head that cannot say the answer makes errors no training mends",
    "from 0 to 1": "Between bounds a sigmoid forbids the impossible",
}


def draw(task, seeds=range(10)):
    """Draws every pairing of a task of `output_heads`: one dot a network, means with intervals.

    For numbers (any, and from 0 to 1) there is one row more: the error of whoever always gives the
    mean of the training data.
    """
    found = output_heads.compare(task, seeds)
    if task in output_heads.NUMBERS:
        found = {**found, "always the mean": np.full(len(seeds), constant_error(task))}
        figures.accuracies(list(found), list(found.values()), title=TITLES[task],
                           xlabel=ERRORS[task], grain=GRAINS[task])
    else:
        figures.accuracies(list(found), [100 * values for values in found.values()],
                           title=TITLES[task], xlabel=RIGHT[task], grain=5)


def constant_error(task):
    """The error on test examples of one answer for all, the mean of the training targets."""
    shown = output_heads.examples(task)
    return float(np.sqrt(np.square(shown.y_test - shown.y_train.mean()).mean()))


def probabilities(seeds):
    """How far answers to "yes or no" are from probabilities: name to (gap, outside).

    gap: mean distance of what is said and what is true in ten equal bins, weighted by their
    digits (the expected calibration error), over networks; outside: share of answers below 0 or
    above 1. Tanh's answers are moved to 0..1 first.
    """
    true, found = output_heads.examples("yes or no").y_test[:, 0], {}
    for name in (*ADVISED["yes or no"], "sigmoid, squared error"):
        said = output_heads.said("yes or no", name, seeds)[:, :, 0]
        p = (said + 1) / 2 if name.startswith("tanh") else said
        gaps = [_gap(np.clip(one, 0, 1), true) for one in p]
        found[name] = float(np.mean(gaps)), float(((p < 0) | (p > 1)).mean())
    return found


def _gap(p, true):
    bins = np.minimum((10 * p).astype(int), 9)
    return sum(abs((p - true)[bins == one].sum()) for one in range(10)) / len(p)


def without_answer(seeds):
    """How much of each digit (%) networks with a ReLU before the softmax still read: a table.

    Returns dead, (S, 10): outputs that are 0 for every test digit; and right, (S, 10).
    """
    name = "ReLU before the softmax"
    out = output_heads.said("one of several", name, seeds)
    true = output_heads.examples("one of several").y_test.argmax(1)
    named = out.argmax(2) == true
    right = np.stack([named[:, true == digit].mean(1) for digit in range(10)], 1)
    return (out <= 0).all(1), 100 * right


LABELS = "any of several"


def three_answers(name, seeds):
    """Whether all three answers are right, (S, N), each network at its own cut.

    The cut is the one that is right most often on validation digits, as in `output_heads.score`.
    `name` is a pairing of `output_heads`, or "softmax, fourth class": four shares, of which the
    last is for digits without a label. It has the rate that was found for three shares.
    """
    if name == "softmax, fourth class":
        said = four_shares(seeds)
    else:
        run = output_heads._tried(LABELS, name, tuple(seeds))
        said = {part: np.stack([output_heads.answers(LABELS, name, run, seed, part)
                                for seed in seeds]) for part in ("val", "test")}
    shown, found = output_heads.examples(LABELS), []
    for val, test in zip(said["val"], said["test"], strict=True):
        right = [((val > cut) == (shown.y_val > 0.5)).all(1).mean() for cut in output_heads.CUTS]
        cut = output_heads.CUTS[np.argmax(right)]
        found.append(((test > cut) == (shown.y_test > 0.5)).all(1))
    return np.array(found)


def four_shares(seeds):
    """The first three shares of such softmax networks: {"val" or "test": (S, N, 3)}."""
    shown = output_heads.examples(LABELS)

    def fourth(y):
        return np.concatenate([y, y.sum(1, keepdims=True) == 0], 1).astype(np.float32)

    run = training.train(
        replace(shown, **{f"y_{part}": fourth(getattr(shown, f"y_{part}")) for part in data.PARTS}),
        "relu", seeds=list(seeds), hidden=(output_heads.WIDTH,), epochs=output_heads.EPOCHS,
        rate=output_heads.best_rates()[LABELS, "softmax, cross-entropy"],
        init=output_heads.first_weights, head="softmax", loss="crossentropy")
    return {part: np.stack([run.network(seed=seed).predict(getattr(shown, f"x_{part}"))[0][:, :3]
                            for seed in seeds]).astype(float) for part in ("val", "test")}
