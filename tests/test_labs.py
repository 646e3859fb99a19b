"""Labs: what they say is true, a control reaches picture and sentence, nothing goes stale."""

import io

import ipywidgets as widgets
import mpmath
import numpy as np
import pytest
from PIL import Image

from course_lib import labs
from course_lib.labs import lab as base

mpmath.mp.dps = 50
LIVE = "application/vnd.jupyter.widget-view+json"

SLOPES = {
    "sigmoid": lambda z: mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2,
    "tanh": lambda z: mpmath.sech(z) ** 2,
    "4*sigmoid-2": lambda z: 4 * mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2,
    "gelu": lambda z: mpmath.ncdf(z) + z * mpmath.npdf(z),
    "relu": lambda z: mpmath.mpf(1 if z > 0 else 0),
    "leaky_relu": lambda z: mpmath.mpf(1) if z > 0 else mpmath.mpf("0.01"),
}


@pytest.fixture(scope="module")
def lab():
    return labs.Slopes()


def three(value):
    return f"{float(value):.3g}" if value else "exactly 0"


@pytest.mark.parametrize("pair", labs.Slopes().pairs)
@pytest.mark.parametrize("z, side", [(0.0, 1), (0.3, -1), (1.6, 1), (1.7, 1), (3.0, -1), (6.0, 1)])
def test_the_sentence_is_true(lab, pair, z, side):
    sentence = lab.step(pair=pair, z=z, side=side).sentence
    one, two = pair.split(" and ")
    at = mpmath.mpf(str(z)) * side
    first, second = SLOPES[one](at), SLOPES[two](at)
    start = f"At z = {z * side + 0.0:.1f} {one}'s slope is {three(first)} and {two}'s "
    assert sentence.startswith(f"{start}{three(second)}:")
    assert f"multiplied by {three(first**5)} ({one}) and {three(second**5)} ({two})." in sentence
    if abs(first) == abs(second):
        assert "the two are equally steep" in sentence or "both pass nothing back" in sentence
    elif not first or not second:
        assert f"{one if not first else two} passes nothing back" in sentence
    else:
        steep, times = max((abs(first), one), (abs(second), two))[1], abs(first / second)
        times = float(max(times, 1 / times))
        if times < 1.0005:
            assert f"equal to three digits, {steep}'s a trace steeper" in sentence
            return
        told = sentence.split(f"{steep} is ")[1].split(" times steeper")[0]
        assert float(told) == pytest.approx(times, rel=0.006 if times < 2 else 0.06)


def test_the_crossing_can_be_found_by_moving_the_slider(lab):
    lab.step(pair="sigmoid and tanh", side=1)
    steeper = [("tanh is" if "tanh is" in lab.step(z=k / 10).sentence else "sigmoid is")
               for k in range(61)]
    stops = int(10 * 2 * mpmath.acosh((1 + mpmath.sqrt(3)) / 2)) + 1  # up to the crossing
    assert steeper == ["tanh is"] * stops + ["sigmoid is"] * (61 - stops)


def test_the_dots_stand_on_the_slopes_and_the_products_fall_with_the_layers(lab):
    lab.step(pair="sigmoid and tanh", side=1, z=3.0)
    _, dot, product, near, far, *others = lab.stage.moving
    slope = float(SLOPES["sigmoid"](3))
    assert dot.get_xydata()[0] == pytest.approx([3.0, slope], rel=1e-12)
    assert product.get_xdata().tolist() == list(range(1, 6))
    assert product.get_ydata() == pytest.approx(slope ** np.arange(1.0, 6.0), rel=1e-9)
    assert near.get_text() == f"{slope:.3g}" and far.get_text() == f"{slope**5:.3g}"
    assert others[0].get_ydata()[0] == pytest.approx(float(SLOPES["tanh"](3)), rel=1e-12)


def test_a_slope_of_zero_sits_on_the_floor_and_has_no_product(lab):
    lab.step(pair="tanh and relu", side=-1, z=2.0)
    dot, product = lab.stage.moving[5:7]
    assert dot.get_marker() == "v" and np.isnan(product.get_ydata()).all()


def test_every_stop_gives_another_picture_and_sentence(lab):
    lab.step(pair="sigmoid and tanh", side=1)
    steps = [lab.step(z=k / 10) for k in range(61)]
    assert len({step.png for step in steps}) == len({step.sentence for step in steps}) == 61
    assert lab.step(z=0.5) == steps[5]


def test_a_hand_on_the_widget_takes_the_same_way(lab):
    expected = lab.step(pair="gelu and relu", side=-1, z=2.5)
    lab.step(pair="sigmoid and tanh", side=1, z=0.0)
    lab.widgets["z"].value = 2.5
    lab.widgets["side"].value = -1
    lab.widgets["pair"].value = "gelu and relu"
    assert (lab.sentence, lab.image.value.tobytes()) == expected
    assert lab.sentence in lab.status.value
    assert "role='status' aria-live='polite'" in lab.status.value


def test_a_step_reuses_figure_and_background(monkeypatch):
    lab = labs.Slopes()
    frames = []
    draw = lab.frame
    monkeypatch.setattr(lab, "frame", lambda *a, **k: frames.append(k) or draw(*a, **k))
    monkeypatch.setattr(base, "new_figure", None)
    for z in (0.1, 2.0, 5.5):
        lab.step(z=z)
    assert frames == []
    lab.step(side=-1, z=1.0)
    assert len(frames) == 1


def test_paper_is_white_and_the_size_is_that_of_dpi_100(lab):
    for pair in lab.pairs:
        image = Image.open(io.BytesIO(lab.step(pair=pair, z=1.0, side=1).png)).convert("RGB")
        assert image.size == (800, 320) and image.getpixel((0, 0)) == (255, 255, 255)


def test_a_still_picture_shows_the_step_and_leaves_the_stage_as_it_is(lab):
    def picture():
        image = Image.open(io.BytesIO(lab.still()))
        assert image.width == 1152 and image.height > 461
        return np.asarray(image.convert("L").crop((0, 0, 1152, 460)))

    before = lab.step(z=2.0, side=1, pair="sigmoid and tanh")
    first = picture()
    assert lab.step(z=3.0) != before
    assert (picture() != first).any()  # what moves is drawn
    assert lab.step(z=2.0) == before and (picture() == first).all()


@pytest.mark.parametrize("changes, error, message", [
    ({"z": 9}, ValueError, "z must lie between 0 and 6, got 9"),
    ({"z": -0.1}, ValueError, "between 0 and 6"),
    ({"pair": "relu and tanh"}, ValueError, "pair must be one of sigmoid and tanh, "),
    ({"side": 0}, ValueError, "side must be one of 1, -1"),
    ({"speed": 1}, TypeError, "no control 'speed'; it has z, side, pair"),
])
def test_a_step_that_cannot_be_taken_is_refused_and_changes_nothing(lab, changes, error, message):
    before = lab.step(z=1.0, side=1, pair="sigmoid and tanh")
    with pytest.raises(error, match=message):
        lab.step(**{"z": 2.0, **changes})
    assert (lab.sentence, lab.image.value.tobytes()) == before and lab.widgets["z"].value == 1.0


@pytest.mark.parametrize("part, changes", [("move", {"z": 3.0}), ("frame", {"side": -1})])
def test_a_failing_step_says_so_and_the_next_one_recovers(monkeypatch, part, changes):
    lab = labs.Slopes()
    good = lab.step(z=2.0)

    def broken(*_, **__):
        raise FloatingPointError("no slope < 0 here")

    with monkeypatch.context() as patch:
        patch.setattr(lab, part, broken)
        bad = lab.step(**changes)
        z, side = changes.get("z", 2.0), changes.get("side", 1)
        assert bad.sentence == (f"No picture for z = {z}, side = {side}, pair = sigmoid and tanh: "
                                "FloatingPointError: no slope < 0 here")
        assert bad.png not in (good.png, b"") and "no slope &lt; 0 here" in lab.status.value
        assert lab.image.value.tobytes() == bad.png
    again = lab.step(z=2.0, side=1)
    assert again.sentence == good.sentence and again.png != bad.png
    # Where the frame was drawn anew, so was its palette: shades may differ by a trace.
    one, two = (np.asarray(Image.open(io.BytesIO(png)).convert("L"), float)
                for png in (good.png, again.png))
    assert abs(one - two).mean() < 0.2


def test_a_lab_that_fails_at_the_start_raises():
    class Broken(labs.Slopes):
        def move(self, *_, **__):
            raise RuntimeError("at once")

    with pytest.raises(RuntimeError, match="at once"):
        Broken()


def test_one_display_with_widget_picture_and_words(monkeypatch):
    seen = []
    monkeypatch.setattr(base, "publish", lambda *both: seen.append(both))
    assert labs.slopes() is None
    (data, metadata), = seen
    assert set(data) == {LIVE, "image/png", "text/plain"}
    assert data["text/plain"].startswith(
        "Lab: How much slope is left far from zero, and after many layers. At z = 1.0 sigmoid's "
        "slope is 0.197 and tanh's 0.42: tanh is 2.1 times steeper. After 5 such layers")
    assert metadata == {"image/png": {"alt": data["text/plain"], "width": 768}}
    assert "model_id" in data[LIVE]
    image = Image.open(io.BytesIO(data["image/png"]))
    assert image.mode == "P" and len(image.getcolors()) <= 64
    assert image.width == 1152 and image.height > 460  # the picture, and the sentence below it


def test_words_and_still_picture_repeat():
    (one, _), (two, _) = labs.Slopes().bundle(), labs.Slopes().bundle()
    assert one["text/plain"] == two["text/plain"] and one["image/png"] == two["image/png"]


def test_controls_are_named_and_work_by_keyboard(lab):
    kinds = (widgets.FloatSlider, widgets.ToggleButtons, widgets.ToggleButtons)
    for widget, kind in zip(lab.widgets.values(), kinds, strict=True):
        assert isinstance(widget, kind) and widget.description and not widget.disabled
    assert lab.widgets["z"].step == 0.1 and lab.widgets["z"].continuous_update
    children = lab.view().children
    assert children == (*lab.widgets.values(), lab.image, lab.status)
