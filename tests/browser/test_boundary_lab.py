"""The lab of boundaries in a real browser, by keyboard alone: every stop, every button."""

import pytest


@pytest.fixture(scope="module")
def driver(page):
    from drive import Driver

    page.open_notebook("01_why_nonlinearity.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.boundary()"))


def test_every_stop_and_button_changes_picture_and_sentence(driver):
    visits = driver.tour()
    stops = {"hidden units": 8, "seed": 10, "activation": 4, "data": 4}
    assert {name: len(seen) for name, seen in visits.items()} == stops
    for name, seen in visits.items():
        assert len({one.picture for one in seen}) == len({one.sentence for one in seen}) \
            == stops[name], name


def test_the_sentence_follows_the_controls(driver):
    """The driver leaves each control where it stood: xor, relu, two units, seed 0."""
    starts = [one.sentence.split(":")[0] for one in driver.slide("seed")]
    assert starts == [f"xor, relu, 2 hidden units, seed {seed}" for seed in range(10)]
