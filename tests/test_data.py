"""The data sets are what they say they are."""

import numpy as np
import pytest

from course_lib import data


def test_digits():
    d = data.digits()
    assert [len(d.x_train), len(d.x_val), len(d.x_test)] == [1077, 360, 360]
    assert d.x_train.dtype == np.float32 and d.x_train.shape[1] == 64 and d.classes == 10
    assert d.x_train.mean() == pytest.approx(0, abs=1e-5)
    assert d.x_train.std() == pytest.approx(1, abs=1e-5)
    images, labels = data.raw_digits()
    assert images.shape == (1797, 8, 8) and images.max() == 16 and images.dtype == np.uint8
    # how often each digit occurs, from the data set's own description (optdigits.names, test part)
    np.testing.assert_array_equal(np.bincount(labels),
                                  [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    together = np.concatenate([d.x_train, d.x_val, d.x_test])
    assert len(np.unique(together, axis=0)) == len(np.unique(images.reshape(1797, 64), axis=0))


def test_no_example_is_in_two_parts():
    d = data.digits(3)
    seen = {part: {row.tobytes() for row in getattr(d, f"x_{part}")} for part in data.PARTS}
    assert not seen["train"] & seen["test"] and not seen["train"] & seen["val"]
    assert not seen["val"] & seen["test"]


def test_the_seed_decides_the_split():
    np.testing.assert_array_equal(data.digits(1).y_test, data.digits(1).y_test)
    assert (data.digits(1).y_test != data.digits(2).y_test).any()


def test_xor_corners():
    d = data.xor(noise=0)
    np.testing.assert_array_equal((d.x_train[:, 0] > 0) ^ (d.x_train[:, 1] > 0), d.y_train)


def test_disc_is_a_disc():
    d = data.disc(radius=0.7)
    np.testing.assert_array_equal(np.hypot(*d.x_train.T) < 0.7, d.y_train)


@pytest.mark.parametrize("make", [data.moons, data.spirals])
def test_two_balanced_classes(make):
    y = make(n=1000).y_train
    assert y.mean() == pytest.approx(0.5, abs=0.1)


def test_spirals_do_not_touch():
    d = data.spirals(noise=0, n=1000)
    outer = np.hypot(*d.x_train.T) > 0.4
    a, b = d.x_train[outer & (d.y_train == 0)], d.x_train[outer & (d.y_train == 1)]
    nearest = np.sqrt(((a[:, None] - b) ** 2).sum(-1)).min()
    assert nearest > 0.2


def test_fruit_is_linearly_separable():
    d = data.fruit()
    assert d.x_train[d.y_train == 0, 0].max() < d.x_train[d.y_train == 1, 0].min()


def test_signals():
    d = data.signals(np.sin, (0, 6))
    assert 0 <= d.x_train.min() and d.x_train.max() <= 6 and d.classes is None
    np.testing.assert_allclose(d.y_train, np.sin(d.x_train), atol=1e-6)
    with pytest.raises(ValueError, match="from low to high"):
        data.signals(np.sin, (1, 0))
    with pytest.raises(ValueError, match="5 examples or more"):
        data.xor(n=3)
