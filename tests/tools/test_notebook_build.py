"""From text to stored notebook: the same bytes each time, whole or not at all."""

import sys

import pytest

from tools import build, twin


def test_built_twice_it_is_the_same_bytes(good, copy):
    before = copy.notebook.read_bytes()
    copy.notebook.unlink()
    assert build.main([str(copy.text)]) == 0
    assert copy.notebook.read_bytes() == before
    assert b"\r" not in before and before.endswith(b"}\n")


def test_what_the_build_stores(good):
    notebook = good.load()
    assert notebook.metadata == {
        "title": "A small notebook without fault", "language_info": {"name": "python"},
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)",
                       "language": "python"}}
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert {key for cell in notebook.cells for key in cell.metadata} == {"tags", "slideshow"}
    lab = good.cell(notebook, "Lab:").outputs[0]
    assert set(lab.data) == {"image/png", "text/plain"}
    assert lab.metadata["image/png"] == {"alt": lab.data["text/plain"], "width": 40}
    assert good.cell(notebook, "view.pop").outputs == []


def test_a_text_not_built_yet_is_told(copy, capsys):
    copy.notebook.unlink()
    assert build.main(["--check", str(copy.text)]) == 1
    assert "good.ipynb: not built yet" in capsys.readouterr().out


@pytest.mark.parametrize("text, message", [
    ("```{code-cell}\n:tag: [x]\n1\n```\n", "cell 1 has metadata 'tag'; expected one of"),
    ("---\nauthor: me\n---\n\n# A\n", "the header has metadata 'author'; expected one of"),
    ("---\nuses_tensorflow: false\n---\n\n# A\n", "uses_tensorflow is 'true' or left out"),
])
def test_a_text_with_unknown_metadata_is_refused(tmp_path, text, message):
    path = tmp_path / "text" / "bad.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf8")
    with pytest.raises(ValueError, match=message):
        twin.read(path)


def test_names_of_chapters(tmp_path):
    (tmp_path / "text").mkdir()
    for name in ("01_one", "02_two", "02_too"):
        (tmp_path / "text" / f"{name}.md").write_text("# A\n", encoding="utf8")
    assert [text.stem for text in twin.texts(["01"], tmp_path)] == ["01_one"]
    assert [text.stem for text in twin.texts(["02_two"], tmp_path)] == ["02_two"]
    assert len(twin.texts([], tmp_path)) == 3
    for name, message in (("02", "names 2 chapters"), ("09", "names 0 chapters"),
                          ("text/09.md", "there is no text")):
        with pytest.raises(ValueError, match=message):
            twin.texts([name], tmp_path)


def write_text(folder, body, header=""):
    path = folder / "text" / "good.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: x\n{header}---\n\n# A\n\n{body}", encoding="utf8")
    return path


def test_equal_cells_have_ids_of_their_own_and_the_others_keep_theirs(tmp_path):
    cells = ["```{code-cell}\n1\n```\n", "```{code-cell}\n2\n```\n"]
    ids = [[cell.id for cell in twin.read(write_text(tmp_path, "\n".join(body))).cells]
           for body in (cells, [cells[0], *cells])]
    assert len(set(ids[1])) == 4
    assert set(ids[0]) < set(ids[1])


@pytest.mark.parametrize("line, words", [
    ("numerator / 0", "ZeroDivisionError: division by zero"),
    ("__import__('os')._exit(1)", "Kernel died"),
])
def test_a_failing_cell_is_named_and_the_old_notebook_stays(tmp_path, capsys, line, words):
    text = write_text(tmp_path, "```{code-cell}\n1 + 1\n```\n\n"
                                f"```{{code-cell}}\nnumerator = 1\n{line}\n```\n")
    (tmp_path / "good.ipynb").write_text("old", encoding="utf8")
    assert build.main([str(text)]) == 1
    told = capsys.readouterr().err
    assert "good.ipynb cell 3 failed" in told
    assert f"| {line}" in told and words in told
    assert "\x1b" not in told
    assert (tmp_path / "good.ipynb").read_text(encoding="utf8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.ipynb", "text"]


def test_a_cell_that_takes_too_long_is_stopped_and_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tools.kernel.CELL_SECONDS", 1)
    text = write_text(tmp_path, "```{code-cell}\nwhile True:\n    pass\n```\n")
    assert build.main([str(text)]) == 1
    told = capsys.readouterr().err
    assert "good.ipynb cell 2 failed" in told and "A cell timed out" in told


def test_tensorflow_undeclared_is_refused_at_the_build(tmp_path):
    # a library may import it where no cell names it; a stand-in is enough, and quicker
    text = write_text(tmp_path, "```{code-cell}\nimport sys\nsys.modules['tensor' + 'flow'] = sys\n"
                                "```\n")
    with pytest.raises(build.BuildError, match="good.ipynb has imported TensorFlow; expected"):
        build.build(text)
    assert not (tmp_path / "good.ipynb").exists()


def test_a_declared_chapter_is_not_built_without_tensorflow(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    text = write_text(tmp_path, "```{code-cell}\n1\n```\n", header="uses_tensorflow: true\n")
    with pytest.raises(build.BuildError, match="uses TensorFlow, which is not installed"):
        build.build(text)


def test_a_cell_that_is_not_run_is_refused(tmp_path):
    text = write_text(tmp_path, "```{code-cell}\n:tags: [skip-execution]\n1\n```\n")
    with pytest.raises(build.BuildError, match="execution count None where 1 was expected"):
        build.build(text)
