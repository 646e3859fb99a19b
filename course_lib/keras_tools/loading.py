"""TensorFlow and Keras, loaded when asked and quietly."""

import os
from contextlib import contextmanager
from importlib.util import find_spec

import numpy as np

ABSENT = ("TensorFlow is not installed (it has no build for every Python and system): skip this "
          "section, its stored outputs show what it prints; nothing else needs it")


def load():
    """The module `keras`, on TensorFlow, held to two threads and without start-up messages.

    Raises ModuleNotFoundError where TensorFlow is not installed, saying what to do.
    """
    if find_spec("tensorflow") is None:
        raise ModuleNotFoundError(ABSENT)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # other sums, and a message about them
    with _quiet():
        import keras
        import tensorflow as tf
        tf.zeros(1) + 1  # the first operation speaks too
    return keras


def value_and_slope(name, z):
    """Keras' activation of that name and its slope by GradientTape, in z's own precision (N,)."""
    keras = load()
    import tensorflow as tf
    z = tf.convert_to_tensor(np.asarray(z))
    with tf.GradientTape() as tape:
        tape.watch(z)
        a = keras.activations.get(name)(z)
    return a.numpy(), tape.gradient(a, z).numpy()


@contextmanager
def _quiet():
    """Nothing on stderr, not even from C++: Python's own redirection would not catch that."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
