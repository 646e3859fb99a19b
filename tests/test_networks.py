"""The engine's gradients against central differences, and its options against their definitions."""

import numpy as np
import pytest
from scipy import special

from course_lib import activations, losses, norms
from course_lib.networks import Stack

RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 6, 5))  # two batches, as of two seeds
CLASSES = np.eye(4)[RNG.integers(0, 4, (2, 6))]
NUMBERS = RNG.random((2, 6, 4))
TARGETS = {"softmax_crossentropy": CLASSES, "crossentropy": CLASSES,
           "sigmoid_crossentropy": NUMBERS, "squared_error": NUMBERS}


def build(activation, sizes=(5, 8, 8, 4), count=2, **options):
    stack = Stack([activation] * count, sizes, dtype=np.float64, **options)
    stack.initialise(["pytorch"] * count, range(count))
    return stack


def difference(stack, y, h=1e-6):
    """Largest distance between the gradient and central differences, relative to the gradient."""
    stack.loss_and_gradient(X, y)
    found, expected = stack.gradient.copy(), np.zeros_like(stack.gradient)
    rng = np.random.default_rng(1)
    chosen = rng.choice(stack.P, min(stack.P, 60), replace=False)
    for p in chosen:
        sides = []
        for step in (h, -h):
            stack.weights[:, p] += step
            sides.append(stack.loss_and_gradient(X, y))
            stack.weights[:, p] -= step
        expected[:, p] = (sides[0] - sides[1]) / (2 * h)
    distance = np.abs(found - expected)[:, chosen].max()
    return distance / np.abs(expected).max()


# step and sign jump: their slope is 0 wherever it exists, and differences agree away from jumps
@pytest.mark.parametrize("name", activations.names())
def test_gradient_of_every_activation(name):
    assert difference(build(name), CLASSES) < 1e-6


@pytest.mark.parametrize("loss", losses.LOSSES)
@pytest.mark.parametrize("norm", [None, *norms.NORMS])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("activity", [0.0, 0.03])
def test_gradient_of_every_option(loss, norm, residual, activity):
    stack = build("tanh", (5, 8, 8, 8, 4), loss=loss, norm=norm, residual=residual,
                  activity=activity, head="softmax" if loss == "crossentropy" else None)
    stack.weights += 0.1 * RNG.standard_normal(stack.weights.shape)  # gamma, beta off 1 and 0
    assert difference(stack, TARGETS[loss]) < 1e-6


@pytest.mark.parametrize("loss", losses.LOSSES)
@pytest.mark.parametrize("head", ["relu", "sigmoid", "softmax", "softplus"])
def test_gradient_of_every_head(head, loss):
    """Wrong pairs too: a double softmax has a gradient as good as any."""
    stack = build("tanh", loss=loss, head=head)
    stack.layers[-1].b += 0.5  # no output of relu at its kink, or below crossentropy's least
    assert difference(stack, TARGETS[loss]) < 1e-6


def test_a_head_stands_between_the_last_layer_and_the_loss():
    bare, headed = build("tanh"), build("tanh", head="softmax", loss="crossentropy")
    np.testing.assert_allclose(headed.predict(X), special.softmax(bare.predict(X), -1), rtol=1e-13)
    one, other = bare.loss_and_gradient(X, CLASSES), headed.loss_and_gradient(X, CLASSES)
    np.testing.assert_allclose(one, other, rtol=1e-13)
    np.testing.assert_allclose(bare.gradient, headed.gradient, rtol=1e-10, atol=1e-15)


def test_gradient_without_hidden_layers_and_with_uneven_widths():
    assert difference(build("relu", (5, 4)), CLASSES) < 1e-6
    assert difference(build("gelu", (5, 3, 9, 4), residual=True), CLASSES) < 1e-6
    assert difference(build(("relu", "glu"), (5, 6, 8, 4)), CLASSES) < 1e-6


def test_forward_is_the_textbook_sum():
    stack = build("tanh", norm=None)
    first, second, last = stack.layers
    for s in range(2):
        h = np.tanh(X[s] @ first.W[s] + first.b[s])
        h = np.tanh(h @ second.W[s] + second.b[s])
        out = h @ last.W[s] + last.b[s]
        np.testing.assert_allclose(stack.predict(X)[s], out, rtol=1e-13)


def test_residual_adds_the_layers_input():
    stack = build("relu", residual=True)
    first, second, last = stack.layers
    h = np.maximum(X[0] @ first.W[0] + first.b[0], 0)
    h = h + np.maximum(h @ second.W[0] + second.b[0], 0)
    np.testing.assert_allclose(stack.predict(X)[0], h @ last.W[0] + last.b[0], rtol=1e-13)


def test_networks_of_one_seed_share_inputs():
    """Four networks on two batches: network s reads batch s % 2."""
    four, two = build("tanh", count=4), build("tanh", count=2)
    four.initialise(["he"] * 4, [0, 1, 0, 1])
    two.initialise(["he"] * 2, [0, 1])
    np.testing.assert_array_equal(four.predict(X)[2:], two.predict(X))
    np.testing.assert_array_equal(four.loss_and_gradient(X, CLASSES)[:2],
                                  two.loss_and_gradient(X, CLASSES))
    np.testing.assert_array_equal(four.gradient[2:], two.gradient)


def test_a_stack_of_many_is_many_stacks_of_one():
    """Different activations in one stack, each as if alone."""
    names = ["relu", "relu", "gelu", "sigmoid"]
    together = Stack(names, (5, 8, 8, 4))
    together.initialise(["he"] * 4, [0, 1, 0, 1])
    x, y = X.astype(np.float32), CLASSES.astype(np.float32)
    loss = together.loss_and_gradient(x, y)
    for s, name in enumerate(names):
        alone = Stack([name], (5, 8, 8, 4))
        alone.initialise(["he"], [s % 2])
        assert alone.loss_and_gradient(x[[s % 2]], y[[s % 2]])[0] == loss[s]
        np.testing.assert_array_equal(alone.gradient[0], together.gradient[s])


def test_batch_norm_whitens_in_training_and_uses_moving_statistics_after():
    stack = build("identity", (5, 3, 4), norm="batch")
    _, space = stack.forward(X, training=True)
    z_hat = space.layers[0].z_hat
    np.testing.assert_allclose(z_hat.mean(1), 0, atol=1e-12)
    raw = X @ stack.layers[0].W + stack.layers[0].b
    variance = raw.var(1)
    np.testing.assert_allclose(z_hat.var(1), variance / (variance + 1e-3), rtol=1e-9)
    np.testing.assert_allclose(stack.moving[0].mean[:, 0], 0.01 * raw.mean(1), rtol=1e-9)
    np.testing.assert_allclose(stack.moving[0].variance[:, 0], 0.99 + 0.01 * variance, rtol=1e-9)
    before = stack.statistics.copy()
    one_row = stack.predict(X[:, :1])
    np.testing.assert_array_equal(stack.statistics, before)
    moving = stack.moving[0]
    z = (raw[:, :1] - moving.mean) / np.sqrt(moving.variance + 1e-3)
    np.testing.assert_allclose(one_row, z @ stack.layers[1].W + stack.layers[1].b, rtol=1e-9)


@pytest.mark.parametrize("rows", [1, 4, 7, 10, 128])
def test_predictions_do_not_depend_on_how_many_go_through_at_a_time(rows):
    stack = Stack(["tanh", "relu"], (3, 5, 2), dtype=np.float64)
    stack.initialise(["he"] * 2, range(2))
    x = np.random.default_rng(0).standard_normal((10, 3))
    one_by_one = np.stack([stack.forward(row[None, None])[0][..., 0].copy() for row in x], 1)
    np.testing.assert_allclose(stack.predict(x, rows), one_by_one, rtol=1e-13)


def test_initial_draws_are_paired_across_activations():
    stack = Stack(["relu", "tanh"], (5, 8, 4))
    stack.initialise(["he", "he"], [3, 3])
    np.testing.assert_array_equal(stack.weights[0], stack.weights[1])


@pytest.mark.parametrize("build_it, words", [
    (lambda: Stack(["rellu"], (5, 8, 4)), "did you mean 'relu'"),
    (lambda: Stack([], (5, 8, 4)), "one activation or more"),
    (lambda: Stack(["relu"], (5,)), "sizes"),
    (lambda: Stack(["relu"], (5, 0, 4)), "sizes"),
    (lambda: Stack(["relu", "glu"], (5, 8, 4)), "cannot share a stack"),
    (lambda: Stack(["crelu"], (5, 7, 4)), "even width"),
    (lambda: Stack([("relu", "tanh")], (5, 8, 4)), "2 activations for 1 hidden layers"),
    (lambda: Stack(["relu"], (5, 8, 4), norm="bach"), "did you mean 'batch'"),
    (lambda: Stack(["relu"], (5, 8, 4), loss="squared_eror"), "did you mean 'squared_error'"),
    (lambda: Stack(["relu"], (5, 8, 4), head="sofmax"), "did you mean 'softmax'"),
    (lambda: Stack(["relu"], (5, 8, 4), head="glu"), "one output for each input"),
])
def test_bad_input_is_named(build_it, words):
    with pytest.raises(ValueError, match=words):
        build_it()


@pytest.mark.parametrize("shape", [(6, 4), (3, 6, 5), (5,), (0, 6, 5)])
def test_inputs_of_a_wrong_shape_are_named(shape):
    with pytest.raises(ValueError, match=r"x must have shape \(examples, 5\).*got"):
        build("relu").predict(np.zeros(shape))


# ---- losses, against their definitions


@pytest.mark.parametrize("networks", [(), (3,), (2, 3)])
@pytest.mark.parametrize("scale", [1, 1000])  # exp(1000) is no float
def test_losses_and_slopes_are_their_definitions(networks, scale):
    rng = np.random.default_rng(2)
    out = scale * rng.standard_normal((*networks, 4, 6))  # 4 outputs for each of 6 examples
    hot, part = np.eye(4)[rng.integers(0, 4, 6)].T, rng.random((4, 6))
    each = part * special.log_expit(out) + (1 - part) * special.log_expit(-out)
    for name, y, loss, slope in (
        ("softmax_crossentropy", hot, -(hot * special.log_softmax(out, -2)).sum((-2, -1)) / 6,
         (special.softmax(out, -2) - hot) / 6),
        ("sigmoid_crossentropy", part, -each.sum((-2, -1)) / 24, (special.expit(out) - part) / 24),
        ("crossentropy", hot, -(hot * np.log(np.maximum(out, 1e-7))).sum((-2, -1)) / 6,
         np.where(out > 1e-7, -hot / np.abs(out) / 6, 0)),
        ("squared_error", part, ((out - part) ** 2).sum((-2, -1)) / 24, (out - part) / 12),
    ):
        found = losses.get(name).value_and_slope(out.copy(), y)
        np.testing.assert_allclose(found[0], loss, rtol=1e-13, err_msg=name)
        np.testing.assert_allclose(found[1], slope, rtol=1e-12, atol=1e-15, err_msg=name)


def test_scores_are_counted():
    """Examples stand in columns; a probability, or a target, of just 1/2 counts as a no."""
    out = np.array([[2.0, 0.5, 1.0], [1.0, 0.7, 3.0]])
    y = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert losses.get("softmax_crossentropy").score(out, y) == pytest.approx(2 / 3)
    squares = 1 + 0.25 + 1 + 1 + 0.49 + 4
    assert losses.get("squared_error").score(out, y) == pytest.approx(np.sqrt(squares / 6))
    out = np.array([[2.0, -0.5, 0.0, -3.0], [1.0, 1.2, 3.0, -2.0]])
    y = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.5, 0.0]])
    assert losses.get("sigmoid_crossentropy").score(out, y) == 5 / 8
    out[0, 0] = np.inf
    assert np.isnan([losses.get(name).score(out, y)
                     for name in ("softmax_crossentropy", "sigmoid_crossentropy")]).all()


@pytest.mark.parametrize("name", losses.LOSSES)
def test_a_score_is_the_same_alone_and_among_others(name):
    rng = np.random.default_rng(3)
    out, y = rng.standard_normal((2, 5, 4, 6)), np.eye(4)[rng.integers(0, 4, 6)].T
    alone = [[losses.get(name).score(one, y) for one in row] for row in out]
    assert len(np.unique(alone)) > 1
    np.testing.assert_array_equal(losses.get(name).score(out, y), alone)
