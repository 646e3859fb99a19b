"""The doctor as a callback: its reports, its logs as TensorBoard reads them, training untouched."""

import numpy as np
import pytest

from course_lib import keras_tools

N = 40
X = np.random.default_rng(0).normal(0, 1, (N, 6)).astype("float32")
Y = np.arange(N) % 3


def model_of(keras):
    keras.utils.set_random_seed(5)
    L = keras.layers
    model = keras.Sequential([keras.Input((6,)), L.Dense(8, "relu", name="first"), L.Dropout(0.3),
                              L.BatchNormalization(), L.Dense(8, "tanh", name="second"),
                              L.Dense(3)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  run_eagerly=True)  # a few steps are sooner done than compiled
    return model


def fit(model, epochs, *callbacks):
    return model.fit(X, Y, epochs=epochs, batch_size=20, verbose=0, callbacks=list(callbacks))


def test_tensorboard_reads_what_the_reports_say(keras, tmp_path):
    import tensorflow as tf
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    doctor = keras_tools.Doctor((X, Y), log_dir=tmp_path / "logs", every=2)
    model = model_of(keras)
    fit(model, 5, doctor)
    assert sorted(doctor.reports) == [0, 2, 4]
    logs = reader.EventAccumulator(str(tmp_path / "logs"), size_guidance={"tensors": 0})
    logs.Reload()
    tags = set(logs.Tags()["tensors"])
    columns = set(doctor.reports[0].columns())
    assert {f"doctor/first/{column}" for column in columns} <= tags
    assert {f"doctor/second/{column}" for column in columns - {"factor"}} <= tags
    assert "doctor/second/factor" not in tags  # nan: it is the last
    for epoch, event in zip((0, 2, 4), logs.Tensors("doctor/first/gradient"), strict=True):
        assert event.step == epoch
        value = float(tf.make_ndarray(event.tensor_proto))
        assert value == pytest.approx(doctor.reports[epoch].gradient[0], rel=1e-6)
    for epoch, event in zip((0, 2, 4), logs.Tensors("doctor/loss"), strict=True):
        assert float(tf.make_ndarray(event.tensor_proto)) == pytest.approx(
            doctor.reports[epoch].loss)
    for what in ("activations", "gradients"):
        last = tf.make_ndarray(logs.Tensors(f"doctor/second/{what}")[-1].tensor_proto)
        assert last.shape[1] == 3 and last[:, 2].sum() == N * 8  # left, right, how many
    assert logs.SummaryMetadata("doctor/second/gradients").plugin_data.plugin_name == "histograms"
    final = keras_tools.diagnose(model, (X, Y))
    fit(model, 1, doctor)  # counted on from the last look; 5 is no second epoch
    assert sorted(doctor.reports) == [0, 2, 4] and final.loss != doctor.reports[4].loss


def test_training_is_the_same_with_and_without(keras):
    histories = [fit(model_of(keras), 3, *callbacks).history["loss"]
                 for callbacks in ([], [keras_tools.Doctor((X, Y))])]
    assert histories[0] == histories[1]


def test_a_model_built_by_fit_and_no_logs(keras, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    doctor = keras_tools.Doctor((X, X[:, 0]))
    model.fit(X, X[:, 0], epochs=2, verbose=0, callbacks=[doctor])
    assert sorted(doctor.reports) == [0, 1, 2] and not list(tmp_path.iterdir())
    assert doctor.reports[2].loss < doctor.reports[0].loss


def test_a_network_that_diverges_is_followed_to_its_end(keras, tmp_path):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"),
                              keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e9), "mse")
    doctor = keras_tools.Doctor((X, X[:, 0]), tmp_path)
    model.fit(X, X[:, 0], epochs=3, batch_size=20, verbose=0, callbacks=[doctor])
    assert doctor.reports[3].names() == ("non-finite values",)
    assert "step too large" in doctor.reports[0].names()


@pytest.mark.parametrize("every", [0, -1, 1.5, "1"])
def test_bad_intervals(every):
    with pytest.raises(ValueError, match="every is a number of epochs, 1 or more"):
        keras_tools.Doctor((X, Y), every=every)


def test_data_that_do_not_fit_stop_the_training_at_once(keras):
    with pytest.raises(ValueError, match="x must have shape"):
        fit(model_of(keras), 1, keras_tools.Doctor((X[:, :2], Y)))
