"""C15, C25, C26: figures against closed forms, and every branch of their rules."""

import numpy as np
import pytest

from course_lib import activations, trials
from course_lib.trials.chapter_02 import formulas


def outcome(id):
    return trials.trials()[id].run()


def test_where_the_printed_tanh_ends():
    """e^x leaves float32 beyond ln of its largest number, float64 likewise."""
    found = outcome("C15").measured
    for dtype in (np.float32, np.float64):
        end = np.log(np.finfo(dtype).max.astype(np.float64))
        assert found[f"tanh, {dtype.__name__}: last number at x"] == pytest.approx(end, rel=1e-6)
    assert found["sigmoid, float64: relative error"] < 1e-15
    assert found["tanh, float64: relative error"] > 1e-9  # cancellation near zero


def test_exact_values_are_the_functions():
    for x in (-750.0, -1.0, 1e-8, 0.3, 40.0):
        assert float(formulas.exact("tanh", x)) == pytest.approx(np.tanh(x), rel=1e-15)
        expected = np.exp(-np.logaddexp(0, -x))
        assert float(formulas.exact("sigmoid", x)) == pytest.approx(expected, rel=1e-13)
        assert float(formulas.printed_exactly("relu", x)) == max(0, x)


def test_the_branches_of_c15(monkeypatch):
    assert outcome("C15").verdict == "holds if"
    monkeypatch.setitem(formulas.PRINTED, "tanh", np.tanh)
    assert outcome("C15").verdict == "holds"
    real = formulas.printed_exactly
    monkeypatch.setattr(formulas, "printed_exactly",
                        lambda name, x: real(name, x) * (1.001 if name == "sigmoid" else 1))
    assert outcome("C15").verdict == "false"


def planted(monkeypatch, **functions):
    real = activations.get
    monkeypatch.setattr(formulas.activations, "get",
                        lambda name, **params: real(functions.get(name, name), **params))


def test_the_branches_of_c25(monkeypatch):
    assert outcome("C25").verdict == "holds if"
    off = outcome("C25").measured["tanh, sigmoid's value"]
    z = np.linspace(-8, 8, 161)
    assert off == pytest.approx(
        np.abs(1 - 1 / (1 + np.exp(-z)) ** 2 - 1 / np.cosh(z) ** 2).max(), abs=1e-9)
    planted(monkeypatch, tanh="softsign")
    assert outcome("C25").verdict == "false"


@pytest.mark.parametrize("function, verdict", [
    ("relu", "holds if"), ("identity", "holds"), ("leaky_relu", "false"), ("tanh", "false")])
def test_the_branches_of_c26(monkeypatch, function, verdict):
    planted(monkeypatch, relu=function)
    assert outcome("C26").verdict == verdict


def test_fresh_networks_have_next_to_no_exact_zeros():
    found = outcome("C26").measured
    assert found["fresh pre-activations"] == 10 * 1077 * 128
    assert found["points where the two sides agree"] == found["points"] - 1
