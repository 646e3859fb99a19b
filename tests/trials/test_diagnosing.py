"""C53: the monitor's numbers against mathematics, every branch of the rule, what the words say."""

import numpy as np
import pytest

from course_lib import initialisation, trials
from course_lib.trials.chapter_03 import diagnosing

SEEDS = list(range(10))
KINDS = [(f, size) for f in diagnosing.OWN for size in diagnosing.SIZES.values()]
TRUE = {1 / 8: (1e-3, 0.0, 0.1), 1: (0.3, 0.1, 0.9), 8: (9.0, 0.9, 0.2)}  # flow, stuck, score


def planted(monkeypatch, changes=(), count=10):
    """A run in which `changes` maps (function, size) to (flow, stuck, score) of `count` seeds."""
    def one_function(f, seeds):
        rows = []
        for size in diagnosing.SIZES.values():
            told = dict(changes).get((f, size), TRUE[size])
            rows += [(*(told if seed < count else TRUE[size]), size) for seed in range(10)]
        return tuple(np.array(rows).T)
    monkeypatch.setattr(diagnosing, "one_function", one_function)
    return trials.trials()["C53"].run()


HEALTHY_LOOK, ILL_LOOK = (0.3, 0.1), (1e-3, 0.0)


def both(size, told):
    return {(f, size): told for f in diagnosing.OWN}


@pytest.mark.parametrize("changes, count, verdict", [
    ({}, 10, "holds"),
    (both(1, (*ILL_LOOK, 0.9)), 10, "false"),                 # false alarms: 40 of 60 right
    (both(8, (*HEALTHY_LOOK, 0.1)), 10, "false"),             # illnesses overlooked
    (both(8, (*HEALTHY_LOOK, 0.1)), 2, "undecided"),          # 56 of 60 right
    (both(8, (*ILL_LOOK, 0.1)), 10, "holds if"),              # the wrong reason: 20 of 40 right
    (both(1 / 8, (1.0, 0.9, 0.1)), 10, "holds if"),           # the wrong reason again
    (both(8, (*ILL_LOOK, 0.1)), 2, "undecided"),              # 36 of 40
    ({kind: (0.3, 0.1, 0.9) for kind in KINDS}, 10, "undecided"),  # nobody fails: no reason
])
def test_the_rule(monkeypatch, changes, count, verdict):
    outcome = planted(monkeypatch, changes, count)
    assert outcome.verdict == verdict
    assert bool(outcome.condition) == (verdict == "holds if")


def test_what_is_said_of_the_gradient_alone(monkeypatch):
    words = planted(monkeypatch).sentence
    assert words.startswith("Of 60 networks 40 did not learn; the alarm before the first step was "
                            "right for 100 %, the reason it gave for 100 %")
    assert "Of the saturated ones 0 % lost the gradient" in words
    lost = {(f, 8): (1e-3, 0.9, 0.2) for f in diagnosing.OWN}
    outcome = planted(monkeypatch, lost)
    assert outcome.verdict == "holds" and "alone" not in outcome.sentence
    assert outcome.measured["share of saturated failures that lose the gradient"].mean == 1


@pytest.mark.parametrize("limit, at, just", [("LOST", (0.01, 0.1), (0.0099, 0.1)),
                                             ("STUCK", (0.3, 0.5), (0.3, 0.51))])
def test_the_limits_themselves_raise_no_alarm(monkeypatch, limit, at, just):
    quiet = planted(monkeypatch, both(1, (*at, 0.9)))
    loud = planted(monkeypatch, both(1, (*just, 0.9)))
    assert quiet.verdict == "holds" and loud.verdict == "false"


def test_half_right_is_no_learning(monkeypatch):
    """At 50 % it fails, so that its silence is a mistake of the alarm."""
    assert planted(monkeypatch, both(1, (*HEALTHY_LOOK, 0.5))).verdict == "false"
    assert planted(monkeypatch, both(1, (*HEALTHY_LOOK, 0.51))).verdict == "holds"


def test_it_draws_every_network(monkeypatch, capsys):
    planted(monkeypatch).draw()
    words = capsys.readouterr().out
    assert "will learn: 20 points" in words and "will not: 40 points" in words


def test_the_numbers_before_training(monkeypatch):
    """Identity from rotations carries all, from half of them half a layer; it learns."""
    monkeypatch.setitem(diagnosing.OWN, "identity", 1)
    monkeypatch.setattr(diagnosing, "EPOCHS", 1)
    monkeypatch.setattr(diagnosing, "SIZES", {"half": 0.5, "own": 1.0})
    monkeypatch.setattr(initialisation, "scaled", lambda scheme, gain, made=initialisation.scaled:
                        made("orthogonal", gain))
    flow, stuck, score, size = diagnosing.one_function("identity", [3, 4])
    np.testing.assert_allclose(flow, [0.5**3, 0.5**3, 1, 1], rtol=1e-4)
    np.testing.assert_array_equal(stuck, 0)
    np.testing.assert_array_equal(size, [0.5, 0.5, 1, 1])
    assert score.shape == (4,) and (score[2:] > 0.5).all()
