"""One BLAS thread while small networks run.

Their many small matrix products gain nothing from a second thread, and may wait long for it on a
busy machine.
"""

from contextlib import contextmanager
from functools import cache

import numpy as np  # noqa: F401 (brings the BLAS that is meant)


@contextmanager
def one_blas_thread():
    """Inside the block, or the function that this decorates, numpy's products use one thread."""
    with _blas().limit(limits=1, user_api="blas"):
        yield


@cache
def _blas():
    """Found once, since looking through a process's libraries takes a thousandth of a second or
    more: a BLAS of its own that another package brings later is left alone."""
    from threadpoolctl import ThreadpoolController
    return ThreadpoolController()
