"""Many small networks of one shape, computed together.

A comparison is never one network: it is activations x seeds. So every array carries a leading
axis for the network: inputs (S, B, D), hidden values (S, B, H), and one `np.matmul` serves all S.
Two choices make it fast without making it obscure:

- all parameters of a network are views into one row of `weights` (S, P), and likewise its
  gradient, so that an optimiser sees one flat vector a network;
- the last layer is kept transposed, (S, classes, B), so that softmax reduces along fast memory.

One hidden layer computes, for a vector h (Goodfellow, Bengio & Courville 2016, ch. 6):

    z = h W + b          a = f(norm(z))          h' = a, or h + a where `residual` and widths agree
"""

from itertools import groupby
from types import SimpleNamespace

import numpy as np

from . import initialisation, losses, norms
from .activations import Activation, fast, get


class Stack:
    """S networks of equal shape with activations of their own.

    activations  one entry a network: a name, an Activation, or a sequence of one a hidden layer
    sizes        (inputs, hidden widths ..., outputs); a width counts what a layer passes on, so a
                 gated unit (glu and kin) has twice as many pre-activations
    loss         a name of losses.LOSSES
    norm         None, "batch", "layer" or "rms", between z and the activation
    residual     add a layer's input to its output where widths agree (He et al. 2016)
    activity     weight of an L1 penalty on hidden outputs (sum of |a|, mean over the batch)
    head         None, or an activation (a name, an Activation) between the last layer and the loss;
                 a crossentropy of the loss brings its own, so that here is where wrong ones go
    dtype        float32 to train; float64 (with the catalogue's exact forms) to check gradients
    """

    def __init__(self, activations, sizes, loss="softmax_crossentropy", norm=None, residual=False,
                 activity=0.0, head=None, dtype=np.float32):
        sizes = tuple(int(size) for size in sizes)
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError("sizes are (inputs, hidden ..., outputs), each 1 or more; "
                             f"got {sizes}")
        self.sizes, self.dtype, self.residual = sizes, np.dtype(dtype), residual
        self.activity = self.dtype.type(activity)
        self.loss, self.norm = losses.get(loss), norms.get(norm)
        self.head = None if head is None else one_a_layer(head, 1)[0]
        if self.head and self.head.units != 1:
            raise ValueError(f"a head gives one output for each input; {self.head.name} does not")
        depth = len(sizes) - 2
        self.activations = [one_a_layer(entry, depth) for entry in activations]
        if not self.activations:
            raise ValueError("a stack needs one activation or more, one for each network")
        self.S = len(self.activations)
        columns = [[network[layer] for network in self.activations] for layer in range(depth)]
        self.runs = [_runs(column, self.dtype) for column in columns]
        self.widths = [_pre_activations(column, sizes[layer + 1])
                       for layer, column in enumerate(columns)] + [sizes[-1]]

        self.shapes = []  # of one network's parameters, in the order they lie in its row
        for index, (fan_in, width) in enumerate(zip(sizes[:-1], self.widths, strict=True)):
            self.shapes += [("W", (fan_in, width)), ("b", (1, width))]
            if self.norm and index < depth:
                self.shapes += [(name, (1, width)) for name in self.norm.parameters]
        self.P = sum(rows * columns for _, (rows, columns) in self.shapes)
        self.weights = np.zeros((self.S, self.P), self.dtype)
        self.gradient = np.zeros((self.S, self.P), self.dtype)
        self.layers, self.slots = self.views(self.weights), self.views(self.gradient)
        self._make_moving_statistics()
        self._spaces = {}

    # ---- parameters

    def views(self, flat):
        """Rows (S, P) seen as layers with W, b (and gamma, beta), copying nothing."""
        layers, start = [], 0
        for name, (rows, columns) in self.shapes:
            if name == "W":
                layers.append(SimpleNamespace())
            stop = start + rows * columns
            setattr(layers[-1], name, flat[:, start:stop].reshape(len(flat), rows, columns))
            start = stop
        return layers

    def initialise(self, schemes, seeds):
        """First weights of every network: `schemes` and `seeds` hold one entry a network.

        Equal seeds and shapes give equal draws, whatever the activation: comparisons are paired.
        """
        for s, (scheme, seed) in enumerate(zip(schemes, seeds, strict=True)):
            draw = initialisation.get(scheme)
            for index, layer in enumerate(self.layers):
                rng = np.random.default_rng([seed, 1 + index])
                layer.W[s], layer.b[s] = draw(*layer.W[s].shape, rng)
                for name, start in (("gamma", 1), ("beta", 0)):
                    if hasattr(layer, name):
                        getattr(layer, name)[s] = start

    def _make_moving_statistics(self):
        """Batch norm's running means and variances: one row a network, beside its weights."""
        kept = sum(self.widths[:-1]) if self.norm and self.norm.keeps_statistics else 0
        self.statistics = np.zeros((self.S, 2 * kept), self.dtype)
        self.statistics[:, kept:] = 1
        self.moving, start = [], 0
        for width in self.widths[:-1]:
            stop = start + width
            self.moving.append(SimpleNamespace(
                mean=self.statistics[:, None, start:stop],
                variance=self.statistics[:, None, kept + start:kept + stop]) if kept else None)
            start = stop

    # ---- forward and backward

    def forward(self, x, training=False):
        """Outputs, behind the head if any, (S, outputs, B), for x of shape (G, B, inputs).

        G divides S: network s reads x[s % G], so networks of one seed share one batch.
        Everything that `backward` needs stays in the workspace that is returned beside it.
        """
        G, B, _ = x.shape
        space = self._space(B)
        h, space.inputs = x, []
        for index, (layer, runs) in enumerate(zip(self.layers[:-1], self.runs, strict=True)):
            here = space.layers[index]
            space.inputs.append(h)
            self._matmul(h, layer.W, here.z)
            here.z += layer.b
            if self.norm:
                here.inverse = self.norm.forward(here.z, layer, here.z_hat, self.moving[index],
                                                 training)
            for start, stop, activation, form in runs:
                part = slice(start, stop)
                if form:
                    form(here.z[part], here.a[part], here.slope[part], here.work[part])
                else:  # a function of the whole vector (glu, softmax): backward asks its vjp
                    here.a[part] = activation.raw_f(here.z[part], 2)
            h = here.a
            if self._adds_input(index):
                h = np.add(here.a, space.inputs[-1], out=here.sum)
        space.inputs.append(h)
        last = self.layers[-1]
        if len(self.layers) == 1:
            self._matmul(h, last.W, space.untransposed)
            np.copyto(space.out, space.untransposed.swapaxes(1, 2))
        else:
            np.matmul(last.W.swapaxes(1, 2), h.swapaxes(1, 2), out=space.out)
        space.out += last.b.swapaxes(1, 2)
        if self.head:
            np.copyto(space.logits, space.out)
            vector = self.head.kind == "vector"
            space.out[:] = self.head.raw_f(space.logits, *([1] if vector else []))
        return space.out, space

    def backward(self, delta, space):
        """Fills `gradient` from delta (S, outputs, B), the loss's slope at the outputs.

        Each layer reads bottom-up what `forward` did top-down (Rumelhart, Hinton & Williams 1986).
        """
        B = delta.shape[-1]
        if self.head and self.head.kind == "vector":
            delta = self.head.raw_vjp(space.logits, delta, 1)
        elif self.head:
            delta = delta * self.head.raw_df(space.logits)
        slot = self.slots[-1]
        np.matmul(delta, space.ones.T, out=slot.b.swapaxes(1, 2))
        delta = delta.swapaxes(1, 2)
        self._outer(space.inputs[-1], delta, slot.W)
        for index in reversed(range(len(self.runs))):
            here, layer, slot = space.layers[index], self.layers[index + 1], self.slots[index]
            np.matmul(delta, layer.W.swapaxes(1, 2), out=here.delta)
            if self._adds_input(index + 1):
                here.delta += space.layers[index + 1].delta_sum
            if self._adds_input(index):
                np.copyto(here.delta_sum, here.delta)
            if self.activity:
                here.delta += self.activity / self.dtype.type(B) * np.sign(here.a)
            for start, stop, activation, form in self.runs[index]:
                part = slice(start, stop)
                if form:
                    np.multiply(here.delta[part], here.slope[part], out=here.slope[part])
                else:
                    here.slope[part] = activation.raw_vjp(here.z[part], here.delta[part], 2)
            delta = here.slope  # the slope is used up: its memory now holds the loss's slope at z
            if self.norm:
                self.norm.backward(delta, self.layers[index], here.z_hat, here.inverse, slot)
            np.matmul(space.ones, delta, out=slot.b)
            self._outer(space.inputs[index], delta, slot.W)

    def loss_and_gradient(self, x, y):
        """Each network's mean loss over a batch (S,), its gradient left in `gradient`.

        x (G, B, inputs); y (G, B, outputs): one-hot rows, 0/1 targets, or numbers to be met.
        """
        out, space = self.forward(x, training=True)
        shared = out.reshape(self.S // len(y), len(y), *out.shape[1:])  # networks of one seed
        loss, _ = self.loss.value_and_slope(shared, y.swapaxes(1, 2))
        loss = loss.reshape(self.S)
        if self.activity:
            for here in space.layers:
                loss += self.activity * np.abs(here.a).sum((1, 2), dtype=loss.dtype) / x.shape[1]
        self.backward(out, space)  # the outputs' memory now holds the loss's slope
        return loss

    def predict(self, x, rows=128):
        """Outputs (S, N, outputs), behind the head if any, for x (N, inputs) or (G, N, inputs).

        `rows` examples go through at a time, few enough to stay in cache.
        """
        x = np.asarray(x, self.dtype)
        x = x[None] if x.ndim == 2 else x
        if x.ndim != 3 or x.shape[-1] != self.sizes[0] or self.S % max(1, len(x)) or not len(x):
            raise ValueError(f"x must have shape (examples, {self.sizes[0]}), or that for each of "
                             f"the {self.S} networks; got {x.shape}")
        out = np.empty((self.S, x.shape[1], self.sizes[-1]), self.dtype)
        with np.errstate(all="ignore"):  # a diverged network may overflow: its NaN is the report
            last = max(0, x.shape[1] - rows)  # overlaps: one workspace serves them all
            for start in [*range(0, last, rows), last]:
                some = slice(start, start + rows)
                out[:, some] = self.forward(x[:, some])[0].swapaxes(1, 2)
        return out

    # ---- small parts

    def _adds_input(self, index):
        return (self.residual and 0 < index < len(self.runs)
                and self.sizes[index] == self.sizes[index + 1])

    def _matmul(self, h, W, out):
        """h W for each network; h may hold G inputs shared by S networks (s reads s % G)."""
        if len(h) == self.S:
            np.matmul(h, W, out=out)
        else:
            shape = (self.S // len(h), len(h))
            np.matmul(h, W.reshape(*shape, *W.shape[1:]), out=out.reshape(*shape, *out.shape[1:]))

    def _outer(self, h, delta, out):
        """The weights' gradient, the sum over the batch of (input) (slope)^T."""
        h = h.swapaxes(1, 2)
        if len(h) == self.S:
            np.matmul(h, delta, out=out)
        else:
            shape = (self.S // len(h), len(h))
            np.matmul(h, delta.reshape(*shape, *delta.shape[1:]),
                      out=out.reshape(*shape, *out.shape[1:]))

    def _space(self, B):
        """The buffers for batches of B rows, allocated once."""
        if B not in self._spaces:
            def empty(*shape):
                return np.empty((self.S, *shape), self.dtype)
            layers = []
            hidden = zip(self.sizes[1:-1], self.widths[:-1], strict=True)
            for index, (units, width) in enumerate(hidden):
                here = SimpleNamespace(z=empty(B, width), a=empty(B, units), slope=empty(B, width),
                                       work=empty(B, width), delta=empty(B, units))
                if self.norm:
                    here.z_hat = empty(B, width)
                if self._adds_input(index):
                    here.sum, here.delta_sum = empty(B, units), empty(B, units)
                layers.append(here)
            self._spaces[B] = SimpleNamespace(
                layers=layers, out=empty(self.sizes[-1], B), untransposed=empty(B, self.sizes[-1]),
                logits=empty(self.sizes[-1], B) if self.head else None,
                ones=np.ones((1, B), self.dtype), inputs=[])
        return self._spaces[B]


def one_a_layer(entry, depth):
    """One network's activations, one a hidden layer: a single one serves all its layers."""
    if not isinstance(entry, (list, tuple)):
        return (_activation(entry),) * depth
    if len(entry) != depth:
        raise ValueError(f"{len(entry)} activations for {depth} hidden layers: give one a layer")
    return tuple(_activation(f) for f in entry)


def _activation(f):
    return f if isinstance(f, Activation) else get(f)


def _pre_activations(column, units):
    """How many pre-activations a layer of `units` units has: equal in all networks of a stack."""
    each = {f.units for f in column}
    if len(each) > 1:
        raise ValueError("activations with different numbers of pre-activations a unit "
                         f"({sorted(each)}) cannot share a stack; `training.train` separates them")
    width = units * each.pop()
    if width != int(width):
        raise ValueError(f"'{column[0].name}' needs an even width; got {units}")
    return int(width)


def _runs(column, dtype):
    """Neighbours with the same activation: (start, stop, activation, engine form or None)."""
    runs, start = [], 0
    for _, group in groupby(column, key=lambda f: (f.name, tuple(sorted(f.params.items())))):
        group = list(group)
        form = None if group[0].kind == "vector" else fast.form(group[0], dtype)
        runs.append((start, start + len(group), group[0], form))
        start += len(group)
    return runs
