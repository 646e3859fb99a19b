"""What a stored notebook must not contain, seen in the files without running anything.

    python -m tools.strict [NOTEBOOK ...]      (default: every notebook of the course)

Running a notebook again and comparing its outputs is nbval's part (tools/rerun.py). nbval does not
look at pictures, widget views, output metadata (a picture's alt text) or execution counts, passes a
cell that was never run, and obeys tags that switch it off. So this checks that every cell was run,
that every output has something nbval compares, and that what it compares is fit to be compared and
read. Numbers in prose: tools/prose.py.
"""

import ast
import re
import sys
import tokenize
from io import StringIO
from pathlib import Path
from symtable import symtable
from typing import NamedTuple

import ipywidgets
from IPython.core.inputtransformer2 import TransformerManager

from tools import prose, twin
from tools.markup import images, shown

LINES, COLUMNS = 25, 79
IGNORED = {"nbval-ignore-output", "nbval_ignore_output", "pytest_validate_ignore_output"}
SWITCHED_OFF = {"nbval-skip", "nbval_skip", "skip-execution",
                "raises-exception", "nbval-raises-exception", "nbval_raises_exception"}
PATH = re.compile(r"(?<![\w:/.])/(?:(?:home|root|tmp|usr|var|opt|mnt|Users)\b|(?:[\w.-]+/){2,})"
                  r"|\b[A-Za-z]:\\\w|file://|site-packages")
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
TENSORFLOW = {"tensorflow", "keras", "keras_tools"}


class Fault(NamedTuple):
    """A fault of a notebook. Cells count from 1, text cells too; 0 is the notebook as a whole."""

    cell: int
    what: str
    expected: str


def check(path):
    """Return the faults of a stored notebook, in the order of its cells; [] if it has none.

    Raises:
        FileNotFoundError: if there is no such notebook.
    """
    path = Path(path)
    try:
        notebook = twin.load(path)
    except ValueError as error:
        return [Fault(0, f"cannot be read: {error}"[:200], "a notebook stored by tools.build")]
    faults = [*_in_step(path, notebook), *prose.check(notebook.cells), *_tensorflow(notebook)]
    if "widgets" in notebook.metadata:
        faults.append((0, "widget state is stored", "none: labs store a picture and a sentence"))
    count = 0
    for number, cell in enumerate(notebook.cells, 1):
        found = []
        if cell.cell_type == "code":
            count += 1
            found = [*_run(cell, count), *_source(cell), *_compared(cell),
                     *(fault for output in cell.outputs for fault in _output(output))]
        elif cell.cell_type == "markdown" and not all(images(cell.source)):
            found = [("a picture without a description", "![what it shows](file)")]
        faults += [(number, *fault) for fault in found]
    return [Fault(*fault) for fault in sorted(faults)]


def _in_step(path, notebook):
    text = twin.text_of(path)
    if not text.exists():
        return [(0, "no text to compare with", f"text/{text.name} beside it")]
    try:
        return twin.differences(text, notebook)
    except ValueError as error:
        return [(0, str(error), "a text that can be built")]


def _run(cell, count):
    if cell.execution_count != count:
        yield (f"execution count {cell.execution_count}",
               f"{count}: every code cell run once, in order")
    for output in cell.outputs:
        if output.get("execution_count", count) != count:
            yield f"a result numbered {output.execution_count}", f"{count}, as its cell"


def _source(cell):
    lines = cell.source.splitlines()
    if not cell.source.strip():
        yield "an empty code cell", "a cell with code"
    if _ends_with_semicolon(cell.source):
        yield "a trailing ';' hides the result, so nothing is compared", "no ';' at the end"
    filled = sum(bool(line.strip()) for line in lines)
    if filled > LINES:
        yield f"{filled} lines of code", f"at most {LINES}"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            yield f"line {number} is {len(line)} columns wide", f"at most {COLUMNS}"


def _ends_with_semicolon(source):
    try:
        tokens = [token.string for token in tokenize.generate_tokens(StringIO(source).readline)
                  if token.string.strip() and token.type != tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError):  # a shell command or an unfinished line
        tokens = []
    return source.rstrip().endswith(";") or tokens[-1:] == [";"]


def _tree(source):
    """Return a cell's syntax tree; magics count as the calls they stand for."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.Module([], [])


def _compared(cell):
    """Yield the fault of a cell whose output nothing compares and nothing guards."""
    tree = _tree(cell.source)
    comments = {line.strip().lstrip("#").strip().lower() for line in cell.source.splitlines()
                if line.strip().startswith("#")}
    marks = set(cell.metadata.get("tags", [])) | comments
    guarded = any(isinstance(node, ast.Assert) for node in ast.walk(tree))
    for mark in sorted(marks & SWITCHED_OFF):
        yield (f"'{mark}' switches the comparison off, assertions included",
               "no such tag; 'nbval-ignore-output' with an assert where an output must vary")
    if guarded:
        return
    if marks & IGNORED:
        yield "an output that is neither compared nor guarded", "an assert in the cell"
    elif cell.outputs and not any(shown(output).strip() for output in cell.outputs):
        yield "an output with no words, which nothing compares", "words, or an assert in the cell"
    elif not cell.outputs and tree.body and isinstance(tree.body[-1], ast.Expr):
        yield ("a last line that shows nothing, so nothing is compared",
               "a result, an assignment, or an assert in the cell")


def _output(output):
    """Yield what is wrong with one output."""
    data, words = output.get("data", {}), output.get("data", {}).get("text/plain", "")
    if output.output_type == "error":
        yield f"a stored error, {output.ename}: {output.evalue}", "a cell that runs to its end"
        return
    if output.get("name") == "stderr":
        yield f"stderr is stored: {output.text.strip()[:60]!r}", "nothing on stderr"
    if any("widget-view" in kind for kind in data):
        yield "a widget view is stored", "none: a picture and a sentence (tools.build drops views)"
    elif _is_widget_repr(words):
        yield (f"a widget's repr is stored: {words[:40]!r}",
               "words for readers without a kernel ('Lab: ...')")
    for pattern, name in ((PATH, "a machine path"), (ADDRESS, "a memory address")):
        match = pattern.search(shown(output))
        if match:
            yield f"{name} is stored: {match[0]!r}", "an output that is the same everywhere"
    pictures = [kind for kind in data if kind.startswith("image/")]
    for kind in pictures:
        if kind != "image/png":
            yield f"a picture of type {kind}", "image/png: an untrusted notebook drops others"
        if not re.match(r"(Figure|Lab): \S", words):
            yield (f"a figure without description: {words[:60]!r}",
                   "text 'Figure: ...' or 'Lab: ...'")
        elif output.metadata.get(kind, {}).get("alt") != words:
            yield ("a figure whose alt text is not its description: "
                   f"{output.metadata.get(kind, {}).get('alt')!r}"[:120], f"{words[:60]!r}...")
    if re.match(r"(Figure|Lab): ", words) and not pictures:
        yield f"a description without its picture: {words[:60]!r}", "an image/png beside it"


def _is_widget_repr(words):
    name = words.partition("(")[0]
    return hasattr(ipywidgets, name) or bool(re.match(r"\w+\(children=\(", words))


def _tensorflow(notebook):
    """Yield where TensorFlow is used undeclared, untagged, or declared in vain."""
    declared, tagged = notebook.metadata.get("uses_tensorflow"), 0
    borrowed, own = set(), set()  # names that only tagged cells define; names the others define
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code":
            continue
        tree, tag = _tree(cell.source), "tensorflow" in cell.metadata.get("tags", [])
        tagged += tag
        if _names_tensorflow(tree):
            if not declared:
                yield (number, "TensorFlow in a chapter that does not declare it",
                       "'uses_tensorflow: true' in the header of its text")
            if not tag:
                yield (number, "TensorFlow in a cell without the tag 'tensorflow'",
                       "the tag: such cells are left out where TensorFlow has no wheel")
        defined, needed = _names(cell.source)
        if tag:
            borrowed |= defined - own
        else:
            for name in sorted(needed & borrowed):
                yield (number, f"'{name}' comes from a cell tagged 'tensorflow'",
                       "the tag here too: this cell cannot run where that one is left out")
            own |= defined
            borrowed -= defined
    if bool(declared) != bool(tagged):
        yield (0, f"uses_tensorflow is {bool(declared)} and {tagged} cells are tagged 'tensorflow'",
               "both or neither")


def _names_tensorflow(tree):
    return any(
        isinstance(node, ast.Import | ast.ImportFrom) and TENSORFLOW & {
            part for name in [getattr(node, "module", None) or "", *(a.name for a in node.names)]
            for part in name.split(".")}
        or isinstance(node, ast.Attribute) and node.attr == "keras_tools"
        or isinstance(node, ast.Name) and node.id == "keras_tools"
        for node in ast.walk(tree))


def _names(source):
    """Return the names a cell defines for later cells, and those it needs from earlier ones."""
    try:
        scopes = [symtable(TransformerManager().transform_cell(source), "cell", "exec")]
    except SyntaxError:
        return set(), set()
    defined = {name.get_name() for name in scopes[0].get_symbols()
               if name.is_assigned() or name.is_imported()}
    needed = set()
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        needed |= {name.get_name() for name in scope.get_symbols()
                   if name.is_referenced() and (name.is_global() or scope.get_type() == "module")}
    return defined, needed - defined


def main(arguments=None):
    """Check the notebooks named, print their faults; return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    paths = [Path(name) for name in arguments] or sorted(twin.NOTEBOOKS.glob("*.ipynb"))
    total = 0
    for path in paths:
        faults = check(path)
        total += len(faults)
        for fault in faults:
            print(f"{path.name} cell {fault.cell}: {fault.what}; expected {fault.expected}")
    print(f"{len(paths)} notebooks, {total} faults")
    return int(total > 0 or not paths)


if __name__ == "__main__":
    sys.exit(main())
