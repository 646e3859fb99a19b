"""C49 and its study: starts, steps, rates, every branch of the rule."""

import numpy as np
import pytest

from course_lib import data, diagnostics, evidence, trials
from course_lib.evidence import batch_norm
from course_lib.named import Named
from course_lib.trials.chapter_03 import normalisation

NOISE = np.random.default_rng(0).normal(0, 1, 10)
NOISE -= NOISE.mean()


def planted_run(losses):
    """A run of four epochs of two steps whose epochs have these losses, one row a seed."""
    loss = np.repeat(np.array(losses, float), 2, axis=1)
    return type("Run", (), {"loss": Named(loss, {"seed": list(range(len(loss))),
                                                 "step": list(range(loss.shape[1]))})})


def test_steps_needed(monkeypatch):
    asked = {}

    def train(digits, f, **settings):
        asked.update(settings, f=f)
        return planted_run([[3, 2, 0.9, 0.5], [3, np.nan, np.nan, np.nan], [2] * 4])

    monkeypatch.setattr(batch_norm.training, "train", train)
    steps = batch_norm.steps("ReLU, tiny weights", "batch", 0.01, [1, 2, 3])
    np.testing.assert_array_equal(steps, [6, 9, 9])
    assert asked["f"] == "relu" and asked["norm"] == "batch" and asked["rate"] == 0.01
    W, _ = asked["init"](64, 5000, np.random.default_rng(0))
    assert W.std() == pytest.approx(0.1 * np.sqrt(2 / 64), rel=0.02)
    batch_norm.steps("sigmoid", "none", 0.01, [1, 2, 3])
    assert asked["norm"] is None and asked["init"] == "glorot"


def test_the_rate_with_fewest_steps(monkeypatch):
    steps = np.full((3, 2, 5, 10), 86.0)
    steps[0, 1, 3], steps[2, 0, 1] = 30, 50
    axes = {"a": [0, 1, 2], "b": [0, 1], "c": list(range(5)), "axis 0": list(range(10))}
    monkeypatch.setattr(batch_norm, "load", lambda name: {"steps": Named(steps, axes)})
    rates = batch_norm.tuned_rates()
    assert rates["sigmoid", "batch"] == 0.03 and rates["ReLU, He's weights", "none"] == 0.003
    assert rates["sigmoid", "none"] == 0.001


def test_no_rate_is_the_grids_largest():
    """A best rate at the end of the grid would say that the grid is too short."""
    mean = evidence.load("batch_norm")["steps"].values.mean(-1)
    for start, norm in np.argwhere(mean.min(-1) < mean.max()):
        assert 0 < mean[start, norm].argmin() < len(batch_norm.RATES) - 1


def test_at_the_start():
    """Batch norm leaves half of each unit's inputs above zero; without it some units are dead."""
    without, norm = (normalisation.dead_at_start(one, [1, 2, 3]) for one in batch_norm.NORMS)
    assert norm.max() == 0 and without.shape == (3,) and 0 < without.max() < 0.2
    report = diagnostics.through_depth(normalisation.fresh("none", 10, [1, 2, 3]),
                                       data.digits().x_train)
    np.testing.assert_allclose(without, report.dead.mean(1))


def test_growth_at_the_start():
    """pi/(pi - 1) a layer with batch norm (Yang and others 2019), none without."""
    without, norm = (normalisation.growth(one, range(10)).mean() for one in batch_norm.NORMS)
    assert abs(without) < 0.6
    assert norm == pytest.approx(29 * np.log10(np.pi / (np.pi - 1)) / 2, rel=0.2)


def planted(monkeypatch, ratios=(2, 2, 2), dead=0.1, decades=2.5, scatter=0.01):
    """Steps of 40 with batch norm and so many times 40 without; shares; powers of ten."""
    monkeypatch.setattr(batch_norm, "tuned_rates", lambda: dict.fromkeys(
        ((start, norm) for start in batch_norm.STARTS for norm in batch_norm.NORMS), 0.01))
    times = dict(zip(batch_norm.STARTS, ratios, strict=True))
    monkeypatch.setattr(batch_norm, "steps", lambda start, norm, rate, seeds: np.minimum(
        40 * (times[start] * np.exp(scatter * np.resize(NOISE, len(seeds)))
              if norm == "none" else np.ones(len(seeds))), 69))

    monkeypatch.setattr(normalisation, "dead_at_start", lambda norm, seeds: (
        dead + scatter * NOISE / 10 if norm == "none" else np.zeros(10)))
    monkeypatch.setattr(normalisation, "growth", lambda norm, seeds: (
        (decades if norm == "batch" else 0) + scatter * NOISE))
    return trials.trials()["C49"].run()


@pytest.mark.parametrize("settings, verdict, words", [
    ({"decades": 0.2}, "holds", ""), ({"decades": -0.2}, "holds", ""),
    ({}, "holds if", "He's weights; or fewer dead"),
    ({"decades": -2.5}, "holds if", "fewer dead units at the start"),
    ({"ratios": (2, 2, 1)}, "holds if", "tiny weights; or fewer dead"),
    ({"ratios": (1, 1, 1), "dead": 0.0}, "false", ""),
    ({"ratios": (0.5, 1, 1.05), "dead": 0.005}, "false", ""),
    ({"ratios": (1, 1, 1), "dead": 0.0, "decades": 0.5}, "holds if", "steady gradients"),
    ({"decades": 1.0}, "undecided", ""), ({"dead": 0.01}, "undecided", ""),
    ({"ratios": (1.1, 2, 2)}, "undecided", "")])
def test_the_rule_of_c49(monkeypatch, settings, verdict, words):
    outcome = planted(monkeypatch, **settings)
    assert outcome.verdict == verdict and words in outcome.condition
    if settings.get("decades") == -2.5:
        assert "steady" not in outcome.condition


def test_the_close_part_has_eight_seeds_more(monkeypatch):
    outcome = planted(monkeypatch)
    assert outcome.measured["steps, ReLU, He's weights, batch"].n == 18
    assert outcome.measured["steps, sigmoid, batch"].n == 10


def test_c49_says_and_draws_what_it_found(monkeypatch, capsys):
    outcome = planted(monkeypatch, ratios=(9, 2, 1.5))
    assert "sigmoid over 68 and 45" in outcome.sentence and "10 % and 0 %" in outcome.sentence
    assert "changes by 0 powers of ten without, by 2.5 with" in outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert "sigmoid, without 75 (" in words and "sigmoid, batch norm 45 (" in words


def test_steps_that_are_reached_by_some(monkeypatch):
    assert "sigmoid in part over 68" in planted(monkeypatch, ratios=(1.705, 2, 2)).sentence
