"""Batch norm's growing gradients and shattered gradients: mathematics, and every branch."""

import numpy as np
import pytest

from course_lib import initialisation, networks
from course_lib.trials import papers
from course_lib.trials.papers import normalisation, shattered

SPREAD = np.linspace(-1, 1, 10)
SPREAD = SPREAD / (SPREAD.std(ddof=1) / np.sqrt(10))  # of ten seeds, with a standard error of 1


def replica(id):
    return papers.replications()[id].run()


@pytest.mark.parametrize("id", ["R14", "R19"])
def test_they_agree_and_belong_to_the_chapter(id):
    found = replica(id)
    assert found.agrees and found.seeds == 10 and set(found.target) <= set(found.measured)
    assert papers.replications()[id].chapter == "chapter_03"


# ---- R14

def test_growth_does_not_hang_on_the_weights_size(monkeypatch):
    """Batch norm divides by what the weights multiply with, forward and back."""
    real = networks.Stack.initialise
    plain = normalisation.growth([3])
    monkeypatch.setattr(networks.Stack, "initialise", lambda stack, schemes, seeds: real(
        stack, [initialisation.scaled(scheme, 4) for scheme in schemes], seeds))
    np.testing.assert_allclose(normalisation.growth([3]), plain, rtol=0.02)  # epsilon's share


def test_without_norm_hes_weights_neither_grow_nor_shrink(monkeypatch):
    real = networks.Stack

    def bare(*arguments, norm=None, **more):
        return real(*arguments, **more)

    monkeypatch.setattr(normalisation.networks, "Stack", bare)
    grown = normalisation.growth(range(5))[:, 0]
    assert np.exp(np.log(grown).mean()) == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("factor, agrees", [(1, True), (1.02, True), (1.05, False), (0.95, False),
                                            (1.035, False)])
def test_the_tolerance_of_r14(monkeypatch, factor, agrees):
    """A standard error of half a per cent: 3.5 % off is too near to 4."""
    grown = factor * np.pi / (np.pi - 1) * (1 + 0.005 * SPREAD)
    monkeypatch.setattr(normalisation, "growth", lambda seeds: np.broadcast_to(
        grown[:, None, None], (10, 3, 4)))
    found = replica("R14")
    assert found.agrees == agrees
    assert found.measured["batch of 256"].mean == pytest.approx(factor * 1.46694220692426)
    assert f"{factor * 1.46694220692426:.2f} in batches of 256" in found.sentence


# ---- R19

@pytest.mark.parametrize("kind", shattered.KINDS)
def test_slopes_are_those_of_the_outputs(monkeypatch, kind):
    """On a fine grid the outputs' differences are the slopes, away from the kinks."""
    monkeypatch.setattr(shattered, "X", np.linspace(-1, 1, 4001, dtype=np.float32))
    monkeypatch.setattr(shattered, "NETWORKS", 1)
    monkeypatch.setattr(shattered, "DEPTHS", (1, 4))
    for h, slope in shattered.along((11,), kind).values():
        off = np.abs(np.gradient(h[0], shattered.X, axis=0) - slope[0]) / np.abs(slope[0]).max()
        assert np.median(off) < 1e-2 and (off > 0.05).mean() < 0.1
    shattered.along.cache_clear()  # its line is not the usual one


def test_batch_norm_centres_and_scales_over_the_line():
    """relu of numbers of mean 0 and variance 1: its mean square is at most 1, its values not 0."""
    h, _ = shattered.along((12,), "batch norm")[4]
    assert 0.3 < np.square(h).mean() < 0.7  # half of the variance lies above zero


def test_plain_likeness_is_that_of_cho_and_sauls_kernel():
    """Slopes' products are the mixed derivative of the outputs' (Cho & Saul 2009, eq. 6)."""
    def kernel(x, y, layers):
        own, other, both = 1 + x * x, 1 + y * y, 1 + x * y
        for _ in range(layers):  # He's weights: own and other stay
            angle = np.arccos(np.clip(both / np.sqrt(own * other), -1, 1))
            both = np.sqrt(own * other) * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        return both

    def slopes(x, y, layers, h=1e-3):
        return (kernel(x + h, y + h, layers) - kernel(x + h, y - h, layers)
                - kernel(x - h, y + h, layers) + kernel(x - h, y - h, layers)) / (4 * h * h)

    x = np.linspace(-2, 2, shattered.POINTS)
    found = shattered.slopes(tuple(range(200, 210)))
    for layers, tolerance in ((1, 0.02), (4, 0.04), (16, 0.08)):
        a, b = x[:-40], x[40:]
        expected = slopes(a, b, layers) / np.sqrt(slopes(a, a, layers) * slopes(b, b, layers))
        likeness = shattered.likeness(found[layers], 40).mean()
        assert likeness == pytest.approx(expected.mean(), abs=tolerance)


def test_a_random_sums_gradient_has_this_likeness():
    """The cosine of slopes is the correlation over random sums: here over a thousand."""
    slope = shattered.slopes((1,))[4][0].astype(float)
    sums = np.stack([shattered.gradient(slope, seed) for seed in range(1000)])
    left, right = sums[:, 20], sums[:, 30]
    cosine = slope[20] @ slope[30] / np.linalg.norm(slope[20]) / np.linalg.norm(slope[30])
    found = (left * right).mean() / np.sqrt(np.square(left).mean() * np.square(right).mean())
    assert found == pytest.approx(cosine, abs=0.1)


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="one of plain, batch norm, batch norm and skips"):
        shattered.along((0,), "skips")


LIKELY = {"plain": (0.96, 0.8, 0.6, 0.4), "batch norm": (0.96, 0.4, 0, 0),
          "batch norm and skips": (0.96, 0.7, 0.4, 0.3)}


@pytest.mark.parametrize("change, agrees", [
    ({}, True), ({"plain": (0.96, 0.97, 0.6, 0.4)}, False),
    ({"plain": (0.96, 0.8, 0.8, 0.4)}, False), ({"plain": (0.96, 0.8, 0.6, 0.59)}, False),
    ({"batch norm": (0.96, 0.4, 0.4, 0.4)}, False),
    ({"batch norm and skips": (0.96, 0.4, 0, 0)}, False)])
def test_the_tolerance_of_r19(monkeypatch, capsys, change, agrees):
    """Differences have a standard error of 0.01: the one of 0.01 cannot be told from none."""
    noise = 0.01 * SPREAD
    planted = {kind: {depth: value + noise * (-1) ** place for place, (depth, value) in enumerate(
        zip(shattered.DEPTHS, values, strict=True))} for kind, values in (LIKELY | change).items()}
    planted["batch norm"][32] = planted["batch norm"][32] + 2 * noise
    monkeypatch.setattr(shattered, "slopes", lambda seeds, kind="plain": planted[kind])
    monkeypatch.setattr(shattered, "likeness", lambda one, lag: one)
    found = replica("R19")
    assert found.agrees == agrees
    found.draw()
    assert "batch norm and skips goes from 0.95" in capsys.readouterr().out
