"""Claims of chapter 02, the classic functions."""

import numpy as np

from .. import activations, figures, statistics
from ..evidence.four_sigmoids import FORMS, RATES, four_sigmoids
from . import Outcome, trial

sigmoid, tanh = activations.get("sigmoid"), activations.get("tanh")


@trial(
    "C16",
    claim="Tanh is an extension of the sigmoid.",
    reading="Shift and stretch a sigmoid and you get tanh: tanh(z) = 2 sigmoid(2z) - 1, always.",
    rule="holds if the two sides, and their slopes, differ by at most 4 units in the last place of "
         "1 (9e-16) everywhere on [-20, 20]; false otherwise",
    correct="They are one family: whatever one can compute, the other can, with other weights and "
            "biases. What differs is where they start from.",
    literature="LeCun, Bottou, Orr & Mueller 1998, Efficient BackProp, sec. 4.4",
)
def one_family(seeds):
    z = np.linspace(-20, 20, 40001)
    value = np.abs(tanh.f(z) - (2 * sigmoid.f(2 * z) - 1)).max()
    slope = np.abs(tanh.df(z) - 4 * sigmoid.df(2 * z)).max()
    limit = 4 * np.finfo(float).eps
    same = max(value, slope) <= limit
    return Outcome(
        "holds" if same else "false",
        {"largest difference of values": value, "largest difference of slopes": slope},
        f"Over {len(z):,} points the two sides, and their slopes, differ by "
        f"{'at most' if same else 'more than'} {limit:.0e}"
        f"{', which is rounding' if same else ''}.")


@trial(
    "C17",
    claim="Tanh keeps a stronger gradient than sigmoid when inputs are far from 0.",
    reading="At every distance of 2 or more from 0, tanh's slope exceeds sigmoid's at the same z.",
    rule="holds if tanh's slope is larger at every z of 2, 2.1, ... 20; false if sigmoid's is "
         "larger at every one; holds if: at some",
    correct="The other way round. Tanh is steeper near zero, up to four times, and near zero is "
            "where a well initialised unit starts; beyond |z| = 2 arccosh((1 + sqrt 3)/2) sigmoid "
            "is steeper, in the end by e^|z| / 4.",
    literature="elementary; for where units sit, Glorot & Bengio 2010, sec. 3",
)
def far_from_zero(seeds):
    z = np.linspace(2, 20, 181)
    larger = tanh.df(z) > sigmoid.df(z)
    verdict = "holds" if larger.all() else "holds if" if larger.any() else "false"
    from scipy.optimize import brentq

    def lead(z):
        return tanh.df(z) - sigmoid.df(z)

    changes = lead(0.1) * lead(20.0) < 0
    crossing = brentq(lead, 0.1, 20, xtol=1e-13) if changes else np.nan
    ratio = {at: sigmoid.df(at) / tanh.df(at) for at in (3, 5, 10)}
    return Outcome(
        verdict,
        {"slopes cross at": crossing, "in closed form": 2 * np.arccosh((1 + np.sqrt(3)) / 2),
         **{f"sigmoid' / tanh' at {at}": r for at, r in ratio.items()}},
        f"The slopes cross at {crossing:.3f}. From 2 on, sigmoid's is larger at "
        f"{(~larger).sum()} of {len(z)} points: "
        f"{ratio[3]:.1f} times at 3, {ratio[5]:.0f} times at 5, {ratio[10]:,.0f} times at 10.")


# ---- C18: slope and centre, one at a time


def draw_four_sigmoids(found, depth):
    title = {1: "One hidden layer: all five read the digits",
             5: "Five hidden layers: steep enough is needed, centred is better"}[depth]
    figures.accuracies(list(found), list(found.values()), xlabel="test accuracy (%)", title=title)


@trial(
    "C18",
    claim="Tanh is better than sigmoid in hidden layers.",
    reading="On the digits, each at its own best rate, tanh networks reach a test accuracy more "
            "than 1 point above that of sigmoid networks, with one hidden layer as with five.",
    rule="holds if tanh is ahead by more than 1 point, beyond three standard errors, with one and "
         "with five layers; holds if: with five alone, being less than 1 point ahead with one, "
         "beyond three standard errors; false if less than 1 point ahead with both",
    correct="In deep plain networks yes, for two reasons that can be parted: a slope of 1 at zero "
            "(4 sigmoid) and a mean of 0 (4 sigmoid - 2). With one hidden layer and tuned rates "
            "there is next to nothing in it.",
    literature="LeCun, Bottou, Orr & Mueller 1998, Efficient BackProp, sec. 4.4; Glorot & Bengio "
               "2010, Understanding the difficulty of training deep feedforward neural networks",
)
def tanh_or_sigmoid(seeds):
    shallow, deep = four_sigmoids(seeds, 1), four_sigmoids(seeds, 5)
    gap = {1: statistics.paired(shallow["tanh"], shallow["sigmoid"]),
           5: statistics.paired(deep["tanh"], deep["sigmoid"])}
    above = {depth: statistics.compare(gap[depth].shifted(-1)) for depth in gap}
    verdict = {("more", "more"): "holds", ("less", "more"): "holds if",
               ("less", "less"): "false"}.get((above[1], above[5]), "undecided")
    return Outcome(
        verdict,
        {"tanh - sigmoid, depth 1": gap[1], "tanh - sigmoid, depth 5": gap[5],
         **{f"{form}, depth 5": statistics.interval(deep[form]) for form in FORMS}},
        f"With one hidden layer sigmoid and tanh are within a point. With five, sigmoid reads "
        f"{deep['sigmoid'].mean():.0f} % (chance is 10), tanh {deep['tanh'].mean():.0f} %.",
        seeds=len(seeds), tuned=f"the rate of each, {len(RATES)} of them, on validation data with "
                                "10 other seeds", draw=lambda: draw_four_sigmoids(deep, 5))
