"""One look into a Keras model: every pre-activation, activation and slope on some examples.

The model is run call by call (graph.Walk) under a GradientTape, in eager mode. Activations that are
an argument of a layer are swapped for a recorder meanwhile; everything is put back afterwards, bit
by bit: activations, variables (moving averages, random states), collected losses.
"""

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from .graph import FUNCTIONS, Opaque, Walk, function_name

GATES = "recurrent_activation"
_ARGUMENTS = ("activation", GATES)


@dataclass(eq=False)
class Seen:
    """One activation at work. z and a hold a tensor for each time it was called (N, ..., H)."""

    step: object                    # graph.Step in which it was called
    name: str
    function: str
    f: object                       # what computes a from z
    owner: object                   # the layer whose weights made z
    gate: bool = False
    fixed: bool = False             # f takes z of this shape only (PReLU has a slope a unit)
    z: list = field(default_factory=list)
    a: list = field(default_factory=list)
    slope: np.ndarray = None        # (calls, N, ..., H) of f at z; None where f mixes units
    largest: float = np.nan         # of |slope| anywhere
    flat: tuple = (False, False)    # whether f is flat far out to the left, to the right
    hard: bool = False              # whether its slope is exactly 0 already at 7 or -7
    gradient: np.ndarray = None     # (calls, N, ..., H) of an example's loss at z; None: none came


@dataclass(eq=False)
class Look:
    """What one look found; `lost` names what could not be seen."""

    steps: list
    seen: list
    head: object                    # the step that makes the output
    x: list
    y: np.ndarray
    outputs: np.ndarray
    loss: float                     # mean over examples
    rescued: bool                   # Keras undid a second softmax or sigmoid behind our back
    weights: list                   # (variable, its gradient of the mean loss or None)
    lost: list


def look(model, x, y, loss):
    """Runs a model on inputs x (a flat list of arrays) and targets y: a `Look`.

    loss   a function of targets and outputs, of one number an example (losses.by_example)
    """
    import tensorflow as tf
    inputs = [tf.convert_to_tensor(one) for one in x]
    with _as_before(model), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras' word on from_logits; a finding says it better
        _compare(model, inputs)
        with tf.GradientTape() as tape:
            for one in inputs:
                if one.dtype.is_floating:
                    tape.watch(one)
            book = _Book(tape)
            with book.recording(model):
                walk = Walk(book.call)
                outputs, ends = walk.run(model, inputs)
            losses = tf.cast(loss(y, outputs[0]), tf.float32)
            total = tf.reduce_sum(losses)
        seen = list(book.seen.values())
        weights = model.trainable_variables
        slopes = tape.gradient(total, [[one.z for one in seen], [w.value for w in weights]],
                               unconnected_gradients=tf.UnconnectedGradients.NONE)
        for one, back in zip(seen, slopes[0], strict=True):
            _take(one, back)
            _measure_slopes(one)
            one.z, one.a = (np.stack([_array(part) for part in parts])
                            for parts in (one.z, one.a))
        plain = float(tf.reduce_mean(tf.cast(loss(y, tf.identity(outputs[0])), tf.float32)))
    mean = float(total) / len(y)
    pulled = [None if g is None else tf.convert_to_tensor(g) / len(y) for g in slopes[1]]
    return Look(walk.steps, seen, ends[0], [np.asarray(one) for one in inputs], np.asarray(y),
                _array(outputs[0]), mean,
                bool(np.isfinite(mean + plain)) and abs(mean - plain) > 1e-3 * (1 + abs(mean)),
                list(zip(weights, pulled, strict=True)), book.lost)


def _take(one, slopes):
    """Gives a `Seen` the slopes of the loss at its z, one for each call, None where none came.

    Calls that lead nowhere are dropped where others lead to the loss: Keras tries a recurrent
    layer's first step once, to learn the shapes.
    """
    led = [k for k, part in enumerate(slopes) if part is not None]
    if led:
        one.z, one.a = [one.z[k] for k in led], [one.a[k] for k in led]
        one.gradient = np.stack([_array(slopes[k]) for k in led])


class _Book:
    """Notes what each activation is given and gives."""

    def __init__(self, tape):
        self.tape, self.seen, self.lost, self.step = tape, {}, [], None

    def call(self, step, args, kwargs):
        """Computes a step as in training, but without dropout: batch norm uses this batch."""
        self.step = step
        if step.kind == "BatchNormalization" and kwargs.get("training") is None:
            kwargs["training"] = True  # a frozen one keeps its averages: Keras sees to that
        if args and hasattr(args[0], "shape"):
            step.size_in = _rms(args[0])
        if step.kind not in FUNCTIONS:
            return step.op(*args, **kwargs)
        self.tape.watch(args[0])
        a = step.op(*args, **kwargs)

        def again(z):
            return step.op(z, *args[1:], **kwargs)

        self.note((step.index,), again, args[0], a, step.function, step.name, _maker(step),
                  fixed=step.kind == "PReLU")
        return a

    def note(self, key, f, z, a, function, name, owner, gate=False, fixed=False):
        if key not in self.seen:
            self.seen[key] = Seen(self.step, name, function, f, owner, gate, fixed)
        self.seen[key].z.append(z)
        self.seen[key].a.append(a)

    @contextmanager
    def recording(self, model):
        """Swaps every activation that is an argument of a layer for one that takes notes.

        `_as_before` puts them back, as all attributes of the layers.
        """
        swapped = []
        for layer in model._flatten_layers():
            for argument in _ARGUMENTS:
                f = vars(layer).get(argument)
                if callable(f) and function_name(f):
                    swapped.append((layer, f, heard := []))
                    # past Keras' __setattr__, which would note a new part of the layer
                    vars(layer)[argument] = self._recorder(layer, argument, f, heard)
        yield
        self.lost += [f"the {function_name(f)} of '{layer.name}': it was not called, or in a "
                      "compiled graph of its own" for layer, f, heard in swapped if not heard]

    def _recorder(self, layer, argument, f, heard):
        gate = argument == GATES

        def recorder(z, *args, **kwargs):
            import tensorflow as tf
            if not tf.executing_eagerly():  # in a graph of its own: numbers come later, elsewhere
                return f(z, *args, **kwargs)
            self.tape.watch(z)
            a = f(z, *args, **kwargs)
            step = self.step
            name = step.name
            if layer is not step.op and "Cell" not in type(layer).__name__:
                name += "/" + layer.name  # inside a layer of its own making
            self.note((step.index, id(layer), argument), f, z, a, function_name(f),
                      name + (" gates" if gate else ""), layer, gate,
                      fixed=type(f).__name__ == "PReLU")
            heard.append(True)
            return a

        recorder.__name__ = getattr(f, "__name__", function_name(f))
        return recorder

def _compare(model, inputs):
    """Our walk must compute what the model computes, or nothing it sees can be trusted."""
    import keras
    walk = Walk(lambda step, args, kwargs: step.op(*args, **kwargs))
    states = [(one, one.numpy()) for one in _variables(model)]
    ours = _array(walk.run(model, inputs)[0][0])
    for variable, value in states:  # the same random states for the second run
        variable.assign(value)
    packed = keras.tree.pack_sequence_as(model._functional._inputs_struct if hasattr(
        model, "_functional") else model._inputs_struct, inputs)
    theirs = _array(keras.tree.flatten(model(packed, training=False))[0])
    if not np.allclose(ours, theirs, rtol=1e-3, atol=1e-4 * (1 + np.abs(theirs[
            np.isfinite(theirs)]).max(initial=0)), equal_nan=True):
        raise Opaque(f"'{model.name}' gives other outputs when its layers are called one by one: "
                     "something in it depends on more than its inputs, so that what the doctor "
                     "saw would not be what the model does")


@contextmanager
def _as_before(model):
    """Puts back variables, collected losses and layers' attributes, whatever happens."""
    layers = list(model._flatten_layers())
    values = [(one, one.numpy()) for one in _variables(model)]
    losses = [(layer, list(layer._losses)) for layer in layers]
    attributes = [(layer, dict(vars(layer))) for layer in layers]
    try:
        yield
    finally:
        for variable, value in values:
            if variable.numpy().tobytes() != value.tobytes():
                variable.assign(value)
        for layer, kept in losses:
            layer._losses[:] = kept
        for layer, kept in attributes:  # Keras keeps a dropout mask here, a flag there
            for name in set(vars(layer)) - set(kept):
                del vars(layer)[name]
            vars(layer).update(kept)


def _variables(model):
    """All that a model keeps, and what stateful recurrent layers do, which Keras does not list."""
    import keras
    kept = [layer.states for layer in model._flatten_layers() if getattr(layer, "states", None)]
    return [*model.variables, *keras.tree.flatten(kept)]


def _measure_slopes(one):
    """Fills slope, largest and flat of a `Seen`, where its function acts unit by unit."""
    import tensorflow as tf
    z, a = one.z[0], one.a[0]
    if a.shape != z.shape or not (one.fixed or _unit_by_unit(one.f, z, a)):
        return
    one.slope = np.stack([_array(_slope(one.f, part)) for part in one.z])
    largest = np.abs(one.slope).max(initial=0)
    if one.fixed:
        one.largest = float(max(1, largest))
        return
    grid = np.linspace(-30, 30, 6001)
    along = _array(_slope(one.f, tf.constant(grid[:, None], z.dtype)))[:, 0]
    one.largest = float(np.abs(along).max())
    ends = np.abs(along[[0, -1]]) <= 0.05 * one.largest
    one.flat = (bool(ends[0]), bool(ends[1]))
    one.hard = bool((along[[2300, 3700]] == 0).any())  # a tanh rounds to flat further out


def _unit_by_unit(f, z, a):
    """Whether the first unit's value depends on its own z alone (softmax's does not)."""
    try:
        alone = f(z[..., :1])
    except Exception:
        return False
    return alone.shape == z[..., :1].shape and np.allclose(
        _array(alone), _array(a[..., :1]), rtol=1e-3, atol=1e-6, equal_nan=True)


def _slope(f, z):
    import tensorflow as tf
    with tf.GradientTape() as tape:
        tape.watch(z)
        total = tf.reduce_sum(f(z))
    slope = tape.gradient(total, z)
    return tf.zeros_like(z) if slope is None else slope  # a step function has none


def _maker(step):
    """The layer whose weights made what a step is given: the nearest one above with a matrix."""
    while step.sources:
        step = step.sources[0]
        if step.op is not None and matrices(step.op):
            return step.op
    return None


def matrices(layer):
    """The trainable weights of a layer that multiply its inputs: two axes or more."""
    return [w for w in getattr(layer, "trainable_variables", []) if len(w.shape) >= 2]


def _rms(values):
    values = np.asarray(values)
    if not values.size or values.dtype.kind != "f":
        return np.nan
    return float(np.sqrt(np.square(values, dtype=float).mean()))


def _array(tensor):
    return np.asarray(tensor, np.float32 if tensor.dtype.size <= 4 else None)
