"""The lab of time of chapter 03 in a real browser, by keyboard alone."""

import re

import pytest


@pytest.fixture(scope="module")
def tour(page):
    from drive import Driver

    page.open_notebook("03_gradient_problems.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.memory()")).tour()


def test_every_stop_of_every_control_changes_picture_and_sentence(tour):
    assert {name: len(seen) for name, seen in tour.items()} == {
        "recurrence": 5, "its factor rho": 21, "LSTM, forget bias": 15}
    for seen in tour.values():
        sentences, pictures = {one.sentence for one in seen}, {one.picture for one in seen}
        assert len(sentences) == len(pictures) == len(seen)


def test_the_gate_opens_along_its_slider(tour):
    opened = [int(re.search(r"its gate (\d+) % open", one.sentence)[1])
              for one in tour["LSTM, forget bias"]]
    assert opened == sorted(opened) and opened[0] == 12 and opened[-1] == 99
