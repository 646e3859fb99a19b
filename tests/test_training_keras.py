"""Ten training steps equal to Keras, from the same weights over the same batches."""

import os

import numpy as np
import pytest

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
keras = pytest.importorskip("keras", reason="TensorFlow has no wheel for this Python")

from course_lib import data, training  # noqa: E402

DIGITS = data.digits()
STEPS, BATCH = 10, 32
ROWS = np.arange(STEPS * BATCH)
PART = data.Data("part", DIGITS.x_train[ROWS], DIGITS.y_train[ROWS], DIGITS.x_val, DIGITS.y_val,
                 DIGITS.x_test, DIGITS.y_test, 10)
TWO = data.Data("two", PART.x_train, (PART.y_train < 5).astype(int), PART.x_val,
                (PART.y_val < 5).astype(int), PART.x_test, (PART.y_test < 5).astype(int), 2)
NORMS = {"batch": "BatchNormalization", "layer": "LayerNormalization", "rms": "RMSNormalization"}


def keras_model(activation, outputs, norm=None, residual=False, activity=0.0):
    keras.utils.set_random_seed(0)
    layers = keras.layers
    h = inputs = keras.Input((64,))
    for number in range(3):
        z = layers.Dense(24)(h)
        z = getattr(layers, NORMS[norm])()(z) if norm else z
        penalty = keras.regularizers.L1(activity) if activity else None
        a = layers.Activation(activation, activity_regularizer=penalty)(z)
        h = layers.Add()([h, a]) if residual and number else a
    return keras.Model(inputs, layers.Dense(outputs)(h))


def trainable(model):
    """Keras lists a layer's weights in our order: W, b, then gamma and beta of its norm."""
    return [np.asarray(weight) for weight in model.trainable_weights]


CASES = {
    "adam": dict(),
    "sgd": dict(optimiser="sgd", rate=0.1),
    "momentum": dict(optimiser="sgd", rate=0.05, momentum=0.9),
    "weight decay": dict(weight_decay=0.1),
    "sgd with decay": dict(optimiser="sgd", rate=0.1, weight_decay=0.1),
    "clip by norm": dict(optimiser="sgd", rate=0.1, clip_norm=0.5),
    "clip by value": dict(optimiser="sgd", rate=0.5, clip_value=0.01),
    # by SGD: a bias before batch norm has a gradient of 0, and Adam makes steps of its rounding
    "batch norm": dict(norm="batch", optimiser="sgd", rate=0.1),
    "layer norm": dict(norm="layer"),
    "rms norm": dict(norm="rms"),
    "residual": dict(residual=True),
    "activity penalty": dict(activity=0.01),
    "sigmoid crossentropy": dict(loss="sigmoid_crossentropy"),
    "squared error": dict(loss="squared_error"),
    "relu": dict(activation="relu"),
    "gelu": dict(activation="gelu"),
    "selu": dict(activation="selu"),
    "silu": dict(activation="silu"),
    "mish": dict(activation="mish"),
    "softplus": dict(activation="softplus"),
    "elu": dict(activation="elu"),
    "sigmoid": dict(activation="sigmoid"),
    "gelu_tanh": dict(activation="gelu_tanh"),
}


@pytest.mark.parametrize("case", CASES)
def test_ten_steps(case):
    options = {"activation": "tanh", "rate": 0.01, "optimiser": "adam", **CASES[case]}
    activation, rate = options.pop("activation"), options.pop("rate")
    shape = {name: options[name] for name in ("norm", "residual", "activity") if name in options}
    part = TWO if options.get("loss") == "sigmoid_crossentropy" else PART
    outputs = 1 if part is TWO else 10

    theirs = keras_model((lambda x: keras.activations.gelu(x, approximate=True))
                         if activation == "gelu_tanh" else activation, outputs, **shape)
    start = trainable(theirs)
    common = dict(weight_decay=options.get("weight_decay"), clipvalue=options.get("clip_value"),
                  global_clipnorm=options.get("clip_norm"))
    if options["optimiser"] == "adam":
        optimiser = keras.optimizers.Adam(rate, **common)
    else:
        optimiser = keras.optimizers.SGD(rate, momentum=options.get("momentum", 0.0), **common)
    kind = options.get("loss", "softmax_crossentropy")
    loss = {"softmax_crossentropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            "sigmoid_crossentropy": keras.losses.BinaryCrossentropy(from_logits=True),
            "squared_error": keras.losses.MeanSquaredError()}[kind]
    theirs.compile(optimiser, loss, run_eagerly=True)
    y = {"softmax_crossentropy": PART.y_train, "sigmoid_crossentropy": TWO.y_train[:, None],
         "squared_error": np.eye(10, dtype="float32")[PART.y_train]}[kind]
    their_loss = [float(theirs.train_on_batch(part.x_train[at:at + BATCH], y[at:at + BATCH]))
                  for at in range(0, STEPS * BATCH, BATCH)]

    run = training.train(part, activation, seeds=[0], hidden=(24, 24, 24), rate=rate, epochs=1,
                         batch=BATCH, weights=start, order=ROWS[None], keep="last", **options)
    mine = run.network()
    np.testing.assert_allclose(run.loss.values[0], their_loss, rtol=2e-4)
    flat = np.concatenate([w.ravel() for w in trainable(theirs)])
    moved = np.abs(flat - np.concatenate([w.ravel() for w in start])).max()
    assert np.abs(mine.weights[0] - flat).max() < 5e-4 * moved + 1e-6
    if options.get("norm") == "batch":
        np.testing.assert_allclose(mine.predict(part.x_val)[0], theirs.predict(
            part.x_val, verbose=0), rtol=1e-3, atol=1e-4)
