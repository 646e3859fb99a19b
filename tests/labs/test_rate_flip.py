"""The lab of rates: orders and intervals from planted scores, then the stored study; step times."""

import io

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from course_lib import evidence, labs
from course_lib.evidence.hidden_layers import COMMON, DEPTHS, FUNCTIONS, RATES
from course_lib.labs import lab as base
from course_lib.labs import rate_flip, step_clock
from course_lib.labs.rate_flip import NAMES, RateFlip
from course_lib.named import Named

AXES = {"activation": list(NAMES), "depth": DEPTHS, "rate": RATES, "axis 0": list(range(10))}
SPREAD = np.array([-1, 1] * 5) * 0.003  # t(9) at 95 %: half an interval is 0.226 points


@pytest.fixture
def planted(monkeypatch):
    """A lab on planted mean accuracies: `planted({name: [at each rate]})`, others 50 %."""
    def plant(means):
        values = np.full((len(NAMES), len(DEPTHS), len(RATES), 10), 0.5) + SPREAD
        for name, row in means.items():
            values[NAMES.index(name)] += (np.array(row) / 100 - 0.5)[:, None]
        monkeypatch.setattr(rate_flip, "_scores", lambda: Named(values, AXES))
        rate_flip.score.cache_clear()
        return RateFlip()

    yield plant
    rate_flip.score.cache_clear()


def test_intervals_are_students(planted):
    planted({})
    one = rate_flip.score(6, COMMON)["relu"]
    half = 2.262157 * 0.3 * np.sqrt(10 / 9) / np.sqrt(10)  # t, standard deviation, ten seeds
    assert (one.mean, one.high - one.mean) == (pytest.approx(50), pytest.approx(half, rel=1e-5))


def test_who_leads_and_who_cannot_be_told_from_it(planted):
    level = [60.0] * 8
    lab = planted({"gelu": [90.0] * 8, "elu": [89.8] * 8, "tanh": level})
    assert lab.step(depth=6, rate=0.001).sentence == (
        "At the rate 0.001 with 6 hidden layers gelu is in front with 90.0 % of the validation "
        "digits (mean of 10 seeds); the interval of elu overlaps its own. This is the rate that "
        "Keras' Adam has if nobody sets one. Farthest from its own best is relu, by 0.0 points.")
    near = planted({"gelu": [90.0] * 8, "elu": [89.8] * 8, "mish": [89.9] * 8})
    assert "the intervals of elu and mish overlap its own." in near.step(depth=2).sentence
    assert rate_flip.front(2, COMMON) == ["elu", "gelu", "mish"]
    assert "no other interval reaches its own." in planted(
        {"gelu": [90.0] * 8}).step(depth=2).sentence
    assert "all other intervals overlap its own." in planted({}).step(depth=2).sentence


def test_pairs_that_change_places_only_if_told_apart_at_both_rates(planted):
    falling, rising = np.linspace(95, 60, 8), np.linspace(60, 95, 8)
    lab = planted({"tanh": falling, "mish": rising})
    assert rate_flip.turned(4, RATES[7], COMMON) == [("mish", "tanh")]
    assert rate_flip.turned(4, COMMON, RATES[7]) == [("tanh", "mish")]
    assert rate_flip.turned(4, RATES[2], COMMON) == []
    said = lab.step(depth=4, rate=RATES[7]).sentence
    assert ("One pair that is told apart here and at the rate 0.001 has changed order: tanh, ahead "
            "of mish there, is behind it here. Farthest from its own best is tanh, by 35.0 points."
            ) in said
    assert "No pair that is told apart" in lab.step(rate=RATES[2]).sentence
    near = np.where(np.arange(8) == 1, 70.2, 50.0)  # tells from 70 by less than two half widths
    other = np.where(np.arange(8) == 1, 70.0, 60.0)
    planted({"tanh": near, "mish": other})
    assert rate_flip.turned(4, RATES[7], COMMON) == []


def test_the_widest_of_several_turns_is_named(planted):
    lab = planted({"tanh": [90.0] * 4 + [20] * 4, "elu": [80.0] * 4 + [85] * 4})
    assert len(rate_flip.turned(2, 0.016, COMMON)) == 10
    said = lab.step(depth=2, rate=0.016).sentence
    assert "10 pairs that are told apart here and at the rate 0.001 have changed order: " in said
    assert "tanh, ahead of elu there, is behind it here, to name the widest." in said


def test_dots_bars_and_diamonds_stand_where_the_study_says():
    lab, stored = RateFlip(), evidence.load("hidden_layers")["val_score"]
    for depth, rate in ((2, 0.064), (12, 0.004)):
        lab.step(depth=depth, rate=rate)
        *pairs, line = lab.stage.moving
        assert set(line.get_xdata()) == {rate} and len(pairs) == 22
        diamonds = [one for one in pairs[0].axes.lines if one.get_marker() == "D"]
        for row, name in enumerate(NAMES):
            seeds = 100 - 100 * stored.sel(activation=name, depth=depth).values
            now = seeds[RATES.index(rate)]
            bar, dot = pairs[2 * row], pairs[2 * row + 1]
            assert dot.get_xydata()[0] == pytest.approx([now.mean(), row])
            half = 2.262157 * now.std(ddof=1) / np.sqrt(10)
            ends = np.clip(now.mean() + np.array([half, -half]), rate_flip.BEST, rate_flip.WORST)
            assert bar.get_xdata() == pytest.approx(ends, rel=1e-4)
            assert diamonds[row].get_xydata()[0] == pytest.approx([seeds.mean(1).min(), row])


def test_every_stop_gives_another_picture_and_sentence():
    lab = RateFlip()
    for depth in DEPTHS:
        steps = [lab.step(depth=depth, rate=rate) for rate in RATES]
        assert len({one.png for one in steps}) == len({one.sentence for one in steps}) == 8
    image = Image.open(io.BytesIO(lab.png)).convert("RGB")
    assert image.size == (800, 320) and image.getpixel((0, 0)) == (255, 255, 255)


def test_the_stored_study_turns_with_the_rate():
    """What the lab is for, in the study itself: sigmoid is last at a small rate, first at large."""
    slow, fast = rate_flip.ranking(2, RATES[0]), rate_flip.ranking(2, RATES[-1])
    assert slow[-1] == "sigmoid" and fast[0] == "sigmoid"
    assert len(rate_flip.turned(12, 0.016, COMMON)) > 3


def test_the_rate_moves_on_the_same_figure(monkeypatch):
    lab = RateFlip()
    lab.step(depth=6, rate=0.002)
    frames, draw = [], lab.frame
    monkeypatch.setattr(lab, "frame", lambda *a, **k: frames.append(k) or draw(*a, **k))
    monkeypatch.setattr(base, "new_figure", None)
    lab.widgets["rate"].value = 0.032
    assert "At the rate 0.032 with 6" in lab.sentence and frames == []
    lab.widgets["depth"].value = 4
    assert len(frames) == 1


@pytest.mark.parametrize("changes, error, message", [
    ({"rate": 0.003}, ValueError, "rate must be one of 0.0005, 0.001, .*; got 0.003"),
    ({"depth": 3}, ValueError, "depth must be one of 2, 4, 6, 12; got 3"),
    ({"width": 1}, TypeError, "no control 'width'; it has depth, rate")])
def test_a_step_that_cannot_be_taken_is_refused(changes, error, message):
    lab = RateFlip()
    before = lab.sentence
    with pytest.raises(error, match=message):
        lab.step(**changes)
    assert lab.sentence == before


def test_one_display_with_widget_picture_and_words():
    data, metadata = RateFlip().bundle()
    words = data["text/plain"]
    assert words.startswith("Lab: The ranking of functions turns with the learning rate. At the "
                            "rate 0.001 with 12 hidden layers ")
    assert metadata == {"image/png": {"alt": words, "width": 768}}
    again, _ = RateFlip().bundle()
    assert (again["text/plain"], again["image/png"]) == (words, data["image/png"])


def test_controls_are_named_and_work_by_keyboard():
    depth, rate = RateFlip().widgets.values()
    assert isinstance(depth, widgets.ToggleButtons) and isinstance(rate, widgets.SelectionSlider)
    assert depth.description and rate.description


# ---- the button of step times


def test_a_clock_that_counts_calls_finds_all_steps_equal(monkeypatch):
    monkeypatch.setattr(step_clock.speed, "_seconds", lambda work, times: (work(), times)[1])
    found = step_clock.measure(rounds=2)
    assert list(found) == list(FUNCTIONS) and set(found.values()) == {1.0}


def test_ratios_are_to_relu_in_the_same_round(monkeypatch):
    clock = iter([2.0, 4.0] + [2.0] * 9 + [1.0, 3.0] + [1.0] * 9 + [5.0, 5.0] + [5.0] * 9)
    monkeypatch.setattr(step_clock.speed, "_seconds", lambda work, times: next(clock))
    found = step_clock.measure(rounds=3)  # leaky 0.01: twice, three times, as long
    assert found["leaky 0.01"] == 2 and found["relu"] == found["gelu"] == 1


def test_the_button_of_step_times(monkeypatch):
    monkeypatch.setattr(step_clock, "measure", lambda: dict.fromkeys(FUNCTIONS, 1.0) | {"elu": 1.5})
    button = labs.StepTimes()
    assert "none are stored" in button.status.value
    button.button.click()
    assert "leaky 0.2 1.0, elu 1.5, selu 1.0" in button.status.value
    assert "relu 1.0" not in button.status.value and not button.button.disabled
