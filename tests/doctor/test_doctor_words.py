"""What the doctor says: its order, its advice, its summary, and where it sends the reader."""

from pathlib import Path

import numpy as np
import pytest

from course_lib import keras_tools
from course_lib.keras_tools import findings, losses, thresholds
from course_lib.keras_tools.advice import ADVICE, ORDER, advice
from course_lib.keras_tools.doctor import examine

N = 40
X = np.random.default_rng(0).normal(0, 1, (N, 6)).astype("float32")
CLASSES = np.arange(N) % 3


def test_causes_come_before_consequences():
    assert ORDER[0] == "non-finite values" and ORDER.index("dead layer") < ORDER.index(
        "vanishing gradient") < ORDER.index("collapse of inputs")
    assert max(map(ORDER.index, ("inputs not standardised", "step too large", "fading gradient"))
               ) < ORDER.index("many dead units")


def test_advice_begins_with_the_causes_that_were_found():
    alone = advice("many dead units", {"many dead units"})
    assert alone.startswith("look again after some epochs")
    assert advice("many dead units", {"step too large", "inputs not standardised"}) == (
        "first standardise the inputs and lower the rate (see there); then " + alone)
    assert "other first weights" in advice("many dead units", {"fading gradient"})
    assert advice("dead layer", {"fading gradient"}).startswith("a lower rate first; then a norm")
    assert advice("saturated layer", {"inputs not standardised"}).startswith(
        "first standardise the inputs (see there); then smaller first weights")
    assert advice("step too large", {"inputs not standardised"}) == "a smaller learning rate"


def test_the_advice_on_forget_gates_does_what_it_says(keras):
    """Keras' own option sets them to 1 over any initialiser; without it the initialiser decides."""
    words = ADVICE["gradient lost in time"][0]
    assert "unit_forget_bias=False" in words and "second quarter" in words
    x, y = np.random.default_rng(0).normal(0, 1, (20, 60, 3)).astype("float32"), np.ones((20, 1))

    def open_gates(shape, dtype=None):
        return np.repeat([0, np.log(60), 0, 0], shape[0] // 4).astype("float32")
    kept = []
    for settings in ({"bias_initializer": keras.initializers.Constant(4)},
                     {"unit_forget_bias": False, "bias_initializer": open_gates}):
        layer = keras.layers.LSTM(8, **settings)
        model = keras.Sequential([keras.Input((60, 3)), layer, keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        forget = np.asarray(layer.cell.bias)[8:16]
        np.testing.assert_allclose(forget, 1 if len(kept) == 0 else np.log(60), rtol=1e-6)
        first, last = examine(model, (x, y))[1][1].steps
        kept.append(first / last)
    assert kept[1] > 10 * kept[0] and kept[1] > 0.01


CHAPTERS = Path(__file__).parents[2] / "notebooks" / "text"
READ = {one for _, read in ADVICE.values() for one in read}


@pytest.mark.parametrize("chapter", sorted({chapter for chapter, _ in READ}))
def test_what_is_recommended_to_read_is_there(chapter):
    texts = list(CHAPTERS.glob(f"{chapter}_*.md"))
    if not texts:
        pytest.skip(f"chapter {chapter} is not written yet")
    headings = {line.removeprefix("## ") for line in texts[0].read_text(
        encoding="utf8").splitlines() if line.startswith("## ")}
    assert {heading for number, heading in READ if number == chapter} <= headings


@pytest.mark.parametrize("kind, y, cost", [
    ("classes", [0, 0, 1, 1], np.log(2)), ("shares", np.eye(2)[[0, 1, 1, 1]], 0.5623351),
    ("yes or no", [[1], [0], [0], [0]], 0.5623351), ("squared", [[1.0], [3.0]], 1.0),
    ("absolute", [[0.0], [0.0], [9.0]], 3.0), (None, [1.0], None)])
def test_what_always_the_same_answer_costs(kind, y, cost):
    """-(1/4 ln 1/4 + 3/4 ln 3/4) = 0.5623351."""
    found = losses.constant_answer(kind, y)
    assert found is cost is None or found == pytest.approx(cost)


def test_shares_in_words():
    assert [findings._share(one) for one in (1, 0.996, 0.94, 0.52)] == [
        "all", "nearly all", "about 95 %", "about 50 %"]
    assert thresholds.MANY_DEAD < thresholds.DEAD


def test_the_summary_counts_and_gives_the_loss_beside_a_constant_answer(keras):
    """Zero weights give the same to all: ln 3 for three classes. Forty are not quite even."""
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "gelu"),
                              keras.layers.Dense(3, kernel_initializer="zeros")])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    report = keras_tools.diagnose(model, (X, CLASSES))
    assert report.constant == pytest.approx(-(14 * np.log(14 / 40) + 26 * np.log(13 / 40)) / 40)
    assert report.summary() == ("Nothing found on 40 examples.\nLoss 1.10; always the same answer "
                                "would cost 1.10.")
    hinted = keras_tools.diagnose(model, (10 * X, CLASSES))
    assert hinted.healthy and hinted.summary().startswith("Found no illness and 1 hint on 40 ")
    own = keras_tools.diagnose(model, (X, CLASSES), lambda y, o: keras.ops.mean(o**2, -1))
    assert np.isnan(own.constant) and own.summary() == "Nothing found on 40 examples.\nLoss 0.00."
