"""The one room that knows TensorFlow, which it imports only when asked, and quietly.

    keras = keras_tools.load()
    value, slope = keras_tools.value_and_slope("tanh", z)
    report = keras_tools.diagnose(model, (x, y))      the doctor: a table and findings in words
    model.fit(x, y, callbacks=[keras_tools.Doctor((x, y), log_dir="logs")])
"""

from .callback import Doctor
from .doctor import diagnose
from .graph import Opaque
from .loading import ABSENT, load, value_and_slope
from .report import Finding, Report

__all__ = ["ABSENT", "Doctor", "Finding", "Opaque", "Report", "diagnose", "load",
           "value_and_slope"]
