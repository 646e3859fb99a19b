"""Buried units: starts and counts by hand; every branch of the rules of C46, C51 and C52."""

import numpy as np
import pytest

from course_lib import data, initialisation, networks, training, trials
from course_lib.trials.chapter_03 import revival

NOISE = np.random.default_rng(0).normal(0, 1, 10)
NOISE -= NOISE.mean()
SIZES = (64, 8, 4, 10)


@pytest.mark.parametrize("share, first, second", [(0.5, 4, 2), (1, 8, 4), (0, 0, 0)])
def test_buried_starts_are_he_with_biases(share, first, second):
    parts = revival.buried(SIZES, -7, share)(3)
    assert [np.shape(part) for part in parts] == [(64, 8), (8,), (8, 4), (4,), (4, 10), (10,)]
    np.testing.assert_array_equal(parts[1], [-7] * first + [0] * (8 - first))
    np.testing.assert_array_equal(parts[3], [-7] * second + [0] * (4 - second))
    np.testing.assert_array_equal(parts[5], 0)
    stack = networks.Stack(["relu"], SIZES, dtype=np.float64)
    stack.initialise(["he"], [3])
    for layer, part in zip(stack.layers, parts[::2], strict=True):
        np.testing.assert_array_equal(layer.W[0], part)


def test_the_stack_starts_where_training_starts():
    """One epoch at a rate that moves nothing leaves the weights that were given."""
    start = revival.buried(SIZES, -5, 0.5)
    stack = revival.stack_of("relu", SIZES, start, [3, 9])
    run = training.train(data.digits(), "relu", seeds=[3, 9], hidden=SIZES[1:3], rate=1e-30,
                         optimiser="sgd", epochs=1, weights=start)
    for s, seed in enumerate((3, 9)):
        np.testing.assert_allclose(run.network(seed=seed).weights[0], stack.weights[s],
                                   rtol=0, atol=1e-25)


def test_no_unit_of_the_first_layer_comes_back():
    for way in revival.WAYS:
        share = revival.revived(way, [700, 701, 702])
        assert share.shape == (3, 2) and (share[:, 0] == 0).all()
        assert share[:, 1].max() > 5 and share.max() <= 100


def test_revived_is_a_share_of_the_dead(monkeypatch):
    """Of three dead units one is back; a unit that died since does not count."""
    before = np.array([[[0, 0, 0, 1, 1], [1, 0, 0, 1, 1]]], bool)
    after = np.array([[[1, 0, 0, 0, 1], [1, 1, 1, 1, 0]]], bool)
    seen = iter([(before, None), (after, None)])
    monkeypatch.setattr(revival.dead_units, "ever_and_always", lambda stack, x: next(seen))
    share = revival.revived("plain SGD", [4])
    np.testing.assert_allclose(share, [[100 / 3, 100]])


def planted_revival(monkeypatch, first, second, others=(0, 40)):
    def revived(way, seeds):
        one, two = (first, second) if way == "plain SGD" else others
        return np.stack([np.maximum(one + 0.3 * NOISE * (one > 0), 0),
                         np.maximum(two + 0.3 * NOISE[::-1] * (two > 0), 0)], 1)
    monkeypatch.setattr(revival, "revived", revived)
    return trials.trials()["C46"].run()


@pytest.mark.parametrize("first, second, verdict, words", [
    (0, 30, "holds if", "in the first layer, and the data stay the same"), (0, 0, "holds", ""),
    (20, 30, "false", ""), (20, 0, "holds if", "it is in the second layer"),
    (0, 1, "undecided", ""), (1, 30, "undecided", "")])
def test_the_rule_of_c46(monkeypatch, capsys, first, second, verdict, words):
    outcome = planted_revival(monkeypatch, first, second)
    assert outcome.verdict == verdict and outcome.condition.endswith(words)
    not_one, over = outcome.sentence.split("Over")
    assert ("plain SGD" in not_one) == (first == 0) and "momentum, Adam" in not_one
    assert ("plain SGD" in over) == (second == 30)
    outcome.draw()
    title = capsys.readouterr().out
    assert ("in the first none" in title) == (first == 0) and "layer 2, Adam 40" in title


def test_where_no_way_counts_it_is_told(monkeypatch):
    told = planted_revival(monkeypatch, 5, 5, others=(5, 5)).sentence
    assert told.count("none of the ways") == 2


# ---- C51, C52


def test_from_below_with_relu_nothing_moves_and_nothing_is_learned():
    accuracy, moved, below = revival.from_below("relu", -10, (500, 501))
    np.testing.assert_array_equal(moved, 0)
    np.testing.assert_array_equal(below, 100)
    assert accuracy.shape == (2,) and accuracy.max() < 20


def test_from_below_with_a_steep_leak_a_linear_network_learns():
    """All units negative: the network is x (0.2 W1) W2 plus constants, and as good as that."""
    accuracy, moved, below = revival.from_below("leaky 0.2", -10, (500, 501))
    assert accuracy.min() > 85 and moved.min() == 100 and below.min() > 80


def test_from_above_units_are_not_below(monkeypatch):
    accuracy, moved, below = revival.from_below("relu", 0, (500, 501))
    assert accuracy.min() > 85 and moved.min() > 90 and below.max() < 20


def test_the_four_forms():
    assert float(revival.FORMS["leaky 0.01"].df(-10.0)) == 0.01
    assert float(revival.FORMS["leaky 0.2"].df(-10.0)) == 0.2
    assert float(revival.FORMS["elu"].df(-10.0)) == pytest.approx(np.exp(-10), rel=1e-12)


@pytest.mark.parametrize("middle, spread, found", [
    (95, 1, True), (50, 1, False), (80, 1, None), (85, 20, None)])
def test_learns(middle, spread, found):
    assert revival.learns(middle + spread * NOISE) is found


def planted_networks(monkeypatch, scores, moved=100, below=(100, 100), slope=None):
    """Accuracies by (name, bias); share of units that moved; share below zero by leaky form."""
    def from_below(name, bias, seeds, optimiser="sgd", rate=0.1):
        assert isinstance(seeds, tuple) and len(seeds) == 10
        middle = scores.get((name, bias), 10) if optimiser == "sgd" else 96
        share = dict(zip(("leaky 0.01", "leaky 0.2"), below, strict=True)).get(name, 100)
        return np.stack([middle + NOISE, np.full(10, 0.0 if name == "relu" else moved),
                         share + 0.1 * NOISE * (share < 100)])
    monkeypatch.setattr(revival, "from_below", from_below)
    if slope is not None:
        flat = type("Flat", (), {"df": staticmethod(lambda z: slope)})
        monkeypatch.setitem(revival.FORMS, "elu", flat)


@pytest.mark.parametrize("near, far, slope, verdict, words", [
    (92, 10, None, "false", ""), (10, 10, None, "false", ""),
    (92, 92, None, "holds if", "start at -5 or -10, and all that counts is learning"),
    (92, 92, 0.02, "holds", ""), (92, 10, 0.02, "holds if", "start at -5, and"),
    (10, 10, 0.02, "holds if", "all that counts is the slope"),
    (80, 10, None, "undecided", ""), (92, 80, None, "undecided", "")])
def test_the_rule_of_c51(monkeypatch, capsys, near, far, slope, verdict, words):
    planted_networks(monkeypatch, {("elu", -5): near, ("elu", -10): far}, slope=slope)
    outcome = trials.trials()["C51"].run()
    assert outcome.verdict == verdict and words in outcome.condition
    assert "(with Adam: True)" in outcome.sentence and "Of ReLUs: False and False" in \
        outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert ("comes back from -5; from -10 it does not" in words) == ((near, far) == (92, 10))


LEAKY = {("leaky 0.01", -10): 20, ("leaky 0.2", -10): 93}
BOTH = {("leaky 0.01", -10): 92, ("leaky 0.2", -10): 93}


@pytest.mark.parametrize("scores, moved, below, verdict", [
    (LEAKY, 100, (100, 100), "holds if"), (BOTH, 100, (100, 100), "holds if"),
    (BOTH, 100, (10, 60), "holds if"), (LEAKY, 100, (10, 10), "holds if"),
    (BOTH, 100, (10, 10), "holds"), (BOTH, 99.9, (10, 10), "false"),
    (BOTH, 100, (10, 50), "undecided"), (BOTH | {("leaky 0.2", -10): 80}, 100, (10, 10),
                                         "undecided")])
def test_the_rule_of_c52(monkeypatch, capsys, scores, moved, below, verdict):
    planted_networks(monkeypatch, scores, moved, below)
    outcome = trials.trials()["C52"].run()
    assert outcome.verdict == verdict
    assert f"Every unit moved, with both slopes: {moved == 100}" in outcome.sentence
    if verdict == "holds if":
        assert outcome.condition.startswith("active means that a gradient arrives")
    outcome.draw()
    assert "test accuracy: bars relu 10" in capsys.readouterr().out


def test_he_is_the_scheme_of_the_starts():
    """The starts differ from He's weights in their biases alone, whatever the share."""
    W, b = initialisation.he(64, 8, np.random.default_rng([5, 1]))
    given = revival.buried(SIZES, -1, 1)(5)
    np.testing.assert_array_equal(given[0], W)
    np.testing.assert_array_equal(given[1], b - 1)
