"""Rows of small images: handwritten digits, filters, feature maps."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from course_lib.figures.canvas import panels
from course_lib.figures.style import BLUE, GREY, VERMILLION

MOST = 12  # a wider row is too small to see
DIVERGING = LinearSegmentedColormap.from_list("signed", [BLUE, "white", VERMILLION])


def digits(images, labels=None, *, title="Handwritten digits, 8 by 8 pixels each"):
    """Draw a row of 8 by 8 digits, each above its label.

    Args:
        images: (n, 64) or (n, 8, 8), at most 12; grey values in any scale, dark is high.
        labels: what each shows (n,), optional.
        title: the message.
    """
    pixels = np.asarray(images, float)
    if pixels.ndim == 2 and pixels.shape[1] == 64:
        pixels = pixels.reshape(-1, 8, 8)
    if pixels.ndim != 3 or pixels.shape[1:] != (8, 8):
        raise ValueError(f"images must have shape (n, 64) or (n, 8, 8), got {pixels.shape}")
    _row(pixels, labels, title, "Greys", (pixels.min(initial=0), pixels.max(initial=0)))


def images(images, labels=None, *, title, signed=False, grain=None):
    """Draw a row of small images on one scale, each above its label.

    Args:
        images: (n, height, width), 1 to 12 of them, such as filters or feature maps.
        labels: what each is (n,), optional.
        title: the message.
        signed: True for values on both sides of zero: zero is white, above it orange, below blue.
            Else the lowest value is white and the highest black.
        grain: in the description, round values to multiples of this.

    Raises:
        ValueError: for another shape, values that are not finite, or labels that do not match.
    """
    values = np.asarray(images, float)
    if values.ndim != 3 or not values.size:
        raise ValueError(f"images must have shape (n, height, width), got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{(~np.isfinite(values)).sum()} of {values.size} values are not finite")
    low, high = values.min(), values.max()
    if signed:
        high = max(-low, high) or 1.0  # all zero is all white
        low = -high
        note = "Orange: above zero; white: zero; blue: below"
    else:
        note = "White: lowest; black: highest"
    _row(values, labels, title, DIVERGING if signed else "Greys", (low, high), note,
         "signed" if signed else "plain", grain)


def _row(values, labels, title, colours, limits, note=None, where=None, grain=None):
    if not 1 <= len(values) <= MOST:
        raise ValueError(f"a row holds 1 to {MOST} images, got {len(values)}")
    if labels is not None and len(labels) != len(values):
        raise ValueError(f"each image needs one label: got {len(values)} and {len(labels)}")
    _, rows, columns = values.shape
    height = (0.75 if note else 0.55) + min(2.4, 7.5 / len(values) * rows / columns)
    with panels(title, columns=len(values), size=(8, height), digits=2, note=note,
                grain=grain) as drawn:
        for index, axes in enumerate(np.atleast_1d(drawn)):
            axes.imshow(values[index], cmap=colours, vmin=limits[0], vmax=limits[1],
                        interpolation="nearest", gid=where)  # the description asks for the gid
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            axes.spines[:].set(visible=True, color=GREY, linewidth=0.6)
            axes.set_anchor("W" if len(values) == 1 else "C")  # below its title
            if labels is not None:
                axes.set_xlabel(str(labels[index]))
