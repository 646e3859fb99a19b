"""The catalogue beside Keras on TensorFlow: the same functions, and every place where they part.

A test here that fails after an upgrade says that Keras has changed, and where the text of
`differences` or `framework` must follow.
"""

import os
import re

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from course_lib.activations import get, names  # noqa: E402

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
inf, nan = np.inf, np.nan
X = np.concatenate([np.linspace(-6.05, 6.05, 122), [-20.0, 20.0, 1e-3, -1e-3]])
PARAMS = {"leaky_relu": {"negative_slope": 0.2}}  # Keras' default


def calls(text, home):
    """The functions that a text such as 'relu(max_value=None) / layers.ReLU' names."""
    for part in text.split(" / "):
        path, arguments = re.fullmatch(r"([\w.]+)(?:\((.*?)\))?(?:, default .*)?", part).groups()
        owner = {"layers": keras, "tf": tf}.get(path.split(".")[0], home)
        function = owner
        for step in path.removeprefix("tf.").split("."):
            function = getattr(function, step)
        yield path, function, arguments or ""


def value_and_slope(function, x, dtype=np.float64):
    x = tf.constant(np.asarray(x, dtype))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    slope = tape.gradient(y, x)
    return np.array(y), None if slope is None else np.array(slope)


def slope(function, *x, dtype=np.float64):
    return value_and_slope(function, x, dtype)[1].tolist()


def named(key):
    return [name for name in names() if get(name).framework[key]]


@pytest.mark.parametrize("key, name", [(key, name) for key in ("keras", "tensorflow")
                                       for name in named(key)])
def test_what_keras_and_tensorflow_call_it(key, name):
    """Every name exists, its defaults are those written, and it is the same function."""
    act = get(name, **PARAMS.get(name, {}))
    home = keras.activations if key == "keras" else tf.nn
    for path, function, arguments in calls(act.framework[key], home):
        if path.startswith("layers.") or name == "threshold":
            continue  # below
        if name == "sparsemax":
            assert arguments == "axis=-1"
            continue  # below
        named_arguments = eval(f"dict({arguments})") if arguments != "beta" else {"beta": 1.0}
        if name == "gelu_tanh":
            assert arguments == "approximate=True"
        else:
            np.testing.assert_array_equal(function(X[:8]), function(X[:8], **named_arguments))
        if act.kind == "vector":
            x = X[:120].reshape(20, 6)
            y = np.array(function(tf.constant(x), **named_arguments))
            np.testing.assert_allclose(y, act.f(x), rtol=1e-6, atol=1e-12)
            g = np.cos(np.arange(y.size)).reshape(y.shape)
            _, gradient = value_and_slope(
                lambda v, call=function, w=g, kw=named_arguments: call(v, **kw) * w, x)
            np.testing.assert_allclose(gradient, act.vjp(x, g), rtol=1e-6, atol=1e-7)
            continue
        y, dy = value_and_slope(
            lambda v, call=function, kw=named_arguments: call(v, **kw), X)
        # In float64 TensorFlow takes some constants through float32 (leaky_relu, gelu).
        away = X != 0 if name == "sign" else np.ones(X.size, bool)
        np.testing.assert_allclose(y[away], act.f(X)[away], rtol=2e-6, atol=1e-9)
        if dy is not None:  # tf.sign has none
            np.testing.assert_allclose(dy, act.df(X), rtol=2e-6, atol=1e-7)


def test_float32_parity():
    x = X.astype(np.float32)
    for name in ("sigmoid", "tanh", "softplus", "gelu", "silu", "mish", "elu", "selu"):
        y, dy = value_and_slope(getattr(keras.activations, name), x, np.float32)
        np.testing.assert_allclose(y, get(name).f(x), rtol=2e-5, atol=1e-6)
        np.testing.assert_allclose(dy, get(name).df(x), rtol=2e-5, atol=1e-6)


# Defaults ---------------------------------------------------------------------------------------

def test_leaky_relu_has_three_default_slopes():
    assert get("leaky_relu").f(-1) == -0.01
    assert float(keras.activations.leaky_relu(-1.0)) == pytest.approx(-0.2)
    assert float(tf.nn.leaky_relu(-1.0)) == pytest.approx(-0.2)
    assert keras.layers.LeakyReLU().negative_slope == 0.3


def test_prelu_starts_at_zero_per_element_and_at_a_quarter():
    layer = keras.layers.PReLU()
    layer.build((None, 3))
    assert layer.alpha.shape == (3,) and not layer.alpha.numpy().any()
    assert get("prelu").params == {"alpha": 0.25}


def test_hard_sigmoid_of_keras_2_is_another_function():
    """clip(0.2 x + 0.5, 0, 1): what layers saved by Keras 2 were trained with."""
    x = np.linspace(-4, 4, 33)
    np.testing.assert_allclose(get("hard_sigmoid", slope=0.2).f(x), np.clip(0.2 * x + 0.5, 0, 1),
                               atol=1e-16)
    assert float(keras.activations.hard_sigmoid(2.5)) == pytest.approx(get("hard_sigmoid").f(2.5))
    assert get("hard_sigmoid").f(2.5) < get("hard_sigmoid", slope=0.2).f(2.5) == 1


def test_gelu_is_exact_by_default():
    assert float(keras.activations.gelu(tf.constant(2.0))) == pytest.approx(get("gelu").f(2), 1e-6)
    assert float(tf.nn.gelu(2.0)) == pytest.approx(get("gelu").f(2), 1e-6)


def test_softplus_has_no_threshold():
    y, _ = value_and_slope(keras.activations.softplus, [25.0])
    assert y[0] == get("softplus").f(25.0) > 25.0


def test_threshold_needs_both_parameters():
    with pytest.raises(TypeError):
        keras.activations.threshold(tf.constant([1.0]))
    y, dy = value_and_slope(lambda x: keras.activations.threshold(x, 1.0, 0.0), [0.5, 1.0, 2.0])
    assert y.tolist() == get("threshold").f([0.5, 1, 2]).tolist() == [0, 0, 2]
    assert dy.tolist() == get("threshold").df([0.5, 1, 2]).tolist() == [0, 0, 1]


# Slopes at kinks: the same, then those that differ ----------------------------------------------

@pytest.mark.parametrize("name, kinks", [
    ("relu", [0]), ("relu6", [0, 6]), ("elu", [0]), ("hard_sigmoid", [-3, 3]),
    ("hard_silu", [-3, 3]), ("soft_shrink", [-0.5, 0.5]), ("hard_shrink", [-0.5, 0.5]),
    ("sparse_plus", [-1, 1]), ("sparse_sigmoid", [-1, 1]), ("softsign", [0]),
])
def test_the_same_slope_at_the_kinks(name, kinks):
    assert slope(getattr(keras.activations, name), *kinks) == get(name).df(kinks).tolist()


def test_leaky_relu_at_zero_is_the_left_slope_in_both():
    assert slope(keras.activations.leaky_relu, 0) == [pytest.approx(0.2)]
    assert get("leaky_relu", negative_slope=0.2).df(0) == 0.2


def test_prelu_at_zero_is_zero_in_keras():
    layer = keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25))
    gradient = value_and_slope(layer, [[0.0, -1.0, 1.0]], np.float32)[1]
    assert gradient.tolist() == [[0.0, 0.25, 1.0]]
    assert get("prelu").df([0, -1, 1]).tolist() == [0.25, 0.25, 1.0]


def test_selu_at_zero():
    assert slope(keras.activations.selu, 0) == [pytest.approx(1.0507009873554805)]
    assert get("selu").df(0) == pytest.approx(1.7580993408473768)


def test_celu_at_zero_is_two_in_keras():
    assert slope(keras.activations.celu, 0) == [2.0]
    assert get("celu").df(0) == 1.0


def test_hard_tanh_at_its_ends():
    assert slope(keras.activations.hard_tanh, -1, 1) == [1.0, 1.0]
    assert get("hard_tanh").df([-1, 1]).tolist() == [0.0, 0.0]


def test_maximum_with_zero_is_not_relu_to_the_gradient():
    assert slope(lambda x: tf.maximum(x, tf.zeros_like(x)), 0) == [1.0]
    assert slope(tf.nn.relu, 0) == [0.0] == [get("relu").df(0)]


def test_sign_of_zero():
    assert float(tf.sign(0.0)) == np.sign(0.0) == 0
    assert get("sign").f(0) == 1 == get("binary_step").f(0)


# Numerics ---------------------------------------------------------------------------------------

def test_sigmoid_and_tanh_lose_their_slope_far_out():
    assert slope(keras.activations.sigmoid, 37.0) == [0.0]
    assert get("sigmoid").df(37.0) == pytest.approx(np.exp(-37.0), rel=1e-15)
    assert slope(keras.activations.tanh, 19.1) == [0.0]
    assert get("tanh").df(19.1) == pytest.approx(4 * np.exp(-38.2), rel=1e-14)


def test_elu_and_selu_near_zero_and_far_left():
    for name in ("elu", "selu"):
        y, _ = value_and_slope(getattr(keras.activations, name), [-1e-12])
        assert abs(y[0] / get(name).f(-1e-12) - 1) > 1e-5
    assert slope(keras.activations.elu, -40.0) == [0.0]
    assert get("elu").df(-40.0) == np.exp(-40.0)


def test_gelu_in_float64_has_the_constants_of_float32():
    x = np.array([-6.0, 0.5])
    y, _ = value_and_slope(keras.activations.gelu, x)
    error = np.abs(y / get("gelu").f(x) - 1)
    assert (error > 1e-9).all() and (error < 1e-5).all()


def test_gelu_tanh_gradient_is_nan_far_out():
    def tanh_form(x):
        return keras.activations.gelu(x, approximate=True)

    assert np.isnan(slope(tanh_form, 1e155, -1e155)).all()
    assert np.isnan(slope(tanh_form, 3e19, dtype=np.float32)).all()
    assert get("gelu_tanh").df([1e155, -1e155]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("name", ["silu", "gelu", "mish"])
def test_minus_infinity_gives_nan_in_keras(name):
    y, _ = value_and_slope(getattr(keras.activations, name), [-inf])
    assert np.isnan(y[0]) and get(name).f(-inf) == 0


@pytest.mark.parametrize("name", ["soft_shrink", "hard_shrink"])
def test_shrinking_nan_gives_zero_in_keras(name):
    y, _ = value_and_slope(getattr(keras.activations, name), [nan])
    assert y[0] == 0 and np.isnan(get(name).f(nan))


def test_sparse_plus_slope_at_the_infinities():
    assert np.isnan(slope(keras.activations.sparse_plus, -inf, inf)).all()
    assert get("sparse_plus").df([-inf, inf]).tolist() == [0.0, 1.0]


def test_squareplus_and_tanhshrink_cancel_in_keras():
    y, _ = value_and_slope(keras.activations.squareplus, [-1e8])
    assert get("squareplus").f(-1e8) == pytest.approx(1e-8, rel=1e-15)
    assert abs(y[0] / 1e-8 - 1) > 0.1
    y, _ = value_and_slope(keras.activations.tanh_shrink, [1e-9])
    assert y[0] == 0 and get("tanhshrink").f(1e-9) == pytest.approx(1e-27 / 3, rel=1e-12)


def test_softmax_with_infinite_entries():
    y, _ = value_and_slope(keras.activations.softmax, [[inf, 0.0]])
    assert np.isnan(y).all() and get("softmax").f([inf, 0.0]).tolist() == [1.0, 0.0]


def test_sparsemax_of_keras_is_no_distribution():
    """Martins & Astudillo 2016: tau = (sum over the support - 1) / its size."""
    x = [[0.5, 0.0]]
    y, _ = value_and_slope(keras.activations.sparsemax, x)
    assert y.tolist() == [[0.5, 0.0]]
    assert get("sparsemax").f(x).tolist() == [[0.75, 0.25]]
