"""The shipped digits are scikit-learn's, pixel for pixel."""

import numpy as np
import pytest

from course_lib import data

datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed")


def test_digits_are_scikit_learns():
    images, labels = data.raw_digits()
    theirs = datasets.load_digits()
    np.testing.assert_array_equal(images, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)
