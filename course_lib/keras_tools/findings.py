"""Findings that can be read from the numbers: what is dead, stuck, lost or too large.

A cause hides its consequences: below a dead layer a small gradient is no finding of its own.
"""

import numpy as np

from . import structure, thresholds
from .advice import ADVICE, ORDER, sections
from .graph import upstream
from .report import Finding


def find(look, lines, loss, baseline):
    """All findings, illnesses first, the likelier causes before their consequences."""
    found = structure.findings(look, loss)
    spoilt = _non_finite(look, lines)
    if spoilt:
        found += spoilt  # what else the numbers say would be a wrong reading
    else:
        learnt = baseline is not None and look.loss < thresholds.STILL_TO_LEARN * baseline
        inputs = [*_same_inputs(look), *_scale(look)]
        stuck = [*_dead(look, lines), *_saturated(lines, loss, learnt)]
        found += inputs + stuck + [*_steps(lines)]
        ill = {name for name, *_, illness in stuck if illness}
        if not ill:
            found += [*_through_depth(lines), *_through_time(lines)]
        if not {"collapse of inputs", "dead layer"} & {name for name, *_ in found}:
            found += _collapse(lines)
    whole = [Finding(name, layer, words, ADVICE[name][0], sections(name), illness)
             for name, layer, words, illness in found]
    return tuple(sorted(whole, key=lambda one: (not one.illness, ORDER.index(one.name))))


def _non_finite(look, lines):
    named = [("the inputs", one) for one in look.x] + [("the targets", look.y)]
    named += [(variable.path, variable.numpy()) for variable, _ in look.weights]
    named += [(line.name, line.seen.a) for line in lines]
    named += [("the outputs", look.outputs), ("the loss", np.array(look.loss))]
    named += [(f"the gradient at {line.name}", line.seen.gradient) for line in reversed(lines)
              if line.seen.gradient is not None]
    for where, values in named:
        values = np.asarray(values)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            share = (~np.isfinite(values)).mean()
            what = "all" if share == 1 else "some"
            return [("non-finite values", where, f"{what} of its numbers are nan or inf; what "
                     "comes after it hangs on them, so nothing else is judged", True)]
    return []


def _same_inputs(look):
    numbers = [one.reshape(len(one), -1) for one in look.x]
    if all((one == one[:1]).all() for one in numbers):
        yield ("collapse of inputs", "the inputs",
               f"all {len(look.y)} examples are the same: no network can tell them apart", True)


def _scale(look):
    for step in structure.first_weights(look.steps):
        if np.isfinite(step.size_in) and not (
                thresholds.SMALL <= step.size_in <= thresholds.LARGE):
            yield ("inputs not standardised", step.name,
                   f"what goes in has a root mean square of {step.size_in:.2g}; first weights are "
                   "made for about 1", False)


def _dead(look, lines):
    for line in lines:
        dead = line["dead"]
        if not line.seen.hard or line.seen.gate or not dead >= thresholds.MANY_DEAD:
            continue
        count = len(look.y)
        few = " (few: look at more)" if count < thresholds.FEW else ""
        words = (f"{_share(dead)} of its {line.seen.function} units have slope 0 on all {count} "
                 f"examples{few}: their weights get no gradient")
        ill = dead >= thresholds.DEAD
        yield "dead layer" if ill else "many dead units", line.name, words, ill


def _saturated(lines, loss, learnt):
    for line in lines:
        seen = line.seen
        if learnt or seen.hard or seen.gate or (line.head and loss.crossentropy):
            continue
        limit = thresholds.SATURATED if all(seen.flat) else thresholds.ASLEEP
        if any(seen.flat) and line["saturated"] >= limit:
            yield ("saturated layer", line.name,
                   f"on {_share(line['saturated'])} of units and examples the slope of "
                   f"{seen.function} is at most a twentieth of its largest, and the loss is still "
                   "high: hardly any gradient gets through", True)


def _through_depth(lines):
    hidden = [line for line in lines if line.hidden and np.isfinite(line.length)]
    above = {id(line): [one for one in hidden if one is not line
                        and line.seen.step in upstream(one.seen.step)] for line in hidden}
    below = {id(one) for ones in above.values() for one in ones}
    for line in hidden:
        tops = [one for one in above[id(line)] if not above[id(one)]]
        if id(line) in below or not tops:
            continue  # only the lines that stand first, and have some above them
        top = max(tops, key=lambda one: one.length)
        if not top.length > 0:
            continue
        ratio, layers = line.length / top.length, len(above[id(line)])
        if ratio < thresholds.VANISHING:
            yield ("vanishing gradient", line.name,
                   f"it gets less than {_below(ratio)} of the gradient at '{top.name}', {layers} "
                   f"layer{'s' * (layers > 1)} above", True)
        elif ratio > thresholds.EXPLODING:
            yield ("exploding gradient", line.name,
                   f"its gradient is more than {_above(ratio)} times that at '{top.name}', "
                   f"{layers} layer{'s' * (layers > 1)} above", True)


def _through_time(lines):
    for line in lines:
        if not line.hidden or not line.steps or not line.steps[1] > 0:
            continue
        ratio = line.steps[0] / line.steps[1]
        if ratio < thresholds.THROUGH_TIME:
            yield ("gradient lost in time", line.name, f"the first time step gets less than "
                   f"{_below(ratio)} of the gradient of the last: what came early is hardly learnt",
                   False)
        elif ratio > thresholds.EXPLODING:
            yield ("exploding gradient", line.name, f"the first time step gets more than "
                   f"{_above(ratio)} times the gradient of the last", True)


def _collapse(lines):
    alike = [line for line in lines
             if line.hidden and 1 - line["cosine"] < thresholds.COLLAPSE]
    if alike:
        others = f" (and those of {len(alike) - 1} after it)" if len(alike) > 1 else ""
        yield ("collapse of inputs", alike[0].name,
               f"its outputs for different inputs{others} have a mean cosine within "
               f"{thresholds.COLLAPSE:g} of 1: what stands above can hardly tell the inputs apart",
               True)


def _steps(lines):
    large = [line for line in lines if line["update"] >= thresholds.STEP]
    if large:
        worst = max(large, key=lambda line: line["update"])
        yield ("step too large", worst.name, "one step of the optimiser would move its weights by "
               f"{worst['update']:.1g} times their own size", False)


def _share(value):
    """A share in steps of five points, which is what all processors agree on."""
    if value >= 1:
        return "all"
    near = 5 * round(20 * value)
    return f"about {near} %" if near < 100 else "nearly all"


def _below(ratio):
    """The next power of ten above a ratio, in numbers one can read."""
    if not ratio > 1e-30:
        return "1e-30"
    return f"1e{int(np.floor(np.log10(ratio))) + 1}"


def _above(ratio):
    return f"1e{int(np.floor(np.log10(ratio)))}"
