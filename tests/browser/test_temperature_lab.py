"""The lab of temperature of chapter 02 in a real browser, by keyboard alone."""

import re

import pytest


@pytest.fixture(scope="module")
def tour(page):
    from drive import Driver

    page.open_notebook("02_classic_functions.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.temperature()")).tour()


def test_every_stop_of_every_control_changes_picture_and_sentence(tour):
    assert {name: len(seen) for name, seen in tour.items()} == {
        "temperature T": 41, "add to all logits": 13, "logits": 5}
    for seen in tour.values():
        sentences, pictures = {one.sentence for one in seen}, {one.picture for one in seen}
        assert len(sentences) == len(pictures) == len(seen)


def test_from_argmax_to_uniform(tour):
    low, high = (tour["temperature T"][end].sentence for end in (0, -1))
    assert "A nearly 1" in low and "all but argmax" in low and "all but uniform" in high


def test_a_constant_moves_no_probability(tour):
    given = {re.search(r"softmax gives [^;]*;", one.sentence).group()
             for one in tour["add to all logits"]}
    assert len(given) == 1
