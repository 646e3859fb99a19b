"""A second forecast for fifty plain layers, on other pairs than those of `fifty_layers`.

The first rule let gradients grow by three decades, and was wrong where they grow: sine and softsign
at their own gain. Schoenholz et al. 2017 found that networks of tanh train up to a depth of about
six depth scales, theirs being the number of layers over which the correlation of two inputs comes
nearer to its limit by a factor e. Where signals fade this is the scale of the mean-square gradient
too; we take the latter, up and down. So the second rule, written after the first study and before
this one:

    trains   over the fifty layers the mean-square gradient changes by at most six factors e,
             up or down, for inputs from 0.8 to 1.2 times the average
    fails    by more

Everything else is as in the first study.
"""

import numpy as np

from .. import data, statistics, thermostat, training
from . import load, study
from .fifty_layers import CHANCE, DEPTH, EPOCHS, HALF, SEEDS, SPREAD, WIDTH

RATES = [2e-4, 5e-4, 1e-3, 2e-3]  # those that the first study chose
SCALES = 6
PAIRS = {f"{f}, {init}": (f, init) for f, init in (
    ("arctan", "own gain"), ("lecun_tanh", "own gain"), ("tanhexp", "own gain"),
    ("prelu", "own gain"), ("erf", "own gain"), ("hard_tanh", "own gain"), ("tanh", "he"),
    ("softsign", "he"), ("sine", "he"), ("mish", "he"), ("softplus", "he"), ("sine", "keras"))}


@study("fifty_again", {"pair": list(PAIRS), "rate": RATES},
       families=("saturating", "rectifiers", "gated", "periodic"))
def tune(pair, rate):
    """For ten seeds: best validation accuracy, and the test accuracy that goes with it."""
    f, init = PAIRS[pair]
    if init == "own gain":
        init = thermostat.own_gain(f, inputs=64)
    run = training.train(data.digits(), f, seeds=SEEDS, hidden=(WIDTH,) * DEPTH, init=init,
                         rate=rate, epochs=EPOCHS)
    return {"val_score": np.nan_to_num(run.val_score.values, nan=CHANCE).max(-1),
            "test_score": np.nan_to_num(run.test_score.values, nan=CHANCE)}


def scales(f, init):
    """Factors e by which the mean-square gradient changes over the fifty layers, at the most."""
    one = thermostat.pair(f, init, width=WIDTH)
    first = 1 if init == "own gain" else one.w2
    return max(abs(one.decades(first * q + one.b2, DEPTH)) for q in SPREAD) * 2 * np.log(10)


def predicted(f, init):
    """"trains" or "fails", from the map alone."""
    return "trains" if scales(f, init) <= SCALES else "fails"


def test_scores():
    """Test accuracies (10,) of each pair at the rate with the best mean validation accuracy."""
    stored = load("fifty_again")
    best = stored["val_score"].values.mean(-1).argmax(1)
    return {pair: stored["test_score"].values[k, best[k]] for k, pair in enumerate(PAIRS)}


def measured(scores):
    """"trains" or "fails" by three standard errors of each mean test accuracy, or "undecided"."""
    words = {"more": "trains", "less": "fails"}
    return {pair: words.get(statistics.compare(statistics.interval(score).shifted(-HALF)),
                            "undecided") for pair, score in scores.items()}
