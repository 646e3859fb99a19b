"""What a unit is: a weighted sum and a function; and what it is said to resemble."""

import numpy as np

from ... import activations, figures, networks, optimisers, statistics
from .. import Outcome, trial

relu = activations.get("relu")


# ---- C10: a gate

GATES = ("binary_step", "relu", "soft_shrink", "leaky_relu", "elu", "softplus", "sigmoid", "tanh",
         "gelu", "silu")


def shut(function, seed, count=10_000):
    """The share of `count` normal pre-activations for which the function is exactly 0."""
    return (function.f(np.random.default_rng(seed).standard_normal(count)) == 0).mean()


@trial(
    "C10",
    claim="An activation function decides whether a neuron is activated or not, like a gate.",
    reading="For part of the pre-activations that occur, here drawn from a normal distribution, "
            "the function shuts the unit off: its output is exactly 0.",
    rule="a function shuts units off if it does so for more than 1 % of the pre-activations by "
         "three standard errors, and lets all through if for none. Holds if all of ten common "
         "functions shut units off; holds if (it is one of these): some do and the others let all "
         "through; false: none does",
    correct="Only functions that are zero on a whole stretch (the step, ReLU, shrinkage) shut "
            "anything off. Sigmoid, tanh, GELU and ELU always pass something on. A true gate "
            "multiplies a signal by a number between 0 and 1, as in LSTM and gated linear units.",
    literature="Hendrycks & Gimpel 2016, Gaussian error linear units; Dauphin et al. 2017, "
               "Language modeling with gated convolutional networks",
)
def a_gate(seeds):
    shares = {name: 100 * np.array([shut(activations.get(name), seed) for seed in seeds])
              for name in GATES}
    found = {name: statistics.interval(values) for name, values in shares.items()}
    shutting = [name for name in GATES
                if statistics.compare(found[name].shifted(-1)) == "more"]
    passing = [name for name in GATES if not shares[name].any()]
    if len(shutting) + len(passing) < len(GATES):
        verdict = "undecided"
    else:
        verdict = "holds" if not passing else "holds if" if shutting else "false"
    condition = (f"the function is zero on a whole stretch (here {', '.join(shutting)})"
                 if verdict == "holds if" else "")
    told = ", ".join(f"{name} {found[name].mean:.0f} %" for name in shutting) or "none"
    return Outcome(
        verdict, {f"{name}, share of zeros (%)": one for name, one in found.items()},
        f"Exactly zero outputs: {told}. Not a single one: {', '.join(passing) or 'none'}.",
        seeds=len(seeds), condition=condition)


# ---- C11: a neuron

CURVES = ("relu", "softplus", "sigmoid", "tanh")


def firing_rates(currents, duration=1.0, step=1e-4, tau=0.02, refractory=0.002):
    """Steady rates (Hz) of leaky integrate-and-fire neurons at constant currents (N,), simulated.

    The voltage v leaks, tau dv/dt = current - v. Where it reaches 1 the neuron fires; v is then
    held at 0 for `refractory` seconds. A current of 1 just drives v to 1. A rate is counted from a
    neuron's first spike to its last, and is 0 where there are fewer than two. Source: Gerstner,
    Kistler, Naud & Paninski 2014, Neuronal Dynamics, sec. 1.3.
    """
    currents = np.asarray(currents, float)
    v, rest, spikes, first, last = np.zeros((5, len(currents)))
    leak = np.exp(-step / tau)
    for now in step * np.arange(1, round(duration / step) + 1):
        v = np.where(rest > step / 2, 0, currents + (v - currents) * leak)
        rest -= step
        fires = v >= 1
        first[spikes == 0] = now  # stands still from the first spike on
        spikes += fires
        v[fires], rest[fires], last[fires] = 0, refractory, now
    return np.where(spikes > 1, (spikes - 1) / np.where(spikes > 1, last - first, 1), 0)


def fitted(function, currents, rates):
    """height * f(weight * (current - threshold)), the three numbers chosen to be nearest the rates.

    Returns its root mean squared error as a share of the highest rate, and its values (N,).
    """
    from scipy.optimize import minimize  # imported here: it would slow down `import course_lib`

    def curve(log_weight, threshold):
        values = function.f(np.exp(min(log_weight, 8)) * (currents - threshold))
        return values * (values @ rates) / max(values @ values, 1e-300)

    def error(numbers):
        return np.sqrt(np.mean((curve(*numbers) - rates) ** 2)) / rates.max()

    grid = [(log_weight, threshold) for log_weight in np.linspace(-2, 4, 13)
            for threshold in np.linspace(-1, currents[-1], 17)]
    best = minimize(error, min(grid, key=error), method="Nelder-Mead",
                    options={"xatol": 1e-5, "fatol": 1e-9})
    return best.fun, curve(*best.x)


@trial(
    "C11",
    claim="A unit mimics the firing of a biological neuron.",
    reading="The steady firing rate of a simple model neuron (leaky integrate-and-fire) follows "
            "from its input current as a unit's output follows from its input, up to stretching "
            "both axes and shifting the current.",
    rule="for currents up to twice the threshold, four common functions are fitted to simulated "
         "rates. Holds if the nearest errs by less than 1 % of the highest rate (root mean "
         "square); holds if (a rough likeness will do): if not, but some err at most half as much "
         "as a straight line; false: none does",
    correct="Only loosely: a threshold, then a rise that bends down. ReLU, softplus and sigmoid "
            "resemble that, none exactly; tanh, which goes below zero, does no better than a "
            "straight line. Over a wider range of currents tanh is the nearest. And a neuron's "
            "spikes have a timing, a unit's output has none.",
    literature="Gerstner, Kistler, Naud & Paninski 2014, Neuronal Dynamics, ch. 1; Glorot, Bordes "
               "& Bengio 2011, Deep sparse rectifier neural networks, fig. 1",
)
def a_neuron(seeds):
    found = {}
    for most in (2, 8):
        currents = np.linspace(0, most, 161)
        rates = firing_rates(currents)
        found[most] = {name: fitted(activations.get(name), currents, rates)
                       for name in ("identity", *CURVES)}
    errors = {most: {name: 100 * error for name, (error, _) in fits.items()}
              for most, fits in found.items()}
    near = errors[2]
    rough = [name for name in CURVES if near[name] <= near["identity"] / 2]
    verdict = ("holds" if min(near[name] for name in CURVES) < 1
               else "holds if" if rough else "false")
    condition = (f"a rough likeness of steady rates will do (here of {', '.join(rough)})"
                 if verdict == "holds if" else "")

    def draw():
        currents = np.linspace(0, 2, 161)
        with figures.panels("The model neuron: silent up to a threshold, then a rise that bends",
                            note="Dots: simulated; curves: the nearest of each kind") as axes:
            for name in ("relu", "sigmoid", "tanh"):
                colour, dash = figures.look(name)
                axes.plot(currents, found[2][name][1], color=colour, ls=dash, label=name)
            axes.plot(currents[::4], firing_rates(currents[::4]), "o", ms=4, color="#555555",
                      label="neuron")
            axes.set(xlabel="current (1: the threshold)", ylabel="rate (spikes a second)")

    told = ", ".join(f"{name} {near[name]:.1f} %" for name in CURVES)
    return Outcome(
        verdict,
        {f"{'straight line' if name == 'identity' else name}, currents up to {most}, error (%)": one
         for most, some in errors.items() for name, one in some.items()},
        f"Error of the nearest curve: {told} of the highest rate; of the nearest straight line "
        f"{near['identity']:.1f} %. With currents up to 8 thresholds: relu "
        f"{errors[8]['relu']:.1f} %, sigmoid {errors[8]['sigmoid']:.1f} %, tanh "
        f"{errors[8]['tanh']:.1f} %, line {errors[8]['identity']:.1f} %.",
        draw=draw, condition=condition)


# ---- C12: behind one weighted sum

def behind_a_sum(name):
    """Layers whose function f works behind the weighted sums x W + b."""
    function = activations.get(name)
    vector = function.kind == "vector"
    return lambda x, W, b: function.f(x @ W + b, *([-1] if vector else []))


LAYERS = {name: behind_a_sum(name) for name in
          ("relu", "tanh", "gelu", "softmax", "maxout", "swiglu")}
LAYERS["relu before the weights"] = lambda x, W, b: relu.f(x) @ W + b


def directions(layer, seed, inputs=6, sums=8, points=500, h=1e-8):
    """In how many directions of its input space one output of a layer changes.

    A unit f(w.x + b) changes along w alone, so that all its gradients are multiples of w. The
    number is the rank of the first output's gradients at random points, by central differences; h
    is small, lest a step should cross a kink.
    """
    rng = np.random.default_rng(seed)
    W, b = rng.standard_normal((inputs, sums)), rng.standard_normal(sums)
    x = rng.standard_normal((points, inputs))
    steps = h * np.eye(inputs)
    gradients = np.stack([layer(x + step, W, b)[:, 0] - layer(x - step, W, b)[:, 0]
                          for step in steps], axis=1) / (2 * h)
    return int(np.linalg.matrix_rank(gradients, tol=1e-5 * np.linalg.norm(gradients)))


@trial(
    "C12",
    claim="An activation is applied after the weighted sum: every unit is f(w.x + b).",
    reading="Each output of the layers in common use is a function of one weighted sum of the "
            "layer's inputs, so that it changes along one direction of the input space alone.",
    rule="each of seven layers is given ten sets of random weights and six inputs, and the "
         "directions along which its first output changes are counted. Holds if there is at most "
         "one for all; holds if (the layer is one of these): for some, and several for the others; "
         "false: for none. A layer that differs from set to set: undecided",
    correct="Usual, not universal. Softmax, maxout and gated linear units use several sums for one "
            "output; residual networks with pre-activation apply the function before the weights; "
            "last layers often have none.",
    literature="Goodfellow et al. 2013, Maxout networks; He et al. 2016, Identity mappings in deep "
               "residual networks; Shazeer 2020, GLU variants improve transformer",
)
def after_the_sum(seeds):
    counts = {name: [directions(layer, seed) for seed in seeds] for name, layer in LAYERS.items()}
    single = [name for name, some in counts.items() if max(some) <= 1]
    several = [name for name, some in counts.items() if min(some) > 1]
    if len(single) + len(several) < len(counts):
        verdict = "undecided"
    else:
        verdict = "holds" if not several else "holds if" if single else "false"
    condition = (f"the function works on each sum alone and behind it (here {', '.join(single)})"
                 if verdict == "holds if" else "")
    told = ", ".join(f"{name} {max(counts[name])}" for name in several) or "none"
    return Outcome(
        verdict, {f"{name}, directions": max(some) for name, some in counts.items()},
        f"One direction: {', '.join(single) or 'none'}. Several, of six: {told}.",
        seeds=len(seeds), condition=condition)


# ---- C13: who adjusts the weights

def backward_and_steps(seeds, hidden, rate=1e-3, nudge=1e-6):
    """Backpropagation, checked by nudging each weight, then one step of SGD and one of Adam.

    tanh networks 3-hidden-2 in float64, a seed each, on eight random examples. Returns arrays
    (seeds,): the largest error of the gradient as a share of its largest entry; whether the
    backward pass moved a weight; the cosine between the two optimisers' steps from this one
    gradient; and whether the loss fell after both.
    """
    stack = networks.Stack([["tanh"] * len(hidden)] * len(seeds), (3, *hidden, 2),
                           loss="squared_error", dtype=np.float64)
    stack.initialise(["glorot"] * len(seeds), seeds)
    rngs = [np.random.default_rng([seed, 0]) for seed in seeds]
    x, y = (np.stack([rng.standard_normal((8, width)) for rng in rngs]) for width in (3, 2))
    start = stack.weights.copy()
    loss = stack.loss_and_gradient(x, y)
    gradient, moved = stack.gradient.copy(), (stack.weights != start).any(1)

    def loss_at(weights):
        stack.weights[:] = weights
        return stack.loss_and_gradient(x, y)

    slopes = np.stack([loss_at(start + step) - loss_at(start - step)
                       for step in nudge * np.eye(stack.P)], axis=1) / (2 * nudge)
    error = np.abs(gradient - slopes).max(1) / np.abs(slopes).max(1)
    ends, fell = [], np.full(len(seeds), True)
    for optimiser in (optimisers.SGD, optimisers.Adam):
        weights = start.copy()
        optimiser(weights).step(weights, gradient.copy(), np.full(len(seeds), rate))
        ends.append(weights - start)
        fell &= loss_at(weights) < loss
    sgd, adam = ends
    cosine = (sgd * adam).sum(1) / np.linalg.norm(sgd, axis=1) / np.linalg.norm(adam, axis=1)
    return error, moved, cosine, fell


@trial(
    "C13",
    claim="Networks have three primary layers; data move forward, and backpropagation adjusts the "
          "weights.",
    reading="There is an input, a hidden part and an output; and it is backpropagation that "
            "settles how the weights move.",
    rule="in networks of one hidden layer and of four: false if the gradient of backpropagation is "
         "off by more than 1e-6 of its largest entry. Else holds if the backward pass moves a "
         "weight, or two optimisers, SGD and Adam, step in the same direction from the same "
         "gradient (cosine above 0.99 by three standard errors); holds if (an optimiser's step is "
         "counted in): no weight moves, the directions differ (below 0.99 by as many), and after "
         "either step every loss is lower. Anything else: undecided",
    correct="There are three kinds of layer; the hidden ones may be many. Backpropagation computes "
            "the gradient, the slope of the loss for each weight. The optimiser adjusts the "
            "weights, and another optimiser does so in another way.",
    literature="Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating "
               "errors; Kingma & Ba 2015, Adam",
)
def who_adjusts(seeds):
    one, four = (backward_and_steps(list(seeds), hidden) for hidden in ((5,), (5, 5, 5, 5)))
    error, moved, cosine, fell = (np.stack(pair) for pair in zip(one, four, strict=True))
    alike = [statistics.interval(row) for row in cosine]
    against = [statistics.compare(each.shifted(-0.99)) for each in alike]
    if error.max() > 1e-6:
        verdict = "false"
    elif moved.any() or against == ["more", "more"]:
        verdict = "holds"
    elif against == ["less", "less"] and fell.all():
        verdict = "holds if"
    else:
        verdict = "undecided"
    condition = ("'backpropagation' includes the optimiser's step, and 'three layers' are three "
                 "kinds" if verdict == "holds if" else "")
    return Outcome(
        verdict,
        {"gradient, largest relative error": error.max(),
         "networks whose weights the backward pass moved": moved.sum(),
         "cosine of SGD's and Adam's steps, one hidden layer": alike[0],
         "cosine, four hidden layers": alike[1], "networks whose loss fell": fell.sum()},
        f"Backpropagation's gradient agrees with nudging every weight to "
        f"{'within' if error.max() <= 1e-6 else 'no better than'} 1e-6, and moves no weight in "
        f"{(~moved).sum()} of {moved.size} networks. From the same gradient SGD and Adam step in "
        f"directions with a cosine of {alike[0].mean:.2f} (one hidden layer) and "
        f"{alike[1].mean:.2f} (four); the loss falls after both in {fell.sum()} of {fell.size}.",
        seeds=len(seeds), condition=condition)


# ---- C14: a feature map

STEP_UP = np.array([-1.0, 1.0])  # the filter: right pixel minus left pixel


def edges(seed, pixels=120, count=20, noise=0.05):
    """A noisy row of pixels of two levels, 0 and 1: the row (N,), and its true steps (N-1,).

    It changes level `count` times, at random, up and down in turn; steps are 1, -1 or 0.
    """
    rng = np.random.default_rng(seed)
    places = np.sort(rng.choice(np.arange(1, pixels // 3), count, replace=False)) * 3
    clean = np.searchsorted(places, np.arange(pixels), side="right") % 2
    return clean + noise * rng.standard_normal(pixels), np.diff(clean)


@trial(
    "C14",
    claim="The activation makes a layer focus on features: a feature map says where a feature is "
          "present.",
    reading="A filter that matches an edge, followed by ReLU, responds (with more than half the "
            "edge's height) where there is an edge, and nowhere else.",
    rule="in ten noisy rows of pixels with steps up and steps down; a kind of step is found if "
         "more than 95 % of them are, and missed if fewer than 5 %, by three standard errors. "
         "Holds if one filter finds both kinds; holds if (each sign has its filter): it finds its "
         "own kind and misses the other, and a second filter of opposite sign finds that; false: "
         "it misses its own. More than 1 % responses elsewhere, or anything else: undecided",
    correct="ReLU behind a filter reports a positive match only. The opposite feature is lost "
            "unless a second filter, with the signs turned round, looks for it; then nothing is: "
            "x = relu(x) - relu(-x). And a response tells match times contrast, not presence.",
    literature="Shang, Sohn, Almeida & Lee 2016, Understanding and improving convolutional neural "
               "networks via concatenated rectified linear units",
)
def a_feature_map(seeds):
    rows, steps = zip(*(edges(seed) for seed in seeds), strict=True)
    matches = np.concatenate([np.correlate(row, STEP_UP, "valid") for row in rows])
    steps = np.concatenate(steps)
    up, down = relu.f(matches) > 0.5, relu.f(-matches) > 0.5
    found = {"up by its filter": statistics.share(up[steps == 1]),
             "down by the same": statistics.share(up[steps == -1]),
             "down by a second": statistics.share(down[steps == -1])}
    own, other, second = ("found" if statistics.compare(one.shifted(-0.95)) == "more"
                          else "missed" if statistics.compare(one.shifted(-0.05)) == "less"
                          else "unclear" for one in found.values())
    verdict = {("found", "found", "found"): "holds", ("found", "missed", "found"): "holds if",
               }.get((own, other, second), "false" if own == "missed" else "undecided")
    elsewhere = (up | down)[steps == 0].mean()
    verdict = "undecided" if elsewhere > 0.01 else verdict
    whispers = (relu.f(matches) > 0)[steps == 0].mean()
    lost = np.abs(matches - (relu.f(matches) - relu.f(-matches))).max()
    return Outcome(
        verdict,
        {**{f"steps {name}": one for name, one in found.items()},
         "responses elsewhere": elsewhere, "response above zero elsewhere": whispers,
         "x - (relu(x) - relu(-x))": lost},
        f"The filter for steps up finds {100 * found['up by its filter'].mean:.0f} % of them and "
        f"{100 * found['down by the same'].mean:.0f} % of the steps down; a second filter finds "
        f"{100 * found['down by a second'].mean:.0f} % of these. Elsewhere noise alone lifts the "
        f"map above zero at {100 * whispers:.0f} % of the places, though above half height at "
        f"{100 * elsewhere:.0f} %.",
        seeds=len(seeds),
        condition="each sign of a feature has its own filter" if verdict == "holds if" else "")
