"""Smoothness: slopes and jumps against mathematics; every branch of C61 and C62."""

from math import erf, exp, pi, sqrt

import numpy as np
import pytest

from course_lib import activations, trials
from course_lib.activations import Activation
from course_lib.evidence import label_noise
from course_lib.trials.chapter_04 import noise, smoothness

WOBBLE = np.random.default_rng(0).normal(0, 1, 10)
WOBBLE -= WOBBLE.mean()


@pytest.mark.parametrize("name, expected", [
    ("relu", 1 / 2), ("leaky_relu", (1 + 1e-4) / 2), ("hard_tanh", erf(1 / sqrt(2))),
    ("hard_sigmoid", erf(3 / sqrt(2)) / 36), ("identity", 1.0),
    ("gelu", 1 / 3 + 1 / (2 * pi * sqrt(3)) * (1 + 1 / 3))])
def test_squared_slope(name, expected):
    """GELU: of E (Phi + z phi)^2 the terms are 1/3, E phi^2 (by parts) and E z^2 phi^2."""
    assert smoothness.squared_slope(name) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_rotations_carry_everything(monkeypatch, gain):
    from course_lib import initialisation
    monkeypatch.setattr(label_noise, "init", lambda task, name: initialisation.scaled(
        "orthogonal", gain))
    np.testing.assert_allclose(smoothness.carried("identity", [0, 1]), gain**9, rtol=1e-4)


def test_a_residual_connection_adds_one_to_the_factor(monkeypatch):
    """Layers of weight zero behind the first: all that comes down comes past them, unchanged."""
    from course_lib import initialisation

    def silent(fan_in, fan_out, rng):
        W, b = initialisation.orthogonal(fan_in, fan_out, rng)
        return (1e-6 * W if fan_in == fan_out == smoothness.WIDTH else W), b

    monkeypatch.setattr(label_noise, "init", lambda task, name: silent)
    np.testing.assert_allclose(smoothness.carried("identity", [0], residual=True), 1, rtol=1e-3)
    assert smoothness.carried("identity", [0]) < 1e-10


@pytest.mark.parametrize("name, share", [("binary_step", 1), ("identity", 0), ("relu", 1)])
def test_stuck_units(name, share):
    """Where the slope is zero nothing moves; where it is one every unit does."""
    np.testing.assert_array_equal(smoothness.stuck(name, [0, 1]), share)


@pytest.mark.parametrize("smooth, kinked, expected", [
    (["less"], ["more"], True), (["less", "more"], ["more"], False), (["less"], ["equal"], False),
    (["undecided"], ["more"], None), (["undecided"], ["less"], False)])
def test_opposed(smooth, kinked, expected):
    assert smoothness.opposed(smooth, kinked) is expected


def planted(monkeypatch, carried, stuck, saved=0.0):
    """C61 with these shares for smooth and for kinked functions; `own` values win."""
    def value(pair):
        return lambda name, seeds: (pair.get(name) or pair[
            "smooth" if name in smoothness.SMOOTH else "kinked"]) * np.exp(0.02 * WOBBLE)
    monkeypatch.setattr(smoothness, "carried", value(carried))
    monkeypatch.setattr(smoothness, "stuck", value(stuck))
    monkeypatch.setattr(noise, "steps", lambda seeds: {
        name: 20 * np.exp(saved * (name in noise.PAIRS) + 0.01 * np.roll(WOBBLE, k))
        for k, name in enumerate(noise.functions())})
    return trials.trials()["C61"].run()


AS_SAID = {"smooth": 0.01, "kinked": 0.9}
NOT_SO = AS_SAID | {"gelu": 0.9}


@pytest.mark.parametrize("carried, stuck, saved, verdict, condition", [
    (AS_SAID, AS_SAID, 0.5, "holds", ""), (NOT_SO, NOT_SO, 0, "false", ""),
    (AS_SAID, NOT_SO, 0, "holds if", "gradients"), (NOT_SO, AS_SAID, 0, "holds if", "stuck units"),
    (NOT_SO, NOT_SO, 0.5, "holds if", "speed"),
    (AS_SAID, AS_SAID, 0, "holds if", "gradients and stuck units"),
    (AS_SAID | {"relu": 0.01}, NOT_SO, 0, "false", ""),
    (AS_SAID | {"tanh": 0.1}, NOT_SO, 0, "undecided", "")])
def test_the_rule_of_c61(monkeypatch, carried, stuck, saved, verdict, condition):
    outcome = planted(monkeypatch, carried, stuck, saved)
    assert outcome.verdict == verdict and outcome.condition.endswith(condition)


def test_what_c61_tells_and_draws(monkeypatch, capsys):
    outcome = planted(monkeypatch, NOT_SO | {"relu": 0.001}, AS_SAID | {"leaky_relu": 0.01})
    assert "Smooth and carried: gelu; kinked and lost: relu." in outcome.sentence
    assert "Smooth and stuck: none; kinked and not: leaky_relu." in outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert "relu -3 (" in words and "leaky_relu 0 (" in words and "hard_tanh 1 (" in words


def sech2(z):
    return 1 / np.cosh(z) ** 2


@pytest.mark.parametrize("name, place, slopes, curvatures", [
    ("elu", 0.0, (1, 1), (1, 0)), ("relu", 0.0, (0, 1), (0, 0)),
    ("selu", 0.0, (1.7580993408473766, 1.0507009873554805), (1.7580993408473766, 0)),
    ("squared_relu", 0.0, (0, 0), (0, 2)), ("softsign", 0.0, (1, 1), (2, -2)),
    ("hard_silu", 3.0, (1.5, 1), (1 / 3, 0)), ("hard_silu", -3.0, (0, -0.5), (0, 1 / 3)),
    ("tanh", 1.0, (sech2(1), sech2(1)), (-2 * np.tanh(1) * sech2(1),) * 2)])
def test_slopes_and_curvatures_beside_a_place(name, place, slopes, curvatures):
    found = smoothness.sides(activations.get(name), place)
    np.testing.assert_allclose(found[0], slopes, atol=1e-6)
    np.testing.assert_allclose(found[1], curvatures, atol=1e-3)


KIND = {"C^inf": {"smooth", "both"}, "C^2": {"smooth"}, "C^1": {"curvature jumps"},
        "C^0": {"straight pieces", "curved, with a kink"}, "discontinuous": {"straight pieces"}}


@pytest.mark.parametrize("name", [name for name in activations.names()
                                  if activations.get(name).kind == "elementwise"])
def test_kinds_agree_with_the_catalogue(name):
    """The catalogue's degrees were written down from the formulas, not measured."""
    f = activations.get(name)
    assert smoothness.smoothness(f) in KIND[f.smooth]


def planted_catalogue(monkeypatch, odd, straight):
    bend = Activation("bend", lambda z: np.where(z > 0, z * z, 0.0),
                      lambda z: np.where(z > 0, 2 * z, 0.0), kinks=(0.0,))
    functions = {f"odd{k}": bend for k in range(odd)}
    functions |= {f"line{k}": activations.get("relu") for k in range(straight)}
    real = activations.get
    monkeypatch.setattr(activations, "names", lambda: list(functions))
    monkeypatch.setattr(activations, "get", lambda name: functions.get(name) or real(name))
    return trials.trials()["C62"].run()


@pytest.mark.parametrize("odd, straight, verdict", [
    (0, 3, "holds"), (1, 3, "holds if"), (2, 2, "holds if"), (3, 2, "false")])
def test_the_rule_of_c62(monkeypatch, odd, straight, verdict):
    outcome = planted_catalogue(monkeypatch, odd, straight)
    assert outcome.verdict == verdict
    assert (f"none of {odd} exceptions" in outcome.condition) == (verdict == "holds if")


def test_c62_of_the_catalogue():
    outcome = trials.trials()["C62"].run()
    assert outcome.verdict == "holds if"
    assert "SELU has the slopes 1.7581 and 1.0507, curvatures 1.76 and 0.00" in outcome.sentence
    assert exp(0) == pytest.approx(outcome.measured["elu, slope at 0, left"], abs=1e-6)
