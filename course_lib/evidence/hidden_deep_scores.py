"""ReLU and its best rival with 20 layers on test digits, each at its own rate of `hidden_deep`."""

import numpy as np

from . import hidden_deep, hidden_layers, load, study
from .hidden_scores import SEEDS

WHO = ["relu", "rival"]


@study("hidden_deep_scores", {"who": WHO},
       # what the other two say of functions, first weights and rates counts as code of this one
       families=("rectifiers", "gated", "saturating", "../evidence/hidden_layers",
                 "../evidence/hidden_deep"))
def measure(who):
    """Rate, and test accuracy of 30 networks."""
    name = hidden_deep.rival() if who == "rival" else who
    rate = hidden_deep.own_rates()[name]
    run = hidden_layers.train(name, hidden_deep.DEPTH, rate, SEEDS)
    return {"rate": np.array(rate),
            "test_score": np.nan_to_num(run.test_score.values, nan=hidden_layers.GUESSING)}


def accuracies():
    """Test accuracies (%) of 30 networks: of ReLU, and of its rival."""
    arrays, today = load("hidden_deep_scores"), hidden_deep.own_rates()
    used = [today[name] for name in ("relu", hidden_deep.rival())]
    if not np.array_equal(arrays["rate"].values, used):
        raise ValueError("evidence/hidden_deep_scores.npz was measured at other rates than "
                         "evidence/hidden_deep.npz chooses: delete it and run `make evidence`")
    return tuple(100 * arrays["test_score"].sel(who=who).values for who in WHO)
