r"""LaTeX formulas as functions: a parser by recursive descent, evaluated in mpmath.

`parse(r"\frac{1}{1 + e^{-z}}")` gives `value(env)`, for an Environment of mpf numbers and, for
vectors, numpy arrays of them; the free `symbols`, the `vectors` (symbols with an index, as z_i) and
`indices`; and `functions`, those looked up in it: env["relu"](x, order) with order 0 for f, 1 for
f', 2 for f'', -1 for the inverse.

Not the whole of LaTeX: what formulas of activation functions need, read as a mathematician would.
Juxtaposition multiplies; \tanh x takes the factors that follow; [x > 0] is Iverson's bracket.
"""

import operator
import re
from functools import reduce
from types import SimpleNamespace

import numpy as np
from latex_constructs import RELATIONS, STOPS, Constructs, each
from mpmath import mp, mpf

mp.dps = 60  # as in tests/activations/mp_reference.py
TOKEN = re.compile(r"\\(?:mathrm|operatorname\*?|text|textrm|mathit)\s*\{(?P<name>[^{}]*)\}"
                   r"|\\(?:begin|end)\{cases\}|\\\\|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
SKIPPED = {r"\,", r"\;", r"\:", r"\!", "\\ ", "~", r"\left", r"\right", r"\displaystyle", r"\big",
           r"\limits", r"\bigl", r"\bigr", r"\Big", r"\Bigl", r"\Bigr", r"\quad", ""}
SAME = {r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\{": "(", r"\}": ")", r"\le": "<=",
        r"\leq": "<=", r"\ge": ">=", r"\geq": ">=", r"\ne": "!=", r"\neq": "!=",
        r"\times": r"\cdot", r"\tfrac": r"\frac", r"\dfrac": r"\frac", r"\varphi": r"\phi",
        r"\prime": "'", "−": "-"}
GREEK = set("alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho "
            "sigma tau phi chi psi omega Phi Delta Gamma Lambda".split())
ELEMENTARY = {name: getattr(mp, name) for name in "exp sin cos tan sinh cosh sech coth".split()}
ELEMENTARY |= {"ln": mp.log, "log": mp.log, "phi": mp.npdf, "erfc": mp.erfc, "Phi": mp.ncdf}
ELEMENTARY |= {start + end: getattr(mp, f"a{end}") for start in ("ar", "arc")
               for end in ("sinh", "cosh", "tanh")}


class ParseError(ValueError):
    """A formula that this parser cannot read."""


def parse(text, known=lambda name: None):
    """Parse a formula; `known` gives a function's key in the environment, or None."""
    parser = Parser(text, known)
    value = parser.items()
    if parser.here:
        parser.fail()
    return SimpleNamespace(text=text, value=value, symbols=parser.symbols, vectors=parser.vectors,
                           indices=parser.indices, functions=parser.functions)


class Parser(Constructs):
    """One method a construct; each returns a function of the environment."""

    def __init__(self, text, known):
        found = (m[0] if m["name"] is None else m["name"].strip() for m in TOKEN.finditer(text))
        self.tokens = [SAME.get(one, one) for one in found if one not in SKIPPED]
        self.text, self.known, self.at, self.stops = text, known, 0, STOPS
        self.symbols, self.vectors, self.indices, self.functions = set(), set(), set(), set()

    # ---- tokens

    @property
    def here(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def fail(self, wanted="something else"):
        rest = " ".join(self.tokens[self.at:]) or "the end"
        raise ParseError(f"cannot read {self.text!r}: expected {wanted} in place of {rest!r}")

    def take(self, *wanted):
        if self.here in wanted:
            self.at += 1
            return self.tokens[self.at - 1]
        return ""

    def expect(self, *wanted):
        return self.take(*wanted) or self.fail(" or ".join(wanted))

    def raw(self):
        """The tokens of an index, unparsed: `_i`, `_{ij}`, `_{j = 1}`."""
        if not self.take("{"):
            self.at += 1
            return self.tokens[self.at - 1]
        start = self.at
        while self.here not in ("}", ""):
            self.at += 1
        self.expect("}")
        return "".join(self.tokens[start:self.at - 1])

    # ---- expressions, from the loosest binding to the tightest

    def items(self, end="", stops=STOPS):
        """Expressions with commas between: several are a vector."""
        outside, self.stops = self.stops, stops
        values = [self.relation()]
        while self.take(","):
            values.append(self.relation())
        self.stops = outside
        if end:
            self.expect(end)
        if len(values) == 1:
            return values[0]
        return lambda env: np.concatenate([np.atleast_1d(np.array(value(env), dtype=object))
                                           for value in values])

    def relation(self):
        """A sum; or a comparison such as 0 < x < 1, which is 1 or 0 (Iverson's bracket)."""
        sides, signs = [self.sum()], []
        while self.here in RELATIONS:
            signs.append(RELATIONS[self.take(*RELATIONS)])
            sides.append(self.sum())
        if not signs:
            return sides[0]
        return lambda env: mpf(all(sign(a(env), b(env)) for sign, a, b
                                   in zip(signs, sides, sides[1:], strict=False)))

    def sum(self):
        terms, sign = [], self.take("+", "-")
        while not terms or (sign := self.take("+", "-")):
            terms.append((-1 if sign == "-" else 1, self.product()))
        return lambda env: reduce(operator.add, (sign * term(env) for sign, term in terms))

    def product(self, more=lambda here: True):
        value = self.factor()
        while self.here and self.here not in self.stops and more(self.here):
            value = self.joined(value, operator.truediv if self.take("/") else operator.mul)
        return value

    def joined(self, left, how):
        sign = -1 if self.take(r"\cdot") and self.take("-") else 1
        right = self.factor()
        return lambda env: sign * how(left(env), right(env))

    def factor(self):
        value = self.base()
        while self.take("^"):
            value = self.power(value, self.argument())
        return value

    def power(self, value, exponent):
        return lambda env: each(lambda x, n: x ** (int(n) if n == int(n) else n), value(env),
                                exponent(env))

    def argument(self):
        """What ^, frac and sqrt apply to: a group in braces, or a single symbol or digit."""
        if self.here[:1].isdigit():
            first, rest = self.here[0], self.here[1:]
            self.tokens[self.at:self.at + 1] = [first, rest] if rest else [first]
        return self.base()

    def base(self):
        token = self.here or self.fail()
        name = token.lstrip("\\")
        self.at += 1
        if token[0].isdigit():
            return lambda env: mpf(token)
        if token in ("(", "[", "{"):
            return self.items({"(": ")", "[": "]", "{": "}"}[token])
        if token == "|":
            inside = self.items("|", STOPS | {"|"})
            return lambda env: each(abs, inside(env))
        special = {r"\frac": self.fraction, r"\sqrt": self.root, r"\sum": self.total,
                   r"\max": self.extreme, r"\min": self.extreme, r"\int": self.integral,
                   r"\begin{cases}": self.cases}
        if token in special:
            return special[token](*[token] * (token in (r"\max", r"\min")))
        found = self.function(token, name) or self.symbol(token, name)
        if not found:
            self.at -= 1
            self.fail()
        return found

    # ---- functions and symbols

    def function(self, token, name):
        """A function with its argument, if the name is one: tanh^2 x, relu'(z), softmax(z)_i."""
        key, plain, start = self.known(name), ELEMENTARY.get(name), self.at
        if key is None and plain is None:
            return None
        order, power = 0, None
        while self.take("'"):
            order += 1
        if self.take("_"):
            self.symbols.add(self.raw().lstrip("\\"))  # a parameter: it binds by its name
        if self.tokens[self.at:self.at + 5] == ["^", "{", "-", "1", "}"]:
            order, self.at = -1, self.at + 5  # a function to the power -1 is its inverse
        elif self.take("^"):
            power = self.argument()
        if self.take("("):
            inside = self.items(")")
        elif len(name) > 1 and name not in GREEK:  # a product up to a bracket or a function
            inside = self.product(lambda here: not self.known(here.lstrip("\\")) and (
                re.fullmatch(r"[a-z]|[\d.]+|\\frac|\\sqrt", here) or here[1:] in GREEK))
        else:
            self.at = start
            return None
        if key is None and order:
            self.fail(f"no derivative or inverse of {name}")
        if key is not None:
            self.functions.add(key)

        def value(env):
            return env[key](inside(env), order) if key else each(plain, inside(env))

        raised = self.power(value, power) if power else value
        return self.component(raised) if self.take("_") else raised

    def component(self, vector):
        index = self.raw()
        if index.isdigit():
            return lambda env: vector(env)[int(index) - 1]
        self.indices.add(index)
        return lambda env: vector(env)[env[index]]

    def symbol(self, token, name):
        if not (re.fullmatch("[A-Za-z]", token) or (token[0] == "\\" and name in GREEK)):
            return None
        if name in ("e", "pi"):
            return lambda env: +getattr(mp, name)
        if not self.take("_"):
            self.symbols.add(name)
            return lambda env: env[name]
        index = self.raw()
        if name == "delta" and len(index) == 2:  # Kronecker's
            self.indices |= set(index)
            return lambda env: mpf(env[index[0]] == env[index[1]])
        if index.isdigit():
            name = f"{name}_{index}"
            self.symbols.add(name)
            return lambda env: env[name]
        self.vectors.add(name)
        self.indices.add(index)
        return lambda env: env[name][env[index]]
