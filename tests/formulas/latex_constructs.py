"""The parts of LaTeX with braces, limits or rows: fractions, roots, sums, integrals, cases."""

import operator
from functools import reduce

import numpy as np
from mpmath import mp, mpf

RELATIONS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
             "=": operator.eq, "!=": operator.ne}
STOPS = {",", "+", "-", ")", "]", "}", "&", "\\\\", r"\end{cases}", *RELATIONS}


class Environment(dict):
    """Values by name; what is missing is computed from its definition, if it has one."""

    def __init__(self, values, definitions=None):
        super().__init__(values)
        self.definitions = definitions or {}

    def __missing__(self, name):
        return self.definitions[name](self)

    def but(self, **changes):
        """The same with some values changed, so that definitions follow."""
        return Environment({**self, **changes}, self.definitions)

    def indices(self):
        """The indices of the vectors, which are all of one length."""
        return range(next(len(value) for value in self.values() if isinstance(value, np.ndarray)))


def each(function, *arguments):
    """Apply a function of numbers, to every component where an argument is a vector."""
    if any(isinstance(one, np.ndarray) for one in arguments):
        return np.vectorize(function, otypes=[object])(*arguments)
    return function(*arguments)


class Constructs:
    """What `latex.Parser` adds to its expressions; each method a function of the environment."""

    def fraction(self):
        if self.here == "{" and self.tokens[self.at + 1] in ("d", r"\partial"):
            return self.derivative()
        above, below = self.argument(), self.argument()
        return lambda env: above(env) / below(env)

    def derivative(self):
        """d/dz f(z), df(z)/dz, df/dz, or a partial derivative with respect to z_j."""
        self.at += 2
        alone = self.known(self.here.lstrip("\\")) if self.tokens[self.at + 1] == "}" else None
        body = None if alone or self.here == "}" else self.sum()
        self.at += bool(alone)
        for token in ("}", "{"):
            self.expect(token)
        self.expect("d", r"\partial")
        name = self.here.lstrip("\\")
        self.at += 1
        index = self.raw() if self.take("_") else None
        self.expect("}")
        (self.vectors if index else self.symbols).add(name)
        self.indices |= {index} - {None}
        if alone:
            self.functions.add(alone)
            return lambda env: env[alone](env[name], 1)
        body = body or self.factor()

        def slope(env):
            def along(t):
                there = t
                if index:
                    there = env[name].copy()
                    there[env[index]] = t
                return body(env.but(**{name: there}))
            return mp.diff(along, env[name][env[index]] if index else env[name])

        return slope

    def root(self):
        degree = self.items("]") if self.take("[") else lambda env: 2
        inside = self.argument()
        return lambda env: each(lambda x: mp.root(x, int(degree(env))), inside(env))

    def over_index(self):
        """An index below a sum or maximum, and what stands behind: its values in a list."""
        index = self.raw()[0]
        if self.take("^"):
            self.raw()
        body = self.product()
        self.indices.discard(index)
        return lambda env: [body(env.but(**{index: i})) for i in env.indices()]

    def total(self):
        self.expect("_")
        terms = self.over_index()
        return lambda env: reduce(operator.add, terms(env))

    def extreme(self, token):
        best = max if token == r"\max" else min
        if self.take("_"):
            terms = self.over_index()
            return lambda env: best(terms(env))
        self.expect("(")
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        self.expect(")")
        if len(values) == 1:
            return lambda env: best(values[0](env))
        return lambda env: each(lambda *given: best(given), *(value(env) for value in values))

    def integral(self):
        self.expect("_")
        low = self.argument()
        self.expect("^")
        high, outside = self.argument(), self.stops
        self.stops = STOPS | {"d"}
        body = self.product()
        self.stops = outside
        self.expect("d")
        name = self.raw()
        self.symbols.discard(name)

        def area(env):
            a, b = low(env), high(env)  # cut ever finer towards the lower end, for long intervals
            cuts = [a] + [a + (b - a) / 2**k for k in range(8, -1, -1)]
            return mp.quad(lambda t: body(env.but(**{name: t})), cuts) if a != b else mpf(0)

        return area

    def cases(self):
        rows = []
        while not self.take(r"\end{cases}"):
            value = self.sum()
            self.take(",")
            self.expect("&")
            self.take("if", "for", "when", "where")
            otherwise = self.take("otherwise", "else", "otherwise.")
            rows.append((value, (lambda env: True) if otherwise else self.relation()))
            self.take(",", ".")
            self.take("\\\\")
        return lambda env: next(value(env) for value, holds in rows if holds(env))
