"""Run stored notebooks again and compare every output with what is stored (nbval).

    python -m tools.rerun [NOTEBOOK ...]      (default: every notebook of the course)

What nbval compares: printed text, plain text, HTML, LaTeX, an output too many or too few, stderr,
errors. A figure is compared by its description. Cells tagged `tensorflow` are left out where it is
not installed, and the last line says how many.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from nbconvert.filters import strip_ansi

from tools import kernel, twin
from tools.nbval_plugin import LEFT_OUT


def rerun(paths, *options):
    """Run notebooks under nbval in a process of its own; return it, finished.

    Args:
        paths: notebooks; each gets a fresh kernel, in its own folder.
        options: more options for pytest.

    Returns:
        A `subprocess.CompletedProcess`: `returncode` is 0 if all outputs agree, else not; `stdout`.
    """
    command = [
        sys.executable, "-m", "pytest",
        # the project's own settings and conftest are for its unit tests
        "-c", os.devnull, f"--rootdir={twin.ROOT}", "--noconftest", "-p", "no:cacheprovider",
        "-p", "nbval.plugin", "-p", "tools.nbval_plugin",
        "--nbval", "--nbval-current-env", f"--nbval-cell-timeout={kernel.CELL_SECONDS}",
        "-q", "-rs", "--color=no", *options, *(str(Path(path).resolve()) for path in paths),
    ]
    with kernel.environment() as variables:
        run = subprocess.run(
            command, cwd=twin.ROOT, text=True, encoding="utf8", errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            # other plugins (coverage, xdist) have no business in there
            env=variables | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    run.stdout = strip_ansi(run.stdout)  # a kernel colours its tracebacks whatever it is told
    return run


def left_out(stdout):
    """Return how many of TensorFlow's cells a run left out."""
    return sum(int(count) for count in re.findall(rf"^SKIPPED \[(\d+)\].*{re.escape(LEFT_OUT)}",
                                                  stdout, re.MULTILINE))


def main(arguments=None):
    """Run the notebooks named again, print what differs; return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    paths = arguments or sorted(twin.NOTEBOOKS.glob("*.ipynb"))
    if not paths:
        print("there is no notebook to run; expected notebooks/*.ipynb (python -m tools.build)")
        return 1
    run = rerun(paths)
    print(run.stdout.rstrip())
    missing = left_out(run.stdout)
    print(f"{len(paths)} notebooks {'differ' if run.returncode else 'agree'}"
          + (f"; {missing} cells {LEFT_OUT}" if missing else "; no cell left out"))
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
