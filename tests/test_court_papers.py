"""The court's table of a chapter's papers."""

import pytest

from course_lib import court
from course_lib.trials import papers
from course_lib.trials.papers import Replica, Replication


@pytest.fixture
def planted(monkeypatch):
    """Three replications of two chapters, and the seeds that they were asked for."""
    asked = []

    def case(id, chapter, agrees):
        def measure(seeds):
            asked.append((id, seeds[0]))
            return Replica({"x": 1.0}, {"x": 2.0}, agrees, f"{id} was seen.", seeds=10)
        return Replication(id, chapter, f"paper of {id}", "q", "t", measure)

    known = {one.id: one for one in (
        case("R91", "chapter_01", True), case("R92", "chapter_03", True),
        case("R93", "chapter_03", False))}
    monkeypatch.setattr(papers, "replications", lambda: known)
    return asked


def test_a_row_for_each_paper_of_the_chapter(planted, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.figures.table", lambda *table: shown.append(table))
    court.replicas("chapter_03", seed=2)
    (headings, rows), = shown
    assert len(headings) == 4
    assert rows == [["R92", "paper of R92", "R92 was seen.", "AGREES"],
                    ["R93", "paper of R93", "R93 was seen.", "DOES NOT AGREE"]]
    assert planted == [("R92", 2000), ("R93", 2000)]


def test_what_was_shown_before_is_not_measured_again(planted, monkeypatch):
    monkeypatch.setattr("course_lib.figures.table", lambda *table: None)
    monkeypatch.setattr(court, "show", lambda rows: list(rows))
    court.paper("R92")
    court.replicas("chapter_03")
    assert [id for id, _ in planted] == ["R92", "R93"]


def test_a_chapter_without_papers_is_named(planted):
    with pytest.raises(ValueError, match="in 'chapter_02' .there are some in chapter_01, chap"):
        court.replicas("chapter_02")


def test_the_real_table_reads_the_same_as_text(planted, capsys):
    court.replicas("chapter_01")
    assert "R91" in capsys.readouterr().out
