"""Training recurrent networks: every cell x every seed, on sequences drawn fresh for each step."""

from dataclasses import dataclass

import numpy as np

from .. import optimisers
from ..named import Named, position
from ..threads import one_blas_thread
from .cells import LSTM, RNN
from .network import Recurrent

TESTED = 512  # fresh sequences for the score


@dataclass(frozen=True, eq=False)
class Run:
    """What training left: arrays with the axes cell, seed (and step).

    loss        (cell, seed, step)   of each batch, before its step
    length      (cell, seed, step)   of the whole gradient, before any clipping
    score       (cell, seed)         accuracy on 512 fresh sequences after the last step
    diverged    (cell, seed)         True where the loss left the finite numbers; its score is NaN
    diverged_at (cell, seed)         the step at which it did, or -1
    """

    loss: Named
    length: Named
    score: Named
    diverged: Named
    diverged_at: Named
    _networks: dict

    def network(self, cell=None, seed=None):
        """One trained network as a stack of one; cell by its name."""
        axes, key = self.score.axes, []
        for name, label in (("cell", cell), ("seed", seed)):
            if label is None and len(axes[name]) > 1:
                raise ValueError(f"which {name}? one of {', '.join(map(str, axes[name]))}")
            key.append(position(axes[name], axes[name][0] if label is None else label, name))
        build, weights = self._networks[tuple(key)]
        network = build()
        network.weights[0] = weights
        return network


def train(task, cells, *, seeds=10, hidden=16, steps=250, batch=32, rate=1e-3, optimiser="adam",
          clip_norm=None, clip_value=None, truncate=None, loss="sigmoid_crossentropy",
          progress=None, dtype=np.float32):
    """Trains every cell for every seed on a task; returns a `Run`.

    task        a function (count, rng) -> x (count, T, D), y (count, C), such as `memory(20)`
    cells       an `RNN` or `LSTM`, or a list of them
    seeds       how many (0, 1, ...), or which (whole numbers >= 0)
    steps       of the optimiser, each on `batch` new sequences, the same for all cells of a seed
    optimiser   "adam" or "sgd"
    clip_norm   shorten a longer gradient to this length; clip_value: hold each component within +-
    truncate    backpropagate through the last so many steps of a sequence only
    progress    called as progress(done, total) after each cell
    """
    cells = [cells] if isinstance(cells, (RNN, LSTM)) else list(cells)
    names = [cell.name for cell in cells]
    if not cells or len(set(names)) < len(names):
        raise ValueError(f"cells: one or more, each with a name of its own; got {names}")
    seeds = list(range(seeds)) if isinstance(seeds, (int, np.integer)) else [int(s) for s in seeds]
    if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds are different whole numbers >= 0, one or more; got {seeds}")
    limits = {"clip_norm": clip_norm, "clip_value": clip_value, "truncate": truncate}
    for name, value in {"steps": steps, "batch": batch, "rate": rate, "hidden": hidden,
                        **{key: one for key, one in limits.items() if one is not None}}.items():
        if not np.isfinite(value) or value <= 0:
            raise ValueError(f"{name} must be a number above 0; got {value!r}")
    if optimiser not in ("adam", "sgd"):
        raise ValueError(f"unknown optimiser {optimiser!r} (one of adam, sgd)")
    settings = dict(steps=steps, batch=batch, rate=rate, optimiser=optimiser, loss=loss,
                    hidden=hidden, dtype=dtype, **limits)
    found = []
    with one_blas_thread(), np.errstate(all="ignore"):
        for done, cell in enumerate(cells):
            found.append(_train_cell(task, cell, seeds, settings))
            if progress:
                progress(done + 1, len(cells))
    axes, fields = {"cell": names, "seed": seeds}, {}
    for name in ("loss", "length", "score", "diverged", "diverged_at"):
        values = np.stack([one[name] for one in found])
        more = {"step": list(range(1, steps + 1))} if values.ndim == 3 else {}
        fields[name] = Named(values, {**axes, **more})
    networks = {(c, s): (one["build"], one["weights"][s])
                for c, one in enumerate(found) for s in range(len(seeds))}
    return Run(**fields, _networks=networks)


def _train_cell(task, cell, seeds, settings):
    """One cell for all seeds together: a dict of arrays, a row a seed."""
    drawn = [np.random.default_rng([seed, 0]) for seed in seeds]
    tested = [task(TESTED, np.random.default_rng([seed, 9])) for seed in seeds]
    (_, _, inputs), outputs = tested[0][0].shape, tested[0][1].shape[1]
    recipe = ((inputs, settings["hidden"], outputs), settings["loss"], settings["dtype"])
    network = Recurrent([cell] * len(seeds), *recipe)
    network.initialise(seeds)
    optimiser = {"adam": optimisers.Adam, "sgd": optimisers.SGD}[settings["optimiser"]](
        network.weights)
    S, steps = len(seeds), settings["steps"]
    rate = np.full(S, settings["rate"], network.dtype)
    losses_seen, length = np.full((2, S, steps), np.nan)
    diverged_at = np.full(S, -1)
    for step in range(steps):
        x, y = map(np.stack, zip(*(task(settings["batch"], rng) for rng in drawn), strict=True))
        loss = network.loss_and_gradient(x.astype(network.dtype), y.astype(network.dtype),
                                         settings["truncate"])
        g = network.gradient
        length[:, step] = np.sqrt(np.einsum("sp,sp->s", g, g, dtype=np.float64))
        losses_seen[:, step] = loss
        # A gradient may overflow where the loss does not: nothing can be made of it either.
        lost = ~(np.isfinite(loss) & np.isfinite(length[:, step]))
        diverged_at[(diverged_at < 0) & lost] = step
        gone = diverged_at >= 0
        if gone.any():  # a lost network stands still; its neighbours never see it
            losses_seen[gone, step], length[gone, step], rate[gone], g[gone] = np.nan, np.nan, 0, 0
        if settings["clip_value"] is not None:
            optimisers.clip_by_value(g, settings["clip_value"])
        if settings["clip_norm"] is not None:
            optimisers.clip_by_norm(g, settings["clip_norm"])
        optimiser.step(network.weights, g, rate)
    diverged_at[(diverged_at < 0) & ~np.isfinite(network.weights).all(1)] = steps
    x, y = map(np.stack, zip(*tested, strict=True))
    out = np.ascontiguousarray(network.predict(x).swapaxes(1, 2))
    score = network.loss.score(out, y.swapaxes(1, 2))
    score[diverged_at >= 0] = np.nan
    return dict(loss=losses_seen, length=length, score=score, diverged=diverged_at >= 0,
                diverged_at=diverged_at, weights=network.weights.copy(),
                build=lambda: Recurrent([cell], *recipe))
