"""`with panels(title) as axes:`: draw; picture and words appear when the block ends."""

from contextlib import contextmanager

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_lib.figures.labels import label_lines
from course_lib.figures.picture import palette_png, pixels, show
from course_lib.figures.style import GREY, RC
from course_lib.figures.wording import plain
from course_lib.figures.words import describe


@contextmanager
def house_style():
    """The course's matplotlib settings inside the block, whatever the reader has set outside."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        yield


def new_figure(size, dpi):
    """Return a figure `size` inches large on an Agg canvas, without pyplot or any global state."""
    figure = Figure(figsize=size, dpi=dpi)
    FigureCanvasAgg(figure)
    return figure


@contextmanager
def panels(title, columns=1, size=(8, 3.2), digits=3, say=(), note=None, crossings=True,
           grain=None):
    """Draw one figure; on leaving the block show it with a description of what was drawn.

    Give lines a label: it is written beside the line and names it in the description. Points, bars
    and bands need one too, to be described; call `axes.legend()` to show it.

    Args:
        title: the figure's message, a sentence.
        columns: number of panels. One gives the axes themselves, more a tuple of axes.
        size: width and height in inches.
        digits: significant digits in the description; 2 for measured data.
        say: a sentence, or a list of them, added to the description; a list may be filled inside
            the block.
        note: a small line under the figure, such as what its intervals mean.
        crossings: False where lines are noisy, and where they cross means nothing.
        grain: in the description, round values (heights of lines, lengths of bars) to multiples of
            this: of some networks only so much is the same on every processor.

    Raises:
        ValueError: if there is no title, or nothing with a label was drawn.

    Example:
        with panels("Sigmoid's slope never exceeds 1/4") as axes:
            axes.plot(z, sigmoid.df(z), label="sigmoid")
            axes.set(xlabel="pre-activation $z$", ylabel="slope $f'(z)$")
    """
    if not title or not title.strip():
        raise ValueError("a figure needs a title that says its message")
    if columns < 1:
        raise ValueError(f"columns must be 1 or more, got {columns}")
    with house_style():
        figure = new_figure(size, RC["figure.dpi"])
        if columns == 1:
            axes = figure.subplots()
            axes.set_title(title)
            yield axes
            axes.set_title("")  # the description names it as the figure's title, not the panel's
            words = describe(figure, digits, crossings, grain)
            heading = axes.set_title(title)
        else:
            heading = figure.suptitle(title, x=0.01, ha="left", size=12, weight="bold")
            matplotlib.rcParams.update({"axes.titleweight": "normal", "axes.titlesize": 11})
            yield tuple(figure.subplots(1, columns))
            words = describe(figure, digits, crossings, grain)
        if not words:
            raise ValueError("nothing to describe was drawn: give each line, bar or set of points "
                             "a label, as in axes.plot(x, y, label='tanh')")
        if note:
            figure.supxlabel(note, size=9, color=GREY, x=0.995, ha="right")
        label_lines(figure)
        _keep_inside(figure, heading)
        figure.canvas.draw()
        png = palette_png(pixels(figure))
    show(sentence("Figure", title, words, say, note), png, size[0])


def _keep_inside(figure, heading):
    """Move a title that would leave the picture to the left, and make it smaller if it must be."""
    edge, right = 8, figure.bbox.x1 - 8
    while heading.get_window_extent().width > right - edge:
        heading.set_size(heading.get_size() - 0.5)
    box, place = heading.get_window_extent(), heading.get_transform().inverted()
    left = max(edge, box.x0 - max(0, box.x1 - right))
    heading.set_x(place.transform((left, box.y0))[0])


def sentence(kind, title, words, say=(), note=None):
    """Return `Figure: title. description` with the author's sentences and the note behind."""
    more = [say] if isinstance(say, str) else list(say)
    parts = [f"{plain(title).rstrip('.')}.", words, *more, f"{note.rstrip('.')}." if note else ""]
    return f"{kind}: {' '.join(part.strip() for part in parts if part)}"
