"""What is a mean worth? Tanh and tanh+1 have the same slopes; only the mean of outputs differs.

A shift of 1 reaches every unit of the next layer as the sum of its weights, so it could be undone
by that unit's bias. Undone once, before training, it separates two questions:

                          starts where tanh starts       starts where tanh+1 starts
    learns with tanh      tanh                           tanh from tanh+1's start
    learns with tanh+1    tanh+1 from tanh's start       tanh+1

Before the first step both forms in a column compute the same outputs from the same weights. From
then on the forms in a row take steps by the same rule. Beside these four stand functions of one
sign: relu and softplus, never negative, and min(0, z), never positive.
"""

import numpy as np

from .. import activations, data, initialisation, statistics, training
from . import load, study

WIDTH, EPOCHS, GOAL = 32, 20, 0.1
tanh = activations.get("tanh")
raised = tanh.affine(1, 1)
mirrored = activations.Activation(
    "min(0, z)", lambda z: np.minimum(z, 0), lambda z: (z < 0).astype(z.dtype))


def moved(by):
    """Glorot's weights, with biases that add `by` to every output of the hidden layer before."""
    def draw(fan_in, fan_out, rng):
        W, b = initialisation.glorot(fan_in, fan_out, rng)
        return W, by * W.sum(0) if fan_in == WIDTH else b  # the 64 pixels stay as they are

    return draw


FORMS = {  # the function, and its first weights
    "tanh": (tanh, "glorot"),
    "tanh+1 from tanh's start": (raised, moved(-1)),
    "tanh from tanh+1's start": (tanh, moved(+1)),
    "tanh+1": (raised, "glorot"),
    "relu": (activations.get("relu"), "he"),
    "min(0, z)": (mirrored, "he"),
    "softplus": (activations.get("softplus"), "he"),
    "sigmoid": (activations.get("sigmoid"), "glorot"),
}
DEPTHS = [1, 3, 10]
RATES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0]
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement
CHANCE, GUESSING = 0.1, np.log(10)  # accuracy and loss of a guess among ten digits
BEYOND = 1e6  # a loss that counts as lost: finite, so that sums of it are


def train_form(form, depth, rate, seeds):
    """Networks of `depth` hidden layers of 32 units on the digits, plain SGD, 20 epochs."""
    f, init = FORMS[form]
    return training.train(data.digits(), f, seeds=seeds, hidden=(WIDTH,) * depth, rate=rate,
                          init=init, optimiser="sgd", epochs=EPOCHS)


def steps_needed(run):
    """Steps until an epoch's mean training loss is 0.1 or less, (seeds,): at most all, plus one."""
    loss = np.minimum(np.nan_to_num(run.loss.values, nan=BEYOND), BEYOND)
    total = loss.shape[-1]
    return np.minimum(statistics.steps_to(loss, GOAL, window=total // EPOCHS), total + 1)


@study("centring", {"form": list(FORMS), "depth": DEPTHS, "rate": RATES},
       families=("saturating", "rectifiers"))
def tune(form, depth, rate):
    """For ten tuning seeds: best validation accuracy, steps to the goal, last epoch's loss."""
    run = train_form(form, depth, rate, TUNING_SEEDS)
    lost = run.diverged.values
    last = run.loss.values[:, -(run.loss.shape[-1] // EPOCHS):].mean(-1)
    best = np.nan_to_num(run.val_score.values, nan=CHANCE).max(-1)
    return {"val_score": np.where(lost, CHANCE, best), "steps": steps_needed(run),
            "loss": np.where(lost, GUESSING, last)}


def fastest_rates():
    """For each (form, depth) the rate of the study that needs fewest steps on average, or nearly.

    Nearly: the smallest rate that needs at most a tenth more, since at the largest workable rate
    training is erratic. Where no rate reaches the goal, the one with the lowest loss at the end.
    """
    stored = load("centring")
    steps, loss = (stored[key].values.mean(-1) for key in ("steps", "loss"))
    chosen = {}
    for f, form in enumerate(FORMS):
        for d, depth in enumerate(DEPTHS):
            near = (steps[f, d] <= 1.1 * steps[f, d].min()) & (steps[f, d] < steps.max())
            chosen[form, depth] = RATES[near.argmax() if near.any() else loss[f, d].argmin()]
    return chosen
