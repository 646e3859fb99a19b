"""Bars, histograms and bands in words."""

import numpy as np
from matplotlib.category import StrCategoryFormatter
from matplotlib.ticker import FixedLocator, LogFormatter, ScalarFormatter

from course_lib.figures.wording import interval, number, plain, position, rounded

MOST = 12  # more bars than this are told by their ends and extremes


def named_places(axis):
    """Return `{place: name}` where the author or the data named the ticks of an axis, else {}."""
    form = axis.get_major_formatter()
    if not isinstance(form, StrCategoryFormatter) and (
            isinstance(form, (ScalarFormatter, LogFormatter))
            or not isinstance(axis.get_major_locator(), FixedLocator)):
        return {}
    texts = [plain(label.get_text()) for label in axis.get_ticklabels()]
    return {place: text for place, text in zip(axis.get_ticklocs(), texts, strict=False) if text}


def named(names, place, reach=0.5):
    """Return the name of the tick within `reach` tick distances of a place, or ''."""
    if not names:
        return ""
    nearest = min(names, key=lambda tick: abs(tick - place))
    others = [abs(tick - nearest) for tick in names if tick != nearest]
    return names[nearest] if abs(nearest - place) < reach * min(others, default=1.0) else ""


def bars(axes, container, digits, grain):
    """Say what each bar of a container is called and how long it is; many bars: a histogram."""
    flat = container.orientation == "horizontal"
    boxes = np.array([[bar.get_y(), bar.get_height(), bar.get_width()] if flat else
                      [bar.get_x(), bar.get_width(), bar.get_height()] for bar in container])
    if not len(boxes):
        return f"{plain(container.get_label())}: no bars"
    starts, widths, lengths = boxes.T
    names = named_places(axes.yaxis if flat else axes.xaxis)
    texts = [plain(text) if text[:1] != "_" else ""
             for text in (container.get_label(), *(bar.get_label() for bar in container))]
    own = texts[0] or ("" if all(texts[1:]) else texts[1])  # hist names its first bar
    if not names and all(texts[1:]):
        names = dict(zip(starts + widths / 2, texts[1:], strict=True))
    touching = np.allclose(starts[1:], (starts + widths)[:-1], rtol=0, atol=1e-6 * widths.max())
    if touching and len(boxes) > 1 and not names:
        return histogram(own, np.append(starts, starts[-1] + widths[-1]), lengths, digits,
                         lambda value, scale=0.0: rounded(value, grain, digits, scale))
    scale, centres = abs(lengths).max(), starts + widths / 2
    spread = np.ptp(centres)
    errors = _errors(container, flat)

    def told(index):
        length = (rounded(lengths[index], grain, digits, scale) if errors is None
                  else interval(lengths[index], *errors[index], digits, grain))
        name = named(names, centres[index])
        return f"{name} {length}" if name else f"{length} at {position(centres[index], spread, 3)}"

    if len(boxes) <= MOST:
        text = f"bars {', '.join(told(index) for index in range(len(boxes)))}"
    else:
        low, high = int(np.argmin(lengths)), int(np.argmax(lengths))
        text = (f"{len(boxes)} bars from {told(0)} to {told(len(boxes) - 1)}, lowest {told(low)}, "
                f"highest {told(high)}")
    return f"{own}: {text}" if own else text


def _errors(container, flat):
    """The ends (n, 2) of the error bars on bars, or None."""
    if container.errorbar is None:
        return None
    sticks = container.errorbar.lines[2][0].get_segments()
    return [segment[:, 0 if flat else 1] for segment in sticks]


def histogram(name, edges, heights, digits, value):
    """Say how a histogram spreads: from where to where, highest where, and its median."""
    heights, edges = np.asarray(heights, float), np.asarray(edges, float)
    spread, tallest = np.ptp(edges), int(np.argmax(heights))
    head = f"{name}: histogram" if name else "histogram"
    if (heights == np.round(heights)).all():
        head += f" of {number(heights.sum(), 15)}"
        areas = heights
    else:  # a density, or shares
        areas = heights * (np.diff(edges) if abs(heights @ np.diff(edges) - 1) < 1e-6 else 1)
    text = (f"{head} in {len(heights)} bins from {position(edges[0], spread, digits)} to "
            f"{position(edges[-1], spread, digits)}, highest {value(heights[tallest])} between "
            f"{position(edges[tallest], spread, digits)} and "
            f"{position(edges[tallest + 1], spread, digits)}")
    if not (heights >= 0).all() or not areas.sum() > 0:
        return text
    below = np.append(0, np.cumsum(areas)) / areas.sum()
    quarters = [position(np.interp(share, below, edges), spread, digits)
                for share in (0.25, 0.5, 0.75)]
    return f"{text}, half of it between {quarters[0]} and {quarters[2]}, median {quarters[1]}"


def outline(patch):
    """Return edges and heights of a histogram drawn as an outline (`histtype="step"`)."""
    x, y = patch.get_xy().T
    turns = np.flatnonzero(np.diff(x) < 0)  # a filled outline comes back along its base
    stop = turns[0] + 1 if len(turns) else len(x)
    return x[:stop:2], y[1:stop - 1:2]


def band(patch, digits, value):
    """Say how a filled band runs: at both ends, and where it is widest."""
    corners = np.concatenate([path.vertices for path in patch.get_paths()] or [np.empty((0, 2))])
    x = np.unique(corners[:, 0])
    if not len(x):
        return f"{plain(patch.get_label())}: an empty band"
    low = np.array([corners[corners[:, 0] == one, 1].min() for one in x])
    high = np.array([corners[corners[:, 0] == one, 1].max() for one in x])
    spread, scale, widest = np.ptp(x), np.ptp(corners[:, 1]), int(np.argmax(high - low))

    def at(index):
        mark = " (widest)" if index == widest else ""
        return (f"{value(low[index], scale=scale)} to {value(high[index], scale=scale)}{mark} at "
                f"{position(x[index], spread, digits)}")

    last = len(x) - 1
    more = f", through {at(widest)}" if widest not in (0, last) else ""
    return f"{plain(patch.get_label())}: a band, from {at(0)}{more}, to {at(last)}"


def span(axes, patch, digits):
    """Say where a strip across the panel lies: axvspan and axhspan; or any other rectangle."""
    across, up = patch.get_transform().contains_branch_seperately(axes.transData)
    sides = []
    for shown, start, length, side in ((across, patch.get_x(), patch.get_width(), "across"),
                                       (up, patch.get_y(), patch.get_height(), "up")):
        if shown:
            ends = sorted((start, start + length))
            sides.append(f"{number(ends[0], digits)} to {number(ends[1], digits)} {side}")
    return f"{plain(patch.get_label())}: the strip from {', '.join(sides)}"
