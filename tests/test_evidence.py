"""Stored studies: up to date, honest about code, resumable, re-measurable."""

import numpy as np
import pytest

from course_lib import evidence


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A study of six parts, its calls counted, its file in a folder of its own."""
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    monkeypatch.setattr(evidence, "_STUDIES", {})
    monkeypatch.setattr(evidence, "STUDIES", ())
    calls = []

    @evidence.study("toy", {"a": [1, 2, 3], "b": [10, 20]}, families=("saturating",))
    def toy(a, b):
        calls.append((a, b))
        if len(calls) == toy.breaks_at:
            raise KeyboardInterrupt
        scatter = toy.scatter * np.array([-1.0, 1, -1, 1])
        return {"sum": a + b + toy.drift + scatter}

    toy.breaks_at, toy.drift, toy.scatter, toy.calls = 0, 0.0, 0.0, calls
    return toy


def nothing(*_):
    pass


@pytest.mark.parametrize("name", evidence.STUDIES)
def test_stored_studies_are_of_todays_code(name):
    assert evidence.load(name)


def test_measure_and_load(toy):
    evidence.measure("toy", nothing)
    stored = evidence.load("toy")["sum"]
    assert list(stored.axes) == ["a", "b", "axis 0"]
    np.testing.assert_array_equal(stored.sel(a=3, b=20).values, [23, 23, 23, 23])
    assert [path.name for path in evidence.FOLDER.iterdir()] == ["toy.npz"]


def test_an_interrupted_study_goes_on(toy):
    toy.breaks_at = 4
    with pytest.raises(KeyboardInterrupt):
        evidence.measure("toy", nothing)
    with pytest.raises(FileNotFoundError, match="make evidence"):
        evidence.load("toy")
    toy.breaks_at = 0
    evidence.measure("toy", nothing)
    assert len(toy.calls) == 7  # six parts, and the one that broke
    assert evidence.load("toy")["sum"].sel(a=2, b=20).values[0] == 22


def test_measuring_again_agrees_or_says_where_not(toy):
    evidence.measure("toy", nothing)
    assert evidence.agrees("toy", "sum", 1e-9, count=6) == 0
    toy.drift = 0.2
    assert evidence.agrees("toy", "sum", 0.3, count=6) == pytest.approx(0.2)
    with pytest.raises(AssertionError, match=r"toy at \{'a': \d, 'b': \d0\}: sum is"):
        evidence.agrees("toy", "sum", 0.1)
    toy.scatter = 0.2  # a standard error of 0.2 / sqrt(3): three of it explain the rest
    assert evidence.agrees("toy", "sum", 0.1) == pytest.approx(0.2)
    toy.drift = 0.5
    with pytest.raises(AssertionError):
        evidence.agrees("toy", "sum", 0.1)


def test_parts_are_chosen_at_random(toy):
    evidence.measure("toy", nothing)
    del toy.calls[:]
    for _ in range(30):
        evidence.agrees("toy", "sum", 1, count=1)
    assert len(set(toy.calls)) > 3


def test_a_shorter_way_takes_the_study_s_place(toy):
    evidence.measure("toy", nothing)
    del toy.calls[:]

    def shorter(a, b):
        return {"sum": a + b + 0.2 + np.zeros(4)}

    assert evidence.agrees("toy", "sum", 0.3, shorter=shorter) == pytest.approx(0.2)
    with pytest.raises(AssertionError, match="toy at"):
        evidence.agrees("toy", "sum", 0.1, shorter=shorter)
    assert toy.calls == []


def test_parts_are_chosen_among_those_named(toy):
    evidence.measure("toy", nothing)
    del toy.calls[:]
    for _ in range(30):
        evidence.agrees("toy", "sum", 1, count=1, among={"a": [1, 3], "b": [20]})
    assert set(toy.calls) == {(1, 20), (3, 20)}
    with pytest.raises(ValueError, match=r"toy has no parts with \{'c': \[1\]\}"):
        evidence.agrees("toy", "sum", 1, among={"c": [1]})
    with pytest.raises(ValueError, match="no parts with"):
        evidence.agrees("toy", "sum", 1, among={"a": [1, 4]})


def test_other_code_is_refused(toy, monkeypatch):
    evidence.measure("toy", nothing)
    real = evidence._source
    monkeypatch.setattr(evidence, "_source", lambda file: real(file).replace("0.999", "0.99"))
    with pytest.raises(ValueError, match="measured with other code"):  # Adam's second beta
        evidence.load("toy")


def test_reworded_comments_and_docstrings_are_not_other_code(toy, monkeypatch):
    evidence.measure("toy", nothing)
    real = evidence._source

    def reworded(file):
        text = real(file)
        if file.name == "optimisers.py":
            assert "Optimisers on flat rows" in text and "# parameters" in text
            text = text.replace("Optimisers on flat rows", "Other").replace("# parameters", "# p")
        return text

    monkeypatch.setattr(evidence, "_source", reworded)
    assert evidence.load("toy")
