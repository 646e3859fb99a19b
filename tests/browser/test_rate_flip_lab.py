"""The lab of rates and the button of step times of chapter 04 in a real browser, by keyboard."""

import pytest


@pytest.fixture(scope="module")
def notebook(page):
    page.open_notebook("04_choosing_activations.ipynb").run_all()
    assert page.errors() == []
    return page


@pytest.fixture(scope="module")
def tour(notebook):
    from drive import Driver

    return Driver(notebook.output_below("labs.rates()")).tour()


def test_every_stop_of_every_control_changes_picture_and_sentence(tour):
    assert {name: len(seen) for name, seen in tour.items()} == {
        "rate for all": 8, "hidden layers": 4}
    for seen in tour.values():
        sentences, pictures = {one.sentence for one in seen}, {one.picture for one in seen}
        assert len(sentences) == len(pictures) == len(seen)


def test_the_sentence_says_who_leads_and_who_has_changed_places(tour):
    for one in tour["rate for all"]:
        assert "is in front with" in one.sentence and "own best" in one.sentence
    assert any("changed order" in one.sentence for one in tour["rate for all"])


def test_the_button_measures_by_keyboard(notebook):
    output = notebook.output_below("labs.step_times()")
    status, button = output.locator("[role=status]"), output.locator("button")
    assert "Times depend on the processor" in status.inner_text()
    button.focus()
    notebook.page.keyboard.press("Space")
    output.locator("[role=status]", has_text="as a multiple of one with ReLU").wait_for()
    assert "sigmoid" in status.inner_text()
