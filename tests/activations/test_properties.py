"""What must hold everywhere: monotony, bounds, symmetry, identities between functions."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.activations import get, names

ELEMENTWISE = [name for name in names() if get(name).kind == "elementwise"]
numbers = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(-50, 50)
some = settings(max_examples=60, deadline=None)
EPS = 2.0**-52


def close(a, b, ulps=16):
    return abs(a - b) <= ulps * EPS * max(abs(a), abs(b)) + 1e-300


MONOTONE = [name for name in ELEMENTWISE if get(name).monotone == "yes"]


@pytest.mark.parametrize("name", MONOTONE)
@some
@given(x=numbers, y=numbers)
def test_monotone_functions_never_fall(name, x, y):
    act = get(name)
    low, high = min(x, y), max(x, y)
    a, b = act.f(low), act.f(high)
    assert a <= b + 4 * EPS * abs(b)  # two neighbours may round apart
    assert act.df(x) >= 0


def test_those_that_are_not_monotone_do_fall():
    x = np.linspace(-6, 6, 1201)
    for name in ELEMENTWISE:
        falls = bool((np.diff(get(name).f(x)) < -1e-9).any())
        # The defaults of acon_c make it SiLU; in general it depends on the parameters.
        assert falls == (get(name).monotone in ("no", "depends")), name


@pytest.mark.parametrize("name", ELEMENTWISE)
@some
@given(x=numbers)
def test_bounds_hold(name, x):
    act = get(name)
    low, high = act.bounds
    slack = 4 * EPS
    assert low - slack * abs(low) <= act.f(x) <= high + slack * abs(high)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_bounds_are_tight_and_bounded_says_so(name):
    act = get(name)
    low, high = act.bounds
    x = np.concatenate([np.linspace(-8, 8, 160_001), [-1e18, 1e18, -1e3, 1e3]])
    y = act.f(x)
    if math.isfinite(low):
        assert y.min() - low < 1e-8
    else:
        assert y.min() < -1e3 + 1
    if math.isfinite(high):
        assert high - y.max() < 1e-8
    else:
        assert y.max() > 1e3 - 1
    assert act.bounded == {(True, True): "yes", (True, False): "below", (False, True): "above",
                           (False, False): "no"}[math.isfinite(low), math.isfinite(high)]


bounded_by_parameters = st.one_of(
    st.tuples(st.just("elu"), st.fixed_dictionaries({"alpha": st.floats(0.01, 100)})),
    st.tuples(st.just("celu"), st.fixed_dictionaries({"alpha": st.floats(0.01, 100)})),
    st.tuples(st.just("isru"), st.fixed_dictionaries({"alpha": st.floats(0.01, 100)})),
    st.tuples(st.just("isrlu"), st.fixed_dictionaries({"alpha": st.floats(0.01, 100)})),
    st.tuples(st.just("swish"), st.fixed_dictionaries({"beta": st.floats(-50, 50)})),
    st.tuples(st.just("leaky_relu"), st.fixed_dictionaries({"negative_slope": st.floats(-2, 2)})),
    st.tuples(st.just("threshold"), st.fixed_dictionaries(
        {"threshold": st.floats(-9, 9), "value": st.floats(-9, 9)})),
    st.tuples(st.just("hard_sigmoid"), st.fixed_dictionaries(
        {"slope": st.floats(0.01, 5), "offset": st.floats(-2, 2)})),
    st.tuples(st.just("acon_c"), st.fixed_dictionaries(
        {"p1": st.floats(-3, 3), "p2": st.just(0.0), "beta": st.floats(0.1, 5)})),
)


@settings(max_examples=300, deadline=None)
@given(case=bounded_by_parameters, x=moderate)
def test_bounds_follow_the_parameters(case, x):
    name, params = case
    act = get(name, **params)
    low, high = act.bounds
    assert low * (1 + np.sign(low) * -8 * EPS) - 1e-300 <= act.f(x)
    assert act.f(x) <= high * (1 + np.sign(high) * 8 * EPS) + 1e-300


ODD = ["identity", "tanh", "lecun_tanh", "softsign", "arctan", "isru", "erf", "hard_tanh",
       "tanhshrink", "soft_shrink", "hard_shrink", "sine", "gcu"]
EVEN = ["gaussian", "lisht"]


@pytest.mark.parametrize("name, sign", [(name, -1) for name in ODD] + [(name, 1) for name in EVEN])
@some
@given(x=numbers)
def test_symmetry(name, sign, x):
    act = get(name)
    assert act.f(-x) == sign * act.f(x)
    assert act.df(-x) == -sign * act.df(x)


@settings(max_examples=300, deadline=None)
@given(x=moderate)
def test_identities_between_functions(x):
    def f(name, at, **params):
        return get(name, **params).f(at)

    sigmoid = f("sigmoid", x)
    assert abs(f("tanh", x) - (2 * f("sigmoid", 2 * x) - 1)) <= 4 * EPS
    assert close(sigmoid + f("sigmoid", -x), 1)
    assert close(get("sigmoid").df(x), get("sigmoid").df(-x))
    assert f("silu", x) == f("swish", x) == f("swish", x, beta=1) == f("telu", 0) + f("sil", x)
    assert close(f("quick_gelu", x), f("swish", x, beta=1.702))
    assert f("sparse_plus", x) == f("smelu", x)
    assert get("sparse_plus").df(x) == get("smelu").df(x)
    assert close(f("log_sigmoid", x), -f("softplus", -x))
    assert abs(f("softplus", x) - f("softplus", -x) - x) <= 4 * EPS * max(1, abs(x))
    assert abs(f("gelu", x) - f("gelu", -x) - x) <= 4 * EPS * max(1, abs(x))
    assert abs(f("mish", x) - x * f("tanh", f("softplus", x))) <= 8 * EPS * max(1, abs(x))
    assert f("prelu", x, alpha=0.3) == f("leaky_relu", x, negative_slope=0.3)
    assert f("relu", x) == f("leaky_relu", x, negative_slope=0)
    assert f("elu", x) == f("celu", x)
    assert close(f("selu", x), 1.0507009873554805 * f("elu", x, alpha=1.6732632423543772))
    assert close(f("hard_silu", x), x * f("hard_sigmoid", x)) or x <= -3
    assert f("relu6", x) == f("relu", x) - f("relu", x - 6) or abs(x) > 6
    assert f("squared_relu", x) == f("relu", x) * f("relu", x)  # `**` may be a bit off: libm
    assert close(f("acon_c", x, p1=1.0, p2=0.25, beta=1e6), f("leaky_relu", x, negative_slope=0.25)
                 ) or abs(x) < 1e-3
    assert f("acon_c", x) == pytest.approx(f("silu", x), rel=1e-14, abs=1e-300)
    assert close(f("isrlu", x), x if x >= 0 else f("isru", x))
    assert close(f("lisht", x), x * f("tanh", x))
    assert close(f("sine", x, omega0=3), math.sin(3 * x), 64)
    assert f("exponential", x) == pytest.approx(math.exp(x), rel=1e-15)
    assert f("soft_shrink", x) + f("hard_tanh", 2 * x) / 2 == pytest.approx(x, abs=1e-14)


@pytest.mark.parametrize("name", ELEMENTWISE)
@some
@given(x=st.floats(-20, 20))
def test_derivative_is_the_slope(name, x):
    """Against a central difference, away from kinks: a second look, without mpmath."""
    act = get(name)
    h = 1e-5
    assume(all(abs(x - kink) > 2 * h for kink in act.kinks))
    slope = (act.f(x + h) - act.f(x - h)) / (2 * h)
    scale = max(abs(act.f(x + h)), abs(act.f(x - h)), 1)
    assert act.df(x) == pytest.approx(slope, rel=1e-6, abs=2e-9 * scale + 1e-7)


# Vectors ---------------------------------------------------------------------------------------

vectors = arrays(np.float64, (3, 6), elements=st.floats(-200, 200))
small = arrays(np.float64, (3, 6), elements=st.floats(-5, 5))


@settings(max_examples=150, deadline=None)
@given(x=vectors, shift=st.integers(-1000, 1000))
def test_softmax_is_a_distribution_and_minds_differences_only(x, shift):
    x = np.round(x, 3) * 1024 // 1 / 1024  # multiples of 2^-10: adding the shift is exact
    for name in ("softmax", "sparsemax"):
        p = get(name).f(x)
        assert (p >= 0).all() and np.allclose(p.sum(-1), 1, rtol=0, atol=1e-14)
        np.testing.assert_allclose(get(name).f(x + shift), p, rtol=1e-12, atol=1e-13)
        assert (np.argmax(p, -1) == np.argmax(p + (x == x.max(-1, keepdims=True)), -1)).all()
    np.testing.assert_allclose(np.exp(get("log_softmax").f(x)), get("softmax").f(x),
                               rtol=1e-12, atol=1e-300)
    assert (get("log_softmax").f(x) <= 0).all()


@settings(max_examples=100, deadline=None)
@given(z=st.floats(-300, 300))
def test_softmax_of_two_is_a_sigmoid(z):
    assert get("softmax").f([z, 0.0])[0] == pytest.approx(get("sigmoid").f(z), rel=1e-13)
    assert get("log_softmax").f([z, 0.0])[0] == pytest.approx(get("log_sigmoid").f(z), rel=1e-13)
    gradient = get("softmax").vjp([z, 0.0], [1.0, 0.0])
    assert gradient[0] == pytest.approx(get("sigmoid").df(z), rel=1e-13)


@pytest.mark.parametrize("name", [name for name in names() if get(name).kind == "vector"])
@settings(max_examples=40, deadline=None)
@given(x=small, seed=st.integers(0, 99), a=st.floats(-3, 3), b=st.floats(-3, 3))
def test_vjp_is_linear_in_g_and_the_transpose_of_the_slope(name, x, seed, a, b):
    act = get(name)
    rng = np.random.default_rng(seed)
    y = act.f(x)
    u, v = rng.normal(size=(2, *y.shape))
    combined = act.vjp(x, a * u + b * v)
    np.testing.assert_allclose(
        combined, a * act.vjp(x, u) + b * act.vjp(x, v), rtol=1e-11, atol=1e-11)
    if name in ("softmax", "sparsemax"):
        assert np.allclose(act.vjp(x, u).sum(-1), 0, atol=1e-13)  # shift invariance
    if act.smooth != "C^0" and name != "reglu":  # directional derivative, where there is one
        t, h = rng.normal(size=x.shape), 1e-6
        along = (act.f(x + h * t) - act.f(x - h * t)) / (2 * h)
        assert np.sum(along * u) == pytest.approx(np.sum(act.vjp(x, u) * t), rel=1e-5, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(x=small)
def test_vector_definitions(x):
    a, b = x[:, :3], x[:, 3:]

    def f(name, at, **params):
        return get(name, **params).f(at)

    np.testing.assert_allclose(f("glu", x), a * f("sigmoid", b), rtol=1e-13, atol=1e-300)
    np.testing.assert_array_equal(f("swiglu", x), f("silu", a) * b)
    np.testing.assert_array_equal(f("geglu", x), f("gelu", a) * b)
    np.testing.assert_array_equal(f("reglu", x), f("relu", a) * b)
    np.testing.assert_array_equal(f("bilinear", x), a * b)
    np.testing.assert_array_equal(f("crelu", x)[:, :6] - f("crelu", x)[:, 6:], x)
    np.testing.assert_array_equal(f("maxout", x), np.maximum(x[:, ::2], x[:, 1::2]))
    np.testing.assert_array_equal(f("maxout", x, pieces=6)[:, 0], x.max(-1))
