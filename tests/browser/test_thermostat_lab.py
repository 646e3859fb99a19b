"""The lab of depth of chapter 03 in a real browser, by keyboard alone."""

import pytest


@pytest.fixture(scope="module")
def tour(page):
    from drive import Driver

    page.open_notebook("03_gradient_problems.ipynb").run_all()
    assert page.errors() == []
    return Driver(page.output_below("labs.thermostat()")).tour()


def test_every_stop_of_every_control_changes_picture_and_sentence(tour):
    assert {name: len(seen) for name, seen in tour.items()} == {
        "activation": 12, "second moment, layer 1": 7, "weights, times own gain": 11, "layers": 11}
    for seen in tour.values():
        sentences, pictures = {one.sentence for one in seen}, {one.picture for one in seen}
        assert len(sentences) == len(pictures) == len(seen)


def test_three_kinds(tour):
    said = [one.sentence for one in tour["activation"]]
    assert [sum(kind in one for one in said)
            for kind in ("attracts", "is neutral", "repels")] == [7, 2, 3]


def test_larger_weights_turn_vanishing_into_exploding(tour):
    low, high = (tour["weights, times own gain"][end].sentence for end in (0, -1))
    assert "gradient vanishes" in low and "gradient explodes" in high
