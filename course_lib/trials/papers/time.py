"""How far a gradient's length changes through time: exactly, and by a bound."""

import numpy as np

from ... import figures, initialisation
from ...recurrent import RNN, Recurrent, identity
from ...recurrent import memory as task
from . import Replica, replication

STEPS, UNITS = 100, 24
FACTORS = (0.8, 1.0, 1.2)


def jacobian_norms(cell, seeds, x=None):
    """Largest factor by which a gradient changes on its way back to each state (S, STEPS + 1).

    That is the spectral norm of dh_T / dh_t at t = T, T - 1, ..., 0, for one network a seed. x
    (STEPS, 1): what all read; without it, each a sequence of the memory task.
    """
    network = Recurrent([cell] * len(seeds), (1, UNITS, 1), dtype=np.float64)
    network.initialise(seeds)
    sequences = np.stack([task(STEPS)(1, np.random.default_rng([seed, 0]))[0] if x is None
                          else x[None] for seed in seeds])
    _, space = network.forward(np.repeat(sequences, UNITS, 1))
    # The same sequence UNITS times, with one unit vector each arriving at the last state.
    unit = np.broadcast_to(np.eye(UNITS), (len(seeds), UNITS, UNITS)).copy()
    norms = []
    network.through_time(unit, space, seen=lambda t, dh, _: norms.append(
        np.linalg.norm(dh, ord=2, axis=(1, 2))))
    return np.stack(norms, 1)


@replication(
    "R08",
    chapter="chapter_03",
    paper="Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural "
          "networks, ICML, arXiv:1211.5063, sec. 2.1; for the identity Le, Jaitly & Hinton 2015, "
          "A simple way to initialize recurrent networks of rectified linear units, "
          "arXiv:1504.00941",
    quantity="the norm of the Jacobian dh_T / dh_0 over T = 100 steps with recurrent weights rho "
             "Q, Q a rotation: rho^T without activation, for rho = 0.8, 1 and 1.2; at most "
             "(rho/4)^T with a sigmoid, for rho = 1; and 1 for ReLU units that start from the "
             "identity and are on",
    tolerance="without activation and from the identity every network within a millionth of the "
              "target, relatively; with a sigmoid no network above the bound, at any step",
)
def through_time(seeds):
    back = np.arange(STEPS + 1)
    norms = {rho: jacobian_norms(RNN("identity", initialisation.scaled("orthogonal", rho)), seeds)
             for rho in FACTORS}
    sigmoid = jacobian_norms(RNN("sigmoid"), seeds)
    kept = jacobian_norms(RNN("relu", identity), seeds, x=np.ones((STEPS, 1)))
    off = max(np.abs(one / rho ** back - 1).max() for rho, one in norms.items())
    held = bool((sigmoid[:, 1:] <= 0.25 ** back[1:]).all())
    drift = np.abs(kept - 1).max()
    agrees = bool(off <= 1e-6 and held and drift <= 1e-6)

    def draw():
        with figures.panels("The norm of the Jacobian is what the weights and slopes make it",
                            crossings=False, grain=1,
                            note="Line: one network; with a sigmoid, mean of the powers") as axes:
            names = [f"no activation, {rho:g} Q" for rho in FACTORS]
            for name, rho, look in zip(names, FACTORS, figures.looks(names), strict=True):
                power = np.round(np.log10(norms[rho][0]), 6) + 0.0  # without noise of rounding
                axes.plot(back, power, color=look[0], ls=look[1], label=name)
            colour, dash = figures.look("sigmoid")
            axes.plot(back, np.log10(sigmoid).mean(0), color=colour, ls=dash, label="sigmoid, Q")
            axes.plot(back, back * np.log10(0.25), color="black", ls=":", label="bound, 1/4 a step")
            axes.set(xlabel="steps back", ylabel="norm (power of ten)")

    told = ", ".join(f"{one[:, -1].mean():.3g} at rho = {rho:g}" for rho, one in norms.items())
    return Replica(
        {f"rho = {rho:g}": rho ** STEPS for rho in FACTORS}
        | {"sigmoid, rho = 1, at most": 0.25 ** STEPS, "ReLU from the identity": 1.0},
        {f"rho = {rho:g}": one[:, -1].mean() for rho, one in norms.items()}
        | {"sigmoid, rho = 1, at most": sigmoid[:, -1].max(),
           "ReLU from the identity": kept[:, -1].mean()}, agrees,
        f"Without activation: {told}; with a sigmoid at most {sigmoid[:, -1].max():.1g} "
        f"(the bound is {0.25 ** STEPS:.1e}); ReLU units that start from the identity: "
        f"{kept[:, -1].mean():.6g}.", seeds=len(seeds), draw=draw)
