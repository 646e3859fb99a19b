"""ReLU, its leaky and smooth relatives, and the exponential linear units."""

import math

import numpy as np

from .primitives import capped, sigmoid
from .registry import define, finite, positive
from .saturating import isru


@define(
    formula=r"\max(x, 0)", range="[0, inf)", bounds=(0, math.inf), kinks=(0.0,),
    monotone="yes", smooth="C^0", bounded="below", zero_centred="no",
    paper="Fukushima 1969; Nair & Hinton 2010; Glorot, Bordes & Bengio 2011", tier=1,
    keras="relu(negative_slope=0, max_value=None, threshold=0)", torch="F.relu / nn.ReLU",
    jax="relu", tensorflow="relu",
    differences="Slope 0 at 0 in all; maximum(x, 0) has 1/2 in PyTorch and JAX, 1 in TensorFlow.",
)
def relu():
    def f(x):
        return np.maximum(x, 0)

    def df(x):
        return (x > 0).astype(x.dtype)

    return f, df


def leaky_facts(slope):
    """Range, bounds and monotony depend on the sign of the slope left of 0."""
    return dict(
        range=lambda **params: "(-inf, inf)" if params[slope] > 0 else "[0, inf)",
        bounds=lambda **params: (-math.inf if params[slope] > 0 else 0, math.inf),
        bounded=lambda **params: "no" if params[slope] > 0 else "below",
        monotone=lambda **params: "yes" if params[slope] >= 0 else "no",
        smooth=lambda **params: "C^inf" if params[slope] == 1 else "C^0",
        kinks=lambda **params: () if params[slope] == 1 else (0.0,),
    )


@define(
    formula=r"\max(x, 0) + a\,\min(x, 0)", **leaky_facts("negative_slope"), zero_centred="nearly",
    paper="Maas, Hannun & Ng 2013, Rectifier nonlinearities improve neural network acoustic models",
    aliases=("lrelu",), tier=1,
    keras="leaky_relu(negative_slope=0.2) / layers.LeakyReLU(negative_slope=0.3)",
    torch="F.leaky_relu(negative_slope=0.01)", jax="leaky_relu(negative_slope=0.01)",
    tensorflow="leaky_relu(alpha=0.2)",
    differences="Default slope: 0.01 here, in PyTorch and JAX; 0.2 in the Keras function and "
                "tf.nn; 0.3 in the Keras layer. Slope at 0: the left one here, in PyTorch and "
                "Keras; 1 in JAX.",
)
def leaky_relu(negative_slope: finite = 0.01):
    if negative_slope == 0:
        return relu()  # 0 * -inf has no value

    def f(x):
        return np.where(x > 0, x, negative_slope * x)

    def df(x):
        return np.where(x > 0, 1, x.dtype.type(negative_slope))

    return f, df


@define(
    formula=r"\max(x, 0) + \alpha\,\min(x, 0)", **leaky_facts("alpha"), zero_centred="nearly",
    paper="He, Zhang, Ren & Sun 2015, Delving deep into rectifiers, arXiv:1502.01852", tier=1,
    keras="layers.PReLU(alpha_initializer='Zeros')", torch="nn.PReLU(num_parameters=1, init=0.25)",
    differences="alpha is learnt. It starts at 0.25, one for all, in PyTorch (the value here); "
                "at 0, one per element, in Keras; at 0.01, one for all, in Flax. "
                "Slope at 0: alpha here and in PyTorch, 0 in Keras, 1 in Flax.",
)
def prelu(alpha: finite = 0.25):
    return leaky_relu(alpha)


@define(
    formula=r"\max(x, 0)^2", range="[0, inf)", bounds=(0, math.inf), kinks=(0.0,),
    monotone="yes", smooth="C^1", bounded="below", zero_centred="no",
    paper="So et al. 2021, Primer, arXiv:2109.08668", aliases=("relu2", "relu_squared"), tier=2,
)
def squared_relu():
    def f(x):
        return np.maximum(x, 0) ** 2

    def df(x):
        return 2 * np.maximum(x, 0)

    return f, df


@define(
    formula=r"\ln(1 + e^{x})", range="(0, inf)", bounds=(0, math.inf),
    monotone="yes", smooth="C^inf", bounded="below", zero_centred="no",
    paper="Dugas, Bengio, Bélisle, Nadeau & Garcia 2000; Glorot, Bordes & Bengio 2011", tier=1,
    keras="softplus", torch="F.softplus(beta=1, threshold=20)", jax="softplus",
    tensorflow="softplus",
    differences="PyTorch returns x itself, with slope 1, above its threshold of 20: "
                "2e-9 off in float64.",
)
def softplus():
    def f(x):
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

    return f, sigmoid


@define(
    formula=r"-\ln(1 + e^{-x})", range="(-inf, 0)", bounds=(-math.inf, 0),
    monotone="yes", smooth="C^inf", bounded="above", zero_centred="no",
    paper="", aliases=("logsigmoid",), tier=1,
    keras="log_sigmoid", torch="F.logsigmoid / nn.LogSigmoid", jax="log_sigmoid",
    tensorflow="tf.math.log_sigmoid",
)
def log_sigmoid():
    def f(x):
        return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))

    def df(x):
        return sigmoid(-x)

    return f, df


@define(
    formula=r"\frac{x + \sqrt{x^2 + b}}{2}", range="(0, inf)", bounds=(0, math.inf),
    monotone="yes", smooth="C^inf", bounded="below", zero_centred="no",
    paper="Barron 2021, Squareplus, arXiv:2112.11687", tier=2,
    keras="squareplus(b=4)", jax="squareplus(b=4)",
    differences="The same formula everywhere; only here it does not cancel for x < 0.",
)
def squareplus(b: positive = 4.0):
    root = math.sqrt(b)

    def f(x):
        h = np.hypot(x, root)  # left of 0: (x + h)(h - x) = b, so that nothing cancels
        return np.where(x < 0, b / 4 / (0.5 * h - 0.5 * x), 0.5 * x + 0.5 * h)

    def df(x):
        x = capped(x)
        h = np.hypot(x, root)
        return np.where(x < 0, b / 2 / (h - x) / h, 0.5 + 0.5 * (x / h))

    return f, df


@define(
    formula=r"\max(x, 0) + \alpha\,(e^{\min(x, 0)} - 1)",
    range=lambda alpha: f"({-alpha:.6g}, inf)", bounds=lambda alpha: (-alpha, math.inf),
    kinks=(0.0,), smooth=lambda alpha: "C^1" if alpha == 1 else "C^0",
    monotone="yes", bounded="below", zero_centred="nearly",
    paper="Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289", tier=1,
    keras="elu(alpha=1) / layers.ELU", torch="F.elu(alpha=1)", jax="elu(alpha=1)", tensorflow="elu",
    differences="TensorFlow computes exp(x) - 1, which loses digits near 0, and with JAX the slope "
                "as value + 1, which is 0 below -37.4 (float64) and -17.3 (float32).",
)
def elu(alpha: positive = 1.0):
    def f(x):
        return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))

    def df(x):
        return np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0)))

    return f, df


SELU_ALPHA, SELU_LAMBDA = 1.6732632423543772848, 1.0507009873554804934
SELU_PRODUCT = 1.7580993408473768599  # rounded once: the product of the rounded two differs


@define(
    formula=r"\lambda \max(x, 0) + \lambda \alpha\,(e^{\min(x, 0)} - 1)",
    range="(-1.7581, inf)", bounds=(-SELU_PRODUCT, math.inf), kinks=(0.0,),
    monotone="yes", smooth="C^0", bounded="below", zero_centred="yes by design",
    paper="Klambauer, Unterthiner, Mayr & Hochreiter 2017, arXiv:1706.02515", tier=1,
    keras="selu", torch="F.selu", jax="selu", tensorflow="selu",
    differences="Slope at 0: lambda alpha = 1.7581 here, in PyTorch and JAX; lambda = 1.0507 in "
                "Keras.",
)
def selu():
    def f(x):
        return np.where(x > 0, SELU_LAMBDA * x, SELU_PRODUCT * np.expm1(np.minimum(x, 0)))

    def df(x):
        return np.where(x > 0, x.dtype.type(SELU_LAMBDA), SELU_PRODUCT * np.exp(np.minimum(x, 0)))

    return f, df


@define(
    formula=r"\max(x, 0) + \alpha\,(e^{\min(x, 0) / \alpha} - 1)",
    range=lambda alpha: f"({-alpha:.6g}, inf)", bounds=lambda alpha: (-alpha, math.inf),
    kinks=(0.0,),
    monotone="yes", smooth="C^1", bounded="below", zero_centred="nearly",
    paper="Barron 2017, Continuously differentiable ELUs, arXiv:1704.07483", tier=2,
    keras="celu(alpha=1)", torch="F.celu(alpha=1)", jax="celu(alpha=1)",
    differences="The slope at 0 is 1; Keras returns 2, as both of its terms pass the tie.",
)
def celu(alpha: positive = 1.0):
    def f(x):
        return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha)

    def df(x):
        return np.exp(np.minimum(x, 0) / alpha)

    return f, df


@define(
    formula=r"\max(x, 0) + \frac{\min(x, 0)}{\sqrt{1 + \alpha \min(x, 0)^2}}",
    range=lambda alpha: f"({-1 / math.sqrt(alpha):.6g}, inf)",
    bounds=lambda alpha: (-1 / math.sqrt(alpha), math.inf),
    monotone="yes", smooth="C^2", bounded="below", zero_centred="nearly",
    paper="Carlile, Delamarter, Kinney, Marti & Whitney 2017, arXiv:1710.09967", tier=3,
)
def isrlu(alpha: positive = 1.0):
    left, left_slope = isru(alpha)

    def f(x):
        return np.where(x >= 0, x, left(x))

    def df(x):
        return np.where(x >= 0, 1, left_slope(x))

    return f, df


@define(
    formula=r"e^{x}", range="(0, inf)", bounds=(0, math.inf),
    monotone="yes", smooth="C^inf", bounded="below", zero_centred="no",
    paper="", aliases=("exp",), tier=2,
    keras="exponential", torch="torch.exp", jax="jnp.exp", tensorflow="tf.exp",
)
def exponential():
    return np.exp, np.exp
