"""What a Keras loss expects of the outputs, and what always the same answer would cost."""

from dataclasses import dataclass

import numpy as np

from .graph import Opaque

_KINDS = {"sparse_categorical_crossentropy": "classes", "categorical_crossentropy": "shares",
          "binary_crossentropy": "yes or no", "mean_squared_error": "squared",
          "mean_absolute_error": "absolute"}
_SHORT = {"mse": "mean_squared_error", "mae": "mean_absolute_error"}


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss as a model was compiled with it.

    kind         "classes" (whole class numbers), "shares" (one-hot rows), "yes or no", "squared",
                 "absolute", or None: one that we know nothing about
    from_logits  whether it takes scores
    by_example   function of targets and outputs: one number an example
    """

    kind: str | None
    from_logits: bool
    by_example: object

    @property
    def crossentropy(self):
        return self.kind in ("classes", "shares", "yes or no")


def of(model, given=None):
    """The loss a model was compiled with, or the one given (a name, a function, a Loss).

    Raises `Opaque` where there is none, or one for each of several outputs.
    """
    import keras
    import tensorflow as tf
    chosen = given if given is not None else getattr(model, "loss", None)
    if isinstance(chosen, (list, tuple)) and len(chosen) == 1:
        chosen = chosen[0]
    if chosen is None:
        raise Opaque(f"no loss is known: compile '{model.name}' with one, or give the doctor "
                     "loss=..., such as loss=keras.losses.MeanSquaredError()")
    if isinstance(chosen, (dict, list, tuple)):
        raise Opaque("a loss for each of several outputs: the doctor reads models with one output; "
                     "give it loss=..., a single one")
    if isinstance(chosen, str):
        chosen = keras.losses.get(chosen)
    if not callable(chosen):
        raise TypeError("a loss is a name, a function or a keras.losses.Loss; got "
                        f"{chosen!r}")
    each = chosen.call if isinstance(chosen, keras.losses.Loss) else chosen
    inner = getattr(chosen, "fn", chosen)
    name = getattr(inner, "__name__", "")
    from_keras = getattr(inner, "__module__", "").startswith("keras.")
    kind = _KINDS.get(_SHORT.get(name, name)) if from_keras else None
    scores = bool(getattr(chosen, "from_logits", False)) if kind else False

    def by_example(y, outputs):
        if kind != "classes" and np.ndim(y) + 1 == len(outputs.shape) and outputs.shape[-1] == 1:
            y = np.expand_dims(y, -1)  # as `fit` does
        losses = tf.convert_to_tensor(each(y, outputs))
        if not losses.shape.rank or losses.shape[0] != len(y):
            raise Opaque(f"the loss {name or type(chosen).__name__} gives one number for all "
                         "examples together; the doctor needs one an example: give it loss=... "
                         "without the mean over examples")
        return tf.reduce_mean(tf.reshape(losses, (len(y), -1)), 1)

    return Loss(kind, scores, by_example)


def constant_answer(kind, y):
    """The loss of the best answer that is the same for all inputs, or None where we cannot tell."""
    y = np.asarray(y)
    if kind == "classes":
        share = np.unique(y, return_counts=True)[1] / y.size
        return float(-(share * np.log(share)).sum())
    y = y.reshape(len(y), -1).astype(float)
    if kind == "shares":
        share = y.mean(0) / y.mean(0).sum()
        return float(-(share[share > 0] * np.log(share[share > 0])).sum())
    if kind == "yes or no":
        share = np.clip(y.mean(0), 1e-12, 1 - 1e-12)
        return float(-(share * np.log(share) + (1 - share) * np.log(1 - share)).mean())
    if kind == "squared":
        return float(y.var(0).mean())
    if kind == "absolute":
        return float(np.abs(y - np.median(y, 0)).mean())
    return None
