"""C38 and C40: the weights and functions compared, and every branch of their rules."""

import numpy as np
import pytest

from course_lib import activations, trials
from course_lib.trials.chapter_03 import pairs

NOISE = np.random.default_rng(0).normal(0, 1, 20)
NOISE -= NOISE.mean()


def test_small_weights_are_small_whatever_the_width():
    for fan_in in (10, 1000):
        W, b = pairs.small(fan_in, 2000, np.random.default_rng(0))
        assert W.std() == pytest.approx(0.01, rel=0.02) and not b.any()


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_what_is_bent(slope):
    z, f = np.linspace(-2, 2, 41), pairs.bent(slope)
    f = activations.get(f) if isinstance(f, str) else f
    np.testing.assert_allclose(f.f(z), np.where(z > 0, z, slope * z))


def test_shares_of_bent_functions_are_those_of_their_mean_square_slopes():
    """Slope 1 below zero is a straight line: variance 1/n keeps the gradient; 1/2 loses half."""
    seeds = tuple(range(20))
    for slope, square in ((0.0, 1 / 2), (0.5, 5 / 8), (1.0, 1.0)):
        log = pairs.shared(slope, seeds)
        assert log.mean() == pytest.approx(29 / 2 * np.log10(square), abs=4 * log.std() / 20 ** 0.5)


def planted(monkeypatch, shares):
    monkeypatch.setattr(pairs, "carried", lambda f, init, seeds, layers=30: (
        shares.get((f, init), -6) + 0.05 * np.resize(NOISE, len(seeds))))
    return trials.trials()["C38"].run()


CARRIES = {("relu", "he"): 0}


@pytest.mark.parametrize("shares, verdict, condition", [
    (CARRIES | {("relu", "glorot"): -1, ("relu", "pytorch"): -2}, "holds", ""),
    (CARRIES | {("relu", "glorot"): -1}, "holds if", "the first weights are Keras's"),
    (CARRIES | {("relu", "pytorch"): -1}, "holds if", "the first weights are PyTorch's"),
    (CARRIES, "false", ""), ({}, "false", ""),
    (CARRIES | {("relu", "pytorch"): -3}, "undecided", "")])
def test_the_rule_of_c38(monkeypatch, shares, verdict, condition):
    outcome = planted(monkeypatch, shares)
    assert (outcome.verdict, outcome.condition) == (verdict, condition)
    assert outcome.measured["log10 of the share carried, relu, he"].n == outcome.seeds == 20


def test_what_c38_says_and_draws(monkeypatch, capsys):
    outcome = planted(monkeypatch, CARRIES | {(("relu", pairs.small)): -36, ("tanh", "glorot"): -1})
    assert "ReLU 1e-6 with Glorot's, 1e-6 with LeCun's, 1 with He's, 1e-6 with PyTorch's first " \
           "weights, and 1e-36 with" in outcome.sentence
    assert outcome.sentence.endswith("Tanh with Glorot's: 0.1.")
    outcome.draw()
    words = capsys.readouterr().out
    assert "with He's weights" in words and "sd 0.01 -36" in words
    planted(monkeypatch, {("relu", "glorot"): 0}).draw()
    assert "defaults of 1 frameworks" in capsys.readouterr().out


def planted_halves(monkeypatch, logs):
    noise = dict(zip(pairs.PASSED, (NOISE, NOISE[::-1], np.roll(NOISE, 7)), strict=True))
    monkeypatch.setattr(pairs, "shared", lambda slope, seeds: (
        dict(zip(pairs.PASSED, logs, strict=True))[slope] + 0.05 * noise[slope]))
    return trials.trials()["C40"].run()


@pytest.mark.parametrize("logs, verdict, condition", [
    ((0, -4, -4), "holds", ""), ((-4, -2, 0), "false", ""),
    ((0, -4, 0), "holds if", "passes 50 % of the negative half"),
    ((0, -4, 3), "holds if", "passes 50 % of the negative half"),
    ((0, 4, -4), "holds if", "passes 100 % of the negative half"),
    ((-4, -3.5, 0), "undecided", ""), ((-4, -3, 0), "undecided", ""), ((0, 0, 0), "undecided", "")])
def test_the_rule_of_c40(monkeypatch, logs, verdict, condition):
    outcome = planted_halves(monkeypatch, logs)
    assert outcome.verdict == verdict and outcome.condition.endswith(condition)
    assert bool(outcome.condition) == (verdict == "holds if")


def test_what_c40_says_and_draws(monkeypatch, capsys):
    outcome = planted_halves(monkeypatch, (-5, -2, 0))
    assert "1e-5 of the gradient where 0 %" in outcome.sentence
    assert "(mean-square slope 0.5)" in outcome.sentence
    assert "(mean-square slope 0.625)" in outcome.sentence and "slope 1)" in outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert "The more of the negative half passes" in words and "passes 50 % -2" in words
