"""From a figure to bytes, and from bytes to the page: picture, words and nothing else."""

import io
from html import escape

import numpy as np
from PIL import Image

CSS_DPI = 96  # a browser's pixels to the inch; the stored picture has more, for sharp screens


def pixels(figure):
    """Return what an Agg figure drew, as an RGB image."""
    canvas = figure.canvas
    return Image.frombuffer("RGBA", canvas.get_width_height(physical=True),
                            canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")


def palette_png(image):
    """Return the PNG bytes of an image in 64 colours: a quarter of the size, the same each time.

    Colours are chosen by the octree, which takes a third of the time of Pillow's other ways; paper
    put right, it is off by less than one of 255 levels on average in a plot, by three in an image.
    The middle level of compression, since the highest takes six times as long for a tenth less.
    """
    palette = image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=0)
    _whiten(palette, 250)
    buffer = io.BytesIO()
    palette.save(buffer, "png", compress_level=6)
    return buffer.getvalue()


def fast_png(image, palette=None):
    """Return the PNG bytes of an image as fast as can be: for a slider, never for storage.

    With the palette of an earlier picture of the same colours (`palette_of`) this takes a quarter
    of the time and the bytes: PNG then has one byte a pixel to pack, and tries no filters.
    """
    if palette is not None:
        image = image.quantize(palette=palette, dither=0)
    buffer = io.BytesIO()
    image.save(buffer, "png", compress_level=1)
    return buffer.getvalue()


def palette_of(image):
    """Return the palette of an image, 128 colours with a pure white, for `fast_png`."""
    palette = image.quantize(128, method=0, dither=0)
    # Pillow looks colours up in steps of 8: paper would come out as one of the near-whites.
    _whiten(palette, 240)
    return palette


def _whiten(palette, least):
    """Make pure white of what is at least so white in a palette."""
    colours = np.array(palette.getpalette()).reshape(-1, 3)
    colours[(colours >= least).all(1)] = 255
    palette.putpalette(colours.ravel().tolist())


def bundle(words, png, inches):
    """Return `(data, metadata)` of a picture `inches` wide; its words are also its alt text."""
    return ({"image/png": png, "text/plain": words},
            {"image/png": {"alt": words, "width": round(inches * CSS_DPI)}})


def publish(data, metadata=None):
    """Display a bundle in a notebook; elsewhere (a script, a doctest) print its words."""
    from IPython import get_ipython  # only where something is shown: not a cost of importing
    from IPython.display import display

    if get_ipython() is not None:
        display(data, metadata=metadata or {}, raw=True)
    elif "text/plain" in data:
        print(data["text/plain"])


def show(words, png, inches):
    """Display a picture, and below it its words, folded, for readers who cannot see it."""
    publish(*bundle(words, png, inches))
    # JupyterLab and GitHub show no alt text, so the words stand on the page as well.
    publish({"text/html": "<details><summary>Figure in words</summary>"
                          f"<p>{escape(words, quote=False)}</p></details>"})
