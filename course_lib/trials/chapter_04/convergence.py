"""Slow convergence, failure, and what ImageNet's benchmarks say."""

import numpy as np

from ... import figures, statistics
from ...evidence import hidden_layers
from .. import Outcome, trial

DEPTHS, EPOCHS, SLOWER = (2, 4, 6), 8, 2
ALL = EPOCHS * hidden_layers.WINDOW  # steps
SOON = ALL // 2


@trial(
    "C64",
    claim="The wrong choice leads to slow convergence or failure.",
    reading="There are a popular function and a depth at which it converges at most half as fast "
            "as tanh, or not at all, although it has the first weights made for it and the rate "
            "that is fastest for it. Sigmoid, 2, 4 and 6 hidden layers.",
    rule=f"Adam steps to a training loss of {hidden_layers.GOAL}, sigmoid over tanh; networks that "
         f"do not get there in {EPOCHS} epochs count as one step more than these {ALL}. holds: at "
         f"one depth at least over {SLOWER} times as many, by three standard errors of the ratio's "
         f"logarithm; false: at each depth less than {SLOWER} times",
    correct="It can: a sigmoid network of four hidden layers is slow, and one of six does not "
            "arrive. It is the pair of function and first weights that fails (chapter 03).",
    literature="Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward "
               "neural networks",
)
def slow_or_never(seeds):
    rates = hidden_layers.fastest_rates()
    steps = {(name, depth): np.minimum(hidden_layers.steps_needed(hidden_layers.train(
        name, depth, rates[name, depth], seeds, EPOCHS)), ALL + 1)
        for depth in DEPTHS for name in ("tanh", "sigmoid")}
    ratio = {depth: statistics.paired(np.log(steps["sigmoid", depth]), np.log(steps["tanh", depth]))
             for depth in DEPTHS}
    seen = {depth: statistics.compare(one.shifted(-np.log(SLOWER))) for depth, one in ratio.items()}
    verdict = ("holds" if "more" in seen.values() else
               "false" if set(seen.values()) == {"less"} else "undecided")

    def draw():
        figures.accuracies(
            [f"{name}, {depth} layers" for name, depth in steps], list(steps.values()), grain=10,
            xlabel=f"steps to a training loss of {hidden_layers.GOAL} ({ALL + 1}: not there)",
            title="Sigmoid falls behind with every layer, each at its fastest rate")

    def words(name, depth):
        taken = steps[name, depth]
        return (f"all within {SOON}" if taken.max() <= SOON else
                f"none within {ALL}" if taken.min() > ALL else f"not all within {SOON}")

    return Outcome(
        verdict,
        {f"steps, {name}, depth {depth}": statistics.interval(one)
         for (name, depth), one in steps.items()}
        | {f"log of the ratio, depth {depth}": one for depth, one in ratio.items()},
        f"Over {SLOWER} times the steps of tanh: " + "; ".join(
            f"with {depth} layers {'yes' if seen[depth] == 'more' else 'no'} (of tanh's networks "
            f"{words('tanh', depth)} steps, of sigmoid's {words('sigmoid', depth)})"
            for depth in DEPTHS) + ".",
        seeds=len(seeds), draw=draw,
        tuned=f"the rate of each at each depth, out of {len(hidden_layers.RATES)}, for fewest "
              "steps on training digits, with 10 other seeds")


# Top-1 accuracy (%) on ImageNet's validation images, 128 pixels wide, one CaffeNet each: tables
# of Mishkin, Sergievskiy and Matas, github.com/ducha-aiki/caffenet-benchmark, Activations.md.
PLAIN = {"ReLU": 47.1, "tanh": 40.1, "very leaky ReLU": 46.9, "randomised ReLU": 47.8,
         "maxout": 48.2, "PReLU": 48.5, "shifted softplus": 48.6, "ELU": 48.8}
NORMALISED = {"ReLU": 49.9, "randomised ReLU": 50.0, "PReLU": 50.3, "ELU": 49.8, "maxout": 48.7,
              "sigmoid": 47.5}
CLOSE = 2.0  # points


@trial(
    "C65",
    kind="cited",
    claim="Benchmarks on ImageNet highlight ReLU's superior performance.",
    reading="In a published benchmark on ImageNet ReLU is more accurate than the other functions "
            "tried in the same network.",
    rule=f"from the published table, one network a function and no seeds, so {CLOSE:g} points or "
         "less count as nothing. holds: ReLU is more than that above every other function; holds "
         "if (the other saturates): above tanh, not above all; false: not even above tanh",
    correct="Against tanh in networks without normalisation: yes, and that is what made ReLU's "
            "name in 2012. Among rectifiers and their smooth kin the differences are a point or "
            "two in single runs, and ReLU is not in front.",
    literature="Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep "
               "convolutional neural networks; Mishkin, Sergievskiy & Matas 2017, Systematic "
               "evaluation of CNN advances on the ImageNet, arXiv:1606.02228 (tables: "
               "github.com/ducha-aiki/caffenet-benchmark); Ramachandran, Zoph & Le 2017, Searching "
               "for activation functions, arXiv:1710.05941",
)
def imagenet(seeds):
    behind = [name for name, value in PLAIN.items() if PLAIN["ReLU"] - value > CLOSE]
    verdict = ("holds" if len(behind) == len(PLAIN) - 1 else
               "holds if" if "tanh" in behind else "false")
    return Outcome(
        verdict,
        {f"top-1 accuracy (%), {name}": value for name, value in PLAIN.items()}
        | {f"top-1 accuracy (%) with batch normalisation, {name}": value
           for name, value in NORMALISED.items()},
        f"One network each, top-1 accuracy: tanh {PLAIN['tanh']} %, ReLU {PLAIN['ReLU']} %, PReLU "
        f"{PLAIN['PReLU']} %, ELU {PLAIN['ELU']} %. With batch normalisation: sigmoid "
        f"{NORMALISED['sigmoid']} %, ELU {NORMALISED['ELU']} %, ReLU {NORMALISED['ReLU']} %, PReLU "
        f"{NORMALISED['PReLU']} % (Mishkin, Sergievskiy and Matas). Swish for ReLU added 0.9 "
        "points in one network and 0.6 in another (Ramachandran, Zoph and Le).",
        condition="the other function saturates and nothing normalises" if verdict == "holds if"
        else "")
