"""C64 and C65: every branch of their rules, with planted steps and planted tables."""

import numpy as np
import pytest

from course_lib import trials
from course_lib.evidence import hidden_layers
from course_lib.trials.chapter_04 import convergence

NOISE = np.exp(np.random.default_rng(0).normal(0, 0.05, 10))
NOISE /= np.exp(np.log(NOISE).mean())


def planted(monkeypatch, ratios):
    """Steps of tanh about 30, of sigmoid so many times as many, at depths 2, 4 and 6."""
    names = [(name, depth) for name in ("tanh", "sigmoid") for depth in convergence.DEPTHS]
    monkeypatch.setattr(hidden_layers, "fastest_rates", lambda: dict.fromkeys(names, 0.01))
    monkeypatch.setattr(hidden_layers, "train", lambda name, depth, rate, seeds, epochs: (
        30 * (NOISE * ratios[depth] if name == "sigmoid" else np.ones(10))))
    monkeypatch.setattr(hidden_layers, "steps_needed", lambda run: np.minimum(run, 341))
    return trials.trials()["C64"].run()


@pytest.mark.parametrize("ratios, verdict", [
    ((1, 1.5, 1.8), "false"), ((1.5, 3, 99), "holds"), ((1, 1, 3), "holds"), ((3, 1, 1), "holds"),
    ((1, 1, 2), "undecided"), ((0.5, 0.5, 0.5), "false")])
def test_the_rule_of_c64(monkeypatch, ratios, verdict):
    outcome = planted(monkeypatch, dict(zip(convergence.DEPTHS, ratios, strict=True)))
    assert outcome.verdict == verdict


def test_c64_tells_and_draws_what_it_found(monkeypatch, capsys):
    outcome = planted(monkeypatch, {2: 1.5, 4: 4, 6: 99})
    said = outcome.sentence
    assert "with 2 layers no (of tanh's networks all within 68 steps, of sigmoid's all wit" in said
    assert "with 4 layers yes (of tanh's networks all within 68 steps, of sigmoid's not al" in said
    assert "with 6 layers yes (of tanh's networks all within 68 steps, of sigmoid's none w" in said
    assert outcome.measured["steps, sigmoid, depth 6"].mean == 137
    outcome.draw()
    assert "sigmoid, 6 layers 140 (140 to 140)" in capsys.readouterr().out


@pytest.mark.parametrize("changed, verdict", [
    ({}, "holds if"), ({"ReLU": 60}, "holds"), ({"ReLU": 41}, "false"), ({"tanh": 46}, "false"),
    ({"ReLU": 50.0}, "holds if")])
def test_the_rule_of_c65(monkeypatch, changed, verdict):
    monkeypatch.setattr(convergence, "PLAIN", convergence.PLAIN | changed)
    outcome = trials.trials()["C65"].run()
    assert outcome.verdict == verdict and trials.trials()["C65"].kind == "cited"
    assert f"ReLU {changed.get('ReLU', 47.1)} %" in outcome.sentence
