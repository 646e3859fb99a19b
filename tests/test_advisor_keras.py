"""The advisor's Keras code runs, builds what the advice says, and its loss is the right one."""

import numpy as np
import pytest
import scipy.special

from course_lib import advisor, keras_tools

N = 6
SHAPES = {"convolutional": (N, 32, 32, 3), "recurrent": (N, 4, 20), "transformer": (N, 30, 20)}
COUNTS = {"multi-class": 10, "multi-label": 5}
# A choice each of what changes the code's structure; deep stacks once, since they take longest.
STRUCTURES = [
    dict(zip(("architecture", "depth", "normalisation", "residual"), one, strict=True))
    for one in (("dense", "shallow", "none", "no"), ("dense", "shallow", "batch", "no"),
                ("dense", "medium", "none", "yes"), ("dense", "deep", "none", "no"),
                ("dense", "deep", "layer", "yes"), ("convolutional", "shallow", "none", "no"),
                ("convolutional", "medium", "batch", "yes"),
                ("convolutional", "medium", "none", "yes"), ("recurrent", "shallow", "none", "no"),
                ("recurrent", "shallow", "layer", "yes"),
                ("recurrent", "medium", "batch", "no"),
                ("transformer", "shallow", "layer", "yes"),
                ("transformer", "shallow", "none", "no"), ("implicit", "medium", "none", "no"),
                ("implicit", "shallow", "batch", "yes"))]


@pytest.fixture(scope="module")
def keras():
    pytest.importorskip("tensorflow", reason="TensorFlow has no wheel for this Python")
    keras = keras_tools.load()
    keras.utils.set_random_seed(0)  # first weights are checked within what their draw allows
    return keras


def build(advice, x):
    """The model of an advice's code."""
    names = {"x_train": x}
    exec(advice.keras(), names)
    return names["model"]


def inputs(answers, scale=1.0):
    shape = SHAPES.get(answers["architecture"], (N, 20))
    return (scale * np.random.default_rng(7).standard_normal(shape)).astype("float32")


@pytest.mark.parametrize("answers", STRUCTURES, ids=lambda one: "-".join(one.values()))
def test_the_model_is_what_the_advice_says(keras, answers):
    advice = advisor.advise(task="regression", **answers)
    x = inputs(advice.answers)
    model = build(advice, x)
    out = np.asarray(model(x))
    assert out.shape == (N, 1) and np.isfinite(out).all()
    kinds = [type(layer).__name__ for layer in model.layers]
    layers = {"shallow": 2, "medium": 6, "deep": 12}[answers["depth"]]
    kind = answers["architecture"]
    skips, norms = (answers["residual"] == "yes") * layers, (
        answers["normalisation"] != "none") * layers
    if kind == "transformer":
        assert kinds.count("MultiHeadAttention") == layers
        skips, norms = 2 * skips, 2 * norms + bool(norms)
        if norms:  # the sum of a stack that normalises inside its branches is normalised last
            assert kinds[-3].endswith("Normalization") and "Pooling" in kinds[-2]
    elif kind == "recurrent":
        assert kinds.count("LSTM") == 2  # at most, at every depth
        skips, norms = min(skips, 2), min(norms, 2)
        assert [layer.return_sequences for layer in model.layers
                if hasattr(layer, "return_sequences")] == [True, False]
        assert all(layer.unit_forget_bias for layer in model.layers
                   if hasattr(layer, "unit_forget_bias"))
    elif kind == "implicit":
        skips = norms = 0
        assert kinds.count("Dense") == layers + 1
    else:
        made = "Conv2D" if kind == "convolutional" else "Dense"
        assert kinds.count(made) == layers + bool(skips) + (made == "Dense")
        if made == "Conv2D" and skips:
            norms += bool(norms)  # the sum is normalised last
            assert kinds[-3:] == ["Activation", "GlobalAveragePooling2D", "Dense"]
            ends = [layer.input[1] for layer in model.layers if type(layer).__name__ == "Add"]
            x = np.concatenate([np.asarray(keras.Model(model.input, end)(inputs(
                advice.answers))).ravel() for end in ends])
            assert 0.3 < (x < 0).mean() < 0.7  # a branch adds and takes away
        if made == "Conv2D":  # 32 pixels a side become 8 before the average over them
            assert kinds.count("MaxPooling2D") == 2
            pooled = kinds.index("GlobalAveragePooling2D")
            assert model.layers[pooled].input.shape[1:3] == (8, 8)
    assert kinds.count("Add") == skips
    assert sum(one.endswith("Normalization") for one in kinds) == norms


@pytest.mark.parametrize("answers", [
    {"depth": "shallow"}, {"depth": "deep"},
    {"depth": "deep", "residual": "yes"}, {"depth": "deep", "normalisation": "batch"}],
    ids=lambda one: "-".join(one.values()))
def test_function_and_first_weights_are_those_advised(keras, answers):
    advice = advisor.advise(**answers)
    model = build(advice, inputs(advice.answers))
    functions = {layer.activation.__name__ for layer in model.layers
                 if type(layer).__name__ == "Activation"}
    assert functions == {advice.hidden.code["function"]}
    hidden = [layer for layer in model.layers if type(layer).__name__ == "Dense"][1:-1]
    n = 64
    variance = {"he_normal": 2 / n, "lecun_normal": 1 / n, "glorot_uniform": 1 / n}[
        advice.weights.code["weights"]]
    for layer in hidden:  # 4,096 weights: their variance is known to some 2 per cent
        assert np.var(layer.kernel) == pytest.approx(variance, rel=0.12)
        assert not np.any(layer.bias)


def test_sines_keep_their_spread_as_the_paper_says(keras):
    # Sitzmann et al. 2020: sums of standard deviation 1 at every depth. By the exact recursion they
    # settle a little lower, where var z = 1 - exp(-2 var z): at 0.89.
    advice = advisor.advise(architecture="implicit", depth="medium")
    x = np.random.default_rng(3).uniform(-1, 1, (400, 20)).astype("float32")
    model, spread = build(advice, x), []
    first = abs(np.asarray(model.layers[1].kernel))  # uniform up to 1/n, for n = 20 inputs
    assert 0.98 / 20 < first.max() <= 1 / 20 and first.mean() == pytest.approx(0.5 / 20, rel=0.06)
    for layer in model.layers[2:-1]:
        z = 30 * np.asarray(x_into(keras, model, layer)(x)) @ np.asarray(layer.kernel)
        spread.append(z.std())
    assert len(spread) == 5 and all(0.75 < one < 1.15 for one in spread)


def x_into(keras, model, layer):
    return keras.Model(model.input, layer.input)


@pytest.mark.parametrize("task", advisor.QUESTIONS["task"])
def test_the_loss_takes_what_the_head_gives(keras, task):
    """Against the losses written out in numpy, from the scores (the last layer's weighted sums)."""
    advice = advisor.advise(task=task)
    # Not large: Keras' Poisson adds 1e-7 within the logarithm, which is seen where exp(z) is small.
    x = inputs(advice.answers)
    model = build(advice, x)
    last = model.layers[-1]
    before = np.asarray(keras.Model(model.input, last.input)(x), float)
    z = before @ np.asarray(last.kernel, float) + np.asarray(last.bias, float)
    rng = np.random.default_rng(1)
    if task == "multi-class":
        y = rng.integers(0, 10, N)
        expected = -scipy.special.log_softmax(z, 1)[np.arange(N), y].mean()
    elif task in ("binary", "multi-label", "bounded"):
        y = rng.random(z.shape) if task == "bounded" else rng.integers(0, 2, z.shape)
        p = scipy.special.expit(z)
        expected = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    elif task == "counts":
        y = rng.poisson(2.0, z.shape)
        expected = (np.exp(z) - y * z).mean()
    else:
        y = np.abs(rng.standard_normal(z.shape))
        out = np.log1p(np.exp(z)) if task == "positive" else z
        expected = np.square(out - y).mean()
    assert z.shape == (N, COUNTS.get(task, 1))
    found = float(model.loss(np.asarray(y, "float32"), model(x)))
    assert found == pytest.approx(expected, rel=1e-4)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.004)


def test_accuracy_is_that_of_the_likelier_answer(keras):
    """A score above 0 is a probability above a half; the metric is given scores."""
    for task in ("binary", "multi-label"):
        assert "BinaryAccuracy(threshold=0.0)])  # scores: cut at 0" in (
            advisor.advise(task=task).keras())
        x = inputs({"architecture": "dense"})
        model = build(advisor.advise(task=task), x)
        y = (np.asarray(model(x)) > 0).astype("float32")
        found = model.evaluate(x, y, verbose=0, return_dict=True)
        assert found["binary_accuracy"] == 1.0
    model = build(advisor.advise(task="multi-class"), inputs({"architecture": "dense"}))
    x = inputs({"architecture": "dense"})
    found = model.evaluate(x, np.asarray(model(x)).argmax(1), verbose=0, return_dict=True)
    assert found["sparse_categorical_accuracy"] == 1.0


def test_the_lines_in_comments_fit_too(keras):
    """The last lines of every code, with their marks taken off and data for them."""
    advice = advisor.advise(task="binary")
    x = inputs(advice.answers)
    y = np.random.default_rng(4).integers(0, 2, (N, 1)).astype("float32")
    names = {"x_train": x, "y_train": y, "x_val": x, "y_val": y}
    text = "\n".join(line.removeprefix("# ") for line in advice.keras().splitlines())
    text = text.replace("epochs=200", "epochs=2, verbose=0")
    exec(text, names)
    assert names["stop"].restore_best_weights and names["stop"].monitor == "val_loss"
    assert len(names["model"].history.history["val_loss"]) == 2


@pytest.mark.parametrize("task", ["regression", "bounded"])
def test_targets_are_scaled_for_the_model_and_predictions_turned_back(keras, task):
    """By hand: targets 10, 20, ... 60 have mean 35 and mean squared deviation 1750 / 6."""
    x = inputs({"architecture": "dense"})
    y = 10.0 * np.arange(1, N + 1)[:, None]
    names = {"x_train": x, "y_train": y, "x_val": x, "y_val": y, "x_new": x}
    text = "\n".join(line.removeprefix("# ") for line in
                     advisor.advise(task=task).keras().splitlines())
    for old, new in (("epochs=200", "epochs=1, verbose=0"), ("high = 0, 1", "high = 0, 80"),
                     ("model.predict(x_new)", "model(x_new)")):
        text = text.replace(old, new)
    exec(text, names)
    out, scaled = np.asarray(names["model"](x)), names["scaled"](np.array([10.0, 60.0]))
    if task == "regression":
        spread = (1750 / 6) ** 0.5
        assert scaled == pytest.approx([-25 / spread, 25 / spread])
        expected = 35 + spread * out
    else:
        assert scaled == pytest.approx([1 / 8, 3 / 4])
        expected = 80 * scipy.special.expit(out)
    assert np.asarray(names["predicted"]) == pytest.approx(expected, rel=1e-4)


def test_alpha_dropout_keeps_what_selu_needs(keras):
    """Mean 0 and variance 1, where plain dropout of a quarter makes the mean square 4/3.

    The advice names it only where it names SELU first.
    """
    z = np.random.default_rng(5).standard_normal((300, 300)).astype("float32")
    kept = np.asarray(keras.layers.AlphaDropout(0.25, seed=1)(z, training=True))
    plain = np.asarray(keras.layers.Dropout(0.25, seed=1)(z, training=True))
    assert abs(kept.mean()) < 0.02 and kept.var() == pytest.approx(1, abs=0.03)
    assert plain.var() == pytest.approx(4 / 3, abs=0.03)
    assert "AlphaDropout" in advisor.advise(depth="deep").keras()
    assert "AlphaDropout" not in advisor.advise(depth="medium").keras()


def test_raw_inputs_are_standardised_in_the_model(keras):
    x = inputs({"architecture": "dense"}, scale=50.0) + 1000
    model = build(advisor.advise(data="raw"), x)
    layer, = (one for one in model.layers if type(one).__name__ == "Normalization")
    z = np.asarray(layer(x))
    assert z.mean(0) == pytest.approx(0, abs=1e-3) and z.std(0) == pytest.approx(1, abs=1e-3)


def test_it_trains(keras):
    """One pass is enough to see loss, targets and shapes fit together, clipping and warm-up too."""
    for answers in ({"task": "multi-class"}, {"task": "multi-label", "architecture": "recurrent"},
                    {"task": "counts", "architecture": "transformer", "normalisation": "layer",
                     "residual": "yes"}):
        advice = advisor.advise(**answers)
        x = inputs(advice.answers)
        model = build(advice, x)
        shape = (N,) if answers["task"] == "multi-class" else (N, COUNTS.get(answers["task"], 1))
        y = np.random.default_rng(2).integers(0, 2, shape)
        before = model.get_weights()
        history = model.fit(x, y, batch_size=2, verbose=0)
        assert np.isfinite(history.history["loss"]).all()
        assert any(not np.array_equal(a, b)
                   for a, b in zip(before, model.get_weights(), strict=True))
        # Of all gradients together: a limit for each layer's alone would turn the step.
        assert model.optimizer.global_clipnorm == (1 if "recurrent" in answers.values() else None)
        assert model.optimizer.clipnorm is model.optimizer.clipvalue is None
