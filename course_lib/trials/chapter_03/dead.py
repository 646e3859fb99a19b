"""Dead units: how they come about, at which rates, and what first weights have to do with it."""

import numpy as np

from ... import data, figures, initialisation, networks, statistics
from ...evidence import dead_units
from .. import Outcome, trial
from ..papers import born_dead

DEADLY, HARMLESS = 0.03, 0.1  # a rate for Adam, high but still learning; one for plain SGD
MORE_EPOCHS = 5
TEN = 10  # hidden layers, of 64 units


def killed(seeds, rate=DEADLY):
    """ReLU networks before training, after it with Adam, and after five epochs more of plain SGD.

    Returns the share (%) of dead units in the first hidden layer at these three times (3, seeds),
    and what share of the numbers (weights, bias) of each of its units the five more epochs change,
    for the units that were dead before them and for the others (2, seeds); 0 where there is none.
    """
    fresh = networks.Stack(["relu"] * len(seeds), (64, *dead_units.HIDDEN, 10))
    fresh.initialise(["he"] * len(seeds), seeds)
    run = dead_units.train_networks("adam", rate, seeds)
    kept = {seed: parameters(run.network(seed=seed)) for seed in seeds}
    later = dead_units.train_networks("sgd", HARMLESS, seeds, epochs=MORE_EPOCHS,
                                      weights=kept.__getitem__)
    before, after = dead_units.together(run, seeds), dead_units.together(later, seeds)
    dead = np.stack([~dead_units.ever_and_always(stack, data.digits().x_train)[0][:, 0]
                     for stack in (fresh, before, after)])
    changed = numbers_changed(before, after)
    groups = [np.where(units, changed, 0).sum(-1) / np.maximum(units.sum(-1), 1)
              for units in (dead[1], ~dead[1])]
    return 100 * dead.mean(-1), np.array(groups)


def numbers_changed(before, after):
    """Of the weights and the bias of each unit of the first layer: which share differs between two
    stacks of the same shape (seeds, units)."""
    return np.concatenate([getattr(before.layers[0], part) != getattr(after.layers[0], part)
                           for part in ("W", "b")], 1).mean(1)


def parameters(stack):
    """The first network's weights and biases, as `training.train` takes them."""
    return [part[0].copy() for layer in stack.layers for part in (layer.W, layer.b)]


@trial(
    "C45",
    claim="ReLU can produce dead neurons: always negative inside, and never updated again.",
    reading="Train ReLU networks with two hidden layers on the digits by Adam at a rate that is "
            "high and still learns (0.03). In the first hidden layer units die that were not dead "
            "before; and if training goes on, with plain SGD at a harmless rate (0.1), nothing "
            "about them changes.",
    rule="holds if (a) the share of dead units in the first layer rises by over 5 points, by three "
         "standard errors, and (b) in five more epochs not one weight or bias of a dead unit "
         "changes by a single bit; holds if (dead means silent, not stuck): only (a); false: not "
         "(a). Dead: slope 0 on every training digit. (Optimiser and rate were chosen after "
         "pilots; with SGD near its cliff ten seeds differ too much for a verdict)",
    correct="Yes. A first-layer unit whose sum is negative for all training inputs has slope 0 for "
            "all of them, and then its gradient is exactly 0, not just small.",
    literature="Maas, Hannun & Ng 2013, Rectifier nonlinearities improve neural network acoustic "
               "models; Lu, Shin, Su & Karniadakis 2020, Dying ReLU and initialization, "
               "arXiv:1903.06733",
)
def units_die(seeds):
    share, changed = killed(seeds)
    rise = statistics.paired(share[1], share[0])
    dies = statistics.compare(rise.shifted(-5))
    stuck, others = bool((changed[0] == 0).all()), changed[1].mean()
    verdict = {"less": "false", "more": "holds" if stuck else "holds if"}.get(dies, "undecided")

    def draw():
        figures.accuracies(
            ["before training", "after 20 epochs", "5 epochs later"], list(share), grain=5,
            xlabel=f"dead units of layer 1 (%); two hidden layers of 32, Adam {DEADLY}, "
                   f"then SGD {HARMLESS}",
            title="Units that died in training stay as they are")

    return Outcome(
        verdict,
        {"points more dead units": rise, "dead units' numbers changed (share)": changed[0].mean(),
         "other units' numbers changed (share)": others},
        f"Over 5 % of the first layer dies: {dies == 'more'}. In {MORE_EPOCHS} more epochs the "
        f"weights and biases of the dead units stay as they were, to the last bit: {stuck}. Of the "
        f"other units' over 90 % change: {others > 0.9}.",
        seeds=len(seeds), draw=draw,
        condition="dead means silent, not stuck" if verdict == "holds if" else "")


@trial(
    "C47",
    claim="Dying ReLU affects over 40 % of the neurons in some architectures, studies show.",
    reading="With SGD and with Adam, each at the rate that suits it, over 40 % of the units of an "
            "ordinary ReLU network are dead after training.",
    rule="holds if over 40 % of all hidden units are dead, by three standard errors, at the rate "
         "with the highest validation accuracy, for SGD and for Adam; holds if (which optimiser): "
         "for one of them; holds if (the rate is ten times too high): for neither, but at ten "
         "times that rate for one or both; false: not even then. (The sweep over 22 rates was seen "
         "before; these networks have other seeds)",
    correct="No study says so. The number goes back to lecture notes: up to 40 %, if the learning "
            "rate is set too high. Any number from 0 to 100 % can be had: it is a function of "
            "rate, optimiser and depth. With Adam a third of the first layer can be dead while "
            "accuracy is still fine, at its best rate about a tenth is.",
    literature="Karpathy 2015, lecture notes of Stanford's course CS231n; Lu, Shin, Su & "
               "Karniadakis 2020, Dying ReLU and initialization, arXiv:1903.06733",
)
def over_forty_per_cent(seeds):
    best = dead_units.best_rates()
    at = {(name, times): rate * times for name, rate in best.items() for times in (1, 10)}
    share, score = {}, {}
    for place, rate in at.items():
        run = dead_units.train_networks(place[0], rate, seeds)
        share[place] = 100 * dead_units.states(run, seeds)[..., 0].mean(-1)
        score[place] = 100 * run.val_score.values[:, -1].mean()
    found = {place: statistics.interval(one) for place, one in share.items()}
    over = {place: statistics.compare(one.shifted(-40)) for place, one in found.items()}
    good, high = ([over[name, times] for name in best] for times in (1, 10))
    more = [named for named, said in zip(("SGD", "Adam"), good, strict=True) if said == "more"]
    condition = ""
    if "undecided" in good:
        verdict = "undecided"
    elif more:
        verdict = "holds" if len(more) == 2 else "holds if"
        condition = f"the optimiser is {more[0]}" if len(more) == 1 else ""
    elif "more" in high:
        verdict, condition = "holds if", "the learning rate is ten times too high"
    else:
        verdict = "undecided" if "undecided" in high else "false"

    def named(place):
        return f"{place[0].replace('sgd', 'SGD').replace('adam', 'Adam')}, rate {at[place]:g}"

    def draw():
        figures.accuracies(
            list(map(named, at)), list(share.values()), grain=20,
            xlabel="dead units of both hidden layers (%); 32 in each, 20 epochs",
            title="The share of dead units is a function of the rate")

    most = [named(place) for place, said in over.items() if said == "more"]
    still = [named(place) for place in at if score[place] > 90]
    return Outcome(
        verdict,
        {f"dead (%), {named(place)}": one for place, one in found.items()}
        | {f"validation accuracy (%), {named(place)}": one for place, one in score.items()},
        f"Over 40 % dead: {'; '.join(most) or 'nowhere'}. Validation accuracy above 90 %: "
        f"{'; '.join(still) or 'nowhere'}.",
        seeds=len(seeds), tuned="the rate of each optimiser, on validation data, with 10 other "
                                "seeds", draw=draw,
        condition=condition)


def without_bias(scheme):
    """The same first weights, with biases 0."""
    draw = initialisation.get(scheme)

    def weights(fan_in, fan_out, rng):
        W, b = draw(fan_in, fan_out, rng)
        return W, np.zeros_like(b)

    weights.__name__ = f"{scheme}, no bias"
    return weights


DEEP = {"PyTorch's default": "pytorch", "the same, biases 0": without_bias("pytorch"),
        "He, biases 0": "he"}
NARROW = {"PyTorch's weights": born_dead.uniform, "He's weights": born_dead.normal}
SHAPE = (3, 10)  # of the narrow networks: units, layers


def dead_by_layer(init, seeds):
    """Share (%) of dead units in each of ten fresh hidden layers of 64 ReLUs (seeds, layers)."""
    stack = networks.Stack(["relu"] * len(seeds), (64, *[64] * TEN, 10))
    stack.initialise([init] * len(seeds), seeds)
    ever, _ = dead_units.ever_and_always(stack, data.digits().x_train)
    return 100 * (1 - ever.mean(-1))


def narrow_dead(draw, seeds, count=1000):
    """Share (%) of born dead networks, 3 units wide with 10 layers and one input (seeds,)."""
    return np.array([100 * born_dead.silent(*SHAPE, (1.0,), seed, draw, count)[-1].mean()
                     for seed in seeds])


@trial(
    "C48",
    claim="Proper initialisation mitigates dead neurons.",
    reading="He's first weights, which were made for ReLU, leave fewer units dead before training "
            "than PyTorch's default: in ten hidden layers of 64 units, and in networks of only 3 "
            "units a layer, where a whole layer may be dead.",
    rule="He's weights help if they lower the share by over 10 points, and do not if by less, by "
         "three standard errors each. holds: in the wide and in the narrow networks; holds if (in "
         "which): in one; false: in none. Wide: dead units among all, over all training digits. "
         "Narrow: dead networks, one input, all biases 0 (PyTorch's default without its biases)",
    correct="Where the signal shrinks from layer to layer, biases decide alone: half of the units "
            "are dead, the other half always on. Weights that keep the signal up help against "
            "that. A narrow deep network can be born dead, and there the size of symmetric weights "
            "makes no difference, since it changes no sign: width does.",
    literature="Lu, Shin, Su & Karniadakis 2020, Dying ReLU and initialization, arXiv:1903.06733; "
               "Rister & Rubin 2020, Probabilistic bounds on neuron death in deep rectifier "
               "networks, arXiv:2007.06192",
)
def initialisation_helps(seeds):
    deep = {name: dead_by_layer(init, seeds) for name, init in DEEP.items()}
    narrow = {name: narrow_dead(draw, seeds) for name, draw in NARROW.items()}
    total = {name: one.mean(1) for name, one in deep.items()}
    gain = {"wide": statistics.paired(total["PyTorch's default"], total["He, biases 0"]),
            "narrow": statistics.paired(*narrow.values())}
    helps = {where: statistics.compare(one.shifted(-10)) for where, one in gain.items()}
    helped = [where for where, said in helps.items() if said == "more"]
    verdict = ("undecided" if "undecided" in helps.values() else
               {0: "false", 1: "holds if", 2: "holds"}[len(helped)])
    condition = ""
    if verdict == "holds if":
        condition = ("units are dead because the signal has shrunk, not because the network is "
                     "narrow" if helped == ["wide"] else "the network is narrow")

    def draw():
        layers = np.arange(1, TEN + 1)
        with figures.panels("Where the signal has shrunk, biases alone decide who is dead",
                            digits=2, grain=5, crossings=False,
                            note="Ten hidden layers of 64, all training digits, before training; "
                                 f"means of {len(seeds)} networks, 95 % intervals") as axes:
            for (name, one), look in zip(deep.items(), ("relu", "tanh", "gelu"), strict=True):
                colour, dash = figures.look(look)
                spread = [statistics.interval(column) for column in one.T]
                axes.plot(layers, one.mean(0), color=colour, ls=dash, label=name)
                axes.fill_between(layers, [e.low for e in spread], [e.high for e in spread],
                                  color=colour, alpha=0.15, lw=0)
            axes.set(xlabel="hidden layer", ylabel="dead units (%)", ylim=(0, 60))

    return Outcome(
        verdict,
        {f"dead (%), ten layers, {name}": statistics.interval(one) for name, one in total.items()}
        | {f"born dead (%), {name}": statistics.interval(one) for name, one in narrow.items()}
        | {f"gain, {where} (points)": one for where, one in gain.items()},
        "Dead before training, of all units in ten layers: " + ", ".join(
            f"{one.mean():.0f} % ({name})" for name, one in total.items())
        + ". Born dead, of networks 3 units wide: " + ", ".join(
            f"{one.mean():.0f} % ({name})" for name, one in narrow.items())
        + f"; calculated {100 * born_dead.probability(*SHAPE):.0f} %.",
        seeds=len(seeds), draw=draw, condition=condition,
        experiment=f"{len(seeds)} seeds, each with one deep network of every kind and 1000 narrow "
                   "ones; nothing is trained")
