"""The environment every notebook runs in, when it is built and when it is tested."""

import importlib.util
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

CELL_SECONDS = 120  # no cell may take longer: a build must not store what a test would time out on


@contextmanager
def environment():
    """Yield the variables for a kernel's process; its settings folders live until the block ends.

    The reader's own variables stay (a processor's kernels are chosen by some of them, see
    OPENBLAS_CORETYPE), except those that change what a notebook prints.
    """
    with TemporaryDirectory(prefix="kernel-") as scratch:
        variables = dict(os.environ)
        for name in (
            "MPLBACKEND",           # another backend would print other things
            "PYTHONSTARTUP",        # IPython runs it in kernels too
            "COLUMNS", "LINES",     # tables fit themselves to the terminal
            "PYTEST_CURRENT_TEST",  # ipykernel stops capturing what compiled code prints if set
            "PYTEST_ADDOPTS",       # meant for the run that called us
        ):
            variables.pop(name, None)
        variables |= {
            "PYTHONHASHSEED": "0",
            "OPENBLAS_NUM_THREADS": "1",  # as `course_lib.start` sets it for learners
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",
            # the reader's own Jupyter and IPython settings and start-up files stay out of it
            "IPYTHONDIR": str(Path(scratch, "ipython")),
            "JUPYTER_CONFIG_DIR": str(Path(scratch, "config")),
            "JUPYTER_RUNTIME_DIR": str(Path(scratch, "runtime")),
        }
        yield variables


def has_tensorflow():
    """Return whether TensorFlow is installed (it has no wheel for the newest Python)."""
    return importlib.util.find_spec("tensorflow") is not None
