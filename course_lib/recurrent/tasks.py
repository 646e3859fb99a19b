"""A task that nothing but memory solves."""

import numpy as np


def memory(length, noise=0.3):
    """Remember the first of `length` inputs: +1 or -1, followed by noise of this deviation.

    Returns a function (count, rng) -> x (count, length, 1), y (count, 1): y is 1 where the first
    input was +1, else 0. After the Latching problem of Bengio, Simard & Frasconi 1994.

    >>> x, y = memory(5)(3, np.random.default_rng(0))
    >>> x.shape, bool(((x[:, 0] > 0) == y).all())
    ((3, 5, 1), True)
    """
    if length != int(length) or length < 1:
        raise ValueError(f"length counts the inputs, 1 or more; got {length!r}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is a deviation, 0 or more; got {noise!r}")

    def draw(count, rng):
        x = np.empty((count, int(length), 1), np.float32)
        rng.standard_normal(dtype=np.float32, out=x)
        x *= np.float32(noise)
        y = rng.integers(0, 2, (count, 1)).astype(np.float32)
        x[:, 0] = 2 * y - 1
        return x, y

    return draw
