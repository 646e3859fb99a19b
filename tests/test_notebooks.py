"""The course's own notebooks: in step with their texts, without fault, and true when run again."""

import nbformat
import pytest

from tools import kernel, rerun, strict, twin
from tools.nbval_plugin import LEFT_OUT

STORED = sorted(twin.NOTEBOOKS.glob("*.ipynb"))
each = pytest.mark.parametrize("path", STORED, ids=[path.stem for path in STORED])


def test_there_are_notebooks():
    assert STORED, ("notebooks/ has no notebook; expected one for each notebooks/text/*.md: "
                    "run python -m tools.build")


def test_every_text_is_built():
    missing = [text.stem for text in twin.texts() if not twin.notebook_of(text).exists()]
    assert not missing, f"no notebook for {', '.join(missing)}: run python -m tools.build"


@each
def test_no_fault_in_the_files(path):
    faults = [f"cell {fault.cell}: {fault.what}; expected {fault.expected}"
              for fault in strict.check(path)]
    if faults:
        pytest.fail(f"{path.name} has {len(faults)} faults\n" + "\n".join(faults), pytrace=False)


@each
def test_every_output_is_the_same_when_run_again(path):
    run = rerun.rerun([path])
    if run.returncode:
        pytest.fail(f"{path.name} differs when run again\n{run.stdout}", pytrace=False)


def test_tensorflow_cells_too():
    """Says what was left out, in a line of its own, where TensorFlow cannot be installed."""
    tagged = {path.stem: count for path in STORED if (count := sum(
        "tensorflow" in cell.metadata.get("tags", [])
        for cell in nbformat.read(path, as_version=4).cells))}
    if tagged and not kernel.has_tensorflow():
        pytest.skip(f"{', '.join(f'{count} cells of {name}' for name, count in tagged.items())} "
                    f"{LEFT_OUT}")
