"""Does the choice of the activation count for more in a deep network than in a shallow one?

Ten functions, each with first weights at its own gain, so that only the function differs; two and
twelve plain hidden layers of 32 units, without normalisation or skips. Adam, each at its own rate.
"""

import numpy as np

from .. import data, thermostat, training
from . import load, study

FUNCTIONS = ["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "tanh", "softplus",
             "sigmoid"]
SHALLOW, DEEP = 2, 12
DEPTHS = [SHALLOW, DEEP]
RATES = [5e-4, 1e-3, 2e-3, 5e-3, 1e-2]
WIDTH, EPOCHS, CHANCE = 32, 8, 0.1
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement


def train_function(f, depth, rate, seeds):
    """Networks of `depth` hidden layers of 32 units on the digits, eight epochs of Adam."""
    return training.train(
        data.digits(), f, seeds=seeds, hidden=(WIDTH,) * depth, rate=rate, epochs=EPOCHS,
        init=thermostat.own_gain(f, inputs=64))


@study("depths", {"f": FUNCTIONS, "depth": DEPTHS, "rate": RATES},
       families=("saturating", "rectifiers", "gated"))
def tune(f, depth, rate):
    """Best validation accuracy for ten tuning seeds."""
    run = train_function(f, depth, rate, TUNING_SEEDS)
    best = np.nan_to_num(run.val_score.values, nan=CHANCE).max(-1)
    return {"val_score": np.where(run.diverged.values, CHANCE, best)}


def tuned():
    """For each (f, depth) the rate with the highest mean accuracy, and that accuracy."""
    score = load("depths")["val_score"].values.mean(-1)
    return {(f, depth): (RATES[score[i, j].argmax()], float(score[i, j].max()))
            for i, f in enumerate(FUNCTIONS) for j, depth in enumerate(DEPTHS)}


def ends(depth):
    """The functions with the highest and the lowest validation accuracy at their own rates."""
    known = tuned()
    order = sorted(FUNCTIONS, key=lambda f: known[f, depth][1])
    return order[-1], order[0]
