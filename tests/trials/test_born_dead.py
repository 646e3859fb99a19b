"""R04: born dead networks against exact small cases, symmetry, and every branch of the rule."""

import numpy as np
import pytest

from course_lib.trials import papers
from course_lib.trials.papers import born_dead

R04 = papers.replications()["R04"]


@pytest.mark.parametrize("width, layers, share", [
    (1, 2, 1 / 2), (1, 3, 3 / 4), (2, 2, 1 / 4), (3, 3, 1 - (7 / 8) ** 2), (4, 10, 0.4406),
    (3, 10, 0.6993), (6, 20, 0.2586)])  # the last three as the paper's formula gives them
def test_the_formula(width, layers, share):
    assert born_dead.probability(width, layers) == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize("draw", [born_dead.normal, born_dead.uniform])
def test_one_unit_one_hidden_layer(draw):
    """relu(w x) is 0 for one sign of x: half of the networks are silent at 1, the others at -1."""
    quiet = born_dead.silent(1, 2, (1.0, -1.0), 5, draw, count=4000)
    assert quiet.shape == (1, 4000, 2)
    assert (quiet.sum(-1) == 1).all() and abs(quiet[..., 0].mean() - 0.5) < 0.03


def test_one_unit_two_hidden_layers_on_an_interval():
    """The living side of the first layer dies in the second with probability one half."""
    quiet = born_dead.silent(1, 3, (1.0, -1.0), 6, count=4000)
    assert abs(quiet.all(-1)[1].mean() - 0.5) < 0.03
    assert abs(quiet[1, :, 0].mean() - 0.75) < 0.03


def test_silence_stays_and_follows_the_ray():
    inputs = (1.0, 0.3, 1e-3, -1.0, -0.2)
    quiet = born_dead.silent(2, 6, inputs, 7, count=500)
    assert (quiet[:-1] <= quiet[1:]).all()  # what is silent once is silent above
    assert (quiet[..., 0] == quiet[..., 1]).all() and (quiet[..., 0] == quiet[..., 2]).all()
    assert (quiet[..., 3] == quiet[..., 4]).all() and (quiet[..., 0] != quiet[..., 3]).any()


def test_the_size_of_weights_changes_no_sign():
    small = born_dead.silent(3, 8, (1.0,), 8, count=500)
    large = born_dead.silent(3, 8, (1.0,), 8, count=500,
                             draw=lambda shape, rng: 4 * born_dead.normal(shape, rng))
    np.testing.assert_array_equal(small, large)


@pytest.mark.parametrize("draw, variance", [(born_dead.normal, 2 / 8),
                                            (born_dead.uniform, 1 / (3 * 8))])
def test_the_weights_variance(draw, variance):
    W = draw((2000, 8, 8), np.random.default_rng(0))
    assert W.shape == (2000, 8, 8) and W.var() == pytest.approx(variance, rel=0.02)


def test_the_seed_decides():
    one, other = (born_dead.silent(3, 5, (1.0,), seed, count=300) for seed in (1, 2))
    np.testing.assert_array_equal(one, born_dead.silent(3, 5, (1.0,), 1, count=300))
    assert (one != other).any()


def test_the_paper_is_replicated():
    replica = R04.run()
    assert replica.agrees and R04.chapter == "chapter_03" and replica.seeds == 10
    for name, target in replica.target.items():
        if "one input" in name:
            assert replica.measured[name] == pytest.approx(target, abs=0.015)
        else:
            assert replica.measured[name] < target
    assert replica.measured["N = 4, L = 10, [-1, 1], at most"] == pytest.approx(0.28, abs=0.03)


def planted(monkeypatch, off=0.0, together=False):
    """Exact shares, spread evenly over networks; off: how far the last layer's is from the formula;
    together: both ends of the interval are silent in the same networks."""
    def silent(width, layers, inputs, seed, **_):
        share = born_dead.probability(width, np.arange(2, layers + 1))
        share[-1] += off
        one = np.arange(1000) < 1000 * share[:, None] + (seed % 3)
        return np.stack([one, one if together else one[:, ::-1]], -1)
    monkeypatch.setattr(born_dead, "silent", silent)
    return R04.run()


@pytest.mark.parametrize("off, together, agrees", [
    (0, False, True), (0.01, False, True), (0.02, False, False), (-0.02, False, False),
    (0, True, False)])
def test_every_branch_of_the_rule(monkeypatch, off, together, agrees):
    assert planted(monkeypatch, off, together).agrees is agrees


def test_what_is_told_and_drawn(monkeypatch, capsys):
    replica = planted(monkeypatch)
    assert "10,000 networks" in replica.sentence and "each below: True" in replica.sentence
    assert "each below: False" in planted(monkeypatch, together=True).sentence
    replica.draw()
    words = capsys.readouterr().out
    assert "N = 2 goes from 0.25 (lowest) at 2" in words and "N = 6" in words
