"""Saturation: what it means before and during training, and a first look through time."""

from dataclasses import dataclass

import numpy as np

from ... import activations, data, figures, initialisation, networks, optimisers, statistics
from ...evidence import four_sigmoids
from ...threads import one_blas_thread
from .. import Outcome, trial

WIDTH, STEPS, LOOK = 32, 300, 100  # units a layer; steps taken; steps after which C34 looks
FLAT = 1 / 8  # half of the largest slope a sigmoid has
SCALES, TIME, UNITS = (0.8, 1.0, 2.0), 100, 32


@dataclass(frozen=True)
class Watch:
    """Training seen from inside, before each step: arrays (seeds, steps, hidden layers).

    mean    of a layer's outputs, over units and a batch
    spread  of a unit over the batch (standard deviation), averaged over units
    slope   of a layer's units, averaged over units and a batch
    loss    of the batch (seeds, steps)
    """

    mean: np.ndarray
    spread: np.ndarray
    slope: np.ndarray
    loss: np.ndarray


def customary(fan_in, fan_out, rng):
    """Weights uniform within +-1/sqrt(fan_in), biases 0: Glorot & Bengio 2010, eq. 1."""
    return initialisation.pytorch(fan_in, fan_out, rng)[0], np.zeros(fan_out)


@one_blas_thread()
def watch(activation, depth, seeds, steps=STEPS, rate=None, init=customary):
    """A `Watch` over the first steps of plain SGD on the digits, batches of 64, 32 units a layer.

    Without a `rate`, the best one of sigmoid networks with one hidden layer (evidence).
    """
    rate = four_sigmoids.tuned_rates()["sigmoid", 1] if rate is None else rate
    digits, targets = data.digits(), np.eye(10, dtype=np.float32)
    stack = networks.Stack([activation] * len(seeds), (64, *[WIDTH] * depth, 10))
    stack.initialise([init] * len(seeds), seeds)
    optimiser, rates = optimisers.SGD(stack.weights), np.full(len(seeds), rate, np.float32)
    draws = [np.random.default_rng([seed, 0, 2]) for seed in seeds]
    seen = {name: np.empty((len(seeds), steps, depth)) for name in ("mean", "spread", "slope")}
    losses = np.empty((len(seeds), steps))
    for step in range(steps):
        rows = np.stack([draw.integers(0, len(digits.x_train), 64) for draw in draws])
        out, space = stack.forward(digits.x_train[rows], training=True)
        for number, layer in enumerate(space.layers):
            seen["mean"][:, step, number] = layer.a.mean((1, 2))
            seen["spread"][:, step, number] = layer.a.std(1).mean(1)
            seen["slope"][:, step, number] = layer.slope.mean((1, 2))
        y = targets[digits.y_train[rows]].swapaxes(1, 2)
        losses[:, step], delta = stack.loss.value_and_slope(out, y)
        stack.backward(delta, space)
        optimiser.step(stack.weights, stack.gradient, rates)
    return Watch(**seen, loss=losses)


@trial(
    "C34",
    claim="Sigmoid saturates quickly.",
    reading="Train sigmoid networks with one and with four hidden layers, from customary first "
            "weights, at the rate that is best for one: after 100 steps all hidden layers are "
            "saturated.",
    rule="A layer is saturated when the slopes of its units average less than 1/8, half of the "
         "most. holds if every layer of both networks is after 100 steps, and not before "
         "training; holds if (which layers): some are; false: none is. Less, or not less, by "
         "three standard errors each",
    correct="Not at the start: there the slopes are near their largest. In training the last "
            "hidden layer saturates. In a shallow network that is a mark of having learned: its "
            "units tell digits apart. In a deep one the whole layer is driven to 0 for every "
            "digit before anything is learned. At a smaller rate it takes more steps.",
    literature="Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward "
               "neural networks, sec. 3.1",
)
def saturates_quickly(seeds):
    seen = {depth: watch("sigmoid", depth, seeds, STEPS if depth > 1 else LOOK + 1)
            for depth in (1, 4)}
    slopes = {(when, depth, layer): statistics.interval(one.slope[:, step, layer - 1])
              for when, step in (("start", 0), ("trained", LOOK))
              for depth, one in seen.items() for layer in range(1, depth + 1)}
    flat = {place: statistics.compare(slope.shifted(-FLAT)) for place, slope in slopes.items()}
    before = [flat[place] for place in flat if place[0] == "start"]
    after = {place[1:]: flat[place] for place in flat if place[0] == "trained"}
    saturated = [place for place, found in after.items() if found == "less"]
    if "undecided" in flat.values():
        verdict = "undecided"
    elif not saturated:
        verdict = "false"
    else:
        verdict = ("holds" if len(saturated) == len(after) and set(before) == {"more"}
                   else "holds if")
    condition = ""
    if verdict == "holds if":
        last = saturated == [(1, 1), (4, 4)]
        condition = ("it is the last hidden layer" if last else "it is hidden layer " + ", ".join(
            f"{layer} of {depth}" for depth, layer in saturated))
        condition += ", and training has begun" * (set(before) == {"more"})
    learned = {depth: one.loss[:, LOOK - 16:LOOK].mean() for depth, one in seen.items()}

    def draw():
        figures.traces(
            ["1st", "2nd", "3rd", "4th"], list(np.moveaxis(seen[4].mean, 2, 0)),
            xlabel="step", ylabel="mean output of the layer",
            title="Four hidden layers of sigmoids: the last is driven towards 0")

    def told(depth):
        return ", ".join(f"{slopes['trained', depth, layer].mean:.2f}"
                         for layer in range(1, depth + 1))

    return Outcome(
        verdict,
        {f"slope of layer {layer} of {depth}, {when}": slope
         for (when, depth, layer), slope in slopes.items()}
        | {f"loss after {LOOK} steps, {depth} layers": loss for depth, loss in learned.items()},
        f"At the start the slopes of every layer average more than "
        f"{min(slope.low for place, slope in slopes.items() if place[0] == 'start'):.1f}, of at "
        f"most 0.25. After {LOOK} steps they average {told(1)} in the networks with one hidden "
        f"layer, whose loss is {learned[1]:.1f}, and {told(4)} in those with four, whose loss is "
        f"{learned[4]:.1f}.",
        seeds=len(seeds), tuned="the rate, for one hidden layer, on validation data",
        draw=draw, condition=condition)


@one_blas_thread()
def carried(f, scale, seeds, units=UNITS, steps=TIME, size=1.0):
    """What `steps` steps of h' = f(W h) make of a small change, and of h: two arrays (seeds,).

    W is `scale` times a random orthogonal matrix, h starts as `size` times a standard normal one.
    The first array is the root-mean-square factor of a random change of the first h, from the
    matrix dh_T/dh_0: the product of diag(f'(z)) W over the steps (Pascanu et al. 2013, eq. 5). The
    second is the root-mean-square of the last h.
    """
    W = scale * np.stack([initialisation.orthogonal(
        units, units, np.random.default_rng([seed, 1]))[0] for seed in seeds])
    h = size * np.stack([np.random.default_rng([seed, 2]).standard_normal((units, 1))
                         for seed in seeds])
    change = np.broadcast_to(np.eye(units), W.shape)
    for _ in range(steps):
        z = W @ h
        change = f.raw_df(z) * (W @ change)
        h = f.raw_f(z)
    return np.sqrt(np.square(change).sum((1, 2)) / units), np.sqrt(np.square(h).mean((1, 2)))


FLOWS = {"no bound": activations.get("identity"), "tanh": activations.get("tanh"),
         "relu": activations.get("relu"), "sigmoid": activations.get("sigmoid")}


@trial(
    "C35",
    claim="Tanh is used in recurrent networks because its range gives a better gradient flow.",
    reading="Through 100 steps of a recurrent network a gradient stays nearer to its size with "
            "tanh than without any bound (the identity, which has tanh's slope at zero), whether "
            "the recurrent weights shrink a state, keep it or stretch it (0.8, 1 or 2 times).",
    rule="holds if the factor of the gradient is nearer to 1 with tanh, by more than 10 times, "
         "at each of the three scales; holds if (which scale): at some; false: at none. Nearer, "
         "or not, by three standard errors of the factor's logarithm",
    correct="The bound keeps the state from exploding. Where weights stretch, it also tames the "
            "gradient, since units pushed towards the flat ends have small slopes; even so it "
            "explodes. Where weights shrink or keep a state, the bound does not help. What is "
            "carried back is a product of slopes and recurrent weights: sigmoid is bounded too, "
            "and carries next to nothing.",
    literature="Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural "
               "networks, sec. 2; Bengio, Simard & Frasconi 1994, Learning long-term dependencies "
               "with gradient descent is difficult",
)
def range_and_flow(seeds):
    through = {(name, scale): carried(f, scale, seeds) for name, f in FLOWS.items()
               for scale in SCALES}
    power = {place: np.log10(factor) for place, (factor, _) in through.items()}
    ahead = {scale: statistics.paired(abs(power["no bound", scale]), abs(power["tanh", scale]))
             for scale in SCALES}
    against = {scale: statistics.compare(gap.shifted(-1)) for scale, gap in ahead.items()}
    nearer = [scale for scale in SCALES if against[scale] == "more"]
    if "undecided" in against.values():
        verdict = "undecided"
    else:
        verdict = {0: "false", len(SCALES): "holds"}.get(len(nearer), "holds if")
    words = dict(zip(SCALES, ("shrink", "keep", "stretch"), strict=True))
    condition = (f"the recurrent weights {' or '.join(words[scale] for scale in nearer)} the state"
                 if verdict == "holds if" else "")

    def draw():
        scales = np.array([0.6, 0.8, 0.9, 1, 1.1, 1.3, 1.6, 2])
        flows = [np.log10([carried(f, scale, seeds)[0] for scale in scales]).T
                 for f in FLOWS.values()]
        figures.traces(
            list(FLOWS), flows, scales, xlabel="scale of the recurrent weights",
            ylabel="gradient (power of ten)",
            title="What 100 steps make of a gradient depends on function and weights")

    def told(name):
        return ", ".join(f"10^{round(power[name, scale].mean())}" for scale in SCALES)

    largest = np.log10(through["no bound", 2.0][1]).mean()
    return Outcome(
        verdict,
        {f"log10 of the factor, {name}, scale {scale:g}": statistics.interval(value)
         for (name, scale), value in power.items() if name != "no bound"}
        | {f"log10 of the factor, no bound, scale {scale:g}": power["no bound", scale].mean()
           for scale in SCALES}
        | {"log10 of the last state, no bound, scale 2": largest,
           "last state, tanh, scale 2": statistics.interval(through["tanh", 2.0][1])},
        f"At scales 0.8, 1 and 2 the gradient is multiplied by {told('tanh')} with tanh, by "
        f"{told('no bound')} without a bound, by {told('relu')} with ReLU and by "
        f"{told('sigmoid')} with sigmoid. At scale 2 the state ends near 10^{largest:.0f} without "
        f"a bound; with tanh it is {through['tanh', 2.0][1].mean():.1f}.",
        seeds=len(seeds), draw=draw, condition=condition)
