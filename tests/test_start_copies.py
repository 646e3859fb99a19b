"""Copying the course for a learner: nothing of theirs is ever overwritten or lost."""

import json
from pathlib import Path

import pytest

from course_lib import start


@pytest.fixture
def course(tmp_path):
    """A small course: two chapters and one released exercise beside its authored side."""
    for name, text in (("notebooks/00_start_here.ipynb", "zero"),
                       ("notebooks/02_classic_functions.ipynb", "two"),
                       ("notebooks/text/00_start_here.md", "twin"),
                       ("exercises/source/set_1/tasks.ipynb", "answers"),
                       ("exercises/release/set_1/tasks.ipynb", "tasks"),
                       ("exercises/release/set_1/.ipynb_checkpoints/tasks.ipynb", "old"),
                       ("exercises/release/set_1/checks.py", "checks")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def texts(folder):
    """What lies in a learner's folder: {path: text}, the record left out."""
    return {path.relative_to(folder).as_posix(): path.read_text()
            for path in folder.rglob("*") if path.is_file() and path.name != start.RECORD}


def test_copies_chapters_and_released_exercises_only(course):
    mine, new, stale = start.copy_course(course)
    assert mine == course / "my_course" and stale == []
    assert texts(mine) == {
        "00_start_here.ipynb": "zero", "02_classic_functions.ipynb": "two",
        "exercises/set_1/tasks.ipynb": "tasks", "exercises/set_1/checks.py": "checks"}
    assert sorted(new) == sorted(texts(mine))


def test_never_overwrites(course):
    mine, _, _ = start.copy_course(course)
    (mine / "00_start_here.ipynb").write_text("my work")
    (mine / "exercises/set_1/tasks.ipynb").write_text("my answers")
    (course / "notebooks/00_start_here.ipynb").write_text("zero, new edition")
    _, new, stale = start.copy_course(course)
    assert new == [] and stale == ["00_start_here.ipynb"]
    assert (mine / "00_start_here.ipynb").read_text() == "my work"
    assert (mine / "exercises/set_1/tasks.ipynb").read_text() == "my answers"


def test_own_work_alone_does_not_make_a_copy_stale(course):
    mine, _, _ = start.copy_course(course)
    (mine / "00_start_here.ipynb").write_text("my work")
    assert start.copy_course(course)[1:] == ([], [])


def test_new_chapter_and_deleted_copy_appear(course):
    mine, _, _ = start.copy_course(course)
    (course / "notebooks/03_gradient_problems.ipynb").write_text("three")
    (mine / "02_classic_functions.ipynb").unlink()
    _, new, _ = start.copy_course(course)
    assert sorted(new) == ["02_classic_functions.ipynb", "03_gradient_problems.ipynb"]


def test_lost_record_compares_with_the_course(course):
    mine, _, _ = start.copy_course(course)
    (mine / start.RECORD).write_text("{ cut o")
    (mine / "00_start_here.ipynb").write_text("my work")
    assert start.copy_course(course)[1:] == ([], ["00_start_here.ipynb"])


def test_an_interrupted_copy_is_not_a_copy(course, monkeypatch):
    def cut_off(_source, target):
        Path(target).write_text("tw")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(start.shutil, "copyfile", cut_off)
        start.copy_course(course)
    mine, _, _ = start.copy_course(course)
    assert texts(mine)["00_start_here.ipynb"] == "zero"


# --- Renewal ---

def test_renew_keeps_every_old_copy(course):
    mine, _, _ = start.copy_course(course)
    (mine / "02_classic_functions.ipynb").write_text("my work")
    (course / "notebooks/02_classic_functions.ipynb").write_text("two, new edition")
    old_1, old_2 = (f"02_classic_functions.old-{n}.ipynb" for n in (1, 2))
    assert start.renew("02", course) == ("02_classic_functions.ipynb", old_1)
    assert start.copy_course(course)[2] == []
    assert start.renew("2", course) == ("02_classic_functions.ipynb", old_2)
    assert texts(mine)[old_1] == "my work"
    assert texts(mine)[old_2] == texts(mine)["02_classic_functions.ipynb"] == "two, new edition"


def test_renew_without_a_copy_copies(course):
    assert start.renew("00_start", course) == ("00_start_here.ipynb", None)
    assert texts(course / "my_course") == {"00_start_here.ipynb": "zero"}


@pytest.mark.parametrize("chapter", ["exercises/set_1/tasks", "exercises/set_1/tasks.ipynb"])
def test_renew_an_exercise(course, chapter):
    start.copy_course(course)
    assert start.renew(chapter, course) == ("exercises/set_1/tasks.ipynb",
                                            "exercises/set_1/tasks.old-1.ipynb")


@pytest.mark.parametrize("chapter, expected", [
    ("clasic_functions", "no chapter 'clasic_functions'; did you mean '02_classic_functions'?"),
    ("02_clasic_functions", "did you mean '02_classic_functions'?"),
    ("99", "there are: 00_start_here, 02_classic_functions"),
    ("", "there are: 00_start_here"),
    ("0", "could be 00_setup or 00_start_here"),
])
def test_unknown_chapter_names_the_nearest(course, chapter, expected):
    if chapter == "0":
        (course / "notebooks/00_setup.ipynb").write_text("another")
    with pytest.raises(start.StartError) as error:
        start.renew(chapter, course)
    assert expected in str(error.value)
    assert not (course / "my_course").exists()


def test_the_record_is_plain(course):
    mine, _, _ = start.copy_course(course)
    assert set(json.loads((mine / start.RECORD).read_text())) == set(texts(mine))
