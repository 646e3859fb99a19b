"""What may be passed in, what comes out: dtypes, scalars, shapes, nan, the infinities."""

import warnings

import numpy as np
import pytest

from course_lib import activations
from course_lib.activations import get, names

inf, nan = np.inf, np.nan
ELEMENTWISE = [name for name in names() if get(name).kind == "elementwise"]
VECTOR = [name for name in names() if get(name).kind == "vector"]


def both(name):
    return get(name).f, get(name).df


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        yield


# f(-inf), f(inf), f'(-inf), f'(inf); nan: no limit. From the definitions.
LIMITS = {
    "identity": (-inf, inf, 1, 1), "bent_identity": (-inf, inf, 0.5, 1.5),
    "tanhshrink": (-inf, inf, 1, 1), "soft_shrink": (-inf, inf, 1, 1),
    "hard_shrink": (-inf, inf, 1, 1), "binary_step": (0, 1, 0, 0), "sign": (-1, 1, 0, 0),
    "sigmoid": (0, 1, 0, 0), "tanh": (-1, 1, 0, 0), "lecun_tanh": (-1.7159, 1.7159, 0, 0),
    "softsign": (-1, 1, 0, 0), "arctan": (-np.pi / 2, np.pi / 2, 0, 0), "isru": (-1, 1, 0, 0),
    "erf": (-1, 1, 0, 0), "cloglog": (0, 1, 0, 0), "hard_sigmoid": (0, 1, 0, 0),
    "hard_silu": (0, inf, 0, 1), "hard_tanh": (-1, 1, 0, 0), "hard_mish": (0, inf, 0, 1),
    "relu6": (0, 6, 0, 0), "threshold": (0, inf, 0, 1), "smelu": (0, inf, 0, 1),
    "sparse_plus": (0, inf, 0, 1), "sparse_sigmoid": (0, 1, 0, 0), "relu": (0, inf, 0, 1),
    "leaky_relu": (-inf, inf, 0.01, 1), "prelu": (-inf, inf, 0.25, 1),
    "squared_relu": (0, inf, 0, inf), "softplus": (0, inf, 0, 1),
    "log_sigmoid": (-inf, 0, 1, 0), "squareplus": (0, inf, 0, 1), "elu": (-1, inf, 0, 1),
    "selu": (-1.7580993408473768, inf, 0, 1.0507009873554805), "celu": (-1, inf, 0, 1),
    "isrlu": (-1, inf, 0, 1), "exponential": (0, inf, 0, inf), "gelu": (0, inf, 0, 1),
    "gelu_tanh": (0, inf, 0, 1), "quick_gelu": (0, inf, 0, 1), "silu": (0, inf, 0, 1),
    "swish": (0, inf, 0, 1), "acon_c": (0, inf, 0, 1), "mish": (0, inf, 0, 1),
    "tanhexp": (0, inf, 0, 1), "serf": (0, inf, 0, 1), "phish": (0, inf, 0, 1),
    "lisht": (inf, inf, -1, 1), "gaussian": (0, 0, 0, 0), "sine": (nan, nan, nan, nan),
    "snake": (-inf, inf, nan, nan), "gcu": (nan, nan, nan, nan),
}


def test_every_elementwise_function_has_its_limits_tested():
    assert set(LIMITS) == set(ELEMENTWISE)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_limits_at_the_infinities(name, dtype):
    at = np.array([-inf, inf], dtype)
    f, df = both(name)
    got = np.concatenate([f(at), df(at)]).astype(float)
    np.testing.assert_allclose(got, LIMITS[name], rtol=2 * float(np.finfo(dtype).eps))


def test_hard_sigmoid_is_exact_beside_its_left_kink():
    assert get("hard_sigmoid").f(-3 + 2.0**-40) == 2.0**-40 / 6


@pytest.mark.parametrize("name, params, wanted", [
    ("leaky_relu", {"negative_slope": 0}, (0, inf, 0, 1)),
    ("leaky_relu", {"negative_slope": -1}, (inf, inf, -1, 1)),
    ("swish", {"beta": 0}, (-inf, inf, 0.5, 0.5)),
    ("swish", {"beta": -2}, (-inf, 0, 1, 0)),
    ("acon_c", {"p1": 1.5, "p2": -0.5, "beta": 2}, (inf, inf, -0.5, 1.5)),
    ("acon_c", {"p1": 0, "p2": 1, "beta": 1}, (0, inf, 0, 1)),
    ("isru", {"alpha": 4}, (-0.5, 0.5, 0, 0)),
    ("celu", {"alpha": 2}, (-2, inf, 0, 1)),
    ("threshold", {"threshold": 0, "value": 3}, (3, inf, 0, 1)),
    ("hard_sigmoid", {"slope": 0.2}, (0, 1, 0, 0)),
])
def test_limits_with_other_parameters(name, params, wanted):
    act = get(name, **params)
    assert (act.f(-inf), act.f(inf), act.df(-inf), act.df(inf)) == wanted


@pytest.mark.parametrize("name", ["silu", "gelu", "gelu_tanh", "quick_gelu", "mish", "hard_silu"])
def test_the_left_tail_ends_in_minus_zero(name):
    value = get(name).f(-inf)
    assert value == 0 and np.signbit(value)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_extremes_and_nan_without_a_warning(name, dtype):
    info = np.finfo(dtype)
    x = np.array([nan, 0, -0.0, info.tiny, -info.tiny, info.max, -info.max, 1, -1, nan], dtype)
    for function in both(name):
        y = function(x)
        assert y.dtype == dtype and y.shape == x.shape
        assert np.isnan(y[[0, -1]]).all()
        assert not np.isnan(y[1:-1]).any()


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_scalars_lists_integers_and_shapes(name):
    for function in both(name):
        for given in (2, 2.0, True):
            assert type(function(given)) is float
        assert function(2) == function(2.0) == function([2.0])[0]
        assert np.isnan(function(float("nan")))
        assert type(function(np.float32(2))) is np.float32
        assert type(function(np.float64(2))) is np.float64
        assert type(function(np.int64(2))) is np.float64
        zero_d = function(np.array(2.0, np.float32))
        assert isinstance(zero_d, np.ndarray) and zero_d.shape == ()
        assert zero_d.dtype == np.float32
        for dtype in (bool, np.int8, np.uint64, int, np.longdouble, ">f8"):
            y = function(np.array([0, 1], dtype))
            assert y.dtype == np.float64 and np.array_equal(y, function([0.0, 1.0]))
        assert function([1, 2]).dtype == np.float64
        assert function(np.array([1], ">f4")).dtype == np.float32
        for shape in ((0,), (3, 0), (2, 0, 4)):
            assert function(np.empty(shape, np.float32)).shape == shape
        assert function([]).dtype == np.float64
        assert function(np.ones((2, 3, 4))).shape == (2, 3, 4)
        assert type(function(10**30)) is float


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_float16_is_computed_in_float32(name):
    x = np.linspace(-9, 9, 101).astype(np.float16)
    for function in both(name):
        with np.errstate(under="ignore"):
            wanted = function(x.astype(np.float32)).astype(np.float16)
        assert np.array_equal(function(x), wanted) and function(x).dtype == np.float16


@pytest.mark.parametrize("name", names())
def test_the_input_is_never_changed_and_never_handed_back(name):
    act = get(name)
    x = np.random.default_rng(0).normal(size=(4, 6))
    x[0, 0] = nan
    before = x.copy()
    g = np.ones_like(act.f(x))
    functions = [act.f, act.df] if act.kind == "elementwise" else [
        act.f, lambda each: act.vjp(each, g)]
    for function in functions:
        wanted = function(x)
        wanted_copy = wanted.copy()
        assert np.array_equal(x, before, equal_nan=True)
        assert not np.may_share_memory(wanted, x) and wanted.flags.writeable
        x.flags.writeable = False
        assert np.array_equal(function(x), wanted_copy, equal_nan=True)
        x.flags.writeable = True
        spread = np.empty((8, 12))[::2, ::2]
        spread[...] = before
        assert np.array_equal(function(spread), wanted_copy, equal_nan=True)
        backwards = np.asfortranarray(before[::-1])
        assert np.array_equal(function(backwards)[0], wanted_copy[-1], equal_nan=True)


@pytest.mark.parametrize("bad", [1j, [1 + 0j], np.zeros(2, np.complex64), "1", ["a"], None,
                                 np.array([None]), np.array(["2026-01-01"], "datetime64[D]")])
@pytest.mark.parametrize("name", ["relu", "gelu", "softmax"])
def test_what_is_not_real_numbers_is_refused(name, bad):
    act = get(name)
    functions = (act.f, act.df) if act.kind == "elementwise" else (
        act.f, lambda x: act.vjp(x, [1.0]))
    for function in functions:
        with pytest.raises(TypeError, match="take real numbers"):
            function(bad)


# Vector functions ------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax"])
def test_infinite_entries_of_a_class_axis(name):
    act = get(name)
    zero, one = (-inf, 0) if name == "log_softmax" else (0, 1)
    cases = [
        ([inf, 1, -inf], [one, zero, zero]),           # one +inf: certain
        ([-inf, -inf, 5], [zero, zero, one]),
        ([-inf, -inf], [nan, nan]),                    # no limit
        ([inf, inf, 0], [nan, nan, zero]),             # no limit for two, but for the third
        ([inf], [one]), ([-inf], [one]),               # an axis of one is certain at any x
        ([nan, 0, 1], [nan, nan, nan]),
    ]
    for x, wanted in cases:
        np.testing.assert_array_equal(act.f(x), wanted)
        np.testing.assert_array_equal(act.f(np.float32([x, x]))[1], np.float32(wanted))
    half = act.f([-inf, 3, 3])
    np.testing.assert_allclose(half, [zero, *[np.log(0.5) if zero else 0.5] * 2])
    np.testing.assert_array_equal(act.f([1000.0, 0.0]), [one, -1000.0 if zero else 0])
    gradient = act.vjp([inf, 0, 1], [1, 2, 3])
    wanted = [-5, 2, 3] if name == "log_softmax" else [0, 0, 0]
    np.testing.assert_array_equal(gradient, wanted)


@pytest.mark.parametrize("name", VECTOR)
def test_vector_axes_shapes_and_dtypes(name):
    act = get(name)
    x = np.random.default_rng(1).normal(size=(4, 6, 8))
    for axis in (0, 1, 2, -1, np.int64(1)):
        y = act.f(x, axis=axis)
        width = [*x.shape]
        width[axis] = round(width[axis] / act.units)
        assert y.shape == tuple(width)
        moved = act.f(np.moveaxis(x, axis, -1))
        np.testing.assert_allclose(y, np.moveaxis(moved, -1, axis), rtol=1e-14)
        gradient = act.vjp(x, y, axis=axis)
        assert gradient.shape == x.shape
        moved = act.vjp(np.moveaxis(x, axis, -1), moved)
        np.testing.assert_allclose(gradient, np.moveaxis(moved, -1, axis), rtol=1e-12, atol=1e-15)
    for dtype, wanted in ((np.float32, np.float32), (np.float16, np.float16), (int, np.float64),
                          (bool, np.float64)):
        y = act.f(x.astype(dtype))
        assert y.dtype == wanted and act.vjp(x.astype(dtype), y).dtype == wanted
    assert act.f(x.tolist()).dtype == np.float64
    for shape in ((0, 4), (3, 0), (0,)):
        y = act.f(np.empty(shape, np.float32))
        assert y.dtype == np.float32
        assert y.shape == (*shape[:-1], round(shape[-1] / act.units))
        assert act.vjp(np.empty(shape, np.float32), y).shape == shape
    assert np.isnan(act.f([nan] * 4)).all()
    assert np.isnan(act.vjp([nan, 1, 2, nan], np.ones(round(4 / act.units)))[[0, 3]]).all()


def test_a_scalar_is_a_class_axis_of_one():
    for name, wanted in (("softmax", 1.0), ("sparsemax", 1.0), ("log_softmax", 0.0)):
        act = get(name)
        assert type(act.f(3)) is float and act.f(3) == wanted
        assert act.f(np.array(3.0)).shape == () and act.vjp(3.0, 1.0) == 0.0 + (name == "x")
    assert get("crelu").f(-3).tolist() == [0, 3]
    assert get("maxout", pieces=1).f(3.0) == 3.0


@pytest.mark.parametrize("name", ["glu", "swiglu", "geglu", "reglu", "bilinear"])
def test_gated_units_need_an_even_axis(name):
    for bad in (np.ones(5), np.ones((4, 3)), 1.0):
        with pytest.raises(ValueError, match="even length, got"):
            get(name).f(bad)
        with pytest.raises(ValueError, match="even length, got"):
            get(name).vjp(bad, bad)


def test_vector_errors():
    softmax = get("softmax")
    with pytest.raises(ValueError, match=r"multiple of 3, got 4"):
        get("maxout", pieces=3).f(np.ones(4))
    with pytest.raises(ValueError, match=r"axis 2 is not in .* shape \(4, 3\); expected -2 to 1"):
        softmax.f(np.ones((4, 3)), axis=2)
    with pytest.raises(TypeError, match="axis must be an integer"):
        softmax.f(np.ones((4, 3)), axis=0.5)
    with pytest.raises(ValueError, match=r"g has shape \(4,\); expected \(4, 3\)"):
        softmax.vjp(np.ones((4, 3)), np.ones(4))
    with pytest.raises(ValueError, match=r"g has shape \(4, 6\); expected \(4, 3\)"):
        get("swiglu").vjp(np.ones((4, 6)), np.ones((4, 6)))
    with pytest.raises(TypeError, match=r"use \.vjp\(x, g, axis=-1\)"):
        softmax.df(1.0)
    with pytest.raises(TypeError, match=r"acts elementwise.*\.df"):
        get("relu").vjp(1.0, 1.0)
    with pytest.raises(TypeError, match="elementwise"):
        softmax.affine(2, 0)


def test_raw_functions_take_and_give_both_float_types():
    """The training engine calls them on its own arrays."""
    for name in names():
        act = get(name)
        for dtype in (np.float32, np.float64):
            x = np.random.default_rng(2).normal(size=(3, 5, 8)).astype(dtype)
            with np.errstate(all="ignore"):
                if act.kind == "vector":
                    y = act.raw_f(x, 1) if act.units in (1, 0.5) else act.raw_f(x, 2)
                    axis = 1 if act.units in (1, 0.5) else 2
                    assert act.raw_vjp(x, y, axis).dtype == y.dtype == dtype
                else:
                    assert act.raw_f(x).dtype == act.raw_df(x).dtype == dtype, name


def test_the_catalogue_is_light():
    import subprocess
    import sys

    code = ("import sys, course_lib.activations as a; [a.get(n) for n in a.names()]; "
            "print('scipy.special' in sys.modules, 'matplotlib' in sys.modules)")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]
    assert activations.names() == names()
