"""Vector functions and their vector-Jacobian products against mpmath.

The rule of the elementwise functions, with the factor 1 + sum |input| |d result / d input| /
|result| over everything that the result is computed from (x, and for the vjp also g).
"""

import numpy as np
import pytest
from mp_reference import cdf, density, logistic, logistic_slope, softplus, swish, swish_slope
from mpmath import mp, mpf
from test_accuracy import excess

from course_lib import activations


def softmax(x):
    top = max(x)
    e = [mp.exp(each - top) for each in x]
    return [each / sum(e) for each in e]


def softmax_jacobian(x):
    """p_i ([i = j] - p_j), with 1 - p_i as the sum of the others."""
    p = softmax(x)
    others = [sum(p[:i] + p[i + 1:]) for i in range(len(p))]
    return [[p[i] * (others[i] if i == j else -p[j]) for j in range(len(p))]
            for i in range(len(p))]


def log_softmax(x):
    top = max(x)
    place = x.index(top)
    rest = sum(mp.exp(each - top) for i, each in enumerate(x) if i != place)
    return [each - top - mp.log1p(rest) for each in x]


def log_softmax_jacobian(x):
    p = softmax(x)
    others = [sum(p[:i] + p[i + 1:]) for i in range(len(p))]
    return [[others[i] if i == j else -p[j] for j in range(len(p))] for i in range(len(p))]


def sparsemax_tau(x):
    """The tau with sum max(x - tau, 0) = 1, by trying every size of the support."""
    ordered = sorted(x, reverse=True)
    for size in range(len(x), 0, -1):
        tau = (sum(ordered[:size]) - 1) / size
        if ordered[size - 1] > tau:
            return tau, size


def sparsemax(x):
    tau, _ = sparsemax_tau(x)
    return [max(each - tau, mpf(0)) for each in x]


def sparsemax_jacobian(x):
    tau, size = sparsemax_tau(x)
    inside = [int(each > tau) for each in x]
    return [[mpf(int(i == j) * inside[i]) - mpf(inside[i] * inside[j]) / size
             for j in range(len(x))] for i in range(len(x))]


def gated(act, slope):
    """act(a) * b for x = (a, b), and its Jacobian."""
    def f(x):
        half = len(x) // 2
        return [act(a) * b for a, b in zip(x[:half], x[half:], strict=True)]

    def jacobian(x):
        half = len(x) // 2
        rows = []
        for i in range(half):
            row = [mpf(0)] * len(x)
            row[i], row[half + i] = slope(x[i]) * x[half + i], act(x[i])
            rows.append(row)
        return rows

    return f, jacobian


def glu(x):
    half = len(x) // 2
    return [a * logistic(b) for a, b in zip(x[:half], x[half:], strict=True)]


def glu_jacobian(x):
    half = len(x) // 2
    rows = []
    for i in range(half):
        row = [mpf(0)] * len(x)
        row[i], row[half + i] = logistic(x[half + i]), x[i] * logistic_slope(x[half + i])
        rows.append(row)
    return rows


def crelu(x):
    return [max(each, mpf(0)) for each in x] + [max(-each, mpf(0)) for each in x]


def crelu_jacobian(x):
    n = len(x)
    return [[mpf(int(i == j and x[i] > 0)) for j in range(n)] for i in range(n)] + [
        [-mpf(int(i == j and x[i] < 0)) for j in range(n)] for i in range(n)]


def maxout(x, pieces=2):
    return [max(x[i:i + pieces]) for i in range(0, len(x), pieces)]


def maxout_jacobian(x, pieces=2):
    rows = []
    for i in range(0, len(x), pieces):
        group = x[i:i + pieces]
        winner = i + group.index(max(group))  # the first of equals
        rows.append([mpf(int(j == winner)) for j in range(len(x))])
    return rows


REFERENCE = {
    "softmax": (softmax, softmax_jacobian),
    "log_softmax": (log_softmax, log_softmax_jacobian),
    "sparsemax": (sparsemax, sparsemax_jacobian),
    "crelu": (crelu, crelu_jacobian),
    "maxout": (maxout, maxout_jacobian),
    "glu": (glu, glu_jacobian),
    "swiglu": gated(swish, swish_slope),
    "geglu": gated(lambda x: x * cdf(x), lambda x: cdf(x) + x * density(x)),
    "reglu": gated(lambda x: max(x, mpf(0)), lambda x: mpf(x > 0)),
    "bilinear": gated(lambda x: x, lambda x: mpf(1)),
}


def rows(dtype):
    """40 rows of 6: ordinary, large, nearly certain, with ties, tiny; and a g for each."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(40, 6)) * np.repeat([0.1, 1, 4, 20, 80], 8)[:, None]
    x[5, :3] = 1.5
    x[6] = 0
    x[7] = [1000, 0, -1000, 1, 1e-8, -1e-8]
    x[8] = [1e-30, -1e-30, 1e4, -1e4, 30, -30]
    x[9] = [750, 749, -750, 0.5, 0.25, 3]
    x[10] = [1e20, 1e8, 3, -740, -95, -100]  # a large first half, a closed gate
    g = rng.normal(size=(40, 12))
    g[30:35] = np.eye(12)[x[30:35].argmax(axis=1)]  # cross-entropy when nearly certain
    g[35:] = np.eye(12)[:5]
    return x.astype(dtype), g.astype(dtype)


def transposed_product(jacobian, g):
    return [sum(row[j] * each for row, each in zip(jacobian, g, strict=True))
            for j in range(len(jacobian[0]))]


def exactly(row):
    return [mpf(float(each)) for each in row]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", REFERENCE)
def test_values_keep_the_accuracy_rule(name, dtype):
    f, jacobian = REFERENCE[name]
    activation = activations.get(name)
    x, _ = rows(dtype)
    got = activation.f(x)
    assert got.dtype == dtype and got.size >= 100
    for at, result in zip(x, got, strict=True):
        at = exactly(at)
        for i, (true, slopes) in enumerate(zip(f(at), jacobian(at), strict=True)):
            grown = sum(abs(a * s) for a, s in zip(at, slopes, strict=True)) / abs(true or 1)
            ratio = excess(float(result[i]), true, grown, np.finfo(dtype), activation.tier)
            assert ratio <= 1, (name, at, i, float(result[i]), mp.nstr(true, 20), ratio)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", REFERENCE)
def test_vjps_keep_the_accuracy_rule(name, dtype):
    _, jacobian = REFERENCE[name]
    activation = activations.get(name)
    x, g = rows(dtype)
    g = g[:, :round(x.shape[1] / activation.units)]
    got = activation.vjp(x, g)
    assert got.dtype == dtype and got.shape == x.shape
    step = mpf(10) ** -20
    for at, cotangent, result in zip(x, g, got, strict=True):
        at, cotangent = exactly(at), exactly(cotangent)
        matrix = jacobian(at)
        true = transposed_product(matrix, cotangent)
        moved = []  # x_k * d true / d x_k
        for k, each in enumerate(at):
            h = step * each
            up, down = ([*at[:k], each + s * h, *at[k + 1:]] for s in (1, -1))
            if name in ("crelu", "maxout", "sparsemax") or not each:
                moved.append([mpf(0)] * len(at))  # constant Jacobian, or x_k = 0
                continue
            ends = [transposed_product(jacobian(end), cotangent) for end in (up, down)]
            moved.append([(a - b) / (2 * step) for a, b in zip(*ends, strict=True)])
        for j, wanted in enumerate(true):
            grown = sum(abs(row[j]) for row in moved)
            grown += sum(abs(row[j] * c) for row, c in zip(matrix, cotangent, strict=True))
            grown = grown / abs(wanted) if wanted else mpf(0)
            ratio = excess(float(result[j]), wanted, grown, np.finfo(dtype), activation.tier)
            assert ratio <= 1, (name, at, j, float(result[j]), mp.nstr(wanted, 20), ratio)


def test_every_vector_function_has_its_reference():
    vector = {name for name in activations.names() if activations.get(name).kind == "vector"}
    assert vector == set(REFERENCE)


def test_certain_softmax_keeps_its_gradient():
    """p (g - sum p g) as it stands would be exactly 0, as s (1 - s) is beyond 36.7."""
    x = [100.0, 0.0]
    expected = float(logistic_slope(mpf(100)))
    np.testing.assert_allclose(
        activations.get("softmax").vjp(x, [1.0, 0.0]), [expected, -expected], rtol=1e-13)
    np.testing.assert_allclose(
        activations.get("log_softmax").f(x), [float(-softplus(mpf(-100))), -100.0], rtol=1e-15)
