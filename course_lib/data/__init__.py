"""Small data sets, split into training, validation and test parts.

Tune and stop on validation data; look at test data once, at the end.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np


@dataclass(frozen=True, eq=False)
class Data:
    """Inputs (N, D) float32 and targets of three parts.

    Targets are whole numbers 0 ... classes-1 of shape (N,) when `classes` is given, else float
    targets (N,) or (N, outputs). `check` says what is wrong with data that do not fit.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int | None = None

    def __post_init__(self):
        check(self)


PARTS = ("train", "val", "test")


def check(data):
    """Raises ValueError that names the part at fault and what was expected."""
    width = None
    for part in PARTS:
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        if np.ndim(x) != 2 or len(x) == 0:
            raise ValueError(f"x_{part} must have shape (examples, inputs) with one example or "
                             f"more; it has shape {np.shape(x)}")
        if len(y) != len(x):
            raise ValueError(f"x_{part} has {len(x)} examples, y_{part} has {len(y)}")
        width = width or x.shape[1]
        if x.shape[1] != width:
            raise ValueError(f"x_{part} has {x.shape[1]} inputs, x_train has {width}")
        for name, values in ((f"x_{part}", x), (f"y_{part}", y)):
            bad = ~np.isfinite(values)
            if bad.any():
                row = int(np.argwhere(bad)[0][0])
                raise ValueError(f"{name} has {int(bad.sum())} values that are not finite (NaN or "
                                 f"inf), the first in row {row}: drop or fill them")
        if data.classes is not None:
            _check_labels(np.asarray(y), part, data.classes)


def _check_labels(y, part, classes):
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"y_{part} must hold whole class numbers, shape (examples,); "
                         f"it has shape {y.shape} and type {y.dtype}")
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"y_{part} has labels from {y.min()} to {y.max()}; "
                         f"with {classes} classes they run from 0 to {classes - 1}")


@cache
def digits(seed=0):
    """1,797 handwritten digits of 8 x 8 pixels: 1,077 to train, 360 to validate, 360 to test.

    Pixels 0 to 16 are shifted and divided by the training part's mean and standard deviation, one
    number each for all pixels. `seed` decides the split. Source: Alpaydin & Kaynak 1998, Optical
    Recognition of Handwritten Digits (test part), UCI Machine Learning Repository,
    doi:10.24432/C50P49, CC BY 4.0; the same 1,797 that scikit-learn ships.
    """
    images, labels = raw_digits()
    x, y = images.reshape(len(images), 64).astype(np.float32), labels.astype(np.int64)
    return _split("digits", x, y, 10, np.random.default_rng(seed), standardise=True)


@cache
def raw_digits():
    """The images (1797, 8, 8) uint8, 0 (paper) to 16 (ink), and their labels (1797,)."""
    with np.load(Path(__file__).with_name("digits.npz")) as stored:
        return stored["images"], stored["labels"]


def xor(n=400, noise=0.15, seed=0):
    """Four clouds at the corners of a square, opposite corners of one class: no line parts them."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 2, (n, 2))
    x = 2.0 * corners - 1 + noise * rng.standard_normal((n, 2))
    return _split("xor", x, corners[:, 0] ^ corners[:, 1], 2, rng)


def moons(n=400, noise=0.15, seed=0):
    """Two half circles, one hooked into the other."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    angle = np.pi * rng.random(n)
    x = np.stack([np.cos(angle), np.sin(angle)], 1)
    x[y == 1] = [1, 0.5] - x[y == 1]
    return _split("moons", x + noise * rng.standard_normal((n, 2)) - [0.5, 0.25], y, 2, rng)


def spirals(n=600, noise=0.05, turns=1.5, seed=0):
    """Two spirals wound about each other, each `turns` times round (after Lang & Witbrock 1988)."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    t = np.sqrt(rng.random(n))
    angle = 2 * np.pi * turns * t + np.pi * y
    x = np.stack([t * np.cos(angle), t * np.sin(angle)], 1)
    return _split("spirals", 2 * (x + noise * rng.standard_normal((n, 2)) / 2), y, 2, rng)


def disc(n=600, radius=0.8, seed=0):
    """Points of the square [-1.5, 1.5]^2; class 1 lies inside the circle of that radius."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.5, 1.5, (n, 2))
    return _split("disc", x, (np.hypot(*x.T) < radius).astype(np.int64), 2, rng)


def fruit(n=300, seed=0):
    """Apples (0) and bananas (1), at random: elongation (length over width) and hue (degrees).

    Invented but plausible numbers: apples are round (1.05 +- 0.07) and red to green (60 +- 40),
    bananas long (3.5 +- 0.5) and yellow (55 +- 8). Columns are standardised.
    """
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    z = rng.standard_normal((n, 2))
    elongation = np.where(y == 1, 3.5 + 0.5 * z[:, 0], 1.05 + 0.07 * z[:, 0])
    hue = np.where(y == 1, 55 + 8 * z[:, 1], 60 + 40 * z[:, 1])
    x = np.stack([elongation, hue], 1)
    return _split("fruit", (x - x.mean(0)) / x.std(0), y, 2, rng)


def signals(f, interval=(-1.0, 1.0), n=400, noise=0.0, seed=0):
    """A function to be learned: x uniform on the interval, y = f(x) + noise; targets (N, 1)."""
    rng = np.random.default_rng(seed)
    low, high = interval
    if not low < high:
        raise ValueError(f"interval must run from low to high; got {interval}")
    x = rng.uniform(low, high, (n, 1))
    y = np.asarray(f(x), np.float64) + noise * rng.standard_normal((n, 1))
    return _split("signal", x, y.astype(np.float32), None, rng)


def _split(name, x, y, classes, rng, standardise=False):
    """60 % to train, 20 % each to validate and to test, in random order."""
    if len(x) < 5:
        raise ValueError(f"{name} needs 5 examples or more to be split; got {len(x)}")
    order = rng.permutation(len(x))
    fifth = len(x) - int(0.8 * len(x))
    test, val, train = order[:fifth], order[fifth:2 * fifth], order[2 * fifth:]
    if standardise:
        x = (x - x[train].mean()) / x[train].std()
    x = np.asarray(x, np.float32)
    return Data(name, x[train], y[train], x[val], y[val], x[test], y[test], classes)
