"""The doctor: looks into a Keras model on some data, and says what it finds.

    report = keras_tools.diagnose(model, (x, y))
    print(report)           the loss, and findings in words, or that there are none
    report.table()          the numbers of course_lib.diagnostics, a line a layer

The model is left as it was, bit by bit. What cannot be looked into is said (`Opaque`, or
`report.unseen`), and never guessed.
"""

import numpy as np

from . import graph, losses, measures, probe, thresholds
from .findings import find
from .loading import load
from .report import Report


def diagnose(model, data, loss=None):
    """Looks into a Keras model: a `Report`.

    model   any Sequential or functional Keras 3 model with one output, nested ones too
    data    (x, y) arrays, x a list or dict for several inputs; or a tf.data.Dataset of batches.
            Up to 512 examples are looked at, spread evenly over arrays
    loss    a loss in place of the compiled one

    Batch norm uses these examples, as in training; dropout is off. Regularisers and sample weights
    are left out. Raises `Opaque` for a model that it cannot look into, ValueError for data that do
    not fit the model.
    """
    return examine(model, data, loss)[0]


def examine(model, data, loss=None):
    """As `diagnose`: the report, and the lines that it was made from, with all their values."""
    keras = load()
    graph.check(model, keras)
    wanted = losses.of(model, loss)
    x, y = _examples(model, data, keras)
    _fits(model, wanted, y)
    try:
        look = probe.look(model, x, y, wanted.by_example)
    except graph.Opaque:
        raise
    except Exception as fault:
        first = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
        raise ValueError(f"'{model.name}' or its loss could not be computed on inputs of shape "
                         f"{_shapes(x)} and targets of shape {tuple(np.shape(y))}: {first}"
                         ) from fault
    with np.errstate(all="ignore"):  # a model that overflows is a patient, not a fault
        lines = measures.lines(look, measures.optimiser_steps(model, look.weights))
        baseline = losses.constant_answer(wanted.kind, look.y)
        findings = find(look, lines, wanted, baseline)
    columns = {name: np.array([line[name] for line in lines]) for name in (
        "mean", "second_moment", "variance", "saturated", "dead", "inactive", "always_on",
        "cosine", "gradient", "factor", "update")}
    report = Report(
        tuple(line.name for line in lines), tuple(line.seen.function for line in lines), **columns,
        loss=look.loss, constant=np.nan if baseline is None else baseline,
        examples=len(look.y), findings=findings,
        unseen=tuple(_unseen(model, look, lines, wanted)))
    return report, lines


def _examples(model, data, keras):
    """Inputs as a flat list in the order of the model's own, and targets, at most so many."""
    if hasattr(data, "take") and hasattr(data, "element_spec"):
        data, evenly = _from_dataset(data, keras), False
    else:
        evenly = True
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        raise ValueError("data is (x, y), arrays of examples and of targets, or a tf.data.Dataset "
                         f"of such batches; got {type(data).__name__}")
    given, y = data[:2]
    if isinstance(given, dict):
        names = [tensor.name for tensor in model.inputs]
        if set(given) != set(names):
            raise ValueError(f"x has the inputs {sorted(given)}, the model {sorted(names)}")
        x = [given[name] for name in names]
    else:
        x = list(given) if isinstance(given, (list, tuple)) else [given]
    x, y = [np.asarray(one) for one in x], np.asarray(y)
    if len(x) != len(model.inputs):
        raise ValueError(f"the model has {len(model.inputs)} inputs, x has {len(x)} arrays")
    for one, tensor in zip(x, model.inputs, strict=True):
        fits = one.ndim == len(tensor.shape) and all(
            size in (None, length) for size, length in zip(tensor.shape, one.shape, strict=True))
        if not fits:
            raise ValueError(f"x must have shape {_written(tensor.shape)} for input "
                             f"'{tensor.name}'; got {one.shape}")
        if one.dtype.kind not in "fiub":
            raise ValueError(f"x must hold numbers; got {one.dtype}")
    counts = {len(one) for one in [*x, y if y.ndim else [0]]}
    if len(counts) > 1 or y.ndim == 0:
        raise ValueError("x and y need as many examples; got "
                         f"{', '.join(str(len(one)) for one in x)} and "
                         f"{len(y) if y.ndim else 'a single number'}")
    count = counts.pop()
    if count < 2:
        raise ValueError(f"two examples or more are needed to compare them; got {count}")
    rows = np.arange(count)
    if count > thresholds.EXAMPLES:
        rows = (np.linspace(0, count - 1, thresholds.EXAMPLES).round().astype(int) if evenly
                else rows[:thresholds.EXAMPLES])
    x = [one[rows] if one.dtype.kind in "iu" else one[rows].astype(keras.config.floatx())
         for one in x]
    y = y[rows]
    return x, y.astype(keras.config.floatx()) if y.dtype.kind in "fb" else y


def _from_dataset(dataset, keras):
    """The first batches of a dataset, put together."""
    parts, count = [], 0
    for element in dataset:
        if not isinstance(element, (tuple, list)) or len(element) not in (2, 3):
            raise ValueError("the dataset must give batches of (x, y)")
        parts.append(keras.tree.map_structure(np.asarray, tuple(element[:2])))
        if np.ndim(parts[-1][1]) == 0:
            raise ValueError("the dataset gives single examples: .batch(64) it first")
        count += len(parts[-1][1])
        if count >= thresholds.EXAMPLES:
            break
    if not parts:
        raise ValueError("the dataset is empty")
    return keras.tree.map_structure(lambda *several: np.concatenate(several), *parts)


def _fits(model, loss, y):
    width = model.outputs[0].shape[-1]
    if loss.kind == "classes" and width is not None:
        whole = np.equal(np.mod(y, 1), 0).all()
        if not whole or y.min() < 0 or y.max() >= width:
            raise ValueError(f"the loss asks for class numbers from 0 to {width - 1}, one for each "
                             f"of the model's {width} outputs; y runs from {y.min():g} to "
                             f"{y.max():g}")


def _unseen(model, look, lines, loss):
    """Sentences on what could not be looked into."""
    yield from look.lost
    for step in look.steps:
        if step.op is None or type(step.op).__module__.startswith("keras."):
            if step.kind == "Lambda":
                yield (f"what the Lambda layer '{step.name}' computes; the lines before and after "
                       "it are right")
            continue
        yield (f"what {type(step.op).__name__} '{step.name}' computes beside the activations that "
               "are arguments of its layers; missing or doubled activations in it would not be "
               "noticed")
    silent = [line.name for line in lines if line.seen.gradient is None]
    if silent:
        yield (f"a gradient at {', '.join(silent)}: none comes back from the loss, something "
               "after it stops it, or it leads nowhere")
    vectors = [line.name for line in lines if line.seen.slope is None and line.hidden]
    if vectors:
        yield f"slopes of {', '.join(vectors)}: its function mixes units"
    if loss.kind is None:
        yield ("whether output and loss fit: the loss is none of Keras' crossentropies, squared or "
               "absolute error")
    if getattr(model, "optimizer", None) is None:
        yield "the size of a training step: the model has no optimiser, compile it"
    for name in ("train_step", "compute_loss"):
        if not getattr(type(model), name).__module__.startswith("keras."):
            yield (f"what the model's own `{name}` does: the loss here is that of outputs and "
                   "targets")
    if not lines:
        yield "any activation: the model has none"


def _shapes(x):
    return ", ".join(str(one.shape) for one in x)


def _written(shape):
    return "(" + ", ".join("examples" if size is None and k == 0 else
                           "any" if size is None else str(size)
                           for k, size in enumerate(shape)) + ")"
