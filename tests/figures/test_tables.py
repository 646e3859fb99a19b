"""Tables read the same as text and as a page."""

from html.parser import HTMLParser

import numpy as np
import pytest

from course_lib import figures
from course_lib.figures import wording

ROWS = [["sigmoid", 0.25, "(0, 1)"], [r"$4\sigma(z) - 2$", 1, "$-2 < f$"]]
HEADINGS = ["function", "slope $f'(0)$", "range"]


class Cells(HTMLParser):
    """The cells of a table as a browser would have them: (tag, scope, text)."""

    def __init__(self, page):
        super().__init__()
        self.cells, self.open = [], None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in ("th", "td", "caption"):
            self.open = [tag, dict(attributes).get("scope"), ""]

    def handle_data(self, text):
        self.open[2] += text

    def handle_endtag(self, tag):
        if tag in ("th", "td", "caption"):
            self.cells.append(tuple(self.open))


def test_a_table_as_text_is_aligned_and_has_plain_formulas(shown):
    assert figures.table(HEADINGS, ROWS, caption="Where $z = 0$") is None
    assert shown.words().splitlines() == ["Where z = 0",
                                          "function   slope f'(0)  range",
                                          "sigmoid           0.25  (0, 1)",
                                          "4σ(z) - 2            1  -2 < f"]


def test_a_table_as_a_page_has_scopes_and_its_formulas_survive(shown):
    figures.table(HEADINGS, ROWS, caption="Where $z = 0$")
    page = shown[0][0]["text/html"]
    assert "-2 &lt; f" in page and page.startswith("<table><caption")
    assert Cells(page).cells == [
        ("caption", None, "Where $z = 0$"), ("th", "col", "function"),
        ("th", "col", "slope $f'(0)$"), ("th", "col", "range"),
        ("th", "row", "sigmoid"), ("td", None, "0.25"), ("td", None, "(0, 1)"),
        ("th", "row", r"$4\sigma(z) - 2$"), ("td", None, "1"), ("td", None, "$-2 < f$")]
    assert page.count("text-align: right") == 3  # one column of numbers, and its heading


@pytest.mark.parametrize("value, text", [
    (1077, "1077"), (np.int64(12345), "12345"), (0.049787, "0.0498"), (np.float32(2), "2"),
    (True, "yes"), (np.bool_(False), "no"), ("two\n words", "two words"), (float("nan"), "nan"),
])
def test_cells_that_are_no_strings(shown, value, text):
    figures.table(["a", "b"], [["x", value]])
    assert shown.words().splitlines()[1].split(None, 1) == ["x", text]


@pytest.mark.parametrize("column, right", [
    (["0.5", "-1", "3e-05"], True), (["1 %", "±2", "1,797"], True), (["", "-", "4"], True),
    (["1", "(0, 1)", "2"], False), (["2 layers", "1", "3"], False),
])
def test_columns_of_numbers_stand_to_the_right(shown, column, right):
    figures.table(["name", "a long heading"], [["x", cell] for cell in column])
    lines = shown.words().splitlines()[1:]
    ends = [len(line) == len("name  a long heading") for line in lines if line.strip() != "x"]
    assert all(ends) == right


@pytest.mark.parametrize("headings, rows, error, message", [
    (["a", "b"], [["x", 1], ["y"]], ValueError, r"row 2 \(y\) has 1 cells; there are 2 headings"),
    (["a", "b"], [["x", 1, 2]], ValueError, r"row 1 \(x, 1, 2\) has 3 cells"),
    (["a"], [], ValueError, "one row or more"), ([], [[]], ValueError, "one heading"),
    (["a", "b"], [["x", None]], TypeError, "row 1, column 2: a cell is a string or a number"),
    (["a", "b"], [["x", 1j]], TypeError, "row 1, column 2"),
    (["a", "b"], [["x", [1]]], TypeError, "row 1, column 2"),
    (["a", 3.5j], [["x", 1]], TypeError, "heading, column 2"),
])
def test_tables_refuse(shown, headings, rows, error, message):
    with pytest.raises(error, match=message):
        figures.table(headings, rows)
    assert not shown


@pytest.mark.parametrize("latex, text", [
    (r"slope $f'(z)$", "slope f'(z)"), ("a $|z| \\geq 3$ b", "a |z| ≥ 3 b"),
    (r"$\sigma(z) = \frac{1}{1 + e^{-z}}$", "σ(z) = 1/(1 + e^(-z))"),
    (r"$\frac12\sqrt{2\pi}$", "1/2√(2π)"), (r"$\frac{x + 1}{2}$", "(x + 1)/2"),
    (r"$\tanh z$, $\tanh(z)$", "tanh z, tanh(z)"),
    (r"$\mathrm{relu}(\lambda\,x_i)$", "relu(λ x_i)"), (r"$\frac{a}{2\pi}$", "a/(2π)"),
    (r"$\left(\Phi(x)\right)^2 \cdot 2$", "(Φ(x))^2 · 2"), ("costs $5", "costs $5"),
    ("two\nlines", "two lines"), (r"$x_{ij}^{2}$", "x_ij^2"), ("{a}_b", "{a}_b"),
])
def test_formulas_as_plain_text(latex, text):
    assert wording.plain(latex) == text
