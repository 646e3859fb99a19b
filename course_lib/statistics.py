"""From several seeds to a sentence: intervals, paired differences, equivalence, verdicts.

One network is an anecdote. Everything here takes one number a seed and says how sure we may be.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A mean over n seeds with its standard error and an interval [low, high] at `level`."""

    mean: float
    se: float
    low: float
    high: float
    n: int
    level: float = 0.95

    def shifted(self, by):
        """The same estimate of a quantity moved by a constant: to compare with another boundary."""
        return Estimate(self.mean + by, self.se, self.low + by, self.high + by, self.n, self.level)

    def __str__(self):
        return f"{self.mean:.3g} [{self.low:.3g}, {self.high:.3g}]"


def interval(values, level=0.95):
    """Mean of one number a seed, with Student's t interval (Student 1908).

    >>> print(interval([1.0, 2.0, 3.0]))
    2 [-0.484, 4.48]
    """
    values = np.asarray(values, float).ravel()
    if len(values) < 2:
        raise ValueError(f"an interval needs two seeds or more; got {len(values)}")
    if not 0 < level < 1:
        raise ValueError(f"level lies between 0 and 1, such as 0.95; got {level}")
    if not np.isfinite(values).all():
        raise ValueError(f"{int((~np.isfinite(values)).sum())} of {len(values)} values are not "
                         "finite: say what becomes of diverged networks before you average")
    from scipy.special import stdtrit  # imported here: it would slow down `import course_lib`
    mean, se = float(values.mean()), float(values.std(ddof=1) / sqrt(len(values)))
    reach = se * float(stdtrit(len(values) - 1, (1 + level) / 2))
    return Estimate(mean, se, mean - reach, mean + reach, len(values), level)


def paired(a, b, level=0.95):
    """The mean of a - b, seed by seed: what two choices share (the seed's luck) drops out.

    >>> print(paired([0.9, 0.8, 0.7], [0.8, 0.7, 0.6]))
    0.1 [0.1, 0.1]
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError("paired values come one a seed, in the same order: "
                         f"got shapes {a.shape} and {b.shape}")
    return interval(a - b, level)


def compare(estimate, margin=0.0):
    """What an estimate says about a margin: "more", "less", "equal" or "undecided".

    more       above +margin by three standard errors or more
    less       below -margin by as many
    equal      inside +-margin by as many: a test of equivalence (Schuirmann 1987), since an
               interval that merely contains 0 shows nothing
    undecided  anything else: strengthen the experiment, never the rule

    >>> compare(Estimate(2.0, 0.1, 1.8, 2.2, 10), margin=1.0)
    'more'
    """
    if margin < 0:
        raise ValueError(f"a margin is 0 or more; got {margin}")
    reach = 3 * estimate.se
    if estimate.mean - reach > margin:
        return "more"
    if estimate.mean + reach < -margin:
        return "less"
    if margin > 0 and abs(estimate.mean) + reach < margin:
        return "equal"
    return "undecided"


def share(hits, level=0.95):
    """The share of True among independent tries, with Wilson's interval (Wilson 1927).

    Its standard error is the interval's half width in units of the normal quantile, so that even
    all of n (or none) leaves a doubt that shrinks with n.

    >>> print(share([True] * 10))
    1 [0.722, 1]
    """
    hits = np.asarray(hits)
    if hits.dtype != bool or hits.ndim != 1 or not len(hits):
        raise ValueError("hits are one True or False a try; "
                         f"got shape {hits.shape} of {hits.dtype}")
    from scipy.special import ndtri  # imported here, as above
    n, p, z = len(hits), float(hits.mean()), float(ndtri((1 + level) / 2))
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Estimate(p, reach / z, max(0.0, middle - reach), min(1.0, middle + reach), n, level)


def steps_to(loss, target, window=1):
    """The first step (from 1) by which the mean loss of `window` steps is at most `target`.

    loss (..., steps), such as `Run.loss.values`; inf where it never is.

    >>> steps_to([[3.0, 2.0, 1.0, 0.5], [3.0, 3.0, 3.0, 3.0]], 1.0)
    array([ 3., inf])
    """
    loss = np.asarray(loss, float)
    if not 1 <= window <= loss.shape[-1]:
        raise ValueError(f"window lies between 1 and the {loss.shape[-1]} steps; got {window}")
    total = np.cumsum(np.insert(loss, 0, 0, -1), -1)
    mean = (total[..., window:] - total[..., :-window]) / window
    there = mean <= target
    return np.where(there.any(-1), there.argmax(-1) + window, np.inf)
