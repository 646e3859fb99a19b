"""A good notebook, built once, and a copy of it to plant faults in."""

import shutil
from pathlib import Path

import nbformat
import pytest

from tools import build


class Folder:
    """A folder with good.ipynb and text/good.md; notebooks are read and written by it."""

    def __init__(self, path):
        self.path, self.text, self.notebook = path, path / "text" / "good.md", path / "good.ipynb"

    def load(self):
        return nbformat.read(self.notebook, as_version=4)

    def save(self, notebook):
        nbformat.write(notebook, self.notebook)

    @staticmethod
    def cell(notebook, fragment):
        """Return the one cell whose source holds a fragment."""
        found = [cell for cell in notebook.cells if fragment in cell.source]
        assert len(found) == 1, f"{len(found)} cells hold {fragment!r}"
        return found[0]

    def copy(self, path):
        return Folder(Path(shutil.copytree(self.path, path)))


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """The folder of the good notebook, built from good.md beside this file."""
    folder = Folder(tmp_path_factory.mktemp("notebooks"))
    folder.text.parent.mkdir()
    shutil.copy(Path(__file__).parent / "good.md", folder.text)
    build.build(folder.text)
    return folder


@pytest.fixture
def copy(good, tmp_path):
    """A copy of that folder, to plant faults in."""
    return good.copy(tmp_path / "copy")
