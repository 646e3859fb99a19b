"""How many steps ReLU and tanh networks need to a given training loss, at each of several rates.

Plain SGD on the digits, each function with the first weights that are customary for it: He's for
ReLU, Glorot's for tanh.
"""

from .. import data, statistics, training
from . import load, study

INIT = {"relu": "he", "tanh": "glorot"}
DEPTHS = [1, 4]
RATES = [0.03, 0.06, 0.1, 0.2, 0.3, 0.6, 1.0, 2.0]
TARGET, WINDOW, EPOCHS = 0.25, 17, 10  # loss; batches in an epoch: the mean over one pass; passes
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement


def steps(name, depth, rate, seeds):
    """Steps until the mean training loss of one pass is 0.25 (seeds,); inf where it never is."""
    run = training.train(data.digits(), name, seeds=seeds, hidden=(64,) * depth, rate=rate,
                         init=INIT[name], optimiser="sgd", epochs=EPOCHS)
    return statistics.steps_to(run.loss.values, TARGET, WINDOW)


@study("relu_or_tanh", {"activation": list(INIT), "depth": DEPTHS, "rate": RATES},
       families=("rectifiers", "saturating"))
def tune(activation, depth, rate):
    """One over the steps needed (0 where the loss is never reached): the speed of ten seeds."""
    return {"speed": 1 / steps(activation, depth, rate, TUNING_SEEDS)}


def tuned_rates():
    """For each (activation, depth) the rate with the highest mean speed of the study."""
    speed = load("relu_or_tanh")["speed"].values.mean(-1)
    return {(name, depth): RATES[speed[a, d].argmax()]
            for a, name in enumerate(INIT) for d, depth in enumerate(DEPTHS)}
