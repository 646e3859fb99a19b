"""The lab of depth: theory in closed form, a network against the engine, pictures, errors."""

import io

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from course_lib import networks
from course_lib.figures.style import look
from course_lib.labs import lab as base
from course_lib.labs import survival
from course_lib.labs.survival import DEPTHS, FUNCTIONS, STARTS, TIMES, Thermostat

LIVE = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def lab():
    return Thermostat()


def test_theory_in_closed_form():
    q, chi = survival.theory("relu", 4.0, 0.5)  # half of He's deviation: a quarter of the variance
    np.testing.assert_allclose(q, 4 / 4.0 ** np.arange(50))
    np.testing.assert_allclose(chi, 0.25)
    q, chi = survival.theory("sine", 1.0, 1.0)  # E sin^2 and E cos^2 at q = 1, at its own gain
    np.testing.assert_allclose(q, 1)
    np.testing.assert_allclose(chi, (1 + np.exp(-2)) / (1 - np.exp(-2)))


@pytest.mark.parametrize("function", ["tanh", "gelu"])
@pytest.mark.parametrize("times, depth", [(1.0, 50), (1.4, 7), (0.5, 20)])
def test_the_network_is_what_the_engine_computes(function, times, depth):
    """The same weights in a stack of float64: second moments and gradients of each layer."""
    moments, slopes = survival.forward(function, 4.0, times)
    shares = survival.backward(slopes, function, times, depth)
    width = survival.WIDTH
    stack = networks.Stack([function], (width, *[width] * depth, width), dtype=np.float64)
    scale = times * survival.thermostat.gain(function)
    for layer, W in zip(stack.layers, [np.eye(width), *scale * survival.WEIGHTS[:depth - 1],
                                       np.eye(width)], strict=True):
        layer.W[0] = W
    _, space = stack.forward(2.0 * survival.SUMS[None].astype(float))
    seen = [np.square(here.z).mean() for here in space.layers]
    np.testing.assert_allclose(moments[:depth], seen, rtol=1e-3)
    stack.backward(survival.ARRIVING.T[None].astype(float), space)
    back = np.array([np.sqrt(np.square(here.slope).mean()) for here in space.layers])
    np.testing.assert_allclose(shares, back / back[-1], rtol=1e-3)


def test_every_example_starts_where_the_slider_says():
    for start in STARTS:
        assert survival.forward("selu", start, 1.0)[0][0] == pytest.approx(start, rel=1e-5)
    assert np.square(survival.SUMS).mean(1) == pytest.approx(np.ones(survival.BATCH), rel=1e-5)


def test_a_gradient_that_is_gone_is_nothing():
    slopes = np.zeros((50, survival.BATCH, survival.WIDTH), np.float32)
    slopes[40:] = 1
    shares = survival.backward(slopes, "relu", 1.0, 50)
    assert (shares[:40] == 0).all() and (shares[40:] > 0).all() and shares[-1] == 1
    assert survival.told(0.0) == "nothing" and survival.times_as_much(0.0) == "nothing of"


def test_dots_and_lines_stand_where_they_should(lab):
    lab.step(function="tanh", start=4.0, times=1.0, depth=20)
    line, dots, _, back_line, back_dots, _ = lab.stage.moving
    q, chi = survival.theory("tanh", 4.0, 1.0)
    layers = np.arange(1, 21)
    np.testing.assert_allclose(line.get_xydata(), np.column_stack([layers, q[:20]]))
    np.testing.assert_allclose(back_line.get_ydata()[[0, -2, -1]],
                               [np.sqrt(np.prod(chi[:19])), np.sqrt(chi[18]), 1])
    moments, slopes = survival.forward("tanh", 4.0, 1.0)
    np.testing.assert_array_equal(dots.get_ydata(), moments[:20])
    np.testing.assert_array_equal(back_dots.get_ydata(),
                                  survival.backward(slopes, "tanh", 1.0, 20))
    assert dots.get_color() == back_dots.get_color() == look("tanh")[0]


@pytest.mark.parametrize("settings, words", [
    ({"function": "tanh"}, ["tanh attracts: a second moment off 1 comes back"]),
    ({"function": "relu"}, ["relu is neutral: a second moment stays where it is",
                            "(the map says 4)", "(the map says 1)"]),
    ({"function": "gelu"}, ["gelu repels: a second moment off 1 runs away"]),
    ({"function": "sigmoid"}, ["The gradient vanishes."]),
    ({"function": "relu", "times": 2.0}, ["weights at 2 times its own gain",
                                          "The signal has blown up.", "The gradient explodes."]),
    ({"function": "relu", "times": 0.5}, ["The signal has faded.", "The gradient vanishes."])])
def test_what_it_says(lab, settings, words):
    sentence = lab.step(**{"start": 4.0, "times": 1.0, "depth": 50, **settings}).sentence
    assert all(one in sentence for one in words), sentence
    assert ("blown" in sentence or "faded" in sentence) == (settings.get("times", 1) != 1)


def test_the_map_tells_the_network_within_a_factor(lab):
    """With attracting functions the second moment ends at 1, in theory and in the network."""
    for function in FUNCTIONS:
        for start in (STARTS[0], STARTS[-1]):
            q = survival.theory(function, start, 1.0)[0][-1]
            seen = survival.forward(function, start, 1.0)[0][-1]
            if survival.thermostat.kind(function) == "attracts":
                assert q == pytest.approx(1, abs=0.02) and seen == pytest.approx(1, abs=0.2)
            else:
                assert abs(np.log10(seen / q)) < 1.5


@pytest.mark.parametrize("function", ["relu", "sigmoid"])
def test_every_stop_gives_another_picture_and_sentence(lab, function):
    for name, options in (("start", STARTS), ("times", TIMES), ("depth", DEPTHS)):
        lab.step(function=function, start=4.0, times=1.0, depth=50)
        steps = [lab.step(**{name: one}) for one in options]
        assert len({one.png for one in steps}) == len({one.sentence for one in steps}) \
            == len(options)
    image = Image.open(io.BytesIO(steps[0].png)).convert("RGB")
    assert image.size == (800, 320) and image.getpixel((0, 0)) == (255, 255, 255)


def test_every_function_has_its_picture(lab):
    lab.step(start=4.0, times=1.0, depth=50)
    steps = [lab.step(function=one) for one in FUNCTIONS]
    assert len({one.png for one in steps}) == len({one.sentence for one in steps}) == 12


def test_only_another_function_draws_a_new_frame(monkeypatch):
    lab = Thermostat()
    expected = lab.step(start=0.1, times=1.2, depth=14)
    lab.step(start=4.0, times=1.0, depth=50)
    frames, draw = [], lab.frame
    monkeypatch.setattr(lab, "frame", lambda *a, **k: frames.append(k) or draw(*a, **k))
    monkeypatch.setattr(base, "new_figure", None)
    for name, value in (("start", 0.1), ("times", 1.2), ("depth", 14)):
        lab.widgets[name].value = value
    assert (lab.sentence, lab.image.value.tobytes()) == expected and frames == []
    lab.widgets["function"].value = "selu"
    assert len(frames) == 1


@pytest.mark.parametrize("changes, error, message", [
    ({"start": 3.0}, ValueError, "start must be one of 0.1, 0.25, .*; got 3.0"),
    ({"depth": 51}, ValueError, "depth must be one of 2, 3, .*; got 51"),
    ({"function": "softmax"}, ValueError, "function must be one of tanh, softsign, "),
    ({"gain": 1.0}, TypeError, "no control 'gain'; it has function, start, times, depth")])
def test_a_step_that_cannot_be_taken_is_refused_and_changes_nothing(lab, changes, error, message):
    before = lab.step(function="tanh", start=4.0, times=1.0, depth=50)
    with pytest.raises(error, match=message):
        lab.step(**{"times": 2.0, **changes})
    assert (lab.sentence, lab.image.value.tobytes()) == before


def test_one_display_with_widget_picture_and_words():
    data, metadata = Thermostat().bundle()
    assert set(data) == {LIVE, "image/png", "text/plain"}
    words = data["text/plain"]
    assert words.startswith("Lab: What survives depth: the signal's second moment, and the "
                            "gradient. tanh, weights at its own gain: a second moment of 4 at "
                            "layer 1 has become")
    assert metadata == {"image/png": {"alt": words, "width": 768}}
    again, _ = Thermostat().bundle()
    assert (again["text/plain"], again["image/png"]) == (words, data["image/png"])


def test_controls_are_named_sliders(lab):
    assert all(isinstance(one, widgets.SelectionSlider) and one.description and not one.disabled
               for one in lab.widgets.values())
    assert lab.view().children == (*lab.widgets.values(), lab.image, lab.status)
