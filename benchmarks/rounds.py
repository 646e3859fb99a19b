"""Timing two sides fairly: in turn, in several rounds, by processor time, at equal accuracy.

Machines are shared and change their speed. So the sides take turns, first one and then the other
first; each round gives one ratio, and the median of the rounds counts. Processor time (of all
threads) is the measure, because another program's work does not add to it; wall time stands
beside it. Each side has a process of its own, held to one core, so that no framework's threads
disturb another's, and nobody wins by taking more of the machine.
"""

import importlib.util
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median

# Read when a numerical library is loaded, so they are set before its process starts.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1",
}


@dataclass(frozen=True)
class Timing:
    """Seconds of processor and of wall time for one unit of work, and what the work returned."""

    cpu: float
    wall: float
    value: object = None


def timed(function, *args, units=1):
    """Runs `function(*args)` once; the seconds are divided by `units`, such as networks trained."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = function(*args)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Timing(cpu / units, wall / units, value)


class Worker:
    """A process held to one core, in which one side runs; it lives until `close`.

    What a side sets up (compiled functions, loaded data) stays there between rounds.
    """

    def __init__(self):
        os.environ.update(ONE_THREAD)
        self.pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_stay_on_one_core)

    def time(self, function, *args, units=1):
        """`timed(...)` in the worker; `function` must be importable by its name."""
        return self.pool.submit(timed, function, *args, units=units).result()

    def close(self):
        self.pool.shutdown()


def _stay_on_one_core():
    if hasattr(os, "sched_setaffinity"):  # Linux; elsewhere the variables above must do
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def installed(module):
    return importlib.util.find_spec(module) is not None


def rotate(sides, rounds):
    """Times every side once a round, each round starting with another one.

    sides  {name: function without arguments that returns a Timing}
    Returns {name: [Timing, one a round]}.
    """
    names, seen = list(sides), {name: [] for name in sides}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            seen[name].append(sides[name]())
    return seen


def result(name, numerator, denominator, goal=None, at_most=False, **details):
    """One benchmark's outcome: the median over rounds of numerator / denominator, processor time.

    goal     the ratio to reach, None where there is none; `at_most`: to stay below, not above
    details  whatever else the reader should know; it goes into the JSON as it is
    """
    ratios = [a.cpu / b.cpu for a, b in zip(numerator, denominator, strict=True)]
    wall = [a.wall / b.wall for a, b in zip(numerator, denominator, strict=True)]
    return outcome(name, median(ratios), goal, at_most, rounds=ratios, wall_ratio=median(wall),
                   **details)


def outcome(name, ratio, goal, at_most=False, *, rounds, **details):
    """The object that every benchmark yields; where `ratio` is None, `why` says why."""
    met = None
    if goal is not None and ratio is not None:
        met = bool(ratio <= goal if at_most else ratio >= goal)
    return {"name": name, "ratio": ratio, "goal": goal, "goal_is": "at most" if at_most
            else "at least", "met": met, "rounds": rounds, **details}


def refused(name, goal, at_most=False, *, why, **details):
    """No ratio: the peer is not installed, or the two sides did not compute the same thing."""
    return outcome(name, None, goal, at_most, rounds=[], why=why, **details)


def unequal(what, ours, theirs, margin):
    """A sentence if two accuracies differ by more than `margin` or are no numbers, else None."""
    if abs(ours - theirs) <= margin:
        return None
    return (f"{what} is not equal: ours {ours:.4f}, the peer's {theirs:.4f}, further apart than "
            f"{margin:g}; a ratio of times would mean nothing")
