"""What comes out of a function: against closed forms, and against scipy's adaptive quadrature."""

import math
import warnings

import numpy as np
import pytest
from scipy.integrate import quad_vec
from scipy.optimize import brentq
from scipy.stats import norm, uniform

from course_lib import activations
from course_lib.labs.explorer import INPUTS, activation, bins, parameter_stops
from course_lib.labs.outputs import (
    FARTHEST,
    FLAT,
    MOST_BINS,
    Normal,
    Uniform,
    bin_edges,
    nodes,
    outputs,
    probability,
)

PHI, PDF = norm.cdf, norm.pdf
STANDARD = Normal(0, 1)
ELEMENTWISE = [one for one in activations.names() if activations.get(one).kind != "vector"]


def frozen(law):
    """The same distribution from scipy, and the ends beyond which none of these integrals lies."""
    if isinstance(law, Uniform):
        return uniform(law.low, law.high - law.low), (law.low, law.high)
    return norm(law.mean, law.sd), (law.mean - 14 * law.sd, law.mean + 14 * law.sd)


def out(name, law=STANDARD, **params):
    function = activations.get(name, **params)
    return outputs(function, law, bin_edges([function], law))


def test_relu_of_a_standard_normal():
    relu = out("relu")
    assert relu.mean == pytest.approx(1 / math.sqrt(2 * math.pi), rel=1e-12)
    assert relu.second_moment == pytest.approx(1 / 2, rel=1e-12)
    assert relu.zero == pytest.approx(1 / 2, abs=1e-13)
    assert relu.flat == pytest.approx(1 / 2, abs=1e-13)


def test_relu_of_shifted_and_of_uniform_inputs():
    shifted = out("relu", Normal(-2, 1))
    assert shifted.zero == pytest.approx(PHI(2), abs=1e-13)
    assert shifted.mean == pytest.approx(PDF(2) - 2 * PHI(-2), rel=1e-9)
    assert shifted.second_moment == pytest.approx(5 * PHI(-2) - 2 * PDF(2), rel=1e-9)
    even = out("relu", Uniform(-3, 3))
    assert even[:4] == pytest.approx((3 / 4, 3 / 2, 1 / 2, 1 / 2), rel=1e-12)


@pytest.mark.parametrize("sd", [0.3, 1, 3])
def test_an_exponential_is_lognormal(sd):
    exponential = out("exponential", Normal(0, sd))
    assert exponential.mean == pytest.approx(math.exp(sd**2 / 2), rel=1e-10)
    assert exponential.second_moment == pytest.approx(math.exp(2 * sd**2), rel=1e-9)
    assert exponential.zero == 0
    assert exponential.flat == pytest.approx(PHI(math.log(FLAT) / sd), rel=1e-9)


@pytest.mark.parametrize("omega", [0.5, 1, 5, 10, 30])
def test_waves_keep_the_moments_of_theory(omega):
    one, other = out("sine", omega0=omega), out("sine", Normal(-2, 1), omega0=omega)
    assert one.mean == pytest.approx(0, abs=1e-14)
    assert one.second_moment == pytest.approx((1 - math.exp(-2 * omega**2)) / 2, rel=1e-9)
    assert other.mean == pytest.approx(-math.sin(2 * omega) * math.exp(-omega**2 / 2), abs=1e-12)


def test_a_selu_network_starts_as_its_authors_say():
    """Klambauer et al. 2017: mean 0 and variance 1 are kept."""
    selu = out("selu")
    assert selu.mean == pytest.approx(0, abs=1e-12)
    assert selu.second_moment == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("law", INPUTS.values(), ids=INPUTS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_moments_agree_with_adaptive_quadrature(name, law):
    function, (scipys, (low, high)) = activations.get(name), frozen(law)
    edges = np.unique([*(k for k in function.kinks if low < k < high), *np.linspace(low, high, 29)])
    scale = scipys.pdf(scipys.mean())

    def moments(z):
        density = scale * (1 if isinstance(law, Uniform)
                           else math.exp(-((z - law.mean) / law.sd) ** 2 / 2))
        return density * function.f(z) ** np.array([1, 2])

    pieces = [quad_vec(moments, a, b, epsabs=1e-15, epsrel=1e-10)[0]
              for a, b in zip(edges, edges[1:], strict=False)]
    seen = out(name, law)
    assert (seen.mean, seen.second_moment) == pytest.approx(sum(pieces), rel=1e-8, abs=1e-12)


def ends_of_flat(slope, *brackets):
    """Where |slope| is FLAT, one place for each bracket (low, high, sign of the slope)."""
    return [brentq(lambda z, sign=sign: slope(z) - sign * FLAT, low, high, xtol=1e-14)
            for low, high, sign in brackets]


def test_shares_of_flat_units():
    for sd in (0.3, 1, 3):
        half = math.log((1 + math.sqrt(0.96)) / (1 - math.sqrt(0.96)))  # s (1 - s) = 0.01
        assert out("sigmoid", Normal(0, sd)).flat == pytest.approx(2 * PHI(-half / sd), abs=1e-13)
        assert out("tanh", Normal(0, sd)).flat == pytest.approx(
            2 * PHI(-math.acosh(10) / sd), abs=1e-13)
        a, b, c = ends_of_flat(lambda z: PHI(z) + z * PDF(z), (-9, -2, -1), (-1.2, -0.76, -1),
                               (-0.74, 0, 1))
        told = out("gelu", Normal(0, sd)).flat
        assert told == pytest.approx(PHI(a / sd) + PHI(c / sd) - PHI(b / sd), abs=1e-10)
    assert out("identity").flat == out("leaky_relu").flat == 0
    assert out("binary_step").flat == pytest.approx(1, abs=1e-13)


def test_short_flat_pieces_of_waves_are_not_missed():
    """A phase of many turns is spread evenly: shares of the circle."""
    assert out("sine", omega0=30.0).flat == pytest.approx(2 / math.pi * math.asin(FLAT / 30),
                                                          rel=1e-6)
    snake = out("snake", Normal(0, 3), a=5.0)  # 1 + sin(2 a z) only touches 0
    assert snake.flat == pytest.approx(math.acos(1 - FLAT) / math.pi, rel=1e-6)


@pytest.mark.parametrize("law", INPUTS.values(), ids=INPUTS)
@pytest.mark.parametrize("name, inverse", [
    ("tanh", np.arctanh), ("sigmoid", lambda a: np.log(a / (1 - a))), ("exponential", np.log),
    ("softplus", lambda a: np.log(np.expm1(a))), ("identity", lambda a: a),
    ("leaky_relu", lambda a: np.where(a > 0, a, 100 * a)),
])
def test_bars_of_rising_functions(name, inverse, law):
    function = activations.get(name)
    low, high = function.bounds
    edges = bin_edges([function], law)
    below = np.where(edges <= low, 0.0, 1.0)
    inside = (edges > low) & (edges < high)
    below[inside] = frozen(law)[0].cdf(inverse(edges[inside]))
    # A piece of 0.01 sd, its share spread evenly: off by at most 0.24 * 0.01^2 / 4 at each edge.
    assert outputs(function, law, edges).bins == pytest.approx(np.diff(below), abs=1.2e-5)


def test_bars_of_steps_and_of_a_fold():
    edges, law = np.arange(-1.25, 6.3, 0.5), Normal(2, 1)

    def bars(name):
        seen = outputs(activations.get(name), law, edges).bins
        return {whole: seen[2 * whole + 2] for whole in range(-1, 7)}

    nothing = dict.fromkeys(range(-1, 7), 0.0)
    low, high = PHI(-2), 1 - PHI(-2)
    assert bars("binary_step") == pytest.approx({**nothing, 0: low, 1: high}, abs=1e-12)
    assert bars("sign") == pytest.approx({**nothing, -1: low, 1: high}, abs=1e-12)
    around = {whole: PHI(whole - 1.75) - PHI(whole - 2.25) for whole in range(1, 6)}
    relu6 = {-1: 0.0, 0: PHI(-1.75), **around, 6: 1 - PHI(3.75)}
    assert bars("relu6") == pytest.approx(relu6, abs=1.2e-5)
    folded = outputs(activations.get("prelu", alpha=-1.0), STANDARD, np.array([0.0, 1.0, 2.0]))
    assert folded.bins == pytest.approx(2 * np.diff(PHI([0, 1, 2])), abs=1.2e-5)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_every_function_at_every_stop_for_all_inputs(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for law_name, law in INPUTS.items():
            edges = bins(name, law_name)
            for stop in parameter_stops(name):
                seen = outputs(activation(name, stop), law, edges)
                assert np.isfinite(seen.mean) and seen.second_moment >= seen.mean**2 - 1e-12
                assert (seen.bins > -1e-12).all() and seen.bins.sum() < 1 + 1e-9
                assert -1e-12 < seen.zero <= 1 + 1e-12 and -1e-12 < seen.flat <= 1 + 1e-12
                zero = int(np.argmin(abs(edges[:-1] + edges[1:])))
                assert seen.zero <= seen.bins[zero] + 1e-6  # the hatched part fits into its bar


@pytest.mark.parametrize("law", INPUTS.values(), ids=INPUTS)
@pytest.mark.parametrize("name", ["relu", "sigmoid", "identity", "squared_relu", "log_sigmoid"])
def test_bins_hold_nearly_all_and_have_their_centres_on_whole_numbers(name, law):
    function = activations.get(name)
    edges = bin_edges([function], law)
    z = np.linspace(*frozen(law)[0].ppf([0.0014, 0.9986]), 101)
    values = np.clip(function.f(z), -FARTHEST, FARTHEST)
    assert edges[0] <= min(0, values.min()) and edges[-1] >= max(0, values.max())
    width = np.diff(edges)
    assert width == pytest.approx(width[0]) and 10 <= len(width) <= MOST_BINS + 2
    centres = (edges[1:] + edges[:-1]) / 2
    for whole in range(math.ceil(edges[0]), math.floor(edges[-1]) + 1):
        assert abs(centres - whole).min() < 1e-9


def test_nodes_integrate_polynomials_exactly_and_stop_at_kinks():
    z, width = nodes(Uniform(-3, 3), (0.123,))
    for power in range(5):
        exact = (3 ** (power + 1) - (-3) ** (power + 1)) / (power + 1)
        assert width @ z**power == pytest.approx(exact, rel=1e-12, abs=1e-11)
    assert width @ (z > 0.123) == pytest.approx(3 - 0.123, rel=1e-13)


def test_probability_of_half_lines_points_pieces_and_everything():
    assert probability(lambda z: z > 0.3, STANDARD) == pytest.approx(PHI(-0.3), abs=1e-13)
    assert probability(lambda z: z == 0, STANDARD) == pytest.approx(0, abs=1e-13)
    assert probability(lambda z: abs(z - 1) < 0.5, STANDARD) == pytest.approx(
        PHI(1.5) - PHI(0.5), abs=1e-13)
    assert probability(lambda z: z < 99, STANDARD) == pytest.approx(1, abs=1e-13)
    assert probability(lambda z: z > 99, STANDARD) == 0
    assert probability(lambda z: z <= 1, Uniform(-3, 3)) == pytest.approx(4 / 6, abs=1e-13)


@pytest.mark.parametrize("law", INPUTS.values(), ids=INPUTS)
def test_the_laws_are_what_they_are_called(law):
    scipys, _ = frozen(law)
    z = np.linspace(-6.7, 6.7, 301)
    assert law.density(z) == pytest.approx(scipys.pdf(z), rel=1e-12)
    assert law.below(z) == pytest.approx(scipys.cdf(z), rel=1e-12)
    numbers = (law.low, law.high) if isinstance(law, Uniform) else (law.mean, law.sd)
    assert all(f"{one:g}" in law.words for one in numbers)
