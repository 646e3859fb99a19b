"""Rows of small images, such as the handwritten digits the course trains on."""

import numpy as np

from course_lib.figures.canvas import panels

MOST = 12  # a wider row is too small to see


def digits(images, labels=None, *, title="Handwritten digits, 8 by 8 pixels each"):
    """Draw a row of 8 by 8 digits, each under its label.

    Args:
        images: (n, 64) or (n, 8, 8), at most 12; grey values in any scale, dark is high.
        labels: what each shows (n,), optional.
        title: the message.
    """
    images = np.asarray(images, float)
    if images.ndim == 2 and images.shape[1] == 64:
        images = images.reshape(-1, 8, 8)
    if images.ndim != 3 or images.shape[1:] != (8, 8):
        raise ValueError(f"images must have shape (n, 64) or (n, 8, 8), got {images.shape}")
    if not 1 <= len(images) <= MOST:
        raise ValueError(f"a row holds 1 to {MOST} images, got {len(images)}")
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"each image needs one label: got {len(images)} and {len(labels)}")
    with panels(title, columns=len(images), size=(8, 1.6), digits=2) as drawn:
        for index, axes in enumerate(np.atleast_1d(drawn)):
            axes.imshow(images[index], cmap="Greys", interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            axes.spines[:].set_visible(False)
            if labels is not None:
                axes.set_title(str(labels[index]), loc="center")
