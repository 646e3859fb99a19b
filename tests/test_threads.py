"""One BLAS thread in the block and in the function, as many as before behind them."""

import numpy as np  # noqa: F401 (brings a BLAS)
from threadpoolctl import threadpool_info, threadpool_limits

from course_lib import threads
from course_lib.threads import one_blas_thread


def counts():
    return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()
            if pool["user_api"] == "blas"}


def test_one_thread_inside_and_as_many_as_before_outside():
    threads._blas.cache_clear()  # other tests may have brought scipy's
    inside = one_blas_thread()(counts)
    with threadpool_limits(2, user_api="blas"):
        before = counts()
        with one_blas_thread():
            assert counts() and set(counts().values()) == {1}
        assert counts() == before
        assert set(inside().values()) == {1} == set(inside().values())  # a second call as well
        assert counts() == before
