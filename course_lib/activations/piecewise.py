"""Functions in pieces of lines and parabolas: the cheap, 'hard' forms of smooth ones."""

import math

import numpy as np

from .registry import define, finite, positive


@define(
    formula=r"\max(0, \min(1, a x + b))", range="[0, 1]", bounds=(0, 1),
    kinks=lambda slope, offset: (-offset / slope, (1 - offset) / slope),
    monotone="yes", smooth="C^0", bounded="yes", zero_centred="no",
    paper="Courbariaux, Bengio & David 2015, BinaryConnect, arXiv:1511.00363 (other slope); "
          "Howard et al. 2019, MobileNetV3, arXiv:1905.02244",
    aliases=("hardsigmoid",), tier=1,
    keras="hard_sigmoid", torch="F.hardsigmoid", jax="hard_sigmoid", tensorflow=None,
    differences="Keras 2 and ONNX have slope 0.2 (kinks at -2.5 and 2.5); Keras 3, PyTorch and "
                "JAX 1/6 (kinks at -3 and 3).",
)
def hard_sigmoid(slope: positive = 1 / 6, offset: finite = 0.5):
    width = 1 / slope
    low, high = -offset * width, (1 - offset) * width

    def f(x):
        return np.clip(x - low, 0, width) / width  # exact near low, unlike a x + b

    def df(x):
        return ((x > low) & (x < high)) * x.dtype.type(slope)

    return f, df


@define(
    formula=r"\frac{x\,\min(\max(x + 3,\, 0),\, 6)}{6}",
    range="[-0.375, inf)", bounds=(-0.375, math.inf), kinks=(-3.0, 3.0),
    monotone="no", smooth="C^0", bounded="below", zero_centred="no",
    paper="Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244",
    aliases=("hard_swish", "hardswish"), tier=1,
    keras="hard_silu / hard_swish", torch="F.hardswish", jax="hard_silu / hard_swish",
    differences="At the kinks all take one side's slope: 0 at -3 (the other side: -1/2), "
                "1 at 3 (the other side: 3/2).",
)
def hard_silu():
    def f(x):
        return np.maximum(x, -3) * (np.clip(x + 3, 0, 6) / 6)

    def df(x):
        return np.where(x <= -3, 0, np.where(x >= 3, 1, (2 * x + 3) / 6))

    return f, df


@define(
    formula=r"\max(-1, \min(1, x))", range="[-1, 1]", bounds=(-1, 1), kinks=(-1.0, 1.0),
    monotone="yes", smooth="C^0", bounded="yes", zero_centred="yes",
    paper="Collobert 2004", aliases=("hardtanh",), tier=2,
    keras="hard_tanh", torch="F.hardtanh(min_val=-1, max_val=1)", jax="hard_tanh",
    differences="Slope at -1 and 1: 0 here and in PyTorch, 1 in Keras and JAX.",
)
def hard_tanh():
    def f(x):
        return np.clip(x, -1, 1)

    def df(x):
        return (np.abs(x) < 1).astype(x.dtype)

    return f, df


@define(
    formula=r"\frac{x}{2} \min(\max(x + 2,\, 0),\, 2)",
    range="[-0.5, inf)", bounds=(-0.5, math.inf), kinks=(-2.0, 0.0),
    monotone="no", smooth="C^0", bounded="below", zero_centred="no",
    paper="Wightman, the library timm (no paper)", tier=3,
)
def hard_mish():
    def f(x):
        return np.maximum(x, -2) * (np.clip(x + 2, 0, 2) / 2)

    def df(x):
        return np.where(x <= -2, 0, np.where(x >= 0, 1, x + 1))

    return f, df


@define(
    formula=r"\min(\max(x, 0),\, 6)", range="[0, 6]", bounds=(0, 6), kinks=(0.0, 6.0),
    monotone="yes", smooth="C^0", bounded="yes", zero_centred="no",
    paper="Krizhevsky 2010; Howard et al. 2017, MobileNets, arXiv:1704.04861", tier=1,
    keras="relu6", torch="F.relu6 / nn.ReLU6", jax="relu6", tensorflow="relu6",
    differences="Slope 0 at 0 and 6 in all; a clamp to [0, 6] in PyTorch has 1 at both.",
)
def relu6():
    def f(x):
        return np.clip(x, 0, 6)

    def df(x):
        return ((x > 0) & (x < 6)).astype(x.dtype)

    return f, df


@define(
    formula=r"x\,[\,x > t\,] + v\,[\,x \leq t\,]",
    range=lambda threshold, value: f"{{{value:.6g}}} u ({threshold:.6g}, inf)",
    bounds=lambda threshold, value: (min(threshold, value), math.inf),
    kinks=lambda threshold, value: (threshold,),
    monotone=lambda threshold, value: "yes" if value <= threshold else "no",
    smooth=lambda threshold, value: "C^0" if value == threshold else "discontinuous",
    bounded="below", zero_centred="no",
    paper="Konda, Memisevic & Krueger 2014, Zero-bias autoencoders, arXiv:1402.3337",
    aliases=("thresholded_relu",), tier=3,
    keras="threshold(threshold, default_value)", torch="F.threshold(threshold, value)",
    differences="Keras and PyTorch have no defaults; those here are the ThresholdedReLU layer's "
                "of Keras 2.",
)
def threshold(threshold: finite = 1.0, value: finite = 0.0):
    def f(x):
        return np.where(x > threshold, x, x.dtype.type(value))

    def df(x):
        return (x > threshold).astype(x.dtype)

    return f, df


@define(
    formula=r"\frac{(\min(\max(x, -\beta), \beta) + \beta)^2}{4\beta} + \max(x - \beta,\, 0)",
    range="[0, inf)", bounds=(0, math.inf), kinks=lambda beta: (-beta, beta),
    monotone="yes", smooth="C^1", bounded="below", zero_centred="no",
    paper="Shamir, Lin & Coviello 2020, Smooth activations and reproducibility, arXiv:2010.09931",
    tier=2,
)
def smelu(beta: positive = 1.0):
    def f(x):
        t = np.clip(x, -beta, beta) + beta
        return np.where(x >= beta, x, t * (t / (4 * beta)))

    def df(x):
        return np.clip((x + beta) / (2 * beta), 0, 1)

    return f, df


@define(
    formula=r"\frac{(\min(\max(x, -1), 1) + 1)^2}{4} + \max(x - 1,\, 0)",
    range="[0, inf)", bounds=(0, math.inf), kinks=(-1.0, 1.0),
    monotone="yes", smooth="C^1", bounded="below", zero_centred="no",
    paper="Blondel, Martins & Niculae 2019, Fenchel-Young losses, arXiv:1901.02324", tier=3,
    keras="sparse_plus", jax="sparse_plus",
    differences="SmeLU with beta = 1 under another name. The slope at the infinities is nan in "
                "Keras and JAX, 0 and 1 here.",
)
def sparse_plus():
    return smelu(1.0)


@define(
    formula=r"\max(0, \min(1, \frac{x + 1}{2}))", range="[0, 1]", bounds=(0, 1), kinks=(-1.0, 1.0),
    monotone="yes", smooth="C^0", bounded="yes", zero_centred="no",
    paper="Blondel, Martins & Niculae 2019, Fenchel-Young losses, arXiv:1901.02324", tier=3,
    keras="sparse_sigmoid", jax="sparse_sigmoid",
    differences="Slope at -1 and 1: 0 here and in Keras, 1/4 in JAX.",
)
def sparse_sigmoid():
    def f(x):
        return np.clip((x + 1) / 2, 0, 1)

    def df(x):
        return (np.abs(x) < 1) * x.dtype.type(0.5)

    return f, df
