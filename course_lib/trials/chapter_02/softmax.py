"""Softmax: shares that sum to one, the derivative that pages shorten, and what its shares mean."""

from dataclasses import replace

import numpy as np

from ... import activations, data, figures, statistics, training
from ...threads import one_blas_thread
from .. import Outcome, trial
from . import calibration

softmax = activations.get("softmax")
sigmoid = activations.get("sigmoid")


@trial(
    "C22",
    claim="Softmax turns scores into probabilities that sum to one.",
    reading="Of any finite scores it makes numbers from 0 to 1 with the sum 1, up to rounding; "
            "only differences of scores count; and of two classes one gets the sigmoid of the "
            "difference.",
    rule="holds if, over 2,000 random sets of 2 to 100 scores between -1,000 and 1,000, no share "
         "is below 0, no sum further than 1e-12 from 1, no share changed by more than 1e-12 when "
         "a constant is added to all scores, and two classes within 1e-15 of the sigmoid of the "
         "difference; false otherwise",
    correct="Yes. What is added to all scores drops out, so the largest may be subtracted first: "
            "no exponential then overflows, and nothing else changes. Whether the shares are "
            "probabilities in any further sense is another question.",
    literature="Bridle 1990, Probabilistic interpretation of feedforward classification network "
               "outputs",
)
def shares(seeds):
    worst = {"lowest share": 0.0, "sum": 0.0, "shift": 0.0, "two classes": 0.0}
    for seed in seeds:
        rng = np.random.default_rng([seed, 22])
        for size in (2, 3, 10, 100):
            z = np.round(rng.uniform(-1000, 1000, (50, size)), 3)
            z *= rng.choice([1e-3, 1], (50, 1))  # some nearly equal, others far apart
            s = softmax.f(z)
            # Whole constants of this size cost the scores no more than their 13th decimal.
            shifted = softmax.f(z + rng.integers(-1000, 1000, (50, 1)))
            seen = {"lowest share": -s.min(), "sum": abs(s.sum(1) - 1).max(),
                    "shift": abs(shifted - s).max()}
            if size == 2:
                seen["two classes"] = abs(s[:, 0] - sigmoid.f(z[:, 0] - z[:, 1])).max()
            worst.update({name: max(worst[name], one) for name, one in seen.items()})
    good = (worst["lowest share"] <= 0 and max(worst["sum"], worst["shift"]) <= 1e-12
            and worst["two classes"] <= 1e-15)

    def told(name, limit):
        return f"{'at most' if worst[name] <= limit else 'more than'} {limit:.0e}"

    return Outcome(
        "holds" if good else "false",
        {"sum - 1, largest": worst["sum"], "change by a constant, largest": worst["shift"],
         "two classes against the sigmoid, largest": worst["two classes"]},
        f"Sums differ from 1 by {told('sum', 1e-12)}; a constant added to all scores changes a "
        f"share by {told('shift', 1e-12)}; two classes differ from the sigmoid of the difference "
        f"by {told('two classes', 1e-15)}.")


def _diagonal_vjp(z, g, axis):
    s = softmax.raw_f(z, axis)
    return g * s * (1 - s)


diagonal = activations.Activation(
    "softmax, diagonal only", softmax.raw_f, vjp=_diagonal_vjp, kind="vector")
HEADS = {"full": softmax, "diagonal only": diagonal}
LOSSES = {"cross-entropy": "crossentropy", "squared error": "squared_error"}
RATES = [0.003, 0.01, 0.03, 0.1]
TUNING_SEEDS = [10**6 + k for k in range(3)]  # never used by a trial's own measurement


def by_differences(z, g, step=1e-5):
    """The gradient of sum(g * softmax(z)) with respect to z (N, K), by central differences."""
    columns = [(g * (softmax.f(z + one) - softmax.f(z - one))).sum(1) / (2 * step)
               for one in step * np.eye(z.shape[1])]
    return np.stack(columns, 1)


def fit(head, loss, seeds, rate):
    """Networks with 32 ReLU units on the digits, Adam, 10 epochs."""
    return training.train(data.digits(), "relu", seeds=seeds, hidden=(32,), rate=rate,
                          epochs=10, head=HEADS[head], loss=LOSSES[loss])


def accuracies(head, loss, seeds):
    """Test accuracy (%) of networks (S,) at the rate with the lowest validation loss."""
    tuned = fit(head, loss, TUNING_SEEDS, RATES).val_loss.values.min(-1).mean(-1)
    run = fit(head, loss, seeds, RATES[np.nan_to_num(tuned, nan=np.inf).argmin()])
    digits = data.digits()
    return np.array([100 * (run.network(seed=seed).predict(digits.x_test)[0].argmax(1)
                            == digits.y_test).mean() for seed in seeds])


@trial(
    "C24",
    claim="The derivative of softmax is s (1 - s).",
    reading="To pass a gradient back through a softmax it is enough to multiply it, class by "
            "class, with s (1 - s): what comes out is right to within a tenth of its length.",
    rule="for 10 random scores and a random gradient from above, 100 times a seed: holds if what "
         "is missing against central differences is less than a tenth of the true length on "
         "average, false if more, by three standard errors. (How networks fare that are trained "
         "with it is shown beside this and has no say in the verdict.)",
    correct="It is a full matrix: share i changes with score j by s_i (delta_ij - s_j), where "
            "delta_ij is 1 for i = j and else 0. s (1 - s) is its diagonal alone. Rows sum to "
            "0 (a constant added to all scores changes nothing), columns too (one share grows only "
            "at the others' expense); the diagonal alone knows neither.",
    literature="Bridle 1990, Training stochastic model recognition algorithms as networks can lead "
               "to maximum mutual information estimation of parameters; Bishop 2006, Pattern "
               "recognition and machine learning, eq. 4.106",
)
def derivative(seeds):
    missing, cosine, wrong = [], [], 0.0
    for seed in seeds:
        rng = np.random.default_rng([seed, 24])
        z, g = rng.standard_normal((2, 100, 10))
        true, short = by_differences(z, g), diagonal.vjp(z, g)
        length, own = (np.linalg.norm(one, axis=1) for one in (true, short))
        wrong = max(wrong, abs(softmax.vjp(z, g) - true).max())
        missing.append((np.linalg.norm(short - true, axis=1) / length).mean())
        cosine.append(((short * true).sum(1) / (own * length)).mean())
    missing, cosine = statistics.interval(missing), statistics.interval(cosine)
    against = statistics.compare(missing.shifted(-0.1))
    found = {(loss, head): accuracies(head, loss, seeds) for loss in LOSSES for head in HEADS}
    good = {key: int((values > 90).sum()) for key, values in found.items()}

    def draw():
        figures.accuracies(
            [f"{loss}, {head}" for loss, head in found], list(found.values()), chance=10, grain=10,
            xlabel="test accuracy (%)",
            title="Ruinous with one loss, harmless with the other")

    return Outcome(
        {"more": "false", "less": "holds"}.get(against, "undecided"),
        {"full matrix, largest error": wrong, "diagonal, missing share of the length": missing,
         "diagonal, cosine": cosine,
         **{f"{loss}, {head}, networks above 90 %": count
            for (loss, head), count in good.items()}},
        "The full matrix agrees with central differences to "
        f"{'within' if wrong <= 1e-9 else 'no better than'} 1e-9. The diagonal alone misses "
        f"{100 * missing.mean:.0f} % of the length (95 % interval {100 * missing.low:.0f} to "
        f"{100 * missing.high:.0f}). Trained networks that read 90 % of the test digits: " +
        "; ".join(f"{loss}, {head} {count} of {len(seeds)}"
                  for (loss, head), count in good.items()) + ".",
        seeds=len(seeds), tuned=f"for training, the rate of each, out of {len(RATES)}, on "
                                f"validation digits with {len(TUNING_SEEDS)} other seeds",
        draw=draw)


SIZES = (1, 10, 100, 1000)
MARGIN = 0.05


def sure_and_right(run, digits, seeds, **labels):
    """Of the largest share on test digits: calibration error, that with a temperature, and excess.

    Each (S,). A network's temperature is fitted on its validation digits; the excess is how much
    surer it is on average, before that, than it is right.
    """
    found = []
    for seed in seeds:
        network = run.network(seed=seed, **labels)
        T = calibration.temperature(network.predict(digits.x_val)[0], digits.y_val)
        scores = network.predict(digits.x_test)[0]
        right = scores.argmax(1) == digits.y_test
        sure, warm = (softmax.f(scores / t).max(1) for t in (1.0, T))
        found.append([calibration.error(sure, right), calibration.error(warm, right),
                      sure.mean() - right.mean()])
    return np.array(found).T


def sure_of_noise(run, seeds, **labels):
    """Mean largest share (S, sizes) for 100 random directions, as long as a digit and longer."""
    rng = np.random.default_rng(23)
    noise = rng.standard_normal((100, 64))
    noise *= 8 / np.linalg.norm(noise, axis=1, keepdims=True)  # 64 pixels of variance 1
    return np.array([[softmax.f(run.network(seed=seed, **labels).predict(size * noise)[0])
                      .max(1).mean() for size in SIZES] for seed in seeds])


def mislabelled(digits, share, seed=0):
    """The same digits with this share of all labels, test labels too, replaced by another."""
    rng, labels = np.random.default_rng(seed), {}
    for part in data.PARTS:
        y = getattr(digits, f"y_{part}")
        other = (y + rng.integers(1, 10, len(y))) % 10
        labels[f"y_{part}"] = np.where(rng.permutation(len(y)) < share * len(y), other, y)
    return replace(digits, **labels)


@trial(
    "C23",
    claim="Each softmax output represents the likelihood of its class.",
    reading="A network that is 80 % sure is right in about 80 % of such cases: on digits like "
            "those it learned from, where a fifth of all labels is wrong, and on no digit at all.",
    rule="stated and true share agree if they differ by less than 0.05: on test digits and among "
         "wrong labels by expected calibration error (ten bins); on noise 1,000 times as long as a "
         "digit, where no class is right more often than one in ten, by how far the mean largest "
         "share exceeds 0.1. Three standard errors each. Holds if all three agree; holds if "
         "(where): some do, the others do not; false: none does",
    correct="It is a score in the form of a share. It comes near a probability where the network "
            "fits well and the input is like its training data. Overfitted to wrong labels it "
            "does not; far out a ReLU network's largest share tends to 1, whatever is shown.",
    literature="Guo, Pleiss, Sun & Weinberger 2017, On calibration of modern neural networks; "
               "Hein, Andriushchenko & Bitterwolf 2019, Why ReLU networks yield high-confidence "
               "predictions far away from the training data and how to mitigate the problem",
)
@one_blas_thread()
def word_of_a_softmax(seeds):
    digits, noisy = data.digits(), mislabelled(data.digits(), 0.2)
    clean = training.train(digits, ["relu", "tanh"], seeds=seeds, hidden=(32, 32), rate=0.003,
                           epochs=20)
    over = training.train(noisy, "relu", seeds=seeds, hidden=(64, 64), rate=0.01, epochs=40,
                          keep="last")
    near, *_ = sure_and_right(clean, digits, seeds, activation="relu")
    wrong, repaired, excess = sure_and_right(over, noisy, seeds)
    far = {name: sure_of_noise(clean, seeds, activation=name) for name in ("relu", "tanh")}
    gaps = {"on test digits": statistics.interval(near),
            "with a fifth of the labels wrong": statistics.interval(wrong),
            "far from all digits": statistics.interval(far["relu"][:, -1] - 0.1)}
    against = {where: statistics.compare(gap.shifted(-MARGIN)) for where, gap in gaps.items()}
    passed = [where for where, one in against.items() if one == "less"]
    failed = [where for where, one in against.items() if one == "more"]
    verdict = "undecided"
    if len(passed) + len(failed) == len(gaps):
        verdict = "holds" if not failed else "holds if" if passed else "false"

    def draw():
        note = "Mean of 10 networks, 100 random directions; bars: 95 % intervals"
        with figures.panels("The further from any digit, the surer the ReLU network",
                            note=note, grain=0.2) as axes:
            for name, (colour, dash) in zip(far, figures.looks(list(far)), strict=True):
                each = [statistics.interval(column) for column in far[name].T]
                axes.errorbar(SIZES, [one.mean for one in each],
                              yerr=[[one.mean - one.low for one in each],
                                    [one.high - one.mean for one in each]],
                              color=colour, ls=dash, marker="o", capsize=3, label=name)
            axes.set(xscale="log", xlabel="length of the input (a digit's is 1)", ylim=(0, 1.05),
                     ylabel="largest share, on average")
            axes.legend()

    limit = statistics.compare(statistics.interval(far["relu"][:, -1]).shifted(-0.99)) == "more"
    helped = statistics.compare(statistics.paired(wrong, repaired)) == "more"
    still = statistics.compare(statistics.interval(repaired).shifted(-MARGIN)) == "more"
    return Outcome(
        verdict,
        {**{f"stated against true, {where}": gap for where, gap in gaps.items()},
         "with a fifth of the labels wrong, with a temperature": statistics.interval(repaired),
         "with a fifth of the labels wrong, surer than right by": statistics.interval(excess),
         **{f"largest share, {name}, {size} times as long": statistics.interval(column)
            for name, one in far.items() for size, column in zip(SIZES, one.T, strict=True)}},
        f"Off by less than {MARGIN}: {', '.join(passed) or 'nowhere'}; off by more: "
        f"{', '.join(failed) or 'nowhere'}. A temperature {'lessens' if helped else 'leaves'} the "
        f"error among wrong labels; it is then {'still' if still else 'not'} above {MARGIN}. "
        f"Shown noise 1,000 times as long as a digit, ReLU networks are {'' if limit else 'not '}"
        "more than 99 % sure.",
        seeds=len(seeds), tuned="nothing; temperatures on validation digits", draw=draw,
        condition=f"it is asked {' or '.join(passed)}" if verdict == "holds if" else "")
