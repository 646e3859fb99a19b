"""Recurrent networks: gradients against finite differences, truncation against its definition,
training that is the same twice and keeps a lost network from its neighbours."""

import numpy as np
import pytest

from course_lib import initialisation, losses
from course_lib.recurrent import LSTM, RNN, Recurrent, identity, memory, train

STEP = 1e-6
T, B, D, H, C = 7, 5, 2, 4, 3
WIDE = initialisation.scaled("orthogonal", 1.2)
CELLS = [RNN("tanh"), RNN("sigmoid", "glorot"), RNN("relu", "identity"), RNN("identity", WIDE),
         RNN("gelu", "he"), RNN("leaky_relu", "lecun"),
         LSTM(0), LSTM(2), LSTM(-1, "identity"), LSTM(1, "softplus", "glorot")]
LOSSES = {"softmax_crossentropy": 3, "sigmoid_crossentropy": 1, "squared_error": 2}


def problem(cells, outputs=C, loss="softmax_crossentropy", groups=1, seed=0):
    rng = np.random.default_rng(seed)
    network = Recurrent(cells, (D, H, outputs), loss, np.float64)
    network.initialise(range(network.S))
    network.weights += 0.1 * rng.standard_normal(network.weights.shape)  # no bias stays at 0
    x = rng.standard_normal((groups, B, T, D))
    y = np.eye(outputs)[rng.integers(0, outputs, (groups, B))] if outputs > 1 else (
        rng.integers(0, 2, (groups, B, 1)).astype(float))
    return network, x, y


def loss_of(network, x, y):
    out, _ = network.forward(x)
    shared = out.copy().reshape(network.S // len(y), len(y), *out.shape[1:])
    return network.loss.value_and_slope(shared, y.swapaxes(1, 2))[0].reshape(network.S)


def differences(network, x, y):
    """Central finite differences of every network's loss by each of its parameters (S, P)."""
    slopes = np.empty_like(network.weights)
    for p in range(network.P):
        kept = network.weights[:, p].copy()
        network.weights[:, p] = kept + STEP
        above = loss_of(network, x, y)
        network.weights[:, p] = kept - STEP
        slopes[:, p] = (above - loss_of(network, x, y)) / (2 * STEP)
        network.weights[:, p] = kept
    return slopes


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_gradients_are_those_of_finite_differences(cell):
    network, x, y = problem(cell)
    network.loss_and_gradient(x, y)
    gradient = network.gradient.copy()
    np.testing.assert_allclose(gradient, differences(network, x, y), rtol=1e-6, atol=1e-8)
    assert (np.abs(gradient) > 1e-8).mean() > 0.4  # it is not zero that was compared


@pytest.mark.parametrize("loss, outputs", LOSSES.items())
@pytest.mark.parametrize("cell", [RNN("tanh"), LSTM(1)], ids=lambda cell: cell.name)
def test_gradients_of_every_loss(cell, loss, outputs):
    network, x, y = problem(cell, outputs, loss)
    network.loss_and_gradient(x, y)
    gradient = network.gradient.copy()
    np.testing.assert_allclose(gradient, differences(network, x, y), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("cells", [CELLS[:6], CELLS[6:]], ids=["RNN", "LSTM"])
def test_a_crowd_computes_what_each_computes_alone(cells):
    """Two groups of inputs: network s reads x[s % 2]."""
    network, x, y = problem(cells, groups=2)
    loss = network.loss_and_gradient(x, y)
    for s, cell in enumerate(cells):
        alone = Recurrent(cell, network.sizes, "softmax_crossentropy", np.float64)
        alone.weights[0] = network.weights[s]
        assert alone.loss_and_gradient(x[[s % 2]], y[[s % 2]])[0] == pytest.approx(loss[s], 1e-13)
        np.testing.assert_allclose(alone.gradient[0], network.gradient[s], rtol=1e-12, atol=1e-15)


def test_a_recurrence_written_out():
    """Two steps of two units by hand: h1 = tanh(W x1 + b), h2 = tanh(U^T h1 + W^T x2 + b)."""
    network = Recurrent(RNN("tanh"), (1, 2, 1), dtype=np.float64)
    p = network.parts
    p.U[0], p.W[0], p.b[0] = [[0.5, -1.0], [0.25, 2.0]], [[1.0, -0.5]], [[0.1, 0.2]]
    p.V[0], p.c[0] = [[3.0], [-1.0]], [[0.5]]
    h = np.tanh([0.7 * 1.0 + 0.1, 0.7 * -0.5 + 0.2])
    h = np.tanh([0.5 * h[0] + 0.25 * h[1] - 0.4 + 0.1, -h[0] + 2 * h[1] + 0.2 + 0.2])
    out = network.predict(np.array([[[0.7], [-0.4]]]))
    np.testing.assert_allclose(out, [[[3 * h[0] - h[1] + 0.5]]], rtol=1e-14)


def test_a_memory_cell_written_out():
    """One unit, one step, from the papers' equations."""
    network = Recurrent(LSTM(0), (1, 1, 1), dtype=np.float64)
    network.parts.K[0], network.parts.V[0] = [[0.1, 0.2, 0.3, 0.4], [1, -1, 2, 0.5],
                                              [0.5, 1, -0.5, 0.25]], [[1.0]]

    def s(z):
        return 1 / (1 + np.exp(-z))
    c1 = s(0.8 + 0.5) * np.tanh(1.6 - 0.5)
    h1 = s(0.4 + 0.25) * np.tanh(c1)
    c2 = (s(0.2 * h1 + 0.6 + 1) * c1
          + s(0.1 * h1 - 0.6 + 0.5) * np.tanh(0.3 * h1 - 1.2 - 0.5))
    h2 = s(0.4 * h1 - 0.3 + 0.25) * np.tanh(c2)
    np.testing.assert_allclose(network.predict(np.array([[[0.8], [-0.6]]])), [[[h2]]], rtol=1e-14)


# ---- truncation


@pytest.mark.parametrize("steps", [1, 3, 6])
@pytest.mark.parametrize("cell", [RNN("tanh"), LSTM(1)], ids=lambda cell: cell.name)
def test_truncation_takes_the_state_so_far_as_given(cell, steps):
    """Only uses of the weights in the last steps count: differences with the others held fixed."""
    network, x, y = problem(cell)
    network.loss_and_gradient(x, y, steps)
    gradient = network.gradient.copy()
    _, space = network.forward(x)
    v = space.v[T - steps, :, :H].copy()
    c = space.kept["cell"][T - steps].copy() if "cell" in space.kept else None

    def tail(weights):
        network.weights[:] = weights
        late, inner = x[:, :, T - steps:], network._space(steps, B)
        inner.v[0, :, :H] = v
        if c is not None:
            inner.kept["cell"][0] = c
        return loss_of(network, late, y)

    start, slopes = network.weights.copy(), np.empty_like(gradient)
    for p in range(network.P):
        move = np.zeros_like(start)
        move[:, p] = STEP
        slopes[:, p] = (tail(start + move) - tail(start - move)) / (2 * STEP)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-8)


def test_a_truncation_longer_than_the_sequence_is_none():
    network, x, y = problem(LSTM(1))
    network.loss_and_gradient(x, y)
    whole = network.gradient.copy()
    network.loss_and_gradient(x, y, T + 5)
    np.testing.assert_array_equal(network.gradient, whole)
    network.loss_and_gradient(x, y, T - 1)
    assert np.abs(network.gradient - whole).max() > 1e-6


# ---- first weights


def test_first_weights():
    network = Recurrent([RNN("relu", "identity"), RNN("tanh", WIDE), RNN("tanh", "lecun")],
                        (D, 50, 1), dtype=np.float64)
    network.initialise([3, 3, 3])
    U = network.parts.U
    np.testing.assert_array_equal(U[0], np.eye(50))
    np.testing.assert_allclose(U[1] @ U[1].T, 1.44 * np.eye(50), atol=1e-12)
    assert U[2].std() * np.sqrt(50) == pytest.approx(1, abs=0.05)
    assert (network.parts.b == 0).all() and (network.parts.c == 0).all()
    assert (network.parts.W[0] == network.parts.W[2]).all()  # pairs: the same draws a seed


def test_the_forget_gate_s_bias_stands_in_its_place():
    network = Recurrent([LSTM(2.5), LSTM(-1)], (D, H, 1))
    network.initialise([0, 1])
    for s, bias in enumerate((2.5, -1)):
        np.testing.assert_array_equal(network.parts.b[s, 0].reshape(4, H),
                                      np.outer([0, 1, 0, 0], np.full(H, bias)))


# ---- the task


def test_the_task_is_to_remember_the_first_input():
    x, y = memory(200, noise=0.5)(400, np.random.default_rng(0))
    assert x.shape == (400, 200, 1) and y.shape == (400, 1) and x.dtype == np.float32
    np.testing.assert_array_equal(x[:, 0], 2 * y - 1)
    assert set(np.unique(y)) == {0, 1} and y.mean() == pytest.approx(0.5, abs=0.1)
    rest = x[:, 1:, 0]
    assert rest.std() == pytest.approx(0.5, rel=0.02) and abs(rest.mean()) < 0.01
    told = np.abs(np.corrcoef(rest.T, y[:, 0])[-1, :-1])
    assert told.max() < 0.25  # nothing but the first input tells: 5 / sqrt(400) is the limit


@pytest.mark.parametrize("length, noise, message", [
    (0, 0.1, "length counts the inputs, 1 or more; got 0"), (2.5, 0.1, "got 2.5"),
    (5, -0.1, "noise is a deviation, 0 or more; got -0.1"), (5, np.inf, "got inf")])
def test_tasks_that_make_no_sense(length, noise, message):
    with pytest.raises(ValueError, match=message):
        memory(length, noise)


# ---- training


def quick(cells=None, **settings):
    settings = {"seeds": 3, "steps": 30, "hidden": 8, "batch": 16, "rate": 0.01} | settings
    return train(memory(6), cells or [RNN("tanh"), LSTM(1)], **settings)


def test_training_is_the_same_twice_and_alone():
    one, two = quick(), quick()
    for name in ("loss", "length", "score", "diverged", "diverged_at"):
        np.testing.assert_array_equal(getattr(one, name).values, getattr(two, name).values)
    alone = quick([LSTM(1)], seeds=[2])
    np.testing.assert_array_equal(alone.loss.values[0, 0],
                                  one.loss.sel(cell="LSTM, forget bias 1", seed=2).values)
    assert one.loss.axes == {"cell": ["tanh, orthogonal", "LSTM, forget bias 1"],
                             "seed": [0, 1, 2], "step": list(range(1, 31))}
    assert one.score.shape == one.diverged.shape == (2, 3)


def test_easy_sequences_are_learned_and_scored_on_new_ones():
    run = quick(steps=120)
    assert (run.score.values > 0.99).all() and (run.loss.values[..., -1] < 0.2).all()
    network = run.network(cell="LSTM, forget bias 1", seed=1)
    x, y = memory(6)(300, np.random.default_rng(99))
    assert ((network.predict(x)[0] > 0) == y).mean() > 0.99


def test_the_first_step_is_plain_sgd():
    run = quick(RNN("tanh"), seeds=[4], steps=1, optimiser="sgd", rate=0.5)
    network = Recurrent(RNN("tanh"), (1, 8, 1))
    network.initialise([4])
    x, y = memory(6)(16, np.random.default_rng([4, 0]))
    start = network.weights.copy()
    loss = network.loss_and_gradient(x[None], y[None])
    np.testing.assert_array_equal(run.loss.values[0, :, 0], loss)
    assert run.length.values[0, 0, 0] == pytest.approx(np.linalg.norm(network.gradient), rel=1e-6)
    np.testing.assert_allclose(run.network().weights, start - 0.5 * network.gradient, rtol=1e-6)


@pytest.mark.parametrize("limit, length", [({"clip_norm": 0.01}, 0.01),
                                           ({"clip_value": 1e-4}, None)])
def test_clipping_limits_a_step(limit, length):
    run = quick(RNN("tanh"), seeds=[0], steps=1, optimiser="sgd", rate=1.0, **limit)
    start = Recurrent(RNN("tanh"), (1, 8, 1))
    start.initialise([0])
    moved = run.network().weights - start.weights
    if length:
        assert np.linalg.norm(moved) == pytest.approx(length, rel=1e-3)
    else:
        assert np.abs(moved).max() == pytest.approx(1e-4, rel=1e-2)
    assert run.length.values[0, 0, 0] > 0.05  # told before clipping


def test_truncated_training_does_not_see_the_first_input():
    run = train(memory(8), RNN("tanh"), steps=100, hidden=8, rate=0.01, truncate=4, seeds=4)
    whole = train(memory(8), RNN("tanh"), steps=100, hidden=8, rate=0.01, seeds=4)
    assert (whole.score.values > 0.99).all()
    assert run.length.values[..., 0].mean() != whole.length.values[..., 0].mean()


def test_a_lost_network_is_marked_and_its_neighbours_never_see_it():
    """The task of seed 1 holds an infinite input from its second batch on."""
    draw, calls = memory(6), {}

    def poisoned(count, rng):
        x, y = draw(count, rng)
        key = rng.bit_generator.seed_seq.entropy
        calls[tuple(key)] = calls.get(tuple(key), 0) + 1
        if tuple(key) == (1, 0) and calls[tuple(key)] > 1:
            x[0, 2] = np.nan
        return x, y

    settings = dict(seeds=3, steps=10, hidden=8, batch=16, rate=0.01)
    for cell in (RNN("tanh"), LSTM(1)):
        calls.clear()
        run, sound = train(poisoned, cell, **settings), train(draw, cell, **settings)
        assert run.diverged.values.tolist() == [[False, True, False]]
        assert run.diverged_at.values.tolist() == [[-1, 1, -1]]
        assert np.isnan(run.score.values[0, 1]) and np.isnan(run.loss.values[0, 1, 1:]).all()
        for seed in (0, 2):
            np.testing.assert_array_equal(run.loss.sel(seed=seed).values,
                                          sound.loss.sel(seed=seed).values)
            assert run.score.sel(seed=seed).values == sound.score.sel(seed=seed).values
        assert np.isfinite(run.network(seed=1).weights).all()  # it stands where it was lost


def test_progress_is_told_after_each_cell():
    told = []
    quick(progress=lambda done, total: told.append((done, total)), steps=1)
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("settings, message", [
    (dict(seeds=0), "seeds are different whole numbers"), (dict(seeds=[1, 1]), "seeds are"),
    (dict(seeds=[-1]), "seeds are"), (dict(rate=0), "rate must be a number above 0; got 0"),
    (dict(steps=0), "steps must be"), (dict(truncate=0), "truncate must be"),
    (dict(clip_norm=-1), "clip_norm must be"), (dict(clip_value=np.nan), "clip_value must be"),
    (dict(optimiser="adamm"), "unknown optimiser 'adamm'"),
    (dict(loss="softmax_crossentropi"), "did you mean 'softmax_crossentropy'"),
    (dict(cells=[RNN("tanh"), RNN("tanh")]), "each with a name of its own")])
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        quick(**settings)


def test_which_network():
    run = quick(steps=1)
    with pytest.raises(ValueError, match="which cell"):
        run.network(seed=1)
    with pytest.raises(ValueError, match="no cell 'GRU'; there are tanh, orthogonal, LSTM"):
        run.network(cell="GRU", seed=1)


@pytest.mark.parametrize("make, message", [
    (lambda: train(memory(5), []), "cells: one or more"),
    (lambda: RNN("softmax"), "needs an elementwise function; softmax takes a vector"),
    (lambda: RNN("tanhh"), "did you mean 'tanh'"), (lambda: RNN("tanh", "orthogonl"), "orthogonal"),
    (lambda: LSTM(np.nan), "forget is a finite number"),
    (lambda: LSTM(1, init="identity"), "cannot be the identity"),
    (lambda: identity(3, 4, None), "an identity is square; got 3 by 4"),
    (lambda: Recurrent([RNN(), LSTM()], (1, 2, 1)), "all of one kind; got LSTM, RNN"),
    (lambda: Recurrent([], (1, 2, 1)), "got none"),
    (lambda: Recurrent(["tanh"], (1, 2, 1)), "cells are RNNs or LSTMs"),
    (lambda: Recurrent(RNN(), (1, 2)), r"sizes are \(inputs, hidden, outputs\)"),
    (lambda: Recurrent(RNN(), (1, 0, 1)), "each 1 or more"),
    (lambda: Recurrent(RNN(), (1, 2, 1), "mse"), "unknown loss 'mse'"),
    (lambda: Recurrent(RNN(), (2, 3, 1)).predict(np.zeros((4, 5, 1))), r"\(sequences, steps, 2\)"),
    (lambda: Recurrent(RNN(), (1, 3, 1)).predict(np.zeros((0, 5, 1))), "must have shape")])
def test_what_cannot_be_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_losses_are_those_of_the_engine():
    assert Recurrent(RNN(), (1, 2, 1)).loss is losses.get("sigmoid_crossentropy")


def test_no_slope_is_a_subnormal_number():
    """Outputs of -50 and -100 where the target is 0: slopes of 1e-22 and 1e-44 count as 0."""
    network = Recurrent([LSTM(1, "identity")] * 2, (1, 2, 1))
    network.initialise(range(2))
    network.parts.V[:] = 0
    network.parts.c[:, 0, 0] = -50, -100
    x, y = np.ones((1, 3, 4, 1), np.float32), np.zeros((1, 3, 1), np.float32)
    network.loss_and_gradient(x, y)
    assert (network.gradient == 0).all()
    network.parts.c[:] = -20  # a small slope stays
    network.loss_and_gradient(x, y)
    np.testing.assert_allclose(network.slots.c.ravel(), np.exp(-20), rtol=1e-5)
