"""Intervals and verdicts against scipy and against simulation."""

import numpy as np
import pytest
from scipy import stats

from course_lib import statistics
from course_lib.named import Named

VALUES = [0.31, 0.42, 0.29, 0.5, 0.38, 0.44]


def test_interval_is_student_t():
    found = statistics.interval(VALUES, 0.9)
    low, high = stats.t.interval(0.9, 5, np.mean(VALUES), stats.sem(VALUES))
    assert (found.mean, found.low, found.high, found.se) == pytest.approx(
        (np.mean(VALUES), low, high, stats.sem(VALUES)))
    assert found.n == 6 and found.level == 0.9


def test_the_level_is_95_percent_unless_said():
    for found in (statistics.interval(VALUES), statistics.paired(VALUES, VALUES[::-1]),
                  statistics.Estimate(0.1, 0.02, 0.05, 0.15, 10)):
        assert found.level == 0.95


def test_a_shift_moves_the_mean_and_both_ends():
    found, moved = statistics.interval(VALUES), statistics.interval(np.array(VALUES) - 0.25)
    shifted = found.shifted(-0.25)
    assert (shifted.mean, shifted.low, shifted.high, shifted.se) == pytest.approx(
        (moved.mean, moved.low, moved.high, moved.se))
    assert (shifted.n, shifted.level) == (6, 0.95)


def test_paired_is_the_paired_t_interval():
    other = [0.3, 0.4, 0.3, 0.45, 0.35, 0.4]
    found = statistics.paired(VALUES, other)
    expected = stats.ttest_rel(VALUES, other).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_intervals_cover_as_often_as_they_say():
    rng = np.random.default_rng(0)
    draws = rng.standard_normal((2000, 10))
    hits = [statistics.interval(row).low <= 0 <= statistics.interval(row).high for row in draws]
    assert np.mean(hits) == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000))


@pytest.mark.parametrize("mean, se, margin, words", [
    (2.0, 0.3, 1.0, "more"), (2.0, 0.34, 1.0, "undecided"), (-2.0, 0.3, 1.0, "less"),
    (0.0, 0.3, 1.0, "equal"), (0.0, 0.34, 1.0, "undecided"), (0.5, 0.1, 1.0, "equal"),
    (0.9, 0.1, 1.0, "undecided"), (0.0, 0.1, 0.0, "undecided"), (1.0, 0.1, 0.0, "more")])
def test_compare_needs_three_standard_errors(mean, se, margin, words):
    assert statistics.compare(statistics.Estimate(mean, se, 0, 0, 10), margin) == words


@pytest.mark.parametrize("call, words", [
    (lambda: statistics.interval([1.0]), "two seeds or more; got 1"),
    (lambda: statistics.interval([1.0, np.nan]), "1 of 2 values are not finite"),
    (lambda: statistics.interval([1.0, 2.0], 95), "level lies between 0 and 1"),
    (lambda: statistics.paired([1, 2], [1, 2, 3]), "one a seed"),
    (lambda: statistics.compare(statistics.interval(VALUES), -1), "margin is 0 or more"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_named_arrays():
    a = Named(np.arange(6.0).reshape(2, 3), {"activation": ["relu", "tanh"], "seed": [0, 1, 2]})
    assert a.sel(activation="tanh", seed=1).values == 4
    np.testing.assert_array_equal(a.mean("seed").values, [1, 4])
    np.testing.assert_array_equal(np.asarray(a.sel(seed=2)), [2, 5])
    assert repr(a) == "Named(activation: 2, seed: 3)"
    for call, words in ((lambda: a.sel(activation="elu"), "no activation 'elu'; there are relu"),
                        (lambda: a.sel(rate=1), "no axis 'rate'; the axes are activation, seed"),
                        (lambda: a.mean("rate"), "no axis 'rate'"),
                        (lambda: Named(np.zeros(3), {"seed": [0]}), "shape")):
        with pytest.raises(ValueError, match=words):
            call()


@pytest.mark.parametrize("hits, n", [(0, 10), (3, 10), (10, 10), (22, 100), (1, 1)])
def test_share_is_wilsons_interval(hits, n):
    """Against scipy's, and by what defines it: its ends lie 1.96 of their own errors away."""
    from scipy.stats import binomtest
    found = statistics.share(np.arange(n) < hits)
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.mean == hits / n and found.se > 0


def test_share_takes_truth_values():
    with pytest.raises(ValueError, match="one True or False a try"):
        statistics.share([1, 0, 1])


def test_steps_to_a_loss():
    loss = np.array([[4.0, 1.0, 3.0, 1.0, 1.0], [4.0, 4.0, 4.0, 4.0, 3.0]])
    np.testing.assert_array_equal(statistics.steps_to(loss, 1.0), [2, np.inf])
    np.testing.assert_array_equal(statistics.steps_to(loss, 1.0, window=2), [5, np.inf])
    np.testing.assert_array_equal(statistics.steps_to(loss, 3.5, window=5), [5, np.inf])
    assert np.isinf(statistics.steps_to([np.nan, np.nan], 1.0))
    with pytest.raises(ValueError, match="window lies between 1 and the 5 steps"):
        statistics.steps_to(loss, 1.0, window=6)
