"""C20, C21 and calibration: against mathematics and scipy; every branch of the rules."""

import numpy as np
import pytest
from scipy import optimize, special

from course_lib import losses, trials
from course_lib.trials.chapter_02 import calibration
from course_lib.trials.chapter_02 import outputs as room

LOSS = {  # written with scipy's functions of z
    "cross-entropy": lambda z, y: -(y * special.log_expit(z) + (1 - y) * special.log_expit(-z)),
    "squared error": lambda z, y: (special.expit(z) - y) ** 2,
}


def run(id):
    return trials.trials()[id].run()


# ---- one unit


@pytest.mark.parametrize("name", list(LOSS))
def test_slopes_are_the_derivatives_of_the_losses(name):
    z = np.array([-10, -3, -0.4, 0, 1.5, 6.0])
    for y in (0.0, 1.0, 0.3):
        numeric = (LOSS[name](z + 1e-5, y) - LOSS[name](z - 1e-5, y)) / 2e-5
        assert room.SLOPES[name](special.expit(z), y) == pytest.approx(numeric, abs=1e-10)


def test_a_unit_finds_the_maximum_likelihood():
    """Two data sets side by side, against scipy's minimiser; rates are taken column by column."""
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.standard_normal((2, 60, 3)), np.ones((2, 60, 1))], -1)
    y = (rng.random((2, 60, 1)) < special.expit(x[..., :1])) * 1.0
    *_, w = room.descend(x, y, np.zeros((2, 4, 2)), room.SLOPES["cross-entropy"],
                         np.array([1.0, 0.0]), 500)
    for one, right, found in zip(x, y[..., 0], w, strict=True):
        best = optimize.minimize(lambda v, x=one, y=right: LOSS["cross-entropy"](x @ v, y).mean(),
                                 np.zeros(4), tol=1e-10).x
        assert found[:, 0] == pytest.approx(best, abs=1e-4)
        assert (found[:, 1] == 0).all()


def test_wrong_starts_are_sure_and_wrong():
    x, y = room.pair_of_digits("train")
    assert x.shape[1] == 65 and set(np.unique(y)) == {0, 1} and (x[:, -1] == 1).all()
    starts = room.starts([1, 2, 3])
    z = {name: x @ w for name, w in starts.items()}
    assert abs(z["confidently wrong"]).mean(0) == pytest.approx(10, rel=1e-12)
    assert ((z["confidently wrong"] > 0) == y).mean() < 0.05
    assert 0.3 < ((z["fresh"] > 0) == y).mean() < 0.7 and abs(z["fresh"]).mean() < 2
    for own in starts.values():  # each seed its own weights, and its own half of the images
        cosines = (own.T @ own) / np.outer(*[np.linalg.norm(own, axis=0)] * 2)
        assert cosines[np.triu_indices(3, 1)].max() < 0.92


def test_a_path_begins_before_the_first_step_and_learns():
    path = room.accuracies(room.starts([7])["fresh"], "cross-entropy", 1.0, "test")
    x, y = room.pair_of_digits("test")
    assert path.shape == (room.STEPS + 1, 1)
    assert path[0] == ((x @ room.starts([7])["fresh"] > 0) == y).mean()
    assert path[-1] > 0.95


def test_steps_to_the_goal():
    path = np.array([[0.1, 0.99, 0.2], [0.95, 0.1, 0.3], [0.99, 0.1, 0.949]])
    assert room.steps_to_goal(path).tolist() == [1, 0, np.inf]


def test_the_rate_is_the_best_on_other_starts(monkeypatch):
    seen = []

    def planted(start, loss, rates, part):
        seen.append(part)
        return np.where(rates == 0.3, 0.9, 0.5)[None] * np.ones((3, 1))

    monkeypatch.setattr(room, "accuracies", planted)
    assert room.best_rate("squared error") == 0.3 and seen == ["val"]
    assert not set(room.TUNING_SEEDS) & {1000 * base + k for base in range(50) for k in range(10)}


FRESH, WRONG = "fresh", "confidently wrong"


@pytest.mark.parametrize("fails, verdict, words", [
    ({}, "holds", ""), ({("squared error", WRONG): 10}, "holds if", "cross-entropy"),
    ({("cross-entropy", FRESH): 10}, "holds if", "squared error"),
    ({("cross-entropy", WRONG): 10, ("squared error", FRESH): 9}, "false", ""),
    ({("squared error", WRONG): 5}, "undecided", ""),
    ({("cross-entropy", WRONG): 10, ("squared error", WRONG): 4}, "undecided", "")])
def test_the_branches_of_c20(monkeypatch, fails, verdict, words):
    monkeypatch.setattr(room, "best_rate", lambda loss: 1.0)
    monkeypatch.setattr(room, "starts", lambda seeds: {FRESH: FRESH, WRONG: WRONG})
    monkeypatch.setattr(room, "accuracies", lambda start, loss, rate, part: np.stack(
        [np.zeros(10), np.where(np.arange(10) < fails.get((loss, start), 0), 0.9, 0.95)]))
    outcome = run("C20")
    assert (outcome.verdict, outcome.condition) == (verdict, words and f"the loss is {words}")


def test_the_figures_of_c20():
    """The two gradients at z = -10 in closed form, with e = exp(-10)."""
    e = np.exp(-10)
    outcome = run("C20")
    at = [outcome.measured[f"gradient at z = -10, y = 1, {loss}"] for loss in room.SLOPES]
    assert at == pytest.approx([1 / (1 + e), 2 * e / (1 + e) ** 3], rel=1e-12)
    assert (outcome.verdict, outcome.condition) == ("holds if", "the loss is cross-entropy")
    assert "confidently wrong start 0 of 10" in outcome.sentence


# ---- its word


def test_forecasts_come_from_the_case_that_was_asked_for():
    """Fresh cases, yes as often as the truth says; with 2,000 examples near that truth."""
    p, warm, truth, y = room.logistic_forecasts("right form and 2,000 examples", [3, 4])
    assert p.shape == warm.shape == truth.shape == y.shape == (2, 4000)
    assert set(np.unique(y)) == {0, 1} and not np.array_equal(y[0], y[1])
    assert abs(y - truth).mean() == pytest.approx((2 * truth * (1 - truth)).mean(), abs=0.02)
    assert np.sqrt(((p - truth) ** 2).mean()) < 0.08
    few, *_, y = room.logistic_forecasts("right form and 100 examples", [3, 4])
    assert LOSS["cross-entropy"](special.logit(few), y).mean() > 0.7  # worse than saying 1/2
    _, _, truth, _ = room.logistic_forecasts("wrong form and 2,000 examples", [3])
    assert set(np.unique(truth)) == {0.1, 0.9}


@pytest.mark.parametrize("off, verdict", [
    ((0.01, 0.02, 0.03), "holds"), ((0.01, 0.2, 0.2), "holds if"), ((0.2, 0.01, 0.2), "holds if"),
    ((0.1, 0.2, 0.3), "false"), ((0.05, 0.2, 0.2), "undecided"), ((0.01, 0.05, 0.2), "undecided")])
def test_the_branches_of_c21(monkeypatch, off, verdict):
    rng, by_case = np.random.default_rng(0), dict(zip(room.CASES, off, strict=True))

    def planted(case, seeds):  # a yes every time, forecast too low by what is planted
        p = 1 - by_case[case] - rng.normal(0, 0.002, (len(seeds), 1)) * np.ones((1, 50))
        return p, p, np.ones_like(p), np.ones_like(p)

    monkeypatch.setattr(room, "logistic_forecasts", planted)
    outcome = run("C21")
    assert outcome.verdict == verdict
    if verdict == "holds if":
        good = [case for case, by in by_case.items() if by < 0.05]
        assert outcome.condition == f"the model has the {good[0]}"
    first = "right form and 2,000 examples"
    assert outcome.measured[f"{first}, as fitted"].mean == pytest.approx(off[0], abs=0.005)
    assert outcome.measured[f"{first}, true probabilities"].mean == 0


def test_the_verdict_of_c21_and_its_repair():
    outcome = run("C21")
    m = outcome.measured
    assert (outcome.verdict, outcome.condition) == (
        "holds if", "the model has the right form and 2,000 examples")
    assert m["right form and 100 examples, with a temperature"].mean < 0.5 * m[
        "right form and 100 examples, as fitted"].mean
    assert m["right form and 2,000 examples, true probabilities"].mean < 0.03


def test_figures_draw_and_are_told(capsys):
    for id in ("C20", "C21"):
        run(id).draw()
    words = capsys.readouterr().out
    assert "Confidently wrong start: across step: cross-entropy goes from 0" in words
    assert words.count("share that comes true") >= 3


# ---- calibration


def test_bins_and_error_by_hand():
    said = np.array([0.05, 0.15, 0.19, 0.3, 1.0, 0.95])
    came = np.array([0, 0, 1, 1, 1, 0])
    cases, stated, true = calibration.bins(said, came)
    assert cases.tolist() == [1, 2, 0, 1, 0, 0, 0, 0, 0, 2]
    assert stated[[0, 1, 3, 9]] == pytest.approx([0.05, 0.17, 0.3, 0.975])
    assert true[[0, 1, 3, 9]].tolist() == [0, 0.5, 1, 0.5] and np.isnan(true[2])
    by_hand = (0.05 + 2 * 0.33 + 0.7 + 2 * 0.475) / 6
    assert calibration.error(said, came) == pytest.approx(by_hand, abs=1e-12)
    assert calibration.error(said, came, count=1) == pytest.approx(3 / 6 - said.mean(), abs=1e-12)


def test_a_perfect_forecast_has_hardly_any_error():
    rng = np.random.default_rng(1)
    p = rng.random(200_000)
    assert calibration.error(p, rng.random(200_000) < p) < 0.005


@pytest.mark.parametrize("T", [0.5, 1.0, 4.0])
def test_the_temperature_is_found(T):
    """Three in four are a yes, so the best score is ln 3; what was stated is T times as much."""
    scores = np.tile([0, T * np.log(3)], (400, 1))
    labels = np.arange(400) % 4 > 0
    assert calibration.temperature(scores, labels) == pytest.approx(T, rel=1e-4)
    shifted = scores + np.arange(400)[:, None]  # what is added to all scores does not count
    assert calibration.temperature(shifted, labels) == pytest.approx(T, rel=1e-4)


def test_the_temperature_has_the_least_cross_entropy():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 5, 100)
    scores = 3 * rng.standard_normal((100, 5)) + 3 * np.eye(5)[labels]
    T = calibration.temperature(scores, labels)

    def loss(t):
        return losses.get("softmax_crossentropy").value_and_slope(
            (scores / t).T.copy(), np.eye(5)[labels].T)[0]

    assert 0.05 < T < 20 and loss(T) < min(loss(0.98 * T), loss(1.02 * T))


@pytest.mark.parametrize("said, came, words", [
    ([0.5], [1, 0], "one number a case"), ([], [], "one number a case"),
    ([1.2], [1], "between 0 and 1"), ([float("nan")], [1], "between 0 and 1"),
    ([[0.5]], [[1]], "one number a case")])
def test_forecasts_that_make_no_sense_are_named(said, came, words):
    with pytest.raises(ValueError, match=words):
        calibration.error(said, came)


def test_scores_of_another_shape_are_named():
    with pytest.raises(ValueError, match=r"\(cases, classes\)"):
        calibration.temperature([0.1, 0.2], [0, 1])
