"""How unevenly a deep network stretches small changes of its input."""

import numpy as np

from ... import figures, initialisation, statistics
from ...threads import one_blas_thread
from . import Replica, replication
from .propagation import uniform

WIDTH, DEPTHS = 128, (2, 8)
INPUTS = 2  # at which each network's Jacobian is taken
NETWORKS = {"orthogonal": 2, "independent": 4}  # of one seed
KINDS = {  # weights, whether there are ReLUs, and what a layer adds to the unevenness
    "linear, orthogonal": ("orthogonal", False, 0),
    "linear, independent": ("independent", False, 1),
    "ReLU, orthogonal": ("orthogonal", True, 1), "ReLU, independent": ("independent", True, 2),
}


def unevenness(J):
    """Variance of the squared singular values of J (..., n, n) over the square of their mean.

    They are the eigenvalues of J J^T, so traces tell: no decomposition is needed.
    """
    square = J @ J.swapaxes(-1, -2)
    n = J.shape[-1]
    first = np.trace(square, axis1=-2, axis2=-1) / n
    second = np.square(square).sum((-2, -1)) / n
    return second / first ** 2 - 1


def weights(kind, rng):
    """One layer's weights (networks, WIDTH, WIDTH) that keep a signal's size without activation."""
    if kind == "independent":
        return uniform(rng, NETWORKS[kind], WIDTH, WIDTH, 1 / WIDTH)
    return np.stack([initialisation.orthogonal(WIDTH, WIDTH, rng)[0].astype(np.float32)
                     for _ in range(NETWORKS[kind])])


@one_blas_thread()
def by_depth(kind, seeds):
    """Unevenness of the Jacobian at random inputs: (2, seeds, depths), linear and with ReLU.

    The Jacobian is the product of the layers' weights, each behind its units' slopes, 0 or 1.
    """
    found = np.empty((2, len(seeds), len(DEPTHS)))
    for s, seed in enumerate(seeds):
        rng = np.random.default_rng([seed, 11])
        h = rng.standard_normal((NETWORKS[kind], INPUTS, 1, WIDTH), dtype=np.float32)
        linear = rectified = np.eye(WIDTH, dtype=np.float32)
        for layer in range(1, max(DEPTHS) + 1):
            W = weights(kind, rng)[:, None]  # the same for all inputs
            h, linear, rectified = h @ W * np.sqrt(2), linear @ W, rectified @ W * np.sqrt(2)
            rectified, h = rectified * (h > 0), np.maximum(h, 0)
            if layer in DEPTHS:
                found[:, s, DEPTHS.index(layer)] = [
                    unevenness(J).mean() for J in (linear, rectified)]
    return found


@replication(
    "R11",
    chapter="chapter_03",
    paper="Saxe, McClelland & Ganguli 2014, Exact solutions to the nonlinear dynamics of learning "
          "in deep linear neural networks, arXiv:1312.6120; Pennington, Schoenholz & Ganguli 2017, "
          "Resurrecting the sigmoid in deep learning through dynamical isometry, arXiv:1711.04735; "
          "the same 2018, The emergence of spectral universality in deep networks, "
          "arXiv:1802.09979",
    quantity="how unevenly a network of L layers stretches small changes of its input: the "
             "variance of the squared singular values of its Jacobian over the square of their "
             "mean. 0 for orthogonal weights without activation, L for independent weights, L "
             "for orthogonal ones with ReLU, 2L for independent ones with ReLU. Here L = 2 and 8, "
             "layers of 128 units",
    tolerance="0 to 1e-5, float32's rounding; the others within 15 % by three standard errors "
              "(the papers' values are those of infinitely wide layers; the margin follows an "
              "earlier measurement with other seeds and widths)",
)
def isometry(seeds):
    target, measured, agrees, whole = {}, {}, True, {}
    both = {kind: by_depth(kind, seeds) for kind in NETWORKS}
    for kind, (drawn, rectified, each) in KINDS.items():
        found = whole[kind] = both[drawn][int(rectified)]
        for depth, values in zip(DEPTHS, found.T, strict=True):
            name = f"{kind}, L = {depth}"
            target[name], measured[name] = each * depth, statistics.interval(values)
            if each:
                off = statistics.interval(values / target[name] - 1)
                agrees &= statistics.compare(off, 0.15) == "equal"
            else:
                agrees &= bool(np.abs(values).max() <= 1e-5)

    def draw():
        with figures.panels("Orthogonal weights stretch evenly; ReLU and other weights do not",
                            digits=2, grain=1, note=f"Bars: {DEPTHS[-1]} layers, mean over "
                            "networks; lines: calculated") as axes:
            axes.bar(list(KINDS), [whole[kind][:, -1].mean() for kind in KINDS], width=0.6,
                     color=figures.look("sigmoid")[0])
            for place, (*_, each) in enumerate(KINDS.values()):
                axes.plot([place - 0.4, place + 0.4], [each * DEPTHS[-1]] * 2, "-", color="black")
            axes.set(ylabel="unevenness")

    return Replica(
        target, measured, agrees,
        f"With L = {DEPTHS[0]} and {DEPTHS[1]}: " + "; ".join(
            f"{kind} {' and '.join(f'{abs(one):.1f}' for one in found.mean(0))}"
            for kind, found in whole.items()) + ".",
        seeds=len(seeds), draw=draw)
