"""What depth is worth: a sawtooth folded layer by layer, and how much of it training finds."""

from functools import cache

import numpy as np

from ... import data, figures, networks, statistics, training
from .. import Outcome, trial

FOLDS = 6  # the sawtooth of 2^6 = 64 straight pieces
DEEP = (20,) * 6  # as deep as the network that draws this sawtooth, and ten times as wide
RATES = [1e-3, 3e-3, 1e-2]


def sawtooth(x, folds):
    """The tent 1 - |1 - 2x| applied `folds` times to x in [0, 1]: 2^folds straight pieces."""
    for _ in range(folds):
        x = 1 - np.abs(1 - 2 * x)
    return x


def tent_network(folds):
    """The same sawtooth as a ReLU network of `folds` hidden layers with two units each, exactly.

    One tent is 2 relu(x) - 4 relu(x - 1/2) for x from 0 to 1; a layer's two units read the tent of
    the layer before (Telgarsky 2015).
    """
    stack = networks.Stack(["relu"], (1, *[2] * folds, 1), loss="squared_error", dtype=np.float64)
    both, tent = np.ones((1, 2)), np.array([[2.0], [-4.0]])
    for layer, read in zip(stack.layers, [both, *[tent @ both] * (folds - 1), tent], strict=True):
        layer.W[0] = read
    for layer in stack.layers[:-1]:
        layer.b[0] = [0, -0.5]
    return stack


def kinks(stack, s=0):
    """Where a ReLU network of one input and one output bends, over the whole line: ascending (K,).

    Exact up to rounding, with no grid: between two kinks every unit is a straight line in x, its
    value at 0 in `start` and its slope in `slope` (pieces, units), and a unit that reaches 0
    between two kinks makes a new one. Kinks that no path carries to the output are left out.
    """
    if stack.sizes[0] != 1 or stack.sizes[-1] != 1:
        raise ValueError("kinks are counted along one input, for one output; "
                         f"this network has {stack.sizes[0]} and {stack.sizes[-1]}")
    others = {f.name for column in stack.runs for _, _, f, _ in column} - {"relu"}
    if others or stack.norm or stack.residual or stack.head:
        raise ValueError("kinks are counted for plain ReLU networks"
                         + (f"; this one has {', '.join(sorted(others))}" if others else ""))
    *hidden, last = [(layer.W[s].astype(float), layer.b[s].astype(float))
                     for layer in stack.layers]
    cuts, start, slope = np.empty(0), np.zeros((1, 1)), np.ones((1, 1))
    for W, b in hidden:
        start, slope = start @ W + b, slope @ W
        with np.errstate(divide="ignore", invalid="ignore"):  # a level unit never reaches 0
            zero = -start / slope
        low, high = (edges[:, None] for edges in (np.r_[-np.inf, cuts], np.r_[cuts, np.inf]))
        finer = np.unique(np.r_[cuts, zero[(low < zero) & (zero < high)]])
        inside = middles(finer)
        piece = np.searchsorted(cuts, inside)
        on = start[piece] + slope[piece] * inside[:, None] > 0
        cuts, start, slope = finer, start[piece] * on, slope[piece] * on
    steep = (slope @ last[0])[:, 0]
    return cuts[np.abs(np.diff(steep)) > 1e-9 * np.abs(steep).max()]


def middles(cuts):
    """One point inside each of the K + 1 stretches that K ascending cuts divide the line into."""
    if not len(cuts):
        return np.zeros(1)
    return np.r_[cuts[0] - 1, (cuts[1:] + cuts[:-1]) / 2, cuts[-1] + 1]


def scattered(fan_in, fan_out, rng):
    """He's weights, and normal biases of deviation 1/2: with biases of 0 all kinks lie at x = 0."""
    return (np.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out)),
            0.5 * rng.standard_normal(fan_out))


def least_errors(y, most):
    """Errors (RMSE) of the best fits of y (N,), at equal steps, by 1, 2 ... `most` straight pieces.

    All placements are tried, even of pieces that do not meet, by dynamic programming over where the
    last one begins (Bellman 1961): so no placement does better. Returns (most,).
    """
    y, n = np.asarray(y, float), len(y)
    x = np.arange(n) - (n - 1) / 2

    def sums(values):  # [i, j]: over the points i to j - 1
        total = np.r_[0, np.cumsum(values)]
        return total - total[:, None]

    count = np.maximum(sums(np.ones(n)), 1)
    spread = sums(x * x) - sums(x) ** 2 / count
    shared = sums(x * y) - sums(x) * sums(y) / count
    left = sums(y * y) - sums(y) ** 2 / count - shared ** 2 / np.maximum(spread, 0.5)
    one = np.where(np.tri(n + 1, k=-1), np.inf, np.maximum(left, 0))
    best = [one[0]]
    for _ in range(1, most):
        best.append((best[-1][:, None] + one).min(0))
    return np.sqrt(np.maximum([row[-1] for row in best], 0) / n)


def one_layer(x, units, folds):
    """Output of one hidden layer that draws the sawtooth's first teeth, then stays at 1/2 (N,).

    f(x) = 1/2 + sum_i a_i relu(t_i - x): all kinks t_i but the last are the sawtooth's own, the
    last lies halfway to the next one, and the a_i make f follow the sawtooth up to there.
    """
    pieces = 2 ** folds
    places = np.r_[np.arange(1, units), units - 0.5] / pieces
    slopes = pieces * np.r_[(-1.0) ** np.arange(units), 0]  # of the pieces, from the left
    return 0.5 + np.maximum(places - x[:, None], 0) @ np.diff(slopes)


def best_linear(x, y, hidden_layers, rng, width=12):
    """Error (RMSE) of the best network without activation: random layers, then least squares.

    Whatever the layers before it, the last one can still make any straight line, so nothing is lost
    by drawing them at random.
    """
    h = x[:, None]
    for _ in range(hidden_layers):
        h = h @ rng.standard_normal((h.shape[1], width)) + rng.standard_normal(width)
    h = np.c_[h, np.ones(len(h))]
    return rmse(h @ np.linalg.lstsq(h, y, rcond=None)[0], y)


def rmse(found, y):
    return float(np.sqrt(np.mean((found - y) ** 2)))


@trial(
    "C08",
    claim="Non-linearity reduces the depth that a model requires and makes it more efficient with "
          "its parameters.",
    reading="For the same error a network with ReLU needs fewer layers than one without activation "
            "functions, which gets there too if it is deep enough. The task: a sawtooth of 64 "
            "straight pieces.",
    rule="holds if the best error without activations falls, by more than 1e-9, from 0 hidden "
         "layers to eight, and 12 ReLU units in one layer get as near as those eight; false if it "
         "does not fall, since then there is no depth to reduce, or if the 12 units do not get "
         "there",
    correct="Without non-linearity depth buys nothing: what one layer cannot do, no number of "
            "layers can, so there is nothing to reduce. Non-linearity makes depth pay: k layers of "
            "two ReLUs draw a sawtooth of 2^k pieces, for which one hidden layer needs 2^k - 1 "
            "units or more.",
    literature="Telgarsky 2015, Representation benefits of deep feedforward networks; Telgarsky "
               "2016, Benefits of depth in neural networks",
)
def depth_required(seeds):
    pieces, units = 2 ** FOLDS, 2 * FOLDS
    x = (np.arange(16 * pieces) + 0.5) / (16 * pieces)  # sixteen points on each piece
    y = sawtooth(x, FOLDS)
    rng = np.random.default_rng(seeds[0])
    linear = {layers: best_linear(x, y, layers, rng) for layers in (0, 1, 2, 4, 8)}
    deep = np.abs(tent_network(FOLDS).predict(x[:, None])[0, :, 0] - y).max()
    bound = least_errors(y, pieces)  # n units bend the curve n times: n + 1 pieces
    reached = [linear[0], *(rmse(one_layer(x, n, FOLDS), y) for n in range(1, pieces))]
    needed = int(np.argmax(bound < 1e-9))
    falls = linear[0] - linear[8] > 1e-9
    verdict = "holds" if falls and reached[units] <= linear[8] else "false"

    def draw():
        with figures.panels(f"One hidden layer hardly gains from {units} units; six layers of two "
                            "are exact", crossings=False) as axes:
            axes.plot(range(pieces), reached, color=figures.look("relu")[0],
                      label="one layer, built by hand")
            axes.plot(range(pieces), bound, "--", color=figures.look("tanh")[0],
                      label="one layer, at the least")
            axes.plot(units, deep, "o", ms=9, color=figures.look("sigmoid")[0],
                      label="six layers of two")
            axes.set(xlabel="ReLU units", ylabel="error (RMSE)")

    return Outcome(
        verdict,
        {**{f"no activation, {layers} hidden layers": error for layers, error in linear.items()},
         "12 ReLUs in six layers, largest error": deep, "12 ReLUs in one layer, at least":
         bound[units], "12 ReLUs in one layer, reached": reached[units],
         "units that one layer needs": needed},
        f"Without activations the best error is {linear[0]:.3f} with 0 hidden layers and "
        f"{linear[8]:.3f} with eight. {units} ReLUs in six layers "
        f"{'are exact' if deep < 1e-9 else f'err by {deep:.3f}'}; in one layer, with as many "
        f"parameters, they err by {bound[units]:.3f} at the least ({reached[units]:.3f} is "
        f"reached), and to be exact it needs {needed} units or more.", draw=draw)


@cache
def learned(folds, seeds, epochs=20):
    """Networks of 6 x 20 ReLUs that learn the sawtooth of 2^folds pieces from 1,200 points.

    The input runs from -1 to 1. Each seed keeps the rate that does best on 400 validation points.
    Returns the data, the networks, and their errors (RMSE) on 400 test points (seeds,).
    """
    points = data.signals(lambda x: sawtooth((x + 1) / 2, folds), n=2000, seed=seeds[0])
    run = training.train(points, "relu", seeds=seeds, hidden=DEEP, rate=RATES, init=scattered,
                         loss="squared_error", epochs=epochs, batch=32, dtype=np.float64)
    best = np.nan_to_num(run.val_loss.values.min(-1), nan=np.inf).argmin(0)
    found = [run.network(rate=RATES[rate], seed=seed)
             for rate, seed in zip(best, seeds, strict=True)]
    return points, found, run.test_score.values[best, np.arange(len(seeds))]


def nearby(off, seeds):
    """Training that starts near the network that draws the sawtooth of 64 pieces exactly.

    Every weight and bias of that network is multiplied by a number between 1 - off and 1 + off.
    Returns the errors (RMSE) on test points, as shares of the straight line's, before and after
    training (seeds,); of two rates each seed keeps the one that validation data prefer.
    """
    points = data.signals(lambda x: sawtooth(x, FOLDS), (0, 1), n=2000, seed=seeds[0])

    def start(seed):
        rng = np.random.default_rng([seed, 1])
        exact = [w[0] for layer in tent_network(FOLDS).layers for w in (layer.W, layer.b)]
        return [w * (1 + rng.uniform(-off, off, w.shape)) for w in exact]

    def before(seed):
        stack = tent_network(FOLDS)
        stack.weights[0] = np.concatenate([w.ravel() for w in start(seed)])
        return rmse(stack.predict(points.x_test)[0], points.y_test)

    run = training.train(points, "relu", seeds=seeds, hidden=(2,) * FOLDS, rate=[1e-4, 1e-3],
                         weights=start, loss="squared_error", epochs=24, batch=32,
                         dtype=np.float64)
    best = np.nan_to_num(run.val_loss.values.min(-1), nan=np.inf).argmin(0)
    after = run.test_score.values[best, np.arange(len(seeds))]
    return np.array([before(seed) for seed in seeds]) / straight(points), after / straight(points)


def joined(points):
    """Test error (RMSE) of joining neighbouring training points by straight lines."""
    order = points.x_train[:, 0].argsort()
    return rmse(np.interp(points.x_test[:, 0], points.x_train[order, 0], points.y_train[order, 0]),
                points.y_test[:, 0])


def straight(points):
    """Test error (RMSE) of the straight line that fits the training points best."""
    line = np.polyfit(points.x_train[:, 0], points.y_train[:, 0], 1)
    return rmse(np.polyval(line, points.x_test[:, 0]), points.y_test[:, 0])


@trial(
    "C09",
    claim="Activation functions let networks learn complex patterns.",
    reading="ReLU networks of 120 units in six layers learn from examples what a straight line, "
            "all that is left without activations, cannot follow: a sawtooth of 8 straight pieces, "
            "and one of 64, which 12 units in six layers can draw exactly.",
    rule="a curve counts as learned where the error on test data is below a quarter of the best "
         "straight line's by three standard errors, and as not learned where it is above by as "
         "many; holds if both curves are learned; holds if (the curve is simple): the one of 8 "
         "pieces and not that of 64; false: neither",
    correct="They let networks express complex patterns; what training finds is far less. With "
            "these networks and this budget (20 passes through 1,200 examples) 8 pieces are "
            "learned and 64 are not. Random ReLU networks have about as many pieces as units, "
            "whatever their depth, and training changes that little.",
    literature="Hanin & Rolnick 2019, Complexity of linear regions in deep networks; Hanin & "
               "Rolnick 2019, Deep ReLU networks have surprisingly few activation patterns",
)
def complex_patterns(seeds):
    found = {2 ** folds: learned(folds, tuple(seeds)) for folds in (3, FOLDS)}
    left = {pieces: statistics.interval(100 * errors / straight(points))
            for pieces, (points, _, errors) in found.items()}  # % of the straight line's error
    against = tuple(statistics.compare(left[pieces].shifted(-25)) for pieces in found)
    verdict = {("less", "less"): "holds", ("less", "more"): "holds if",
               ("more", "more"): "false"}.get(against, "undecided")
    fresh = networks.Stack(["relu"] * len(seeds), (1, *DEEP, 1), loss="squared_error",
                           dtype=np.float64)
    fresh.initialise([scattered] * len(seeds), seeds)
    before = statistics.interval([len(kinks(fresh, s)) + 1 for s in range(len(seeds))])
    after = {pieces: statistics.interval([len(kinks(network)) + 1 for network in trained])
             for pieces, (_, trained, _) in found.items()}
    control = {pieces: 100 * joined(points) / straight(points)
               for pieces, (points, _, _) in found.items()}

    def draw():
        with figures.panels("The same networks follow 8 pieces, and do not find 64", columns=2,
                            crossings=False, digits=2) as both:
            for axes, (pieces, (_, trained, errors)) in zip(both, found.items(), strict=True):
                x = np.linspace(-1, 1, 1025)
                middle = np.argsort(errors)[len(errors) // 2]
                axes.plot(x, sawtooth((x + 1) / 2, int(np.log2(pieces))), lw=1, color="#555555",
                          label="to be learned")
                axes.plot(x, trained[middle].predict(x[:, None])[0, :, 0], label="network",
                          color=figures.look("sigmoid")[0])
                axes.set_title(f"{pieces} pieces")
                axes.set(xlabel="input $x$", ylabel="output", ylim=(-0.4, 1.1))
                axes.legend(loc="lower center", ncols=2)

    return Outcome(
        verdict,
        {**{f"error left, {pieces} pieces (%)": one for pieces, one in left.items()},
         **{f"joining the examples, {pieces} pieces (%)": one for pieces, one in control.items()},
         "pieces before training": before,
         **{f"pieces after training on {pieces}": one for pieces, one in after.items()}},
        f"Of the straight line's error {left[8].mean:.0f} % is left with 8 pieces, "
        f"{left[64].mean:.0f} % with 64. Joining neighbouring examples by lines would leave "
        f"{control[64]:.0f} % of the latter, so the examples suffice. The networks themselves have "
        f"{before.mean:.0f} pieces before training, {after[8].mean:.0f} after learning the first "
        f"curve and {after[64].mean:.0f} after the second.",
        seeds=len(seeds),
        tuned=f"the rate of each network, out of {len(RATES)}, on validation data",
        draw=draw, condition="the curve is simple" if verdict == "holds if" else "")
