"""What networks can represent, and where that ends: kind of activation, data, width."""

from dataclasses import replace
from functools import cache

import numpy as np

from ... import activations, data, figures, statistics, training
from ...threads import one_blas_thread
from .. import Outcome, trial

# ---- C05: any function

KINDS = {"relu": activations.get("relu"), "tanh": activations.get("tanh"),
         "sine": activations.get("sine"),
         "x^2": activations.Activation("x^2", np.square, lambda z: 2 * z),
         "x^3": activations.Activation("x^3", lambda z: z * z * z, lambda z: 3 * z * z)}
CURVES = {"|x|": np.abs, "sin 3πx": lambda x: np.sin(3 * np.pi * x)}
WIDTHS = (5, 50, 500)
NEAR = 0.01
RIDGE = 1e-12  # against rounding, where two random units are almost the same


def random_units(function, width, seed, x):
    """Outputs (N, width) of hidden units for inputs x (N,); their weights are drawn, not trained.

    Weights are normal and biases uniform, both of size sqrt(width): the more units there are, the
    more of them are steep.
    """
    rng = np.random.default_rng([seed, width])
    weights, biases = rng.standard_normal(width), rng.uniform(-1, 1, width)
    return function.raw_f(np.sqrt(width) * (np.multiply.outer(x, weights) + biases))


def least_errors(function, width, seed):
    """For each of CURVES the root mean squared error on [-1, 1] of the best output weights.

    Fitted by least squares on 801 points, judged on 400 that lie halfway between two of them.
    """
    fitted = np.linspace(-1, 1, 801)
    between = (fitted[1:] + fitted[:-1])[::2] / 2
    goal, judged = (np.stack([f(x) for f in CURVES.values()], 1) for x in (fitted, between))
    with one_blas_thread():
        units = random_units(function, width, seed, fitted)
        products = units.T @ units
        products[np.diag_indices(width)] += RIDGE * products.trace() / width
        best = np.linalg.solve(products, units.T @ goal)
        off = random_units(function, width, seed, between) @ best - judged
    return dict(zip(CURVES, np.sqrt(np.square(off).mean(0)), strict=True))


@trial(
    "C05",
    claim="With activation layers a network can approximate any function.",
    reading="Take any non-linear activation and any continuous curve on an interval: one hidden "
            "layer, if only it is wide enough, can come as near to the curve as you like.",
    rule="near is a root mean squared error below 0.01; the curves are |x| and sin 3πx on [-1, 1], "
         "themselves of size 0.6 and 0.7. Holds if each of ReLU, tanh, sine, x^2 and x^3 comes "
         "near both at width 500; false if one of them stays away from a curve at width 5, 50 and "
         "500. Both by three standard errors of the error's logarithm",
    correct="Any continuous function, on a closed and bounded set, by one hidden layer with units "
            "enough, if and only if the activation is not a polynomial. This says that the weights "
            "exist. It does not say how many units, that training finds the weights, or what "
            "happens outside the set.",
    literature="Cybenko 1989, Approximation by superpositions of a sigmoidal function; Hornik "
               "1991, Approximation capabilities of multilayer feedforward networks; Leshno, Lin, "
               "Pinkus & Schocken 1993, Multilayer feedforward networks with a nonpolynomial "
               "activation function can approximate any function",
)
def any_function(seeds):
    errors = {(kind, width): [least_errors(function, width, seed) for seed in seeds]
              for kind, function in KINDS.items() for width in WIDTHS}
    size = {(kind, curve, width): statistics.interval([np.log10(one[curve]) for one in found])
            for (kind, width), found in errors.items() for curve in CURVES}
    against = {key: statistics.compare(one.shifted(-np.log10(NEAR))) for key, one in size.items()}
    near = [kind for kind in KINDS
            if all(against[kind, curve, WIDTHS[-1]] == "less" for curve in CURVES)]
    away = {kind: [curve for curve in CURVES
                   if all(against[kind, curve, width] == "more" for width in WIDTHS)]
            for kind in KINDS}
    verdict = ("false" if any(away.values()) else
               "holds" if len(near) == len(KINDS) else "undecided")
    told = [f"{kind} on {curve} "
            + ", ".join(f"{10 ** size[kind, curve, width].mean:.2g}" for width in WIDTHS)
            for kind, curves in away.items() for curve in curves]

    def draw():
        with figures.panels(f"Width brings {', '.join(near) or 'none'} nearer and nearer", 2,
                            digits=1, crossings=False,
                            note=f"Geometric mean of {len(seeds)} draws of the hidden weights"
                            ) as drawn:
            for axes, curve in zip(drawn, CURVES, strict=True):
                for kind, (colour, dash) in zip(KINDS, figures.looks(KINDS), strict=True):
                    axes.loglog(WIDTHS, [10 ** size[kind, curve, width].mean for width in WIDTHS],
                                color=colour, ls=dash, marker="o", label=kind)
                axes.set(title=f"target: {curve}", xlabel="width (units)", ylabel="error (RMSE)")
                axes.set_xticks(WIDTHS, [str(width) for width in WIDTHS])
                axes.minorticks_off()

    return Outcome(
        verdict,
        {f"log10 of the error, {kind}, {curve}, width {width}": one
         for (kind, curve, width), one in size.items()},
        f"Near both curves at width {WIDTHS[-1]}: {', '.join(near) or 'none'}. Errors at width "
        f"{', '.join(map(str, WIDTHS))}: {'; '.join(told)}." if told else
        f"Near both curves at width {WIDTHS[-1]}: {', '.join(near) or 'none'}.",
        seeds=len(seeds), tuned="nothing; hidden weights are drawn, output weights solved for",
        draw=draw)


# ---- to represent is not to learn: XOR

CORNERS = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]], float)
DIFFER = np.array([0, 0, 1, 1])
STEPS, RATES = 400, [0.03, 0.1, 0.3]
TUNING_SEEDS = range(10**6, 10**6 + 30)
SOLVED = np.log(2) / 4  # the loss of one corner on the fence if the other three cost nothing


def learn_xor(names, width=2, seeds=100):
    """Trains one hidden layer of `width` on the four corners of XOR by 400 steps of Adam.

    Each step sees all four corners; first weights are PyTorch's. Each activation gets the rate, out
    of RATES, at which most networks with 30 other seeds solve the task (among equals, that of the
    lowest loss). Returns {name: rate} and {name: loss (seeds, steps)}. A network whose last loss
    lies below SOLVED has all corners right.
    """
    often = data.Data("xor", np.tile(CORNERS, (STEPS, 1)), np.tile(DIFFER, STEPS),
                      *[CORNERS, DIFFER] * 2, classes=2)  # an epoch holds all steps
    settings = dict(hidden=(width,), init="pytorch", epochs=1, batch=4, keep="last",
                    order=np.arange(4 * STEPS)[None], loss="sigmoid_crossentropy",
                    dtype=np.float64)
    tuning = training.train(often, list(names), seeds=TUNING_SEEDS, rate=RATES, **settings)
    rates = {}
    for name in names:
        ends = tuning.loss.sel(activation=name).values[..., -1]
        merit = list(zip((ends < SOLVED).mean(-1), -ends.mean(-1), strict=True))
        rates[name] = RATES[merit.index(max(merit))]
    losses = {}
    for rate in set(rates.values()):
        some = [name for name in names if rates[name] == rate]
        run = training.train(often, some, seeds=seeds, rate=rate, **settings)
        losses |= {name: run.loss.sel(activation=name).values for name in some}
    return rates, {name: losses[name] for name in names}


# ---- C06: outside the data

TRAINED = ("relu", "gelu", "tanh", "sine")
FIT = 0.1  # largest mean error on test points that counts as a fit
KNOWS_NOTHING = np.sqrt(0.5)  # the error of the constant 0: the size of a sine


def wave(x):
    return np.sin(2 * x)


@cache
def trained_on_wave(seeds):
    """A `Run` of a tuple of seeds: each of TRAINED in two hidden layers, on sin 2x in +-pi."""
    return training.train(data.signals(wave, (-np.pi, np.pi)), list(TRAINED), seeds=list(seeds),
                          hidden=(32, 32), init="pytorch", rate=0.01, epochs=100,
                          loss="squared_error")


def error_next_door(network):
    """Root mean squared error where pi <= |x| <= 2 pi: one more period on either side."""
    right = np.linspace(np.pi, 2 * np.pi, 401)[:, None]
    x = np.concatenate([-right, right])
    return float(np.sqrt(np.square(network.predict(x)[0] - wave(x)).mean()))


@trial(
    "C06",
    claim="A network that fits its data can be trusted outside them.",
    reading="A network that has learned sin 2x from -π to π still knows something in the next "
            "period on either side: its error there is below 0.71, that of the constant 0.",
    rule="ReLU, GELU, tanh and sine are trained; one fits if its mean error on test points is "
         "below 0.1. Holds if all that fit know something in the next period; false if one or more "
         "of them do worse than the constant. All by three standard errors",
    correct="Inside, the data decide what a network does; outside, its activation does: ReLU goes "
            "on in straight lines, tanh levels off. Only an activation that happens to share the "
            "target's nature may do better.",
    literature="Xu, Zhang, Li, Du, Kawarabayashi & Jegelka 2021, How neural networks extrapolate; "
               "Ziyin, Hartwig & Ueda 2020, Neural networks fail to learn periodic functions and "
               "how to fix it",
)
def outside_the_data(seeds):
    run = trained_on_wave(tuple(seeds))
    networks = {kind: [run.network(activation=kind, seed=seed) for seed in seeds]
                for kind in TRAINED}
    inside = {kind: statistics.interval(run.test_score.sel(activation=kind).values)
              for kind in TRAINED}
    outside = {kind: statistics.interval([error_next_door(one) for one in networks[kind]])
               for kind in TRAINED}
    fits = [kind for kind in TRAINED if statistics.compare(inside[kind].shifted(-FIT)) == "less"]
    against = {kind: statistics.compare(outside[kind].shifted(-KNOWS_NOTHING)) for kind in fits}
    worse = [kind for kind in fits if against[kind] == "more"]
    knows = [kind for kind in fits if against[kind] == "less"]
    verdict = "false" if worse else "holds" if fits and knows == fits else "undecided"

    def draw():
        x = np.linspace(-3 * np.pi, 3 * np.pi, 601)[:, None]
        with figures.panels("Where the data end (dotted), so does the agreement", crossings=False,
                            grain=0.5) as axes:
            axes.plot(x, wave(x), color=figures.style.GREY, lw=5, alpha=0.3, label="sin 2x")
            kinds = ("relu", "tanh", "sine")
            for kind, (colour, dash) in zip(kinds, figures.looks(kinds), strict=True):
                axes.plot(x, networks[kind][0].predict(x)[0], color=colour, ls=dash, label=kind)
            for end in (-np.pi, np.pi):
                axes.axvline(end, color=figures.style.GREY, ls=":")
            axes.set(xlabel="$x$", ylabel="output", ylim=(-4, 4))

    return Outcome(
        verdict,
        {**{f"error inside, {kind}": inside[kind] for kind in TRAINED},
         **{f"error in the next period, {kind}": outside[kind] for kind in TRAINED}},
        "Mean error inside and in the next period: "
        + ", ".join(f"{kind} {inside[kind].mean:.2f} and {outside[kind].mean:.1f}"
                    for kind in TRAINED)
        + f". Worse than the constant: {', '.join(worse) or 'none'}.",
        seeds=len(seeds), tuned="nothing; one rate that lets all of them fit", draw=draw)


# ---- C07: narrow networks

LEAKY = activations.get("leaky_relu", negative_slope=0.2)
NARROW, WIDER = (2,) * 6, (3,) * 3  # 39 and 37 weights and biases
HALF_SIDE, CELLS = 100.0, 150  # of the box in which a region must end; its cells a side


def encloses(score, inner):
    """Whether the region score > 0 around the points `inner` (N, 2) ends inside a large box.

    `score` maps points (N, 2) to numbers (N,). The box, 200 by 200 wide, is cut into cells, fine
    near 0 and wider outside. Judged is the connected piece of the region that holds most of the
    points; with none of them in the region nothing is enclosed.
    """
    from scipy import ndimage  # imported here: it would slow down the import of trials
    steps = np.linspace(-1, 1, CELLS) * np.arcsinh(HALF_SIDE)
    across, up = np.meshgrid(np.sinh(steps), np.sinh(steps))
    middle = score(np.stack([across.ravel(), up.ravel()], 1)).reshape(across.shape)
    # The region may leave through a gap narrower than a cell. So a cell belongs to it if the score
    # may get above 0 anywhere in the cell, by how much it changes from there to the next cells.
    rise = (ndimage.maximum_filter(middle, 3) - ndimage.minimum_filter(middle, 3)) / 2
    piece, count = ndimage.label(middle + rise > 0, structure=np.ones((3, 3)))
    found = inner[score(inner) > 0]
    column, row = np.abs(np.arcsinh(found)[:, :, None] - steps).argmin(-1).T
    held = np.bincount(piece[row, column], minlength=count + 1)
    border = np.concatenate([piece[[0, -1]].ravel(), piece[:, [0, -1]].ravel()])
    return bool(len(found) and held.argmax() not in border)


def trained_on_disc(seeds):
    """A `Run` of leaky ReLU networks of both shapes, to tell a disc from what is around it."""
    return training.train(data.disc(), LEAKY, seeds=list(seeds), hidden=[NARROW, WIDER],
                          init="orthogonal", rate=0.06, epochs=60, batch=32,
                          loss="sigmoid_crossentropy", dtype=np.float64)


def score_of(network):
    """A network's score as a function of points: above 0 where it says class 1, inside."""
    return lambda points: network.predict(points)[0, :, 0].astype(float)


@trial(
    "C07",
    claim="Even simple networks can approximate complex functions once they are non-linear.",
    reading="However narrow its layers, a network with leaky ReLU can learn that a disc in the "
            "plane is one class and everything around it the other: the region it calls inside is "
            "bounded.",
    rule="a network encloses the disc if the piece of its inside region that holds the disc ends "
         "within a box 200 wide (the disc is 1.6 wide). Holds if more than half of the networks "
         "do, with six layers of width 2 as with three of width 3; holds if (wider): more than "
         "half of width 3, fewer than half of width 2; false if fewer than half of either. All by "
         "three standard errors",
    correct="Width has a floor. While no layer is wider than the input has dimensions, and the "
            "activation is monotone (ReLU, leaky ReLU, tanh), every piece of every decision "
            "region is unbounded, at any depth. Layers one unit wider, if there are enough of "
            "them, lift this limit.",
    literature="Johnson 2019, Deep, skinny neural networks are not universal approximators; "
               "Beise, Dias Da Cruz & Schröder 2021, On decision regions of narrow deep neural "
               "networks; Nguyen, Mukkamala & Hein 2018, Neural networks should be wide enough to "
               "learn disconnected decision regions; Lu, Pu, Wang, Hu & Wang 2017, The expressive "
               "power of neural networks: a view from the width; Hanin & Sellke 2017, "
               "Approximating continuous functions by ReLU nets of minimal width",
)
def narrow_networks(seeds):
    seeds = [seed + 10 * block for block in range(2) for seed in seeds]
    disc, run = data.disc(), trained_on_disc(seeds)
    inner = disc.x_train[disc.y_train == 1]
    share = {shape: statistics.share(np.array([
        encloses(score_of(run.network(hidden=shape, seed=seed)), inner) for seed in seeds]))
        for shape in (NARROW, WIDER)}
    against = tuple(statistics.compare(one.shifted(-0.5)) for one in share.values())
    verdict = {("more", "more"): "holds", ("less", "more"): "holds if",
               ("less", "less"): "false"}.get(against, "undecided")
    accuracy = {shape: 100 * run.test_score.sel(hidden=shape).values for shape in share}

    def draw():
        corners = 5 * np.array([[-1, -1], [1, 1]], np.float32)  # to see what goes on outside
        best = [run.network(hidden=shape, seed=seeds[accuracy[shape].argmax()]) for shape in share]
        figures.regions(
            ["six layers of 2", "three layers of 3"], best,
            replace(disc, x_val=corners, y_val=np.array([0, 0])), names=("outside", "inside"),
            title="The most accurate network of each shape, seen from afar")

    count = {shape: round(one.mean * one.n) for shape, one in share.items()}
    return Outcome(
        verdict,
        {**{f"share that encloses, shape {shape}": one for shape, one in share.items()},
         **{f"best accuracy (%), shape {shape}": one.max() for shape, one in accuracy.items()}},
        f"The disc is enclosed by {count[NARROW]} of {len(seeds)} networks of width 2, by "
        f"{count[WIDER]} of {len(seeds)} of width 3. The most accurate of width 2 has "
        f"{accuracy[NARROW].max():.0f} % of the test points right.",
        seeds=len(seeds), tuned="nothing; trained alike", draw=draw,
        condition="the layers are wider than the input has dimensions" * (verdict == "holds if"))
