"""Twenty sick Keras models of different shape, and ten healthy ones: what the doctor must tell."""

from dataclasses import dataclass, field

import numpy as np

from course_lib import data, keras_tools

N = 128


@dataclass
class Patient:
    """A model, its data, what is wrong with it, and what else may rightly be said of it."""

    model: object
    x: object
    y: np.ndarray
    illness: str | None = None
    where: str = ""                    # part of the name of the layer
    also: set = field(default_factory=set)


def digits():
    some = data.digits()
    return some.x_train[:N].astype("float32"), some.y_train[:N]


def images():
    x, y = digits()
    return x.reshape(-1, 8, 8, 1), y


def waves(steps=20):
    """Sequences of noise with a sign to be found, and two classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, N)
    x = rng.normal(0, 1, (N, steps, 3)) + (2 * y - 1)[:, None, None] * 0.5
    return x.astype("float32"), y


def line():
    """A regression: standardised inputs, targets of either sign."""
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, (N, 6)).astype("float32")
    return x, (x @ rng.normal(0, 1, (6, 1)) + 0.1 * rng.normal(0, 1, (N, 1))).astype("float32")


def _k():
    keras = keras_tools.load()
    keras.utils.set_random_seed(3)
    return keras, keras.layers


def classify(model, from_logits=True, optimizer="adam"):
    keras, _ = keras_tools.load(), None
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits))
    return model


def normal(sd, mean=0.0):
    keras = keras_tools.load()
    return keras.initializers.RandomNormal(mean, sd, seed=5)


# ---- sick


def dead_dense():
    """Biases far below zero: the second layer never fires."""
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((64,)), L.Dense(32, "relu"),
        L.Dense(32, "relu", bias_initializer=keras.initializers.Constant(-50), name="off"),
        L.Dense(10)])
    return Patient(classify(model), *digits(), "dead layer", "off")


def dead_convolution():
    """A convolution with ReLU as its own layer, all channels off."""
    keras, L = _k()
    inputs = keras.Input((8, 8, 1))
    h = L.Conv2D(6, 3, bias_initializer=keras.initializers.Constant(-20))(inputs)
    h = L.MaxPooling2D()(L.ReLU(name="shut")(h))
    model = keras.Model(inputs, L.Dense(10)(L.Flatten()(h)))
    return Patient(classify(model), *images(), "dead layer", "shut")


def dead_in_a_nested_model():
    keras, L = _k()
    body = keras.Sequential([keras.Input((32,)), L.Dense(16, bias_initializer=keras.initializers
                                                         .Constant(-50)), L.ReLU(name="quiet")],
                            name="body")
    inputs = keras.Input((64,))
    model = keras.Model(inputs, L.Dense(10)(body(L.Dense(32, "gelu")(inputs))))
    return Patient(classify(model), *digits(), "dead layer", "body/quiet")


def saturated_tanh():
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((64,)), L.Dense(32, "tanh"),
        L.Dense(32, "tanh", kernel_initializer=normal(3.0), name="stuck"), L.Dense(10)])
    return Patient(classify(model), *digits(), "saturated layer", "stuck", {"exploding gradient"})


def saturated_by_pixels():
    """Pixels up to 255 into sigmoids."""
    keras, L = _k()
    model = keras.Sequential([keras.Input((8, 8, 1)), L.Flatten(),
                              L.Dense(32, "sigmoid", name="first"), L.Dense(10)])
    x, y = images()
    return Patient(classify(model), 255 * x, y, "saturated layer", "first",
                   {"inputs not standardised"})


def saturated_recurrent():
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((20, 3)),
        L.SimpleRNN(12, kernel_initializer=normal(10.0), name="memory"), L.Dense(2)])
    return Patient(classify(model), *waves(), "saturated layer", "memory",
                   {"gradient lost in time"})


def asleep_elu():
    """Not dead, but so far below zero that ELU's slope is tiny."""
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((6,)), L.Dense(24, bias_initializer=keras.initializers.Constant(-9)),
        L.ELU(name="asleep"), L.Dense(1)])
    model.compile("sgd", "mse")
    return Patient(model, *line(), "saturated layer", "asleep", {"collapse of inputs"})


def vanishing_sigmoids():
    """Ten sigmoid layers with Keras' default weights."""
    keras, L = _k()
    model = keras.Sequential([keras.Input((64,)), *[L.Dense(32, "sigmoid") for _ in range(10)],
                              L.Dense(10)])
    return Patient(classify(model), *digits(), "vanishing gradient", "dense",
                   {"collapse of inputs"})


def vanishing_small_weights():
    """tanh from weights of standard deviation 0.02, activations as layers of their own."""
    keras, L = _k()
    h = inputs = keras.Input((64,))
    for _ in range(5):
        h = L.Activation("tanh")(L.Dense(32, kernel_initializer=normal(0.02))(h))
    return Patient(classify(keras.Model(inputs, L.Dense(10)(h))), *digits(), "vanishing gradient",
                   "activation")


def vanishing_convolutions():
    keras, L = _k()
    h = inputs = keras.Input((8, 8, 1))
    for _ in range(8):
        h = L.Conv2D(8, 3, padding="same", activation="sigmoid")(h)
    model = keras.Model(inputs, L.Dense(10)(L.GlobalAveragePooling2D()(h)))
    return Patient(classify(model), *images(), "vanishing gradient", "conv2d",
                   {"collapse of inputs"})


def exploding_relu():
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((64,)),
        *[L.Dense(64, "relu", kernel_initializer=normal(1.0)) for _ in range(5)], L.Dense(10)])
    return Patient(classify(model), *digits(), "exploding gradient", "dense",
                   {"inputs not standardised"})


def exploding_in_time():
    """An identity-like recurrence with weights that are too large, ReLU inside."""
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((20, 3)),
        L.SimpleRNN(8, "relu", recurrent_initializer=keras.initializers.Identity(1.6),
                    name="echo"), L.Dense(2)])
    return Patient(classify(model), *waves(), "exploding gradient", "echo")


def double_softmax_and_loss():
    keras, L = _k()
    model = keras.Sequential([keras.Input((64,)), L.Dense(32, "relu"),
                              L.Dense(10, "softmax", name="shares")])
    return Patient(classify(model, from_logits=True), *digits(), "double softmax", "shares")


def double_softmax_layers():
    keras, L = _k()
    inputs = keras.Input((8, 8, 1))
    h = L.Flatten()(L.Conv2D(6, 3, activation="silu")(inputs))
    h = L.Dropout(0.2)(L.Dense(10, "softmax")(h))
    model = keras.Model(inputs, L.Softmax(name="again")(h))
    return Patient(classify(model, from_logits=False), *images(), "double softmax", "again")


def double_sigmoid():
    keras, L = _k()
    model = keras.Sequential([keras.Input((20, 3)), L.GRU(8), L.Dense(1, "sigmoid"),
                              L.Activation("sigmoid", name="again")])
    x, y = waves()
    model.compile("adam", "binary_crossentropy")
    return Patient(model, x, y[:, None].astype("float32"), "double sigmoid", "again")


def missing_activation():
    keras, L = _k()
    model = keras.Sequential([keras.Input((64,)), L.Dense(48, name="bare"), L.Dropout(0.1),
                              L.Dense(32, "relu"), L.Dense(10)])
    return Patient(classify(model), *digits(), "missing activation", "bare")


def missing_activation_after_batch_norm():
    """Convolution, batch norm, convolution: what was to stand after the norm was forgotten."""
    keras, L = _k()
    inputs = keras.Input((8, 8, 1))
    h = L.BatchNormalization()(L.Conv2D(8, 3, name="bare")(inputs))
    h = L.Conv2D(8, 3, activation="relu")(h)
    model = keras.Model(inputs, L.Dense(10)(L.GlobalMaxPooling2D()(h)))
    return Patient(classify(model), *images(), "missing activation", "bare")


def collapse_by_bias():
    """A huge bias: the inputs hardly show beside it."""
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((6,)),
        L.Dense(32, "softplus", bias_initializer=keras.initializers.Constant(300), name="glare"),
        L.Dense(16, "gelu"), L.Dense(1)])
    model.compile("adam", "mse")
    return Patient(model, *line(), "collapse of inputs", "glare", {"saturated layer"})


def collapse_of_constant_inputs():
    """All examples are one and the same: a fault in the pipeline."""
    keras, L = _k()
    inputs = keras.Input((8, 8, 1))
    h = L.LayerNormalization()(L.Flatten()(L.Conv2D(4, 3, activation="relu")(inputs)))
    x, y = images()
    return Patient(classify(keras.Model(inputs, L.Dense(10)(h))), np.repeat(x[:1], N, 0), y,
                   "collapse of inputs", "inputs")


def wrong_head_relu():
    """ReLU at the output of a regression with negative targets."""
    keras, L = _k()
    inputs = keras.Input((6,))
    h = L.Dense(16, "tanh")(inputs)
    h = L.Add()([h, L.Dense(16, "tanh")(h)])
    model = keras.Model(inputs, L.Dense(1, "relu", name="answer")(h))
    model.compile("adam", "mse")
    return Patient(model, *line(), "wrong head", "answer")


SICK = (dead_dense, dead_convolution, dead_in_a_nested_model, saturated_tanh, saturated_by_pixels,
        saturated_recurrent, asleep_elu, vanishing_sigmoids, vanishing_small_weights,
        vanishing_convolutions, exploding_relu, exploding_in_time, double_softmax_and_loss,
        double_softmax_layers, double_sigmoid, missing_activation,
        missing_activation_after_batch_norm, collapse_by_bias, collapse_of_constant_inputs,
        wrong_head_relu)


# ---- healthy


def mlp():
    keras, L = _k()
    model = keras.Sequential([keras.Input((64,)), L.Dense(32, "relu"), L.Dense(32, "relu"),
                              L.Dropout(0.3), L.Dense(10, "softmax")])
    return Patient(classify(model, from_logits=False), *digits())


def cnn():
    keras, L = _k()
    model = keras.Sequential([
        keras.Input((8, 8, 1)), L.Conv2D(8, 3, padding="same"), L.LeakyReLU(), L.MaxPooling2D(),
        L.DepthwiseConv2D(3, padding="same"), L.Conv2D(16, 1), L.PReLU(), L.Flatten(), L.Dense(10)])
    return Patient(classify(model), *images())


def residual():
    keras, L = _k()
    inputs = keras.Input((64,))
    h = L.Dense(32)(inputs)
    for _ in range(6):
        inner = L.Dense(32, "relu", kernel_initializer="he_normal")(h)
        h = L.Add()([h, L.Dense(32)(inner)])
    return Patient(classify(keras.Model(inputs, L.Dense(10)(h))), *digits())


def batch_norm():
    """Eight layers with batch norm before ReLU."""
    keras, L = _k()
    layers = [layer for _ in range(8)
              for layer in (L.Dense(24, use_bias=False), L.BatchNormalization(), L.ReLU())]
    model = keras.Sequential([keras.Input((64,)), *layers, L.Dense(10)])
    return Patient(classify(model), *digits())


def layer_norm():
    keras, L = _k()
    h = inputs = keras.Input((64,))
    for _ in range(6):
        h = L.LayerNormalization()(L.Dense(32, "tanh")(h))
    return Patient(classify(keras.Model(inputs, L.Dense(10)(h))), *digits())


def lstm():
    keras, L = _k()
    model = keras.Sequential([keras.Input((20, 3)), L.LSTM(8, return_sequences=True), L.LSTM(8),
                              L.Dense(2)])
    return Patient(classify(model), *waves())


def gru_both_ways():
    keras, L = _k()
    model = keras.Sequential([keras.Input((20, 3)), L.Bidirectional(L.GRU(6)), L.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    x, y = waves()
    return Patient(model, x, y[:, None])


def gelu_block():
    """One block of a transformer: attention, its sum, and a GELU layer, both after a norm."""
    keras, L = _k()
    inputs = keras.Input((20, 3))
    h = L.Dense(16)(inputs)
    normed = L.LayerNormalization()(h)
    h = L.Add()([h, L.MultiHeadAttention(2, 8)(normed, normed)])
    inner = L.Dense(16)(L.Dense(32, "gelu")(L.LayerNormalization()(h)))
    h = L.GlobalAveragePooling1D()(L.Add()([h, inner]))
    return Patient(classify(keras.Model(inputs, L.Dense(2)(h))), *waves())


def nested_multi_label():
    """Several labels an example, with a sigmoid each; the encoder is a model of its own."""
    keras, L = _k()
    encoder = keras.Sequential([keras.Input((64,)), L.Dense(32, "selu",
                                kernel_initializer="lecun_normal"), L.Dense(16, "selu")],
                               name="encoder")
    inputs = keras.Input((64,))
    model = keras.Model(inputs, L.Dense(4, "sigmoid")(encoder(inputs)))
    model.compile(keras.optimizers.SGD(0.1, 0.9), "binary_crossentropy")
    x, y = digits()
    labels = np.stack([y % 2 == 0, y > 4, y % 3 == 0, y == 7], 1).astype("float32")
    return Patient(model, x, labels)


def regression():
    """Two inputs, joined; a number of either sign."""
    keras, L = _k()
    left, right = keras.Input((4,), name="left"), keras.Input((2,), name="right")
    h = L.Concatenate()([L.Dense(12, "silu")(left), L.Dense(12, "elu")(right)])
    model = keras.Model([left, right], L.Dense(1)(L.Dense(12, "tanh")(h)))
    model.compile(keras.optimizers.RMSprop(1e-3), "mae")
    x, y = line()
    return Patient(model, {"left": x[:, :4], "right": x[:, 4:]}, y)


HEALTHY = (mlp, cnn, residual, batch_norm, layer_norm, lstm, gru_both_ways, gelu_block,
           nested_multi_label, regression)
