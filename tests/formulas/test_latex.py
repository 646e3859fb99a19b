"""The parser of formulas against values from mpmath, and what it refuses."""

import numpy as np
import pytest
from latex import ParseError, parse
from latex_constructs import Environment
from mpmath import mp, mpf

Z = mpf("0.75")
VECTOR = np.array([mpf(1), mpf(-2), mpf(3)])
ENV = Environment({"z": Z, "a": mpf(2), "x": VECTOR, "i": 1, "j": 2, "alpha": mpf(5),
                   "p_1": mpf(7), "tanh": lambda x, order: [mp.tanh(x), mp.sech(x) ** 2][order]})


@pytest.mark.parametrize("latex, value", [
    ("2z^2 - 3z + 1", 2 * Z**2 - 3 * Z + 1), ("-z^2", -(Z**2)), ("a z / 2 a", Z * 4 / 2),
    # TeX's trap: without braces the exponent is 1.
    (r"2 \cdot -z", -2 * Z), ("2^{a z}", mpf(2) ** (2 * Z)), ("z^10", 0),
    (r"\frac12 + \frac z2 + \frac{1}{z}", mpf(0.5) + Z / 2 + 1 / Z), (r"e^{-z}", mp.exp(-Z)),
    (r"\sqrt2 + \sqrt{z} + \sqrt[3]{8}", mp.sqrt(2) + mp.sqrt(Z) + 2), (r"\pi z", mp.pi * Z),
    (r"|z - 1||z - 2| + |-a|", (1 - Z) * (2 - Z) + 2), (r"\left|{-z}\right|^2", Z**2),
    (r"\tanh z", mp.tanh(Z)), (r"\tanh^2 a z", mp.tanh(2 * Z) ** 2), (r"\tanh'(z)", mp.sech(Z)**2),
    (r"\cosh z \sinh z", mp.cosh(Z) * mp.sinh(Z)), (r"\cosh\frac z2", mp.cosh(Z / 2)),
    (r"\sin(z) a", 2 * mp.sin(Z)), (r"\ln z(1 - z)", mp.log(Z) * (1 - Z)),
    (r"\ln 2z + 1", mp.log(2 * Z) + 1), (r"\mathrm{arccosh}(a)", mp.acosh(2)),
    (r"[z > 1] + [\,0 < z \leq 0.75\,] + [0 < z < 0.5]", 1),
    (r"\max(0, \min(z, 1)) + \min\{a, 3\}", Z + 2),
    (r"\begin{cases} 1, & z > 1 \\ 2 & \text{if } z = 0 \\ 3 & \text{otherwise.} \end{cases}", 3),
    (r"\sum_j e^{x_j}", sum(map(mp.exp, VECTOR))), (r"\max_k x_k x_i", mpf(4)),
    (r"\sum_{j=1}^n x_j^2 + 1", mpf(15)), (r"x_i - x_j", -5), (r"\delta_{ij} + \delta_{ii}", 1),
    (r"\int_0^z 2t dt", Z**2), (r"\int_{-a}^{a} e^t \mathrm{d}t", 2 * mp.sinh(2)),
    (r"\frac{d}{dz} z^3", 3 * Z**2), (r"\frac{d\,z^3}{dz}", 3 * Z**2),
    (r"\frac{d\tanh}{dz}", mp.sech(Z) ** 2), (r"\frac{\partial}{\partial x_i} \sum_k x_k^2", -4),
    (r"\alpha p_1", mpf(35)), (r"\Phi(0) + \varphi(0)", mpf(0.5) + 1 / mp.sqrt(2 * mp.pi)),
])
def test_values(latex, value):
    found = parse(latex, lambda name: "tanh" if name == "tanh" else None).value(ENV)
    assert abs(found - value) < mpf(10) ** -25


def test_vectors_are_taken_component_by_component():
    found = parse("(x^2, -1)").value(ENV)
    assert found.tolist() == [1, 4, 9, -1]
    assert parse("|x| + 1").value(ENV).tolist() == [2, 3, 4]


def test_free_symbols_are_told_apart_from_bound_ones():
    found = parse(r"\sum_j w_j x_j + b_1 + \int_0^s t dt + \tanh u",
                  lambda name: "tanh" if name == "tanh" else None)
    assert found.symbols == {"b_1", "s", "u"} and found.vectors == {"w", "x"}
    assert found.indices == set() and found.functions == {"tanh"}
    assert parse(r"x_i").indices == {"i"}


@pytest.mark.parametrize("latex", [
    "", "2 +", "(z", "z)", r"\frac{1}", r"\vec z", r"\mathrm{foo}(z)", "z = ", "|z", "[z", "z^",
    r"\begin{cases} 1 \end{cases}", r"\sum e^{x_j}", r"\sin'(z)", "z & 1", r"\lim_{z \to 0} z",
])
def test_what_cannot_be_read_is_refused(latex):
    with pytest.raises(ParseError, match="cannot read"):
        parse(latex)
