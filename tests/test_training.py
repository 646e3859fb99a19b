"""Many networks in one call: the same bits, fair pairs, honest reports, clear refusals."""

import numpy as np
import pytest

from course_lib import activations, data, initialisation, optimisers, training

MOONS = data.moons()
SMALL = dict(hidden=(8, 8), epochs=3, batch=32, rate=0.01)


def test_the_same_call_gives_the_same_bits():
    one, two = (training.train(MOONS, ["relu", "tanh"], seeds=3, **SMALL) for _ in range(2))
    for name in ("loss", "val_loss", "val_score", "test_score", "best_epoch"):
        np.testing.assert_array_equal(getattr(one, name).values, getattr(two, name).values)


def test_what_is_not_said_is_the_course_s_recipe():
    """Adam as in Keras at its rate of 0.001; three layers of 64; He's first weights."""
    short = training.train(MOONS, "relu", seeds=1)
    said = training.train(MOONS, "relu", seeds=[0], hidden=(64, 64, 64), init="he", rate=0.001,
                          optimiser="adam", adam_form="keras", epochs=30, batch=64, norm=None,
                          loss="softmax_crossentropy", residual=False, weight_decay=0.0,
                          activity=0.0, keep="best", dtype=np.float32)
    np.testing.assert_array_equal(short.loss.values, said.loss.values)
    np.testing.assert_array_equal(short.network().weights, said.network().weights)
    short = training.train(MOONS, "relu", optimiser="sgd", hidden=(4,), epochs=2)
    said = training.train(MOONS, "relu", optimiser="sgd", hidden=(4,), epochs=2, momentum=0.0,
                          seeds=range(10))
    np.testing.assert_array_equal(short.loss.values, said.loss.values)


def test_a_network_alone_and_in_a_crowd_has_the_same_bits():
    crowd = training.train(MOONS, ["relu", "tanh", "gelu"], seeds=4, **SMALL)
    alone = training.train(MOONS, "tanh", seeds=[2], **SMALL)
    there = crowd.loss.sel(activation="tanh", seed=2).values
    np.testing.assert_array_equal(alone.loss.sel(seed=2).values, there)
    np.testing.assert_array_equal(alone.network().weights[0],
                                  crowd.network(activation="tanh", seed=2).weights[0])


def test_groups_of_any_size_give_the_same_numbers(monkeypatch):
    whole = training.train(MOONS, ["relu", "tanh"], seeds=5, **SMALL)
    monkeypatch.setattr(training, "CACHE", 1)  # every network on its own
    single = training.train(MOONS, ["relu", "tanh"], seeds=5, **SMALL)
    np.testing.assert_array_equal(whole.loss.values, single.loss.values)


def test_axes_are_those_given_as_lists():
    run = training.train(MOONS, ["relu", "glu"], seeds=[4, 7], hidden=[(8,), (8, 8)],
                         init=["he", "lecun"], rate=[0.01, 0.1, 0.3], epochs=2, batch=64)
    assert list(run.test_score.axes) == ["activation", "hidden", "init", "rate", "seed"]
    assert run.test_score.shape == (2, 2, 2, 3, 2)
    assert run.val_loss.shape == (2, 2, 2, 3, 2, 2)
    assert run.loss.shape[-1] == 2 * -(-len(MOONS.x_train) // 64)
    one = training.train(MOONS, "glu", seeds=[7], hidden=(8, 8), init="lecun", rate=0.3, epochs=2,
                         batch=64)
    there = run.loss.sel(activation="glu", hidden=(8, 8), init="lecun", rate=0.3, seed=7)
    np.testing.assert_array_equal(one.loss.sel(seed=7).values, there.values)


def test_a_diverging_network_is_reported_and_the_others_are_unharmed():
    rates = [0.01, 1e30]
    run = training.train(MOONS, "relu", seeds=3, rate=rates, optimiser="sgd", hidden=(8, 8),
                         epochs=3, batch=32)
    calm = training.train(MOONS, "relu", seeds=3, rate=0.01, optimiser="sgd", hidden=(8, 8),
                          epochs=3, batch=32)
    assert run.diverged.sel(rate=1e30).values.all()
    assert (run.diverged_at.sel(rate=1e30).values >= 0).all()
    assert np.isnan(run.test_score.sel(rate=1e30).values).all()
    assert not run.diverged.sel(rate=0.01).values.any()
    assert (run.diverged_at.sel(rate=0.01).values == -1).all()
    np.testing.assert_array_equal(run.loss.sel(rate=0.01).values, calm.loss.values)
    after = run.loss.sel(rate=1e30).values
    for row, step in zip(after, run.diverged_at.sel(rate=1e30).values, strict=True):
        assert np.isfinite(row[:step]).all() and np.isnan(row[step:]).all()


def test_divergence_at_the_last_step_is_seen():
    """One batch, one epoch: the loss is computed before the step that ruins the weights."""
    run = training.train(MOONS, "relu", seeds=2, rate=1e38, optimiser="sgd", hidden=(8,), epochs=1,
                         batch=10**6)
    assert np.isfinite(run.loss.values).all()
    assert run.diverged.values.all() and np.isnan(run.test_score.values).all()


def test_the_kept_weights_are_those_of_the_best_epoch():
    noisy = data.moons(n=60, noise=0.6)
    run = training.train(noisy, "tanh", seeds=4, hidden=(64,), rate=0.05, epochs=40, batch=16)
    best = run.best_epoch.values
    np.testing.assert_array_equal(best, run.val_loss.values.argmin(-1) + 1)
    assert (best < 40).any()
    for seed in range(4):
        stack = run.network(seed=seed)
        out = stack.predict(noisy.x_val)[0]
        assert (out.argmax(1) == noisy.y_val).mean() == pytest.approx(
            run.val_score.values[seed, best[seed] - 1])
        out = stack.predict(noisy.x_test)[0]
        assert (out.argmax(1) == noisy.y_test).mean() == pytest.approx(run.test_score.values[seed])
    last = training.train(noisy, "tanh", seeds=4, hidden=(64,), rate=0.05, epochs=40, batch=16,
                          keep="last")
    assert (last.best_epoch.values == 40).all()


def test_batch_norm_statistics_are_kept_with_the_weights():
    run = training.train(MOONS, "relu", seeds=2, norm="batch", **SMALL)
    stack = run.network(seed=1)
    assert np.abs(stack.statistics).max() > 0
    out = stack.predict(MOONS.x_test)[0]
    assert (out.argmax(1) == MOONS.y_test).mean() == pytest.approx(run.test_score.values[1])


def test_it_learns_what_it_should():
    run = training.train(data.xor(), ["identity", "tanh"], seeds=5, hidden=(16,), rate=0.02,
                         epochs=40, batch=32)
    assert run.test_score.sel(activation="tanh").values.min() > 0.97
    assert run.test_score.sel(activation="identity").values.max() < 0.8
    line = data.signals(lambda x: 3 * x - 1)
    run = training.train(line, "identity", seeds=3, hidden=(4,), loss="squared_error", rate=0.05,
                         epochs=60, batch=32)
    assert run.test_score.values.max() < 1e-3
    two = training.train(MOONS, "tanh", seeds=3, hidden=(16, 16), loss="sigmoid_crossentropy",
                         rate=0.02, epochs=30, batch=32)
    assert two.test_score.values.min() > 0.95


def test_progress_reaches_its_total():
    seen = []
    training.train(MOONS, ["relu", "glu"], seeds=2, **SMALL,
                   progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] and [done for done, _ in seen] == list(
        range(1, len(seen) + 1))


def test_global_random_state_is_left_alone():
    np.random.seed(1)  # noqa: NPY002 - the very thing that must not be touched
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    training.train(MOONS, "relu", seeds=2, **SMALL)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_an_activation_of_ones_own():
    mine = activations.Activation(name="relu", f=np.tanh, df=lambda x: 1 - np.tanh(x) ** 2)
    run = training.train(MOONS, mine, seeds=2, **SMALL)
    tanh = training.train(MOONS, "tanh", seeds=2, **SMALL)  # not relu, whatever it calls itself
    np.testing.assert_allclose(run.loss.values, tanh.loss.values, rtol=1e-4)


def with_nan():
    x = MOONS.x_train.copy()
    x[5, 1] = np.nan
    return {**vars(MOONS), "x_train": x}


@pytest.mark.parametrize("call, words", [
    (lambda: training.train(MOONS, "relu", seeds=0), "no seeds"),
    (lambda: training.train(MOONS, "relu", seeds=[]), "no seeds"),
    (lambda: training.train(MOONS, "relu", seeds=[1, 1]), "different whole numbers"),
    (lambda: training.train(MOONS, "relu", seeds=[-1]), ">= 0"),
    (lambda: training.train(MOONS, [], seeds=2), "empty list"),
    (lambda: training.train(MOONS, ["relu", "relu"], seeds=2), "twice"),
    (lambda: training.train(MOONS, "rellu", seeds=2), "did you mean 'relu'"),
    (lambda: training.train(MOONS, ("relu", "tanh"), seeds=2), "2 activations for 3 hidden"),
    (lambda: training.train(MOONS, "relu", hidden=64), "tuple of widths"),
    (lambda: training.train(MOONS, "relu", hidden=(64, 0)), "tuple of widths"),
    (lambda: training.train(MOONS, "relu", init="hee"), "did you mean 'he'"),
    (lambda: training.train(MOONS, "relu", rate=-1), "rate must be a number above 0"),
    (lambda: training.train(MOONS, "relu", rate=np.nan), "rate must be a number above 0"),
    (lambda: training.train(MOONS, "relu", epochs=0), "epochs must be"),
    (lambda: training.train(MOONS, "relu", clip_norm=0), "clip_norm must be a number above 0"),
    (lambda: training.train(MOONS, "relu", weight_decay=-1), "0 or more; got -1, 0.0, 0.0"),
    (lambda: training.train(MOONS, "relu", optimiser="adamm"), "unknown optimiser"),
    (lambda: training.train(MOONS, "relu", adam_form="torch"), "'keras' or 'pytorch'"),
    (lambda: training.train(MOONS, "relu", keep="first"), "'best' or 'last'"),
    (lambda: training.train(MOONS, "relu", order=np.zeros((2, 3))), "order must hold rows"),
    (lambda: training.train(MOONS, "relu", weights=[np.zeros((2, 2))]), "weights must have shapes"),
    (lambda: data.Data(**with_nan()), "x_train has 1 values that are not finite .* row 5"),
    (lambda: data.Data(**{**vars(MOONS), "y_val": MOONS.y_val + 1}), "labels from 1 to 2; with 2"),
    (lambda: data.Data(**{**vars(MOONS), "y_val": MOONS.y_val[:3]}), "x_val has 80 examples"),
    (lambda: data.Data(**{**vars(MOONS), "x_test": MOONS.x_test[:, :1]}), "x_test has 1 inputs"),
    (lambda: data.Data(**{**vars(MOONS), "x_test": MOONS.x_test[0]}), "x_test must have shape"),
    (lambda: data.Data(**{**vars(MOONS), "y_test": MOONS.y_test * 1.0}), "whole class numbers"),
    (lambda: training.train(data.signals(np.sin), "relu", loss="softmax_crossentropy"),
     "needs targets between 0 and 1"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_run_network_asks_which():
    run = training.train(MOONS, ["relu", "tanh"], seeds=2, **SMALL)
    with pytest.raises(ValueError, match="which activation"):
        run.network(seed=0)
    with pytest.raises(ValueError, match="no activation 'gelu'; there are relu, tanh"):
        run.network(activation="gelu", seed=0)
    with pytest.raises(ValueError, match="no axis 'rate'"):
        run.network(activation="relu", seed=0, rate=1)


# ---- optimisers, against their papers' formulas in float64


def test_adam_is_algorithm_one_of_the_paper():
    rng = np.random.default_rng(0)
    w = rng.standard_normal((3, 70000))  # rows longer than a block
    mine, m, v = w.copy(), 0, 0
    adam = optimisers.Adam(mine, epsilon=1e-8, form="pytorch")
    for t in range(1, 6):
        g = rng.standard_normal(w.shape)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.01 * (m / (1 - 0.9 ** t)) / (np.sqrt(v / (1 - 0.999 ** t)) + 1e-8)
        adam.step(mine, g.copy(), np.full(3, 0.01))
    np.testing.assert_allclose(mine, w, rtol=1e-9)


def test_a_rate_of_zero_stands_still():
    w = np.ones((2, 5))
    for optimiser in (optimisers.Adam(w), optimisers.SGD(w, momentum=0.9, weight_decay=0.1)):
        optimiser.step(w, np.ones((2, 5)), np.array([0.0, 0.1]))
        np.testing.assert_array_equal(w[0], 1)
        assert (w[1] < 1).all()


def test_clipping():
    g = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    optimisers.clip_by_norm(g, 1.0)
    np.testing.assert_allclose(g, [[0.6, 0.8], [0.3, 0.4], [0, 0]])
    optimisers.clip_by_value(g, 0.5)
    np.testing.assert_allclose(g, [[0.5, 0.5], [0.3, 0.4], [0, 0]])


# ---- first weights


@pytest.mark.parametrize("scheme, variance", [
    ("he", 2 / 300), ("lecun", 1 / 300), ("glorot", 2 / 500), ("keras", 2 / 500),
    ("pytorch", 1 / 900), ("flax", 1 / 300), ("orthogonal", 1 / 300)])
def test_variance_of_first_weights(scheme, variance):
    W, b = initialisation.get(scheme)(300, 200, np.random.default_rng(0))
    assert W.shape == (300, 200) and b.shape == (200,)
    assert W.mean() == pytest.approx(0, abs=4 * np.sqrt(variance / W.size))
    assert W.var() == pytest.approx(variance, rel=0.03)
    assert (b == 0).all() == (scheme != "pytorch")


def test_bounds_of_first_weights():
    rng = np.random.default_rng(0)
    assert np.abs(initialisation.pytorch(100, 50, rng)[0]).max() <= 0.1
    assert np.abs(initialisation.pytorch(100, 50, rng)[1]).max() <= 0.1
    assert np.abs(initialisation.glorot(100, 50, rng)[0]).max() <= 0.2
    limit = 2 * np.sqrt(1 / 100) / initialisation.CUT_NORMAL_SD
    assert np.abs(initialisation.flax(100, 50, rng)[0]).max() <= limit


@pytest.mark.parametrize("shape", [(30, 20), (20, 30)])
def test_orthogonal_rows_or_columns(shape):
    W, _ = initialisation.orthogonal(*shape, np.random.default_rng(0))
    gram = W.T @ W if shape[0] > shape[1] else W @ W.T
    np.testing.assert_allclose(gram, np.eye(20), atol=1e-12)


def test_a_gain_multiplies_weights_alone():
    W, b = initialisation.scaled("pytorch", 4)(9, 5, np.random.default_rng(0))
    W1, b1 = initialisation.pytorch(9, 5, np.random.default_rng(0))
    np.testing.assert_array_equal(W, 4 * W1)
    np.testing.assert_array_equal(b, b1)
