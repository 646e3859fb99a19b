"""What a figure shows, in words taken from the artists that were drawn.

The words are the figure for whoever cannot see it, and they are what tests compare: a wrong curve
must change them. So nothing here is told by the author; everything is read back from the axes.
"""

import re
import unicodedata

import numpy as np
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.container import BarContainer, ErrorbarContainer

_SIGNS = {  # LaTeX commands that print no word
    "leq": "≤ ", "le": "≤ ", "geq": "≥ ", "ge": "≥ ", "neq": "≠ ", "ne": "≠ ", "approx": "≈ ",
    "cdot": "· ", "times": "× ", "pm": "±", "infty": "∞", "to": "→ ", "partial": "∂", "in": "∈ ",
    "ldots": "...", "dots": "...", "quad": " ", "qquad": " ", "left": "", "right": "",
    "displaystyle": "", "mathrm": r"\text", "operatorname": r"\text", "mathbf": r"\text",
    "tfrac": r"\frac", "dfrac": r"\frac", "int": "∫", "sum": "∑ ", "prod": "∏ ",
}


def describe(figure, digits=3, crossings=True):
    """Return the description of every panel of a figure, numbers to `digits` significant digits.

    Labelled lines: start, middle, end, lowest, highest, gaps, the band around them, and where the
    first two cross; error bars: mean and interval; bars; points: how many, and where; images.
    """
    panels = figure.axes
    pictures = [axes for axes in panels if axes.images]
    parts = [_images(pictures, digits)] if pictures else []
    parts += [_panel(axes, digits, crossings) for axes in panels if not axes.images]
    return " ".join(parts)


def number(value, digits=3, scale=0.0):
    """Write a number to `digits` significant digits; below a billionth of `scale` it is 0.

    >>> number(0.049787), number(-1e-17, scale=1), number(12345.6), number(-0.0)
    ('0.0498', '0', '12300', '0')
    """
    if not np.isfinite(value):
        return str(float(value))
    if abs(value) <= 1e-9 * scale:
        return "0"
    value = float(f"{value:.{digits}g}")
    return f"{int(value)}" if value.is_integer() and abs(value) < 1e6 else f"{value:.{digits}g}"


def position(x, spread, digits=3):
    """Write a position on an axis `spread` long; what the eye cannot part from 0 there is 0."""
    return number(x, digits, 1e5 * spread)


def interval(mean, low, high, digits=2, grain=None):
    """Write a mean and its interval with as many decimals as the interval's width deserves.

    With `digits` 2 the half-width shows one digit from 3 up, and two below (1.0 to 2.9); with a
    `grain` all three are multiples of it.

    >>> interval(97.4631, 97.2512, 97.6750), interval(97.4631, 97.0, 97.9262)
    ('97.46 (97.25 to 97.67)', '97.5 (97.0 to 97.9)')
    >>> interval(97.4631, 93.0, 99.9, grain=5)
    '95 (95 to 100)'
    """
    if grain:
        mean, low, high = (number(grain * round(value / grain)) for value in (mean, low, high))
        return f"{mean} ({low} to {high})"
    half = (high - low) / 2
    if not np.isfinite(half) or half <= 1e-9 * abs(mean):
        return f"{number(mean, digits)} ({number(low, digits)} to {number(high, digits)})"
    decimals = max(0, digits - 2 - int(np.floor(np.log10(half / 3))))
    mean, low, high = (round(value, decimals) + 0.0 for value in (mean, low, high))  # -0.0 is 0.0
    return f"{mean:.{decimals}f} ({low:.{decimals}f} to {high:.{decimals}f})"


def plain(text):
    r"""Write the LaTeX between dollar signs as plain text.

    >>> plain(r"slope $f'(z)$"), plain(r"$\sigma(z) = \frac{1}{1 + e^{-z}} \leq 1$")
    ("slope f'(z)", 'σ(z) = 1/(1 + e^(-z)) ≤ 1')
    """
    return re.sub(r"\$([^$]*)\$", lambda math: _plain_math(math[1]), " ".join(text.split()))


def _plain_math(text):
    def bracketed(part):
        return part if re.fullmatch(r"\w*|\W?\d*\.?\d+", part) else f"({part})"

    text = re.sub(r"\\[,;: ]|~", " ", text.replace(r"\!", ""))
    text = re.sub(r"\\([A-Za-z]+) *(?=(\w|\\[a-z])?)", _command, text)
    text = re.sub(r"\\frac(\w)(\w)", r"\\frac{\1}{\2}", text)
    inner = r"\{([^{}]*)\}"
    for _ in range(text.count("{")):  # from the innermost braces out
        text = re.sub(rf"\\sqrt{inner}", lambda part: f"√{bracketed(part[1])}", text)
        text = re.sub(rf"([\^_]){inner}", lambda part: part[1] + bracketed(part[2]), text)
        text = re.sub(rf"\\frac{inner}{inner}",
                      lambda part: f"{bracketed(part[1])}/{bracketed(part[2])}", text)
        text = re.sub(rf"\\text{inner}", r"\1", text)
    return " ".join(re.sub(r"[\\{}]", "", text).split())


def _command(match):
    """A LaTeX command as a sign, or as the word that it prints: `tanh`; structure stays."""
    name, follows = match[1], match[2]
    if name in _SIGNS:
        return _SIGNS[name]
    if name in ("frac", "sqrt", "text"):
        return f"\\{name}"
    letter = name.upper().replace("LAMBDA", "LAMDA")  # Unicode's spelling
    try:
        return unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} "
                                  f"LETTER {letter}")
    except KeyError:
        return f"{name} " if follows else name


def labelled(artists):
    """Return the artists that were given a label (matplotlib's own begin with an underscore)."""
    return [one for one in artists if one.get_label() and not one.get_label().startswith("_")]


def _panel(axes, digits, crossings):
    lines = labelled(axes.lines)
    facts = [_line(axes, line, digits) for line in lines]
    if crossings and len(lines) > 1:
        facts += _crossings(*lines[:2], digits)
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer) and labelled([container]):
            facts.append(_intervals(container, digits))
        elif isinstance(container, BarContainer):
            facts.append(_bars(axes, container, digits))
    facts += [_points(one, digits) for one in labelled(axes.collections)
              if isinstance(one, PathCollection)]
    name = plain(axes.get_title(loc="left"))
    where = ", ".join(f"{side} {plain(label)}{' (log scale)' if scale == 'log' else ''}"
                      for side, label, scale in (
                          ("across", axes.get_xlabel(), axes.get_xscale()),
                          ("up", axes.get_ylabel(), axes.get_yscale())) if label)
    head = ": ".join(part for part in (name, where) if part)
    text = ": ".join(part for part in (head, "; ".join(facts)) if part)
    return f"{text[:1].upper()}{text[1:]}." if facts and head else f"{text}." if facts else ""


def _line(axes, line, digits):
    x, y = _data(line)
    name, finite = plain(line.get_label()), np.isfinite(x) & np.isfinite(y)
    if not finite.any():
        return f"{name} has no finite point"
    # A lone gap between two drawn points is a jump; a longer one means values are missing.
    lone = ~finite & np.r_[False, finite[:-1]] & np.r_[finite[1:], False]
    jumps, missing = x[lone & np.isfinite(x)], int((~finite & ~lone).sum())
    total, x, y = len(x), x[finite], y[finite]
    scale_x, scale_y = np.ptp(x), np.ptp(y) if axes.get_yscale() == "linear" else 0.0

    def at(index, mark=""):
        value = number(y[index], digits, scale_y)
        return f"{value}{mark} at {position(x[index], scale_x, digits)}"

    last, low, high = len(y) - 1, _first(y, y.min()), _first(y, y.max())
    if np.ptp(y) <= 1e-9 * abs(y).max():
        ends = f"{position(x[0], scale_x, digits)} to {position(x[last], scale_x, digits)}"
        text = f"{name} stays at {number(y[0], digits)} from {ends}"
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
            text += f", on average {number(_average(x, y), digits, scale_y)}"
    if len(jumps):
        places = [position(place, scale_x, digits) for place in jumps]
        text += f", with a jump at {listed(places)}"
    if missing:
        text += f", {missing} of {total} points not finite"
    if axes.get_yscale() == "log" and (y <= 0).any():
        text += f", {int((y <= 0).sum())} points at zero or below not drawn on the log scale"
    return text + _band(axes, line, digits)


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


def _crossings(one, two, digits):
    (x, y), (other_x, other_y) = _data(one), _data(two)
    keep = np.isfinite(x) & np.isfinite(y)
    x, y = x[keep], y[keep]
    keep = np.isfinite(other_x) & np.isfinite(other_y)
    if len(x) < 2 or keep.sum() < 2:
        return []
    gap = y - np.interp(x, other_x[keep], other_y[keep], left=np.nan, right=np.nan)
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


def _intervals(container, digits):
    points, _, bars = container.lines
    segments = bars[0].get_segments()
    across = bool(container.has_xerr)  # not read off the bars: they may have no width
    x, y = (np.asarray(values, float) for values in points.get_data())
    means, places = (x, y) if across else (y, x)
    told, grain = [], getattr(container, "grain", None)
    for mean, place, ends in zip(means, places, segments, strict=True):
        low, high = ends[:, 0 if across else 1]
        where = f" at {number(place, digits)}" if len(segments) > 1 else ""
        told.append(f"{interval(mean, low, high, digits, grain)}{where}")
    about = f", to the nearest {number(grain)}" if grain else ""
    return f"{plain(container.get_label())} {', '.join(told)}{about}"


def _bars(axes, container, digits):
    flat = container.orientation == "horizontal"
    axis = axes.yaxis if flat else axes.xaxis
    ticks = dict(zip(axis.get_ticklocs(), (t.get_text() for t in axis.get_ticklabels()),
                     strict=False))
    told = []
    for bar in container:
        length = bar.get_width() if flat else bar.get_height()
        centre = bar.get_y() + bar.get_height() / 2 if flat else bar.get_x() + bar.get_width() / 2
        name = next((text for place, text in ticks.items() if abs(place - centre) < 1e-6 and text),
                    number(centre, digits))
        told.append(f"{plain(name)} {number(length, digits)}")
    own = f"{plain(container.get_label())}: " if labelled([container]) else ""
    return f"{own}bars {', '.join(told)}"


def _points(points, digits):
    where = np.asarray(points.get_offsets(), float)
    if not len(where):
        return f"{plain(points.get_label())}: no points"
    (left, low), (right, high) = where.min(0), where.max(0)
    return (f"{plain(points.get_label())}: {len(where)} points, from {number(left, digits)} to "
            f"{number(right, digits)} across, {number(low, digits)} to {number(high, digits)} up")


def _images(pictures, digits):
    values = [np.ma.filled(axes.images[0].get_array(), np.nan) for axes in pictures]
    shapes = sorted({" by ".join(map(str, one.shape)) for one in values})
    titles = [plain(axes.get_title(loc=side)) for axes in pictures for side in ("left", "center")
              if axes.get_title(loc=side)]
    named = f", titled {listed(titles)}" if titles else ""
    low, high = min(one.min() for one in values), max(one.max() for one in values)
    mean = np.mean([one.mean() for one in values])
    return (f"{len(values)} image{'s' * (len(values) > 1)} of {listed(shapes)} values, from "
            f"{number(low, digits)} to {number(high, digits)} with mean {number(mean, digits)}"
            f"{named}.")


def _data(line):
    return tuple(np.ma.filled(np.ma.asarray(values, float), np.nan)
                 for values in line.get_data())


def listed(texts):
    """Write a list as a sentence does: a, b and c."""
    return " and ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))
