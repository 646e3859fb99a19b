"""Diagnostics: every column against a definition worked out another way."""

import numpy as np
import pytest

from course_lib import activations, diagnostics, networks
from course_lib.diagnostics import units

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((7, 5)), RNG.integers(0, 3, 7)


def stack(names=("relu", "tanh"), sizes=(5, 6, 4, 3), init="he", dtype=np.float64, **options):
    made = networks.Stack(list(names), sizes, dtype=dtype, **options)
    made.initialise([init] * made.S, range(made.S))
    return made


# ---- counts over units


def test_states_of_planted_units():
    slope = np.zeros((4, 10))
    slope[0, 2:5] = 1          # three are on for some, two for all, five for none
    slope[:, 5:7] = 0.1
    dead, inactive, on = units.states(slope)
    assert (dead, inactive, on) == pytest.approx((0.5, 0.3, 0.2))


def test_states_keep_the_axes_before():
    assert units.states(np.ones((2, 3, 4, 5)))[2].shape == (2, 3)


def test_cosine_is_the_mean_over_pairs():
    a = RNG.standard_normal((6, 4))
    a[2] = 0  # has no direction
    kept = a[[0, 1, 3, 4, 5]]
    pairs = [one @ two / np.linalg.norm(one) / np.linalg.norm(two)
             for i, one in enumerate(kept) for j, two in enumerate(kept) if i != j]
    assert units.cosine(a) == pytest.approx(np.mean(pairs), rel=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e-30, 1.0, 1e200])
def test_sizes_at_the_extremes(size):
    a = size * np.array([[3.0, 4.0], [4.0, 3.0]])
    assert units.rms(a) == pytest.approx(size * np.sqrt(12.5), rel=1e-12)
    assert units.cosine(a) == pytest.approx(24 / 25, rel=1e-12)


def test_cosine_without_two_directions_is_nan():
    assert np.isnan(units.cosine(np.array([[0.0, 0.0], [1.0, 2.0]])))


@pytest.mark.parametrize("bad", [np.ones(3), np.ones((0, 3)), np.ones((3, 0))])
def test_what_is_no_layer_is_named(bad):
    with pytest.raises(ValueError, match="examples, units"):
        units.states(bad)


def test_saturated_counts_against_the_largest_slope():
    sigmoid = activations.get("sigmoid")
    z = np.array([[0.0, 2.0, -4.3, 4.4, -9.0]])  # 5 % of 1/4 is reached at 4.369...
    assert units.saturated(sigmoid.df(z), 0.25) == pytest.approx(2 / 5)
    with pytest.raises(ValueError, match="above 0"):
        units.saturated(z, 0)


@pytest.mark.parametrize("name, largest", [("sigmoid", 0.25), ("relu", 1), ("gelu", 1.128904145),
                                           ("silu", 1.099839320)])
def test_largest_slopes(name, largest):
    assert diagnostics.depth.largest_slope(activations.get(name)) == pytest.approx(largest, 1e-6)


# ---- a report of a stack


def by_hand(made, s):
    """Pre-activations and activations of network s, layer by layer, in plain numpy."""
    h, found = X, []
    for layer, run in zip(made.layers, made.activations[s], strict=False):
        z = h @ layer.W[s] + layer.b[s]
        h = run.f(z)
        found.append((z, h, run.df(z)))
    return found


def test_moments_states_and_cosine_by_hand():
    made = stack()
    report = diagnostics.through_depth(made, X, Y)
    for s in range(2):
        for layer, (_, a, slope) in enumerate(by_hand(made, s)):
            place = (s, layer)
            assert report.mean[place] == pytest.approx(a.mean())
            assert report.second_moment[place] == pytest.approx((a ** 2).mean())
            assert report.variance[place] == pytest.approx(a.var())
            dead, inactive, on = units.states(slope)
            assert report.dead[place] == pytest.approx(dead)
            assert report.inactive[place] == pytest.approx(inactive)
            assert report.always_on[place] == pytest.approx(on)
            assert report.cosine[place] == pytest.approx(units.cosine(a))
            assert report.saturated[place] == pytest.approx((np.abs(slope) <= 0.05).mean())


def loss_of(made, s, example, layer=None, unit=None, by=0.0):
    """One example's crossentropy for network s, with one bias moved."""
    if layer is not None:
        made.layers[layer].b[s, 0, unit] += by
    out = made.predict(X[example:example + 1])[s, 0]
    if layer is not None:
        made.layers[layer].b[s, 0, unit] -= by
    return float(np.log(np.exp(out).sum()) - out[Y[example]])


def test_gradient_against_finite_differences():
    """The slope of an example's loss at z is that of moving the bias, for this example alone."""
    made = stack(("tanh", "silu"))
    report, h = diagnostics.through_depth(made, X, Y), 1e-6
    for s in range(2):
        for layer, width in enumerate((6, 4)):
            slopes = [(loss_of(made, s, n, layer, k, h) - loss_of(made, s, n, layer, k, -h))
                      / (2 * h) for n in range(len(X)) for k in range(width)]
            assert report.gradient[s, layer] == pytest.approx(np.sqrt(np.mean(np.square(slopes))),
                                                              rel=1e-6)
    assert report.factor[:, 0] == pytest.approx(report.gradient[:, 0] / report.gradient[:, 1])
    assert np.isnan(report.factor[:, 1]).all()


def test_update_is_a_step_over_the_weights():
    made = stack()
    report = diagnostics.through_depth(made, X, Y, rate=0.3)
    before = made.weights.copy()
    made.loss_and_gradient(X[None], np.eye(3)[Y][None])
    made.weights -= 0.3 * made.gradient
    assert report.update == pytest.approx(
        np.stack([np.sqrt(((layer.W - old.W) ** 2).mean((1, 2)) / (old.W ** 2).mean((1, 2)))
                  for layer, old in zip(made.layers[:-1], made.views(before), strict=False)], 1))
    # And for any optimiser afterwards; its weights are now those after the step.
    after = diagnostics.updates(made, before)
    assert after == pytest.approx(report.update)
    with pytest.raises(ValueError, match="copy of stack.weights"):
        diagnostics.updates(made, before[:1])


def test_batches_do_not_matter():
    made = stack(("relu", "sigmoid"))
    one, other = (diagnostics.through_depth(made, X, Y, batch=batch) for batch in (2, 100))
    for name in ("mean", "second_moment", "saturated", "dead", "inactive", "cosine", "gradient",
                 "update"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)


def test_dead_by_a_low_bias_and_a_network_left_alone():
    made = stack(("relu",))
    made.layers[1].b[0, 0, :2] = -1e6
    before = made.weights.copy()
    report = diagnostics.through_depth(made, X, Y)
    alive = by_hand(made, 0)[1][2]
    assert report.dead[0, 1] == pytest.approx((alive == 0).all(0).mean()) and \
        report.dead[0, 1] >= 0.5
    np.testing.assert_array_equal(made.weights, before)


def test_moving_statistics_stay_as_they_are():
    made = stack(norm="batch")
    before = made.statistics.copy()
    diagnostics.through_depth(made, X, Y)
    np.testing.assert_array_equal(made.statistics, before)


def test_without_targets_random_slopes_arrive():
    """One layer of identity units, N = 1: the slope at z is W2 times the draw."""
    made = stack(("identity",), (5, 6, 3))
    report = diagnostics.through_depth(made, X[:1], seed=4)
    draw = np.random.default_rng(4).standard_normal((3, 1))
    assert report.gradient[0, 0] == pytest.approx(
        np.sqrt(np.mean((made.layers[1].W[0] @ draw) ** 2)))


def test_gradients_beyond_the_squares_of_floats():
    made = stack(("identity",), (5, 6, 6, 3))
    made.layers[2].W[:] *= 1e-200
    made.layers[1].W[:] *= 1e-80
    report = diagnostics.through_depth(made, X, seed=0)
    assert 0 < report.gradient[0, 0] < 1e-270 and 1e-90 < report.factor[0, 0] < 1e-70


def test_inputs_of_their_own_for_each_group():
    made = stack(("tanh", "tanh"), init="he")
    shared = diagnostics.through_depth(made, X)
    twice = diagnostics.through_depth(made, np.stack([X, X]))
    np.testing.assert_allclose(shared.gradient, twice.gradient)


def test_vector_units_have_no_states():
    report = diagnostics.through_depth(stack(("glu",), (5, 6, 3)), X, Y)
    assert np.isnan(report.dead).all() and np.isfinite(report.gradient).all()


def test_rows_average_over_networks():
    made = stack(("relu", "relu"))
    report = diagnostics.through_depth(made, X, Y)
    headings, rows = diagnostics.headings(), report.rows()
    assert [len(row) for row in rows] == [len(headings)] * 2 and rows[0][0] == 1
    first = dict(zip(headings, rows[0], strict=True))
    assert first["dead"] == pytest.approx(report.dead[:, 0].mean())
    assert first["gradient"] == pytest.approx(np.sqrt(report.gradient[:, 0].prod()))


@pytest.mark.parametrize("x, y, words", [
    (X[:, :4], Y, "shape .examples, 5."), (X[:0], Y[:0], "shape .examples, 5."),
    (np.stack([X] * 3), Y, "each of the 2"), (X, Y[:3], "7 class numbers"),
    (X, Y + 1, "from 0 to 2"), (X, np.ones((7, 2)), "shape .7, 3.")])
def test_bad_input_is_named(x, y, words):
    with pytest.raises(ValueError, match=words):
        diagnostics.through_depth(stack(), x, y)


def test_a_network_without_hidden_layers_is_refused():
    with pytest.raises(ValueError, match="no hidden layer"):
        diagnostics.through_depth(networks.Stack(["relu"], (5, 3)), X, Y)
