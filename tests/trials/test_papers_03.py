"""Papers on random networks: maps and factors against closed forms; every branch of a tolerance."""

import mpmath
import numpy as np
import pytest
from scipy.special import digamma, polygamma
from scipy.stats import binom

from course_lib import activations, data, statistics, thermostat, training
from course_lib.trials import papers
from course_lib.trials.papers import glorot, jacobians, propagation, selu

SPREAD = np.linspace(-1, 1, 10)
SPREAD = SPREAD / (SPREAD.std(ddof=1) / np.sqrt(10))  # of ten seeds, with a standard error of 1


def replica(id):
    return papers.replications()[id].run()


@pytest.fixture(scope="module")
def replicas():
    return {id: replica(id) for id in ("R01", "R02", "R03", "R05", "R09", "R11")}


def test_all_agree_and_belong_to_the_chapter(replicas):
    for id, one in replicas.items():
        assert one.agrees, id
        assert papers.replications()[id].chapter == "chapter_03"
        assert one.seeds == 10 and set(one.target) <= set(one.measured)


def test_uniform_weights_have_their_variance():
    W = propagation.uniform(np.random.default_rng(0), 4, 100, 50, 0.02)
    assert W.shape == (4, 100, 50) and W.dtype == np.float32
    assert abs(W.mean()) < 0.004 and W.var() == pytest.approx(0.02, rel=0.02)
    assert np.abs(W).max() <= np.sqrt(3 * 0.02) + 1e-6


# ---- R01

def test_half_the_variance_scales_every_layer_by_half():
    """ReLU passes factors on: from equal draws the two rules differ by 2^-layer, exactly."""
    (up2, down2), (up1, down1) = (propagation.factors(scale, [7]) for scale in (2, 1))
    layers = np.arange(propagation.LAYERS)
    np.testing.assert_allclose(up1 / up2, np.broadcast_to(0.5 ** (layers + 1), up1.shape),
                               rtol=1e-4)
    np.testing.assert_allclose(down1 / down2,
                               np.broadcast_to(0.5 ** layers[::-1], down1.shape), rtol=1e-4)


def test_half_of_the_gradient_is_stopped():
    """Without the ReLUs' slopes twice as much would come back."""
    _, down = propagation.factors(2, range(6))
    assert (down[..., :-1] / down[..., 1:]).mean() == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("up, down, agrees", [
    (1, 1, True), (1.06, 1, False), (1, 0.94, False), (1.04, 1, False)])
def test_the_tolerance_of_r01(monkeypatch, capsys, up, down, agrees):
    """A standard error of half a per cent: 4 % off is too near to the end."""
    def planted(scale, seeds):
        layers = np.arange(propagation.LAYERS)
        forward, backward = (
            (factor * scale / 2 * (1 + 0.005 * SPREAD))[:, None, None] ** layers
            for factor in (up, down))
        return np.stack([forward, backward[..., ::-1]])

    monkeypatch.setattr(propagation, "factors", planted)
    found = replica("R01")
    assert found.agrees == agrees
    assert found.measured["forward, variance 1/n"].mean == pytest.approx(up / 2, rel=1e-3)
    assert found.measured["back, variance 2/n"].mean == pytest.approx(down, rel=1e-3)
    found.draw()
    assert "variance 1/n goes from" in capsys.readouterr().out


# ---- R02

def exact_variance(width, layers):
    """Of ln of 2/n times the sum of squares of those of n normals that are positive, by layers."""
    k = np.arange(1, width + 1)
    p = binom.pmf(k, width, 0.5) / (1 - 0.5 ** width)
    log = digamma(k / 2)
    return layers * (p @ polygamma(1, k / 2) + p @ log ** 2 - (p @ log) ** 2)


@pytest.mark.parametrize("width", propagation.STRAY_WIDTHS)
def test_logarithms_scatter_as_chi_squares_do(width):
    found = propagation.log_sizes(width, range(100, 110))
    for layers in propagation.STRAY_LAYERS:
        exact = exact_variance(width, layers)
        assert exact == pytest.approx(5 * layers / width, rel=0.09)
        error = exact * np.sqrt(2 / (len(found) - 1))  # of a variance of normal numbers
        assert abs(found[:, layers - 1].var(ddof=1) - exact) < 4 * error


@pytest.mark.parametrize("factor, agrees", [(1, True), (1.2, True), (1.3, False), (0.7, False)])
def test_the_tolerance_of_r02(monkeypatch, factor, agrees):
    ends = np.random.default_rng(0).normal(0, 1, 800)
    ends = (ends - ends.mean()) / ends.std(ddof=1)

    def planted(width, seeds):
        layers = np.arange(1, 21)
        return ends[:, None] * np.sqrt(5 * layers / width * factor)

    monkeypatch.setattr(propagation, "log_sizes", planted)
    found = replica("R02")
    assert found.agrees == agrees
    assert found.measured["20 layers of 50"] == pytest.approx(2 * factor)
    if factor == 1:  # below -ln 4 lie Phi(-1.386 / 1.414) of normal numbers
        share = int(found.sentence.split("50 units, ")[-1].split(" %")[0])
        assert share == pytest.approx(100 * float(mpmath.ncdf(-mpmath.log(4) / mpmath.sqrt(2))),
                                      abs=2)


# ---- R05

@pytest.mark.parametrize("q, c", [(0.5, 0.3), (2.0, 0.9), (1.0, -0.4)])
def test_the_likeness_of_sines(q, c):
    """E sin x sin y = exp(-q) sinh(q c) for normal x, y of variance q and correlation c."""
    pair = thermostat.Pair(activations.get("sine"), 1.5, 0.1)
    exact = ((1.5 * np.exp(-q) * np.sinh(q * c) + 0.1)
             / (1.5 * np.exp(-q) * np.sinh(q) + 0.1))
    assert propagation.likeness_map(q, c, pair) == pytest.approx(exact, rel=1e-10)


def test_the_edge_against_mpmath():
    def mean(f):
        return mpmath.quad(lambda z: f(z) * mpmath.npdf(z), [-9, -3, 0, 3, 9])

    def conditions(w2, q):
        return (w2 * mean(lambda z: mpmath.tanh(mpmath.sqrt(q) * z) ** 2) + 0.05 - q,
                w2 * mean(lambda z: mpmath.sech(mpmath.sqrt(q) * z) ** 4) - 1)

    exact = mpmath.findroot(conditions, (1.7, 0.5), tol=1e-8)[0]
    assert propagation.critical_gain() == pytest.approx(float(exact), abs=1e-6)


def test_inputs_begin_with_their_likeness():
    """At the first layer: (gain 1/2 + bias) / (gain + bias), in the calculation and the networks"""
    for gain in propagation.GAINS:
        first = (gain / 2 + 0.05) / (gain + 0.05)
        assert propagation.predicted(gain)[0] == pytest.approx(first)
        assert propagation.seen(gain, [3, 4])[:, 0].mean() == pytest.approx(first, abs=0.03)


@pytest.mark.parametrize("off, edge, agrees", [
    (0, 1.7609, True), (0.04, 1.7609, False), (0, 1.7651, False), (-0.06, 1.7609, False)])
def test_the_tolerance_of_r05(monkeypatch, capsys, off, edge, agrees):
    """A standard error of 0.005, and a layer in the middle that is off."""
    def planted(gain, seeds):
        course = np.tile(propagation.predicted(gain), (10, 1)) + 0.005 * SPREAD[:, None]
        course[:, 9] += off * (gain > 2)
        return course

    monkeypatch.setattr(propagation, "seen", planted)
    monkeypatch.setattr(propagation, "critical_gain", lambda: edge)
    found = replica("R05")
    assert found.agrees == agrees
    found.draw()
    assert "n Var(w) = 2.5 goes from" in capsys.readouterr().out


# ---- R03

def test_selus_constants():
    """The authors' own digits, and those of the catalogue."""
    assert selu.constants() == pytest.approx((1.0507009873554804934, 1.6732632423543772848),
                                             rel=1e-14)


@pytest.mark.parametrize("case", [(0, 1, 0, 1), (0.5, 2, 0.3, 0.9), (-0.1, 0.8, -0.1, 1.1)])
def test_moments_by_quadrature(case):
    mean, variance, weight_sum, weight_squares = case
    m, s = mean * weight_sum, mpmath.sqrt(variance * weight_squares)
    scale, alpha = 1.0507009873554804934, 1.6732632423543772848

    def f(z):
        return scale * (z if z > 0 else alpha * mpmath.expm1(z))

    def expected(power):
        return mpmath.quad(lambda x: f(m + s * x) ** power * mpmath.npdf(x),
                           sorted([-12, -4, 4, 12, float(-m / s)]))

    first, second = expected(1), expected(2)
    np.testing.assert_allclose(selu.moments(*case), [float(first), float(second - first ** 2)],
                               rtol=1e-9, atol=1e-12)


def test_the_jacobian_of_the_map():
    """By mpmath's own integral and derivative, and the paper's digits."""
    scale, alpha = 1.0507009873554804934, 1.6732632423543772848

    def mean(v):
        def f(x):
            return scale * (x if x > 0 else alpha * mpmath.expm1(x))
        return mpmath.quad(lambda z: f(mpmath.sqrt(v) * z) * mpmath.npdf(z), [-12, 0, 12])

    slopes = selu.jacobian()
    assert slopes[:, 0] == pytest.approx([0, 0], abs=1e-9)
    assert slopes[0, 1] == pytest.approx(float(mpmath.diff(mean, 1)), abs=1e-8)
    assert slopes[1, 1] == pytest.approx(0.782648, abs=1e-6)


@pytest.mark.parametrize("mean, variance, norm, agrees", [
    (0, 1, 0.7877, True), (0.09, 1, 0.7877, False), (0, 1.6, 0.7877, False),
    (0, 0.7, 0.7877, False), (0, 1.4, 0.7877, True), (0, 1, 0.7890, False)])
def test_the_tolerance_of_r03(monkeypatch, capsys, mean, variance, norm, agrees):
    """A standard error of 0.01."""
    monkeypatch.setattr(selu, "through", lambda start, seeds: (
        np.full((10, 50), 0.0) + mean + 0.01 * SPREAD[:, None],
        np.full((10, 50), 0.0) + variance + 0.01 * SPREAD[:, None]))
    monkeypatch.setitem(selu.PAPER, "norm of the Jacobian", norm)
    found = replica("R03")
    assert found.agrees == agrees
    found.draw()
    assert "SELU pulls the variance to 1" in capsys.readouterr().out


def test_selus_course_begins_as_calculated():
    """Weights of variance 1/n: a unit's sum has the second moment of the inputs, 1 or 1 + 4."""
    for start, second in (("mean 0, deviation 1", 1), ("mean 1, deviation 2", 5)):
        mean, variance = selu.through(start, range(10))
        found = selu.moments(0, second)
        assert mean[:, 0].mean() == pytest.approx(found[0], abs=0.05)
        assert variance[:, 0].mean() == pytest.approx(found[1], rel=0.05)


# ---- R09

def test_the_old_weights():
    W, b = glorot.old_weights(64, 1000, np.random.default_rng(0))
    assert W.shape == (64, 1000) and not b.any() and np.abs(W).max() <= 1 / 8
    assert W.var() == pytest.approx(1 / (3 * 64), rel=0.02)


def test_the_sigmoids_course_is_that_of_training(monkeypatch):
    monkeypatch.setattr(glorot, "EPOCHS", 1)
    digits = data.digits()
    means, losses = glorot.sigmoid_course([5, 6])
    run = training.train(digits, "sigmoid", seeds=[5, 6], hidden=(64,) * 4, optimiser="sgd",
                         init=glorot.old_weights, rate=0.5, batch=10, epochs=1, keep="last")
    for s, seed in enumerate([5, 6]):
        stack = run.network(seed=seed)
        scores = stack.predict(digits.x_train[:256])[0].astype(float)
        shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        exact = -np.log(shares[np.arange(256), digits.y_train[:256]]).mean()
        assert losses[s, 1] == pytest.approx(exact, rel=1e-4)
        _, space = stack.forward(digits.x_train[None, :256])
        for layer, here in enumerate(space.layers):
            assert means[s, 1, layer] == pytest.approx(here.a.mean(), rel=1e-3)


@pytest.mark.parametrize("factors, top, others, loss, agrees", [
    ((1 / 3, 1), 0.05, 0.6, 2.31, True), ((0.36, 1), 0.05, 0.6, 2.31, False),
    ((1 / 3, 0.94), 0.05, 0.6, 2.31, False), ((1 / 3, 1), 0.2, 0.6, 2.31, False),
    ((1 / 3, 1), 0.05, 0.8, 2.31, False), ((1 / 3, 1), 0.05, 0.6, 2.0, False),
    ((1 / 3, 1), 0.148, 0.6, 2.31, False)])
def test_the_tolerance_of_r09(monkeypatch, capsys, factors, top, others, loss, agrees):
    monkeypatch.setattr(glorot, "back_factors", lambda rule, seeds: (
        factors[rule == "normalised"] * (1 + 0.005 * SPREAD)))
    means = np.full((10, glorot.EPOCHS + 1, 4), others) + 0.001 * SPREAD[:, None, None]
    means[..., -1] += top - others
    losses = np.full((10, glorot.EPOCHS + 1), loss) + 0.001 * SPREAD[:, None]
    monkeypatch.setattr(glorot, "sigmoid_course", lambda seeds: (means, losses))
    found = replica("R09")
    assert found.agrees == agrees
    found.draw()
    assert "layer 4 stays at" in capsys.readouterr().out


# ---- R11

def test_unevenness_is_that_of_the_singular_values():
    J = np.random.default_rng(0).normal(0, 1, (3, 20, 20))
    squares = np.linalg.svd(J, compute_uv=False) ** 2
    np.testing.assert_allclose(jacobians.unevenness(J),
                               squares.var(axis=1) / squares.mean(axis=1) ** 2, rtol=1e-10)
    assert jacobians.unevenness(np.eye(5)) == pytest.approx(0, abs=1e-12)


def test_orthogonal_layers_turn_and_independent_ones_keep_the_size():
    W = jacobians.weights("orthogonal", np.random.default_rng(0))
    np.testing.assert_allclose(W @ W.swapaxes(1, 2), np.broadcast_to(np.eye(128), W.shape),
                               atol=1e-5)
    W = jacobians.weights("independent", np.random.default_rng(0))
    assert W.var() == pytest.approx(1 / 128, rel=0.02)


@pytest.mark.parametrize("kind, factor, agrees", [
    ("independent", 1, True), ("independent", 1.17, False), ("orthogonal", 0.8, False),
    ("independent", 1.13, False)])
def test_the_tolerance_of_r11(monkeypatch, capsys, kind, factor, agrees):
    def planted(drawn, seeds):
        each = {"orthogonal": (0, 1), "independent": (1, 2)}[drawn]
        wrong = factor if drawn == kind else 1
        return np.stack([np.outer(wrong * one * (1 + 0.01 * SPREAD), jacobians.DEPTHS)
                         for one in each])

    monkeypatch.setattr(jacobians, "by_depth", planted)
    found = replica("R11")
    assert found.agrees == agrees
    found.draw()
    assert "ReLU, independent 1" in capsys.readouterr().out


def test_orthogonal_weights_that_stretch_do_not_agree(monkeypatch):
    monkeypatch.setattr(jacobians, "by_depth", lambda drawn, seeds: np.stack(
        [np.outer(one * (1 + 0.01 * SPREAD), jacobians.DEPTHS)
         for one in {"orthogonal": (1e-4, 1), "independent": (1, 2)}[drawn]]))
    assert not replica("R11").agrees


def test_standard_errors_are_as_planted():
    assert statistics.interval(SPREAD).se == pytest.approx(1)
