"""Hidden layers: first weights and choices of the studies, every branch of C55, C56, C57, C63."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import activations, initialisation, networks, trials
from course_lib.evidence import (
    hidden_deep,
    hidden_deep_scores,
    hidden_layers,
    hidden_retuned,
    hidden_rivals,
    hidden_scores,
)
from course_lib.named import Named
from course_lib.statistics import Estimate
from course_lib.trials.chapter_04 import hidden

FUNCTIONS, DEPTHS, RATES = (list(hidden_layers.FUNCTIONS), hidden_layers.DEPTHS,
                            hidden_layers.RATES)


def run(id, base=0):
    return trials.trials()[id].run(base)


def estimate(mean, se=0.1):
    return Estimate(mean, se, mean - 2 * se, mean + 2 * se, 40)


# ---- the studies


@pytest.mark.parametrize("slope", [0, 0.01, 0.2, 1])
def test_he_for_a_leaky_rectifier(slope):
    """He et al. 2015, eq. 15: variance 2 / ((1 + slope^2) n)."""
    W, b = initialisation.get(hidden_layers.he_for(slope))(400, 500, np.random.default_rng(0))
    assert W.var() == pytest.approx(2 / ((1 + slope ** 2) * 400), rel=0.01) and not b.any()


def test_a_leaky_layer_keeps_the_second_moment():
    """What those weights are for: E[f(z)^2] = (1 + slope^2) / 2 for standard normal z."""
    x = np.random.default_rng(1).standard_normal((2000, 400))
    for name in ("leaky 0.01", "leaky 0.2", "relu"):
        f, init = hidden_layers.FUNCTIONS[name]
        f = activations.get(f) if isinstance(f, str) else f
        W, _ = initialisation.get(init)(400, 400, np.random.default_rng(2))
        once = f.f(x @ W)
        assert np.square(f.f(once @ W)).mean() / np.square(once).mean() == pytest.approx(1, abs=0.1)


def pure_weights(name, depth, seed):
    stack = networks.Stack(["relu"], (64, *[hidden_layers.WIDTH] * depth, 10), dtype=np.float64)
    stack.initialise([hidden_layers.FUNCTIONS[name][1]], [seed])
    return [part[0] for layer in stack.layers for part in (layer.W, layer.b)]


def test_each_layer_of_a_mixture_starts_as_its_own_function_would():
    mixed = hidden_layers._first_weights(("relu", "tanh", "relu"), 7)
    one, other = (pure_weights(name, 3, 7) for name in ("relu", "tanh"))
    for layer, source in enumerate((one, other, one, one)):  # the last layer: as the last hidden
        np.testing.assert_array_equal(mixed[2 * layer], source[2 * layer])
    assert not np.array_equal(one[2], other[2])


def test_a_mixture_takes_its_functions_in_turn():
    trained = hidden_layers.train("tanh, relu", 3, 0.01, [0, 1], epochs=1)
    names = [f.name for f in trained.network(seed=0).activations[0]]
    assert names == ["tanh", "relu", "tanh"]
    pure = hidden_layers.train("leaky 0.2", 2, 0.01, [0], epochs=1).network()
    assert [f.params["negative_slope"] for f in pure.activations[0]] == [0.2, 0.2]


def planted_run(score, best, diverged=None, loss=None):
    score, n = np.array(score, float), len(score)
    loss = np.ones((n, 40)) if loss is None else np.array(loss, float)
    named = SimpleNamespace
    return named(val_score=named(values=score), best_epoch=named(values=np.array(best)),
                 diverged=named(values=np.array(diverged or [False] * n)),
                 loss=named(values=loss))


def test_the_score_of_the_kept_weights_counts():
    found = hidden_layers.kept_scores(planted_run(
        [[0.5, 0.9, 0.8], [0.7, 0.6, 0.5], [0.9, np.nan, np.nan], [np.nan] * 3], [3, 1, 1, 0],
        [False, False, True, False]))
    np.testing.assert_array_equal(found, [0.8, 0.7, 0.1, 0.1])


def test_steps_needed():
    falling = np.r_[np.full(20, 1.0), np.zeros(20)]  # a mean of 17 at 0.25: 13 of them are zeros
    lost = np.r_[np.ones(10), np.full(30, np.nan)]
    found = hidden_layers.steps_needed(planted_run(
        [[0]] * 3, [1] * 3, loss=[falling, lost, np.ones(40)]))
    np.testing.assert_array_equal(found, [33, 41, 41])


def planted_study(monkeypatch, score, steps):
    shape = (len(FUNCTIONS) + 2, len(DEPTHS), len(RATES), 10)
    axes = {"activation": [*FUNCTIONS, *hidden_layers.MIXED], "depth": DEPTHS, "rate": RATES,
            "axis 0": list(range(10))}
    arrays = {key: Named(np.broadcast_to(np.array(row, float)[:, None], shape).copy(), axes)
              for key, row in (("val_score", score), ("steps", steps))}
    for module in (hidden_layers, hidden_scores):
        monkeypatch.setattr(module, "load", lambda name: arrays)
    return arrays


def test_rates_are_chosen_on_validation_digits_and_on_steps(monkeypatch):
    arrays = planted_study(monkeypatch, [.1, .2, .3, .9, .8, .7, .6, .5],
                           [300, 200, 100, 90, 80, 70, 90, 341])
    arrays["val_score"].values[FUNCTIONS.index("tanh"), DEPTHS.index(6)] = 0.95 * (
        np.arange(8) == 1)[:, None]
    arrays["steps"].values[FUNCTIONS.index("sigmoid"), DEPTHS.index(12)] = 341
    own, fastest = hidden_layers.own_rates(), hidden_layers.fastest_rates()
    assert own.pop(("tanh", 6)) == RATES[1] and set(own.values()) == {RATES[3]}
    assert fastest.pop(("sigmoid", 12)) == RATES[3] and set(fastest.values()) == {RATES[5]}


def test_the_rival_is_chosen_on_validation_digits(monkeypatch):
    arrays = planted_study(monkeypatch, [0.5] * 8, [1] * 8)
    arrays["val_score"].values[FUNCTIONS.index("relu")] = 0.9
    arrays["val_score"].values[FUNCTIONS.index("elu"), DEPTHS.index(12), 3] = 0.8
    arrays["val_score"].values[FUNCTIONS.index("mish"), DEPTHS.index(2), 6] = 0.7
    assert hidden.rival(12) == "elu" and hidden.rival(2) == "mish"


def planted_deep(monkeypatch):
    """Validation accuracies with 20 layers: ReLU best at the second rate, SELU next at the last."""
    names, rates = hidden_deep.NAMES, hidden_deep.RATES
    values = np.full((len(names), len(rates), 10), 0.5)
    values[names.index("relu"), 1], values[names.index("selu"), 3] = 0.9, 0.8
    axes = {"activation": names, "rate": rates, "axis 0": list(range(10))}
    monkeypatch.setattr(hidden_deep, "load", lambda name: {"val_score": Named(values, axes)})


def test_the_rival_of_twenty_layers_and_its_gain(monkeypatch):
    planted_deep(monkeypatch)
    stored = (np.arange(30.0), np.arange(30.0) + 2)
    monkeypatch.setattr(hidden_deep_scores, "accuracies", lambda: stored)
    found = hidden.deep.__wrapped__()
    assert found == ("selu", (0.002, 0.008), stored)
    monkeypatch.setattr(hidden, "deep", lambda: found)
    asked = []
    monkeypatch.setattr(hidden, "fresh", lambda *call: asked.append(call) or np.ones(2))
    one = hidden.rival_gain("selu", 20)
    assert hidden.rival(20) == "selu" and (one.n, one.mean) == (30, 2) and not asked
    one = hidden.rival_gain("selu", 20, range(10))
    assert (one.n, one.mean) == (32, 60 / 32)
    assert asked == [("relu", 20, 0.002, (0, 1)), ("selu", 20, 0.008, (0, 1))]


def test_deep_scores_are_of_todays_rates(monkeypatch):
    relu, other = hidden_deep_scores.accuracies()
    assert relu.shape == other.shape == (30,) and relu.min() > 20 and other.max() <= 100
    today = hidden_deep.own_rates()
    for name in ("relu", hidden_deep.rival()):  # the best rate lies inside the grid
        assert hidden_deep.RATES[0] < today[name] < hidden_deep.RATES[-1]
    planted_deep(monkeypatch)
    with pytest.raises(ValueError, match="at other rates than.*hidden_deep.npz"):
        hidden_deep_scores.accuracies()


def test_the_stored_rates_are_todays_and_no_seed_serves_twice():
    rates = hidden_scores.stored()["rate"]
    assert set(rates.sel(how="one rate").values.ravel()) == {hidden_layers.COMMON}
    today = hidden_layers.own_rates()
    assert all(hidden_scores.own_rate(*one) == rate for one, rate in today.items())
    assert RATES[0] < min(today.values()) and max(today.values()) < RATES[-1]
    trial_seeds = {1000 * base + k for base in range(1000) for k in range(10)}
    sets = [trial_seeds, set(hidden_layers.TUNING_SEEDS), set(hidden_scores.SEEDS)]
    assert len(set.union(*sets)) == sum(map(len, sets))


def test_scores_at_other_rates_than_todays_are_refused(monkeypatch):
    monkeypatch.setattr(hidden_layers, "own_rates", lambda: dict.fromkeys(
        ((name, depth) for name in (*FUNCTIONS, *hidden_layers.MIXED) for depth in DEPTHS), 0.016))
    with pytest.raises(ValueError, match="at other rates.*make evidence"):
        hidden_scores.stored.__wrapped__()


# ---- gains


def planted_networks(monkeypatch):
    """New networks that score 50, 60, 70 %, three points more with tanh; all calls are noted."""
    asked = []

    def fresh(*call):
        asked.append(call)
        return np.array([50.0, 60, 70])[:len(call[3])] + 3 * (call[0] == "tanh")

    monkeypatch.setattr(hidden, "fresh", fresh)
    monkeypatch.setattr(hidden_scores, "own_rate", lambda name, depth: {"tanh": 0.1}.get(name, 0.2))
    return asked


def test_a_gain_pairs_stored_seeds_and_new_ones(monkeypatch):
    stored = {"tanh": np.arange(30.0), "relu": np.arange(30.0) - 1}
    asked = planted_networks(monkeypatch)
    monkeypatch.setattr(hidden_scores, "accuracies", lambda name, depth: stored[name])
    one = hidden.gain("tanh", 12, range(10))
    assert one.n == 32 and one.mean == pytest.approx((30 * 1 + 2 * 3) / 32)
    assert asked == [("tanh", 12, 0.1, (0, 1)), ("relu", 12, 0.2, (0, 1))]
    assert hidden.gain("tanh", 12).n == 30 and len(asked) == 2
    assert hidden.gain("relu", 12, over="tanh").mean == -1


def test_three_functions_have_more_seeds_and_rates_of_their_own(monkeypatch):
    many = {name: np.arange(300.0) + place for place, name in enumerate(hidden_rivals.NAMES)}
    asked = planted_networks(monkeypatch)
    monkeypatch.setattr(hidden, "many", lambda: many)
    monkeypatch.setattr(hidden, "retuned", lambda: {"leaky 0.2": 0.3, "relu": 0.4})
    monkeypatch.setattr(hidden_scores, "accuracies", lambda name, depth: np.arange(30.0))
    leaky = hidden.gain("leaky 0.2", 12)
    assert (leaky.n, leaky.mean) == (300, 2)
    assert hidden.gain("leaky 0.2", 6).n == hidden.gain("elu", 12).n == 30
    assert hidden.gain("leaky 0.2", 12, over="tanh").n == 30 and not asked
    assert hidden.gain("leaky 0.2", 12, range(10)).n == 302
    assert asked == [("leaky 0.2", 12, 0.3, (0, 1)), ("relu", 12, 0.4, (0, 1))]


def test_the_many_seeds_are_of_todays_rates_and_nobody_elses():
    seeds = set(range(hidden_rivals.FIRST_SEED, hidden_rivals.FIRST_SEED + 300))
    tuning = {*hidden_layers.TUNING_SEEDS, *hidden_retuned.TUNING_SEEDS}
    assert len(tuning) == 110 and not seeds & {*hidden_scores.SEEDS, *tuning}
    assert min(tuning) >= 10**6 and not tuning & set(hidden_scores.SEEDS)
    scores = hidden_rivals.accuracies()
    assert all(one.shape == (300,) and 20 < one.min() and one.max() <= 100
               for one in scores.values())


def test_the_two_rates_that_are_tuned_again_are_the_sweeps_best():
    sweep = hidden_layers.load("hidden_layers")["val_score"].sel(depth=12)
    for name in hidden_retuned.NAMES:
        score = sweep.sel(activation=name).values.mean(-1)
        assert {RATES[place] for place in np.argsort(-score)[:2]} == set(hidden_retuned.RATES)


def test_rates_tuned_again(monkeypatch):
    values = np.full((3, 2, 100), 0.5)
    values[1, 1] = 0.6
    axes = {"activation": hidden_retuned.NAMES, "rate": hidden_retuned.RATES,
            "axis 0": list(range(100))}
    monkeypatch.setattr(hidden_retuned, "load", lambda name: {"val_score": Named(values, axes)})
    assert hidden_retuned.rates() == {
        "relu": 0.004, "leaky 0.01": 0.008, "leaky 0.2": 0.004}


def test_many_seeds_at_another_rate_are_refused(monkeypatch):
    monkeypatch.setattr(hidden_retuned, "rates", lambda: dict.fromkeys(hidden_retuned.NAMES, 0.1))
    with pytest.raises(ValueError, match="another rate than 0.1 for relu.*make evidence"):
        hidden_rivals.accuracies()


def test_new_networks_are_measured_in_per_cent(monkeypatch):
    asked = []

    def train(name, depth, rate, seeds):
        asked.append((name, depth, rate, seeds))
        return SimpleNamespace(test_score=SimpleNamespace(values=np.array([0.5, np.nan])))

    monkeypatch.setattr(hidden_layers, "train", train)
    np.testing.assert_array_equal(hidden.fresh.__wrapped__("elu", 6, 0.1, (1, 2)), [50, 10])
    assert asked == [("elu", 6, 0.1, [1, 2])]


@pytest.mark.parametrize("one, found", [
    (estimate(0.5), True), (estimate(0.2), False), (estimate(-3), False), (estimate(0.29), False),
    (estimate(0.8, 0.3), None), (estimate(3), True)])
def test_what_a_gain_is_worth(one, found):
    assert hidden.worth(one) is found


# ---- the rules


def planted_gains(monkeypatch, means, se=0.1, default=0.0):
    monkeypatch.setattr(hidden, "gain", lambda name, depth, seeds=(), over="relu": estimate(
        means.get((name, depth, over), means.get((name, depth), default)), se))


FAILS = {("sigmoid", depth): -80 for depth in (6, 12)}


@pytest.mark.parametrize("means, verdict, condition", [
    (FAILS, "holds if", "6 or 12 hidden layers"),
    ({("sigmoid", 12): -80, ("selu", 12): 3}, "holds if", "the network has 12 hidden layers"),
    (FAILS | {("gelu", 2): 2.5}, "holds", ""), ({}, "false", ""),
    (FAILS | {("gelu", 2): 2.1}, "undecided", ""), ({("elu", 12): -1.8}, "undecided", "")])
def test_the_rule_of_c55(monkeypatch, means, verdict, condition):
    planted_gains(monkeypatch, means)
    outcome = run("C55")
    assert outcome.verdict == verdict and outcome.condition.endswith(condition)


def test_c55_tells_and_draws_what_it_found(monkeypatch, capsys):
    planted_gains(monkeypatch, FAILS)
    outcome = run("C55")
    assert "none of ten with 2 layers; sigmoid with 6 layers; sigmoid with 12" in outcome.sentence
    assert "10 with 2 layers; 9 with 6 layers; 9 with 12 layers." in outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert "sigmoid with 12 layers lies beyond the panel." in words
    assert "sigmoid with 2 layers lies" not in words and "leaky 0.2 0.00 (" in words
    assert "sigmoid -80.00 (" in words and "6 hidden layers: across" in words


@pytest.mark.parametrize("shallow, deep, verdict, condition", [
    (0.2, 2.0, "holds if", "the network has 2 hidden layers"),
    (2.0, 0.2, "holds if", "the network has 20 hidden layers"),
    (0.2, 0.5, "holds", ""), (2, 2, "false", ""), (0.2, 1.1, "undecided", ""),
    (-3, 1.5, "holds if", "the network has 2 hidden layers")])
def test_the_rule_of_c56(monkeypatch, shallow, deep, verdict, condition):
    monkeypatch.setattr(hidden, "rival", lambda depth: {2: "silu", 20: "mish", 12: "elu"}[depth])
    monkeypatch.setattr(hidden, "rival_gain", lambda name, depth, seeds=(): estimate(
        {2: shallow, 20: deep, 12: 0.9}[depth]))
    outcome = run("C56")
    assert (outcome.verdict, outcome.condition) == (verdict, condition)
    assert "with 2 layers silu" in outcome.sentence  # 12 layers are told, and decide nothing
    assert "With 12 layers, where the rule was to be applied first, elu: undecided against 1 p" in (
        outcome.sentence)


def test_c56_draws_what_it_found(monkeypatch, capsys):
    monkeypatch.setattr(hidden, "rival_gain", lambda name, depth, seeds=(): estimate(0.2))
    run("C56").draw()
    assert "within 1 point of the best: 2 of the rule's 2 depths" in capsys.readouterr().out


@pytest.mark.parametrize("small, large, verdict", [
    (0.1, 2, "holds if"), (0.6, 2, "holds"), (0.6, 0, "holds"), (0, 0.1, "false"),
    (-2, -2, "false")])
def test_the_rule_of_c57(monkeypatch, small, large, verdict):
    planted_gains(monkeypatch, {("leaky 0.01", 12): small, ("leaky 0.2", 12): large})
    assert run("C57").verdict == verdict


@pytest.mark.parametrize("small, large", [(0.8, 3), (-2, 0.8), (0.8, 0.8)])
def test_c57_says_when_it_cannot_tell(monkeypatch, small, large):
    planted_gains(monkeypatch, {("leaky 0.01", 12): small, ("leaky 0.2", 12): large}, se=0.3)
    assert run("C57").verdict == "undecided" and "cannot be told" in run("C57").sentence


def test_c57_draws_what_it_found(monkeypatch, capsys):
    planted_gains(monkeypatch, {("leaky 0.2", 12): 2})
    outcome = run("C57")
    outcome.draw()
    assert "leaky 0.2, 12 layers 2.00 (" in capsys.readouterr().out
    assert "slope 0.01 gains: no; the slope 0.2: yes. With 2 layers: no, no." in outcome.sentence


R, T = "relu, tanh", "tanh, relu"


@pytest.mark.parametrize("means, verdict, condition", [
    ({}, "false", ""), ({(R, 4, "relu"): 2, (T, 4, "tanh"): 2}, "false", ""),
    ({(R, 4): 2, (T, 4): 2}, "holds", ""), ({(R, 4): 2}, "holds if", "relu comes first"),
    ({(T, 4): 2}, "holds if", "tanh comes first")])
def test_the_rule_of_c63(monkeypatch, means, verdict, condition):
    planted_gains(monkeypatch, means)
    outcome = run("C63")
    assert (outcome.verdict, outcome.condition) == (verdict, condition)


@pytest.mark.parametrize("means, verdict", [
    ({(R, 4): 0.8}, "undecided"), ({(R, 4, "relu"): 0.8, (R, 4, "tanh"): -3}, "false"),
    ({(R, 4): 0.8, (T, 4): 3}, "undecided")])
def test_c63_needs_one_sure_loss_only(monkeypatch, means, verdict):
    planted_gains(monkeypatch, means, se=0.3)
    assert run("C63").verdict == verdict


def test_c63_draws_what_it_found(monkeypatch, capsys):
    planted_gains(monkeypatch, {(R, 4, "tanh"): 2})
    run("C63").draw()
    words = capsys.readouterr().out
    assert "relu, tanh, ... less tanh 2.00 (" in words
    assert "tanh, relu, ... less relu 0.00 (" in words
