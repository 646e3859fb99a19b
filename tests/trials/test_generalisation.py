"""C02: its two worlds and ridge regression against mathematics, its choices, its rule."""

import numpy as np
import pytest
from scipy import integrate, stats

from course_lib import trials
from course_lib.trials.chapter_01 import generalisation


@pytest.mark.parametrize("truth", ["linear", "curved"])
def test_both_truths_have_mean_0_and_variance_1(truth):
    f = generalisation.TRUTHS[truth]

    def moment(power):
        return integrate.quad(lambda t: f(t) ** power * stats.norm.pdf(t), -12, 12, points=[0])[0]

    assert moment(1) == pytest.approx(0, abs=1e-9) and moment(2) == pytest.approx(1, abs=1e-9)


def test_the_worlds_differ_in_the_truth_alone():
    for seed in range(3):
        linear, curved = (generalisation.world(truth, seed) for truth in generalisation.TRUTHS)
        assert linear.x_train.shape == (60, 10) and len(linear.x_test) == 1000
        for part in ("train", "val", "test"):
            x = getattr(linear, f"x_{part}")
            assert (x == getattr(curved, f"x_{part}")).all()
        # The linear world's direction, found from all its examples, explains the curved one:
        w = np.linalg.lstsq(linear.x_test, linear.y_test, rcond=None)[0]
        left = linear.y_test - linear.x_test @ w
        assert left.std() == pytest.approx(0.5, rel=0.1)
        assert np.linalg.norm(w) == pytest.approx(1, rel=0.1)
        also = curved.y_test - generalisation.TRUTHS["curved"](linear.x_test @ w)
        assert np.corrcoef(left, also)[0, 1] > 0.9  # the same noise
    assert (generalisation.world("linear", 0).x_train
            != generalisation.world("linear", 1).x_train).any()


def test_ridge_is_least_squares_with_the_penalty_as_further_rows():
    world = generalisation.world("linear", 5)
    rows = []
    for penalty in 10.0 ** np.arange(-3, 4):
        x = np.c_[world.x_train, np.ones(60)]
        more = np.c_[np.sqrt(penalty) * np.eye(10), np.zeros(10)]  # the constant is not penalised
        w = np.linalg.lstsq(np.r_[x, more], np.r_[world.y_train, np.zeros(10)], rcond=None)[0]
        rows.append([np.sqrt(np.mean((np.c_[getattr(world, f"x_{part}"),
                                            np.ones(len(getattr(world, f"x_{part}")))] @ w
                                      - getattr(world, f"y_{part}")) ** 2))
                     for part in ("val", "train", "test")])
    assert generalisation.ridge(world) == pytest.approx(min(rows)[1:], rel=1e-9)


def test_networks_are_chosen_on_validation_data(monkeypatch):
    """Every run says the same but for its decay: validation prefers 3, the new data prefer 10."""
    class Planted:
        def __init__(self, decay):
            self.decay = decay

        @staticmethod
        def _of(value):
            return type("One", (), {"sel": staticmethod(
                lambda rate, **_: type("V", (), {"values": np.array(value(rate))}))})

        @property
        def val_loss(self):
            return self._of(lambda rate: [5.0, abs(self.decay - 3) + rate])

        @property
        def test_score(self):
            return self._of(lambda rate: 10 - self.decay + rate)

        @property
        def diverged(self):  # the best of all by validation, had it not diverged
            return self._of(lambda rate: self.decay == 3 and rate == 0.01)

        def network(self, **_):
            return type("Network", (), {"predict": staticmethod(
                lambda x: np.full((1, len(x), 1), float(self.decay)))})

    monkeypatch.setattr(generalisation.training, "train",
                        lambda *_, weight_decay, **__: Planted(weight_decay))
    world = generalisation.world("linear", 0)
    for train, new, best in generalisation.tuned_networks(world, 0).values():
        assert train == pytest.approx(np.sqrt(np.mean((3 - world.y_train) ** 2)))
        assert new == pytest.approx(7.03) and best == pytest.approx(0.01)


# of the network without activations over ReLU's: growth from training to new data, and new error
RIGHT, WRONG, MIXED, OPEN = (0.2, 0.3), (-0.2, -0.1), (-0.2, 0.3), (0.2, 0.0)


@pytest.mark.parametrize("linear, curved, verdict, condition", [
    (RIGHT, RIGHT, "holds", ""), (WRONG, RIGHT, "holds if", "the truth is curved"),
    (RIGHT, MIXED, "holds if", "the truth is linear"), (WRONG, MIXED, "false", ""),
    (WRONG, WRONG, "false", ""), (OPEN, WRONG, "undecided", ""), (RIGHT, OPEN, "undecided", "")])
def test_the_rule_of_c02(monkeypatch, capsys, linear, curved, verdict, condition):
    rng = np.random.default_rng(0)

    def planted(truth, seeds):
        growth, error = {"linear": linear, "curved": curved}[truth]
        new = np.stack([np.full(10, 0.6), 0.6 + error + rng.normal(0, 0.01, 10)])
        train = new - np.stack([np.full(10, 0.1), 0.1 + growth + rng.normal(0, 0.01, 10)])
        relu, identity = (np.stack([t, n, n], 1) for t, n in zip(train, new, strict=True))
        return {"ridge": identity[:, :2], "identity": identity, "relu": relu}

    monkeypatch.setattr(generalisation, "errors", planted)
    outcome = trials.trials()["C02"].run()
    assert (outcome.verdict, outcome.condition) == (verdict, condition)
    if linear == WRONG and curved == MIXED:  # as it is
        outcome.draw()
        assert "Figure: ReLU fits new data better only" in capsys.readouterr().out


def test_c02_measured():
    """No error on new data lies below the noise, and least squares needs sqrt(1 + 10/60) of it."""
    outcome = trials.trials()["C02"].run()
    assert outcome.verdict == "false"
    new = {name: one.mean for name, one in outcome.measured.items() if "error on new data" in name}
    assert min(new.values()) > 0.49
    assert 0.5 < new["linear: error on new data, ridge"] < 0.5 * np.sqrt(1 + 11 / 60) + 0.03
    assert new["curved: error on new data, identity"] > np.sqrt(1.25) - 0.05  # a line sees nothing
    assert outcome.measured["linear: ReLU chosen on the new data"] <= new[
        "linear: error on new data, relu"]
