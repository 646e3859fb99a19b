"""The rule for numbers in prose (tools/prose.py): what counts as a numeral, what matches it."""

from decimal import Decimal

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tools import prose
from tools.markup import blocks


def told(source):
    """The numerals the rule asks about in a Markdown cell, as written."""
    return [numeral.text for kind, text in blocks(source)
            for numeral in prose.prose_numerals(kind, text)]


@pytest.mark.parametrize("source, numerals", [
    ("At 3 it is 4.6 times, at 5 it is 37 times.", ["3", "4.6", "5", "37"]),
    ("a rate of 3e-5, 1.5E+3, .39 decades", ["3e-5", "1.5E+3", ".39"]),
    ("1,797 digits, 2,500,000.5 in all", ["1,797", "2,500,000.5"]),
    ("96 %, 96%, 96\u00a0%, 96 per cent", ["96 %", "96%", "96 %", "96 per cent"]),
    ("-0.5, \u22120.5, (-3), 3-5, 3–5, f(x)-4", "-0.5 -0.5 -3 3 5 3 5 4".split()),
    ("**37** times, [*4.6* times](#there), 5x, the 10th", ["37", "4.6", "5", "10"]),
    ("> quoted 7\n\n| a | b |\n|---|---|\n| 8 | 9 |", ["7", "8", "9"]),
    ("## 37 times steeper\n\nSo.", ["37"]),
    ("<details><summary>Answer 6</summary>\n\nIt is 12.\n\n</details>", ["6", "12"]),
    ("```{note}\nThe answer is 42.\n```", ["42"]),
    ("![a curve that ends at 0.3](x.png)", ["0.3"]),
    ("In 1998 and at 2000; The 2048 units, 1797 digits", ["1998", "2000", "2048", "1797"]),
    ("Python 3.11, 37 tests; section 2: 38 cells", ["37", "38"]),
])
def test_numerals_of_prose(source, numerals):
    assert told(source) == numerals


@pytest.mark.parametrize("source", [
    "`x = 3` and ``y = 4``\n\n```\n5\n```\n\n    6\n",
    "$z = 5$, $$\\frac{1}{4}$$ and\n\n\\begin{align}\na &= 7\n\\end{align}\n",
    "[there](page7.html '8') <!-- z > 9 --> <span data-n='10'>x</span>",
    "<!-- z > 9\n-->", "# 02 Classic functions", "## 2. Slopes", "## 2.1. Slopes", "### 3) Slopes",
    "1. one\n2. two", "(1) one, (2) two, equation (12)",
    "(LeCun 1998), LeCun et al., 1998; Glorot and Bengio 2010; He et al. (2015a); (1998; 2012)",
    "November 2026", "chapter 02, sections 2 and 3, Chapters 01, 02 and 05, questions 3 to 5",
    "figure 1, table 2.3, page 12, pp. 4, §5", "C17, relu6, ReLU-6, x86-64, GPT-2, float32, 2D",
    "arXiv:1706.03762v2, arXiv 1502.01852, 1502.01852, doi:10.1038/323533a0, https://x.org/12",
    "Python 3.11 to 3.13, TensorFlow 2.21, v1.2, 1.2.3",
    "three seeds, a tenth",
])
def test_what_is_no_numeral(source):
    assert told(source) == []


@pytest.mark.parametrize("written, number, right", [
    ("37", "36.98", True), ("37", "36.4", False), ("37.0", "36.98", True), ("37.1", "36.98", False),
    ("4.6", "4.65", True), ("4.7", "4.65", True), ("4.60", "4.6", True), ("4.61", "4.6", False),
    ("1,797", "1797", True), ("1797", "1,797", True), ("3e-5", "0.0000312", True),
    ("3e-5", "3.6e-05", False), ("96 %", "0.962", True), ("96 %", "96.2", True),
    ("96 %", "0.952", False), ("96", "0.962", False), ("-0.5", "-0.52", True),
    ("-0.5", "0.52", False), ("0.5", "-0.52", True), ("1", "[1. 0.]", True),
    ("1e-8", "1.e-08", True), ("17", "C17", False),
])
def test_what_matches(written, number, right):
    (numeral,) = prose.numerals(written)
    assert any(prose.matches(numeral, shown) for shown in prose.numerals(number)) is right


def test_a_numeral_knows_its_value_and_its_last_decimal():
    assert prose.numerals("-1,797.50 %") == [
        prose.Numeral(Decimal("-1797.50"), Decimal("0.01"), True, True, "-1,797.50 %")]


def printing(text):
    return new_code_cell("x", outputs=[new_output("stream", text=text)])


def faults(*cells):
    return [(number, what) for number, what, _ in prose.check(
        [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells])]


def test_a_section_owns_its_numbers():
    assert faults("## A\n\nIt is 4.6.", printing("4.61")) == []
    assert faults("## A", printing("4.61"), "### Under A", printing("0"), "It is 4.6.") == []
    assert faults("## A", printing("4.61"), "It is 4.7.") == [
        (3, "'4.7' in the prose is in no output beside it")]


def test_the_section_before_counts_above_the_first_cell_only():
    before = ["## A", printing("4.61")]
    assert faults(*before, "## B\n\nIt was 4.6.", printing("0")) == []
    assert faults(*before, "## B", printing("0"), "It was 4.6.") != []
    assert faults(*before, "## B\n\nNo code.", "## C\n\nIt was 4.6.") != []
    assert faults("## A\n\nIt will be 4.6.", "## B", printing("4.61")) != []


def test_a_heading_inside_a_cell_divides_it():
    assert faults("## A", printing("4.61"), "It is 4.6.\n\n## B\n\nIt was 4.6.\n\n## C\n\nAnd 4.6.",
                  printing("0")) == [(3, "'4.6' in the prose is in no output beside it")]


def test_every_kind_of_output_counts():
    table = new_code_cell("x", outputs=[new_output("execute_result", {
        "text/html": "<style>td {width: 99px}</style><table><td>4.61</td></table>",
        "text/plain": "table 7"})])
    assert faults("## A\n\nIt is 4.6, 7 times.", table) == []
    assert faults("## A\n\nIt is 99.", table) != []


def test_facts_are_declared_where_they_are_told():
    assert faults("# A\n\n10 min, 1,797 digits, 90 %. <!-- facts: 10, 1,797, 90 % -->") == []
    assert faults("# A\n\n10 minutes, 12 digits. <!-- facts: 10 -->") == [
        (1, "'12' in the prose is in no output beside it")]
    assert faults("# A\n\n10 minutes.") == [(1, "'10' in the prose is in no output beside it")]
    assert faults("# A\n\nMinutes. <!-- facts: 10 -->") == [
        (1, "the fact '10' is declared and not told")]
    assert len(faults("# A\n\n<!-- facts: 10 -->", "10 minutes.")) == 2


def test_the_nearest_output_is_named():
    ((_, _, expected),) = prose.check([new_markdown_cell("It is 4.7."), printing("4.61 and 9")])
    assert "(the nearest is 4.61)" in expected and "<!-- facts: 4.7 -->" in expected
