"""Functions that level off on both sides: steps, sigmoids and their relatives."""

import math

import numpy as np

from .primitives import capped, sigmoid_slope, tanh_slope
from .primitives import sigmoid as logistic
from .registry import define, positive


@define(
    formula=r"[\,x \geq 0\,]", range="{0, 1}", bounds=(0, 1), kinks=(0.0,),
    monotone="yes", smooth="discontinuous", bounded="yes", zero_centred="no",
    paper="McCulloch & Pitts 1943; Rosenblatt 1958; straight-through gradient: "
          "Bengio, Léonard & Courville 2013, arXiv:1308.3432",
    aliases=("heaviside", "step"), tier=1,
    differences="The value at 0 is a convention: 1 here, an argument in np.heaviside.",
)
def binary_step():
    def f(x):
        return (x >= 0).astype(x.dtype)

    def df(x):
        return np.zeros_like(x)

    return f, df


@define(
    formula=r"2\,[\,x \geq 0\,] - 1", range="{-1, 1}", bounds=(-1, 1), kinks=(0.0,),
    monotone="yes", smooth="discontinuous", bounded="yes", zero_centred="yes",
    paper="Courbariaux et al. 2016, Binarized neural networks, arXiv:1602.02830", tier=2,
    torch="torch.sign", jax="jnp.sign", tensorflow="tf.sign",
    differences="sign(0) is +1 here, as in binary networks; 0 in numpy, PyTorch, JAX, TensorFlow.",
)
def sign():
    def f(x):
        return 2 * (x >= 0).astype(x.dtype) - 1

    def df(x):
        return np.zeros_like(x)

    return f, df


@define(
    formula=r"\frac{1}{1 + e^{-x}}", range="(0, 1)", bounds=(0, 1),
    monotone="yes", smooth="C^inf", bounded="yes", zero_centred="no",
    paper="Verhulst 1838 (logistic curve); Rumelhart, Hinton & Williams 1986",
    aliases=("logistic", "expit"), tier=1,
    keras="sigmoid", torch="torch.sigmoid / nn.Sigmoid", jax="sigmoid", tensorflow="sigmoid",
)
def sigmoid():
    return logistic, sigmoid_slope


@define(
    formula=r"\frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}", range="(-1, 1)", bounds=(-1, 1),
    monotone="yes", smooth="C^inf", bounded="yes", zero_centred="yes",
    paper="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp", tier=1,
    keras="tanh", torch="torch.tanh / nn.Tanh", jax="jnp.tanh", tensorflow="tanh",
)
def tanh():
    return np.tanh, tanh_slope


@define(
    formula=r"1.7159\,\tanh\left(\frac{2x}{3}\right)",
    range="(-1.7159, 1.7159)", bounds=(-1.7159, 1.7159),
    monotone="yes", smooth="C^inf", bounded="yes", zero_centred="yes",
    paper="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp",
    aliases=("scaled_tanh",), tier=3,
)
def lecun_tanh():
    def f(x):
        return 1.7159 * np.tanh(2 / 3 * x)

    def df(x):
        return 1.7159 * 2 / 3 * tanh_slope(2 / 3 * x)

    return f, df


@define(
    formula=r"\frac{x}{1 + |x|}", range="(-1, 1)", bounds=(-1, 1), kinks=(0.0,),
    monotone="yes", smooth="C^1", bounded="yes", zero_centred="yes",
    paper="Turian, Bergstra & Bengio 2009; Glorot & Bengio 2010",
    aliases=("soft_sign",), tier=2,
    keras="softsign", torch="F.softsign", jax="soft_sign", tensorflow="softsign",
)
def softsign():
    def f(x):
        x = capped(x)
        return x / (1 + np.abs(x))

    def df(x):
        return 1 / (1 + np.abs(x)) ** 2

    return f, df


@define(
    formula=r"\arctan x", range="(-pi/2, pi/2)", bounds=(-math.pi / 2, math.pi / 2),
    monotone="yes", smooth="C^inf", bounded="yes", zero_centred="yes",
    paper="", aliases=("atan",), tier=3,
    torch="torch.atan", jax="jnp.arctan", tensorflow="tf.atan",
)
def arctan():
    def f(x):
        return np.arctan(x)

    def df(x):
        return 1 / (1 + x * x)

    return f, df


@define(
    formula=r"\frac{x}{\sqrt{1 + \alpha x^2}}",
    range=lambda alpha: f"({-1 / math.sqrt(alpha):.6g}, {1 / math.sqrt(alpha):.6g})",
    bounds=lambda alpha: (-1 / math.sqrt(alpha), 1 / math.sqrt(alpha)),
    monotone="yes", smooth="C^inf", bounded="yes", zero_centred="yes",
    paper="Carlile, Delamarter, Kinney, Marti & Whitney 2017, arXiv:1710.09967", tier=3,
)
def isru(alpha: positive = 1.0):
    root = math.sqrt(alpha)

    def f(x):
        limit = np.finfo(x.dtype).max / max(1.0, root)  # root * x stays a number
        x = np.clip(x, -limit, limit)
        return x / np.hypot(1, root * x)

    def df(x):
        r = 1 / np.hypot(1, root * x)
        return r * r * r

    return f, df


@define(
    formula=r"\mathrm{erf}(x) = \frac{2}{\sqrt{\pi}} \int_0^x e^{-t^2} dt",
    range="(-1, 1)", bounds=(-1, 1),
    monotone="yes", smooth="C^inf", bounded="yes", zero_centred="yes",
    paper="", tier=3,
    torch="torch.erf", jax="jax.scipy.special.erf", tensorflow="tf.math.erf",
)
def erf():
    def f(x):
        from scipy.special import erf

        return erf(x)

    def df(x):
        return 2 / math.sqrt(math.pi) * np.exp(-x * x)

    return f, df


@define(
    formula=r"1 - e^{-e^{x}}", range="(0, 1)", bounds=(0, 1),
    monotone="yes", smooth="C^inf", bounded="yes", zero_centred="no",
    paper="", aliases=("complementary_log_log",), tier=3,
)
def cloglog():
    def f(x):
        return -np.expm1(-np.exp(x))

    def df(x):
        x = np.minimum(x, 100)  # inf - inf has no value
        return np.exp(x - np.exp(x))

    return f, df
