"""The catalogue beside PyTorch and JAX: the same functions, and every place where they part.

Both live in an environment of their own; without them these tests are skipped.
"""

import re

import numpy as np
import pytest

from course_lib.activations import get, names

torch = pytest.importorskip("torch")
jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)
F = torch.nn.functional
inf, nan = np.inf, np.nan
X = np.concatenate([np.linspace(-6.05, 6.05, 122), [-18.0, 18.0, 1e-3, -1e-3]])
HOMES = {"torch": torch, "nn": torch.nn, "F": F, "jnp": jax.numpy, "jax": jax}
NOT_CALLED_SO = {"threshold": "threshold, value", "softmax": "dim", "log_softmax": "dim"}


def calls(text):
    for part in text.split(" / "):
        path, arguments = re.fullmatch(r"([\w.]+)(?:\((.*?)\))?(?:, default .*)?", part).groups()
        first, *steps = path.split(".")
        function = HOMES.get(first) or getattr(jax.nn, first)
        for step in steps:
            function = getattr(function, step)
        yield function, arguments or ""


def torch_slope(function, x, dtype=torch.float64):
    x = torch.tensor(np.array(x), dtype=dtype, requires_grad=True)
    y = function(x)
    if y.requires_grad:
        y.sum().backward()
    return y.detach().numpy(), None if x.grad is None else x.grad.numpy()


def jax_slope(function, x, dtype=np.float64):
    x = jax.numpy.array(x, dtype)
    return np.array(function(x)), np.array(jax.grad(lambda v: function(v).sum())(x))


def slopes(take, function, *x):
    return take(function, x)[1].tolist()


SIDES = {"torch": torch_slope, "jax": jax_slope}


@pytest.mark.parametrize("key, name", [(key, name) for key in SIDES for name in names()
                                       if get(name).framework[key]])
def test_what_torch_and_jax_call_it(key, name):
    """Every name exists, its defaults are those written, and it is the same function."""
    act, take = get(name), SIDES[key]
    for function, arguments in calls(act.framework[key]):
        given = {"dim": -1} if arguments == "dim" else {}
        if isinstance(function, type):
            layer = function(**(eval(f"dict({arguments})") if arguments else {}))
            function, arguments = layer.double(), ""
        elif arguments == "threshold, value":
            given = {"threshold": 1.0, "value": 0.0}
        elif arguments != "dim":
            given = eval(f"dict({arguments})")
        written_is_default = not (name == "gelu_tanh" and key == "torch") and not (
            name == "gelu" and key == "jax")
        if given and written_is_default and arguments not in NOT_CALLED_SO.values():
            np.testing.assert_array_equal(
                take(function, X[:8])[0],
                take(lambda v, f=function, kw=given: f(v, **kw), X[:8])[0])
        if act.kind == "vector":
            x = X[:120].reshape(20, 6)
            y, _ = take(lambda v, f=function, kw=given: f(v, **kw), x)
            np.testing.assert_allclose(y, act.f(x), rtol=1e-12)
            g = np.cos(np.arange(y.size)).reshape(y.shape)
            weights = torch.tensor(g) if key == "torch" else g
            _, gradient = take(lambda v, f=function, kw=given, w=weights: f(v, **kw) * w, x)
            np.testing.assert_allclose(gradient, act.vjp(x, g), rtol=1e-9, atol=1e-14)
            continue
        y, dy = take(lambda v, f=function, kw=given: f(v, **kw), X)
        np.testing.assert_allclose(y, act.f(X), rtol=1e-6, atol=1e-13)
        if dy is not None:
            np.testing.assert_allclose(dy, act.df(X), rtol=1e-6, atol=1e-9)


# Defaults ---------------------------------------------------------------------------------------

def test_gelu_default_is_the_tanh_form_in_jax_only():
    y, _ = jax_slope(jax.nn.gelu, [2.0])
    assert y[0] == pytest.approx(get("gelu_tanh").f(2.0), rel=1e-14) != get("gelu").f(2.0)
    y, _ = torch_slope(F.gelu, [2.0])
    assert y[0] == pytest.approx(get("gelu").f(2.0), rel=1e-14)


def test_leaky_relu_slope_is_ours():
    assert torch_slope(F.leaky_relu, [-1.0])[0] == jax_slope(jax.nn.leaky_relu, [-1.0])[0] == -0.01


def test_prelu_starts_at_a_quarter_for_all():
    weight = torch.nn.PReLU().weight.detach()
    assert weight.shape == (1,) and float(weight) == 0.25 == get("prelu").params["alpha"]


def test_softplus_has_a_threshold_in_torch():
    x = 20.5
    assert torch_slope(F.softplus, [x]) == (x, 1.0)
    assert get("softplus").f(x) > x and get("softplus").df(x) < 1
    assert jax_slope(jax.nn.softplus, [x])[0] == pytest.approx(get("softplus").f(x), rel=1e-15)


def test_torch_softmax_wants_an_axis():
    with pytest.warns(UserWarning, match="Implicit dimension choice"):
        F.softmax(torch.zeros(3))


# Slopes at kinks --------------------------------------------------------------------------------

@pytest.mark.parametrize("name, function, kinks", [
    ("relu", F.relu, [0]), ("relu6", F.relu6, [0, 6]), ("leaky_relu", F.leaky_relu, [0]),
    ("prelu", torch.nn.PReLU(dtype=torch.float64), [0]), ("elu", F.elu, [0]),
    ("celu", F.celu, [0]), ("selu", F.selu, [0]), ("hard_tanh", F.hardtanh, [-1, 1]),
    ("hard_sigmoid", F.hardsigmoid, [-3, 3]), ("hard_silu", F.hardswish, [-3, 3]),
    ("soft_shrink", F.softshrink, [-0.5, 0.5]), ("hard_shrink", F.hardshrink, [-0.5, 0.5]),
    ("softsign", F.softsign, [0]), ("threshold", lambda x: F.threshold(x, 1.0, 0.0), [1]),
])
def test_at_the_kinks_torch_has_our_slopes(name, function, kinks):
    np.testing.assert_allclose(slopes(torch_slope, function, *kinks), get(name).df(kinks),
                               rtol=1e-15)


@pytest.mark.parametrize("name, kinks", [
    ("relu", [0]), ("relu6", [0, 6]), ("elu", [0]), ("celu", [0]), ("selu", [0]),
    ("hard_sigmoid", [-3, 3]), ("hard_silu", [-3, 3]), ("sparse_plus", [-1, 1]),
])
def test_at_these_kinks_jax_has_our_slopes(name, kinks):
    np.testing.assert_allclose(slopes(jax_slope, getattr(jax.nn, name), *kinks),
                               get(name).df(kinks), rtol=1e-15)


@pytest.mark.parametrize("name, kinks, jaxs, ours", [
    ("leaky_relu", [0], [1.0], [0.01]), ("hard_tanh", [-1, 1], [1.0, 1.0], [0.0, 0.0]),
    ("sparse_sigmoid", [-1, 1], [0.25, 0.25], [0.0, 0.0]),
])
def test_at_these_kinks_jax_differs(name, kinks, jaxs, ours):
    assert slopes(jax_slope, getattr(jax.nn, name), *kinks) == jaxs
    assert get(name).df(kinks).tolist() == ours


def test_the_same_function_by_another_name_has_another_slope():
    assert slopes(torch_slope, lambda x: torch.maximum(x, torch.zeros_like(x)), 0) == [0.5]
    assert slopes(jax_slope, lambda x: jax.numpy.maximum(x, 0), 0.0) == [0.5]
    assert slopes(torch_slope, lambda x: x.clamp(min=0), 0) == [1.0]
    assert slopes(torch_slope, lambda x: x.clamp(0, 6), 0, 6) == [1.0, 1.0]
    assert get("relu").df(0) == get("relu6").df(6) == 0


def test_sign_of_zero_and_ties_of_a_maximum():
    assert float(torch.sign(torch.tensor(0.0))) == float(jax.numpy.sign(0.0)) == 0
    assert get("sign").f(0) == 1
    assert slopes(torch_slope, lambda x: x.amax(-1), 1, 1) == [0.5, 0.5]
    assert slopes(torch_slope, lambda x: x.max(-1).values, 1, 1) == [1.0, 0.0]
    assert get("maxout").vjp([1, 1], [1]).tolist() == [1.0, 0.0]


# Numerics ---------------------------------------------------------------------------------------

def test_sigmoid_loses_its_slope_far_out():
    assert slopes(torch_slope, torch.sigmoid, 37.0) == [0.0]
    assert slopes(jax_slope, jax.nn.sigmoid, 37.0) == [0.0]
    assert slopes(torch_slope, torch.tanh, 19.1) == [0.0]
    assert get("sigmoid").df(37.0) > 0 < get("tanh").df(19.1)


def test_gelu_of_torch_loses_its_left_tail():
    y, _ = torch_slope(F.gelu, [-9.0])
    assert y[0] == 0 and get("gelu").f(-9.0) == pytest.approx(-1.0157e-18, rel=1e-4)


def test_gelu_tanh_gradient_is_nan_far_out():
    assert np.isnan(slopes(torch_slope, lambda x: F.gelu(x, approximate="tanh"), 1e155)).all()
    assert np.isnan(slopes(jax_slope, jax.nn.gelu, 1e155)).all()
    assert get("gelu_tanh").df(1e155) == 1


def test_elu_of_jax_has_no_slope_far_left():
    assert slopes(jax_slope, jax.nn.elu, -40.0) == [0.0]
    assert get("elu").df(-40.0) == np.exp(-40.0)


@pytest.mark.parametrize("name", ["silu", "gelu", "mish"])
def test_minus_infinity_gives_nan(name):
    assert np.isnan(torch_slope(getattr(F, name), [-inf])[0]).all()
    assert np.isnan(jax_slope(getattr(jax.nn, name), [-inf])[0]).all()
    assert get(name).f(-inf) == 0


def test_sparse_plus_slope_at_the_infinities_is_nan_in_jax():
    assert np.isnan(slopes(jax_slope, jax.nn.sparse_plus, -inf, inf)).all()
    assert get("sparse_plus").df([-inf, inf]).tolist() == [0.0, 1.0]


def test_shrinking_nan_keeps_nan_in_torch():
    assert np.isnan(torch_slope(F.hardshrink, [nan])[0]).all()


def test_squareplus_and_tanhshrink_cancel():
    assert abs(jax_slope(jax.nn.squareplus, [-1e8])[0][0] / 1e-8 - 1) > 0.1
    assert torch_slope(F.tanhshrink, [1e-9])[0] == 0 < get("tanhshrink").f(1e-9)
