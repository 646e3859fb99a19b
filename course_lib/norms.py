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
            np.subtract(z, mean, out=z_hat)
        else:
            mean = self._mean(z) if self.centred else z.dtype.type(0)
            np.subtract(z, mean, out=z_hat)
            variance = self._mean(np.square(z_hat, out=z))
            if self.keeps_statistics:
                moving.mean += 0.01 * (mean - moving.mean)
                moving.variance += 0.01 * (variance - moving.variance)
        inverse = 1 / np.sqrt(variance + z.dtype.type(self.epsilon))
        z_hat *= inverse
        np.multiply(z_hat, layer.gamma, out=z)
        if self.centred:
            z += layer.beta
        return inverse

    def backward(self, delta, layer, z_hat, inverse, slot):
        """Turns the slope at z' into the slope at z, in place; fills gamma's and beta's gradient.

        Mean and variance depend on z too: hence the means taken off (Ioffe & Szegedy 2015, p. 4).
        z_hat is used up.
        """
        ones = np.ones((1, delta.shape[1]), delta.dtype)
        along = delta * z_hat
        np.matmul(ones, along, out=slot.gamma)
        if self.centred:
            np.matmul(ones, delta, out=slot.beta)
        delta *= layer.gamma
        if self.axis == 1:  # gamma is one number a feature: its means are known already
            per = layer.gamma / delta.dtype.type(delta.shape[1])
            z_hat *= slot.gamma * per
            delta -= slot.beta * per
        else:
            along *= layer.gamma
            z_hat *= self._mean(along)
            if self.centred:
                delta -= self._mean(delta)
        delta -= z_hat
        delta *= inverse

    def _mean(self, z):
        """The mean over the axis, kept as one of length 1: a product is a fifth of a sum's time."""
        n = z.shape[self.axis]
        share = np.full(n, 1 / n, z.dtype)
        return np.matmul(share[None], z) if self.axis == 1 else np.matmul(z, share[:, None])


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
