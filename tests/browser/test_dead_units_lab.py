"""The lab of dead units of chapter 03 in a real browser, by keyboard alone."""

import re

import pytest


@pytest.fixture(scope="module")
def tour(page):
    from drive import Driver

    page.open_notebook("03_gradient_problems.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.dead_units()")).tour()


def test_every_stop_of_every_control_changes_picture_and_sentence(tour):
    assert {name: len(seen) for name, seen in tour.items()} == {
        "optimiser": 2, "hidden layer": 2, "learning rate": 22}
    for seen in tour.values():
        sentences, pictures = {one.sentence for one in seen}, {one.picture for one in seen}
        assert len(sentences) == len(pictures) == len(seen)


def test_from_hardly_any_to_nearly_all(tour):
    low, high = (tour["learning rate"][end].sentence for end in (0, -1))
    share = [re.search(r"(\d+) % of layer \d is dead", one).group(1) for one in (low, high)]
    assert int(share[0]) < 10 < 80 < int(share[1])


def test_the_sentence_names_optimiser_and_layer(tour):
    told = {re.search(r"with (SGD|Adam)", one.sentence).group(1) for one in tour["optimiser"]}
    layers = {re.search(r"layer (\d)", one.sentence).group(1) for one in tour["hidden layer"]}
    assert told == {"SGD", "Adam"} and layers == {"1", "2"}
