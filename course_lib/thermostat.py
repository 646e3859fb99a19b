"""The thermostat: what a layer makes of the size of a signal, and of a gradient.

In a wide layer of random weights, W ~ N(0, w2 / fan_in) and b ~ N(0, b2), a pre-activation is a sum
of many small independent terms, hence all but normal. Its second moment q is then all that the
next layer needs to know (Poole et al. 2016, eq. 3; Schoenholz et al. 2017, eq. 3 and 16):

    forward    q' = w2 E f(sqrt(q) z)^2 + b2          z ~ N(0, 1)
    backward   mean-square gradient times chi = w2 E f'(sqrt(q) z)^2

A function's own gain, 1/sqrt(E f(z)^2), makes q = 1 stay 1. What happens to a q that is a little
off decides over depth, and is a property of the function (cf. Hayou, Doucet & Rousseau 2019):

    attracts   q comes back to 1       (Klambauer et al. 2017 built SELU for this)
    neutral    q stays where it is     (ReLU and its kin)
    repels     q runs away

    >>> print(f"{gain('relu') ** 2:.6f}", kind("tanh"), kind("relu"), kind("gelu"))
    2.000000 attracts neutral repels
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from . import activations

FAR = 9  # standard deviations; what lies beyond has a weight below 1e-18
# Panels narrow towards zero: f(sqrt(q) z) has its features there when q is large.
_EDGES = np.array([0, *2.0 ** np.arange(-8, 0), *range(1, FAR + 1)])
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
KINDS = ("attracts", "neutral", "repels")
EVEN = 0.01  # a log-slope of the map this near to 1 counts as 1: half a power of q in 50 layers
VARIANCES = {  # of weights times fan_in, and of biases times fan_in; for layers as wide as the last
    "he": (2, 0), "lecun": (1, 0), "glorot": (1, 0), "orthogonal": (1, 0),
    "keras": (1, 0), "pytorch": (1 / 3, 1 / 3), "flax": (1, 0),
}


def mean_square(f, q=1.0):
    """E f(sqrt(q) z)^2 for z ~ N(0, 1): the second moment of a layer's outputs, as a float.

    >>> print(f"{mean_square('relu', 3.0):.6f}")
    1.500000
    """
    f = _elementwise(f)
    return _expectation(lambda x: np.square(f.raw_f(x)), q, f.kinks)


def mean_square_slope(f, q=1.0):
    """E f'(sqrt(q) z)^2 for z ~ N(0, 1), as a float."""
    f = _elementwise(f)
    return _expectation(lambda x: np.square(f.raw_df(x)), q, f.kinks)


def gain(f):
    """1 / sqrt(E f(z)^2): weights of standard deviation gain/sqrt(fan_in) keep q = 1."""
    return 1 / np.sqrt(mean_square(f))


def backward_gain(f):
    """1 / sqrt(E f'(z)^2): such weights keep the mean-square gradient at q = 1."""
    return 1 / np.sqrt(mean_square_slope(f))


def log_slope(f):
    """d ln q' / d ln q at q = 1 and the function's own gain: by which power a deviation goes on."""
    f = _elementwise(f)
    moved = _expectation(lambda x: f.raw_f(x) * f.raw_df(x) * x, 1.0, f.kinks)
    return moved / mean_square(f)


def kind(f):
    """"attracts", "neutral" or "repels": what becomes of a q near 1 at the function's own gain."""
    off = log_slope(f) - 1
    return KINDS[0] if off < -EVEN else KINDS[2] if off > EVEN else KINDS[1]


@dataclass(frozen=True)
class Pair:
    """An activation with its first weights: their variance times fan_in, w2; that of biases, b2."""

    f: activations.Activation
    w2: float
    b2: float = 0.0

    def step(self, q):
        """The second moment of the next layer's pre-activations."""
        return self.w2 * mean_square(self.f, q) + self.b2

    def factor(self, q):
        """chi: what a layer whose pre-activations have second moment q does to the gradient's."""
        return self.w2 * mean_square_slope(self.f, q)

    def through(self, q, depth):
        """Second moments (depth,) of the layers' pre-activations, the first being q."""
        moments = [float(q)]
        while len(moments) < depth:
            moments.append(self.step(moments[-1]))
        return np.array(moments)

    def decades(self, q, depth):
        """log10 of the RMS gradient at layer 1 over that at layer `depth`, if layer 1 has q.

        Layers 1 to depth - 1 lie between the two.
        """
        factors = [self.factor(one) for one in self.through(q, depth)[:-1]]
        with np.errstate(divide="ignore"):  # a gradient that is gone: -inf
            return float(np.log10(factors).sum() / 2)

    def drawn_together(self, depth, low=0.5, high=2.0):
        """Of the logarithmic distance of two inputs' second moments, the part left at `depth`.

        Below 1: depth brings them together; 1: neither; above 1: it drives them apart.
        """
        with np.errstate(divide="ignore", invalid="ignore"):  # a moment may reach 0
            ends = [np.log(self.through(q, depth)[-1]) for q in (low, high)]
        return float((ends[1] - ends[0]) / np.log(high / low))


def pair(f, init="own gain", times=1.0, width=64):
    """The pair of an activation and first weights, for layers of one width.

    init   "own gain", or a scheme of `initialisation`; only PyTorch's biases depend on the width
    times  multiplies the weights, not the biases

    >>> print(*(f"{pair('relu', init).factor(1.0):.4f}" for init in ("he", "pytorch")))
    1.0000 0.1667
    """
    f = _elementwise(f)
    if init == "own gain":
        return Pair(f, (times * gain(f)) ** 2)
    if init not in VARIANCES:
        raise ValueError(f"unknown first weights {init!r}: 'own gain' or one of "
                         f"{', '.join(VARIANCES)}")
    weights, biases = VARIANCES[init]
    return Pair(f, times ** 2 * weights, biases / width)


def own_gain(f, inputs=None):
    """An initialiser for `training.train`: normal weights at the function's own gain, biases 0.

    A layer that reads `inputs` values reads the data and no outputs of f: there the gain is 1, so
    that data of second moment 1 start at q = 1. Hidden layers must have another width.
    """
    scale = gain(f)

    def initialise(fan_in, fan_out, rng):
        W = rng.standard_normal((fan_in, fan_out))
        return (1 if fan_in == inputs else scale) / np.sqrt(fan_in) * W, np.zeros(fan_out)

    return initialise


def _expectation(g, q, kinks):
    """E g(sqrt(q) z), by Gauss and Legendre's rule on panels that end where g has a kink."""
    if not q >= 0:
        raise ValueError(f"a second moment is 0 or more; got {q}")
    scale = np.sqrt(q)
    inside = [kink / scale for kink in kinks if kink and abs(kink) < FAR * scale]
    z, weight = _rule(tuple(inside))
    with np.errstate(over="ignore", invalid="ignore"):
        return float(weight @ g(scale * z))


@cache
def _standard_rule():
    return _build([])


def _rule(inside):
    return _build(inside) if inside else _standard_rule()


def _build(inside):
    """Nodes and weights of an integral against the normal density."""
    edges = np.unique([*-_EDGES, *_EDGES, *inside])
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    z = (middle[:, None] + half[:, None] * _NODES).ravel()
    weight = (half[:, None] * _WEIGHTS).ravel() * np.exp(-z * z / 2)
    return z, weight / weight.sum()  # the density's factor, to the last digit


def _elementwise(f):
    f = activations.get(f) if isinstance(f, str) else f
    if f.kind != "elementwise":
        raise ValueError(f"the map is for functions of one number; {f.name} takes a whole vector")
    return f
