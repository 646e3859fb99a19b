"""Mutants: copies of the numerics and the engine with one small fault each, drawn at random.

The faults are those of cosmic-ray's operators, kept to the ones that compile into other mathematics
(+ for -, * for /, < for <=, a constant one off, a sign or a `not` gone ...), and one of our own for
what it has not: assignments in place and minimum for maximum.
"""

import random
import re
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator
from equivalent import EQUIVALENT, SPEED
from parso.tree import search_ancestor

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ("tests/test_networks.py", "tests/test_training.py", "tests/test_training_keras.py")
GUARDS = {  # the tests that must notice a fault in a file
    **{path.relative_to(ROOT).as_posix(): ("tests/activations",)
       for path in sorted((ROOT / "course_lib/activations").glob("*.py"))},
    **{f"course_lib/{name}.py": ENGINE for name in (
        "networks", "training", "optimisers", "losses", "norms", "initialisation")},
    "course_lib/statistics.py": ("tests/test_statistics.py",),
    **{f"course_lib/recurrent/{name}.py": ("tests/test_recurrent.py",)
       for name in ("cells", "network", "tasks", "training")},
    **{f"course_lib/diagnostics/{name}.py": ("tests/test_diagnostics.py",)
       for name in ("units", "depth")},
    "course_lib/diagnostics/time.py": ("tests/test_diagnostics_time.py",),
    "course_lib/thermostat.py": ("tests/test_thermostat.py",),
}


class Swap(Operator):
    """Replaces a leaf of the syntax tree by its counterpart."""

    counterparts = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "min": "max", "max": "min",
                    "minimum": "maximum", "maximum": "minimum"}

    def mutation_positions(self, node):
        if getattr(node, "value", None) in self.counterparts:
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        node.value = self.counterparts[node.value]
        return node

    @classmethod
    def examples(cls):
        return [Example(before, after) for before, after in cls.counterparts.items()]


NAMES = [
    *(f"ReplaceBinaryOperator_{pair}" for pair in (
        "Add_Sub", "Sub_Add", "Mul_Div", "Mul_Add", "Div_Mul", "Pow_Mul", "FloorDiv_Mul", "Mod_Mul",
        "BitAnd_BitOr", "BitOr_BitAnd")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in (
        "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt", "Eq_NotEq",
        "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceUnaryOperator_Delete_{sign}" for sign in ("USub", "Invert", "Not")),
    "AddNot", "NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr",
    "ReplaceOrWithAnd", "ZeroIterationForLoop",
]
OPERATORS = [*(get_operator(f"core/{name}")() for name in NAMES), Swap()]


class Line(NamedTuple):
    """A line of a file that can be made faulty: by which operators, at which of their places."""

    file: str
    function: str
    text: str
    faults: list


class Mutant(NamedTuple):
    """A file with one fault; `became` is what the fault made of the line `was`."""

    file: str
    function: str
    was: str
    became: str
    code: str

    def __str__(self):
        return f"{Path(self.file).stem}.{self.function}: {self.was} -> {self.became}"


def lines(file):
    """The lines of a file that can be made faulty."""
    source = (ROOT / file).read_text(encoding="utf8")
    tree, texts, found = get_ast(source), source.splitlines(), {}
    for operator in OPERATORS:
        places = ((node, start[0]) for node in ast_nodes(tree)
                  for start, _ in operator.mutation_positions(node))
        for count, (node, row) in enumerate(places):
            if not is_harmless(node):
                function, text = function_of(node), tidy(texts[row - 1])
                line = found.setdefault((function, text), Line(file, function, text, []))
                line.faults.append((operator, count))
    return list(found.values())


def function_of(node):
    """'Stack.forward' for a node inside that method, '' at the top of a file."""
    names = []
    while node := search_ancestor(node, "funcdef", "classdef"):
        names.insert(0, node.name.value)
    return ".".join(names)


def is_harmless(node):
    """Whether a change there is, by its nature, no fault of the mathematics."""
    if search_ancestor(node, "decorator", "raise_stmt"):  # the catalogue's facts; errors' texts
        return True
    if node.parent.type == "parameters":  # the bare * among them
        return True
    if node.parent.type == "argument" and node.parent.children[0].get_code().strip() == "strict":
        return True  # zip's own check of what the code around it made
    if node.type == "number" and re.fullmatch(r"[2-9]\d|\d{3,}", node.value):
        return True  # cut-offs where a function is flat, block sizes, defaults: one is nothing
    suite = search_ancestor(node, "suite")  # `if bad: near = ...; raise ...` makes an error's text
    return bool(suite and suite.parent.type == "if_stmt"
                and suite.children[-1].get_code().lstrip().startswith("raise "))


def mutant(line, operator, count):
    """The file of a line with one of the line's faults."""
    source = (ROOT / line.file).read_text(encoding="utf8")
    code = mutate_code(source, operator, count)
    became = next(new for old, new in zip(source.splitlines(), code.splitlines(), strict=True)
                  if old != new)
    return Mutant(line.file, line.function, line.text, tidy(became), code)


def tidy(line):
    """A line without its comment and without blanks that say nothing."""
    return re.sub(r"(?<=[(\[]) ", "", re.sub(" +", " ", re.sub(" +# .*", "", line))).strip()


def sample(seed, count):
    """`count` mutants that are not known to be equivalent, at most one a line.

    Each line draws its own lot from the seed and its text, so that an edit elsewhere leaves the
    sample as it was.
    """
    drawn = []
    for line in (line for file in GUARDS for line in lines(file)):
        lot = random.Random(f"{seed} {line.file} {line.function} {line.text}")
        drawn.append((lot.random(), line, lot.choice(line.faults)))
    drawn.sort(key=lambda one: one[0])
    mutants = (mutant(line, *fault) for _, line, fault in drawn)
    return list(islice((one for one in mutants if not is_equivalent(one)), count))


def is_equivalent(one):
    place = Path(one.file).name, one.function
    return (*place, one.became) in EQUIVALENT or any(
        place == entry[:2] and one.was.startswith(entry[2]) for entry in SPEED)
