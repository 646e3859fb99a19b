"""The doctor needs TensorFlow; its patients live beside it."""

import os

import pytest

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")


@pytest.fixture(scope="session")
def keras():
    pytest.importorskip("tensorflow", reason="TensorFlow has no wheel for this Python")
    from course_lib import keras_tools
    return keras_tools.load()


@pytest.fixture(autouse=True)
def fresh(keras):
    """The same first weights in each test, alone or in a crowd."""
    keras.utils.set_random_seed(1)
