"""The rule for numbers in prose: a number that readers are told stands in an output beside it.

**Prose** is what a reader sees of Markdown cells, without code, $mathematics$, link targets and
comments. **Every numeral** in it (37, -4.6, 1.663, 96 %, 1,797, 3e-5) must equal, rounded to the
decimals it is written with, a number in an output (printed text, plain text, HTML) of a code cell

- in the same section, that is between two headings `#` or `##`; or
- in the section immediately before, where the numeral stands above its section's first code cell.

A numeral without a sign matches the size of a negative number too, since words say the direction
("loses 0.39"); one with a minus matches only a negative one. "96 %" matches 96 or 0.96.

**A plain fact** (10 minutes, 90 questions) is declared in the same cell: `<!-- facts: 10, 90 -->`,
written as in the prose, with a comma and a space between two. A fact declared and not used is a
fault, like a numeral that is neither shown nor declared. A result is never declared as a fact.

**Not numerals** are: a heading's numbering ("2. ", "02 "); ordinals of a list, also "(1)"; years of
citations, 1600 to 2099, after a name or alone in parentheses ("LeCun 1998", "(LeCun, 1998)",
"November 2026", "(1998)"); references ("chapter 02", "sections 2 and 3", "question 4", "figure 1",
"page 12"); identifiers, letters first (C17, relu6, ReLU-6, x86-64), 2D and 3D; arXiv identifiers,
DOIs and addresses; versions ("Python 3.11 to 3.13", "v1.2", "1.2.3").
"""

import re
from decimal import Decimal
from typing import NamedTuple

from tools.markup import blocks, comments, shown

NUMERAL = re.compile(
    r"(?<![\w.])(?P<sign>(?<![)\]%])-)?"          # a hyphen after a word or number is no minus
    r"(?P<size>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+|\.(?=[eE][-+]?\d))?|\.\d+)"
    r"(?P<power>[eE][-+]?\d+)?(?P<percent>\s?(?:%|per cent\b|percent\b))?")
NUMBERING = re.compile(r"^\s*(?:0\d\b|\d+(?:\.\d+)*[.:)])(?=\s)")

_PART = r"\d+(?:\.\d+)*"
_AND = r"\s*(?:,?\s+and|,?\s+or|\bto\b|-)\s*"
_PARTS = rf"{_PART}(?:,\s*{_PART}(?=,|\s+and\b|\s+or\b))*(?:{_AND}{_PART})*"  # 01, 02 and 05
_REFERENCE = r"(?:chapter|section|question|exercise|figure|table|equation|page|appendix|volume)s?"
_SOFTWARE = (r"(?:Python|NumPy|SciPy|Matplotlib|TensorFlow|Keras|PyTorch|JAX|Jupyter\w*|Debian|"
             r"Ubuntu|Windows|macOS|version)")
_YEAR = r"(?:1[6-9]|20)\d\d[a-z]?\b"
# A capital begins a name, unless it merely begins a sentence ("The 2000 images").
_COMMON = (r"(?:The|An?|In|At|By|Of|On|Over|All|These|Those|Only|About|For|From|With|And|Or|But|"
           r"After|Before|Until|Since|To|So|Then|Its|Their|Our|Your|Some|Most|Each|Every|Than|Is)")
_NAME = rf"\b(?!{_COMMON}\b)[^\W\d_a-z][\w'’-]*"
NO_NUMERALS = re.compile("|".join([
    r"https?://\S+",
    r"\b10\.\d{4,}/\S+",                                                    # DOI
    r"(?i:\barxiv[:\s]\s*\d{4}\.\d{4,5}(?:v\d+)?)", r"\b\d{4}\.\d{5}(?:v\d+)?\b",
    rf"(?i:\b{_REFERENCE}\s+{_PARTS})", r"§+\s*\d+", r"\bpp?\.\s*\d+",
    rf"(?i:\b{_SOFTWARE}\s+{_PARTS})", r"\bv\d+(?:\.\d+)*", r"\b\d+\.\d+\.\d+(?:\.\d+)*",
    rf"\({_YEAR}(?:[,;]\s*{_YEAR})*\)",                                     # (1998), (1998; 2012)
    rf"{_NAME}(?:,?\s+et al\.?)?,?\s+\(?{_YEAR}(?:,\s*{_YEAR})*",           # He et al. (2015a
    r"\(\d{1,2}\)",                                                         # (1)
    r"\b[23]D\b",
    r"(?<![\w.])[^\W\d]+(?:[-_]?\d+[^\W\d]*)+(?:-\d+)*",                    # C17, ReLU-6, x86-64
]))


class Numeral(NamedTuple):
    """A number as written: its value, the step of its last decimal, and how it was written."""

    value: Decimal
    step: Decimal
    signed: bool
    percent: bool
    text: str


def numerals(text):
    """Return the numerals of a plain text, in order.

    >>> [n.text for n in numerals("1,797 digits, -3e-5, 96 %")]
    ['1,797', '-3e-5', '96 %']
    """
    found = []
    for match in NUMERAL.finditer(_ascii(text)):
        size = Decimal(match["size"].replace(",", "") + (match["power"] or ""))
        signed = bool(match["sign"])
        found.append(Numeral(-size if signed else size, Decimal(1).scaleb(size.as_tuple().exponent),
                             signed, bool(match["percent"]), match[0]))
    return found


def _ascii(text):
    """Write minus signs, dashes and hard spaces as ASCII; a dash between numbers means `to`."""
    text = re.sub("[\u00a0\u202f]", " ", text.replace("\u2212", "-"))
    return re.sub(r"(?<=[\d%])\s*–\s*(?=\d)", " to ", text).replace("–", "-")


def prose_numerals(kind, text):
    """Return the numerals of one block of prose that the rule asks about."""
    text = _ascii(text)
    if kind != "text":
        text = NUMBERING.sub("", text)
    return numerals(NO_NUMERALS.sub(" ", text))


def matches(numeral, number):
    """Return whether a number of an output, rounded, is the numeral.

    At an exact tie (2.65 told as 2.6 or 2.7) both roundings are right.
    """
    wanted = numeral.value if numeral.signed else abs(numeral.value)
    readings = [number.value] + ([100 * number.value] if numeral.percent else [])
    return any(abs((value if numeral.signed else abs(value)) - wanted) <= numeral.step / 2
               for value in readings)


def check(cells):
    """Return the faults of a notebook's prose: [(cell number from 1, what, expected)]."""
    section, told, outputs, coded = 0, [], {0: []}, set()
    faults = []
    for number, cell in enumerate(cells, 1):
        if cell.cell_type == "code":
            coded.add(section)
            outputs[section] += [n for out in cell.outputs for n in numerals(shown(out))]
        elif cell.cell_type == "markdown":
            facts = _facts(cell.source)
            used = set()
            for kind, text in blocks(cell.source):
                if kind in ("h1", "h2"):
                    section += 1
                    outputs[section] = []
                for numeral in prose_numerals(kind, text):
                    if numeral.text in facts:
                        used.add(numeral.text)
                    else:
                        told.append((number, section, section not in coded, numeral))
            faults += [(number, f"the fact '{fact}' is declared and not told",
                        "a numeral written the same way in this cell, or no declaration")
                       for fact in facts if fact not in used]
    for number, section, above, numeral in told:
        beside = outputs[section] + (outputs.get(section - 1, []) if above else [])
        if not any(matches(numeral, n) for n in beside):
            faults.append((number, f"'{numeral.text}' in the prose is in no output beside it",
                           "an output of its section that rounds to it"
                           f"{_nearest(numeral, beside)}, or <!-- facts: {numeral.text} --> "
                           "if it is a plain fact"))
    return sorted(faults)


def _facts(source):
    return [fact.strip() for comment in comments(source) if comment.startswith("facts:")
            for fact in re.split(r",\s+", _ascii(comment.removeprefix("facts:").strip()))]


def _nearest(numeral, numbers):
    if not numbers:
        return " (there is none)"
    near = min(numbers, key=lambda n: abs(abs(n.value) - abs(numeral.value)))
    return f" (the nearest is {near.text})"
