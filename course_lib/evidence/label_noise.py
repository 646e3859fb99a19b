"""Smooth or kinked, with and without noise: what is learned first, and what is memorised later.

Networks read digits, or follow a curve. Every seed has examples of its own: another choice of
digits, other noise, other wrong labels. Tasks:

    digits          as they are
    noisy digits    every pixel moved by a normal with the standard deviation of the pixels
    wrong labels    about 30 in 100 labels replaced by another digit's
    curve           y = sin 3x on [-2, 2]
    noisy curve     the same with normal noise of 0.3 on y

Validation examples have wrong labels and noise like those to learn from; test examples keep their
true labels and values (and the noise on their pixels).
"""

from functools import cache, lru_cache
from types import SimpleNamespace

import numpy as np

from .. import data, networks, optimisers, statistics
from ..threads import one_blas_thread
from . import load, study

PAIRS = {"softplus": "relu", "gelu": "relu", "tanh": "hard_tanh", "sigmoid": "hard_sigmoid"}
SATURATING = ("tanh", "hard_tanh", "sigmoid", "hard_sigmoid")
FUNCTIONS = ["relu", "softplus", "gelu", "hard_tanh", "tanh", "hard_sigmoid", "sigmoid"]
TASKS = ["digits", "noisy digits", "wrong labels", "curve", "noisy curve"]
RATES = [0.001, 0.003, 0.01, 0.03, 0.1]
STEPS = 8  # in one pass over the examples
EPOCHS = 100  # passes
EARLY = {"digits": 12, "curve": 50}  # within so many passes the best is looked for
SEEN = [*range(1, 20), *range(20, EPOCHS + 1, 5)]  # the passes after which curves are stored
WRONG, NOISE, GOAL = 0.3, 0.3, 0.25  # share of labels; noise on y; training loss
SIZES = {"digits": (64, 64, 10), "curve": (1, 32, 32, 1)}
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement


def kind(task):
    return "curve" if "curve" in task else "digits"


def init(task, activation):
    """First weights: on a curve biases must be spread, or all kinks start at the same place."""
    if kind(task) == "curve":
        return "pytorch"
    return "glorot" if activation in SATURATING else "he"


@lru_cache(maxsize=64)
def examples(task, seed):
    """What one network gets: arrays x_train ... y_test, `true` values of y_val, rows `wrong`."""
    rng = np.random.default_rng([seed, 60])
    here = SimpleNamespace(wrong=np.zeros(96, bool))
    if kind(task) == "curve":
        for part, size in (("train", 96), ("val", 96), ("test", 200)):
            x = rng.uniform(-2, 2, (size, 1))
            y = true = np.sin(3 * x)
            if task == "noisy curve" and part != "test":
                y = true + NOISE * rng.standard_normal(y.shape)
            _put(here, part, x, y, true)
        return here
    digits = data.digits()
    for part, size in (("train", 496), ("val", 360), ("test", 360)):
        x, y = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
        rows = rng.permutation(len(x))[:size]
        x, y = x[rows], y[rows]
        if task == "noisy digits":
            x = x + rng.standard_normal(x.shape)
        moved = (rng.random(size) < WRONG) & (task == "wrong labels" and part != "test")
        given = np.where(moved, (y + rng.integers(1, 10, size)) % 10, y)
        _put(here, part, x, np.eye(10)[given], np.eye(10)[y])
        if part == "train":
            here.wrong = moved
    return here


def _put(here, part, x, y, true):
    for name, values in (("x", x), ("y", y), ("true", true)):
        setattr(here, f"{name}_{part}", np.asarray(values, np.float32))


@one_blas_thread()
def learn(task, activation, rate, seeds, epochs, watch=False):
    """Trains one network a seed by Adam; arrays with seeds in front:

    loss      (S, steps)   of each batch, before its step
    val_loss  (S, epochs)  on validation examples, labelled like those to learn from
    val_true  (S, epochs)  their score against true labels: accuracy, or root mean squared error
    test      (S,)         score after the pass with the lowest validation loss
    right, wrong (S, epochs)  if `watch`: of the training examples with right and with wrong labels,
                           the share for which the network answers with the label given
    """
    each = [vars(examples(task, seed)) for seed in seeds]
    all_ = SimpleNamespace(**{key: np.stack([one[key] for one in each]) for key in each[0]})
    S, n = all_.x_train.shape[:2]
    stack = networks.Stack([activation] * S, SIZES[kind(task)], loss=(
        "squared_error" if kind(task) == "curve" else "softmax_crossentropy"))
    stack.initialise([init(task, activation)] * S, seeds)
    adam, rates = optimisers.Adam(stack.weights), np.full(S, rate, np.float32)
    rngs = [np.random.default_rng([seed, 61]) for seed in seeds]
    mine, batch = np.arange(S)[:, None], n // STEPS
    found = SimpleNamespace(loss=np.zeros((S, epochs * STEPS)), **{
        name: np.zeros((S, epochs)) for name in ("val_loss", "val_true", "right", "wrong")})
    best, kept = np.full(S, np.inf), stack.weights.copy()
    with np.errstate(all="ignore"):  # a diverging network shows in its loss
        for epoch in range(epochs):
            order = np.stack([rng.permutation(n) for rng in rngs])
            for step in range(STEPS):
                rows = order[:, step * batch:(step + 1) * batch]
                found.loss[:, epoch * STEPS + step] = stack.loss_and_gradient(
                    all_.x_train[mine, rows], all_.y_train[mine, rows])
                adam.step(stack.weights, stack.gradient, rates)
            out = outputs(stack, all_.x_val)
            found.val_true[:, epoch] = stack.loss.score(out, all_.true_val.swapaxes(1, 2))
            found.val_loss[:, epoch], _ = stack.loss.value_and_slope(
                out, all_.y_val.swapaxes(1, 2))
            better = found.val_loss[:, epoch] < best
            best[better], kept[better] = found.val_loss[better, epoch], stack.weights[better]
            if watch:
                said = stack.predict(all_.x_train).argmax(-1) == all_.y_train.argmax(-1)
                found.right[:, epoch] = share(said, ~all_.wrong)
                found.wrong[:, epoch] = share(said, all_.wrong)
        stack.weights[:] = kept
        found.test = stack.loss.score(outputs(stack, all_.x_test), all_.true_test.swapaxes(1, 2))
    return found


def outputs(stack, x):
    """Outputs (S, C, N), as losses and scores take them."""
    return np.ascontiguousarray(stack.predict(x).swapaxes(1, 2))


def share(said, among):
    """The share of True in `said` where `among` is True, for each row."""
    return (said & among).sum(1) / np.maximum(1, among.sum(1))


def steps_needed(loss):
    """Steps until one pass's mean training loss is 0.25 or less, (S,); one more than all if never.
    """
    steps = statistics.steps_to(np.nan_to_num(loss, nan=1e6, posinf=1e6), GOAL, STEPS)
    return np.minimum(steps, loss.shape[1] + 1)


@study("label_noise", {"task": TASKS, "activation": FUNCTIONS, "rate": RATES},
       families=("rectifiers", "saturating", "gated", "piecewise"))
def measure(task, activation, rate):
    """For ten tuning seeds the lowest early validation loss, the steps to the goal, and curves.

    The curves (seeds, passes of `SEEN`) are those of `wrong labels`, elsewhere zeros.
    """
    watch = task == "wrong labels"
    found = learn(task, activation, rate, TUNING_SEEDS, EPOCHS if watch else EARLY[kind(task)],
                  watch)
    early = np.nan_to_num(found.val_loss[:, :EARLY[kind(task)]], nan=1e6, posinf=1e6).min(1)
    seen = np.array(SEEN) - 1
    return {"early": early, "steps": steps_needed(found.loss)} | {
        name: getattr(found, name)[:, seen] if watch else np.zeros((len(early), len(seen)))
        for name in ("right", "wrong", "val_true")}


@cache
def stored():
    """The study's arrays, read once."""
    return load("label_noise")


def best_rates(task, key="early"):
    """For each function the rate of the study with the lowest mean of `key`.

    "early": the lowest validation loss of the first passes. "steps": the fewest steps (their
    logarithms averaged) to a training loss of 0.25.
    """
    values = stored()[key].sel(task=task).values
    mean = (np.log(values) if key == "steps" else values).mean(-1)
    return {name: RATES[row.argmin()] for name, row in zip(FUNCTIONS, mean, strict=True)}


def at_equal_memorisation(goal=0.5):
    """Validation accuracy on true labels when so many wrong labels have been learned by heart.

    For each function at its best early rate, (seeds,): between two passes that enclose the share
    `goal`, by a straight line; NaN where it is not reached.
    """
    rates, accuracy = best_rates("wrong labels"), {}
    for name in FUNCTIONS:
        wrong, true = (stored()[key].sel(task="wrong labels", activation=name,
                                         rate=rates[name]).values for key in ("wrong", "val_true"))
        accuracy[name] = np.array([crossing(w, t, goal) for w, t in zip(wrong, true, strict=True)])
    return accuracy


def crossing(x, y, goal):
    """The value of y where x first reaches the goal, on straight lines between points."""
    there = np.flatnonzero(x >= goal)
    if not len(there):
        return np.nan
    k = there[0]
    if k == 0:
        return y[0]
    part = (goal - x[k - 1]) / (x[k] - x[k - 1])
    return y[k - 1] + part * (y[k] - y[k - 1])
