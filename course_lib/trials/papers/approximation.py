"""What the kind of activation decides, whatever the width."""

import numpy as np

from ..chapter_01.approximation import KINDS, WIDTHS, random_units
from . import Replica, replication


@replication(
    "R16",
    chapter="chapter_01",
    paper="Leshno, Lin, Pinkus & Schocken 1993, Multilayer feedforward networks with a "
          "nonpolynomial activation function can approximate any function, "
          "doi:10.1016/S0893-6080(05)80131-5",
    quantity="distance (root mean square over [-1, 1]) of |x| from the nearest network with one "
             "hidden layer of 5, 50 or 500 units and the activation x^2. All that such a network "
             "computes is a parabola; the best one, 15/16 x^2 + 3/16, is sqrt(1/192) away",
    tolerance="1e-9, for each width and each draw of hidden weights: the integral is computed "
              "exactly (Gauss and Legendre), so that only rounding is left",
)
def squares_make_parabolas(seeds):
    nodes, weights = np.polynomial.legendre.leggauss(8)  # exact up to degree 15 on either side of 0
    x = np.concatenate([(nodes - 1) / 2, (nodes + 1) / 2])
    weights = np.sqrt(np.tile(weights, 2) / 4)  # of the mean square over [-1, 1]
    measured = {f"width {width}": np.array([
        distance(random_units(KINDS["x^2"], width, seed, x), np.abs(x), weights)
        for seed in seeds]) for width in WIDTHS}
    target = np.sqrt(1 / 192)
    off = max(np.abs(found - target).max() for found in measured.values())
    agrees = bool(off <= 1e-9)
    return Replica(
        {width: target for width in measured},
        {width: found.mean() for width, found in measured.items()}, agrees,
        f"Mean distance at width {', '.join(map(str, WIDTHS))}: "
        f"{', '.join(f'{found.mean():.7f}' for found in measured.values())}; sqrt(1/192) is "
        f"{target:.7f}. {'All are' if agrees else 'Not all are'} within 1e-9 of it.",
        seeds=len(seeds))


def distance(units, goal, weights):
    """sqrt(sum (weights (goal - units c))^2) for the best output weights c; units (N, width)."""
    units, goal = units * weights[:, None], goal * weights
    best = np.linalg.lstsq(units, goal, rcond=1e-12)[0]
    return float(np.linalg.norm(units @ best - goal))
