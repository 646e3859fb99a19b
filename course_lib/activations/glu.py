"""Gated linear units: x is split in two halves along an axis, and one gates the other.

In a layer the halves are two projections of its input, xW and xV (Shazeer 2020).
"""

import numpy as np

from .gated import gelu, silu
from .linear import identity
from .primitives import gate, sigmoid, split_exp
from .rectifiers import relu
from .registry import define

SHAZEER = "Shazeer 2020, GLU variants improve Transformer, arXiv:2002.05202"
halving = dict(
    range="(-inf, inf)", kind="vector", units=2, monotone="n/a", bounded="no", zero_centred="no",
)


def halves(x, axis):
    if x.shape[axis] % 2:
        raise ValueError(f"a gated linear unit splits its input in two halves: it needs an axis "
                         f"of even length, got {x.shape[axis]}")
    return np.split(x, 2, axis=axis)


def first_gates(activation):
    """act(a) * b with the halves a and b, and its vector-Jacobian product."""
    act, slope = activation()

    def f(x, axis):
        a, b = halves(x, axis)
        return act(a) * b

    def vjp(x, g, axis):
        a, b = halves(x, axis)
        return np.concatenate([g * b * slope(a), g * act(a)], axis=axis)

    return f, vjp


@define(
    formula=r"a\,\sigma(b),\quad (a, b) = x", **halving, smooth="C^inf",
    paper="Dauphin, Fan, Auli & Grangier 2016, Language modeling with gated convolutional "
          "networks, arXiv:1612.08083",
    tier=1,
    keras="glu(axis=-1)", torch="F.glu(dim=-1)", jax="glu(axis=-1)",
    differences="The second half is the gate in all three; some model code has the first.",
)
def glu():
    def f(x, axis):
        a, b = halves(x, axis)
        return gate(a, b)

    def vjp(x, g, axis):
        a, b = halves(x, axis)
        front, back = split_exp(-np.abs(b))
        d = 1 + front * back
        return np.concatenate([g * sigmoid(b), g * a * front / d / d * back], axis=axis)

    return f, vjp


@define(
    formula=r"a\,\sigma(a)\,b,\quad (a, b) = x", **halving, smooth="as silu", paper=SHAZEER, tier=1,
)
def swiglu():
    return first_gates(silu)


@define(
    formula=r"a\,\Phi(a)\,b,\quad (a, b) = x", **halving, smooth="as gelu", paper=SHAZEER, tier=2,
)
def geglu():
    return first_gates(gelu)


@define(
    formula=r"\max(a, 0)\,b,\quad (a, b) = x", **halving, smooth="as relu", paper=SHAZEER, tier=2,
)
def reglu():
    return first_gates(relu)


@define(
    formula=r"a\,b,\quad (a, b) = x", **halving, smooth="as identity", paper=SHAZEER, tier=2,
)
def bilinear():
    return first_gates(identity)
