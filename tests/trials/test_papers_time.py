"""R08: norms of Jacobians against the chain rule written out, and every part of its tolerance."""

import numpy as np
import pytest

from course_lib.recurrent import RNN, Recurrent
from course_lib.trials import papers
from course_lib.trials.papers import time


def test_the_jacobian_is_the_product_of_its_steps():
    """dh'/dh of one step is U diag(f'(z)), row vectors times U; its norm is the largest stretch."""
    x, cell = np.linspace(-1, 1, time.STEPS)[:, None], RNN("tanh", "glorot")
    norms = time.jacobian_norms(cell, [5], x)
    network = Recurrent(cell, (1, time.UNITS, 1), dtype=np.float64)
    network.initialise([5])
    U, W, h, steps = network.parts.U[0], network.parts.W[0, 0], np.zeros(time.UNITS), []
    for one in x[:, 0]:
        h = np.tanh(h @ U + one * W)
        steps.append(U * (1 - h**2))  # d h'_j / d h_i
    product, expected = np.eye(time.UNITS), [1.0]
    for step in reversed(steps):
        product = step @ product
        expected.append(np.linalg.norm(product, 2))
    np.testing.assert_allclose(norms[0], expected, rtol=1e-9)


def test_it_agrees():
    found = papers.replications()["R08"].run(3)
    assert found.agrees and found.measured["rho = 1.2"] == pytest.approx(8.28e7, rel=1e-3)
    assert found.target["rho = 0.8"] == pytest.approx(2.04e-10, rel=2e-3)


@pytest.mark.parametrize("wrong", ["identity", "sigmoid", "relu"])
def test_each_part_can_fail(monkeypatch, wrong):
    whole = time.jacobian_norms

    def planted(cell, seeds, x=None):
        norms = whole(cell, seeds, x)
        if cell.activation.name == wrong:
            norms[0, 50] *= 1e12 if wrong == "sigmoid" else 1.00001
            norms[0, 50] += 1 if wrong == "sigmoid" else 0
        return norms
    monkeypatch.setattr(time, "jacobian_norms", planted)
    assert not papers.replications()["R08"].run().agrees


def test_it_draws(capsys):
    papers.replications()["R08"].run().draw()
    words = capsys.readouterr().out
    assert "sigmoid, Q" in words and "bound, 1/4 a step" in words
