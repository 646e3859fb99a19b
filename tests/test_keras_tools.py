"""The room that knows TensorFlow: quiet, lazy, clear where it is missing."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import activations, keras_tools
from course_lib.keras_tools import loading


def test_absence_is_said(monkeypatch):
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="TensorFlow is not installed.*skip this section"):
        keras_tools.load()


def test_import_is_lazy_and_loading_is_quiet():
    pytest.importorskip("tensorflow", reason="TensorFlow has no wheel for this Python")
    code = ("import sys; from course_lib import keras_tools; assert 'keras' not in sys.modules;"
            "keras_tools.load(); assert 'tensorflow' in sys.modules")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "softplus"])
def test_value_and_slope(name):
    pytest.importorskip("tensorflow", reason="TensorFlow has no wheel for this Python")
    z = np.linspace(-4, 4, 101)
    value, slope = keras_tools.value_and_slope(name, z)
    assert value.dtype == slope.dtype == np.float64
    np.testing.assert_allclose(value, activations.get(name).f(z), atol=1e-12)
    np.testing.assert_allclose(slope, activations.get(name).df(z), atol=1e-12)
