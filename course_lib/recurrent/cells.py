"""What happens in one step: the plain recurrence and the LSTM, forward and backward.

All arrays of a step are (S, units, B): S networks, B sequences. With v = (h, x, 1), the state
before the step, its input and a one, both cells begin with one matrix product, z = v K:

    RNN   h' = f(z)                                              Elman 1990
    LSTM  z = (i, f, g, o):  c' = s(f) c + s(i) t(g)             Hochreiter & Schmidhuber 1997,
                             h' = s(o) t(c')                     with forget gates: Gers et al. 2000

where s is the sigmoid and t is tanh, or another function in its place. The four parts of z stand
in Keras' order.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .. import activations, initialisation
from ..activations import Activation, fast


@dataclass(frozen=True)
class RNN:
    """A plain recurrent network: a function, and the scheme of its first recurrent weights.

    activation  a name of the catalogue or an Activation, elementwise
    init        "identity", or any scheme of `initialisation`; `scaled("orthogonal", rho)` is rho Q
    name        what figures call it; without one, its parts
    """

    activation: object = "tanh"
    init: object = "orthogonal"
    name: str = ""
    parts = 1  # of z, each as wide as the state

    def __post_init__(self):
        object.__setattr__(self, "activation", _elementwise(self.activation))
        object.__setattr__(self, "scheme", _scheme(self.init))
        if not self.name:
            object.__setattr__(self, "name", f"{self.activation.name}, {_told(self.init)}")

    def first_weights(self, inputs, hidden, rng):
        """Recurrent weights (hidden, hidden) and bias (hidden,); Keras' Glorot feeds inputs."""
        return self.scheme(hidden, hidden, rng)


@dataclass(frozen=True)
class LSTM:
    """Long short-term memory with a forget gate.

    forget      bias of the forget gate at the start: sigmoid(forget) is how far it is open
    activation  in place of tanh, for the candidate and for the cell's output
    init        scheme of the recurrent weights of all four parts, as one (H, 4H) matrix like Keras'
    name        what figures call it; without one, its forget bias
    """

    forget: float = 1.0
    activation: object = "tanh"
    init: object = "orthogonal"
    name: str = ""
    parts = 4

    def __post_init__(self):
        if not np.isfinite(self.forget):
            raise ValueError(f"forget is a finite number such as 1.0; got {self.forget!r}")
        if self.init == "identity":
            raise ValueError("an LSTM's recurrent weights are (H, 4H) and cannot be the identity; "
                             "give a scheme such as 'orthogonal'")
        object.__setattr__(self, "activation", _elementwise(self.activation))
        object.__setattr__(self, "scheme", _scheme(self.init))
        if not self.name:
            other = "" if self.activation.name == "tanh" else f", {self.activation.name}"
            object.__setattr__(self, "name", f"LSTM, forget bias {self.forget:g}{other}")

    def first_weights(self, inputs, hidden, rng):
        """Recurrent weights (hidden, 4 hidden) and bias (4 hidden,), the forget gate's part set."""
        U, b = self.scheme(hidden, 4 * hidden, rng)
        b = b.copy()
        b[hidden:2 * hidden] = self.forget
        return U, b


def identity(fan_in, fan_out, rng):
    """Start with h' = f(h + ...): nothing is forgotten (Le, Jaitly & Hinton 2015)."""
    if fan_in != fan_out:
        raise ValueError(f"an identity is square; got {fan_in} by {fan_out}")
    return np.eye(fan_in), np.zeros(fan_out)


def _scheme(init):
    return identity if init == "identity" else initialisation.get(init)


def _told(init):
    return init if isinstance(init, str) else getattr(init, "__name__", str(init))


def _elementwise(activation):
    f = activation if isinstance(activation, Activation) else activations.get(activation)
    if f.kind != "elementwise":
        raise ValueError(f"a recurrence needs an elementwise function; {f.name} takes a vector")
    return f


# ---- one step, for S networks with functions of their own


class PlainSteps:
    """Steps of plain recurrences; the slopes of all T steps are kept for the way back."""

    def __init__(self, cells, hidden, dtype):
        self.runs, self.hidden, self.dtype = _runs(cells, dtype), hidden, dtype

    def space(self, T, B):
        shape = (self.runs[-1].stop, self.hidden, B)
        return {"slope": np.empty((T, *shape), self.dtype), "work": np.empty(shape, self.dtype),
                "dz": np.empty(shape, self.dtype)}

    def forward(self, space, t, z, h):
        """Writes the state after step t into h (S, H, B)."""
        for run in self.runs:
            part = slice(run.start, run.stop)
            run.form(z[part], h[part], space["slope"][t, part], space["work"][part])

    def backward(self, space, t, dh):
        """The loss's slope at z of step t (S, H, B), from that at the state after it."""
        return np.multiply(dh, space["slope"][t], out=space["dz"])

    def start_backward(self, space):
        """Nothing flows but through the state."""


class GatedSteps:
    """Steps of LSTMs; `space["dc"]` holds the loss's slope at the cell while one goes back."""

    def __init__(self, cells, hidden, dtype):
        self.runs, self.hidden, self.dtype = _runs(cells, dtype), hidden, dtype
        self.sigmoid = fast.form(activations.get("sigmoid"), dtype)

    def space(self, T, B):
        S, H = self.runs[-1].stop, self.hidden

        def empty(*shape):
            return np.empty(shape, self.dtype)
        return {"gates": empty(T, S, 4 * H, B), "slope": empty(T, S, 4 * H, B),
                "cell": np.zeros((T + 1, S, H, B), self.dtype), "out": empty(T, S, H, B),
                "out_slope": empty(T, S, H, B), "work": empty(S, 4 * H, B),
                "dz": empty(S, 4 * H, B), "dc": empty(S, H, B)}

    def forward(self, space, t, z, h):
        """Writes the state after step t into h (S, H, B), and the cell into its place."""
        H, gates, slope, work = self.hidden, space["gates"][t], space["slope"][t], space["work"]
        for rows in (slice(0, 2 * H), slice(3 * H, 4 * H)):
            self.sigmoid(z[:, rows], gates[:, rows], slope[:, rows], work[:, rows])
        g = slice(2 * H, 3 * H)
        self._apply(z[:, g], gates[:, g], slope[:, g], work[:, g])
        i, f, g, o = self.split(gates)
        before, after = space["cell"][t], space["cell"][t + 1]
        np.multiply(f, before, out=after)
        after += np.multiply(i, g, out=h)
        self._apply(after, space["out"][t], space["out_slope"][t], work[:, :H])
        np.multiply(o, space["out"][t], out=h)

    def start_backward(self, space):
        space["dc"][:] = 0

    def backward(self, space, t, dh):
        """The loss's slope at z of step t (S, 4H, B); `space["dc"]` moves to the cell before."""
        i, f, g, o = self.split(space["gates"][t])
        di, df, dg, do = self.split(space["dz"])
        dc, work = space["dc"], space["work"][:, :self.hidden]
        np.multiply(dh, space["out"][t], out=do)
        np.multiply(dh, o, out=work)
        work *= space["out_slope"][t]
        dc += work
        np.multiply(dc, g, out=di)
        np.multiply(dc, space["cell"][t], out=df)
        np.multiply(dc, i, out=dg)
        dc *= f  # what goes on along the cell: no weight, no slope, the forget gate alone
        space["dz"] *= space["slope"][t]
        return space["dz"]

    def split(self, array):
        """The four parts (i, f, g, o) of an array (S, 4H, B), copying nothing."""
        H = self.hidden
        return tuple(array[:, k * H:(k + 1) * H] for k in range(4))

    def _apply(self, z, value, slope, work):
        for run in self.runs:
            part = slice(run.start, run.stop)
            run.form(z[part], value[part], slope[part], work[part])


@dataclass(frozen=True)
class _Run:
    """Neighbouring networks with the same function."""

    start: int
    stop: int
    form: object


def _runs(cells, dtype):
    runs, start = [], 0
    for _, group in groupby((cell.activation for cell in cells),
                            key=lambda f: (f.name, tuple(sorted(f.params.items())))):
        group = list(group)
        runs.append(_Run(start, start + len(group), fast.form(group[0], dtype)))
        start += len(group)
    return runs
