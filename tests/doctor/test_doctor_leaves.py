"""The doctor leaves a model as it found it, and says what it could not see."""

import numpy as np
import pytest

from course_lib import keras_tools
from course_lib.keras_tools import Opaque, graph

N = 40
X = np.random.default_rng(0).normal(0, 1, (N, 6)).astype("float32")
Y = np.arange(N) % 3


def scores(keras, model, optimiser="adam"):
    model.compile(optimiser, keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  run_eagerly=True)  # a few steps are sooner done than compiled
    return model


def every_kind(keras):
    """Whatever has a state: batch norm, dropout, a stateful layer, penalties, PReLU."""
    L = keras.layers
    inputs = keras.Input(batch_shape=(N, 6))
    h = L.BatchNormalization()(L.Dense(8, "relu", activity_regularizer="l1")(inputs))
    h = L.Dropout(0.5)(h)
    h = L.PReLU()(L.Dense(8, kernel_regularizer="l2")(L.GaussianNoise(0.1)(h)))
    h = L.GRU(4, stateful=True, dropout=0.2)(L.Reshape((2, 4))(h))
    return scores(keras, keras.Model(inputs, L.Dense(3)(L.Activation("gelu")(h))))


def keras_states(layer):
    return getattr(layer, "states", None) or []


def state(model):
    layers = list(model._flatten_layers())
    return {
        "variables": [(one.path, one.numpy().tobytes()) for one in model.variables],
        "optimiser": [one.numpy().tobytes() for one in model.optimizer.variables],
        "activations": [vars(layer).get("activation") for layer in layers],
        "gates": [vars(layer).get("recurrent_activation") for layer in layers],
        "attributes": [sorted(vars(layer)) for layer in layers],
        "losses": [[id(one) for one in layer._losses] for layer in layers],
        "calls": [len(layer._inbound_nodes) for layer in layers],
        "functions": [id(getattr(model, name)) for name in (
            "train_function", "test_function", "predict_function")],
        "states": [one.numpy().tobytes() for layer in layers
                   for one in keras_states(layer)],
        "trainable": [layer.trainable for layer in layers],
    }


@pytest.mark.parametrize("epochs", [0, 1])
def test_nothing_is_changed(keras, epochs):
    model = every_kind(keras)
    if epochs:
        model.fit(X, Y, batch_size=N, verbose=0)
    before = state(model)
    keras_tools.diagnose(model, (X, Y))
    after = state(model)
    for what, was in before.items():
        assert after[what] == was, what


def test_nothing_is_changed_when_the_look_fails(keras):
    model = every_kind(keras)
    before = state(model)

    def broken(y, outputs):
        raise RuntimeError("no such loss")
    with pytest.raises(ValueError, match="could not be computed on inputs of shape .*no such loss"):
        keras_tools.diagnose(model, (X, Y), broken)
    assert state(model) == before


def test_training_goes_on_as_if_nobody_had_looked(keras):
    losses = []
    for look in (False, True):
        keras.utils.set_random_seed(7)
        model = every_kind(keras)
        seen = []
        for _ in range(2):
            if look:
                keras_tools.diagnose(model, (X, Y))
            seen += model.fit(X, Y, batch_size=N, epochs=2, verbose=0).history["loss"]
        losses.append(seen)
    assert losses[0] == losses[1]


class OwnCall:
    """Makes a subclassed model, once Keras is there."""

    def __new__(cls, keras):
        class Mine(keras.Model):
            def __init__(self):
                super().__init__()
                self.inner = keras.layers.Dense(3, "relu")

            def call(self, x):
                return keras.ops.sigmoid(self.inner(x))
        return Mine()


def refused(model, match, data=(X, Y), loss=None, error=Opaque):
    with pytest.raises(error, match=match):
        keras_tools.diagnose(model, data, loss)


def small(keras, outputs=3):
    return keras.Sequential([keras.Input((6,), name="six"), keras.layers.Dense(5, "relu"),
                             keras.layers.Dense(outputs)])


def test_models_that_cannot_be_opened(keras):
    L = keras.layers
    own = OwnCall(keras)
    own(X)
    refused(scores(keras, own), "Mine has a `call` of its own.*Build it as keras.Sequential")
    refused(scores(keras, keras.Sequential([L.Dense(3)])), "no weights yet: begin it with")
    refused(small(keras), "no loss is known: compile")
    inputs = keras.Input((6,))
    two = keras.Model(inputs, [L.Dense(1)(inputs), L.Dense(2)(inputs)])
    two.compile("sgd", ["mse", "mse"])
    refused(two, "has 2 outputs. The doctor reads models with one")
    refused(small(keras), "a loss for each of several outputs", loss={"a": "mse"})
    refused(small(keras), "one number for all examples together",
            loss=lambda y, outputs: keras.ops.mean(outputs))
    prelu = keras.Sequential([keras.Input((6,)), L.Dense(3, L.PReLU(name="mine"))])
    refused(scores(keras, prelu), "the activation 'mine' of .* has no weights yet: call the model")
    refused("model", "a Keras model is needed.*got str", error=TypeError)
    refused(small(keras), "a loss is a name, a function", loss=3, error=TypeError)


def test_another_backend_is_refused(keras, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(Opaque, match="Keras runs on jax here"):
        graph.check(small(keras), keras)


def test_a_model_that_is_more_than_its_layers_is_refused(keras):
    """One by one its layers give other outputs than the model does: nothing seen would be true."""
    class Moody(keras.layers.Layer):
        calls = 0

        def call(self, x):
            self.calls += 1
            return x + self.calls

    model = keras.Sequential([keras.Input((6,)), Moody(), keras.layers.Dense(3)])
    refused(scores(keras, model), "gives other outputs when its layers are called one by one")


@pytest.mark.parametrize("data, match", [
    (X, r"data is \(x, y\), arrays of examples"),
    ((X, Y[:7]), "x and y need as many examples; got 40 and 7"),
    ((X, 3), "got 40 and a single number"),
    ((X[:1], Y[:1]), "two examples or more"),
    ((X[:, :4], Y), r"x must have shape \(examples, 6\) for input 'six'; got \(40, 4\)"),
    ((X[0], Y), r"got \(6,\)"),
    ((X.astype(str), Y), "x must hold numbers; got <U"),
    (([X, X], Y), "the model has 1 inputs, x has 2 arrays"),
    (({"seven": X}, Y), r"x has the inputs \['seven'\], the model \['six'\]"),
    ((X, Y + 1), "class numbers from 0 to 2, one for each of the model's 3 outputs; y runs from 1"),
    ((X, Y + 0.5), "y runs from 0.5 to 2.5"),
    ((X, np.eye(3)[Y]), r"could not be computed .* targets of shape \(40, 3\)")])
def test_data_that_do_not_fit(keras, data, match):
    refused(scores(keras, small(keras)), match, data, error=ValueError)


def test_datasets_that_do_not_fit(keras):
    import tensorflow as tf
    model = scores(keras, small(keras))
    make = tf.data.Dataset.from_tensor_slices
    for dataset, match in ((make((X, Y)), "gives single examples: .batch"),
                           (make(X).batch(5), r"must give batches of \(x, y\)"),
                           (make((X, Y)).take(0).batch(5), "the dataset is empty")):
        refused(model, match, dataset, error=ValueError)


def unseen(model, loss=None):
    report = keras_tools.diagnose(model, (X, Y), loss)
    words = " ".join(str(report).split())
    assert report.healthy and all(f"Not seen: {one}." in words for one in report.unseen)
    assert max(map(len, str(report).split("\n"))) < 80
    return report.unseen


def test_what_is_hidden_inside_a_model_is_named(keras):
    import tensorflow as tf
    L = keras.layers

    class Block(L.Layer):
        def __init__(self):
            super().__init__(name="block")
            self.inner = L.Dense(6, "tanh", name="inner")

        def call(self, x):
            return tf.nn.relu(self.inner(x)) + x

    model = scores(keras, keras.Sequential([keras.Input((6,)), L.Dense(6), Block(), L.Dense(3)]))
    (told,) = unseen(model)
    assert told.startswith("what Block 'block' computes beside") and "missing" in told
    assert keras_tools.diagnose(model, (X, Y)).layers == ("block/inner",)
    double = scores(keras, keras.Sequential([
        keras.Input((6,)), L.Dense(6, "relu"), L.Lambda(lambda x: 2 * x, name="twice"),
        L.Dense(3)]))
    assert unseen(double) == ("what the Lambda layer 'twice' computes; the lines before and after "
                              "it are right",)
    whole = scores(keras, keras.Sequential([keras.Input((6,)), L.Dense(6, "relu"),
                                            OwnCall(keras)]))
    assert any("what Mine" in one for one in unseen(whole))


def test_layers_of_ones_own_are_not_taken_for_kerass(keras):
    """A class called Dense that is none, a Dense that adds a function: neither is judged as one."""
    L = keras.layers

    class Dense(L.Dense):
        def call(self, x):
            return keras.ops.sin(super().call(x))

    class Own(keras.Sequential):
        def train_step(self, *args):
            return super().train_step(*args)

    model = scores(keras, Own([keras.Input((6,)), Dense(9), Dense(9), L.Dense(3)]))
    told = unseen(model)
    assert sum(one.startswith("what Dense '") for one in told) == 2
    assert any("the model's own `train_step`" in one for one in told)


def test_a_gradient_that_is_stopped_and_values_that_stay_hidden(keras):
    import tensorflow as tf
    L = keras.layers

    class Compiled(L.Layer):
        def __init__(self):
            super().__init__(name="compiled")
            self.inner = L.Dense(6, "tanh")
            self.quick = tf.function(self.inner)

        def build(self, shape):
            self.inner.build(shape)

        def call(self, x):
            return self.quick(x)

    model = scores(keras, keras.Sequential([
        keras.Input((6,)), L.Dense(6, "relu", name="cut"),
        L.Lambda(lambda x: tf.stop_gradient(x)), L.Dense(3)]))
    told = unseen(model)
    assert any(one.startswith("a gradient at cut: none comes back") for one in told)
    assert np.isnan(keras_tools.diagnose(model, (X, Y)).gradient[0])
    model = scores(keras, keras.Sequential([keras.Input((6,)), Compiled(), L.Dense(3)]))
    assert any("it was not called, or in a compiled graph" in one for one in unseen(model))


def test_no_activation_no_optimiser_and_a_loss_of_ones_own(keras):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
    told = unseen(model, lambda y, outputs: keras.ops.mean(outputs**2, -1))
    assert [one.split(":")[0] for one in told] == [
        "whether output and loss fit", "the size of a training step", "any activation"]


def test_names_of_losses_and_targets_of_one_axis(keras):
    """As `fit` does: a string for the loss, y of shape (N,) for one output."""
    model = small(keras, 1)
    model.compile("sgd", "mse")
    flat = keras_tools.diagnose(model, (X, X[:, 0]))
    column = keras_tools.diagnose(model, (X, X[:, :1]))
    assert flat.loss == column.loss == pytest.approx(model.evaluate(X, X[:, 0], verbose=0), 1e-4)
    assert keras_tools.diagnose(model, (X, X[:, 0]), "mae").loss != flat.loss
    one = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, "sigmoid")])
    one.compile("sgd", "binary_crossentropy")  # which itself refuses y of one axis
    yes = (X[:, 0] > 0).astype(int)
    assert keras_tools.diagnose(one, (X, yes)).loss == pytest.approx(
        one.evaluate(X, yes, verbose=0), 1e-4)
