"""Smooth and kinked: whether smoothness decides about gradients, speed, or units that are stuck."""

import numpy as np

from ... import activations, data, figures, networks, optimisers, statistics
from ...evidence import label_noise
from ...figures.style import look
from ...threads import one_blas_thread
from .. import Outcome, trial
from . import noise

SMOOTH = ("sigmoid", "tanh", "softplus", "gelu")
KINKED = ("hard_sigmoid", "hard_tanh", "relu", "leaky_relu")
DEPTH, WIDTH, CARRIED = 10, 64, 0.1
FAR, RATE, EPOCHS, STIRRED = -10.0, 0.2, 5, 0.01  # bias; of plain SGD; passes; of a weight's size
NEAR, FINE = 1e-4, 1e-3  # distance of two slopes that tell a curvature; a smaller jump is rounding


def squared_slope(name):
    """E f'(z)^2 for standard normal z: what a layer of such units does to a gradient's square."""
    from scipy.special import ndtri  # here: it would slow down the import of trials
    z = ndtri((np.arange(100_000) + 0.5) / 100_000)
    return float(np.square(activations.get(name).df(z)).mean())


@one_blas_thread()
def carried(name, seeds, norm=None, residual=False):
    """How much of the tenth layer's gradient reaches the first of fresh networks, (seeds,).

    The ratio of root mean squares over units and 256 training digits of the loss's slope at z;
    `norm` and `residual` as in `networks.Stack`.
    """
    digits = data.digits()
    stack = networks.Stack([name] * len(seeds), (64, *[WIDTH] * DEPTH, 10), norm=norm,
                           residual=residual)
    stack.initialise([label_noise.init("digits", name)] * len(seeds), seeds)
    out, space = stack.forward(digits.x_train[None, :256])
    _, delta = stack.loss.value_and_slope(out, np.eye(10, dtype=np.float32)[digits.y_train[:256]].T)
    stack.backward(delta, space)
    first, last = (np.square(space.layers[layer].slope, dtype=float).mean((1, 2))
                   for layer in (0, -1))  # `backward` leaves the loss's slope at z there
    return np.sqrt(first / last)


@one_blas_thread()
def stuck(name, seeds):
    """The share of units that training leaves where they are, started far out, (seeds,).

    One hidden layer whose biases start at -10; five passes of plain SGD over the digits. A unit is
    stuck if its incoming weights moved by less than 1 % of their size (root mean square).
    """
    digits = data.digits()
    stack = networks.Stack([name] * len(seeds), (64, WIDTH, 10))
    stack.initialise([label_noise.init("digits", name)] * len(seeds), seeds)
    stack.layers[0].b[:] = FAR
    before, y = stack.layers[0].W.copy(), np.eye(10, dtype=np.float32)[digits.y_train]
    sgd, rates = optimisers.SGD(stack.weights), np.full(len(seeds), RATE, np.float32)
    for epoch in range(EPOCHS):
        order = np.random.default_rng([seeds[0], epoch, 61]).permutation(len(y))
        for start in range(0, len(y), 64):
            rows = order[start:start + 64]
            stack.loss_and_gradient(digits.x_train[None, rows], y[None, rows])
            sgd.step(stack.weights, stack.gradient, rates)
    moved, size = (np.sqrt(np.square(one).mean(1)) for one in (stack.layers[0].W - before, before))
    return (moved < STIRRED * size).mean(1)


def opposed(smooth, kinked):
    """Whether all of `smooth` are "less" and all of `kinked` "more", by `statistics.compare`.

    False if one surely is not so, None where that is open.
    """
    found = [(one, "less") for one in smooth] + [(one, "more") for one in kinked]
    if any(one not in (wanted, "undecided") for one, wanted in found):
        return False
    return True if all(one == wanted for one, wanted in found) else None


@trial(
    "C61",
    claim="Smooth functions have vanishing gradients; non-smooth ones learn faster and have dead "
          "neurons.",
    reading="Three statements. Through ten fresh layers sigmoid, tanh, softplus and GELU lose "
            "the gradient, and hard sigmoid, hard tanh, ReLU and leaky ReLU carry it. The kinked "
            "one of each pair (ReLU and softplus, ReLU and GELU, hard tanh and tanh) learns "
            "faster. Units that start far out (bias -10) get stuck if the function is kinked, "
            "and do not if it is smooth.",
    rule="lost: the first layer gets less than a tenth of what the tenth gets; carried: more. "
         "Faster: over a tenth fewer steps to a training loss of 0.25, in each pair. Stuck: in "
         "five passes of plain SGD more than half of the units move their weights by less than "
         "1 %; not stuck: fewer. Each by three standard errors. A statement is true if every "
         "function does as it says, untrue if one surely does not. holds: all three; holds if "
         "(which): some; false: none. (Set after a pilot.)",
    correct="Smoothness and saturation are independent. Tanh and GELU are smooth and carry the "
            "gradient, hard sigmoid is kinked and loses it; leaky ReLU is kinked and hardly a unit "
            "of it gets stuck, while the smooth four are stuck where they are flat. What counts "
            "is how steep a function is where its units sit.",
    literature="Collobert 2004, Large scale machine learning (hard tanh); Glorot & Bengio 2010, "
               "Understanding the difficulty of training deep feedforward neural networks; "
               "Ramachandran, Zoph & Le 2017, Searching for activation functions",
)
def smooth_or_kinked(seeds):
    power = {name: statistics.interval(np.log10(carried(name, seeds))) for name in SMOOTH + KINKED}
    flat = {name: statistics.interval(stuck(name, seeds)) for name in SMOOTH + KINKED}
    taken = noise.steps(tuple(seeds))
    saved = {name: statistics.paired(np.log(taken[name]), np.log(taken[other]))
             for name, other in noise.PAIRS.items()}
    parts = {
        "gradients": judge(power, np.log10(CARRIED)),
        "speed": noise.all_ahead(saved, np.log(noise.TIMES)),
        "stuck units": judge(flat, 0.5)}
    true = [name for name, one in parts.items() if one]
    verdict = "undecided"
    if None not in parts.values():
        verdict = {0: "false", len(parts): "holds"}.get(len(true), "holds if")

    def draw():
        with figures.panels("Neither losing gradients nor getting stuck goes with smoothness",
                            columns=2, size=(8, 3.8), digits=2, grain=0.5,
                            note="Filled: smooth; hollow: kinked. Mean of 10 seeds; bars: 95 % "
                                 "intervals") as drawn:
            for axes, found in zip(drawn, (power, flat), strict=True):
                for row, (name, one) in enumerate(found.items()):
                    axes.errorbar(one.mean, row, fmt="o", ms=8, capsize=3, color=look(name)[0],
                                  xerr=[[one.mean - one.low], [one.high - one.mean]], label=name,
                                  mfc=look(name)[0] if name in SMOOTH else "white")
                axes.set_yticks(range(len(found)), list(found))
                axes.set_ylim(len(found) - 0.5, -0.5)
                axes.grid(False, axis="y")
            drawn[0].set_xlabel("gradient, layer 1 over 10 (power of ten)")
            drawn[1].set(xlabel="share of stuck units", xlim=(-0.05, 1.05))

    return Outcome(
        verdict,
        {f"mean squared slope, {name}": squared_slope(name) for name in SMOOTH + KINKED}
        | {f"log10 of the gradient carried, {name}": one for name, one in power.items()}
        | {f"share of stuck units, {name}": one for name, one in flat.items()}
        | {f"log of steps over those of {noise.PAIRS[name]}, {name}": one
           for name, one in saved.items()},
        f"Smooth and carried: {those(power, SMOOTH, np.log10(CARRIED), above=True)}; kinked and "
        f"lost: {those(power, KINKED, np.log10(CARRIED), above=False)}. Smooth and stuck: "
        f"{those(flat, SMOOTH, 0.5, above=True)}; kinked and not: "
        f"{those(flat, KINKED, 0.5, above=False)}. Steps: " + ", ".join(
            f"{name} {noise.by_a_tenth(one.mean)} than {noise.PAIRS[name]}"
            for name, one in saved.items()) + ".",
        seeds=len(seeds), tuned="the rate of each function for fewest steps, on training digits, "
                                "with 10 other seeds", draw=draw,
        condition=f"it speaks of {' and '.join(true)}" if verdict == "holds if" else "")


def judge(found, boundary):
    """`opposed`, for smooth functions that should be below a boundary and kinked ones above it.

    For stuck units and for carried gradients alike: smooth ones are said to have less of both.
    """
    against = {name: statistics.compare(one.shifted(-boundary)) for name, one in found.items()}
    return opposed([against[name] for name in SMOOTH], [against[name] for name in KINKED])


def those(found, names, boundary, above):
    """The names whose mean is above (or below) a boundary, as words."""
    chosen = [name for name in names if (found[name].mean > boundary) == above]
    return ", ".join(chosen) or "none"


@trial(
    "C62",
    claim="Smooth functions have continuous derivatives; non-smooth ones are piecewise linear.",
    reading="Every function of one number in the catalogue is one of the two: either its slope "
            "and the slope's own slope, the curvature, have no jumps, or it is made of straight "
            "pieces.",
    rule="holds if every function is one of the two; holds if (it is no exception): at least half "
         "of them are; false: fewer. A jump: slopes, or curvatures, left and right of a place that "
         "the catalogue lists differ by more than 0.001; straight: no curvature elsewhere",
    correct="Smoothness has degrees. ELU's slope is continuous and its curvature jumps; SELU's "
            "slope jumps and it is curved on one side. ReLU and its straight relatives are at one "
            "end, sigmoid, tanh, softplus and GELU, smooth to every order, at the other.",
    literature="Clevert, Unterthiner & Hochreiter 2016, Fast and accurate deep network learning by "
               "exponential linear units; Klambauer, Unterthiner, Mayr & Hochreiter 2017, "
               "Self-normalizing neural networks",
)
def kinds_of_smoothness(seeds):
    kinds = {name: smoothness(activations.get(name)) for name in activations.names()
             if activations.get(name).kind == "elementwise"}
    soft, sharp = ([name for name, one in kinds.items() if one == kind]
                   for kind in ("curvature jumps", "curved, with a kink"))
    neither = soft + sharp
    verdict = ("holds" if not neither else
               "holds if" if len(neither) <= len(kinds) / 2 else "false")
    elu, selu = sides(activations.get("elu"), 0.0), sides(activations.get("selu"), 0.0)

    counts = {kind: list(kinds.values()).count(kind) for kind in dict.fromkeys(kinds.values())}
    exceptions = f"the function is none of {len(neither)} exceptions"

    def at_zero(name, two_sided):
        slopes, bends = ([f"{abs(value):.{digits}f}" for value in pair]
                         for digits, pair in zip((4, 2), two_sided, strict=True))
        return f"{name} has the slopes {' and '.join(slopes)}, curvatures {' and '.join(bends)}"

    return Outcome(
        verdict,
        {f"functions, {kind}": float(count) for kind, count in counts.items()}
        | {f"{name}, {what} at 0, {side}": value
           for name, both in (("elu", elu), ("selu", selu))
           for what, pair in zip(("slope", "curvature"), both, strict=True)
           for side, value in zip(("left", "right"), pair, strict=True)},
        f"Of {len(kinds)} functions {len(neither)} are neither. The slope is continuous, yet the "
        f"curvature jumps: {', '.join(soft) or 'none'}. The slope jumps, yet the pieces are "
        f"curved: {', '.join(sharp) or 'none'}. Left and right of 0 {at_zero('ELU', elu)}; "
        f"{at_zero('SELU', selu)}.",
        condition=exceptions if verdict == "holds if" else "")


def sides(f, place):
    """Slopes and curvatures left and right of a place: ((left, right), (left, right)).

    From slopes one and two steps of 0.0001 beside it, extended to the place by a straight line.
    """
    slopes, curvatures = [], []
    for sign in (-1, 1):
        near, far = (float(f.df(place + sign * NEAR * step)) for step in (1, 2))
        curvatures.append(sign * (far - near) / NEAR)
        slopes.append(2 * near - far)
    return tuple(slopes), tuple(curvatures)


def smoothness(f):
    """What a function is, by its slopes and curvatures beside the places the catalogue lists.

    "smooth", "straight pieces", "both" (a line), "curvature jumps", or "curved, with a kink".
    """
    beside = [sides(f, place) for place in f.kinks]
    broken = any(abs(float(f.f(place + NEAR)) - float(f.f(place - NEAR))) > 100 * NEAR
                 for place in f.kinks)  # the function itself jumps
    kink = broken or any(abs(left - right) > FINE for (left, right), _ in beside)
    bend = any(abs(left - right) > FINE for _, (left, right) in beside)
    z = np.linspace(-6, 6, 1201) + 0.5 * NEAR
    away = np.min([abs(z - place) for place in f.kinks] or [np.full(z.shape, np.inf)], 0) > 0.02
    if (abs(f.df(z + NEAR) - f.df(z)) < NEAR * FINE)[away].all():
        return "straight pieces" if kink else "both"
    return "curved, with a kink" if kink else "curvature jumps" if bend else "smooth"
