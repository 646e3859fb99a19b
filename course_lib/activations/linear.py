"""The identity, and functions that follow a line far from zero: bent lines and shrinkages."""

import math

import numpy as np

from .primitives import capped
from .registry import define, non_negative


@define(
    formula=r"x", range="(-inf, inf)", bounds=(-math.inf, math.inf),
    monotone="yes", smooth="C^inf", bounded="no", zero_centred="yes",
    paper="", aliases=("linear",), tier=1,
    keras="linear", torch="nn.Identity", jax="identity", tensorflow=None,
)
def identity():
    def f(x):
        return x.copy()

    def df(x):
        return np.ones_like(x)

    return f, df


@define(
    formula=r"\frac{\sqrt{x^2 + 1} - 1}{2} + x", range="(-inf, inf)",
    monotone="yes", smooth="C^inf", bounded="no", zero_centred="yes",
    paper="no paper (Wikipedia's list)", tier=3,
)
def bent_identity():
    def f(x):
        t = capped(x)
        return x * (1 + 0.5 * (t / (np.hypot(t, 1) + 1)))  # the root less 1 is x^2 / (root + 1)

    def df(x):
        x = capped(x)
        return 1 + 0.5 * (x / np.hypot(x, 1))

    return f, df


@define(
    formula=r"x - \tanh x", range="(-inf, inf)",
    monotone="yes", smooth="C^inf", bounded="no", zero_centred="yes",
    paper="", aliases=("tanh_shrink",), tier=3,
    keras="tanh_shrink", torch="F.tanhshrink",
)
def tanhshrink():
    def f(x):
        # Near 0 the difference cancels. Lambert's fraction tanh x = x / (1 + x^2/(3 + x^2/(5 + ...
        # = x / (1 + c) gives x - tanh x = x c / (1 + c), where nothing does.
        y = np.minimum(x * x, 4)
        c = y / 29
        for odd in range(27, 1, -2):
            c = y / (odd + c)
        return np.where(np.abs(x) < 2, x * c / (1 + c), x - np.tanh(x))

    def df(x):
        return np.tanh(x) ** 2

    return f, df


@define(
    formula=r"\mathrm{sign}(x)\,\max(|x| - \lambda,\, 0)", range="(-inf, inf)",
    kinks=lambda threshold: tuple(sorted({-threshold, threshold})),
    monotone="yes", smooth="C^0", bounded="no", zero_centred="yes",
    paper="Donoho 1995 (soft thresholding); Gregor & LeCun 2010 (LISTA)",
    aliases=("softshrink", "soft_thresholding"), tier=2,
    keras="soft_shrink(threshold=0.5)", torch="F.softshrink(lambd=0.5)",
    differences="Keras returns 0 for nan.",
)
def soft_shrink(threshold: non_negative = 0.5):
    def f(x):
        return x - np.clip(x, -threshold, threshold)

    def df(x):
        return (np.abs(x) > threshold).astype(x.dtype)

    return f, df


@define(
    formula=r"x\,[\,|x| > \lambda\,]",
    range=lambda threshold: f"(-inf, {-threshold:.6g}) u {{0}} u ({threshold:.6g}, inf)",
    kinks=lambda threshold: tuple(sorted({-threshold, threshold})),
    monotone="yes", smooth="discontinuous", bounded="no", zero_centred="yes",
    paper="", aliases=("hardshrink", "hard_thresholding"), tier=3,
    keras="hard_shrink(threshold=0.5)", torch="F.hardshrink(lambd=0.5)",
    differences="Keras returns 0 for nan; PyTorch and this catalogue nan.",
)
def hard_shrink(threshold: non_negative = 0.5):
    def f(x):
        return np.where(np.abs(x) > threshold, x, 0)

    def df(x):
        return (np.abs(x) > threshold).astype(x.dtype)

    return f, df
