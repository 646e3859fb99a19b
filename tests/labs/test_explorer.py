"""The function explorer: true sentences, a picture at every stop, controls that follow each other.

What comes out of a distribution is tested in test_lab_outputs.py.
"""

import io
import math
import warnings

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from course_lib import activations
from course_lib.figures.style import look
from course_lib.figures.words import number
from course_lib.labs import lab as base
from course_lib.labs.explorer import STOPS, Explorer, corner, parameter_stops, percent

ELEMENTWISE = [one for one in activations.names() if activations.get(one).kind != "vector"]
LIVE = "application/vnd.jupyter.widget-view+json"
NAMES = ("tangent", "flat", "curve", "rings", "dot", "height", "slope", "slope_rings", "slope_dot",
         "steepness", "mean", "second", "zero", "nearly", "bars", "zero_bar", "arrow", "beyond")


@pytest.fixture(scope="module")
def lab():
    return Explorer()


def set_to(lab, function, **others):
    """A step with the standard inputs, the parameter's default and z = 1 unless told otherwise."""
    return lab.step(**{"function": function, "inputs": "N(0, 1)", "z": 1.0, **others})


def drawn(lab):
    return dict(zip(NAMES, lab.stage.moving, strict=True))


@pytest.mark.parametrize("settings, sentence", [
    # 1/sqrt(2 pi) = 0.39894, E max(z, 0)^2 = 1/2
    ({"function": "relu"},
     "At z = 1 relu is 1 and its slope 1. Normal inputs (mean 0, sd 1) come out with mean 0.399 "
     "and second moment 0.5; 50 % of the outputs are exactly 0, and 50 % of the units sit where "
     "the slope is nearly 0 (below 0.01 in size)."),
    # Phi(2) = 0.97725, phi(2) - 2 Phi(-2) = 0.0084907, 5 Phi(-2) - 2 phi(2) = 0.0057687
    ({"function": "relu", "z": 0.0, "inputs": "N(-2, 1)"},
     "At z = 0 relu is 0 and its slope is set to 0: it has a corner there. Normal inputs (mean "
     "-2, sd 1) come out with mean 0.00849 and second moment 0.00577; 97.7 % of the outputs are "
     "exactly 0, and 97.7 % of the units sit where the slope is nearly 0 (below 0.01 in size)."),
    ({"function": "binary_step", "z": 0.0, "inputs": "U(-3, 3)"},
     "At z = 0 binary_step is 1 and its slope is set to 0: it has a jump there. Inputs uniform "
     "from -3 to 3 come out with mean 0.5 and second moment 0.5; 50 % of the outputs are exactly "
     "0, and all units sit where the slope is nearly 0 (below 0.01 in size)."),
    # e^(9/2) = 90.017, e^18 = 6.566e7, Phi(ln(0.01)/3) = 0.0624
    ({"function": "exponential", "z": -2.0, "inputs": "N(0, 3²)"},
     "At z = -2 exponential is 0.135 and its slope 0.135. Normal inputs (mean 0, sd 3) come out "
     "with mean 90 and second moment 6.57e+07; no output is exactly 0, and 6.24 % of the units "
     "sit where the slope is nearly 0 (below 0.01 in size)."),
    # 0.3 of the left half: mean 0.7/sqrt(2 pi), second moment (1 + 0.09)/2
    ({"function": "leaky_relu", "parameter": 0.3, "z": -2.5},
     "At z = -2.5 leaky_relu with negative_slope = 0.3 is -0.75 and its slope 0.3. Normal inputs "
     "(mean 0, sd 1) come out with mean 0.279 and second moment 0.545; no output is exactly 0, "
     "and no unit sits where the slope is nearly 0 (below 0.01 in size)."),
    # sin(15) = 0.650288, 30 cos(15) = -22.7906; 2/pi asin(0.01/30) = 0.02 %
    ({"function": "sine", "parameter": 30.0, "z": 0.5},
     "At z = 0.5 sine with omega0 = 30 is 0.65 and its slope -22.8. Normal inputs (mean 0, sd 1) "
     "come out with mean 0 and second moment 0.5; no output is exactly 0, and under 0.1 % of the "
     "units sit where the slope is nearly 0 (below 0.01 in size)."),
    # E max(z, 0)^4 = 3 * 81 / 2 = 121.5, a tie between 121 and 122; slope 2z < 0.01 below 0.005
    ({"function": "squared_relu", "inputs": "N(0, 3²)"},
     "At z = 1 squared_relu is 1 and its slope 2. Normal inputs (mean 0, sd 3) come out with mean "
     "4.5 and second moment 122; 50 % of the outputs are exactly 0, and 50.1 % of the units sit "
     "where the slope is nearly 0 (below 0.01 in size)."),
])
def test_the_sentence_is_true(lab, settings, sentence):
    assert set_to(lab, **settings).sentence == sentence


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_every_function_has_a_picture_at_every_stop_of_its_parameter(lab, name):
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for stop in parameter_stops(name):
            seen.append(set_to(lab, name, parameter=stop, z=-0.25))
            said = seen[-1].sentence
            assert said.startswith(f"At z = -0.25 {name} ") and "nan" not in said
            assert "inf" not in said
            for curve in (drawn(lab)["curve"], drawn(lab)["slope"]):
                low, high = curve.axes.get_ylim()
                y = np.clip(curve.get_ydata()[np.isfinite(curve.get_ydata())], -10, 10)
                assert low < y.min() and y.max() < high
            bars = drawn(lab)["bars"]
            assert bars.get_data().values.max() < bars.axes.get_ylim()[1]
            if stop != "none":
                assert f" with {next(iter(activations.get(name).params))} = {stop:.4g} is " in said
    assert len({one.sentence for one in seen}) == len({one.png for one in seen}) == len(seen)
    image = Image.open(io.BytesIO(seen[0].png)).convert("RGB")
    assert image.size == (800, 320) and image.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("settings", [
    {"function": "exponential"}, {"function": "sine", "parameter": 30.0}])
def test_every_point_gives_another_picture_and_sentence(lab, settings):
    set_to(lab, **settings)
    steps = [lab.step(z=k / 4) for k in range(-28, 29)]
    assert len({step.png for step in steps}) == len({step.sentence for step in steps}) == 57
    assert lab.step(z=-3.25).sentence == steps[15].sentence


def test_dots_and_tangent_stand_on_value_and_slope(lab):
    set_to(lab, "sigmoid", z=2.0)
    now, value = drawn(lab), 1 / (1 + math.exp(-2))
    slope = value * (1 - value)
    assert now["dot"].get_xydata()[0] == pytest.approx([2, value], rel=1e-14)
    assert now["slope_dot"].get_xydata()[0] == pytest.approx([2, slope], rel=1e-12)
    (left, low), (right, high) = now["tangent"].get_xydata()
    assert (left + right) / 2 == pytest.approx(2) and (low + high) / 2 == pytest.approx(value)
    assert (high - low) / (right - left) == pytest.approx(slope, rel=1e-12) and right - left > 3
    assert now["tangent"].get_visible() and now["height"].get_text() == f"{value:.3g}"
    assert now["steepness"].get_text() == f"{slope:.3g}"
    x, y = now["curve"].get_data()
    assert y == pytest.approx(1 / (1 + np.exp(-x)), rel=1e-12) and (x[0], x[-1]) == (-7, 7)
    x, y = now["slope"].get_data()
    assert y == pytest.approx(np.exp(-x) / (1 + np.exp(-x)) ** 2, rel=1e-9)
    assert (now["curve"].get_color(), now["slope"].get_color()) == (look("sigmoid")[0],) * 2


def test_the_numbers_over_the_bars(lab):
    set_to(lab, "relu")
    now = drawn(lab)
    told = [now[one].get_text() for one in ("mean", "second", "zero", "nearly", "beyond")]
    assert told == ["0.399", "0.5", "50 %", "50 %", ""]
    set_to(lab, "binary_step")
    assert [drawn(lab)[one].get_text() for one in ("zero", "nearly")] == ["50 %", "all"]
    set_to(lab, "relu")
    now = drawn(lab)
    heights, edges, _ = now["bars"].get_data()
    zero = int(np.argmin(abs(edges[:-1] + edges[1:])))
    assert heights.sum() == pytest.approx(100, abs=0.3) and heights.argmax() == zero
    assert now["zero_bar"].get_data().values == pytest.approx([50], abs=1e-9)
    assert tuple(now["zero_bar"].get_data().edges) == tuple(edges[zero:zero + 2])
    assert now["arrow"].get_xydata()[0] == pytest.approx([1 / math.sqrt(2 * math.pi), 0])


def test_flat_parts_are_marked_where_the_slope_is_below_a_hundredth(lab):
    for name, slope in (("tanh", lambda z: np.cosh(z) ** -2), ("sine", np.cos)):
        set_to(lab, name)
        x, level = drawn(lab)["flat"].get_data()
        flat = np.isfinite(level)
        assert (flat == (abs(slope(x)) < 0.01)).all() and flat.any() and not flat.all()


def test_kinks_are_ringed_on_value_and_slope(lab):
    set_to(lab, "selu")  # lambda alpha = 1.75810 on the left
    now = drawn(lab)
    assert now["rings"].get_xydata().tolist() == [[0, 0]]
    assert now["slope_rings"].get_xydata()[0] == pytest.approx([0, 1.0507009874 * 1.6732632423])


@pytest.mark.parametrize("inputs, z, height", [
    ("N(0, 1)", [0, 1], [1, math.exp(-0.5)]), ("N(-2, 1)", [-2, 0], [1, math.exp(-2)]),
    ("U(-3, 3)", [-3.5, -2.8, 2.8, 3.5], [0, 1, 1, 0])])
def test_the_grey_hill_is_the_density_of_the_inputs(lab, inputs, z, height):
    set_to(lab, "gelu", inputs=inputs)
    (hill,) = drawn(lab)["curve"].axes.collections
    x, y = hill.get_paths()[0].vertices.T
    order = np.argsort(x[y > 0], kind="stable")
    told = np.interp(z, x[y > 0][order], y[y > 0][order], left=0, right=0)
    assert told == pytest.approx(0.3 * np.array(height), abs=1e-3)


def test_corners_and_jumps_have_no_tangent(lab):
    for name, z, kind in (("relu", 0, "corner"), ("binary_step", 0, "jump"),
                          ("threshold", 1, "jump"), ("hard_shrink", -0.5, "jump"),
                          ("selu", 0, "corner"), ("elu", 0, None), ("softsign", 0, None),
                          ("relu6", 6, "corner"), ("relu", 0.25, None),
                          ("hard_sigmoid", 3, "corner"), ("gelu", 0, None)):
        assert corner(activations.get(name), float(z)) == kind, name
        sentence = set_to(lab, name, z=float(z)).sentence
        assert drawn(lab)["tangent"].get_visible() == (kind is None)
        assert ("is set to" in sentence) == (kind is not None)
        assert kind is None or f"it has a {kind} there" in sentence
    assert corner(activations.get("threshold", threshold=0.0), 0.0) == "corner"


def test_what_is_beyond_the_picture_is_shown_at_its_edge(lab):
    set_to(lab, "exponential", z=4.0, inputs="N(0, 3²)")
    now = drawn(lab)
    for dot in ("dot", "slope_dot"):
        assert now[dot].get_marker() == "^"
        assert now[dot].get_ydata()[0] == now[dot].axes.get_ylim()[1] < math.exp(4)
    assert not now["tangent"].get_visible() and now["height"].get_text() == "54.6"
    assert now["arrow"].get_marker() == ">"  # the mean is 90
    assert now["beyond"].get_text() == "21.9 % lie beyond"  # P(e^z > 10.25), z ~ N(0, 3²)
    set_to(lab, "exponential")
    assert [drawn(lab)[one].get_marker() for one in ("dot", "arrow")] == ["o", "^"]
    set_to(lab, "log_sigmoid", z=-7.0, inputs="N(0, 3²)")
    assert drawn(lab)["dot"].get_marker() == "o"


def test_quick_waves_are_shown_in_pages_that_hold_the_point(lab):
    for omega, half in ((1.0, 7), (10.0, 2.8), (30.0, 1.4)):
        set_to(lab, "sine", parameter=omega)
        for k in (-28, -17, -6, -5, 0, 5, 6, 11, 12, 28):  # the pages' ends lie between them
            lab.step(z=k / 4)
            axes = drawn(lab)["dot"].axes
            low, high = axes.get_xlim()
            assert low - 1e-9 <= k / 4 <= high + 1e-9 and high - low == pytest.approx(2 * half)
        top = drawn(lab)["slope_dot"].axes.get_ylim()[1]
        assert omega < top < max(1.2 * omega, 6)


def test_choosing_a_function_puts_its_parameter_on_the_slider(monkeypatch):
    lab = Explorer()
    monkeypatch.setattr(lab, "_render", lambda: None)  # the controls alone, without pictures
    slider, layout = lab.widgets["parameter"], lab.widgets["parameter"].layout
    for name in ELEMENTWISE:
        lab.step(function=name)
        params = activations.get(name).params
        if params:
            first, default = next(iter(params.items()))
            assert (slider.description, slider.value) == (first, default)
            assert not slider.disabled and layout.visibility == "visible"
        else:
            assert slider.disabled and layout.visibility == "hidden" and slider.value == "none"


def test_a_parameter_without_values_of_its_own_gets_multiples_of_its_default(monkeypatch):
    monkeypatch.delitem(STOPS, "squareplus")
    assert parameter_stops("squareplus") == (1, 2, 4, 8, 16)


def test_a_hand_on_the_widgets_takes_the_same_way_and_draws_once_a_touch(monkeypatch):
    lab = Explorer()
    expected = lab.step(function="elu", parameter=2.0, z=-0.5, inputs="N(0, 0.3²)")
    lab.step(function="tanh", z=3.0, inputs="N(0, 1)")
    told, tell = [], lab._tell
    monkeypatch.setattr(lab, "_tell", lambda: told.append(lab.sentence) or tell())
    for name, value in (("function", "elu"), ("parameter", 2.0), ("z", -0.5),
                        ("inputs", "N(0, 0.3²)")):
        lab.widgets[name].value = value
    assert len(told) == 4 and " elu with alpha = 1 is " in told[0]
    assert (lab.sentence, lab.image.value.tobytes()) == expected


def test_point_and_parameter_reuse_figure_and_background(monkeypatch):
    lab = Explorer()
    frames, draw = [], lab.frame
    monkeypatch.setattr(lab, "frame", lambda *a, **k: frames.append(k) or draw(*a, **k))
    monkeypatch.setattr(base, "new_figure", None)
    for changes in ({"z": 0.5}, {"parameter": 0.0}, {"parameter": 1.0}, {"z": -7.0}, {"z": 7.0}):
        lab.step(**changes)
    assert frames == []
    lab.step(function="gelu")
    lab.step(inputs="U(-3, 3)")
    assert len(frames) == 2


@pytest.mark.parametrize("changes, error, message", [
    ({"function": "softmax"}, ValueError, "function must be one of identity, "),
    ({"function": "rellu", "parameter": 1.0}, ValueError, "function must be one of identity, "),
    ({"parameter": 0.7}, ValueError, "alpha of elu must be one of 0.1, 0.25, .*; got 0.7"),
    ({"function": "hard_sigmoid", "parameter": 2.0}, ValueError,
     "slope of hard_sigmoid must be one of 0.1, 0.1667, 0.2, .*; got 2.0"),
    ({"function": "relu", "parameter": 0.1}, ValueError, "relu has no parameter; got 0.1"),
    ({"z": 7.5}, ValueError, "z must lie between -7 and 7, got 7.5"),
    ({"inputs": "N(5, 1)"}, ValueError, "inputs must be one of N"),
    ({"page": (0, 7)}, TypeError, "no control 'page'; it has function, parameter, z, inputs"),
])
def test_a_step_that_cannot_be_taken_is_refused_and_changes_nothing(lab, changes, error, message):
    before = set_to(lab, "elu", parameter=2.0)
    with pytest.raises(error, match=message):
        lab.step(**{"z": 3.0, **changes})
    assert (lab.sentence, lab.image.value.tobytes()) == before
    assert (lab.widgets["z"].value, lab.widgets["parameter"].value) == (1.0, 2.0)


def test_function_and_parameter_can_come_in_one_step_in_any_order(lab):
    set_to(lab, "relu")
    assert " sine with omega0 = 3 " in lab.step(parameter=3.0, function="sine").sentence
    assert " relu is " in lab.step(parameter="none", function="relu").sentence


@pytest.mark.parametrize("share, told", [
    (0, "none"), (1e-15, "none"), (1e-6, "< 0.1 %"), (0.0012, "0.12 %"), (0.0227501, "2.28 %"),
    (0.5, "50 %"), (0.97725, "97.7 %"), (0.9995, "> 99.9 %"), (1, "all"), (1 - 1e-15, "all"),
    (0.121499999999999, "12.2 %"), (0.121500000000001, "12.2 %"),  # rounding decides no tie
])
def test_shares_in_percent(share, told):
    assert percent(share) == told


def test_one_display_with_widget_picture_and_words():
    data, metadata = Explorer().bundle()
    assert set(data) == {LIVE, "image/png", "text/plain"}
    words = data["text/plain"]
    # 0.99/sqrt(2 pi) = 0.39495, (1 + 0.0001)/2 = 0.50005
    assert words.startswith("Lab: What a function does to one input, and to many. At z = -1 "
                            "leaky_relu with negative_slope = 0.01 is -0.01 and its slope 0.01. "
                            "Normal inputs (mean 0, sd 1) come out with mean 0.395 and second "
                            "moment 0.5;")
    assert metadata == {"image/png": {"alt": words, "width": 768}}
    image = Image.open(io.BytesIO(data["image/png"]))
    assert image.mode == "P" and image.width == 1152 and image.height > 460
    again, _ = Explorer().bundle()
    assert (again["text/plain"], again["image/png"]) == (words, data["image/png"])


def test_controls_are_named_have_at_most_sixty_stops_and_work_by_keyboard():
    lab = Explorer()
    slider, buttons = widgets.SelectionSlider, widgets.ToggleButtons
    kinds = (slider, slider, widgets.FloatSlider, buttons)
    for widget, kind in zip(lab.widgets.values(), kinds, strict=True):
        assert isinstance(widget, kind) and widget.description and not widget.disabled
    assert list(lab.widgets["function"].options) == ELEMENTWISE and len(ELEMENTWISE) <= 60
    z = lab.widgets["z"]
    assert (z.max - z.min) / z.step == 56 and z.continuous_update
    for name, stops in STOPS.items():
        default = next(iter(activations.get(name).params.values()))
        assert default in stops and list(stops) == sorted(stops) and len(stops) <= 10
        assert len({number(stop, 4) for stop in stops}) == len(stops)
    assert lab.view().children == (*lab.widgets.values(), lab.image, lab.status)
