"""The lab of the advisor: its words are the advice, every button changes picture and sentence."""

import io

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from course_lib import advisor, labs
from course_lib.evidence import hidden_layers, hidden_scores
from course_lib.figures.style import BLUE, ORANGE
from course_lib.labs import adviser_lab
from course_lib.labs import lab as base

LIVE = "application/vnd.jupyter.widget-view+json"
PLAIN = {question: next(iter(choices)) for question, choices in advisor.QUESTIONS.items()}


@pytest.fixture(scope="module")
def lab():
    return labs.Advisor()


def parts(lab):
    """The moving artists: nine texts, marks of norms, skips, dots of ties and of the advised."""
    moving = lab.stage.moving
    assert len(moving) == 14
    return moving[:9], *moving[9:]


def names_at(dots):
    return [list(hidden_layers.FUNCTIONS)[int(row)] for row in dots.get_ydata()]


@pytest.mark.parametrize("question", advisor.QUESTIONS)
@pytest.mark.parametrize("others", [
    {}, {"architecture": "transformer", "depth": "deep", "normalisation": "layer",
         "residual": "yes", "hardware": "GPU"}], ids=["plain", "transformer"])
def test_every_button_gives_another_picture_and_sentence(lab, question, others):
    lab.step(**{**PLAIN, **others})
    steps = [lab.step(**{question: choice}) for choice in advisor.QUESTIONS[question]]
    assert len({one.sentence for one in steps}) == len(steps)
    assert len({one.png for one in steps}) == len(steps)
    image = Image.open(io.BytesIO(steps[0].png)).convert("RGB")
    assert image.size == (800, 320) and image.getpixel((799, 0)) == (255, 255, 255)


@pytest.mark.parametrize("answers", [
    {}, {"task": "counts", "depth": "deep"}, {"architecture": "implicit", "data": "few"},
    {"architecture": "transformer", "residual": "yes", "hardware": "integer-only"}])
def test_words_and_picture_are_the_advice(lab, answers):
    sentence = lab.step(**{**PLAIN, **answers}).sentence
    one = advisor.advise(**answers)
    assert "; ".join(item.what for item in one.before) in sentence
    for part in ("head", "loss", "hidden", "weights", "rate", "hardware"):
        item = getattr(one, part)
        assert item.what in sentence
        if part in ("head", "hidden", "weights", "rate"):
            assert f"{item.what} ({item.links[0].words})" in sentence
    texts = [text.get_text() for text in parts(lab)[0]]
    assert texts == [one.answers["task"], one.answers["architecture"], one.hidden.short,
                     one.weights.short, one.first.short, one.head.short, one.loss.short,
                     one.rate.short, one.hardware.short]
    told = "Not measured in this course: " in sentence
    assert told == bool(one.measure_yourself)
    if told:
        listed = sentence.split("Not measured in this course: ")[1].split(". Measure")[0]
        assert listed.replace(" and ", ", ").split(", ") == one.measure_yourself
        assert sentence.endswith(f"yourself: {advisor.SECTIONS['yourself'].words}.")


def test_the_sentence_of_a_plain_case(lab):
    assert lab.step(**{**PLAIN, "task": "regression", "depth": "deep"}).sentence.startswith(
        "Regression, dense, deep, not normalised, no skips, ordinary data and laptop. Output: one "
        "output a target; no activation (chapter 04, 'Any number'); loss: squared "
        "error. Hidden layers: about 12 layers: tanh, SELU or ELU; 20 and more: SELU or ELU "
        "(chapter 03, ")


@pytest.mark.parametrize("depth, layers", [("shallow", 2), ("medium", 6), ("deep", 12)])
def test_dots_stand_where_the_study_measured_and_only_for_such_networks(lab, depth, layers):
    lab.step(**{**PLAIN, "depth": depth})
    _, _, _, ties, advised, other = parts(lab)
    hidden = advisor.advise(depth=depth).hidden
    names = list(hidden_layers.FUNCTIONS)
    assert names_at(advised) == [hidden.code["function"]] and not other.get_visible()
    assert {adviser_lab.CATALOGUE.get(name, name) for name in names_at(ties)} == set(hidden.ties)
    for dots in (ties, advised):
        for x, row in dots.get_xydata():
            seen = hidden_scores.accuracies(names[int(row)], layers)
            assert x == pytest.approx(np.mean(seen), rel=1e-12)
    assert (advised.get_color(), ties.get_color()) == (BLUE, ORANGE)
    axes = advised.axes
    assert axes.get_title(loc="left").startswith(f"{layers} plain dense layers")
    # Every function is there: as a hollow dot, or as a number at the edge.
    hollow = {int(line.get_ydata()[0]) for line in axes.lines
              if line.get_color() == "white" and line is not ties}
    written = {int(text.get_position()[1]) for text in axes.texts if "◂" in text.get_text()}
    assert hollow | written == set(range(len(names))) and not hollow & written
    for changed in ({"architecture": "convolutional"}, {"normalisation": "batch"},
                    {"residual": "yes"}, {"task": "counts"}):
        lab.step(**{**PLAIN, "depth": depth, **changed})
        assert other.get_visible() and not len(ties.get_xdata()) + len(advised.get_xdata())


def test_norms_and_skips_are_drawn_on_every_layer(lab):
    for depth, layers in (("shallow", 2), ("deep", 12)):
        lab.step(**{**PLAIN, "depth": depth})
        _, norm, skips, *_ = parts(lab)
        assert not norm.get_visible() and not skips.get_visible()
        assert len(norm.get_xdata()) == layers
        assert np.isnan(skips.get_xdata()).sum() == layers  # an arc each
        marks = set()
        for kind in ("batch", "layer"):
            lab.step(normalisation=kind, residual="yes")
            assert norm.get_visible() and skips.get_visible()
            marks.add(norm.get_marker())
        assert len(marks) == 2


def test_buttons_reuse_the_frame_except_for_depth(monkeypatch):
    lab = labs.Advisor()
    expected = lab.step(task="bounded", data="raw")
    lab.step(**PLAIN)
    frames, draw = [], lab.frame
    monkeypatch.setattr(lab, "frame", lambda *a, **k: frames.append(k) or draw(*a, **k))
    monkeypatch.setattr(base, "new_figure", None)
    lab.widgets["task"].value = "bounded"
    lab.widgets["data"].value = "raw"
    assert (lab.sentence, lab.image.value.tobytes()) == expected and frames == []
    lab.widgets["depth"].value = "deep"
    assert len(frames) == 1


@pytest.mark.parametrize("changes, error, message", [
    ({"task": "multiclass"}, ValueError, "task must be one of binary, multi-class, "),
    ({"hardware": "phone"}, ValueError, "hardware must be one of laptop, GPU, integer-only"),
    ({"width": 64}, TypeError, "no control 'width'; it has task, architecture, depth, "),
])
def test_a_step_that_cannot_be_taken_is_refused_and_changes_nothing(lab, changes, error, message):
    before = lab.step(**PLAIN)
    with pytest.raises(error, match=message):
        lab.step(**{"depth": "deep", **changes})
    assert (lab.sentence, lab.image.value.tobytes()) == before
    assert lab.widgets["depth"].value == "shallow"


def test_one_display_with_widget_picture_and_words():
    data, metadata = labs.Advisor().bundle()
    assert set(data) == {LIVE, "image/png", "text/plain"}
    words = data["text/plain"]
    assert words.startswith("Lab: What to try first, and why. Binary, dense, shallow, ")
    assert metadata == {"image/png": {"alt": words, "width": 768}}
    again, _ = labs.Advisor().bundle()
    assert (again["text/plain"], again["image/png"]) == (words, data["image/png"])


def test_controls_are_buttons_with_what_each_choice_means(lab):
    assert list(lab.widgets) == list(advisor.QUESTIONS)
    for question, widget in lab.widgets.items():
        assert isinstance(widget, widgets.ToggleButtons) and widget.description == question
        assert list(widget.tooltips) == list(advisor.QUESTIONS[question].values())
    assert lab.view().children == (*lab.widgets.values(), lab.image, lab.status)
