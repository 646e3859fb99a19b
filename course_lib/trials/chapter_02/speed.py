"""Is ReLU fast: per element, per training step, in steps to a given loss?"""

import time

import numpy as np

from ... import figures, networks, statistics
from ...evidence import relu_or_tanh
from ...threads import one_blas_thread
from .. import Outcome, trial

WIDTH, BATCH, ROUNDS = 1024, 64, 15


TRIES = 3


def _seconds(work, times):
    """Processor seconds that one call takes: the best of three tries of `times` calls in a row.

    Whatever else the machine does can only make a try slower, never faster.
    """
    tries = []
    for _ in range(TRIES):
        start = time.process_time()
        for _ in range(times):
            work()
        tries.append((time.process_time() - start) / times)
    return min(tries)


def element_ratios(rounds=ROUNDS):
    """Time of 1/(1 + e^-z) over that of max(z, 0), on 65,536 float32 numbers: (rounds,)."""
    z = np.random.default_rng(0).standard_normal(2 ** 16).astype(np.float32)
    out = np.empty_like(z)

    def relu():
        np.maximum(z, 0, out=out)

    def sigmoid():
        np.negative(z, out=out)
        np.exp(out, out=out)
        np.add(out, 1, out=out)
        np.reciprocal(out, out=out)

    relu(), sigmoid()
    return np.array([_seconds(sigmoid, 8) / _seconds(relu, 8) for _ in range(rounds)])


def step_ratios(width=WIDTH, rounds=ROUNDS):
    """Time of a forward and backward pass with sigmoid over that with ReLU: (rounds,).

    A network 64 - width - width - 10 on a batch of 64, one thread.
    """
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1, BATCH, 64)).astype(np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, BATCH)][None]
    stacks = {}
    for name in ("relu", "sigmoid"):
        stacks[name] = networks.Stack([name], (64, width, width, 10))
        stacks[name].initialise(["glorot"], [0])
    times = max(1, 10_000 // width ** 2)
    ratios = []
    with one_blas_thread():
        for stack in stacks.values():
            stack.loss_and_gradient(x, y)
        for _ in range(rounds):
            sigmoid, relu = (_seconds(lambda s=stacks[name]: s.loss_and_gradient(x, y), times)
                             for name in ("sigmoid", "relu"))
            ratios.append(sigmoid / relu)
    return np.array(ratios)


@trial(
    "C27",
    claim="ReLU is computationally efficient; sigmoid is inefficient.",
    reading="Sigmoid takes at least a quarter more time per number than ReLU, and that makes a "
            "training step of a network at least half as long again.",
    rule="measured here and now, 15 rounds, both in turn, geometric mean of the ratio sigmoid over "
         f"ReLU: (a) per number above 1.25, (b) per training step, two layers of {WIDTH} units, "
         "above 1.5, each by three standard errors or not. holds: both; holds if (one counts "
         "single numbers): only (a); false: not (a)",
    correct="Per number ReLU is cheaper, by how much depends on the processor and the library. In "
            "a wide layer nearly all time goes into the products with the weights, and the "
            "function hardly matters.",
    literature="Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244, sec. 5.2 (on "
               "phones, where it did matter)",
)
def cost(seeds):
    logs = {"number": np.log(element_ratios()), "step": np.log(step_ratios())}
    found = {what: statistics.interval(values) for what, values in logs.items()}
    number = statistics.compare(found["number"].shifted(-np.log(1.25)))
    step = statistics.compare(found["step"].shifted(-np.log(1.5)))
    verdict = {("more", "more"): "holds", ("more", "less"): "holds if"}.get(
        (number, step), "false" if number == "less" else "undecided")
    return Outcome(
        verdict,
        {f"sigmoid / ReLU per {what}": float(np.exp(one.mean)) for what, one in found.items()},
        f"Sigmoid costs more than 1.25 times as much as ReLU per number: {number == 'more'}. "
        f"It makes a training step with layers of {WIDTH} units more than 1.5 times as long: "
        f"{step == 'more'}.",
        experiment=f"{ROUNDS} rounds of timing on this machine, both sides in turn, each the best "
                   f"of {TRIES}",
        condition="one counts single numbers, not training steps of wide layers"
        if verdict == "holds if" else "")


@trial(
    "C28",
    claim="ReLU converges faster (with AlexNet's: six times faster than tanh).",
    reading="On the digits ReLU networks reach a training loss of 0.25 in fewer steps than tanh "
            "networks, with one hidden layer and with four.",
    rule="the paired difference of log steps, tanh minus ReLU, above 0 by three standard errors at "
         "both depths. holds: with each function's own best rate; holds if (both have the rate "
         "0.1): with this customary rate, and with their own rates at neither depth; false: not "
         "even then",
    correct="At one moderate rate for both, ReLU needs fewer steps. At each one's own best rate it "
            "does not, and six times was nowhere seen. Krizhevsky's figure is for one "
            "convolutional network of four layers on CIFAR-10; he too gave each function its own "
            "rate, and found ReLU several times faster throughout, how much varying with the "
            "network.",
    literature="Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep "
               "convolutional neural networks, fig. 1; Mishkin, Sergievskiy & Matas 2017, "
               "Systematic evaluation of CNN advances on the ImageNet, arXiv:1606.02228",
)
def faster(seeds):
    rates, gain, seen = relu_or_tanh.tuned_rates(), {}, {}
    for depth in relu_or_tanh.DEPTHS:
        for how in ("own rates", "rate 0.1"):
            relu, tanh = (relu_or_tanh.steps(
                name, depth, rates[name, depth] if how == "own rates" else 0.1, seeds)
                for name in ("relu", "tanh"))
            if not np.isfinite([relu, tanh]).all():
                seen[depth, how] = "undecided"  # a loss that was not reached has no number of steps
                continue
            gain[depth, how] = statistics.paired(np.log(tanh), np.log(relu))
            seen[depth, how] = statistics.compare(gain[depth, how])
    own, same = ([seen[depth, how] for depth in relu_or_tanh.DEPTHS]
                 for how in ("own rates", "rate 0.1"))
    verdict = ("holds" if own == ["more", "more"] else
               "holds if" if same == ["more", "more"] and "more" not in own else
               "undecided" if "undecided" in same else "false")

    def draw():
        labels = [f"{depth} hidden, {how}" for depth, how in gain]
        with figures.panels("Steps that tanh needs, divided by ReLU's: six is far away", grain=0.05,
                            note="Geometric mean of ten paired seeds; bar: 95 % interval") as axes:
            for row, (label, one) in enumerate(zip(labels, gain.values(), strict=True)):
                middle, low, high = np.exp([one.mean, one.low, one.high])
                axes.errorbar(middle, row, xerr=[[middle - low], [high - middle]], fmt="o",
                              capsize=4, lw=2, color=figures.look("tanh")[0], label=label)
            axes.axvline(1, color="grey", lw=1)
            axes.axvline(6, color="grey", lw=1.5, ls=":")
            axes.set_yticks(range(len(labels)), labels)
            axes.set(xlabel="steps of tanh / steps of ReLU", xlim=(0, 6.5),
                     ylim=(len(labels) - 0.4, -0.6))

    slower = {how: all(one.mean > 0 for (_, h), one in gain.items() if h == how)
              for how in ("own rates", "rate 0.1")}
    largest = max(np.exp(one.mean) for one in gain.values()) if gain else np.nan
    return Outcome(
        verdict,
        {f"log steps, tanh - ReLU, depth {depth}, {how}": one
         for (depth, how), one in gain.items()},
        f"Tanh needs more steps than ReLU at both depths, at the rate 0.1: {slower['rate 0.1']}; "
        f"at each one's own best rate: {slower['own rates']}. It never needs twice as many: "
        f"{bool(largest < 2)}.",
        seeds=len(seeds), tuned=f"the rate of each, out of {len(relu_or_tanh.RATES)}, on the "
                                "steps needed by 10 other seeds", draw=draw,
        condition="both have the rate 0.1" if verdict == "holds if" else "")
