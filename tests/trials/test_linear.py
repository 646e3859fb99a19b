"""Linear networks: the collapse, the best of all lines, and every branch of the rules."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import data, initialisation, trials
from course_lib.trials.chapter_01 import linear

CORNERS = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]])


# ---- the collapse


@pytest.mark.parametrize("seed", range(5))
def test_ten_layers_are_one(seed):
    error, rank, narrowest = linear.collapse(seed)
    assert error < 1e-12 and 2 <= rank <= narrowest <= 8  # there are eight inputs


def test_the_rank_is_the_narrowest_width():
    """Random layers keep all the directions that they can."""
    assert linear.collapse(0, widest=2)[1:] == (2, 2)
    assert linear.collapse(0, depth=1, inputs=1)[1:] == (1, 1)


def test_a_layer_that_bends_is_noticed(monkeypatch):
    """The product no longer matches if a layer does more than weigh and add."""

    class Bent(np.ndarray):
        def __rmatmul__(self, h):
            return np.maximum(h @ np.asarray(self), 0) if len(h) == 100 else h @ np.asarray(self)

    lecun = initialisation.get("lecun")
    monkeypatch.setattr(initialisation, "get", lambda _: lambda *a: (lecun(*a)[0].view(Bent), 0))
    assert linear.collapse(0)[0] > 0.1


# ---- the best of all lines


def dichotomies(points):
    """How many colourings of the points a line can produce."""
    ways = np.array(np.meshgrid(*[[0, 1]] * len(points))).reshape(len(points), -1).T
    return sum(linear.best_line(points, way)[0] == 1 for way in ways)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7])
def test_lines_colour_points_as_often_as_cover_counted(count):
    """Cover 1965: 2 ((n-1 over 0) + (n-1 over 1) + (n-1 over 2)) for points in general position."""
    points = np.random.default_rng(count).standard_normal((count, 2))
    m = count - 1
    assert dichotomies(points) == 2 * (1 + m + m * (m - 1) // 2)


def test_xor_is_one_of_two_that_no_line_can_do():
    assert dichotomies(CORNERS) == 14
    for differ in ([0, 0, 1, 1], [1, 1, 0, 0]):
        assert linear.best_line(CORNERS, differ)[0] == 0.75


def brute_force(x, y):
    """Lines through two points, turned and shifted a little: these two fall on any side wanted."""
    best = max(y.mean(), 1 - y.mean())
    for i in range(len(x)):
        for j in range(i):
            (dx, dy), away = x[i] - x[j], x - x[j]
            side = np.delete(dx * away[:, 1] - dy * away[:, 0] > 0, [i, j])
            right = (side == np.delete(y, [i, j])).sum()
            best = max(best, (max(right, len(side) - right) + 2) / len(x))
    return best


@pytest.mark.parametrize("seed", range(20))
def test_best_line_against_another_search(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((25, 2)), rng.integers(0, 2, 25)
    share, w, b = linear.best_line(x, y)
    assert share == pytest.approx(brute_force(x, y), abs=1e-12)
    assert ((x @ w + b > 0) == y).mean() == pytest.approx(share)


def test_no_line_parts_equal_points():
    twice = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    assert linear.best_line(twice, [0, 1, 0, 1])[0] == 0.5
    assert linear.best_line(twice, [0, 0, 1, 1])[0] == 1


@pytest.mark.parametrize("x, y, words", [
    (np.zeros((4, 3)), np.zeros(4), r"got \(4, 3\) and \(4,\)"),
    (np.zeros((1, 2)), np.zeros(1), "two points or more"),
    (np.zeros((4, 2)), np.zeros(3), "best_line needs"),
    (np.zeros((4, 2)), np.array([0, 1, 2, 1]), r"classes 0 and 1; got \[0 1 2\]")])
def test_best_line_names_what_it_needs(x, y, words):
    with pytest.raises(ValueError, match=words):
        linear.best_line(x, y)


# ---- C01


def test_trained_networks_without_activation_obey_midpoints():
    """An affine map sends midpoints to midpoints; ReLU networks do not."""
    deep, single = linear.on_spirals(tuple(range(10)))
    p, q = np.random.default_rng(0).uniform(-2, 2, (2, 500, 2))

    def bend(network):
        p_out, q_out, middle = (network.predict(x)[0] for x in (p, q, (p + q) / 2))
        return np.abs(middle - (p_out + q_out) / 2).max() / np.abs(middle).max()

    assert bend(single.network(seed=3)) < 1e-5
    assert bend(deep.network(activation="identity", seed=3)) < 1e-5
    assert bend(deep.network(activation="relu", seed=3)) > 0.1


def planted_runs(five, one, relu):
    """Accuracies in percent on the spirals, with a little scatter downwards."""
    noise = -0.002 * np.arange(10)
    deep = np.stack([five / 100 + noise, relu / 100 + noise])
    return (SimpleNamespace(test_score=SimpleNamespace(values=deep)),
            SimpleNamespace(test_score=SimpleNamespace(values=one / 100 + noise)))


@pytest.mark.parametrize("collapsed, five, one, relu, verdict", [
    ((1e-15, 2, 3), 65, 65, 99, "holds"), ((1e-15, 3, 3), 71.6, 71.6, 99, "holds"),
    ((2e-12, 2, 3), 65, 65, 99, "false"), ((1e-15, 4, 3), 65, 65, 99, "false"),
    ((1e-15, 2, 3), 72.5, 65, 99, "false"), ((1e-15, 2, 3), 65, 72.5, 99, "false"),
    ((1e-15, 2, 3), 65, 65, 72.4, "undecided"), ((1e-15, 2, 3), 65, 65, 60, "undecided")])
def test_the_rule_of_c01(monkeypatch, collapsed, five, one, relu, verdict):
    monkeypatch.setattr(linear, "collapse", lambda seed: collapsed)
    monkeypatch.setattr(linear, "on_spirals", lambda seeds: planted_runs(five, one, relu))
    outcome = trials.trials()["C01"].run()
    assert outcome.verdict == verdict
    assert ("do not equal" in outcome.sentence) == (collapsed[0] > 1e-12)
    assert ("rank exceeds" in outcome.sentence) == (collapsed[1] > collapsed[2])
    assert ("never more" in outcome.sentence) == (max(five, one) < 72)


def test_c01_measures_what_it_says():
    spirals, outcome = data.spirals(), trials.trials()["C01"].run()
    assert outcome.verdict == "holds" and outcome.measured["rank minus narrowest width"] <= 0
    line = brute_force(spirals.x_test.astype(float), spirals.y_test)
    assert outcome.measured["best line of all"] == pytest.approx(100 * line)
    assert outcome.measured["five layers with ReLU"].low > outcome.measured["best line of all"] + 20


# ---- C04


@pytest.mark.parametrize("lead, verdict", [(5, "holds"), (0, "false"), (-4, "false"),
                                           (2, "undecided")])
def test_the_rule_of_c04(monkeypatch, lead, verdict):
    def planted(seed, columns):
        noise = np.random.default_rng(seed).normal(0, 0.5, 2)
        return np.array([90, 90 + lead]) + noise, None

    monkeypatch.setattr(linear, "on_fruit", planted)
    assert trials.trials()["C04"].run().verdict == verdict


@pytest.mark.parametrize("columns", [[0, 1], [1]])
def test_fruit_by_the_columns_asked_for(columns):
    """The network handed back is the linear one, and its accuracy is the one told."""
    scores, network = linear.on_fruit(3, columns)
    basket = data.fruit(seed=3)
    assert network.sizes == (len(columns), 2)
    right = network.predict(basket.x_test[:, columns])[0].argmax(1) == basket.y_test
    assert scores[0] == pytest.approx(100 * right.mean(), abs=1e-3)


def test_c04_draws_both_cuts(capsys):
    outcome = trials.trials()["C04"].run()
    assert outcome.verdict == "false"
    hue = outcome.measured["by hue alone, ReLU network"].low
    assert hue - outcome.measured["by hue alone, one weighted sum"].high > 10
    outcome.draw()
    words = capsys.readouterr().out
    by_hue = linear.on_fruit(0, [1])[0][0]
    assert "elongation and hue: 100 %" in words
    assert f"hue alone: {linear.to_five(by_hue)} % of 60" in words
    assert words.count("reaching the border") == 4  # one straight cut each
