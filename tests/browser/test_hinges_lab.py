"""The lab of hinges in a real browser, by keyboard alone: every stop, every target."""

import pytest


@pytest.fixture(scope="module")
def driver(page):
    from drive import Driver

    page.open_notebook("01_why_nonlinearity.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.hinges()"))


def test_every_stop_and_button_changes_picture_and_sentence(driver):
    visits = driver.tour()
    stops = {"even hinges": 32, "own hinge at x =": 31, "own change of slope": 33, "target": 5}
    assert {name: len(seen) for name, seen in visits.items()} == stops
    for name, seen in visits.items():
        assert len({one.picture for one in seen}) == len({one.sentence for one in seen}) \
            == stops[name], name


def test_the_sentence_follows_the_controls(driver):
    """The driver leaves each control where it stood: three hinges, the own one straight."""
    bump = next(one for one in driver.press("target") if one.value == "bump")
    assert bump.sentence.startswith("3 even hinges: the curve has 3 kinks, its slope rises by 2 at "
                                    "-0.5, falls by 4 at 0 and rises by 2 at 0.5. It is the bump")
