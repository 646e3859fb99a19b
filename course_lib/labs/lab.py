"""What every lab is: a few controls, one picture, one sentence."""

from html import escape
from textwrap import fill
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from PIL import Image

from course_lib.figures.canvas import house_style, new_figure
from course_lib.figures.labels import skip_spines
from course_lib.figures.picture import (
    bundle,
    fast_png,
    palette_of,
    palette_png,
    pixels,
    publish,
)

SIZE = (8, 3.2)  # inches
LIVE_DPI, STILL_DPI = 100, 144


class Step(NamedTuple):
    """What a lab shows after a step."""

    sentence: str
    png: bytes


class Lab:
    """A picture that follows its controls. A lab of its own defines three things:

    - `title`, and `controls()`: a dict from setting to ipywidget, in the order of the page;
    - `frame(figure, **settings)`: draw what stays (axes, labels, fixed limits) and return the
      artists that move; `frame_settings` names the controls that change the frame itself;
    - `move(moving, **settings)`: set the moving artists' data and return the sentence.

    The frame is drawn once and kept as a background; a step draws the moving artists alone.
    """

    title = ""
    frame_settings = ()

    def __init__(self):
        self.widgets = self.controls()
        self.stage = Stage()
        self.image = widgets.Image(format="png", layout={"width": "98%", "max_width": "1100px"})
        self.status = widgets.HTML()
        self.sentence, self.png = "", b""
        self._silent = False
        self._render()
        for widget in self.widgets.values():
            widget.observe(self._changed, "value")

    def controls(self):
        """Return the lab's widgets by the name of the setting each of them holds."""
        raise NotImplementedError

    def frame(self, figure, **settings):
        """Draw what stays and return the artists that move."""
        raise NotImplementedError

    def move(self, moving, **settings):
        """Set the moving artists' data and return the sentence."""
        raise NotImplementedError

    @property
    def settings(self):
        """The controls' values now."""
        return {name: widget.value for name, widget in self.widgets.items()}

    def step(self, **changes):
        """Set controls as a hand would, and return the sentence and PNG that now show.

        Raises TypeError for a control the lab has not, ValueError for a value it cannot take.
        """
        for name, value in changes.items():
            self._check(name, value)
        self._silent = True  # several changes, one new picture
        try:
            for name, value in changes.items():
                self.widgets[name].value = value
        finally:
            self._silent = False
        self._changed()
        return Step(self.sentence, self.png)

    def still(self):
        """Return picture and sentence as sharp palette PNG bytes, for whoever has no kernel."""
        sentence = self.stage.draw(self)
        return palette_png(Image.fromarray(np.vstack([self.stage.sharp(), written(sentence)])))

    def view(self):
        """Return the widget that holds everything: controls, picture, sentence."""
        return widgets.VBox([*self.widgets.values(), self.image, self.status])

    def bundle(self):
        """Return `(data, metadata)` of one display: live widget, still picture, words."""
        words = f"Lab: {self.title}. {self.sentence}"
        data, metadata = bundle(words, self.still(), SIZE[0])
        live = "application/vnd.jupyter.widget-view+json"
        return {live: self.view()._repr_mimebundle_()[live], **data}, metadata

    def show(self):
        """Display the lab; returns nothing, so that a cell may end with it."""
        publish(*self.bundle())

    def _check(self, name, value):
        if name not in self.widgets:
            raise TypeError(f"this lab has no control '{name}'; it has {', '.join(self.widgets)}")
        widget = self.widgets[name]
        if hasattr(widget, "options") and value not in _choices(widget):
            raise ValueError(f"{name} must be one of {', '.join(map(str, _choices(widget)))}; "
                             f"got {value!r}")
        if hasattr(widget, "min") and not widget.min <= value <= widget.max:
            raise ValueError(f"{name} must lie between {widget.min:g} and {widget.max:g}, "
                             f"got {value!r}")

    def _changed(self, _=None):
        if self._silent:
            return
        try:
            self._render()
        except Exception as error:  # a kernel would print it where nobody looks: say it in the lab
            told = ", ".join(f"{name} = {value}" for name, value in self.settings.items())
            self.sentence = f"No picture for {told}: {type(error).__name__}: {error}"
            self.png = message_png("no picture: see the sentence below")
            self._tell()

    def _render(self):
        self.sentence = self.stage.draw(self)
        self.png = self.stage.png()
        self._tell()

    def _tell(self):
        self.image.value = self.png
        # role and aria-live: a screen reader announces the new sentence without moving the focus.
        self.status.value = ("<p role='status' aria-live='polite' style='font-size: 1.3em; "
                             f"line-height: 1.4; max-width: 1100px'>"
                             f"{escape(self.sentence, quote=False)}</p>")


class Stage:
    """One Agg figure that is drawn once for each frame and touched up at every step."""

    def __init__(self):
        with house_style():
            self.figure = new_figure(SIZE, LIVE_DPI)
        self.key = self.moving = self.background = self.palette = None

    def draw(self, lab):
        """Draw the lab's present settings and return its sentence."""
        settings = lab.settings
        key = tuple(settings[name] for name in lab.frame_settings)
        if key != self.key:
            self._set(lab, settings)
            self.key = key
        sentence = lab.move(self.moving, **settings)
        self.figure.canvas.restore_region(self.background)
        self._draw_moving()
        return sentence

    def sharp(self):
        """Return what stands on the canvas as an image with more pixels; the stage stays as is."""
        with house_style():
            self.figure.dpi = STILL_DPI
            self.figure.canvas.draw()
            self._draw_moving()
            image = pixels(self.figure)
            self.figure.dpi = LIVE_DPI
        return image

    def png(self):
        """Return what stands on the canvas as PNG bytes."""
        image = pixels(self.figure)
        if self.palette is None:  # a frame's colours stay: its first picture has them all
            self.palette = palette_of(image)
        return fast_png(image, self.palette)

    def _draw_moving(self):
        for artist in self.moving:
            if artist.get_visible():
                artist.axes.draw_artist(artist)

    def _set(self, lab, settings):
        self.key = self.palette = None  # until the new frame stands, there is none
        with house_style():
            self.figure.clear()
            self.figure.set_layout_engine("constrained")
            self.moving = list(lab.frame(self.figure, **settings))
            for artist in self.moving:
                artist.set_animated(True)
                artist.set_in_layout(False)
            skip_spines(self.figure)
            self.figure.canvas.draw()
            # From here on nothing may shift: a moving text must not push the axes about.
            self.figure.set_layout_engine("none")
            self.background = self.figure.canvas.copy_from_bbox(self.figure.bbox)


def written(sentence):
    """Return an image as wide as a still picture, with the sentence on it."""
    lines = fill(sentence, 94)  # at size 11 a longer line may leave the picture
    with house_style():
        figure = new_figure((SIZE[0], 0.15 + 0.2 * len(lines.splitlines())), STILL_DPI)
        figure.text(0.01, 0.98, lines, va="top", size=11)
        figure.canvas.draw()
    return pixels(figure)


def message_png(text):
    """Return PNG bytes that hold a text in place of a picture."""
    with house_style():
        figure = new_figure(SIZE, LIVE_DPI)
        figure.text(0.5, 0.5, text, ha="center", va="center", size=16)
        figure.canvas.draw()
    return fast_png(pixels(figure))


def _choices(widget):
    return [one[1] if isinstance(one, tuple) else one for one in widget.options]
