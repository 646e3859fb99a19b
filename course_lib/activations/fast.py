"""Float32 forms for the training engine: value and slope together, in place, few passes.

`form(activation, dtype)` returns a function (z, value, slope, work) that fills `value` and `slope`
from the pre-activations; `work` is scratch of the same shape, z is left as it is.
In float32 the functions below are used where they are faster than the catalogue's own: they share
one exponential between value and slope, and are exact to about 1e-6 absolute, which training
cannot feel (tests/activations/test_fast.py states the difference of each). In float64, and for
every other function, the catalogue's definitions serve directly.
"""

import numpy as np

F = np.float32


def relu(z, value, slope, work):
    value.fill(0)  # `maximum` is four times slower against a number than between two arrays
    np.maximum(z, value, out=value)
    np.greater(z, F(0), out=slope)


def leaky_relu(z, value, slope, work, negative_slope=0.01):
    _step(z, slope, 1, negative_slope)
    np.multiply(z, slope, out=value)


def prelu(z, value, slope, work, alpha=0.25):
    leaky_relu(z, value, slope, work, alpha)


def tanh(z, value, slope, work):
    np.tanh(z, out=value)
    np.multiply(value, value, out=slope)
    np.subtract(F(1), slope, out=slope)


def sigmoid(z, value, slope, work):
    np.multiply(z, F(0.5), out=value)  # s(z) = (1 + tanh(z/2)) / 2
    np.tanh(value, out=value)
    value *= F(0.5)
    np.multiply(value, value, out=slope)
    np.subtract(F(0.25), slope, out=slope)
    value += F(0.5)


def softplus(z, value, slope, work):
    np.multiply(z, F(0.5), out=slope)
    np.tanh(slope, out=slope)
    np.abs(slope, out=work)
    work *= F(0.5)
    work += F(0.5)
    np.log(work, out=work)  # log s(|z|), for softplus(z) = max(z, 0) - log s(|z|)
    value.fill(0)
    np.maximum(z, value, out=value)
    value -= work
    slope *= F(0.5)
    slope += F(0.5)


def elu(z, value, slope, work, alpha=1.0, scale=1.0):
    work.fill(0)
    np.minimum(z, work, out=value)
    np.exp(value, out=work)
    np.subtract(z, value, out=value)  # max(z, 0) = z - min(z, 0)
    if scale != 1:
        value *= F(scale)
    np.multiply(work, F(scale * alpha), out=slope)
    value += slope
    value -= F(scale * alpha)
    if alpha != 1:  # for alpha = 1 exp(min(z, 0)) is 1 on the right by itself
        _step(z, work, scale * (1 - alpha), 0)
        slope += work


def selu(z, value, slope, work):
    elu(z, value, slope, work, 1.6732632423543772, 1.0507009873554805)


def swish(z, value, slope, work, beta=1.0):
    np.multiply(z, F(beta), out=work)
    sigmoid(work, value, slope, None)
    slope *= F(beta)
    slope *= z
    slope += value
    value *= z


def silu(z, value, slope, work):
    swish(z, value, slope, work)


def quick_gelu(z, value, slope, work):
    swish(z, value, slope, work, 1.702)


def gelu(z, value, slope, work):
    """Phi by Abramowitz & Stegun 1964, 7.1.26 (error below 1.5e-7): one exponential serves both."""
    np.multiply(z, z, out=work)
    work *= F(-0.5)
    np.exp(work, out=work)  # exp(-z^2/2)
    np.abs(z, out=slope)
    slope *= F(0.3275911 / np.sqrt(2))
    slope += F(1)
    np.divide(F(1), slope, out=slope)  # t
    np.multiply(slope, F(0.5 * 1.061405429), out=value)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        value += F(0.5 * coefficient)
        value *= slope
    value *= work  # q = Phi(-|z|)
    np.greater(z, F(0), out=slope)
    value -= slope
    np.abs(value, out=value)  # Phi(z): q on the left, 1 - q on the right
    work *= F(1 / np.sqrt(2 * np.pi))  # phi(z)
    np.multiply(z, work, out=slope)
    slope += value
    value *= z


def gelu_tanh(z, value, slope, work):
    c = 2 * np.sqrt(2 / np.pi)
    np.multiply(z, z, out=work)
    np.multiply(work, F(0.044715 * c), out=value)
    value += F(c)
    value *= z  # 2u, with gelu_tanh = z s(2u)
    work *= F(3 * 0.044715 * c)
    work += F(c)
    work *= z  # z (2u)'
    np.copyto(slope, value)
    sigmoid(slope, value, slope, None)
    slope *= work
    slope += value
    value *= z


def mish(z, value, slope, work):
    value.fill(20)
    np.minimum(z, value, out=work)
    n = np.exp(work, out=work)
    np.add(n, F(2), out=value)
    value *= n  # w = n (n + 2)
    np.add(value, F(2), out=slope)
    np.divide(F(1), slope, out=slope)  # 1 / (w + 2)
    value *= slope  # w / (w + 2) = tanh(softplus(z))
    np.multiply(n, slope, out=n)
    slope += n  # (n + 1) / (w + 2)
    slope *= n
    slope *= F(4)
    slope *= z
    slope += value
    value *= z


def _step(z, out, right, left):
    """`right` where z > 0, else `left`, without numpy's slow `where`."""
    np.greater(z, F(0), out=out)
    out *= F(right - left)
    out += F(left)


FORMS = {function.__name__: function for function in (
    relu, leaky_relu, prelu, tanh, sigmoid, softplus, elu, selu, swish, silu, quick_gelu, gelu,
    gelu_tanh, mish)}


def form(activation, dtype):
    """The engine's form of an elementwise activation for arrays of `dtype`."""
    ours = activation.tier is not None  # a function of your own may bear any name
    if dtype == np.float32 and activation.name in FORMS and ours:
        function, params = FORMS[activation.name], activation.params
        return lambda z, value, slope, work: function(z, value, slope, work, **params)
    affine = getattr(activation.raw_f, "affine", None)  # (function, scale, shift)
    if dtype == np.float32 and affine and getattr(activation.raw_df, "affine", None) is affine:
        return _affine(*affine, dtype)

    def exact(z, value, slope, work):
        slope[...] = activation.raw_df(z)
        value[...] = activation.raw_f(z)
    return exact


def _affine(activation, scale, shift, dtype):
    inner, scale, shift = form(activation, dtype), F(scale), F(shift)

    def affine(z, value, slope, work):
        inner(z, value, slope, work)
        if scale != 1:
            value *= scale
            slope *= scale
        if shift:
            value += shift
    return affine
