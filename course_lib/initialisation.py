"""First weights: how large they start decides whether a signal survives depth.

Each scheme is one function `(fan_in, fan_out, rng) -> (W, b)` with W of shape (fan_in, fan_out)
and b of shape (fan_out,), in float64. Normal schemes are plain normals, not cut off at two
standard deviations as Keras' are; the frameworks' defaults are drawn exactly as they draw them.

    he         normal, variance 2 / fan_in             He et al. 2015, eq. 10
    lecun      normal, variance 1 / fan_in             LeCun et al. 1998, Efficient BackProp, 4.6
    glorot     uniform, variance 2 / (fan_in+fan_out)  Glorot & Bengio 2010, eq. 16
    orthogonal Q of a random normal matrix             Saxe, McClelland & Ganguli 2014
    keras      Dense: glorot, bias 0 (TensorFlow and Keras)
    pytorch    nn.Linear: weight and bias uniform in +-1/sqrt(fan_in)
    flax       Dense: lecun with a normal cut at two standard deviations, bias 0
"""

import difflib

import numpy as np

# A standard normal cut off at +-2 has this standard deviation (Flax and Keras divide by it).
CUT_NORMAL_SD = 0.87962566103423978


def he(fan_in, fan_out, rng):
    return np.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out)), np.zeros(fan_out)


def lecun(fan_in, fan_out, rng):
    return np.sqrt(1 / fan_in) * rng.standard_normal((fan_in, fan_out)), np.zeros(fan_out)


def glorot(fan_in, fan_out, rng):
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out)), np.zeros(fan_out)


def orthogonal(fan_in, fan_out, rng):
    tall = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))  # without the signs Q would not be uniformly distributed
    return (q if fan_in >= fan_out else q.T), np.zeros(fan_out)


def pytorch(fan_in, fan_out, rng):
    limit = 1 / np.sqrt(fan_in)
    return rng.uniform(-limit, limit, (fan_in, fan_out)), rng.uniform(-limit, limit, fan_out)


def flax(fan_in, fan_out, rng):
    draws = rng.standard_normal((fan_in, fan_out))
    while (far := np.abs(draws) > 2).any():
        draws[far] = rng.standard_normal(far.sum())
    return np.sqrt(1 / fan_in) / CUT_NORMAL_SD * draws, np.zeros(fan_out)


SCHEMES = {
    "he": he, "lecun": lecun, "glorot": glorot, "orthogonal": orthogonal,
    "keras": glorot, "pytorch": pytorch, "flax": flax,
}


def get(scheme):
    """The initialiser called `scheme`; a function of your own passes through.

    >>> W, b = get("he")(64, 32, np.random.default_rng(0))
    >>> W.shape, b.shape
    ((64, 32), (32,))
    """
    if callable(scheme):
        return scheme
    if scheme not in SCHEMES:
        near = difflib.get_close_matches(str(scheme), SCHEMES, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"unknown initialiser '{scheme}'{hint} (one of {', '.join(SCHEMES)})")
    return SCHEMES[scheme]


def scaled(scheme, gain):
    """The same scheme with its weights (not its biases) multiplied by `gain`."""
    draw = get(scheme)

    def initialise(fan_in, fan_out, rng):
        W, b = draw(fan_in, fan_out, rng)
        return gain * W, b

    initialise.__name__ = f"{gain:g}*{scheme if isinstance(scheme, str) else scheme.__name__}"
    return initialise
