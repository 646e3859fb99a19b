"""Saturation and time: networks watched from inside, products of slopes; the rules of C34, C35."""

import numpy as np
import pytest

from course_lib import activations, data, trials
from course_lib.trials.chapter_02 import saturation
from course_lib.trials.chapter_02.saturation import Watch

NOISE = np.random.default_rng(0).normal(0, 1, 10)


def zeros(fan_in, fan_out, rng):
    return np.zeros((fan_in, fan_out)), np.zeros(fan_out)


def test_customary_weights():
    W, b = saturation.customary(100, 5000, np.random.default_rng(0))
    assert not b.any() and np.abs(W).max() <= 0.1
    assert W.var() == pytest.approx(1 / 300, rel=0.02)  # a uniform's variance: (1/sqrt n)^2 / 3


def test_watching_zero_weights():
    """All sums are 0: sigmoid gives 1/2, slope 1/4; ten equal probabilities cost ln 10."""
    seen = saturation.watch("sigmoid", 2, [0, 1, 2], steps=3, rate=0.0, init=zeros)
    assert seen.mean.shape == seen.slope.shape == seen.spread.shape == (3, 3, 2)
    np.testing.assert_allclose(seen.mean, 0.5, rtol=1e-6)
    np.testing.assert_allclose(seen.slope, 0.25, rtol=1e-6)
    np.testing.assert_allclose(seen.spread, 0, atol=1e-6)
    np.testing.assert_allclose(seen.loss, np.log(10), rtol=1e-6)


def test_watching_follows_gradient_descent():
    """Three steps of one hidden layer, written out."""
    seen = saturation.watch("tanh", 1, [5], steps=3, rate=0.5)
    digits, draw = data.digits(), np.random.default_rng([5, 0, 2])
    W, b = saturation.customary(64, 32, np.random.default_rng([5, 1]))
    V, c = saturation.customary(32, 10, np.random.default_rng([5, 2]))
    for step in range(3):
        rows = draw.integers(0, len(digits.x_train), 64)
        x, y = digits.x_train[rows].astype(float), np.eye(10)[digits.y_train[rows]]
        h = np.tanh(x @ W + b)
        p = np.exp(h @ V + c)
        p /= p.sum(1, keepdims=True)
        assert seen.loss[0, step] == pytest.approx(-(y * np.log(p)).sum(1).mean(), rel=1e-4)
        assert seen.mean[0, step, 0] == pytest.approx(h.mean(), abs=1e-5)
        assert seen.slope[0, step, 0] == pytest.approx((1 - h**2).mean(), rel=1e-4)
        assert seen.spread[0, step, 0] == pytest.approx(h.std(0).mean(), rel=1e-4)
        out = (p - y) / 64
        back = out @ V.T * (1 - h**2)
        V, c = V - 0.5 * h.T @ out, c - 0.5 * out.sum(0)
        W, b = W - 0.5 * x.T @ back, b - 0.5 * back.sum(0)


def planted_watch(monkeypatch, start, trained):
    """Slopes by (depth, layer), before training and after."""
    def watch(f, depth, seeds, steps):
        slope = np.empty((10, steps, depth))
        for layer in range(depth):
            slope[:, 0, layer] = start + 0.001 * NOISE
            slope[:, 1:, layer] = trained.get((depth, layer + 1), 0.2) + 0.001 * NOISE[:, None]
        return Watch(slope, slope, slope, np.full((10, steps), 0.5))

    monkeypatch.setattr(saturation, "watch", watch)
    return trials.trials()["C34"].run()


LAST = {(1, 1): 0.05, (4, 4): 0.05}
ALL = {(1, 1): 0.05} | {(4, layer): 0.05 for layer in range(1, 5)}


@pytest.mark.parametrize("start, trained, verdict, condition", [
    (0.24, ALL, "holds", ""), (0.24, {}, "false", ""),
    (0.24, LAST, "holds if", "it is the last hidden layer, and training has begun"),
    (0.24, {(4, 4): 0.05}, "holds if", "it is hidden layer 4 of 4, and training has begun"),
    (0.05, LAST, "holds if", "it is the last hidden layer"),
    (0.05, ALL, "holds if", "it is hidden layer 1 of 1, 1 of 4, 2 of 4, 3 of 4, 4 of 4"),
    (0.24, {(4, 2): 0.125}, "undecided", ""), (0.125, ALL, "undecided", "")])
def test_the_rule_of_c34(monkeypatch, start, trained, verdict, condition):
    outcome = planted_watch(monkeypatch, start, trained)
    assert (outcome.verdict, outcome.condition) == (verdict, condition)


def test_c34_as_it_is(capsys):
    outcome = trials.trials()["C34"].run()
    outcome.draw()
    told = capsys.readouterr().out.split(";")
    first, last = told[0], told[3]
    assert "1st goes from 0.5" in first and "4th goes from 0.5 (highest)" in last
    assert "lowest 0.0" in last  # driven below a tenth
    assert outcome.verdict == "holds if" and "last hidden layer" in outcome.condition
    loss = {depth: outcome.measured[f"loss after 100 steps, {depth} layers"] for depth in (1, 4)}
    assert loss[1] < 0.5 and loss[4] > 2.2  # ln 10 = 2.30 is guessing


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.3])
def test_a_rotation_carries_powers(scale):
    """The product of fifty scaled rotations: all its singular values are scale^50."""
    factor, state = saturation.carried(activations.get("identity"), scale, [0, 1], steps=50)
    np.testing.assert_allclose(factor, scale**50, rtol=1e-10)
    first = [np.random.default_rng([seed, 2]).standard_normal(32) for seed in (0, 1)]
    np.testing.assert_allclose(state, [scale**50 * np.sqrt(np.mean(h**2)) for h in first])


def test_carried_is_the_derivative():
    """Against central differences of the whole map, from each coordinate of the first state."""
    from course_lib import initialisation
    f, n, steps = activations.get("sigmoid"), 6, 4
    factor, _ = saturation.carried(f, 3.0, [7], units=n, steps=steps)
    W = 3 * initialisation.orthogonal(n, n, np.random.default_rng([7, 1]))[0]
    start = np.random.default_rng([7, 2]).standard_normal(n)

    def end(h):
        for _ in range(steps):
            h = f.f(W @ h)
        return h

    step = 1e-5
    J = np.stack([(end(start + step * one) - end(start - step * one)) / (2 * step)
                  for one in np.eye(n)])
    assert factor[0] == pytest.approx(np.sqrt(np.square(J).sum() / n), rel=1e-6)


def test_sigmoid_carries_at_most_a_quarter_a_step():
    """Pascanu, Mikolov & Bengio 2013: the norm of each factor is at most scale / 4."""
    factor, state = saturation.carried(activations.get("sigmoid"), 1.0, range(5))
    assert (factor <= 0.25**100).all() and (state < 1).all()


def test_half_the_range_carries_the_same():
    tanh = activations.get("tanh")
    half = activations.Activation("half", lambda z: tanh.raw_f(2 * z) / 2,
                                  lambda z: tanh.raw_df(2 * z))
    whole, big = saturation.carried(tanh, 1.5, range(3))
    narrow, small = saturation.carried(half, 1.5, range(3), size=0.5)
    np.testing.assert_allclose(narrow, whole, rtol=1e-10)
    np.testing.assert_allclose(2 * small, big, rtol=1e-10)


def planted_flow(monkeypatch, powers, unbound):
    """log10 of the factor at scales 0.8, 1 and 2, with tanh and without a bound."""
    exact, given = (dict(zip(saturation.SCALES, some, strict=True)) for some in (unbound, powers))

    def carried(f, scale, seeds):
        power = {"tanh": given[scale] + 0.1 * NOISE}.get(f.name, np.full(10, exact[scale]))
        return 10.0**power, np.ones(10)

    monkeypatch.setattr(saturation, "carried", carried)
    return trials.trials()["C35"].run()


@pytest.mark.parametrize("powers, unbound, verdict, condition", [
    ((-10, -1, 6), (-10, 0, 30), "holds if", "the recurrent weights stretch the state"),
    ((-5, -1, -6), (-10, 0, 30), "holds if", "the recurrent weights shrink or stretch the state"),
    ((-5, 1, 6), (-10, -4, 30), "holds", ""), ((-12, -1, 40), (-10, 0, 30), "false", ""),
    ((-9.5, 0, 29.5), (-10, 0, 30), "false", ""), ((-9, -1, 6), (-10, 0, 30), "undecided", "")])
def test_the_rule_of_c35(monkeypatch, powers, unbound, verdict, condition):
    outcome = planted_flow(monkeypatch, powers, unbound)
    assert (outcome.verdict, outcome.condition) == (verdict, condition)


def test_c35_as_it_is(capsys):
    """Without a bound the factor is scale^100, exactly; tanh's slopes can only make it smaller."""
    outcome = trials.trials()["C35"].run()
    outcome.draw()
    words = capsys.readouterr().out
    assert "no bound goes from -22 (lowest) at 0.6" in words and "to 30 (highest) at 2" in words
    measured = outcome.measured
    for scale in saturation.SCALES:
        power = measured[f"log10 of the factor, no bound, scale {scale:g}"]
        assert power == pytest.approx(100 * np.log10(scale), abs=1e-9)
        assert measured[f"log10 of the factor, tanh, scale {scale:g}"].mean < power
