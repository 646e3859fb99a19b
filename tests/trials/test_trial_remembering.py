"""Trials that train recurrent networks: every branch of the rules of C44 and C50."""

import numpy as np
import pytest

from course_lib import recurrent, trials
from course_lib.evidence import memory
from course_lib.named import Named
from course_lib.trials.chapter_03 import remembering

NOISE = np.random.default_rng(0).normal(0, 1, 10)
NOISE -= NOISE.mean()


@pytest.fixture
def study(monkeypatch):
    """A stored study where sigmoids from 4 Q remember once in ten, at the second rate."""
    axes = {"cell": list(memory.CELLS), "length": memory.LENGTHS, "rate": memory.RATES,
            "network": list(range(10))}
    values = np.full(tuple(len(labels) for labels in axes.values()), 0.5)
    values[list(memory.CELLS).index("sigmoid RNN, 4 Q"), :, 1, 0] = 1
    monkeypatch.setattr(memory, "scores", lambda: Named(values, axes))


def plant(monkeypatch, scores, scatter=0.01):
    """Accuracies by the cell's kind and function; settings are kept."""
    calls = []

    def planted(cell, seeds, length, **settings):
        calls.append((cell, settings))
        kind = type(cell).__name__, cell.activation.name
        return np.clip(scores[kind] + scatter * np.resize(NOISE, len(seeds)), 0, 1), None
    monkeypatch.setattr(remembering, "accuracy", planted)
    return calls


PLAIN = "the network is a plain recurrence"
BOTH = {("RNN", "tanh"): 0.98, ("RNN", "sigmoid"): 0.5, ("LSTM", "tanh"): 0.98,
        ("LSTM", "identity"): 0.5}


@pytest.mark.parametrize("change, verdict, condition", [
    ({}, "holds", ""), ({("LSTM", "identity"): 0.97}, "holds if", PLAIN),
    ({("RNN", "sigmoid"): 0.9}, "holds if", "the network is an LSTM"),
    ({("RNN", "sigmoid"): 0.97, ("LSTM", "identity"): 0.97}, "false", ""),
    ({("RNN", "tanh"): 0.8, ("LSTM", "tanh"): 0.8}, "false", ""),
    ({("LSTM", "identity"): 0.73}, "undecided", ""),
    ({("LSTM", "tanh"): 0.9}, "undecided", ""),
    ({("LSTM", "tanh"): 0.5, ("LSTM", "identity"): 0.98}, "holds if", PLAIN)])
def test_the_rule_of_c44(monkeypatch, study, change, verdict, condition):
    plant(monkeypatch, BOTH | change)
    outcome = trials.trials()["C44"].run()
    assert (outcome.verdict, outcome.condition) == (verdict, condition)


def test_c44_gives_the_sigmoid_its_best(monkeypatch, study):
    calls = plant(monkeypatch, BOTH)
    trials.trials()["C44"].run()
    by_kind = {(type(cell).__name__, cell.activation.name): (cell, settings)
               for cell, settings in calls}
    cell, settings = by_kind["RNN", "sigmoid"]
    assert cell.name == "sigmoid RNN, 4 Q" and settings["rate"] == memory.RATES[1]
    assert by_kind["LSTM", "tanh"][1] == by_kind["LSTM", "identity"][1]


def test_c44_draws_what_it_found(monkeypatch, study, capsys):
    plant(monkeypatch, BOTH)
    outcome = trials.trials()["C44"].run()
    assert "40 inputs, over 95 % with tanh, under 75 % with a sigmoid" in outcome.sentence
    outcome.draw()
    assert "tanh matters in 2 of 2 kinds" in capsys.readouterr().out


@pytest.mark.parametrize("gain, learned, matters", [
    ("more", "more", True), ("more", "less", False), ("equal", "more", False),
    ("more", "undecided", None), ("undecided", "more", None), ("less", "more", False)])
def test_whether_it_matters(gain, learned, matters):
    assert remembering.judged(gain, learned) is matters


# ---- clipping


class Lengths:
    class length:
        values = np.array([[[1.0, 50.0, np.nan]] * 10])


def plant_clipping(monkeypatch, scores, cosines=(1.0, 0.8), scatter=0.01):
    def planted(cell, seeds, clip_norm=None, clip_value=None, **_):
        key = ("vanishing" if cell.activation.name == "tanh" else
               "length" if clip_norm else "components" if clip_value else "plain")
        return np.clip(scores.get(key, 0.5) + scatter * NOISE, 0, 1), Lengths
    monkeypatch.setattr(remembering, "accuracy", planted)
    monkeypatch.setattr(remembering, "cosines", lambda seeds: {
        name: mean + 1e-4 * NOISE for name, mean in zip(remembering.CLIPPED, cosines, strict=True)})
    return trials.trials()["C50"].run()


RESCUED = {"length": 0.98, "components": 0.98}


@pytest.mark.parametrize("scores, cosines, verdict, words", [
    (RESCUED, (1, 0.8), "holds if", "the length of the whole gradient is capped"),
    (RESCUED, (1, 1), "holds", ""), (RESCUED, (0.8, 0.8), "false", ""), ({}, (1, 1), "false", ""),
    ({"length": 0.98}, (1, 1), "holds if", "the length of the whole gradient is capped"),
    ({"components": 0.98}, (1, 1), "holds if", "each component of the gradient is capped"),
    ({"length": 0.75, "components": 0.98}, (1, 1), "undecided", ""),
    (RESCUED, (0.99, 0.8), "undecided", ""), ({"plain": 0.9} | RESCUED, (1, 1), "false", "")])
def test_the_rule_of_c50(monkeypatch, scores, cosines, verdict, words):
    outcome = plant_clipping(monkeypatch, scores, cosines)
    assert (outcome.verdict, outcome.condition) == (verdict, words)
    largest = outcome.measured["log10 of the largest gradient, not clipped"]
    assert largest == pytest.approx(np.log10(50))


def test_c50_draws_what_it_found(monkeypatch, capsys):
    outcome = plant_clipping(monkeypatch, RESCUED)
    assert "under 75 % without clipping, over 95 % with the length capped" in outcome.sentence
    assert "is 1.00 and 0.80" in outcome.sentence
    outcome.draw()
    assert "Clipping rescues what explodes" in capsys.readouterr().out


def test_cosines_by_hand(monkeypatch):
    """The gradient (3, 4, 0.05) capped at 0.1 is (0.1, 0.1, 0.05)."""
    def planted(self, x, y):
        self.gradient[:] = 0
        self.gradient[:, :3] = 3, 4, 0.05
    monkeypatch.setattr(recurrent.Recurrent, "loss_and_gradient", planted)
    found = remembering.cosines([0, 1])
    g, c = np.array([3, 4, 0.05]), np.array([0.1, 0.1, 0.05])
    np.testing.assert_allclose(found["components"],
                               g @ c / np.linalg.norm(g) / np.linalg.norm(c), rtol=1e-6)
    np.testing.assert_allclose(found["length"], 1, rtol=1e-6)


def test_a_lost_network_counts_as_guessing(monkeypatch):
    def planted(task, cell, seeds, **settings):
        axes = {"cell": ["x"], "seed": seeds}
        return type("Run", (), {"score": Named(np.array([[np.nan, 0.9]]), axes),
                                "diverged": Named(np.array([[True, False]]), axes)})
    monkeypatch.setattr(remembering.recurrent, "train", planted)
    np.testing.assert_array_equal(remembering.accuracy(None, [0, 1])[0], [0.5, 0.9])


def test_accuracies_in_words():
    assert [remembering.told([one]) for one in (1, 0.965, 0.95, 0.83, 0.7, 0.69, 0.5)] == [
        "over 95 %", "over 95 %", "95 %", "85 %", "70 %", "under 75 %", "under 75 %"]
