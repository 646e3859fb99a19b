"""What a unit is said to be: gate, neuron, behind a sum, moved by whom, a map of features."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtr

from course_lib import activations, networks, trials
from course_lib.trials.chapter_01 import units


def verdict(id):
    return trials.trials()[id].run().verdict


# ---- C10


@pytest.mark.parametrize("name, share", [
    ("binary_step", ndtr(0)), ("relu", ndtr(0)), ("soft_shrink", 2 * ndtr(0.5) - 1),
    ("hard_sigmoid", ndtr(-3)), ("gelu", 0)])
def test_shares_of_exact_zeros(name, share):
    found = np.mean([units.shut(activations.get(name), seed) for seed in range(20)])
    assert found == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 200_000) + 1e-12)


@pytest.mark.parametrize("names, expected", [
    (("relu", "binary_step"), "holds"), (("tanh", "gelu"), "false"), (("relu", "elu"), "holds if"),
    (("relu", "hard_sigmoid"), "undecided")])  # zero below -3: neither often nor never
def test_the_rule_of_c10(monkeypatch, names, expected):
    monkeypatch.setattr(units, "GATES", names)
    assert verdict("C10") == expected


def test_c10_names_those_that_shut():
    outcome = trials.trials()["C10"].run()
    assert outcome.condition.endswith("(here binary_step, relu, soft_shrink)")
    zeros = [name for name in units.GATES  # a stretch of zeros, looked for without any draws
             if (activations.get(name).f(np.linspace(-3, -1e-3, 99)) == 0).all()
             or (activations.get(name).f(np.linspace(-0.4, 0.4, 99)) == 0).all()]
    assert zeros == ["binary_step", "relu", "soft_shrink"]


# ---- C11


def test_firing_rates_against_the_formula():
    """1 / (rest + tau ln(I / (I - 1))), Gerstner et al. 2014, and silence up to I = 1."""
    currents = np.array([1.01, 1.1, 1.5, 2.0, 4.0, 8.0])
    exact = 1 / (0.002 + 0.02 * np.log(currents / (currents - 1)))
    assert units.firing_rates(currents) == pytest.approx(exact, rel=0.02)
    assert units.firing_rates([2.0], step=1e-5)[0] == pytest.approx(63.04, abs=0.1)
    assert not units.firing_rates([0.0, 0.5, 0.99, 1.0]).any()
    assert units.firing_rates([1e9])[0] == pytest.approx(1 / 0.0021, rel=1e-3)  # rest and a step


@pytest.mark.parametrize("name, weight, threshold", [
    ("sigmoid", 5, 1.2), ("softplus", 4, 0.6), ("tanh", 0.8, 0.3), ("relu", 1, 0.7)])
def test_a_planted_curve_is_found_again(name, weight, threshold):
    currents = np.linspace(0, 2, 161)
    function = activations.get(name)
    planted = 40 * function.f(weight * (currents - threshold))
    error, curve = units.fitted(function, currents, planted)
    assert error < 1e-4 and np.allclose(curve, planted, atol=1e-2 * planted.max())


def test_the_straight_line_is_the_line_of_least_squares():
    currents = np.linspace(0, 2, 161)
    rates = units.firing_rates(currents)
    error, curve = units.fitted(activations.get("identity"), currents, rates)
    line = np.polyval(np.polyfit(currents, rates, 1), currents)
    assert error == pytest.approx(np.sqrt(np.mean((line - rates) ** 2)) / rates.max(), rel=1e-5)
    assert np.allclose(curve, line, atol=0.1)


@pytest.mark.parametrize("rates, expected", [
    (lambda x: activations.get("sigmoid").f(4 * (x - 1)), "holds"),
    (lambda x: 1 + np.sin(10 * x), "false"),  # no better than by a line
    (lambda x: np.maximum(x - 0.9, 0) ** 0.5, "holds if")])
def test_the_rule_of_c11(monkeypatch, rates, expected):
    monkeypatch.setattr(units, "firing_rates", rates)
    assert verdict("C11") == expected


def test_c11_draws_neuron_and_curves(capsys):
    outcome = trials.trials()["C11"].run()
    assert outcome.verdict == "holds if" and "relu, softplus, sigmoid)" in outcome.condition
    outcome.draw()
    words = capsys.readouterr().out
    assert "neuron goes from 0 (lowest) at 0 through 0 at 1" in words and "tanh goes from" in words


# ---- C12


@pytest.mark.parametrize("layer, count", [
    (lambda x, W, b: x @ W + b, 1), (lambda x, W, b: np.sin(x @ W) ** 2, 1),
    (lambda x, W, b: (x @ W)[:, :1] * (x @ W)[:, 1:2], 2),
    (lambda x, W, b: ((x @ W)[:, :3] ** 2).sum(1, keepdims=True), 3),
    (lambda x, W, b: np.sin(x) @ W, 6), (lambda x, W, b: np.ones((len(x), 1)), 0)])
def test_directions_of_known_layers(layer, count):
    assert [units.directions(layer, seed) for seed in range(5)] == [count] * 5


def seldom(x, W, b):
    """The larger of two sums, one far below the other: at some weights it never wins."""
    z = x @ W + b
    return np.maximum(z[:, :1], z[:, 1:2] - 9)


@pytest.mark.parametrize("names, expected", [
    (("relu", "tanh"), "holds"), (("softmax", "maxout"), "false"), (("gelu", "swiglu"), "holds if"),
    (("relu", "seldom"), "undecided")])
def test_the_rule_of_c12(monkeypatch, names, expected):
    known = units.LAYERS | {"seldom": seldom}
    monkeypatch.setattr(units, "LAYERS", {name: known[name] for name in names})
    assert verdict("C12") == expected


def test_c12_counts():
    found = trials.trials()["C12"].run().measured
    assert [found[f"{name}, directions"] for name in units.LAYERS] == [1, 1, 1, 6, 2, 2, 6]


# ---- C13


def test_cosine_and_gradient_against_another_way():
    """Adam's first step is rate * sign(gradient), so the cosine is |g|_1 / (sqrt(P) |g|_2)."""
    seeds, hidden = [4, 5], (5, 5)
    stack = networks.Stack(["tanh"] * 2, (3, *hidden, 2), loss="squared_error", dtype=np.float64)
    stack.initialise(["glorot"] * 2, seeds)
    error, moved, cosine, fell = units.backward_and_steps(seeds, hidden)
    for row, seed in enumerate(seeds):
        rng = np.random.default_rng([seed, 0])
        x, y = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))

        def loss(weights, row=row, x=x, y=y):
            h, layers = x, stack.views(weights[None])
            for k, layer in enumerate(layers):
                h = h @ layer.W[0] + layer.b[0]
                h = np.tanh(h) if k < len(layers) - 1 else h
            return ((h - y) ** 2).mean()

        # complex steps: the slope to all digits, without any backward pass
        gradient = np.array([loss(stack.weights[row] + 1e-30j * e).imag / 1e-30
                             for e in np.eye(stack.P)])
        expected = np.abs(gradient).sum() / np.sqrt(stack.P) / np.linalg.norm(gradient)
        assert cosine[row] == pytest.approx(expected, abs=1e-3)
    assert error.max() < 1e-8 and not moved.any() and fell.all()


@pytest.mark.parametrize("error, moved, cosine, fell, expected", [
    (0, False, 0.7, True, "holds if"), (1e-3, False, 0.7, True, "false"),
    (0, True, 0.7, True, "holds"), (0, False, 1.0, True, "holds"),
    (0, False, 0.7, False, "undecided"), (0, False, 0.99, True, "undecided")])
def test_the_rule_of_c13(monkeypatch, error, moved, cosine, fell, expected):
    def planted(seeds, hidden):
        noise = np.random.default_rng(0).normal(0, 0.002, len(seeds))
        one_of_ten = np.arange(10) == 4
        return (error * one_of_ten, moved & one_of_ten, np.minimum(cosine + noise, 1.0),
                fell | ~one_of_ten)

    monkeypatch.setattr(units, "backward_and_steps", planted)
    outcome = trials.trials()["C13"].run()
    assert outcome.verdict == expected
    assert ("no better than" in outcome.sentence) == (error > 1e-6)


def test_a_wrong_backward_pass_makes_c13_false(monkeypatch):
    backward = networks.Stack.backward

    def forgets_a_weight(self, delta, space):
        backward(self, delta, space)
        self.gradient[:, 0] = 0

    monkeypatch.setattr(networks.Stack, "backward", forgets_a_weight)
    assert verdict("C13") == "false"


# ---- C14


@pytest.mark.parametrize("seed", range(5))
def test_edges_go_up_and_down_in_turn(seed):
    row, steps = units.edges(seed, noise=0)
    assert set(row) == {0, 1} and (np.diff(row) == steps).all()
    places = np.flatnonzero(steps)
    assert len(places) == 20 and np.diff(places).min() >= 3
    assert (steps[places] == [1, -1] * 10).all()
    noisy = units.edges(seed)[0] - row
    assert noisy.std() == pytest.approx(0.05, rel=0.3)


def test_the_filter_matches_steps_up():
    row, steps = units.edges(1, noise=0)
    assert (np.correlate(row, units.STEP_UP, "valid") == steps).all()


@pytest.mark.parametrize("filter, f, noise, expected", [
    ([-1, 1], "relu", 0.05, "holds if"), ([1, -1], "relu", 0.05, "false"),
    ([-1, 1], "absolute", 0.05, "holds"),   # a map that forgets the sign
    ([-1, 1], "relu", 0.3, "undecided"),    # some steps are missed, and noise is taken for steps
    ([-1, 1], "faint", 0.05, "undecided"),  # three in four steps get above the line
    ([-1, 1], "everywhere", 0.05, "undecided")])
def test_the_rule_of_c14(monkeypatch, filter, f, noise, expected):
    f = {"relu": units.relu.f, "absolute": np.abs, "everywhere": lambda x: np.ones_like(x),
         "faint": lambda x: 0.53 * np.maximum(x, 0)}[f]
    edges = units.edges
    monkeypatch.setattr(units, "STEP_UP", np.array(filter, float))
    monkeypatch.setattr(units, "relu", SimpleNamespace(f=f))
    monkeypatch.setattr(units, "edges", lambda seed: edges(seed, noise=noise))
    assert verdict("C14") == expected


def test_c14_counts():
    found = trials.trials()["C14"].run().measured
    assert [found[f"steps {kind}"].mean for kind in
            ("up by its filter", "down by the same", "down by a second")] == [1, 0, 1]
    assert found["steps up by its filter"].n == 100  # ten rows with ten each
    assert found["response above zero elsewhere"] == pytest.approx(0.5, abs=0.06)
    assert found["x - (relu(x) - relu(-x))"] == 0
