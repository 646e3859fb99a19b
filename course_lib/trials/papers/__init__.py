"""Results of papers, measured again: a file for each topic.

    @replication("R06", chapter="chapter_01", paper=..., quantity=..., tolerance=...)
    def tent_map(seeds):
        ...
        return Replica(target, measured, agrees, sentence)

What the paper (or exact mathematics) says is the target; how far the measurement may be from it is
written down before measuring. A replication that fails is kept, and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

FILES = ("approximation", "born_dead", "depth", "dynamics", "glorot", "jacobians",
         "normalisation", "propagation", "selu", "shattered", "time")


@dataclass(frozen=True)
class Replica:
    """Targets and measurements by name, whether all agree, and a sentence; `draw` as in a trial."""

    target: dict
    measured: dict
    agrees: bool
    sentence: str
    seeds: int = 0
    draw: Callable | None = None


@dataclass(frozen=True)
class Replication:
    id: str
    chapter: str
    paper: str        # authors, year, title, where
    quantity: str     # what is measured, in our words
    tolerance: str    # how near counts as agreement, written before measuring
    measure: Callable = field(repr=False)

    def run(self, base=0):
        """The replica for base seed `base`, from which ten seeds derive."""
        return self.measure([1000 * base + k for k in range(10)])


_REPLICATIONS = {}


def replication(id, **words):
    """Registers a function of a list of seeds as the replication `id`."""
    def register(measure):
        if id in _REPLICATIONS:
            raise ValueError(f"{id} is replicated twice")
        _REPLICATIONS[id] = Replication(id, measure=measure, **words)
        return measure
    return register


def replications():
    """All replications by id, in the order of their numbers."""
    for file in FILES:
        import_module(f"{__name__}.{file}")
    return dict(sorted(_REPLICATIONS.items()))
