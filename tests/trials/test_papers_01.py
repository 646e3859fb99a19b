"""Replications of chapter 01: depth's pieces and a deep linear network's modes."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from course_lib.trials import papers
from course_lib.trials.papers import depth, dynamics


@pytest.fixture(scope="module")
def replicas():
    return {id: papers.replications()[id].run() for id in ("R06", "R07", "R15")}


def test_all_agree_and_belong_to_the_chapter(replicas):
    for id, replica in replicas.items():
        assert replica.agrees, id
        assert papers.replications()[id].chapter == "chapter_01"


def test_the_tent_makes_2_to_the_k_pieces(replicas, monkeypatch):
    assert replicas["R06"].measured == {f"k = {k}": 2 ** k for k in range(1, 13)}
    real = depth.tent_network
    monkeypatch.setattr(depth, "tent_network", lambda folds: real(min(folds, 11)))
    replica = papers.replications()["R06"].run()
    assert not replica.agrees and "not always" in replica.sentence


def test_one_layer_makes_one_piece_more_than_units(replicas):
    assert (depth.count(64, 1, range(5)) == 65).all()
    assert replicas["R07"].measured["128 units, 1 layers"].mean == pytest.approx(129 / 128)


@pytest.mark.parametrize("a_unit, agrees", [(1, True), (0.55, False), (1.9, False), (3, False)])
def test_the_tolerance_of_r07(monkeypatch, capsys, a_unit, agrees):
    """Standard errors of 0.1 pieces a unit: 0.55 and 1.9 are too near the tolerance's ends."""
    spread = np.linspace(-1, 1, 10)
    spread *= 0.1 * np.sqrt(10) / spread.std(ddof=1)
    monkeypatch.setattr(depth, "count", lambda units, layers, seeds: units * (a_unit + spread))
    replica = papers.replications()["R07"].run()
    assert replica.agrees == agrees
    if agrees:
        replica.draw()
        assert "Figure: 128 random units" in capsys.readouterr().out


def test_the_trajectory_solves_its_equation():
    time = np.linspace(0, 8, 50)
    for strength in (4.0, 2.0, 1.0):
        found = solve_ivp(lambda t, u, s=strength: 2 * u * (s - u), (0, 8), [0.001], t_eval=time,
                          rtol=1e-10, atol=1e-12).y[0]
        assert dynamics.trajectory(time, strength) == pytest.approx(found, rel=1e-6)
        half = dynamics.half_time(strength)
        assert dynamics.trajectory(half, strength) == pytest.approx(strength / 2, rel=1e-12)


def test_descent_follows_two_single_weights():
    """Each mode by itself is a product of two weights, y = a b x with a = b at the start."""
    course = dynamics.descend((3, 4))
    for mode, strength in enumerate(dynamics.STRENGTHS):
        a = b = np.sqrt(0.001)
        for step in range(0, 1001):
            if step % 250 == 0:
                assert course.strengths[:, step, mode] == pytest.approx([a * b] * 2, rel=1e-9)
            missing = strength - a * b
            a, b = a + 0.002 * b * missing, b + 0.002 * a * missing
    assert course.loss[:, 0] == pytest.approx((3.999 ** 2 + 1.999 ** 2 + 0.999 ** 2) / 2)


def test_half_times_of_planted_courses():
    time = np.array([0.0, 1, 2])
    strengths = np.array([[[0.0, 0, 0], [2, 0.9, 0], [4, 1, 0.4]]])
    course = dynamics.Course(time, strengths, np.zeros((1, 3)))
    assert course.half_times().tolist() == [[1, 2, np.inf]]


def test_random_starts_are_not_aligned_and_differ():
    course = dynamics.descend((0, 1), "random")
    assert (np.abs(course.strengths[:, 0]) < 0.01).all()
    assert (course.half_times()[0] != course.half_times()[1]).all()
    assert (np.diff(course.loss) < 1e-12).all()  # small steps down the gradient never climb


def test_another_start_is_refused():
    with pytest.raises(ValueError, match="'aligned' or 'random', not 'zero'"):
        dynamics.descend((0,), "zero")


@pytest.mark.parametrize("part", ["half-time", "trajectory", "order"])
def test_the_tolerance_of_r15(monkeypatch, part):
    if part == "half-time":
        real = dynamics.half_time
        monkeypatch.setattr(dynamics, "half_time", lambda strength: 1.02 * real(strength))
    elif part == "trajectory":
        path = dynamics.trajectory
        monkeypatch.setattr(dynamics, "trajectory", lambda time, s: path(time, s) + 0.05)
    else:  # random starts that learn the weakest mode first
        course = dynamics.descend(tuple(range(10)))
        backwards = dynamics.Course(course.time, course.strengths[..., ::-1], course.loss)
        monkeypatch.setattr(dynamics, "descend",
                            lambda seeds, start="aligned": backwards if start == "random"
                            else course)
    assert not papers.replications()["R15"].run().agrees
