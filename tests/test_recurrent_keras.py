"""Recurrent networks equal Keras' SimpleRNN and LSTM: outputs, and ten training steps.

Keras' LSTM uses sigmoid for its gates and tanh for candidate and output, and keeps the four parts
in the order input, forget, candidate, output, as ours does: its kernels are W and U as they stand.
"""

import os

import numpy as np
import pytest

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
keras = pytest.importorskip("keras", reason="TensorFlow has no wheel for this Python")

from course_lib import optimisers  # noqa: E402
from course_lib.recurrent import LSTM, RNN, Recurrent  # noqa: E402

D, H, C, T, B, STEPS = 3, 6, 2, 9, 8, 10
RNG = np.random.default_rng(0)
X = RNG.standard_normal((STEPS, B, T, D)).astype(np.float32)
Y = RNG.integers(0, C, (STEPS, B))
ONE_HOT = np.eye(C, dtype=np.float32)[Y]
CELLS = [RNN("tanh"), RNN("relu", "identity"), RNN("sigmoid", "glorot"), RNN("gelu", "he"), LSTM(1),
         LSTM(-2), LSTM(3, "relu")]


def ours(cell, seed=0):
    network = Recurrent(cell, (D, H, C), "softmax_crossentropy")
    network.initialise([seed])
    network.parts.b[:] += RNG.standard_normal(network.parts.b.shape).astype(np.float32) / 10
    return network


def theirs(cell, network):
    f = cell.activation.name
    layer = keras.layers.LSTM(H, activation=f) if isinstance(cell, LSTM) else (
        keras.layers.SimpleRNN(H, activation=f))
    model = keras.Sequential([keras.Input((T, D)), layer, keras.layers.Dense(C)])
    p = network.parts
    model.set_weights([p.W[0], p.U[0], p.b[0, 0], p.V[0], p.c[0, 0]])
    return model


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_outputs(cell):
    network = ours(cell)
    expected = theirs(cell, network).predict_on_batch(X[0])
    np.testing.assert_allclose(network.predict(X[0])[0], expected, rtol=1e-5, atol=3e-6)
    assert np.abs(expected).max() > 0.05


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS[:2] + CELLS[4:5], ids=lambda cell: cell.name)
def test_ten_steps(cell, optimiser):
    network = ours(cell)
    model = theirs(cell, network)
    make, rate = {"sgd": (keras.optimizers.SGD, 0.1), "adam": (keras.optimizers.Adam, 0.01)}[
        optimiser]
    model.compile(make(rate),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    step = {"sgd": optimisers.SGD, "adam": optimisers.Adam}[optimiser](network.weights)
    for x, y, hot in zip(X, Y, ONE_HOT, strict=True):
        expected = model.train_on_batch(x, y)
        found = network.loss_and_gradient(x[None], hot[None])[0]
        step.step(network.weights, network.gradient, np.full(1, rate, np.float32))
        assert found == pytest.approx(float(expected), rel=2e-5)
    p = network.parts
    for mine, keras_own in zip((p.W[0], p.U[0], p.b[0, 0], p.V[0], p.c[0, 0]), model.get_weights(),
                               strict=True):
        np.testing.assert_allclose(mine, keras_own, rtol=1e-4, atol=1e-5)
