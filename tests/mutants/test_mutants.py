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
from equivalent import EQUIVALENT, SPEED

PYTHON = mutants.ROOT / ".venv/bin/python"  # the environment of the tests that are run
WORKERS = 2
# One thread each; random examples that are the same each time (what hypothesis does where CI is
# set); and no bytecode: of two mutants written in one second it would run the first one twice.
VARIABLES = {"OPENBLAS_NUM_THREADS": "1", "CI": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def pytest_generate_tests(metafunc):
    if "mutant" in metafunc.fixturenames:
        chosen = mutants.sample(metafunc.config.option.seed, metafunc.config.option.count)
        metafunc.parametrize("mutant", chosen, ids=str)


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
    chosen = [item.callspec.params["mutant"] for item in request.session.items
              if "mutant" in item.fixturenames]
    pool = ThreadPoolExecutor(WORKERS)
    jobs = {guard: pool.submit(guarded, trees, guard)
            for guard in sorted({mutants.GUARDS[mutant.file] for mutant in chosen})}
    jobs |= {mutant: pool.submit(guarded, trees, mutants.GUARDS[mutant.file], mutant)
             for mutant in chosen}
    yield jobs
    pool.shutdown(cancel_futures=True)


def guarded(trees, guard, mutant=None):
    """(Whether the tests of a guard pass in a copy of the tree, what they wrote)."""
    tree = trees.get()
    if mutant:
        faulty = tree / mutant.file
        sound = faulty.read_bytes()
        faulty.write_text(mutant.code, encoding="utf8")
    try:
        done = subprocess.run(
            [PYTHON, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *guard], cwd=tree,
            env={**os.environ, **VARIABLES}, capture_output=True, text=True, timeout=300)
        return done.returncode == 0, done.stdout
    except subprocess.TimeoutExpired:  # a loop without end is noticed, too
        return False, "no end"
    finally:
        if mutant:
            faulty.write_bytes(sound)
        trees.put(tree)


def test_the_library_without_faults_passes(runs):
    """Else a test that fails would say nothing about a fault."""
    for guard in runs.keys() & set(mutants.GUARDS.values()):
        passed, output = runs[guard].result()
        assert passed, output


def test_a_fault_is_noticed(mutant, runs):
    passed, _ = runs[mutant].result()
    assert not passed, f"{mutant.file}: no test of {', '.join(mutants.GUARDS[mutant.file])} sees it"


def test_only_mathematics_is_made_faulty(monkeypatch, tmp_path):
    (tmp_path / "some.py").write_text(SOME, encoding="utf8")
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    found = mutants.lines("some.py")
    assert {(line.function, line.text) for line in found} == {
        ("half.f", "if x < 1:"), ("half.f", "x -= 1"), ("half.f", "return 0.5 * x")}
    became = {mutants.mutant(line, *fault).became for line in found for fault in line.faults}
    assert became == {"if x <= 1:", "if x >= 1:", "if x < 2:", "if x < 0:", "if not x < 1:",
                      "x += 1", "x -= 2", "x -= 0", "return 0.5 / x", "return 0.5 + x",
                      "return 1.5 * x", "return -0.5 * x"}


SOME = '''"""1 + 1"""
@define(range="(0, 1)", bounds=(0 - 1, 1))
def half():
    def f(x: float):
        """x + 1."""
        if x < 1:
            near = x + 1
            raise ValueError(f"{x + 1}" + near)
        x -= 1
        return 0.5 * x
'''


def test_what_is_listed_as_equivalent_is_there():
    """An entry for a line that was changed since would hide nothing, and mislead the reader."""
    lines = [line for file in mutants.GUARDS for line in mutants.lines(file)]
    listed = {entry[:2] for entry in EQUIVALENT}
    became = [mutants.mutant(line, *fault) for line in lines for fault in line.faults
              if (Path(line.file).name, line.function) in listed]
    found = {(Path(one.file).name, one.function, one.became) for one in became}
    assert EQUIVALENT.keys() <= found
    for file, function, start in SPEED:
        assert any((Path(line.file).name, line.function) == (file, function)
                   and line.text.startswith(start) for line in lines), (file, function, start)
