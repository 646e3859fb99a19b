"""The doctor's numbers against the engine's, and against sums done by hand."""

import numpy as np
import pytest

from course_lib import data, diagnostics, keras_tools, networks
from course_lib.keras_tools import thresholds
from course_lib.keras_tools.doctor import examine

DIGITS = data.digits()
X, Y = DIGITS.x_train[:100].astype("float32"), DIGITS.y_train[:100]


def compiled(keras, model, rate=0.1, optimiser=None):
    model.compile(optimiser or keras.optimizers.SGD(rate),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    return model


@pytest.mark.parametrize("function, init", [("relu", "he_normal"), ("tanh", "glorot_uniform"),
                                            ("sigmoid", "glorot_uniform"), ("gelu", "he_normal")])
def test_the_table_is_that_of_the_engine(keras, function, init):
    dense = keras.layers.Dense
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), *[dense(20, function, kernel_initializer=init) for _ in range(4)],
        dense(10)]))
    model.layers[1].bias.assign(np.linspace(-4, 4, 20))  # some dead, some always on
    stack = networks.Stack([function], (64, 20, 20, 20, 20, 10))
    for layer, ours in zip(model.layers, stack.layers, strict=True):
        ours.W[0], ours.b[0] = layer.kernel.numpy(), layer.bias.numpy()
    theirs = diagnostics.through_depth(stack, X, Y, rate=0.1, batch=100)
    report = keras_tools.diagnose(model, (X, Y))
    for name, column in report.columns().items():
        np.testing.assert_allclose(column, getattr(theirs, name)[0], rtol=2e-3, atol=1e-6,
                                   err_msg=name)
    if function == "relu":
        assert report.dead[1] > 0 and report.always_on[1] > 0
    assert report.rows()[0][2:] == diagnostics.headings()[1:]


def test_a_channel_is_a_unit_and_a_place_counts_as_an_example(keras):
    """An image of ones and one of zeros; one channel copies, one is off everywhere."""
    L = keras.layers
    model = keras.Sequential([keras.Input((2, 2, 1)), L.Conv2D(2, 1, activation="relu"),
                              L.GlobalAveragePooling2D(), L.Dense(1)])
    model.layers[0].set_weights([np.array([[[[1.0, -1.0]]]]), np.array([0.5, -0.5])])
    model.layers[2].set_weights([np.array([[2.0], [3.0]]), np.zeros(1)])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    x = np.stack([np.ones((2, 2, 1)), np.zeros((2, 2, 1))]).astype("float32")
    report = keras_tools.diagnose(model, (x, np.zeros((2, 1))))
    assert report.mean[0] == pytest.approx((1.5 + 0.5) / 4)
    assert (report.dead[0], report.inactive[0], report.always_on[0]) == (0.5, 0, 0.5)
    # the loss is o^2 with o = 2 a (averaged over 4 places): slope 2 o 2/4 at each place
    slopes = np.array([2 * 3 * 2 / 4, 2 * 1 * 2 / 4])
    assert report.gradient[0] == pytest.approx(np.sqrt((slopes**2).sum() / 4))
    # mean over examples of x summed over places, times the rate, over the weights' size
    step = 0.5 * (4 * slopes[0]) / 2
    assert report.update[0] == pytest.approx(step / np.sqrt(2))


def test_a_recurrent_layer_against_backpropagation_by_hand(keras):
    T, H = 12, 5
    model = keras.Sequential([keras.Input((T, 3)), keras.layers.SimpleRNN(H),
                              keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 1, (7, T, 3)).astype("float32"), rng.normal(0, 1, (7, 1))
    W, R, b, V, c = (np.asarray(w, float) for w in model.get_weights())
    h, a = np.zeros((7, H)), []
    for t in range(T):
        h = np.tanh(x[:, t] @ W + h @ R + b)
        a.append(h)
    back = 2 * (h @ V + c - y) @ V.T
    slopes = []
    for t in reversed(range(T)):
        slopes.append(back * (1 - a[t]**2))
        back = slopes[-1] @ R.T
    report, (line,) = examine(model, (x, y))
    np.testing.assert_allclose(line.seen.a, a, atol=1e-5)
    np.testing.assert_allclose(line.seen.gradient, slopes[::-1], atol=1e-5)
    assert line.steps == pytest.approx([np.sqrt((slopes[k]**2).sum() / 7) for k in (-1, 0)], 1e-3)
    assert report.gradient[0] == pytest.approx(np.sqrt(np.mean(np.square(slopes))), rel=1e-3)


@pytest.mark.parametrize("kind, gates, others", [("LSTM", 3, 2), ("GRU", 2, 1)])
def test_gates_are_lines_of_their_own(keras, kind, gates, others):
    T = 11
    model = keras.Sequential([keras.Input((T, 3)), getattr(keras.layers, kind)(4, name="memory"),
                              keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(0, 1, (6, T, 3)).astype("float32")
    report, lines = examine(model, (x, np.ones((6, 1))))
    shapes = {line.name: (line.seen.a.shape, line.hidden) for line in lines}
    assert shapes == {"memory gates": ((gates * T, 6, 4), False),
                      "memory": ((others * T, 6, 4), True)}
    assert report.functions == ("sigmoid", "tanh") and (report.gradient > 0).all()


def test_batch_norm_uses_these_examples_and_dropout_is_off(keras):
    L = keras.layers
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), L.Dropout(0.9), L.Dense(30), L.BatchNormalization(),
        L.Activation("tanh"), L.Dense(10)]))
    _, (line,) = examine(model, (5 * X, Y))
    z = (5 * X) @ model.layers[1].kernel.numpy()
    z = (z - z.mean(0)) / np.sqrt(z.var(0) + model.layers[2].epsilon)
    np.testing.assert_allclose(line.seen.a[0], np.tanh(z), atol=2e-3)


def test_a_frozen_batch_norm_keeps_its_averages(keras):
    L = keras.layers
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), L.Dense(30), L.BatchNormalization(), L.ReLU(), L.Dense(10)]))
    model.layers[1].trainable = False
    _, (line,) = examine(model, (5 * X, Y))
    z = (5 * X) @ model.layers[0].kernel.numpy() / np.sqrt(1 + model.layers[1].epsilon)
    np.testing.assert_allclose(line.seen.a[0], np.maximum(z, 0), atol=2e-3)


@pytest.mark.parametrize("name, settings", [("Adam", {}), ("RMSprop", {}), ("Lion", {}),
                                            ("SGD", {"momentum": 0.9, "clipnorm": 0.01}),
                                            ("AdamW", {"weight_decay": 0.1})])
def test_the_update_is_the_step_that_training_takes(keras, name, settings):
    optimiser = getattr(keras.optimizers, name)(0.01, **settings)
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), keras.layers.Dense(12, "tanh"), keras.layers.Dense(10)]),
        optimiser=optimiser)
    model.fit(X, Y, batch_size=100, verbose=0)  # the optimiser has a state by now
    told = keras_tools.diagnose(model, (X, Y)).update[0]
    before = model.layers[0].kernel.numpy()
    model.fit(X, Y, batch_size=100, verbose=0)
    step = model.layers[0].kernel.numpy() - before
    assert told == pytest.approx(np.sqrt((step**2).mean() / (before**2).mean()), rel=1e-2)


def test_an_optimiser_that_cannot_be_copied_leaves_the_column_empty(keras, monkeypatch):
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), keras.layers.Dense(12, "tanh"), keras.layers.Dense(10)]))
    monkeypatch.setattr(keras.optimizers, "deserialize", lambda config: 1 / 0)
    assert np.isnan(keras_tools.diagnose(model, (X, Y)).update).all()


def test_what_mixes_units_has_no_slope_of_its_own(keras):
    L = keras.layers
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), L.Dense(12, "softmax"), L.Dense(12, "relu"), L.Dense(10)]))
    report = keras_tools.diagnose(model, (X, Y))
    for column in (report.saturated, report.dead, report.inactive, report.always_on):
        assert np.isnan(column[0]) and np.isfinite(column[1])
    assert report.unseen == (f"slopes of {report.layers[0]}: its function mixes units",)


def test_a_shared_layer_has_a_line_for_each_call(keras):
    L = keras.layers
    shared, inputs = L.Dense(64, "tanh", name="twice"), keras.Input((64,))
    model = compiled(keras, keras.Model(inputs, L.Dense(10)(shared(shared(inputs)))))
    _, lines = examine(model, (X, Y))
    assert [line.name for line in lines] == ["twice", "twice (call 2)"]
    W, b = shared.get_weights()
    np.testing.assert_allclose(lines[1].seen.a[0], np.tanh(np.tanh(X @ W + b) @ W + b), atol=1e-5)


def test_examples_are_spread_evenly_and_datasets_give_their_first(keras):
    import tensorflow as tf
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(10)]))
    many = np.repeat(X, 20, 0)
    report, lines = examine(model, (many, np.repeat(Y, 20)))
    assert report.examples == thresholds.EXAMPLES == len(lines[0].seen.a[0])
    np.testing.assert_allclose(lines[0].seen.a[0][[0, -1]],
                               np.maximum(X[[0, -1]] @ model.get_weights()[0], 0), atol=1e-5)
    batches = tf.data.Dataset.from_tensor_slices((many, np.repeat(Y, 20))).batch(100)
    again, lines = examine(model, batches)
    assert again.examples == thresholds.EXAMPLES
    np.testing.assert_allclose(lines[0].seen.a[0][-1],
                               np.maximum(many[511] @ model.get_weights()[0], 0), atol=1e-5)
    with_weights = tf.data.Dataset.from_tensor_slices((X, Y, np.ones(100))).batch(30)
    assert keras_tools.diagnose(model, with_weights).examples == 100


def test_the_table_is_shown(keras, monkeypatch):
    from course_lib.figures import picture
    seen = []
    monkeypatch.setattr(picture, "publish", lambda bundle, more=None: seen.append(bundle))
    model = compiled(keras, keras.Sequential([
        keras.Input((64,)), keras.layers.Dense(8, "relu", name="one"), keras.layers.Dense(10)]))
    report = keras_tools.diagnose(model, (X, Y))
    report.table()
    report.table("dead", "gradient")
    assert "always on" in seen[0]["text/plain"] and "one" in seen[0]["text/plain"]
    assert seen[1]["text/plain"].split("\n")[0].split() == ["layer", "function", "dead", "gradient"]
    with pytest.raises(ValueError, match="no column 'deaths'; there are mean"):
        report.table("deaths")
