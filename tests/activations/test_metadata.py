"""What the catalogue says about each function: names, formulas, ranges, kinks."""

import math
import re

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from course_lib.activations import get, names


def test_names():
    assert len(names()) == len(set(names())) == 61
    assert {"relu", "gelu", "softmax", "swiglu", "sparse_sigmoid", "threshold"} <= set(names())


def test_aliases_lead_to_their_function_unless_canonical():
    seen = {}
    for name in names():
        for alias in get(name).aliases:
            assert get(alias).name == (alias if alias in names() else name)
            assert seen.setdefault(alias, name) == name, alias
    for alias, name in (("linear", "identity"), ("swish-1", "silu"), ("hardtanh", "hard_tanh"),
                        ("hard_swish", "hard_silu"), ("logistic", "sigmoid"), ("telu", "tanhexp"),
                        ("gelu_new", "gelu_tanh"), ("relu2", "squared_relu"), ("swish", "swish")):
        assert get(alias).name == name


@pytest.mark.parametrize("name", names())
def test_every_formula_is_drawn_by_matplotlib(name):
    formula = get(name).formula
    assert formula and "$" not in formula
    MathTextParser("path").parse(f"${formula}$")
    if get(name).kind == "elementwise":
        MathTextParser("path").parse(f"${get(name).affine(-2, 1).formula}$")


@pytest.mark.parametrize("name", names())
def test_every_field_is_filled(name):
    act = get(name)
    assert act.name == name and act.tier in (1, 2, 3) and act.units > 0
    assert list(act.framework) == ["keras", "torch", "jax", "tensorflow"]
    assert act.monotone and act.bounded and act.zero_centred
    assert re.fullmatch(r"C\^(0|1|2|inf)|discontinuous|as (silu|gelu|relu|identity)", act.smooth)
    without_paper = {"identity", "tanhshrink", "hard_shrink", "arctan", "erf", "cloglog",
                     "log_sigmoid", "exponential", "log_softmax"}
    assert bool(act.paper) == (name not in without_paper)
    assert not act.paper or re.search(r"\d{4}|no paper", act.paper)


@pytest.mark.parametrize("name", names())
def test_range_and_bounds_agree(name):
    act = get(name)
    if "u" in act.range or act.range == "simplex":
        return
    text = act.range.replace("pi", str(math.pi))
    low, high = (eval(end) if "/" in end else float(end) for end in text[1:-1].split(","))
    np.testing.assert_allclose([low, high], act.bounds, rtol=1e-4)


@pytest.mark.parametrize("name", names())
def test_kinks_are_where_smoothness_ends(name):
    """At a kink the value, the slope or the second derivative jumps; between kinks none does."""
    act = get(name)
    if act.kind == "vector":
        return
    h = 1e-4

    def jumps(at):
        value = abs(act.f(at + 1e-12) - act.f(at - 1e-12))
        slope = abs(act.df(at + 1e-12) - act.df(at - 1e-12))
        right = (act.df(at + 2 * h) - act.df(at + h)) / h
        left = (act.df(at - h) - act.df(at - 2 * h)) / h
        return value > 1e-6, slope > 1e-6, abs(right - left) > 0.01

    for kink in act.kinks:
        assert any(jumps(kink)), kink
    kind = ("discontinuous" if any(jumps(k)[0] for k in act.kinks) else
            "C^0" if any(jumps(k)[1] for k in act.kinks) else
            "C^1" if act.kinks else "C^2" if name == "isrlu" else "C^inf")
    assert act.smooth == kind
    for at in np.linspace(-7.037, 7.051, 150):
        if all(abs(at - kink) > 3 * h for kink in act.kinks):
            assert not any(jumps(at)[:2]), at


def test_facts_follow_the_parameters():
    assert get("hard_sigmoid").kinks == (-3.0, 3.0)
    assert get("hard_sigmoid", slope=0.2).kinks == (-2.5, 2.5)
    assert get("elu", alpha=0.5).bounds == (-0.5, math.inf)
    assert (get("elu").smooth, get("elu", alpha=0.5).smooth) == ("C^1", "C^0")
    assert get("leaky_relu", negative_slope=-1).monotone == "no"
    assert get("leaky_relu", negative_slope=-1).range == "[0, inf)"
    assert get("isru", alpha=4).bounds == (-0.5, 0.5)
    assert get("swish", beta=-1).bounded == "above"
    assert get("hard_shrink", threshold=0).kinks == (0.0,)
    assert get("threshold", threshold=0, value=2).monotone == "no"
    assert [get(name).units for name in ("glu", "maxout", "crelu", "relu")] == [2, 2, 0.5, 1]


def test_no_two_catalogue_entries_share_their_dictionaries():
    get("relu").framework["keras"] = "changed"
    assert get("relu").framework["keras"].startswith("relu")
