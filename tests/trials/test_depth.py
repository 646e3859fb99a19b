"""C08 and C09: the sawtooth, its network, kinks and best fits against mathematics; all rules."""

from itertools import combinations

import numpy as np
import pytest

from course_lib import networks, trials
from course_lib.trials.chapter_01 import depth


def triangle(x, folds):
    """The sawtooth in closed form: the distance of 2^folds x from the nearest even number."""
    return 1 - np.abs(np.mod(2 ** folds * x, 2) - 1)


@pytest.mark.parametrize("folds", [1, 2, 6, 11])
def test_the_folded_network_is_the_sawtooth_exactly(folds):
    x = np.arange(2 ** (folds + 3) + 1) / 2 ** (folds + 3)  # no rounding at these numbers
    stack = depth.tent_network(folds)
    assert (stack.predict(x[:, None])[0, :, 0] == triangle(x, folds)).all()
    assert (depth.sawtooth(x, folds) == triangle(x, folds)).all()
    assert stack.P == 6 * folds + 1 == 3 * (2 * folds) + 1  # as many as 2k units in one layer have


def test_kinks_of_the_folded_network_are_the_teeth():
    assert depth.kinks(depth.tent_network(1)) == pytest.approx([0, 0.5], abs=0)
    for folds in (2, 5, 8):
        assert (depth.kinks(depth.tent_network(folds))
                == np.arange(2 ** folds + 1) / 2 ** folds).all()


def test_layers_of_four_fold_fourfold():
    """A zigzag of four strokes, three times over: 4^3 pieces between 0 and 1."""
    stack = networks.Stack(["relu"], (1, 4, 4, 4, 1), loss="squared_error", dtype=np.float64)
    zigzag = np.array([[4.0], [-8.0], [8.0], [-8.0]])
    for layer, read in zip(stack.layers, [np.ones((1, 4)), *[zigzag @ np.ones((1, 4))] * 2, zigzag],
                           strict=True):
        layer.W[0] = read
    for layer in stack.layers[:-1]:
        layer.b[0] = [0, -0.25, -0.5, -0.75]
    inside = depth.kinks(stack)
    assert inside[(inside > 0) & (inside < 1)] == pytest.approx(np.arange(1, 64) / 64, abs=1e-15)


@pytest.mark.parametrize("hidden", [(7,), (6, 5), (8, 8, 8, 8)])
def test_between_kinks_straight_and_at_kinks_bent(hidden):
    stack = networks.Stack(["relu"] * 5, (1, *hidden, 1), loss="squared_error", dtype=np.float64)
    stack.initialise([depth.scattered] * 5, range(5))

    def f(x, s):
        return stack.predict(np.atleast_1d(x)[:, None])[s, :, 0]

    for s in range(5):
        kinks = depth.kinks(stack, s)
        edges = np.r_[kinks[0] - 3, kinks, kinks[-1] + 3]
        assert len(kinks) > 3 and (np.diff(edges) > 0).all()
        left, right = edges[:-1], edges[1:]
        assert f((left + right) / 2, s) == pytest.approx((f(left, s) + f(right, s)) / 2, abs=1e-9)
        slopes = (f(right, s) - f(left, s)) / (right - left)
        assert (np.abs(np.diff(slopes)) > 1e-6).all()


def test_a_kink_that_no_path_carries_on_is_not_counted():
    stack = networks.Stack(["relu"], (1, 2, 1), loss="squared_error", dtype=np.float64)
    stack.layers[0].W[0], stack.layers[0].b[0] = 1, [0, -1]
    stack.layers[1].W[0] = [[1], [0]]
    assert depth.kinks(stack) == pytest.approx([0], abs=0)
    stack.layers[1].W[0] = [[1], [2]]
    assert depth.kinks(stack) == pytest.approx([0, 1], abs=0)


def test_no_kink_at_all():
    stack = networks.Stack(["relu"], (1, 2, 2, 1), loss="squared_error", dtype=np.float64)
    assert len(depth.kinks(stack)) == 0  # all weights zero


@pytest.mark.parametrize("build, words", [
    (lambda: networks.Stack(["tanh"], (1, 3, 1)), "plain ReLU networks; this one has tanh"),
    (lambda: networks.Stack(["relu"], (1, 3, 3, 1), residual=True), "plain ReLU networks"),
    (lambda: networks.Stack(["relu"], (1, 3, 1), norm="layer"), "plain ReLU networks"),
    (lambda: networks.Stack(["relu"], (2, 3, 1)), "this network has 2 and 1")])
def test_kinks_refuse_other_networks(build, words):
    with pytest.raises(ValueError, match=words):
        depth.kinks(build())


def test_scattered_weights_have_hes_variance_and_biases_a_quarter():
    W, b = depth.scattered(200, 3000, np.random.default_rng(0))
    assert W.var() == pytest.approx(2 / 200, rel=0.01) and b.var() == pytest.approx(0.25, rel=0.1)


def test_least_errors_are_those_of_trying_every_cut():
    y = np.random.default_rng(1).standard_normal(9)
    x = np.arange(9)

    def squares(part):
        if len(part) < 3:
            return 0.0
        return np.square(np.polyval(np.polyfit(x[part], y[part], 1), x[part]) - y[part]).sum()

    for pieces in (1, 2, 3, 4):
        every = [sum(squares(part) for part in np.split(x, cuts))
                 for cuts in combinations(range(1, 9), pieces - 1)]
        assert depth.least_errors(y, 4)[pieces - 1] == pytest.approx(np.sqrt(min(every) / 9))


def test_least_errors_vanish_when_the_pieces_suffice():
    x = (np.arange(256) + 0.5) / 256
    found = depth.least_errors(triangle(x, 4), 16)
    assert found[-1] < 1e-9 < 0.03 < found[-2] and (np.diff(found) < 0).all()


@pytest.mark.parametrize("units", [1, 12, 40])
def test_one_layer_leaves_what_its_teeth_do_not_cover(units):
    """Exact up to its last tooth's middle, then 1/2: a tooth's variance, 1/12, over the rest."""
    x = (np.arange(64 * 400) + 0.5) / (64 * 400)
    found = depth.rmse(depth.one_layer(x, units, 6), triangle(x, 6))
    assert found == pytest.approx(np.sqrt((64 - units + 0.5) / 64 / 12), rel=1e-4)
    end = (units - 0.5) / 64
    assert depth.one_layer(x[x < end], units, 6) == pytest.approx(triangle(x[x < end], 6), abs=1e-9)


def test_best_linear_is_the_best_line_at_every_depth():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 50)
    y = np.exp(x)
    line = depth.rmse(np.polyval(np.polyfit(x, y, 1), x), y)
    for layers in (0, 1, 5, 8):
        assert depth.best_linear(x, y, layers, rng) == pytest.approx(line, rel=1e-9)


@pytest.fixture(scope="module")
def c08():
    return trials.trials()["C08"].run()


def test_c08(c08):
    """The bound of the text's argument: 20 of 32 teeth without a kink leave at least 0.228."""
    found = c08.measured
    assert c08.verdict == "false" and found["units that one layer needs"] == 63
    assert found["12 ReLUs in six layers, largest error"] == 0
    assert np.sqrt(20 / 32 / 12) < found["12 ReLUs in one layer, at least"]
    assert found["12 ReLUs in one layer, at least"] < found["12 ReLUs in one layer, reached"]
    exact = np.sqrt((1 - 1 / 16 ** 2) / 12)  # of sixteen middles spread evenly over a tooth's side
    for layers in (0, 1, 2, 4, 8):
        assert found[f"no activation, {layers} hidden layers"] == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("gain, verdict", [(0.001, "holds"), (0.03, "false"), (0, "false")])
def test_the_rule_of_c08(monkeypatch, gain, verdict):
    """Linear networks that gain from depth: by less than 12 ReLUs do, by more, and not at all."""
    monkeypatch.setattr(depth, "best_linear",
                        lambda x, y, layers, rng: 0.288 - gain * layers / 8)
    assert trials.trials()["C08"].run().verdict == verdict


@pytest.mark.parametrize("simple, hard, verdict", [
    (0.03, 0.29, "holds if"), (0.03, 0.05, "holds"), (0.28, 0.29, "false"),
    (0.0722, 0.29, "undecided"), (0.03, 0.0722, "undecided"), (0.29, 0.03, "undecided")])
def test_the_rule_of_c09(monkeypatch, capsys, simple, hard, verdict):
    """Errors planted on either side of a quarter of the straight line's, which is about 0.289."""
    noise = np.random.default_rng(0).normal(0, 0.003, 10)
    x = ((np.arange(64 * 9) + 0.5) / (32 * 9) - 1)[:, None]

    def planted(folds, seeds):
        y = triangle((x + 1) / 2, folds)
        points = type("Points", (), {"x_train": x, "y_train": y, "x_test": x, "y_test": y})
        return points, [depth.tent_network(3)] * 10, (simple if folds == 3 else hard) + noise

    monkeypatch.setattr(depth, "learned", planted)
    outcome = trials.trials()["C09"].run()
    assert outcome.verdict == verdict
    assert outcome.measured["joining the examples, 64 pieces (%)"] < 1e-6
    assert outcome.measured["pieces after training on 8"].mean == 10
    assert outcome.condition == ("the curve is simple" if verdict == "holds if" else "")
    if verdict == "holds if":
        outcome.draw()
        assert "Figure: The same networks follow 8 pieces" in capsys.readouterr().out


def test_each_network_keeps_the_rate_that_validation_prefers(monkeypatch):
    """Validation prefers rate 0 for one seed and rate 2 for the other; test errors disagree."""
    class Planted:
        val_loss = type("V", (), {"values": np.array([[[1.0], [9]], [[2], [3]], [[np.nan], [1]]])})
        test_score = type("T", (), {"values": np.array([[0.5, 0], [0, 0], [0, 0.7]])})

        @staticmethod
        def network(rate, seed):
            return rate, seed

    monkeypatch.setattr(depth.training, "train", lambda *_, **__: Planted)
    _, found, errors = depth.learned(3, (70, 71))
    assert found == [(depth.RATES[0], 70), (depth.RATES[2], 71)] and list(errors) == [0.5, 0.7]


def test_joined_and_straight():
    points = type("Points", (), {
        "x_train": np.array([[1.0], [0], [2]]), "y_train": np.array([[1.0], [0], [0]]),
        "x_test": np.array([[0.5], [1.5]]), "y_test": np.array([[0.5], [0.5]])})
    assert depth.joined(points) == pytest.approx(0, abs=1e-15)
    assert depth.straight(points) == pytest.approx(1 / 2 - 1 / 3)  # the best line is 1/3


def test_nearby_starts_where_it_says(monkeypatch):
    """Off by nothing the start is exact; else by at most so much, and another start a seed."""
    seen = {}

    def train(points, activation, *, seeds, weights, rate, **settings):
        seen.update({seed: weights(seed) for seed in seeds})
        assert len(points.x_train) == 1200 and 0 <= points.x_train.min() < points.x_train.max() <= 1

        class Planted:
            val_loss = type("V", (), {"values": np.array([[[1.0], [2]], [[2], [np.nan]]])})
            test_score = type("T", (), {"values": np.array([[0.1, 0.2], [0, 0]])})
        return Planted

    monkeypatch.setattr(depth.training, "train", train)
    before, after = depth.nearby(0.0, (5, 6))
    # Inputs are kept in float32, good to 6e-8; slopes of 64 and the line's 0.289 enlarge that.
    assert before == pytest.approx([0, 0], abs=6e-8 * 64 / 0.28)
    assert after[1] / after[0] == pytest.approx(2)
    assert after[0] == pytest.approx(0.1 / np.sqrt(1 / 12), rel=0.1)
    exact = seen[5]
    before, _ = depth.nearby(0.1, (5, 6))
    for seed in (5, 6):
        for found, right in zip(seen[seed], exact, strict=True):
            assert found.shape == right.shape
            assert (np.abs(found - right) <= 0.1 * np.abs(right) + 1e-12).all()
    assert (seen[5][0] != seen[6][0]).any() and (before > 0.5).all()
