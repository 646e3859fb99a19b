r"""Every equation about a catalogue function in the chapters' texts is true.

Which equations are found, how they are read and how one is marked is told in chapters.py. `pytest
-v` lists what was checked. The cells below are what chapters may say, and each with a fault in it.
"""

from pathlib import Path

import identities
import pytest
from chapters import cell_equations, equations
from identities import check
from latex import ParseError

from course_lib import activations

TEXTS = sorted((Path(__file__).parents[2] / "notebooks" / "text").glob("*.md"))
FOUND = [(path.stem[:2], one) for path in TEXTS for one in equations(path)]


@pytest.mark.parametrize("chapter, equation", FOUND,
                         ids=[f"{chapter}: {one}" for chapter, one in FOUND])
def test_the_formula_is_true(chapter, equation):
    assert check(equation) >= 1


def test_the_chapters_are_read():
    told = [str(one) for chapter, one in FOUND if chapter == "02"]
    assert r"\tanh'(z) = 4\sigma'(2z)" in told and r"\sigma(z) = \frac{1}{1 + e^{-z}}" in told


# (how many equations, a cell as an author may write it, a fault in it: what is put for what)
SAID = [
    (1, r"Here $\tanh(z) = 2\sigma(2z) - 1$.", "2z", "z"),
    (1, r"$\tanh(z) = 2\sigma(2z) - 1 \text{ for every } z > 0$", "- 1", "+ 1"),
    (1, r"Sum: $\sigma(z) + \sigma(-z) = 1$", "= 1", "= 2"),
    (1, r"$\sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr) \le \frac14$", "1 -", "1 +"),
    (1, r"$\sigma'(0) = \frac14$", "14", "15"),
    (1, r"$\sigma''(z) = \sigma'(z)(1 - 2\sigma(z))$", "1 -", "1 +"),
    (1, r"$\sigma^{-1}(p) = \ln\frac{p}{1 - p}$", "1 - p", "1 + p"),
    (1, r"$\tanh'(z) = 1 - \tanh^2 z$", "1 -", "1 +"),
    (2, r"$$\tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}} = \frac{1 - e^{-2z}}{1 + e^{-2z}}$$",
     r"\frac{1 -", r"\frac{2 -"),
    (2, "$$\\begin{aligned} \\tanh(z) &= \\frac{\\sinh z}{\\cosh z} \\\\\n &= 2\\sigma(2z) - 1."
     "\\end{aligned}$$", "2z", "z"),
    (1, r"$\mathrm{relu}(z) = \max(0, z)$", "0", "1"),
    (1, r"$\mathrm{ReLU}(z) = \frac{z + |z|}{2}$", "+", "-"),
    (1, r"$\operatorname{ReLU}(z) = z\,[z > 0]$", ">", "<"),
    (1, r"$\text{Leaky ReLU}(z) = \max(z, 0) + \alpha \min(z, 0)$ with $0 < \alpha < 1$", "+", "-"),
    (1, "$$\\mathrm{ELU}(z) = \\begin{cases} z & \\text{if } z > 0 \\\\\n"
     "\\alpha(e^z - 1) & \\text{otherwise} \\end{cases}$$", "- 1", "+ 1"),
    (1, r"$\mathrm{SELU}(z) = \lambda\left(\max(0, z) + \min(0, \alpha(e^z - 1))\right)$",
     r"\min", r"\max"),
    (1, r"$\mathrm{softplus}'(z) = \sigma(z)$", "(z)$", "(-z)$"),
    (1, r"$\frac{d}{dz} \ln(1 + e^z) = \sigma(z)$", "1 +", "2 +"),
    (1, r"$\frac{d\sigma}{dz} = \sigma(z)(1 - \sigma(z))$", "1 -", "1 +"),
    (1, r"$\frac{d\,\mathrm{relu}(z)}{dz} = [z > 0]$", ">", "<"),
    (1, r"$\mathrm{GELU}(z) = z\,\Phi(z)$", "z)$", "-z)$"),
    (1, r"$\mathrm{gelu}'(z) = \Phi(z) + z\,\varphi(z)$", "+", "-"),
    (1, r"$\mathrm{SiLU}'(z) = \sigma(z) + z\,\sigma'(z)$", "+", "-"),
    (1, r"$\mathrm{swish}_\beta(z) = z\,\sigma(\beta z)$", r"\beta z", "z"),
    (1, r"$\sigma'(z) = q/(1 + q)^2$ with $q = e^{-|z|}$.", "1 +", "1 -"),
    (1, r"$\mathrm{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$", "z_i}", "-z_i}"),
    (1, r"$\mathrm{softmax}(z)_i = \frac{e^{z_i - m}}{\sum_j e^{z_j - m}}$, $m = \max_k z_k$",
     "z_j -", "z_j +"),
    (1, r"$\sum_i \mathrm{softmax}(z)_i = 1$", "= 1", "= 2"),
    (1, r"$\mathrm{softmax}(z + c) = \mathrm{softmax}(z)$", "+ c", r"+ z"),
    (1, r"$\mathrm{softmax}([z, 0])_1 = \sigma(z)$", "_1", "_2"),
    (1, "With $p = \\mathrm{softmax}(z)$ the slope is\n$\\frac{\\partial \\mathrm{softmax}(z)_i}"
     "{\\partial z_j} = p_i(\\delta_{ij} - p_j)$", "-", "+"),
    (1, r"$-\frac{\partial}{\partial z_j} \ln \mathrm{softmax}(z)_y = p_j - \delta_{yj}$; "
     r"$p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$", "- \\delta", "+ \\delta"),
    (1, "$\\mathrm{relu}(z) = z$ for $z > 0$\n<!-- formula z > 0: \\mathrm{relu}(z)=z -->",
     "formula z > 0", "formula z < 0"),
    (1, r"$\tanh z\,\sigma(z) = \sigma(z) \tanh(z)$", r"= \sigma", r"= 2\sigma"),
    (1, r"$1 - \tanh^2 z = \tanh'(z)$", "1 -", "1 +"), (1, r"$p = \tanh z = 2\sigma(2z) - 1$",
                                                        "- 1", "+ 1"),
    (1, r"<details><summary>Is $\sigma(-z) = 1 - \sigma(z)$?</summary>", "1 -", "1 +"),
    (1, r"- $|z| = 2$; $\mathrm{sech}^2 z = \tanh'(z)$, and $\tanh(z) \to 1$", "^2", "^3"),
]


@pytest.mark.parametrize("count, cell, good, bad", SAID, ids=[cell for _, cell, *_ in SAID])
def test_what_an_author_may_write_is_checked_and_a_fault_in_it_found(count, cell, good, bad):
    found = cell_equations(cell)
    assert len(found) == count
    for one in found:
        assert check(one) >= 1
    wrong = cell.replace(good, bad, 1) if cell.count(good) == 1 else bad.join(
        cell.rsplit(good, 1))
    assert wrong != cell
    with pytest.raises(AssertionError, match="is wrong: "):
        for one in cell_equations(wrong):
            check(one)


def test_a_fault_too_small_for_doubles_is_found():
    found, = cell_equations(r"$\tanh(z) = 2\sigma(2z) - 1.0000000000000001$")
    with pytest.raises(AssertionError, match="is wrong: "):
        check(found)


def test_a_fault_of_the_catalogue_is_found(monkeypatch):
    found, = cell_equations(r"$\sigma'(z) = \sigma(z)(1 - \sigma(z))$")
    assert check(found) == identities.PLACES
    wrong = activations.Activation("sigmoid", f=abs, df=lambda x: 0.25 * abs(x))
    monkeypatch.setattr(activations, "get", lambda name, **params: wrong)
    with pytest.raises(AssertionError, match="is wrong: "):
        check(found)


@pytest.mark.parametrize("cell", [
    r"$a = \sigma(z)$ and $h = \tanh(Wx + b)$", r"$\sigma(z) = p$", r"$\sigma(z) \approx 0.5$",
    r"$f(z) = \max(0, z)$", r"`$\tanh(z) = 0$`", "```\n$\\tanh(z) = 0$\n```", r"$z = 5$",
    r"<!-- $\tanh(z) = 0$ -->", r"$\cosh z = 2\cosh\frac z2$", r"$\sigma = 3$", r"$\hat y = 1$",
    "$\\sigma(z) = 0.9$\n<!-- formula unchecked: \\sigma(z) = 0.9 -->", r"$x \to \tanh(x)$",
])
def test_what_says_nothing_of_a_function_is_passed_over(cell):
    assert cell_equations(cell) == []


@pytest.mark.parametrize("cell, message", [
    (r"$\tanh(z) = \overline{y}z$", "cannot read"), (r"$\sigma(z) = 1 - q$", "what is q"),
    (r"$\mathrm{relu}(z) = z H(z)$", "what is H"), (r"$\sigma(\vec z) = \vec a$", "cannot read"),
    (r"$\sigma(z) = \ln(-1 - z^2)$", "only at 0 of 40 places"),
    (r"$\mathrm{relu}(z) = \lim_{b \to \infty} z$", "cannot read"),
    (r"$\mathrm{glu}(z) = z$", "has no value to compare with"),
])
def test_what_cannot_be_read_is_not_passed_over(cell, message):
    found, = cell_equations(cell)
    with pytest.raises((ParseError, ValueError), match=message):
        check(found)


@pytest.mark.parametrize("cell", [
    "$\\sigma(z) = 0.9$\n<!-- formula unchecked: \\sigma(z) = 0.8 -->",
    "<!-- formula z > 0: \\mathrm{relu}(z) = z -->",
])
def test_a_mark_without_its_formula_is_refused(cell):
    with pytest.raises(ValueError, match="marked, but not among the formulas"):
        cell_equations(cell)
