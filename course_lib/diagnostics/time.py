"""What comes back from the last step of a recurrent network to the steps before it."""

from dataclasses import dataclass

import numpy as np

from ..threads import one_blas_thread
from . import units


@dataclass(frozen=True, eq=False)
class Flow:
    """Sizes of the loss's slope at each step, root mean squares over sequences and units.

    state  (S, T + 1) at the states h_0 (the start) to h_T (the last, which is read out)
    cell   (S, T + 1) at an LSTM's cells c_0 to c_T, along the path from cell to cell alone, where
           nothing but forget gates stands; None for plain recurrences
    """

    state: np.ndarray
    cell: np.ndarray | None

    def powers(self):
        """Powers of ten between the last state and each, going back (S, T + 1): 0 at 0 steps back.

        Minus infinity where nothing arrives that a number could hold.
        """
        return _powers(self.state)

    def cell_powers(self):
        """The same along the cells."""
        if self.cell is None:
            raise ValueError("these networks have no cells: only LSTMs do")
        return _powers(self.cell)


def through_time(network, x, y=None, seed=0):
    """Sends sequences through recurrent networks and a slope back: a `Flow`.

    network  a recurrent.Recurrent; its weights stay as they are, its `gradient` is lost. In
             float32 slopes below about 1e-45 are lost: use float64 to follow them further
    x        (N, T, inputs), or (G, N, T, inputs) with G that divides the number of networks
    y        targets (N, outputs), or (G, N, outputs), of the network's loss; None: standard normal
             slopes, drawn with `seed`, arrive at the last state, and no loss is involved

    Source: Hochreiter 1991; Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013.
    """
    x = np.asarray(x, network.dtype)
    x = x[None] if x.ndim == 3 else x
    if x.ndim != 4 or x.shape[-1] != network.sizes[0] or not x.size or network.S % len(x):
        raise ValueError(f"x must have shape (sequences, steps, {network.sizes[0]}), or that for "
                         f"each of the {network.S} networks; got {x.shape}")
    (_, N, T, _), (_, H, outputs) = x.shape, network.sizes
    state, cell = np.empty((2, T + 1, network.S))

    def seen(t, dh, _):
        state[t] = units.rms(dh)

    with one_blas_thread(), np.errstate(all="ignore"):
        out, space = network.forward(x)
        if y is None:
            draws = np.random.default_rng(seed).standard_normal((H, N)).astype(network.dtype)
            arriving = np.broadcast_to(draws, (network.S, H, N)).copy()
        else:
            y = np.asarray(y, network.dtype)
            y = y[None] if y.ndim == 2 else y
            if y.shape[1:] != (N, outputs) or network.S % len(y):
                raise ValueError(f"y must have shape ({N}, {outputs}), or that for each of the "
                                 f"{network.S} networks; got {y.shape}")
            shared = out.reshape(network.S // len(y), len(y), *out.shape[1:])
            network.loss.value_and_slope(shared, y.swapaxes(1, 2))  # its slope replaces the outputs
            arriving = network.parts.V @ out * network.dtype.type(N)  # of each one's own loss
        network.through_time(arriving.copy(), space, seen=seen, weights=False)
        gated = "gates" in space.kept
        if gated:
            slope = arriving * network.steps.split(space.kept["gates"][-1])[3]
            slope *= space.kept["out_slope"][-1]
            cell[T] = units.rms(slope)
            for t in reversed(range(T)):
                slope *= network.steps.split(space.kept["gates"][t])[1]
                cell[t] = units.rms(slope)
    return Flow(state.T.copy(), cell.T.copy() if gated else None)


def _powers(sizes):
    with np.errstate(divide="ignore"):
        return np.log10(sizes / sizes[:, -1:])[:, ::-1]
