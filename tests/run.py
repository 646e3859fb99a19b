"""The steps of `make test` and `make prove`, and one last line that says what came of them.

    .venv/bin/python tests/run.py test      lint, unit tests, notebooks, the court
    .venv/bin/python tests/run.py prove     browser, other frameworks, seeds, processors, mutants

Every step is a command of its own whose output passes through. All steps run, whatever fails. What
pytest skipped is read from its report, so the last line names what this machine could not show.
"""

import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
HERE = sys.executable
TEACHING, BENCH = (str(ROOT / folder / "bin" / "python")
                   for folder in (".venv-teaching", ".venv-bench"))
# They need what .venv has not, or much time.
ELSEWHERE = ("tests/browser", "tests/peers", "tests/sources", "tests/seeds", "tests/mutants")
ENGINE = ("tests/activations", "tests/test_networks.py", "tests/test_training.py")
HASWELL = ("X86_V3", "AVX2", "FMA3")  # those of numpy's loops that it has, by newer and older names


class Step(NamedTuple):
    """A command, the variables it adds to the environment, or why it cannot run here."""

    name: str
    command: tuple
    variables: dict = {}
    impossible: str = ""


def pytest(python, *arguments):
    """A pytest command in the environment of `python`."""
    return (python, "-m", "pytest", *arguments)


def test_steps():
    """What `make test` runs; the notebooks are run again by tests/test_notebooks.py."""
    ignored = (f"--ignore={folder}" for folder in ELSEWHERE)
    # Two at a time, a file each; their small matrix products gain nothing from further threads.
    together, alone = ("-n", "2", "--dist", "loadfile"), {"OPENBLAS_NUM_THREADS": "1"}
    return [Step("lint", (HERE, "-m", "ruff", "check", ".")),
            Step("tests", pytest(HERE, *together, "tests", *ignored), alone),
            Step("court", (HERE, "-m", "course_lib.court", "--seed", "0")),
            Step("papers", (HERE, "-m", "course_lib.court", "--papers", "--seed", "0"))]


def prove_steps():
    """What `make prove` runs."""
    return [Step("browser", pytest(TEACHING, "tests/browser")),
            Step("digits' source", pytest(TEACHING, "tests/sources")),
            Step("other frameworks", pytest(BENCH, "tests/peers")),
            Step("other seeds", pytest(HERE, "tests/seeds")),
            Step("sampled mutants", pytest(TEACHING, "-v", "tests/mutants")),
            *processor_steps()]


def processor_steps():
    """The notebooks and the engine's tests as older processors would compute them.

    OPENBLAS_CORETYPE chooses the matrix kernels; NPY_DISABLE_CPU_FEATURES switches off numpy's own
    faster loops. Which of those there are is asked of numpy, because their names change between
    versions and an unknown one is ignored with a warning nobody sees: hence the check before each.
    """
    from numpy._core._multiarray_umath import __cpu_dispatch__ as loops
    from numpy._core._multiarray_umath import __cpu_features__ as features

    kernels = {"Nehalem": loops, "Haswell": [name for name in loops if name not in HASWELL]}
    for core, off in kernels.items():
        why = ""
        if platform.machine() not in ("x86_64", "AMD64"):
            why = f"kernels of {core} (this processor is {platform.machine()}, not x86-64)"
        elif core == "Haswell" and not features["AVX2"]:
            why = f"kernels of {core} (this processor has no AVX2)"
        variables = {"OPENBLAS_CORETYPE": core, "NPY_DISABLE_CPU_FEATURES": " ".join(off)}
        off_code = PROCESSOR_CHECK.format(core=core, off=off)
        for name, command in (
            ("set", (HERE, "-W", "error::ImportWarning", "-c", off_code)),
            ("notebooks", (HERE, "-m", "tools.rerun")),
            ("engine", pytest(HERE, *ENGINE)),
        ):
            yield Step(f"{core}: {name}", command, variables, why)


PROCESSOR_CHECK = """
import numpy, scipy.linalg, threadpoolctl
from numpy._core._multiarray_umath import __cpu_features__ as features
on = [name for name in {off} if features[name]]
assert not on, f"still on: {{on}}"
blas = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
cores = {{one["architecture"] for one in blas}}
assert cores == {{"{core}"}}, f"BLAS uses {{cores}}, not {core}"
print("computing as {core} does, without", *{off})
"""


def skipped(report):
    """The reasons for which pytest skipped something, from its XML report, if there is one."""
    if not report.exists():
        return []
    return [skip.get("message") for skip in ElementTree.parse(report).iter("skipped")
            if skip.get("type") == "pytest.skip"]


def run(step, folder):
    """Run one step; return (whether it passed, the reasons of what it skipped)."""
    shown = [f"{name}={shlex.quote(value)}" for name, value in step.variables.items()]
    report, command = Path(folder) / "report.xml", list(step.command)
    short = "python" if command[0] == HERE else os.path.relpath(command[0], ROOT)
    if "-c" not in command:
        shown.append(shlex.join([short, *command[1:]]))
    if "pytest" in command:
        report.unlink(missing_ok=True)
        command.append(f"--junit-xml={report}")
    print(f"\n=== {step.name}: {' '.join(shown)}", flush=True)
    began = time.perf_counter()
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, **step.variables}).returncode
    print(f"=== {step.name}: {'passed' if code == 0 else f'FAILED ({code})'} "
          f"in {time.perf_counter() - began:.0f} s", flush=True)
    return code == 0, skipped(report) if "pytest" in command else []


def main(target):
    """Run the steps of a target; the last line printed is the whole story."""
    began, failed, passed, left_out = time.perf_counter(), [], 0, []
    with tempfile.TemporaryDirectory() as folder:
        for step in {"test": test_steps, "prove": prove_steps}[target]():
            if step.impossible:
                left_out.append(step.impossible)
                continue
            good, reasons = run(step, folder)
            passed += good
            failed += [] if good else [step.name]
            left_out += [f"{step.name}: {reason}" for reason in reasons]
    result = f"FAILED: {', '.join(failed)}; {passed} steps passed" if failed else \
        f"all {passed} steps passed"
    print(f"\nmake {target}: {result}, {time.perf_counter() - began:.0f} s; "
          f"left out: {'; '.join(dict.fromkeys(left_out)) or 'nothing'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
