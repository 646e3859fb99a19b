"""What batch norm is worth to ten layers that start badly, and to ten that start well.

Adam on the digits, at each of several rates, with and without batch norm before the
activation. Judged by the loss on the training batches: with batch norm that is the loss of the
network as it is trained, whatever its moving averages have seen so far.
"""

import numpy as np

from .. import data, initialisation, statistics, training
from . import load, study

STARTS = {  # the function, and its first weights
    "sigmoid": ("sigmoid", "glorot"),
    "ReLU, tiny weights": ("relu", initialisation.scaled("he", 0.1)),
    "ReLU, He's weights": ("relu", "he"),
}
NORMS = ["none", "batch"]
RATES = [0.001, 0.003, 0.01, 0.03, 0.1]
HIDDEN, EPOCHS, GOAL = (24,) * 10, 4, 1.0  # a guess has a loss of 2.3
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by the trial's own measurement


def steps(start, norm, rate, seeds):
    """Steps until the mean training loss of one pass is 1 (seeds,): at most all, plus one."""
    f, init = STARTS[start]
    run = training.train(data.digits(), f, seeds=seeds, hidden=HIDDEN, init=init, rate=rate,
                         norm=None if norm == "none" else norm, epochs=EPOCHS)
    loss = np.nan_to_num(run.loss.values, nan=1e6, posinf=1e6)
    total = loss.shape[-1]
    return np.minimum(statistics.steps_to(np.minimum(loss, 1e6), GOAL, total // EPOCHS), total + 1)


@study("batch_norm", {"start": list(STARTS), "norm": NORMS, "rate": RATES},
       families=("saturating", "rectifiers"))
def tune(start, norm, rate):
    """Steps needed by ten tuning seeds."""
    return {"steps": steps(start, norm, rate, TUNING_SEEDS)}


def tuned_rates():
    """For each (start, norm) the rate of the study that needs fewest steps on average."""
    mean = load("batch_norm")["steps"].values.mean(-1)
    return {(start, norm): RATES[mean[s, n].argmin()]
            for s, start in enumerate(STARTS) for n, norm in enumerate(NORMS)}
