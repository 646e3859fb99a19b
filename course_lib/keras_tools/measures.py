"""From what was seen in a Keras model to one line of numbers a layer."""

from dataclasses import dataclass

import numpy as np

from ..diagnostics import units
from .graph import MOVES
from .probe import matrices


@dataclass(frozen=True, eq=False)
class Line:
    """The numbers of one activation, and what the findings ask beside them.

    length   of the gradient of one example at all units and places together: what layers of
             different shapes can be compared by
    steps    lengths at the first and the last step of time, where the layer was called over time
    """

    seen: object
    name: str
    numbers: dict
    length: float
    steps: tuple
    head: bool

    def __getitem__(self, column):
        return self.numbers[column]

    @property
    def hidden(self):
        """Whether it is judged as a hidden layer: no output, and no gate, which may stay shut."""
        return not self.head and not self.seen.gate


def lines(look, moved):
    """One `Line` for each activation in the order of computing.

    moved   for each trainable variable, by id, the squares of one optimiser step and of its values,
            summed, or an empty dict
    """
    head, names, found = _head(look.head), {}, []
    for seen in look.seen:
        names[seen.name] = names.get(seen.name, 0) + 1
        name = seen.name if names[seen.name] == 1 else f"{seen.name} ({names[seen.name]})"
        a, g = seen.a, seen.gradient
        mean, second, variance = units.moments(_units(a))
        dead = inactive = on = saturated = np.nan
        if seen.slope is not None and np.isfinite(seen.slope).all():
            dead, inactive, on = units.states(_units(seen.slope))
            if seen.largest > 0:
                saturated = units.saturated(_units(seen.slope), seen.largest)
        gradient = length = np.nan
        over_time = ()
        if g is not None:
            gradient, length = units.rms(_units(g)), _length(g)
            over_time = (_length(g[:1]), _length(g[-1:])) if len(g) >= 10 else ()
        numbers = dict(
            mean=mean, second_moment=second, variance=variance, saturated=saturated, dead=dead,
            inactive=inactive, always_on=on, cosine=units.cosine(_examples(a)), gradient=gradient,
            update=_update(seen.owner, moved))
        found.append(Line(seen, name, {key: float(value) for key, value in numbers.items()},
                          float(length), over_time, seen.step in head))
    below = np.array([one["gradient"] for one in found])
    with np.errstate(all="ignore"):
        factor = np.append(below[:-1] / below[1:], np.nan) if len(below) else below
    for one, value in zip(found, factor, strict=True):
        one.numbers["factor"] = float(value)
    return found


def optimiser_steps(model, weights):
    """What one step of the compiled optimiser would change, taken on copies of the weights.

    weights   (variable, gradient or None) pairs; returns {id(variable): (sum of squares of the
    step, sum of squares of the values)}, empty where the optimiser cannot be copied
    """
    import keras
    optimiser = getattr(model, "optimizer", None)
    pulled = [(variable, gradient) for variable, gradient in weights if gradient is not None]
    if optimiser is None or not pulled:
        return {}
    try:
        copy = keras.optimizers.deserialize(keras.optimizers.serialize(optimiser))
        own = [keras.Variable(variable.numpy(), name=variable.name) for variable, _ in weights]
        copy.build(own)
        if optimiser.built and len(optimiser.variables) == len(copy.variables):
            for mine, theirs in zip(copy.variables, optimiser.variables, strict=True):
                mine.assign(theirs.numpy())
        place = {id(variable): k for k, (variable, _) in enumerate(weights)}
        copy.apply_gradients([(gradient, own[place[id(variable)]])
                              for variable, gradient in pulled])
    except Exception:  # an optimiser of one's own making, whose copy needs what we do not know
        return {}
    moved = {}
    for (variable, _), changed in zip(weights, own, strict=True):
        before = variable.numpy().astype(float)
        step = changed.numpy().astype(float) - before
        moved[id(variable)] = (np.square(step).sum(), np.square(before).sum())
    return moved


def _update(owner, moved):
    sums = [moved[id(w)] for w in matrices(owner) if id(w) in moved] if owner is not None else []
    step, size = np.sum(sums, 0) if sums else (0.0, 0.0)
    return np.sqrt(step / size) if size > 0 else np.nan


def _head(step):
    """The output's step and those between it and the last weights: activations of the head."""
    found = {step}
    while step.sources and (step.kind in MOVES or step.kind == "Activation" or (
            step.function and not matrices(step.op))):
        step = step.sources[0]
        found.add(step)
    return found


def _units(values):
    """(calls, N, ..., H) as (examples and places, H)."""
    values = np.asarray(values, float)
    return values.reshape(-1, values.shape[-1] if values.ndim > 2 else 1)


def _examples(values):
    """(calls, N, ..., H) as (N, all the rest)."""
    values = np.moveaxis(np.asarray(values, float), 1, 0)
    return values.reshape(len(values), -1)


def _length(gradient):
    """Root mean square over examples of the length of an example's gradient."""
    flat = _examples(gradient)
    return float(units.rms(flat) * np.sqrt(flat.shape[1]))
