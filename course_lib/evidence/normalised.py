"""Fifty layers on the digits, plain, normalised, with skip connections, and with both.

Three functions with the first weights that are customary for them; Adam; 24 units a layer. The
normalisation stands between a layer's weighted sum and its activation; with skip connections a
layer hands on its input plus its output. Batches of 32, so that batch norm's moving averages have
had time to follow.
"""

import numpy as np

from .. import data, training
from . import load, study

DEPTH, WIDTH, EPOCHS, BATCH = 50, 24, 12, 32
INIT = {"relu": "he", "gelu": "he", "tanh": "glorot"}
NORMS = {"none": None, "RMSNorm": "rms", "LayerNorm": "layer", "BatchNorm": "batch"}
SKIPS = {"plain": False, "skips": True}
RATES = [2e-4, 6e-4, 2e-3, 6e-3, 2e-2]
HALVES = {"first": list(range(5)), "second": list(range(5, 10))}  # seeds: a cell takes one half
CHANCE = 0.1  # accuracy of a guess, and of what diverged


def train_way(activation, norm, skips, rate, seeds, epochs=EPOCHS):
    """Fifty-layer networks of one function, one normalisation, with or without skips."""
    return training.train(data.digits(), activation, seeds=seeds, hidden=(WIDTH,) * DEPTH,
                          init=INIT[activation], rate=rate, norm=NORMS[norm], batch=BATCH,
                          residual=SKIPS[skips], epochs=epochs)


@study("normalised", {"activation": list(INIT), "norm": list(NORMS), "skips": list(SKIPS),
                      "rate": RATES, "half": list(HALVES)},
       families=("saturating", "rectifiers", "gated"))
def tune(activation, norm, skips, rate, half):
    """For five seeds: validation accuracy, the best and that of the first epoch, and test accuracy
    of the weights kept."""
    run = train_way(activation, norm, skips, rate, HALVES[half])
    score = np.nan_to_num(run.val_score.values, nan=CHANCE)
    best = np.where(run.diverged.values, CHANCE, score.max(-1))
    return {"val_score": best, "early": score[:, 0],
            "test_score": np.nan_to_num(run.test_score.values, nan=CHANCE)}


def early(activation, norm, skips, rate, half):
    """The first epoch alone: what `tune` stores as "early", in a fraction of its time."""
    run = train_way(activation, norm, skips, rate, HALVES[half], epochs=1)
    return {"early": np.nan_to_num(run.val_score.values[:, 0], nan=CHANCE)}


def at_best_rate():
    """For each (activation, norm, skips): its best rate, and ten test accuracies there.

    The rate is the one with the highest mean validation accuracy; test data play no part in it.
    """
    stored = load("normalised")
    val, test = (stored[key].values for key in ("val_score", "test_score"))
    found = {}
    for a, activation in enumerate(INIT):
        for n, norm in enumerate(NORMS):
            for s, skips in enumerate(SKIPS):
                rate = val[a, n, s].mean((1, 2)).argmax()
                found[activation, norm, skips] = RATES[rate], test[a, n, s, rate].ravel()
    return found
