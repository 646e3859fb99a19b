"""Every fault that can be seen in a notebook's files, planted in a good one, is refused."""

import nbformat
import pytest

from tools import build, strict

VIEW = "application/vnd.jupyter.widget-view+json"


def test_the_good_notebook_has_no_fault(good):
    assert strict.check(good.notebook) == []
    assert strict.main([str(good.notebook)]) == 0
    assert build.main(["--check", str(good.text)]) == 0


# Edits to one cell. Each returns a function of the cell.


def source(old, new):
    def edit(cell):
        assert old in cell.source
        cell.source = cell.source.replace(old, new)
    return edit


def more(line):
    return lambda cell: cell.update(source=f"{line}\n{cell.source}")


def count(number):
    return lambda cell: cell.update(execution_count=number)


def tags(*names):
    return lambda cell: cell.metadata.update(tags=list(names))


def outputs(*new):
    return lambda cell: cell.update(outputs=[nbformat.from_dict(output) for output in new])


def first_output(**changes):
    return lambda cell: cell.outputs[0].update(changes)


def words(text, kind="text/plain"):
    return lambda cell: cell.outputs[0].data.update({kind: text})


def renamed(kind, other):
    def edit(cell):
        cell.outputs[0].data[other] = cell.outputs[0].data.pop(kind)
    return edit


def only_the_picture(cell):
    del cell.outputs[0].data["text/plain"], cell.outputs[1:]


def without_picture(cell):
    del cell.outputs[0].data["image/png"]


def other_alt(cell):
    cell.outputs[0].metadata["image/png"].alt = "Figure: another."


# The cells of good.md, by a piece of their source
FIGURE, SHOW, PRINT = "figures.panels", "slope(np.array([0.0, 1.0]))", "for z in"
GUARDED, LAB, TABLE, PROSE = "noise =", "Lab:", "HTML(\"<table", "At 5 it has"
TF = "TensorFlow in a chapter that does not declare it"
ERROR = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
STDERR = nbformat.v4.new_output("stream", name="stderr", text="Warning: careful\n")

FAULTS = {
    "count": (FIGURE, count(9), "execution count 9"),
    "stripped": (SHOW, count(None), "execution count None"),
    "result-number": (SHOW, first_output(execution_count=1), "a result numbered 1"),
    "empty-cell": (SHOW, source(SHOW, " "), "an empty code cell"),
    "semicolon": (SHOW, source(SHOW, SHOW + ";"), "a trailing ';'"),
    "semicolon-comment": (SHOW, source(SHOW, SHOW + ";  # words"), "a trailing ';'"),
    "long-cell": (SHOW, more("\n".join(f"a{i} = {i}" for i in range(25))), "26 lines of code"),
    "wide-line": (SHOW, more("x = 1  # " + "a" * 71), "line 1 is 80 columns"),
    "unguarded": (GUARDED, source("assert", "print"), "neither compared nor guarded"),
    "unguarded-by-comment": (SHOW, more("# NBVAL_IGNORE_OUTPUT"), "neither compared nor guarded"),
    "skip-tag": (GUARDED, tags("nbval-skip"), "'nbval-skip' switches"),
    "skip-comment": (SHOW, more("# NBVAL_SKIP"), "'nbval_skip' switches"),
    "error-allowed": (SHOW, tags("raises-exception"), "'raises-exception' switches"),
    "shows-nothing": (SHOW, outputs(), "a last line that shows nothing"),
    "only-a-picture": (FIGURE, only_the_picture, "an output with no words"),
    "undescribed": (FIGURE, words("<Figure size 800x320>"), "a figure without description"),
    "alt": (FIGURE, other_alt, "a figure whose alt text is not its description"),
    "no-picture": (FIGURE, without_picture, "a description without its picture"),
    "svg": (FIGURE, renamed("image/png", "image/svg+xml"), "a picture of type image/svg+xml"),
    "markdown-picture": (PROSE, more("![](map.png)"), "a picture without a description"),
    "error": (SHOW, outputs(ERROR), "a stored error, ValueError: no"),
    "stderr": (PRINT, outputs(STDERR), "stderr is stored: 'Warning: careful'"),
    "path": (SHOW, words("saved to /home/ada/x.npz"), "a machine path is stored: '/home'"),
    "path-deep": (PRINT, first_output(text="/srv/data/x"), "a machine path"),
    "path-windows": (SHOW, words(r"C:\Users\ada"), "a machine path"),
    "path-library": (SHOW, words("lib/site-packages/x"), "a machine path"),
    "address": (SHOW, words("<object at 0x7f12ab34cd56>"), "a memory address"),
    "address-html": (TABLE, words("&lt;f at 0x7f12ab34&gt;", "text/html"), "a memory address"),
    "view": (LAB, words({"model_id": "1"}, VIEW), "a widget view is stored"),
    "widget-repr": (SHOW, words("IntSlider(value=3)"), "a widget's repr is stored"),
    "tensorflow": (SHOW, more("import tensorflow as tf"), TF),
    "keras": (SHOW, more("from keras import layers"), TF),
    "keras-tools": (SHOW, more("from course_lib import figures, keras_tools"), TF),
    "keras-tools-by-name": (SHOW, more("x = course_lib.keras_tools.mlp"), TF),
    "untagged": (SHOW, more("import tensorflow as tf"), "TensorFlow in a cell without the tag"),
    "undeclared": (SHOW, tags("tensorflow"), "uses_tensorflow is False and 1 cells are tagged"),
    "prose": (PROSE, source("0.0066", "0.0067"), "'0.0067' in the prose is in no output"),
    "fact": (PROSE, more("<!-- facts: 12 -->"), "the fact '12' is declared and not told"),
}


def faults_after(folder, edit):
    """Edit the notebook of a folder; return what strict says, out-of-step aside."""
    notebook = folder.load()
    edit(notebook)
    folder.save(notebook)
    return [fault for fault in strict.check(folder.notebook)
            if "out of step" not in fault.what and "as its text says" not in fault.expected]


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_refused(copy, name, capsys):
    fragment, edit, what = FAULTS[name]
    faults = faults_after(copy, lambda notebook: edit(copy.cell(notebook, fragment)))
    number = [fragment in cell.source for cell in copy.load().cells].index(True) + 1 \
        if name not in ("empty-cell", "undeclared") else None
    assert any(what in fault.what and number in (fault.cell, None) for fault in faults), faults
    assert strict.main([str(copy.notebook)]) == 1
    assert what in capsys.readouterr().out


@pytest.mark.parametrize("line", [
    "x = 'a;'", "# b; c", "import numpy as np", "x = 1 / 2 / 3  # and/or/not", "%matplotlib inline",
])
def test_what_is_no_fault_is_let_pass(copy, line):
    faults = faults_after(copy, lambda notebook: more(line)(copy.cell(notebook, SHOW)))
    assert faults == []


@pytest.mark.parametrize("shown", [
    "https://example.org/a/b/c/d", "a/b/c/d", "1/2/3/4", "0x3ff0000000000000", "Estimate(value=3)",
])
def test_an_output_that_is_no_fault_is_let_pass(copy, shown):
    assert faults_after(copy, lambda notebook: words(shown)(copy.cell(notebook, SHOW))) == []


@pytest.mark.parametrize("last", ["x = 1", "import os", "def f():\n    return 1", "assert True"])
def test_a_cell_whose_output_is_empty_by_nature_is_let_pass(copy, last):
    def edit(notebook):
        copy.cell(notebook, SHOW).update(source=last, outputs=[])
    assert faults_after(copy, edit) == []


def test_widget_state_is_refused(copy):
    faults = faults_after(copy, lambda notebook: notebook.metadata.update(widgets={}))
    assert [fault.what for fault in faults] == ["widget state is stored"]


def test_tensorflow_declared_in_vain_is_refused(copy):
    faults = faults_after(copy, lambda notebook: notebook.metadata.update(uses_tensorflow=True))
    assert [fault.what for fault in faults] == [
        "uses_tensorflow is True and 0 cells are tagged 'tensorflow'"]


@pytest.mark.parametrize("line, refused", [
    ("model", True), ("def f():\n    return model\nf", True), ("[model for _ in 'ab']", True),
    ("model = 2\nmodel", False), ("def f(model):\n    return model\nf(1)", False),
    ("[model for model in 'ab']", False),
])
def test_what_a_tagged_cell_makes_is_used_in_tagged_cells_only(copy, line, refused):
    def edit(notebook):
        notebook.metadata.uses_tensorflow = True
        copy.cell(notebook, PRINT).metadata.tags = ["tensorflow"]
        copy.cell(notebook, PRINT).source += "\nmodel = 1"
        copy.cell(notebook, SHOW).source += f"\n{line}"
    assert [fault.what for fault in faults_after(copy, edit)] == [
        "'model' comes from a cell tagged 'tensorflow'"] * refused


# Text and notebook out of step


@pytest.mark.parametrize("old, new, what", [
    ("np.array([0.0, 1.0])", "np.array([0.0, 2.0])", "out of step with its text: code 'slope"),
    ("*own*", "own", "out of step with its text: markdown"),
    (":tags: [lab]\n", "", 'metadata {"tags": ["lab"]}'),
    ('"slide"}}', '"skip"}}', 'metadata {"slideshow"'),
    ("title: A small", "title: The small", "the notebook's metadata is"),
    ("## Move it", "```{code-cell}\nx = 1\n```\n\n## Move it", "out of step with its text: no"),
])
def test_a_text_that_says_otherwise_is_refused(copy, old, new, what, capsys):
    text = copy.text.read_text(encoding="utf8")
    assert old in text
    copy.text.write_text(text.replace(old, new), encoding="utf8")
    before = copy.notebook.read_bytes()
    assert [fault for fault in strict.check(copy.notebook) if what in fault.what]
    assert build.main(["--check", str(copy.text)]) == 1
    assert what in capsys.readouterr().out
    assert copy.notebook.read_bytes() == before  # --check runs and stores nothing


def test_a_cell_with_another_id_is_refused(copy):
    notebook = copy.load()
    copy.cell(notebook, SHOW).id = "another"
    copy.save(notebook)
    assert ['id "another"'] == [fault.what for fault in strict.check(copy.notebook)]


def test_a_notebook_without_its_text_is_refused(copy):
    copy.text.unlink()
    assert [fault.what for fault in strict.check(copy.notebook)] == ["no text to compare with"]


def test_a_text_that_cannot_be_read_is_told(copy):
    copy.text.write_text("---\nauthor: me\n---\n\n# A\n", encoding="utf8")
    assert ["the header has metadata 'author'" in fault.what
            for fault in strict.check(copy.notebook)] == [True]


@pytest.mark.parametrize("text", [
    "<<<<<<< ours", '{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}',
    '{"nbformat": 4, "nbformat_minor": 5}',
])
def test_a_notebook_that_cannot_be_read_is_refused(copy, text):
    copy.notebook.write_text(text, encoding="utf8")
    assert ["cannot be read" in fault.what for fault in strict.check(copy.notebook)] == [True]


def test_without_notebooks_there_is_nothing_to_praise(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tools.twin.NOTEBOOKS", tmp_path)
    assert strict.main([]) == 1
    assert "0 notebooks" in capsys.readouterr().out
