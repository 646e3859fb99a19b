"""What networks without activation functions can do: one weighted sum, a straight cut."""

from dataclasses import replace
from functools import cache

import numpy as np

from ... import data, figures, initialisation, statistics, training
from .. import Outcome, trial


def collapse(seed, depth=10, inputs=8, widest=64, rows=100):
    """`depth` random layers of weighted sums against the one weighted sum that they multiply to.

    Widths are drawn from 2 to `widest`. Returns the largest difference between the outputs for
    `rows` random inputs, as a share of the largest output; the rank of the product (its singular
    values above a billionth of the largest); and the narrowest width, that of the inputs included.
    """
    rng = np.random.default_rng(seed)
    widths = [inputs, *rng.integers(2, widest, depth, endpoint=True)]
    deep = x = rng.standard_normal((rows, inputs))
    W, b = np.eye(inputs), np.zeros(inputs)
    for fan_in, width in zip(widths, widths[1:], strict=False):
        layer, _ = initialisation.get("lecun")(fan_in, width, rng)
        bias = rng.standard_normal(width)
        deep = deep @ layer + bias
        W, b = W @ layer, b @ layer + bias
    stretch = np.linalg.svd(W, compute_uv=False)
    return (np.abs(deep - (x @ W + b)).max() / np.abs(deep).max(),
            int((stretch > 1e-9 * stretch[0]).sum()), int(min(widths)))


def best_line(x, y):
    """The straight line that parts two classes of points in the plane best; all lines are tried.

    x (N, 2), y (N,) of 0 and 1. Returns the share of points on the right side, and w (2,), b: class
    1 lies where x @ w + b > 0. How a line parts the points hangs only on the order in which it
    meets them when shifted along its normal, and this order changes only at directions in which two
    points lie level. So it is enough to try a direction between each two of these, with a cut
    between each two points. Among equally good lines it is one with the widest gap.
    """
    x, y = np.asarray(x, float), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) < 2 or y.shape != (len(x),):
        raise ValueError("best_line needs two points or more in the plane, x (N, 2), and y (N,); "
                         f"got {x.shape} and {y.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"y holds classes 0 and 1; got {np.unique(y)[:5]}")
    first, second = np.triu_indices(len(x), 1)
    across, up = (x[second] - x[first]).T
    level = np.unique(np.round(np.arctan2(up, across) % np.pi, 9))
    between = (level + np.append(level[1:], level[0] + np.pi)) / 2
    normals = np.stack([-np.sin(between), np.cos(between)])
    reach = x @ normals
    order = np.argsort(reach, axis=0)
    places = np.take_along_axis(reach, order, axis=0)
    places = np.vstack([places[:1] - 1, places])  # the first cut lies below all points
    signs = np.where(y == 1, 1, -1)[order]
    right = y.sum() - (np.cumsum(signs, axis=0) - signs)  # class 1 above the cut, class 0 below
    gap = np.diff(places, axis=0)
    lead = np.where(gap > 1e-12, np.abs(2 * right - len(x)), -1)  # no cut parts equal places
    cut = np.unravel_index(np.where(lead == lead.max(), gap, -1).argmax(), gap.shape)
    side = 1 if 2 * right[cut] >= len(x) else -1
    middle = (places[cut] + places[cut[0] + 1, cut[1]]) / 2
    return (len(x) + lead[cut]) / (2 * len(x)), side * normals[:, cut[1]], -side * middle


@cache
def on_spirals(seeds):
    """Two `Run`s on the spirals, `seeds` a tuple: with four hidden layers of 32, and with none.

    The first has the activations "identity" (weighted sums alone) and "relu".
    """
    spirals = data.spirals()
    settings = dict(seeds=list(seeds), rate=0.01, epochs=60)
    return (training.train(spirals, ["identity", "relu"], hidden=(32,) * 4, **settings),
            training.train(spirals, "identity", hidden=(), **settings))


@trial(
    "C01",
    claim="Without activation functions a network of any depth is only a linear model.",
    reading="However many layers of weighted sums follow each other, whatever the weights, they "
            "compute one weighted sum; so no such network parts points of the plane better than a "
            "straight line can.",
    rule="holds if ten random networks of ten layers each equal one weighted sum to 1e-12 of its "
         "size, its rank is at most their narrowest width, and no trained network without "
         "activations, of one or of five layers, gets more test points of two spirals right than "
         "the best of all straight lines for these points; false if one of them fails. Undecided "
         "if ReLU networks do not beat that line by three standard errors: the task would be too "
         "easy",
    correct="True of what such a network can compute: one weighted sum and bias, its rank at most "
            "the narrowest layer's width. How it learns is another matter: the training of several "
            "linear layers has plateaus and sudden drops that a single layer's has not.",
    literature="Minsky & Papert 1969, Perceptrons; Saxe, McClelland & Ganguli 2014, Exact "
               "solutions to the nonlinear dynamics of learning in deep linear neural networks",
)
def only_a_linear_model(seeds):
    errors, ranks, narrowest = zip(*(collapse(seed) for seed in seeds), strict=True)
    spirals = data.spirals()
    line = 100 * best_line(spirals.x_test, spirals.y_test)[0]
    deep, single = on_spirals(tuple(seeds))
    five, relu = 100 * deep.test_score.values  # none, ReLU
    one = 100 * single.test_score.values
    same, narrow = max(errors) <= 1e-12, all(np.array(ranks) <= narrowest)
    straight = max(*five, *one) <= line + 1e-4  # scores are float32
    lead = statistics.interval(relu - line)
    verdict = ("false" if not (same and narrow and straight)
               else "holds" if statistics.compare(lead) == "more" else "undecided")
    return Outcome(
        verdict,
        {"ten layers minus one, share": max(errors),
         "rank minus narrowest width": max(np.subtract(ranks, narrowest)),
         "best line of all": line, "one layer, no activation": statistics.interval(one),
         "five layers, no activation": statistics.interval(five),
         "five layers with ReLU": statistics.interval(relu)},
        f"Ten layers {'equal' if same else 'do not equal'} one weighted sum to 1e-12, and its rank "
        f"{'never exceeds' if narrow else 'exceeds'} the narrowest width. The best of all lines "
        f"gets {line:.1f} % of the test points right. Networks without activations get "
        f"{'never more' if straight else 'more'}: at best about {to_five(one.max())} % with one "
        f"layer, {to_five(five.max())} % with five. ReLU networks get about "
        f"{to_five(relu.mean())} %.",
        seeds=len(seeds), tuned="nothing; all were trained alike")


def to_five(percent):
    """Rounded to the nearest 5: trained accuracies differ a little between processors."""
    return f"{5 * round(percent / 5)}"


@trial(
    "C03",
    claim="Linear models do not work for recognising images.",
    reading="On images of digits, a network without any activation function falls more than 10 "
            "points of accuracy behind the same network with ReLU.",
    rule="holds if the paired difference (ReLU minus none) lies above 10 points by three standard "
         "errors, false if it lies below 10 points by as many",
    correct="It depends on the images. On these small ones a linear classifier is strong; on those "
            "of MNIST, 28 x 28 pixels, it errs on 12 %, a network with one hidden layer on 4.7 %.",
    literature="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document "
               "recognition, fig. 9",
)
def linear_models_on_images(seeds):
    run = training.train(data.digits(), ["identity", "relu"], seeds=seeds)
    linear, relu = (100 * run.test_score.sel(activation=name).values
                    for name in ("identity", "relu"))
    gap = statistics.paired(relu, linear)
    against = statistics.compare(gap.shifted(-10))
    verdict = {"more": "holds", "less": "false"}.get(against, "undecided")

    def draw():
        figures.accuracies(
            ["no activation", "relu"], [linear, relu], xlabel="test accuracy (%)", chance=10,
            title="Without any activation, nearly all digits are still read")

    return Outcome(
        verdict,
        {"accuracy without activation": statistics.interval(linear),
         "accuracy with ReLU": statistics.interval(relu), "difference": gap},
        f"Without any activation the networks read {linear.mean():.0f} % of the test digits, with "
        f"ReLU {relu.mean():.0f} %: {gap.mean:.1f} points apart (95 % interval {gap.low:.1f} to "
        f"{gap.high:.1f}), not 10.",
        seeds=len(seeds), tuned="nothing; both were trained alike", draw=draw)


def on_fruit(seed, columns):
    """Test accuracy (%) on one basket of fruit by some columns: one weighted sum, a ReLU network.

    The ReLU network has 16 hidden units; both are trained alike.
    """
    basket = data.fruit(seed=seed)
    basket = replace(basket, **{f"x_{part}": getattr(basket, f"x_{part}")[:, columns]
                                for part in data.PARTS})
    run = training.train(basket, "relu", seeds=[seed], hidden=[(), (16,)], rate=0.1, epochs=30)
    return 100 * run.test_score.values[:, 0], run.network(hidden=())


@trial(
    "C04",
    claim="Telling apples from bananas shows that linear models fail.",
    reading="By shape and colour, measured as elongation and hue, a network with ReLU tells apples "
            "from bananas better than one weighted sum does, by more than 2 points of accuracy.",
    rule="holds if the paired difference (ReLU minus weighted sum), over ten baskets of fruit, "
         "lies above 2 points by three standard errors, false if it lies below 2 points by as many",
    correct="It depends on what is measured, not on the fruit. Bananas are longer than apples: one "
            "straight cut is enough. By hue alone it is not, since bananas lie between red and "
            "green apples. Honest examples of what no line can do are XOR and a disc.",
    literature="Cover 1965, Geometrical and statistical properties of systems of linear "
               "inequalities with applications in pattern recognition",
)
def apples_and_bananas(seeds):
    found = {}
    for what, columns in (("both", [0, 1]), ("hue", [1])):
        scores, networks = zip(*(on_fruit(seed, columns) for seed in seeds), strict=True)
        found[what] = np.array(scores).T, networks[0]
    (line, relu), by_both = found["both"]
    (hue_line, hue_relu), by_hue = found["hue"]
    gap = statistics.paired(relu, line)
    against = statistics.compare(gap.shifted(-2))
    verdict = {"more": "holds", "less": "false"}.get(against, "undecided")

    def draw():
        figures.regions(
            ["elongation and hue", "hue alone"],
            [by_both, lambda x: np.subtract(*by_hue.predict(x[:, 1:])[0].T[::-1])],
            data.fruit(seed=seeds[0]), names=("apple", "banana"),
            xlabel="elongation (standardised)", ylabel="hue (standardised)",
            title="One straight cut parts the fruit by elongation and hue, not by hue alone")

    return Outcome(
        verdict,
        {"one weighted sum": statistics.interval(line), "ReLU network": statistics.interval(relu),
         "difference": gap, "by hue alone, one weighted sum": statistics.interval(hue_line),
         "by hue alone, ReLU network": statistics.interval(hue_relu)},
        f"By elongation and hue one weighted sum is right on about {line.mean():.0f} % of the "
        f"fruit, a ReLU network on about {relu.mean():.0f} %. By hue alone it is about "
        f"{to_five(hue_line.mean())} % against {to_five(hue_relu.mean())} %.",
        seeds=len(seeds), tuned="nothing; both were trained alike, each time on a fresh basket",
        draw=draw)
