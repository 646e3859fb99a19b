"""Losses: what the outputs are compared with, and the slope that starts backpropagation.

Outputs come as (..., C, B): C outputs for each of B examples, any number of leading network axes.
Targets y have the same last two axes. `value_and_slope` returns the mean loss over the batch
(...,) and its derivative with respect to the outputs, written over the outputs themselves.
Softmax and sigmoid are part of their loss: computed together nothing overflows, and the slope is
simply (probability - target) / B (Bridle 1990).
"""

import difflib

import numpy as np


class SoftmaxCrossentropy:
    """-sum_c y_c log softmax(out)_c, mean over the batch; y holds one-hot columns."""

    classifies = True

    def value_and_slope(self, out, y):
        out -= out.max(-2, keepdims=True)
        hit = (y * out).sum(-2)
        np.exp(out, out=out)
        total = out.sum(-2, keepdims=True)
        out /= total
        loss = (np.log(total[..., 0, :]) - hit).mean(-1)
        out -= y
        out *= out.dtype.type(1 / out.shape[-1])
        return loss, out

    def score(self, out, y):
        """Accuracy: the share of examples whose largest output is the right one."""
        right = (out.argmax(-2) == y.argmax(-2)).mean(-1)
        return np.where(np.isfinite(out).all((-2, -1)), right, np.nan)


class SigmoidCrossentropy:
    """Mean over outputs and batch of -y log p - (1-y) log(1-p), p = sigmoid(out); y in [0, 1]."""

    classifies = True

    def value_and_slope(self, out, y):
        e = np.exp(-np.abs(out))
        loss = (np.maximum(out, 0) - y * out + np.log1p(e)).mean((-2, -1))
        np.divide(np.where(out >= 0, 1, e), 1 + e, out=out)
        out -= y
        out *= out.dtype.type(1 / (out.shape[-1] * out.shape[-2]))
        return loss, out

    def score(self, out, y):
        """Accuracy: the share of outputs on the right side of probability 1/2."""
        right = ((out > 0) == (y > 0.5)).mean((-2, -1))
        return np.where(np.isfinite(out).all((-2, -1)), right, np.nan)


class Crossentropy:
    """-sum_c y_c log out_c, mean over the batch, for outputs that are probabilities already.

    For networks with a softmax head. Outputs below 1e-7 count as 1e-7, as in Keras; its slope there
    is 0: what `SoftmaxCrossentropy` never needs.
    """

    classifies = True
    least = 1e-7

    def value_and_slope(self, out, y):
        safe = np.maximum(out, self.least)
        loss = -(y * np.log(safe)).sum(-2).mean(-1)
        np.divide(y, safe, out=safe)
        np.multiply(safe, out > self.least, out=out)
        out *= out.dtype.type(-1 / out.shape[-1])
        return loss, out

    score = SoftmaxCrossentropy.score


class SquaredError:
    """Mean over outputs and batch of (out - y)^2."""

    classifies = False

    def value_and_slope(self, out, y):
        out -= y
        loss = np.square(out).mean((-2, -1))
        out *= out.dtype.type(2 / (out.shape[-1] * out.shape[-2]))
        return loss, out

    def score(self, out, y):
        """Root mean squared error, in the unit of the targets."""
        return np.sqrt(np.square(out - y).mean((-2, -1)))


LOSSES = {
    "softmax_crossentropy": SoftmaxCrossentropy(),
    "sigmoid_crossentropy": SigmoidCrossentropy(),
    "crossentropy": Crossentropy(),
    "squared_error": SquaredError(),
}


def get(name):
    """The loss called `name`.

    >>> get("squared_error").value_and_slope(np.array([[1.0, 3.0]]), np.array([[0.0, 0.0]]))
    (np.float64(5.0), array([[1., 3.]]))
    """
    if name not in LOSSES:
        near = difflib.get_close_matches(str(name), LOSSES, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"unknown loss '{name}'{hint} (one of {', '.join(LOSSES)})")
    return LOSSES[name]
