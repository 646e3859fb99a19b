"""Decision regions: what is drawn, and what is said of it."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import data, figures, losses, training
from course_lib.figures import decisions

DISC = data.disc(radius=0.8)


def inside(radius):
    return lambda x: radius**2 - (x**2).sum(1)


def plane(points, classes, name="made"):
    """Data whose parts are all the same points."""
    points, classes = np.asarray(points, np.float32), np.asarray(classes)
    return data.Data(name, points, classes, points, classes, points, classes, 2)


CORNERS = plane([[-1, -1], [1, 1], [-1, 1], [1, -1]], [0, 0, 1, 1])


def test_the_words_of_a_disc_are_its_geometry(shown):
    assert figures.regions(["disc"], [inside(0.8)], DISC, title="Round", grain=None) is None
    spots = np.concatenate([DISC.x_train, DISC.x_val, DISC.x_test])
    side = 1.08 * np.ptp(spots, axis=0).max()
    share = 100 * np.pi * 0.8**2 / side**2
    told = float(shown.words().split("class 1 takes ")[1].split(" %")[0])
    assert told == pytest.approx(share, abs=0.1)  # in cells, 200 a side
    assert "disc: 100 % of 120 test points on the right side; class 0 takes" in shown.words()
    assert "% of the plane, in one piece, reaching the border; class 1" in shown.words()
    assert f"takes {told} % of the plane, in one piece, inside." in shown.words()


@pytest.mark.parametrize("score, right, words", [
    (lambda x: -x[:, 0] * x[:, 1], 100, ("in 2 pieces, all reaching the border",) * 2),
    (lambda x: x[:, 0] * x[:, 1], 0, ("in 2 pieces, all reaching the border",) * 2),
    (lambda x: x[:, 0], 50, ("in one piece, reaching the border",) * 2),
    (lambda x: 0.3 - abs(x[:, 0]), 50,  # a strip that meets the border above and below alone
     ("in 2 pieces, all reaching the border", "in one piece, reaching the border")),
    (lambda x: x[:, 0] * 0 + 1, 50, ("in no piece to speak of", "in one piece, reaching")),
    (lambda x: x[:, 0] * 0, 50, ("in one piece, reaching", "in no piece to speak of")),
    (lambda x: 0.2 - abs(np.hypot(*x.T) - 0.6), 50,  # a ring parts the plane in three
     ("in 2 pieces, 1 inside and 1 reaching the border", "in one piece, inside")),
    (lambda x: -np.cos(5 * np.pi * x[:, 0] / 2) * np.cos(5 * np.pi * x[:, 1] / 2) + 0.5, 50,
     ("pieces, ", "in one piece, reaching the border")),
])
def test_pieces_and_the_border(shown, score, right, words):
    figures.regions(["made"], [score], CORNERS, title="Pieces", names=("no", "yes"))
    text = shown.words()
    assert f"made: {right} % of 4 test points on the right side (to the nearest 5)" in text
    no, yes = text.split("no takes ")[1].split("yes takes ")
    assert words[0] in no and words[1] in yes


def test_pieces_too_small_to_be_seen_are_not_counted(shown):
    def freckled(x):
        small = (np.hypot(*(x - 0.5).T) < 0.05) | (np.hypot(*(x + 0.5).T) < 0.05)
        return np.where(small, 1.0, -1.0)  # 0.7 % of the plane, in two pieces

    figures.regions(["made"], [freckled], CORNERS, title="Small")
    assert "class 1 takes 0 % of the plane, in no piece to speak of." in shown.words()


def test_a_grain_makes_the_words_robust_and_its_absence_exact(shown):
    for radius in (0.80, 0.81, 0.95):
        figures.regions(["disc"], [inside(radius)], DISC, title="Round")
        figures.regions(["disc"], [inside(radius)], DISC, title="Round", grain=None)
    assert shown.words(0) == shown.words(2) != shown.words(4)
    assert len({shown.words(1), shown.words(3), shown.words(5)}) == 3


def test_networks_of_one_and_two_outputs_are_read_as_their_loss_means(shown):
    moons = data.moons()
    for loss in ("softmax_crossentropy", "sigmoid_crossentropy", "squared_error"):
        labelled = moons if loss != "squared_error" else data.Data(
            "moons", moons.x_train, moons.y_train.astype(float), moons.x_val,
            moons.y_val.astype(float), moons.x_test, moons.y_test.astype(float))
        run = training.train(labelled, "tanh", seeds=1, hidden=(16,), rate=0.03, epochs=100,
                             loss=loss)
        network = run.network(seed=0)
        score = decisions._function("tanh", network)(moons.x_test)
        out = network.predict(moons.x_test)[0]
        expected = {"softmax_crossentropy": out.argmax(1), "squared_error": out[:, 0] > 0.5,
                    "sigmoid_crossentropy": 1 / (1 + np.exp(-out[:, 0])) > 0.5}[loss]
        assert ((score > 0) == expected).all() and (expected == moons.y_test).mean() > 0.9
        figures.regions(["tanh"], [network], moons, title=loss)
    assert "class 1 takes" in shown.words(2)


@pytest.mark.parametrize("loss, head, middle", [
    ("sigmoid_crossentropy", None, 0.0), ("squared_error", None, 0.5),
    ("crossentropy", "sigmoid", 0.5), ("sigmoid_crossentropy", "sigmoid", 0.5),
])
def test_one_output_is_parted_at_the_middle_of_its_targets(loss, head, middle):
    network = SimpleNamespace(S=1, sizes=(2, 1), loss=losses.get(loss), head=head,
                              predict=lambda x: x[None, :, :1])
    points = np.array([[middle - 0.1, 0], [middle + 0.1, 0]])
    assert (decisions._function("net", network)(points) > 0).tolist() == [False, True]


def test_a_softmax_head_is_a_probability(shown):
    run = training.train(data.moons(), "tanh", seeds=1, hidden=(8,), rate=0.03, epochs=40,
                         head="softmax", loss="crossentropy")
    network = run.network(seed=0)
    out = network.predict(data.moons().x_test)[0]
    assert out.sum(1) == pytest.approx(1, abs=1e-5)
    score = decisions._function("net", network)(data.moons().x_test)
    assert ((score > 0) == (out[:, 1] > 0.5)).all()


def test_wrong_points_are_ringed_and_every_panel_has_its_share(shown, monkeypatch):
    drawn = []
    original = decisions._name
    monkeypatch.setattr(decisions, "_name", lambda axes, *more: (drawn.append((axes, more)),
                                                              original(axes, *more)))
    figures.regions(["half", "disc"], [lambda x: x[:, 0], inside(0.8)], DISC, title="Two")
    for (axes, (label, right, _)), score in zip(drawn, (lambda x: x[:, 0], inside(0.8)),
                                                strict=True):
        wrong = (score(DISC.x_test) > 0) != (DISC.y_test == 1)
        rings = axes.collections[-1].get_offsets()
        assert np.array_equal(np.asarray(rings, np.float32), DISC.x_test[wrong])
        assert axes.collections[-1].get_facecolor().size == 0  # a ring hides no point
        assert axes.get_title(loc="left") == f"{label}: {100 * (1 - wrong.mean()):.0f} % right"
        assert right in axes.get_title(loc="left")
        markers = [one.get_paths()[0].vertices.shape for one in axes.collections[-3:-1]]
        assert markers[0] != markers[1]
    assert f"half: {5 * round(20 * (1 - ((DISC.x_test[:, 0] > 0) != DISC.y_test).mean()))} %" in \
        shown.words()


def test_both_tints_are_light_and_differ_for_the_colour_blind():
    one, two = (np.array(decisions.TINTS(index)[:3]) for index in (0, 1))
    assert min(*one, *two) > 0.7
    # Bluish against reddish: the difference that every common colour blindness leaves.
    assert (one - two)[0] < -0.1 and (one - two)[2] > 0.1


@pytest.mark.parametrize("labels, scores, points, message", [
    (["a", "b"], [inside(1)], DISC, "2 labels and 1 classifiers"),
    ([], [], DISC, "1 to 4 classifiers"), (list("abcde"), [inside(1)] * 5, DISC, "1 to 4"),
    (["a"], [inside(1)], data.digits(), "two classes in the plane, such as data.moons.*'digits' "
                                        "has 64 inputs and classes=10"),
    (["a"], [lambda x: x], DISC, r"a: scores of \d+ points must have shape \(\d+,\)"),
    (["a"], [lambda x: x[:, 0] * np.nan], DISC, "not finite; has the network diverged"),
    (["a"], ["tanh"], DISC, "a: a classifier is a function of points, or a network"),
    (["a"], [SimpleNamespace(S=2, sizes=(2, 1), predict=None)], DISC,
     "a: regions needs one network of one or two outputs, got 2 of 1"),
    (["a"], [SimpleNamespace(S=1, sizes=(2, 3), predict=None)], DISC, "got 1 of 3"),
])
def test_regions_refuses(shown, labels, scores, points, message):
    with pytest.raises(ValueError, match=message):
        figures.regions(labels, scores, points, title="t")
    assert not shown
