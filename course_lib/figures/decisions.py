"""Decision regions: which side of its boundary a classifier gives each place of a plane to."""

import numpy as np
from matplotlib.colors import ListedColormap

from course_lib import losses
from course_lib.figures.canvas import panels
from course_lib.figures.style import BLUE, GREY, VERMILLION
from course_lib.figures.wording import number, plain, rounded

TINTS = ListedColormap(["#d3e6f3", "#fbdcc4"])  # of the two classes' colours
CELLS = 200  # the plane is cut into so many cells a side
LEAST = 0.01  # share of the plane below which a piece of a region is not counted
HEIGHTS = {1: 3.6, 2: 4.2, 3: 3.5, 4: 2.9}  # inches, by the number of panels
SHAPES = (("o", "circles"), ("^", "triangles"))


def regions(labels, scores, data, *, title, names=("class 0", "class 1"), xlabel="$x_1$",
            ylabel="$x_2$", grain=5):
    """Draw the regions that classifiers cut the plane into, with the test points on them.

    Args:
        labels: one name for each classifier, 1 to 4.
        scores: for each label a function from points (N, 2) to scores (N,), above 0 for class 1; or
            a trained network, such as `run.network(activation="tanh", seed=0)`.
        data: two classes in the plane, such as `data.moons()`.
        title: the message.
        names: what the two classes are called.
        xlabel, ylabel: what the plane's axes carry.
        grain: in the description, round shares to multiples of so many per cent: trained networks
            differ a little from processor to processor. Pieces of a region below 1 % of the plane
            are not counted there.

    Raises:
        ValueError: for data that are not two classes in the plane, another number of labels than of
            scores, or scores of another shape or not finite.
    """
    labels, scores = list(labels), list(scores)
    if len(labels) != len(scores) or not 1 <= len(labels) <= len(HEIGHTS):
        raise ValueError(f"regions draws 1 to {len(HEIGHTS)} classifiers, a label each; got "
                         f"{len(labels)} labels and {len(scores)} classifiers")
    points, classes = _plane(data)
    scores = [_function(label, one) for label, one in zip(labels, scores, strict=True)]
    spots = np.concatenate([data.x_train, data.x_val, data.x_test])
    centre, reach = (spots.min(0) + spots.max(0)) / 2, 0.54 * np.ptp(spots, axis=0).max()
    edges = np.linspace(centre - reach, centre + reach, CELLS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    across, up = np.meshgrid(*middles.T)
    grid = np.stack([across.ravel(), up.ravel()], 1)
    shapes = "; ".join(f"{shape}: {name}" for (_, shape), name in zip(SHAPES, names, strict=True))
    size = 26 if len(labels) < 3 else 15  # of the points
    with panels(title, len(labels), size=(8, HEIGHTS[len(labels)]),
                note=f"{shapes[:1].upper()}{shapes[1:]}; ringed: on the wrong side") as drawn:
        first = np.atleast_1d(drawn)[0]
        for axes, label, score in zip(np.atleast_1d(drawn), labels, scores, strict=True):
            height = score(grid).reshape(across.shape)
            axes.imshow(height > 0, cmap=TINTS, vmin=0, vmax=1, origin="lower",
                        extent=(*edges[[0, -1], 0], *edges[[0, -1], 1]), interpolation="nearest")
            if height.min() <= 0 < height.max():
                axes.contour(*middles.T, height, [0], colors=GREY, linewidths=1.2)
            for kind, colour in enumerate((BLUE, VERMILLION)):
                axes.scatter(*points[classes == kind].T, s=size, marker=SHAPES[kind][0],
                             color=colour, ec="white", lw=0.4, label=names[kind])
            wrong = (score(points) > 0) != (classes == 1)
            axes.scatter(*points[wrong].T, s=2.6 * size, fc="none", ec="black", lw=0.9)
            axes.set(xlabel=xlabel, ylabel=ylabel if axes is first else "")
            axes.tick_params(labelleft=axes is first)  # all show the same plane
            axes.grid(False)
            _name(axes, label, f"{100 * (1 - wrong.mean()):.0f} % right", len(labels))
            axes.in_words = lambda axes, digits, label=label: _words(axes, label, names, grain,
                                                                     digits)


def _plane(data):
    """The test points (N, 2) and their classes (N,), if the data are two classes in the plane."""
    points, classes = np.asarray(data.x_test, float), np.asarray(data.y_test)
    if points.ndim != 2 or points.shape[1] != 2 or data.classes != 2:
        raise ValueError("regions needs two classes in the plane, such as data.moons(); "
                         f"'{data.name}' has {points.shape[1]} inputs and classes={data.classes}")
    return points, classes


def _function(label, classifier):
    """The classifier as a function from points (N, 2) to finite scores (N,), class 1 above 0."""
    if hasattr(classifier, "predict"):
        raw = _network(label, classifier)
    elif callable(classifier):
        raw = classifier
    else:
        raise ValueError(f"{label}: a classifier is a function of points, or a network such as "
                         f"run.network(seed=0); got {type(classifier).__name__}")

    def score(points):
        values = np.asarray(raw(points), float)
        if values.shape != (len(points),):
            raise ValueError(f"{label}: scores of {len(points)} points must have shape "
                             f"({len(points)},), got {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError(f"{label}: {(~np.isfinite(values)).sum()} of {len(values)} scores are "
                             "not finite; has the network diverged?")
        return values

    return score


def _network(label, stack):
    """The score of a stack of one network: class 1's lead, or one output over its middle."""
    if stack.S != 1 or stack.sizes[-1] > 2:
        raise ValueError(f"{label}: regions needs one network of one or two outputs, got "
                         f"{stack.S} of {stack.sizes[-1]}")
    if stack.sizes[-1] == 2:
        return lambda points: np.subtract(*stack.predict(points)[0].T[::-1])
    logit = stack.loss is losses.get("sigmoid_crossentropy") and stack.head is None
    return lambda points: stack.predict(points)[0, :, 0] - (0 if logit else 0.5)


def _name(axes, label, right, columns):
    if columns > 1:
        axes.set_title(f"{label}: {right}")
    else:  # the title above is the figure's; there is room at the side
        axes.set_anchor("W")
        axes.text(1.04, 0.5, f"{label}\n{right}", transform=axes.transAxes, va="center",
                  in_layout=False)


def _words(axes, label, names, grain, digits):
    """What one panel shows, read from its picture of the plane and from its points."""
    from scipy import ndimage  # here: it would slow down the import of figures

    side = axes.images[0].get_array()
    counts = [len(one.get_offsets()) for one in axes.collections[-3:]]  # two classes, the ringed
    right = 100 * (1 - counts[2] / (counts[0] + counts[1]))
    told = []
    for kind, name in enumerate(names):
        numbered, count = ndimage.label(side == kind)
        pieces = [numbered == one for one in range(1, count + 1)]
        pieces = [one for one in pieces if one.mean() >= LEAST]
        inner = sum(not (one[[0, -1]].any() or one[:, [0, -1]].any()) for one in pieces)
        share = rounded(100 * (side == kind).mean(), grain, digits)
        told.append(f"{name} takes {share} % of the plane, {_pieces(len(pieces), inner)}")
    about = f" (to the nearest {number(grain)})" if grain else ""
    return (f"{plain(label)}: {rounded(right, grain, digits)} % of {counts[0] + counts[1]} test "
            f"points on the right side{about}; {'; '.join(told)}.")


def _pieces(count, inner):
    """Write how many pieces there are, and which of them the border does not cut."""
    if count == 0:
        return "in no piece to speak of"
    if count == 1:
        return "in one piece, " + ("inside" if inner else "reaching the border")
    if inner in (0, count):
        return f"in {count} pieces, all " + ("inside" if inner else "reaching the border")
    return f"in {count} pieces, {inner} inside and {count - inner} reaching the border"
