"""The advisor of chapter 04 in a real browser, by keyboard alone."""

import pytest

from course_lib import advisor


@pytest.fixture(scope="module")
def tour(page):
    from drive import Driver

    page.open_notebook("04_choosing_activations.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.advisor()")).tour()


def test_every_button_changes_picture_and_sentence(tour):
    assert {name: len(seen) for name, seen in tour.items()} == {
        question: len(choices) for question, choices in advisor.QUESTIONS.items()}
    for seen in tour.values():
        sentences, pictures = {one.sentence for one in seen}, {one.picture for one in seen}
        assert len(sentences) == len(pictures) == len(seen)


def test_the_sentence_is_the_advice(tour):
    for question, seen in tour.items():
        for one in seen:
            advice = advisor.advise(**{question: one.value})
            for part in ("head", "loss", "hidden", "weights", "rate", "first", "hardware"):
                assert getattr(advice, part).what in one.sentence
