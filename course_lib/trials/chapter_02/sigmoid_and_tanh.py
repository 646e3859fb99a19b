"""Sigmoid against tanh: one family, slopes far from zero, networks."""

import numpy as np

from ... import activations, figures, statistics
from ...evidence import four_sigmoids
from .. import Outcome, trial

sigmoid, tanh = activations.get("sigmoid"), activations.get("tanh")


@trial(
    "C16",
    claim="Tanh is an extension of the sigmoid.",
    reading="Shift and stretch a sigmoid and you get tanh: tanh(z) = 2 sigmoid(2z) - 1, always.",
    rule="holds if the two sides, and their slopes, differ by at most 1e-15, the size of "
         "rounding near 1, everywhere on [-20, 20]; false otherwise",
    correct="They are one family: whatever one can compute, the other can, with other weights and "
            "biases. What differs is where they start from.",
    literature="elementary algebra: multiply tanh's fraction above and below by e^-z",
)
def one_family(seeds):
    z = np.linspace(-20, 20, 40001)
    value = np.abs(tanh.f(z) - (2 * sigmoid.f(2 * z) - 1)).max()
    slope = np.abs(tanh.df(z) - 4 * sigmoid.df(2 * z)).max()
    same = max(value, slope) <= 1e-15
    return Outcome(
        "holds" if same else "false",
        {"largest difference of values": value, "largest difference of slopes": slope},
        f"Over {len(z):,} points the two sides, and their slopes, differ by "
        f"{'at most' if same else 'more than'} 1e-15.")


@trial(
    "C17",
    claim="Tanh keeps a stronger gradient than sigmoid when inputs are far from 0.",
    reading="At every distance of 2 or more from 0, tanh's slope exceeds sigmoid's at the same z.",
    rule="holds if tanh's slope is larger at every z of 2, 2.1, ... 20; holds if (somewhere): at "
         "some of them; false: at none",
    correct="The other way round. Tanh is steeper near zero, up to four times; beyond |z| = "
            "2 arccosh((1 + sqrt 3)/2) sigmoid is steeper, and the ratio grows like e^|z| / 4.",
    literature="elementary calculus",
)
def far_from_zero(seeds):
    z = np.linspace(2, 20, 181)
    larger = tanh.df(z) > sigmoid.df(z)
    verdict = "holds" if larger.all() else "holds if" if larger.any() else "false"
    condition = f"z is one of {larger.sum()} points" if verdict == "holds if" else ""
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
        f"{ratio[3]:.1f} times at 3, {ratio[5]:.0f} times at 5, {ratio[10]:,.0f} times at 10.",
        condition=condition)


@trial(
    "C18",
    claim="Tanh is better than sigmoid in hidden layers.",
    reading="On the digits, each at its own best rate, tanh networks reach a test accuracy more "
            "than 1 point above that of sigmoid networks, with one hidden layer as with five.",
    rule="holds if tanh is more than 1 point ahead at both depths; holds if (that depth): at one "
         "and not at the other; false: at neither. More, or not more, by three standard errors "
         "each. A form within 2 points of tanh, by three standard errors, is called equal. "
         "(Both margins were set after a pilot on these digits.)",
    correct="With one hidden layer they are equal to within 2 points. In deep plain networks yes, "
            "at this budget (20 epochs of plain SGD from Glorot's weights), and mostly because of "
            "the slope at zero: forms as steep as tanh come within 2 points of it.",
    literature="LeCun, Bottou, Orr & Mueller 1998, Efficient BackProp, sec. 4.4; Glorot & Bengio "
               "2010, Understanding the difficulty of training deep feedforward neural networks",
)
def tanh_or_sigmoid(seeds):
    found = {depth: four_sigmoids.accuracies(seeds, depth) for depth in (1, 5)}
    ahead = {(form, depth): statistics.paired(found[depth]["tanh"], found[depth][form])
             for form in four_sigmoids.FORMS if form != "tanh" for depth in found}
    against = [statistics.compare(ahead["sigmoid", depth].shifted(-1)) for depth in (1, 5)]
    verdict = {("more", "more"): "holds", ("less", "more"): "holds if",
               ("more", "less"): "holds if", ("less", "less"): "false",
               }.get(tuple(against), "undecided")
    deep, shallow = (f"the network has {words}" for words in ("five hidden layers", "one"))
    condition = {("less", "more"): deep, ("more", "less"): shallow}.get(tuple(against), "")
    equal = {depth: [form for form, d in ahead if d == depth
                     and statistics.compare(ahead[form, depth], 2) == "equal"] for depth in found}

    def draw():
        others = [form for form in four_sigmoids.FORMS if form != "tanh"]
        figures.differences(
            others, [ahead[form, 1] for form in others], margin=2, unit="points", grain=1,
            title="Tanh minus each form, one hidden layer: "
                  f"{len(equal[1])} of {len(others)} within 2 points")
        figures.accuracies(
            list(found[5]), list(found[5].values()), xlabel="test accuracy (%)", chance=10, grain=5,
            title=f"Five hidden layers: {len(equal[5])} of {len(others)} within 2 points of tanh")

    return Outcome(
        verdict,
        {f"tanh - {form}, depth {depth}": gap for (form, depth), gap in ahead.items()},
        f"Tanh is ahead of sigmoid by {told(ahead['sigmoid', 1])} points with one hidden layer, by "
        f"{told(ahead['sigmoid', 5])} with five. Within 2 points of tanh, with one layer: "
        f"{', '.join(equal[1]) or 'none'}; with five: {', '.join(equal[5]) or 'none'}.",
        seeds=len(seeds), tuned=f"the rate of each form, out of {len(four_sigmoids.RATES)}, on "
                                "validation data, with 10 other seeds",
        draw=draw, condition=condition)


def told(estimate):
    """A mean with its interval, to a tenth."""
    return f"{estimate.mean:.1f} ({estimate.low:.1f} to {estimate.high:.1f})"
