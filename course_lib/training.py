"""Training many networks in one call, so that a comparison is fair and takes seconds.

    run = train(data.digits(), ["relu", "tanh"], seeds=10)
    run.test_score.mean("seed")

Every combination of what is given as a list (activations, hidden, init, rate) is trained for every
seed. Networks of one seed get the same first weights (where shapes agree) and the same order of
batches, so differences between activations are paired. Networks of equal shape are trained
together (networks.py), in groups small enough for the processor's cache; a network gets the same
numbers alone and in a crowd.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from . import data as data_room
from . import losses, optimisers
from .named import Named, position
from .networks import Stack, one_a_layer
from .threads import one_blas_thread

CACHE = 8 << 20  # bytes of working set to stay within: about a core's share of L2 and L3


@dataclass(frozen=True, eq=False)
class Run:
    """What training left: arrays with named axes, those given as lists, then seed.

    loss        (..., seed, step)   mean loss of each batch, before its step
    val_loss    (..., seed, epoch)  after each epoch
    val_score   (..., seed, epoch)  accuracy, or root mean squared error for squared_error
    test_score  (..., seed)         of the kept weights, looked at once
    best_epoch  (..., seed)         the epoch whose weights were kept (counted from 1)
    diverged    (..., seed)         True where the loss left the finite numbers; its scores are NaN
    diverged_at (..., seed)         the step at which it did, or -1
    """

    loss: Named
    val_loss: Named
    val_score: Named
    test_score: Named
    best_epoch: Named
    diverged: Named
    diverged_at: Named
    _stacks: dict

    def network(self, **labels):
        """One trained network, with its kept weights, as a stack of one; labels as for `sel`."""
        axes, key = dict(self.test_score.axes), []
        for name, values in axes.items():
            if name not in labels and len(values) > 1:
                raise ValueError(f"which {name}? one of {', '.join(map(str, values))}")
            key.append(position(values, labels.pop(name, values[0]), name))
        if labels:
            raise ValueError(f"no axis '{next(iter(labels))}'; the axes are {', '.join(axes)}")
        build, weights, statistics = self._stacks[tuple(key)]
        stack = build()
        stack.weights[0], stack.statistics[0] = weights, statistics
        return stack


def train(data, activations, *, seeds=10, hidden=(64, 64, 64), init="he", rate=1e-3,
          optimiser="adam", momentum=0.0, adam_form="keras", epochs=30, batch=64,
          loss="softmax_crossentropy", head=None, norm=None, residual=False, weight_decay=0.0,
          activity=0.0, clip_norm=None, clip_value=None, keep="best", weights=None, order=None,
          progress=None, dtype=np.float32):
    """Trains every combination of activations x hidden x init x rate x seeds; returns a `Run`.

    data         a `data.Data`
    activations  a name or Activation, a tuple of these (one a hidden layer), or a list of such
    seeds        how many (0, 1, ...), or which (whole numbers >= 0)
    hidden       widths of the hidden layers, such as (64, 64, 64), or a list of such tuples
    init         a scheme of `initialisation`, or a list        rate  a number, or a list
    loss         a name of losses.LOSSES; head, norm, residual, activity: see networks.Stack
    keep         "best": the weights with the lowest validation loss; "last": those at the end
    weights      first weights to start from, [W1, b1, W2, b2, ...], or a function of the seed
    order        the rows of each epoch, (epochs, examples), or a function of the seed
    progress     called as progress(done, total) after each epoch of each group
    """
    axes, combinations = _combinations(activations, hidden, init, rate)
    seeds = _seeds(seeds)
    data_room.check(data)
    limits = {"clip_norm": clip_norm, "clip_value": clip_value}
    _check_numbers(epochs=epochs, batch=batch,
                   **{name: limit for name, limit in limits.items() if limit is not None})
    if min(weight_decay, activity, momentum) < 0:
        raise ValueError("weight_decay, activity and momentum are 0 or more; got "
                         f"{weight_decay}, {activity}, {momentum}")
    if keep not in ("best", "last"):
        raise ValueError(f"keep is 'best' or 'last', not {keep!r}")
    targets = _targets(data, loss)
    inputs, outputs = data.x_train.shape[1], targets["train"].shape[1]
    recipe = dict(loss=loss, head=head, norm=norm, residual=residual, activity=activity,
                  dtype=dtype)
    settings = dict(
        optimiser=_optimiser(optimiser, momentum, adam_form, weight_decay), epochs=epochs,
        batch=min(batch, len(data.x_train)), clip_norm=clip_norm, clip_value=clip_value, keep=keep,
        weights=weights, order=order)
    xs = {part: np.ascontiguousarray(getattr(data, f"x_{part}"), dtype) for part in data_room.PARTS}
    ys = {part: np.ascontiguousarray(y, dtype) for part, y in targets.items()}

    groups = list(_groups(combinations, seeds, inputs, outputs, recipe, settings["batch"]))
    parts, stacks = {}, {}
    with one_blas_thread(), np.errstate(all="ignore"):  # a diverging network reports itself
        for number, (combos, some_seeds) in enumerate(groups):
            def report(done, before=number * epochs):
                if progress:
                    progress(before + done, len(groups) * epochs)
            result = _train_group(combos, some_seeds, xs, ys, inputs, outputs, recipe, settings,
                                  report)
            for row, (combo, seed) in enumerate(product(combos, some_seeds)):
                key = (*combo.index, seeds.index(seed))
                parts[key] = {name: values[row] for name, values in result.items()}
                stacks[key] = (_rebuild(combo, inputs, outputs, recipe),
                               parts[key].pop("weights"), parts[key].pop("statistics"))
    axes["seed"] = seeds
    return _collect(parts, stacks, axes)


def _train_group(combos, seeds, xs, ys, inputs, outputs, recipe, settings, report):
    """Trains combos x seeds (seed fastest) of one shape; a dict of arrays, a row a network."""
    G, n, batch = len(seeds), len(xs["train"]), settings["batch"]
    stack = Stack([combo.activations for combo in combos for _ in seeds],
                  (inputs, *combos[0].hidden, outputs), **recipe)
    stack.initialise([combo.init for combo in combos for _ in seeds], list(seeds) * len(combos))
    if settings["weights"] is not None:
        _set_weights(stack, settings["weights"], list(seeds) * len(combos))
    rate = np.repeat([combo.rate for combo in combos], G).astype(recipe["dtype"])
    optimiser = settings["optimiser"](stack.weights)
    orders = [_order(settings["order"], seed, settings["epochs"], n) for seed in seeds]

    S, epochs, steps = stack.S, settings["epochs"], -(-n // batch)
    losses_seen = np.full((S, epochs * steps), np.nan)
    val_loss, val_score = np.full((2, S, epochs), np.nan)
    diverged_at = np.full(S, -1)
    best, best_epoch = np.full(S, np.inf), np.zeros(S, int)
    kept, kept_statistics = stack.weights.copy(), stack.statistics.copy()
    for epoch in range(epochs):
        order = np.stack([next(rows) for rows in orders])
        for step in range(steps):
            rows = order[:, step * batch:(step + 1) * batch]
            x = np.take(xs["train"], rows, axis=0, mode="clip")
            y = np.take(ys["train"], rows, axis=0, mode="clip")
            loss = stack.loss_and_gradient(x, y)
            now = epoch * steps + step
            losses_seen[:, now] = loss
            diverged_at[(diverged_at < 0) & ~np.isfinite(loss)] = now
            gone = diverged_at >= 0
            if gone.any():  # a lost network stands still; its neighbours never see it
                losses_seen[gone, now], rate[gone], stack.gradient[gone] = np.nan, 0, 0
            if settings["clip_value"] is not None:
                optimisers.clip_by_value(stack.gradient, settings["clip_value"])
            if settings["clip_norm"] is not None:
                optimisers.clip_by_norm(stack.gradient, settings["clip_norm"])
            optimiser.step(stack.weights, stack.gradient, rate)
        val_loss[:, epoch], val_score[:, epoch] = _evaluate(stack, xs["val"], ys["val"], batch)
        better = val_loss[:, epoch] < best if settings["keep"] == "best" else np.full(S, True)
        best[better], best_epoch[better] = val_loss[better, epoch], epoch + 1
        kept[better], kept_statistics[better] = stack.weights[better], stack.statistics[better]
        report(epoch + 1)
    finite = np.isfinite(stack.weights).all(1) & np.isfinite(val_loss[:, -1:]).all(1)
    diverged_at[(diverged_at < 0) & ~finite] = epochs * steps  # it was the last step that did it
    stack.weights[:], stack.statistics[:] = kept, kept_statistics
    test_score = _evaluate(stack, xs["test"], ys["test"], batch)[1]
    test_score[diverged_at >= 0] = np.nan
    return dict(loss=losses_seen, val_loss=val_loss, val_score=val_score, test_score=test_score,
                best_epoch=best_epoch, diverged=diverged_at >= 0, diverged_at=diverged_at,
                weights=kept, statistics=kept_statistics)


def _evaluate(stack, x, y, batch):
    """Loss and score of every network on a whole part."""
    # In the training's own workspace where it will do: another one would push it out of the cache.
    out = stack.predict(x, batch if 32 <= batch <= 128 else 128).swapaxes(1, 2)
    out = np.ascontiguousarray(out)  # the losses' passes run on rows
    score = stack.loss.score(out, y.T)
    return stack.loss.value_and_slope(out, y.T)[0], score


# ---- what to train


@dataclass(frozen=True)
class _Combination:
    activations: tuple
    hidden: tuple
    init: object
    rate: float
    index: tuple  # its place along the named axes


def _combinations(activations, hidden, init, rate):
    """The axes that were given as lists, and every combination of their values."""
    axes, values = {}, []
    for name, given in (("activation", activations), ("hidden", hidden), ("init", init),
                        ("rate", rate)):
        several = isinstance(given, (list, np.ndarray))
        if several and len(given) == 0:
            raise ValueError(f"{name}: an empty list; give one or more")
        if several:
            axes[name] = [_label(value) for value in given]
            if len(set(axes[name])) < len(axes[name]):
                raise ValueError(f"{name}: {axes[name]} holds one twice")
        values.append([(place if several else None, value)
                       for place, value in enumerate(given if several else [given])])
    combinations = []
    for chosen in product(*values):
        (_, f), (_, widths), (_, scheme), (_, number) = chosen
        index = tuple(place for place, _ in chosen if place is not None)
        widths = tuple(_check_widths(widths))
        _check_numbers(rate=number)
        combinations.append(_Combination(one_a_layer(f, len(widths)), widths, scheme,
                                         float(number), index))
    return axes, combinations


def _groups(combinations, seeds, inputs, outputs, recipe, batch):
    """Combinations of equal shape side by side, few enough to share the cache: (combos, seeds)."""
    shapes = {}
    for combo in combinations:
        shape = (combo.hidden, tuple(f.units for f in combo.activations))
        shapes.setdefault(shape, []).append(combo)
    for (hidden, units), combos in shapes.items():
        widths = [width * u for width, u in zip(hidden, units, strict=True)]
        layers = zip((inputs, *hidden), (*widths, outputs), strict=True)
        parameters = sum(fan_in * width for fan_in, width in layers)
        size = np.dtype(recipe["dtype"]).itemsize * (4 * parameters + 5 * batch * sum(widths))
        fit = max(1, int(CACHE / size))
        together = max(1, fit // len(seeds))  # whole comparisons, if they fit
        for start in range(0, len(combos), together):
            for first in range(0, len(seeds), fit):
                yield combos[start:start + together], seeds[first:first + fit]


def _rebuild(combo, inputs, outputs, recipe):
    return lambda: Stack([combo.activations], (inputs, *combo.hidden, outputs), **recipe)


def _label(value):
    if isinstance(value, (tuple, list)):
        return tuple(_label(one) for one in value)
    return getattr(value, "name", None) or getattr(value, "__name__", value)


def _seeds(seeds):
    if isinstance(seeds, (int, np.integer)):
        seeds = range(seeds)
    seeds = [int(seed) for seed in seeds]
    if not seeds:
        raise ValueError("no seeds: give a count of 1 or more, or a list such as [0, 1, 2]")
    if min(seeds) < 0 or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds must be different whole numbers >= 0; got {seeds}")
    return seeds


def _check_widths(hidden):
    if not isinstance(hidden, tuple) or not all(
            isinstance(width, (int, np.integer)) and width > 0 for width in hidden):
        raise ValueError(f"hidden is a tuple of widths such as (64, 64), or a list of such tuples; "
                         f"got {hidden!r}")
    return hidden


def _check_numbers(**numbers):
    for name, value in numbers.items():
        if not np.isfinite(value) or value <= 0:
            raise ValueError(f"{name} must be a number above 0; got {value!r}")


def _targets(data, loss):
    """Targets of the three parts as (N, outputs) numbers that suit the loss."""
    kind = losses.get(loss)
    targets = {}
    for part in data_room.PARTS:
        y = np.asarray(getattr(data, f"y_{part}"))
        if data.classes is None or (data.classes == 2 and loss == "sigmoid_crossentropy"):
            y = y.reshape(len(y), -1).astype(float)
            if kind.classifies and (y.min() < 0 or y.max() > 1):
                raise ValueError(f"y_{part} runs from {y.min():g} to {y.max():g}; {loss} needs "
                                 "targets between 0 and 1")
        else:
            y = np.eye(data.classes)[y]
        targets[part] = y
    if loss == "softmax_crossentropy" and targets["train"].shape[1] < 2:
        raise ValueError("softmax_crossentropy needs two classes or more; "
                         "for one output use sigmoid_crossentropy or squared_error")
    return targets


# ---- how to train


def _optimiser(name, momentum, adam_form, weight_decay):
    if name == "sgd":
        return lambda weights: optimisers.SGD(weights, momentum, weight_decay)
    if name == "adam":
        epsilon = 1e-7 if adam_form == "keras" else 1e-8  # each framework's default
        return lambda weights: optimisers.Adam(weights, epsilon=epsilon, form=adam_form,
                                               weight_decay=weight_decay)
    raise ValueError(f"unknown optimiser {name!r} (one of adam, sgd)")


def _order(order, seed, epochs, n):
    """The rows of each epoch, one epoch after the other."""
    if order is None:
        rng = np.random.default_rng([seed, 0, 1])
        return (rng.permutation(n) for _ in range(epochs))
    rows = np.asarray(order(seed) if callable(order) else order)
    if rows.shape != (epochs, n) or rows.min() < 0 or rows.max() >= n:
        raise ValueError(f"order must hold rows 0 to {n - 1} in shape (epochs, examples) = "
                         f"({epochs}, {n}); got shape {rows.shape}")
    return iter(rows)


def _set_weights(stack, weights, seeds):
    for s, seed in enumerate(seeds):
        given = [np.atleast_2d(w) for w in (weights(seed) if callable(weights) else weights)]
        shapes = [shape for _, shape in stack.shapes]
        if [w.shape for w in given] != shapes:
            raise ValueError(f"weights must have shapes {shapes} (W, b of each layer); "
                             f"got {[w.shape for w in given]}")
        stack.weights[s] = np.concatenate([w.ravel() for w in given])


def _collect(parts, stacks, axes):
    """Rows of single networks put together along the named axes."""
    shape = tuple(len(labels) for labels in axes.values())
    first = next(iter(parts.values()))
    fields = {}
    for name, example in first.items():
        example = np.asarray(example)
        values = np.empty((*shape, *example.shape), example.dtype)
        for key, part in parts.items():
            values[key] = part[name]
        last = {"loss": "step", "val_loss": "epoch", "val_score": "epoch"}.get(name)
        more = {last: list(range(1, example.shape[0] + 1))} if last else {}
        fields[name] = Named(values, {**axes, **more})
    return Run(**fields, _stacks=stacks)
