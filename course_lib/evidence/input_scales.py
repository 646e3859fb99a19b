"""How many steps networks need on digits as they come, on scaled ones, and on standardised ones.

    raw           pixels from 0 to 16
    scaled        divided by the standard deviation of all training pixels
    standardised  their mean subtracted as well

The last two differ in the centre alone. Plain SGD, one hidden layer, every function and kind of
input at the rate that needs fewest steps.
"""

import numpy as np

from .. import data, statistics, training
from . import load, study

INIT = {"tanh": "glorot", "sigmoid": "glorot", "relu": "he", "gelu": "he"}
INPUTS = ["raw", "scaled", "standardised"]
RATES = [0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0]
TARGET, WINDOW, EPOCHS = 0.25, 5, 10  # loss; batches it is averaged over; passes
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement
INK = 16  # the largest value of a raw pixel


def digits(inputs):
    """The digits with one of three kinds of input."""
    given = data.digits()
    low, high = given.x_train.min(), given.x_train.max()  # paper and full ink
    change = {"raw": lambda x: INK * (x - low) / (high - low), "scaled": lambda x: x - low,
              "standardised": lambda x: x}[inputs]
    parts = {f"x_{part}": change(getattr(given, f"x_{part}")) for part in data.PARTS}
    parts |= {f"y_{part}": getattr(given, f"y_{part}") for part in data.PARTS}
    return data.Data(f"{inputs} digits", **parts, classes=10)


def steps(activation, inputs, rate, seeds, epochs=EPOCHS):
    """Steps until the mean training loss of five is 0.25, (seeds,): at most all, plus one."""
    run = training.train(digits(inputs), activation, seeds=seeds, hidden=(64,), rate=rate,
                         init=INIT[activation], optimiser="sgd", epochs=epochs)
    loss = np.nan_to_num(run.loss.values, nan=1e6, posinf=1e6)
    return np.minimum(statistics.steps_to(loss, TARGET, WINDOW), loss.shape[1] + 1)


@study("input_scales", {"activation": list(INIT), "inputs": INPUTS, "rate": RATES},
       families=("rectifiers", "saturating", "gated"))
def tune(activation, inputs, rate):
    """The steps of ten tuning seeds."""
    return {"steps": steps(activation, inputs, rate, TUNING_SEEDS)}


def fastest_rates():
    """For each (activation, inputs) the rate of the study that needs fewest steps on average."""
    mean = load("input_scales")["steps"].values.mean(-1)
    return {(name, inputs): RATES[mean[a, i].argmin()]
            for a, name in enumerate(INIT) for i, inputs in enumerate(INPUTS)}
