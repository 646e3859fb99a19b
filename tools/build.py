"""Build notebooks from their texts: read, run, clean, store. Byte for byte the same twice in a row.

    python -m tools.build [NAME ...]      run notebooks/text/NAME.md, store notebooks/NAME.ipynb
    python -m tools.build --check         run nothing; say which notebooks are out of step

A NAME is a chapter, the start of one ("02"), or a path FOLDER/text/NAME.md; without any, all.
Where a cell fails, the notebook stored before stays as it was.
"""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from tools import kernel, twin

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # carries random ids
PROBE = "'tensorflow' in __import__('sys').modules"


class BuildError(Exception):
    """A text that cannot become a notebook; the message names the cell."""


def build(text):
    """Run a text and store its notebook. Return the notebook's path.

    Raises:
        BuildError: naming the cell, if one fails, takes too long or is not run; and if TensorFlow
            is used undeclared or is declared and not installed.
        ValueError: if the text itself is wrong (see `twin.read`).
    """
    target = twin.notebook_of(text)
    notebook = twin.read(text)
    metadata = notebook.metadata.copy()
    declared = metadata.get("uses_tensorflow", False)
    if declared and not kernel.has_tensorflow():
        raise BuildError(f"{target.name} uses TensorFlow, which is not installed; "
                         "build it with a Python that has a wheel for it")
    notebook.cells.append(new_code_cell(PROBE))  # asks the kernel at the end; never stored
    _run(notebook, target)
    probe = notebook.cells.pop()
    if probe.outputs[0].data["text/plain"] == "True" and not declared:
        raise BuildError(f"{target.name} has imported TensorFlow; "
                         "expected 'uses_tensorflow: true' in the header of its text")
    notebook.metadata = metadata  # nbclient writes this Python's version into it
    _clean(notebook)
    nbformat.validate(notebook)
    _store(target, nbformat.writes(notebook) + "\n")
    return target


def _run(notebook, target):
    """Run every cell in a fresh kernel whose working directory is the notebook's folder."""
    started = []
    with kernel.environment() as variables, TemporaryDirectory(prefix="k-") as sockets:
        # Sockets in a folder of our own: nothing else on the machine can listen. Windows has none.
        ipc = {"KernelManager": {"transport": "ipc", "ip": str(Path(sockets, "k"))}}
        client = NotebookClient(
            notebook, timeout=kernel.CELL_SECONDS, kernel_name="python3",
            config=Config({} if os.name == "nt" else ipc),
            on_cell_start=lambda cell, cell_index: started.append(cell_index),
            record_timing=False, store_widget_state=False, coalesce_streams=True)
        try:
            client.execute(env=variables, cwd=str(target.parent))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            cell = notebook.cells[started[-1]]
            raise BuildError(f"{target.name} cell {started[-1] + 1} failed; the notebook stored "
                             f"before is unchanged\n{_indent(cell.source)}\n{_last(error)}"
                             ) from error
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        if cell.execution_count != count:
            raise BuildError(f"{target.name}: execution count {cell.execution_count} where {count} "
                             f"was expected (an empty or skipped cell?)\n{_indent(cell.source)}")


def _indent(source):
    return "\n".join(f"    | {line}" for line in source.splitlines())


def _last(error, lines=8):
    """Return the last lines of a cell's traceback, without colours."""
    from nbconvert.filters import strip_ansi  # slow to import, and only needed here

    text = strip_ansi(getattr(error, "traceback", "") or str(error) or type(error).__name__)
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])


def _clean(notebook):
    """Drop widget views from the outputs, and outputs that held nothing else."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                if "data" in output:
                    output.data.pop(WIDGET_VIEW, None)
            cell.outputs = [out for out in cell.outputs if out.get("data", True)]


def _store(target, text):
    """Write a file whole or not at all: a build that is interrupted leaves the old one."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf8", newline="\n")
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def check(text):
    """Return where the notebook of a text departs from it, as lines; none if they agree."""
    target = twin.notebook_of(text)
    if not target.exists():
        return [f"{target.name}: not built yet"]
    return [f"{target.name} cell {cell}: {what}; expected {expected}"
            for cell, what, expected in twin.differences(text, twin.load(target))]


def main(arguments=None):
    """Build or check the chapters named; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--check", action="store_true", help="run nothing")
    chosen = parser.parse_args(arguments)
    try:
        texts = twin.texts(chosen.names)
        if chosen.check:
            found = [line for text in texts for line in check(text)]
            print("\n".join([*found, f"{len(texts)} texts, {len(found)} differences"]))
            return int(bool(found))
        for text in texts:
            start = perf_counter()
            print(f"{text.stem} ...", end=" ", flush=True)
            build(text)
            print(f"{perf_counter() - start:.1f} s", flush=True)
    except (BuildError, ValueError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
