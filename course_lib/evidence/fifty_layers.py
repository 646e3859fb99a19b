"""Fifty plain layers on the digits: which pairs of activation and first weights train?

The map of `thermostat` says so beforehand. Nothing but the pair differs: no normalisation, no skip
connections, 32 units a layer, Adam at a rate tuned on validation data out of the same five.

The prediction was fixed before the study ran (a pilot with selu alone had set epochs and rates):

    trains   depth brings inputs together that differ in second moment (at most half of their
             logarithmic distance is left), and the RMS gradient changes by three decades at most
    fails    depth drives them apart (more than twice their distance), or the gradient changes by
             more than three decades
    open     neither: the map makes no promise

for inputs from 0.8 to 1.2 times the average, which nine of ten digits are.
"""

import numpy as np

from .. import activations, data, statistics, thermostat, training
from . import load, study

DEPTH, WIDTH, EPOCHS = 50, 32, 20
RATES = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3]
SEEDS, FEW = list(range(10)), 5
OWN = ("tanh", "softsign", "sine", "elu", "selu", "relu", "leaky_relu", "gelu", "silu", "mish",
       "softplus", "sigmoid")
PAIRS = {f"{f}, own gain": (f, "own gain") for f in OWN} | {
    f"{f}, {init}": (f, init) for f, init in (
        ("tanh", "keras"), ("tanh", "pytorch"), ("relu", "keras"), ("relu", "pytorch"),
        ("gelu", "he"))}
SPREAD = (0.8, 1.0, 1.2)  # second moments of inputs, relative to the average
TOGETHER, APART, DECADES = 0.5, 2, 3
HALF = 0.5  # accuracy that counts as having learnt; guessing has a tenth
CHANCE = 0.1


def train_pair(pair, rate, seeds=SEEDS, epochs=EPOCHS):
    """Networks of fifty hidden layers of 32 units on the digits, Adam."""
    f, init = PAIRS[pair]
    if init == "own gain":
        init = thermostat.own_gain(f, inputs=data.digits().x_train.shape[1])
    return training.train(data.digits(), f, seeds=seeds, hidden=(WIDTH,) * DEPTH, init=init,
                          rate=rate, epochs=epochs)


@study("fifty_layers", {"pair": list(PAIRS), "rate": RATES},
       families=("saturating", "rectifiers", "gated", "periodic"))
def tune(pair, rate):
    """For ten seeds: validation accuracy after each epoch, for five of them after the first alone,
    and test accuracy of the best one."""
    run = train_pair(pair, rate)
    score = np.nan_to_num(run.val_score.values, nan=CHANCE)
    return {"val_score": score, "early": score[:FEW, 0],
            "test_score": np.nan_to_num(run.test_score.values, nan=CHANCE)}


def early(pair, rate):
    """The first epoch alone: what `tune` stores as "early", in a fraction of its time."""
    run = train_pair(pair, rate, SEEDS[:FEW], epochs=1)
    return {"early": np.nan_to_num(run.val_score.values[:, 0], nan=CHANCE)}


def tuned_rates():
    """For each pair the rate with the highest mean validation accuracy."""
    score = load("fifty_layers")["val_score"].values.max(-1).mean(-1)
    return {pair: RATES[best] for pair, best in zip(PAIRS, score.argmax(1), strict=True)}


def test_scores():
    """Test accuracies (10,) of each pair at its tuned rate."""
    scores, rates = load("fifty_layers")["test_score"].values, tuned_rates()
    return {pair: scores[k, RATES.index(rates[pair])] for k, pair in enumerate(PAIRS)}


def measured():
    """"trains" or "fails" by three standard errors of the mean test accuracy, else "undecided"."""
    words = {"more": "trains", "less": "fails"}
    return {pair: words.get(statistics.compare(statistics.interval(score).shifted(-HALF)),
                            "undecided") for pair, score in test_scores().items()}


def the_map(pair):
    """The map of a pair, and the first layer's second moments over the spread of inputs."""
    f, init = PAIRS[pair]
    one = thermostat.pair(activations.get(f), init, width=WIDTH)
    first = 1 if init == "own gain" else one.w2
    return one, [first * q + one.b2 for q in SPREAD]


def predicted(pair):
    """"trains", "fails" or "open", from the map alone."""
    one, starts = the_map(pair)
    left = one.drawn_together(DEPTH, starts[0], starts[-1])
    change = max(abs(one.decades(q, DEPTH)) for q in starts)
    if left > APART or change > DECADES:
        return "fails"
    return "trains" if left <= TOGETHER else "open"
