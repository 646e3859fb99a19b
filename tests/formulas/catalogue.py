"""The catalogue's functions as the formulas of a text name them."""

import re
from functools import partial

import numpy as np
from latex import ELEMENTARY, parse
from latex_constructs import Environment, each
from mpmath import mp, mpf

from course_lib import activations
from tests.activations.mp_reference import ALPHA, LAMBDA, REFERENCE, reference

NAMES = {re.sub("[^a-z0-9]", "", word.lower()): name
         for spelling in ("aliases", "name")  # a canonical name wins over an alias
         for name in activations.names() for one in [activations.get(name)]
         for word in ((one.name,) if spelling == "name" else one.aliases)}
NAMES = {word: name for word, name in NAMES.items() if len(word) > 1 and word not in ELEMENTARY}
NAMES["sigma"] = "sigmoid"
# The letters of the parameters in the catalogue's formulas, where they are not their names.
LETTERS = {
    "soft_shrink": {"lambda": "threshold"}, "hard_shrink": {"lambda": "threshold"},
    "hard_sigmoid": {"a": "slope", "b": "offset"}, "threshold": {"t": "threshold", "v": "value"},
    "leaky_relu": {"a": "negative_slope"}, "acon_c": {"p_1": "p1", "p_2": "p2", "beta": "beta"},
    "sine": {"omega_0": "omega0"}, "maxout": {"k": "pieces"},
}
CONSTANTS = {"selu": {"lambda": LAMBDA, "alpha": ALPHA}}  # Klambauer et al. 2017, section 2
# A second value for every parameter, exact in binary: what a formula must also hold for.
OTHERS = {
    "soft_shrink": {"threshold": 1.25}, "hard_shrink": {"threshold": 1.5}, "isru": {"alpha": 3.0},
    "hard_sigmoid": {"slope": 0.25, "offset": 0.375},
    "threshold": {"threshold": -2.0, "value": 0.5},
    "smelu": {"beta": 0.5}, "leaky_relu": {"negative_slope": 0.25}, "prelu": {"alpha": -0.5},
    "squareplus": {"b": 0.5}, "elu": {"alpha": 0.375}, "celu": {"alpha": 3.0},
    "isrlu": {"alpha": 0.125}, "swish": {"beta": -3.0}, "sine": {"omega0": 5.0},
    "acon_c": {"p1": 1.25, "p2": -0.75, "beta": 4.0}, "snake": {"a": 5.0}, "maxout": {"pieces": 3},
}


def known(word):
    """The catalogue's name of a function as a formula writes it (`ReLU`, `\\sigma`), or None."""
    return NAMES.get(re.sub("[^a-z0-9]", "", word.lower())) if word != "Sigma" else None


def letters(name):
    """The letters of a function's parameters: {letter: parameter}."""
    params = activations.get(name).params
    return LETTERS.get(name) or {key: key for key in params}


def exact(name, params):
    """The function in mpmath, f(x, order): elementwise from other formulas than the catalogue's."""
    if name not in REFERENCE:
        if name not in ("softmax", "log_softmax"):
            raise ValueError(f"{name} has no value to compare with in a text")
        formula = parse(activations.get(name).formula, known)
        return lambda x, order: np.array(
            [formula.value(Environment({"x": x, "i": i})) for i in range(len(x))], dtype=object)
    forms = reference(name, {key: mpf(value) for key, value in params.items()})

    def value(x, order):
        return each(partial(_inverse, forms[0]) if order < 0 else forms[order], x)

    return value


def as_computed(name, params):
    """The catalogue's own f and df, in double precision, with the signature of `exact`."""
    one = activations.get(name, **params)

    def value(x, order):
        if order not in (0, 1):
            return exact(name, params)(x, order)
        found = (one.f if order == 0 else one.df)(np.array(x, dtype=float))
        return np.vectorize(mpf, otypes=[object])(found) if np.ndim(found) else mpf(float(found))

    return value


def _inverse(function, y):
    """Where a rising function is y, by bisection; nan where it is nowhere."""
    low, high = mpf(-100), mpf(100)
    if not function(low) < y < function(high):
        return mp.nan
    while high - low > mp.eps * 100:
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < y else (low, middle)
    return low
