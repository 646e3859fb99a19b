"""The catalogue: how a definition enters it, and how `get` finds it again.

A definition is a function of the parameters that returns (f, df), or (f, vjp) for vector kinds.
Its name is the canonical name; its defaults are the catalogue's defaults; the annotation of a
parameter is the check that its values must pass. Whatever depends on a parameter (kinks, bounds,
range ...) is given to `define` as a function of the same parameters.
"""

import inspect
import math
import numbers
from typing import NamedTuple

from .activation import FRAMEWORKS, Activation


class Check(NamedTuple):
    """What a parameter must be: a sentence for the error, and the test."""

    wanted: str
    passes: callable

    def __call__(self, owner, parameter, value):
        if isinstance(value, numbers.Real) and math.isfinite(value) and self.passes(value):
            return int(value) if self is at_least_one else float(value)
        number = isinstance(value, numbers.Real)
        raise (ValueError if number else TypeError)(
            f"{owner}: {parameter} must be {self.wanted}, got {value!r}"
        )


finite = Check("a finite number", lambda value: True)
positive = Check("a finite number above 0", lambda value: value > 0)
non_negative = Check("a finite number, 0 or above", lambda value: value >= 0)
at_least_one = Check("a whole number, 1 or above", lambda value: value >= 1 and value % 1 == 0)


_CATALOGUE = {}  # name: (the definition, what there is to know about it)


def define(**metadata):
    """Enter the decorated definition into the catalogue, with what there is to know about it.

    `keras=`, `torch=`, `jax=`, `tensorflow=` become the entry `framework`.
    """

    def enter(build):
        metadata["framework"] = {key: metadata.pop(key, None) for key in FRAMEWORKS}
        _CATALOGUE[build.__name__] = build, metadata
        return build

    return enter


def names():
    """The canonical names of all functions, family by family.

    >>> len(names()), names()[:3]
    (61, ['identity', 'bent_identity', 'tanhshrink'])
    """
    return list(_CATALOGUE)


def get(name, **params):
    """The activation function of that name, or alias, with the given parameters.

    A canonical name wins over an alias: `swish` has its own entry (with beta), although SiLU was
    called so too. Unknown names raise ValueError, unknown parameters TypeError, values that make
    no sense ValueError.

    >>> get("leaky_relu", negative_slope=0.2).f([-1.0, 2.0])
    array([-0.2,  2. ])
    >>> get("rellu")
    Traceback (most recent call last):
    ...
    ValueError: unknown activation 'rellu'; did you mean 'relu'? (names() lists all)
    """
    name = _canonical(name)
    build, metadata = _CATALOGUE[name]
    known = inspect.signature(build).parameters
    for key in params:
        if key not in known:
            raise TypeError(f"{name} has no parameter {key!r}; " + (
                f"did you mean {_nearest(key, known)!r}?" if known else "it takes none"))
    params = {key: parameter.annotation(name, key, params.get(key, parameter.default))
              for key, parameter in known.items()}
    facts = {key: value(**params) if callable(value) else value for key, value in metadata.items()}
    facts["framework"] = dict(facts["framework"])  # each its own copy
    f, slope = build(**params)
    derivative = "vjp" if facts.get("kind") == "vector" else "df"
    return Activation(name=name, f=f, **{derivative: slope}, params=params, **facts)


def _canonical(name):
    if not isinstance(name, str):
        raise TypeError(f"the name of an activation must be a string, got {name!r}")
    if name in _CATALOGUE:
        return name
    aliases = {alias: canonical for canonical, (_, metadata) in _CATALOGUE.items()
               for alias in metadata.get("aliases", ())}
    if name in aliases:
        return aliases[name]
    known = [*_CATALOGUE, *aliases]
    raise ValueError(f"unknown activation {name!r}; did you mean {_nearest(name, known)!r}? "
                     "(names() lists all)")


def _nearest(word, known):
    """The known word most like the given one; capitals do not count."""
    import difflib  # wanted for errors only

    by_lower = {each.lower(): each for each in reversed(list(known))}
    return by_lower[difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0)[0]]
