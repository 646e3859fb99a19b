"""What ReLU lets through, where it is flat, how much of it is zero."""

import numpy as np

from ... import activations, data, figures, networks, statistics, training
from .. import Outcome, trial

relu = activations.get("relu")
FLAT = 0.01  # of a function's largest slope


@trial(
    "C29",
    claim="ReLU lets only positive values through, so the model accounts only for positive values.",
    reading="A network of ReLU units cannot tell negative inputs apart, and cannot answer with a "
            "negative number: it cannot learn y = x below zero.",
    rule="false if (a) two ReLU units with weights 1 and -1 return every float32 number of a test "
         "set exactly, and (b) trained networks of 32 units reach a root mean squared error below "
         "0.05 on the inputs below zero, by three standard errors. holds if (weights set by "
         "hand): only (a). holds: not (a)",
    correct="One unit outputs no negative number. The weights behind it can: x = relu(x) - "
            "relu(-x), without any error.",
    literature="Shang, Sohn, Almeida & Lee 2016, Understanding and improving convolutional neural "
               "networks via concatenated rectified linear units, arXiv:1603.05201",
)
def only_positive(seeds):
    x = np.random.default_rng(seeds[0]).standard_normal(100_000).astype(np.float32)
    x = np.concatenate([x, 1e30 * x, 1e-30 * x])
    exact = bool((relu.f(x) - relu.f(-x) == x).all())
    line = data.signals(lambda x: x, n=400, seed=0)
    run = training.train(line, "relu", seeds=seeds, hidden=(32,), rate=0.01, epochs=60,
                         loss="squared_error", batch=32)
    below = line.x_test[line.x_test[:, 0] < 0]
    errors = [np.sqrt(np.square(run.network(seed=seed).predict(below)[0] - below).mean())
              for seed in seeds]
    error = statistics.interval(errors)
    learns = {"less": True, "more": False}.get(statistics.compare(error.shifted(-0.05)))
    verdict = ("holds" if not exact else "undecided" if learns is None else
               "false" if learns else "holds if")
    return Outcome(
        verdict, {"numbers returned exactly": float(exact), "error below zero": error},
        f"relu(x) - relu(-x) returned all of {len(x):,} numbers exactly: {exact}. Trained networks "
        f"learn y = x below zero, with an error of less than 0.05: {learns}.",
        seeds=len(seeds), condition="weights are set by hand" if verdict == "holds if" else "")


def flat_shares(seeds, names=("relu", "sigmoid", "tanh")):
    """For each function: the share (%) of flat unit-example pairs in fresh networks (seeds,)."""
    shares = {}
    for name in names:
        stack = networks.Stack([name] * len(seeds), (64, 64, 64, 64, 10))
        stack.initialise(["he" if name == "relu" else "glorot"] * len(seeds), seeds)
        _, space = stack.forward(data.digits().x_train[None])
        top = activations.get(name).df(np.linspace(-5, 5, 1001)).max()
        flat = [(layer.slope < FLAT * top).mean((1, 2)) for layer in space.layers]
        shares[name] = 100 * np.mean(flat, 0)
    return shares


@trial(
    "C31",
    claim="ReLU avoids saturation.",
    reading="In fresh networks hardly any unit is on a flat part of ReLU: in less than 5 % of all "
            "pairs of a unit and a digit is the slope below a hundredth of the largest.",
    rule="holds if the mean share lies below 5 % by three standard errors, false if above 25 % by "
         "as many, holds if (at most a quarter of the units): between the two",
    correct="On the positive side it never saturates. On the negative side its slope is exactly "
            "zero, and about half of all pairs of unit and example are there: far more than with "
            "sigmoid or tanh. What it avoids is that a unit is flat for large inputs of both "
            "signs.",
    literature="Glorot, Bordes & Bengio 2011, Deep sparse rectifier neural networks",
)
def avoids_saturation(seeds):
    shares = {name: statistics.interval(values) for name, values in flat_shares(seeds).items()}
    low, high = (statistics.compare(shares["relu"].shifted(-bound)) for bound in (5, 25))
    verdict = {("less", "less"): "holds", ("more", "more"): "false",
               ("more", "less"): "holds if"}.get((low, high), "undecided")

    def draw():
        with figures.panels("Fresh networks: flat units, by function", size=(8, 2.6), digits=1,
                            note="Mean of ten networks, three hidden layers, all training digits"
                            ) as axes:
            for row, (name, share) in enumerate(shares.items()):
                colour, _ = figures.look(name)
                axes.barh(row, share.mean, color=colour, label=name)
            axes.set_yticks(range(len(shares)), list(shares))
            axes.set(xlabel="pairs of unit and digit with a flat slope (%)", xlim=(0, 100))
            axes.invert_yaxis()

    return Outcome(
        verdict, {f"flat share, {name} (%)": share for name, share in shares.items()},
        f"On a flat part: {shares['relu'].mean:.0f} % of ReLU's pairs of unit and digit, "
        f"{shares['sigmoid'].mean:.0f} % of sigmoid's, {shares['tanh'].mean:.0f} % of tanh's.",
        seeds=len(seeds), draw=draw,
        condition="a quarter of the units may be flat" if verdict == "holds if" else "")


def zero_shares(run, seeds, x):
    """Share (%) of exact zeros among the outputs of each hidden layer: (seeds, layers)."""
    shares = []
    for seed in seeds:
        _, space = run.network(seed=seed).forward(x[None])
        shares.append([100 * (layer.a == 0).mean() for layer in space.layers])
    return np.array(shares)


@trial(
    "C32",
    claim="ReLU promotes sparsity.",
    reading="Training a ReLU network raises the share of exact zeros in both of its hidden layers "
            "by more than 10 points.",
    rule="holds if it rises by more than 10 points in each layer, by three standard errors, "
         "without being asked to; holds if (a penalty asks for it): only with a penalty on the "
         "outputs' size (L1, weight 0.01), test accuracy within 3 points of that without; false: "
         "not even then",
    correct="Half zeros is where symmetric first weights begin. Plain training makes the layers "
            "denser here; a penalty makes them sparse, and ReLU, which can output exact zeros, "
            "lets it.",
    literature="Glorot, Bordes & Bengio 2011, Deep sparse rectifier neural networks, sec. 3",
)
def promotes_sparsity(seeds):
    digits, shape = data.digits(), dict(seeds=seeds, hidden=(64, 64), epochs=30, keep="last")
    fresh = networks.Stack(["relu"] * len(seeds), (64, 64, 64, 10))
    fresh.initialise(["he"] * len(seeds), seeds)
    _, space = fresh.forward(digits.x_val[None])
    before = np.stack([100 * (layer.a == 0).mean((1, 2)) for layer in space.layers], 1)
    runs = {weight: training.train(digits, "relu", activity=weight, **shape)
            for weight in (0.0, 0.01)}
    after = {weight: zero_shares(run, seeds, digits.x_val) for weight, run in runs.items()}
    rise = {weight: [statistics.paired(values[:, k], before[:, k]) for k in (0, 1)]
            for weight, values in after.items()}
    said = {weight: [statistics.compare(one.shifted(-10)) for one in layers]
            for weight, layers in rise.items()}
    cost = statistics.paired(*(100 * runs[w].test_score.values for w in (0.0, 0.01)))
    cheap = statistics.compare(cost, 3)
    if any(one == "undecided" for both in said.values() for one in both) or cheap == "undecided":
        verdict = "undecided"
    elif said[0.0] == ["more", "more"]:
        verdict = "holds"
    else:
        verdict = "holds if" if said[0.01] == ["more"] * 2 and cheap == "equal" else "false"

    fewer = bool((after[0.0].mean(0) < before.mean(0)).all())
    most = bool((after[0.01].mean(0) > 60).all())

    def draw():
        labels, values = [], []
        for k in (0, 1):
            for what, shares in (("before", before), ("trained", after[0.0]),
                                 ("with penalty", after[0.01])):
                labels.append(f"layer {k + 1}, {what}")
                values.append(shares[:, k])
        figures.accuracies(labels, values, xlabel="outputs that are exactly zero (%)", grain=5,
                           title="Training makes the layers denser; a penalty makes them sparse")

    return Outcome(
        verdict,
        {**{f"rise in layer {k + 1}, penalty {w:g}": rise[w][k] for w in rise for k in (0, 1)},
         "accuracy lost by the penalty": cost},
        f"About {10 * round(before.mean() / 10)} % of the outputs are exactly zero before "
        f"training. Fewer in both layers after it: {fewer}. More than 60 % in both with the "
        f"penalty: {most}. "
        f"Accuracy with and without penalty within 3 points: {cheap == 'equal'}.",
        seeds=len(seeds), tuned="nothing; both were trained alike", draw=draw,
        condition="a penalty asks for it" if verdict == "holds if" else "")


@trial(
    "C33",
    kind="untestable",
    claim="ReLU accelerates training by allowing more non-linearity without adding complexity.",
    reading="There is an amount of non-linearity, ReLU has more of it than other functions, and "
            "this is why it trains faster.",
    rule="untestable if two sensible measures of that amount rank ReLU differently: then the claim "
         "names nothing that could be measured. Measure 1: the part of the output (for inputs "
         "spread like a standard bell curve) that the best straight line does not explain. "
         "Measure 2: how far the slope varies, from its least to its largest, over [-1, 0) or "
         "(0, 1], whichever is more",
    correct="ReLU is made of two straight pieces. Whether that is more or less non-linear than a "
            "curve depends on the measure, and no measure was named. What can be measured is speed "
            "(C28) and cost (C27).",
    literature="Hanin & Rolnick 2019, Complexity of linear regions in deep networks, "
               "arXiv:1901.09021 (a count of pieces)",
)
def more_non_linear(seeds):
    from scipy.special import ndtri
    x = ndtri((np.arange(100_000) + 0.5) / 100_000)  # equally likely, standard bell curve
    side, unexplained, bend = np.linspace(1e-6, 1, 1001), {}, {}
    for name in ("relu", "tanh", "sigmoid"):
        f = activations.get(name)
        a = f.f(x)
        unexplained[name] = 1 - np.corrcoef(a, x)[0, 1] ** 2
        bend[name] = max(float(np.ptp(f.df(sign * side))) for sign in (-1, 1))
    first, second = (max(one, key=one.get) == "relu" for one in (unexplained, bend))
    verdict = "untestable" if first != second else "holds" if first else "false"
    return Outcome(
        verdict,
        {**{f"not explained by a line, {name}": v for name, v in unexplained.items()},
         **{f"slope varies on one side, {name}": v for name, v in bend.items()}},
        f"ReLU is the most non-linear of ReLU, tanh and sigmoid by the first measure: {first}; by "
        f"the second, on either side of zero: {second} (there it is straight). "
        + ("The measures disagree, and the claim names none." if first != second else ""))
