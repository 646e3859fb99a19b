"""Claims on trial: each one function that measures, applies its rule and finds the words.

    @trial("C17", claim=..., reading=..., rule=..., correct=..., literature=...)
    def far_from_zero(seeds):
        ...
        return Outcome(verdict, measured, sentence)

The rule is written before anything is measured. Verdicts: "holds", "holds if" (under a condition
that the correct statement names), "false", "untestable"; and "undecided" where a measurement lies
within three standard errors of the rule's boundary: then the experiment is strengthened, not the
rule.

Not all can be measured: a fact of record is `cited`, with its source; what has no sense that a
measurement could decide is `untestable`, and says why. Both pass `kind=` to `trial`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

KINDS = ("measured", "cited", "untestable")
VERDICTS = ("holds", "holds if", "false", "untestable", "undecided")
CHAPTERS = ("chapter_01", "chapter_02", "chapter_03", "chapter_04")


@dataclass(frozen=True)
class Outcome:
    """What a trial found: the verdict, its figures by name, and a sentence that quotes them.

    `condition` completes a "holds if"; `draw`, where there is one, draws the figure; `seeds` is how
    many networks stand behind each figure (0: exact, no chance involved); `tuned` says what was
    tuned on what; `experiment` says what stands behind the figures where seeds do not.
    """

    verdict: str
    measured: dict
    sentence: str
    seeds: int = 0
    tuned: str = "nothing"
    draw: Callable | None = None
    condition: str = ""
    experiment: str = ""

    def __post_init__(self):
        if self.verdict not in VERDICTS:
            raise ValueError(f"a verdict is one of {', '.join(VERDICTS)}, not '{self.verdict}'")
        if (self.verdict == "holds if") != bool(self.condition):
            raise ValueError("a 'holds if' needs its condition, and no other verdict has one")


@dataclass(frozen=True)
class Trial:
    id: str
    chapter: str
    claim: str        # what pages say, in our words
    reading: str      # its most charitable reading that can be tested
    rule: str         # what would make it hold or fall, written before measuring
    correct: str      # the statement that stands after the trial
    literature: str
    measure: Callable = field(repr=False)
    kind: str = "measured"

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"a trial's kind is one of {', '.join(KINDS)}, not '{self.kind}'")

    def run(self, base=0):
        """The outcome for base seed `base`, from which the trial's ten or more seeds derive."""
        return self.measure([1000 * base + k for k in range(10)])


_TRIALS = {}


def trial(id, **words):
    """Registers a function of a list of seeds as the trial of claim `id`."""
    def register(measure):
        if id in _TRIALS:
            raise ValueError(f"{id} is tried twice")
        chapter = measure.__module__.removeprefix(f"{__name__}.").split(".")[0]
        _TRIALS[id] = Trial(id, chapter, measure=measure, **words)
        return measure
    return register


def trials():
    """All trials by id, in the order of their numbers."""
    for chapter in CHAPTERS:
        for file in import_module(f"{__name__}.{chapter}").FILES:
            import_module(f"{__name__}.{chapter}.{file}")
    return dict(sorted(_TRIALS.items()))
