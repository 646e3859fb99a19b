"""The lab of boundaries: what it draws and says, against its networks' formulas worked out anew."""

import io
from functools import cache

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.path import Path
from PIL import Image

from course_lib import training
from course_lib.figures.decisions import TINTS
from course_lib.labs.boundary import (
    ACTIVATIONS,
    SETS,
    Boundary,
    _above_zero,
    _headline,
    _luck,
    _share,
    trained,
)

FORMULAS = {"identity": lambda z: z, "relu": lambda z: np.where(z > 0, z, 0), "tanh": np.tanh,
            "sine": np.sin}
TEN = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "all")
SOME = [("xor", "relu", 2, 5), ("disc", "relu", 6, 0), ("moons", "relu", 3, 1),
        ("spirals", "sine", 5, 2), ("xor", "identity", 4, 3)]


@pytest.fixture(scope="module")
def lab():
    return Boundary()


def show(lab, data="xor", activation="relu", width=2, seed=0):
    return lab.step(data=data, activation=activation, width=width, seed=seed)


def formula(data, activation, width, seed):
    """One trained network as its formula in 64-bit floats: above 0 it says class 1."""
    network = trained(data, activation)[1].network(hidden=(width,), seed=seed)
    W, b, V, c = (part[0].astype(float) for layer in network.layers for part in (layer.W, layer.b))
    assert W.shape == (2, width) and V.shape == (width, 1)
    return lambda points: (FORMULAS[activation](points @ W + b) @ V + c)[..., 0]


@cache
def shares(data, activation):
    """Share of the test points that each width and seed has right, (8, 10), by the formula."""
    points = trained(data, activation)[0]
    return np.array([[((formula(data, activation, width, seed)(points.x_test) > 0)
                       == points.y_test).mean() for seed in range(10)] for width in range(1, 9)])


def inside(path, spots):
    """Which spots lie in a region, holes counted out: in an odd number of its outlines."""
    outlines = [Path(outline).contains_points(spots) for outline in path.to_polygons()]
    return np.bitwise_xor.reduce([np.zeros(len(spots), bool), *outlines])


@pytest.mark.parametrize("data, activation, width, seed", SOME)
def test_the_region_is_where_the_network_is_above_zero(lab, data, activation, width, seed):
    show(lab, data, activation, width, seed)
    axes, region = lab.stage.figure.axes[0], lab.stage.moving[0].get_path()
    low, high = np.transpose([axes.get_xlim(), axes.get_ylim()])
    spots = np.random.default_rng(0).uniform(low, high, (3000, 2))
    drawn = inside(region, spots)
    f, step = formula(data, activation, width, seed), (high - low)[0] / 300
    around = np.stack([f(spots + step * np.array(way)) > 0 for way in np.ndindex(3, 3)
                       for way in [(way[0] - 1, way[1] - 1)]])
    clear = around.all(0) | ~around.any(0)  # no border within a quarter of a cell
    assert clear.mean() > 0.7 and 0.05 < drawn.mean() < 0.95
    assert (drawn == (f(spots) > 0))[clear].all()


def test_without_an_activation_function_the_boundary_is_a_straight_line(lab):
    for width, seed in ((1, 0), (5, 1), (4, 3)):
        show(lab, "xor", "identity", width, seed)
        path, edges = lab.stage.moving[0].get_path(), (lab.across, lab.up)
        free = np.all([(abs(path.vertices[:, axis, None] - edges[axis][[0, -1]]) > 1e-6).all(1)
                       for axis in (0, 1)], 0)
        line = path.vertices[free & (path.codes != Path.CLOSEPOLY)]
        spread = np.linalg.svd(line - line.mean(0), compute_uv=False)
        assert len(line) > 20 and spread[1] < 1e-3 * spread[0]


def test_a_ring_of_heights_is_a_region_with_a_hole():
    grid = np.linspace(-2, 2, 81)
    x, y = np.meshgrid(grid, grid)
    ring = _above_zero(grid, grid, 0.5 - abs(np.hypot(x, y) - 1))
    spots = np.array([[1, 0], [0, -1.3], [0, 0], [0.3, 0.2], [1.8, 0]])
    assert inside(ring, spots).tolist() == [True, True, False, False, False]
    assert not inside(_above_zero(grid, grid, -1 - x**2), spots).any()
    assert inside(_above_zero(grid, grid, 1 + x**2), spots).all()


@pytest.mark.parametrize("data, activation, width, seed", SOME)
def test_points_on_the_wrong_side_are_ringed(lab, data, activation, width, seed):
    show(lab, data, activation, width, seed)
    points = trained(data, activation)[0]
    region, zeros, ones, wrong, ring = lab.stage.moving
    says = formula(data, activation, width, seed)(points.x_test) > 0
    assert zeros.get_xydata() == pytest.approx(points.x_test[points.y_test == 0])
    assert ones.get_xydata() == pytest.approx(points.x_test[points.y_test == 1])
    assert wrong.get_xydata() == pytest.approx(points.x_test[says != points.y_test])
    share = (says == points.y_test).mean()
    (across, up), = ring.get_xydata()
    assert round(across) == width and up == pytest.approx(100 * share)
    dots = lab.stage.figure.axes[1].lines[1].get_xydata()  # 0 is the line at 95 %
    assert len(dots) == 80 and abs(dots - (across, up)).max(1).min() < 1e-9


@pytest.mark.parametrize("data, activation", [("xor", "relu"), ("xor", "tanh"), ("xor", "sine"),
                                              ("moons", "relu"), ("spirals", "identity")])
def test_the_sentence_counts_what_the_networks_do(lab, data, activation):
    found = shares(data, activation)
    counts = (found >= 0.95).sum(1)
    for width in range(1, 9):
        for seed in (0, 7):
            sentence = show(lab, data, activation, width, seed).sentence
            share = found[width - 1, seed]
            units = f"{width} hidden unit" if width == 1 else f"{width} hidden units"
            assert sentence.startswith(f"{data}, {activation}, {units}, seed {seed}: ")
            assert ("all test points are right" in sentence) == (share == 1)
            assert ("at least 95 % of the" in sentence) == (0.95 <= share < 1)
            if "about " in sentence:
                told = float(sentence.split("about ")[1].split(" %")[0])
                assert abs(told - 100 * share) <= 2.5 and share <= 0.92
            count = counts[width - 1]
            assert f"At this width {TEN[count]}{' of the' * int(count < 10)} ten seeds" in sentence
    texts = [text.get_text() for text in lab.stage.figure.axes[1].texts]
    assert texts == [*map(str, counts), "solved by"]


def table(*counts):
    """Which seeds solve it, (8, 10), where so many of each width do: the last ones."""
    return np.arange(10) >= 10 - np.array(counts)[:, None]


@pytest.mark.parametrize("counts, width, activation, sentence", [
    ((0,) * 8, 3, "identity", "At this width none of the ten seeds reaches 95 %, nor at any other: "
     "without an activation function the boundary is a straight line."),
    ((0,) * 8, 3, "relu", "At this width none of the ten seeds reaches 95 %, nor at any other."),
    ((0, 0, 5, 7, 10, 10, 10, 10), 2, "relu", "At this width none of the ten seeds reaches 95 %; "
     "the narrowest that any seed solves has 3."),
    ((0, 1, 5, 7, 10, 10, 10, 10), 2, "relu", "At this width one of the ten seeds (seed 9) reaches "
     "95 %: the width suffices, but training may not find it. To represent is not to learn."),
    ((0, 1, 5, 7, 10, 10, 10, 10), 3, "relu", "At this width five of the ten seeds reach 95 %: the "
     "width suffices, but training may not find it. To represent is not to learn."),
    ((0, 1, 5, 7, 10, 10, 10, 10), 6, "relu", "At this width all ten seeds reach 95 %; with 2 it "
     "was one of the ten."),
    ((0, 0, 10, 9, 10, 10, 10, 10), 3, "tanh", "At this width all ten seeds reach 95 %, and with "
     "fewer units none does."),
    ((10,) * 8, 1, "sine", "At this width all ten seeds reach 95 %."),
    ((10,) * 8, 4, "sine", "At this width all ten seeds reach 95 %, as they do with 1."),
])
def test_what_the_counts_mean(counts, width, activation, sentence):
    assert _luck(table(*counts), width, activation) == sentence


@pytest.mark.parametrize("share, told", [
    (1.0, "all test points are"), (0.99, "at least 95 % of the test points are"),
    (0.95, "at least 95 % of the test points are"),
    (0.94, "a little less than 95 % of the test points are"),
    (0.92, "about 90 % of the test points are"), (0.73, "about 75 % of the test points are"),
    (0.51, "about 50 % of the test points are"),
])
def test_shares_are_told_coarsely(share, told):
    assert _share(share) == told


@pytest.mark.parametrize("counts, title", [
    ((0,) * 8, "No width solves it"),
    ((0, 1, 5, 7, 10, 9, 10, 9), "No width works with every seed"),
    ((0, 1, 5, 10, 9, 10, 10, 10), "All seeds solve it from width 6"),
    ((10,) * 8, "Every width solves it"),
])
def test_the_headline_says_from_which_width_all_seeds_solve_it(counts, title):
    assert _headline(np.array(counts)) == title


def test_a_line_solves_no_set_and_a_wide_layer_all():
    for data in SETS:
        assert shares(data, "identity").max() < 0.95
        assert (shares(data, "relu")[-1] >= 0.95).sum() > 5


def test_exclusive_or_is_solved_by_two_relus_but_seldom_and_by_one_sine():
    relu = (shares("xor", "relu") >= 0.95).sum(1)
    assert relu[0] == 0 and 1 <= relu[1] <= 3 and (relu[4:] == 10).all()
    assert (shares("xor", "sine")[0] >= 0.95).all()  # class 1 is a stripe along a diagonal


def test_a_network_alone_learns_the_same_as_among_its_neighbours(lab):
    points, run = trained("xor", "relu")
    alone = training.train(points, "relu", hidden=(2,), seeds=[5], loss="sigmoid_crossentropy",
                           rate=0.05, epochs=200, batch=100)
    assert alone.test_score.values.tolist() == [run.test_score.values[1, 5]]


def test_the_disc_is_as_likely_inside_as_outside():
    points = SETS["disc"]()
    classes = np.concatenate([points.y_train, points.y_val, points.y_test])
    assert np.pi * 1.2**2 / 9 == pytest.approx(0.5, abs=0.005)
    assert classes.mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(classes)))


def test_every_stop_gives_another_picture_and_sentence(lab):
    for data, activation in (("xor", "relu"), ("spirals", "identity")):
        steps = [show(lab, data, activation, width, seed)
                 for width in range(1, 9) for seed in range(10)]
        assert len({step.png for step in steps}) == len({step.sentence for step in steps}) == 80
        assert not any(step.sentence.startswith("No picture") for step in steps)


def test_every_button_gives_another_picture_and_sentence(lab):
    for steps in ([show(lab, data=one) for one in SETS],
                  [show(lab, activation=one) for one in ACTIVATIONS]):
        assert len({step.png for step in steps}) == len({step.sentence for step in steps}) == 4


def test_both_tints_are_there_whatever_the_first_picture_holds():
    """The palette is made from a frame's first picture, which here has one region only."""
    lab = Boundary()
    show(lab, "disc", "identity", 2, 0)
    assert len(lab.stage.moving[0].get_path().vertices) == 0
    png = show(lab, "disc", "identity", 4, 0).png
    colours = np.array(Image.open(io.BytesIO(png)).convert("RGB")).reshape(-1, 3).astype(int)
    for tint in (TINTS(0), TINTS(1)):
        near = abs(colours - np.round(255 * np.array(tint[:3]))).max(1) <= 3
        assert near.sum() > 500


def test_networks_are_trained_once_for_all_labs(monkeypatch, lab):
    show(lab)
    monkeypatch.setattr(training, "train", None)
    assert Boundary().sentence == show(lab).sentence


def test_a_training_that_fails_is_told_and_not_remembered(monkeypatch):
    lab = Boundary()
    trained.cache_clear()

    def broken(*_, **__):
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(training, "train", broken)
        assert lab.step(data="moons").sentence.endswith("seed = 0: MemoryError: no room")
    assert lab.step(data="moons").sentence.startswith("moons, relu, 2 hidden units, seed 0: ")


@pytest.mark.parametrize("changes, message", [
    ({"width": 9}, "width must lie between 1 and 8, got 9"),
    ({"seed": -1}, "seed must lie between 0 and 9, got -1"),
    ({"data": "circle"}, "data must be one of xor, disc, moons, spirals; got 'circle'"),
    ({"activation": "gelu"}, "activation must be one of identity, relu, tanh, sine"),
])
def test_a_step_that_cannot_be_taken_is_refused(lab, changes, message):
    with pytest.raises(ValueError, match=message):
        lab.step(**changes)


def test_controls_are_named_and_work_by_keyboard(lab):
    kinds = {"data": widgets.ToggleButtons, "activation": widgets.ToggleButtons,
             "width": widgets.IntSlider, "seed": widgets.IntSlider}
    assert list(lab.widgets) == list(kinds)
    for widget, kind in zip(lab.widgets.values(), kinds.values(), strict=True):
        assert isinstance(widget, kind) and widget.description and not widget.disabled


def test_the_stored_picture_carries_the_sentence_and_repeats():
    (one, meta), (two, _) = Boundary().bundle(), Boundary().bundle()
    assert one["text/plain"] == meta["image/png"]["alt"] == two["text/plain"]
    assert one["text/plain"].startswith(
        "Lab: Where a network with one hidden layer divides the plane. xor, relu, 2 hidden units, "
        "seed 0: about 75 % of the test points are right. At this width one of the ten seeds (seed")
    assert one["image/png"] == two["image/png"]
