"""C27 and C28: every branch of their rules, with planted times and steps; no clock is read."""

import numpy as np
import pytest

from course_lib import labs, trials
from course_lib.evidence import relu_or_tanh
from course_lib.labs import clock
from course_lib.trials.chapter_02 import speed


def run(id):
    return trials.trials()[id].run()


@pytest.mark.parametrize("number, step, verdict", [
    (3, 2, "holds"), (3, 1.1, "holds if"), (1.05, 1.1, "false"), (1.05, 2, "false"),
    (1.25, 1.1, "undecided"), (3, 1.5, "undecided")])
def test_the_branches_of_c27(monkeypatch, number, step, verdict):
    noise = np.exp(np.random.default_rng(0).normal(0, 0.02, 15))
    noise /= np.exp(np.log(noise).mean())
    monkeypatch.setattr(speed, "element_ratios", lambda: number * noise)
    monkeypatch.setattr(speed, "step_ratios", lambda: step * noise)
    assert run("C27").verdict == verdict


def test_ratios_compare_what_they_say(monkeypatch):
    """With a clock that counts calls, both sides take equally long."""
    monkeypatch.setattr(speed, "_seconds", lambda work, times: (work(), times)[1])
    np.testing.assert_array_equal(speed.element_ratios(3), 1)
    np.testing.assert_array_equal(speed.step_ratios(32, 3), 1)


@pytest.mark.parametrize("own, same, verdict", [
    ((2, 2), (2, 2), "holds"), ((0.8, 0.8), (1.5, 1.5), "holds if"),
    ((1, 0.8), (1.5, 1.5), "holds if"), ((2, 0.8), (1.5, 1.5), "false"),
    ((0.8, 0.8), (0.8, 1.5), "false"), ((0.8, 0.8), (1, 1.5), "undecided")])
def test_the_branches_of_c28(monkeypatch, own, same, verdict):
    noise = np.exp(np.random.default_rng(0).normal(0, 0.05, 10))
    noise /= np.exp(np.log(noise).mean())

    def planted(name, depth, rate, seeds):
        if name == "relu":
            return np.full(10, 50.0)
        return 50 * (same if rate == 0.1 else own)[(1, 4).index(depth)] * noise

    monkeypatch.setattr(relu_or_tanh, "tuned_rates", lambda: {
        (name, depth): 0.5 for name in ("relu", "tanh") for depth in (1, 4)})
    monkeypatch.setattr(relu_or_tanh, "steps", planted)
    assert run("C28").verdict == verdict


def test_a_loss_that_is_not_reached_decides_nothing(monkeypatch):
    monkeypatch.setattr(relu_or_tanh, "steps", lambda *_: np.full(10, np.inf))
    assert run("C28").verdict == "undecided"


def test_the_cost_lab_measures_when_asked(monkeypatch):
    monkeypatch.setattr(clock.speed, "element_ratios", lambda rounds: np.full(rounds, 2.0))
    monkeypatch.setattr(clock.speed, "step_ratios",
                        lambda width, rounds: np.full(rounds, 1 + 10 / width))
    lab = labs.Cost(widths=(20, 1000))
    assert "button" in lab.status.value and "times as long" not in lab.status.value
    lab.button.click()
    assert "2.0 times as long as ReLU per number" in lab.status.value
    assert "50 % longer with layers of 20 units" in lab.status.value
    assert "as long as with ReLU with layers of 1000 units" in lab.status.value
    assert not lab.button.disabled


def test_the_cost_lab_says_what_went_wrong(monkeypatch):
    def broken(rounds):
        raise OSError("no clock")

    monkeypatch.setattr(clock.speed, "element_ratios", broken)
    lab = labs.Cost()
    lab.button.click()
    assert "Not measured: OSError: no clock" in lab.status.value and not lab.button.disabled
