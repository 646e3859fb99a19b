"""Optimisers on flat rows: one row of weights (S, P) a network, each with its own rate.

`step(weights, gradient, rate)` changes the weights in place; rate has shape (S,), and a rate of 0
leaves a network as it is. Rows are walked in blocks that stay in the processor's cache.
"""

import numpy as np

BLOCK = 1 << 16  # parameters at a time: four arrays of this length are 1 MiB of float32


class SGD:
    """w -= rate * v,  v = momentum * v + g  (Polyak 1964; Keras folds the rate into v: the same
    path while the rate is constant)."""

    def __init__(self, weights, momentum=0.0, weight_decay=0.0):
        self.momentum, self.weight_decay = momentum, weight_decay
        self.v = np.zeros_like(weights) if momentum else None

    def step(self, weights, gradient, rate):
        for rows in _blocks(weights):
            w, g, r = weights[rows], gradient[rows], rate[rows, None]
            if self.weight_decay:
                w *= 1 - r * w.dtype.type(self.weight_decay)
            if self.momentum:
                v = self.v[rows]
                v *= w.dtype.type(self.momentum)
                v += g
                g[...] = v
            g *= r
            w -= g


class Adam:
    """Kingma & Ba 2015. Which form of its epsilon is a choice that frameworks make differently:

        "keras"    w -= a_t m / (sqrt(v) + eps),  a_t = rate sqrt(1-b2^t)/(1-b1^t)   (end of sec. 2)
        "pytorch"  w -= rate m^ / (sqrt(v^) + eps), with m^, v^ corrected first      (algorithm 1)

    The moments are kept without their factors (1-b1), (1-b2): these go into the step and epsilon.
    Weight decay is decoupled (Loshchilov & Hutter 2019): w *= 1 - rate * weight_decay, every row.
    """

    def __init__(self, weights, beta1=0.9, beta2=0.999, epsilon=1e-7, form="keras",
                 weight_decay=0.0):
        if form not in ("keras", "pytorch"):
            raise ValueError(f"Adam's form is 'keras' or 'pytorch', not {form!r}")
        self.beta1, self.beta2, self.epsilon, self.form = beta1, beta2, epsilon, form
        self.weight_decay = weight_decay
        self.m, self.v = np.zeros_like(weights), np.zeros_like(weights)
        self.t = 0

    def step(self, weights, gradient, rate):
        self.t += 1
        kind = weights.dtype.type
        corrected = np.sqrt(1 - self.beta2 ** self.t)
        size = (rate * (1 - self.beta1) / np.sqrt(1 - self.beta2)
                * corrected / (1 - self.beta1 ** self.t)).astype(weights.dtype)
        epsilon = self.epsilon / np.sqrt(1 - self.beta2)
        epsilon = kind(epsilon * corrected if self.form == "pytorch" else epsilon)
        b1, b2 = kind(self.beta1), kind(self.beta2)
        for rows in _blocks(weights):
            w, g, m, v = weights[rows], gradient[rows], self.m[rows], self.v[rows]
            if self.weight_decay:
                w *= 1 - rate[rows, None] * kind(self.weight_decay)
            m *= b1
            m += g
            g *= g
            v *= b2
            v += g
            np.sqrt(v, out=g)
            g += epsilon
            np.divide(m, g, out=g)
            g *= size[rows, None]
            w -= g


def clip_by_norm(gradient, limit):
    """Shortens each network's whole gradient to length `limit` (Pascanu, Mikolov & Bengio 2013)."""
    length = np.sqrt(np.einsum("sp,sp->s", gradient, gradient, dtype=np.float64))
    gradient *= np.minimum(1, limit / np.maximum(length, 1e-300))[:, None].astype(gradient.dtype)


def clip_by_value(gradient, limit):
    """Holds every component of the gradient within +-limit."""
    np.clip(gradient, -limit, limit, out=gradient)


def _blocks(weights):
    count = max(1, BLOCK // max(1, weights.shape[1]))
    return [slice(start, start + count) for start in range(0, len(weights), count)]
