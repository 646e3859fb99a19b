"""Ten functions (all of `hidden_layers` but sigmoid) with 20 layers: 12 left C56 on its margin.

Everything else as there. This study tunes, on validation digits; `hidden_deep_scores` measures.
"""

from . import hidden_layers, load, study

DEPTH, NAMES = 20, [name for name in hidden_layers.FUNCTIONS if name != "sigmoid"]
RATES = [0.001, 0.002, 0.004, 0.008]


@study("hidden_deep", {"activation": NAMES, "rate": RATES},
       # what `hidden_layers` says of functions and first weights counts as code of this study too
       families=("rectifiers", "gated", "saturating", "../evidence/hidden_layers"))
def tune(activation, rate):
    """For ten tuning seeds: validation accuracy."""
    return {"val_score": hidden_layers.kept_scores(
        hidden_layers.train(activation, DEPTH, rate, hidden_layers.TUNING_SEEDS))}


def own_rates():
    """For each function the rate with the highest mean validation accuracy."""
    score = load("hidden_deep")["val_score"].values.mean(-1)
    return {name: RATES[score[f].argmax()] for f, name in enumerate(NAMES)}


def rival():
    """The function that does best on the validation digits, ReLU aside, each at its own rate."""
    best = load("hidden_deep")["val_score"].values.mean(-1).max(-1)
    return max((name for name in NAMES if name != "relu"), key=lambda n: best[NAMES.index(n)])
