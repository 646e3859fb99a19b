"""Pieces that several definitions are built from, written so that no digits are lost.

e = exp(-|x|) never overflows, and nothing here subtracts two numbers that are nearly equal.
"""

import math

import numpy as np


def capped(x):
    """x with the infinities brought in to the largest number, so that 0 * x is 0."""
    largest = np.finfo(x.dtype).max
    return np.clip(x, -largest, largest)


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1 + e)  # 1 on the right, e on the left; `where` is slower


def sigmoid_slope(x):
    """e / (1+e)^2, and not s (1 - s): that is 0 as soon as s rounds to 1."""
    e = np.exp(-np.abs(x))
    return e / (1 + e) / (1 + e)


def tanh_slope(x):
    """1 - tanh(x)^2 as 4q / (1+q)^2 with q = exp(-2|x|), for the same reason."""
    q = np.exp(-2 * np.abs(x))
    return 4 * q / (1 + q) / (1 + q)


def split_exp(z):
    """exp(z) as front * back, for products x * exp(z) that are numbers where exp(z) is not.

    Far left exp(z) underflows; x * front * back keeps every digit that the product has.
    """
    tail = z < -40
    return np.exp(np.where(tail, z + 32, z)), np.where(tail, z.dtype.type(math.exp(-32)), 1)


def gate(x, z):
    """x * sigmoid(z)."""
    front, back = split_exp(-np.abs(z))
    d = 1 + front * back
    return np.where(z >= 0, x / d, x * front / d * back)


def gate_slope(z, xdz):
    """d/dx of x * sigmoid(z(x)), that is sigmoid(z) * (1 + xdz * sigmoid(-z)), xdz = x * dz/dx.

    Over the common denominator: 1 + xdz is exact where the slope is least, so that the sum of
    terms with different signs costs one rounding.
    """
    e = np.exp(-np.abs(z))
    d = 1 + e
    return np.where(z >= 0, d + xdz * e, e * (1 + xdz + e)) / d / d


def silu_slope(z):
    """s(z) * (1 + z s(-z)), the derivative of z * sigmoid(z)."""
    z = capped(z)
    return gate_slope(z, z)


def times_cdf(x):
    """x * Phi(x) for the standard normal Phi, in float64 (scipy has no erfc in true float32).

    Phi(x) = erfc(-x / sqrt 2) / 2; in the left tail erfc(a) = erfcx(a) exp(-a^2), which
    underflows later.
    """
    from scipy.special import erfc, erfcx

    x = np.maximum(x.astype(np.float64), -100)  # 0 * -inf has no value
    out = 0.5 * x * erfc(-math.sqrt(0.5) * x)
    tail = x < -1
    t = x[tail]
    out[tail] = 0.5 * t * erfcx(-math.sqrt(0.5) * t) * np.exp(-0.5 * t * t)
    return out


def times_cdf_slope(x):
    """Phi(x) + x phi(x), the derivative of x * Phi(x), in float64."""
    from scipy.special import erfc, erfcx

    x = np.clip(x.astype(np.float64), -100, 100)  # beyond, the result is 0 or 1
    bell = np.exp(-0.5 * x * x)
    out = 0.5 * erfc(-math.sqrt(0.5) * x) + x * bell / math.sqrt(2 * math.pi)
    tail = x < -1
    t = x[tail]
    out[tail] = (0.5 * erfcx(-math.sqrt(0.5) * t) + t / math.sqrt(2 * math.pi)) * bell[tail]
    return out
