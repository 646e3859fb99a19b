"""Longer studies: measured once by `make evidence`, stored small, measured again in part when used.

    @study("four_sigmoids", {"depth": [1, 5], "rate": [0.1, 0.3]}, families=("saturating",))
    def four_sigmoids(depth, rate):
        return {"val_score": ...}          # arrays of the same shapes in every part

A study is a grid of parts, one for each combination of its axes' labels. Its file
`evidence/NAME.npz` holds each array with the axes in front, stamped with the labels and a hash of
the code that it ran (docstrings and comments aside): `load` refuses a file whose stamp is not that
of today's code. `agrees` measures some parts again, chosen at random, and compares.
"""

import ast
import hashlib
import json
import sys
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

from ..named import Named
from ..statistics import interval
from ..threads import one_blas_thread

FOLDER = Path(__file__).resolve().parents[2] / "evidence"
# Each a file of this folder.
STUDIES = ("batch_norm", "centring", "dead_remedies", "dead_units", "depths", "fifty_again",
           "fifty_layers", "four_sigmoids", "hidden_layers", "hidden_scores", "hidden_retuned",
           "hidden_rivals", "hidden_deep", "hidden_deep_scores", "input_scales", "label_noise",
           "memory", "normalised", "output_heads", "relu_or_tanh")
ENGINE = ("activations/activation.py", "activations/fast.py", "activations/primitives.py",
          "data/__init__.py", "initialisation.py", "losses.py", "networks.py", "norms.py",
          "optimisers.py", "training.py")
_STUDIES = {}


@dataclass(frozen=True)
class Study:
    name: str
    axes: dict
    families: tuple
    measure: object
    files: tuple = ()

    @property
    def path(self):
        return FOLDER / f"{self.name}.npz"

    def parts(self):
        """Every part's place in the grid and its labels by axis name."""
        for place in np.ndindex(*(len(labels) for labels in self.axes.values())):
            chosen = zip(self.axes.items(), place, strict=True)
            yield place, {name: labels[k] for (name, labels), k in chosen}

    def stamp(self):
        """What the numbers depend on: the engine's code, the study's own file, its labels."""
        digest = hashlib.sha256(json.dumps(self.axes).encode())
        here = Path(__file__).parents[1]
        files = [here / name for name in ENGINE]
        files += [here / "activations" / f"{family}.py" for family in self.families]
        files += [here / name for name in self.files]
        for file in (*files, Path(sys.modules[self.measure.__module__].__file__)):
            digest.update(_code(file, _source(file)))
        return digest.hexdigest()[:16]


def study(name, axes, families, files=()):
    """Registers a function of one label an axis, returning a dict of arrays, as a study.

    `families` names the files of the catalogue that it takes its activations from, `files` what
    else of course_lib it runs ("recurrent/cells.py").
    """
    def register(measure):
        _STUDIES[name] = Study(name, axes, families, measure, files)
        return measure
    return register


def studies():
    """All studies by name."""
    for name in STUDIES:
        import_module(f"{__name__}.{name}")
    return dict(_STUDIES)


def load(name):
    """The stored arrays of a study by name, as `Named`; axes behind the study's own are numbered.

    Raises FileNotFoundError or ValueError where `make evidence` has to run first.
    """
    known = studies()[name]
    if not known.path.exists():
        raise FileNotFoundError(f"evidence/{name}.npz is not there: run `make evidence`")
    with np.load(known.path) as stored:
        if str(stored["stamp"]) != known.stamp():
            raise ValueError(f"evidence/{name}.npz was measured with other code: "
                             "run `make evidence`")
        return {key: _named(known.axes, stored[key]) for key in stored.files if key != "stamp"}


def agrees(name, key, tolerance, count=2, rng=None, among=None, shorter=None):
    """Measures `count` parts again, chosen at random: the largest distance of the means of `key`.

    `among` names the labels to choose from, as in {"length": [10, 20]}, where the others take long;
    without it every part can be drawn. `shorter` takes the place of the study's own function where
    there is a shorter way to the same `key`, such as the first epochs alone.

    The mean is over everything behind the study's own axes (seeds). Raises AssertionError with the
    part's labels if a mean is further from the stored one than `tolerance` and three standard
    errors of the difference together: on another processor, networks at a rate that is too high
    for them scatter as if they had other seeds.
    """
    known, stored = studies()[name], load(name)[key].values
    rng = rng or np.random.default_rng()
    unknown = {axis: labels for axis, labels in (among or {}).items()
               if not labels or not set(labels) <= set(known.axes.get(axis, ()))}
    if unknown:
        raise ValueError(f"{name} has no parts with {unknown}; its axes are {known.axes}")
    parts, worst = [part for part in known.parts() if all(
        part[1][axis] in labels for axis, labels in (among or {}).items())], 0.0
    for chosen in rng.choice(len(parts), min(count, len(parts)), replace=False):
        place, labels = parts[chosen]
        with one_blas_thread():
            again = interval((shorter or known.measure)(**labels)[key])
        before = interval(stored[place])
        distance = abs(again.mean - before.mean)
        if not distance <= tolerance + 3 * np.hypot(again.se, before.se):
            raise AssertionError(f"{name} at {labels}: {key} is {again.mean:.4g} measured again, "
                                 f"{before.mean:.4g} stored")
        worst = max(worst, distance)
    return worst


def measure(name, progress):
    """Measures a study part by part and stores it; an interrupted one goes on where it stopped."""
    known, stamp = studies()[name], studies()[name].stamp()
    done = FOLDER / f".{name}-{stamp}"
    done.mkdir(parents=True, exist_ok=True)
    parts = list(known.parts())
    for number, (_, labels) in enumerate(parts):
        file = done / f"{number}.npz"
        if not file.exists():
            fresh = file.with_suffix(".tmp.npz")
            np.savez(fresh, **known.measure(**labels))
            fresh.replace(file)  # a part is there whole or not at all
        progress()
    arrays = {}
    for number, (place, _) in enumerate(parts):
        with np.load(done / f"{number}.npz") as part:
            for key in part.files:
                shape = tuple(len(labels) for labels in known.axes.values())
                arrays.setdefault(key, np.empty((*shape, *part[key].shape)))[place] = part[key]
    np.savez_compressed(known.path, stamp=stamp, **arrays)
    for file in done.iterdir():
        file.unlink()
    done.rmdir()


def _named(axes, values):
    behind = {f"axis {k}": list(range(size)) for k, size in enumerate(values.shape[len(axes):])}
    return Named(values, {**axes, **behind})


def _source(file):
    return file.read_text(encoding="utf8")


@cache
def _code(file, source):
    """A file's code as bytes; parsed once for all the studies that ran it."""
    return ast.dump(_bare(ast.parse(source))).encode()


def _bare(tree):
    """The syntax tree without docstrings: rewording one must not make evidence stale."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(
                getattr(body[0], "value", None), ast.Constant):
            body[:1] = [] if len(body) > 1 else [ast.Pass()]
    return tree


def main(names=()):
    """Measures the studies named, or all, where they are missing or stale."""
    from tqdm import tqdm
    for name, known in studies().items():
        if names and name not in names:
            continue
        try:
            load(name)
            print(f"{name}: up to date")
        except (FileNotFoundError, ValueError):
            with tqdm(total=len(list(known.parts())), desc=name) as bar:
                measure(name, bar.update)

