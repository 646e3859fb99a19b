"""Bars, histograms, stairs, bands and straight lines in words."""

import numpy as np
import pytest

from course_lib import figures

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=5000)


def told(shown, draw, **options):
    """The words of a figure in whose axes `draw` draws, without its title."""
    with figures.panels("Title", **options) as axes:
        draw(axes)
    return shown.words(len(shown) // 2 - 1).removeprefix("Figure: Title. ")


@pytest.mark.parametrize("draw, words", [
    (lambda a: a.bar(["cat", "dog"], [3, 4.5]), "bars cat 3, dog 4.5."),
    (lambda a: a.barh(["cat", "dog"], [3, -4.5]), "bars cat 3, dog -4.5."),
    (lambda a: a.bar([0, 1], [3, 4], tick_label=["cat", "dog"]), "bars cat 3, dog 4."),
    (lambda a: a.bar([1, 2.5], [3, 1e-17]), "bars 3 at 1, 0 at 2.5."),
    (lambda a: a.barh([1, 2.5], [3, 4]), "bars 3 at 1, 4 at 2.5."),
    (lambda a: a.bar(["cat"], [3], yerr=[0.5], label="pets"),
     "pets: bars cat 3.00 (2.50 to 3.50)."),
    (lambda a: a.barh(["cat"], [3], xerr=[[0.5], [1]]), "bars cat 3.00 (2.50 to 4.00)."),
    (lambda a: a.bar([0, 1], [3, 4], label=["cat", "dog"]), "bars cat 3, dog 4."),
    (lambda a: a.bar(range(20), np.arange(20) ** 2, 0.5),
     "20 bars from 0 at 0 to 361 at 19, lowest 0 at 0, highest 361 at 19."),
])
def test_bars(shown, draw, words):
    assert told(shown, draw) == words


def test_bars_side_by_side_are_named_by_the_tick_between_them(shown):
    def draw(axes):
        axes.bar([-0.2, 0.8], [1, 2], 0.4, label="before")
        axes.bar([0.2, 1.2], [3, 4], 0.4, label="after")
        axes.set_xticks([0, 1], ["cat", "dog"])

    assert told(shown, draw) == "before: bars cat 1, dog 2; after: bars cat 3, dog 4."


@pytest.mark.parametrize("draw", [
    lambda axes: axes.hist(NORMAL, 40, label="z"),
    lambda axes: axes.hist(NORMAL, 40, label="z", orientation="horizontal"),
    lambda axes: axes.hist(NORMAL, 40, label="z", histtype="step"),
    lambda axes: axes.hist(NORMAL, 40, label="z", histtype="stepfilled"),
    lambda axes: axes.stairs(*np.histogram(NORMAL, 40), label="z"),
])
def test_a_histogram_is_told_by_its_quartiles_however_it_is_drawn(shown, draw):
    heights, edges = np.histogram(NORMAL, 40)
    top = int(heights.argmax())
    low, middle, high = np.quantile(NORMAL, [0.25, 0.5, 0.75])
    words = told(shown, draw)
    assert words.startswith(
        f"z: histogram of 5000 in 40 bins from {edges[0]:.3g} to {edges[-1]:.3g}, highest "
        f"{heights[top]} between {edges[top]:.3g} and {edges[top + 1]:.3g}, half of it between ")
    first, last = words.split("half of it between ")[1].split(", median ")
    assert [float(text) for text in first.split(" and ")] == pytest.approx([low, high], abs=0.02)
    assert float(last.rstrip(".")) == pytest.approx(middle, abs=0.02)


def test_densities_and_shares_are_no_counts(shown):
    dense = told(shown, lambda axes: axes.hist(NORMAL, [-4, -2, 0, 4], density=True))
    share = told(shown, lambda axes: axes.hist(NORMAL, [-4, -2, 0, 4],
                                               weights=np.full(5000, 1 / 5000)))
    counts = told(shown, lambda axes: axes.hist(NORMAL, [-4, -2, 0, 4]))
    assert "histogram in 3 bins from -4 to 4" in dense and "histogram in 3 bins" in share
    assert dense.split("half")[1] == share.split("half")[1] == counts.split("half")[1]
    assert told(shown, lambda axes: axes.hist([], [0, 1, 2])).endswith("highest 0 between 0 and 1.")


@pytest.mark.parametrize("where, steps, average", [
    ("post", "0.5, 2 and 4", (5 * 0.5 + 4 * 1.5 + 3 * 2) / 4),
    ("pre", "0 and 0.5", (4 * 0.5 + 3 * 3.5) / 4),
])
def test_stairs_are_told_as_drawn(shown, where, steps, average):
    words = told(shown, lambda axes: axes.step([0, 0.5, 2, 4], [5, 4, 3, 1] if where == "post"
                                               else [5, 4, 3, 3], where=where, label="rate"))
    assert "rate goes from 5 (highest) at 0" in words
    assert f"on average {average:.3g}, stepping at {steps}." in words


def test_many_steps_are_counted(shown):
    assert words_of_many(shown).endswith("in 29 steps.")


def words_of_many(shown):
    return told(shown, lambda axes: axes.step(range(30), np.arange(30) ** 2, label="many"))


def test_lines_through_the_whole_panel_are_levels(shown):
    def draw(axes):
        axes.plot([0, 4], [0, 8], label="rising")
        axes.axhline(4, label="limit")
        axes.axvline(3, label="switch")
        axes.axline((1, 0), slope=2, label="tangent")
        axes.axline((1, 0), (2, 3), label="chord")
        axes.axhline(5)

    assert told(shown, draw).split("; ")[1:] == [
        "limit: a level at 4", "switch: upright at 3",
        "tangent: straight through (1, 0) with slope 2",
        "chord: straight through (1, 0) with slope 3", "rising and limit cross at 2."]


def test_tracks_through_the_plane_and_lines_that_run_backwards(shown):
    t = np.linspace(0, 2 * np.pi, 401)
    words = told(shown, lambda a: a.plot(np.cos(t), np.sin(t), label="circle"))
    assert words == ("circle: 401 points, from -1 to 1 across, -1 to 1 up, on average at "
                     f"({1 / 401:.3g}, 0), joined from (1, 0) to (1, 0).")
    loose = told(shown, lambda a: a.plot([3, 1, 2], [5, 6, 7], "o", label="loose"))
    assert loose == "loose: 3 points, from 1 to 3 across, 5 to 7 up, on average at (2, 6)."

    def backwards(axes):
        axes.plot([2, 1, 0], [4, 1, 0], label="back")
        axes.plot([0, 2], [0.5, 0.5], label="level")

    assert "back and level cross at 0.5." in told(shown, backwards)


def test_categories_on_a_line(shown):
    words = told(shown, lambda a: a.plot(["relu", "tanh", "gelu"], [1, 2, 1.5], label="score"))
    assert "score goes from 1 (lowest) at relu to 1.5 at gelu, highest 2 at tanh" in words


def test_bands_and_strips(shown):
    x = np.linspace(0, 4, 101)

    def draw(axes):
        axes.fill_between(x, -x * (4 - x), x * (4 - x), label="spread", alpha=0.3)
        axes.axvspan(1, 2, label="warm-up", alpha=0.3)
        axes.axhspan(-1, 1, label="margin", alpha=0.3)
        axes.fill_between(x, x, x + 1)

    assert told(shown, draw) == (
        "spread: a band, from 0 to 0 at 0, through -4 to 4 (widest) at 2, to 0 to 0 at 4; warm-up: "
        "the strip from 1 to 2 across; margin: the strip from -1 to 1 up.")


@pytest.mark.parametrize("draw, grain, words", [
    (lambda a: a.bar(["cat", "dog"], [93.1, 96.2]), 5, "bars cat 95, dog 95, to the nearest 5."),
    (lambda a: a.plot([0, 1, 2], [0.11, 0.52, 0.93], label="up"), 0.1,
     "up goes from 0.1 (lowest) at 0 through 0.5 at 1 to 0.9 (highest) at 2, on average 0.5, "
     "to the nearest 0.1."),
    (lambda a: a.scatter([0.123, 4.321], [0.11, 0.93], label="dots"), 0.1,
     "dots: 2 points, from 0.123 to 4.32 across, 0.1 to 0.9 up, on average at (2.22, 0.5), to the "
     "nearest 0.1."),
    (lambda a: a.hist([0.2, 0.4, 1.5], [0, 1, 2], label="few"), 5,
     "few: histogram of 3 in 2 bins from 0 to 2, highest 0 between 0 and 1, half of it between "
     "0.375 and 1.25, median 0.75, to the nearest 5."),
    (lambda a: a.errorbar([1], [93.2], [1], label="relu"), 5, "relu 95 (90 to 95), to the nearest "
                                                              "5."),
])
def test_a_grain_rounds_values_and_not_places(shown, draw, grain, words):
    assert told(shown, draw, grain=grain) == words


def test_a_line_without_colour_takes_the_houses(shown):
    def draw(axes):
        one, two = (axes.plot([0, 1], [0, k], label=f"line {k}")[0] for k in (1, 2))
        assert one.get_color() == "#0072B2" and two.get_color() == "#D55E00"
        assert one.get_linestyle() == "-" and two.get_linestyle() == "--"

    told(shown, draw)
