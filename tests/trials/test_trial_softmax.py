"""C22, C23, C24: against closed forms; every branch of their rules."""

import numpy as np
import pytest
from scipy import special

from course_lib import activations, data, networks, trials
from course_lib.trials.chapter_02 import softmax as room


def run(id):
    return trials.trials()[id].run()


def fake(f, vjp=None):
    return activations.Activation("fake", f, vjp=vjp, kind="vector")


# ---- C22


def plain(x, axis):
    return special.softmax(x, axis)


def slightly_wrong(size, where):
    """Softmax, but `where(x, s)` for sets of `size` scores; each fault shows in one check."""
    def f(x, axis):
        s = plain(x, axis)
        return where(x, s) if x.shape[axis] == size else s
    return fake(f)


@pytest.mark.parametrize("size, where, words", [
    (10, lambda x, s: s * (1 + 1e-9), "differ from 1 by more than 1e-12;"),
    (10, lambda x, s: plain(x - 1e-9 * x * x, 1), "changes a share by more than 1e-12;"),
    (2, lambda x, s: plain(1.0001 * x, 1), "of the difference by more than 1e-15."),
    (10, lambda x, s: s + 1e-13 * (-1.0) ** np.arange(10), "at most 1e-15.")])  # below 0
def test_c22_can_fail(monkeypatch, size, where, words):
    monkeypatch.setattr(room, "softmax", slightly_wrong(size, where))
    outcome = run("C22")
    assert outcome.verdict == "false" and words in outcome.sentence
    assert ("more than" in outcome.sentence) == ("more than" in words)


def test_c22_holds():
    outcome = run("C22")
    assert outcome.verdict == "holds" and max(outcome.measured.values()) < 1e-12
    assert outcome.seeds == 0


# ---- C24


def jacobian(z):
    """Row i, column j: s_i (delta_ij - s_j), from scipy's softmax."""
    s = special.softmax(z)
    return np.diag(s) - np.outer(s, s)


def test_both_gradients_against_the_jacobian():
    z, g = np.random.default_rng(0).standard_normal((2, 5, 4))
    full = np.array([jacobian(one) @ up for one, up in zip(z, g, strict=True)])
    short = np.array([np.diag(jacobian(one)) * up for one, up in zip(z, g, strict=True)])
    assert room.by_differences(z, g) == pytest.approx(full, abs=1e-9)
    assert room.diagonal.vjp(z, g) == pytest.approx(short, rel=1e-12)
    assert room.diagonal.f(z) == pytest.approx(special.softmax(z, 1), rel=1e-12)
    assert room.HEADS["full"].vjp(z, g) == pytest.approx(full, rel=1e-10)


def test_the_diagonal_pushes_the_right_class_alone():
    """Under cross-entropy: s - y with the full matrix, without it that of the right class alone."""
    x, y = np.array([[[1.0, 2.0, -1.0]]]), np.array([[[0.0, 1.0, 0.0, 0.0]]])
    for head, kept in (("full", 1.0), ("diagonal only", y[0, 0])):
        stack = networks.Stack(["relu"], (3, 4), "crossentropy", head=room.HEADS[head],
                               dtype=np.float64)
        stack.initialise(["glorot"], [0])
        s = special.softmax(x[0, 0] @ stack.layers[0].W[0])
        stack.loss_and_gradient(x, y)
        assert stack.slots[0].b[0, 0] == pytest.approx(kept * (s - y[0, 0]), abs=1e-12)


@pytest.mark.parametrize("missing, verdict", [(0.02, "holds"), (0.4, "false"), (0.1, "undecided")])
def test_the_branches_of_c24(monkeypatch, missing, verdict):
    rng, counts = np.random.default_rng(3), iter((10, 0, 9, 10))

    def short(z, g, axis):
        return room.by_differences(z, g) * (1 - missing * (1 + rng.normal(0, 0.05)))

    monkeypatch.setattr(room, "diagonal", fake(plain, short))
    monkeypatch.setattr(room, "accuracies", lambda *_: np.where(
        np.arange(10) < next(counts), 95.0, 60.0))
    outcome = run("C24")
    assert outcome.verdict == verdict
    assert outcome.measured["diagonal, missing share of the length"].mean == pytest.approx(
        missing, rel=0.1)
    assert outcome.measured["diagonal, cosine"].mean == pytest.approx(1, abs=1e-6)
    assert outcome.sentence.endswith(
        "cross-entropy, full 10 of 10; cross-entropy, diagonal only 0 of 10; "
        "squared error, full 9 of 10; squared error, diagonal only 10 of 10.")


def test_the_rate_is_that_of_the_lowest_validation_loss(monkeypatch):
    """Of other seeds; a rate at which a network diverged is never taken."""
    asked = []

    def planted(head, loss, seeds, rate):
        asked.append((seeds, rate))
        values = np.full((len(room.RATES), len(room.TUNING_SEEDS), 2), 0.5)
        values[1, :, 1], values[0] = 0.2, np.nan
        digits = data.digits()
        network = type("One", (), {"predict": lambda _, x: np.eye(10)[None, digits.y_test]})()
        return type("Run", (), {"val_loss": type("Values", (), {"values": values}),
                                "network": lambda _, seed: network})()

    monkeypatch.setattr(room, "fit", planted)
    assert room.accuracies("full", "cross-entropy", [4, 5]).tolist() == [100, 100]
    assert asked == [(room.TUNING_SEEDS, room.RATES), ([4, 5], room.RATES[1])]


def test_c24_trains_in_earnest(capsys):
    outcome = run("C24")
    m = outcome.measured
    assert outcome.verdict == "false" and m["full matrix, largest error"] < 1e-9
    assert m["cross-entropy, full, networks above 90 %"] == 10
    assert m["cross-entropy, diagonal only, networks above 90 %"] <= 1
    assert m["squared error, diagonal only, networks above 90 %"] >= 9
    outcome.draw()
    assert "squared error, diagonal only 100 (100 to 100)" in capsys.readouterr().out


# ---- C23


class Trained:
    """A `Run` of one linear network whose scores are x W, for whatever labels."""

    def __init__(self, W):
        self.W, self.seen = W, []

    def network(self, **labels):
        self.seen.append(labels)
        return type("One", (), {"predict": lambda _, x: (x @ self.W)[None]})()


def test_sure_and_right_by_hand():
    """Two classes, ln 9 apart: 90 % stated. 3 of 4 are right, so the best T is 2."""
    x = np.tile([0, np.log(9)], (40, 1))
    y = (np.arange(40) % 4 > 0).astype(int)
    part = data.Data("planted", x, y, x, y, x, y, classes=2)
    run = Trained(np.eye(2))
    as_it_is, warm, excess = room.sure_and_right(run, part, [1, 2], activation="relu")
    assert as_it_is == pytest.approx([0.15, 0.15], abs=1e-12)
    assert warm == pytest.approx([0, 0], abs=1e-4)  # softmax((0, ln 9) / 2) is (1/4, 3/4)
    assert excess == pytest.approx([0.15, 0.15], abs=1e-12)
    assert run.seen == [dict(seed=1, activation="relu"), dict(seed=2, activation="relu")]


def test_noise_is_as_long_as_a_digit_and_longer():
    """A linear network grows sure along a ray (Hein et al. 2019); shares of zeros stay 1/10."""
    lengths = []

    class Measured(Trained):
        def network(self, **labels):
            def predict(_, x):
                lengths.append(np.linalg.norm(x, axis=1))
                return (x @ self.W)[None]
            return type("One", (), {"predict": predict})()

    W = np.random.default_rng(1).standard_normal((64, 10)) / 8
    sure = room.sure_of_noise(Measured(W), [0])
    assert (np.diff(sure) > 0).all() and sure[0, -1] > 0.98
    for size, length in zip(room.SIZES, lengths, strict=True):
        assert length == pytest.approx(8 * size, rel=1e-9)
    assert np.sqrt((data.digits().x_train ** 2).sum(1).mean()) == pytest.approx(8, rel=1e-3)
    assert room.sure_of_noise(Trained(0 * W), [0]) == pytest.approx(0.1, abs=1e-12)


def test_a_fifth_of_all_labels_is_replaced_by_another():
    digits = data.digits()
    noisy = room.mislabelled(digits, 0.2)
    for part in data.PARTS:
        old, new = (getattr(one, f"y_{part}") for one in (digits, noisy))
        assert (old != new).mean() == pytest.approx(0.2, abs=0.001) and old.max() == new.max()
        assert getattr(noisy, f"x_{part}") is getattr(digits, f"x_{part}")
    assert np.array_equal(room.mislabelled(digits, 0).y_test, digits.y_test)
    assert (room.mislabelled(digits, 1).y_train != digits.y_train).all()


@pytest.mark.parametrize("near, wrong, far, verdict, where", [
    (0.01, 0.01, 0.1, "holds", ""), (0.01, 0.2, 0.99, "holds if", "on test digits"),
    (0.01, 0.12, 0.99, "holds if", "on test digits"),
    (0.01, 0.01, 0.99, "holds if", "on test digits or with a fifth of the labels wrong"),
    (0.2, 0.2, 0.1, "holds if", "far from all digits"), (0.2, 0.2, 0.99, "false", ""),
    (0.05, 0.2, 0.99, "undecided", ""), (0.01, 0.05, 0.99, "undecided", ""),
    (0.01, 0.2, 0.15, "undecided", "")])
def test_the_branches_of_c23(monkeypatch, near, wrong, far, verdict, where):
    noise = np.random.default_rng(4).normal(0, 0.002, 10)
    noise -= noise.mean()
    repaired = 0.1 if wrong > 0.15 else 0.03
    monkeypatch.setattr(room.training, "train", lambda digits, *_, **__: digits)
    monkeypatch.setattr(room, "sure_and_right", lambda run, digits, seeds, **labels: np.stack(
        [near + noise] * 3 if labels else [wrong + noise, repaired + noise[::-1], noise]))
    monkeypatch.setattr(room, "sure_of_noise", lambda run, seeds, activation: np.tile(
        (far if activation == "relu" else 0.1) + noise[:, None], 4))
    outcome = run("C23")
    assert (outcome.verdict, outcome.condition) == (verdict, where and f"it is asked {where}")
    assert ("are more than 99 % sure" in outcome.sentence) == (far > 0.99)
    assert ("lessens" in outcome.sentence) == (wrong >= 0.05)
    assert ("still above 0.05" in outcome.sentence) == (repaired > 0.05)


def test_c23_in_earnest(capsys):
    outcome = run("C23")
    m = outcome.measured
    assert (outcome.verdict, outcome.condition) == ("holds if", "it is asked on test digits")
    sure = {name: [m[f"largest share, {name}, {size} times as long"].mean for size in room.SIZES]
            for name in ("relu", "tanh")}
    assert sure["relu"][-1] > 0.99 and np.ptp(sure["tanh"][1:]) < 0.02 and sure["tanh"][-1] < 0.9
    assert "lessens the error among wrong labels; it is then still above" in outcome.sentence
    assert m["with a fifth of the labels wrong, surer than right by"].low > 0.1  # overfitted
    outcome.draw()
    words = capsys.readouterr().out
    assert "relu" in words and "tanh" in words
