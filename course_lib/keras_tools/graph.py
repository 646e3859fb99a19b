"""A Keras model as a list of steps, in the order they are computed, nested models opened.

Keras keeps a functional or Sequential model as a graph of calls. `Walk` runs these calls one by
one, as Keras itself does, and notes which step feeds which; what is inside a subclassed model or a
custom layer is one step that nobody can look into.
"""

from dataclasses import dataclass, field

# What a step does to values, by the class of its layer or operation (Keras 3).
AFFINE = {"Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose",
          "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D",
          "SeparableConv1D", "SeparableConv2D"}
RECURRENT = {"SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D"}
MOVES = {"InputLayer", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
         "GaussianNoise", "GaussianDropout", "AlphaDropout", "Flatten", "Reshape", "Permute",
         "Identity", "ActivityRegularization", "RepeatVector", "ZeroPadding1D", "ZeroPadding2D",
         "Cropping1D", "Cropping2D", "UpSampling1D", "UpSampling2D", "Masking"}
LINEAR = MOVES | {"AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
                  "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D",
                  "BatchNormalization", "Rescaling", "Normalization"}
FUNCTIONS = {"ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax",  # layers, and keras.ops in a graph
             "Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Silu", "Sigmoid",
             "LogSigmoid", "HardSigmoid", "HardSilu", "Softplus", "Softsign", "Tanh", "HardTanh",
             "SoftShrink", "HardShrink", "TanhShrink", "Threshold", "LogSoftmax", "Sparsemax",
             "Squareplus", "SparsePlus", "SparseSigmoid", "Glu"}


class Opaque(ValueError):
    """A model that the doctor cannot look into; the message says what could not be seen."""


@dataclass(eq=False)
class Step:
    """One call: its layer or operation, a name with its path, and the steps that feed it."""

    index: int
    op: object
    name: str
    sources: list
    shape: tuple = ()          # of its (first) output, examples first
    fed: tuple = ()            # of its first input
    size_in: float = float("nan")  # root mean square of its first input
    consumers: list = field(default_factory=list)

    @property
    def kind(self):
        """The class of Keras' own layers and operations; of others we know nothing but the name."""
        kind = type(self.op)
        own = self.op is None or kind.__module__.startswith("keras.")
        return kind.__name__ if own else f"{kind.__name__} of your own"

    @property
    def function(self):
        """The name of the activation it ends with, or None: identity and `linear` are none."""
        if self.kind in FUNCTIONS:
            return self.kind.lower()
        known = self.kind in AFFINE or self.kind == "Activation"
        return function_name(vars(self.op).get("activation")) if known else None


def function_name(f):
    """What to call an activation that is a function, a layer or nothing at all."""
    if f is None:
        return None
    name = getattr(f, "__name__", None) or type(f).__name__.lower()
    return None if name in ("linear", "identity") else name


def is_graph(model):
    """Whether Keras holds all that the model computes as a graph of calls."""
    call = getattr(type(model), "call", None)
    return (getattr(call, "__module__", "").startswith("keras.")
            and getattr(call, "__qualname__", "") in ("Functional.call", "Sequential.call"))


def check(model, keras):
    """Raises `Opaque` where a model cannot be opened at all."""
    if not isinstance(model, keras.Model):
        raise TypeError(f"a Keras model is needed, such as keras.Sequential([...]); got "
                        f"{type(model).__name__}")
    if keras.backend.backend() != "tensorflow":
        raise Opaque(f"Keras runs on {keras.backend.backend()} here, and the doctor's gradients "
                     "are TensorFlow's: set KERAS_BACKEND=tensorflow before Keras is imported")
    if not is_graph(model):
        raise Opaque(f"{type(model).__name__} has a `call` of its own: what happens between its "
                     "layers cannot be seen. Build it as keras.Sequential or as "
                     "keras.Model(inputs, outputs), or give the doctor such a part of it")
    if not model.built or not _function(model):
        raise Opaque(f"'{model.name}' has no weights yet: begin it with keras.Input(shape), or "
                     "call it once on a batch, and come again")
    for layer in model._flatten_layers():
        f = vars(layer).get("activation")
        if isinstance(f, keras.Layer) and not f.built:  # Keras builds it in the first call only
            raise Opaque(f"the activation '{f.name}' of '{layer.name}' has no weights yet: call "
                         "the model once on a batch, and come again")
    if len(model.outputs) != 1:
        raise Opaque(f"'{model.name}' has {len(model.outputs)} outputs. The doctor reads models "
                     "with one: give it keras.Model(model.inputs, model.outputs[0]) and the loss "
                     "of that output")


class Walk:
    """Runs a model call by call.

    call(step, args, kwargs) computes a step and returns its outputs; `steps` fills as it goes.
    """

    def __init__(self, call):
        self.call, self.steps, self.counts = call, [], {}

    def run(self, model, values):
        """The model's outputs for a flat list of input tensors, and the steps they come from."""
        makers = []
        for tensor, value in zip(model.inputs, values, strict=True):
            name = getattr(tensor, "name", "input")
            makers.append(self._new(None, name, [], [value]))
        return self._graph(model, values, makers, "")

    def _graph(self, model, values, makers, path):
        import keras
        function = _function(model)
        known = dict(zip(map(id, function.inputs), values, strict=True))
        made = dict(zip(map(id, function.inputs), makers, strict=True))
        for node in _nodes(function):
            if node.is_input or all(id(tensor) in known for tensor in node.outputs):
                continue
            args, kwargs = node.arguments.fill_in(known)
            sources = [made[id(tensor)] for tensor in node.input_tensors]
            op, name = node.operation, path + node.operation.name
            if isinstance(op, keras.Model) and is_graph(op):
                flat = [one for one in keras.tree.flatten((args, kwargs))
                        if hasattr(one, "shape")]
                outputs, ends = self._graph(op, flat[:len(sources)], sources, name + "/")
            else:
                step = self._new(op, name, sources, keras.tree.flatten(args))
                outputs = keras.tree.flatten(self.call(step, args, kwargs))
                step.shape = tuple(outputs[0].shape)
                ends = [step] * len(outputs)
            for tensor, value, end in zip(node.outputs, outputs, ends, strict=True):
                known[id(tensor)], made[id(tensor)] = value, end
        return ([known[id(tensor)] for tensor in function.outputs],
                [made[id(tensor)] for tensor in function.outputs])

    def _new(self, op, name, sources, inputs):
        count = self.counts[name] = self.counts.get(name, 0) + 1
        name = name if count == 1 else f"{name} (call {count})"
        step = Step(len(self.steps), op, name, list(dict.fromkeys(sources)))
        tensors = [one for one in inputs if hasattr(one, "shape")]
        if tensors:
            step.fed = step.shape = tuple(tensors[0].shape)
        for source in step.sources:
            source.consumers.append(step)
        self.steps.append(step)
        return step


def upstream(step):
    """All steps that a step depends on, itself left out."""
    found, waiting = [], list(step.sources)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.append(one)
            waiting += one.sources
    return found


def _function(model):
    """The graph behind a model: itself, or what a Sequential keeps inside."""
    return model if hasattr(model, "_nodes_by_depth") else getattr(model, "_functional", None)


def _nodes(function):
    return [node for depth in sorted(function._nodes_by_depth, reverse=True)
            for node in function._nodes_by_depth[depth]]
