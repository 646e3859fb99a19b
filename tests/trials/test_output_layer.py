"""Heads: targets and scores against hand-made pictures; every branch of C58; what C59 tells."""

import numpy as np
import pytest

from course_lib import data, trials
from course_lib.evidence import input_scales, output_heads
from course_lib.trials.chapter_04 import output_layer

NOISE = np.random.default_rng(0).normal(0, 1, 40)
NOISE -= NOISE.mean()


def picture(*inked):
    """An image as the digits hold it, with full ink at these (row, column)."""
    x = data.digits().x_train
    image = np.full((8, 8), x.min(), np.float32)
    for row, column in inked:
        image[row, column] = x.max()
    return image.reshape(1, 64)


def test_the_digits_are_the_raw_ones_again():
    x, y = data.digits().x_test, data.digits().y_test
    images, labels = data.raw_digits()
    found = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    again = np.rint(16 * output_heads.ink(x)).astype(np.uint8)
    assert [found[image.tobytes()] for image in again] == y.tolist()


@pytest.mark.parametrize("columns, lean", [
    ([3] * 8, 0), (range(7, -1, -1), 7), (range(8), -7), ([4, 4, 4, 4, 3, 3, 3, 3], 4 / 3)])
def test_the_lean_of_a_stroke(columns, lean):
    """Top to the right of the bottom is positive; the last: slope 16/84 = 4/21 a row, times 7."""
    stroke = picture(*enumerate(columns))
    np.testing.assert_allclose(output_heads.lean(stroke), [[lean]], atol=1e-6)


@pytest.mark.parametrize("ring, pixels", [
    ([(r, c) for r in range(1, 5) for c in range(1, 6) if r in (1, 4) or c in (1, 5)], 6),
    ([(0, 0), (0, 1), (1, 0)], 0), ([(1, 2), (2, 1), (2, 3), (3, 2)], 1)])
def test_enclosed_paper(ring, pixels):
    """The last ring touches at corners only: paper leaves through sides, so it encloses one."""
    assert output_heads.enclosed(picture(*ring)).item() == pixels


def test_a_gap_opens_the_ring():
    ring = [(r, c) for r in range(1, 5) for c in range(1, 6) if r in (1, 4) or c in (1, 5)]
    assert output_heads.enclosed(picture(*ring[1:-1])).item() == 6  # a corner is missing
    assert output_heads.enclosed(picture(*[p for p in ring if p != (1, 3)])).item() == 0


def test_crossfades_mix_a_three_and_an_eight():
    x = np.stack([np.full(64, 3.0), np.full(64, 8.0), np.full(64, 99.0)]).astype(np.float32)
    mixed, share = output_heads.crossfades(x, np.array([3, 8, 5]), 500)
    np.testing.assert_allclose(mixed, np.broadcast_to(3 + 5 * share, (500, 64)), rtol=1e-6)
    assert 0 <= share.min() < 0.01 and 0.99 < share.max() <= 1
    assert (abs(share - 0.5) > 0.4).mean() == pytest.approx(2 * 2 / np.pi * np.arcsin(
        np.sqrt(0.1)), abs=0.06)  # the arcsine law


@pytest.mark.parametrize("digit, labels", [(0, [1, 0, 1]), (1, [0, 0, 0]), (6, [1, 1, 1]),
                                           (9, [0, 1, 1]), (7, [0, 1, 0])])
def test_three_questions(digit, labels):
    y = np.array([digit])
    assert output_heads.TARGETS["any of several"](None, y).tolist() == [labels]
    assert output_heads.TARGETS["yes or no"](None, y).item() == (digit % 2 == 0)


def test_scores():
    y = np.array([[1.0], [0], [1], [0]])
    said = np.array([[0.6], [0.4], [0.2], [-3]])
    assert output_heads.score("yes or no", "none, squared error", said, y, None) == 0.75
    assert output_heads.score("yes or no", "tanh, squared error", said, y, None) == 0.75
    assert output_heads.score("yes or no", "tanh, squared error", said - 0.3, y, None) == 0.5
    near = np.array([[0.3], [-0.2], [0.2], [-3]])  # tanh says yes above 0, not above a half
    assert output_heads.score("yes or no", "tanh, squared error", near, y, None) == 1
    assert output_heads.score("yes or no", "none, squared error", near, y, None) == 0.5
    assert output_heads.score("any number", "none", said, y, None) == pytest.approx(
        np.sqrt((0.16 + 0.16 + 0.64 + 9) / 4))
    one_hot = np.eye(3)
    assert output_heads.score("one of several", "none, squared error", one_hot[[0, 1, 1]],
                              one_hot, None) == pytest.approx(2 / 3)


def test_the_cut_for_several_labels_is_chosen_on_validation_digits():
    """Shares that sum to one name two labels at a cut below a half, if validation says so."""
    right = output_heads.examples("any of several").y_val
    shares = right / np.maximum(1, right.sum(1, keepdims=True))
    task, name = "any of several", "softmax, cross-entropy"
    test = np.array([[0.34, 0.33, 0.33], [0.5, 0.5, 0], [0, 0, 0]])
    y = np.array([[1.0, 1, 1], [1, 1, 0], [0, 0, 1]])
    assert output_heads.score(task, name, test, y, lambda: shares) == pytest.approx(2 / 3)
    assert output_heads.score(task, name, test, y, lambda: 0.41 + right / 2) == pytest.approx(1 / 3)


def test_tanh_is_shown_minus_one(monkeypatch):
    seen = {}
    monkeypatch.setattr(output_heads.training, "train",
                        lambda shown, *_, **how: seen.update(y=shown.y_train, **how))
    output_heads.train_case("yes or no", "tanh, squared error", 0.1, [0])
    assert set(np.unique(seen["y"])) == {-1, 1} and seen["head"] == "tanh"
    output_heads.train_case("yes or no", "none, squared error", 0.1, [0])
    assert set(np.unique(seen["y"])) == {0, 1}


def test_only_the_last_layer_starts_small():
    rng = np.random.default_rng
    hidden, last = (output_heads.first_weights(200, width, rng(0))[0].std()
                    for width in (output_heads.WIDTH, 10))
    assert hidden == pytest.approx(0.1, rel=0.05) and last == pytest.approx(0.01, rel=0.1)


def test_impossible_answers(monkeypatch):
    answers = {"positive": [[0.0], [-0.1]], "from 0 to 1": [[1.5], [-0.1]]}
    monkeypatch.setattr(output_heads, "said", lambda task, name, seeds: np.array(
        [answers[task]] * len(seeds)))
    assert output_heads.impossible("positive", [0])["none"] == [0.5]
    assert output_heads.impossible("from 0 to 1", [0])["none, squared error"] == [1]


def test_further_seeds_are_different():
    seeds = [1000 + k for k in range(10)]
    assert len(set(output_layer.more(seeds, 40))) == 40
    assert output_layer.more(seeds, 10) == seeds


def planted(monkeypatch, **scores):
    """C58 with these mean accuracies or errors in place of 0.97 for all, or 0.1 for numbers."""
    def at_best(task, name, seeds):
        noise = NOISE[:len(seeds)] - NOISE[:len(seeds)].mean()
        base = 0.1 if task == "any number" else 0.97
        own = len(name) % 7
        return scores.get(name, base) * (1 + 0.001 * np.roll(noise, own))
    monkeypatch.setattr(output_heads, "at_best", at_best)
    return trials.trials()["C58"].run()


WORST = {"softmax, cross-entropy": 0.9, "sigmoid, cross-entropy": 0.9, "none": 0.2}


@pytest.mark.parametrize("scores, verdict, condition", [
    ({}, "holds", ""), ({"tanh": 0.3, "sigmoids, cross-entropy": 0.8}, "holds", ""),
    ({"none": 0.2}, "holds if", "yes or no or one of several"),
    ({"softmax, cross-entropy": 0.9}, "holds if", "yes or no or any number"),
    (WORST, "false", ""), ({"none, squared error": 0.98}, "undecided", ""),
    ({"tanh": 0.095}, "holds", ""), ({"ReLU": 0.1 / 1.1}, "undecided", "")])
def test_the_rule_of_c58(monkeypatch, scores, verdict, condition):
    outcome = planted(monkeypatch, **scores)
    assert outcome.verdict == verdict and outcome.condition.endswith(condition)


@pytest.mark.parametrize("scores, words", [
    ({}, "yes or no, within a point"),
    ({"tanh, squared error": 0.9, "none, squared error": 0.9}, "yes or no, worse by over a point"),
    ({"sigmoid, cross-entropy": 0.9}, "yes or no, better by over a point")])
def test_what_c58_tells(monkeypatch, scores, words):
    outcome = planted(monkeypatch, tanh=0.39, sigmoid=0.8, ReLU=0.8, **scores)
    assert words in outcome.sentence and "over 3 times as large" in outcome.sentence


def test_mistakes_are_no_rivals():
    assert not {name for names in output_layer.ADVISED.values() for name in names
                } & {"ReLU before the sigmoid", "ReLU before the softmax"}


def test_kinds_of_input():
    raw, scaled, standard = (input_scales.digits(kind) for kind in input_scales.INPUTS)
    images, _ = data.raw_digits()
    assert raw.x_train.min() == 0 and raw.x_train.max() == pytest.approx(images.max(), rel=1e-6)
    assert scaled.x_train.min() == 0 and scaled.x_train.std() == pytest.approx(1, rel=1e-3)
    assert abs(standard.x_train.mean()) < 1e-4
    np.testing.assert_allclose(scaled.x_test - scaled.x_train.mean(), standard.x_test, atol=1e-4)
    np.testing.assert_allclose(raw.x_test / raw.x_train.std(), scaled.x_test, atol=1e-4)


def test_c59_tells_the_steps_and_no_verdict(monkeypatch, capsys):
    monkeypatch.setattr(input_scales, "fastest_rates", lambda: dict.fromkeys(
        [(name, kind) for name in input_scales.INIT for kind in input_scales.INPUTS], 0.1))
    planned = {"raw": 80.0, "scaled": 60.0, "standardised": 20.0}
    monkeypatch.setattr(input_scales, "steps", lambda name, kind, rate, seeds, epochs: (
        planned[kind] * np.exp(0.01 * NOISE[:len(seeds)])))
    case = trials.trials()["C59"]
    outcome = case.run()
    assert case.kind == outcome.verdict == "untestable"
    assert "tanh 80 to 20" in outcome.sentence and "steps of tanh by 3, of ReLU by 3" in (
        outcome.sentence)
    outcome.draw()
    assert "standardised: bars tanh 20" in capsys.readouterr().out


def test_a_figure_of_heads(monkeypatch, capsys):
    monkeypatch.setattr(output_heads, "at_best", lambda task, name, seeds: 0.95 + 0 * NOISE[:10])
    output_layer.draw("yes or no")
    assert "sigmoid, cross-entropy 95 (95 to 95)" in capsys.readouterr().out
    output_layer.draw("from 0 to 1")
    # Shares with the arcsine law have the variance 1/8.
    assert "always the mean 0.35 (" in capsys.readouterr().out


@pytest.mark.parametrize("task", output_heads.NUMBERS)
def test_the_constant_answer_is_the_mean(task):
    shown = output_heads.examples(task)
    least = np.sqrt(((shown.y_test - shown.y_test.mean()) ** 2).mean())
    assert least <= output_layer.constant_error(task) == pytest.approx(least, rel=0.05)


SHARES = "softmax, cross-entropy"


def test_three_shares_can_never_answer_no_three_times():
    """The largest of three shares is a third or more: a cut below it always says a yes."""
    true = output_heads.examples("any of several").y_test.sum(1)
    right = output_layer.three_answers(SHARES, range(3))
    np.testing.assert_allclose(right.mean(1), output_heads.at_best(
        "any of several", SHARES, range(3)))
    assert not right[:, true == 0].any() and right[:, true == 2].mean() > 0.9


def test_a_fourth_class_can(monkeypatch):
    right = output_layer.three_answers("softmax, fourth class", range(3))
    true = output_heads.examples("any of several").y_test.sum(1)
    assert all(right[:, true == count].mean() > 0.7 for count in range(4))
    asked = []
    monkeypatch.setattr(output_layer.training, "train", lambda *args, **_: asked.append(args[0]))
    with pytest.raises(AttributeError):
        output_layer.four_shares(range(3))
    for part in data.PARTS:  # digits that are odd, at most four and without a loop
        y, digit = getattr(asked[0], f"y_{part}"), getattr(data.digits(), f"y_{part}")
        np.testing.assert_array_equal(y[:, 3] == 1, np.isin(digit, (1, 3)))


def test_distance_from_probabilities(monkeypatch):
    """By hand: all said 0.8 where half is true is 0.3 off; the true answers are 0 off."""
    true = output_heads.examples("yes or no").y_test
    planted = {"sigmoid, cross-entropy": true, "tanh, squared error": 2 * true - 1,
               "none, squared error": true - 0.5, "sigmoid, squared error": 0.8 + 0 * true}
    monkeypatch.setattr(output_heads, "said", lambda task, name, seeds: planted[name][None])
    found = output_layer.probabilities(range(1))
    assert found["sigmoid, cross-entropy"] == found["tanh, squared error"] == (0, 0)
    assert found["sigmoid, squared error"] == (pytest.approx(0.8 - true.mean(), abs=1e-6), 0)
    gap, outside = found["none, squared error"]  # -0.5 and 0.5, of which the first is cut off
    assert gap == pytest.approx(0.5 * true.mean()) and outside == pytest.approx(1 - true.mean())


def test_dead_outputs_read_nothing_of_their_digit(monkeypatch):
    true = output_heads.examples("one of several").y_test.argmax(1)
    out = np.eye(10)[true][None].copy()
    out[0, :, 7] = 0
    monkeypatch.setattr(output_heads, "said", lambda task, name, seeds: out)
    dead, right = output_layer.without_answer(range(1))
    np.testing.assert_array_equal(dead[0], np.arange(10) == 7)
    np.testing.assert_array_equal(right[0], np.where(np.arange(10) == 7, 0, 100))
