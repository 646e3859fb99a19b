"""Names written beside their lines, where nothing else is; a legend where there is no room."""

import numpy as np

from course_lib.figures.style import ink
from course_lib.figures.words import labelled

MOST_DIRECT = 5  # more names than this crowd a panel
GAP = 7  # pixels between a line and its name at the course's 144 dpi
WAYS = np.array([(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)],
                np.float32)  # a pixel needs no more, and half the memory is half the time
NOWHERE = np.full((1, 2), -1e4, np.float32)


def label_lines(figure):
    """Write each labelled line's name beside it, or a legend where they do not all fit.

    The place of a name is the free one nearest its own line and farthest from every other. Panels
    whose author has called `axes.legend()` are left alone. The layout is settled afterwards: from
    there on nothing moves.
    """
    waiting = [axes for axes in figure.axes if labelled(axes.lines) and not axes.get_legend()]
    layout = figure.get_layout_engine()
    crowded = [axes for axes in waiting if len(labelled(axes.lines)) > MOST_DIRECT]
    while True:
        for axes in crowded:  # a legend narrows every panel, so the others are placed once more
            _legend(axes)
            waiting.remove(axes)
        skip_spines(figure)
        layout.execute(figure)
        placed = {axes: _places(axes, labelled(axes.lines)) for axes in waiting}
        crowded = [axes for axes in waiting if placed[axes] is None]
        if not crowded:
            break
    figure.set_layout_engine("none")  # from here on nothing may shift under the names
    for axes in waiting:
        for line, place in zip(labelled(axes.lines), placed[axes], strict=True):
            x, y = axes.transAxes.inverted().transform(place)
            axes.text(x, y, line.get_label(), color=ink(line.get_color()), ha="center",
                      va="center", transform=axes.transAxes)


def skip_spines(figure):
    """Leave spines out of the layout: ticks count, and each spine would ask for these again."""
    for axes in figure.axes:
        axes.spines[:].set_in_layout(False)


def _legend(axes):
    legend = axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    for text, line in zip(legend.get_texts(), labelled(axes.lines), strict=True):
        text.set_color(ink(line.get_color()))


def _places(axes, lines):
    """Return the centre of each line's name in pixels, or None if one of them has no free place."""
    frame = axes.get_window_extent()
    tracks = {line: _track(axes, line, frame) for line in axes.lines}
    boxes = [text.get_window_extent() for text in axes.texts]
    taken = np.array([box.extents for box in boxes]).reshape(-1, 4)
    found = []
    for line in lines:
        half = np.array(_size(axes, line.get_label()), np.float32) / 2
        own, rest = tracks[line], [tracks[other] for other in axes.lines if other is not line]
        others = np.concatenate([*rest, NOWHERE])
        named = np.concatenate([*(tracks[o] for o in lines if o is not line), NOWHERE])
        centre = (own[::4, None] + WAYS * (half + GAP)).reshape(-1, 2)
        aslant = np.tile((WAYS != 0).all(1), len(own[::4]))

        def keep(free):
            nonlocal centre, aslant
            centre, aslant = centre[free], aslant[free]

        keep(((centre - half >= frame.min + 4) & (centre + half <= frame.max - 4)).all(1))
        keep(~_overlap(taken, centre - half - 4, centre + half + 4))
        keep(~_covered(own, centre - half, centre + half))
        keep(~_covered(others, centre - half - 3, centre + half + 3))
        near, far = (_distance(points, centre - half, centre + half) for points in (own, named))
        score = np.minimum(far, 90) - 2 * near - 3 * aslant
        score[far < 1.8 * near] = -np.inf  # a name closer to another line would be read as its name
        if not np.isfinite(score).any():
            return None
        place = centre[score.argmax()]
        found.append(place)
        taken = np.vstack([taken, np.concatenate([place - half, place + half])])
    return found


def _track(axes, line, frame):
    """Return points every 3 pixels along a line, as far as it lies inside the axes (points, 2)."""
    path = line.get_transform().transform_path(line.get_path())
    drawn = np.isfinite(path.vertices).all(1)
    points = path.vertices[drawn]
    if len(points) == 0:
        return np.empty((0, 2), np.float32)
    points = np.clip(points, frame.min - 1e3, frame.max + 1e3)
    steps = np.hypot(*np.diff(points, axis=0).T)
    steps[np.diff(np.flatnonzero(drawn)) > 1] = 0  # across a gap there is no line to be named
    if line.get_linestyle() in ("None", "") or steps.sum() == 0:
        dense = points
    else:
        length = np.r_[0, np.cumsum(steps)]
        at = np.arange(0, length[-1], 3.0)
        dense = np.column_stack([np.interp(at, length, points[:, axis]) for axis in (0, 1)])
    return dense[((dense >= frame.min) & (dense <= frame.max)).all(1)].astype(np.float32)


def _overlap(boxes, low, high):
    """Whether any of the boxes (n, 4) reaches into each candidate [low, high] (m, 2): (m,)."""
    return ((boxes[:, :2] < high[:, None]) & (boxes[:, 2:] > low[:, None])).all(-1).any(1)


def _covered(points, low, high):
    """Whether any point (n, 2) lies inside each candidate [low, high] (m, 2): (m,)."""
    covered = np.zeros(len(low), bool)
    for some in (points[::6], points):  # most are found by a sixth of the points
        x, y = some.T
        left, right = low[~covered], high[~covered]
        inside = (x > left[:, :1]) & (x < right[:, :1])
        inside &= y > left[:, 1:]
        inside &= y < right[:, 1:]
        covered[~covered] = inside.any(1)
    return covered


def _distance(points, low, high):
    """From each candidate [low, high] (m, 2) to the nearest of the points (n, 2): (m,)."""
    centre, half, square = (low + high) / 2, (high - low) / 2, 0
    for k in (0, 1):  # in place: the arrays (m, n) are large
        away = np.abs(points[:, k] - centre[:, None, k])
        away -= half[:, None, k]
        np.maximum(away, 0, out=away)
        away *= away
        square += away
    return np.sqrt(square.min(1, initial=1e8))


def _size(axes, label):
    text = axes.text(0, 0, label)
    box = text.get_window_extent()
    text.remove()
    return box.width, box.height
