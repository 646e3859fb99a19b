"""The house keeps its order: light at the door, imports that point down, files one can read."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib

HOUSE = Path(course_lib.__file__).parent
FLOORS = {
    "activations": 0, "data": 0, "named": 0, "threads": 0,
    "networks": 1, "initialisation": 1, "losses": 1, "norms": 1,
    "training": 2, "optimisers": 2, "recurrent": 2,
    "statistics": 3, "diagnostics": 3, "thermostat": 3,
    "figures": 4, "advisor": 4,
    "trials": 5, "court": 5, "evidence": 5,
    "labs": 6, "study": 6,
    "keras_tools": 7,  # on top: it may look into every room, and nobody imports it
    "start": None,  # aside: it imports no other room
}
HEAVY = {"tensorflow", "keras", "scipy.special", "matplotlib.pyplot", "ipywidgets", "scipy.stats"}
FILES = sorted(HOUSE.rglob("*.py"))


def room_of(file):
    return file.relative_to(HOUSE).parts[0].removesuffix(".py")


def imported_rooms(file):
    """Names of course_lib's rooms that a file imports anywhere, also inside functions."""
    package = ["course_lib", *file.relative_to(HOUSE).parts[:-1]]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf8"))):
        if isinstance(node, ast.ImportFrom):
            above = package[:len(package) - node.level + 1] if node.level else []
            base = [*above, *(node.module or "").split(".")]
            names = [[*filter(None, base), alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        else:
            continue
        for parts in names:
            if parts[0] == "course_lib" and len(parts) > 1 and parts[1] in FLOORS:
                yield parts[1]


def test_every_room_has_its_floor():
    assert {room_of(file) for file in FILES} - {"__init__"} == set(FLOORS)
    assert set(course_lib._ROOMS) <= set(FLOORS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(HOUSE)))
def test_imports_point_down_and_files_are_short(file):
    room = room_of(file)
    for other in set(imported_rooms(file)) - {room}:
        assert FLOORS[room] is not None, f"{room} stands aside and imports {other}"
        assert FLOORS[other] is not None and FLOORS[other] <= FLOORS[room], f"{room} -> {other}"
    assert len(file.read_text(encoding="utf8").splitlines()) <= 400


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(HOUSE)))
def test_tensorflow_is_imported_by_functions_of_one_room_only(file):
    tree = ast.parse(file.read_text(encoding="utf8"))
    inside = {id(node) for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)
              for node in ast.walk(one)}
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else (
            [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else [])
        if {name.split(".")[0] for name in names} & {"tensorflow", "keras", "tensorboard"}:
            assert room_of(file) == "keras_tools" and id(node) in inside, names


@pytest.mark.parametrize("statement, absent", [
    ("import course_lib", HEAVY | {"scipy", "matplotlib", "numpy"}),
    ("from course_lib import activations, data, networks, training, statistics",
     HEAVY | {"matplotlib"}),
    ("from course_lib import figures", HEAVY),
    ("from course_lib import keras_tools", HEAVY | {"tensorboard", "matplotlib"}),
])
def test_what_an_import_leaves_out(statement, absent):
    code = f"{statement}; import sys; print(*{absent!r} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_an_unknown_room_is_named():
    with pytest.raises(AttributeError, match="no room 'trainning'; it has activations"):
        course_lib.trainning  # noqa: B018
