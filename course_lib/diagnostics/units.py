"""Counts over a layer's units, for arrays (..., B, H): B examples, H units, any axes before.

Plain numpy on plain arrays: the engine's layers and those of a Keras model are counted alike.
"""

import numpy as np

SATURATED = 0.05  # of the function's largest slope: at or below it a unit hardly learns


def moments(a):
    """Mean, second moment and variance of a layer's values, over examples and units (...,).

    The second moment, the mean square, is what weights of mean zero carry into the next layer (He
    et al. 2015, eq. 7); the variance leaves out the square of the mean.

    >>> [float(one) for one in moments(np.array([[1.0, 3.0], [1.0, 3.0]]))]
    [2.0, 5.0, 1.0]
    """
    a = _layer(a)
    mean, second = a.mean((-2, -1)), np.square(a).mean((-2, -1))
    return mean, second, second - np.square(mean)


def states(slope):
    """Shares of units that are dead, inactive on some examples, and always on: three (...,).

    A unit whose slope is exactly 0 for every example hears nothing: dead on these data. Slope 0 for
    some is what a ReLU is for. The three shares add up to 1.

    >>> dead, inactive, on = states(np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0]]))
    >>> print(*(f"{float(one):.2f}" for one in (dead, inactive, on)))
    0.33 0.33 0.33
    """
    off = _layer(slope) == 0
    dead, on = off.all(-2).mean(-1), (~off.any(-2)).mean(-1)
    return dead, 1 - dead - on, on


def saturated(slope, largest=1.0):
    """Share of examples and units whose |slope| is at most 5 % of the function's `largest` (...,).

    >>> float(saturated(np.array([[0.25, 0.01]]), largest=0.25))
    0.5
    """
    if not largest > 0:
        raise ValueError(f"the largest slope of a function is above 0; got {largest}")
    return (np.abs(_layer(slope)) <= SATURATED * largest).mean((-2, -1))


def directions(a):
    """Sum of the examples' directions a / |a| (..., H), and how many are not zero (...,)."""
    a = _layer(a)
    square, known = _squares(a)
    if not known:
        scale = np.abs(a).max(-1, keepdims=True)
        a = np.divide(a, scale, out=np.zeros_like(a), where=scale > 0)
        square, _ = _squares(a)
        a[~(square > 0)] = 0  # zero, or not a number: no direction
    found = square > 0
    weight = np.divide(1, np.sqrt(square), out=np.zeros_like(square), where=found)
    return np.matmul(weight[..., None, :], a)[..., 0, :], found.sum(-1)


def mean_cosine(total, count):
    """The mean cosine over pairs of different examples, from the sums of `directions`.

    NaN where fewer than two examples have a direction.
    """
    total, count = np.asarray(total, float), np.asarray(count, float)
    pairs = count * (count - 1)
    return np.divide(np.square(total).sum(-1) - count, pairs,
                     out=np.full(count.shape, np.nan), where=pairs > 0)


def cosine(a):
    """Mean cosine similarity of the outputs for different examples (...,): 1 if all look alike.

    Examples for which the whole layer gives zero have no direction and are left out.

    >>> float(cosine(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])).round(3))
    0.333
    """
    return mean_cosine(*directions(a))


def rms(values):
    """The root of the mean square over examples and units (...,), whatever the numbers' size."""
    values = _layer(values)
    values = values.reshape(*values.shape[:-2], -1)
    square, known = _squares(values)
    if known:
        return np.sqrt(square / values.shape[-1])
    scale = np.abs(values).max(-1, keepdims=True)
    safe = np.where(np.isfinite(scale) & (scale > 0), scale, 1)
    return np.sqrt(_squares(values / safe)[0] / values.shape[-1]) * safe[..., 0]


def _squares(values):
    """Sums of squares along the last axis, and whether they are all known well: squares of very
    small or large numbers leave the floats, and are then to be taken in units of the largest."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.vecdot(values, values)
    return total, bool(((total > 1e-280) & (total < 1e300)).all())


def _layer(values):
    values = np.asarray(values, float)
    if values.ndim < 2 or 0 in values.shape:
        raise ValueError("a layer's values have shape (..., examples, units), one or more of each; "
                         f"got {values.shape}")
    return values
