"""Sigmoid and tanh differ in slope and in centre: four sigmoids change one at a time.

                    slope 1/4 at zero     slope 1 at zero
    mean above 0    sigmoid               4 sigmoid
    mean 0          sigmoid - 1/2         4 sigmoid - 2,  and tanh beside it

Each form gets the rate that suits it best, found here on validation data.
"""

import numpy as np

from .. import activations, data, training
from . import load, study

sigmoid = activations.get("sigmoid")
FORMS = {
    "sigmoid": sigmoid,
    "sigmoid - 1/2": sigmoid.affine(1, -0.5),
    "4 sigmoid": sigmoid.affine(4, 0),
    "4 sigmoid - 2": sigmoid.affine(4, -2),
    "tanh": activations.get("tanh"),
}
DEPTHS = [1, 5]
RATES = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
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


def four_sigmoids(seeds, depth):
    """Test accuracy (%) of each form at its own tuned rate: a dict of arrays (seeds,)."""
    rates = tuned_rates()
    runs = {form: train_form(form, depth, rates[form, depth], seeds) for form in FORMS}
    return {form: 100 * np.nan_to_num(run.test_score.values, nan=CHANCE)
            for form, run in runs.items()}
