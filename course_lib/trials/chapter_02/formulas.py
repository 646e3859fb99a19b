"""The printed formulas: as mathematics, as code, and their derivatives."""

import numpy as np

from ... import activations, data, networks
from .. import Outcome, trial

PRINTED = {  # typed in as pages print them
    "relu": lambda x: np.maximum(0, x),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
}
POINTS = np.concatenate([-np.geomspace(1e-8, 1000, 2001), np.geomspace(1e-8, 1000, 2001)])
DIGITS = 950  # of the exact sums: e^1000 / e^-1000 has 869, and no term may drop out beside another
ALLOWED = {"float32": 1e-5, "float64": 1e-14}  # relative: about a hundred roundings


def exact(name, x):
    """The function at x by formulas other than the printed ones (DLMF 4.28, 4.37)."""
    import mpmath as mp
    with mp.workdps(DIGITS):
        x = mp.mpf(float(x))
        return {"relu": lambda: (x + abs(x)) / 2, "sigmoid": lambda: (1 + mp.tanh(x / 2)) / 2,
                "tanh": lambda: mp.tanh(x)}[name]()


def printed_exactly(name, x):
    """The printed formula at x, evaluated with enough digits that rounding plays no part."""
    import mpmath as mp
    with mp.workdps(DIGITS):
        x = mp.mpf(float(x))
        up, down = mp.exp(x), mp.exp(-x)
        return {"relu": lambda: max(mp.mpf(0), x), "sigmoid": lambda: 1 / (1 + down),
                "tanh": lambda: (up - down) / (up + down)}[name]()


def relative_error(name, dtype):
    """Largest relative error of the printed formula, and the least |x| at which it gives no number.

    Compared with the catalogue's function, itself tested against 50 digits. Points at which the
    true value is too small for the format are left out.
    """
    x = POINTS.astype(dtype)
    true = activations.get(name).f(x.astype(np.float64))
    with np.errstate(all="ignore"):
        found = PRINTED[name](x).astype(np.float64)
    normal = (np.abs(true) >= np.finfo(dtype).tiny) | (true == 0)
    lost = x[normal & ~np.isfinite(found)]
    kept = normal & np.isfinite(found) & (true != 0)
    error = np.abs(found[kept] / true[kept] - 1).max()
    return float(error), float(np.abs(lost).min()) if len(lost) else np.inf


def last_number(f, low, high, dtype):
    """The largest x of that format, between low and high, where f(x) is still finite: bisection."""
    low, high = dtype(low), dtype(high)
    with np.errstate(all="ignore"):
        while (middle := dtype((low + high) / 2)) not in (low, high):
            low, high = (middle, high) if np.isfinite(f(middle)) else (low, middle)
    return low


@trial(
    "C15",
    claim="ReLU is max(0, x), sigmoid 1/(1 + e^-x), tanh (e^x - e^-x)/(e^x + e^-x).",
    reading="These formulas are right: as mathematics, and typed in as they are printed.",
    rule="as mathematics: right if, computed with hundreds of digits, each agrees with a formula "
         "of other origin to 40 digits. As code: right if in float32 and in float64 each gives a "
         "number at every x from -1000 to 1000 where the true one is not too small for the format, "
         "within a relative error of 1e-5 and 1e-14 (some hundred roundings). "
         "holds: both; holds if (read as mathematics): only the first; false: not the first",
    correct="As mathematics they are right. As code, tanh's overflows to nan, and near zero it "
            "loses digits; a library's tanh does neither.",
    literature="Higham 2002, Accuracy and Stability of Numerical Algorithms, ch. 1; Blanchard, "
               "Higham & Higham 2021, Accurately computing the log-sum-exp and softmax functions",
)
def printed_formulas(seeds):
    import mpmath as mp
    with mp.workdps(60):
        right = all(abs(printed_exactly(name, x) - exact(name, x)) <= abs(exact(name, x)) * 1e-40
                    for name in PRINTED for x in POINTS[::100])
    measured, faulty = {}, []
    for name in PRINTED:
        for dtype, allowed in ALLOWED.items():
            error, lost = relative_error(name, dtype)
            measured[f"{name}, {dtype}: relative error"] = error
            if lost < np.inf:
                measured[f"{name}, {dtype}: no number at |x|"] = lost
            if error > allowed or lost < np.inf:
                faulty.append(name)
    ends = {dtype.__name__: float(last_number(PRINTED["tanh"], 1, 1000, dtype))
            for dtype in (np.float32, np.float64)}
    measured |= {f"tanh, {dtype}: last number at x": end for dtype, end in ends.items()}
    verdict = "false" if not right else "holds if" if faulty else "holds"
    return Outcome(
        verdict, measured,
        f"As mathematics all {len(PRINTED)} {'are' if right else 'are not'} right. As code, at "
        f"fault: {', '.join(dict.fromkeys(faulty)) or 'none'}. Tanh as printed gives nan beyond "
        f"x = {ends['float32']:.2f} in float32 and {ends['float64']:.2f} in float64.",
        condition="they are read as mathematics" if verdict == "holds if" else "")


@trial(
    "C25",
    claim="The derivative of sigmoid is sigma(1 - sigma), that of tanh is 1 - sigma^2.",
    reading="Both derivatives are right, if in each row of such a table sigma stands for that "
            "row's own function, as the table's heading says.",
    rule="a formula is right if it is within 1e-9 of the difference quotient (step 1e-5) at "
         "every z of -8, -7.9, ... 8. holds: right even if sigma is the sigmoid in both rows; "
         "holds if: right with each row's own function only; false: not even then",
    correct="sigmoid' = s(1 - s) with s = sigmoid(z); tanh' = 1 - t^2 with t = tanh(z). In most "
            "books sigma is the sigmoid, and then the second row is wrong.",
    literature="elementary calculus; Goodfellow, Bengio & Courville 2016, Deep Learning, "
               "sec. 6.3.2",
)
def printed_derivatives(seeds):
    z, h = np.linspace(-8, 8, 161), 1e-5
    sigmoid, tanh = (activations.get(name).f for name in ("sigmoid", "tanh"))

    def off(formula, f):
        return float(np.abs(formula - (f(z + h) - f(z - h)) / (2 * h)).max())

    found = {"sigmoid, its own value": off(sigmoid(z) * (1 - sigmoid(z)), sigmoid),
             "tanh, its own value": off(1 - tanh(z) ** 2, tanh),
             "tanh, sigmoid's value": off(1 - sigmoid(z) ** 2, tanh)}
    right = {name: error <= 1e-9 for name, error in found.items()}
    verdict = ("false" if not (right["sigmoid, its own value"] and right["tanh, its own value"])
               else "holds" if right["tanh, sigmoid's value"] else "holds if")
    return Outcome(
        verdict, found,
        f"With each row's own function both are {'' if verdict != 'false' else 'not '}within 1e-9 "
        "of the difference quotient. Read with the sigmoid in tanh's row, the formula is off by up "
        f"to {found[list(found)[2]]:.2f}.",
        condition="sigma stands for each row's own function" if verdict == "holds if" else "")


@trial(
    "C26",
    claim="The derivative of ReLU is 0 or 1.",
    reading="At every z, ReLU has a derivative, and it is 0 or 1.",
    rule="at each z of -2, -1 7/8, ... 2 and at 2^-100 and -2^-100: the difference quotients to "
         "the left and to the right (over a step of |z|/2, or 1 at zero) agree and are 0 or 1. "
         "holds: at all; holds if: at all but 0; false: otherwise",
    correct="Everywhere but at 0. There it jumps from 0 to 1 and has no value; software takes 0. "
            "That seldom matters, since few pre-activations are exactly 0, and matters at once "
            "where all are: with a layer whose weights and biases start at 0.",
    literature="Bertoin, Bolte, Gerchinovitz & Pauwels 2021, Numerical influence of ReLU'(0) on "
               "backpropagation, arXiv:2106.12915",
)
def slope_of_relu(seeds):
    relu = activations.get("relu").f
    z = np.append(np.arange(-16, 17) / 8, [2.0 ** -100, -2.0 ** -100])  # no rounding anywhere
    h = np.where(z == 0, 1, np.abs(z) / 2)
    left, right = (relu(z) - relu(z - h)) / h, (relu(z + h) - relu(z)) / h
    good = (left == right) & np.isin(right, (0, 1))
    verdict = "holds" if good.all() else "holds if" if good[z != 0].all() else "false"
    stack = networks.Stack(["relu"] * len(seeds), (64, 64, 64, 10))
    stack.initialise(["he"] * len(seeds), seeds)
    _, space = stack.forward(data.digits().x_train[None])
    zeros = sum(int((layer.z == 0).sum()) for layer in space.layers)
    total = sum(layer.z.size for layer in space.layers)
    return Outcome(
        verdict,
        {"points where the two sides agree": int(good.sum()), "points": len(z),
         "exact zeros among fresh pre-activations": zeros, "fresh pre-activations": total},
        f"The two sides agree, on 0 or 1, at {good.sum()} of {len(z)} points"
        + ("; at 0 the left says 0 and the right 1. " if verdict == "holds if" else ". ")
        + f"Among {total:,} pre-activations of fresh networks (all training digits), fewer "
          f"than one in a million is exactly 0: {zeros < 1e-6 * total}.",
        seeds=len(seeds), condition="z is not exactly 0" if verdict == "holds if" else "")
