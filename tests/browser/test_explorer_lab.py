"""The function explorer of chapter 02 in a real browser, by keyboard alone."""

import pytest

from course_lib import activations

ELEMENTWISE = [one for one in activations.names() if activations.get(one).kind != "vector"]


@pytest.fixture(scope="module")
def lab(page):
    from drive import Driver

    page.open_notebook("02_classic_functions.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.explorer()"))


@pytest.fixture(scope="module")
def tour(lab):
    return lab.tour()


def test_every_stop_of_every_control_changes_picture_and_sentence(tour):
    assert list(tour) == ["function", "negative_slope", "point z", "inputs from"]
    for seen in tour.values():
        sentences, pictures = {one.sentence for one in seen}, {one.picture for one in seen}
        assert len(sentences) == len(pictures) == len(seen)


def test_every_function_is_there_and_says_its_name(tour):
    told = [one.sentence.split(" is ")[0].split(" = ")[1].split()[1] for one in tour["function"]]
    assert told == ELEMENTWISE


def test_slope_zero_on_the_left_makes_it_relu(tour):
    relu = tour["function"][ELEMENTWISE.index("relu")].sentence
    leaky = tour["negative_slope"][0].sentence
    assert relu.split(" come out with ")[1] == leaky.split(" come out with ")[1]


def test_another_function_puts_its_own_parameter_on_the_slider(lab):
    """From leaky_relu up to prelu, along alpha, and back: the slider is the new function's."""
    handle = lab.output.locator(".widget-slider .noUi-handle").first
    for key, parameter in (("ArrowRight", "alpha"), ("ArrowLeft", "negative_slope")):
        handle.focus()
        lab.page.keyboard.press(key)
        lab.output.locator(f'.widget-label:text-is("{parameter}")').wait_for(timeout=10_000)
        lab.output.locator("[role=status]", has_text=f"{parameter} = ").wait_for(timeout=10_000)
        seen = lab.slide(parameter)
        assert len({one.sentence for one in seen}) == len(seen) > 5
