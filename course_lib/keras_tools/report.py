"""What the doctor hands over: a table with a line a layer, and findings in words."""

from dataclasses import dataclass, fields
from textwrap import fill

import numpy as np

_WORDS = {"mean": "mean", "second_moment": "second moment", "variance": "variance",
          "saturated": "saturated", "dead": "dead", "inactive": "off on some",
          "always_on": "always on", "cosine": "cosine", "gradient": "gradient",
          "factor": "factor", "update": "update / weight"}


@dataclass(frozen=True)
class Finding:
    """One thing found. `illness` is False for a hint, which a healthy network may have too."""

    name: str
    layer: str
    words: str
    advice: str
    read: str
    illness: bool = True

    def __str__(self):
        kind = "" if self.illness else " (a hint)"
        return "\n".join([_wrapped(f"{self.name}{kind}, at {self.layer}: {self.words}"),
                          _wrapped(f"  Try: {self.advice}"), _wrapped(f"  Read: {self.read}")])


@dataclass(frozen=True, eq=False)
class Report:
    """One number a layer that has an activation, in the order of computing, each (L,).

    mean, second_moment, variance   of the activations, over examples, places and units
    saturated   share of slopes that are at most 5 % of the function's largest
    dead, inactive, always_on   shares of units with slope 0 on all examples, on some, on none
    cosine      mean cosine similarity of the layer's outputs for different inputs
    gradient    root mean square, over examples, places and units, of the slope of an example's
                loss at the pre-activations
    factor      gradient over that of the next line; NaN for the last
    update      root mean square of the step that the compiled optimiser would take now, over that
                of the layer's weights; NaN where there is no optimiser or nothing to train

    A unit of a convolution is a channel; a place of an image and a step of time count as examples
    do. What mixes units (softmax) has no slope of its own: NaN.

    layers, functions   names of the lines     findings   illnesses first, the likeliest cause first
    unseen   what could not be looked into     loss   mean over the `examples` looked at
    """

    layers: tuple
    functions: tuple
    mean: np.ndarray
    second_moment: np.ndarray
    variance: np.ndarray
    saturated: np.ndarray
    dead: np.ndarray
    inactive: np.ndarray
    always_on: np.ndarray
    cosine: np.ndarray
    gradient: np.ndarray
    factor: np.ndarray
    update: np.ndarray
    loss: float
    examples: int
    findings: tuple
    unseen: tuple

    @property
    def healthy(self):
        """Whether no illness was found (hints may be there)."""
        return not any(one.illness for one in self.findings)

    def names(self):
        """The names of what was found, each once."""
        return tuple(dict.fromkeys(one.name for one in self.findings))

    def columns(self):
        """The numbers by name: mean, second_moment, ..., update."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name in _WORDS}

    def rows(self):
        """Headings and lines of the table, a line a layer: name, function, then the numbers."""
        columns = self.columns()
        lines = [[layer, function, *(float(column[k]) for column in columns.values())]
                 for k, (layer, function) in enumerate(zip(self.layers, self.functions,
                                                           strict=True))]
        return ["layer", "function", *(_WORDS[name] for name in columns)], lines

    def table(self, *names):
        """Shows the table, or only the columns named, such as "dead" and "gradient"."""
        from .. import figures
        headings, lines = self.rows()
        columns = list(self.columns())
        unknown = [name for name in names if name not in columns]
        if unknown:
            raise ValueError(f"no column '{unknown[0]}'; there are {', '.join(columns)}")
        kept = [0, 1, *(2 + columns.index(name) for name in names or columns)]
        figures.table([headings[k] for k in kept], [[line[k] for k in kept] for line in lines])

    def __str__(self):
        told = [str(one) for one in self.findings] or [
            f"Nothing found on {self.examples} examples."]
        return "\n".join([*told, *(_wrapped(f"Not seen: {one}.") for one in self.unseen)])


def _wrapped(text):
    return fill(text, 78, subsequent_indent="    ", break_long_words=False,
                break_on_hyphens=False)
