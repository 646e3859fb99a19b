"""Which function for hidden layers? Eleven, and two mixtures, at four depths and eight rates.

Adam on the digits, 32 units a layer, 20 epochs. Each function with the first weights made for it:

    relu, leaky_relu   He's, with the slope below zero reckoned in (He et al. 2015, eq. 10 and 15)
    elu                He's (Clevert, Unterthiner & Hochreiter 2016, sec. 4)
    selu               LeCun's (Klambauer et al. 2017)
    tanh, sigmoid      Glorot's (Glorot & Bengio 2010)
    the other four     have none of their own and are customarily given ReLU's

This study tunes: validation digits only. `hidden_scores` then measures with seeds of its own.
"""

import numpy as np

from .. import activations, data, initialisation, statistics, training
from . import load, study

WIDTH, EPOCHS = 32, 20
GOAL, WINDOW = 0.25, 17  # a training loss; batches in an epoch: the mean over one pass
leaky, leakier = (activations.get("leaky_relu", negative_slope=slope) for slope in (0.01, 0.2))


def he_for(slope):
    """He's weights for a rectifier with this slope below zero: variance 2 / ((1 + slope^2) n)."""
    return initialisation.scaled("he", 1 / np.sqrt(1 + slope ** 2))


FUNCTIONS = {  # the function, and its first weights
    "relu": ("relu", "he"),
    "leaky 0.01": (leaky, he_for(0.01)),
    "leaky 0.2": (leakier, he_for(0.2)),
    "elu": ("elu", "he"),
    "selu": ("selu", "lecun"),
    "gelu": ("gelu", "he"),
    "silu": ("silu", "he"),
    "mish": ("mish", "he"),
    "softplus": ("softplus", "he"),
    "tanh": ("tanh", "glorot"),
    "sigmoid": ("sigmoid", "glorot"),
}
MIXED = {"relu, tanh": ("relu", "tanh"), "tanh, relu": ("tanh", "relu")}  # layers in turn
DEPTHS = [2, 4, 6, 12]
RATES = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064]
COMMON = 0.001  # the rate that Keras' Adam has if nobody sets one
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used to measure
GUESSING = 0.1  # accuracy of a guess among ten digits


def train(name, depth, rate, seeds, epochs=EPOCHS):
    """A `Run` of networks of `depth` hidden layers of one function, or of two in turn."""
    if name in MIXED:
        layers = (MIXED[name] * depth)[:depth]
        how = {"activations": layers, "weights": lambda seed: _first_weights(layers, seed)}
    else:
        how = dict(zip(("activations", "init"), FUNCTIONS[name], strict=True))
    return training.train(data.digits(), **how, seeds=seeds, hidden=(WIDTH,) * depth, rate=rate,
                          epochs=epochs)


def _first_weights(layers, seed):
    """First weights [W, b, ...], each hidden layer's by its own function, the last's by its last.

    Drawn as `networks.Stack.initialise` draws them, so that a seed means the same everywhere.
    """
    sizes, weights = (64, *[WIDTH] * len(layers), 10), []
    for index, name in enumerate((*layers, layers[-1])):
        draw = initialisation.get(FUNCTIONS[name][1])
        weights += draw(sizes[index], sizes[index + 1], np.random.default_rng([seed, 1 + index]))
    return weights


def kept_scores(run):
    """Validation accuracy of the kept weights (seeds,): those with the lowest validation loss."""
    score = np.nan_to_num(run.val_score.values, nan=GUESSING)
    kept = np.maximum(run.best_epoch.values, 1)[:, None] - 1
    return np.where(run.diverged.values, GUESSING, np.take_along_axis(score, kept, -1)[:, 0])


def steps_needed(run):
    """Steps until the mean training loss of one pass is 0.25 (seeds,); at most all, plus one."""
    loss = np.nan_to_num(run.loss.values, nan=1e6, posinf=1e6)
    return np.minimum(statistics.steps_to(loss, GOAL, WINDOW), loss.shape[-1] + 1)


@study("hidden_layers",
       {"activation": [*FUNCTIONS, *MIXED], "depth": DEPTHS, "rate": RATES},
       families=("rectifiers", "gated", "saturating"))
def tune(activation, depth, rate):
    """For ten tuning seeds: validation accuracy, steps to the goal, and whether it diverged."""
    run = train(activation, depth, rate, TUNING_SEEDS)
    return {"val_score": kept_scores(run), "steps": steps_needed(run),
            "diverged": run.diverged.values}


def own_rates():
    """For each (function, depth) the rate with the highest mean validation accuracy."""
    score = load("hidden_layers")["val_score"].values.mean(-1)
    return {(name, depth): RATES[score[f, d].argmax()]
            for f, name in enumerate([*FUNCTIONS, *MIXED]) for d, depth in enumerate(DEPTHS)}


def fastest_rates():
    """For each (function, depth) the rate that reaches the goal in fewest steps on average.

    Where none does in any network, the one with the highest validation accuracy.
    """
    stored, own = load("hidden_layers"), own_rates()
    steps = stored["steps"].values.mean(-1)
    return {(name, depth): RATES[steps[f, d].argmin()]
            if steps[f, d].min() < steps.max() else own[name, depth]
            for f, name in enumerate([*FUNCTIONS, *MIXED]) for d, depth in enumerate(DEPTHS)}
