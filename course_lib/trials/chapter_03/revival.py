"""Buried units: which come back, and what ELU's and leaky ReLU's negative sides are worth."""

from functools import cache

import numpy as np

from ... import activations, data, figures, initialisation, networks, statistics, training
from ...evidence import dead_units
from .. import Outcome, trial

BIAS, PASSES = -5, 12  # half of the units of both layers start here; epochs that follow
WAYS = {  # what moves the buried units: optimiser, rate, momentum
    "plain SGD": ("sgd", 0.1, 0.0), "momentum": ("sgd", 0.02, 0.9), "Adam": ("adam", 0.003, 0.0)}

FORMS = {"relu": activations.get("relu"), "elu": activations.get("elu"),
         "leaky 0.01": activations.get("leaky_relu"),
         "leaky 0.2": activations.get("leaky_relu", negative_slope=0.2)}
UNITS, DEPTHS, RATE, EPOCHS = 32, (-5, -10), 0.1, 24  # one hidden layer, 408 steps of plain SGD
STEEP, LEARNED = 0.01, 80  # leaky ReLU's slope; accuracy in per cent


def buried(sizes, bias, share):
    """First weights: He's, with this bias in the first `share` of every hidden layer's units."""
    def weights(seed):
        parts = []
        for index, (fan_in, width) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
            W, b = initialisation.he(fan_in, width, np.random.default_rng([seed, 1 + index]))
            if index < len(sizes) - 2:
                b[:round(share * width)] = bias
            parts += [W, b]
        return parts
    return weights


def stack_of(f, sizes, weights, seeds):
    """A `networks.Stack` of the networks that `weights` starts, one a seed."""
    stack = networks.Stack([f] * len(seeds), sizes)
    stack.weights[:] = [np.concatenate([np.ravel(part) for part in weights(seed)])
                        for seed in seeds]
    return stack


def revived(way, seeds):
    """Of the units of each hidden layer that are dead at the start: the share (%) that is not,
    after 12 epochs (seeds, 2). Dead: slope 0 on every training digit."""
    optimiser, rate, momentum = WAYS[way]
    sizes, x = (64, *dead_units.HIDDEN, 10), data.digits().x_train
    start = buried(sizes, BIAS, 0.5)
    run = dead_units.train_networks(optimiser, rate, seeds, epochs=PASSES, weights=start,
                                    momentum=momentum)
    before, _ = dead_units.ever_and_always(stack_of("relu", sizes, start, seeds), x)
    after, _ = dead_units.ever_and_always(dead_units.together(run, seeds), x)
    return 100 * (~before & after).sum(-1) / (~before).sum(-1)


@trial(
    "C46",
    claim="A dead ReLU stays dead.",
    reading="Half of the units in both hidden layers start far below zero (bias -5). Of those that "
            "are dead on all training digits, hardly any (less than 1 %) is alive after 12 epochs "
            "of plain SGD, in the first layer and in the second.",
    rule="holds if less than 1 % is alive again in each layer; holds if (which layer): less than "
         "1 % in one, more in the other; false: more in both. Less, or more, by three standard "
         "errors. Momentum and Adam are measured beside it",
    correct="In the first layer, on the same data, yes, whatever the optimiser: the gradient is "
            "exactly 0, and all three make no step from zero. A deeper unit is dead only for what "
            "the layers below send it, and they go on learning. New data can wake any unit.",
    literature="Lu, Shin, Su & Karniadakis 2020, Dying ReLU and initialization, arXiv:1903.06733; "
               "Shin & Karniadakis 2020, Trainability of ReLU networks and data-dependent "
               "initialization (tentative and permanent death)",
)
def stays_dead(seeds):
    share = {way: revived(way, seeds) for way in WAYS}
    found = {(way, layer): statistics.interval(one[:, layer - 1])
             for way, one in share.items() for layer in (1, 2)}
    against = [statistics.compare(found["plain SGD", layer].shifted(-1)) for layer in (1, 2)]
    verdict = {("less", "less"): "holds", ("more", "more"): "false",
               ("less", "more"): "holds if", ("more", "less"): "holds if"}.get(
                   tuple(against), "undecided")
    condition = ""
    if verdict == "holds if":
        condition = ("it is in the first layer, and the data stay the same"
                     if against[0] == "less" else "it is in the second layer")
    none = [way for way in WAYS if not share[way][:, 0].any()]
    some = [way for way in WAYS if found[way, 2].mean > 10]

    def draw():
        figures.accuracies(
            [f"layer {layer}, {way}" for layer in (1, 2) for way in WAYS],
            [share[way][:, layer - 1] for layer in (1, 2) for way in WAYS], grain=20,
            xlabel="dead units that came back to life (%); layers of 32, half at bias -5, "
                   f"{PASSES} epochs",
            title="In the second layer units come back, in the first none"
            if len(none) == len(WAYS) else "Units that came back to life")

    return Outcome(
        verdict, {f"alive again (%), layer {layer}, {way}": one
                  for (way, layer), one in found.items()},
        f"Not one unit of the first layer came back with: {', '.join(none) or 'none of the ways'}. "
        f"Over 10 % of the dead units of the second layer came back with: "
        f"{', '.join(some) or 'none of the ways'}.",
        seeds=len(seeds), draw=draw, condition=condition)


@cache
def from_below(name, bias, seeds, optimiser="sgd", rate=RATE):
    """A function's networks of one hidden layer, all of whose units start at this bias.

    Returns test accuracy (%), the share (%) of hidden units whose weights or bias training has
    changed, and that of units that are negative on every training digit at the end: (3, seeds).
    """
    f, sizes, digits = FORMS[name], (64, UNITS, 10), data.digits()
    start = buried(sizes, bias, 1)
    run = training.train(digits, f, seeds=list(seeds), hidden=(UNITS,), rate=rate, keep="last",
                         optimiser=optimiser, epochs=EPOCHS, weights=start)
    before, after = stack_of(f, sizes, start, seeds), dead_units.together(run, seeds)
    moved = np.concatenate([after.layers[0].W != before.layers[0].W,
                            after.layers[0].b != before.layers[0].b], 1).any(1)
    _, space = after.forward(digits.x_train[None])
    below = (space.layers[0].z < 0).all(1)
    return 100 * np.stack([run.test_score.values, moved.mean(-1), below.mean(-1)])


def learns(scores):
    """Whether an accuracy (%) is above 80 by three standard errors: True, False, None unsure."""
    return {"more": True, "less": False}.get(
        statistics.compare(statistics.interval(scores).shifted(-LEARNED)))


@trial(
    "C51",
    claim="ELU addresses dead neurons by a small negative slope, which ensures that all neurons "
          "remain active.",
    reading="ELU keeps a slope on the negative side as leaky ReLU does: however far below zero, "
            "units pass on enough gradient for a network to learn by plain SGD. Started at bias "
            "-5 or at -10, networks of ELUs get to 80 % accuracy.",
    rule="holds if ELU's slope is 0.01 or more at -5 and at -10, and networks from both starts get "
         "above 80 % on test digits in 408 steps; false if the slope at -10 is below 0.01 and "
         "networks from there stay below 80 %: all means all; holds if (which start): between the "
         "two. Above, or below, by three standard errors. (Rate and starts were chosen after a "
         "pilot)",
    correct="ELU's slope on the left is e^z: large near zero, so that units a little below come "
            "back where ReLU's do not, and nearly nothing far out: ELU saturates. Adam, which "
            "measures steps by the gradient's own size, brings back units even from there.",
    literature="Clevert, Unterthiner & Hochreiter 2016, Fast and accurate deep network learning "
               "by exponential linear units, arXiv:1511.07289",
)
def elu_stays_active(seeds):
    seeds = tuple(seeds)
    score = {(name, bias): from_below(name, bias, seeds)[0]
             for name in ("relu", "elu") for bias in DEPTHS}
    adam = from_below("elu", DEPTHS[-1], seeds, "adam", 0.003)[0]
    slope = {bias: float(FORMS["elu"].df(float(bias))) for bias in DEPTHS}
    works = {bias: learns(score["elu", bias]) for bias in DEPTHS}
    near, far = DEPTHS
    if None in works.values():
        verdict = "undecided"
    elif all(works.values()) and min(slope.values()) >= STEEP:
        verdict = "holds"
    else:
        verdict = "false" if not works[far] and slope[far] < STEEP else "holds if"
    condition = ""
    if verdict == "holds if":
        started = [f"{bias}" for bias in DEPTHS if works[bias]]
        condition = f"units start at {' or '.join(started)}, and all that counts is learning" \
            if started else "all that counts is the slope"

    def draw():
        figures.accuracies(
            [f"{name} from {bias}" for bias in DEPTHS for name in ("relu", "elu")],
            [score[name, bias] for bias in DEPTHS for name in ("relu", "elu")], grain=5,
            chance=10, xlabel=f"test accuracy (%); one hidden layer of {UNITS}, all at this bias, "
                              f"then SGD {RATE:g}, {EPOCHS} epochs",
            title="ELU comes back from -5; from -10 it does not, no more than ReLU"
            if works == {near: True, far: False} else "ELU and ReLU from below")

    return Outcome(
        verdict,
        {f"accuracy (%), {name} from {bias}": statistics.interval(one)
         for (name, bias), one in score.items()}
        | {f"ELU's slope at {bias}": one for bias, one in slope.items()}
        | {f"accuracy (%), elu from {far}, Adam": statistics.interval(adam)},
        f"ELU's slope is {slope[near]:.2g} at {near} and {slope[far]:.2g} at {far}. Networks of "
        f"ELUs get above 80 % from {near}: {works[near]}; from {far}: {works[far]} (with Adam: "
        f"{learns(adam)}). Of ReLUs: {learns(score['relu', near])} and "
        f"{learns(score['relu', far])}.",
        seeds=len(seeds), draw=draw, condition=condition)


@trial(
    "C52",
    claim="Leaky ReLU and PReLU ensure that all neurons remain active.",
    reading="With a negative slope of 0.01 or 0.2, every unit of a hidden layer that starts at "
            "bias -10 hears the loss and moves, and the layer comes back: networks get above "
            "80 %, with units that are on for some digits and off for others.",
    rule="(a) Plain SGD changes every unit, with both slopes. (b) With both slopes networks get "
         "above 80 % on test digits in 408 steps, and under half of the units are negative on all "
         "training digits at the end. holds: (a) and (b); holds if (active means that a gradient "
         "arrives): only (a); false: not (a). Above and under by three standard errors. (Rate and "
         "start as in C51)",
    correct="The gradient is never exactly 0, but with a slope of 0.01 it is a hundred times "
            "smaller than on the right. And a layer whose units are negative on all data is "
            "trainable yet linear: a network may learn in spite of it, as a linear classifier.",
    literature="Maas, Hannun & Ng 2013, Rectifier nonlinearities improve neural network acoustic "
               "models; Xu, Wang, Chen & Li 2015, Empirical evaluation of rectified activations "
               "in convolutional network, arXiv:1505.00853",
)
def leaky_stays_active(seeds):
    seeds, leaky = tuple(seeds), ("leaky 0.01", "leaky 0.2")
    seen = {name: from_below(name, DEPTHS[-1], seeds) for name in ("relu", *leaky)}
    moves = all((seen[name][1] == 100).all() for name in leaky)
    works = {name: learns(seen[name][0]) for name in seen}
    bends = {name: {"less": True, "more": False}.get(statistics.compare(
        statistics.interval(seen[name][2]).shifted(-50))) for name in leaky}
    both = [works[name] for name in leaky] + list(bends.values())
    if not moves:
        verdict = "false"
    elif False in both:
        verdict = "holds if"
    else:
        verdict = "undecided" if None in both else "holds"

    def draw():
        with figures.panels("All of leaky ReLU's units move; what they do is another question",
                            grain=5, digits=2, size=(8, 3.0),
                            note=f"Mean of {len(seeds)} networks; one hidden layer of {UNITS} "
                                 f"units, all at bias {DEPTHS[-1]}, then {EPOCHS} epochs of SGD"
                            ) as axes:
            for row, (what, hatch) in enumerate((("units that moved", None),
                                                 ("units negative on all digits", "//"),
                                                 ("test accuracy", ".."))):
                place = np.arange(len(seen)) + 0.27 * (row - 1)
                height = [one[(1, 2, 0)[row]].mean() for one in seen.values()]
                axes.bar(place, height, 0.25, label=what, hatch=hatch, edgecolor="white",
                         color=figures.look(("gelu", "relu", "leaky_relu")[row])[0])
            axes.set_xticks(range(len(seen)), list(seen))
            axes.set(ylabel="%", ylim=(0, 125), yticks=range(0, 101, 20))
            axes.legend(ncols=3, loc="upper left")

    return Outcome(
        verdict,
        {f"{what} (%), {name}": statistics.interval(one) for name, row in seen.items()
         for what, one in zip(("accuracy", "units that moved", "units negative on all digits"),
                              row, strict=True)},
        f"Every unit moved, with both slopes: {moves}. Networks get above 80 %: "
        + ", ".join(f"{works[name]} ({name})" for name in seen)
        + ". Over half of the units are still negative on all digits: "
        + ", ".join(f"{bends[name] is False} ({name})" for name in leaky) + ".",
        seeds=len(seeds), draw=draw,
        condition="active means that a gradient arrives, not that a unit bends"
        if verdict == "holds if" else "")
