"""What `import course_lib` adds to numpy's own import, in fresh processes."""

import json
import subprocess
import sys
from statistics import median

from .rounds import Timing, outcome, rotate

GOAL_MS = 30
HEAVY = ("tensorflow", "scipy.special", "matplotlib.pyplot", "ipywidgets")
BASE = "import numpy"

# Timed from inside, so that starting and ending the interpreter does not count.
PROGRAM = """
import json, sys, time
wall, cpu = time.perf_counter(), time.process_time()
{statements}
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(json.dumps([cpu, wall, [name for name in {heavy} if name in sys.modules]]))
"""


def run(quick=False):
    """Yields two outcomes: for the package alone, and for the catalogue.

    `ratio` is in milliseconds of processor time added, the measure of the goal.
    """
    added = {"import.course_lib": "import course_lib",
             "import.activations": "import course_lib.activations"}
    sides = {BASE: lambda: fresh(BASE)}
    sides |= {name: lambda statement=statement: fresh(f"{BASE}; {statement}")
              for name, statement in added.items()}
    rotate(sides, 1)  # compiles the modules to bytecode, reads the files once
    seen = rotate(sides, 3 if quick else 25)
    for name, statement in added.items():
        yield verdict(name, seen[BASE], seen[name], statement)


def verdict(name, base, with_ours, statement):
    """The outcome; one that loads a heavy module misses the goal, however fast it is."""
    rounds = [1e3 * (ours.cpu - numpy.cpu) for ours, numpy in zip(with_ours, base, strict=True)]
    found = outcome(name, median(rounds), GOAL_MS, at_most=True, rounds=rounds, unit="ms",
                    study=f"`{statement}` after `{BASE}`",
                    wall_ms=1e3 * median(one.wall for one in with_ours)
                    - 1e3 * median(one.wall for one in base),
                    numpy_ms=median(1e3 * one.cpu for one in base), loads=with_ours[0].value)
    if found["loads"]:
        found.update(met=False, why=f"`{statement}` loads {', '.join(found['loads'])}")
    return found


def fresh(statements):
    """Processor and wall seconds of these statements in a new process; which HEAVY they loaded."""
    program = PROGRAM.format(statements=statements, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"`{statements}` failed in a fresh process:\n{done.stderr}")
    return Timing(*json.loads(done.stdout))
