"""Whether an equation of a text is an identity, by comparing its sides at many places."""

import numpy as np
from catalogue import CONSTANTS, as_computed, exact, known, letters
from latex import ParseError, parse
from latex_constructs import Environment
from mpmath import mp, mpf

from course_lib import activations

NUMBERS = [sign * mpf(x) for sign in (1, -1)
           for x in (0.0625, 0.3125, 0.5625, 0.8125, 1.6875, 2.4375, 4.5625, 7.1875)]
PLACES, FEWEST = 40, 6  # draws, and how many of them must give real numbers
LENGTH = 4  # of vectors
EXACT, COMPUTED = mpf(10) ** -25, mpf(10) ** -11  # allowed differences: in mpmath, in doubles


def check(equation):
    """Compare the sides of an equation; return at how many places.

    Both sides in mpmath with 60 digits, and the left side with the catalogue's own f and df.

    Raises AssertionError where they differ, ParseError where the equation cannot be read.
    """
    left, right = parse(equation.left, known), parse(equation.right, known)
    condition = parse(equation.condition or "1", known)
    parsed, defined = [left, right, condition], {}
    given = left.symbols | left.vectors
    for name in (right.symbols | right.vectors) - given:
        if name in equation.definitions:
            index, text = equation.definitions[name]
            defined[name] = index, parse(text, known)
            parsed.append(defined[name][1])
    functions = set().union(*(one.functions for one in parsed))
    vectors = set().union(*(one.vectors for one in parsed)) - set(defined)
    constants = {symbol: value for name in functions
                 for symbol, value in CONSTANTS.get(name, {}).items()}
    scalars = set().union(*(one.symbols for one in parsed)) - {*defined, *vectors, *constants}
    if not vectors and "," not in str(equation) and any(
            activations.get(name).kind == "vector" for name in functions):  # softmax(z) alone
        vectors, scalars = scalars & {"x", "z"}, scalars - {"x", "z"}
    bound = parameters(functions, scalars, scalars - given)
    told = [formula.symbols | formula.vectors for _, formula in defined.values()]
    if unknown := (scalars | vectors) - given.union(condition.symbols, bound, *told):
        raise ParseError(f"{equation}: what is {', '.join(sorted(unknown))}? Say it in the same "
                         "paragraph ($q = ...$), or mark it as tests/formulas/chapters.py tells")
    indices = set().union(*(one.indices for one in parsed)) - {index for index, _ in
                                                               defined.values()}
    compared = 0
    for values in draws(scalars, vectors, indices):
        values |= {symbol: abs(values[symbol]) for symbol in bound}  # parameters are positive
        params = {name: {key: values[symbol] for symbol, (owner, key) in bound.items()
                         if owner == name} for name in functions}
        env, rough = (Environment({**constants, **values, **{name: form(name, params[name])
                                                             for name in functions}},
                                  {name: definition(*one) for name, one in defined.items()})
                      for form in (exact, as_computed))
        if r"\frac{d" in equation.left or r"\frac{\partial" in equation.left:
            rough = env  # nobody differentiates doubles
        try:
            if not condition.value(env):
                continue
            sides = left.value(env), right.value(env), left.value(rough)
        except (ZeroDivisionError, StopIteration):
            continue  # not defined here
        if not all(is_real(side) for side in sides):
            continue
        one, two, computed = sides
        size = 1 + abs(one) + abs(two)
        places = {name: value for name, value in values.items() if name in scalars | vectors}
        for side, allowed in ((one, EXACT), (computed, COMPUTED)):
            assert np.all(abs(side - two) <= allowed * size), \
                f"{equation} is wrong: {side} against {two} at {places}"
        compared += 1
    if compared < (FEWEST if scalars | vectors else 1):
        raise ParseError(f"{equation}: only at {compared} of {PLACES} places are both sides real")
    return compared


def parameters(functions, symbols, new):
    """Which symbol stands for which parameter of a function: {symbol: (function, parameter)}.

    By the catalogue's letter; or a parameter and a new symbol that are alone, whatever the letter.
    """
    bound = {}
    for name in sorted(functions):
        own = letters(name)
        bound |= {symbol: (name, own[symbol]) for symbol in symbols if symbol in own}
        if len(own) == 1 == len(new) and not bound:
            bound |= {symbol: (name, *own.values()) for symbol in new}
    return bound


def definition(index, formula):
    """A symbol's value from its definition, p = f(z) or for each component p_i = f(z_i)."""
    if not index:
        return formula.value
    return lambda env: np.array([formula.value(env.but(**{index: i})) for i in env.indices()],
                                dtype=object)


def draws(scalars, vectors, indices):
    """Yield values for the symbols, the same in each run."""
    rng = np.random.default_rng(0)
    for place in range(PLACES if scalars | vectors else 1):
        values = {name: NUMBERS[(place + rng.integers(len(NUMBERS)) * bool(position))
                                % len(NUMBERS)] for position, name in enumerate(sorted(scalars))}
        values |= {name: rng.choice(NUMBERS, LENGTH) for name in sorted(vectors)}
        yield values | {name: int(rng.integers(LENGTH)) for name in sorted(indices)}


def is_real(side):
    """Say whether a value is a finite real number, or a vector of such."""
    return all(not isinstance(one, mp.mpc) and mp.isfinite(one) for one in np.ravel(side))
