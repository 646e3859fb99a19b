"""C29, C31, C32, C33: figures against mathematics, and every branch of their rules."""

import numpy as np
import pytest

from course_lib import activations, trials
from course_lib.trials.chapter_02 import relu as room


def run(id):
    return trials.trials()[id].run()


class Planted:
    """A `Run` whose networks answer as they are told to."""

    def __init__(self, answer=None, score=None):
        self.answer = answer
        self.test_score = type("Score", (), {"values": score})

    def network(self, seed):
        return type("One", (), {"predict": lambda _, x: self.answer(x, seed)[None]})()


@pytest.mark.parametrize("error, verdict", [
    (0.01, "false"), (0.2, "holds if"), (0.05, "undecided")])
def test_the_branches_of_c29(monkeypatch, error, verdict):
    monkeypatch.setattr(room.training, "train", lambda *_, seeds, **__: Planted(
        lambda x, seed: x + error * (1 + 0.1 * (-1) ** seed)))
    assert run("C29").verdict == verdict
    monkeypatch.setattr(room, "relu", activations.get("softplus"))
    assert run("C29").verdict == "holds"


def test_flat_shares_are_those_of_the_normal_distribution():
    """A first layer of He's weights on standardised digits: half of its sums are negative."""
    shares = room.flat_shares([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ("relu", "identity", "binary_step"))
    assert shares["relu"].mean() == pytest.approx(50, abs=4)
    assert (shares["identity"] == 0).all()


@pytest.mark.parametrize("share, verdict", [
    (1, "holds"), (15, "holds if"), (50, "false"), (5, "undecided"), (25, "undecided")])
def test_the_branches_of_c31(monkeypatch, share, verdict):
    noise = np.random.default_rng(0).normal(0, 0.3, 10)
    monkeypatch.setattr(room, "flat_shares", lambda seeds: dict.fromkeys(
        ("relu", "sigmoid", "tanh"), share + noise - noise.mean()))
    assert run("C31").verdict == verdict


@pytest.mark.parametrize("plain, asked, cost, verdict", [
    ((70, 70), (90, 90), 0, "holds"), ((30, 30), (90, 90), 0, "holds if"),
    ((30, 70), (90, 90), 0, "holds if"), ((30, 30), (90, 50), 0, "false"),
    ((30, 30), (90, 90), 8, "false"), ((60, 60), (90, 90), 0, "undecided"),
    ((30, 30), (90, 90), 3, "undecided")])
def test_the_branches_of_c32(monkeypatch, plain, asked, cost, verdict):
    noise = np.random.default_rng(1).normal(0, 0.5, 10)
    noise -= noise.mean()
    class Fresh:
        def __init__(self, *_): ...
        def initialise(self, *_): ...

        def forward(self, x):
            half = np.tile(np.arange(10) < 5, (10, 1, 1)) * 1.0
            return None, type("S", (), {"layers": [type("L", (), {"a": half})] * 2})

    monkeypatch.setattr(room.networks, "Stack", Fresh)
    monkeypatch.setattr(room.training, "train", lambda *_, activity, **__: Planted(
        score=0.9 - (activity > 0) * (cost + noise) / 100))
    shares = iter(np.array([each] * 10) + noise[:, None] for each in (plain, asked))
    monkeypatch.setattr(room, "zero_shares", lambda *_: next(shares))
    assert run("C32").verdict == verdict


def test_figures_of_c33():
    """ReLU of a standard normal: variance 1/2 - 1/(2 pi), covariance with its input 1/2."""
    found = run("C33").measured
    exact = 1 - 0.25 / (0.5 - 1 / (2 * np.pi))
    assert found["not explained by a line, relu"] == pytest.approx(exact, abs=1e-4)
    assert found["slope varies on one side, relu"] == 0
    assert found["slope varies on one side, tanh"] == pytest.approx(np.tanh(1) ** 2, abs=1e-5)


@pytest.mark.parametrize("stands_for_relu, verdict", [("identity", "false"), ("sine", "holds")])
def test_c33_could_come_out_otherwise(monkeypatch, stands_for_relu, verdict):
    """The most non-linear of the three by both measures, or by neither."""
    real = activations.get
    monkeypatch.setattr(room.activations, "get", lambda name: real(
        stands_for_relu, **({"omega0": 4} if stands_for_relu == "sine" else {}))
        if name == "relu" else real(name))
    assert run("C33").verdict == verdict
