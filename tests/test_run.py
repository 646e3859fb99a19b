"""The last line of `make test` and `make prove` tells the whole story."""

import os
import subprocess
import sys

import pytest
import run

SKIPPING = """import pytest
def test_here(): pass
def test_elsewhere(): pytest.skip("no browser here (Chromium)")
@pytest.mark.xfail
def test_known(): assert False
"""


@pytest.fixture
def last_line(monkeypatch, capfd):
    def play(*steps):
        monkeypatch.setattr(run, "prove_steps", lambda: steps)
        code = run.main("prove")
        return code, capfd.readouterr().out.strip().splitlines()[-1]
    return play


def python(name, code, **more):
    return run.Step(name, (sys.executable, "-c", code), **more)


def test_all_passed(last_line):
    code, line = last_line(python("one", "pass"), python("two", "pass"))
    assert code == 0 and line.startswith("make prove: all 2 steps passed, ")
    assert line.endswith("left out: nothing")


def test_a_failure_is_named_and_the_rest_still_runs(last_line, tmp_path):
    mark = tmp_path / "ran"
    code, line = last_line(python("one", "raise SystemExit(2)"),
                           python("two", f"open({str(mark)!r}, 'w')"))
    assert code == 1 and line.startswith("make prove: FAILED: one; 1 steps passed, ")
    assert mark.exists()


def test_what_was_left_out_is_named_with_its_reason(last_line, tmp_path):
    (tmp_path / "test_some.py").write_text(SKIPPING)
    tests = run.Step("browser", run.pytest(sys.executable, "-q", "-p", "no:cacheprovider",
                                           str(tmp_path)))
    code, line = last_line(tests, python("never", "raise SystemExit(1)", impossible="an ARM chip"))
    assert code == 0
    assert line.endswith("left out: browser: no browser here (Chromium); an ARM chip")


def test_variables_reach_the_step(last_line):
    step = python("one", "import os; assert os.environ['OPENBLAS_CORETYPE'] == 'Nehalem'",
                  variables={"OPENBLAS_CORETYPE": "Nehalem"})
    assert last_line(step)[0] == 0


def test_every_test_folder_is_run_by_one_of_the_targets():
    elsewhere = {word for step in run.prove_steps() for word in step.command
                 if word.startswith("tests/")} - set(run.ENGINE)
    assert elsewhere == set(run.ELSEWHERE)
    assert all((run.ROOT / name).exists() for name in (*run.ELSEWHERE, *run.ENGINE))


def test_the_check_of_the_processor_can_fail():
    """It must not pass without the variables, nor with a name that numpy does not know."""
    from numpy._core._multiarray_umath import __cpu_features__ as features

    step = next(step for step in run.processor_steps() if step.name == "Nehalem: set")
    loops = step.variables["NPY_DISABLE_CPU_FEATURES"].split()
    if step.impossible or not any(features[name] for name in loops):
        pytest.skip("this processor has none of numpy's faster loops to switch off")
    for wrong in ({}, step.variables | {"NPY_DISABLE_CPU_FEATURES": "NO_SUCH_LOOP"},
                  step.variables | {"OPENBLAS_CORETYPE": "Haswell"}):
        ended = subprocess.run(step.command, env={**os.environ, **wrong}, capture_output=True)
        assert ended.returncode != 0, wrong
    assert subprocess.run(step.command, env={**os.environ, **step.variables},
                          capture_output=True).returncode == 0
