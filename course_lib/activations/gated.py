"""Functions of the form x times a gate between 0 and 1: GELU, SiLU, Mish and their relatives."""

import math

import numpy as np

from .primitives import (
    capped,
    gate,
    gate_slope,
    silu_slope,
    tanh_slope,
    times_cdf,
    times_cdf_slope,
)
from .primitives import sigmoid as logistic
from .registry import define, finite

SILU_MINIMUM = -0.27846454276107379511  # -W(1/e), at x = -1.278464542761074

gating = dict(
    monotone="no", smooth="C^inf", bounded="below", zero_centred="no",
)


@define(
    formula=r"x\,\Phi(x) = \frac{x}{2}\left(1 + \mathrm{erf}\left(\frac{x}{\sqrt{2}}\right)\right)",
    range="[-0.16997, inf)", bounds=(-0.16997120747990366, math.inf), **gating,
    paper="Hendrycks & Gimpel 2016, Gaussian error linear units, arXiv:1606.08415", tier=1,
    keras="gelu(approximate=False)", torch="F.gelu(approximate='none')",
    jax="gelu(approximate=False), default True", tensorflow="gelu(approximate=False)",
    differences="The default is this exact form in Keras, TensorFlow and PyTorch, the tanh form "
                "(gelu_tanh) in JAX and Flax. In float64 TensorFlow passes its constants through "
                "float32: relative error 4e-9 to 6e-7.",
)
def gelu():
    def f(x):
        return times_cdf(x).astype(x.dtype)

    def df(x):
        return times_cdf_slope(x).astype(x.dtype)

    return f, df


@define(
    formula=r"\frac{x}{2}\left(1 + \tanh\left(\sqrt{\frac{2}{\pi}}\,(x + 0.044715\,x^3)\right)"
            r"\right)",
    range="[-0.17004, inf)", bounds=(-0.17004075057125405, math.inf), **gating,
    paper="Hendrycks & Gimpel 2016, Gaussian error linear units, arXiv:1606.08415",
    aliases=("gelu_new", "gelu_pytorch_tanh", "gelu_fast"), tier=1,
    keras="gelu(approximate=True)", torch="F.gelu(approximate='tanh')",
    jax="gelu(approximate=True)", tensorflow="gelu(approximate=True)",
    differences="JAX and Flax call this gelu. The gradient of all four is nan far from 0: "
                "beyond 1e154 in float64, 1e19 in float32.",
)
def gelu_tanh():
    a = 2 * math.sqrt(2 / math.pi)  # (1 + tanh u) / 2 = sigmoid(2u), and 2u = t (a + b t^2)
    b = 0.044715 * a

    def f(x):
        t = np.clip(x, -30, 30)  # beyond, the gate is 0 or 1, and t^3 stays small
        return gate(np.maximum(x, -30), t * (a + b * t * t))

    def df(x):
        t = np.clip(x, -30, 30)
        return gate_slope(t * (a + b * t * t), t * (a + 3 * b * t * t))

    return f, df


@define(
    formula=r"x\,\sigma(1.702\,x)",
    range="[-0.1636, inf)", bounds=(SILU_MINIMUM / 1.702, math.inf), **gating,
    paper="Hendrycks & Gimpel 2016, Gaussian error linear units, arXiv:1606.08415", tier=2,
)
def quick_gelu():
    return swish(1.702)


@define(
    formula=r"x\,\sigma(x) = \frac{x}{1 + e^{-x}}",
    range="[-0.27846, inf)", bounds=(SILU_MINIMUM, math.inf), **gating,
    paper="Hendrycks & Gimpel 2016 (the name); Elfwing, Uchibe & Doya 2017, arXiv:1702.03118; "
          "Ramachandran, Zoph & Le 2017, arXiv:1710.05941",
    aliases=("swish", "swish-1", "sil"), tier=1,
    keras="silu / swish", torch="F.silu / nn.SiLU", jax="silu / swish",
    tensorflow="silu(beta=1.0) / swish(beta=1.0)",
    differences="nan at -inf in Keras, PyTorch and JAX; the limit is 0.",
)
def silu():
    return swish(1.0)


def swish_range(beta):
    low, high = swish_bounds(beta)
    left = "(-inf" if low == -math.inf else f"[{low:.5g}"
    return f"{left}, inf)" if high == math.inf else f"{left}, {high:.5g}]"


def swish_bounds(beta):
    if beta == 0:
        return -math.inf, math.inf
    end = SILU_MINIMUM / beta
    return (end, math.inf) if beta > 0 else (-math.inf, end)


@define(
    formula=r"x\,\sigma(\beta x)", range=swish_range, bounds=swish_bounds,
    bounded=lambda beta: "below" if beta > 0 else "above" if beta < 0 else "no",
    monotone=lambda beta: "no" if beta else "yes",
    smooth="C^inf", zero_centred="no",
    paper="Ramachandran, Zoph & Le 2017, Searching for activation functions, arXiv:1710.05941",
    tier=2,
    tensorflow="silu(beta)",
    differences="In Keras, PyTorch and JAX the name swish means SiLU (beta = 1).",
)
def swish(beta: finite = 1.0):
    def f(x):
        z = beta * capped(x)
        # Where the gate closes, x must be a number: 0 * -inf has no value, and the limit is 0.
        return gate(np.where(z < 0, capped(x), x), z)

    def df(x):
        return silu_slope(beta * capped(x))

    return f, df


@define(
    formula=r"(p_1 - p_2)\,x\,\sigma(\beta (p_1 - p_2)\,x) + p_2 x",
    range=lambda p1, p2, beta: swish_range(beta) if p1 and not p2 else "(-inf, inf)",
    bounds=lambda p1, p2, beta: swish_bounds(beta) if p1 and not p2 else (-math.inf, math.inf),
    monotone="depends", smooth="C^inf", zero_centred="no",
    bounded=lambda p1, p2, beta: "below" if p1 and not p2 and beta > 0 else "no",
    paper="Ma, Zhang, Liu & Sun 2020, Activate or not, arXiv:2009.04759", tier=2,
)
def acon_c(p1: finite = 1.0, p2: finite = 0.0, beta: finite = 1.0):
    d, mean = p1 - p2, (p1 + p2) / 2

    def f(x):
        z = beta * d * capped(x)
        far = sum(p * gate(np.where(side < 0, capped(x), x), side)
                  for p, side in ((p1, z), (p2, -z)) if p)
        # Near 0 the two terms may cancel (p1 = -p2): there, even and odd part apart.
        return np.where(np.abs(z) < 1, x * (mean + d / 2 * np.tanh(z / 2)), far)

    def df(x):
        z = capped(beta * d * capped(x))
        t = np.tanh(z / 2)
        near = mean + d * (t / 2 + z * (1 - t * t) / 4)
        return np.where(np.abs(z) < 1, near, p1 * silu_slope(z) + p2 * silu_slope(-z))

    return f, df


@define(
    formula=r"x \tanh(\ln(1 + e^{x}))",
    range="[-0.30884, inf)", bounds=(-0.30884341301725041, math.inf), **gating,
    paper="Misra 2019, Mish, arXiv:1908.08681", tier=1,
    keras="mish", torch="F.mish", jax="mish",
    differences="nan at -inf in Keras, PyTorch and JAX; the limit is 0.",
)
def mish():
    # With n = e^x and w = n (n + 2), tanh(ln(1 + n)) = w / (w + 2).
    def f(x):
        n = np.exp(np.minimum(x, 20))
        w = n * (n + 2)
        return np.maximum(x, -1000) * (w / (w + 2))

    def df(x):
        t = np.clip(x, -1000, 40)
        n = np.exp(t)
        w = n * (n + 2)
        d = w + 2
        right = w / d + 4 * t * (n / d) * ((n + 1) / d)
        # The same over one denominator, in powers of n; left of -1 the two terms above cancel.
        left = 4 * n / d * ((1 + t + n * (1.5 + t + n + 0.25 * n * n)) / d)
        return np.where(x > -1, right, left)

    return f, df


@define(
    formula=r"x \tanh(e^{x})",
    range="[-0.35329, inf)", bounds=(-0.35328577784821127, math.inf), **gating,
    paper="Liu & Di 2020, TanhExp, arXiv:2003.09855; again as TeLU: Fernandez & Mali 2024, "
          "arXiv:2412.20269",
    aliases=("telu",), tier=3,
)
def tanhexp():
    def f(x):
        return np.maximum(x, -1000) * np.tanh(np.exp(x))

    def df(x):
        t = np.clip(x, -1000, 20)
        n = np.exp(t)
        return np.tanh(n) + t * n * tanh_slope(n)

    return f, df


@define(
    formula=r"x\,\mathrm{erf}(\ln(1 + e^{x}))",
    range="[-0.34844, inf)", bounds=(-0.34843745875960642, math.inf), **gating,
    paper="Nag & Bhattacharyya 2021, SERF, arXiv:2108.09598", tier=3,
)
def serf():
    from .rectifiers import softplus

    plus, _ = softplus()

    def f(x):
        from scipy.special import erf

        return np.maximum(x, -1000) * erf(plus(x))

    def df(x):
        from scipy.special import erf

        t = np.clip(x, -1000, 1000)
        s = plus(t)
        return erf(s) + 2 / math.sqrt(math.pi) * t * np.exp(-s * s) * logistic(t)

    return f, df


@define(
    formula=r"x \tanh(x\,\Phi(x))", range="[0, inf)", bounds=(0, math.inf), **gating,
    paper="Naveen 2022, Phish (TechRxiv)", tier=3,
)
def phish():
    def f(x):
        return (np.maximum(x, -1000) * np.tanh(times_cdf(x))).astype(x.dtype)

    def df(x):
        t = np.clip(x, -1000, 1000).astype(np.float64)
        g = times_cdf(t)
        return (np.tanh(g) + t * tanh_slope(g) * times_cdf_slope(t)).astype(x.dtype)

    return f, df


@define(
    formula=r"x \tanh x", range="[0, inf)", bounds=(0, math.inf), **gating,
    paper="Roy, Manna, Dubey & Chaudhuri 2019, LiSHT, arXiv:1901.05894", tier=3,
)
def lisht():
    def f(x):
        return x * np.tanh(x)

    def df(x):
        t = np.clip(x, -1000, 1000)
        return np.tanh(t) + t * tanh_slope(t)

    return f, df
