"""Diagnosing: whether numbers logged at the start tell which networks will not learn, and why."""

import numpy as np

from ... import data, diagnostics, figures, initialisation, networks, statistics, training
from .. import Outcome, trial

OWN = {"tanh": 1, "sigmoid": 4}  # times Glorot's weights: with these a slope of 1 meets each
SIZES = {"an eighth": 1 / 8, "their own": 1, "eight times": 8}
HIDDEN, RATES, EPOCHS = (24,) * 4, (0.1, 1.0), 6
LOST, STUCK, LEARNT, RIGHT = 0.01, 0.5, 0.5, 0.9


@trial(
    "C53",
    claim="Monitor gradient flow (TensorBoard) to diagnose saturation.",
    reading="Two numbers that one can log for each layer before the first step, the gradient from "
            "layer to layer and the share of saturated slopes, tell which networks will not "
            "learn, and whether saturation is the reason.",
    rule="Networks of tanh and of sigmoid get first weights of the size that suits them, an "
         "eighth of it, and eight times it. Alarm: the first hidden layer gets less than a "
         "hundredth of the gradient of the last, or in some layer over half of the slopes are "
         "saturated (then the reason is saturation: weights too large; else too small). A network "
         "fails if at the better of two rates it reads at most half of the validation digits "
         "after six epochs. holds: the alarm is right for over nine tenths of all networks, and "
         "so is the reason for over nine tenths of those that fail; holds if: only the alarm is "
         "(it tells who fails, not why); false: the alarm is not. By three standard errors of the "
         "share. (Limits, sizes and rates were set after a pilot with other seeds.)",
    correct="They do, read together. The gradient alone does not: weights that are too small lose "
            "it without a single saturated unit, and large weights carry it through layers that "
            "are saturated. Log both, for every layer; the share of dead units and the size of a "
            "step beside that of the weights tell more. No tool is needed for it: numpy suffices.",
    literature="Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward "
               "neural networks, fig. 2, 3 and 7 (activations and gradients, layer by layer)",
)
def monitored(seeds):
    flow, stuck, score, size = (np.concatenate(parts) for parts in zip(
        *(one_function(f, seeds) for f in OWN), strict=True))
    fails, lost, saturated = score <= LEARNT, flow < LOST, stuck > STUCK
    alarm = lost | saturated
    right = statistics.share(alarm == fails)
    told = np.where(saturated, 1, -1) == np.sign(np.log(size))
    reason = statistics.share(told[fails]) if fails.any() else None
    found = [statistics.compare(one.shifted(-RIGHT)) if one else "undecided"
             for one in (right, reason)]
    if found[0] == "less":
        verdict = "false"
    elif "undecided" in found:
        verdict = "undecided"
    else:
        verdict = "holds" if found[1] == "more" else "holds if"
    by_flow = statistics.share(lost[fails & saturated]) if (fails & saturated).any() else None

    def draw():
        with figures.panels("Who will not learn shows before the first step", digits=2,
                            note=f"One point a network, {len(seeds)} seeds of each kind; dotted: "
                                 "the limits of the alarm") as axes:
            for learns, marker, label in ((True, "o", "will learn"), (False, "x", "will not")):
                here = fails != learns
                if here.any():
                    axes.scatter(np.log10(flow[here]), 100 * stuck[here], marker=marker,
                                 label=label)
            axes.axvline(np.log10(LOST), ls=":", color="grey")
            axes.axhline(100 * STUCK, ls=":", color="grey")
            axes.set(xlabel="gradient at layer 1 over layer 4 (power of ten)",
                     ylabel="most saturated layer (%)", ylim=(-5, 105))
            axes.legend(loc="center left")

    return Outcome(
        verdict,
        {"share of alarms that are right": right}
        | ({"share of reasons that are right": reason} if reason else {})
        | ({"share of saturated failures that lose the gradient": by_flow} if by_flow else {}),
        f"Of {len(fails)} networks {fails.sum()} did not learn; the alarm before the first step "
        f"was right for {percent(right)} %"
        + (f", the reason it gave for {percent(reason)} % of those that failed" if reason else "")
        + (f". Of the saturated ones {percent(by_flow)} % lost the gradient on its way down: the "
           "gradient alone would not have told." if by_flow and by_flow.mean < 0.5 else "."),
        seeds=len(seeds), tuned=f"the rate of each network, one of {len(RATES)}, on validation "
                                "data", draw=draw,
        condition="one asks who fails, and not why" if verdict == "holds if" else "")


def one_function(f, seeds):
    """Networks of one function from weights of three sizes: four arrays (sizes * seeds,).

    Gradient at the first hidden layer over that at the last, share of saturated slopes in the most
    saturated layer, both before training; validation accuracy after it; size of the weights.
    """
    digits, seeds = data.digits(), list(seeds)
    schemes = [initialisation.scaled("glorot", OWN[f] * size) for size in SIZES.values()]
    run = training.train(digits, f, seeds=seeds, hidden=HIDDEN, init=schemes, rate=list(RATES),
                         optimiser="sgd", epochs=EPOCHS, keep="last")
    score = np.nan_to_num(run.val_score.values[..., -1]).max(1)  # (sizes, rates, seeds)
    count = len(seeds) * len(schemes)
    stack = networks.Stack([f] * count, (64, *HIDDEN, 10))
    stack.initialise(np.repeat(np.array(schemes, object), len(seeds)), seeds * len(schemes))
    report = diagnostics.through_depth(stack, digits.x_train[:128], digits.y_train[:128])
    return (report.gradient[:, 0] / report.gradient[:, -1], report.saturated.max(1),
            score.ravel(), np.repeat(list(SIZES.values()), len(seeds)))


def percent(share):
    """In steps of five points, which is what all processors agree on."""
    return 5 * round(20 * share.mean)
