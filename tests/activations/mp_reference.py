"""Every elementwise function and its derivative once more, in mpmath with 50 digits and more.

Written from the papers' formulas, not from the catalogue's code: other identities, no clipping.
An entry is (f, df) or (f, df, ddf), each of one mpf; ddf only where a numeric difference of df
would not do. At a kink the entry has the derivative that the catalogue's convention names.
"""

from functools import partial

from mpmath import mp, mpf

mp.dps = 60
HALF, SIXTH = mpf(1) / 2, mpf(1) / 6
exp, log1p, expm1, tanh, sqrt, erf, erfc = (
    mp.exp, mp.log1p, mp.expm1, mp.tanh, mp.sqrt, mp.erf, mp.erfc
)


def logistic(x):
    return 1 / (1 + exp(-x))


def logistic_slope(x):
    return 1 / (2 + 2 * mp.cosh(x))


def sech2(x):
    return 1 / mp.cosh(x) ** 2


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


def density(x):
    return exp(-x * x / 2) / sqrt(2 * mp.pi)


def cdf(x):
    if abs(x) > 1e9:  # mpmath's erfc overflows far out; 1e-217147240951625922 is as good as 0
        return mpf(x > 0)
    return erfc(-x / sqrt(2)) / 2


def gelu(x):
    return x * cdf(x)


def gelu_slope(x):
    return cdf(x) + x * density(x)


def swish(x, beta=1):
    return x * logistic(mpf(beta) * x)


def swish_slope(x, beta=1):
    z = mpf(beta) * x
    return logistic(z) + z * logistic_slope(z)


def gelu_tanh_inner(x):
    """2 sqrt(2/pi) (x + 0.044715 x^3) and its derivative; (1 + tanh u)/2 = logistic(2u)."""
    c = 2 * sqrt(2 / mp.pi)
    k = mpf("0.044715")
    return c * (x + k * x**3), c * (1 + 3 * k * x**2)


def gelu_tanh(x):
    return x * logistic(gelu_tanh_inner(x)[0])


def gelu_tanh_slope(x):
    u, du = gelu_tanh_inner(x)
    return logistic(u) + x * logistic_slope(u) * du


def tanhshrink(x):
    with mp.workprec(mp.prec + 3 * 1100):  # x - tanh x cancels three times the exponent of x
        return x - tanh(x)


def mish_slope(x):
    s = softplus(x)
    return tanh(s) + x * sech2(s) * logistic(x)


def tanhexp(x):
    return x * tanh(exp(x)) if x < 100 else x  # e^e^100 differs from infinity by nothing


def tanhexp_slope(x):
    return tanh(exp(x)) + x * exp(x) * sech2(exp(x)) if x < 100 else mpf(1)


def cloglog(x):
    return -expm1(-exp(x)) if x < 100 else mpf(1)


def cloglog_slope(x):
    return exp(x - exp(x)) if x < 100 else mpf(0)


def serf_slope(x):
    s = softplus(x)
    return erf(s) + x * 2 / sqrt(mp.pi) * exp(-s * s) * logistic(x)


def phish_slope(x):
    return tanh(gelu(x)) + x * sech2(gelu(x)) * gelu_slope(x)


def squareplus(x, b=4):
    root = sqrt(x * x + b)
    return b / (2 * (root - x)) if x < 0 else (x + root) / 2


def squareplus_slope(x, b=4):
    root = sqrt(x * x + b)
    return b / (2 * root * (root - x)) if x < 0 else (1 + x / root) / 2


def isru(x, alpha=1):
    return x / sqrt(1 + mpf(alpha) * x * x)


def isru_slope(x, alpha=1):
    return (1 + mpf(alpha) * x * x) ** (-3 * HALF)


def smelu(x, beta=1):
    b = mpf(beta)
    return mpf(0) if x <= -b else x if x >= b else (x + b) ** 2 / (4 * b)


def smelu_slope(x, beta=1):
    b = mpf(beta)
    return mpf(0) if x <= -b else mpf(1) if x >= b else (x + b) / (2 * b)


def hard_sigmoid(x, slope=SIXTH, offset=HALF):
    return min(max(slope * x + offset, mpf(0)), mpf(1))


def hard_sigmoid_slope(x, slope=SIXTH, offset=HALF):
    return mpf(slope) if 0 < slope * x + offset < 1 else mpf(0)


def acon_c(x, p1=1, p2=0, beta=1):
    z = beta * (mpf(p1) - mpf(p2)) * x
    with mp.workprec(mp.prec + (1100 if abs(x) < 1 else 0)):  # with p1 = -p2 the terms cancel
        return p1 * x * logistic(z) + p2 * x * logistic(-z)


def acon_c_slope(x, p1=1, p2=0, beta=1):
    z = beta * (mpf(p1) - mpf(p2)) * x
    with mp.workprec(mp.prec + (1100 if abs(x) < 1 else 0)):
        bump = z * logistic_slope(z)
        return p1 * (logistic(z) + bump) + p2 * (logistic(-z) - bump)


def shrunk(x, threshold=HALF):
    return mp.sign(x) * max(abs(x) - threshold, mpf(0))


def outside(x, threshold=HALF):
    return mpf(abs(x) > threshold)


LAMBDA, ALPHA = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
SLOPE = mpf(0.01)  # the double, since that is the parameter's value
LECUN = mpf("1.7159")

REFERENCE = {
    "identity": (lambda x: x, lambda x: mpf(1)),
    "binary_step": (lambda x: mpf(x >= 0), lambda x: mpf(0)),
    "sign": (lambda x: mpf(1 if x >= 0 else -1), lambda x: mpf(0)),
    "sigmoid": (logistic, logistic_slope),
    "tanh": (tanh, sech2),
    "lecun_tanh": (lambda x: LECUN * tanh(2 * x / 3), lambda x: LECUN * 2 / 3 * sech2(2 * x / 3)),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "arctan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "isru": (isru, isru_slope),
    "erf": (erf, lambda x: 2 / sqrt(mp.pi) * exp(-x * x)),
    "cloglog": (cloglog, cloglog_slope),
    "bent_identity": (lambda x: (sqrt(x * x + 1) - 1) / 2 + x,
                      lambda x: x / (2 * sqrt(x * x + 1)) + 1),
    "tanhshrink": (tanhshrink, lambda x: tanh(x) ** 2),
    "soft_shrink": (shrunk, outside),
    "hard_shrink": (lambda x, threshold=HALF: x * outside(x, threshold), outside),
    "hard_sigmoid": (hard_sigmoid, hard_sigmoid_slope),
    "hard_silu": (lambda x: x * min(max(x + 3, mpf(0)), mpf(6)) / 6,
                  lambda x: mpf(0) if x <= -3 else mpf(1) if x >= 3 else (2 * x + 3) / 6),
    "hard_tanh": (lambda x: min(max(x, mpf(-1)), mpf(1)), lambda x: mpf(abs(x) < 1)),
    "hard_mish": (lambda x: x / 2 * min(max(x + 2, mpf(0)), mpf(2)),
                  lambda x: mpf(0) if x <= -2 else mpf(1) if x >= 0 else x + 1),
    "relu6": (lambda x: min(max(x, mpf(0)), mpf(6)), lambda x: mpf(0 < x < 6)),
    "threshold": (lambda x, threshold=1, value=0: x if x > threshold else mpf(value),
                  lambda x, threshold=1, value=0: mpf(x > threshold)),
    "smelu": (smelu, smelu_slope),
    "sparse_plus": (smelu, smelu_slope),
    "sparse_sigmoid": (lambda x: min(max((x + 1) / 2, mpf(0)), mpf(1)),
                       lambda x: HALF if abs(x) < 1 else mpf(0)),
    "relu": (lambda x: max(x, mpf(0)), lambda x: mpf(x > 0)),
    "leaky_relu": (lambda x, negative_slope=SLOPE: x if x > 0 else negative_slope * x,
                   lambda x, negative_slope=SLOPE: mpf(1) if x > 0 else mpf(negative_slope)),
    "prelu": (lambda x, alpha=0.25: x if x > 0 else alpha * x,
              lambda x, alpha=0.25: mpf(1) if x > 0 else mpf(alpha)),
    "squared_relu": (lambda x: max(x, mpf(0)) ** 2, lambda x: 2 * max(x, mpf(0))),
    "softplus": (softplus, logistic),
    "log_sigmoid": (lambda x: -softplus(-x), lambda x: logistic(-x)),
    "squareplus": (squareplus, squareplus_slope),
    "elu": (lambda x, alpha=1: x if x > 0 else alpha * expm1(x),
            lambda x, alpha=1: mpf(1) if x > 0 else alpha * exp(x)),
    "selu": (lambda x: LAMBDA * (x if x > 0 else ALPHA * expm1(x)),
             lambda x: LAMBDA * (1 if x > 0 else ALPHA * exp(x))),
    "celu": (lambda x, alpha=1: x if x > 0 else alpha * expm1(x / alpha),
             lambda x, alpha=1: mpf(1) if x > 0 else exp(x / alpha)),
    "isrlu": (lambda x, alpha=1: x if x >= 0 else isru(x, alpha),
              lambda x, alpha=1: mpf(1) if x >= 0 else isru_slope(x, alpha)),
    "exponential": (exp, exp),
    "gelu": (gelu, gelu_slope),
    "gelu_tanh": (gelu_tanh, gelu_tanh_slope),
    "quick_gelu": (partial(swish, beta=mpf("1.702")), partial(swish_slope, beta=mpf("1.702"))),
    "silu": (swish, swish_slope),
    "swish": (swish, swish_slope),
    "acon_c": (acon_c, acon_c_slope),
    "mish": (lambda x: x * tanh(softplus(x)), mish_slope),
    "tanhexp": (tanhexp, tanhexp_slope),
    "serf": (lambda x: x * erf(softplus(x)), serf_slope),
    "phish": (lambda x: x * tanh(gelu(x)), phish_slope),
    "lisht": (lambda x: x * tanh(x), lambda x: tanh(x) + x * sech2(x)),
    "gaussian": (lambda x: exp(-x * x), lambda x: -2 * x * exp(-x * x)),
    "sine": (lambda x, omega0=1: mp.sin(omega0 * x),
             lambda x, omega0=1: omega0 * mp.cos(omega0 * x),
             lambda x, omega0=1: -mpf(omega0) ** 2 * mp.sin(omega0 * x)),
    "snake": (lambda x, a=1: x + mp.sin(a * x) ** 2 / a,
              lambda x, a=1: 1 + mp.sin(2 * a * x),
              lambda x, a=1: 2 * a * mp.cos(2 * a * x)),
    "gcu": (lambda x: x * mp.cos(x),
            lambda x: mp.cos(x) - x * mp.sin(x),
            lambda x: -2 * mp.sin(x) - x * mp.cos(x)),
}


def reference(name, params):
    """f, df and ddf of that name as functions of an mpf."""
    f, df, *ddf = (partial(each, **params) for each in REFERENCE[name])

    def second(x):
        h = abs(x) * mpf(10) ** -20
        return (df(x + h) - df(x - h)) / (2 * h)

    return f, df, ddf[0] if ddf else second
