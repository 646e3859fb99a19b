"""The functions of `hidden_layers` on test digits: at one rate for all, and each at its own best.

Thirty seeds that took no part in choosing the rates. The rates come from validation digits, and no
other rate was ever tried on the test digits.
"""

from functools import cache

import numpy as np

from . import hidden_layers, load, study
from .hidden_layers import COMMON, DEPTHS, EPOCHS, FUNCTIONS, GUESSING, MIXED, WINDOW

SEEDS = list(range(2 * 10**6, 2 * 10**6 + 30))
SHOWN = 10  # seeds whose learning curves are kept
HOW = ["one rate", "own rate"]


@study("hidden_scores", {"activation": [*FUNCTIONS, *MIXED], "depth": DEPTHS, "how": HOW},
       # what `hidden_layers` says of functions and first weights counts as code of this study too
       families=("rectifiers", "gated", "saturating", "../evidence/hidden_layers"))
def measure(activation, depth, how):
    """Rate; for 30 seeds test accuracy and steps to the goal; for 10 the loss of each epoch."""
    rate = COMMON if how == "one rate" else hidden_layers.own_rates()[activation, depth]
    run = hidden_layers.train(activation, depth, rate, SEEDS)
    loss = run.loss.values[:SHOWN].reshape(SHOWN, EPOCHS, WINDOW).mean(-1)
    return {"rate": np.array(rate),
            "test_score": np.nan_to_num(run.test_score.values, nan=GUESSING),
            "steps": hidden_layers.steps_needed(run),
            "loss": np.round(np.nan_to_num(loss, nan=1e6, posinf=1e6), 4)}


@cache
def stored():
    """The stored arrays, sure that the rates are still those that `hidden_layers` chooses."""
    arrays, today = load("hidden_scores"), hidden_layers.own_rates()
    used = arrays["rate"].sel(how="own rate").values
    now = [[today[name, depth] for depth in DEPTHS] for name in (*FUNCTIONS, *MIXED)]
    if not np.array_equal(used, now):
        raise ValueError("evidence/hidden_scores.npz was measured at other rates than "
                         "evidence/hidden_layers.npz chooses: delete it and run `make evidence`")
    return arrays


def accuracies(name, depth, how="own rate"):
    """Test accuracy of the 30 stored networks in per cent (30,)."""
    return 100 * stored()["test_score"].sel(activation=name, depth=depth, how=how).values


def own_rate(name, depth):
    """The rate at which `accuracies` were measured, chosen on validation digits."""
    return float(stored()["rate"].sel(activation=name, depth=depth, how="own rate").values)
