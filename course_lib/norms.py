"""Normalisation between a layer's weighted sum and its activation, forward and backward.

All three do the same to z (S, B, H) and differ only in what they average over:

    z_hat = (z - mean) / sqrt(variance + epsilon)         z' = gamma z_hat + beta

    batch   over the batch, a feature at a time     Ioffe & Szegedy 2015, algorithm 1
    layer   over the features of one example        Ba, Kiros & Hinton 2016, eq. 3
    rms     the same without the mean (no beta)     Zhang & Sennrich 2019, eq. 4

Epsilons and the 0.99 of the moving average are Keras' defaults (PyTorch: 1e-5 and 0.9).
"""

import difflib

import numpy as np


class Norm:
    def __init__(self, name, axis, epsilon, centred=True):
        self.name, self.axis, self.epsilon, self.centred = name, axis, epsilon, centred
        self.parameters = ("gamma", "beta") if centred else ("gamma",)
        self.keeps_statistics = name == "batch"

    def forward(self, z, layer, z_hat, moving, training):
        """Normalises z in place; z_hat (a buffer) and the returned 1/sd are kept for `backward`."""
        if self.keeps_statistics and not training:
            mean, variance = moving.mean, moving.variance
        else:
            mean = z.mean(self.axis, keepdims=True) if self.centred else 0
            variance = np.square(z - mean).mean(self.axis, keepdims=True)
            if self.keeps_statistics:
                moving.mean += 0.01 * (mean - moving.mean)
                moving.variance += 0.01 * (variance - moving.variance)
        inverse = 1 / np.sqrt(variance + z.dtype.type(self.epsilon))
        np.multiply(z - mean, inverse, out=z_hat)
        np.multiply(z_hat, layer.gamma, out=z)
        if self.centred:
            z += layer.beta
        return inverse

    def backward(self, delta, layer, z_hat, inverse, slot):
        """Turns the slope at z' into the slope at z, in place; fills gamma's and beta's gradient.

        Mean and variance depend on z too: hence the means taken off (Ioffe & Szegedy 2015, p. 4).
        """
        np.sum(delta * z_hat, axis=1, keepdims=True, out=slot.gamma)
        if self.centred:
            np.sum(delta, axis=1, keepdims=True, out=slot.beta)
        delta *= layer.gamma
        along = z_hat * (delta * z_hat).mean(self.axis, keepdims=True)
        if self.centred:
            delta -= delta.mean(self.axis, keepdims=True)
        delta -= along
        delta *= inverse


NORMS = {
    "batch": Norm("batch", axis=1, epsilon=1e-3),
    "layer": Norm("layer", axis=2, epsilon=1e-3),
    "rms": Norm("rms", axis=2, epsilon=1e-6, centred=False),
}


def get(name):
    """The normalisation called `name`; None stays None."""
    if name is not None and name not in NORMS:
        near = difflib.get_close_matches(str(name), NORMS, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"unknown norm '{name}'{hint} (None or one of {', '.join(NORMS)})")
    return NORMS[name] if name is not None else None
