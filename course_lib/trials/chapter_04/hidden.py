"""Does the function of the hidden layers matter, and which one? Test accuracies at tuned rates.

Verdicts count stored networks and some new ones; figures show the stored ones alone, which are the
same on every machine.
"""

from functools import cache

import numpy as np

from ... import figures, statistics
from ...evidence import (
    hidden_deep,
    hidden_deep_scores,
    hidden_layers,
    hidden_retuned,
    hidden_rivals,
    hidden_scores,
)
from .. import Outcome, trial

MATTERS, WORTH_IT = 2, 1  # points
FRESH = {2: 4, 4: 3, 6: 3, 12: 2, 20: 2}  # new networks of each function, beside those stored
FIRST_ASKED = 12  # layers of C56, before a deeper network was taken; reported with the verdict
TUNED = (f"the rate of each at each depth, out of {len(hidden_layers.RATES)}, on the validation "
         "digits, with 10 other seeds")
AGAIN = ("; of ReLU and leaky ReLU with 12 layers out of the two best once more, with "
         f"{len(hidden_retuned.TUNING_SEEDS)} seeds")
OTHERS = tuple(name for name in hidden_layers.FUNCTIONS if name != "relu")
many, retuned = cache(hidden_rivals.accuracies), cache(hidden_retuned.rates)


@cache
def fresh(name, depth, rate, seeds):
    """Test accuracy (%) of new networks, (seeds,)."""
    run = hidden_layers.train(name, depth, rate, list(seeds))
    return 100 * np.nan_to_num(run.test_score.values, nan=hidden_layers.GUESSING)


def gain(name, depth, seeds=(), over="relu"):
    """The paired difference of test accuracy to another function, in points, each at its own rate.

    Over 30 stored seeds (300 where `hidden_rivals` has both), and as many of `seeds` as FRESH
    allows at this depth, measured now.
    """
    both = depth == hidden_rivals.DEPTH and {name, over} <= set(hidden_rivals.NAMES)
    new, found = tuple(seeds)[:FRESH[depth]], []
    for one in (name, over):
        parts = [many()[one] if both else hidden_scores.accuracies(one, depth)]
        if new:
            rate = retuned()[one] if both else hidden_scores.own_rate(one, depth)
            parts.append(fresh(one, depth, rate, new))
        found.append(np.concatenate(parts))
    return statistics.paired(*found)


def worth(one):
    """Whether a gain is there: True, False where it is surely less than a point, None unsure."""
    if statistics.compare(one) == "more":
        return True
    return False if statistics.compare(one.shifted(-WORTH_IT)) == "less" else None


def layers(depths):
    """Depths as a condition says them: "2 or 6 hidden layers"."""
    return f"{' or '.join(map(str, depths))} hidden layers"


@trial(
    "C55",
    claim="The choice of activation function significantly affects accuracy.",
    reading="Eleven popular functions, each with the first weights made for it and with the rate "
            "that suits it best, as hidden layers of a network that reads digits: the choice "
            "matters at a depth if at least one of them is over 2 points from ReLU.",
    rule=f"with 2, 6 and 12 hidden layers: the choice matters if the accuracy of one of ten "
         f"functions is over {MATTERS} points from ReLU's, and does not if all ten are within "
         f"{MATTERS} points, by three standard errors each. holds: it matters at all three; holds "
         "if (which depths): at some, and at the others it does not; false: at none. (The margin "
         "is that of C18; a look at validation digits came before.)",
    correct="It depends on depth, and on what else is chosen. In a shallow network on the digits, "
            "with tuned rates, no function is 2 points from ReLU; there are real differences, of "
            "some tenths of a point. In a deep plain network a function can fail altogether; the "
            "others differ by about a point, and by more where one rate is forced on all.",
    literature="Mishkin, Sergievskiy & Matas 2017, Systematic evaluation of CNN advances on the "
               "ImageNet, arXiv:1606.02228; Eger, Youssef & Gurevych 2018, Is it time to Swish? "
               "Comparing deep learning activation functions across NLP tasks, arXiv:1901.02671",
)
def choice_matters(seeds):
    new = {2: ("tanh", "sigmoid"), 6: ("sigmoid",), 12: ()}  # measured now too, with ReLU
    gains = {(depth, name): gain(name, depth, seeds if name in new[depth] else ())
             for depth in new for name in OTHERS}
    seen = {depth: {name: statistics.compare(gains[depth, name], MATTERS) for name in OTHERS}
            for depth in new}
    apart = {depth: [name for name, found in seen[depth].items() if found in ("more", "less")]
             for depth in new}
    matters = {depth: True if apart[depth] else
               False if set(seen[depth].values()) == {"equal"} else None for depth in new}
    some = [depth for depth in new if matters[depth]]
    verdict = ("undecided" if None in matters.values() else
               {0: "false", len(new): "holds"}.get(len(some), "holds if"))

    def draw():
        draw_gains((2, 6, 12), "Accuracy less ReLU's, each at its own rate")

    return Outcome(
        verdict,
        {f"points to ReLU, {name}, depth {depth}": one for (depth, name), one in gains.items()},
        f"Over {MATTERS} points from ReLU: " + "; ".join(
            f"{', '.join(apart[depth]) or 'none of ten'} with {depth} layers" for depth in new)
        + ". Surely within them: " + "; ".join(
            f"{sum(found == 'equal' for found in seen[depth].values())} with {depth} layers"
            for depth in new) + ".",
        seeds=len(hidden_scores.SEEDS), tuned=TUNED, draw=draw,
        condition=f"the network has {layers(some)}" if verdict == "holds if" else "",
        experiment=f"{len(hidden_scores.SEEDS)} stored seeds for each "
                   f"({gains[12, 'leaky 0.2'].n} of the leaky ReLUs with 12 layers); for tanh and "
                   f"sigmoid with 2 layers {FRESH[2]} more, for sigmoid with 6 layers {FRESH[6]} "
                   f"more, measured now; tuned: {TUNED}{AGAIN}")


@cache
def deep():
    """With 20 layers: the rival's name, and ReLU's and its rates and stored accuracies."""
    name, rates = hidden_deep.rival(), hidden_deep.own_rates()
    return name, (rates["relu"], rates[name]), hidden_deep_scores.accuracies()


def rival(depth):
    """The function that does best on the validation digits, ReLU aside, each at its own rate."""
    if depth == hidden_deep.DEPTH:
        return deep()[0]
    score = hidden_layers.load("hidden_layers")["val_score"].sel(depth=depth).values.mean(-1)
    return max(OTHERS, key=lambda name: score[list(hidden_layers.FUNCTIONS).index(name)].max())


def rival_gain(name, depth, seeds=()):
    """The paired difference of a rival's test accuracy to ReLU's, as `gain` has it."""
    if depth != hidden_deep.DEPTH:
        return gain(name, depth, seeds)
    new, found = tuple(seeds)[:FRESH[depth]], []
    for one, rate, stored in zip(("relu", name), *deep()[1:], strict=True):
        found.append(np.concatenate([stored, fresh(one, depth, rate, new) if new else []]))
    return statistics.paired(found[1], found[0])


@trial(
    "C56",
    claim="ReLU is the default for hidden layers.",
    reading="ReLU is a good default: with its first weights and a tuned rate it does as well, to "
            "a point, as the function that does best on validation digits.",
    rule="with 2 and with 20 hidden layers, the one of the other functions with the highest "
         "accuracy on validation digits against ReLU on test digits: ReLU will do if the other is "
         f"less than {WORTH_IT} point better, and will not if it is more than that better, by "
         "three standard errors. holds: it will do at both depths; holds if (which depth): at one; "
         "false: at none. (The margin was set after a look at validation digits. The rule was "
         "first written for 12 layers, where the difference came to lie on the margin; so a deeper "
         "network was taken, and the margin left.)",
    correct="ReLU with He's first weights is a reasonable place to start in plain networks of a "
            "few layers, and in convolutional ones. In deep plain networks others do better. "
            "Other architectures have other defaults: GELU or gated units in transformers, sines "
            "for signals.",
    literature="Goodfellow, Bengio & Courville 2016, Deep learning, sec. 6.3; Shazeer 2020, GLU "
               "variants improve transformer, arXiv:2002.05202; Sitzmann et al. 2020, Implicit "
               "neural representations with periodic activation functions, arXiv:2006.09661",
)
def good_default(seeds):
    rivals = {depth: rival(depth) for depth in (2, hidden_deep.DEPTH)}
    gains = {depth: rival_gain(name, depth, seeds) for depth, name in rivals.items()}
    first = rival(FIRST_ASKED)
    unsure = rival_gain(first, FIRST_ASKED)
    seen = {depth: statistics.compare(one.shifted(-WORTH_IT)) for depth, one in gains.items()}
    will_do = [depth for depth in seen if seen[depth] == "less"]
    verdict = ("undecided" if "undecided" in seen.values() else
               {0: "false", 1: "holds if", 2: "holds"}[len(will_do)])

    def draw():
        drawn = dict(sorted({**rivals, FIRST_ASKED: first}.items()))
        figures.differences(
            [f"{name} less ReLU, {depth} layers" for depth, name in drawn.items()],
            [rival_gain(name, depth) for depth, name in drawn.items()], margin=WORTH_IT,
            title=f"ReLU is within {WORTH_IT} point of the best: {len(will_do)} of "
                  f"the rule's {len(seen)} depths")

    words = {"more": f"over {WORTH_IT} point better", "less": f"less than {WORTH_IT} point better",
             "undecided": f"undecided against {WORTH_IT} point"}
    return Outcome(
        verdict,
        {f"points over ReLU, {rivals[depth]}, depth {depth}": one for depth, one in gains.items()}
        | {f"points over ReLU, {first}, depth {FIRST_ASKED}": unsure},
        "The best of the others on validation digits, on test digits against ReLU: " + "; ".join(
            f"with {depth} layers {rivals[depth]}, {words[seen[depth]]}" for depth in seen)
        + f". With {FIRST_ASKED} layers, where the rule was to be applied first, {first}: "
        + words[statistics.compare(unsure.shifted(-WORTH_IT))] + ".",
        seeds=len(hidden_scores.SEEDS), tuned=TUNED, draw=draw,
        condition=f"the network has {layers(will_do)}" if verdict == "holds if" else "",
        experiment="; ".join(f"{depth} layers: {one.n} seeds for each, of which {FRESH[depth]} are "
                             "measured now" for depth, one in gains.items())
                   + "; tuned: the rate of each at each depth on the validation digits, with 10 "
                     f"other seeds, out of {len(hidden_layers.RATES)} (2 layers) or "
                     f"{len(hidden_deep.RATES)}")


@trial(
    "C57",
    claim="Use Leaky ReLU in deeper networks.",
    reading="In a plain network of 12 hidden layers leaky ReLU, with the customary slope of 0.01 "
            "below zero, makes the accuracy higher than ReLU does, each at its own rate.",
    rule="the paired difference to ReLU on test digits, 12 hidden layers. A slope gains if it is "
         f"above 0 by three standard errors, and does not if it is not and is less than {WORTH_IT} "
         "point by as many. holds: the slope 0.01 gains; holds if (the slope is 0.2): only 0.2 "
         "does; false: neither. (Set after a look at validation digits. Thirty seeds left 0.2 "
         "undecided, so 300 were taken, at rates tuned again with 100.)",
    correct="A leak of 0.01 changed nothing that could be seen here. A larger one, 0.2, helped a "
            "deep plain network by about half a point, and a shallow one not at all.",
    literature="Xu, Wang, Chen & Li 2015, Empirical evaluation of rectified activations in "
               "convolutional network, arXiv:1505.00853; Maas, Hannun & Ng 2013, Rectifier "
               "nonlinearities improve neural network acoustic models",
)
def leak_in_depth(seeds):
    names = ("leaky 0.01", "leaky 0.2")
    deep = {name: gain(name, 12, seeds) for name in names}
    shallow = {name: gain(name, 2) for name in names}
    small, large = (worth(one) for one in deep.values())
    verdict = ("holds" if small else "undecided" if None in (small, large) else
               "holds if" if large else "false")

    def draw():
        figures.differences(
            [f"{name}, {depth} layers" for depth in (2, 12) for name in names],
            [gain(name, depth) for depth in (2, 12) for name in names], margin=WORTH_IT,
            title="What a leak adds to ReLU's accuracy, rates tuned")

    return Outcome(
        verdict,
        {f"points over ReLU, {name}, depth {depth}": one
         for depth, found in ((2, shallow), (12, deep)) for name, one in found.items()},
        f"With 12 layers the slope 0.01 gains: {told(small)}; the slope 0.2: {told(large)}. With 2 "
        f"layers: {', '.join(told(worth(one)) for one in shallow.values())}.",
        seeds=len(hidden_scores.SEEDS), tuned=TUNED, draw=draw,
        condition="the slope below zero is 0.2" if verdict == "holds if" else "",
        experiment=f"12 layers: {deep[names[0]].n} seeds for each, of which {FRESH[12]} are "
                   f"measured now; 2 layers: {shallow[names[0]].n}, all stored; tuned: {TUNED}"
                   f"{AGAIN}")


def told(gains):
    """A True, False or None of `worth` in a word."""
    return {True: "yes", False: "no", None: "cannot be told"}[gains]


@trial(
    "C63",
    claim="Mixed architectures (ReLU hidden layers, softmax output) combine both strengths.",
    reading="A softmax after the last layer does not make a mixture: every network of this chapter "
            "has one. So take hidden layers of two functions: ReLU and tanh in turn make a better "
            "network than ReLU alone and than tanh alone.",
    rule="4 hidden layers, ReLU and tanh in turn, starting with either, on test digits. A mixture "
         "combines if it is above both pure networks by three standard errors each; it does not "
         f"if over one of them it gains less than {WORTH_IT} point (and nothing by three standard "
         "errors). holds: both mixtures combine; holds if (which comes first): one of them does; "
         "false: neither. (Set before any mixture was measured.)",
    correct="Softmax on the output is no mixed hidden architecture. Here hidden layers of ReLU and "
            "tanh in turn were as good as tanh alone, and probably somewhat better than ReLU "
            "alone. Learned combinations are another matter, and have more parameters.",
    literature="Manessi & Rozza 2018, Learning combinations of activation functions, "
               "arXiv:1801.09403",
)
def mixtures(seeds):
    gains = {(mixed, pure): gain(mixed, 4, seeds, over=pure)
             for mixed in hidden_layers.MIXED for pure in ("relu", "tanh")}
    combines = {}
    for mixed in hidden_layers.MIXED:
        found = {worth(gains[mixed, pure]) for pure in ("relu", "tanh")}
        combines[mixed] = False if False in found else None if None in found else True
    verdict = {(True, True): "holds", (False, False): "false"}.get(
        tuple(combines.values()), "undecided" if None in combines.values() else "holds if")

    def draw():
        figures.differences(
            [f"{mixed}, ... less {pure}" for mixed, pure in gains],
            [gain(mixed, 4, over=pure) for mixed, pure in gains], margin=WORTH_IT,
            title="Two functions in turn against one, 4 hidden layers, rates tuned")

    first = [mixed.split(",")[0] for mixed, found in combines.items() if found]
    return Outcome(
        verdict,
        {f"points, {mixed} less {pure}": one for (mixed, pure), one in gains.items()},
        "Better than both ReLU alone and tanh alone: " + "; ".join(
            f"{mixed} in turn, {told(found)}" for mixed, found in combines.items()) + ".",
        seeds=len(hidden_scores.SEEDS), tuned=TUNED, draw=draw,
        condition=f"{first[0]} comes first" if verdict == "holds if" else "",
        experiment=f"{len(hidden_scores.SEEDS)} stored seeds for each, and {FRESH[4]} measured "
                   f"now; tuned: {TUNED}")


TITLES = {"one rate": "At the rate 0.001 the functions look very different",
          "own rate": "At each one's own rate most of the large differences are gone"}


def draw_errors(how, depths=(2, 6, 12)):
    """Draw what the stored networks get wrong on test digits, a panel for each depth.

    `how` is "one rate" or "own rate", as in the study `hidden_scores`.
    """
    names = list(hidden_layers.FUNCTIONS)
    note = (f"Dot: mean of {len(hidden_scores.SEEDS)} seeds; bar: its 95 % interval; log scale, "
            "better to the right")
    with figures.panels(TITLES[how], columns=len(depths), size=(8, 3.8), digits=2,
                        note=note) as drawn:
        for axes, depth in zip(drawn, depths, strict=True):
            for row, (name, (colour, _)) in enumerate(zip(names, figures.looks(names),
                                                          strict=True)):
                one = statistics.interval(100 - hidden_scores.accuracies(name, depth, how))
                axes.errorbar(one.mean, row, xerr=[[one.mean - one.low], [one.high - one.mean]],
                              fmt="o", capsize=3, color=colour, label=name)
            axes.set(xscale="log", xlim=(98, 1.5), ylim=(len(names) - 0.4, -0.6),
                     title=f"{depth} hidden layers", xlabel="wrong on test digits (%)")
            axes.set_xticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
            axes.minorticks_off()
            axes.set_yticks(range(len(names)), names if depth == depths[0] else [])
            axes.grid(False, axis="y")


def draw_gains(depths, title):
    """Draw each function's stored gain over ReLU, a panel for each depth, around the margin."""
    reach, beyond = MATTERS + 0.5, []
    note = (f"Dot: mean of {len(hidden_scores.SEEDS)} seeds (leaky ReLUs with "
            f"{hidden_rivals.DEPTH} layers: {gain('leaky 0.2', hidden_rivals.DEPTH).n}); bar: 95 % "
            f"interval; grey band: within ±{MATTERS} points")
    with figures.panels(title, columns=len(depths), size=(8, 3.8), digits=2, say=beyond,
                        note=note) as drawn:
        for axes, depth in zip(drawn, depths, strict=True):
            axes.axvspan(-MATTERS, MATTERS, color="#eeeeee", zorder=0)
            axes.axvline(0, color="grey", lw=1)
            for row, (name, (colour, _)) in enumerate(zip(OTHERS, figures.looks(OTHERS),
                                                          strict=True)):
                one = gain(name, depth)
                axes.errorbar(one.mean, row, xerr=[[one.mean - one.low], [one.high - one.mean]],
                              fmt="o", capsize=3, color=colour, label=name)
                if abs(one.mean) > reach:
                    side = np.sign(one.mean)
                    axes.text(side * reach, row, f" {one.mean:+.0f} points ", color="grey",
                              ha="left" if side < 0 else "right", va="center")
                    beyond.append(f"{name} with {depth} layers lies beyond the panel.")
            axes.set(xlim=(-reach, reach), ylim=(len(OTHERS) - 0.4, -0.6),
                     title=f"{depth} hidden layers", xlabel="difference (points)")
            axes.set_yticks(range(len(OTHERS)), OTHERS if depth == depths[0] else [])
            axes.grid(False, axis="y")
