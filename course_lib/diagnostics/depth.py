"""One line a layer: what a stack of networks carries up, and what comes back down."""

from dataclasses import dataclass, fields

import numpy as np

from ..threads import one_blas_thread
from . import units

WORDS = {  # of a report's columns, in their order
    "mean": "mean", "second_moment": "second moment", "variance": "variance",
    "saturated": "saturated", "dead": "dead", "inactive": "off on some", "always_on": "always on",
    "cosine": "cosine", "gradient": "gradient", "factor": "factor", "update": "update / weight",
}
_SHARES = ("saturated", "dead", "inactive", "always_on")


@dataclass(frozen=True, eq=False)
class Report:
    """One number a network and a hidden layer, each (S, L).

    mean, second_moment, variance   of the activations a = f(z), over examples and units
    saturated   share of slopes f'(z) that are at most 5 % of the function's largest
    dead, inactive, always_on   shares of units with slope 0 on all examples, on some, on none
    cosine      mean cosine similarity of a layer's activations for different examples
    gradient    root mean square, over examples and units, of the slope of an example's loss at z
    factor      gradient of a layer over that of the layer above it; NaN for the last
    update      root mean square of one step of plain gradient descent over that of the weights

    `saturated` to `always_on` are NaN for units that act on a whole vector (glu, maxout).
    """

    mean: np.ndarray
    second_moment: np.ndarray
    variance: np.ndarray
    saturated: np.ndarray
    dead: np.ndarray
    inactive: np.ndarray
    always_on: np.ndarray
    cosine: np.ndarray
    gradient: np.ndarray
    factor: np.ndarray
    update: np.ndarray

    def rows(self):
        """The lines of a table, a layer each, in the order of `headings()`, averaged over networks.

        What spans decades (moments, gradient, factor, update) is averaged geometrically.
        """
        columns = [_average(one.name, getattr(self, one.name)) for one in fields(self)]
        return [[layer + 1, *numbers] for layer, numbers in enumerate(zip(*columns, strict=True))]


def headings():
    """Headings of a report's rows."""
    return ["layer", *WORDS.values()]


def through_depth(stack, x, y=None, rate=1.0, seed=0, batch=128):
    """Sends examples up and slopes back through every network of a stack: a `Report`.

    stack   a networks.Stack; its weights stay as they are, its `gradient` is overwritten
    x       (N, inputs), or (G, N, inputs) with G that divides the number of networks
    y       whole class numbers (N,), or targets (N, outputs); None: standard normal slopes, drawn
            with `seed`, arrive at the outputs, and no loss is involved
    rate    of the step of gradient descent that `update` tells of
    batch   examples at a time: batch norm normalises over so many
    """
    x = np.asarray(x, stack.dtype)
    x = x[None] if x.ndim == 2 else x
    if x.ndim != 3 or x.shape[-1] != stack.sizes[0] or not x.size or stack.S % len(x):
        raise ValueError(f"x must have shape (examples, {stack.sizes[0]}), or that for each of the "
                         f"{stack.S} networks; got {x.shape}")
    if not stack.runs:
        raise ValueError("this stack has no hidden layer to look into")
    N, rng = x.shape[1], np.random.default_rng(seed)
    y = None if y is None else _targets(stack, y, N)
    before = stack.statistics.copy()
    steepest = {}
    layers, pulled = [_Layer(stack, index, steepest) for index in range(len(stack.runs))], None
    with one_blas_thread(), np.errstate(all="ignore"):
        for start in range(0, N, batch):
            part = np.ascontiguousarray(x[:, start:start + batch])
            rows = part.shape[1]
            out, space = stack.forward(part, training=True)
            for layer, here in zip(layers, space.layers, strict=True):
                layer.up(here)
            if y is None:
                draws = rng.standard_normal((stack.sizes[-1], rows)).astype(stack.dtype)
                delta = np.broadcast_to(draws, out.shape).copy()
            else:
                _, delta = stack.loss.value_and_slope(out, y[start:start + batch].T)
                delta = delta * stack.dtype.type(rows)  # of each example's own loss
            stack.backward(delta, space)
            for layer, here in zip(layers, space.layers, strict=True):
                layer.back(here)
            if pulled is None:  # a single batch needs neither a sum nor a copy
                pulled = stack.gradient if N <= batch else stack.gradient.astype(float)
            else:
                pulled += stack.gradient
    stack.statistics[:] = before
    step = abs(rate) / N * _sizes(stack, pulled)
    return _report(layers, N, _over(step, _sizes(stack, stack.weights)))


def updates(stack, before):
    """How far any optimiser moved each hidden layer's weights, over their size (S, L).

    before   a copy of `stack.weights` from before the step or steps
    """
    before = np.asarray(before)
    if before.shape != stack.weights.shape:
        raise ValueError(f"before is a copy of stack.weights, of shape {stack.weights.shape}; "
                         f"got {before.shape}")
    return _over(_sizes(stack, stack.weights.astype(float) - before), _sizes(stack, before))


class _Layer:
    """Sums over batches for one hidden layer of S networks."""

    def __init__(self, stack, index, steepest):
        S = stack.S
        self.first, self.second, self.count = np.zeros((3, S))
        self.flat, self.back_square = np.zeros((2, S))
        width = stack.widths[index]
        self.ever, self.always = np.zeros((S, width), bool), np.ones((S, width), bool)
        self.total = np.zeros((S, stack.sizes[index + 1]))
        self.largest = np.full(S, np.nan)
        for begin, end, activation, form in stack.runs[index]:
            if form:
                key = id(activation)  # a network's layers mostly share one
                steepest[key] = steepest.get(key) or largest_slope(activation)
                self.largest[begin:end] = steepest[key]
        self.scale = None

    def up(self, here):
        a = np.asarray(here.a, float)
        values = a.reshape(len(a), -1)
        self.first += values.sum(-1) / a.shape[-1]
        self.second += np.vecdot(values, values) / a.shape[-1]
        total, count = units.directions(a)
        self.total += total
        self.count += count
        on = here.slope != 0
        self.ever |= on.any(1)
        self.always &= on.all(1)
        low = units.SATURATED * self.largest[:, None, None]
        flat = np.count_nonzero(np.abs(here.slope) <= low, axis=(1, 2))
        self.flat += flat / here.slope.shape[-1]

    def back(self, here):
        size = units.rms(here.slope)  # `backward` leaves the slope of the loss at z here
        if self.scale is None:  # squares are summed in units of the first batch's size
            self.scale = np.where(np.isfinite(size) & (size > 0), size, 1)
        self.back_square += np.square(size / self.scale) * here.slope.shape[1]


def _report(layers, N, update):
    def each(number):
        return np.stack([number(layer) for layer in layers], 1)

    known = each(lambda layer: np.where(np.isnan(layer.largest), np.nan, 0))
    mean, second = each(lambda layer: layer.first / N), each(lambda layer: layer.second / N)
    dead = each(lambda layer: (~layer.ever).mean(-1)) + known
    on = each(lambda layer: layer.always.mean(-1)) + known
    gradient = each(lambda layer: np.sqrt(layer.back_square / N) * layer.scale)
    factor = np.full_like(gradient, np.nan)
    factor[:, :-1] = _over(gradient[:, :-1], gradient[:, 1:])
    return Report(mean, second, second - np.square(mean),
                  each(lambda layer: layer.flat / N) + known, dead, 1 - dead - on, on,
                  each(lambda layer: units.mean_cosine(layer.total, layer.count)),
                  gradient, factor, update)


def largest_slope(activation):
    """The largest |f'(z)| of an activation, on a grid from -30 to 30."""
    z = np.linspace(-30, 30, 60001)
    return float(np.abs(activation.df(z)).max())


def _targets(stack, y, N):
    y, outputs = np.asarray(y), stack.sizes[-1]
    if y.ndim == 1 and np.issubdtype(y.dtype, np.integer) and outputs > 1:
        if y.min() < 0 or y.max() >= outputs:
            raise ValueError(f"class numbers run from 0 to {outputs - 1}; "
                             f"got {y.min()} to {y.max()}")
        y = np.eye(outputs)[y]
    y = y.reshape(len(y), -1)
    if y.shape != (N, outputs):
        raise ValueError(f"y must be {N} class numbers, or targets of shape ({N}, {outputs}); "
                         f"got {y.shape}")
    return y.astype(stack.dtype)


def _sizes(stack, flat):
    return np.stack([units.rms(layer.W) for layer in stack.views(flat)[:-1]], 1)


def _over(above, below):
    return np.divide(above, below, out=np.full(np.shape(above), np.nan),
                     where=np.asarray(below) != 0)


def _average(name, values):
    if name in ("mean", "cosine", *_SHARES):
        return values.mean(0)
    with np.errstate(divide="ignore"):
        return np.exp(np.log(values).mean(0))
