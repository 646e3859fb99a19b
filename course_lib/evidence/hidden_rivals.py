"""Four functions with 12 layers over 400 seeds: where 30 could not tell a point from none.

ReLU, the two leaky ReLUs, and Mish, which does best on the validation digits. Each at its own rate,
as in `hidden_scores`, on test digits.
"""

import numpy as np

from . import hidden_layers, hidden_scores, load, study

DEPTH, NAMES, BLOCKS, SIZE = 12, ["relu", "leaky 0.01", "leaky 0.2", "mish"], list(range(20)), 20
FIRST_SEED = 3 * 10**6


@study("hidden_rivals", {"activation": NAMES, "block": BLOCKS},
       # what the other two say of functions, first weights and rates counts as code of this one
       families=("rectifiers", "gated", "../evidence/hidden_layers", "../evidence/hidden_scores"))
def measure(activation, block):
    """Rate, and test accuracy of 20 networks with seeds that nothing else uses."""
    rate = hidden_scores.own_rate(activation, DEPTH)
    start = FIRST_SEED + SIZE * block
    run = hidden_layers.train(activation, DEPTH, rate, list(range(start, start + SIZE)))
    return {"rate": np.array(rate),
            "test_score": np.nan_to_num(run.test_score.values, nan=hidden_layers.GUESSING)}


def accuracies():
    """Test accuracies (%) of 400 networks by function: name -> (400,). Seeds are paired."""
    arrays = load("hidden_rivals")
    for name in NAMES:
        used, today = arrays["rate"].sel(activation=name), hidden_scores.own_rate(name, DEPTH)
        if not (used.values == today).all():
            raise ValueError("evidence/hidden_rivals.npz was measured at another rate than "
                             f"{today:g} for {name}: delete it and run `make evidence`")
    return {name: 100 * arrays["test_score"].sel(activation=name).values.ravel()
            for name in NAMES}
