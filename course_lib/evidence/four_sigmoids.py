"""Sigmoid and tanh differ in slope and in centre: four sigmoids change one at a time.

                  slope 1/4 at zero     slope 1 at zero
    mean 1/2      sigmoid(z)            sigmoid(4z)
    mean 0        sigmoid(z) - 1/2      sigmoid(4z) - 1/2

All four have the same height. Beside them stand tanh and 4 sigmoid(z) - 2, which is centred and
has tanh's slope at zero, but the sigmoid's tails. Each form gets the rate that suits it best, found
here on validation data.
"""

from dataclasses import dataclass

import numpy as np

from .. import activations, data, networks, training
from . import load, study

sigmoid, tanh = activations.get("sigmoid"), activations.get("tanh")
squeezed = activations.Activation(
    "sigmoid(4z)", lambda z: sigmoid.raw_f(4 * z), lambda z: 4 * sigmoid.raw_df(4 * z))
FORMS = {
    "sigmoid": sigmoid,
    "sigmoid - 1/2": sigmoid.affine(1, -0.5),
    "sigmoid(4z)": squeezed,
    "sigmoid(4z) - 1/2": squeezed.affine(1, -0.5),
    "4 sigmoid(z) - 2": sigmoid.affine(4, -2),
    "tanh": tanh,
}
DEPTHS = [1, 5]
RATES = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement
CHANCE = 0.1  # a network that diverged tells no more than a guess among ten digits


def train_form(form, depth, rate, seeds):
    """Networks of `depth` hidden layers of 32 units on the digits, plain SGD, 20 epochs."""
    return training.train(data.digits(), FORMS[form], seeds=seeds, hidden=(32,) * depth, rate=rate,
                          init="glorot", optimiser="sgd", epochs=20)


@study("four_sigmoids", {"form": list(FORMS), "depth": DEPTHS, "rate": RATES},
       families=("saturating",))
def tune(form, depth, rate):
    """Best validation accuracy of ten tuning seeds."""
    run = train_form(form, depth, rate, TUNING_SEEDS)
    best = np.nan_to_num(run.val_score.values, nan=CHANCE).max(-1)
    return {"val_score": np.where(run.diverged.values, CHANCE, best)}


def tuned_rates():
    """For each (form, depth) the rate with the best mean validation accuracy of the study."""
    score = load("four_sigmoids")["val_score"].values.mean(-1)
    return {(form, depth): RATES[score[f, d].argmax()]
            for f, form in enumerate(FORMS) for d, depth in enumerate(DEPTHS)}


def accuracies(seeds, depth):
    """Test accuracy (%) of each form at its own tuned rate: a dict of arrays (seeds,)."""
    rates = tuned_rates()
    runs = {form: train_form(form, depth, rates[form, depth], seeds) for form in FORMS}
    return {form: 100 * np.nan_to_num(run.test_score.values, nan=CHANCE)
            for form, run in runs.items()}


@dataclass(frozen=True)
class Start:
    """What flows through fresh networks, averaged over ten of them and all training digits.

    mean    of the last hidden layer's outputs
    spread  of a unit of that layer over the digits (standard deviation)
    slopes  mean slope of the units, one number a hidden layer
    """

    mean: float
    spread: float
    slopes: np.ndarray


def at_start(form, depth=5):
    """A `Start`: signals and slopes before any training."""
    stack = networks.Stack([FORMS[form]] * 10, (64, *[32] * depth, 10))
    stack.initialise(["glorot"] * 10, range(10))
    _, space = stack.forward(data.digits().x_train[None])
    last = space.layers[-1].a
    slopes = np.array([layer.slope.mean() for layer in space.layers])
    return Start(float(last.mean()), float(last.std(1).mean()), slopes)
