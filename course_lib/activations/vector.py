"""Functions of a whole vector: softmax and its relatives, CReLU, maxout.

Each has f(x, axis) and vjp(x, g, axis), the gradient of sum(g * f(x)) with respect to x.
"""

import math

import numpy as np

from .registry import at_least_one, define


def below_maximum(x, axis):
    """x less its maximum, with limits at the infinities.

    One +inf stands infinitely far above the rest; between several equal infinite maxima there is
    no limit, so they become nan.
    """
    top = x.max(axis=axis, keepdims=True)
    first = x == top
    tie = np.isinf(top) & (total(first, axis) > 1)
    return np.where(first, 0, x - top) + np.where(first & tie, x.dtype.type(np.nan), 0)


def without_winner(s, values, axis):
    """The values with a 0 where s is 0 first: at the maximum's own place."""
    winner = np.expand_dims(np.argmax(s, axis=axis), axis)
    out = values.copy()
    np.put_along_axis(out, winner, 0, axis=axis)
    return out, winner


def total(x, axis):
    return x.sum(axis=axis, keepdims=True)


@define(
    formula=r"\frac{e^{x_i}}{\sum_j e^{x_j}}", range="simplex", bounds=(0, 1), kind="vector",
    monotone="n/a", smooth="C^inf", bounded="yes", zero_centred="no",
    paper="Bridle 1990", tier=1,
    keras="softmax(axis=-1)", torch="F.softmax(dim)", jax="softmax(axis=-1)",
    tensorflow="softmax(axis=-1)",
    differences="PyTorch has no default axis. A row of -inf gives nan everywhere.",
)
def softmax():
    def f(x, axis):
        e = np.exp(below_maximum(x, axis))
        return np.where(e == 0, 0, e / total(e, axis))  # 0 beside two +inf, too

    def vjp(x, g, axis):
        # p_i (g_i - sum_j p_j g_j) counts g from its value at the maximum: where p is nearly 1,
        # g_i - sum_j p_j g_j would cancel to 0, as s (1 - s) does.
        p = f(x, axis)
        winner = np.expand_dims(np.argmax(p, axis=axis), axis)
        d = g - np.take_along_axis(g, winner, axis=axis)
        return p * (d - total(p * d, axis))

    return f, vjp


@define(
    formula=r"x_i - \ln \sum_j e^{x_j}", range="(-inf, 0]", bounds=(-math.inf, 0), kind="vector",
    monotone="n/a", smooth="C^inf", bounded="above", zero_centred="no",
    paper="", aliases=("logsoftmax",), tier=1,
    keras="log_softmax(axis=-1)", torch="F.log_softmax(dim)", jax="log_softmax(axis=-1)",
    tensorflow="log_softmax(axis=-1)",
    differences="PyTorch has no default axis.",
)
def log_softmax():
    def f(x, axis):
        s = below_maximum(x, axis)
        rest, _ = without_winner(s, np.exp(s), axis)
        return np.where(np.isinf(s), s, s - np.log1p(total(rest, axis)))  # the sum is 1 + rest

    def vjp(x, g, axis):
        # g_i - p_i sum_j g_j; at the maximum, where p is nearly 1, (1 - p) g_i - p sum_others.
        s = below_maximum(x, axis)
        e = np.exp(s)
        rest, winner = without_winner(s, e, axis)
        rest = total(rest, axis)
        p = e / (1 + rest)
        out = g - p * total(g, axis)
        others, _ = without_winner(s, g, axis)
        top = (rest * np.take_along_axis(g, winner, axis=axis) - total(others, axis)) / (1 + rest)
        np.put_along_axis(out, winner, top, axis=axis)
        return out

    return f, vjp


@define(
    formula=r"\max(x_i - \tau(x),\, 0),\quad \sum_i \max(x_i - \tau(x),\, 0) = 1",
    range="simplex", bounds=(0, 1), kind="vector",
    monotone="n/a", smooth="C^0", bounded="yes", zero_centred="no",
    paper="Martins & Astudillo 2016, From softmax to sparsemax, arXiv:1602.02068", tier=2,
    keras="sparsemax(axis=-1)",
    differences="Keras (3.15) adds up the running sums instead of taking the last of them: its "
                "rows need not sum to 1; (0.5, 0) becomes (0.5, 0) there and (0.75, 0.25) here.",
)
def sparsemax():
    def f(x, axis):
        s = below_maximum(x, axis)
        ordered = -np.sort(-s, axis=axis)
        count = np.arange(1, x.shape[axis] + 1, dtype=x.dtype)
        count = count.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
        sums = np.cumsum(ordered, axis=axis)
        # The support: the k largest, for the largest k with 1 + k x_(k) > x_(1) + ... + x_(k).
        inside = 1 + count * ordered > sums
        size = np.maximum(total(inside, axis), 1).astype(x.dtype)
        tau = (total(np.where(inside, ordered, 0), axis) - 1) / size
        return np.where(np.isinf(s), 0, np.maximum(s - tau, 0))

    def vjp(x, g, axis):
        support = f(x, axis) > 0
        inside = np.where(support, g, 0)
        size = np.maximum(total(support, axis), 1).astype(x.dtype)
        return np.where(support, g - total(inside, axis) / size, 0)

    return f, vjp


@define(
    formula=r"(\max(x, 0),\ \max(-x, 0))", range="[0, inf)", bounds=(0, math.inf), kind="vector",
    units=0.5, kinks=(0.0,),
    monotone="per half", smooth="C^0", bounded="below", zero_centred="no",
    paper="Shang, Sohn, Almeida & Lee 2016, arXiv:1603.05201", tier=2,
    tensorflow="crelu(axis=-1)",
)
def crelu():
    def f(x, axis):
        return np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis=axis)

    def vjp(x, g, axis):
        plus, minus = np.split(g, 2, axis=axis)
        return np.where(x > 0, plus, 0) - np.where(x < 0, minus, 0)

    return f, vjp


@define(
    formula=r"\max_{j = 1 \ldots k}\, x_j", range="(-inf, inf)", kind="vector",
    units=lambda pieces: pieces,
    monotone="convex", smooth="C^0", bounded="no", zero_centred="depends",
    paper="Goodfellow, Warde-Farley, Mirza, Courville & Bengio 2013, arXiv:1302.4389", tier=1,
    differences="Neighbours along the axis form a group, as in the authors' code. Between equal "
                "pieces the first takes the gradient; PyTorch's amax shares it.",
)
def maxout(pieces: at_least_one = 2):
    def groups(x, axis):
        x = np.moveaxis(x, axis, -1)
        if x.shape[-1] % pieces:
            raise ValueError(f"maxout with {pieces} pieces needs an axis whose length is a "
                             f"multiple of {pieces}, got {x.shape[-1]}")
        return x.reshape(*x.shape[:-1], x.shape[-1] // pieces, pieces)

    def f(x, axis):
        return np.moveaxis(groups(x, axis).max(axis=-1), -1, axis)

    def vjp(x, g, axis):
        grouped = groups(x, axis)
        winner = np.argmax(grouped, axis=-1)[..., None]
        out = np.where(np.arange(pieces) == winner, np.moveaxis(g, axis, -1)[..., None], 0)
        return np.moveaxis(out.reshape(np.moveaxis(x, axis, -1).shape), -1, axis)

    return f, vjp
