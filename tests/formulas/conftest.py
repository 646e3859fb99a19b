"""Formulas are compared with 60 digits, whatever precision another test has left behind."""

import mpmath
import pytest


@pytest.fixture(autouse=True)
def sixty_digits():
    with mpmath.mp.workdps(60):
        yield
