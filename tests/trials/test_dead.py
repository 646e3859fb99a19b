"""Dead units: counts on networks made by hand; every branch of the rules of C45, C47 and C48."""

import numpy as np
import pytest

from course_lib import data, evidence, initialisation, networks, trials
from course_lib.evidence import dead_remedies, dead_units
from course_lib.named import Named
from course_lib.trials.chapter_03 import dead
from course_lib.trials.papers import born_dead

NOISE = np.random.default_rng(0).normal(0, 1, 10)
NOISE -= NOISE.mean()


# ---- counting


def by_hand():
    """Two networks of two layers of three units, one input x: 1, x and -x; then dead, x, 1 + x."""
    stack = networks.Stack(["relu"] * 2, (1, 3, 3, 2))
    for s, sign in enumerate((1, -1)):
        stack.layers[0].W[s], stack.layers[0].b[s] = [[0, sign, -sign]], [1, 0, 0]
        stack.layers[1].W[s] = np.array([[-1, 0, 1], [0, 1, 1], [0, -1, 0]])
    return stack


def test_ever_and_always():
    x = np.array([[-2.0], [-1], [0.5], [3]])
    ever, always = dead_units.ever_and_always(by_hand(), x)
    np.testing.assert_array_equal(ever, [[[1, 1, 1], [0, 1, 1]]] * 2)
    np.testing.assert_array_equal(always, [[[1, 0, 0], [0, 0, 1]]] * 2)
    ever, _ = dead_units.ever_and_always(by_hand(), x[:2])  # x is never positive
    np.testing.assert_array_equal(ever[:, 0], [[1, 0, 1], [1, 1, 0]])


class PlantedRun:
    def __init__(self, stack, diverged=(False, False)):
        self.stack, self.diverged = stack, Named(np.array(diverged), {"seed": [5, 7]})

    def network(self, seed):
        one = networks.Stack(["relu"], self.stack.sizes)
        one.weights[0] = self.stack.weights[[5, 7].index(seed)]
        return one


def test_together_keeps_the_order_of_seeds():
    stack = by_hand()
    whole = dead_units.together(PlantedRun(stack), [5, 7])
    np.testing.assert_array_equal(whole.weights, stack.weights)
    np.testing.assert_array_equal(dead_units.together(PlantedRun(stack), [7]).weights[0],
                                  stack.weights[1])


def test_states_are_shares_of_three_kinds(monkeypatch):
    planted = type("Digits", (), {"x_train": np.array([[-2.0], [3.0]])})
    monkeypatch.setattr(dead_units.data, "digits", lambda: planted)
    shares = dead_units.states(PlantedRun(by_hand(), (False, True)), [5, 7])
    np.testing.assert_allclose(shares[0], [[0, 2 / 3, 1 / 3], [1 / 3] * 3])
    assert np.isnan(shares[1]).all()


# ---- the stored studies


def test_rates_of_the_sweep():
    assert (dead_units.RATES[0], dead_units.RATES[-1], len(dead_units.RATES)) == (0.001, 3, 22)
    steps = np.array(dead_units.RATES[1:]) / dead_units.RATES[:-1]
    assert steps.min() > 1.3 and steps.max() < 1.7


def test_the_sweep_is_whole():
    stored = evidence.load("dead_units")
    assert stored["dead"].values.shape == (2, 22, 10, 2)
    for values in stored.values():
        assert (values.values >= 0).all() and (values.values <= 1).all()
    assert (stored["dead"].values + stored["always_on"].values <= 1).all()


def test_a_part_of_each_study_again():
    rng = np.random.default_rng(3)
    assert evidence.agrees("dead_units", "dead", 0.05, count=1, rng=rng) <= 0.05
    assert evidence.agrees("dead_remedies", "dead", 0.05, count=1, rng=rng) <= 0.2


def planted_scores(monkeypatch, sgd, adam):
    scores = np.zeros((2, 22, 3))
    for k, place in enumerate((sgd, adam)):
        scores[k, place] = 1
        scores[k, 5, 0] = 2  # the best of one seed is not the best on average
    monkeypatch.setattr(dead_units, "load", lambda name: {"val_score": Named(
        scores, dict(a=[0, 1], b=list(range(22)), c=[0, 1, 2]))})
    return dead_units.best_rates()


def test_best_rates(monkeypatch):
    assert planted_scores(monkeypatch, 15, 6) == {"sgd": 0.3, "adam": 0.01}


def test_positive_biases_in_the_hidden_layers_only():
    for shape, bias in (((64, 32), 0.1), ((32, 10), 0.0)):
        W, b = dead_remedies.positive(*shape, np.random.default_rng(1))
        np.testing.assert_array_equal(b, np.full(shape[1], bias))
        np.testing.assert_array_equal(W, initialisation.he(*shape, np.random.default_rng(1))[0])


def test_rows_and_losses_of_the_remedies(monkeypatch):
    axes = dict(optimiser=["sgd", "adam"], remedy=list(dead_remedies.REMEDIES))
    shares = np.zeros((2, 8, 10, 2)) + [0.25, 0.5]
    shares[1] += 0.1
    lost = np.zeros((2, 8, 10))
    lost[0, 3, :4] = 1
    stored = {"dead": Named(shares, axes | {"a": list(range(10)), "b": [0, 1]}),
              "val_score": Named(np.full((2, 8, 10), 0.9), axes | {"a": list(range(10))}),
              "diverged": Named(lost, axes | {"a": list(range(10))})}
    monkeypatch.setattr(dead_remedies, "load", lambda name: stored)
    rows = list(dead_remedies.rows())
    assert rows[0] == ["nothing", "25", "50", "90", "35", "60", "90"] and len(rows) == 8
    assert dead_remedies.lost() == [("sgd", "leaky ReLU", 4)]


# ---- C45


def test_units_that_die_stay_to_the_last_bit():
    share, changed = dead.killed([900, 901], rate=0.05)
    assert share.shape == (3, 2) and changed.shape == (2, 2)
    assert (share[1] > share[0] + 5).all() and (share[2] >= share[1] - 1e-9).all()
    np.testing.assert_array_equal(changed[0], 0)
    assert (changed[1] > 0.8).all() and (changed[1] <= 1).all()


def test_a_bias_alone_counts_as_a_change():
    before, after = by_hand(), by_hand()
    after.layers[0].b[1, 0, 2] += 1e-7
    after.layers[0].W[0, 0, 1] += 1e-6
    after.layers[1].W[:] = 9  # another layer
    np.testing.assert_array_equal(dead.numbers_changed(before, after),
                                  [[0, 0.5, 0], [0, 0, 0.5]])


def test_parameters_are_those_of_the_network():
    stack = networks.Stack(["relu"], (3, 4, 2))
    stack.initialise(["pytorch"], [3])
    parts = dead.parameters(stack)
    assert [part.shape for part in parts] == [(3, 4), (1, 4), (4, 2), (1, 2)]
    np.testing.assert_array_equal(np.concatenate([part.ravel() for part in parts]),
                                  stack.weights[0])
    parts[0][:] = 9  # a copy
    assert stack.weights.max() < 9


def planted_deaths(monkeypatch, rise, moved=0.0, spread=1.0):
    share = np.array([0 * NOISE + 1, 1 + rise + spread * NOISE, 1 + rise + spread * NOISE])
    monkeypatch.setattr(dead, "killed", lambda seeds: (
        share, np.array([np.full(10, moved), np.full(10, 0.97)])))
    return trials.trials()["C45"].run()


@pytest.mark.parametrize("rise, moved, spread, verdict", [
    (30, 0, 1, "holds"), (30, 1e-3, 1, "holds if"), (2, 0, 1, "false"), (-3, 0.5, 1, "false"),
    (5.5, 0, 1, "undecided"), (30, 0, 40, "undecided")])
def test_the_rule_of_c45(monkeypatch, capsys, rise, moved, spread, verdict):
    outcome = planted_deaths(monkeypatch, rise, moved, spread)
    assert outcome.verdict == verdict and outcome.seeds == 10
    assert f"to the last bit: {moved == 0}" in outcome.sentence
    outcome.draw()
    assert "before training 0" in capsys.readouterr().out


# ---- C47


def planted_rates(monkeypatch, shares):
    """Dead shares (%) of SGD at its best rate and at ten times it, then of Adam; accuracy 95 minus
    the share."""
    monkeypatch.setattr(dead_units, "best_rates", lambda: {"sgd": 0.2, "adam": 0.02})
    at = dict(zip((("sgd", 0.2), ("sgd", 2.0), ("adam", 0.02), ("adam", 0.2)), shares, strict=True))

    def train(name, rate, seeds):
        assert len(seeds) == 10
        share = at[name, round(rate, 6)]
        score = np.full((10, 3), (95 - share) / 100)
        return type("Run", (), {"share": share, "val_score": Named(
            score, {"seed": list(range(10)), "epoch": [1, 2, 3]})})

    def states(run, seeds):
        dead_share = (run.share + NOISE)[:, None] / 100
        return np.stack([dead_share + [0.05, -0.05]] * 3, -1)

    monkeypatch.setattr(dead_units, "train_networks", train)
    monkeypatch.setattr(dead_units, "states", states)
    return trials.trials()["C47"].run()


@pytest.mark.parametrize("shares, verdict, words", [
    ((60, 90, 50, 90), "holds", ""), ((60, 90, 5, 90), "holds if", "optimiser is SGD"),
    ((1, 20, 50, 90), "holds if", "optimiser is Adam"),
    ((1, 90, 5, 70), "holds if", "ten times too high"),
    ((1, 20, 5, 70), "holds if", "ten times too high"),
    ((1, 90, 5, 40), "holds if", "ten times too high"), ((1, 20, 5, 30), "false", ""),
    ((1, 20, 5, 40), "undecided", ""), ((40, 90, 5, 90), "undecided", "")])
def test_the_rule_of_c47(monkeypatch, capsys, shares, verdict, words):
    outcome = planted_rates(monkeypatch, shares)
    assert outcome.verdict == verdict and outcome.condition.endswith(words)
    assert outcome.measured["dead (%), Adam, rate 0.02"].mean == pytest.approx(shares[2])
    over, still = outcome.sentence.split("Validation")
    assert ("SGD, rate 2" in over) == (shares[1] == 90)
    assert ("SGD, rate 0.2" in still) == (shares[0] < 5)
    outcome.draw()
    assert "Adam, rate 0.2" in capsys.readouterr().out


def test_nowhere_is_told(monkeypatch):
    told = planted_rates(monkeypatch, (10, 20, 15, 30)).sentence
    assert "Over 40 % dead: nowhere" in told and "above 90 %: nowhere" in told


# ---- C48


def test_without_bias():
    W, b = dead.without_bias("pytorch")(9, 4, np.random.default_rng(2))
    np.testing.assert_array_equal(W, initialisation.pytorch(9, 4, np.random.default_rng(2))[0])
    np.testing.assert_array_equal(b, 0)


def test_the_size_of_weights_without_biases_kills_nobody():
    """relu(c z) = c relu(z): the same units are dead, whatever the scale (here a power of 2)."""
    he = dead.dead_by_layer("he", [1, 2])
    np.testing.assert_array_equal(he, dead.dead_by_layer(initialisation.scaled("he", 0.25), [1, 2]))
    assert he.shape == (2, 10) and he[:, 0].max() < 5 < he[:, -1].min()


def test_negative_biases_kill_all():
    def buried(fan_in, fan_out, rng):
        W, b = initialisation.he(fan_in, fan_out, rng)
        return W, b - 100
    np.testing.assert_array_equal(dead.dead_by_layer(buried, [0]), 100)


def test_the_narrow_networks_follow_the_formula():
    shares = dead.narrow_dead(born_dead.normal, [3, 4], count=4000)
    assert shares == pytest.approx(100 * born_dead.probability(*dead.SHAPE), abs=3)


def planted_first_weights(monkeypatch, wide, narrow):
    """Points by which He's weights lower the share, in the wide and in the narrow networks."""
    monkeypatch.setattr(dead, "dead_by_layer", lambda init, seeds: (
        (10 if init == "he" else 10 + wide) + np.tile(NOISE[:, None], 10)
        + 0.1 * NOISE[::-1, None] * (init == "he")))
    monkeypatch.setattr(dead, "narrow_dead", lambda draw, seeds: (
        50 + (narrow if draw is born_dead.uniform else 0.1) + 0.1 * NOISE
        * (draw is born_dead.uniform)))
    return trials.trials()["C48"].run()


@pytest.mark.parametrize("wide, narrow, verdict, words", [
    (25, 0, "holds if", "not because the network is narrow"),
    (0, 25, "holds if", "the network is narrow"), (25, 25, "holds", ""), (0, -25, "false", ""),
    (10, 0, "undecided", ""), (25, 10.1, "undecided", "")])
def test_the_rule_of_c48(monkeypatch, capsys, wide, narrow, verdict, words):
    outcome = planted_first_weights(monkeypatch, wide, narrow)
    assert outcome.verdict == verdict and outcome.condition.endswith(words)
    assert "calculated 70 %" in outcome.sentence
    outcome.draw()
    assert "He, biases 0" in capsys.readouterr().out


@pytest.mark.parametrize("id", ["C45", "C47", "C48"])
def test_where_they_belong(id):
    case = trials.trials()[id]
    assert case.chapter == "chapter_03" and case.kind == "measured" and case.literature
    assert data.digits().x_train.shape == (1077, 64)
