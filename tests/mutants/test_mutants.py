"""Faults put into a copy of the library must be noticed by the tests that guard the faulty file.

    .venv-teaching/bin/python -m pytest -v tests/mutants --seed 1 --count 40

What fails here is a fault that no test saw. Write the test that sees it; or, if no input can tell
the faulty line from the right one, say why in equivalent.py.
"""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import mutants
import pytest
from equivalent import EQUIVALENT

PYTHON = mutants.ROOT / ".venv/bin/python"  # the environment of the tests that are run
WORKERS = 2
# One thread each; random examples that are the same each time (what hypothesis does where CI is
# set); and no bytecode: of two mutants written in one second it would run the first one twice.
VARIABLES = {"OPENBLAS_NUM_THREADS": "1", "CI": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def pytest_generate_tests(metafunc):
    if "mutant" in metafunc.fixturenames:
        chosen = mutants.sample(metafunc.config.option.seed, metafunc.config.option.count)
        metafunc.parametrize("mutant", chosen, ids=str, scope="session")


@pytest.fixture(scope="session")
def trees(tmp_path_factory):
    """Copies of what the tests need, one a worker: the work tree itself is never touched."""
    free = SimpleQueue()
    for worker in range(WORKERS):
        tree = tmp_path_factory.mktemp(f"tree{worker}")
        for name in ("course_lib", "tests", "pyproject.toml"):
            copy = shutil.copytree if (mutants.ROOT / name).is_dir() else shutil.copy
            copy(mutants.ROOT / name, tree / name)
        free.put(tree)
    return free


@pytest.fixture(scope="session")
def runs(trees, request):
    """What becomes of the sample's tests, by mutant, and of the unchanged library's, by guard."""
    chosen = {item.callspec.params["mutant"] for item in request.session.items
              if "mutant" in getattr(item, "fixturenames", ())}
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = {guard: pool.submit(guarded, trees, guard)
                for guard in sorted({mutants.GUARDS[mutant.file] for mutant in chosen})}
        jobs |= {mutant: pool.submit(guarded, trees, mutants.GUARDS[mutant.file], mutant)
                 for mutant in chosen}
        yield jobs


def guarded(trees, guard, mutant=None):
    """(Whether the tests of a guard pass in a copy of the tree, what they wrote)."""
    tree = trees.get()
    try:
        if mutant:
            (tree / mutant.file).write_text(mutant.code, encoding="utf8")
        done = subprocess.run([PYTHON, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *guard],
                              cwd=tree, env={**os.environ, **VARIABLES}, capture_output=True,
                              text=True, timeout=300)
        return done.returncode == 0, done.stdout
    except subprocess.TimeoutExpired:  # a loop without end is noticed, too
        return False, "no end"
    finally:
        if mutant:
            shutil.copy(mutants.ROOT / mutant.file, tree / mutant.file)
        trees.put(tree)


def test_the_library_without_faults_passes(runs):
    """Else a test that fails would say nothing about a fault."""
    for guard in {mutants.GUARDS[mutant.file] for mutant in runs if isinstance(mutant, mutants.Mutant)}:
        passed, output = runs[guard].result()
        assert passed, output


def test_a_fault_is_noticed(mutant, runs):
    passed, _ = runs[mutant].result()
    assert not passed, f"{mutant.file}: no test of {', '.join(mutants.GUARDS[mutant.file])} sees it"
