"""The engine's float32 forms against the catalogue's exact ones: the difference of each, stated."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib import activations
from course_lib.activations import fast

Z = np.concatenate([np.linspace(-12, 12, 4801), [-1e4, -90, -50, 50, 90, 1e4, 1e-8, -1e-8, 0],
                    [-np.inf, np.inf]]).astype(np.float32)
CASES = [(name, {}) for name in fast.FORMS] + [
    ("leaky_relu", {"negative_slope": 0.2}), ("prelu", {"alpha": 0.1}), ("elu", {"alpha": 0.5}),
    ("swish", {"beta": 2.0})]
ABSOLUTE, RELATIVE = 1.2e-6, 6e-7  # of value and slope; about ten roundings of a float32 near 1


@pytest.mark.parametrize("name, params", CASES)
def test_value_and_slope(name, params):
    exact = activations.get(name, **params)
    finite = np.isfinite(Z)
    if name in ("relu", "leaky_relu", "prelu", "tanh", "sigmoid"):
        finite[:] = True
    z = Z[finite]
    value, slope, work = np.full((3, len(z)), np.nan, np.float32)
    with np.errstate(all="ignore"):
        fast.form(exact, np.float32)(z.copy(), value, slope, work)
    wide = z.astype(np.float64)
    for found, expected in ((value, exact.f(wide)), (slope, exact.df(wide))):
        with np.errstate(invalid="ignore"):
            apart = np.where(found == expected, 0, np.abs(found - expected))
        limit = ABSOLUTE + RELATIVE * np.where(np.isfinite(expected), np.abs(expected), 0)
        assert (apart <= limit).all(), (z[(apart - limit).argmax()], apart.max())


def test_every_form_names_a_function_of_the_catalogue():
    assert set(fast.FORMS) <= set(activations.names())


def test_float64_uses_the_catalogues_definition():
    z = np.linspace(-3, 3, 101)
    value, slope, work = np.empty((3, 101))
    gelu = activations.get("gelu")
    fast.form(gelu, np.float64)(z, value, slope, work)
    np.testing.assert_array_equal(value, gelu.f(z))
    np.testing.assert_array_equal(slope, gelu.df(z))


def test_nan_stays_nan():
    for name, params in CASES:
        z = np.array([np.nan, 1.0], np.float32)
        value, slope, work = np.empty((3, 2), np.float32)
        fast.form(activations.get(name, **params), np.float32)(z, value, slope, work)
        assert np.isnan(value[0]) and np.isfinite(value[1]), name


@pytest.mark.parametrize("name, scale, shift", [("sigmoid", 4, -2), ("tanh", 1, 1), ("relu", -2, 0),
                                                ("softsign", 3, 0.5)])
def test_affine(name, scale, shift):
    f = activations.get(name)
    z = Z[np.isfinite(Z)]
    value, slope, work = np.full((3, len(z)), np.nan, np.float32)
    with np.errstate(all="ignore"):
        fast.form(f.affine(scale, shift), np.float32)(z.copy(), value, slope, work)
    wide = z.astype(np.float64)
    for found, expected in ((value, scale * f.f(wide) + shift), (slope, scale * f.df(wide))):
        np.testing.assert_allclose(found, expected, rtol=RELATIVE, atol=abs(scale) * ABSOLUTE)


def test_an_affine_function_with_another_derivative_keeps_it():
    other = replace(activations.get("relu").affine(2, 1), df=lambda z: np.full_like(z, 7))
    z, value, slope, work = np.ones((4, 3), np.float32)
    fast.form(other, np.float32)(z, value, slope, work)
    assert value.tolist() == [3] * 3 and slope.tolist() == [7] * 3
