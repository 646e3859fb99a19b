"""SELU's constants, and the point to which it pulls mean and variance."""

import numpy as np
from scipy.special import ndtr

from ... import activations, figures, statistics
from ...threads import one_blas_thread
from . import Replica, replication
from .propagation import uniform

WIDTH, LAYERS, NETWORKS, INPUTS = 128, 50, 2, 16
STARTS = {"mean 0, deviation 1": (0.0, 1.0), "mean 1, deviation 2": (1.0, 2.0)}
DOMAIN = {"mean": (-0.1, 0.1), "variance": (0.8, 1.5)}  # the paper's theorem 1
PAPER = {"lambda": 1.0507, "alpha": 1.6733, "d mean / d variance": 0.088834,
         "d variance / d variance": 0.782648, "norm of the Jacobian": 0.7877}
LAST = dict(zip(PAPER, (1e-4, 1e-4, 1e-6, 1e-6, 1e-4), strict=True))  # one in the last decimal


def constants():
    """lambda and alpha for which a standard normal z gives mean 0 and variance 1: exact."""
    root = np.exp(0.5) * ndtr(-1)            # E e^z over z < 0
    alpha = 1 / np.sqrt(2 * np.pi) / (0.5 - root)
    square = 0.5 + alpha ** 2 * (np.exp(2) * ndtr(-2) - 2 * root + 0.5)
    return 1 / np.sqrt(square), alpha


def moments(mean, variance, weight_sum=0.0, weight_squares=1.0):
    """Mean and variance after a layer, from those of its inputs (Klambauer et al. 2017, eq. 4, 5).

    The layer's units have weights whose sum and sum of squares are given: 0 and 1 at the start.
    """
    scale, alpha = constants()
    m, v = mean * weight_sum, variance * weight_squares
    s = np.sqrt(v)
    density = np.exp(-m * m / v / 2) / np.sqrt(2 * np.pi)
    once, twice = np.exp(m + v / 2) * ndtr(-(m + v) / s), np.exp(2 * (m + v)) * ndtr(
        -(m + 2 * v) / s)
    off = ndtr(-m / s)
    first = scale * (m * ndtr(m / s) + s * density + alpha * (once - off))
    second = scale ** 2 * ((m * m + v) * ndtr(m / s) + m * s * density
                           + alpha ** 2 * (twice - 2 * once + off))
    return np.array([first, second - first ** 2])


def jacobian(h=1e-5):
    """Slopes of `moments` at mean 0 and variance 1, [[d mean / d mean, d mean / d variance], ...].

    Differences over 2h: exact to about h squared.
    """
    columns = [(moments(*(np.array([0, 1]) + step)) - moments(*(np.array([0, 1]) - step))) / (2 * h)
               for step in h * np.eye(2)]
    return np.stack(columns, 1)


@one_blas_thread()
def through(start, seeds):
    """Mean and variance over units and inputs after each layer, two arrays (seeds, layers)."""
    selu, (centre, deviation) = activations.get("selu"), STARTS[start]
    found = np.empty((2, len(seeds), LAYERS))
    for mean, variance, seed in zip(*found, seeds, strict=True):
        rng = np.random.default_rng([seed, 3])
        h = (centre + deviation * rng.standard_normal((NETWORKS, INPUTS, WIDTH))).astype(np.float32)
        for layer in range(LAYERS):
            h = selu.f(h @ uniform(rng, NETWORKS, WIDTH, WIDTH, 1 / WIDTH))
            mean[layer], variance[layer] = h.mean(), h.var()
    return found


@replication(
    "R03",
    chapter="chapter_03",
    paper="Klambauer, Unterthiner, Mayr & Hochreiter 2017, Self-normalizing neural networks, "
          "arXiv:1706.02515",
    quantity="SELU's constants, calculated from the demand that mean 0 and variance 1 stay; the "
             "slopes of the map from one layer's mean and variance to the next one's at this "
             "point (their size, the norm, is below 1: the point attracts); and where mean and "
             "variance are after 50 layers of 128 units, with weights of variance 1/n",
    tolerance="constants and slopes to one in the last decimal that the paper prints; after 50 "
              "layers, by three standard errors, inside the paper's domain of attraction: mean "
              "within 0.1 of 0, variance from 0.8 to 1.5",
)
def self_normalising(seeds):
    (scale, alpha), slopes = constants(), jacobian()
    exact = dict(zip(PAPER, (scale, alpha, slopes[0, 1], slopes[1, 1],
                             np.linalg.norm(slopes, 2)), strict=True))
    agrees = all(abs(exact[name] - printed) <= LAST[name] for name, printed in PAPER.items())
    courses = {start: through(start, seeds) for start in STARTS}
    last = {f"{what} after {LAYERS} layers, from {start}": statistics.interval(values[:, -1])
            for start, course in courses.items()
            for what, values in zip(DOMAIN, course, strict=True)}
    for name, one in last.items():
        low, high = DOMAIN[name.split()[0]]
        agrees &= statistics.compare(one.shifted(-(low + high) / 2), (high - low) / 2) == "equal"

    def draw():
        with figures.panels("SELU pulls the variance to 1, from wherever it starts",
                            crossings=False, digits=2, grain=0.1,
                            note=f"Mean of {len(seeds) * NETWORKS} networks") as axes:
            for (start, (_, variance)), look in zip(courses.items(), ("relu", "selu"),
                                                    strict=True):
                axes.plot(range(1, LAYERS + 1), variance.mean(0), color=figures.look(look)[0],
                          label=start)
            axes.set(xlabel="layer", ylabel="variance of activations")

    ends = [f"{one.mean:.1f}" for name, one in last.items() if name.startswith("variance")]
    return Replica(
        PAPER | {name: {"mean": 0.0, "variance": 1.0}[name.split()[0]] for name in last},
        exact | last, agrees,
        f"lambda {scale:.7f}, alpha {alpha:.7f}; slopes {slopes[0, 1]:.6f} and {slopes[1, 1]:.6f}, "
        f"norm {np.linalg.norm(slopes, 2):.4f}. After {LAYERS} layers the variance is {ends[0]} "
        f"from a start at mean 0, deviation 1, and {ends[1]} from mean 1, deviation 2.",
        seeds=len(seeds), draw=draw)
