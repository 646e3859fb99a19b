r"""The equations about catalogue functions in a chapter's text, and whether they are true.

**Which.** In Markdown cells, inline `$...$` and display `$$...$$`: every `a = b` (chains too)

- whose left side has a function of the catalogue in it, such as `\tanh'(z) = 4\sigma'(2z)`. It must
  be true for all values of its symbols. (`\sigma(z) = p` names p instead.)
- whose right side alone has one, if both sides have the same symbols: `1 - q^2 = \tanh'(q)`.
  (Otherwise it defines its left side, as `a = \sigma(z)` does.)

**Symbols** of the right side that the left has not are parameters of a function in it (alpha of
elu), or are defined in the same paragraph: `$\sigma'(z) = q/(1+q)^2$ with $q = e^{-|z|}$`.

**Marks.** An equation that is true for some values only, or is no identity, is marked in its cell,
in a comment with the equation as written (spaces do not count):

    <!-- formula z > 0: \mathrm{relu}(z) = z -->
    <!-- formula unchecked: \sigma(z) = 0.9 -->
"""

import re
from typing import NamedTuple

import jupytext
from catalogue import known
from latex import TOKEN, ParseError, parse

from tools.markup import COMMENT

MATH = re.compile(r"(?<!\\)\$\$(.+?)\$\$|(?<![\\$])\$(?![\s$])(.+?)(?<![\s\\])\$(?!\d)", re.DOTALL)
CODE = re.compile(r"^(```+|~~~+).*?^\1[^\n]*$|(?<!`)(`+)(?!`).*?(?<!`)\2(?!`)",
                  re.DOTALL | re.MULTILINE)
LAYOUT = re.compile(r"\\(?:begin|end)\{(?:aligned|align\*?|equation\*?|split|gathered)\}|&(?==)")
OTHER_RELATIONS = {"<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\approx", r"\sim",
                   r"\to", r"\in", r"\propto", r"\ll", r"\gg", r"\equiv", r"\mapsto", ":"}
BREAKS = {",", ";", r"\quad", r"\qquad", "\\\\", r"\Rightarrow", r"\implies", r"\iff",
          r"\Leftrightarrow", r"\Longrightarrow", r"\Longleftrightarrow"}
DEPTH = {"(": 1, "[": 1, "{": 1, r"\{": 1, r"\begin{cases}": 1,
         ")": -1, "]": -1, "}": -1, r"\}": -1, r"\end{cases}": -1}


class Equation(NamedTuple):
    """An equation of a text, what its paragraph defines {symbol: (index, formula)}, its mark."""

    left: str
    right: str
    definitions: dict = {}
    condition: str = ""

    def __str__(self):
        return f"{self.left} = {self.right}"


def equations(path):
    """Return the equations of a chapter that are to be checked; ValueError for an unused mark."""
    found = []
    for number, cell in enumerate(jupytext.read(path).cells):
        if cell.cell_type == "markdown":
            try:
                found += cell_equations(cell.source)
            except ValueError as error:
                raise ValueError(f"{path.name}, cell {number}: {error}") from error
    return found


def cell_equations(source):
    """Return the equations of a Markdown cell that are to be checked."""
    marks, found = {}, {}
    for comment in COMMENT.findall(source):
        if mark := re.match(r"\s*formula\s+(.+?):\s(.*)", comment, re.DOTALL):
            marks[_tight(mark[2])] = mark[1]
    for paragraph in re.split(r"\n\s*\n", CODE.sub(" ", COMMENT.sub(" ", source))):
        stated = [chain for math in MATH.finditer(paragraph)
                  for chain in chains(math[1] or math[2])]
        definitions = {}
        for pair in (pair for chain in stated for pair in zip(chain, chain[1:], strict=False)):
            for symbol, formula in (pair, pair[::-1]):
                if name := lone_symbol(symbol):
                    definitions.setdefault(name[0], (name[1], formula))
        found |= {_tight(str(one)): one for chain in stated for one in claims(chain, definitions)}
    if unknown := set(marks) - set(found):
        raise ValueError(f"marked, but not among the formulas: {', '.join(sorted(unknown))}")
    return [one._replace(condition=marks.get(key, "")) for key, one in found.items()
            if marks.get(key) != "unchecked"]


def chains(math):
    """Yield the chains of equals in a formula: `a = b = c < d = e, f = g` has three."""
    chain, depth, math = [""], 0, LAYOUT.sub(" ", math).replace(":=", "=")
    math = re.sub(r"\\\\\s*(?==)", " ", math)  # a row that goes on with the equation above
    for match in TOKEN.finditer(math):
        token, follows = match[0], math[match.end():].lstrip()[:1]
        depth += DEPTH.get(token, 0)
        note = match["name"] is not None and follows not in set("(_^'") and not known(match["name"])
        if depth == 0 and token == "=":
            chain.append("")
        elif depth == 0 and (token in BREAKS or token in OTHER_RELATIONS or note):
            yield from _cleaned(chain)
            chain = [""]
        else:
            chain[-1] += math[match.start():match.end() + (math[match.end():][:1] == " ")]
    yield from _cleaned(chain)


def claims(chain, definitions):
    """Yield what a chain says of functions: each side against the last that names a function."""
    for at, right in enumerate(chain[1:], 1):
        before = [side for side in chain[:at] if names_function(side)]
        if before and not names(right, before[-1]):
            yield Equation(before[-1], right, definitions)
        elif not before and names_function(right) and same_symbols(chain[at - 1], right):
            yield Equation(chain[at - 1], right, definitions)


def names_function(side):
    """Say whether a function of the catalogue is applied in an expression."""
    try:
        return bool(parse(side, known).functions)
    except ParseError:  # then by its look, so that what cannot be read is not passed over
        words = (match["name"] or match[0].lstrip("\\") for match in TOKEN.finditer(side))
        return any(known(word) and (word != "sigma" or re.search(r"\\sigma\s*['(^]", side))
                   for word in words if len(word) > 1)


def lone_symbol(side):
    """Return (symbol, index) of a side that is one symbol, such as q or p_i; else None."""
    match = re.fullmatch(r"\\?([A-Za-z]+)(?:_\{?([a-z])\}?)?", side)
    return match.groups() if match and (len(match[1]) == 1 or side[0] == "\\") else None


def names(side, other):
    """Say whether a side is one symbol that the other has not: it is the other's name."""
    symbol = lone_symbol(side)
    return symbol and not re.search(rf"(?<![A-Za-z]){symbol[0]}(?![A-Za-z])", other)


def same_symbols(left, right):
    """Say whether both sides can be read, and are about the same symbols, one at least."""
    try:
        one, two = parse(left, known), parse(right, known)
    except ParseError:
        return False
    return (one.symbols | one.vectors) == (two.symbols | two.vectors) != set()


def _cleaned(chain):
    sides = [re.sub(r"[\s.]+$", "", side).strip() for side in chain]
    if len(sides) > 1 and all(sides):
        yield sides


def _tight(text):
    return re.sub(r"\s", "", text)
