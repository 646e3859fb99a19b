"""The way back through time, against products written out and the chain rule."""

import numpy as np
import pytest

from course_lib import diagnostics, initialisation
from course_lib.recurrent import LSTM, RNN, Recurrent, identity, memory

T, H = 12, 5
RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, T, 1))


def network(cell, seeds=(0, 1)):
    made = Recurrent([cell] * len(seeds), (1, H, 1), dtype=np.float64)
    made.initialise(seeds)
    return made


@pytest.mark.parametrize("rho", [0.5, 1.0, 1.3])
def test_rotations_scale_by_their_factor(rho):
    flow = diagnostics.through_time(
        network(RNN("identity", initialisation.scaled("orthogonal", rho))), X)
    back = np.arange(T + 1)
    np.testing.assert_allclose(flow.powers(), [back * np.log10(rho)] * 2, atol=1e-12)
    assert flow.state.shape == (2, T + 1) and flow.cell is None


def test_the_slope_at_the_start_is_that_of_differences():
    """dLoss/dh_0, found by moving the state before the first step."""
    for cell in (RNN("tanh"), LSTM(1)):
        made, step = network(cell, [3]), 1e-6
        y = np.array([[1.0], [0.0], [1.0]])
        flow = diagnostics.through_time(made, X, y)
        space = made._space(T, 3)

        def losses(unit, by, made=made, space=space, y=y):
            space.v[0, 0, unit] = by
            out = made.forward(X[None])[0][0, 0]
            space.v[0, 0, unit] = 0
            return np.log1p(np.exp(out)) - y[:, 0] * out  # of each sequence

        slopes = np.array([(losses(k, step) - losses(k, -step)) / (2 * step) for k in range(H)])
        assert flow.state[0, 0] == pytest.approx(np.sqrt(np.square(slopes).mean()), rel=1e-5)


@pytest.mark.parametrize("bias", [-2.0, 0.0, 3.0])
def test_along_the_cells_stand_forget_gates_alone(bias):
    """Without weights the gate is sigmoid(bias) at every step."""
    made = network(LSTM(bias))
    made.parts.U[:], made.parts.W[:] = 0, 0
    found = diagnostics.through_time(made, X).cell_powers()
    np.testing.assert_allclose(found, [-np.arange(T + 1) * np.log10(1 + np.exp(-bias))] * 2,
                               rtol=1e-12, atol=1e-12)


def test_open_gates_and_identities_carry_everything():
    flow = diagnostics.through_time(network(LSTM(40)), X)
    np.testing.assert_allclose(flow.cell_powers(), 0, atol=1e-12)
    made = network(RNN("relu", identity))
    made.parts.W[:], made.parts.b[:] = 0, 1  # every unit is on
    np.testing.assert_allclose(diagnostics.through_time(made, X).powers(), 0, atol=1e-12)


def test_nothing_arrives():
    made = network(RNN("relu", "identity"))
    made.parts.W[:], made.parts.b[:] = 0, -1  # every unit is off
    powers = diagnostics.through_time(made, X).powers()
    assert (powers[:, 0] == 0).all() and (powers[:, 1:] == -np.inf).all()


def test_each_network_has_its_own_sequences():
    made, xs = network(RNN("tanh")), RNG.standard_normal((2, 3, T, 1))
    both = diagnostics.through_time(made, xs).state
    for s in range(2):
        np.testing.assert_array_equal(diagnostics.through_time(made, xs[s]).state[s], both[s])
    assert (both[0] != both[1]).any()
    again = diagnostics.through_time(made, xs, seed=1).state
    assert (again != both).any()


@pytest.mark.parametrize("cell", [RNN("tanh"), LSTM(1)], ids=["RNN", "LSTM"])
def test_slopes_are_the_same_without_the_weights_gradient(cell):
    found = []
    for weights in (True, False):
        stack, seen = network(cell), []
        _, space = stack.forward(X[None])
        stack.through_time(np.ones((2, H, len(X))), space, weights=weights,
                           seen=lambda t, dh, dc, seen=seen: seen.append(dh.copy()))
        found.append((np.array(seen), stack.slots.K.copy()))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert found[0][1].any() and not found[1][1].any()


def test_weights_stay():
    made = network(LSTM(1))
    before = made.weights.copy()
    diagnostics.through_time(made, X)
    np.testing.assert_array_equal(made.weights, before)


def test_float64_follows_further_than_float32():
    cell, x = RNN("sigmoid"), memory(100)(4, np.random.default_rng(0))[0]
    small = Recurrent(cell, (1, 32, 1))
    small.initialise([0])
    large = Recurrent(cell, (1, 32, 1), dtype=np.float64)
    large.initialise([0])
    assert diagnostics.through_time(small, x).powers()[0, -1] == -np.inf
    assert -80 < diagnostics.through_time(large, x).powers()[0, -1] < -60.2  # (1/4)^100


@pytest.mark.parametrize("x, y, message", [
    (np.zeros((3, T)), None, r"x must have shape \(sequences, steps, 1\)"),
    (np.zeros((3, T, 2)), None, "x must have"), (np.zeros((3, 3, T, 1)), None, "x must have"),
    (X, np.zeros((3, 2)), r"y must have shape \(3, 1\)"), (X, np.zeros((2, 1)), "y must have")])
def test_shapes_that_do_not_fit(x, y, message):
    with pytest.raises(ValueError, match=message):
        diagnostics.through_time(network(RNN()), x, y)


def test_plain_recurrences_have_no_cells():
    with pytest.raises(ValueError, match="only LSTMs do"):
        diagnostics.through_time(network(RNN()), X).cell_powers()
