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

    what      in a few words          short   the same in one or two, for a picture
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
    short: str = ""
    code: dict = field(default_factory=dict, hash=False)

    @property
    def measured(self):
        """Whether the course has measured it: it says so where it sends readers to do that."""
        return bool(self.claims) or YOURSELF not in self.sections

    @property
    def links(self):
        """The `Section`s it rests on."""
        return [SECTIONS[key] for key in self.sections]

    @property
    def evidence(self):
        """How it stands, then sections, claims and papers in words."""
        return evidence([self])


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


def standing(items):
    """What the course itself has measured of some items: "measured here", or how much less.

    What names one's own comparison beside trials of the course is measured in part.
    """
    known = [item.measured for item in items]
    whole = all(known) and not any(YOURSELF in item.sections for item in items)
    return "measured here" if whole else "measured in part" if any(known) else "papers only"


def evidence(items):
    """What some items rest on in words: how it stands, sections, claims, papers, none twice."""
    def all_of(kind):
        return list(dict.fromkeys(one for item in items for one in getattr(item, kind)))

    return "; ".join([standing(items), *(SECTIONS[key].words for key in all_of("sections")),
                      *filter(None, [", ".join(all_of("claims"))]),
                      *(PAPERS[key].words for key in all_of("papers"))])
