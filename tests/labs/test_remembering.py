"""The lab of time: lines against powers written out, sentences against lines, errors."""

import re

import ipywidgets as widgets
import numpy as np
import pytest

from course_lib import labs
from course_lib.labs import remembering
from course_lib.labs.remembering import BIASES, FACTORS, FUNCTIONS, HIGH, LOW, Remembering

BACK = np.arange(101)


@pytest.fixture(scope="module")
def lab():
    return Remembering()


def lines(lab):
    moving = lab.stage.moving
    return moving[0].get_ydata(), moving[2].get_ydata()


@pytest.mark.parametrize("rho", [0.5, 0.9, 1.0, 1.2])
def test_without_activation_the_line_is_a_power_of_rho(lab, rho):
    sentence = lab.step(function="no activation", rho=rho, bias=1.0).sentence
    expected = BACK * np.log10(rho)
    np.testing.assert_allclose(lines(lab)[0], np.clip(expected, LOW - 5, HIGH + 5), atol=1e-9)
    told = f"{rho**100:.2g}" if 0.7 < rho < 1.07 else f"1e{100 * np.log10(rho):.0f}"
    if rho == 0.9:
        told = "1e-5"
    assert f"after 100 it is {told}. In the LSTM" in sentence


def test_a_sigmoid_stays_below_its_bound():
    powers = remembering.recurrences("sigmoid")
    bound = np.outer(np.log10(np.array(FACTORS) / 4), BACK)
    assert (powers <= bound + 1e-9).all()


def test_relu_from_the_identity_keeps_what_its_units_that_are_on_get():
    at_one = remembering.recurrences("ReLU from the identity")[FACTORS.index(1.0)]
    assert (np.diff(at_one) <= 1e-12).all() and at_one[-1] > -1  # units go off, none grows


def test_more_open_gates_keep_more():
    after = remembering.gates()[:, 50]
    assert (np.diff(after[:BIASES.index(2.5) + 1]) > 0).all()
    assert after[BIASES.index(-2.0)] < -25 and after[BIASES.index(5.0)] > -1


@pytest.mark.parametrize("bias, words", [(0.0, "50 % open"), (2.0, "88 % open"),
                                         (-2.0, "12 % open")])
def test_how_far_the_gate_is_open(lab, bias, words):
    assert words in lab.step(bias=bias).sentence


def test_the_sentence_says_what_the_dots_show(lab):
    sentence = lab.step(function="tanh", rho=1.0, bias=3.0).sentence
    found = [float(one) for one in re.findall(
        r"back is (\S+), after 100 it is (\S+)\. .* these are (\S+) and (\S+)\. ", sentence)[0]]
    dots = np.concatenate([lab.stage.moving[1].get_ydata(), lab.stage.moving[3].get_ydata()])
    np.testing.assert_allclose(np.log10(found), dots, atol=0.05)


@pytest.mark.parametrize("plain, gated, words", [
    (0.5, -0.5, "Both keep"), (-2, 0.9, "Only the LSTM keeps"), (0, 1.1, "Only the recurrence"),
    (-np.inf, 3, "Neither keeps")])
def test_who_keeps_the_gradient(plain, gated, words):
    assert remembering._compared(plain, gated).startswith(words)


def test_what_is_left():
    assert [remembering._left(one) for one in (-30.4, 0.301, 0.0, -np.inf, -2.0, 7.9)] == [
        "1e-30", "2", "1", "0", "0.01", "1e8"]


def test_every_stop_changes_picture_and_sentence(lab):
    start = {"function": "tanh", "rho": 0.9, "bias": 1.0}
    lab.step(**start)
    for name, stops in (("rho", FACTORS), ("bias", BIASES), ("function", FUNCTIONS)):
        seen = [lab.step(**{name: one}) for one in stops]
        assert len({one.sentence for one in seen}) == len({one.png for one in seen}) == len(stops)
        lab.step(**start)


def test_controls_work_by_keyboard(lab):
    kinds = widgets.ToggleButtons, widgets.SelectionSlider, widgets.SelectionSlider
    for widget, kind in zip(lab.widgets.values(), kinds, strict=True):
        assert isinstance(widget, kind) and widget.description
    assert BIASES[0] == -2 and BIASES[-1] == 5 and FACTORS[0] == 0.5 and FACTORS[-1] == 1.5


def test_frames_are_measured_once(lab, monkeypatch):
    lab.step(function="tanh", rho=0.9, bias=1.0)
    monkeypatch.setattr(remembering, "_powers", None)
    lab.step(rho=1.1, bias=0.0)
    lab.step(rho=0.9)


@pytest.mark.parametrize("changes, error, message", [
    ({"rho": 2.0}, ValueError, "rho must be one of 0.5, .*; got 2.0"),
    ({"bias": 9.0}, ValueError, "bias must be one of"),
    ({"function": "gelu"}, ValueError, "function must be one of no activation"),
    ({"forget": 1.0}, TypeError, "no control 'forget'; it has function, rho, bias")])
def test_steps_that_cannot_be_taken(lab, changes, error, message):
    with pytest.raises(error, match=message):
        lab.step(**changes)


def test_it_is_shown_by_its_name(monkeypatch):
    shown = []
    monkeypatch.setattr(Remembering, "show", lambda self: shown.append(type(self)))
    labs.memory()
    assert shown == [Remembering]
