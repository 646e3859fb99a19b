"""C36, C37, C39 and C54: what is measured, against mathematics; every branch of their rules."""

import numpy as np
import pytest

from course_lib import activations, initialisation, trials
from course_lib.evidence import depths
from course_lib.named import Named
from course_lib.trials.chapter_03 import depth

NOISE = np.random.default_rng(0).normal(0, 1, 20)
NOISE -= NOISE.mean()
SEEDS = (0, 1)


@pytest.mark.parametrize("gain, layers", [(1.0, 30), (0.5, 30), (0.1, 12)])
def test_a_share_through_rotations(gain, layers):
    """A straight line and rotations keep a gradient's length, times the gain in each layer."""
    rotations = initialisation.scaled("orthogonal", gain)
    share = depth.carried("identity", rotations, SEEDS, layers)
    np.testing.assert_allclose(share, (layers - 1) * np.log10(gain), atol=1e-10)


def test_a_gradient_may_be_smaller_than_float32_holds():
    share = depth.carried("identity", initialisation.scaled("orthogonal", 0.02), SEEDS, 30)
    assert share == pytest.approx(29 * np.log10(0.02)) and share.max() < -45


def test_what_is_passed_back_is_the_slope_of_the_loss():
    """The gradient at the sums of layer 2, checked by moving its biases."""
    spaces, slopes = depth.passed_back("tanh", "glorot", [0], 3)
    from course_lib import data, networks
    digits = data.digits()
    x = digits.x_train[None, :depth.EXAMPLES].astype(float)
    y = np.eye(10)[digits.y_train[None, :depth.EXAMPLES]]
    stack = networks.Stack(["tanh"], (64, 64, 64, 64, 10), dtype=np.float64)
    stack.initialise(["glorot"], [0])

    def loss(move):
        stack.layers[1].b[0, 0, 5] = move
        return stack.loss_and_gradient(x, y)[0]

    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert spaces[1].slope[0, :, 5].sum() == pytest.approx(slope, rel=1e-6)
    a = spaces[1].a[0]
    np.testing.assert_allclose(slopes[1][0], 1 - a * a, atol=1e-12)


def test_inputs_are_as_large_as_asked():
    once, often = (depth.passed_back("identity", "glorot", [0], 2, times)[0][0].z[0]
                   for times in (1.0, 30.0))
    np.testing.assert_allclose(often, 30 * once, rtol=1e-12)


def test_the_median_of_a_saturated_layer_is_next_to_nothing():
    kept = depth.medians("tanh", [0, 1], 30.0) - depth.medians("tanh", [0, 1], 1.0)
    assert kept.max() < -8


def test_flat_counts_pairs_of_unit_and_digit():
    """Weights 100 times Glorot's leave few tanh units in |z| < 2.18, where 1 - tanh^2 > 1/20."""
    share = depth.flat("tanh", initialisation.scaled("glorot", 100), [0, 1], 3)
    z = depth.passed_back("tanh", initialisation.scaled("glorot", 100), [0, 1], 3)[0][1].z
    assert share.shape == (3, 2)
    beyond = np.arctanh(np.sqrt(0.95))
    np.testing.assert_allclose(share[1], (np.abs(z) >= beyond).mean((1, 2)), atol=1e-12)
    assert depth.flat("sigmoid", "glorot", [0], 2).max() < 0.01


def test_twenty_networks_for_ten_seeds():
    many = depth.twice(list(range(1000, 1010)))
    assert len(set(many)) == 20 and many[0] == 1000 and many[10] == 1500


def test_shares_in_words():
    assert [depth.power(log) for log in (-18.3, -4.45, -0.85, 0.45, -36.28)] == [
        "5e-19", "4e-5", "0.1", "3", "5e-37"]
    assert depth.tell({"he": -1, "pytorch": -7}) == "0.1 with He's, 1e-7 with PyTorch's"


def planted(monkeypatch, shares):
    """`carried` as planted: decades by (function, init), 0 where none is given."""
    monkeypatch.setattr(depth, "carried", lambda f, init, seeds, layers=30: (
        shares.get((f, init), shares.get(f, 0)) + 0.05 * np.resize(NOISE, len(seeds))))


@pytest.mark.parametrize("shares, verdict, condition", [
    ({"sigmoid": -10, "tanh": -4}, "holds", ""),
    ({"sigmoid": -10, ("tanh", "pytorch"): -7}, "holds if",
     "the pair is sigmoid with any of these, or tanh with PyTorch's"),
    ({("sigmoid", "he"): -4, ("sigmoid", "glorot"): -5}, "holds if",
     "the pair is sigmoid with Glorot's or He's"),
    ({}, "false", ""), ({"sigmoid": -2.9, "tanh": -2.9}, "false", ""),
    ({"sigmoid": -10, "tanh": -3}, "undecided", "")])
def test_the_rule_of_c36(monkeypatch, shares, verdict, condition):
    planted(monkeypatch, shares)
    outcome = trials.trials()["C36"].run()
    assert (outcome.verdict, outcome.condition) == (verdict, condition)
    assert outcome.measured["log10 of the share carried, tanh, he"].n == outcome.seeds == 20


def test_c36_draws_what_it_found(monkeypatch, capsys):
    planted(monkeypatch, {"sigmoid": -10, ("tanh", "pytorch"): -7})
    trials.trials()["C36"].run().draw()
    words = capsys.readouterr().out
    assert "tanh with the smallest" in words and "tanh, pytorch -7" in words
    planted(monkeypatch, {})
    trials.trials()["C36"].run().draw()
    assert "0 of 8 pairs lose the gradient" in capsys.readouterr().out


def planted_saturation(monkeypatch, kept, share, through=-6.0):
    planted(monkeypatch, {"sigmoid": through})
    monkeypatch.setattr(depth, "medians", lambda f, seeds, times: (
        (kept[f] if times > 1 else 0) + 0.1 * NOISE[:10]))
    monkeypatch.setattr(depth, "flat", lambda f, init, seeds, layers: np.vstack(
        [np.zeros((layers - 1, 10)), share + 0.001 * NOISE[:10]]))
    return trials.trials()["C37"].run()


GONE, THERE = {"sigmoid": -8, "tanh": -16}, {"sigmoid": -1, "tanh": -16}


@pytest.mark.parametrize("kept, share, through, verdict, words", [
    (GONE, 0.5, -6, "holds", ""), (GONE, 0.005, -6, "holds if", "also goes where none is"),
    (THERE, 0.5, -6, "holds if", "needed, not enough"), (THERE, 0.005, -6, "false", ""),
    (GONE, 0.1, -6, "undecided", ""), (GONE, 0.5, -2, "undecided", ""),
    ({"sigmoid": -3, "tanh": -9}, 0.5, -6, "undecided", "")])
def test_the_rule_of_c37(monkeypatch, kept, share, through, verdict, words):
    outcome = planted_saturation(monkeypatch, kept, share, through)
    assert outcome.verdict == verdict and words in outcome.condition


def test_what_c37_says_and_draws(monkeypatch, capsys):
    outcome = planted_saturation(monkeypatch, GONE, 0.03)
    assert "keeps under 1e-6 of its gradient with sigmoid" in outcome.sentence
    assert "pass 1e-6 of the gradient" in outcome.sentence and "under 5 %" in outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert "Under 5 % saturated" in words and "goes from -5.5 (lowest) at 1" in words
    assert "up to 100 %" in planted_saturation(monkeypatch, GONE, 0.7).sentence


@pytest.mark.parametrize("shares, verdict", [
    ({}, "holds"), ({"sigmoid": -9}, "false"), ({"relu": -9}, "false"),
    ({"sigmoid": -9, ("sigmoid", "he"): -1}, "holds"),
    ({"sigmoid": -9, ("sigmoid", "he"): -3}, "undecided")])
def test_the_rule_of_c39(monkeypatch, shares, verdict):
    planted(monkeypatch, shares)
    assert trials.trials()["C39"].run().verdict == verdict


def test_c39_draws_what_it_found(monkeypatch, capsys):
    planted(monkeypatch, {"relu": -9, "sigmoid": -8, ("relu", "he"): 0})
    trials.trials()["C39"].run().draw()
    assert "relu carries 1 and sigmoid carries 1e-8" in capsys.readouterr().out


def planted_scores(monkeypatch, gaps):
    """The best function at 0.9, the worst by `gaps` (shallow, deep) lower."""
    known = {(f, layers): (0.01, 0.9) for f in depths.FUNCTIONS for layers in depths.DEPTHS}
    monkeypatch.setattr(depths, "tuned", lambda: known)
    monkeypatch.setattr(depths, "ends", lambda layers: ("elu", "sigmoid"))

    def train_function(f, layers, rate, seeds):
        low = dict(zip(depths.DEPTHS, gaps, strict=True))[layers] if f == "sigmoid" else 0
        score = 0.9 - low + 0.002 * NOISE[:10] * (1 if f == "elu" else -1)
        return type("Run", (), {"test_score": Named(score, {"seed": list(range(10))})})

    monkeypatch.setattr(depths, "train_function", train_function)
    return trials.trials()["C54"].run()


@pytest.mark.parametrize("gaps, verdict", [
    ((0.01, 0.4), "holds"), ((0.1, 0.4), "holds if"), ((0.01, 0.03), "false"),
    ((0.1, 0.01), "false"), ((0.01, 0.05), "undecided"), ((0.03, 0.4), "undecided")])
def test_the_rule_of_c54(monkeypatch, gaps, verdict):
    outcome = planted_scores(monkeypatch, gaps)
    assert outcome.verdict == verdict and bool(outcome.condition) == (verdict == "holds if")


def test_what_c54_says_and_draws(monkeypatch, capsys):
    outcome = planted_scores(monkeypatch, (0.01, 0.4))
    assert "under 3 points with 2 layers, about 40 points with 12 layers" in outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert "12 layers: elu - sigmoid 40 (" in words and "2 layers: elu - sigmoid 0 (" in words


def test_lost_networks_count_as_guessing(monkeypatch):
    scores = {"elu": np.full(10, 0.9), "sigmoid": np.full(10, np.nan)}
    planted_scores(monkeypatch, (0, 0))
    monkeypatch.setattr(depths, "train_function", lambda f, layers, rate, seeds: type(
        "Run", (), {"test_score": Named(scores[f] + 1e-3 * NOISE[:10], {"seed": range(10)})}))
    outcome = trials.trials()["C54"].run()
    assert outcome.measured["difference in test accuracy, 12 layers"].mean == pytest.approx(
        0.8, abs=0.01)


def test_the_ends_of_a_depth(monkeypatch):
    score = np.zeros((10, 2, len(depths.RATES), 10))
    score[:] = 0.5
    score[3, 1, 2], score[9, 1], score[0, 1, 4] = 0.9, 0.2, 0.6
    monkeypatch.setattr(depths, "load", lambda name: {"val_score": Named(score, {
        "f": depths.FUNCTIONS, "depth": depths.DEPTHS, "rate": depths.RATES,
        "axis 0": list(range(10))})})
    assert depths.ends(12) == ("selu", "sigmoid")
    assert depths.tuned()["selu", 12] == (depths.RATES[2], pytest.approx(0.9))
    assert depths.tuned()["relu", 12] == (depths.RATES[4], pytest.approx(0.6))


def test_functions_of_the_study_are_in_the_catalogue():
    assert all(activations.get(f).name == f for f in depths.FUNCTIONS)
