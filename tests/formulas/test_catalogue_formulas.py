"""Every LaTeX formula of the catalogue, as readers see it, is the function that is computed.

A formula is parsed and evaluated with mpmath at 33 points from -100 to 100 (vectors: 16 of six
components), and must agree with `f` to a relative 1e-12, with the parameters at their defaults and
at other values. (The last digits are the business of tests/activations.) With 350 digits no formula
cancels too much at these points.
"""

import re
from fractions import Fraction

import numpy as np
import pytest
from catalogue import CONSTANTS, LETTERS, OTHERS, exact, known, letters
from latex import ParseError, parse
from latex_constructs import Environment
from mpmath import mp, mpf

from course_lib import activations
from tests.activations.mp_reference import REFERENCE

ORDINARY = [1e-8, 1e-3, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 6, 10, 37, 100]
POINTS = [0.0, *ORDINARY, *(-x for x in ORDINARY)]
VECTORS = [np.array(rows, float) for rows in (
    [0, 0, 0, 0, 0, 0], [1, -2, 0.5, 3, -0.25, 0], [1e-8, -1e-3, 0.1, 0.2, 0.3, -0.4],
    [30, 29.5, 0, -30, -2, 2], [-5, -4, -3, -2, -1, -0.5], [0.75, 0.25, 0.25, -10, 0.5, 0.125],
    *np.random.default_rng(0).normal(scale=2, size=(10, 6)))]
TOLERANCE = 1e-12
CASES = [(name, params) for name in activations.names()
         for params in ({}, OTHERS.get(name)) if params is not None]
LABELS = [name + "".join(f",{key}={value}" for key, value in params.items())
          for name, params in CASES]


def members(formula):
    """The expressions that the formula says are equal, and the conditions behind them."""
    main, *conditions = formula.split(r",\quad ")
    return main.split(" = ") if "_{" not in main else [main], conditions


def environment(name, params):
    """The values of the letters of a formula, and the functions that it names."""
    function = activations.get(name, **params)
    values = {letter: _number(function.params[key]) for letter, key in letters(name).items()}
    values |= CONSTANTS.get(name, {})
    return Environment(values | {other: exact(other, {}) for other in REFERENCE})


def _number(value):
    """A parameter as it is meant: 1/6, and not the double nearest to it."""
    fraction = Fraction(value).limit_denominator(1000)
    return mpf(fraction.numerator) / fraction.denominator


def check(name, params, formula):
    """Raise AssertionError unless the formula gives the function's values."""
    function = activations.get(name, **params)
    expressions, conditions = members(formula)
    points = POINTS if function.kind == "elementwise" else VECTORS
    compared = 0
    for expression in expressions:
        # A search for tau and quadrature are slow, and do not cancel.
        digits = 30 if r"\tau" in expression or r"\int" in expression else 350
        with mp.workdps(digits):
            env = environment(name, params)
            parsed = parse(expression, lambda word: "tau" if word == "tau" else known(word))
            for x in points:
                computed = function.f(x)
                true = evaluated(parsed, conditions, x, function, env)
                assert np.shape(true) == np.shape(computed), f"at {x}: another shape"
                for one, other in zip(np.ravel(true), np.ravel(computed), strict=True):
                    assert abs(one - float(other)) <= TOLERANCE * abs(one) + 1e-300, \
                        f"{expression} is {mp.nstr(one, 15)} at x = {x}; {name} gives {other}"
                    compared += 1
    assert compared >= 30


def check_all(name, formula):
    """The same with the parameters at both their values."""
    for params in ({}, OTHERS.get(name)):
        if params is not None:
            check(name, params, formula)


def evaluated(parsed, conditions, x, function, env):
    """The value of a parsed formula at x: a number, or a vector component by component."""
    if function.kind == "elementwise":
        return parsed.value(env.but(x=mpf(x)))
    x = np.array([mpf(one) for one in x])
    if function.name == "maxout":
        pieces = function.params["pieces"]
        return [parsed.value(env.but(x=group)) for group in x.reshape(-1, pieces)]
    if conditions == ["(a, b) = x"]:
        return parsed.value(env.but(**dict(zip("ab", np.split(x, 2), strict=True))))
    if conditions:  # sparsemax: tau is where the condition is met
        condition, one = conditions[0].split(" = ")
        total = parse(condition, lambda word: "tau" if word == "tau" else known(word))
        low, high = min(x) - 1, max(x)
        for _ in range(150):
            middle = (low + high) / 2
            there = env.but(x=x, tau=lambda x, order, tau=middle: tau)
            low, high = (middle, high) if total.value(there) > mpf(one) else (low, middle)
        return [parsed.value(there.but(i=i)) for i in range(len(x))]
    if "i" not in parsed.indices:
        return parsed.value(env.but(x=x))
    return [parsed.value(env.but(x=x, i=i)) for i in range(len(x))]


@pytest.mark.parametrize("name, params", CASES, ids=LABELS)
def test_the_formula_is_the_function(name, params):
    check(name, params, activations.get(name).formula)


def test_every_parameter_has_its_letter_and_a_second_value():
    for name in activations.names():
        params = activations.get(name).params
        assert set(OTHERS.get(name, {})) == set(params), name
        assert set(letters(name).values()) == set(params), name
        assert all(value != params[key] for key, value in OTHERS.get(name, {}).items()), name
    assert set(LETTERS) <= set(activations.names())


FAULTS = {  # small faults that an author could make, written as substitutions
    "sigmoid": ("e^{-x}", "e^{x}"), "tanh": ("e^{x} - e", "e^{x} + e"),
    "gelu": (r"\Phi(x) =", r"\Phi(-x) ="), "lecun_tanh": ("1.7159", "1.7195"),
    "hard_shrink": (">", r"\geq"), "erf": (r"\int_0", r"\int_1"), "softplus": ("1 +", "2 +"),
    "selu": (r"\lambda \alpha", r"\alpha"), "snake": (r"\sin^2", r"\sin"),
    "leaky_relu": (r"a\,\min", r"\min"), "sign": (r"\geq", ">"), "maxout": (r"\max", r"\min"),
    "sparsemax": ("= 1", "= 2"), "glu": (r"\sigma(b)", r"\sigma(a)"), "softmax": (r"\sum_j ", ""),
    "crelu": (r"\max(-x", r"\min(-x"), "log_softmax": (r"\ln", ""), "mish": ("1 +", "2 +"),
    "gelu_tanh": ("0.044715", "0.044751"), "relu6": ("6", "5"), "sine": (r"\omega_0 x", "x"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_formula_is_found(name):
    formula = activations.get(name).formula
    wrong = formula.replace(*FAULTS[name], 1)
    assert wrong != formula
    with pytest.raises((AssertionError, ParseError, KeyError)):
        check_all(name, wrong)


def signs(formula):
    """The formula with each of its plus and minus signs turned in one copy."""
    for match in re.finditer(r"(?<!\\)[+-]", formula):
        other = "-" if match[0] == "+" else "+"
        yield formula[:match.start()] + other + formula[match.end():]


@pytest.mark.parametrize("name", [name for name in activations.names()
                                  if list(signs(activations.get(name).formula))])
def test_no_sign_of_a_formula_can_be_turned_unnoticed(name):
    for wrong in signs(activations.get(name).formula):
        with pytest.raises((AssertionError, ZeroDivisionError, TypeError)):
            check_all(name, wrong)
