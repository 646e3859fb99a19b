"""The map of second moments: closed forms, 30-digit integrals, constants, wide networks."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf
from scipy.special import ndtr

from course_lib import activations, initialisation, networks, thermostat
from course_lib.thermostat import Pair

MOMENTS = [1e-6, 0.01, 0.25, 1.0, 4.0, 100.0]


def selu_square(q):
    """E selu(sqrt(q) z)^2, from E exp(s z) over z < 0 = exp(s^2 / 2) Phi(-s)."""
    scale, alpha, s = 1.0507009873554805, 1.6732632423543772, math.sqrt(q)
    below = (math.exp(2 * q) * ndtr(-2 * s) - 2 * math.exp(q / 2) * ndtr(-s) + 0.5)
    return scale ** 2 * (q / 2 + alpha ** 2 * below)


SQUARES = {
    "identity": lambda q: q, "relu": lambda q: q / 2, "leaky_relu": lambda q: q * (1 + 1e-4) / 2,
    "squared_relu": lambda q: 1.5 * q * q, "sine": lambda q: (1 - math.exp(-2 * q)) / 2,
    "gaussian": lambda q: 1 / math.sqrt(1 + 4 * q), "binary_step": lambda q: 0.5,
    "erf": lambda q: 2 / math.pi * math.asin(2 * q / (1 + 2 * q)),  # Williams 1998, eq. 11
    "hard_tanh": lambda q: (q * (1 - 2 * ndtr(-1 / math.sqrt(q))) + 2 * ndtr(-1 / math.sqrt(q))
                            - 2 * math.sqrt(q / (2 * math.pi)) * math.exp(-0.5 / q)),
    "selu": selu_square,
}
SLOPES = {
    "identity": lambda q: 1, "relu": lambda q: 0.5, "leaky_relu": lambda q: (1 + 1e-4) / 2,
    "squared_relu": lambda q: 2 * q, "sine": lambda q: (1 + math.exp(-2 * q)) / 2,
    "erf": lambda q: 4 / math.pi / math.sqrt(1 + 4 * q), "binary_step": lambda q: 0,
    "gaussian": lambda q: 4 * q / (1 + 4 * q) ** 1.5,
    "hard_tanh": lambda q: 1 - 2 * ndtr(-1 / math.sqrt(q)),
}


# At 100 sine has too many waves for the rule, and the closed form of selu overflows.
CASES = [(name, q) for name in SQUARES for q in MOMENTS if (name, q) not in {
    ("sine", 100.0), ("selu", 100.0)}]


@pytest.mark.parametrize("name, q", CASES)
def test_second_moments_in_closed_form(name, q):
    tolerance = 3e-7 if name == "selu" and q == 1e-6 else 1e-9  # there the closed form cancels
    assert thermostat.mean_square(name, q) == pytest.approx(SQUARES[name](q), rel=tolerance)


@pytest.mark.parametrize("name, q", [case for case in CASES if case[0] in SLOPES])
def test_mean_square_slopes_in_closed_form(name, q):
    assert thermostat.mean_square_slope(name, q) == pytest.approx(SLOPES[name](q), rel=1e-9)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "gelu", "silu", "softplus"])
@pytest.mark.parametrize("q", [0.25, 4.0, 1e4])
def test_second_moments_against_many_digits(name, q):
    mp.dps = 30
    functions = {"tanh": mp.tanh, "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
                 "gelu": lambda x: x * mp.ncdf(x), "silu": lambda x: x / (1 + mp.exp(-x)),
                 "softplus": lambda x: mp.log1p(mp.exp(-abs(x))) + max(x, 0)}
    s, f = mp.sqrt(mpf(q)), functions[name]
    edges = [-12, -3, -1, -0.1, -0.01, 0, 0.01, 0.1, 1, 3, 12]
    exact = mp.quad(lambda z: f(s * z) ** 2 * mp.npdf(z), edges)
    assert thermostat.mean_square(name, q) == pytest.approx(float(exact), rel=1e-9)


@pytest.mark.parametrize("name, forward, backward", [
    ("relu", 1.41421356, 1.41421356), ("tanh", 1.59253742, 1.46741359),
    ("sigmoid", 1.84622855, 4.72264609), ("gelu", 1.53353044, 1.48111441),
    ("silu", 1.67653247, 1.62332026), ("mish", 1.48684758, 1.44475523),
    ("elu", 1.24519830, 1.22342856), ("selu", 1.0, 0.96602578)])
def test_gains(name, forward, backward):
    assert thermostat.gain(name) == pytest.approx(forward, abs=1e-8)
    assert thermostat.backward_gain(name) == pytest.approx(backward, abs=1e-8)


def test_selus_fixed_point():
    """Klambauer et al. 2017, eq. 5: at (0, 1) the variance's own derivative is 0.782648."""
    assert thermostat.log_slope("selu") == pytest.approx(0.782648, abs=5e-7)
    selu = thermostat.pair("selu", "lecun")
    assert selu.step(1.0) == pytest.approx(1, rel=1e-12)
    assert selu.through(4.0, 60)[-1] == pytest.approx(1, abs=1e-4)


def test_the_edge_of_chaos_of_tanh():
    """Poole et al. 2016, fig. 1; Schoenholz et al. 2017: w2 = 1.76 at b2 = 0.05 is critical."""
    pair = Pair(activations.get("tanh"), 1.76095, 0.05)
    q = pair.through(1.0, 200)[-1]
    assert q == pytest.approx(0.57, abs=1e-3) and pair.factor(q) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("name, slope, kind", [
    # sine: 2 e^-2 / (1 - e^-2); squared relu: q^2; erf: d ln asin(2q / (1 + 2q)) / d ln q at 1
    ("identity", 1, "neutral"), ("relu", 1, "neutral"), ("prelu", 1, "neutral"),
    ("squared_relu", 2, "repels"), ("exponential", 2, "repels"),
    ("sine", 2 * math.exp(-2) / (1 - math.exp(-2)), "attracts"),
    ("erf", 2 / 9 / math.sqrt(1 - 4 / 9) / math.asin(2 / 3), "attracts")])
def test_kinds(name, slope, kind):
    assert thermostat.log_slope(name) == pytest.approx(slope, rel=1e-9)
    assert thermostat.kind(name) == kind


@pytest.mark.parametrize("name, kind", [
    ("tanh", "attracts"), ("selu", "attracts"), ("elu", "attracts"), ("sigmoid", "attracts"),
    ("gelu", "repels"), ("silu", "repels"), ("mish", "repels")])
def test_kinds_by_the_map_itself(name, kind):
    """From a quarter below and above 1: nearer to 1 after a layer, or further away."""
    pair = thermostat.pair(name)
    nearer = [abs(math.log(pair.step(q))) < abs(math.log(q)) for q in (0.8, 1.25)]
    assert nearer == [kind == "attracts"] * 2 and thermostat.kind(name) == kind
    assert pair.step(1.0) == pytest.approx(1, rel=1e-12)


def test_pairs_go_through_depth():
    relu = thermostat.pair("relu", "glorot")
    np.testing.assert_allclose(relu.through(3.0, 5), 3 / 2.0 ** np.arange(5))
    assert relu.decades(3.0, 30) == pytest.approx(-29 / 2 * math.log10(2))
    assert relu.drawn_together(30) == pytest.approx(1)
    squared = thermostat.pair("squared_relu")  # q' = q^2: log q doubles in every layer
    assert squared.drawn_together(4) == pytest.approx(8)
    sine = Pair(activations.get("sine"), 1.0, 0.5)
    assert sine.step(2.0) == pytest.approx((1 - math.exp(-4)) / 2 + 0.5)
    assert thermostat.pair("binary_step", "lecun").decades(1.0, 3) == -math.inf
    wide = thermostat.pair("relu", times=2.0)
    assert (wide.w2, wide.b2) == (pytest.approx(8), 0)


@pytest.mark.parametrize("scheme", thermostat.VARIANCES)
def test_variances_of_the_schemes(scheme):
    W, b = initialisation.get(scheme)(400, 400, np.random.default_rng(1))
    pair = thermostat.pair("tanh", scheme, times=3.0, width=400)
    assert 9 * 400 * np.square(W).mean() == pytest.approx(pair.w2, rel=0.02)
    assert np.square(b).mean() == pytest.approx(pair.b2, rel=0.2)


def test_every_scheme_has_its_variances():
    assert set(thermostat.VARIANCES) == set(initialisation.SCHEMES)


def test_own_gain_draws_weights_that_keep_one():
    draw, rng = thermostat.own_gain("gelu", inputs=64), np.random.default_rng(0)
    for fan_in, gain in ((400, 1.53353044), (64, 1.0)):
        W, b = draw(fan_in, 500, rng)
        assert W.std() * math.sqrt(fan_in) == pytest.approx(gain, rel=0.02) and not b.any()
    assert thermostat.own_gain("gelu")(64, 900, rng)[0].std() * 8 == pytest.approx(1.5335, rel=0.02)


@pytest.mark.parametrize("name", ["tanh", "gelu", "relu"])
@pytest.mark.parametrize("init", ["own gain", "pytorch"])
def test_wide_networks_follow_the_map(name, init):
    """Six layers of 1000 units: second moments and mean-square gradients within a tenth."""
    pair = thermostat.pair(name, init, width=1000)
    draw = thermostat.own_gain(name) if init == "own gain" else init
    stack = networks.Stack([name] * 2, (1000, *[1000] * 6, 10), dtype=np.float64)
    stack.initialise([draw] * 2, [0, 1])
    x = np.random.default_rng(2).standard_normal((8, 1000))
    x /= np.sqrt(np.square(x).mean(1, keepdims=True))
    out, space = stack.forward(x[None])
    seen = np.array([np.square(here.z).mean() for here in space.layers])
    q = pair.through(pair.w2 + pair.b2, 6)
    np.testing.assert_allclose(seen, q, rtol=0.1)
    stack.backward(np.random.default_rng(3).standard_normal(out.shape), space)
    back = np.array([np.square(here.slope).mean() for here in space.layers])
    factors = [pair.factor(one) for one in q[:-1]]  # of the layer that hears
    np.testing.assert_allclose(back[:-1] / back[1:], factors, rtol=0.15)
    assert np.log10(back[0] / back[-1]) / 2 == pytest.approx(pair.decades(q[0], 6), abs=0.1)


@pytest.mark.parametrize("call, message", [
    (lambda: thermostat.gain("softmax"), "softmax takes a whole vector"),
    (lambda: thermostat.mean_square("relu", -1.0), "0 or more; got -1"),
    (lambda: thermostat.mean_square("relu", math.nan), "0 or more; got nan"),
    (lambda: thermostat.pair("relu", "hee"), "first weights 'hee': 'own gain' or one of he"),
    (lambda: thermostat.gain("rellu"), "did you mean 'relu'")])
def test_errors_name_what_is_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
