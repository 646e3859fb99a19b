"""What helps ReLU networks at a rate that kills their units: one thing changed at a time.

The set-up is that of the study `dead_units`; the rates are too high on purpose, 1 for SGD and 0.1
for Adam. Each remedy changes one thing and leaves the rate, except "a lower rate".
"""

import numpy as np

from .. import data, initialisation, training
from . import load, study
from .dead_units import EPOCHS, HIDDEN, OPTIMISERS, TUNING_SEEDS, ever_and_always

RATES = {"sgd": 1.0, "adam": 0.1}
LOWER = {"sgd": 0.3, "adam": 0.01}
POSITIVE = 0.1


def positive(fan_in, fan_out, rng):
    """He's weights, with biases of 0.1 in the hidden layers."""
    W, b = initialisation.he(fan_in, fan_out, rng)
    return W, b + POSITIVE * (fan_out == HIDDEN[0])


REMEDIES = {
    "nothing": {}, "biases of 0.1": {"init": positive},
    "half the first weights": {"init": initialisation.scaled("he", 0.5)},
    "leaky ReLU": {"f": "leaky_relu"}, "gradients clipped to length 1": {"clip_norm": 1.0},
    "layer norm": {"norm": "layer"}, "batch norm": {"norm": "batch"}, "a lower rate": {},
}


@study("dead_remedies", {"optimiser": OPTIMISERS, "remedy": list(REMEDIES)},
       families=("rectifiers",))
def try_out(optimiser, remedy):
    """For ten seeds: dead share of each hidden layer (seeds, 2), validation accuracy at the end.

    A network that diverged has no numbers left: its accuracy is that of guessing, its dead units
    are counted as 0, and `diverged` is 1.
    """
    changed = dict(REMEDIES[remedy])
    rate = (LOWER if remedy == "a lower rate" else RATES)[optimiser]
    run = training.train(data.digits(), changed.pop("f", "relu"), seeds=TUNING_SEEDS,
                         hidden=HIDDEN, rate=rate, optimiser=optimiser, epochs=EPOCHS, keep="last",
                         **changed)
    lost = run.diverged.values
    ever = [np.ones((len(HIDDEN), HIDDEN[0]), bool) if gone else
            ever_and_always(run.network(seed=seed), data.digits().x_train)[0][0]
            for seed, gone in zip(TUNING_SEEDS, lost, strict=True)]
    return {"dead": 1 - np.mean(ever, -1), "diverged": lost.astype(float),
            "val_score": np.where(lost, 0.1, run.val_score.values[:, -1])}


def rows():
    """Lines of a table, in per cent: the remedy; dead in layer 1, in layer 2 and validation
    accuracy with SGD; the same three with Adam."""
    stored = load("dead_remedies")
    dead, score = (100 * stored[key].values for key in ("dead", "val_score"))
    for r, remedy in enumerate(REMEDIES):
        shares = np.concatenate([[*dead[k, r].mean(0), score[k, r].mean()] for k in (0, 1)])
        yield [remedy, *(f"{share:.0f}" for share in shares)]


def lost():
    """Where networks diverged: (optimiser, remedy, how many)."""
    counts = load("dead_remedies")["diverged"].values.sum(-1)
    return [(OPTIMISERS[k], list(REMEDIES)[r], int(counts[k, r]))
            for k, r in np.argwhere(counts > 0)]
