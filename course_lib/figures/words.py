"""What a figure shows, in words taken from the artists that were drawn.

The words are the figure for whoever cannot see it, and they are what tests compare: a wrong curve
must change them. So nothing here is told by the author; everything is read back from the axes.
"""

from functools import partial

import numpy as np
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.lines import AxLine
from matplotlib.patches import Polygon, Rectangle, StepPatch

from course_lib.figures import bars
from course_lib.figures.wording import interval, listed, number, plain, position, rounded


def describe(figure, digits=3, crossings=True, grain=None):
    """Return the description of every panel of a figure, numbers to `digits` significant digits.

    Labelled lines: start, middle, end, lowest, highest, gaps, the band around them, and where the
    first two cross; error bars: mean and interval; bars, histograms, points, bands; images. With a
    `grain` the values drawn are rounded to its multiples; places on the other axis are not.
    """
    panels = figure.axes
    own = [axes for axes in panels if hasattr(axes, "in_words")]  # `regions` reads back its own
    pictures = [axes for axes in panels if axes.images and axes not in own]
    parts = [_images(pictures, digits, grain)] if pictures else []
    parts += [axes.in_words(axes, digits) if axes in own else _panel(axes, digits, crossings, grain)
              for axes in panels if axes not in pictures]
    return " ".join(parts)


def labelled(artists):
    """Return the artists that were given a label (matplotlib's own begin with an underscore)."""
    return [one for one in artists if str(one.get_label() or "_")[0] != "_"]


def _panel(axes, digits, crossings, grain):
    value = partial(rounded, grain=grain, digits=digits)
    lines = labelled(axes.lines)
    facts = [_line(axes, line, digits, value) for line in lines]
    if crossings and len(lines) > 1:
        facts += _crossings(axes, *lines[:2], digits)
    facts += [_intervals(axes, one, digits, grain) for one in labelled(axes.containers)
              if isinstance(one, ErrorbarContainer)]
    facts += [bars.bars(axes, one, digits, grain) for one in axes.containers
              if isinstance(one, BarContainer)]
    facts += [_points(one, digits, value) for one in labelled(axes.collections)
              if isinstance(one, PathCollection)]
    facts += [bars.band(one, digits, value) for one in labelled(axes.collections)
              if isinstance(one, PolyCollection)]
    boxes = {id(bar) for one in axes.containers if isinstance(one, BarContainer) for bar in one}
    for patch in (one for one in labelled(axes.patches) if id(one) not in boxes):
        if isinstance(patch, StepPatch):
            heights, edges, _ = patch.get_data()
            facts.append(bars.histogram(plain(patch.get_label()), edges, heights, digits, value))
        elif isinstance(patch, Rectangle):
            facts.append(bars.span(axes, patch, digits))
        elif isinstance(patch, Polygon):  # axes.hist(..., histtype="step")
            facts.append(bars.histogram(plain(patch.get_label()), *bars.outline(patch), digits,
                                        value))
    facts = [f"{fact}, to the nearest {number(grain)}" if grain else fact for fact in facts]
    name = plain(axes.get_title(loc="left"))
    where = ", ".join(f"{side} {plain(label)}{' (log scale)' if scale == 'log' else ''}"
                      for side, label, scale in (
                          ("across", axes.get_xlabel(), axes.get_xscale()),
                          ("up", axes.get_ylabel(), axes.get_yscale())) if label)
    head = ": ".join(part for part in (name, where) if part)
    text = ": ".join(part for part in (head, "; ".join(facts)) if part)
    return f"{text[:1].upper()}{text[1:]}." if facts and head else f"{text}." if facts else ""


def _line(axes, line, digits, value):
    name, straight = plain(line.get_label()), _straight(axes, line, digits)
    if straight:
        return f"{name}: {straight}"
    x, y = _data(axes, line)
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.any():
        return f"{name} has no finite point"
    # A lone gap between two drawn points is a jump; a longer one means values are missing.
    lone = ~finite & np.r_[False, finite[:-1]] & np.r_[finite[1:], False]
    jumps, missing = x[lone & np.isfinite(x)], int((~finite & ~lone).sum())
    total, x, y = len(x), x[finite], y[finite]
    scale_x, scale_y = np.ptp(x), np.ptp(y) if axes.get_yscale() == "linear" else 0.0
    places = bars.named_places(axes.xaxis)

    def place(at):
        return bars.named(places, at, 0.01) or position(at, scale_x, digits)

    def at(index, mark=""):
        return f"{value(y[index], scale=scale_y)}{mark} at {place(x[index])}"

    if not (_onward(x) or _onward(x[::-1])):  # a track through the plane, or loose points
        text = _points(line, digits, value)
        if line.get_linestyle() not in ("None", ""):
            text += f", joined from ({place(x[0])}, {value(y[0], scale=scale_y)}) to " \
                    f"({place(x[-1])}, {value(y[-1], scale=scale_y)})"
        return text
    last, low, high = len(y) - 1, _first(y, y.min()), _first(y, y.max())
    if np.ptp(y) <= 1e-9 * abs(y).max():
        text = f"{name} stays at {value(y[0])} from {place(x[0])} to {place(x[last])}"
    else:
        marks = {low: " (lowest)", high: " (highest)"}
        middle = int(np.argmin(abs(x - (x[0] + x[last]) / 2)))
        if (abs(jumps - x[middle]) < 1e-3 * scale_x).any():
            middle = 0  # at a jump either side would do, so neither is told
        text = f"{name} goes from {at(0, marks.get(0, ''))}"
        if middle not in (0, last, low, high):
            text += f" through {at(middle)}"
        text += f" to {at(last, marks.get(last, ''))}"
        extremes = (("lowest", low), ("highest", high))
        text += "".join(f", {word} {at(i)}" for word, i in extremes if i not in (0, last))
        if axes.get_yscale() == "linear":  # an error between the points told moves the average
            text += f", on average {value(_average(x, y), scale=scale_y)}"
    if line.get_drawstyle().startswith("steps"):
        steps = [place(one) for one in x[1:][(np.diff(x) == 0) & (np.diff(y) != 0)]]
        text += f", stepping at {listed(steps)}" if len(steps) <= 6 else f", in {len(steps)} steps"
    if len(jumps):
        text += f", with a jump at {listed([position(one, scale_x, digits) for one in jumps])}"
    if missing:
        text += f", {missing} of {total} points not finite"
    if axes.get_yscale() == "log" and (y <= 0).any():
        text += f", {int((y <= 0).sum())} points at zero or below not drawn on the log scale"
    return text + _band(axes, line, digits)


def _straight(axes, line, digits):
    """What a line says that runs through the whole panel: axhline, axvline and axline."""
    if isinstance(line, AxLine):
        (x, y), slope = line.get_xy1(), line.get_slope()
        if slope is None:
            slope = (line.get_xy2()[1] - y) / (line.get_xy2()[0] - x)
        return (f"straight through ({number(x, digits)}, {number(y, digits)}) with slope "
                f"{number(slope, digits)}")
    across, up = line.get_transform().contains_branch_seperately(axes.transData)
    x, y = line.get_xydata()[0]
    if across and up:
        return ""
    return f"a level at {number(y, digits)}" if up else f"upright at {number(x, digits)}"


def _onward(x):
    return (np.diff(x) >= 0).all()


def _first(y, extreme):
    """Index of the first value as good as the extreme: rounding moves it along no plateau."""
    return int(np.argmax(abs(y - extreme) <= 1e-9 * np.ptp(y)))


def _average(x, y):
    """The mean height of a line: the area below it over its length."""
    return np.trapezoid(y, x) / (x[-1] - x[0]) if x[-1] > x[0] else y.mean()


def _band(axes, line, digits):
    """The band drawn for a line (same gid) where it ends."""
    for one in axes.collections:
        if isinstance(one, PolyCollection) and one.get_gid() and one.get_gid() == line.get_gid():
            corners = one.get_paths()[0].vertices
            edge = corners[corners[:, 0] == corners[:, 0].max(), 1]
            mean = line.get_ydata()[-1]
            return f", with its interval there {interval(mean, edge.min(), edge.max(), digits)}"
    return ""


def _crossings(axes, one, two, digits):
    tracks = [_data(axes, line) for line in (one, two)]
    for index, (x, y) in enumerate(tracks):
        keep = np.isfinite(x) & np.isfinite(y)
        x, y = x[keep], y[keep]
        tracks[index] = (x, y) if len(x) < 2 or x[-1] >= x[0] else (x[::-1], y[::-1])
    (x, y), (other_x, other_y) = tracks
    if min(len(x), len(other_x)) < 2 or not (_onward(x) and _onward(other_x)):
        return []
    gap = y - np.interp(x, other_x, other_y, left=np.nan, right=np.nan)
    places = crossing_places(x, gap)
    names = f"{plain(one.get_label())} and {plain(two.get_label())}"
    if not len(places):
        return []
    told = [position(place, np.ptp(x), digits) for place in places]
    if len(told) > 4:
        return [f"{names} cross {len(told)} times, first at {told[0]}, last at {told[-1]}"]
    return [f"{names} cross at {listed(told)}"]


def crossing_places(x, gap):
    """Return where `gap` changes sign, by straight lines between its points; touching is none."""
    keep = np.isfinite(gap)
    x, gap = x[keep], gap[keep]
    keep = abs(gap) > 1e-12 * abs(gap).max(initial=0)
    x, gap = x[keep], gap[keep]
    turns = np.flatnonzero(np.sign(gap[:-1]) * np.sign(gap[1:]) < 0)
    a, b = gap[turns], gap[turns + 1]
    return x[turns] + (x[turns + 1] - x[turns]) * a / (a - b)


def _intervals(axes, container, digits, grain):
    points, _, sticks = container.lines
    segments = sticks[0].get_segments()
    across = bool(container.has_xerr)  # not read off the bars: they may have no width
    x, y = (np.asarray(values, float) for values in points.get_data(orig=False))
    means, places = (x, y) if across else (y, x)
    names, told = bars.named_places(axes.yaxis if across else axes.xaxis), []
    for mean, place, ends in zip(means, places, segments, strict=True):
        low, high = ends[:, 0 if across else 1]
        where = f" at {bars.named(names, place, 0.01) or number(place, digits)}"
        told.append(f"{interval(mean, low, high, digits, grain)}{where * (len(segments) > 1)}")
    return f"{plain(container.get_label())} {', '.join(told)}"


def _points(points, digits, value):
    where = (points.get_xydata() if hasattr(points, "get_xydata")
             else np.ma.filled(np.ma.asarray(points.get_offsets(), float), np.nan))
    where = where[np.isfinite(where).all(1)]
    if not len(where):
        return f"{plain(points.get_label())}: no points"
    (left, low), (right, high), (middle, height) = where.min(0), where.max(0), where.mean(0)
    wide, tall = np.ptp(where, axis=0)
    return (f"{plain(points.get_label())}: {len(where)} point{'s' * (len(where) > 1)}, from "
            f"{position(left, wide, digits)} to {position(right, wide, digits)} across, "
            f"{value(low, scale=tall)} to {value(high, scale=tall)} up, on average at "
            f"({position(middle, wide, digits)}, {value(height, scale=tall)})")


def _data(axes, line):
    """A line's points as drawn, stairs with both ends of each step; a level over all the panel."""
    across, _ = line.get_transform().contains_branch_seperately(axes.transData)
    x, y = np.asarray(line.get_path().vertices, float).T
    return (x, y) if across else (np.array(axes.get_xlim()), y)


def _images(pictures, digits, grain):
    drawn = [axes.images[0] for axes in pictures]
    values = [np.ma.filled(np.ma.asarray(one.get_array(), float), np.nan) for one in drawn]
    shapes = sorted({" by ".join(map(str, one.shape)) for one in values})
    titles = [plain(axes.get_title(loc="left") or axes.get_title() or axes.get_xlabel())
              for axes in pictures]
    low, high = min(one.min() for one in values), max(one.max() for one in values)
    low, high, mean = (rounded(value, grain, digits)
                       for value in (low, high, np.mean([one.mean() for one in values])))
    text = (f"{len(values)} image{'s' * (len(values) > 1)} of {listed(shapes)} values, from "
            f"{low} to {high} with mean {mean}")
    named = [title for title in titles if title]
    ways = drawn[0].get_gid()
    if ways:
        names = named if len(named) == len(values) else range(1, len(values) + 1)
        told = "; ".join(f"{name} {_where(one, ways)}"
                         for name, one in zip(names, values, strict=True))
        return f"{text}: {told}."
    return f"{text}, titled {listed(named)}." if named else f"{text}."


def _where(image, ways):
    """Say in which ninth of an image its values are highest, and for signed ones lowest."""
    bands = np.array_split(image, min(3, image.shape[0]))
    parts = np.array([[part.mean() for part in np.array_split(band, min(3, image.shape[1]), axis=1)]
                      for band in bands])
    if np.ptp(parts) <= 1e-9 * abs(image).max():
        return "the same everywhere" if np.ptp(image) <= 1e-9 * abs(image).max() else "even"
    told = [("highest", parts.max())] + [("lowest", parts.min())] * (ways == "signed")
    return ", ".join(f"{word} at the {_place(abs(parts - extreme) <= 1e-9 * np.ptp(parts))}"
                     for word, extreme in told)


def _place(cells):
    """Name the marked cells of a grid of up to three by three, a whole row or column at once."""
    rows = {1: [""], 2: ["top", "bottom"], 3: ["top", "middle", "bottom"]}[cells.shape[0]]
    columns = {1: [""], 2: ["left", "right"], 3: ["left", "centre", "right"]}[cells.shape[1]]
    whole_rows, whole_columns = cells.all(1), cells.all(0)
    found = [name for name, whole in zip(rows, whole_rows, strict=True) if whole]
    found += [name for name, whole in zip(columns, whole_columns, strict=True) if whole]
    rest = cells & ~whole_rows[:, None] & ~whole_columns
    found += [f"{rows[row]} {columns[column]}".strip() for row, column in np.argwhere(rest)]
    return listed(found).replace("middle centre", "centre")
