"""Findings that can be read from how a model is put together: its head, its loss, its layers."""

import numpy as np

from .graph import AFFINE, FUNCTIONS, LINEAR, MOVES, RECURRENT, upstream

_SQUASH = ("softmax", "sigmoid")
_LIMITS = {"sigmoid": (0, 1), "softmax": (0, 1), "hard_sigmoid": (0, 1), "tanh": (-1, 1),
           "softsign": (-1, 1), "hard_tanh": (-1, 1), "relu": (0, np.inf), "relu6": (0, 6),
           "softplus": (0, np.inf)}
_SLACK = 1e-3  # of outputs and targets at the edge of what is allowed


def findings(look, loss):
    """(name, layer, words, illness) of each thing found."""
    return [*_twice_inside(look.steps), *_head(look, loss), *_missing(look.steps)]


def functions_of_head(step):
    """Names of the activations behind the last weights, the last one first, and those weights."""
    found = []
    while True:
        if step.function:
            found.append(step.function)
        if step.kind in AFFINE or not step.sources or not (
                step.kind in MOVES or step.kind in FUNCTIONS or step.kind == "Activation"):
            return found, step
        step = step.sources[0]


def _twice_inside(steps):
    for step in steps:
        if step.function not in _SQUASH or step.kind not in FUNCTIONS | {"Activation"}:
            continue
        below = step.sources[0]
        while below.kind in MOVES and below.sources:
            below = below.sources[0]
        if below.function in _SQUASH:
            kind = "sigmoid" if {step.function, below.function} == {"sigmoid"} else "softmax"
            yield (f"double {kind}", step.name,
                   f"it takes the {step.function} of what '{below.name}' has made a "
                   f"{below.function} of: all that comes out lies close together, and the slope is "
                   "small everywhere", True)


def _head(look, loss):
    chain, last = functions_of_head(look.head)
    name, f = look.head.name, chain[0] if chain else None
    outputs, y = look.outputs, look.y
    width = outputs.shape[-1] if outputs.ndim > 1 else 1
    if f == "softmax" and width == 1:
        yield ("wrong head", name, "softmax over a single unit is 1 whatever goes in: it needs a "
               "unit for each class, or a sigmoid", True)
    elif loss.crossentropy and loss.from_logits and f:
        yield from _on_scores(look, loss, name, f)
    elif loss.crossentropy and not loss.from_logits:
        yield from _on_shares(loss, name, f, last, outputs, y, width)
    elif loss.kind in ("squared", "absolute") and f in _LIMITS and width:
        low, high = _LIMITS[f]
        reach = _SLACK * (1 + np.abs(y).max(initial=0))
        if y.min(initial=0) < low - reach or y.max(initial=0) > high + reach:
            yield ("wrong head", name, f"{f} gives numbers from {low:g} to {high:g}, and the "
                   "targets go beyond them", True)
        elif f == "relu":
            yield ("wrong head", name, "relu at the output gives 0 and no gradient wherever its "
                   "sum is negative, though all targets are 0 or more", False)


def _on_scores(look, loss, name, f):
    if f in _SQUASH:
        matched = (f == "sigmoid") == (loss.kind == "yes or no")
        found = f"double {f}" if matched else "wrong head"
        words = (f"the output is {f} already, and the loss says from_logits=True, so it expects "
                 "scores and squashes once more")
        if look.rescued:
            words += (". Keras on TensorFlow notices in this model, warns, and takes the scores: "
                      "no harm to this training, so look on for another cause if it fails. A "
                      "layer more, another backend, or predictions stored as numbers, and it "
                      "does not notice")
        yield found, name, words, True
    elif f in _LIMITS:
        low, high = _LIMITS[f]
        yield ("wrong head", name, f"the loss expects scores of any size, and {f} gives only "
               f"numbers from {low:g} to {high:g}", True)


def _on_shares(loss, name, f, last, outputs, y, width):
    linear = f is None and last.kind in AFFINE
    outside = outputs.min(initial=0) < -_SLACK or outputs.max(initial=0) > 1 + _SLACK
    if linear or (outside and np.isfinite(outputs).all()):
        what = "no activation" if f is None else f
        yield ("wrong head", name, f"the loss expects shares between 0 and 1 (from_logits=False), "
               f"and the output has {what}: its numbers can lie outside", True)
        return
    rows = np.asarray(y).reshape(len(y), -1).sum(1) if loss.kind != "classes" else None
    several = rows is not None and width > 1 and (np.abs(rows - 1) > _SLACK).any()
    if loss.kind != "yes or no" and f == "sigmoid":
        yield ("wrong head", name, "sigmoid answers yes or no for each class by itself, and the "
               "loss expects shares that add up to 1: softmax", True)
    elif f == "softmax" and several:
        yield ("wrong head", name, "softmax makes the outputs share one whole, and some examples "
               "have several labels, or none: a sigmoid for each, with binary crossentropy", True)
    elif f == "softmax" and loss.kind == "yes or no":
        yield ("wrong head", name, "softmax goes with categorical crossentropy; binary "
               "crossentropy asks each output by itself", False)


def _missing(steps):
    chains = []
    for step in steps:
        if step.kind not in AFFINE or step.function or "Depthwise" in step.kind:
            continue  # depthwise and pointwise are one convolution in two parts, by design
        above, merely = step, True
        while len(above.consumers) == 1 and merely:
            above = above.consumers[0]
            merely = above.kind in LINEAR or (above.kind == "Activation" and not above.function)
        if above is step or above.kind not in AFFINE:
            continue
        # Narrower than what stands on both sides: a bottleneck may be meant.
        narrow = step.shape[-1] < min(step.fed[-1], above.shape[-1])
        chains.append((step, above, not narrow))
    for step, above, illness in chains:
        words = (f"no activation stands between it and '{above.name}', so that the two compute "
                 "what one layer can")
        if not illness:
            words += " with weights of a lower rank; that may be meant (a bottleneck)"
        yield "missing activation", step.name, words, illness


def first_weights(steps):
    """The steps with weights that the inputs reach with no weights between."""
    found = []
    for step in steps:
        if step.kind in AFFINE | RECURRENT and not any(
                one.kind in AFFINE | RECURRENT | {"Embedding"} or one.function
                for one in upstream(step)):
            found.append(step)
    return found
