"""A chapter's text twin: notebooks/text/NAME.md (MyST) describes notebooks/NAME.ipynb.

The text is what authors write and reviewers read; the notebook adds outputs and nothing else.
"""

import hashlib
import json
from difflib import SequenceMatcher
from pathlib import Path

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"

CELL_KEYS = {"tags", "slideshow", "nbgrader"}
NOTEBOOK_KEYS = {"title", "uses_tensorflow"}
# A text may carry these for jupytext's sake; the notebook's own are fixed, whoever built it.
FIXED = {
    "kernelspec": {
        "name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python",
    },
    "language_info": {"name": "python"},
}


def text_of(notebook):
    """Return the path of a notebook's text: folder/NAME.ipynb has folder/text/NAME.md."""
    notebook = Path(notebook)
    return notebook.parent / "text" / f"{notebook.stem}.md"


def notebook_of(text):
    """Return the path of the notebook a text describes: folder/text/NAME.md -> folder/NAME.ipynb.

    Raises:
        ValueError: if the text does not lie in a folder called `text`.
    """
    text = Path(text)
    if text.parent.name != "text" or text.suffix != ".md":
        raise ValueError(f"{text} is not a text twin; expected FOLDER/text/NAME.md")
    return text.parent.parent / f"{text.stem}.ipynb"


def texts(names=(), folder=NOTEBOOKS):
    """Return the texts of the chapters called `names` (all if none is given), in order.

    A name is a chapter ("02_classic_functions"), the start of one ("02"), or a path to a text.

    Raises:
        ValueError: for a name that fits no chapter or several.
    """
    every = sorted((Path(folder) / "text").glob("*.md"))
    return [_named(name, every) for name in names] or every


def _named(name, every):
    if name.endswith(".md"):
        if not Path(name).is_file():
            raise ValueError(f"there is no text {name}")
        return Path(name).resolve()
    found = [text for text in every if text.stem == name] or [
        text for text in every if text.stem.startswith(name)]
    if len(found) != 1:
        raise ValueError(f"'{name}' names {len(found)} chapters; expected one of "
                         f"{', '.join(text.stem for text in found or every) or 'none (no text)'}")
    return found[0]


def read(text):
    """Return the notebook a text describes, not yet run: sources, ids, whitelisted metadata.

    Raises:
        ValueError: for metadata that is not on the list, or a `uses_tensorflow` that is not true.
    """
    source = jupytext.reads(Path(text).read_text(encoding="utf8"), fmt="md:myst")
    _refuse_unknown(text, "the header", source.metadata, NOTEBOOK_KEYS | {"jupytext"} | set(FIXED))
    if source.metadata.get("uses_tensorflow", True) is not True:
        raise ValueError(f"{text}: uses_tensorflow is 'true' or left out, "
                         f"not {source.metadata['uses_tensorflow']!r}")
    notebook = nbformat.v4.new_notebook(nbformat_minor=5)
    notebook.metadata.update(nbformat.from_dict(FIXED))
    notebook.metadata.update({key: source.metadata[key] for key in NOTEBOOK_KEYS
                              if key in source.metadata})
    seen = {}
    for number, cell in enumerate(source.cells, 1):
        _refuse_unknown(text, f"cell {number}", cell.metadata, CELL_KEYS)
        again = seen[cell.source] = seen.get(cell.source, -1) + 1
        new = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell,
               "raw": nbformat.v4.new_raw_cell}[cell.cell_type]
        notebook.cells.append(new(cell.source, id=cell_id(cell.source, again),
                                  metadata=cell.metadata))
    return notebook


def _refuse_unknown(text, where, metadata, known):
    for key in metadata:
        if key not in known:
            raise ValueError(f"{text}: {where} has metadata '{key}'; "
                             f"expected one of {', '.join(sorted(known))}")


def cell_id(source, again=0):
    """Return a cell's id: a hash of its source, and of how many equal cells came before it.

    >>> cell_id("print(1)") == cell_id("print(1)") != cell_id("print(1)", again=1)
    True
    """
    return hashlib.sha256(f"{again}:{source}".encode()).hexdigest()[:12]


def load(path):
    """Return a stored notebook as it is, converting nothing.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it is no notebook of format 4 (a merge conflict in it, for example).
    """
    try:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    except nbformat.ValidationError as error:
        raise ValueError(f"{path}: {error}") from error
    if notebook.nbformat != 4:
        raise ValueError(f"{path} has notebook format {notebook.nbformat}; expected 4")
    return notebook


def differences(text, stored):
    """Return where a stored notebook departs from its text: [(cell number, what, expected)].

    Cells are numbered from 1, in the stored notebook; 0 is the notebook as a whole. Outputs and
    execution counts are not looked at: the text has none.
    """
    expected = read(text)
    found = []
    if stored.metadata != expected.metadata:
        found.append((0, f"the notebook's metadata is {_json(stored.metadata)}",
                      f"{_json(expected.metadata)}, as its text says"))
    if (stored.nbformat, stored.nbformat_minor) != (4, 5):
        found.append((0, f"notebook format {stored.nbformat}.{stored.nbformat_minor}", "4.5"))
    # Cells are aligned by source, so that one added cell is one difference, not a hundred.
    has, wants = ([(cell.cell_type, cell.source) for cell in notebook.cells]
                  for notebook in (stored, expected))
    match = SequenceMatcher(None, has, wants, autojunk=False)
    for change, a, b, c, d in match.get_opcodes():
        if change == "equal":
            pairs = zip(range(a, b), stored.cells[a:b], expected.cells[c:d], strict=True)
            found += [(i + 1, f"{key} {_json(cell.get(key))}",
                       f"{_json(twin.get(key))}, as its text says")
                      for i, cell, twin in pairs for key in ("id", "metadata")
                      if cell.get(key) != twin.get(key)]
        else:
            found.append((a + 1, f"out of step with its text: {_brief(stored.cells[a:b])}",
                          _brief(expected.cells[c:d])))
    return found


def _json(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _brief(cells):
    """Name cells by type and beginning, for a message."""
    if not cells:
        return "no cell here"
    return "; ".join(f"{cell.cell_type} {cell.source[:60]!r}" for cell in cells[:3])
