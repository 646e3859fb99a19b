"""ReLU and two leaky ReLUs with 12 layers over 300 seeds: where 30 could not tell a gain from none.

Each at the rate that `hidden_retuned` chooses, on test digits.
"""

import numpy as np

from . import hidden_layers, hidden_retuned, load, study
from .hidden_retuned import DEPTH, NAMES

BLOCKS, SIZE, FIRST_SEED = list(range(15)), 20, 3 * 10**6


@study("hidden_rivals", {"activation": NAMES, "block": BLOCKS},
       # what the other two say of functions, first weights and rates counts as code of this one
       families=("rectifiers", "../evidence/hidden_layers", "../evidence/hidden_retuned"))
def measure(activation, block):
    """Rate, and test accuracy of 20 networks with seeds that nothing else uses."""
    rate, start = hidden_retuned.rates()[activation], FIRST_SEED + SIZE * block
    run = hidden_layers.train(activation, DEPTH, rate, list(range(start, start + SIZE)))
    return {"rate": np.array(rate),
            "test_score": np.nan_to_num(run.test_score.values, nan=hidden_layers.GUESSING)}


def accuracies():
    """Test accuracies (%) of 300 networks by function: name -> (300,). Seeds are paired."""
    arrays, today = load("hidden_rivals"), hidden_retuned.rates()
    for name in NAMES:
        if not (arrays["rate"].sel(activation=name).values == today[name]).all():
            raise ValueError("evidence/hidden_rivals.npz was measured at another rate than "
                             f"{today[name]:g} for {name}: delete it and run `make evidence`")
    return {name: 100 * arrays["test_score"].sel(activation=name).values.ravel()
            for name in NAMES}
