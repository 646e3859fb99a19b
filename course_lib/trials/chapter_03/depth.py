"""Depth at the start: how much of the gradient arrives at the first of many plain layers."""

from functools import cache, lru_cache

import numpy as np

from ... import activations, data, figures, networks, statistics
from ...diagnostics import units
from ...diagnostics.depth import largest_slope
from ...evidence import depths
from ...threads import one_blas_thread
from .. import Outcome, trial

WIDTH, LAYERS, EXAMPLES = 64, 30, 8
LOST = -3  # log10: less than a thousandth arrives
USUAL = {"glorot": "Glorot's", "lecun": "LeCun's", "he": "He's", "pytorch": "PyTorch's"}
DAMPED = "sigmoid", "tanh"


def twice(seeds):
    """Twenty networks for ten seeds: a single one tells a gradient to a factor of three only."""
    return (*seeds, *(seed + 500 for seed in seeds))


def fresh(f, count, layers):
    """A stack of `count` networks of `layers` hidden layers, with weights of zero."""
    f = activations.get(f) if isinstance(f, str) else f  # once, not for every layer
    return networks.Stack([f] * count, (64, *[WIDTH] * layers, 10), dtype=np.float64)


@lru_cache(8)
def first_weights(init, seeds, layers):
    """Rows (S, P) of first weights, drawn once: all functions start from the same ones."""
    stack = fresh("relu", len(seeds), layers)
    stack.initialise([init] * len(seeds), seeds)
    return stack.weights


@one_blas_thread()
def passed_back(f, init, seeds, layers, times=1.0):
    """Networks (S) of `layers` hidden layers before training, after one backward pass.

    Returns the workspaces of the hidden layers, where `slope` is the loss's slope at z (S, B, H),
    and copies of the slopes f'(z) themselves. Inputs are digits, `times` as large. In float64: a
    gradient may shrink below what float32 can hold.
    """
    digits = data.digits()
    stack = fresh(f, len(seeds), layers)
    stack.weights[:] = first_weights(init, tuple(seeds), layers)
    out, space = stack.forward(times * digits.x_train[None, :EXAMPLES].astype(float))
    slopes = [here.slope.copy() for here in space.layers]
    y = np.eye(10)[digits.y_train[None, :EXAMPLES]].swapaxes(1, 2)
    stack.backward(stack.loss.value_and_slope(out, y)[1], space)
    return space.layers, slopes


@cache
def carried(f, init, seeds, layers=LAYERS):
    """log10 of the RMS gradient at the first hidden layer over that at the last (seeds,)."""
    spaces, _ = passed_back(f, init, seeds, layers)
    first, last = (np.square(spaces[layer].slope).mean((1, 2)) for layer in (0, -1))
    return np.log10(first / last) / 2


def verdict_on(log, limit=LOST):
    """"lost" or "carried" by three standard errors of the mean logarithm, else "undecided"."""
    words = {"less": "lost", "more": "carried"}
    return words.get(statistics.compare(statistics.interval(log).shifted(-limit)), "undecided")


def power(log):
    """A share carried in words, one digit of it, from its logarithm."""
    return f"{10 ** float(np.mean(log)):.1g}".replace("e-0", "e-")


def tell(logs):
    """"0.2 with Glorot's", one after the other, from logarithms by first weights."""
    return ", ".join(f"{power(log)} with {USUAL[init]}" for init, log in logs.items())


def draw_shares(logs, title):
    """Every network's share in decades and the mean's interval, a row for each "function, weights".

    A function keeps its colour through all its rows.
    """
    with figures.panels(title, size=(8, 1.3 + 0.38 * len(logs)), digits=2, grain=0.5,
                        note="Small dots: networks. Bar: 95 % interval of their mean") as axes:
        for row, (label, log) in enumerate(logs.items()):
            colour, one = figures.look(label.split(",")[0])[0], statistics.interval(log)
            axes.plot(log, np.full(len(log), row + 0.22), "o", color=colour, ms=4, alpha=0.55,
                      mew=0)
            axes.errorbar(one.mean, row - 0.12, xerr=[[one.mean - one.low], [one.high - one.mean]],
                          fmt="o", color=colour, ms=7, capsize=4, lw=2, label=label)
        axes.set_yticks(range(len(logs)), logs)
        axes.grid(False, axis="y")
        axes.set(ylim=(len(logs) - 0.4, -0.6),
                 xlabel="gradient at layer 1 over layer 30 (power of ten)")


@trial(
    "C36",
    claim="Sigmoid and tanh suffer from vanishing gradients.",
    reading="Before training, in plain networks of thirty layers, sigmoid and tanh both lose the "
            "gradient on its way to the first layer, with any of the usual first weights.",
    rule="Lost: the first of thirty hidden layers gets less than a thousandth of the root-mean-"
         "square gradient of the last. holds: sigmoid and tanh lose it with each of Glorot's, "
         "LeCun's, He's and PyTorch's first weights; holds if (which): some of these eight pairs "
         "do; false: none. By three standard errors of the mean logarithm, twenty networks each.",
    correct="Sigmoid does, with all the usual first weights. Tanh loses a little with Glorot's or "
            "LeCun's, nothing with He's, and nearly all with PyTorch's default, whose weights have "
            "a third of the variance. With larger weights it explodes. Not the function vanishes "
            "but the pair.",
    literature="Hochreiter 1991, Untersuchungen zu dynamischen neuronalen Netzen; Bengio, Simard & "
               "Frasconi 1994, Learning long-term dependencies with gradient descent is difficult; "
               "Schoenholz, Gilmer, Ganguli & Sohl-Dickstein 2017, Deep information propagation; "
               "Xiao et al. 2018, Dynamical isometry and a mean field theory of CNNs (10,000 "
               "layers of tanh)",
)
def two_that_vanish(seeds):
    logs = {f: {init: carried(f, init, twice(seeds)) for init in USUAL} for f in DAMPED}
    found = {(f, init): verdict_on(log) for f, row in logs.items() for init, log in row.items()}
    lost = [pair for pair, what in found.items() if what == "lost"]
    if "undecided" in found.values():
        verdict = "undecided"
    else:
        verdict = {0: "false", len(found): "holds"}.get(len(lost), "holds if")
    groups = [(f, [USUAL[init] for name, init in lost if name == f]) for f in DAMPED]
    condition = "the pair is " + ", or ".join(
        f"{f} with {'any of these' if len(inits) == len(USUAL) else ' or '.join(inits)}"
        for f, inits in groups if inits) if verdict == "holds if" else ""

    def draw():
        draw_shares({f"{f}, {init}": log for f, row in logs.items() for init, log in row.items()},
                    "Sigmoid loses the gradient with any weights, tanh with the smallest"
                    if groups[0][1] and len(groups[1][1]) == 1 else
                    f"{len(lost)} of {len(found)} pairs lose the gradient in thirty layers")

    return Outcome(
        verdict,
        {f"log10 of the share carried, {f}, {init}": statistics.interval(log)
         for f, row in logs.items() for init, log in row.items()},
        "Of the gradient at layer 30, layer 1 gets: " + "; ".join(
            f"{f} {tell(row)}" for f, row in logs.items()) + ".",
        seeds=2 * len(seeds), draw=draw, condition=condition)


FAR, ENOUGH, MANY = 30.0, -3, 0.1
TEN = 10


def medians(f, seeds, times):
    """log10 of the median size of the gradient over first-layer units and digits (seeds,)."""
    spaces, _ = passed_back(f, "glorot", seeds, 2, times)
    return np.log10(np.median(np.abs(spaces[0].slope), (1, 2)))


def flat(f, init, seeds, layers):
    """Shares of saturated pairs of unit and digit (layers, seeds): slope 5 % of the largest."""
    _, slopes = passed_back(f, init, seeds, layers)
    largest = largest_slope(activations.get(f))
    return np.array([units.saturated(slope, largest) for slope in slopes])


@trial(
    "C37",
    claim="Gradients of sigmoid and tanh vanish for large or extreme inputs: units saturate.",
    reading="Saturation is how these networks lose the gradient: with saturated units it goes, "
            "and where it goes units are saturated.",
    rule="Enough: with inputs thirty times as large, the typical unit of the first of two layers "
         "(the median over units and digits) keeps less than a thousandth of its gradient, for "
         "sigmoid and for tanh. Needed: in networks of ten sigmoid layers with Glorot's weights, "
         "whose first layer gets less than a thousandth of the last one's gradient, at least one "
         "layer has more than a tenth of its pairs of unit and digit saturated (slope at most 5 % "
         "of the largest). holds: both; holds if: one; false: neither. By three standard errors; "
         "if the ten layers do not lose the gradient, undecided.",
    correct="One half stands: a saturated unit passes next to nothing back. But ten sigmoid "
            "layers lose the gradient with hardly any unit saturated: near zero, where the slope "
            "is largest, it is a quarter, and Glorot's weights do not make up for it.",
    literature="Hochreiter 1991; Glorot & Bengio 2010, Understanding the difficulty of training "
               "deep feedforward neural networks",
)
def saturation(seeds):
    kept = {f: statistics.paired(medians(f, seeds, FAR), medians(f, seeds, 1.0)) for f in DAMPED}
    each = [statistics.compare(one.shifted(-ENOUGH)) for one in kept.values()]
    enough = None if "undecided" in each else set(each) == {"less"}
    share = flat("sigmoid", "glorot", seeds, TEN)
    fullest = int(share.mean(1).argmax())
    most = statistics.interval(share[fullest])
    through = carried("sigmoid", "glorot", tuple(seeds), TEN)
    needed = {"more": True, "less": False}.get(statistics.compare(most.shifted(-MANY)))
    if verdict_on(through) != "lost":
        needed = None
    verdict = {(True, True): "holds", (True, False): "holds if", (False, True): "holds if",
               (False, False): "false"}.get((enough, needed), "undecided")
    condition = {(True, False): "units are saturated; the gradient also goes where none is",
                 (False, True): "more is at work: saturation is needed, not enough",
                 }[enough, needed] if verdict == "holds if" else ""
    bound = next((one for one in (0.01, 0.05, 0.1, 0.5) if most.high < one), 1)

    def draw():
        layers = np.arange(1, TEN + 1)
        spaces, _ = passed_back("sigmoid", "glorot", seeds, TEN)
        sizes = np.array([np.square(here.slope).mean((1, 2)) for here in spaces])
        with figures.panels(f"Under {100 * bound:g} % saturated, and the gradient is lost",
                            columns=2, digits=2, crossings=False, grain=0.5) as (left, right):
            left.plot(layers, 100 * share.mean(1), "o-", label="sigmoid",
                      color=figures.look("sigmoid")[0])
            left.set(xlabel="layer", ylabel="saturated (%)", ylim=(0, 100))
            right.plot(layers, np.log10(sizes / sizes[-1]).mean(1) / 2, "o-", label="sigmoid",
                       color=figures.look("sigmoid")[0])
            right.set(xlabel="layer", ylabel="gradient, over layer 10's (decades)")

    return Outcome(
        verdict,
        {f"log10 of the median gradient kept, inputs 30 times, {f}": one
         for f, one in kept.items()}
        | {"share saturated in the fullest of ten layers": most,
           "log10 of the share carried through ten layers": statistics.interval(through)},
        "With inputs thirty times as large, the typical first-layer unit keeps "
        + " and ".join(f"{'under 1e-6' if one.high < -6 else power(one.mean)} of its gradient "
                       f"with {f}" for f, one in kept.items())
        + f". Ten sigmoid layers pass {power(through)} of the gradient on to the first, with "
          f"{'under' if bound < 1 else 'up to'} {100 * bound:g} % of units saturated in every "
          "layer.",
        seeds=len(seeds), draw=draw, condition=condition)


@trial(
    "C39",
    claim="Functions such as ReLU and sigmoid address the vanishing-gradient problem.",
    reading="Each of the two has usual first weights with which thirty plain layers carry the "
            "gradient to the first.",
    rule="Carried: the first of thirty hidden layers gets a thousandth or more of the root-mean-"
         "square gradient of the last. holds: ReLU and sigmoid each carry it with at least one of "
         "Glorot's, LeCun's, He's and PyTorch's first weights; false: one of them with none, since "
         "the sentence names both. By three standard errors of the mean logarithm, twenty "
         "networks each.",
    correct="ReLU does, paired with He's weights. Sigmoid is the textbook cause of the problem: "
            "with none of the usual first weights does it carry the gradient through many layers.",
    literature="Hochreiter 1991; Glorot & Bengio 2010",
)
def relu_and_sigmoid(seeds):
    logs = {f: {init: carried(f, init, twice(seeds)) for init in USUAL}
            for f in ("relu", "sigmoid")}
    found = {f: [verdict_on(log) for log in row.values()] for f, row in logs.items()}
    if all("carried" in row for row in found.values()):
        verdict = "holds"
    elif any(set(row) == {"lost"} for row in found.values()):
        verdict = "false"
    else:
        verdict = "undecided"
    best = {f: max(row, key=lambda init, row=row: row[init].mean()) for f, row in logs.items()}

    def draw():
        draw_shares({f"{f}, {init}": log for f, row in logs.items() for init, log in row.items()},
                    "Of the two, at best "
                    + " and ".join(f"{f} carries {power(logs[f][best[f]])}" for f in logs))

    return Outcome(
        verdict,
        {f"log10 of the share carried, {f}, {init}": statistics.interval(log)
         for f, row in logs.items() for init, log in row.items()},
        "Of the gradient at layer 30, layer 1 gets: " + "; ".join(
            f"{f} {tell(row)}" for f, row in logs.items()) + ".",
        seeds=2 * len(seeds), draw=draw)


MORE, ALIKE = 0.05, 0.03  # of accuracy


@trial(
    "C54",
    claim="Deeper networks need careful activation selection.",
    reading="Which activation is chosen counts for much more in a plain network of twelve layers "
            "than in one of two, each function with first weights at its own gain and its own "
            "rate.",
    rule="Out of ten functions, those best and worst on validation data in the stored study are "
         "trained again with other seeds, at each depth. holds: the best has over five points more "
         "test accuracy at twelve layers, and at two they are within three points; holds if (what "
         "counts at both): over five at twelve, over three at two; false: not over five at "
         "twelve. By three standard errors of the paired differences.",
    correct="They do, while they are plain: with twelve layers what does not carry a gradient "
            "falls back or fails, with two nearly anything will do. Among the functions that carry "
            "it the choice counts for little. What is to be chosen with care is the pair of "
            "function and first weights; with normalisation or skips other pairs will do.",
    literature="Hayou, Doucet & Rousseau 2019, On the impact of the activation function on deep "
               "neural networks training",
)
def deeper(seeds):
    known, gap, pairs = depths.tuned(), {}, {}
    for depth in depths.DEPTHS:
        pairs[depth] = depths.ends(depth)
        best, worst = (depths.train_function(
            f, depth, known[f, depth][0], seeds).test_score.values for f in pairs[depth])
        gap[depth] = statistics.paired(*(np.nan_to_num(one, nan=depths.CHANCE)
                                         for one in (best, worst)))
    deep = statistics.compare(gap[depths.DEEP].shifted(-MORE))
    shallow = statistics.compare(gap[depths.SHALLOW], ALIKE)
    verdict = {("more", "equal"): "holds", ("more", "more"): "holds if"}.get(
        (deep, shallow), "false" if deep == "less" else "undecided")

    def points(depth):
        size = 100 * gap[depth].mean
        below = next((bound for bound in (3, 5) if size < bound), None)
        return f"under {below}" if below else f"about {5 * round(size / 5)}"

    def draw():
        figures.differences(
            [f"{depth} layers: {best} - {worst}" for depth, (best, worst) in pairs.items()],
            [statistics.Estimate(*(100 * part for part in (one.mean, one.se, one.low, one.high)),
                                 one.n) for one in gap.values()],
            margin=100 * MORE, grain=5, title="Best less worst function, in points: "
            + ", ".join(f"{points(depth)} with {depth} layers" for depth in gap))

    return Outcome(
        verdict,
        {f"difference in test accuracy, {depth} layers": one for depth, one in gap.items()},
        "Test accuracy of the best function over that of the worst: " + ", ".join(
            f"{points(depth)} points with {depth} layers" for depth in gap) + ".",
        seeds=len(seeds), tuned="the rate of each, out of "
        f"{len(depths.RATES)}, and which are best and worst, on validation data with 10 other "
        "seeds", draw=draw,
        condition="" if verdict != "holds if" else "both depths are meant: it counts with two "
                                                   "layers as well")
