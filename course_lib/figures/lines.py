"""Activation functions and their slopes as curves."""

import numpy as np

from course_lib import activations
from course_lib.figures.canvas import panels
from course_lib.figures.style import GREY, looks
from course_lib.figures.wording import listed, number
from course_lib.figures.words import crossing_places

POINTS = 2001
VALUE, SLOPE = "value $f(z)$", "slope $f'(z)$"


def curves(functions, what="value", interval=(-5, 5), title=None):
    """Draw functions, their slopes, or both side by side; kinks are ringed, minima written.

    Args:
        functions: names of the catalogue or `Activation` objects; one, or a list.
        what: "value", "slope" or "both".
        interval: lowest and highest pre-activation.
        title: the message; without one, the names.

    Raises:
        ValueError: for another `what`, an empty interval, or a function of a whole vector.
    """
    names, functions = resolve(functions)
    kinds = {"value": ("f",), "slope": ("df",), "both": ("f", "df")}
    if what not in kinds:
        raise ValueError(f"what must be 'value', 'slope' or 'both', got {what!r}")
    low, high = interval
    if not low < high:
        raise ValueError(f"interval must be (low, high) with low < high, got {interval}")
    z = grid(functions, low, high)
    title = title or f"{', '.join(names)}: {what if what != 'both' else 'value and slope'}"
    minima = {} if what == "slope" else lowest_inside(names, functions, z)
    told = [f"{number(y)} at {number(x)} ({name})" for name, (x, y) in minima.items()]
    note = f"Triangle: lowest value, {listed(told)}" if told else None
    with panels(title, columns=len(kinds[what]), note=note) as drawn:
        for axes, kind in zip(np.atleast_1d(drawn), kinds[what], strict=True):
            axes.set(xlabel="pre-activation $z$", ylabel=VALUE if kind == "f" else SLOPE)
            for name, function, (colour, dash) in zip(names, functions, looks(names), strict=True):
                y, dots = track(function, kind, z)
                axes.plot(z, y, color=colour, ls=dash, label=name)
                axes.plot(*dots, "o", color=colour, mfc="white", ms=6)
                if kind == "f" and name in minima:
                    axes.plot(*minima[name], "v", color=colour, ms=7)
            if kind == "f":
                _mark_saturation(axes, functions, z)


def slopes(functions, mark="crossing", title=None):
    """Compare slopes near zero (linear) and far from it (log scale).

    The first two functions are compared: a dotted line where they are equally steep (found to
    rounding, not read off the grid), and at z = 5 how many times one is steeper than the other.

    Args:
        functions: names of the catalogue or `Activation` objects, two or more.
        mark: "crossing", or None to draw the bare curves.
        title: the message; without one it is computed.
    """
    names, functions = resolve(functions)
    if len(names) < 2:
        raise ValueError(f"slopes compares two functions or more, got only {names[0]}")
    if mark not in ("crossing", None):
        raise ValueError(f"mark must be 'crossing' or None, got {mark!r}")
    even = all(is_even(function.df) for function in functions)
    near, far = (0.0, 3.0) if even else (-3.0, 3.0), (0.0, 8.0) if even else (-8.0, 8.0)
    z = grid(functions, *far)
    crossings = equal_slopes(*functions[:2], z)
    say = []
    with panels(title or _slopes_title(names, crossings, even), columns=2, say=say) as drawn:
        for axes, (low, high), scale in zip(drawn, (near, far), ("linear", "log"), strict=True):
            inside = (z >= low) & (z <= high)
            for name, function, (colour, dash) in zip(names, functions, looks(names), strict=True):
                y, dots = track(function, "df", z[inside])
                axes.plot(z[inside], y, color=colour, ls=dash, label=name)
                axes.plot(*dots, "o", color=colour, mfc="white", ms=6)
            axes.set(xlim=(low, high), yscale=scale, ylabel=SLOPE,
                     xlabel="distance from zero $|z|$" if even else "pre-activation $z$")
        for axes, words in zip(drawn, ("Near zero", "Far from zero"), strict=True):
            axes.set_title(words + (", on a log scale" if axes.get_yscale() == "log" else ""))
        if mark:
            _mark_crossings(drawn, functions, crossings, say)
            _mark_ratio(drawn[1], names, functions, say)


def resolve(functions):
    """Return names and `Activation` objects for names or objects, one or many."""
    if isinstance(functions, str) or hasattr(functions, "df") or hasattr(functions, "vjp"):
        functions = [functions]
    found = [activations.get(one) if isinstance(one, str) else one for one in functions]
    if not found:
        raise ValueError("no function given: name at least one, such as 'relu'")
    for one in found:
        if getattr(one, "kind", "elementwise") != "elementwise":
            raise ValueError(f"{one.name} is a function of a whole vector and has no curve; "
                             "draw an elementwise one, such as 'sigmoid'")
    names = [one.name for one in found]
    for index, one in enumerate(found):  # twice the same name: the parameters tell them apart
        if [other.name for other in found].count(one.name) > 1 and one.params:
            named = ", ".join(f"{key}={value:g}" for key, value in one.params.items())
            names[index] = f"{one.name} ({named})"
    return names, found


def grid(functions, low, high):
    """Return points from low to high (n,), dense where a function or slope turns or has a kink."""
    z = np.linspace(low, high, POINTS)
    step, extra = z[1] - z[0], []
    for function in functions:
        for y in (function.f(z), function.df(z)):
            turns = np.flatnonzero(np.diff(np.sign(np.diff(y))) != 0) + 1
            # Only the deepest and the highest: a wave would otherwise fill the grid.
            for turn in {z[i] for i in (turns[np.argmin(y[turns])], turns[np.argmax(y[turns])])
                         } if len(turns) else ():
                extra.append(np.linspace(turn - step, turn + step, 201))
        for kink in kinks(function, low, high):
            extra.append(kink + np.array([-1e-6, 0, 1e-6]) * (high - low))
    z = np.unique(np.concatenate([z, *extra]))
    return z[(z >= low) & (z <= high)]


def kinks(function, low, high):
    """Return the function's kinks strictly inside the interval."""
    return [kink for kink in function.kinks if low < kink < high]


def track(function, kind, z):
    """Return the curve to draw and the dots on it: `(y, (dot_x, dot_y))`.

    Where the curve jumps, its own point is left out, so that no stroke joins the two sides; the dot
    then stands at the value taken there.
    """
    y = np.array(getattr(function, kind)(z), float)
    spread, places = np.ptp(y[np.isfinite(y)]), kinks(function, z[0], z[-1])
    dots = [getattr(function, kind)(np.array(places, float))] if places else [[]]
    for kink in places:
        at = int(np.searchsorted(z, kink))
        if abs(y[at + 1] - y[at - 1]) > 1e-3 * spread:
            y[at] = np.nan
    return y, (places, *dots)


def is_even(slope):
    """Say whether a slope is the same at z and -z, to rounding."""
    z = np.linspace(0.05, 8, 160)
    return np.allclose(slope(z), slope(-z), rtol=1e-9, atol=0)


def equal_slopes(one, two, z):
    """Return where two slopes change places (crossings), each to rounding."""
    from scipy.optimize import brentq  # here: it would slow down the import of figures

    def gap(x):
        return float(one.df(x)) - float(two.df(x))

    found = []
    for place in crossing_places(z, one.df(z) - two.df(z)):
        left = int(np.clip(np.searchsorted(z, place), 1, len(z) - 1))
        low, high = z[left - 1], z[left]
        root = brentq(gap, low, high, xtol=1e-14) if gap(low) * gap(high) < 0 else place
        found.append(0.0 if abs(root) < 1e-12 else root)  # -8.9e-16 is rounding, not a place
    return found


def _slopes_title(names, crossings, even):
    one, two = names[:2]
    if not crossings:
        return f"How steep are {listed(names)}?"
    places = listed([number(place, 4) for place in crossings])
    return f"The slopes of {one} and {two} change places at {'|z|' if even else 'z'} = {places}"


def _mark_crossings(drawn, functions, crossings, say):
    for axes in drawn:
        for place in crossings:
            axes.axvline(place, color="#999999", lw=1, ls=":")
    low, high = drawn[0].get_xlim()
    inside = [place for place in crossings if low < place < high]
    if len(inside) > 1:  # no room for leaders: the numbers stand along their lines
        for place in inside:
            drawn[0].text(place, 0.97, number(place, 4), color=GREY, size=9, rotation=90,
                          transform=drawn[0].get_xaxis_transform(), ha="right", va="top",
                          bbox={"fc": "white", "ec": "none", "pad": 1})
        inside = []
    for place in inside:
        height = float(functions[0].df(place))
        bottom, top = drawn[0].get_ylim()
        drawn[0].annotate(f"equal at {number(place, 4)}", (place, height),
                          (place + 0.03 * (high - low), bottom + 0.62 * (top - bottom)),
                          color=GREY, arrowprops={"arrowstyle": "-", "color": "#999999"})
    if crossings:
        say.append("The dotted line marks where the slopes are equal, at "
                   f"{listed([number(place, 4) for place in crossings])}.")


def _mark_ratio(axes, names, functions, say):
    first, second = (float(function.df(5.0)) for function in functions[:2])
    if first <= 0 or second <= 0:
        zero = names[0] if first <= 0 else names[1]
        say.append(f"At z = 5 the slope of {zero} is {number(min(first, second))}.")
        return
    (low, _), (high, steep) = sorted([(first, names[0]), (second, names[1])])
    other = names[1] if steep == names[0] else names[0]
    if high / low < 1.05:
        say.append(f"At z = 5 the slopes of {names[0]} and {names[1]} are nearly equal.")
        return
    times = number(high / low, 2 if high / low < 100 else 3)
    if high / low > 1.5:
        axes.plot([5, 5], [low, high], color=GREY, lw=1.5, marker="_", ms=8)
        # Low beside the bracket, where the lower curve has fallen away.
        axes.text(5.15, low * (high / low) ** 0.2, f"{times} times", color=GREY, va="center")
    say.append(f"At z = 5 {steep}'s slope is {times} times {other}'s.")


def lowest_inside(names, functions, z):
    """Return `{name: (z, value)}` of those functions that are lowest well inside the interval."""
    found = {}
    for name, function in zip(names, functions, strict=True):
        y = function.f(z)
        at = int(np.argmin(y))
        if min(y[0], y[-1]) - y[at] > 0.01 * np.ptp(y):
            found[name] = z[at], y[at]
    return found


def _mark_saturation(axes, functions, z):
    """A thin line at each bound that a function has all but reached where the interval ends."""
    for function in functions:
        ends = function.f(z[[0, -1]])
        for bound in function.bounds:
            if np.isfinite(bound) and (abs(ends - bound) < 0.02 * np.ptp(function.f(z))).any():
                axes.axhline(bound, color="#999999", lw=1, ls=":", zorder=0)
