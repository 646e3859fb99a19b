"""Networks that are dead before the first step: the last hidden layer gives zero to every input."""

import numpy as np

from ... import figures, statistics
from . import Replica, replication

NETWORKS = 1000  # a seed: 10,000 in all
SHAPES = ((2, 10), (4, 10), (3, 10), (6, 20))  # width N and layers L, the output layer included
NEAR = 0.015


def normal(shape, rng):
    """Standard normal weights, of He's variance 2 / fan_in."""
    return np.sqrt(2 / shape[-2]) * rng.standard_normal(shape)


def uniform(shape, rng):
    """Uniform weights within +-1/sqrt(fan_in), PyTorch's default: a sixth of He's variance."""
    return rng.uniform(-1, 1, shape) / np.sqrt(shape[-2])


def silent(width, layers, inputs, seed, draw=normal, count=NETWORKS):
    """For which of its inputs `count` random networks give zero by each hidden layer.

    Booleans (layers - 1, count, inputs). An input is a single number; biases are 0, so that
    relu(c x) = c relu(x) for every c > 0, and -1 and 1 stand for all of [-1, 1]. A network is born
    dead on a set of inputs if it is silent for all of them.
    """
    rng = np.random.default_rng([seed, width, layers])
    h = np.broadcast_to(np.asarray(inputs, float)[:, None], (count, len(inputs), 1))
    quiet = np.empty((layers - 1, count, len(inputs)), bool)
    for layer in range(layers - 1):
        h = np.maximum(h @ draw((count, h.shape[-1], width), rng), 0)
        quiet[layer] = (h == 0).all(-1)
    return quiet


def probability(width, layers):
    """Lu, Shin, Su & Karniadakis 2020: a layer of N units has all sums below zero with 2^-N.

    >>> round(probability(4, 10), 4)
    0.4406
    """
    return 1 - (1 - 2.0**-width) ** (layers - 1)


@replication(
    "R04",
    chapter="chapter_03",
    paper="Lu, Shin, Su & Karniadakis 2020, Dying ReLU and initialization: theory and numerical "
          "examples, arXiv:1903.06733; bounds also in Rister & Rubin 2020, Probabilistic bounds "
          "on neuron death in deep rectifier networks, arXiv:2007.06192",
    quantity="the probability that a ReLU network of L layers, N units wide, with zero biases and "
             "symmetric random weights, is born dead: 1 - (1 - 2^-N)^(L-1) for one input; on an "
             "interval around zero at most that",
    tolerance=f"for one input each share within {NEAR} of the formula; on [-1, 1] below the "
              "formula by three standard errors",
)
def formula(seeds):
    one, both = {}, {}  # shares (seeds, layers - 1): dead for one input, dead on [-1, 1]
    for shape in SHAPES:
        quiet = np.stack([silent(*shape, (1.0, -1.0), seed) for seed in seeds])
        one[shape], both[shape] = quiet[..., 0].mean(2), quiet.all(3).mean(2)
    target = {shape: probability(*shape) for shape in SHAPES}
    found = {shape: share[:, -1].mean() for shape, share in one.items()}
    wide = {shape: statistics.interval(share[:, -1]) for shape, share in both.items()}
    near = all(abs(found[shape] - target[shape]) <= NEAR for shape in SHAPES)
    below = all(statistics.compare(share.shifted(-target[shape])) == "less"
                for shape, share in wide.items())

    def draw():
        with figures.panels("The narrower and deeper, the more ReLU networks are born dead",
                            crossings=False,
                            note=f"Lines: the formula; dots: {len(seeds) * NETWORKS:,} networks "
                                 "of one input and zero biases") as axes:
            for (width, layers), look in zip(SHAPES, ("sigmoid", "tanh", "gelu", "relu"),
                                             strict=True):
                depth, colour = np.arange(2, layers + 1), figures.look(look)[0]
                axes.plot(depth, probability(width, depth), color=colour, label=f"N = {width}")
                axes.plot(depth, one[width, layers].mean(0), "o", color=colour, ms=5)
            axes.set(xlabel="layers $L$", ylabel="share born dead", ylim=(0, 1),
                     xticks=range(2, 21, 2))

    def named(shape, what):
        return f"N = {shape[0]}, L = {shape[1]}, {what}"

    return Replica(
        {named(shape, "one input"): target[shape] for shape in SHAPES}
        | {named(shape, "[-1, 1], at most"): target[shape] for shape in SHAPES},
        {named(shape, "one input"): found[shape] for shape in SHAPES}
        | {named(shape, "[-1, 1], at most"): share.mean for shape, share in wide.items()},
        near and below,
        f"Born dead of {len(seeds) * NETWORKS:,} networks each, measured against calculated: "
        + "; ".join(
            f"{found[shape]:.3f} against {target[shape]:.3f} (N = {shape[0]}, L = {shape[1]})"
            for shape in SHAPES)
        + ". On [-1, 1]: " + ", ".join(f"{wide[shape].mean:.2f}" for shape in SHAPES)
        + f", each below: {below}.",
        seeds=len(seeds), draw=draw)
