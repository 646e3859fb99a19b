"""The lab of temperature: softmax against scipy and against its limits, pictures, errors."""

import io
import math

import ipywidgets as widgets
import numpy as np
import pytest
import scipy.special
import scipy.stats
from PIL import Image

from course_lib.figures.style import look
from course_lib.labs import lab as base
from course_lib.labs.temperature import (
    LOGITS,
    SMALLEST,
    TEMPERATURES,
    Temperature,
    entropy,
    largest_slope,
    softened,
)

LIVE = "application/vnd.jupyter.widget-view+json"
CLEAR, CLOSE, TIE, EQUAL, LADDER = LOGITS


@pytest.fixture(scope="module")
def lab():
    return Temperature()


def parts(lab):
    """The moving artists: logits, probabilities and their numbers, then the two marks."""
    moving = lab.stage.moving
    assert len(moving) == 18
    return moving[:4], moving[4:8], moving[8:12], moving[12:15], moving[15:]


@pytest.mark.parametrize("settings, sentence", [
    # e^4 : e : 1 : 1/e
    ({"logits": CLEAR, "temperature": 1.0},
     "At T = 1, softmax gives A 0.93, B 0.046, C 0.017 and D 0.006. Its entropy is 0.311 nats, "
     "the doubt among 1.36 equal classes; the largest slope of a probability by a logit is "
     "0.0648."),
    ({"logits": CLEAR, "temperature": 0.01},
     "At T = 0.01, softmax gives A nearly 1, B nearly 0, C nearly 0 and D nearly 0. Its entropy "
     "is under 0.001 nats, hardly any doubt; the largest slope of a probability by a logit is "
     "under 0.001. This is all but argmax: the winner takes everything."),
    # two halves: ln 2, and 1/4 over T
    ({"logits": TIE, "temperature": 0.05},
     "At T = 0.05, softmax gives A 0.5, B 0.5, C nearly 0 and D nearly 0. Its entropy is 0.693 "
     "nats, the doubt among 2 equal classes; the largest slope of a probability by a logit is 5. "
     "A and B tie and share everything, however low T is."),
    ({"logits": LADDER, "temperature": 100.0},
     "At T = 100, softmax gives A 0.254, B 0.251, C 0.249 and D 0.246. Its entropy is 1.39 nats, "
     "the doubt among 4 equal classes; the largest slope of a probability by a logit is 0.00189. "
     "This is all but uniform: the logits hardly count."),
    # four quarters: ln 4, and 3/16 over T
    ({"logits": EQUAL, "temperature": 0.5, "shift": -3},
     "At T = 0.5 with -3 added to every logit, softmax gives A 0.25, B 0.25, C 0.25 and D 0.25. "
     "Its entropy is 1.39 nats, the doubt among 4 equal classes; the largest slope of a "
     "probability by a logit is 0.375. Equal logits are uniform at every temperature. The "
     "constant has changed nothing: only differences between logits count."),
])
def test_the_sentence_is_true(lab, settings, sentence):
    assert lab.step(**{"shift": 0, **settings}).sentence == sentence


@pytest.mark.parametrize("logits", LOGITS.values(), ids=LOGITS)
@pytest.mark.parametrize("t", TEMPERATURES)
def test_probabilities_entropy_and_slope(logits, t):
    p = scipy.special.softmax(np.array(logits) / t)
    assert softened(logits, t) == pytest.approx(p, rel=1e-12)
    assert entropy(logits, t) == pytest.approx(scipy.stats.entropy(p), rel=1e-9, abs=1e-15)
    # dp_i/dz_j = p_i ([i = j] - p_j) / T; 1 - p_j as the sum of the others, which does not cancel
    rest = np.array([p[np.arange(4) != j].sum() for j in range(4)])
    jacobian = (np.diag(p * rest) - np.outer(p, p) * (1 - np.eye(4))) / t
    assert largest_slope(logits, t) == pytest.approx(abs(jacobian).max(), rel=1e-9)


def test_the_slope_is_that_of_differences():
    for logits in LOGITS.values():
        z, step = np.array(logits), 1e-6
        steepest = max(abs(softened(z + step * unit, 0.8) - softened(z - step * unit, 0.8)).max()
                       for unit in np.eye(4)) / (2 * step)
        assert largest_slope(logits, 0.8) == pytest.approx(steepest, rel=1e-7)


def test_limits():
    assert softened(LOGITS[CLEAR], 1e-3) == pytest.approx([1, 0, 0, 0], abs=1e-15)
    assert softened(LOGITS[TIE], 1e-3) == pytest.approx([0.5, 0.5, 0, 0], abs=1e-15)
    assert softened(LOGITS[CLEAR], 1e9) == pytest.approx([0.25] * 4, rel=1e-8)
    assert entropy(LOGITS[CLEAR], 1e-3) == 0 and entropy(LOGITS[EQUAL], 1) == math.log(4)
    assert entropy(LOGITS[TIE], 1e-3) == pytest.approx(math.log(2), rel=1e-15)
    assert largest_slope(LOGITS[EQUAL], 0.01) == pytest.approx(3 / 16 / 0.01, rel=1e-12)
    assert largest_slope(LOGITS[TIE], 0.01) == pytest.approx(1 / 4 / 0.01, rel=1e-12)


@pytest.mark.parametrize("name", LOGITS)
@pytest.mark.parametrize("t", [0.01, 2.0])
def test_a_constant_moves_the_logits_and_nothing_else(lab, name, t):
    lab.step(logits=name, temperature=t, shift=0)
    for shift in (-6, -1, 1, 6):
        lab.step(shift=shift)
        given, shares, *_ = parts(lab)
        assert [bar.get_height() for bar in given] == [z + shift for z in LOGITS[name]]
        p = scipy.special.softmax(np.array(LOGITS[name]) / t)
        assert [bar.get_height() for bar in shares] == pytest.approx(p, rel=1e-11)
        said = lab.sentence.replace(f" with {shift} added to every logit", "")
        plain = lab.step(shift=0).sentence
        assert said == f"{plain} The constant has changed nothing: only differences between " \
                       "logits count."


def test_marks_stand_on_their_curves(lab):
    lab.step(logits=CLOSE, temperature=0.5, shift=0)
    for line, dot, text in parts(lab)[3:]:
        curve = next(one for one in dot.axes.lines if len(one.get_xdata()) == len(TEMPERATURES))
        at = TEMPERATURES.index(0.5)
        assert dot.get_xydata()[0] == pytest.approx([0.5, curve.get_ydata()[at]], rel=1e-14)
        assert set(line.get_xdata()) == {0.5} and text.get_text() == f"{curve.get_ydata()[at]:.3g}"
        assert tuple(curve.get_xdata()) == TEMPERATURES and curve.get_color() == look("softmax")[0]
    lab.step(logits=CLEAR, temperature=0.01)
    _, dot, text = parts(lab)[4]
    assert dot.get_ydata()[0] == SMALLEST and dot.get_marker() == "v"
    assert text.get_text() == "< 0.001"


def test_probabilities_are_never_called_zero_or_one(lab):
    lab.step(logits=CLEAR, temperature=0.01, shift=0)
    assert [text.get_text() for text in parts(lab)[2]] == ["≈ 1", "≈ 0", "≈ 0", "≈ 0"]
    lab.step(temperature=1.0)
    assert [text.get_text() for text in parts(lab)[2]] == ["0.93", "0.046", "0.017", "0.006"]
    ticks = parts(lab)[0][0].axes.get_xticklabels()
    assert [tick.get_text() for tick in ticks] == ["A\n4", "B\n1", "C\n0", "D\n-1"]


def test_words_for_the_limits_come_only_near_them(lab):
    for name, logits in LOGITS.items():
        for t in TEMPERATURES[::2]:
            sentence = lab.step(logits=name, temperature=t, shift=0).sentence
            p = np.sort(scipy.special.softmax(np.array(logits) / t))
            equal = len(set(logits)) == 1
            assert ("all but argmax" in sentence) == (p[-1] > 0.999)
            assert ("all but uniform" in sentence) == (not equal and p[-1] - p[0] < 0.02)
            assert ("at every temperature" in sentence) == equal
            assert ("tie and share" in sentence) == (not equal and p[-1] == p[-2] > 0.4995)


@pytest.mark.parametrize("name", [CLEAR, EQUAL])
def test_every_stop_gives_another_picture_and_sentence(lab, name):
    lab.step(logits=name, temperature=1.0, shift=0)
    steps = [lab.step(temperature=t) for t in TEMPERATURES]
    assert len({one.png for one in steps}) == len({one.sentence for one in steps}) == 41
    lab.step(temperature=1.0)
    steps = [lab.step(shift=shift) for shift in range(-6, 7)]
    assert len({one.png for one in steps}) == len({one.sentence for one in steps}) == 13
    image = Image.open(io.BytesIO(steps[0].png)).convert("RGB")
    assert image.size == (800, 320) and image.getpixel((0, 0)) == (255, 255, 255)


def test_sliders_reuse_figure_and_background_and_hands_take_the_same_way(monkeypatch):
    lab = Temperature()
    expected = lab.step(logits=LADDER, temperature=2.5, shift=4)
    lab.step(temperature=0.1, shift=0)
    frames, draw = [], lab.frame
    monkeypatch.setattr(lab, "frame", lambda *a, **k: frames.append(k) or draw(*a, **k))
    monkeypatch.setattr(base, "new_figure", None)
    lab.widgets["temperature"].value = 2.5
    lab.widgets["shift"].value = 4
    assert (lab.sentence, lab.image.value.tobytes()) == expected and frames == []
    lab.widgets["logits"].value = TIE
    assert len(frames) == 1


@pytest.mark.parametrize("changes, error, message", [
    ({"temperature": 3.0}, ValueError, "temperature must be one of 0.01, 0.0125, .*; got 3.0"),
    ({"temperature": 0.0}, ValueError, "temperature must be one of"),
    ({"shift": 7}, ValueError, "shift must lie between -6 and 6, got 7"),
    ({"logits": "none"}, ValueError, "logits must be one of one clear winner, two close, "),
    ({"T": 1.0}, TypeError, "no control 'T'; it has logits, temperature, shift"),
])
def test_a_step_that_cannot_be_taken_is_refused_and_changes_nothing(lab, changes, error, message):
    before = lab.step(logits=CLEAR, temperature=1.0, shift=0)
    with pytest.raises(error, match=message):
        lab.step(**{"shift": 2, **changes})
    assert (lab.sentence, lab.image.value.tobytes()) == before and lab.widgets["shift"].value == 0


def test_one_display_with_widget_picture_and_words():
    data, metadata = Temperature().bundle()
    assert set(data) == {LIVE, "image/png", "text/plain"}
    words = data["text/plain"]
    assert words.startswith("Lab: Softmax with a temperature, between argmax and uniform. At T = "
                            "1, softmax gives A 0.93, B 0.046, C 0.017 and D 0.006.")
    assert metadata == {"image/png": {"alt": words, "width": 768}}
    image = Image.open(io.BytesIO(data["image/png"]))
    assert image.mode == "P" and image.width == 1152 and image.height > 460
    again, _ = Temperature().bundle()
    assert (again["text/plain"], again["image/png"]) == (words, data["image/png"])


def test_controls_are_named_log_spaced_and_work_by_keyboard(lab):
    kinds = (widgets.ToggleButtons, widgets.SelectionSlider, widgets.IntSlider)
    for widget, kind in zip(lab.widgets.values(), kinds, strict=True):
        assert isinstance(widget, kind) and widget.description and not widget.disabled
    assert (TEMPERATURES[0], TEMPERATURES[-1], len(TEMPERATURES)) == (0.01, 100, 41)
    ratios = np.array(TEMPERATURES[1:]) / TEMPERATURES[:-1]
    assert ratios == pytest.approx(10 ** 0.1, rel=0.02)
    assert all(len(set(logits)) == (1, 3, 4)[(name != EQUAL) + (name not in (EQUAL, TIE))]
               for name, logits in LOGITS.items())
    assert lab.view().children == (*lab.widgets.values(), lab.image, lab.status)
