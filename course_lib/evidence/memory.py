"""Who remembers the first of T inputs? Recurrent cells by their function, start and forget bias.

The task is `recurrent.memory`: a bit, then noise, and at the end the question which bit it was. All
have 16 units and 250 steps of Adam on 32 fresh sequences each, gradients no longer than 1. The rate
is chosen for each cell and length among four, by what ten networks of other seeds do.
"""

from functools import cache

import numpy as np

from .. import initialisation, recurrent
from . import load, study

CELLS = {cell.name: cell for cell in (
    recurrent.RNN("tanh", "orthogonal", "tanh RNN"),
    recurrent.RNN("sigmoid", "orthogonal", "sigmoid RNN"),
    recurrent.RNN("sigmoid", initialisation.scaled("orthogonal", 4), "sigmoid RNN, 4 Q"),
    recurrent.RNN("relu", "identity", "ReLU RNN, identity"),
    recurrent.RNN("relu", "orthogonal", "ReLU RNN, orthogonal"),
    recurrent.RNN("relu", "he", "ReLU RNN, Gaussian 2/n"),
    recurrent.RNN("relu", "lecun", "ReLU RNN, Gaussian 1/n"),
    *(recurrent.LSTM(bias) for bias in (-2, 0, 1, 2, 4)),
    recurrent.LSTM(2, "identity", name="LSTM without tanh, 2"))}
LENGTHS, RATES = [10, 20, 50], [0.001, 0.003, 0.01, 0.03]
# Never used by a trial's own measurement.
STEPS, SEEDS = 250, list(range(2 * 10**6, 2 * 10**6 + 10))
GUESSING, SOLVED = 0.5, 0.95  # accuracy


def remember(cell, length, rate, seeds):
    """Networks of a cell of `CELLS` on the task: a `recurrent.Run`."""
    return recurrent.train(recurrent.memory(length), CELLS[cell], seeds=seeds, rate=rate,
                           steps=STEPS, clip_norm=1)


@study("memory", {"cell": list(CELLS), "length": LENGTHS, "rate": RATES},
       families=("linear", "rectifiers", "saturating"),
       files=tuple(f"recurrent/{name}.py" for name in ("cells", "network", "tasks", "training")))
def tune(cell, length, rate):
    """Accuracy on new sequences of ten networks, half (a guess) where one was lost."""
    run = remember(cell, length, rate, SEEDS)
    return {"score": np.where(run.diverged.values, GUESSING, run.score.values)[0]}


@cache
def scores():
    """The stored accuracies (`Named`: cell, length, rate, and ten networks)."""
    return load("memory")["score"]


def remember_at_best():
    """How many of ten networks remember, by cell and length, at the rate that suits them best.

    Remember: are right on 95 % of new sequences or more.
    """
    right = (scores().values >= SOLVED).sum(-1).max(-1)
    return {(cell, length): int(right[c, k])
            for c, cell in enumerate(CELLS) for k, length in enumerate(LENGTHS)}


def best_rate(cell, length):
    """The rate at which most of the ten networks remember; of several such the middle one."""
    right = (scores().sel(cell=cell, length=length).values >= SOLVED).sum(-1)
    best = np.flatnonzero(right == right.max())
    return RATES[best[(len(best) - 1) // 2]]
