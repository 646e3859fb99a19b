"""Values and derivatives of every elementwise function against mpmath, at awkward points.

The rule: the error is at most 5.5 units in the last place, times 1 + |x g'(x) / g(x)|, wherever
the true result is a normal number; g is the value or the derivative. The factor is what rounding
x itself would change. Functions for reference (tier 3) have 1e-12 or 1e-5 relative in its place.
"""

import math
from zlib import crc32

import numpy as np
import pytest
from mp_reference import REFERENCE, reference
from mpmath import mp, mpf

from course_lib import activations

VARIANTS = [
    ("leaky_relu", {"negative_slope": 0.25}), ("prelu", {"alpha": -0.5}), ("elu", {"alpha": 0.3}),
    ("celu", {"alpha": 0.5}), ("celu", {"alpha": 3.0}), ("swish", {"beta": 0.125}),
    ("swish", {"beta": -3.0}), ("swish", {"beta": 0.0}), ("squareplus", {"b": 0.5}),
    ("snake", {"a": 5.0}), ("sine", {"omega0": 30.0}), ("isru", {"alpha": 3.0}),
    ("isrlu", {"alpha": 0.1}), ("smelu", {"beta": 0.5}), ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {"threshold": 0.0}), ("threshold", {"threshold": -2.0, "value": 0.5}),
    ("hard_sigmoid", {"slope": 0.2}), ("acon_c", {"p1": 1.25, "p2": -0.75, "beta": 4.0}),
    ("acon_c", {"p1": 1.0, "p2": -1.0}), ("acon_c", {"p1": 0.0, "p2": 0.5, "beta": -2.0}),
    ("acon_c", {"p1": 0.5, "p2": 0.5}),
]
ELEMENTWISE = [name for name in activations.names()
               if activations.get(name).kind == "elementwise"]
CASES = [(name, {}) for name in ELEMENTWISE] + VARIANTS
LABELS = [name + "".join(f",{key}={value}" for key, value in params.items())
          for name, params in CASES]


def points(dtype, kinks, seed):
    """About 200 points: ordinary, tiny, huge, and around every kink and every underflow."""
    rng = np.random.default_rng(seed)
    info = np.finfo(dtype)
    special = [0.0, 1e-8, 1e-3, 0.5, 1.0, 2.0, 37.0, 750.0, 1e4, 1e10, 1e19, 1e30, info.tiny,
               info.max, math.sqrt(info.max), info.max / 2, info.tiny * 4, info.eps]
    edge = 710 if dtype == np.float64 else 88  # where exp(-x) leaves the normal numbers
    drawn = [
        rng.normal(scale=2.5, size=40), rng.uniform(-40, 40, 24),
        rng.uniform(edge - 4, edge + 10, 20), rng.uniform(edge / 2 - 2, edge / 2 + 5, 10),
        math.sqrt(2 * edge) + rng.uniform(-0.3, 0.5, 14), math.sqrt(edge) + rng.uniform(-1, 1, 8),
        2.0 ** rng.uniform(math.log2(info.tiny), math.log2(info.max) - 1, 30),
    ]
    both = np.concatenate([special, *drawn])
    x = np.concatenate([both, -both]).astype(dtype)
    kinks = np.array(kinks, dtype)
    beside = [np.nextafter(kinks, dtype(np.inf)), np.nextafter(kinks, dtype(-np.inf))]
    return np.concatenate([x, kinks, *beside])


def ulp(true, info):
    """The spacing of the dtype's numbers at a true value in its normal range."""
    _, exponent = mp.frexp(true)
    return mpf(2) ** (int(exponent) - 1 - info.nmant)


def excess(got, true, condition, info, tier):
    """The error as a multiple of what the rule allows (infinite where the result is absurd)."""
    if true == 0:
        return 0.0 if got == 0 else math.inf
    if abs(true) >= mpf(float(info.max)) + ulp(mpf(float(info.max)), info) / 2:
        return 0.0 if math.isinf(got) and (got > 0) == (true > 0) else math.inf
    if math.isnan(got) or math.isinf(got):
        return math.inf
    error = abs(mpf(got) - true)
    if abs(true) < mpf(float(info.tiny)):  # below the normal numbers: only no absurdity
        return float(error / mpf(float(info.tiny)))
    if tier == 3:
        allowed = abs(true) * (mpf("1e-12") if info.dtype == np.float64 else mpf("1e-5"))
    else:
        allowed = mpf("5.5") * ulp(true, info)
    return float(error / (allowed * (1 + condition)))


def condition(x, g, slope):
    return abs(x * slope / g) if g != 0 else mpf(0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name, params", CASES, ids=LABELS)
def test_value_and_derivative_keep_the_accuracy_rule(name, params, dtype):
    activation = activations.get(name, **params)
    f, df, ddf = reference(name, params)
    info = np.finfo(dtype)
    x = points(dtype, activation.kinks, crc32(name.encode()))
    assert x.size >= 100
    values, slopes = activation.f(x), activation.df(x)
    assert values.dtype == slopes.dtype == dtype
    kinks = [mpf(kink) for kink in activation.kinks]
    worst = {}
    for at, value, slope in zip(x, values, slopes, strict=True):
        at = mpf(float(at))
        true, true_slope = f(at), df(at)
        smooth = at not in kinks and at != 0
        bend = ddf(at) if smooth else mpf(0)
        for what, got, wanted, change in (("f", value, true, true_slope),
                                          ("df", slope, true_slope, bend)):
            grown = condition(at, wanted, change) if smooth else mpf(0)
            ratio = excess(float(got), wanted, grown, info, activation.tier)
            if ratio > worst.get(what, (0,))[0]:
                worst[what] = ratio, float(at), float(got), mp.nstr(wanted, 20)
    for what, (ratio, at, got, wanted) in worst.items():
        assert ratio <= 1, (f"{name}.{what}({at!r}) = {got!r}, true {wanted}: "
                            f"{ratio:.3g} times the error allowed")


def test_every_elementwise_function_has_its_reference():
    assert set(ELEMENTWISE) == set(REFERENCE)
