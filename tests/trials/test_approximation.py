"""C05, C06, C07 and R16: figures against mathematics, and every branch of their rules."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.linalg import lstsq

from course_lib import data, initialisation, networks, trials
from course_lib.named import Named
from course_lib.trials import papers
from course_lib.trials.chapter_01 import approximation
from course_lib.trials.papers import approximation as paper


def outcome(id, base=0):
    return trials.trials()[id].run(base)


def best_polynomial(f, degree):
    """Root mean squared distance over [-1, 1] of the nearest polynomial, by Legendre's series."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    left, right = (nodes - 1) / 2, (nodes + 1) / 2  # |x| is smooth on either side of 0
    x, weights = np.concatenate([left, right]), np.tile(weights, 2) / 2
    rest = weights @ f(x) ** 2
    for n in range(degree + 1):
        polynomial = np.polynomial.legendre.Legendre.basis(n)(x)
        rest -= (weights @ (f(x) * polynomial)) ** 2 * (2 * n + 1) / 2
    return np.sqrt(rest / 2)


# ---- C05


@pytest.mark.parametrize("kind, degree", [("x^2", 2), ("x^3", 3)])
@pytest.mark.parametrize("width", approximation.WIDTHS)
def test_powers_stay_at_the_best_polynomial(kind, degree, width):
    found = approximation.least_errors(approximation.KINDS[kind], width, seed=3)
    for curve, f in approximation.CURVES.items():
        assert found[curve] == pytest.approx(best_polynomial(f, degree), rel=2e-5)
    assert best_polynomial(np.abs, 2) == pytest.approx(np.sqrt(1 / 192), rel=1e-12)


@pytest.mark.parametrize("kind", ["relu", "tanh", "sine"])
def test_output_weights_are_the_best_there_are(kind):
    """Against a solver of another kind, on the same hidden units."""
    x, width = np.linspace(-1, 1, 801), 6
    units = approximation.random_units(approximation.KINDS[kind], width, 5, x)
    for curve, f in approximation.CURVES.items():
        best = lstsq(units, f(x))[0]
        least = np.sqrt(np.square(units @ best - f(x)).mean())
        found = approximation.least_errors(approximation.KINDS[kind], width, 5)[curve]
        assert found == pytest.approx(least, rel=0.02)  # fitted points against those between


def test_the_catalogue_has_the_right_derivatives_of_the_powers():
    z = np.linspace(-2, 2, 9)
    for kind, power in (("x^2", 2), ("x^3", 3)):
        assert np.allclose(approximation.KINDS[kind].f(z), z ** power)
        assert np.allclose(approximation.KINDS[kind].df(z), power * z ** (power - 1))


def plant_errors(monkeypatch, errors):
    """errors: by kind, those at width 5, 50 and 500 on |x|; every other error is 1e-4."""
    names = {function: kind for kind, function in approximation.KINDS.items()}

    def planted(function, width, seed):
        row = errors.get(names[function], (1e-4,) * 3)
        return {"|x|": row[approximation.WIDTHS.index(width)] * 1.02 ** (seed % 10),
                "sin 3πx": 1e-4 * 1.02 ** (seed % 10)}

    monkeypatch.setattr(approximation, "least_errors", planted)


@pytest.mark.parametrize("errors, verdict", [
    ({}, "holds"),
    ({"x^2": (0.07, 0.07, 0.07)}, "false"),
    ({"relu": (0.5, 0.05, 0.001)}, "holds"),
    ({"relu": (0.5, 0.005, 0.05)}, "undecided"),       # near once, away at width 500
    ({"tanh": (0.5, 0.05, 0.0092)}, "undecided"),      # on the margin of 0.01
])
def test_the_rule_of_c05(monkeypatch, errors, verdict):
    plant_errors(monkeypatch, errors)
    found = outcome("C05")
    assert found.verdict == verdict
    assert ("Errors at width" in found.sentence) == (verdict == "false")


def test_c05():
    found = outcome("C05")
    assert found.verdict == "false" and found.seeds == 10
    assert "Near both curves at width 500: relu, tanh, sine. " in found.sentence
    assert "x^2 on |x| 0.072, 0.072, 0.072" in found.sentence


# ---- R16


def test_r16_measures_the_continuum():
    nodes, weights = np.polynomial.legendre.leggauss(8)
    x = np.concatenate([(nodes - 1) / 2, (nodes + 1) / 2])
    root = np.sqrt(np.tile(weights, 2) / 4)
    assert paper.distance(np.ones((16, 1)), np.abs(x), root) == pytest.approx(
        np.sqrt(1 / 12), rel=1e-14)  # variance of |x|
    parabola = 15 / 16 * x ** 2 + 3 / 16
    assert np.linalg.norm((np.abs(x) - parabola) * root) == pytest.approx(
        np.sqrt(1 / 192), rel=1e-14)


def test_r16_agrees_and_can_fail(monkeypatch):
    case = papers.replications()["R16"]
    found = case.run()
    assert found.agrees and case.chapter == "chapter_01"
    assert found.measured["width 500"] == pytest.approx(0.0721687836, abs=1e-10)
    monkeypatch.setitem(paper.KINDS, "x^2", paper.KINDS["x^3"])  # |x| is even: no better
    assert case.run().agrees
    monkeypatch.setitem(paper.KINDS, "x^2", paper.KINDS["tanh"])
    assert not case.run().agrees and "Not all are" in case.run().sentence


@pytest.mark.parametrize("off, agrees", [(5e-10, True), (2e-9, False), (-2e-9, False)])
def test_the_tolerance_of_r16(monkeypatch, off, agrees):
    real = paper.distance
    calls = iter(range(10**6))  # a single one of the thirty distances is off
    monkeypatch.setattr(paper, "distance",
                        lambda *given: real(*given) + off * (next(calls) == 17))
    assert papers.replications()["R16"].run().agrees == agrees


# ---- XOR


def test_below_the_threshold_all_corners_are_right():
    """A corner on the wrong side costs at least ln 2, and the loss is the mean of four."""
    logits = np.random.default_rng(0).normal(0, 3, (100_000, 4))
    sign = np.where(approximation.DIFFER == 1, 1, -1)
    loss = np.logaddexp(0, -sign * logits).mean(1)
    below = loss < approximation.SOLVED
    assert below.sum() > 1000 and (sign * logits[below] > 0).all()
    fence = np.array([0, -50, 50, 50])  # one corner undecided, three beyond doubt
    assert np.logaddexp(0, -sign * fence).mean() == pytest.approx(approximation.SOLVED, rel=1e-12)


def test_learning_xor_starts_where_pytorch_does_and_follows_adam():
    rates, losses = approximation.learn_xor(["tanh"], seeds=[4])
    x, y = approximation.CORNERS, approximation.DIFFER
    first = []
    for layer, shape in enumerate(((2, 2), (2, 1))):
        first += initialisation.get("pytorch")(*shape, np.random.default_rng([4, 1 + layer]))

    def loss_of(weights):
        W, b, V, c = weights
        out = (np.tanh(x @ W + b) @ V + c)[:, 0]
        return np.mean(np.logaddexp(0, out) - y * out)

    def slope(weights):
        found = []
        for part in range(4):
            found.append(np.zeros_like(weights[part]))
            for place in np.ndindex(weights[part].shape):
                ends = []
                for nudge in (1e-5, -1e-5):
                    moved = [one.copy() for one in weights]
                    moved[part][place] += nudge
                    ends.append(loss_of(moved))
                found[-1][place] = (ends[0] - ends[1]) / 2e-5
        return found

    assert losses["tanh"].shape == (1, approximation.STEPS)
    m, v = [np.zeros_like(w) for w in first], [np.zeros_like(w) for w in first]
    for step in range(1, 6):
        assert losses["tanh"][0, step - 1] == pytest.approx(loss_of(first), abs=1e-7)
        size = rates["tanh"] * np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
        for k, g in enumerate(slope(first)):  # Kingma & Ba 2015, end of section 2
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g * g
            first[k] = first[k] - size * m[k] / (np.sqrt(v[k]) + 1e-7)


def test_the_rate_that_solves_most_is_chosen(monkeypatch):
    asked = []

    def planted(points, names, seeds, rate, **settings):
        asked.append((list(names), list(seeds), rate))
        if isinstance(rate, list):  # "a" solves most at the second rate, "b" ties at the last two
            ends = {"a": ([0.5, 0.5], [0.1, 0.5], [0.5, 0.2]),
                    "b": ([0.5, 0.5], [0.1, 0.1], [0.02, 0.01])}
            values = np.array([ends[name] for name in names])[..., None]
            return SimpleNamespace(loss=Named(values, {
                "activation": names, "rate": rate, "seed": [0, 1], "step": [1]}))
        values = np.full((len(names), 1, 1), rate)
        return SimpleNamespace(loss=Named(values, {
            "activation": names, "seed": [0], "step": [1]}))

    monkeypatch.setattr(approximation.training, "train", planted)
    rates, losses = approximation.learn_xor(["a", "b"], seeds=[0])
    assert rates == {"a": approximation.RATES[1], "b": approximation.RATES[2]}
    assert {name: loss.item() for name, loss in losses.items()} == rates
    tuning, *measured = (set(seeds) for _, seeds, _ in asked)
    assert all(not tuning & seeds for seeds in measured)


def test_monotone_units_need_a_partner():
    """One monotone unit draws a straight line, and that leaves a corner wrong."""
    _, losses = approximation.learn_xor(["relu", "tanh", "sine"], width=1, seeds=10)
    solved = {name: loss[:, -1] < approximation.SOLVED for name, loss in losses.items()}
    assert not solved["relu"].any() and not solved["tanh"].any() and solved["sine"].any()


# ---- C06


def test_the_error_next_door():
    def network(f):
        return SimpleNamespace(predict=lambda x: f(x)[None])

    assert approximation.error_next_door(network(approximation.wave)) == 0
    nothing = approximation.error_next_door(network(np.zeros_like))
    assert nothing == pytest.approx(approximation.KNOWS_NOTHING, rel=2e-3)
    # wrong on the left alone: half of the mean square of 1
    left = network(lambda x: approximation.wave(x) + (x < 0))
    assert approximation.error_next_door(left) == pytest.approx(np.sqrt(0.5))


def plant_wave(monkeypatch, inside, outside):
    """Errors by kind; kinds not named fit well (0.01) and know something (0.3)."""
    noise = np.linspace(-0.01, 0.01, 10)
    kinds = list(approximation.TRAINED)
    scores = np.array([inside.get(kind, 0.01) + 0.1 * noise for kind in kinds])

    def trained(seeds):
        return SimpleNamespace(
            test_score=Named(scores, {"activation": kinds, "seed": list(seeds)}),
            network=lambda activation, seed: (activation, seed))

    monkeypatch.setattr(approximation, "trained_on_wave", trained)
    monkeypatch.setattr(approximation, "error_next_door",
                        lambda one: outside.get(one[0], 0.3) + noise[one[1] % 10])


@pytest.mark.parametrize("inside, outside, verdict", [
    ({}, {}, "holds"),
    ({}, {"relu": 2.0}, "false"),
    ({"relu": 0.4}, {"relu": 2.0}, "holds"),                       # it does not fit: not asked
    ({}, {"tanh": np.sqrt(0.5)}, "undecided"),                     # on the margin
    ({kind: 0.4 for kind in approximation.TRAINED}, {}, "undecided"),  # none fits
    ({"relu": 0.1}, {"relu": 2.0}, "holds"),                       # no fit by three standard errors
])
def test_the_rule_of_c06(monkeypatch, inside, outside, verdict):
    plant_wave(monkeypatch, inside, outside)
    found = outcome("C06")
    assert found.verdict == verdict
    assert ("none" in found.sentence) == (verdict != "false")


def test_c06():
    found = outcome("C06")
    assert found.verdict == "false"
    assert found.sentence.endswith("Worse than the constant: relu, gelu, tanh.")


def test_the_data_of_c06_end_at_pi():
    run = approximation.trained_on_wave((0, 1))
    assert run.test_score.axes["activation"] == list(approximation.TRAINED)
    points = data.signals(approximation.wave, (-np.pi, np.pi))
    assert np.abs(points.x_train).max() <= np.pi
    assert np.allclose(points.y_test, np.sin(2 * points.x_test), atol=1e-6)


# ---- C07


AROUND = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 2))


def radius(points):
    return np.hypot(*points.T)


@pytest.mark.parametrize("score, enclosed", [
    (lambda p: 0.8 - radius(p), True),
    (lambda p: radius(p) - 0.8, False),                                   # the outside
    (lambda p: 0.8 - np.abs(p[:, 0]), False),                             # a strip
    (lambda p: 1 + p[:, 0], False),                                       # half of the plane
    (lambda p: 60 - radius(p), True),
    (lambda p: 200 - radius(p), False),                                   # beyond the box
    (lambda p: np.maximum(0.8 - radius(p), p[:, 0] - 5), True),           # a piece far away
    (lambda p: np.maximum(0.8 - radius(p), 1e-4 * p[:, 0] - np.abs(p[:, 1])), False),  # a slit
    (lambda p: np.maximum(0.8 - radius(p), 1e-4 * p.sum(1) - np.abs(p[:, 0] - p[:, 1])), False),
    (lambda p: 0.8 - np.hypot(p[:, 0] - 5, p[:, 1]), False),              # a disc elsewhere
    (lambda p: np.full(len(p), -1.0), False),                             # nothing inside
])
def test_what_is_enclosed(score, enclosed):
    assert approximation.encloses(score, AROUND) == enclosed


def test_most_of_the_points_decide_which_piece_is_judged():
    def score(points):  # a disc around 0, and everything to the right of 2
        return np.maximum(0.8 - radius(points), points[:, 0] - 2)

    right = AROUND + [4, 0]
    assert approximation.encloses(score, np.concatenate([AROUND, right[:20]]))
    assert not approximation.encloses(score, np.concatenate([AROUND[:20], right]))


def test_rows_are_rows():
    """A disc to the right of 0, and an unbounded piece where the mirror at the diagonal has it."""
    right = AROUND + [5, 0]

    def score(points):
        return np.maximum(0.8 - radius(points - [5, 0]), points[:, 1] - 4)

    assert approximation.encloses(score, right)
    assert not approximation.encloses(score, right[:, ::-1])


def leaky_network(*layers):
    """A network of leaky ReLU with the given (W, b), as `encloses` asks it."""
    sizes = (2, *(W.shape[1] for W, _ in layers))
    stack = networks.Stack([approximation.LEAKY], sizes, loss="sigmoid_crossentropy",
                           dtype=np.float64)
    for layer, (W, b) in zip(stack.layers, layers, strict=True):
        layer.W[0], layer.b[0] = W, b
    return approximation.score_of(stack)


def test_width_two_never_encloses_as_the_theorem_says():
    """Random weights, no training (Beise, Dias Da Cruz & Schröder 2021)."""
    rng = np.random.default_rng(1)
    for depth in (1, 2, 3, 6):
        for _ in range(12):
            layers = [(rng.normal(size=(2, 2)), rng.normal(size=2)) for _ in range(depth)]
            layers.append((rng.normal(size=(2, 1)), rng.normal(size=1)))
            score = leaky_network(*layers)
            inner = AROUND[score(AROUND) > 0]
            assert not approximation.encloses(score, inner)


def test_three_units_enclose():
    """Three half-planes at 120 degrees: sum of |n_i x - 1/2| grows in every direction."""
    angle = 2 * np.pi * np.arange(3) / 3
    normals = np.stack([np.cos(angle), np.sin(angle)])
    score = leaky_network((normals, np.full(3, -0.5)), (-np.ones((3, 1)), np.array([0.1])))
    assert approximation.encloses(score, 0.4 * AROUND)


def plant_disc(monkeypatch, narrow, wider):
    """`narrow` and `wider` of every ten networks enclose the disc."""
    def trained(seeds):
        accuracy = np.tile(np.linspace(0.8, 0.9, len(seeds)), (2, 1))
        return SimpleNamespace(
            test_score=Named(accuracy, {
                "hidden": [approximation.NARROW, approximation.WIDER], "seed": list(seeds)}),
            network=lambda hidden, seed: (hidden, seed))

    monkeypatch.setattr(approximation, "trained_on_disc", trained)
    monkeypatch.setattr(approximation, "score_of", lambda one: one)
    monkeypatch.setattr(approximation, "encloses", lambda one, inner: (
        one[1] % 10 < {approximation.NARROW: narrow, approximation.WIDER: wider}[one[0]]))


@pytest.mark.parametrize("narrow, wider, verdict", [
    (10, 10, "holds"), (0, 10, "holds if"), (0, 0, "false"), (5, 10, "undecided"),
    (0, 7, "undecided"), (0, 9, "holds if"), (3, 10, "undecided"), (1, 10, "holds if"),
    (10, 0, "undecided")])
def test_the_rule_of_c07(monkeypatch, narrow, wider, verdict):
    plant_disc(monkeypatch, narrow, wider)
    found = outcome("C07")
    assert found.verdict == verdict
    assert bool(found.condition) == (verdict == "holds if")
    assert f"by {2 * narrow} of 20 networks of width 2, by {2 * wider} of 20" in found.sentence


def test_c07_and_its_figure(capsys):
    found = outcome("C07")
    assert found.verdict == "holds if" and found.seeds == 20
    assert found.measured[f"share that encloses, shape {approximation.NARROW}"].mean == 0
    found.draw()
    narrow, wider = capsys.readouterr().out.split("three layers of 3:")
    assert "inside takes 5 % of the plane, in one piece, reaching the border" in narrow
    assert "in one piece, inside" in wider
