"""What the doctor hands over: a table with a line a layer, and findings in words."""

from dataclasses import dataclass, fields
from textwrap import fill

import numpy as np

from ..diagnostics.depth import WORDS


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

    layers, functions   names of the lines     loss   mean over the `examples` looked at
    constant   what the best answer that is the same for all would cost; NaN where we cannot tell
    findings   illnesses, then hints. In each structure first (head, loss, a missing activation:
               certain, though not always what holds the training up), then what the numbers show,
               from causes to consequences
    unseen     what could not be looked into

    No finding is no promise. The limits (thresholds.py) are wide on purpose: they do not catch a
    gradient that fades over fewer than eight layers and by less than a thousand, a rate that is too
    small, nor one that is too large but moves weights by less than their own size in the first
    step, a net too small for its task, nor wrong data.
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
    constant: float
    examples: int
    findings: tuple
    unseen: tuple

    @property
    def healthy(self):
        """Whether no illness was found. Hints may be there, which are worth reading all the same:
        what a healthy network may show too. `not report.findings` asks for neither.
        """
        return not any(one.illness for one in self.findings)

    def names(self):
        """The names of what was found, each once."""
        return tuple(dict.fromkeys(one.name for one in self.findings))

    def columns(self):
        """The numbers by name: mean, second_moment, ..., update."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name in WORDS}

    def rows(self):
        """Headings and lines of the table, a line a layer: name, function, then the numbers."""
        columns = self.columns()
        lines = [[layer, function, *(float(column[k]) for column in columns.values())]
                 for k, (layer, function) in enumerate(zip(self.layers, self.functions,
                                                           strict=True))]
        return ["layer", "function", *(WORDS[name] for name in columns)], lines

    def table(self, *names):
        """Shows the table, or only the columns named, such as "dead" and "gradient".

        It displays and returns None; `rows()` gives the same as lists.
        """
        from .. import figures
        headings, lines = self.rows()
        columns = list(self.columns())
        unknown = [name for name in names if name not in columns]
        if unknown:
            raise ValueError(f"no column '{unknown[0]}'; there are {', '.join(columns)}")
        kept = [0, 1, *(2 + columns.index(name) for name in names or columns)]
        figures.table([headings[k] for k in kept], [[line[k] for k in kept] for line in lines])

    def summary(self):
        """Two lines: how much was found; the loss, and what a constant answer costs."""
        ill = sum(one.illness for one in self.findings)
        hints = len(self.findings) - ill
        parts = ([_count(ill, "illness", "illnesses") if ill else "no illness"]
                 + [_count(hints, "hint", "hints")] * bool(hints))
        found = f"Found {' and '.join(parts)}" if self.findings else "Nothing found"
        loss = f"Loss {_three(self.loss)}"
        if np.isfinite(self.constant):
            loss += f"; always the same answer would cost {_three(self.constant)}"
        return f"{found} on {self.examples} examples.\n{loss}."

    def __str__(self):
        return "\n".join([self.summary(), *map(str, self.findings),
                          *(_wrapped(f"Not seen: {one}.") for one in self.unseen)])


def _three(value):
    """Three digits, the last shown even if it is 0."""
    return f"{value:#.3g}".rstrip(".")


def _count(number, one, more):
    return f"{number} {one if number == 1 else more}"


def _wrapped(text):
    return fill(text, 78, subsequent_indent="    ", break_long_words=False,
                break_on_hyphens=False)
