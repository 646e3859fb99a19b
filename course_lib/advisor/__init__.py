"""The advisor: from what you have to what to try first, each advice with its evidence.

    advice = advisor.advise(task="binary", depth="shallow")
    advice.hidden.what          "ReLU, or any of ..."
    advice.show()               a table: what, why, evidence, what would change it
    print(advice.keras())       the same as Keras code
    advisor.table("hidden")     the decision table it reads

Advice is data: rules with an item each (`outputs`, `hidden`, `running`), sections and papers they
rest on (`sources`). Where measurements do not tell functions apart, an item names them as a tie.
"""

from dataclasses import dataclass

from . import hidden, outputs, running
from .parts import Item, Rule, evidence
from .questions import QUESTIONS, check, told
from .sources import PAPERS, SECTIONS, Paper, Section

__all__ = ["PAPERS", "PARTS", "QUESTIONS", "SECTIONS", "Advice", "Item", "Paper", "Rule", "Section",
           "advise", "table", "told"]

PARTS = {  # part: its rules; the first that fits speaks, of the parts in `SEVERAL` all that fit
    "first": running.FIRST, "head": outputs.HEADS, "loss": outputs.LOSSES,
    "hidden": hidden.HIDDEN, "weights": hidden.WEIGHTS, "rate": running.RATES,
    "hardware": running.HARDWARE, "watch": running.WATCH,
}
SEVERAL = {"first": "before", "watch": "watch"}  # part: where an `Advice` has all that fit
NAMES = {"first": "before all else", "head": "output head", "loss": "loss",
         "hidden": "hidden function", "weights": "first weights", "rate": "learning rate",
         "hardware": "machine", "watch": "watch"}


@dataclass(frozen=True)
class Advice:
    """What to try first: an `Item` for each part, and for `watch` several; `answers` led to it.

    Of `first` it is the most special, with all others that fit in `before`.
    """

    answers: dict
    first: Item
    head: Item
    loss: Item
    hidden: Item
    weights: Item
    rate: Item
    hardware: Item
    watch: tuple
    before: tuple

    @property
    def items(self):
        """All of it in order, as pairs of a part's name in words and an `Item`."""
        return [(NAMES[part], item) for part in PARTS
                for item in (getattr(self, SEVERAL[part]) if part in SEVERAL
                             else [getattr(self, part)])]

    @property
    def measure_yourself(self):
        """The parts for which the course has no measurement of its own, in words."""
        return [NAMES[part] for part in PARTS
                if part not in SEVERAL and not getattr(self, part).measured]

    def show(self, *parts):
        """Show some parts, such as "hidden", or all, as a table with a link to every section.

        Raises ValueError for a part there is none of.
        """
        from .page import show
        for part in parts:
            if part not in PARTS:
                raise ValueError(f"no part '{part}'; they are {', '.join(PARTS)}")
        wanted = [NAMES[part] for part in parts or PARTS]
        headings = ["", "what", "why", "evidence", "what would change it"]
        rows = [[name, item.what, item.why, item.evidence, item.changes]
                for name, item in self.items if name in wanted]
        lines = [[f"{row[0]}: {row[1]}", *(f"    {heading}: {cell}" for heading, cell in zip(
            headings[2:], row[2:], strict=True))] for row in rows]
        show(headings, rows, "\n".join(line for one in lines for line in one))

    def keras(self):
        """Return the advice as Keras code: a model, compiled, for names of sizes you set."""
        from .keras_code import code
        return code(self)


def advise(**answers):
    """What to try first, for answers to `QUESTIONS`; what is not answered counts as its first.

    task           binary, multi-class, multi-label, regression, bounded, positive, counts
    architecture   dense, convolutional, recurrent, transformer, implicit
    depth          shallow (1 to 3 hidden layers), medium (4 to 9), deep (10 or more)
    normalisation  none, batch, layer               residual   no, yes
    data           ordinary, raw, noisy labels, few
    hardware       laptop, GPU, integer-only

    Raises TypeError for an unknown question, ValueError for an unknown choice; both name the
    nearest.

    >>> advise(task="multi-label").head.what
    'one output a label; a sigmoid each'
    >>> advise(task="multilabel")
    Traceback (most recent call last):
    ...
    ValueError: no task 'multilabel'; did you mean 'multi-label'? (one of binary, multi-class, \
multi-label, regression, bounded, positive, counts)
    """
    answers = check(answers)
    fitting = {part: [rule.item for rule in rules if rule.fits(answers)]
               for part, rules in PARTS.items()}
    every = {name: tuple(fitting[part]) for part, name in SEVERAL.items()}
    return Advice(answers, **{**{part: items[0] for part, items in fitting.items()}, **every})


def table(*parts):
    """Show the decision table of some parts, such as "head" and "loss": the first line that fits.

    Parts whose rules ask about the same answers, line by line, share a line.
    """
    from .page import show
    rules = [PARTS[part] for part in parts]
    whens = [[rule.words for rule in one] for one in rules]
    if any(one != whens[0] for one in whens):
        raise ValueError(f"{' and '.join(parts)} do not ask about the same answers line by line: "
                         "show a table of each")
    rows = [[line[0].words, *(rule.item.what for rule in line),
             evidence([rule.item for rule in line])] for line in zip(*rules, strict=True)]
    show(["for", *(NAMES[part] for part in parts), "evidence"], rows)
