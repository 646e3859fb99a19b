"""Rows of small images: one scale, and words that say where they are high and low."""

import numpy as np
import pytest

from course_lib import data, figures
from course_lib.figures import pictures

EDGES = np.array([[[1, 0, -1]] * 3, [[2, 2, 2], [0, 0, 0], [-1, -1, -1]],
                  [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]])


@pytest.fixture
def drawn(monkeypatch):
    """The axes of every panel that was drawn."""
    seen, original = [], pictures.panels

    def panels(*arguments, **options):
        context = original(*arguments, **options)
        enter = context.__enter__

        class Watched:
            def __enter__(self):
                axes = enter()
                seen.extend(np.atleast_1d(axes))
                return axes

            def __exit__(self, *error):
                return context.__exit__(*error)

        return Watched()

    monkeypatch.setattr(pictures, "panels", panels)
    return seen


def test_filters_are_told_by_where_they_are_high_and_low(shown):
    names = ["vertical edge", "horizontal edge", "spot"]
    assert figures.images(EDGES, names, title="Three filters", signed=True) is None
    assert shown.words() == (
        "Figure: Three filters. 3 images of 3 by 3 values, from -1 to 8 with mean 0.11: vertical "
        "edge highest at the left, lowest at the right; horizontal edge highest at the top, "
        "lowest at the bottom; spot highest at the centre, lowest at the top, bottom, left and "
        "right. Orange: above zero; white: zero; blue: below.")


def test_zero_is_white_on_either_side_and_all_share_one_scale(shown, drawn):
    figures.images(EDGES, title="Signed", signed=True)
    figures.images(EDGES, title="Plain")
    figures.images(np.zeros((1, 2, 2)), title="Nothing", signed=True)
    figures.images(-EDGES, title="Turned", signed=True)
    for axes in drawn[:3]:
        image = axes.images[0]
        assert image.get_clim() == (-8, 8)
        assert image.cmap(image.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.01)
        for side, (less, more) in ((5, (2, 0)), (-5, (0, 2))):  # orange above, blue below
            colour = image.cmap(image.norm(side))
            assert colour[less] < colour[more]
    assert {axes.images[0].get_clim() for axes in drawn[3:6]} == {(-1, 8)}
    assert drawn[6].images[0].get_clim() == (-1, 1) and drawn[7].images[0].get_clim() == (-8, 8)
    assert "1 highest at the left; 2 highest at the top; 3 highest at the centre." in shown.words(1)
    assert "White: lowest; black: highest." in shown.words(1)
    assert "1 the same everywhere." in shown.words(2)


@pytest.mark.parametrize("place, words", [
    ((0, 0), "top left"), ((0, 4), "top centre"), ((4, 4), "centre"), ((8, 0), "bottom left"),
    ((4, 8), "middle right"),
])
def test_a_bright_pixel_is_found(shown, place, words):
    image = np.zeros((1, 9, 9))
    image[0][place] = 1
    figures.images(image, ["map"], title="One")
    assert f"map highest at the {words}." in shown.words()


@pytest.mark.parametrize("shape, place, words", [
    ((1, 6), (0, 0), "left"), ((6, 1), (5, 0), "bottom"), ((2, 2), (1, 1), "bottom right"),
])
def test_narrow_images_have_fewer_parts(shown, shape, place, words):
    image = np.zeros((1, *shape))
    image[0][place] = 1
    figures.images(image, title="Narrow")
    assert f"1 highest at the {words}." in shown.words()


def test_a_checkerboard_is_even(shown):
    figures.images([np.indices((6, 6)).sum(0) % 2], title="Even")
    assert "from 0 to 1 with mean 0.5: 1 even." in shown.words()


def test_a_grain_hides_what_differs_between_processors(shown):
    images = np.random.default_rng(0).normal(size=(2, 6, 6))
    for noise in (0, 0.01):
        figures.images(images + noise, title="Maps", signed=True, grain=0.5)
        figures.images(images + noise, title="Maps", signed=True)
    assert shown.words(0) == shown.words(2) and shown.words(1) != shown.words(3)


def test_one_digit_keeps_its_name(shown, drawn):
    digits, labels = data.raw_digits()
    figures.images(digits[:1], labels[:1], title="One digit")
    figures.digits(digits[:2], labels[:2])
    assert [axes.get_xlabel() for axes in drawn] == ["0", "0", "1"]
    assert drawn[0].get_title(loc="left") == "One digit"
    assert shown.words(1).endswith("2 images of 8 by 8 values, from 0 to 16 with mean "
                                   f"{digits[:2].mean():.2g}, titled 0 and 1.")


@pytest.mark.parametrize("images, labels, message", [
    (np.zeros((2, 3)), None, r"shape \(n, height, width\), got \(2, 3\)"),
    (np.zeros((0, 3, 3)), None, r"got \(0, 3, 3\)"),
    (np.zeros((13, 3, 3)), None, "1 to 12 images, got 13"),
    (np.zeros((2, 3, 3)), ["a"], "each image needs one label: got 2 and 1"),
    (np.full((1, 2, 2), np.nan), None, "4 of 4 values are not finite"),
])
def test_images_refuses(shown, images, labels, message):
    with pytest.raises(ValueError, match=message):
        figures.images(images, labels, title="t")
    assert not shown
