"""The lab of dead units: what it reads from the study, pictures, sentences, errors."""

import io
from itertools import product

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from course_lib import evidence
from course_lib.evidence import dead_units
from course_lib.figures.style import ORANGE
from course_lib.labs import dying
from course_lib.labs import lab as base
from course_lib.named import Named

LIVE = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def lab():
    return dying.DeadUnits()


@pytest.fixture
def planted(monkeypatch):
    """A lab of a study whose numbers are easy: layer 1 dies in proportion to the rate's place."""
    places = np.arange(22)
    dead = np.zeros((2, 22, 10, 2))
    dead[..., 0] = (places / 21)[None, :, None]
    dead[1, ..., 1] = 0.005
    dead[1, 21, :, 1] = 1
    on = np.zeros((2, 22, 10, 2))
    on[0, ..., 1] = 0.25
    score = np.full((2, 22, 10), 0.95)
    score[0, 21], score[0, 20], score[0, 19] = 0.5, 0.94, 0.92
    axes = {"optimiser": ["sgd", "adam"], "rate": dead_units.RATES}
    behind = {"axis 0": list(range(10)), "axis 1": [0, 1]}
    stored = {"dead": Named(dead, axes | behind), "always_on": Named(on, axes | behind),
              "val_score": Named(score, axes | {"axis 0": list(range(10))})}
    monkeypatch.setattr(dying, "load", lambda name: stored)
    return dying.DeadUnits()


@pytest.mark.parametrize("settings, sentence", [
    ({"optimiser": "SGD", "layer": 1, "rate": 3.0},
     "At rate 3 with SGD, 100 % of layer 1 is dead, 0 % is inactive on some digits and 0 % is "
     "always on. Validation accuracy is 50 %, 45 points below the best."),
    ({"optimiser": "SGD", "layer": 2, "rate": 2.0},
     "At rate 2 with SGD, 0 % of layer 2 is dead, 75 % is inactive on some digits and 25 % is "
     "always on. Validation accuracy is 94 %, about as good as any."),
    ({"optimiser": "SGD", "layer": 1, "rate": 1.5},
     "At rate 1.5 with SGD, 90 % of layer 1 is dead, 10 % is inactive on some digits and 0 % is "
     "always on. Validation accuracy is 92 %, 3 points below the best."),
    ({"optimiser": "Adam", "layer": 2, "rate": 0.001},
     "At rate 0.001 with Adam, under 1 % of layer 2 is dead, over 99 % is inactive on some digits "
     "and 0 % is always on. Validation accuracy is 95 %, about as good as any."),
])
def test_the_sentence_is_true(planted, settings, sentence):
    assert planted.step(**settings).sentence == sentence


@pytest.mark.parametrize("share, words", [
    (0, "0 %"), (0.3, "under 1 %"), (1, "1 %"), (98.6, "99 %"), (99.4, "over 99 %"),
    (100, "100 %")])
def test_shares_are_never_rounded_to_none_or_all(share, words):
    assert dying.told(share) == words


def test_it_reads_the_stored_study(lab):
    stored = evidence.load("dead_units")
    for (name, key), layer in product(dying.NAMES.items(), (1, 2)):  # four frames
        k = dead_units.OPTIMISERS.index(key)
        for at in (0, 7, 14, 21):
            rate = dead_units.RATES[at]
            dead, on = (stored[what].sel(optimiser=key, rate=rate).values[:, layer - 1].mean()
                        for what in ("dead", "always_on"))
            lab.step(optimiser=name, layer=layer, rate=rate)
            shares = lab.shares[k, at, layer - 1]
            assert shares[[0, 2]] == pytest.approx([100 * dead, 100 * on], abs=1e-9)
            assert shares.sum() == pytest.approx(100) and shares.min() > -1e-9
            dots = lab.stage.moving[1], lab.stage.moving[3]
            assert dots[0].get_xydata()[0] == pytest.approx([rate, shares[0]])
            assert dots[1].get_xydata()[0] == pytest.approx([rate, lab.accuracy[k, at]])


def test_the_frame_shows_areas_accuracy_and_the_set_up(planted):
    planted.step(optimiser="SGD", layer=2, rate=0.1)
    left, right = planted.stage.figure.axes
    heights = [area.get_paths()[0].vertices[:, 1] for area in left.collections]
    assert [(one.min(), one.max()) for one in heights] == [(0, 0), (0, 75), (75, 100)]
    curve = next(line for line in right.lines if line.get_color() == ORANGE)
    np.testing.assert_allclose(curve.get_ydata(), planted.accuracy[0])
    assert left.get_title(loc="left") == "Layer 2 after training, SGD"
    told = planted.stage.figure.get_supxlabel()
    assert "2 hidden layers of 32 ReLUs" in told and "20 epochs; mean of 10 networks" in told
    assert [text.get_text() for text in left.get_legend().get_texts()] == [
        "dead", "inactive on some digits", "always on"]


@pytest.mark.parametrize("optimiser", dying.NAMES)
@pytest.mark.parametrize("layer", [1, 2])
def test_every_stop_gives_another_picture_and_sentence(lab, optimiser, layer):
    lab.step(optimiser=optimiser, layer=layer)
    steps = [lab.step(rate=rate) for rate in dead_units.RATES]
    assert len({one.png for one in steps}) == len({one.sentence for one in steps}) == 22
    image = Image.open(io.BytesIO(steps[0].png)).convert("RGB")
    assert image.size == (800, 320) and image.getpixel((0, 0)) == (255, 255, 255)


def test_buttons_change_the_frame_and_the_slider_does_not(monkeypatch):
    lab = dying.DeadUnits()
    expected = lab.step(optimiser="Adam", layer=2, rate=0.1)
    lab.step(optimiser="SGD", layer=1, rate=1.0)
    frames, draw = [], lab.frame
    monkeypatch.setattr(lab, "frame", lambda *a, **k: frames.append(k) or draw(*a, **k))
    monkeypatch.setattr(base, "new_figure", None)
    lab.widgets["rate"].value = 0.1
    assert frames == []
    lab.widgets["optimiser"].value, lab.widgets["layer"].value = "Adam", 2
    assert len(frames) == 2
    assert (lab.sentence, lab.image.value.tobytes()) == expected


@pytest.mark.parametrize("changes, error, message", [
    ({"rate": 0.25}, ValueError, "rate must be one of 0.001, 0.0015, .*; got 0.25"),
    ({"optimiser": "RMSprop"}, ValueError, "optimiser must be one of SGD, Adam"),
    ({"layer": 3}, ValueError, "layer must be one of 1, 2; got 3"),
    ({"width": 3}, TypeError, "no control 'width'; it has optimiser, layer, rate"),
])
def test_a_step_that_cannot_be_taken_is_refused_and_changes_nothing(lab, changes, error, message):
    before = lab.step(optimiser="SGD", layer=1, rate=0.3)
    with pytest.raises(error, match=message):
        lab.step(**{"rate": 1.0, **changes})
    assert (lab.sentence, lab.image.value.tobytes()) == before and lab.widgets["rate"].value == 0.3


def test_one_display_with_widget_picture_and_words():
    data, metadata = dying.DeadUnits().bundle()
    assert set(data) == {LIVE, "image/png", "text/plain"}
    words = data["text/plain"]
    assert words.startswith("Lab: Dead units against the learning rate. At rate 0.3 with SGD, ")
    assert metadata == {"image/png": {"alt": words, "width": 768}}
    again, _ = dying.DeadUnits().bundle()
    assert (again["text/plain"], again["image/png"]) == (words, data["image/png"])


def test_controls_are_named_and_work_by_keyboard(lab):
    kinds = (widgets.ToggleButtons, widgets.ToggleButtons, widgets.SelectionSlider)
    for widget, kind in zip(lab.widgets.values(), kinds, strict=True):
        assert isinstance(widget, kind) and widget.description and not widget.disabled
    assert lab.view().children == (*lab.widgets.values(), lab.image, lab.status)
