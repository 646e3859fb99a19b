"""Noise: its examples, the training loop against `training.train`; every branch of C60."""

import numpy as np
import pytest

from course_lib import data, training, trials
from course_lib.evidence import label_noise
from course_lib.named import Named
from course_lib.trials.chapter_04 import noise

WOBBLE = np.random.default_rng(0).normal(0, 1, 10)
WOBBLE -= WOBBLE.mean()


def test_wrong_labels_are_wrong_and_the_rest_is_right():
    shares = []
    for seed in range(20):
        here = label_noise.examples("wrong labels", seed)
        clean = label_noise.examples("digits", seed)
        np.testing.assert_array_equal(here.x_train, clean.x_train)
        differs = (here.y_train != here.true_train).any(1)
        np.testing.assert_array_equal(differs, here.wrong)
        np.testing.assert_array_equal(here.true_train, clean.y_train)
        np.testing.assert_array_equal(here.y_test, here.true_test)
        shares += [here.wrong.mean(), (here.y_val != here.true_val).any(1).mean()]
    assert np.mean(shares) == pytest.approx(label_noise.WRONG, abs=0.01)


def test_seeds_differ_and_a_seed_is_repeated():
    one, two = (label_noise.examples("noisy digits", seed).x_train for seed in (0, 1))
    assert not np.array_equal(one, two)
    again = label_noise.examples.__wrapped__("noisy digits", 0).x_train
    np.testing.assert_array_equal(one, again)


def test_noise_on_pixels_and_on_a_curve():
    moved = np.concatenate([label_noise.examples("noisy digits", seed).x_test
                            - label_noise.examples("digits", seed).x_test[:0].sum()
                            for seed in range(3)])
    clean = data.digits().x_test
    assert moved.std() == pytest.approx(np.sqrt(clean.std() ** 2 + 1), rel=0.02)
    for seed in range(3):
        here = label_noise.examples("noisy curve", seed)
        np.testing.assert_allclose(here.true_val, np.sin(3 * here.x_val), atol=1e-5)
        np.testing.assert_array_equal(here.y_test, here.true_test)
        assert (here.y_train - here.true_train).std() == pytest.approx(0.3, rel=0.25)
        assert (label_noise.examples("curve", seed).y_val
                == label_noise.examples("curve", seed).true_val).all()


@pytest.mark.parametrize("task, loss", [("wrong labels", "softmax_crossentropy"),
                                        ("noisy curve", "squared_error")])
def test_the_loop_is_that_of_training(task, loss):
    """The same examples, first weights and order of batches give the same losses and scores."""
    seed, epochs, name = 3, 4, "tanh"
    ours = label_noise.learn(task, name, 0.01, [seed, 4], epochs)
    here = label_noise.examples(task, seed)
    rng = np.random.default_rng([seed, 61])
    n = len(here.x_train)
    run = training.train(
        data.Data(task, here.x_train, here.y_train, here.x_val, here.y_val, here.x_test,
                  here.y_test), name, seeds=[seed], rate=0.01, epochs=epochs, loss=loss,
        batch=n // label_noise.STEPS, hidden=label_noise.SIZES[label_noise.kind(task)][1:-1],
        init=label_noise.init(task, name), order=[rng.permutation(n) for _ in range(epochs)])
    np.testing.assert_allclose(ours.loss[0], run.loss.values[0], rtol=1e-4)
    np.testing.assert_allclose(ours.val_loss[0], run.val_loss.values[0], rtol=1e-4)
    np.testing.assert_allclose(ours.test[0], run.test_score.values[0], rtol=1e-3)


def test_what_is_watched():
    """A network that has learned nothing answers a tenth; one at a good rate learns the rule."""
    found = label_noise.learn("wrong labels", "relu", 0.01, [0, 1], 3, watch=True)
    assert (found.right[:, -1] > 0.6).all() and (found.wrong[:, -1] < 0.4).all()
    assert (found.val_true[:, -1] > 0.6).all()


def test_shares():
    said = np.array([[True, True, False, False], [True, True, True, True]])
    among = np.array([[True, False, True, False], [False] * 4])
    np.testing.assert_array_equal(label_noise.share(said, among), [0.5, 0])


def test_steps_needed():
    loss = np.ones((3, 40))
    loss[0, 10:] = 0.25
    loss[1, 5] = np.nan
    loss[1, 20:] = 0
    np.testing.assert_array_equal(label_noise.steps_needed(loss), [18, 26, 41])


@pytest.mark.parametrize("x, y, goal, expected", [
    ([0.1, 0.4, 0.6], [0.9, 0.8, 0.7], 0.5, 0.75), ([0.6, 0.9], [0.5, 0.1], 0.5, 0.5),
    ([0.1, 0.2], [1, 1], 0.5, np.nan), ([0.0, 0.5, 0.4, 0.9], [1, 0.6, 0.9, 0.2], 0.5, 0.6)])
def test_where_a_curve_crosses(x, y, goal, expected):
    assert label_noise.crossing(np.array(x), np.array(y), goal) == pytest.approx(
        expected, nan_ok=True)


def planted_study(monkeypatch, **rows):
    """A study with these mean values, a row a function, one column a rate."""
    axes = {"task": label_noise.TASKS, "activation": label_noise.FUNCTIONS,
            "rate": label_noise.RATES, "axis 0": [0, 1]}
    shape = tuple(map(len, axes.values()))
    arrays = {}
    for key, row in rows.items():
        values = np.ones(shape)
        values[:, :, :, 0], values[:, :, :, 1] = np.array(row) * 0.5, np.array(row) * 1.5
        arrays[key] = Named(values, axes)
    monkeypatch.setattr(label_noise, "stored", lambda: arrays)


def test_the_best_rate(monkeypatch):
    planted_study(monkeypatch, early=[3, 2, 1, 2, 3], steps=[9, 9, 9, 5, 9])
    assert set(label_noise.best_rates("curve").values()) == {0.01}
    assert set(label_noise.best_rates("digits", "steps").values()) == {0.03}


def test_equal_memorisation(monkeypatch):
    planted_study(monkeypatch, early=[3, 2, 1, 2, 3])
    arrays = label_noise.stored()
    axes = arrays["early"].axes | {"axis 1": list(range(4))}
    shape = tuple(map(len, axes.values()))
    arrays["wrong"] = Named(np.broadcast_to([0, 0.2, 0.6, 1], shape).copy(), axes)
    arrays["val_true"] = Named(np.broadcast_to([0.5, 0.9, 0.7, 0.6], shape).copy(), axes)
    found = label_noise.at_equal_memorisation(0.4)
    assert list(found) == label_noise.FUNCTIONS
    np.testing.assert_allclose(found["relu"], [0.8, 0.8])


def planted(monkeypatch, lead=0.0, curve=0.0, saved=0.0, only=None):
    """C60 where smooth functions lead by so much on digits (points) and on the curve (logarithm).

    `saved`: the logarithm of the steps a smooth one needs over those of its relative. `only`
    names the kind of noise that has the lead; else it is all kinds of digits.
    """
    def scores(task, seeds):
        if label_noise.kind(task) == "curve":
            return {name: 0.2 * np.exp(-curve * (name in noise.PAIRS) + 0.01 * np.roll(WOBBLE, k))
                    for k, name in enumerate(noise.functions())}
        by = lead if only in (None, task) else 0.0
        return {name: 90 + by * (name in noise.PAIRS) + 0.3 * np.roll(WOBBLE, k)
                for k, name in enumerate(noise.functions())}

    monkeypatch.setattr(noise, "scores", scores)
    monkeypatch.setattr(noise, "steps", lambda seeds: {
        name: 20 * np.exp(saved * (name in noise.PAIRS) + 0.01 * np.roll(WOBBLE, k))
        for k, name in enumerate(noise.functions())})
    return trials.trials()["C60"].run()


@pytest.mark.parametrize("found, verdict, condition", [
    ({}, "false", ""), ({"lead": 4, "curve": 0.5, "saved": 0.5}, "holds", ""),
    ({"lead": 4}, "holds if", "noisy digits or wrong labels"),
    ({"lead": 4, "only": "wrong labels"}, "holds if", "the data are wrong labels"),
    ({"saved": 0.5}, "holds if", "clean digits"), ({"lead": -4, "curve": -1}, "false", ""),
    ({"curve": 0.5}, "holds if", "noisy curve"), ({"lead": 2}, "undecided", ""),
    ({"saved": np.log(1.1)}, "undecided", "")])
def test_the_rule_of_c60(monkeypatch, found, verdict, condition):
    outcome = planted(monkeypatch, **found)
    assert outcome.verdict == verdict and outcome.condition.endswith(condition)


def test_what_c60_tells(monkeypatch, capsys):
    outcome = planted(monkeypatch, lead=4, curve=-np.log(2), only="noisy digits")
    assert "noisy digits: softplus, gelu, tanh more than 2 points" in outcome.sentence
    assert "wrong labels: on average every pair within 2 points" in outcome.sentence
    assert "softplus over a tenth more error than relu" in outcome.sentence
    assert "tanh at most a tenth more or less steps than hard_tanh" in outcome.sentence
    outcome.draw()
    words = capsys.readouterr().out
    assert "softplus - relu -100 (" in words  # twice the error: 100 % more


def test_a_lead_as_less_error():
    from course_lib.statistics import Estimate
    one = noise.less_error(Estimate(np.log(2), 0.1, 0.0, np.log(4), 10))
    assert (one.mean, one.low, one.high) == pytest.approx((50, 0, 75))
    assert one.se == pytest.approx(5)  # d(100 - 100 e^-x) = 100 e^-x dx
