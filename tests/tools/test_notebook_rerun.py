"""Every fault that only running again shows, planted in a good notebook, is refused by nbval."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import nbformat
import pytest

from tools import rerun, twin


@pytest.fixture(scope="module")
def verdicts(good, tmp_path_factory):
    """From a cell's number among code cells to None if nbval let it pass, else nbval's message."""
    folder = good.copy(tmp_path_factory.mktemp("planted") / "copy")
    notebook = folder.load()
    figure = good.cell(notebook, "figures.panels")

    def add(source, outputs):
        new = nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=1)
        notebook.cells.append(new)

    stream = nbformat.v4.new_output
    add("print(0.25)", [stream("stream", text="0.25\n")])
    add("print(0.25)", [stream("stream", text="0.26\n")])
    add("print(1)\nz", [stream("stream", text="1\n")])
    add("print(1)", [stream("stream", text="1\n"), stream("display_data", {"text/plain": "2"})])
    add("print(1)\nimport sys\nprint('careful', file=sys.stderr)", [stream("stream", text="1\n")])
    add("HTML('<b>0.25</b>')", [stream("execute_result", {
        "text/html": "<b>0.26</b>", "text/plain": "<IPython.core.display.HTML object>"})])
    # the wrong curve: drawn from other data than the stored words describe
    assert "slope(z)," in figure.source
    add(figure.source.replace("slope(z),", "1.1 * slope(z),"), figure.outputs)
    # the right curve with other words
    other = [nbformat.from_dict(output) for output in figure.outputs]
    other[0] = nbformat.from_dict({**other[0], "data": {
        **other[0].data, "text/plain": other[0].data["text/plain"] + " It is steep."}})
    add(figure.source, other)
    add("1 / 0", [])
    add("assert slope(0) == 0.3", [])
    folder.save(notebook)
    report = folder.path / "report.xml"
    run = rerun.rerun([folder.notebook], f"--junitxml={report}")
    assert run.returncode == 1, run.stdout
    assert "ZeroDivisionError" in run.stdout and "\x1b" not in run.stdout
    found = []
    for case in ET.parse(report).iter("testcase"):
        failure = case.find("failure")
        found.append(None if failure is None else failure.get("message", "") + (failure.text or ""))
    code = [cell for cell in good.load().cells if cell.cell_type == "code"]
    return found[:len(code)], found[len(code):]


def test_the_good_notebook_agrees_with_itself_labs_included(verdicts):
    """The lab's stored display has no widget view and the fresh one has; words are compared."""
    assert verdicts[0] == [None] * 8


@pytest.mark.parametrize("place, what", list(enumerate([
    None,                              # the same output
    "mismatch 'stdout'",               # another output
    "Unexpected output fields",        # an output too many
    "Missing output fields",           # one too few
    "Unexpected output fields from running code: {'stderr'}",
    "mismatch 'text/html'",
    "mismatch 'text/plain'",           # a wrong curve
    "mismatch 'text/plain'",           # another description
    "ZeroDivisionError",
    "AssertionError",
])), ids=["same", "differs", "extra", "missing", "stderr", "table", "wrong-curve", "description",
         "error", "assertion"])
def test_a_fault_seen_by_running_is_refused(verdicts, place, what):
    verdict = verdicts[1][place]
    assert verdict is None if what is None else what in (verdict or "nothing refused")


# Where TensorFlow has no wheel


@pytest.mark.parametrize("tags, status, words", [
    (["tensorflow"], 0, "1 notebooks agree; 1 cells left out: TensorFlow is not installed"),
    ([], 1, "1 notebooks differ; no cell left out"),
])
def test_tagged_cells_are_left_out_without_tensorflow_and_told(tmp_path, tags, status, words):
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell("print(1)", execution_count=1, outputs=[
            nbformat.v4.new_output("stream", text="1\n")]),
        nbformat.v4.new_code_cell("from tensorflow import absent", execution_count=2,
                                  metadata={"tags": tags})])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    # Python looks for sitecustomize at its start: a machine without the wheel
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.modules['tensorflow'] = None", encoding="utf8")
    run = subprocess.run(
        [sys.executable, "-m", "tools.rerun", str(tmp_path / "a.ipynb")], cwd=twin.ROOT, text=True,
        capture_output=True, check=False, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert run.returncode == status, run.stdout + run.stderr
    assert words in run.stdout.splitlines()[-1]
