"""Lab: any function of the catalogue, at one point and for a whole distribution of inputs."""

from functools import cache, lru_cache

import ipywidgets as widgets
import numpy as np
from matplotlib.patches import Rectangle

from course_lib import activations
from course_lib.figures.lines import grid, track
from course_lib.figures.style import GREY, ink, look
from course_lib.figures.words import number
from course_lib.labs.lab import Lab
from course_lib.labs.outputs import FLAT, Normal, Uniform, bin_edges, outputs

REACH, POINTS = 7.0, 28  # of z, to either side of zero: far enough for relu6's kink at 6
PAGE = {("sine", 10.0): 2.8, ("sine", 30.0): 1.4}  # half a picture, lest waves merge into a band
TALLEST = 10.0  # of the left panels: an exponential would flatten all the rest

# Values of a function's first parameter, the catalogue's and the frameworks' defaults among them.
STOPS = {
    "soft_shrink": (0, 0.1, 0.25, 0.5, 1, 1.5, 2), "hard_shrink": (0, 0.1, 0.25, 0.5, 1, 1.5, 2),
    "isru": (0.05, 0.25, 1, 4, 16), "isrlu": (0.05, 0.25, 1, 4, 16),
    "hard_sigmoid": (0.1, 1 / 6, 0.2, 0.25, 0.5, 1), "threshold": (-2, -1, -0.5, 0, 0.5, 1, 2, 3),
    "smelu": (0.1, 0.25, 0.5, 1, 2, 4),
    "leaky_relu": (0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1),
    "prelu": (-1, -0.5, -0.25, 0, 0.1, 0.25, 0.5, 1), "squareplus": (0.1, 0.25, 1, 4, 16),
    "elu": (0.1, 0.25, 0.5, 1, 1.5, 2, 3), "celu": (0.1, 0.25, 0.5, 1, 1.5, 2, 3),
    "swish": (0, 0.25, 0.5, 1, 1.702, 3, 10), "acon_c": (-1, -0.5, 0.5, 1, 1.5, 2),
    "sine": (0.5, 1, 2, 3, 5, 10, 30), "snake": (0.2, 0.5, 1, 2, 5),
}
NONE = "none"  # where there is no parameter (ipywidgets takes no None for an option)
MULTIPLES = (0.25, 0.5, 1, 2, 4)  # of the default, for a parameter that has no values above
EXACT = {"facecolor": GREY, "edgecolor": "white", "hatch": "////", "lw": 0}  # outputs that are 0

INPUTS = {
    "N(0, 1)": Normal(0, 1), "N(0, 0.3²)": Normal(0, 0.3), "N(0, 3²)": Normal(0, 3),
    "N(-2, 1)": Normal(-2, 1), "U(-3, 3)": Uniform(-3, 3),
}


class Explorer(Lab):
    """Choose function, parameter, point and inputs: value and slope there, and what comes out."""

    title = "What a function does to one input, and to many"
    frame_settings = ("function", "inputs", "page")

    def controls(self):
        style, layout = {"description_width": "9em"}, {"width": "40em"}
        names = [name for name in activations.names() if activations.get(name).kind != "vector"]
        # Sliders and buttons, no menu: JupyterLab would take its arrow keys away.
        function = widgets.SelectionSlider(options=names, value="leaky_relu", style=style,
                                           description="function", layout=layout)
        parameter = widgets.SelectionSlider(options=[""], style=style, layout=layout)
        _offer(parameter, function.value)
        function.observe(self._function_chosen, "value")
        return {
            "function": function, "parameter": parameter,
            "z": widgets.FloatSlider(value=-1.0, min=-REACH, max=REACH, step=REACH / POINTS,
                                     readout_format=".2f", description="point z", style=style,
                                     layout=layout),
            "inputs": widgets.ToggleButtons(options=list(INPUTS), description="inputs from",
                                            tooltips=[law.words for law in INPUTS.values()],
                                            style={**style, "button_width": "8.5em"},
                                            layout={"width": "60em"}),
        }

    @property
    def settings(self):
        """The controls' values now, and the `page` of the z axis: its middle and half its width."""
        now = super().settings
        half = PAGE.get((now["function"], now["parameter"]), REACH)
        return {**now, "page": (2 * half * round(now["z"] / (2 * half)), half)}

    def step(self, **changes):
        """As in every lab; `parameter` is one of the function that the same step may choose.

        Raises TypeError for a control the lab has not, ValueError for a value it cannot take.
        """
        function = changes.get("function", self.widgets["function"].value)
        if "parameter" in changes and function in self.widgets["function"].options:
            stops = parameter_stops(function)
            if changes["parameter"] not in stops:
                name, got = parameter_name(function), f"got {changes['parameter']!r}"
                raise ValueError(f"{function} has no parameter; {got}" if name is None else
                                 f"{name} of {function} must be one of "
                                 f"{', '.join(number(stop, 4) for stop in stops)}; {got}")
        # The function first: choosing it puts its own values on the parameter's slider.
        return super().step(**dict(sorted(changes.items(), key=lambda one: one[0] != "function")))

    def _check(self, name, value):
        if name != "parameter":  # `step` has checked it
            super()._check(name, value)

    def _function_chosen(self, change):
        silent, self._silent = self._silent, True  # the function's own observer draws, once
        try:
            _offer(self.widgets["parameter"], change["new"])
        finally:
            self._silent = silent

    def frame(self, figure, function, inputs, page, **_):
        colour, dash = look(function)
        left, right = figure.add_gridspec(1, 2, wspace=0.04)
        value, slope = map(figure.add_subplot, left.subgridspec(2, 1, height_ratios=(3, 2)))
        strip, bars = map(figure.add_subplot, right.subgridspec(2, 1, height_ratios=(1, 3)))
        value.set_title(f"{function}: value $f(z)$")
        value.tick_params(labelbottom=False)
        slope.set_title("slope $f'(z)$", weight="normal")
        slope.set_xlabel("pre-activation $z$ (grey: the inputs)")
        middle, half = page
        ends = middle - half, middle + half
        _hill(value, INPUTS[inputs], ends)
        moving = [*value.plot([], [], color=GREY, lw=1.5),
                  *slope.plot([], [], color=GREY, lw=7, alpha=0.4, solid_capstyle="butt")]
        for axes, kind in ((value, "f"), (slope, "df")):
            axes.set(xlim=ends, ylim=limits(function, kind, half))
            axes.axhline(0, color="#999999", lw=1, zorder=1)
            moving += [*axes.plot([], [], color=colour, ls=dash),
                       *axes.plot([], [], "o", color=colour, mfc="white", ms=6),
                       *axes.plot([], [], "o", color=colour, mec="white", ms=9, clip_on=False),
                       axes.text(1, 1.05, "", transform=axes.transAxes, ha="right",
                                 color=ink(colour), size=12, weight="bold")]
        moving += _strip(strip, inputs)
        edges = bins(function, inputs)
        bars.set(xlim=edges[[0, -1]], ylim=(0, 100 * tallest(function, inputs)),
                 xlabel="output $a = f(z)$", ylabel="share of units (%)")
        zero = int(np.argmin(abs(edges[:-1] + edges[1:])))
        return [*moving,
                bars.stairs(np.zeros(len(edges) - 1), edges, fill=True, color=colour, alpha=0.6),
                bars.stairs([0.0], edges[zero:zero + 2], fill=True, **EXACT),
                *bars.plot([], [], "^", color="black", ms=8, clip_on=False),
                bars.text(0.99, 0.97, "", transform=bars.transAxes, ha="right", va="top",
                          color=GREY)]

    def move(self, moving, function, parameter, z, inputs, page):
        tangent, flat, *rest, mean, second, zero, nearly, bars, zero_bar, arrow, beyond = moving
        chosen, out = activation(function, parameter), comes_out(function, parameter, inputs)
        place, (*drawn, level) = traces(function, parameter, page)
        flat.set_data(place, level)
        at = chosen.f(z), chosen.df(z)
        for index, height in enumerate(at):
            curve, rings, dot, text = rest[4 * index:4 * index + 4]
            curve.set_data(place, drawn[2 * index])
            rings.set_data(*drawn[2 * index + 1])
            low, high = dot.axes.get_ylim()
            dot.set_data([z], [np.clip(height, low, high)])
            dot.set_marker("^" if height > high else "v" if height < low else "o")
            text.set_text(number(height, scale=1))
        kind, arm = corner(chosen, z), np.array([-0.3, 0.3]) * page[1]
        tangent.set_data(z + arm, at[0] + at[1] * arm)
        tangent.set_visible(kind is None and rest[2].get_marker() == "o")
        for text, words in zip((mean, second, zero, nearly),
                               (*_moments(out), percent(out.zero), percent(out.flat)),
                               strict=True):
            text.set_text(words)
        edges, outside = bins(function, inputs), 1 - out.bins.sum()
        bars.set_data(100 * out.bins)
        zero_bar.set_data([100 * out.zero])
        arrow.set_data([np.clip(out.mean, edges[0], edges[-1])], [0])
        arrow.set_marker("<" if out.mean < edges[0] else ">" if out.mean > edges[-1] else "^")
        beyond.set_text(f"{percent(outside)} lie beyond" if outside > 0.01 else "")
        name = function
        if parameter != NONE:
            name += f" with {parameter_name(function)} = {number(parameter, 4)}"
        return f"{_at_point(name, z, *at, kind)} {_of_inputs(INPUTS[inputs], out)}"


def _hill(axes, law, ends):
    """The inputs' density, in the lowest third of a panel."""
    z = np.linspace(*ends, 401)
    top = law.density(np.array(sum(law.interval(1)) / 2))
    axes.fill_between(z, 0, 0.3 * law.density(z) / top, color="#dddddd", lw=0, zorder=0,
                      transform=axes.get_xaxis_transform())


def _strip(axes, inputs):
    """Title and names of the four numbers over the bars; returns the texts for the numbers."""
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_title(f"Outputs for inputs from {inputs}")
    axes.plot([-0.12], [0.72], "^", color="black", ms=8, clip_on=False)
    axes.add_patch(Rectangle((0.5, 0.6), 0.04, 0.24, **EXACT))
    axes.add_patch(Rectangle((0.5, 0.16), 0.04, 0.12, color=GREY, alpha=0.4, lw=0))
    numbers = []
    for left, end, y, name in ((-0.08, 0.45, 0.72, "mean"), (-0.08, 0.45, 0.22, "second moment"),
                               (0.56, 1.0, 0.72, "exactly 0"), (0.56, 1.0, 0.22, "nearly flat")):
        axes.text(left, y, name, va="center", color=GREY, size=10)
        numbers.append(axes.text(end, y, "", va="center", ha="right"))
    return numbers


@cache
def parameter_name(function):
    """Return the name of a function's first parameter, or None."""
    return next(iter(activations.get(function).params), None)


def parameter_stops(function):
    """Return the values of a function's first parameter on the slider; "none" alone without one."""
    name = parameter_name(function)
    if name is None:
        return (NONE,)
    default = activations.get(function).params[name]
    return tuple(map(float, STOPS.get(function, [default * times for times in MULTIPLES])))


@cache
def activation(function, parameter):
    """Return a function of the catalogue with a value for its first parameter."""
    params = {} if parameter == NONE else {parameter_name(function): parameter}
    return activations.get(function, **params)


def limits(function, kind, half):
    """Return the ends of the axis of values ("f") or slopes ("df"), for pages of a half-width.

    They are the same for all stops of the parameter that are shown on such pages.
    """
    z, seen = np.linspace(-REACH, REACH, 1401), [0.0, 1.0]
    for stop in parameter_stops(function):
        if PAGE.get((function, stop), REACH) == half:
            y = getattr(activation(function, stop), kind)(z)
            seen += [y.min(), y.max()]
    top = TALLEST if half == REACH else np.inf  # a quick wave's slope is what there is to see
    low, high = max(min(seen), -top), min(max(seen), top)
    margin = 0.08 * (high - low)
    return low - margin, high + margin


@lru_cache(maxsize=64)
def traces(function, parameter, page):
    """Return z and what is drawn over it: value, its rings, slope, its rings, the flat parts."""
    chosen = activation(function, parameter)
    middle, half = page
    z = grid([chosen], middle - half, middle + half)
    slope = chosen.df(z)
    flat = np.where(abs(slope) < FLAT, 0.0, np.nan)
    return z, (*track(chosen, "f", z), *track(chosen, "df", z), flat)


@cache
def bins(function, inputs):
    """Return the edges of the bins of outputs: the same at all stops of the parameter."""
    return bin_edges([activation(function, stop) for stop in parameter_stops(function)],
                     INPUTS[inputs])


@cache
def comes_out(function, parameter, inputs):
    """Return the `Outputs` of a function at one stop of its parameter."""
    return outputs(activation(function, parameter), INPUTS[inputs], bins(function, inputs))


def tallest(function, inputs):
    """Return a height that holds the bars at all stops of the parameter."""
    return 1.05 * max(comes_out(function, stop, inputs).bins.max()
                      for stop in parameter_stops(function))


def corner(function, z):
    """Return "jump" or "corner" if the function has one at z, else None."""
    if not any(abs(z - kink) < 1e-9 for kink in function.kinks):
        return None
    sides = np.array([z - 1e-7, z + 1e-7])
    if abs(np.diff(function.f(sides))) > 1e-3:
        return "jump"
    return "corner" if abs(np.diff(function.df(sides))) > 1e-3 else None


def percent(share):
    """Write a share in percent; what is next to nothing, or next to all, as such.

    >>> percent(0.5), percent(0.0228), percent(1e-5), percent(0.0), percent(1 - 1e-5)
    ('50 %', '2.28 %', '< 0.1 %', 'none', '> 99.9 %')
    """
    if share < 1e-12 or share > 1 - 1e-12:
        return "none" if share < 0.5 else "all"
    if 0.001 <= share <= 0.999:
        return f"{_stable(100 * share, digits=3 if share >= 0.01 else 2)} %"
    return "< 0.1 %" if share < 0.5 else "> 99.9 %"


def _stable(value, digits=3, scale=0.0):
    """A number that is written the same everywhere: rounding noise must not decide a tie."""
    return number(float(f"{value:.9g}"), digits, scale)


def _offer(slider, function):
    """Put a function's first parameter on the slider, or hide it when there is none."""
    name = parameter_name(function)
    slider.options = [(stop if stop == NONE else number(stop, 4), stop)
                      for stop in parameter_stops(function)]
    slider.description, slider.disabled = name or "no parameter", name is None
    slider.layout.visibility = "hidden" if name is None else "visible"
    slider.value = NONE if name is None else activations.get(function).params[name]


def _moments(out):
    return _stable(out.mean, scale=np.sqrt(out.second_moment)), _stable(out.second_moment)


def _at_point(name, z, value, slope, kind):
    text = f"At z = {number(z)} {name} is {number(value, scale=1)} and its slope "
    if kind is None:
        return f"{text}{number(slope, scale=1)}."
    return f"{text}is set to {number(slope, scale=1)}: it has a {kind} there."


def _of_inputs(law, out):
    mean, second = _moments(out)
    return (f"{law.words} come out with mean {mean} and second moment {second}; "
            f"{_counted(out.zero, 'output is', 'outputs are')} exactly 0, and "
            f"{_counted(out.flat, 'unit sits', 'units sit')} where the slope is nearly 0 "
            f"(below {FLAT} in size).")


def _counted(share, one, many):
    told = percent(share).replace("<", "under").replace(">", "over")
    return {"none": f"no {one}", "all": f"all {many}"}.get(told, f"{told} of the {many}")
