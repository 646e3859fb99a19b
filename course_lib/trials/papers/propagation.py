"""What a random layer does to the size of a signal, and to the likeness of two signals."""

import numpy as np

from ... import activations, figures, statistics, thermostat
from ...threads import one_blas_thread
from . import Replica, replication


def uniform(rng, count, fan_in, fan_out, variance):
    """Weights (count, fan_in, fan_out), float32, uniform around zero with this variance.

    They take 128 values, a random byte each, which is faster than finer ones. The papers' results
    hold for normal weights too: sums of many products are normal in the end.
    """
    n = count * fan_in * fan_out
    eights = rng.integers(0, 2**64, -(-n // 8), dtype=np.uint64)  # a fifth of the time of `bytes`
    odd = eights.view(np.int8)[:n] | 1  # -127, -125 ... 127
    return odd.reshape(count, fan_in, fan_out) * np.float32(np.sqrt(3 * variance / (128**2 - 1)))


# ---- R01: He's factor

WIDTH, LAYERS, NETWORKS = 64, 30, 10  # of one seed


@one_blas_thread()
def factors(scale, seeds):
    """Mean squares from layer to layer of ReLU networks with weights of variance scale / WIDTH.

    Returns activations and slopes, each (seeds, networks, layers): the mean square over a layer's
    units going forward from a random input, and going back from random slopes at the last layer.
    """
    found = np.empty((2, len(seeds), NETWORKS, LAYERS))
    for forward, backward, seed in zip(*found, seeds, strict=True):
        rng = np.random.default_rng([seed, 1])
        h, kept = rng.standard_normal((NETWORKS, 1, WIDTH), dtype=np.float32), []
        for layer in range(LAYERS):
            W = uniform(rng, NETWORKS, WIDTH, WIDTH, scale / WIDTH)
            h = np.maximum(h @ W, 0)
            kept.append((W, h > 0))
            forward[:, layer] = np.square(h).mean((1, 2))
        delta = rng.standard_normal(h.shape, dtype=np.float32)
        for layer, (W, on) in reversed(list(enumerate(kept))):
            backward[:, layer] = np.square(delta).mean((1, 2))
            delta = (delta * on) @ W.swapaxes(1, 2)
    return found


@replication(
    "R01",
    chapter="chapter_03",
    paper="He, Zhang, Ren & Sun 2015, Delving deep into rectifiers, arXiv:1502.01852",
    quantity="by what a ReLU layer of n units multiplies the mean square of its signals, forward "
             "and back, on average: by n Var(w) / 2. That is 1 for weights of variance 2/n, and "
             "1/2 for 1/n, Glorot's rule. 100 networks of 30 layers of 64 units",
    tolerance="each factor within 5 % of the paper's, by three standard errors",
)
def he_factor(seeds):
    sizes = {scale: factors(scale, seeds) for scale in (2, 1)}
    target, measured, agrees = {}, {}, True
    for scale, (forward, backward) in sizes.items():
        for way, ratio in (("forward", forward[..., 1:] / forward[..., :-1]),
                           ("back", backward[..., :-1] / backward[..., 1:])):
            name = f"{way}, variance {scale}/n"
            target[name], measured[name] = scale / 2, statistics.interval(ratio.mean((1, 2)))
            off = statistics.interval(ratio.mean((1, 2)) / target[name])
            agrees &= statistics.compare(off.shifted(-1), 0.05) == "equal"

    def draw():
        with figures.panels("Half the variance: the signal halves in every layer", digits=1,
                            note="Line: typical network (median of 100); dots: calculated average",
                            crossings=False) as axes:
            layers = np.arange(1, LAYERS + 1)
            for scale, colour in ((2, "relu"), (1, "tanh")):
                middle = np.median(sizes[scale][0].reshape(-1, LAYERS), axis=0)
                axes.plot(layers, middle, color=figures.look(colour)[0],
                          label=f"variance {scale}/n")
                axes.plot(layers[::4], middle[0] * (scale / 2.0) ** (layers[::4] - 1), "o", ms=4,
                          mew=0, color=figures.look(colour)[0])
            axes.set(xlabel="layer", ylabel="mean square of activations", yscale="log")

    return Replica(
        target, measured, agrees,
        f"A layer multiplies by {measured['forward, variance 2/n'].mean:.2f} forward and "
        f"{measured['back, variance 2/n'].mean:.2f} back with variance 2/n, by "
        f"{measured['forward, variance 1/n'].mean:.2f} and "
        f"{measured['back, variance 1/n'].mean:.2f} with 1/n. Twenty-nine halvings "
        f"leave {2.0 ** -29:.0e} of a signal.",
        seeds=len(seeds), draw=draw)


# ---- R02: how far single networks stray from He's average

STRAY_WIDTHS, STRAY_LAYERS, STRAY_NETWORKS = (50, 100), (10, 20), 80


@one_blas_thread()
def log_sizes(width, seeds):
    """ln of the mean square after each layer of He's ReLU networks, (seeds * networks, layers)."""
    found = np.empty((len(seeds), STRAY_NETWORKS, max(STRAY_LAYERS)))
    for one, seed in zip(found, seeds, strict=True):
        rng = np.random.default_rng([seed, 2, width])
        h = np.ones((STRAY_NETWORKS, 1, width), np.float32)
        for layer in range(found.shape[-1]):
            h = np.maximum(h @ uniform(rng, STRAY_NETWORKS, width, width, 2 / width), 0)
            one[:, layer] = np.log(np.square(h).mean((1, 2)))
    return found.reshape(-1, found.shape[-1])


@replication(
    "R02",
    chapter="chapter_03",
    paper="Hanin & Rolnick 2018, How to start training: the effect of initialization and "
          "architecture, arXiv:1803.01719",
    quantity="how much single networks differ: the variance, over He's random ReLU networks, of "
             "the logarithm of the mean square after L layers of n units. It grows with L/n, and "
             "is near 5L/n. 800 networks each of 50 and of 100 units, after 10 and 20 layers",
    tolerance="each variance within a quarter of 5L/n (of 800 networks it is uncertain by 5 %, and "
              "5L/n leaves out terms with 1/n^2)",
)
def stray(seeds):
    target, measured, lost = {}, {}, {}
    for width in STRAY_WIDTHS:
        sizes = log_sizes(width, seeds)
        lost[width] = (sizes[:, -1] < np.median(sizes[:, -1]) - np.log(4)).mean()
        for layers in STRAY_LAYERS:
            name = f"{layers} layers of {width}"
            target[name] = 5 * layers / width
            measured[name] = float(sizes[:, layers - 1].var(ddof=1))
    agrees = all(abs(measured[name] / target[name] - 1) <= 0.25 for name in target)
    return Replica(
        target, measured, agrees,
        "Variance of the logarithm, and 5L/n: "
        + "; ".join(f"{name} units {measured[name]:.2f}, {target[name]:g}" for name in target)
        + f". After 20 layers of 50 units, {100 * lost[50]:.0f} % of the networks have less than a "
          "quarter of what the middle one has.",
        seeds=len(seeds))


# ---- R05: the edge between order and chaos

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
NODE_WEIGHTS = NODE_WEIGHTS / np.sqrt(2 * np.pi)
TANH, BIAS = activations.get("tanh"), 0.05  # and the variance of the biases
GAINS, START = (1.0, 2.5), 0.5  # n times the variance of the weights; likeness of the inputs
DEEP, WIDE, INPUTS, COPIES = 20, 200, 12, 10


def likeness_map(q, c, pair):
    """Likeness (cosine) of the next layer's pre-activations for two inputs of likeness c."""
    other = c * NODES[:, None] + np.sqrt(1 - c * c) * NODES
    product = pair.f.f(np.sqrt(q) * NODES)[:, None] * pair.f.f(np.sqrt(q) * other)
    mean = NODE_WEIGHTS @ product @ NODE_WEIGHTS
    return min((pair.w2 * mean + pair.b2) / pair.step(q), 1.0)


def critical_gain():
    """n Var(w) at which small differences neither grow nor shrink once q has settled."""
    from scipy.optimize import brentq

    def pair_that_keeps(q):
        return thermostat.Pair(TANH, (q - BIAS) / thermostat.mean_square(TANH, q), BIAS)

    q = brentq(lambda q: pair_that_keeps(q).factor(q) - 1, BIAS + 1e-6, 4.0)
    return float(pair_that_keeps(q).w2)


def predicted(gain):
    """Likeness of two inputs at each layer's pre-activations, as calculated, (layers,)."""
    pair = thermostat.Pair(TANH, gain, BIAS)
    course = [(gain * START + BIAS) / (gain + BIAS)]
    for q in pair.through(gain + BIAS, DEEP)[:-1]:
        course.append(likeness_map(q, course[-1], pair))
    return np.array(course)


@one_blas_thread()
def seen(gain, seeds):
    """The same in wide random networks, averaged over pairs of inputs, (seeds, layers)."""
    found, pairs = np.empty((len(seeds), DEEP)), np.triu_indices(INPUTS, 1)
    for likeness, seed in zip(found, seeds, strict=True):
        rng = np.random.default_rng([seed, 5, int(10 * gain)])
        apart = np.linalg.qr(rng.standard_normal((WIDE, INPUTS + 1)))[0].T * np.sqrt(WIDE)
        inputs = np.sqrt(START) * apart[0] + np.sqrt(1 - START) * apart[1:]
        h = np.repeat(inputs[None].astype(np.float32), COPIES, axis=0)
        for layer in range(DEEP):
            bias = rng.normal(0, np.sqrt(BIAS), (COPIES, 1, WIDE)).astype(np.float32)
            z = h @ uniform(rng, COPIES, WIDE, WIDE, gain / WIDE) + bias
            unit = z / np.linalg.norm(z, axis=2, keepdims=True)
            likeness[layer] = (unit @ unit.swapaxes(1, 2))[:, *pairs].mean()
            h = np.tanh(z)
    return found


@replication(
    "R05",
    chapter="chapter_03",
    paper="Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli 2016, Exponential expressivity in deep "
          "neural networks through transient chaos, arXiv:1606.05340; Schoenholz, Gilmer, Ganguli "
          "& Sohl-Dickstein 2017, Deep information propagation, arXiv:1611.01232",
    quantity="the edge of chaos of tanh networks with biases of variance 0.05: n Var(w) = 1.76. "
             "Below it the layers make any two inputs alike, above it they keep them apart. The "
             "likeness (cosine) of two inputs, layer by layer, as calculated for infinitely wide "
             "networks, with n Var(w) of 1 and 2.5, against 100 networks of 200 units",
    tolerance="the edge to the paper's two decimals; the likeness at each of 20 layers within "
              "0.05, by three standard errors",
)
def edge_of_chaos(seeds):
    edge = critical_gain()
    theory = {gain: predicted(gain) for gain in GAINS}
    nets = {gain: seen(gain, seeds) for gain in GAINS}
    near = all(statistics.compare(statistics.interval(nets[gain][:, layer] - theory[gain][layer]),
                                  0.05) == "equal" for gain in GAINS for layer in range(DEEP))
    agrees = bool(round(edge, 2) == 1.76 and near)

    def draw():
        with figures.panels("Below the edge all inputs become alike; above it they stay apart",
                            crossings=False, digits=2,
                            note="Lines: calculated; dots: mean of 100 networks of 200 units"
                            ) as axes:
            layers = np.arange(1, DEEP + 1)
            for gain, look in zip(GAINS, ("sigmoid", "tanh"), strict=True):
                colour = figures.look(look)[0]
                axes.plot(layers, theory[gain], color=colour, label=f"n Var(w) = {gain:g}")
                axes.plot(layers, nets[gain].mean(0), "o", ms=4, mew=0, color=colour)
            axes.set(xlabel="layer", ylabel="likeness (cosine)", ylim=(0.3, 1.05),
                     xticks=(1, 5, 10, 15, 20))

    return Replica(
        {"edge": 1.76} | {f"layer {DEEP}, n Var(w) = {gain:g}": theory[gain][-1] for gain in GAINS},
        {"edge": edge} | {f"layer {DEEP}, n Var(w) = {gain:g}":
                          statistics.interval(nets[gain][:, -1]) for gain in GAINS}, agrees,
        f"The edge is at {edge:.3f}. At layer {DEEP} two inputs that began at "
        f"{START:g} have a likeness of {nets[1.0][:, -1].mean():.2f} with n Var(w) = 1 (calculated "
        f"{theory[1.0][-1]:.2f}) and of {nets[2.5][:, -1].mean():.2f} with 2.5 (calculated "
        f"{theory[2.5][-1]:.2f}).",
        seeds=len(seeds), draw=draw)
