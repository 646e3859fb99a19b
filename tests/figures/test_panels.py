"""A figure's words come from what was drawn, its bytes repeat, its names do not collide."""

import io
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from PIL import Image

from course_lib import activations, figures
from course_lib.figures import canvas, labels, style, words
from course_lib.figures.canvas import _keep_inside as keep_inside
from course_lib.figures.canvas import house_style, new_figure


def draw(*curves, title="A message", log=False, **options):
    """A figure of labelled curves (label, x, y)."""
    with figures.panels(title, **options) as axes:
        for label, x, y in curves:
            axes.plot(x, y, label=label)
        axes.set(xlabel="place $x$", ylabel="height", yscale="log" if log else "linear")


X = np.linspace(-1, 2, 301)


# ---- looks


def test_every_function_has_a_look_of_its_own():
    names = activations.names()
    assert set(names) <= set(style.LOOKS)
    found = [str(figures.look(name)) for name in style.LOOKS]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("together", [
    ("sigmoid", "tanh", "relu", "gelu", "silu", "leaky_relu", "selu"),
    ("sigmoid", "tanh", "4*sigmoid-2", "tanh+1"), ("sigmoid", "hard_sigmoid"), ("elu", "selu"),
    ("gelu", "gelu_tanh", "quick_gelu"), ("relu", "leaky_relu", "prelu", "elu"),
    ("relu", "softplus", "identity"), ("silu", "swish"), ("softplus", "sigmoid"),
    ("gelu", "silu", "mish"), ("4*sigmoid", "4*sigmoid-2", "sigmoid"),
])
def test_neighbours_in_comparisons_differ_in_look(together):
    found = [figures.look(name) for name in together]
    colours = [colour for colour, _ in found]
    assert len(set(map(str, found))) == len(found)
    assert len(set(colours)) >= len(colours) - (1 if "identity" in together else 0)


@given(st.lists(st.one_of(st.sampled_from(sorted(style.LOOKS)), st.text(min_size=1, max_size=8)),
                unique=True, min_size=1, max_size=20))
def test_names_of_one_figure_never_share_a_look(names):
    found = figures.looks(names)
    assert len(set(map(str, found))) == len(names)
    for name, look in zip(names, found, strict=True):
        if name in style.LOOKS:
            assert look == figures.look(name)


def test_a_name_given_twice_is_refused():
    with pytest.raises(ValueError, match="two series are called 'relu'"):
        figures.looks(["relu", "relu"])


@pytest.mark.parametrize("colour", style.COLOURS)
def test_text_in_a_functions_colour_reads_on_white(colour):
    def channel(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = map(channel, to_rgb(style.ink(colour)))
    contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    assert contrast >= 4.5 - 0.02  # to_hex rounds to 256 levels


# ---- words


def test_a_line_is_told_by_ends_middle_and_extremes(shown):
    draw(("parabola", X, X**2))
    assert shown.words() == (
        "Figure: A message. Across place x, up height: parabola goes from 1 at -1 through 0.25 at "
        "0.5 to 4 (highest) at 2, lowest 0 at 0, on average 1.")  # the integral is 3, the length 3


@pytest.mark.parametrize("wrong", [
    X**2 + 0.01, -(X**2), X**2 * 1.01, (X - 0.1) ** 2, abs(X), np.where(X > 1.5, np.nan, X**2),
    X[::-1] ** 2, np.zeros_like(X), X**2 + 0.3 * ((X > 1) & (X < 1.4)),  # the last: one dent
])
def test_a_wrong_curve_changes_the_words(shown, wrong):
    draw(("parabola", X, X**2))
    draw(("parabola", X, wrong))
    assert shown.words() != shown.words(1)


def test_gaps_in_a_line_are_told(shown):
    y = np.sign(X)
    y[100] = np.nan
    draw(("step", X, y), ("broken", X, np.where(X < -1e-9, np.nan, X)), ("empty", X, X * np.nan))
    assert "step goes from -1 (lowest) at -1 through 1 at 0.5 to 1 at 2" in shown.words()
    assert "with a jump at 0;" in shown.words()
    assert "broken goes from 0 (lowest) at 0" in shown.words()
    assert "100 of 301 points not finite" in shown.words()
    assert "empty has no finite point" in shown.words()


def test_a_flat_line_and_points_below_a_log_scale(shown):
    draw(("flat", X, X * 0 + 0.3), ("partly", X, X), log=True)
    assert "up height (log scale): flat stays at 0.3 from -1 to 2" in shown.words()
    assert f"{(X <= 0).sum()} points at zero or below not drawn on the log scale" in shown.words()


def test_crossings_of_the_first_two_lines(shown):
    draw(("line", X, X), ("parabola", X, X**2), ("third", X, 0.3 + 0 * X))
    assert "line and parabola cross at 0 and 1." in shown.words()
    assert "third cross" not in shown.words()
    draw(("line", X, X), ("parabola", X, X**2), crossings=False)
    assert " cross " not in shown.words(1)


def test_touching_is_no_crossing_and_many_are_counted():
    x = np.linspace(0, 10, 2001)
    assert len(words.crossing_places(x, (x - 5) ** 2)) == 0
    assert words.crossing_places(x, np.sin(x)) == pytest.approx(np.pi * np.arange(1, 4), abs=1e-5)
    assert len(words.crossing_places(x, np.maximum(x - 3, 0))) == 0


def test_lines_on_different_grids_cross_where_they_cross(shown):
    draw(("line", X, X), ("level", np.array([-1.0, 2.0]), np.array([0.5, 0.5])))
    assert "line and level cross at 0.5." in shown.words()


def test_intervals_bars_points(shown):
    with figures.panels("Mixed", digits=2) as axes:
        axes.errorbar(1.5, 0, xerr=[[0.5], [0.25]], fmt="o", label="relu")
        axes.bar([0, 1], [3, 4.5], tick_label=["cat", "dog"], label="animals")
        axes.scatter([1, 2, 4], [5, 6, 9], label="apples")
    assert "Mixed. relu 1.5 (1.0 to 1.8)" in shown.words()
    assert "animals: bars cat 3, dog 4.5" in shown.words()
    assert "apples: 3 points, from 1 to 4 across, 5 to 9 up" in shown.words()
    with figures.panels("Lying and many") as axes:
        axes.barh([0, 1], [3, 4], tick_label=["cat", "dog"])
        axes.errorbar([1, 2], [3.0, 4.0], yerr=[0.5, 0.25], label="gelu")
    assert "bars cat 3, dog 4" in shown.words(1)
    assert "gelu 3.00 (2.50 to 3.50) at 1, 4.000 (3.750 to 4.250) at 2" in shown.words(1)


def test_an_image_is_told_by_shape_and_values(shown):
    with figures.panels("Pixels") as axes:
        axes.imshow(np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]))
    assert "1 image of 2 by 3 values, from 0 to 5 with mean 2.5." in shown.words()


@pytest.mark.parametrize("value, digits, expected", [
    (0.0497870, 3, "0.0498"), (1e-17, 3, "1e-17"), (12345.6, 3, "12300"), (-0.0, 3, "0"),
    (4.5394e-7, 3, "4.54e-07"), (float("nan"), 3, "nan"), (float("inf"), 3, "inf"), (2.0, 3, "2"),
    (0.99999, 3, "1"), (1e300, 2, "1e+300"),
])
def test_numbers_to_significant_digits(value, digits, expected):
    assert words.number(value, digits) == expected


def test_rounding_noise_counts_as_zero_beside_a_scale():
    assert words.number(-1e-17, scale=1.0) == "0"
    assert words.position(3e-5, 10.0) == "0"
    assert words.position(0.02, 10.0) == "0.02"


def test_author_sentences_and_panel_names(shown):
    say = []
    with figures.panels("Two", columns=2, say=say, note="what the band means") as (left, right):
        for axes, name in ((left, "Near"), (right, "Far")):
            axes.plot(X, X, label="line")
            axes.set_title(name)
        say.append(f"There are {len(X)} points.")
    assert "Near: line goes" in shown.words() and "Far: line goes" in shown.words()
    assert shown.words().endswith("There are 301 points. what the band means.")


# ---- display


def test_one_picture_then_its_words_folded(shown):
    draw(("a < b", X, X))
    (data, metadata), (folded, none) = shown
    assert set(data) == {"image/png", "text/plain"} and not none
    assert metadata == {"image/png": {"alt": data["text/plain"], "width": 768}}
    assert set(folded) == {"text/html"}
    assert "<details><summary>Figure in words</summary><p>Figure: A message." in folded["text/html"]
    assert "a &lt; b goes" in folded["text/html"]


def test_bytes_repeat_whatever_the_reader_has_set(shown):
    draw(("line", X, X))
    with matplotlib.rc_context({"font.size": 30, "axes.labelsize": 25, "figure.dpi": 40}):
        draw(("line", X, X))
        assert matplotlib.rcParams["font.size"] == 30
    assert shown[0][0]["image/png"] == shown[2][0]["image/png"]


def test_the_picture_has_at_most_64_colours_and_no_metadata(shown):
    figures.curves(["relu", "gelu", "silu", "tanh", "elu"], "both")
    image = Image.open(io.BytesIO(shown[0][0]["image/png"]))
    assert image.mode == "P" and len(image.getcolors()) <= 64
    assert image.size == (1152, 460) and not set(image.info) & {"Software", "Creation Time"}
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert len(shown[0][0]["image/png"]) < 40_000


def test_a_pictures_pixels_follow_the_data(shown):
    draw(("line", X, X))
    draw(("line", X, X**2))
    assert shown[0][0]["image/png"] != shown[2][0]["image/png"]


@pytest.mark.parametrize("options, message", [
    ({"title": " "}, "needs a title"), ({"columns": 0}, "columns must be 1 or more"),
])
def test_panels_refuses(shown, options, message):
    with pytest.raises(ValueError, match=message):
        draw(("line", X, X), **options)


def test_an_empty_or_broken_figure_shows_nothing(shown):
    with pytest.raises(ValueError, match="give each line, bar or set of points a label"):
        with figures.panels("Empty") as axes:
            axes.plot(X, X)
    with pytest.raises(ZeroDivisionError):
        with figures.panels("Broken") as axes:
            axes.plot(X, X, label="line")
            raise ZeroDivisionError
    assert not shown and matplotlib.rcParams["axes.grid"] is False


def test_outside_a_notebook_the_words_are_printed(capsys):
    draw(("line", X, X))
    assert capsys.readouterr().out.startswith("Figure: A message. Across place x, up height: line")


def test_neither_pyplot_nor_widgets_nor_tensorflow_is_loaded():
    code = ("import sys; from course_lib import figures; figures.slopes(['sigmoid', 'tanh']); "
            "print([m for m in ('matplotlib.pyplot', 'ipywidgets', 'tensorflow') "
            "if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# ---- names beside lines


def placed(curves, note=None):
    """Axes with their lines named, and a note at a place in axes coordinates."""
    with house_style():
        figure = new_figure((8, 3.2), 144)
        axes = figure.subplots()
        for label, y in curves.items():
            axes.plot(X, y, label=label)
        if note is not None:
            axes.text(*note, "a note", transform=axes.transAxes, ha="center", va="center")
        labels.label_lines(figure)
        figure.canvas.draw()
    return axes


def test_names_stand_clear_of_lines_and_of_each_other():
    axes = placed({"up": X, "down": -X, "bent": X**2, "flat": 0 * X + 3})
    boxes = {text.get_text(): text.get_window_extent() for text in axes.texts}
    assert set(boxes) == {"up", "down", "bent", "flat"}
    paths = {line.get_label(): axes.transData.transform(line.get_xydata()) for line in axes.lines}
    for name, box in boxes.items():
        assert axes.get_window_extent().containsx(box.x0) and axes.bbox.containsx(box.x1)
        for path in paths.values():
            assert not ((path > box.min) & (path < box.max)).all(1).any()
        others = [other for label, other in boxes.items() if label != name]
        assert not any(box.overlaps(other) for other in others)
        centre = (box.min + box.max) / 2
        nearest = min(paths, key=lambda label: np.hypot(*(paths[label] - centre).T).min())
        assert nearest == name


def test_a_name_makes_way_for_the_authors_note():
    name, = placed({"up": X}).texts
    note, moved = placed({"up": X}, note=name.get_position()).texts
    assert moved.get_text() == "up"
    assert not moved.get_window_extent().overlaps(note.get_window_extent())


@pytest.mark.parametrize("curves", [
    {f"line {k}": X + k for k in range(labels.MOST_DIRECT + 1)},
    {"one": X, "the same": X, "again": X},
])
def test_a_legend_where_names_do_not_fit(curves):
    axes = placed(curves)
    assert not axes.texts
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(curves)


def test_an_authors_legend_is_left_alone():
    with house_style():
        figure = new_figure((8, 3.2), 144)
        axes = figure.subplots()
        axes.plot(X, X, label="line")
        legend = axes.legend(loc="upper left")
        labels.label_lines(figure)
    assert axes.get_legend() is legend and not axes.texts


def test_covered_is_what_each_point_says():
    rng = np.random.default_rng(0)
    points, low = rng.uniform(0, 100, (200, 2)), rng.uniform(-20, 100, (500, 2))
    high = low + rng.uniform(0, 12, (500, 2))
    expected = [any((at < point).all() and (point < to).all() for point in points)
                for at, to in zip(low, high, strict=True)]
    assert 50 < sum(expected) < 450
    np.testing.assert_array_equal(labels._covered(points, low, high), expected)
    assert not labels._covered(points[:0], low, high).any()


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("words", ["Short", "A title of very many words " * 4])
def test_no_title_leaves_the_picture(columns, words, monkeypatch):
    headings = []
    monkeypatch.setattr(canvas, "_keep_inside", lambda figure, heading: (
        keep_inside(figure, heading), headings.append((figure, heading))))
    with figures.panels(words, columns=columns) as axes:
        first = axes if columns == 1 else axes[0]
        first.barh(["a name that takes a third of the width, or more of it"], [1], label="bar")
    figure, heading = headings[0]
    box, frame = heading.get_window_extent(), heading.axes or figure
    assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
    if words == "Short":
        assert box.x0 == pytest.approx(frame.bbox.x0, abs=12) and heading.get_size() == 12


def test_a_name_does_not_stand_beside_a_gap():
    """Where a function jumps nothing is drawn, and so no name belongs there."""
    figure = canvas.new_figure((8, 3.2), 144)
    axes = figure.subplots()
    x = np.linspace(-1, 1, 201)
    axes.plot(x, np.where(x == 0, np.nan, x > 0), label="step")
    points = labels._track(axes, axes.lines[0], axes.get_window_extent())
    y = axes.transData.inverted().transform(points)[:, 1]
    assert len(y) > 200 and (np.minimum(np.abs(y), np.abs(y - 1)) < 1e-3).all()
