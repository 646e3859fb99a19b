"""The benchmark of recurrent networks: the same sequences on both sides, ratios refused."""

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import recurrent
from benchmarks.rounds import Timing


def timings(*cpu, value=None):
    return [Timing(seconds, 2 * seconds, value) for seconds in cpu]


def test_both_sides_see_the_same_sequences(monkeypatch):
    seen = []
    monkeypatch.setattr(recurrent.recurrent, "memory", lambda length: lambda count, rng: (
        seen.append((count, rng.standard_normal())) or (np.ones((count, length, 1), np.float32),
                                                        np.ones((count, 1), np.float32))))
    recurrent.ours("rnn", 1, 3)
    ours = sorted(seen)
    seen.clear()
    recurrent.sequences.cache_clear()
    x, y, x_new, y_new = recurrent.sequences(0, 3)
    recurrent.sequences.cache_clear()
    assert sorted(seen) == ours and len(ours) == 4
    assert len(x) == len(y) == 3 * recurrent.BATCH and len(x_new) == len(y_new) == 512


@pytest.mark.parametrize("cell", recurrent.CELLS)
def test_without_keras_no_ratio(cell, monkeypatch):
    monkeypatch.setattr(recurrent, "installed", lambda package: False)
    found = {one["name"]: one for one in command.outcomes("recurrent", quick=True)}
    one = found[f"recurrent.{cell}.keras_fit"]
    assert one["ratio"] is None and "tensorflow is not installed" in one["why"]


@pytest.mark.parametrize("theirs", [0.8, np.nan])
def test_unequal_accuracy_refuses_the_ratio(theirs):
    found = recurrent.against("lstm", timings(1, value=np.ones(10)),
                              timings(50, value=np.full(2, theirs)), 0.03, "study")
    assert found["ratio"] is None and "accuracy on new sequences is not equal" in found["why"]


def test_the_ratio_is_theirs_over_ours():
    found = recurrent.against("rnn", timings(1, 2, value=np.ones(10)),
                              timings(40, 40, value=np.ones(2)), 0.03, "study")
    assert found["rounds"] == [40, 20] and found["ratio"] == 30 and found["met"] is True
