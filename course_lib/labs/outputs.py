"""What comes out of a function when its inputs follow a distribution, to quadrature's precision.

No random draws: a sentence made from these figures is the same on every machine.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

PANELS, CELLS, HALVINGS = 1400, 8000, 45
FAR = 14  # standard deviations: of e^(2z), sd 3, most lies around the sixth
WIDTHS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)  # of a bin: each puts a bin's centre on 0 and 1
MOST_BINS, FARTHEST = 32, 10.0  # an exponential's outputs would need an axis of thousands
FLAT = 0.01  # a smaller slope passes back less than a hundredth of the gradient


@dataclass(frozen=True)
class Normal:
    """A normal distribution of inputs."""

    mean: float
    sd: float

    @property
    def words(self):
        """What a sentence calls such inputs."""
        return f"Normal inputs (mean {self.mean:g}, sd {self.sd:g})"

    def interval(self, deviations):
        """Return the ends of the interval `deviations` standard deviations to either side."""
        return self.mean - deviations * self.sd, self.mean + deviations * self.sd

    def density(self, z):
        """Return the probability density at z (n,)."""
        return np.exp(-((z - self.mean) / self.sd) ** 2 / 2) / (self.sd * np.sqrt(2 * np.pi))

    def below(self, z):
        """Return the probability of an input below z (n,)."""
        from scipy.special import ndtr  # here: it would slow down the import of every lab

        return ndtr((z - self.mean) / self.sd)


@dataclass(frozen=True)
class Uniform:
    """A uniform distribution of inputs between `low` and `high`."""

    low: float
    high: float

    @property
    def words(self):
        """What a sentence calls such inputs."""
        return f"Inputs uniform from {self.low:g} to {self.high:g}"

    def interval(self, deviations):
        """Return all there is, whatever the number of standard deviations."""
        return self.low, self.high

    def density(self, z):
        """Return the probability density at z (n,)."""
        return ((z >= self.low) & (z <= self.high)) / (self.high - self.low)

    def below(self, z):
        """Return the probability of an input below z (n,)."""
        return np.clip((z - self.low) / (self.high - self.low), 0, 1)


class Outputs(NamedTuple):
    """What comes out: two moments, three shares, and a share of units for each bin."""

    mean: float
    second_moment: float  # E f(z)^2
    zero: float  # the share of units whose output is exactly 0
    flat: float  # the share of units whose slope is below FLAT in size
    bins: np.ndarray  # (edges - 1,)


def outputs(function, law, edges):
    """Return the `Outputs` of an elementwise function for inputs that follow a law.

    Args:
        function: an `Activation` with a derivative.
        law: `Normal` or `Uniform`.
        edges: of the bins, ascending (n,).
    """
    z, width = nodes(law, function.kinks)
    share, value, slope = law.density(z) * width, function.f(z), function.df(z)
    # Each node stands for a short piece of the axis, on which f is a straight line: its share is
    # spread evenly over what the piece becomes, or sits on one output where f is flat.
    right = law.interval(FAR)[0] + np.cumsum(width)
    run = abs(slope) * width
    start = value + np.minimum(slope * (right - z), slope * (right - width - z))
    below = np.clip((edges[:, None] - start) / np.maximum(run, 1e-12), 0, 1) @ share
    return Outputs(
        share @ value, share @ value ** 2,
        zero=probability(lambda z: function.f(z) == 0, law),
        # Two level sets, since a cell may hold both ends of a short piece around a slope of 0.
        flat=(probability(lambda z: function.df(z) < FLAT, law)
              - probability(lambda z: function.df(z) <= -FLAT, law)),
        bins=np.diff(below))


def nodes(law, kinks):
    """Return points, ascending, and widths (n,): sum(width * g(z)) is the integral of g.

    Gauss and Legendre's rule of three points on short panels, none of which holds a kink.
    """
    low, high = law.interval(FAR)
    inside = [kink for kink in kinks if low < kink < high]
    edges = np.unique(np.concatenate([np.linspace(low, high, PANELS + 1), inside]))
    x, weight = np.polynomial.legendre.leggauss(3)
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * weight).ravel()


def probability(condition, law):
    """Return the probability that an input meets a condition on z (n,) -> booleans (n,).

    Where it begins and ends to be met is found by bisection between the points of a grid, so that
    pieces shorter than a cell (0.006 at standard deviation 3) may be missed.
    """
    grid = np.linspace(*law.interval(8), CELLS + 1)
    met = condition(grid)
    turn = np.flatnonzero(met[1:] != met[:-1])
    left, right = grid[turn], grid[turn + 1]
    for _ in range(HALVINGS if len(turn) else 0):
        middle = (left + right) / 2
        same = condition(middle) == met[turn]
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    pieces = np.diff(law.below(np.concatenate([grid[:1], left, grid[-1:]])))
    first = 0 if met[0] else 1
    return float(pieces[first::2].sum())


def bin_edges(functions, law):
    """Return the edges of bins (n,) that hold what these functions make of nearly all inputs."""
    z = np.linspace(*law.interval(3), 501)
    values = np.concatenate([[0.0], *(function.f(z) for function in functions)])
    low, high = np.clip([values.min(), values.max()], -FARTHEST, FARTHEST)
    width = next((one for one in WIDTHS if (high - low) / one < MOST_BINS), WIDTHS[-1])
    return width * (np.arange(np.floor(low / width + 0.5), np.ceil(high / width - 0.5) + 2) - 0.5)
