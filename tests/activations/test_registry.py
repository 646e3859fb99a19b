"""Names and parameters, their errors, and activations of one's own."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.activations import Activation, get, names

inf, nan = np.inf, np.nan

# Names and parameters --------------------------------------------------------------------------

@pytest.mark.parametrize("wrong, right", [
    ("rellu", "relu"), ("Sigmoid", "sigmoid"), ("leaky-relu", "leaky_relu"), ("GELU", "gelu"),
    ("soft_max", "softmax"), ("hard_swich", "hard_swish"), ("tahn", "tanh"), ("", ""),
])
def test_unknown_names_suggest_the_nearest(wrong, right):
    with pytest.raises(ValueError, match=f"unknown activation '{wrong}'; did you mean '{right}"):
        get(wrong)


def test_a_name_is_a_string():
    with pytest.raises(TypeError, match="must be a string, got None"):
        get(None)


@pytest.mark.parametrize("name, params, message", [
    ("leaky_relu", {"slope": 0.2}, "no parameter 'slope'; did you mean 'negative_slope'"),
    ("leaky_relu", {"alpha": 0.2}, "no parameter 'alpha'; did you mean 'negative_slope'"),
    ("hard_sigmoid", {"ofset": 0.2}, "did you mean 'offset'"),
    ("relu", {"alpha": 1}, "relu has no parameter 'alpha'; it takes none"),
    ("elu", {"alpha": "big"}, "elu: alpha must be a finite number above 0, got 'big'"),
    ("elu", {"alpha": 1j}, "alpha must be a finite number above 0, got 1j"),
    ("elu", {"alpha": None}, "alpha must be a finite number above 0, got None"),
])
def test_unknown_parameters_and_wrong_types(name, params, message):
    with pytest.raises(TypeError, match=message):
        get(name, **params)


@pytest.mark.parametrize("name, params", [
    ("celu", {"alpha": 0}), ("celu", {"alpha": -1}), ("elu", {"alpha": nan}),
    ("leaky_relu", {"negative_slope": inf}), ("prelu", {"alpha": nan}),
    ("swish", {"beta": -inf}), ("hard_sigmoid", {"slope": 0}), ("hard_sigmoid", {"offset": nan}),
    ("hard_shrink", {"threshold": -0.5}), ("soft_shrink", {"threshold": -0.5}),
    ("squareplus", {"b": 0}), ("snake", {"a": 0}), ("sine", {"omega0": -1}),
    ("isru", {"alpha": -1}), ("isrlu", {"alpha": 0}), ("smelu", {"beta": 0}),
    ("threshold", {"value": nan}), ("acon_c", {"p1": inf}), ("maxout", {"pieces": 0}),
    ("maxout", {"pieces": 1.5}),
])
def test_nonsense_values_are_refused(name, params):
    (parameter, value), = params.items()
    with pytest.raises(ValueError, match=rf"{name}: {parameter} must be .*, got {value!r}"):
        get(name, **params)


def test_defaults_are_the_catalogues():
    defaults = {name: get(name).params for name in names() if get(name).params}
    assert defaults == {
        "leaky_relu": {"negative_slope": 0.01}, "prelu": {"alpha": 0.25}, "elu": {"alpha": 1},
        "celu": {"alpha": 1}, "swish": {"beta": 1},
        "hard_sigmoid": {"slope": 1 / 6, "offset": 0.5}, "hard_shrink": {"threshold": 0.5},
        "soft_shrink": {"threshold": 0.5}, "threshold": {"threshold": 1, "value": 0},
        "squareplus": {"b": 4}, "snake": {"a": 1}, "sine": {"omega0": 1}, "isru": {"alpha": 1},
        "isrlu": {"alpha": 1}, "smelu": {"beta": 1}, "maxout": {"pieces": 2},
        "acon_c": {"p1": 1, "p2": 0, "beta": 1},
    }
    assert get("maxout", pieces=3).units == 3


def test_numpy_numbers_are_parameters_too():
    assert get("elu", alpha=np.float32(0.5)).params == {"alpha": 0.5}
    assert get("maxout", pieces=np.int64(3)).params == {"pieces": 3}


# Activations of one's own ----------------------------------------------------------------------

def test_ones_own_activation_keeps_the_contract():
    def halved(x):
        return np.where(x > 1, x, x / 2)

    mine = Activation(name="mine", f=halved, df=lambda x: 1.0)
    assert mine.raw_f is halved and mine.raw_vjp is None
    assert mine.f(3) == 3.0 and type(mine.f(3)) is float
    assert mine.f(np.float32([2, 1])).dtype == np.float32
    assert mine.df([1, nan]).tolist()[0] == 1.0 and np.isnan(mine.df([1, nan])[1])
    assert mine.framework == dict.fromkeys(("keras", "torch", "jax", "tensorflow"))
    assert (mine.kinks, mine.units, mine.kind) == ((), 1, "elementwise")
    assert np.isnan(Activation(name="square", f=lambda x: x * x).f([nan])[0])
    x = np.ones(2)
    same = Activation(name="same", f=lambda x: x).f(x)
    same[0] = 5
    assert x[0] == 1


def test_ones_own_activation_without_a_derivative():
    mine = Activation(name="mine", f=np.sin)
    assert mine.raw_df is None and mine.f(0) == 0.0
    with pytest.raises(TypeError, match="mine was built without a derivative; pass df="):
        mine.df(1.0)
    with pytest.raises(TypeError, match="without a derivative"):
        mine.affine(2, 1).df(1.0)


def test_ones_own_mistakes_are_named():
    with pytest.raises(TypeError, match="mine: f must be a function, got 3"):
        Activation(name="mine", f=3)
    with pytest.raises(ValueError, match="'elementwise' or 'vector', got 'scalar'"):
        Activation(name="mine", f=np.sin, kind="scalar")
    with pytest.raises(ValueError, match=r"returned shape \(1,\); expected \(2,\)"):
        Activation(name="mine", f=lambda x: x[:1]).f([1, 2])

    def in_place(x):
        x *= 2
        return x

    with pytest.raises(ValueError, match="read-only"):
        Activation(name="mine", f=in_place).f(np.ones(2))


def test_replace_keeps_the_functions():
    tanh = replace(get("tanh"), name="mine")
    assert tanh.name == "mine" and tanh.raw_f is np.tanh and tanh.raw_vjp is None
    assert tanh.f(1.0) == np.tanh(1.0)
    with pytest.raises(AttributeError):
        tanh.name = "other"


def test_affine():
    four = get("sigmoid").affine(4, -2)
    x = np.linspace(-5, 5, 11)
    np.testing.assert_array_equal(four.f(x), 4 * get("sigmoid").f(x) - 2)
    np.testing.assert_array_equal(four.df(x), 4 * get("sigmoid").df(x))
    assert (four.name, four.bounds, four.range) == ("4*sigmoid-2", (-2, 2), "(-2, 2)")
    assert four.zero_centred == "yes" and four.f(np.float32([1])).dtype == np.float32
    assert four.framework == dict.fromkeys(("keras", "torch", "jax", "tensorflow"))
    up = get("tanh").affine(1, 1)
    assert (up.name, up.range, up.zero_centred) == ("tanh+1", "(0, 2)", "no")
    down = get("relu").affine(-2, 0.5)
    assert (down.name, down.range, down.bounded) == ("-2*relu+0.5", "(-inf, 0.5]", "above")
    assert down.bounds == (-inf, 0.5) and down.kinks == (0.0,)
    assert get("tanh").affine(-1, 0).name == "-tanh"
    assert four.affine(2, 0).name == "2*(4*sigmoid-2)"
    assert get("binary_step").affine(2, -1).range == "2*{0, 1}-1"
    for bad in ((0, 1), (nan, 0), (1, inf)):
        with pytest.raises(ValueError, match="finite scale other than 0"):
            up.affine(*bad)


def test_repr_is_short():
    assert repr(get("relu")) == "Activation('relu')"
    assert repr(get("elu", alpha=0.5)) == "Activation('elu', alpha=0.5)"
    assert repr(get("hard_sigmoid")) == "Activation('hard_sigmoid', slope=0.166667, offset=0.5)"
