"""Gradients through time: what an activation, first weights and gates leave of them."""

import numpy as np

from ... import diagnostics, figures, statistics
from ...evidence import memory
from ...figures.wording import number
from ...recurrent import LSTM, RNN, Recurrent
from ...recurrent import memory as task
from .. import Outcome, trial

STEPS, UNITS, SEQUENCES = 100, 32, 48
LENGTH = 50  # of the stored study's longest task
PILOT = "The margin was set after a pilot with other seeds."


def flow(cell, seeds, sequences=SEQUENCES):
    """What comes back through 100 steps of fresh networks (`diagnostics.Flow`), one a seed.

    They read the memory task; standard normal slopes arrive at the last state. In float64, since
    float32 would lose what a sigmoid leaves.
    """
    network = Recurrent([cell] * len(seeds), (1, UNITS, 1), dtype=np.float64)
    network.initialise(seeds)
    x = np.stack([task(STEPS)(sequences, np.random.default_rng([seed, 0]))[0] for seed in seeds])
    return diagnostics.through_time(network, x)


def draw_flows(labels, powers, title, low=-40):
    """Draws powers of ten against steps back: a line a label, the mean of its networks (S, T)."""
    counts = " or ".join(map(str, sorted({len(one) for one in powers})))
    with figures.panels(title, crossings=False, grain=1,
                        note=f"Line: mean of the powers over {counts} networks") as axes:
        for label, one, (colour, dash) in zip(labels, powers, figures.looks(labels), strict=True):
            # Nothing left counts as the smallest number. Rounding noise is not to be described.
            mean = np.round(np.maximum(one, -308).mean(0), 6) + 0.0
            axes.plot(np.arange(len(mean)), mean, color=colour, ls=dash, label=label)
        axes.set(xlabel="steps back", ylabel="gradient (power of ten)")
        axes.set_ylim(bottom=max(low, axes.get_ylim()[0]))


def told(power):
    """A power of ten as a reader sees it, to one digit.

    >>> told(-62.4), told(0.3), told(-0.5), told(-5.5), told(1.9)
    ('4e-63', '2', '0.3', '3e-6', '80')
    """
    return number(10 ** power, 1) if abs(power) <= 3 else f"{10 ** power:.0e}".replace("e-0", "e-")


FUNCTIONS = ("sigmoid", "tanh", "relu", "softplus", "elu", "selu")
A_THOUSAND = 3  # as a power of ten


@trial(
    "C41",
    claim="Certain activation functions make vanishing or exploding gradients through time worse.",
    reading="Recurrent weights that are a rotation keep the length of a gradient exactly, as long "
            "as there is no activation. With the same weights some activations, and not all, "
            "change it much within 100 steps.",
    rule="A function makes it worse if the gradient after 100 steps back is a thousandth or less, "
         "or a thousand times or more. holds if of sigmoid, tanh, ReLU, softplus, ELU and SELU "
         "some do and some do not; false if none does, or all do. By three standard errors of the "
         f"logarithm. ({PILOT})",
    correct="They do. Each step back multiplies by the weights and by the slopes, so that what is "
            "below 1 on average vanishes exponentially with the number of steps: a sigmoid's slope "
            "is at most 1/4. With weights rho Q the gradient is rho^T without activation and at "
            "most (rho/4)^T with a sigmoid.",
    literature="Hochreiter 1991, Untersuchungen zu dynamischen neuronalen Netzen; Bengio, Simard & "
               "Frasconi 1994, Learning long-term dependencies with gradient descent is difficult; "
               "Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural "
               "networks",
)
def worse_through_time(seeds):
    powers = {name: flow(RNN(name), seeds).powers() for name in ("identity", *FUNCTIONS)}
    found = {name: statistics.interval(one[:, -1]) for name, one in powers.items()}
    against = {name: statistics.compare(found[name], A_THOUSAND) for name in FUNCTIONS}
    worse = [name for name in FUNCTIONS if against[name] in ("more", "less")]
    mild = [name for name in FUNCTIONS if against[name] == "equal"]
    if worse and mild:
        verdict = "holds"
    else:
        verdict = "undecided" if "undecided" in against.values() else "false"
    return Outcome(
        verdict, {f"power of ten after 100 steps, {name}": one for name, one in found.items()},
        f"Without activation the gradient keeps its length over {STEPS} steps back; with the same "
        "weights it becomes, as a multiple: " + ", ".join(
            f"{name} {told(found[name].mean)}" for name in FUNCTIONS) + ".",
        seeds=len(seeds), draw=lambda: draw_flows(
            list(powers), list(powers.values()),
            f"With equal weights {len(worse)} of {len(FUNCTIONS)} functions change the gradient "
            "1000-fold"))


STARTS = {"identity": "the identity", "orthogonal": "a rotation",
          "he": "Gaussian of variance 2/n", "lecun": "Gaussian of variance 1/n"}
RELUS = ("relu", "leaky_relu")
TEN = 1  # as a power of ten


@trial(
    "C42",
    claim="ReLU and its variants help to keep gradients alive in recurrent networks.",
    reading="At the start of training, networks with ReLU and with leaky ReLU keep the size of a "
            "gradient within a factor of ten over 100 steps back, from each of the usual first "
            "recurrent weights.",
    rule="First weights serve if the size of the power of ten after 100 steps back is below 1 on "
         "average over networks, with ReLU and with leaky ReLU. holds if all four serve (the "
         "identity, a rotation, Gaussian ones of variance 2/n and of 1/n); holds if (which): some; "
         f"false: none. By three standard errors. (Sixty networks, twenty from the identity. "
         f"{PILOT})",
    correct="The first weights do it, not ReLU. From the identity nothing is forgotten: the units "
            "that are on pass the gradient as it is. From a rotation or Gaussian weights ReLU's "
            "gradients vanish, or explode in one network and vanish in the next. tanh keeps as "
            "much from the identity, and more from a rotation.",
    literature="Le, Jaitly & Hinton 2015, A simple way to initialize recurrent networks of "
               "rectified linear units",
)
def relu_in_time(seeds):
    # Sixty networks, since Gaussian ones differ by powers of ten; from the identity all units of a
    # network go off together, so that there sequences are what is needed.
    more = [seed + 10 * k for k in range(6) for seed in seeds]
    powers = {}
    for f in (*RELUS, "tanh"):
        for start in STARTS:
            many = (more[:20], 48) if start == "identity" else (more, 6)
            powers[f, start] = flow(RNN(f, start), *many).powers()
    # A gradient of which nothing is left counts as the smallest number.
    size = {key: np.minimum(np.abs(one[:, -1]), 308) for key, one in powers.items()}
    kept = {start: [statistics.compare(statistics.interval(size[f, start]).shifted(-TEN))
                    for f in RELUS] for start in STARTS}
    serve = [start for start in STARTS if kept[start] == ["less"] * len(RELUS)]
    unsure = any("undecided" in one and "more" not in one for one in kept.values())
    verdict = "undecided" if unsure else {0: "false", len(STARTS): "holds"}.get(
        len(serve), "holds if")
    named = " or ".join(STARTS[start] for start in serve)
    solved = memory.remember_at_best()
    cells = {"identity": "ReLU RNN, identity", "orthogonal": "ReLU RNN, orthogonal",
             "he": "ReLU RNN, Gaussian 2/n", "lecun": "ReLU RNN, Gaussian 1/n"}
    return Outcome(
        verdict,
        {f"size of the power of ten, {f}, {start}": statistics.interval(one)
         for (f, start), one in size.items()}
        | {f"of ten remember {LENGTH} steps, {cell}": solved[cell, LENGTH]
           for cell in cells.values()},
        f"After {STEPS} steps back the gradient has changed, up or down, by powers of ten that are "
        "on average: " + "; ".join(
            f"from {words} {size['relu', start].mean():.1f} with ReLU, "
            f"{size['leaky_relu', start].mean():.1f} with leaky ReLU, "
            f"{size['tanh', start].mean():.1f} with tanh" for start, words in STARTS.items())
        + f". In the stored study the first of {LENGTH} inputs is remembered by "
        + ", ".join(f"{solved[cells[start], LENGTH]} ({words})" for start, words in STARTS.items())
        + " of ten trained ReLU networks.",
        seeds=len(more), condition=f"the recurrent weights start as {named}"
        if verdict == "holds if" else "",
        draw=lambda: draw_flows(
            [f"ReLU, {words}" for words in STARTS.values()],
            [powers["relu", start] for start in STARTS],
            f"From {len(serve)} of {len(STARTS)} starts ReLU keeps the gradient within a factor of "
            "ten"))


BIASES = (-2, 0, 1, 2, 4)
A_HUNDRED = 2  # as a power of ten


@trial(
    "C43",
    claim="Gated units such as the LSTM's keep gradients alive through time.",
    reading="At the start of training, an LSTM's gradient loses or gains less than a factor of a "
            "hundred over 100 steps back, whatever bias its forget gate starts with.",
    rule="A bias serves if the size of the power of ten after 100 steps back is below 2 on average "
         "over networks. holds if each of the biases -2, 0, 1, 2 and 4 serves; holds if (which): "
         f"some do; false: none does. By three standard errors. ({PILOT})",
    correct="Only if the forget gate is open. Along the cells each step multiplies by how far it "
            "is: sigmoid(b)^T at the start, with b the bias. At b = 0 half is lost at every step. "
            "That is why libraries start with 1, and why 1 is too little for long sequences.",
    literature="Hochreiter & Schmidhuber 1997, Long short-term memory; Gers, Schmidhuber & Cummins "
               "2000, Learning to forget; Jozefowicz, Zaremba & Sutskever 2015, An empirical "
               "exploration of recurrent network architectures",
)
def gates(seeds):
    more = [seed + 10 * k for k in range(2) for seed in seeds]
    flows = {bias: flow(LSTM(bias), more, 6) for bias in BIASES}
    power = {bias: statistics.interval(one.powers()[:, -1]) for bias, one in flows.items()}
    size = {bias: statistics.interval(np.abs(one.powers()[:, -1])) for bias, one in flows.items()}
    cell = {bias: statistics.interval(one.cell_powers()[:, -1]) for bias, one in flows.items()}
    exact = {bias: -STEPS * np.log10(1 + np.exp(-bias)) for bias in BIASES}
    kept = {bias: statistics.compare(one.shifted(-A_HUNDRED)) for bias, one in size.items()}
    serve = [bias for bias in BIASES if kept[bias] == "less"]
    verdict = "undecided" if "undecided" in kept.values() else {
        0: "false", len(BIASES): "holds"}.get(len(serve), "holds if")
    solved = memory.remember_at_best()
    remembered = {bias: solved[f"LSTM, forget bias {bias}", LENGTH] for bias in BIASES}
    return Outcome(
        verdict,
        {f"power of ten after 100 steps, bias {bias}": one for bias, one in power.items()}
        | {f"along the cells, bias {bias}": one for bias, one in cell.items()}
        | {f"log10 of sigmoid({bias})^100": one for bias, one in exact.items()}
        | {f"of ten remember {LENGTH} steps, bias {bias}": one for bias, one in remembered.items()},
        f"Of the gradient at the last state, {STEPS} steps back get: " + "; ".join(
            f"{told(power[bias].mean)} at bias {bias} (along the cells {told(cell[bias].mean)}, "
            f"sigmoid({bias})^{STEPS} = {told(exact[bias])})" for bias in BIASES)
        + f". In the stored study the first of {LENGTH} inputs is remembered by "
        + ", ".join(f"{remembered[bias]}" for bias in BIASES)
        + f" of ten LSTMs with these biases, and by {solved['tanh RNN', LENGTH]} of ten plain tanh "
          "networks.",
        seeds=len(more), condition="its forget gate starts open, here with a bias of "
        + " or ".join(map(str, serve)) if verdict == "holds if" else "",
        draw=lambda: draw_flows(
            [f"LSTM, forget bias {bias}" for bias in BIASES],
            [one.powers() for one in flows.values()],
            f"{len(serve)} of {len(BIASES)} forget biases keep the gradient within a factor of a "
            "hundred"))
