"""What advice is made of: an item says what, why, on what evidence, and what would change it.

A rule is an item with the answers it is for. Rules of one part stand in order: the first that fits
the reader's answers speaks, so that the special case stands above the general one.
"""

from dataclasses import dataclass, field

from .questions import told
from .sources import PAPERS, SECTIONS

YOURSELF = "yourself"  # the section that says how to compare on one's own problem


@dataclass(frozen=True)
class Item:
    """One piece of advice.

    what      in a few words
    why       one or two sentences; where nothing in the course measures it, they say so
    changes   what would change it
    sections  keys of `SECTIONS`: where the course shows it
    claims    ids of trials, such as "C58"
    papers    keys of `PAPERS`: what the course has not measured itself
    ties      names of functions that the course's measurements do not tell apart here
    code      what the Keras snippet takes from it
    """

    what: str
    why: str
    changes: str
    sections: tuple = ()
    claims: tuple = ()
    papers: tuple = ()
    ties: tuple = ()
    code: dict = field(default_factory=dict, hash=False)

    @property
    def measured(self):
        """Whether a trial of the course stands behind it."""
        return bool(self.claims)

    @property
    def measure_yourself(self):
        """Whether it sends readers to a comparison of their own."""
        return YOURSELF in self.sections

    @property
    def links(self):
        """The `Section`s it rests on."""
        return [SECTIONS[key] for key in self.sections]

    @property
    def evidence(self):
        """Sections, claims and papers in words, one after the other."""
        parts = [section.words for section in self.links]
        parts += [", ".join(self.claims)] if self.claims else []
        return "; ".join([*parts, *(PAPERS[key].words for key in self.papers)])


@dataclass(frozen=True)
class Rule:
    """An item, and the answers it is for: {question: a choice, or a tuple of choices}."""

    when: dict
    item: Item

    def fits(self, answers):
        """Whether the answers, {question: choice}, are among those it is for."""
        return all(answers[question] in choices for question, choices in self.choices())

    def choices(self):
        """The questions it asks about, each with a tuple of choices."""
        return [(question, (choice,) if isinstance(choice, str) else choice)
                for question, choice in self.when.items()]

    @property
    def words(self):
        """The answers it is for, in words."""
        return "; ".join(" or ".join(told(question, choice) for choice in choices)
                         for question, choices in self.choices()) or "all else"
