"""The lab of hinges: its curves against numpy's own interpolation, its words against formulas."""

import re
from fractions import Fraction

import ipywidgets as widgets
import numpy as np
import pytest

from course_lib.labs.hinges import FLOOR, TARGETS, Curve, Hinges, interpolation, largest_error

X = np.linspace(-1, 1, 1237)
FORMULAS = {  # written anew, so that a slip in the lab's own targets shows
    "bump": lambda x: np.interp(x, [-0.5, 0, 0.5], [0, 1, 0]),
    "sawtooth": lambda x: np.interp(x, np.arange(-4, 5) / 4, [0, 1] * 4 + [0]),
    "x²": lambda x: x * x,
    "sin(πx)": lambda x: np.cos(np.pi * (x - 0.5)),
    "√|x|": lambda x: (x * x) ** 0.25,
}
SAID = {"bump": "the bump", "sawtooth": "the sawtooth", "x²": "the parabola",
        "sin(πx)": "the sine", "√|x|": "the root"}
STOPS = {"hinges": range(32), "place": [k / 16 for k in range(-15, 16)],
         "bend": [k / 4 for k in range(-16, 17)]}


@pytest.fixture(scope="module")
def lab():
    return Hinges()


def show(lab, target="x²", hinges=3, place=0.25, bend=0.0):
    return lab.step(target=target, hinges=hinges, place=place, bend=bend)


def errors(target, hinges):
    """The largest error of numpy's interpolation at even places, on a grid that has them all."""
    knots = np.linspace(-1, 1, hinges + 2)
    x = np.linspace(-1, 1, 240 * (hinges + 1) + 1)
    return abs(np.interp(x, knots, FORMULAS[target](knots)) - FORMULAS[target](x)).max()


def test_targets_are_what_their_names_say():
    assert list(TARGETS) == list(FORMULAS)
    for name, formula in FORMULAS.items():
        assert TARGETS[name].f(X) == pytest.approx(formula(X), abs=1e-12)
        assert TARGETS[name].said == SAID[name]


@pytest.mark.parametrize("f", [*(target.f for target in TARGETS.values()), np.exp],
                         ids=[*TARGETS, "exp"])
@pytest.mark.parametrize("hinges", [0, 1, 2, 3, 7, 12, 31])
def test_the_sum_of_hinges_is_the_piecewise_linear_interpolation(f, hinges):
    knots = np.linspace(-1, 1, hinges + 2)
    curve = interpolation(f, hinges)
    assert len(curve.places) == hinges + 1  # the first one, on the left end, gives the first slope
    assert curve(X) == pytest.approx(np.interp(X, knots, f(knots)), abs=1e-12)
    assert curve(0.25) == pytest.approx(float(curve(np.array([0.25]))[0]), abs=1e-15)


def test_a_bump_takes_three_relus():
    curve = interpolation(TARGETS["bump"].f, 3)
    by_hand = 2 * np.maximum(0, X + 0.5) - 4 * np.maximum(0, X) + 2 * np.maximum(0, X - 0.5)
    assert curve(X) == pytest.approx(by_hand, abs=1e-14)
    places, changes = curve.kinks()
    assert places.tolist() == [-0.5, 0, 0.5] and changes == pytest.approx([2, -4, 2])
    assert largest_error(curve, TARGETS["bump"].f)[1] == 0


@pytest.mark.parametrize("pieces", [1, 2, 3, 8, 32])
def test_errors_are_those_of_theory(pieces):
    def error(target):
        return largest_error(interpolation(TARGETS[target].f, pieces - 1), TARGETS[target].f)

    h = 2 / pieces
    where, size = error("x²")  # h^2/4 in the middle of every piece; the first of them is told
    assert size == pytest.approx(h * h / 4, rel=1e-12) and where == pytest.approx(h / 2 - 1)
    root = np.sqrt(h) / 4 if pieces % 2 == 0 else np.sqrt(h / 2)  # a hinge at 0, or none
    assert error("√|x|")[1] == pytest.approx(root, rel=2e-3)
    assert error("sin(πx)")[1] <= (np.pi * h) ** 2 / 8 + 1e-12
    assert (error("bump")[1] == 0) == (pieces % 4 == 0)
    assert (error("sawtooth")[1] == 0) == (pieces % 8 == 0)


def test_twice_the_pieces_leave_a_quarter_of_a_smooth_targets_error():
    for target in ("x²", "sin(πx)"):
        few, many = (largest_error(interpolation(TARGETS[target].f, n), TARGETS[target].f)[1]
                     for n in (15, 31))
        assert few / many == pytest.approx(4, rel=0.03)


def test_one_more_hinge_changes_nothing_to_its_left():
    even = interpolation(TARGETS["sin(πx)"].f, 5)
    bent = even.bent(0.3, -1.5)
    assert bent(X) - even(X) == pytest.approx(np.where(X > 0.3, -1.5 * (X - 0.3), 0), abs=1e-12)


def test_hinges_at_one_place_make_one_kink_or_none():
    even = interpolation(TARGETS["x²"].f, 3)  # its slope rises by 1 at -0.5, 0 and 0.5
    places, changes = even.bent(0.5, 1.5).kinks()
    assert places.tolist() == [-0.5, 0, 0.5] and changes == pytest.approx([1, 1, 2.5])
    assert even.bent(0.5, -1.0).kinks()[0].tolist() == [-0.5, 0]
    assert even.bent(0.1, -1.0).kinks()[0].tolist() == [-0.5, 0, 0.1, 0.5]
    assert len(Curve(1.0, np.array([-1.0, 0.2]), np.array([3.0, 0.0])).kinks()[0]) == 0


@pytest.mark.parametrize("hinges", [1, 2, 3])
def test_few_kinks_are_told_one_by_one(lab, hinges):
    by = f"{float(Fraction(4, hinges + 1)):.3g}"  # slopes at midpoints differ by 2 h
    places = [f"{2 * k / (hinges + 1) - 1:.3g}" for k in range(1, hinges + 1)]
    at = {1: "{}", 2: "{} and {}", 3: "{}, {} and {}"}[hinges].format(*places)
    start = f"{hinges} even hinge{'s' * (hinges > 1)}: the curve has {hinges} kink"
    assert show(lab, hinges=hinges).sentence.startswith(
        f"{start}{'s' * (hinges > 1)}, its slope rises by {by} at {at}. Its largest error against "
        f"the parabola is {float(Fraction(1, (hinges + 1) ** 2)):.3g}. With twice the pieces it "
        f"would be {float(Fraction(1, 4 * (hinges + 1) ** 2)):.3g}, 4 times smaller. "
        "Your own hinge, at 0.25, is still straight.")


@pytest.mark.parametrize("changes, sentence", [
    ({"target": "bump"}, "3 even hinges: the curve has 3 kinks, its slope rises by 2 at -0.5, "
     "falls by 4 at 0 and rises by 2 at 0.5. It is the bump: no error is left. "
     "Your own hinge, at 0.25, is still straight."),
    ({"target": "bump", "hinges": 7, "place": 0.0}, "7 even hinges: the curve has 3 kinks, its "
     "slope rises by 2 at -0.5, falls by 4 at 0 and rises by 2 at 0.5. It is the bump: no error is "
     "left. Your own hinge, at 0, is still straight."),
    ({"target": "bump", "place": 0.5, "bend": -2.0}, "3 even hinges: the curve has 2 kinks, its "
     "slope rises by 2 at -0.5 and falls by 4 at 0. Its largest error against the bump is 1. Your "
     "own hinge turns all that lies right of 0.5: it lowers the right end by 1. Without it the "
     "largest error is 0."),
    ({"target": "bump", "hinges": 1}, "1 even hinge: the curve has 1 kink, its slope falls by 2 at "
     "0. Its largest error against the bump is 0.5. With twice the pieces it would be 0. Your own "
     "hinge, at 0.25, is still straight."),
    ({"target": "sin(πx)", "hinges": 0, "place": -0.9375}, "0 even hinges: the curve is one "
     "straight line. Its largest error against the sine is 1. With twice the pieces it would be "
     "just as large. Your own hinge, at -0.938, is still straight."),
    ({"target": "sawtooth", "hinges": 3, "place": 0.5, "bend": 1.0}, "3 even hinges: the curve has "
     "1 kink, its slope rises by 1 at 0.5. Its largest error against the sawtooth is 1. Your own "
     "hinge turns all that lies right of 0.5: it lifts the right end by 0.5. Without it the "
     "largest error is 1."),
    ({"target": "sawtooth", "hinges": 7}, "7 even hinges: the curve has 7 kinks from -0.75 to "
     "0.75, its slope changes by 8 at each. It is the sawtooth: no error is left. Your own hinge, "
     "at 0.25, is still straight."),
    ({"hinges": 7}, "7 even hinges: the curve has 7 kinks from -0.75 to 0.75, its slope rises by "
     "0.5 at each. Its largest error against the parabola is 0.0156. With twice the pieces it "
     "would be 0.00391, 4 times smaller. Your own hinge, at 0.25, is still straight."),
    ({"hinges": 3, "place": -0.125, "bend": -0.25}, "3 even hinges: the curve has 4 kinks from "
     "-0.5 to 0.5, its slope changes by 0.25 to 1 at each. Its largest error against the parabola "
     "is 0.281. Your own hinge turns all that lies right of -0.125: it lowers the right end by "
     "0.281. "
     "Without it the largest error is 0.0625."),
])
def test_sentences_worked_out_by_hand(lab, changes, sentence):
    assert show(lab, **changes).sentence == sentence


@pytest.mark.parametrize("target", FORMULAS)
def test_errors_in_words_are_those_of_numpys_interpolation(lab, target):
    for hinges in range(32):
        sentence = show(lab, target, hinges).sentence
        error, after = errors(target, hinges), errors(target, 2 * hinges + 1)
        if error < 1e-9:
            assert f"It is {SAID[target]}: no error is left." in sentence
            continue
        told = float(re.search(f"error against {SAID[target]} is ([0-9.e-]+)\\. ", sentence)[1])
        assert told == pytest.approx(error, rel=0.006)
        if after < 1e-9:
            assert "With twice the pieces it would be 0. " in sentence
        elif error / after > 1.001:
            found = re.search("would be ([0-9.e-]+), ([0-9.]+) times smaller", sentence)
            assert float(found[1]) == pytest.approx(after, rel=0.006)
            assert float(found[2]) == pytest.approx(error / after, rel=0.06)


@pytest.mark.parametrize("target, kinks", [("x²", [-2 / 3, -1 / 3, 0, 0.25, 1 / 3, 2 / 3]),
                                           ("sin(πx)", [-2 / 3, -1 / 3, 0.25, 1 / 3, 2 / 3])])
def test_the_picture_shows_target_sum_pieces_and_the_largest_error(lab, target, kinks):
    show(lab, target, 5, 0.25, 1.5)
    faint, own, miss, whole, dots, dot = lab.stage.moving
    knots = np.linspace(-1, 1, 7)
    expected = np.interp(X, knots, FORMULAS[target](knots)) + 1.5 * np.maximum(0, X - 0.25)
    assert np.interp(X, *whole.get_data()) == pytest.approx(expected, abs=1e-12)
    # Pieces are parted by NaN: the constant, one for each even hinge and the left end.
    x, y = faint.get_data()
    pieces = np.split(np.arange(len(x)), np.flatnonzero(np.isnan(x)))
    parts = [np.interp(X, x[one][~np.isnan(x[one])], y[one][~np.isnan(x[one])])
             for one in pieces if (~np.isnan(x[one])).any()]
    assert len(parts) == 7
    assert sum(parts) + np.interp(X, *own.get_data()) == pytest.approx(expected, abs=1e-12)
    assert dots.get_xdata() == pytest.approx(kinks, abs=1e-8)
    even = np.interp(kinks, knots, FORMULAS[target](knots))
    assert dots.get_ydata() == pytest.approx(
        even + 1.5 * np.maximum(0, np.array(kinks) - 0.25), abs=1e-8)
    (left, right), (low, high) = miss.get_data()
    error = abs(expected - FORMULAS[target](X)).max()
    assert left == right and abs(high - low) == pytest.approx(error, abs=1e-5)
    assert dot.get_xydata()[0] == pytest.approx([6, error], abs=1e-5)
    assert dot.get_marker() == "o"


def test_no_error_sits_on_the_floor_of_the_error_panel(lab):
    show(lab, "bump", 3)
    dot = lab.stage.moving[-1]
    assert dot.get_marker() == "v" and dot.get_ydata()[0] == FLOOR


@pytest.mark.parametrize("target", FORMULAS)
def test_the_error_panel_has_a_dot_for_every_number_of_pieces(lab, target):
    show(lab, target)
    axes = lab.stage.figure.axes[1]
    dots = {x: y for line in axes.lines if line.get_marker() in "ov" and not line.get_animated()
            for x, y in line.get_xydata()}
    assert sorted(dots) == list(range(1, 33))
    for pieces, height in dots.items():
        error = errors(target, int(pieces) - 1)
        assert height == pytest.approx(error if error > 1e-9 else FLOOR, rel=2e-3)
        assert axes.get_ylim()[0] <= height <= axes.get_ylim()[1]


@pytest.mark.parametrize("target, bend", [("bump", 0.0), ("sawtooth", 1.0), ("x²", 0.0),
                                          ("sin(πx)", -1.0), ("√|x|", 0.0)])
def test_every_stop_gives_another_picture_and_sentence(lab, target, bend):
    for name, stops in STOPS.items():
        show(lab, target, bend=bend)
        seen = [lab.step(**{name: stop}) for stop in stops]
        assert len({step.png for step in seen}) == len(stops), name
        assert len({step.sentence for step in seen}) == len(stops), name
        assert not any(step.sentence.startswith("No picture") for step in seen)


def test_stops_are_those_of_the_sliders(lab):
    kinds = (widgets.ToggleButtons, widgets.IntSlider, widgets.FloatSlider, widgets.FloatSlider)
    for widget, kind in zip(lab.widgets.values(), kinds, strict=True):
        assert isinstance(widget, kind) and widget.description and not widget.disabled
    for name, stops in STOPS.items():
        widget = lab.widgets[name]
        step = getattr(widget, "step", 1)
        assert (widget.min, widget.max) == pytest.approx((stops[0], stops[-1]))
        assert (widget.max - widget.min) / step + 1 == pytest.approx(len(stops))


@pytest.mark.parametrize("changes, message", [
    ({"hinges": 32}, "hinges must lie between 0 and 31, got 32"),
    ({"place": 1.0}, "place must lie between -0.9375 and 0.9375, got 1.0"),
    ({"bend": -4.5}, "bend must lie between -4 and 4"),
    ({"target": "x^2"}, "target must be one of bump, sawtooth, x², "),
])
def test_a_step_that_cannot_be_taken_is_refused(lab, changes, message):
    with pytest.raises(ValueError, match=message):
        lab.step(**changes)


def test_the_stored_picture_carries_the_sentence_and_repeats():
    (one, meta), (two, _) = Hinges().bundle(), Hinges().bundle()
    assert one["text/plain"] == meta["image/png"]["alt"] == (
        "Lab: A curve from hinges: one ReLU, one change of slope. 3 even hinges: the curve has 3 "
        "kinks, its slope rises by 1 at -0.5, 0 and 0.5. Its largest error against the parabola is "
        "0.0625. With twice the pieces it would be 0.0156, 4 times smaller. Your own hinge, at "
        "0.25, is still straight.")
    assert one["image/png"] == two["image/png"] and one["text/plain"] == two["text/plain"]
