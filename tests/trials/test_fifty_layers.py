"""Fifty layers: both forecasts' rules against closed forms, tuned rates, what counts as trained."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import activations, thermostat
from course_lib.evidence import fifty_again
from course_lib.evidence import fifty_layers as study
from course_lib.named import Named

NOISE = np.random.default_rng(0).normal(0, 0.01, 10)


def planted_map(monkeypatch, left, decades):
    """A map that leaves this part of the inputs' distance, and these decades at three starts."""
    def the_map(pair):
        one = type("Map", (), {
            "drawn_together": lambda self, depth, low, high: left,
            "decades": lambda self, q, depth: dict(zip(study.SPREAD, decades, strict=True))[q]})
        return one(), list(study.SPREAD)

    monkeypatch.setattr(study, "the_map", the_map)
    return study.predicted("any")


@pytest.mark.parametrize("left, decades, said", [
    (0.1, (1, 1, 1), "trains"), (0.5, (3, -3, 0), "trains"), (0.1, (0, 0, 3.1), "fails"),
    (0.1, (-3.1, 0, 0), "fails"), (1, (0, 0, 0), "open"), (2, (0, 0, 0), "open"),
    (2.1, (0, 0, 0), "fails"), (1, (-7, -7, -7), "fails"), (0.6, (0, 0, 0), "open")])
def test_the_rule_of_the_forecast(monkeypatch, left, decades, said):
    assert planted_map(monkeypatch, left, decades) == said


def test_the_maps_of_pairs():
    one, starts = study.the_map("relu, keras")  # variance 1: each layer halves
    assert starts == [0.8, 1, 1.2]
    assert one.decades(1.0, 50) == pytest.approx(-49 / 2 * np.log10(2))
    one, starts = study.the_map("relu, pytorch")
    assert starts == pytest.approx([q / 3 + 1 / 96 for q in study.SPREAD])
    one, starts = study.the_map("gelu, own gain")  # the first layer reads data, with gain 1
    assert starts == [0.8, 1, 1.2] and one.step(1.0) == pytest.approx(1)
    one, starts = study.the_map("gelu, he")
    assert starts == pytest.approx([1.6, 2, 2.4])


def test_forecasts_that_can_be_done_by_hand():
    """ReLU with its own gain changes nothing: open. With Keras' weights it loses 7.4 decades."""
    assert study.predicted("relu, own gain") == "open"
    assert study.predicted("relu, keras") == "fails"


def test_nine_of_ten_digits_lie_in_the_spread():
    from course_lib import data
    q = np.square(data.digits().x_train).mean(1)
    assert q.mean() == pytest.approx(1, abs=0.01)
    assert ((q > study.SPREAD[0]) & (q < study.SPREAD[-1])).mean() == pytest.approx(0.9, abs=0.02)


def planted_study(monkeypatch, test=0.9):
    shape = len(study.PAIRS), len(study.RATES)
    val = np.full((*shape, 10, study.EPOCHS), 0.2)
    val[:, 3, :, 7] = 0.8  # the best epoch counts
    val[0, 1] = 0.85
    scores = np.full((*shape, 10), 0.1)
    scores[:, 3] = test + NOISE
    scores[0, 1] = 0.5 + NOISE - NOISE.mean()
    axes = {"pair": list(study.PAIRS), "rate": study.RATES, "axis 0": list(range(10))}
    arrays = {"val_score": Named(val, axes | {"axis 1": list(range(study.EPOCHS))}),
              "test_score": Named(scores, axes)}
    monkeypatch.setattr(study, "load", lambda name: arrays)
    return val


def test_rates_are_tuned_on_validation_data(monkeypatch):
    planted_study(monkeypatch)
    rates = study.tuned_rates()
    first, *others = rates.values()
    assert first == study.RATES[1] and set(others) == {study.RATES[3]}
    np.testing.assert_allclose(study.test_scores()["relu, own gain"], 0.9 + NOISE)


@pytest.mark.parametrize("test, words", [(0.9, "trains"), (0.2, "fails"), (0.5, "undecided")])
def test_what_counts_as_trained(monkeypatch, test, words):
    planted_study(monkeypatch, test)
    seen = list(study.measured().values())
    assert seen[0] == "undecided" and set(seen[1:]) == {words}


def test_early_is_the_first_epoch(monkeypatch):
    score = np.random.default_rng(0).random((10, 20))
    score[3, 0] = np.nan

    def train_pair(pair, rate, seeds=range(10), epochs=20):
        seeds = list(seeds)
        return SimpleNamespace(
            val_score=Named(score[seeds, :epochs], {"seed": seeds, "epoch": list(range(epochs))}),
            test_score=Named(score[seeds, -1], {"seed": seeds}))

    monkeypatch.setattr(study, "train_pair", train_pair)
    part = study.tune("selu, own gain", 5e-4)
    np.testing.assert_array_equal(part["early"], [*score[:3, 0], 0.1, score[4, 0]])
    np.testing.assert_array_equal(study.early("selu, own gain", 5e-4)["early"], part["early"])


def test_training_a_pair_again_gives_the_same_start():
    """Two networks, one epoch: the first epoch of a longer run, bit for bit."""
    short, longer = (study.train_pair("selu, own gain", 5e-4, [0, 1], epochs).val_score.values
                     for epochs in (1, 2))
    np.testing.assert_array_equal(short[:, 0], longer[:, 0])


def test_every_pair_names_a_function_and_known_weights():
    for f, init in study.PAIRS.values():
        assert thermostat.pair(activations.get(f), init).w2 > 0


def test_depth_scales_in_closed_form():
    """ReLU with variance 1/n halves a mean square; sine at its own gain settles at q = 1."""
    assert fifty_again.scales("relu", "keras") == pytest.approx(49 * np.log(2))
    assert fifty_again.scales("relu", "he") == pytest.approx(0, abs=1e-9)
    factor = (1 + np.exp(-2)) / (1 - np.exp(-2))  # E cos^2 over E sin^2
    assert fifty_again.scales("sine", "own gain") == pytest.approx(49 * np.log(factor), rel=0.01)
    q, starts = study.the_map("relu, pytorch")
    assert fifty_again.scales("relu", "pytorch") == pytest.approx(
        max(-q.decades(one, 50) for one in starts) * 2 * np.log(10))


@pytest.mark.parametrize("scales, said", [(0, "trains"), (6, "trains"), (6.01, "fails")])
def test_the_second_rule(monkeypatch, scales, said):
    monkeypatch.setattr(fifty_again, "scales", lambda f, init: scales)
    assert fifty_again.predicted("tanh", "he") == said


def test_the_second_study_has_none_of_the_first_ones_pairs():
    assert not set(fifty_again.PAIRS) & set(study.PAIRS)


def test_the_second_study_is_read_at_its_tuned_rates(monkeypatch):
    shape = len(fifty_again.PAIRS), len(fifty_again.RATES), 10
    val, test = np.full(shape, 0.3), np.full(shape, 0.1)
    val[:, 2], test[:, 2], test[0, 2] = 0.7, 0.8 + NOISE, 0.5 + NOISE - NOISE.mean()
    axes = {"pair": list(fifty_again.PAIRS), "rate": fifty_again.RATES, "axis 0": list(range(10))}
    monkeypatch.setattr(fifty_again, "load", lambda name: {
        "val_score": Named(val, axes), "test_score": Named(test, axes)})
    scores = fifty_again.test_scores()
    np.testing.assert_allclose(scores["sine, keras"], 0.8 + NOISE)
    seen = list(fifty_again.measured(scores).values())
    assert seen[0] == "undecided" and set(seen[1:]) == {"trains"}
    assert set(fifty_again.measured({"a": 0.3 + NOISE}).values()) == {"fails"}
