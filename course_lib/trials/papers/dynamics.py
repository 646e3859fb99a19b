"""How a linear network with a hidden layer learns: dull in what it computes, not in how."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from ... import figures
from . import Replica, replication

STRENGTHS = np.array([4.0, 2.0, 1.0])  # of the three modes of the map to be learned
SMALL = 0.001                          # strength of every mode at the start
RATE, STEPS = 0.002, 4000              # time is rate times steps: from 0 to 8
INPUTS, HIDDEN, OUTPUTS = 5, 16, 3


@dataclass(frozen=True)
class Course:
    """What S networks did: time (T,), strengths of the modes (S, T, 3), loss (S, T)."""

    time: np.ndarray
    strengths: np.ndarray
    loss: np.ndarray

    def half_times(self):
        """When each mode first has half its strength (S, 3); inf where it never has."""
        there = self.strengths >= STRENGTHS / 2
        return np.where(there.any(1), self.time[there.argmax(1)], np.inf)


@cache
def descend(seeds, start="aligned"):
    """Full-batch gradient descent of a linear network with one hidden layer: a `Course`.

    The network is to map an input x to M x, where M = U diag(STRENGTHS) V^T has random directions U
    and V. For inputs of variance 1 without correlation the mean loss is |M - W2 W1|^2 / 2, and the
    gradients are those below. `start` is "aligned" (each mode has strength SMALL, and no part in
    the others, which the closed form assumes) or "random" (normal weights of deviation 0.01).
    """
    if start not in ("aligned", "random"):
        raise ValueError(f"start is 'aligned' or 'random', not {start!r}")
    rngs = [np.random.default_rng(seed) for seed in seeds]

    def directions(rows):  # (S, rows, 3), orthonormal columns
        return np.stack([np.linalg.qr(rng.standard_normal((rows, 3)))[0] for rng in rngs])

    def turned(matrices):
        return matrices.swapaxes(1, 2)

    U, V, R = directions(OUTPUTS), directions(INPUTS), directions(HIDDEN)
    M = U * STRENGTHS @ turned(V)
    if start == "aligned":
        W1, W2 = np.sqrt(SMALL) * R @ turned(V), np.sqrt(SMALL) * U @ turned(R)
    else:
        W1, W2 = (0.01 * np.stack([rng.standard_normal(shape) for rng in rngs])
                  for shape in ((HIDDEN, INPUTS), (OUTPUTS, HIDDEN)))
    strengths, loss = np.empty((len(seeds), STEPS + 1, 3)), np.empty((len(seeds), STEPS + 1))
    for step in range(STEPS + 1):
        missing = M - W2 @ W1
        strengths[:, step] = STRENGTHS - np.einsum("soi,som,sim->sm", missing, U, V)
        loss[:, step] = np.square(missing).sum((1, 2)) / 2
        W1, W2 = W1 + RATE * turned(W2) @ missing, W2 + RATE * missing @ turned(W1)
    return Course(RATE * np.arange(STEPS + 1), strengths, loss)


def trajectory(time, strength, small=SMALL):
    """Strength u of a mode at a time (Saxe et al. 2014): solves du/dt = 2 u (s - u).

    >>> float(trajectory(0.0, 4.0))
    0.001
    """
    grown = np.exp(2 * strength * np.asarray(time))
    return strength * grown / (grown - 1 + strength / small)


def half_time(strength, small=SMALL):
    """When the trajectory has half its strength: ln((s - small) / small) / (2 s)."""
    return np.log((strength - small) / small) / (2 * strength)


@replication(
    "R15",
    chapter="chapter_01",
    paper="Saxe, McClelland & Ganguli 2014, Exact solutions to the nonlinear dynamics of learning "
          "in deep linear neural networks, arXiv:1312.6120",
    quantity="when a linear network with one hidden layer has learned half of a mode of strength "
             "s: ln((s - e) / e) / (2s), if it starts at strength e = 0.001. Here s = 4, 2, 1",
    tolerance="each half-time within 1 %, and each trajectory within 2 % of the mode's strength at "
              "all times; from random small weights, where the formula is not exact, the modes are "
              "learned in the order of their strengths by every network",
)
def modes(seeds):
    aligned, random = descend(tuple(seeds)), descend(tuple(seeds), "random")
    target, found = half_time(STRENGTHS), aligned.half_times()
    exact = trajectory(aligned.time[:, None], STRENGTHS)
    off = (np.abs(aligned.strengths - exact) / STRENGTHS).max()
    in_order = (np.diff(random.half_times(), axis=1) > 0).all(1)
    agrees = bool((np.abs(found / target - 1) <= 0.01).all() and off <= 0.02 and in_order.all())
    names = [f"half-time of s = {strength:g}" for strength in STRENGTHS]

    def draw():
        with figures.panels("A linear network learns one mode after the other, as calculated",
                            crossings=False, note="Lines: the network; black dots and, at half "
                            "the strength, diamonds: calculated") as axes:
            for mode, look in enumerate(("sigmoid", "tanh", "gelu")):
                strength, colour = STRENGTHS[mode], figures.look(look)[0]
                axes.plot(aligned.time, aligned.strengths[0, :, mode], color=colour,
                          label=f"s = {strength:g}")
                axes.plot(aligned.time[::80], exact[::80, mode], "o", ms=4, color="black", mew=0)
                axes.plot(target[mode], strength / 2, "D", ms=8, mfc="white", color=colour)
            axes.set(xlabel="time (learning rate times steps)", ylabel="strength of the mode")

    return Replica(
        dict(zip(names, target, strict=True)),
        {**dict(zip(names, found.mean(0), strict=True)), "largest deviation": off,
         "random starts in order": in_order.mean()}, agrees,
        f"Half-times {', '.join(f'{one:.3f}' for one in found.mean(0))}, calculated "
        f"{', '.join(f'{one:.3f}' for one in target)}; largest deviation of a trajectory "
        f"{100 * off:.1f} % of its strength. From random small weights {in_order.sum()} of "
        f"{len(in_order)} networks learn the modes in this order.",
        seeds=len(seeds), draw=draw)
