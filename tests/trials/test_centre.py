"""Centring: starts, steps and shares against mathematics; every branch of the rules of C19, C30."""

import numpy as np
import pytest

from course_lib import activations, data, networks, trials
from course_lib.evidence import centring
from course_lib.named import Named
from course_lib.trials.chapter_02 import centre

NOISE = np.random.default_rng(0).normal(0, 1, 10)
NOISE -= NOISE.mean()


def outputs_at_start(form, depth=3, seeds=(0, 1)):
    f, init = centring.FORMS[form]
    stack = networks.Stack([f] * len(seeds), (64, *[centring.WIDTH] * depth, 10), dtype=np.float64)
    stack.initialise([init] * len(seeds), seeds)
    return stack.predict(data.digits().x_train[:50])


@pytest.mark.parametrize("one, other", [("tanh", "tanh+1 from tanh's start"),
                                        ("tanh from tanh+1's start", "tanh+1")])
def test_a_column_starts_as_one_network(one, other):
    np.testing.assert_allclose(outputs_at_start(one), outputs_at_start(other), atol=1e-12)


def test_the_two_columns_start_apart():
    assert np.abs(outputs_at_start("tanh") - outputs_at_start("tanh+1")).max() > 0.1


def test_min_is_relu_turned_over():
    z, relu = np.linspace(-3, 3, 61), activations.get("relu")
    np.testing.assert_array_equal(centring.mirrored.f(z), -relu.f(-z))
    np.testing.assert_array_equal(centring.mirrored.df(z), relu.df(-z))


def planted_run(losses):
    """A run of 20 epochs of two steps whose epochs have these losses, one row a seed."""
    loss = np.repeat(np.array(losses, float), 2, axis=1)
    return type("Run", (), {"loss": Named(loss, {"seed": list(range(len(loss))),
                                                 "step": list(range(loss.shape[1]))})})


def test_steps_needed():
    third = [2.0, 1.0] + [0.05] * 18
    lost = [2.0, np.nan] + [np.nan] * 18
    huge = [2.0, 1e30, 0.5, 0.5] + [0.01] * 16
    never = [2.0] * 20
    steps = centring.steps_needed(planted_run([third, lost, huge, never]))
    np.testing.assert_array_equal(steps, [6, 41, 10, 41])


def planted_study(monkeypatch, steps, loss):
    shape = (len(centring.FORMS), len(centring.DEPTHS), len(centring.RATES), 10)
    axes = dict(zip("abcd", (list(range(size)) for size in shape), strict=True))
    arrays = {key: Named(np.broadcast_to(np.array(row, float)[:, None], shape).copy(), axes)
              for key, row in (("steps", steps), ("loss", loss))}
    monkeypatch.setattr(centring, "load", lambda name: arrays)
    return set(centring.fastest_rates().values())


@pytest.mark.parametrize("steps, loss, rate", [
    ([341, 341, 200, 120, 108, 100, 105, 110, 200, 341], [1] * 10, 0.3),  # within a tenth
    ([341, 341, 341, 330, 340.9, 341, 341, 341, 341, 341], [1] * 10, 0.2),  # 341 is not within it
    ([341] * 10, [2, 1.5, 1.2, 0.9, 1.1, 2, 2, 2, 2, 2], 0.2)])  # none: the lowest loss
def test_the_fastest_rate(monkeypatch, steps, loss, rate):
    assert planted_study(monkeypatch, steps, loss) == {rate}


def planted_steps(monkeypatch, ratios):
    """Steps of tanh about 100, of tanh+1 by these ratios more, at depths 1, 3 and 10."""
    monkeypatch.setattr(centring, "fastest_rates", lambda: dict.fromkeys(
        ((form, depth) for form in centring.FORMS for depth in centring.DEPTHS), 0.1))
    monkeypatch.setattr(centring, "train_form", lambda form, depth, rate, seeds: (
        (100 + np.resize(NOISE, len(seeds))) * (ratios[depth] if form == "tanh+1" else 1)
        + np.resize(NOISE[::-1], len(seeds))))
    monkeypatch.setattr(centring, "steps_needed", lambda run: np.minimum(run, 341))
    return trials.trials()["C19"].run()


@pytest.mark.parametrize("ratios, verdict, condition", [
    ((1.3, 1.6, 9), "holds", ""), ((1, 1.05, 2), "holds if", "10 hidden layers"),
    ((1.5, 1, 2), "holds if", "1 hidden layer or 10 hidden layers"), ((1, 1, 1), "false", ""),
    ((0.5, 0.5, 0.5), "false", ""), ((1.1, 2, 2), "undecided", "")])
def test_the_rule_of_c19(monkeypatch, ratios, verdict, condition):
    outcome = planted_steps(monkeypatch, dict(zip(centring.DEPTHS, ratios, strict=True)))
    assert outcome.verdict == verdict and outcome.condition.endswith(condition)
    assert ("over 340 with 10" in outcome.sentence) == (ratios[2] == 9)
    assert outcome.measured["steps, tanh, depth 1"].n == 20


def test_c19_draws_what_it_found(monkeypatch, capsys):
    """Nine times the steps of tanh would be 800 per cent more; 341 of about 100 are all we see."""
    planted_steps(monkeypatch, dict(zip(centring.DEPTHS, (1.5, 2, 9), strict=True))).draw()
    words = capsys.readouterr().out
    assert "At 3 of 3 depths" in words and "1 hidden layer 50 (50 to 50)" in words
    assert "3 hidden layers 100 (" in words and "10 hidden layers (at least) 250 (" in words


def test_per_cent_of_a_logarithm():
    from course_lib.statistics import Estimate
    one = centre.per_cent(Estimate(np.log(1.5), 0.1, np.log(1.2), np.log(2), 10))
    assert (one.mean, one.low, one.high) == pytest.approx((50, 20, 100))
    assert one.se == pytest.approx(15)  # d(100 e^x) = 100 e^x dx


@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_a_share_of_rotations(monkeypatch, gain):
    """Through nine rotations, scaled, a gradient keeps its length times the ninth power."""
    from course_lib import initialisation
    monkeypatch.setitem(centring.FORMS, "rotation", (
        activations.get("identity"), initialisation.scaled("orthogonal", gain)))
    share = centre.share_carried("rotation", 10, [0, 1])
    np.testing.assert_allclose(share, gain**9, rtol=1e-5)


def test_mirror_images_have_one_loss():
    plain, turned = centre.mirror_images([0, 1], epochs=2)
    assert plain.shape == (2, 34) and plain[:, -1].max() < plain[:, 0].min()
    np.testing.assert_allclose(turned, plain, rtol=1e-6)


def planted_shares(monkeypatch, shares):
    monkeypatch.setattr(centre, "share_carried",
                        lambda form, depth, seeds: shares.get(form, 1) * np.exp(0.1 * NOISE))
    monkeypatch.setattr(centre, "mirror_images", lambda seeds: (np.ones((10, 4)), np.ones((10, 4))))
    return trials.trials()["C30"].run()


LOST = {"tanh": 1e-3, "min(0, z)": 1e-4}


@pytest.mark.parametrize("shares, verdict, words", [
    (LOST, "holds", ""), (LOST | {"sigmoid": 1e-6}, "holds if", "needed, not enough"),
    ({}, "holds if", "enough, not needed"), ({"tanh": 1e-3}, "holds if", "enough, not needed"),
    ({"sigmoid": 1e-6}, "false", ""), ({"sigmoid": 1e-6, "tanh": 0.1}, "false", ""),
    ({"sigmoid": 0.1}, "undecided", ""), ({"tanh": 0.1, "min(0, z)": 0.01}, "undecided", "")])
def test_the_rule_of_c30(monkeypatch, shares, verdict, words):
    outcome = planted_shares(monkeypatch, shares)
    assert outcome.verdict == verdict and words in outcome.condition
    assert "at most 1e-6" in outcome.sentence


def test_c30_draws_what_it_found(monkeypatch, capsys):
    planted_shares(monkeypatch, {"sigmoid": 1e-6}).draw()
    words = capsys.readouterr().out
    assert words.index("relu 0.0") < words.index("sigmoid -6.0")


def test_mirrored_losses_that_part_are_told(monkeypatch):
    planted_shares(monkeypatch, {})
    ones = np.ones((10, 4))
    monkeypatch.setattr(centre, "mirror_images", lambda seeds: (ones, 0 * ones))
    assert "more than 1e-6" in trials.trials()["C30"].run().sentence
