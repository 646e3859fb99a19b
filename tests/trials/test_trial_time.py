"""Trials of time: flows against exact powers; every branch of the rules of C41, C42 and C43."""

import numpy as np
import pytest

from course_lib import initialisation, trials
from course_lib.evidence import memory
from course_lib.named import Named
from course_lib.recurrent import LSTM, RNN
from course_lib.trials.chapter_03 import through_time

NOISE = np.random.default_rng(0).normal(0, 1, 60)
BACK = np.linspace(0, 1, 101)


class Planted:
    """A flow whose power of ten after 100 steps is about `power`, with this scatter."""

    def __init__(self, power, count, scatter=0.1, cell=-1.0):
        self.last, self.cell = power + scatter * NOISE[:count], cell

    def powers(self):
        with np.errstate(invalid="ignore"):
            return self.last[:, None] * BACK

    def cell_powers(self):
        return np.outer(self.cell + 0 * self.last, BACK)


def plant(monkeypatch, powers, key, scatter=0.1):
    monkeypatch.setattr(through_time, "flow", lambda cell, seeds, sequences=0: Planted(
        powers.get(key(cell), 0.0), len(seeds), scatter))


@pytest.fixture(autouse=True)
def study(monkeypatch):
    """A stored study in which the first cell remembers ten times of ten, the second nine times."""
    right = np.array([10, 9, *[3] * (len(memory.CELLS) - 2)])
    values = np.where(np.arange(10) < right[:, None], 1.0, 0.5)[:, None, None]
    axes = {"cell": list(memory.CELLS), "length": memory.LENGTHS, "rate": memory.RATES,
            "network": list(range(10))}
    shape = tuple(len(labels) for labels in axes.values())
    named = Named(np.broadcast_to(values, shape).copy(), axes)
    monkeypatch.setattr(memory, "scores", lambda: named)
    return named


def test_the_study_is_read_at_each_cell_s_best_rate(study):
    study.values[2, 1] = np.where(np.arange(10) < np.array([[4], [8], [8], [7]]), 0.95, 0.949)
    cell, length = list(memory.CELLS)[2], memory.LENGTHS[1]
    assert memory.remember_at_best()[cell, length] == 8
    assert memory.best_rate(cell, length) == memory.RATES[1]
    study.values[2, 1, 0] = 1
    assert memory.best_rate(cell, length) == memory.RATES[0]
    study.values[2, 1] = 1
    assert memory.best_rate(cell, length) == memory.RATES[1]  # the middle of four, or below it
    assert memory.remember_at_best()[next(iter(memory.CELLS)), 50] == 10


# ---- what is measured


@pytest.mark.parametrize("rho", [0.9, 1.0])
def test_a_flow_through_rotations(rho):
    cell = RNN("identity", initialisation.scaled("orthogonal", rho))
    powers = through_time.flow(cell, [0, 1], 3).powers()
    np.testing.assert_allclose(powers, np.outer([1, 1], np.arange(101) * np.log10(rho)), atol=1e-9)


def test_flows_of_different_seeds_differ():
    powers = through_time.flow(LSTM(1), [0, 1], 3).powers()[:, -1]
    assert abs(powers[0] - powers[1]) > 1e-3
    assert through_time.flow(LSTM(1), [1], 3).powers()[0, -1] == pytest.approx(powers[1], 1e-9)


def test_powers_in_words():
    assert [through_time.told(one) for one in (-62.4, 0.3, -0.5, -5.5, 1.9, 0.0, -14.2)
            ] == ["4e-63", "2", "0.3", "3e-6", "80", "1", "6e-15"]


# ---- the rules


@pytest.mark.parametrize("powers, verdict", [
    ({"sigmoid": -60}, "holds"), ({"selu": 5}, "holds"), ({}, "false"),
    (dict.fromkeys(through_time.FUNCTIONS, -9), "false"),
    (dict.fromkeys(through_time.FUNCTIONS, 0) | {"tanh": -3}, "undecided"),
    ({"sigmoid": -60, "tanh": -3}, "holds"),
    (dict.fromkeys(through_time.FUNCTIONS, -9) | {"tanh": 3}, "undecided")])
def test_the_rule_of_c41(monkeypatch, powers, verdict):
    plant(monkeypatch, powers, lambda cell: cell.activation.name)
    outcome = trials.trials()["C41"].run()
    assert outcome.verdict == verdict
    if powers == {"sigmoid": -60}:
        assert "sigmoid 1e-60" in outcome.sentence and "tanh 1" in outcome.sentence


LOST = {(f, start): -14 for f in through_time.RELUS for start in ("orthogonal", "he", "lecun")}


@pytest.mark.parametrize("change, verdict, condition", [
    ({}, "holds if", "the recurrent weights start as the identity"),
    (dict.fromkeys(LOST, 0.5), "holds", ""), (dict.fromkeys(LOST, -0.5), "holds", ""),
    ({("relu", "he"): 0.5, ("leaky_relu", "he"): 0.5}, "holds if",
     "the recurrent weights start as the identity or Gaussian of variance 2/n"),
    ({("leaky_relu", "identity"): -5}, "false", ""), ({("relu", "identity"): 8}, "false", ""),
    ({("relu", "identity"): 1.0}, "undecided", ""),
    ({("relu", "he"): 1.0}, "holds if", "the recurrent weights start as the identity"),
    ({("relu", "identity"): -np.inf}, "false", "")])
def test_the_rule_of_c42(monkeypatch, change, verdict, condition):
    plant(monkeypatch, LOST | change, lambda cell: (cell.activation.name, cell.init))
    outcome = trials.trials()["C42"].run()
    assert (outcome.verdict, outcome.condition) == (verdict, condition)
    assert "remembered by 3 (the identity), 3 (a rotation)" in outcome.sentence


def test_c42_counts_what_explodes_here_and_vanishes_there(monkeypatch):
    plant(monkeypatch, {}, lambda cell: None, scatter=20)  # 0 on average, in no network near it
    assert trials.trials()["C42"].run().verdict == "false"


CLOSED = {-2: -60, 0: -20, 1: -8}


@pytest.mark.parametrize("change, verdict, condition", [
    ({}, "holds if", "a bias of 2 or 4"), (dict.fromkeys(CLOSED, -1), "holds", ""),
    ({2: -5, 4: 5}, "false", ""), ({2: -2}, "undecided", ""), ({4: 3}, "holds if", "bias of 2")])
def test_the_rule_of_c43(monkeypatch, change, verdict, condition):
    plant(monkeypatch, CLOSED | change, lambda cell: cell.forget)
    outcome = trials.trials()["C43"].run()
    assert outcome.verdict == verdict and outcome.condition.endswith(condition)
    assert "sigmoid(0)^100 = 8e-31" in outcome.sentence  # 2^-100
    assert "remembered by 3, 3, 3, 3, 3 of ten LSTMs" in outcome.sentence
    assert "by 10 of ten plain tanh" in outcome.sentence


def test_figures_say_what_was_found(monkeypatch, capsys):
    plant(monkeypatch, CLOSED, lambda cell: cell.forget)
    trials.trials()["C43"].run().draw()
    assert "2 of 5 forget biases keep the gradient" in capsys.readouterr().out
    plant(monkeypatch, LOST | {("relu", "he"): -np.inf},
          lambda cell: (cell.activation.name, cell.init))
    trials.trials()["C42"].run().draw()
    words = capsys.readouterr().out
    assert "From 1 of 4 starts" in words and "20 or 60 networks" in words
    plant(monkeypatch, {"relu": -15, "selu": 4}, lambda cell: cell.activation.name)
    trials.trials()["C41"].run().draw()
    assert "2 of 6 functions change the gradient 1000-fold" in capsys.readouterr().out
