"""Arrays whose axes have names, so that a result says what it holds."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Named:
    """Values with named, labelled axes: `axes` maps each axis' name to its labels, in order.

    >>> axes = {"activation": ["relu", "tanh"], "seed": [0, 1]}
    >>> a = Named(np.array([[1.0, 2.0], [3.0, 4.0]]), axes)
    >>> a.sel(activation="tanh").values
    array([3., 4.])
    >>> a.mean("seed").values
    array([1.5, 3.5])
    """

    values: np.ndarray
    axes: dict

    def __post_init__(self):
        shape = tuple(len(labels) for labels in self.axes.values())
        if shape != self.values.shape:
            raise ValueError(f"values have shape {self.values.shape}, the axes say {shape}")

    def sel(self, **chosen):
        """The part at the given labels; a chosen axis disappears."""
        index, axes = [], {}
        for name, labels in self.axes.items():
            if name in chosen:
                index.append(position(labels, chosen.pop(name), name))
            else:
                index.append(slice(None))
                axes[name] = labels
        if chosen:
            raise ValueError(f"no axis '{next(iter(chosen))}'; the axes are {', '.join(self.axes)}")
        return Named(np.asarray(self.values[tuple(index)]), axes)

    def mean(self, axis):
        return self.reduce(np.mean, axis)

    def reduce(self, function, axis):
        """`function(values, axis=...)` along the axis of that name."""
        if axis not in self.axes:
            raise ValueError(f"no axis '{axis}'; the axes are {', '.join(self.axes)}")
        place = list(self.axes).index(axis)
        axes = {name: labels for name, labels in self.axes.items() if name != axis}
        return Named(np.asarray(function(self.values, axis=place)), axes)

    @property
    def shape(self):
        return self.values.shape

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype) if copy else np.asarray(self.values, dtype=dtype)

    def __repr__(self):
        axes = ", ".join(f"{name}: {len(labels)}" for name, labels in self.axes.items())
        return f"Named({axes})"


def position(labels, label, name):
    """Where `label` stands among `labels`; one that is not there is an error that lists them."""
    for place, other in enumerate(labels):
        if other == label or getattr(other, "name", None) == label:
            return place
    raise ValueError(f"no {name} {label!r}; there are {', '.join(map(str, labels))}")
