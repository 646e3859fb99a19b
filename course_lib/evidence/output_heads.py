"""What stands between the last sum and the loss: heads and losses for six kinds of answer.

All on the digits, with one hidden layer of 32 ReLU units, and Adam. First weights are He's, in the
last layer a tenth of these, so that every head starts near its middle:

    yes or no       is the digit even?
    one of several  which digit is it?
    any of several  is it even? is it above four? has its figure a loop (0, 6, 8, 9)?
    any number      how many columns its top is to the right of its bottom (its lean)
    positive        how many pixels of paper the ink encloses
    from 0 to 1     a three and an eight laid over each other: how much of it is the eight?

Every pairing of head and loss gets the rate that suits it best, found here on validation digits.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from .. import activations, data, initialisation, training
from . import load, study

RATES = [0.001, 0.003, 0.01, 0.03, 0.1]
WIDTH, EPOCHS = 32, 12
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement
LOOPS, THREE, EIGHT = (0, 6, 8, 9), 3, 8
CUTS = np.arange(0.02, 1, 0.02)
sigmoid, softmax = (activations.get(name).f for name in ("sigmoid", "softmax"))


@dataclass(frozen=True)
class Pairing:
    """A head, a loss, the targets 0 and 1 as they are shown to it, and what turns outputs into p.

    `answer` maps outputs (N, C) to numbers that the task's score compares with the targets: for
    yes or no they speak for yes above `cut`.
    """

    head: str | None
    loss: str
    low: float = 0.0
    answer: object = None
    cut: float = 0.5


CE, SE = "sigmoid_crossentropy", "squared_error"
TASKS = {
    "yes or no": {
        "sigmoid, cross-entropy": Pairing(None, CE, answer=sigmoid),
        "sigmoid, squared error": Pairing("sigmoid", SE),
        "tanh, squared error": Pairing("tanh", SE, low=-1.0, cut=0.0),
        "none, squared error": Pairing(None, SE),
        "ReLU before the sigmoid": Pairing("relu", CE, answer=sigmoid),
    },
    "one of several": {
        "softmax, cross-entropy": Pairing(None, "softmax_crossentropy"),
        "sigmoids, cross-entropy": Pairing(None, CE),
        "none, squared error": Pairing(None, SE),
        "ReLU before the softmax": Pairing("relu", "softmax_crossentropy"),
    },
    "any of several": {
        "sigmoids, cross-entropy": Pairing(None, CE, answer=sigmoid),
        "none, squared error": Pairing(None, SE),
        "softmax, cross-entropy": Pairing("softmax", "crossentropy"),
    },
    "any number": {
        "none": Pairing(None, SE),
        "tanh": Pairing("tanh", SE),
        "sigmoid": Pairing("sigmoid", SE),
        "ReLU": Pairing("relu", SE),
    },
    "positive": {
        "softplus": Pairing("softplus", SE),
        "exponential": Pairing("exponential", SE),
        "ReLU": Pairing("relu", SE),
        "none": Pairing(None, SE),
    },
    "from 0 to 1": {
        "sigmoid, cross-entropy": Pairing(None, CE, answer=sigmoid),
        "sigmoid, squared error": Pairing("sigmoid", SE),
        "none, squared error": Pairing(None, SE),
        "ReLU, squared error": Pairing("relu", SE),
    },
}
CASES = [f"{task}: {name}" for task, pairings in TASKS.items() for name in pairings]
NUMBERS = ("any number", "positive", "from 0 to 1")  # judged by their error, others by accuracy


@cache
def examples(task):
    """The task's `data.Data`, with targets (N, outputs)."""
    digits, parts = data.digits(), {}
    for part in data.PARTS:
        x, y = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
        if task == "from 0 to 1":
            x, target = crossfades(x, y, {"train": 400, "val": 200, "test": 200}[part])
        else:
            target = TARGETS[task](x, y)
        parts[f"x_{part}"], parts[f"y_{part}"] = x, np.asarray(target, np.float32)
    return data.Data(task, **parts)


def ink(x):
    """How much ink each pixel holds, (N, 8, 8) from 0 to 1: the digits before standardising."""
    low, high = data.digits().x_train.min(), data.digits().x_train.max()
    return np.clip((x - low) / (high - low), 0, 1).reshape(-1, 8, 8)


def lean(x):
    """How many columns the top of each digit is to the right of its bottom, (N, 1).

    Seven rows times the slope of the line that best tells ink's column from its row.
    """
    weight = ink(x).astype(float)
    row, column = np.mgrid[:8, :8]
    total = weight.sum((1, 2))
    up, right = ((weight * place).sum((1, 2)) / total for place in (-row, column))
    up, right = -row - up[:, None, None], column - right[:, None, None]
    return (7 * (weight * up * right).sum((1, 2)) / (weight * up * up).sum((1, 2)))[:, None]


def enclosed(x):
    """How many pixels of paper (less than half ink) cannot be left without crossing ink, (N, 1)."""
    from scipy import ndimage  # here: it would slow down the import of evidence
    counts = []
    for image in ink(x):
        paper = np.pad(image < 0.5, 1, constant_values=True)
        patches, _ = ndimage.label(paper)
        counts.append((paper & (patches != patches[0, 0])).sum())
    return np.array(counts, float)[:, None]


def crossfades(x, y, count):
    """Pictures (count, 64) of a three and an eight laid over each other, and the eight's share.

    The shares crowd at both ends (arcsine law): most pictures are nearly one or the other.
    """
    rng = np.random.default_rng([count, 58])
    share = np.sin(np.pi / 2 * rng.random((count, 1))) ** 2
    threes, eights = (x[rng.choice(np.flatnonzero(y == digit), count)] for digit in (THREE, EIGHT))
    return ((1 - share) * threes + share * eights).astype(np.float32), share


TARGETS = {
    "yes or no": lambda x, y: (y % 2 == 0)[:, None],
    "one of several": lambda x, y: np.eye(10)[y],
    "any of several": lambda x, y: np.stack([y % 2 == 0, y > 4, np.isin(y, LOOPS)], 1),
    "any number": lambda x, y: lean(x),
    "positive": lambda x, y: enclosed(x),
}


def first_weights(fan_in, fan_out, rng):
    W, b = initialisation.he(fan_in, fan_out, rng)
    return (W if fan_out == WIDTH else 0.1 * W), b


def train_case(task, name, rate, seeds):
    """Networks for one pairing of head and loss: a `training.Run`."""
    pairing, shown = TASKS[task][name], examples(task)
    if pairing.low:  # targets 0 and 1 become `low` and 1
        shown = replace(shown, **{f"y_{part}": pairing.low + (1 - pairing.low) * getattr(
            shown, f"y_{part}") for part in data.PARTS})
    return training.train(shown, "relu", seeds=seeds, hidden=(WIDTH,), rate=rate, epochs=EPOCHS,
                          init=first_weights, head=pairing.head, loss=pairing.loss)


def answers(task, name, run, seed, part):
    """What one network says about a part, (N, C): p for yes or no, a number, or class scores."""
    out = run.network(seed=seed).predict(getattr(examples(task), f"x_{part}"))[0].astype(float)
    answer = TASKS[task][name].answer
    out = np.nan_to_num(out, nan=0.0, posinf=1e6, neginf=-1e6)
    return out if answer is None else answer(out)


def scores(task, name, run, part):
    """One number a seed: the share of right answers, or the root mean squared error."""
    return np.array([score(task, name, answers(task, name, run, seed, part),
                           getattr(examples(task), f"y_{part}"),
                           lambda seed=seed: answers(task, name, run, seed, "val"))
                     for seed in run.test_score.axes["seed"]])


def score(task, name, said, y, said_val):
    """Share of right answers (all three for "any of several"), or root mean squared error.

    `said_val` gives the answers on validation digits: where several labels may be true, the cut
    above which an answer counts as yes is the one that is right most often there.
    """
    if task in NUMBERS:
        return np.sqrt(np.square(said - y).mean())
    if task == "one of several":
        return (said.argmax(1) == y.argmax(1)).mean()
    cut = TASKS[task][name].cut
    if task == "any of several":
        val, right = said_val(), examples(task).y_val > 0.5
        cut = CUTS[np.argmax([((val > at) == right).all(1).mean() for at in CUTS])]
    return ((said > cut) == (y > 0.5)).all(1).mean()


@study("output_heads", {"case": CASES, "rate": RATES},
       families=("rectifiers", "saturating", "vector"))
def tune(case, rate):
    """The score of ten tuning seeds on validation digits."""
    task, name = case.split(": ")
    return {"score": scores(task, name, train_case(task, name, rate, TUNING_SEEDS), "val")}


@cache
def best_rates():
    """For each (task, name) the rate of the study with the best mean score."""
    stored, chosen = load("output_heads")["score"], {}
    for task, pairings in TASKS.items():
        for name in pairings:
            mean = stored.sel(case=f"{task}: {name}").values.mean(-1)
            chosen[task, name] = RATES[mean.argmin() if task in NUMBERS else mean.argmax()]
    return chosen


def compare(task, seeds):
    """Test scores of every pairing of a task, each at its own best rate: a dict of (seeds,)."""
    return {name: at_best(task, name, seeds) for name in TASKS[task]}


def at_best(task, name, seeds):
    """Test scores (seeds,) of one pairing at its best rate; what was tried once is remembered."""
    seeds = tuple(seeds)
    blocks = [seeds[start:start + 10] for start in range(0, len(seeds), 10)]
    return np.concatenate([_tested(task, name, block) for block in blocks])


def impossible(task, seeds):
    """The share of test answers below 0, or for "from 0 to 1" above 1 too, as `compare`."""
    top = 1.0 if task == "from 0 to 1" else np.inf
    found = {}
    for name in TASKS[task]:
        answered = said(task, name, seeds)
        found[name] = ((answered < 0) | (answered > top)).mean((1, 2))
    return found


def said(task, name, seeds):
    """The answers (seeds, N, C) on test examples of one pairing at its best rate."""
    run = _tried(task, name, tuple(seeds))
    return np.stack([answers(task, name, run, seed, "test") for seed in seeds])


@cache
def _tried(task, name, seeds):
    return train_case(task, name, best_rates()[task, name], list(seeds))


@cache
def _tested(task, name, seeds):
    return scores(task, name, _tried(task, name, seeds), "test")
