"""The rates of ReLU and two leaky ReLUs with 12 layers, chosen once more, with a hundred seeds.

Ten seeds, as in `hidden_layers`, leave the choice between two neighbouring rates to chance where
accuracies differ by half a point; that much can decide who is ahead. The two rates are those that
came out best for all three.
"""

from . import hidden_layers, load, study

DEPTH, NAMES, RATES = 12, ["relu", "leaky 0.01", "leaky 0.2"], [0.004, 0.008]
TUNING_SEEDS = list(range(10**6 + 1000, 10**6 + 1100))


@study("hidden_retuned", {"activation": NAMES, "rate": RATES},
       # what `hidden_layers` says of functions and first weights counts as code of this study too
       families=("rectifiers", "../evidence/hidden_layers"))
def tune(activation, rate):
    """Validation accuracy of a hundred networks."""
    return {"val_score": hidden_layers.kept_scores(
        hidden_layers.train(activation, DEPTH, rate, TUNING_SEEDS))}


def rates():
    """For each function the rate with the higher mean validation accuracy."""
    score = load("hidden_retuned")["val_score"].values.mean(-1)
    return {name: RATES[score[f].argmax()] for f, name in enumerate(NAMES)}
