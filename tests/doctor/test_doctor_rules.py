"""Every branch of every rule, by models and numbers made for it."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import data, keras_tools
from course_lib.keras_tools import findings

N = 40
X = np.random.default_rng(0).normal(0, 1, (N, 6)).astype("float32")
CLASSES = np.arange(N) % 3
ONE_HOT = np.eye(3)[CLASSES]
SEVERAL = np.minimum(ONE_HOT + np.eye(3)[(CLASSES + 1) % 3], 1)
YES = (np.arange(N) % 2)[:, None]
SIGNED, POSITIVE = X[:, :1] * 2, np.abs(X[:, :1]) * 2

HEADS = [  # units, activation, loss, from_logits, targets: what is found, whether an illness
    (1, "softmax", "BinaryCrossentropy", False, YES, "wrong head", True),
    (3, None, "SparseCategoricalCrossentropy", True, CLASSES, None, None),
    (3, "softmax", "SparseCategoricalCrossentropy", False, CLASSES, None, None),
    (3, "softmax", "SparseCategoricalCrossentropy", True, CLASSES, "double softmax", True),
    (3, "softmax", "CategoricalCrossentropy", True, ONE_HOT, "double softmax", True),
    (3, "sigmoid", "CategoricalCrossentropy", True, ONE_HOT, "wrong head", True),
    (3, "sigmoid", "CategoricalCrossentropy", False, ONE_HOT, "wrong head", True),
    (3, None, "CategoricalCrossentropy", False, ONE_HOT, "wrong head", True),
    (3, "relu", "CategoricalCrossentropy", False, ONE_HOT, "wrong head", True),
    (3, "relu", "SparseCategoricalCrossentropy", True, CLASSES, "wrong head", True),
    (3, "tanh", "SparseCategoricalCrossentropy", True, CLASSES, "wrong head", True),
    (3, "softmax", "CategoricalCrossentropy", False, SEVERAL, "wrong head", True),
    (3, "softmax", "BinaryCrossentropy", False, SEVERAL, "wrong head", True),
    (3, "softmax", "BinaryCrossentropy", False, ONE_HOT, "wrong head", False),
    (3, "sigmoid", "BinaryCrossentropy", False, SEVERAL, None, None),
    (1, "sigmoid", "BinaryCrossentropy", False, YES, None, None),
    (1, "sigmoid", "BinaryCrossentropy", True, YES, "double sigmoid", True),
    (1, None, "BinaryCrossentropy", True, YES, None, None),
    (1, None, "BinaryCrossentropy", False, YES, "wrong head", True),
    (1, None, "MeanSquaredError", None, SIGNED, None, None),
    (1, "relu", "MeanSquaredError", None, SIGNED, "wrong head", True),
    (1, "relu", "MeanSquaredError", None, POSITIVE, "wrong head", False),
    (1, "softplus", "MeanSquaredError", None, POSITIVE, None, None),
    (1, "sigmoid", "MeanAbsoluteError", None, POSITIVE, "wrong head", True),
    (1, "tanh", "MeanSquaredError", None, np.tanh(SIGNED), None, None),
]


@pytest.mark.parametrize("units, function, loss, scores, y, name, illness", HEADS)
def test_heads(keras, units, function, loss, scores, y, name, illness):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "tanh"),
                              keras.layers.Dense(units, function)])
    more = {} if scores is None else {"from_logits": scores}
    model.compile("sgd", getattr(keras.losses, loss)(**more))
    found = keras_tools.diagnose(model, (X, y)).findings
    assert [(one.name, one.illness) for one in found if "dead" not in one.name] == (
        [(name, illness)] if name else [])


def test_whether_keras_undoes_the_second_softmax_is_told_as_it_is(keras):
    """With the softmax right before the loss it does, with a layer between it does not."""
    L = keras.layers
    told = {}
    for more in ([], [L.Reshape((3,))]):
        model = keras.Sequential([keras.Input((6,)), L.Dense(3, "softmax"), *more])
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        report = keras_tools.diagnose(model, (9 * X, CLASSES))
        p = np.asarray(model(9 * X))
        plain = -np.log(np.exp(p) / np.exp(p).sum(1, keepdims=True))[range(N), CLASSES].mean()
        assert report.names()[0] == "double softmax"
        told[len(more)] = "Keras on TensorFlow notices" in report.findings[0].words
        assert told[len(more)] == (abs(report.loss - plain) > 0.1) == (
            "no harm to this training" in report.findings[0].words)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Keras' own word on it
            fitted = model.evaluate(9 * X, CLASSES, verbose=0)
        assert report.loss == pytest.approx(fitted, rel=1e-3)
    assert told == {0: True, 1: False}


def test_a_bottleneck_is_a_hint_and_a_sum_is_none(keras):
    L = keras.layers
    inputs = keras.Input((6,))
    narrow = L.Dense(8, "relu")(L.Dense(2, name="narrow")(inputs))
    model = keras.Model(inputs, L.Dense(3)(narrow))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    (found,) = keras_tools.diagnose(model, (X, CLASSES), loss).findings
    assert (found.name, found.layer, found.illness) == ("missing activation", "narrow", False)
    a = L.Dense(6)(inputs)
    model = keras.Model(inputs, L.Dense(3)(L.Add()([a, inputs])))
    assert keras_tools.diagnose(model, (X, CLASSES), loss).findings == ()
    model = keras.Model(inputs, L.Dense(3)(L.Activation("linear")(L.Dense(6, name="bare")(inputs))))
    (found,) = keras_tools.diagnose(model, (X, CLASSES), loss).findings
    assert (found.name, found.layer, found.illness) == ("missing activation", "bare", True)


def test_non_finite_values_are_named_where_they_begin(keras):
    L = keras.layers
    model = keras.Sequential([keras.Input((6,)), L.Dense(8, "relu", name="a"),
                              L.Dense(8, "relu", name="b"), L.Dense(1)])
    model.compile("sgd", "mse")

    def place(x=X, y=SIGNED):
        (found,) = keras_tools.diagnose(model, (x, y)).findings
        assert found.name == "non-finite values" and found.illness
        return found.layer, found.words.split()[0]

    broken = X.copy()
    broken[3, 2] = np.nan
    assert place(x=broken) == ("the inputs", "some")
    assert place(y=np.full((N, 1), np.inf)) == ("the targets", "all")
    assert place(x=X * 1e30, y=SIGNED)[0] == "the loss"  # squares leave float32
    assert place(x=np.full_like(X, 3e38))[0] == "a"
    model.layers[1].bias.assign(np.full(8, np.nan))
    assert place() == (model.layers[1].bias.path, "all")


def line(name="h", *, step=None, **numbers):
    """A planted line; what is not said is healthy."""
    seen = SimpleNamespace(
        hard=numbers.pop("hard", True), gate=numbers.pop("gate", False), function="relu",
        flat=numbers.pop("flat", (True, False)), step=step, owner=numbers.pop("owner", None))
    planted = {"dead": 0.0, "saturated": 0.0, "cosine": 0.5, "update": 0.001}
    more = {key: numbers.pop(key) for key in ("length", "steps", "head") if key in numbers}
    made = {"length": 1.0, "steps": (), "head": False} | more
    numbers = planted | numbers

    class Planted(SimpleNamespace):
        hidden = not made["head"] and not seen.gate

        def __getitem__(self, column):
            return numbers[column]
    return Planted(name=name, seen=seen, **made)


def names(found):
    return [(name, illness) for name, _, _, illness in found]


LOOK = SimpleNamespace(y=np.zeros(100))


@pytest.mark.parametrize("planted, found", [
    ({"dead": 0.24}, []), ({"dead": 0.25}, [("many dead units", False)]),
    ({"dead": 0.49}, [("many dead units", False)]), ({"dead": 0.5}, [("dead layer", True)]),
    ({"dead": np.nan}, []), ({"dead": 1.0, "hard": False}, []), ({"dead": 1.0, "gate": True}, [])])
def test_dead(planted, found):
    assert names(findings._dead(LOOK, [line(**planted)])) == found


def test_layers_with_dead_units_are_told_together():
    lines = [line("a", dead=0.3), line("b", dead=0.6), line("c", dead=0.1), line("d", dead=0.45),
             line("e", dead=0.4), line("f", dead=1.0)]
    (dead, many) = findings._dead(LOOK, lines)
    assert dead[:2] == ("dead layer", "b") and "(so too in one layer more, all, in 'f')" in dead[2]
    assert many[:2] == ("many dead units", "a") and (
        "(so too in 2 layers more, at most about 45 %, in 'd')" in many[2])


def test_few_examples_are_told():
    few, many = ([words for _, _, words, _ in findings._dead(
        SimpleNamespace(y=np.zeros(count)), [line(dead=1.0)])][0] for count in (31, 32))
    assert "few" in few and "all of its relu units" in few and "few" not in many


CROSS, SQUARED = (SimpleNamespace(crossentropy=value) for value in (True, False))


@pytest.mark.parametrize("planted, loss, learnt, found", [
    ({"saturated": 0.69, "flat": (True, True)}, CROSS, False, False),
    ({"saturated": 0.7, "flat": (True, True)}, CROSS, False, True),
    ({"saturated": 0.7, "flat": (True, True)}, CROSS, True, False),
    ({"saturated": 0.94, "flat": (True, False)}, CROSS, False, False),
    ({"saturated": 0.95, "flat": (True, False)}, CROSS, False, True),
    ({"saturated": 1.0, "flat": (False, False)}, CROSS, False, False),
    ({"saturated": 1.0, "flat": (True, True), "hard": True}, CROSS, False, False),
    ({"saturated": 1.0, "flat": (True, True), "gate": True}, CROSS, False, False),
    ({"saturated": 1.0, "flat": (True, True), "head": True}, CROSS, False, False),
    ({"saturated": 1.0, "flat": (True, True), "head": True}, SQUARED, False, True)])
def test_saturated(planted, loss, learnt, found):
    planted = {"hard": False} | planted
    assert names(findings._saturated([line(**planted)], loss, learnt)) == (
        [("saturated layer", True)] if found else [])


def chain(*lengths, heads=()):
    """Lines of layers on top of each other."""
    below, made = [], []
    for k, length in enumerate(lengths):
        step = SimpleNamespace(sources=below)
        made.append(line(f"h{k}", step=step, length=length, head=k in heads))
        below = [step]
    return made


@pytest.mark.parametrize("lengths, found", [
    ((1e-3, 1.0), []), ((0.9e-3, 1.0), ["vanishing gradient"]), ((100.0, 1.0), []),
    ((101.0, 1.0), ["exploding gradient"]), ((1e-9,), []), ((1e-9, 0.0), []),
    ((np.nan, 1e-9, 1.0), ["vanishing gradient"]), ((1.0, 1e-9, 1.0), [])])
def test_gradients_through_depth(lengths, found):
    assert [name for name, *_ in findings._through_depth(chain(*lengths))] == found


def weights(times_inputs):
    """Stands for a Dense layer of 32 inputs."""
    class Dense:
        kernel = np.full((32, 32), np.sqrt(times_inputs / 32))
    return Dense()


@pytest.mark.parametrize("count, factor, owner, found", [
    (8, 0.69, None, True), (8, 0.71, None, False), (8, 0.79, weights(1.0), True),
    (8, 0.81, weights(1.0), False), (8, 0.79, weights(1.6), False), (8, 0.69, weights(2), True),
    (7, 0.6, weights(1.0), False), (20, 0.79, weights(1.0), True)])
def test_a_gradient_that_fades(count, factor, owner, found):
    lines = chain(*factor ** np.arange(count)[::-1])
    for one in lines:
        one.seen.owner = owner
    told = list(findings._through_depth(lines))
    assert names(told) == [("fading gradient", False)] * found
    assert not list(findings._through_depth(lines, learnt=True))
    if found:
        assert told[0][1] == "h0" and f"about {factor:.2f} of the gradient each" in told[0][2]
        assert ("he_normal's 2 suits it" in told[0][2]) == (
            owner is not None and owner.kernel[0, 0] < 0.2)


def test_one_bad_layer_is_no_steady_loss_and_a_lost_gradient_no_fading():
    once = chain(*[0.01] * 4, *[1.0] * 5)  # in the mean 0.56 a layer, in the median 1
    assert not list(findings._through_depth(once))
    lost = chain(*0.3 ** np.arange(8)[::-1])
    assert names(findings._through_depth(lost)) == [("vanishing gradient", True)]


@pytest.mark.parametrize("function, init, found", [
    ("relu", "glorot_uniform", 5), ("gelu", "glorot_uniform", 5), ("relu", "he_normal", 0),
    ("tanh", "glorot_uniform", 0)])
def test_relu_with_the_default_weights_is_told(keras, function, init, found):
    """The chapter's own example: ten layers, each with 0.7 of the gradient (the root of 1/2)."""
    told = []
    some = data.digits()
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input((64,)), *[
            keras.layers.Dense(64, function, kernel_initializer=init) for _ in range(10)],
            keras.layers.Dense(10)])
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        report = keras_tools.diagnose(model, (some.x_train[:128], some.y_train[:128]))
        assert report.healthy
        told += [one for one in report.findings if one.name == "fading gradient"]
    assert len(told) == found
    assert all(f"This is {function} with smaller" in one.words and "is about 1.0" in one.words
               and "Why tutorials disagree" in one.read for one in told)


def test_an_output_is_no_hidden_layer():
    assert not list(findings._through_depth(chain(1e-9, 1.0, heads=(1,))))


def test_words_give_powers_of_ten():
    (_, where, words, _), = findings._through_depth(chain(3e-6, 1.0, 1.0))
    assert where == "h0" and "less than 1e-5" in words and "'h2', 2 layers above" in words
    (_, _, words, _), = findings._through_depth(chain(3456.0, 1.0))
    assert "more than 1e3 times" in words and "1 layer above" in words
    assert findings._below(0) == "1e-30"


@pytest.mark.parametrize("steps, found", [
    ((), []), ((1e-6, 1.0), []), ((0.9e-6, 1.0), [("gradient lost in time", False)]),
    ((101.0, 1.0), [("exploding gradient", True)]), ((100.0, 1.0), []), ((1.0, 0.0), [])])
def test_gradients_through_time(steps, found):
    assert names(findings._through_time([line(steps=steps)])) == found
    assert not list(findings._through_time([line(steps=steps, gate=True)]))


@pytest.mark.parametrize("cosines, where, words", [
    ((0.5, 0.9998), None, ""), ((np.nan,), None, ""),
    ((0.5, 0.99991), "h1", "its outputs for different inputs have"),
    ((0.99999, 0.99999, 0.5, 1.0), "h0", "(and those of 2 after it)")])
def test_collapse(cosines, where, words):
    found = list(findings._collapse([line(f"h{k}", cosine=one) for k, one in enumerate(cosines)]))
    assert [layer for _, layer, _, _ in found] == ([where] if where else [])
    assert not where or words in found[0][2]


@pytest.mark.parametrize("update, far", [(0.99, None), (1.0, "as much as"), (1.49, "as much as"),
                                         (1.6, "about 2 times"), (41.0, "about 40 times"),
                                         (np.nan, None)])
def test_steps(update, far):
    found = list(findings._steps([line(update=0.5), line(update=update)]))
    assert names(found) == [("step too large", True)] * bool(far)
    assert not far or f"move its weights by {far} their own size" in found[0][2]


@pytest.mark.parametrize("scale, found", [
    (4.5, []), (5.5, [False]), (19.0, [False]), (21.0, [True]), (0.02, []), (0.005, [False])])
def test_inputs_not_standardised(keras, scale, found):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"),
                              keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e-9), "mse")
    ones = np.sign(X)  # of root mean square 1
    report = keras_tools.diagnose(model, (scale * ones, SIGNED))
    assert [(one.name, one.illness) for one in report.findings] == [
        ("inputs not standardised", ill) for ill in found]


def test_huge_inputs_are_a_hint_where_a_norm_follows_or_all_is_learnt(keras):
    L = keras.layers

    def ill(*after, learnt=False):
        model = keras.Sequential([keras.Input((6,)), L.Dense(8), *after, L.Dense(8, "relu"),
                                  L.Dense(1)])
        model.compile(keras.optimizers.SGD(1e-9), "mse")
        y = model.predict(200 * X, verbose=0) if learnt else SIGNED
        report = keras_tools.diagnose(model, (200 * X, y))
        return [one.illness for one in report.findings if one.name == "inputs not standardised"]
    assert ill(L.ReLU()) == ill(L.ReLU(), L.BatchNormalization()) == [True]
    assert ill(L.BatchNormalization(), L.ReLU()) == [False]
    assert ill(L.Dropout(0.1), L.LayerNormalization(), L.ReLU()) == [False]
    assert ill(L.ReLU(), learnt=True) == [False]


def test_a_badly_sick_model_is_no_healthy_one(keras):
    """Inputs a hundred times too large, and a rate that throws the weights away."""
    keras.utils.set_random_seed(1)
    L = keras.layers
    model = keras.Sequential([keras.Input((6,)), L.Dense(32, "relu"), L.Dense(32, "relu"),
                              L.Dense(3)])
    model.compile(keras.optimizers.SGD(0.5),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    report = keras_tools.diagnose(model, (110 * X, CLASSES))
    assert not report.healthy
    assert report.names() == ("inputs not standardised", "step too large")
    assert str(report).startswith("Found 2 illnesses on 40 examples.\nLoss ")


def test_a_rescaling_in_the_model_counts_and_numbers_of_words_do_not(keras):
    L = keras.layers
    model = keras.Sequential([keras.Input((6,)), L.Rescaling(1 / 255), L.Dense(8, "relu"),
                              L.Dense(1)])
    model.compile("sgd", "mse")
    assert keras_tools.diagnose(model, (255 * X, SIGNED)).findings == ()
    words = np.random.default_rng(0).integers(0, 500, (N, 5))
    model = keras.Sequential([keras.Input((5,)), L.Embedding(500, 8), L.Flatten(),
                              L.Dense(8, "relu"), L.Dense(1)])
    model.compile("sgd", "mse")
    assert keras_tools.diagnose(model, (words, SIGNED)).findings == ()


def test_a_cause_hides_its_consequences(keras):
    """Below a dead layer gradients are 0, above it all inputs look alike: one finding."""
    L = keras.layers
    model = keras.Sequential([keras.Input((6,)), L.Dense(8, "relu"), L.Dense(8, "relu", name="off"),
                              L.Dense(8, "tanh"), L.Dense(1)])
    model.compile("sgd", "mse")
    model.layers[1].bias.assign(np.full(8, -99.0))
    model.layers[2].bias.assign(np.full(8, 0.5))
    report = keras_tools.diagnose(model, (X, SIGNED))
    assert report.names() == ("dead layer",) and report.gradient[0] == 0
    assert report.cosine[2] == pytest.approx(1)
