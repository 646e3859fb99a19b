"""Known constants of the functions, computed here on their own (mpmath, scipy) or by closed form.

The literals are those that the literature and the course quote.
"""

import math

import numpy as np
import pytest
from mp_reference import REFERENCE, gelu, gelu_tanh, swish
from mpmath import mp, mpf
from scipy.integrate import quad
from scipy.optimize import brentq

from course_lib.activations import get
from course_lib.activations.rectifiers import SELU_ALPHA, SELU_LAMBDA, SELU_PRODUCT


@pytest.mark.parametrize("name, at, minimum", [
    ("gelu", -0.75179152469, -0.16997120748),
    ("gelu_tanh", -0.75246142207, -0.17004075057),
    ("silu", -1.27846454276, -0.27846454276),
    ("mish", -1.19243121452, -0.30884341302),
    ("tanhexp", -1.07886005846, -0.35328577785),
    ("serf", -1.19305996893, -0.34843745876),
])
def test_minima(name, at, minimum):
    act = get(name)
    f, df = REFERENCE[name]
    root = mp.findroot(df, at)
    assert float(root) == pytest.approx(at, abs=1e-11)
    assert float(f(root)) == pytest.approx(minimum, abs=1e-11)
    assert act.bounds[0] == pytest.approx(float(f(root)), rel=1e-15)
    found = brentq(act.df, at - 0.2, at + 0.2, xtol=1e-14)
    assert found == pytest.approx(float(root), abs=1e-13)
    assert act.f(found) == pytest.approx(float(f(root)), rel=4e-16)


def test_the_minimum_of_silu_is_lamberts():
    assert get("silu").bounds[0] == pytest.approx(-float(mp.lambertw(1 / mp.e)), rel=1e-15)
    assert get("quick_gelu").bounds[0] == pytest.approx(-float(mp.lambertw(1 / mp.e)) / 1.702,
                                                        rel=1e-15)


@pytest.mark.parametrize("name, at, largest", [
    ("sigmoid", 0.0, 0.25), ("tanh", 0.0, 1.0), ("gelu", math.sqrt(2), 1.128904145),
    ("silu", 2.3993572805, 1.099839320), ("mish", None, 1.088498161),
])
def test_largest_slopes(name, at, largest):
    x = np.linspace(-10, 10, 400_001)
    slopes = get(name).df(x)
    assert slopes.max() == pytest.approx(largest, abs=1e-9)
    if at is not None:
        assert x[slopes.argmax()] == pytest.approx(at, abs=1e-4)


def test_largest_slope_of_softmax():
    """Its Jacobian's largest singular value is 1/2, at two equal leaders."""
    act = get("softmax")

    def norm(x):
        return np.linalg.norm([act.vjp(x, row) for row in np.eye(len(x))], 2)

    assert norm([0.0, 0.0, -800.0]) == pytest.approx(0.5, abs=1e-15)
    rng = np.random.default_rng(0)
    assert max(norm(rng.normal(size=4) * 3) for _ in range(200)) <= 0.5


def test_largest_second_derivative_of_sigmoid():
    at = math.log(2 + math.sqrt(3))
    h = 1e-4
    slope = get("sigmoid").df
    bend = (slope(-at + h) - slope(-at - h)) / (2 * h)
    assert bend == pytest.approx(1 / (6 * math.sqrt(3)), rel=1e-7)


def test_where_tanhs_slope_falls_below_sigmoids():
    crossing = 2 * math.acosh((1 + math.sqrt(3)) / 2)
    assert crossing == pytest.approx(1.662885891, abs=1e-9)
    assert get("tanh").df(crossing) == pytest.approx(get("sigmoid").df(crossing), rel=1e-14)


def test_the_constants_of_selu():
    """The fixed point of mean 0 and variance 1 under N(0, 1) (Klambauer et al. 2017, eq. 14)."""
    half, one = mp.erfc(1 / mp.sqrt(2)), mp.erfc(mp.sqrt(2))
    e = mp.e
    alpha = -mp.sqrt(2 / mp.pi) / (half * mp.exp(mpf(1) / 2) - 1)
    scale = (1 - half * mp.sqrt(e)) * mp.sqrt(2 * mp.pi) * (
        2 * one * e**2 + mp.pi * half**2 * e - 2 * (2 + mp.pi) * half * mp.sqrt(e) + mp.pi + 2
    ) ** (-mpf(1) / 2)
    assert float(alpha) == SELU_ALPHA == pytest.approx(1.67326324235437728, abs=1e-17)
    assert float(scale) == SELU_LAMBDA == pytest.approx(1.05070098735548049, abs=1e-17)
    assert float(alpha * scale) == SELU_PRODUCT != SELU_ALPHA * SELU_LAMBDA
    assert get("selu").df(0) == SELU_PRODUCT


def test_lecun_tanh_passes_through_one():
    assert get("lecun_tanh").f(1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name, params, other, at, largest", [
    ("gelu_tanh", {}, gelu_tanh, 2.6989, 4.7324e-4),
    ("swish", {"beta": 1.702}, lambda x: swish(x, mpf("1.702")), 2.2704, 0.0203349),
])
def test_largest_differences_from_gelu(name, params, other, at, largest):
    x = np.linspace(0, 5, 50_001)  # f(x) - f(-x) = x for all three: the same on the left
    difference = np.abs(get(name, **params).f(x) - get("gelu").f(x))
    assert difference.max() == pytest.approx(largest, rel=2e-5)
    assert x[difference.argmax()] == pytest.approx(at, abs=1e-4)
    assert float(abs(other(mpf(at)) - gelu(mpf(at)))) == pytest.approx(largest, rel=2e-5)


@pytest.mark.parametrize("name, value_gain, slope_gain", [
    ("relu", 1.41421356, 1.41421356), ("tanh", 1.59253742, 1.46741359),
    ("sigmoid", 1.84622855, 4.72264609), ("gelu", 1.53353044, 1.48111441),
    ("silu", 1.67653247, 1.62332026), ("mish", 1.48684758, 1.44475523),
    ("elu", 1.24519830, 1.22342856), ("selu", 1.0, 0.96602578),
])
def test_gains_under_a_standard_normal(name, value_gain, slope_gain):
    """1/sqrt(E f(z)^2) and 1/sqrt(E f'(z)^2): what keeps forward and backward signal level."""
    act = get(name)

    def gain(function):
        def integrand(z):
            return function(z) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        return 1 / math.sqrt(quad(integrand, -12, 0, epsabs=1e-12)[0]
                             + quad(integrand, 0, 12, epsabs=1e-12)[0])

    assert gain(act.f) == pytest.approx(value_gain, abs=1e-8)
    assert gain(act.df) == pytest.approx(slope_gain, abs=1e-8)


def test_arctan_slope_has_mean_square_one_half_times_more():
    """E f'(z)^2 of arctan is 1/2 exactly."""
    slope = get("arctan").df
    mean = quad(lambda z: slope(z) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -12, 12)[0]
    assert mean == pytest.approx(0.5, abs=1e-9)


def test_phish_has_a_hump_left_of_zero():
    x = np.linspace(-4, -0.1, 100_001)
    y = get("phish").f(x)
    assert (x[y.argmax()], y.max()) == (pytest.approx(-1.195, abs=1e-3),
                                        pytest.approx(0.16466, abs=1e-5))
