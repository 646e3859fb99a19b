"""The study of fifty layers: what each way is, and which rate is its best."""

import numpy as np
import pytest

from course_lib import training
from course_lib.evidence import normalised
from course_lib.named import Named


def test_a_way_is_what_its_labels_say(monkeypatch):
    asked = []
    monkeypatch.setattr(normalised.training, "train",
                        lambda digits, f, **settings: asked.append((f, settings)))
    normalised.train_way("tanh", "LayerNorm", "skips", 0.002, [7])
    normalised.train_way("gelu", "none", "plain", 0.002, [7])
    (f, one), (_, other) = asked
    assert f == "tanh" and one["init"] == "glorot" and other["init"] == "he"
    assert (one["norm"], one["residual"]) == ("layer", True)
    assert (other["norm"], other["residual"]) == (None, False)
    assert len(one["hidden"]) == 50 and one["seeds"] == [7] and one["rate"] == 0.002


def test_what_diverged_counts_as_a_guess(monkeypatch):
    axes = {"seed": [0, 1], "epoch": [1, 2]}
    run = type("Run", (), {
        "val_score": Named(np.array([[0.5, 0.9], [0.4, np.nan]]), axes),
        "test_score": Named(np.array([0.8, np.nan]), {"seed": [0, 1]}),
        "diverged": Named(np.array([False, True]), {"seed": [0, 1]})})
    monkeypatch.setattr(normalised, "train_way", lambda *_, **__: run)
    part = normalised.tune("relu", "none", "plain", 0.002, "first")
    np.testing.assert_array_equal(part["val_score"], [0.9, 0.1])
    np.testing.assert_array_equal(part["test_score"], [0.8, 0.1])
    np.testing.assert_array_equal(part["early"], [0.5, 0.4])  # it was not lost as yet
    assert normalised.early("relu", "none", "plain", 0.002, "first")["early"].tolist() == [0.5, 0.4]


def test_the_early_epochs_are_the_same_alone():
    """Every way's first epochs follow from seed and settings, however long it goes on."""
    whole = normalised.train_way("tanh", "RMSNorm", "skips", 0.002, [3], epochs=2)
    alone = normalised.train_way("tanh", "RMSNorm", "skips", 0.002, [3], epochs=1)
    assert whole.val_score.values[0, 0] == alone.val_score.values[0, 0]


def test_the_best_rate_is_chosen_on_validation_data(monkeypatch):
    shape = (3, 4, 2, len(normalised.RATES), 2, 5)
    val, test = np.full(shape, 0.5), np.full(shape, 0.9)
    val[1, 3, 1, 2], test[1, 3, 1, 2] = 0.7, 0.2  # better on validation, worse on test data
    test[1, 3, 1, 2, 1, 4] = 0.3
    axes = dict(zip("abcdef", (list(range(size)) for size in shape), strict=True))
    monkeypatch.setattr(normalised, "load", lambda name: {
        "val_score": Named(val, axes), "test_score": Named(test, axes)})
    found = normalised.at_best_rate()
    rate, scores = found["gelu", "BatchNorm", "skips"]
    assert rate == normalised.RATES[2] and scores.shape == (10,)
    assert sorted(scores) == pytest.approx([0.2] * 9 + [0.3])
    assert len(found) == 24 and found["relu", "none", "plain"][0] == normalised.RATES[0]


def test_the_halves_are_ten_different_seeds():
    seeds = sum(normalised.HALVES.values(), [])
    assert len(set(seeds)) == 10


def test_a_way_trains():
    run = normalised.train_way("relu", "RMSNorm", "skips", 0.006, [100], epochs=2)
    assert isinstance(run, training.Run) and run.val_score.values[0, -1] > 0.5
