"""How many units of a ReLU network are dead after training, against optimiser and learning rate.

Networks of two hidden layers of 32 ReLUs (He's first weights, biases 0) learn the digits for 20
epochs in batches of 64. Then every unit is asked about every training digit: is its slope 0 on all
of them (dead), on some (inactive there, as a ReLU should be), or on none (always on)?
"""

import numpy as np

from .. import data, networks, training
from . import load, study

HIDDEN, EPOCHS = (32, 32), 20
OPTIMISERS = ["sgd", "adam"]
# Six tidy steps a decade, from 0.001 to 3.
RATES = [round(step * 10.0**decade, 5) for decade in (-3, -2, -1, 0)
         for step in (1, 1.5, 2, 3, 5, 7)][:-2]
TUNING_SEEDS = list(range(10**6, 10**6 + 10))  # never used by a trial's own measurement


def train_networks(optimiser, rate, seeds, f="relu", epochs=EPOCHS, **settings):
    """Networks of the set-up above, each as it stands at the end: a `training.Run`."""
    return training.train(data.digits(), f, seeds=seeds, hidden=HIDDEN, rate=rate,
                          optimiser=optimiser, epochs=epochs, keep="last", **settings)


def together(run, seeds):
    """The trained networks of a run, one a seed, as one `networks.Stack`."""
    stacks = [run.network(seed=seed) for seed in seeds]
    whole = networks.Stack([one.activations[0] for one in stacks], stacks[0].sizes)
    whole.weights[:] = [one.weights[0] for one in stacks]
    return whole


def ever_and_always(stack, x):
    """Of each unit: is its slope other than 0 for some example of x (N, D), for all? Both are
    booleans (S, L, H)."""
    _, space = stack.forward(np.asarray(x, stack.dtype)[None])
    on = [here.slope != 0 for here in space.layers]
    return np.stack([one.any(1) for one in on], 1), np.stack([one.all(1) for one in on], 1)


def states(run, seeds):
    """Shares of dead, inactive-on-some and always-on units (seeds, layers, 3), over all training
    digits. A network that diverged has no numbers left: NaN."""
    ever, always = ever_and_always(together(run, seeds), data.digits().x_train)
    dead, on = 1 - ever.mean(-1), always.mean(-1)
    lost = np.where(run.diverged.values, np.nan, 0)[:, None, None]
    return np.stack([dead, 1 - dead - on, on], -1) + lost


@study("dead_units", {"optimiser": OPTIMISERS, "rate": RATES}, families=("rectifiers",))
def sweep(optimiser, rate):
    """For ten seeds: dead and always-on shares (seeds, layers), validation accuracy at the end."""
    run = train_networks(optimiser, rate, TUNING_SEEDS)
    shares = states(run, TUNING_SEEDS)
    return {"dead": shares[..., 0], "always_on": shares[..., 2],
            "val_score": run.val_score.values[:, -1]}


def best_rates():
    """For each optimiser the rate of the study with the highest mean validation accuracy."""
    score = load("dead_units")["val_score"].values.mean(-1)
    return {name: RATES[score[k].argmax()] for k, name in enumerate(OPTIMISERS)}
