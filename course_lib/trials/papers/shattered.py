"""What a gradient looks like along a line of inputs: a slow curve, or noise."""

from functools import cache

import numpy as np

from ... import figures, statistics
from ...threads import one_blas_thread
from . import Replica, replication
from .propagation import uniform

WIDTH, POINTS, NETWORKS, LAG = 64, 128, 3, 5  # networks of one seed; a lag of 5 points
DEPTHS = (1, 4, 16, 32)
KINDS = ("plain", "batch norm", "batch norm and skips")
X = np.linspace(-2, 2, POINTS, dtype=np.float32)


@cache
@one_blas_thread()
def along(seeds, kind="plain"):
    """Units' outputs and their slopes along the line X: {depth: (2, networks, POINTS, WIDTH)}.

    Random networks of one input and WIDTH ReLUs a layer, NETWORKS a seed. The first
    layer has normal biases, the others none. A layer makes of h, with He's weights W,

        plain                   relu(h W)
        batch norm              relu(n), where n is h W with mean 0 and variance 1 over the line
        batch norm and skips    h + relu(n)

    Means and variances are taken as fixed, as batch norm has them in use. Pairs (h, slope) go
    forward through the layers, so that one pass serves all depths.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}; got {kind!r}")
    found = {depth: np.empty((2, len(seeds), NETWORKS, len(X), WIDTH), np.float32)
             for depth in DEPTHS}
    for s, seed in enumerate(seeds):
        rng = np.random.default_rng([seed, 19])
        w, b = rng.standard_normal((2, NETWORKS, 1, WIDTH), dtype=np.float32)
        h, slope = np.maximum(X[:, None] * w + b, 0), (X[:, None] * w + b > 0) * w
        for layer in range(1, max(DEPTHS) + 1):
            if layer in DEPTHS:
                found[layer][:, s] = h, slope
            W = uniform(rng, NETWORKS, WIDTH, WIDTH, 2 / WIDTH)
            z, dz = h @ W, slope @ W
            if kind != "plain":
                deviation = z.std(1, keepdims=True)
                z, dz = (z - z.mean(1, keepdims=True)) / deviation, dz / deviation
            skipped = (h, slope) if kind == "batch norm and skips" else (0, 0)
            h, slope = skipped[0] + np.maximum(z, 0), skipped[1] + dz * (z > 0)
    return {depth: pair.reshape(2, -1, len(X), WIDTH) for depth, pair in found.items()}


def slopes(seeds, kind="plain"):
    """How every unit's output changes with the input: {depth: (networks, POINTS, WIDTH)}."""
    return {depth: slope for depth, (_, slope) in along(tuple(seeds), kind).items()}


def gradient(slope, seed):
    """The slopes (POINTS,) of a random sum of a network's units, slope (POINTS, WIDTH)."""
    out = np.random.default_rng([seed, 20]).standard_normal(WIDTH)
    return slope @ out / np.sqrt(np.square(slope).sum(1).mean())


def likeness(slope, lag):
    """Mean cosine of slopes (S, points, units) at points `lag` apart, (S,).

    It is the correlation of the gradients of random sums of these units: 1 if they agree, 0 if
    they have nothing to do with each other.

    >>> print(likeness(np.array([[[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]]]), 2))
    [1.]
    """
    unit = slope / np.maximum(np.linalg.norm(slope, axis=2, keepdims=True), 1e-30)
    return (unit[:, lag:] * unit[:, :-lag]).sum(2).mean(1)


@replication(
    "R19",
    chapter="chapter_03",
    paper="Balduzzi, Frean, Leary, Lewis, Ma & McWilliams 2017, The shattered gradients problem: "
          "if resnets are the answer, then what is the question?, arXiv:1702.08591",
    quantity="how much the gradients at neighbouring inputs agree: their correlation 5 points "
             "apart, on a line of 128 from -2 to 2. With depth it falls in networks of ReLUs, "
             "fastest with batch norm, and much less with skip connections. 30 networks each of "
             "1, 4, 16 and 32 layers",
    tolerance="the paper shows curves, so what counts is their order, by three standard errors of "
              "each difference: less with 4 layers than with 1, with 16 than with 4, with 32 than "
              "with 16; at 32 layers less with batch norm than plain, and more with batch norm and "
              "skip connections than with batch norm alone (a first pilot set the design)",
)
def shattering(seeds):
    found = {kind: {depth: likeness(one, LAG) for depth, one in slopes(seeds, kind).items()}
             for kind in KINDS}
    plain, norm, skips = (found[kind] for kind in KINDS)
    pairs = [(plain[one], plain[other]) for one, other in zip(DEPTHS, DEPTHS[1:], strict=False)]
    pairs += [(plain[32], norm[32]), (skips[32], norm[32])]
    agrees = all(statistics.compare(statistics.paired(*pair)) == "more" for pair in pairs)

    def draw():
        with figures.panels("Depth shatters gradients, batch norm most; skips keep some",
                            crossings=False, digits=1, grain=0.05,
                            note=f"Mean of {len(plain[1])} networks") as axes:
            for kind, look in zip(KINDS, ("relu", "tanh", "sigmoid"), strict=True):
                colour, dash = figures.look(look)
                axes.plot(range(len(DEPTHS)), [found[kind][depth].mean() for depth in DEPTHS],
                          marker="o", color=colour, ls=dash, label=kind)
            axes.set_xticks(range(len(DEPTHS)), [str(depth) for depth in DEPTHS])
            axes.set(xlabel="layers", ylabel="correlation 5 points apart", ylim=(-0.05, 1.05))

    return Replica(
        {"pairs in the paper's order": len(pairs)},
        {"pairs in the paper's order": sum(
            statistics.compare(statistics.paired(*pair)) == "more" for pair in pairs)}
        | {f"{kind}, {depth} layers": statistics.interval(one)
           for kind, values in found.items() for depth, one in values.items()}, agrees,
        f"Correlation with {', '.join(map(str, DEPTHS))} layers: " + "; ".join(
            f"{kind} {', '.join(f'{max(one.mean(), 0):.2f}' for one in values.values())}"
            for kind, values in found.items()) + ".",
        seeds=len(seeds), draw=draw)
