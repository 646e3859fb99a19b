"""Findings that can be read from the numbers: what is dead, stuck, lost or too large.

A cause hides its consequences: below a dead layer a small gradient is no finding of its own.
"""

import numpy as np

from . import structure, thresholds
from .advice import ORDER, advice, sections
from .graph import LINEAR, upstream
from .report import Finding


def find(look, lines, loss, baseline):
    """All findings: illnesses before hints, and each in the order of `advice.ORDER`."""
    found = structure.findings(look, loss)
    spoilt = _non_finite(look, lines)
    if spoilt:
        found += spoilt  # what else the numbers say would be a wrong reading
    else:
        learnt = baseline is not None and look.loss < thresholds.STILL_TO_LEARN * baseline
        inputs = [*_same_inputs(look), *_scale(look, learnt)]
        stuck = [*_dead(look, lines), *_saturated(lines, loss, learnt)]
        found += inputs + stuck + [*_steps(lines)]
        ill = {name for name, *_, illness in stuck if illness}
        if not ill:
            found += [*_through_depth(lines, learnt), *_through_time(lines)]
        if not {"collapse of inputs", "dead layer"} & {name for name, *_ in found}:
            found += _collapse(lines)
    names = {name for name, *_ in found}
    whole = [Finding(name, layer, words, advice(name, names), sections(name), illness)
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
                     "comes after it depends on them, so nothing else is judged", True)]
    return []


def _same_inputs(look):
    numbers = [one.reshape(len(one), -1) for one in look.x]
    if all((one == one[:1]).all() for one in numbers):
        yield ("collapse of inputs", "the inputs",
               f"all {len(look.y)} examples are the same: no network can tell them apart", True)


def _scale(look, learnt):
    for step in structure.first_weights(look.steps):
        if np.isfinite(step.size_in) and not (
                thresholds.SMALL <= step.size_in <= thresholds.LARGE):
            yield ("inputs not standardised", step.name,
                   f"what goes in has a root mean square of about {_rounded(step.size_in)}; first "
                   "weights are made for about 1",
                   step.size_in > thresholds.HUGE and not learnt and not _normalised(step))


def _normalised(step):
    """Whether what a step makes goes through a normalisation before anything bends it."""
    while not step.function and len(step.consumers) == 1:
        step = step.consumers[0]
        if step.kind.endswith("Normalization") and step.kind != "Normalization":
            return True
        if step.kind not in LINEAR:
            return False
    return False


def _dead(look, lines):
    """At most two findings: one of the dead layers, one of those with many dead units."""
    hard = [line for line in lines if line.seen.hard and not line.seen.gate]
    count = len(look.y)
    few = " (few: look at more)" if count < thresholds.FEW else ""
    for name, low, high in (("dead layer", thresholds.DEAD, np.inf),
                            ("many dead units", thresholds.MANY_DEAD, thresholds.DEAD)):
        some = [line for line in hard if low <= line["dead"] < high]
        if not some:
            continue
        first, more = some[0], len(some) - 1
        words = (f"{_share(first['dead'])} of its {first.seen.function} units have slope 0 on all "
                 f"{count} examples{few}: their weights get no gradient")
        if more:
            worst = max(some[1:], key=lambda line: line["dead"])
            others = f"in {more} layers more, at most " if more > 1 else "in one layer more, "
            words += f" (so too {others}{_share(worst['dead'])}, in '{worst.name}')"
        yield name, first.name, words, name == "dead layer"


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


def _through_depth(lines, learnt=False):
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
        elif not learnt:
            yield from _fading([line, *above[id(line)]], ratio)


def _fading(chain, ratio):
    """Not yet vanishing, but less and less from layer to layer, as ReLU with Glorot's weights."""
    if len(chain) < thresholds.DEEP:
        return
    lengths = np.array([line.length for line in chain])
    typical = np.median(lengths[:-1] / lengths[1:])
    mean = ratio ** (1 / (len(chain) - 1))
    sizes = [_size(line) for line in chain]
    small = len([one for one in sizes if one < thresholds.SMALL_FOR_RELU]) > len(sizes) / 2
    if max(mean, typical) < (thresholds.FADING_RELU if small else thresholds.FADING):
        words = (f"{len(chain)} layers pass on about {mean:.2f} of the gradient each, so that "
                 f"about {_rounded(ratio)} of it is left here")
        if small:
            function = chain[0].seen.function
            words += (f". This is {function} with smaller first weights than it needs: their "
                      f"variance times the number of inputs is about {np.nanmedian(sizes):.1f} "
                      "(Glorot's have 1), and he_normal's 2 suits it")
        yield "fading gradient", chain[0].name, words, False


def _size(line):
    """Variance of a layer's weights times its inputs, for ReLU and its kin; NaN for others."""
    owner = line.seen.owner
    if line.seen.function not in _RELU_KIN or type(owner).__name__ not in _WITH_KERNEL:
        return np.nan
    kernel = np.asarray(owner.kernel, float)
    return float(np.square(kernel).mean() * np.prod(kernel.shape[:-1]))


_RELU_KIN = {"relu", "relu6", "leaky_relu", "leakyrelu", "prelu", "gelu", "silu",
             "mish"}
_WITH_KERNEL = {"Dense", "Conv1D", "Conv2D", "Conv3D"}


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
        times = worst["update"]
        far = ("as much as" if times < 1.5 else f"about {_rounded(times)} times")
        yield ("step too large", worst.name, "one step of the optimiser would move its weights by "
               f"{far} their own size: what they were is gone", True)


def _rounded(value):
    """A number to one digit, as people write it: 0.05, 40, 2e+09."""
    return f"{float(f'{value:.1g}'):g}"


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
