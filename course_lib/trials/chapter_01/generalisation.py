"""What an activation function does for new data: where the truth is linear, and where it is not."""

from functools import cache
from itertools import product

import numpy as np

from ... import data, figures, statistics, training
from .. import Outcome, trial
from .depth import rmse

INPUTS, EXAMPLES, NOISE = 10, 60, 0.5
TRUTHS = {  # of t, a normal number; each has mean 0 and variance 1
    "linear": lambda t: t,
    "curved": lambda t: (np.abs(t) - np.sqrt(2 / np.pi)) / np.sqrt(1 - 2 / np.pi),
}
MODELS = {"identity": "no activation", "relu": "relu"}
RATES, DECAYS = [0.01, 0.03, 0.1], [0.0, 1.0, 3.0, 10.0]


def world(truth, seed):
    """60 noisy examples of ten inputs to learn from, 120 to tune on, 1,000 new ones: a `Data`.

    What is to be learned, f(x . w), depends on one direction w; its variance is 1, that of the
    noise 1/4. Equal seeds give equal inputs, directions and noise, whatever the truth.
    """
    rng = np.random.default_rng(seed)
    w = rng.standard_normal(INPUTS)
    w /= np.linalg.norm(w)
    parts = []
    for n in (EXAMPLES, 120, 1000):
        x = rng.standard_normal((n, INPUTS))
        parts += [x, TRUTHS[truth](x @ w) + NOISE * rng.standard_normal(n)]
    return data.Data(truth, *parts)


def ridge(examples):
    """Ridge regression, penalty chosen on validation data: errors (RMSE) on training and new data.

    Minimises |y - x w - b|^2 + penalty |w|^2 (Hoerl & Kennard 1970), for penalties 0.001 to 1000.
    """
    centre, level = examples.x_train.mean(0), examples.y_train.mean()
    x, y = examples.x_train - centre, examples.y_train - level

    def error(w, part):
        inputs, target = (getattr(examples, f"{name}_{part}") for name in "xy")
        return rmse((inputs - centre) @ w + level, target)

    found = [np.linalg.solve(x.T @ x + penalty * np.eye(INPUTS), x.T @ y)
             for penalty in 10.0 ** np.arange(-3, 4)]
    best = min(found, key=lambda w: error(w, "val"))
    return error(best, "train"), error(best, "test")


def tuned_networks(examples, seed):
    """The same for a network of 32 hidden units, without activation and with ReLU: a dict.

    Each is trained at three rates and with four weight decays, and may stop at any of 40 epochs:
    validation data decide. Beside the two errors stands what the best of all twelve on the new data
    would have reached there: nobody may choose so, but nothing chosen honestly does better.
    """
    runs = [training.train(examples, list(MODELS), seeds=[seed], hidden=(32,), rate=RATES,
                           weight_decay=decay, batch=20, epochs=40, loss="squared_error",
                           dtype=np.float64) for decay in DECAYS]
    found = {}
    for model in MODELS:
        tried = []
        for run, rate in product(runs, RATES):
            one = {"activation": model, "rate": rate, "seed": seed}
            if not run.diverged.sel(**one).values:
                tried.append((run.val_loss.sel(**one).values.min(),
                              float(run.test_score.sel(**one).values), run, rate))
        _, new, run, rate = min(tried, key=lambda one: one[0])
        chosen = run.network(activation=model, rate=rate, seed=seed)
        train = rmse(chosen.predict(examples.x_train)[0, :, 0], examples.y_train)
        found[model] = train, new, min(one[1] for one in tried)
    return found


@cache
def errors(truth, seeds):
    """Errors on training and new data: {"ridge": (seeds, 2), "identity": (seeds, 3), "relu": ...}.

    A seed is a world of its own: direction, examples, noise and first weights. The third column is
    described at `tuned_networks`.
    """
    rows = {"ridge": [], **{model: [] for model in MODELS}}
    for seed in seeds:
        examples = world(truth, seed)
        rows["ridge"].append(ridge(examples))
        for model, found in tuned_networks(examples, seed).items():
            rows[model].append(found)
    return {model: np.array(found) for model, found in rows.items()}


@trial(
    "C02",
    claim="Without activation functions a model's ability to generalise and to predict accurately "
          "is limited.",
    reading="Two abilities, each compared with the same network with ReLU, tuned with the same "
            "effort: without activations the error grows more from training to new data "
            "(generalising), and is larger on new data (predicting). Two worlds: what is to be "
            "learned is linear in the inputs, or curved.",
    rule="in a world the claim is right where the network without activations is worse in both "
         "abilities, and wrong where it is better in one of them, by three standard errors each; "
         "holds if it is right in both worlds; holds if (that world): in one; false: in neither",
    correct="An activation function buys capacity, not generalisation. Where the truth is linear "
            "and examples are few, the linear model predicts better; where it is curved, the one "
            "with ReLU, by far. In both ReLU's error grows more from training to new data.",
    literature="Hastie, Tibshirani & Friedman 2009, The elements of statistical learning, ch. 2 "
               "and 7; Hoerl & Kennard 1970, Ridge regression",
)
def generalise(seeds):
    found = {truth: errors(truth, tuple(seeds)) for truth in TRUTHS}
    excess, right = {}, {}  # of the network without activation over ReLU's
    for truth, of in found.items():
        lost = {model: of[model][:, 1] - of[model][:, 0] for model in MODELS}
        excess[truth] = {"loss": statistics.paired(lost["identity"], lost["relu"]),
                         "error": statistics.paired(of["identity"][:, 1], of["relu"][:, 1])}
        against = [statistics.compare(one) for one in excess[truth].values()]
        right[truth] = (False if "less" in against else
                        True if against == ["more", "more"] else None)
    held = [truth for truth, one in right.items() if one]
    verdict = ("undecided" if None in right.values() else
               {2: "holds", 1: "holds if", 0: "false"}[len(held)])

    def told(truth):
        ridge, linear, relu = (found[truth][model][:, 1].mean() for model in found[truth])
        return f"{relu:.2f} with ReLU, {linear:.2f} without (ridge regression: {ridge:.2f})"

    def lost(truth, model):
        return (found[truth][model][:, 1] - found[truth][model][:, 0]).mean()

    picked = found["linear"]["relu"][:, 2].mean()
    return Outcome(
        verdict,
        {**{f"{truth}: {what} without minus with ReLU": one
            for truth, of in excess.items() for what, one in of.items()},
         **{f"{truth}: error on new data, {model}": statistics.interval(of[:, 1])
            for truth in found for model, of in found[truth].items()},
         "linear: ReLU chosen on the new data": picked},
        f"Error on new data (of which {NOISE} is noise): where the truth is linear "
        f"{told('linear')}; where it is curved {told('curved')}. From training to new data the "
        f"error grows by {lost('linear', 'relu'):.2f} and {lost('curved', 'relu'):.2f} with ReLU, "
        f"by {lost('linear', 'identity'):.2f} and {lost('curved', 'identity'):.2f} without. (Even "
        f"chosen on the new data themselves, ReLU networks of the linear world would err by "
        f"{picked:.2f}.)",
        seeds=len(seeds),
        tuned=f"rate and weight decay (of {len(RATES) * len(DECAYS)} pairs) and when to stop, for "
              "each network, on 120 validation examples; ridge's penalty likewise",
        draw=lambda: draw(found), condition=f"the truth is {held[0]}" if verdict == "holds if"
        else "")


def draw(found):
    """Errors on training and on new data, side by side, for the two worlds."""
    with figures.panels("ReLU fits new data better only where the truth is curved", columns=2,
                        crossings=False, digits=2,
                        note="Mean of 10 worlds; bars: 95 % interval; dotted: the noise") as both:
        for axes, (truth, of) in zip(both, found.items(), strict=True):
            for column, (name, marker) in enumerate((("training data", "s"), ("new data", "o"))):
                each = [statistics.interval(of[model][:, column]) for model in MODELS]
                axes.errorbar([0, 1], [one.mean for one in each],
                              yerr=[one.high - one.mean for one in each], fmt=marker, ms=7,
                              capsize=4, lw=2, color=figures.look(("sigmoid", "tanh")[column])[0],
                              label=name)
            axes.axhline(NOISE, color="#999999", ls=":")
            axes.set_xticks([0, 1], MODELS.values())
            axes.set(xlim=(-0.5, 1.5), ylim=(0, 1.3), ylabel="error (RMSE)")
            axes.set_title(f"The truth is {truth}")
        both[0].legend(loc="upper left")
