"""Batch normalisation: what it rescues, and what it does not steady."""

import numpy as np

from ... import data, diagnostics, figures, networks, statistics
from ...evidence import batch_norm
from .. import Outcome, trial

FEWER = 1.1           # over a tenth fewer steps counts
ALL = 68              # steps of four epochs
DEAD = 0.01           # a share of units that counts
CLOSE = "ReLU, He's weights"  # where the difference is smallest: eight seeds more
GRAIN = 15            # steps: so much is the same on every processor
STEADY = 1.0          # powers of ten between the first and the last layer's gradient
DEPTHS = {"dead": 10, "gradient": 30}


def fresh(norm, depth, seeds):
    """He's ReLU networks, 24 units a layer, before training."""
    stack = networks.Stack(["relu"] * len(seeds), (64, *[24] * depth, 10),
                           norm=None if norm == "none" else norm)
    stack.initialise(["he"] * len(seeds), seeds)
    return stack


def dead_at_start(norm, seeds):
    """Share of the units (seeds,) that are zero for every training digit before training."""
    stack = fresh(norm, DEPTHS["dead"], seeds)
    _, space = stack.forward(data.digits().x_train[None].astype(stack.dtype), training=True)
    return np.mean([(here.slope == 0).all(1).mean(1) for here in space.layers], 0)


def growth(norm, seeds):
    """Powers of ten by which the gradient (seeds,) grows from the last layer to the first."""
    stack = fresh(norm, DEPTHS["gradient"], seeds)
    gradient = diagnostics.through_depth(stack, data.digits().x_train[:128]).gradient
    return np.log10(gradient[:, 0] / gradient[:, -1])


@trial(
    "C49",
    claim="Batch normalisation stabilises training, takes fewer iterations, and leaves fewer "
          "neurons dead.",
    reading="With batch norm between sum and activation, ten layers need fewer steps to learn the "
            "digits, each side at its best rate, whether they are sigmoids, ReLUs with first "
            "weights a tenth of He's, or ReLUs with He's; fewer ReLUs are dead at the start; and "
            "the gradients of thirty layers are steady.",
    rule="Five parts, each by three standard errors. Fewer steps to a mean loss of 1 (a guess "
         "has 2.3), by over a tenth: (1) sigmoids, (2) ReLUs with tiny weights, (3) ReLUs with "
         "He's (eighteen seeds, for there the difference is smallest). Networks that do not get "
         "there in 4 epochs count as one step more than these 68; optimiser, loss and epochs "
         "follow a pilot with other seeds. (4) Of ten He layers, over one unit in a hundred "
         "fewer dead at the start. (5) Of thirty, the gradient of the "
         "first within a factor of ten of the last one's. holds: all; holds if (which): some; "
         "false: none.",
    correct="It rescues sigmoids and networks whose first weights are far off, and no unit starts "
            "dead. It does not make gradients steady: at the start it lets them grow by "
            "pi/(pi - 1) in every ReLU layer on the way down, where He's weights alone keep their "
            "size. The usual explanation, less shifting inputs, has not stood up; what is seen is "
            "a smoother loss.",
    literature="Ioffe & Szegedy 2015, Batch normalization; Santurkar, Tsipras, Ilyas & Madry 2018, "
               "How does batch normalization help optimization?; Yang, Pennington, Rao, "
               "Sohl-Dickstein & Schoenholz 2019, A mean field theory of batch normalization",
)
def batch_normalisation(seeds):
    rates = batch_norm.tuned_rates()
    more = [*seeds, *(seed + 500 for seed in seeds[:8])]
    steps = {case: batch_norm.steps(*case, rate, more if case[0] == CLOSE else seeds)
             for case, rate in rates.items()}
    ratio = {start: statistics.paired(np.log(steps[start, "none"]), np.log(steps[start, "batch"]))
             for start in batch_norm.STARTS}
    dead = {norm: dead_at_start(norm, seeds) for norm in batch_norm.NORMS}
    carried = {norm: growth(norm, seeds) for norm in batch_norm.NORMS}
    fewer_dead = statistics.paired(dead["none"], dead["batch"])
    decades = {norm: statistics.interval(one) for norm, one in carried.items()}

    parts = {f"fewer steps with {start}": said(one.shifted(-np.log(FEWER)), "more")
             for start, one in ratio.items()}
    parts["fewer dead units at the start"] = said(fewer_dead.shifted(-DEAD), "more")
    parts["steady gradients at the start"] = said(decades["batch"], "equal", STEADY)
    helped = [part for part, found in parts.items() if found]
    if None in parts.values():
        verdict = "undecided"
    else:
        verdict = {0: "false", len(parts): "holds"}.get(len(helped), "holds if")
    condition = f"what you want is {'; or '.join(helped)}" if verdict == "holds if" else ""

    def draw():
        order = [(start, norm) for start in batch_norm.STARTS for norm in batch_norm.NORMS]
        figures.accuracies(
            [f"{start}, {'batch norm' if norm == 'batch' else 'without'}" for start, norm in order],
            [steps[case] for case in order], grain=GRAIN,
            xlabel=f"steps to a loss of {batch_norm.GOAL:g} ({ALL + 1}: not reached)",
            title="Batch norm rescues what would not train")

    def told(case):
        taken = steps[case]
        if (taken > ALL).any():
            return f"over {ALL}" if (taken > ALL).all() else f"in part over {ALL}"
        return f"{GRAIN * round(taken.mean() / GRAIN)}"

    return Outcome(
        verdict,
        {f"steps, {start}, {norm}": statistics.interval(one)
         for (start, norm), one in steps.items()}
        | {f"dead at the start, {norm}": statistics.interval(one) for norm, one in dead.items()}
        | {f"log10 of the gradient at layer 1 over layer {DEPTHS['gradient']}, {norm}": one
           for norm, one in decades.items()},
        "Steps, roughly, without and with: " + "; ".join(
            f"{start} {told((start, 'none'))} and {told((start, 'batch'))}"
            for start in batch_norm.STARTS)
        + f". Dead at the start: {100 * dead['none'].mean():.0f} % and "
          f"{100 * dead['batch'].mean():.0f} %. From layer {DEPTHS['gradient']} down to layer 1 "
          f"the gradient changes by {round(decades['none'].mean, 1) + 0:g} powers of ten without, "
          f"by {round(decades['batch'].mean, 1) + 0:g} with.",
        seeds=len(seeds), tuned=f"the rate of each, out of {len(batch_norm.RATES)}, for fewest "
                                "steps on training data, with 10 other seeds",
        draw=draw, condition=condition)


def said(estimate, wanted, margin=0.0):
    """Whether `compare` finds what is wanted: True or False, None where it is undecided.

    >>> print(said(statistics.interval([2.0, 2.1, 1.9]), "equal", 1.0))
    False
    """
    found = statistics.compare(estimate, margin)
    return None if found == "undecided" else found == wanted
