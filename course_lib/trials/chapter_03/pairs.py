"""The pair: a function keeps the gradient only together with its first weights."""

import numpy as np

from ... import activations, figures, statistics, thermostat
from .. import Outcome, trial
from .depth import LAYERS, USUAL, carried, draw_shares, power, tell, twice, verdict_on

DEFAULTS = {"glorot": "Keras", "pytorch": "PyTorch"}  # what `Dense` and `nn.Linear` start with
DECADE = 1.0


def small(fan_in, fan_out, rng):
    """Normal weights of standard deviation 0.01, whatever the width: Krizhevsky et al. 2012."""
    return 0.01 * rng.standard_normal((fan_in, fan_out)), np.zeros(fan_out)


@trial(
    "C38",
    claim="ReLU avoids, or solves, the vanishing-gradient problem.",
    reading="Whoever chooses ReLU and leaves the first weights as the frameworks set them has a "
            "plain network of thirty layers that carries the gradient to the first.",
    rule="Carried: the first of thirty hidden layers gets a thousandth or more of the root-mean-"
         "square gradient of the last. holds: with the defaults of Keras and of PyTorch; holds if "
         "(which): with one of the two; false: with neither. By three standard errors of the mean "
         "logarithm, twenty networks each.",
    correct="The pair of ReLU and He's weights keeps the mean-square gradient. ReLU with Glorot's "
            "loses half of it in each layer, with PyTorch's default five sixths, and with weights "
            "of standard deviation 0.01 almost everything.",
    literature="He, Zhang, Ren & Sun 2015, Delving deep into rectifiers; Hanin & Rolnick 2018, How "
               "to start training: the effect of initialization and architecture",
)
def relu_alone(seeds):
    logs = {init: carried("relu", init, twice(seeds)) for init in USUAL}
    tiny, tanh = carried("relu", small, twice(seeds)), carried("tanh", "glorot", twice(seeds))
    found = {init: verdict_on(logs[init]) for init in DEFAULTS}
    works = [DEFAULTS[init] for init, what in found.items() if what == "carried"]
    verdict = ("undecided" if "undecided" in found.values()
               else {2: "holds", 1: "holds if", 0: "false"}[len(works)])
    condition = f"the first weights are {works[0]}'s" if verdict == "holds if" else ""

    def draw():
        draw_shares({f"relu, {init}": log for init, log in logs.items()}
                    | {"relu, sd 0.01": tiny, "tanh, glorot": tanh},
                    "ReLU keeps the gradient with He's weights"
                    if verdict_on(logs["he"]) == "carried" and not works else
                    f"ReLU keeps the gradient with the defaults of {len(works)} frameworks")

    return Outcome(
        verdict,
        {f"log10 of the share carried, relu, {init}": statistics.interval(log)
         for init, log in logs.items()}
        | {"log10 of the share carried, relu, sd 0.01": statistics.interval(tiny),
           "log10 of the share carried, tanh, glorot": statistics.interval(tanh)},
        f"Of the gradient at layer 30, layer 1 gets: ReLU {tell(logs)} first weights, and "
        f"{power(tiny)} with weights of standard deviation 0.01. Tanh with Glorot's: "
        f"{power(tanh)}.",
        seeds=2 * len(seeds), draw=draw, condition=condition)


PASSED = (0.0, 0.5, 1.0)  # slopes on the negative side: ReLU, half, all (a straight line)


def bent(slope):
    """ReLU that passes `slope` times what is negative."""
    return activations.get("leaky_relu", negative_slope=slope) if slope else "relu"


@trial(
    "C40",
    claim="ReLU avoids vanishing by outputting zero for negative inputs and x for positive ones.",
    reading="Both halves of the definition help: at the same first weights, ReLU carries more of "
            "the gradient through thirty layers than functions that pass negative inputs too.",
    rule="Beside ReLU stand two with ReLU's positive half that pass half of what is negative, and "
         "all of it, each with the same LeCun weights. holds: ReLU carries more than both, by over "
         "a factor of ten; false: less than both, by as much; holds if (which): more than one of "
         "them; anything else is undecided. By three standard errors of the paired logarithm, "
         "twenty networks each.",
    correct="The zero half is the half that loses the gradient: its slope is 0, so the mean-square "
            "slope is a half. What makes up for the loss is the variance of He's weights, two over "
            "the fan-in, times that half: one.",
    literature="He, Zhang, Ren & Sun 2015, Delving deep into rectifiers, eq. 10 and 14",
)
def the_zero_half(seeds):
    kept = {slope: shared(slope, twice(seeds)) for slope in PASSED}
    gain = {slope: statistics.paired(kept[0.0], kept[slope]) for slope in PASSED[1:]}
    against = {slope: statistics.compare(one, DECADE) for slope, one in gain.items()}
    helped = [slope for slope, what in against.items() if what == "more"]
    if "undecided" in against.values():
        verdict = "undecided"
    elif helped:
        verdict = "holds" if len(helped) == len(gain) else "holds if"
    else:
        verdict = "false" if set(against.values()) == {"less"} else "undecided"
    squares = {slope: thermostat.mean_square_slope(bent(slope)) for slope in PASSED}

    def draw():
        figures.accuracies(
            [f"passes {100 * slope:g} %" for slope in PASSED], list(kept.values()), grain=0.5,
            xlabel="gradient at layer 1 over layer 30 (power of ten)",
            title="The more of the negative half passes, the more gradient arrives"
            if verdict == "false" else "What the negative half does to the gradient")

    return Outcome(
        verdict,
        {f"log10 of the share carried, slope {slope:g} below zero": statistics.interval(log)
         for slope, log in kept.items()}
        | {f"log10 of ReLU's share over that with slope {slope:g}": one
           for slope, one in gain.items()}
        | {f"mean-square slope, {slope:g} below zero": one for slope, one in squares.items()},
        f"With the same weights, {LAYERS} layers pass on: " + ", ".join(
            f"{power(kept[slope])} of the gradient where {100 * slope:g} % of the negative half "
            f"passes (mean-square slope {squares[slope]:.3g})" for slope in PASSED) + ".",
        seeds=2 * len(seeds), draw=draw,
        condition="" if verdict != "holds if" else
        f"it stands beside a function that passes {100 * helped[0]:g} % of the negative half")


def shared(slope, seeds):
    """log10 of the share carried (seeds,) by one of the three functions, with LeCun's weights."""
    return carried(bent(slope), "lecun", seeds)
