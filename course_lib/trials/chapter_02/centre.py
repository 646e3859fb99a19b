"""Centring: what a mean off zero costs, and whether the sign of the outputs matters."""

import numpy as np

from ... import data, figures, networks, statistics, training
from ...evidence import centring
from ...threads import one_blas_thread
from .. import Outcome, trial

FEWER = 1.1  # over a tenth more steps counts
ALL = 340  # steps of 20 epochs
NEVER_NEGATIVE, AT_TIMES = ("relu", "softplus", "sigmoid", "tanh+1"), ("tanh", "min(0, z)")
DEEP = 10


@trial(
    "C19",
    claim="Zero-centred outputs help optimisation.",
    reading="Add 1 to tanh: its slopes stay, its mean moves. Each at the rate that suits it best, "
            "tanh networks need fewer steps than tanh+1 networks to bring the training loss on "
            "the digits down to 0.1, with one hidden layer as with three and with ten.",
    rule="holds if tanh+1 needs over a tenth more steps at every depth; holds if (which depth): "
         "at some; false: at none. More, or not more, by three standard errors of the ratio's "
         "logarithm. Networks that do not get there in 20 epochs count as one step more than "
         "these 340. (The margin was set after a pilot with other seeds. Twenty seeds with one "
         "hidden layer, where the difference is smallest; ten else.)",
    correct="They do, with plain SGD: a little in a shallow network, decisively in a deep one. A "
            "mean off zero moves the sums of the next layer at the start, which a bias can undo, "
            "and gives the loss one very steep direction, which it cannot.",
    literature="LeCun, Kanter & Solla 1991, Eigenvalues of covariance matrices: application to "
               "neural-network learning; LeCun, Bottou, Orr & Mueller 1998, Efficient BackProp, "
               "sec. 4.3 and 4.4",
)
def centred_outputs(seeds):
    rates, twice = centring.fastest_rates(), [*seeds, *(seed + 500 for seed in seeds)]
    steps = {(form, depth): centring.steps_needed(centring.train_form(
        form, depth, rates[form, depth], twice if depth == 1 else seeds))
        for depth in centring.DEPTHS for form in ("tanh", "tanh+1")}
    ratio = {depth: statistics.paired(np.log(steps["tanh+1", depth]), np.log(steps["tanh", depth]))
             for depth in centring.DEPTHS}
    against = {depth: statistics.compare(one.shifted(-np.log(FEWER)))
               for depth, one in ratio.items()}
    helped = [depth for depth in ratio if against[depth] == "more"]
    if "undecided" in against.values():
        verdict = "undecided"
    else:
        verdict = {0: "false", len(ratio): "holds"}.get(len(helped), "holds if")
    condition = (f"the network has {' or '.join(map(layers, helped))}"
                 if verdict == "holds if" else "")

    def draw():
        figures.differences(
            [layers(depth) + (" (at least)" if (steps["tanh+1", depth] > ALL).any() else "")
             for depth in ratio], [per_cent(one) for one in ratio.values()],
            margin=round(100 * FEWER - 100), unit="per cent more steps", grain=25,
            title=f"At {len(helped)} of {len(ratio)} depths tanh+1 needs more steps than tanh")

    def told(form, depth):
        taken = steps[form, depth]
        if (taken > ALL).any():
            return f"over {ALL}" if (taken > ALL).all() else f"in part over {ALL}"
        grain = 20 if depth == DEEP else 10  # so much is the same on every processor
        return f"{grain * round(taken.mean() / grain)}"

    return Outcome(
        verdict,
        {f"steps, {form}, depth {depth}": statistics.interval(one)
         for (form, depth), one in steps.items()}
        | {f"log of the ratio, depth {depth}": one for depth, one in ratio.items()},
        "Steps on average, roughly, tanh against tanh+1: " + "; ".join(
            f"{told('tanh', depth)} against {told('tanh+1', depth)} with {layers(depth)}"
            for depth in centring.DEPTHS) + ".",
        seeds=len(seeds), tuned=f"the rate of each, out of {len(centring.RATES)}, for fewest steps "
                                "on training data, with 10 other seeds",
        draw=draw, condition=condition)


def layers(depth):
    return f"{depth} hidden layer{'s' * (depth > 1)}"


def per_cent(log):
    """The estimate of a logarithm of a ratio as that of so many per cent more."""
    mean, low, high = (100 * np.expm1(value) for value in (log.mean, log.low, log.high))
    return statistics.Estimate(mean, (100 + mean) * log.se, low, high, log.n, log.level)


@one_blas_thread()
def share_carried(form, depth, seeds):
    """How much of the last hidden layer's gradient reaches the first before training, (seeds,).

    The ratio of root-mean-square slopes of the loss at the layers' pre-activations, over units and
    256 training digits, for a form of the study `centring` with its own first weights.
    """
    digits, (f, init) = data.digits(), centring.FORMS[form]
    stack = networks.Stack([f] * len(seeds), (64, *[centring.WIDTH] * depth, 10))
    stack.initialise([init] * len(seeds), seeds)
    out, space = stack.forward(digits.x_train[None, :256])
    y = np.eye(10, dtype=np.float32)[digits.y_train[None, :256]].swapaxes(1, 2)
    _, delta = stack.loss.value_and_slope(out, y)
    stack.backward(delta, space)
    first, last = (np.square(space.layers[layer].slope, dtype=float).mean((1, 2))
                   for layer in (0, -1))  # `backward` leaves the loss's slope at z there
    return np.sqrt(first / last)


def mirror_images(seeds, epochs=3):
    """Losses (seeds, steps) of relu networks, and of min(0, z) networks that start mirrored.

    Mirrored: the first and the last weights have the other sign. min(0, z) = -relu(-z), so layer
    after layer the outputs have the other sign too, up to the last, whose weights turn it back.
    """
    hidden = (centring.WIDTH,) * DEEP

    def start(sign):
        def weights(seed):
            stack = networks.Stack(["relu"], (64, *hidden, 10))
            stack.initialise(["he"], [seed])
            stack.layers[0].W *= sign
            stack.layers[-1].W *= sign
            return [part[0] for layer in stack.layers for part in (layer.W, layer.b)]
        return weights

    return tuple(training.train(
        data.digits(), f, seeds=seeds, hidden=hidden, rate=centring.fastest_rates()["relu", DEEP],
        optimiser="sgd", epochs=epochs, weights=start(sign)).loss.values
        for f, sign in (("relu", 1), (centring.mirrored, -1)))


@trial(
    "C30",
    claim="ReLU prevents negative values, which helps with gradient problems.",
    reading="Among functions with the first weights made for them, those that are never negative "
            "carry gradients down to the first of ten layers, and those that are negative at "
            "times do not.",
    rule="A function carries the gradient if at the start the first of ten hidden layers gets a "
         "tenth or more of what the last gets. Preventing negative values is needed if tanh and "
         "min(0, z) do not carry; it is enough if relu, softplus, sigmoid and tanh+1 do. holds: "
         "both; holds if: one of them; false: neither. By three standard errors of the logarithm",
    correct="It is not the sign that helps. min(0, z) is never positive, has ReLU's slope of 1 on "
            "the other half of the line, and from mirrored first weights its networks have the "
            "same loss at every step. Made never negative by adding 1, tanh carries less and "
            "learns worse.",
    literature="He, Zhang, Ren & Sun 2015, Delving deep into rectifiers; Clevert, Unterthiner & "
               "Hochreiter 2016, Fast and accurate deep network learning by exponential linear "
               "units, sec. 1 and 2 (a mean off zero shifts the next layer)",
)
def never_negative(seeds):
    logs = {form: np.log10(share_carried(form, DEEP, seeds))
            for form in (*NEVER_NEGATIVE, *AT_TIMES)}
    power = {form: statistics.interval(one) for form, one in logs.items()}
    carries = {form: statistics.compare(one.shifted(1)) for form, one in power.items()}
    needed = tells(carries, AT_TIMES, "less")
    enough = tells(carries, NEVER_NEGATIVE, "more")
    verdict = {(True, True): "holds", (True, False): "holds if", (False, True): "holds if",
               (False, False): "false"}.get((needed, enough), "undecided")
    condition = {(True, False): "the function is one that carries: it is needed, not enough",
                 (False, True): "other functions may carry too: it is enough, not needed",
                 }.get((needed, enough), "")
    plain, turned = mirror_images(seeds)
    apart = np.abs(plain - turned).max()

    def draw():
        order = sorted(power, key=lambda form: -power[form].mean)
        figures.accuracies(
            order, [logs[form] for form in order],
            xlabel="gradient at layer 1 over layer 10 (power of ten)",
            title="Whether a function can be negative does not tell what it carries")

    return Outcome(
        verdict,
        {f"log10 of the share carried, {form}": one for form, one in power.items()}
        | {"largest difference of mirrored losses": apart},
        "Of the gradient at the tenth layer the first gets, never negative: "
        + ", ".join(f"{form} {10 ** power[form].mean:.1g}" for form in NEVER_NEGATIVE)
        + "; negative at times: "
        + ", ".join(f"{form} {10 ** power[form].mean:.1g}" for form in AT_TIMES)
        + f". The losses of relu and of mirrored min(0, z) differ by "
          f"{'at most' if apart <= 1e-6 else 'more than'} 1e-6 over {plain.shape[1]} steps.",
        seeds=len(seeds), tuned="nothing at the start; the rate of the mirrored pair on other "
                                "seeds", draw=draw, condition=condition)


def tells(carries, forms, wanted):
    """Whether all forms are found as wanted: True, False where one surely is not, None unsure."""
    found = {carries[form] for form in forms}
    return True if found == {wanted} else False if found - {wanted, "undecided"} else None
