"""What the old first weights did to deep networks, and Glorot and Bengio's remedy."""

import numpy as np

from ... import data, figures, networks, statistics
from ...threads import one_blas_thread
from . import Replica, replication
from .propagation import uniform

WIDTH, LAYERS, NETWORKS, SMALL = 64, 6, 10, 0.01
RULES = {"old": 1 / 3, "normalised": 1.0}  # n times the variance of a weight, n in and n out
UNITS, DEPTH, EPOCHS, BATCH, RATE = 64, 4, 4, 10, 0.5  # of the sigmoid networks
EMPTY, MIDDLE, GUESSING = 0.15, 0.25, 0.15


@one_blas_thread()
def back_factors(rule, seeds):
    """What a layer leaves of the mean-square gradient, (seeds,): tanh units at small inputs."""
    found = np.empty(len(seeds))
    for s, seed in enumerate(seeds):
        rng = np.random.default_rng([seed, 9])
        h, kept = SMALL * rng.standard_normal((NETWORKS, 1, WIDTH), dtype=np.float32), []
        for _ in range(LAYERS):
            W = uniform(rng, NETWORKS, WIDTH, WIDTH, RULES[rule] / WIDTH)
            h = np.tanh(h @ W)
            kept.append((W, 1 - h * h))
        delta, left = rng.standard_normal(h.shape, dtype=np.float32), []
        for W, slope in reversed(kept):
            before = np.square(delta).mean((1, 2))
            delta = (delta * slope) @ W.swapaxes(1, 2)
            left.append(np.square(delta).mean((1, 2)) / before)
        found[s] = np.mean(left)
    return found


def old_weights(fan_in, fan_out, rng):
    """Uniform within 1/sqrt(fan_in), biases 0: the usual choice before 2010 (eq. 1)."""
    return (rng.uniform(-1, 1, (fan_in, fan_out)) / np.sqrt(fan_in), np.zeros(fan_out))


@one_blas_thread()
def sigmoid_course(seeds):
    """What four layers of sigmoids do while they learn the digits by SGD from the old weights.

    Returns the mean activation of each layer over 256 digits (seeds, epochs + 1, layers), the
    first before training, and the loss over the training digits (seeds, epochs + 1).
    """
    digits, S = data.digits(), len(seeds)
    stack = networks.Stack(["sigmoid"] * S, (64, *[UNITS] * DEPTH, 10))
    stack.initialise([old_weights] * S, seeds)
    y, rngs = np.eye(10, dtype=np.float32)[digits.y_train], [
        np.random.default_rng([seed, 0, 1]) for seed in seeds]
    means, losses = np.empty((S, EPOCHS + 1, DEPTH)), np.empty((S, EPOCHS + 1))
    for epoch in range(EPOCHS + 1):
        out, space = stack.forward(digits.x_train[None, :256])
        means[:, epoch] = np.stack([here.a.mean((1, 2)) for here in space.layers], 1)
        losses[:, epoch] = stack.loss.value_and_slope(out, y[:256].T)[0]
        if epoch < EPOCHS:
            order = np.stack([rng.permutation(len(y)) for rng in rngs])
            for start in range(0, len(y), BATCH):
                rows = order[:, start:start + BATCH]
                stack.loss_and_gradient(digits.x_train[rows], y[rows])
                stack.weights -= np.float32(RATE) * stack.gradient
    return means, losses


@replication(
    "R09",
    chapter="chapter_03",
    paper="Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural "
          "networks, AISTATS",
    quantity="what a layer of units in their linear range leaves of the mean-square gradient: 1/3 "
             "with the old weights, uniform within 1/sqrt(n), and all of it with the normalised "
             "ones; and what happens to sigmoids with the old weights: the top hidden layer soon "
             "falls to zero, while the layers below stay, and the network learns nothing",
    tolerance="1/3 and 1 within 5 %. After 4 epochs the sigmoid networks' top layers have a mean "
              "below 0.15, their other layers one within 0.25 of a half, and their loss is within "
              "0.15 of guessing, ln 10. All by three standard errors, of ten networks",
)
def old_and_normalised(seeds):
    factors = {rule: statistics.interval(back_factors(rule, seeds)) for rule in RULES}
    agrees = all(statistics.compare(factors[rule].shifted(-wanted), 0.05 * wanted) == "equal"
                 for rule, wanted in RULES.items())
    means, losses = sigmoid_course(seeds)
    top = statistics.interval(means[:, -1, -1])
    loss = statistics.interval(losses[:, -1])
    agrees &= statistics.compare(top.shifted(-EMPTY)) == "less"
    agrees &= all(statistics.compare(statistics.interval(one - 0.5), MIDDLE) == "equal"
                  for one in means[:, -1, :-1].T)
    agrees &= statistics.compare(loss.shifted(-np.log(10)), GUESSING) == "equal"

    def draw():
        with figures.panels("The top sigmoid layer shuts, and the network goes on guessing",
                            digits=1, crossings=False, grain=0.05,
                            note="Mean activation of each hidden layer, ten networks") as axes:
            for layer, look in enumerate(("relu", "gelu", "tanh", "sigmoid")):
                axes.plot(range(EPOCHS + 1), means[..., layer].mean(0),
                          color=figures.look(look)[0], ls=figures.look(look)[1],
                          label=f"layer {layer + 1}")
            axes.set(xlabel="epoch", ylabel="mean activation", ylim=(0, 1),
                     xticks=range(EPOCHS + 1))

    return Replica(
        {f"gradient left, {rule} weights": wanted for rule, wanted in RULES.items()}
        | {"top layer's mean": 0.0, "loss": np.log(10)},
        {f"gradient left, {rule} weights": factors[rule] for rule in RULES}
        | {"top layer's mean": top, "loss": loss}, agrees,
        f"A layer leaves {factors['old'].mean:.2f} of the mean-square gradient with the old "
        f"weights, {factors['normalised'].mean:.2f} with the normalised ones. The top sigmoid "
        f"layer's mean falls from {round(20 * means[:, 0, -1].mean()) / 20:g} to about "
        f"{round(20 * top.mean) / 20:g} in {EPOCHS} epochs, and the loss stays at "
        f"{loss.mean:.1f}; ln 10 is {np.log(10):.1f}.",
        seeds=len(seeds), draw=draw)
