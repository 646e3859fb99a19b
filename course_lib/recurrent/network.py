"""Many recurrent networks of one shape, through T steps and back (Werbos 1990).

    v_t = (h_t, x_t, 1)     z_t = v_t K     h_{t+1} = cell(z_t)     out = h_T V + c

h_0 = 0. The rows of K are the recurrent weights U, the input weights W and the bias b: one matrix
product a step serves all three, forward and for their gradient. The loss is asked once, at the end.
"""

from types import SimpleNamespace

import numpy as np

from .. import initialisation, losses
from .cells import LSTM, RNN, GatedSteps, PlainSteps


class Recurrent:
    """S recurrent networks of equal shape, with a linear read-out of the last state.

    cells   one `RNN` or `LSTM` a network, all of one kind; a single one is a stack of one
    sizes   (inputs, hidden, outputs)
    loss    a name of losses.LOSSES
    dtype   float32 to train; float64 (with the catalogue's exact forms) to check gradients

    `weights` and `gradient` are (S, P), one row a network; `parts` and `slots` are views of their
    rows: U (S, H, kH), W (S, D, kH), b (S, 1, kH), V (S, H, C), c (S, 1, C), k = 4 for LSTMs.
    """

    def __init__(self, cells, sizes, loss="sigmoid_crossentropy", dtype=np.float32):
        self.cells = [cells] if isinstance(cells, (RNN, LSTM)) else list(cells)
        kinds = {type(cell) for cell in self.cells}
        if len(kinds) != 1 or not kinds <= {RNN, LSTM}:
            raise ValueError("cells are RNNs or LSTMs, one or more and all of one kind; got "
                             f"{', '.join(sorted(kind.__name__ for kind in kinds)) or 'none'}")
        sizes = tuple(int(size) for size in sizes)
        if len(sizes) != 3 or min(sizes) < 1:
            raise ValueError(f"sizes are (inputs, hidden, outputs), each 1 or more; got {sizes}")
        self.sizes, self.S, self.dtype = sizes, len(self.cells), np.dtype(dtype)
        self.loss = losses.get(loss)
        inputs, hidden, outputs = sizes
        self.width = hidden * self.cells[0].parts
        steps = GatedSteps if kinds == {LSTM} else PlainSteps
        self.steps = steps(self.cells, hidden, self.dtype)
        rows = hidden + inputs + 1
        self.P = rows * self.width + (hidden + 1) * outputs
        self.weights = np.zeros((self.S, self.P), self.dtype)
        self.gradient = np.zeros((self.S, self.P), self.dtype)
        self.parts, self.slots = self.views(self.weights), self.views(self.gradient)
        self._spaces = {}

    def views(self, flat):
        """Rows (S, P) seen as K (and U, W, b, its rows), V and c, copying nothing."""
        inputs, hidden, outputs = self.sizes
        rows = hidden + inputs + 1
        first, last = rows * self.width, self.P - outputs
        K = flat[:, :first].reshape(len(flat), rows, self.width)
        return SimpleNamespace(
            K=K, U=K[:, :hidden], W=K[:, hidden:-1], b=K[:, -1:],
            V=flat[:, first:last].reshape(len(flat), hidden, outputs),
            c=flat[:, last:].reshape(len(flat), 1, outputs))

    def initialise(self, seeds):
        """First weights of every network: recurrent ones by its cell, else Glorot's; c is 0.

        Equal seeds give equal draws whatever the activation or forget bias: comparisons are paired.
        """
        inputs, hidden, outputs = self.sizes
        for s, (cell, seed) in enumerate(zip(self.cells, seeds, strict=True)):
            recurrent, entering, leaving = (np.random.default_rng([seed, k]) for k in (1, 2, 3))
            self.parts.U[s], self.parts.b[s] = cell.first_weights(inputs, hidden, recurrent)
            self.parts.W[s] = initialisation.glorot(inputs, self.width, entering)[0]
            self.parts.V[s] = initialisation.glorot(hidden, outputs, leaving)[0]
            self.parts.c[s] = 0

    # ---- forward and backward

    def forward(self, x):
        """Outputs (S, C, B) after the last step, for x (G, B, T, inputs); s reads x[s % G].

        Everything that `backward` needs stays in the workspace that is returned beside it;
        `space.v[t][:, :H]` are the states (S, H, B) before step t, those after the last at T.
        """
        G, B, T, D = x.shape
        H, space = self.sizes[1], self._space(T, B)
        inputs = space.v[:T, :, H:-1].reshape(T, self.S // G, G, D, B)
        inputs[...] = x.transpose(2, 0, 3, 1)[:, None]
        K = self.parts.K.swapaxes(1, 2)
        for t in range(T):
            np.matmul(K, space.v[t], out=space.z)
            self.steps.forward(space.kept, t, space.z, space.v[t + 1, :, :H])
        np.matmul(self.parts.V.swapaxes(1, 2), space.v[T, :, :H], out=space.out)
        space.out += self.parts.c.swapaxes(1, 2)
        return space.out, space

    def backward(self, delta, space, steps=None, seen=None):
        """Fills `gradient` from delta (S, C, B), the loss's slope at the outputs.

        steps  go back through the last `steps` only: truncated backpropagation through time
        seen   called as seen(t, dh, dc) with the loss's slopes at the state and, for LSTMs, at the
               cell (else None), both (S, H, B), at t = T and after each step back
        """
        H = self.sizes[1]
        self.slots.c[:] = delta.sum(-1)[:, None]
        np.matmul(space.v[-1, :, :H], delta.swapaxes(1, 2), out=self.slots.V)
        np.matmul(self.parts.V, delta, out=space.dh)
        self.through_time(space.dh, space, steps, seen)

    def through_time(self, dh, space, steps=None, seen=None, weights=True):
        """The same from dh (S, H, B), the loss's slope at the last state; dh is written over.

        weights  False leaves the weights' gradient out, which is over half of the work
        """
        T = len(space.v) - 1
        self.slots.K[:] = 0
        self.steps.start_backward(space.kept)
        if seen:
            seen(T, dh, space.kept.get("dc"))
        for t in reversed(range(0 if steps is None else max(0, T - steps), T)):
            dz = self.steps.backward(space.kept, t, dh)
            if weights:
                np.matmul(space.v[t], dz.swapaxes(1, 2), out=space.product)
                self.slots.K[:] += space.product
            np.matmul(self.parts.U, dz, out=dh)
            if seen:
                seen(t, dh, space.kept.get("dc"))

    def loss_and_gradient(self, x, y, steps=None):
        """Each network's mean loss over a batch (S,), its gradient left in `gradient`.

        x (G, B, T, inputs); y (G, B, outputs): 0/1 targets, one-hot rows, or numbers to be met.
        """
        out, space = self.forward(x)
        shared = out.reshape(self.S // len(y), len(y), *out.shape[1:])
        loss, _ = self.loss.value_and_slope(shared, y.swapaxes(1, 2))
        # The outputs' memory now holds the loss's slope. Where next to nothing is lost, it comes
        # near float32's smallest numbers (1e-38): a processor takes many times as long with these.
        out[np.abs(out) < 1e-20] = 0
        self.backward(out, space, steps)
        return loss.reshape(self.S)

    def predict(self, x):
        """Outputs (S, N, outputs) for sequences x (N, T, inputs) or (G, N, T, inputs)."""
        x = np.asarray(x, self.dtype)
        x = x[None] if x.ndim == 3 else x
        if x.ndim != 4 or x.shape[-1] != self.sizes[0] or not x.size or self.S % len(x):
            raise ValueError(f"x must have shape (sequences, steps, {self.sizes[0]}), or that for "
                             f"each of the {self.S} networks; got {x.shape}")
        out = np.empty((self.S, x.shape[1], self.sizes[-1]), self.dtype)
        with np.errstate(all="ignore"):  # a diverged network may overflow: its NaN is the report
            for start in range(0, x.shape[1], 64):
                some = self.forward(x[:, start:start + 64])[0]
                out[:, start:start + 64] = some.swapaxes(1, 2)
        return out

    def _space(self, T, B):
        """The buffers for T steps of B sequences, allocated once."""
        if (T, B) not in self._spaces:
            inputs, hidden, outputs = self.sizes

            def empty(*shape):
                return np.empty((self.S, *shape), self.dtype)
            v = np.zeros((T + 1, self.S, hidden + inputs + 1, B), self.dtype)
            v[:, :, -1] = 1
            self._spaces[T, B] = SimpleNamespace(
                v=v, z=empty(self.width, B), out=empty(outputs, B), dh=empty(hidden, B),
                product=empty(hidden + inputs + 1, self.width), kept=self.steps.space(T, B))
        return self._spaces[T, B]
