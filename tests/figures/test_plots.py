"""Curves, slopes and results over seeds say what mathematics and the data say."""

import mpmath
import numpy as np
import pytest

from course_lib import activations, figures
from course_lib.statistics import Estimate, interval, paired

# ---- curves and slopes


def test_curves_tell_minima_and_kinks(shown):
    assert figures.curves(["relu", "gelu", "silu"], "both") is None
    mpmath.mp.dps = 30

    def gelu(z):
        return z * mpmath.ncdf(z)

    def silu(z):
        return z / (1 + mpmath.exp(-z))

    for name, f, start in (("gelu", gelu, -0.7), ("silu", silu, -1.3)):
        place = mpmath.findroot(lambda z, f=f: mpmath.diff(f, z), start)
        low = f"{float(f(place)):.3g} at {float(place):.3g}"
        assert f"{name} goes from" in shown.words() and f"lowest {low}" in shown.words()
        assert f"{low} ({name})" in shown.words()
    assert ("relu goes from 0 (lowest) at -5 to 1 at 5, highest 1 at 0, on average 0.5, with a jump"
            in shown.words())


@pytest.mark.parametrize("name, what", [("hard_sigmoid", "value"), ("tanh", "slope")])
def test_the_words_of_one_function_are_not_those_of_another(shown, name, what):
    figures.curves(name, what, title="One")
    figures.curves("sigmoid", what, title="One")
    assert shown.words().replace(name, "") != shown.words(1).replace("sigmoid", "")


def test_every_elementwise_function_can_be_drawn(shown):
    needs = {"threshold": {"threshold": 1.0, "value": 0.5}}
    every = [activations.get(name, **needs.get(name, {})) for name in activations.names()]
    every = [one for one in every if one.kind == "elementwise"]
    assert len(every) > 40
    for some in range(0, len(every), 6):
        figures.curves(every[some:some + 6], "both")
    text = " ".join(data.get("text/plain", "") for data, _ in shown)
    for one in every:
        assert text.count(f" {one.name} goes from") + text.count(f" {one.name} stays at") >= 2
    assert "not finite" not in text


def test_the_same_function_with_two_parameters_has_two_names(shown):
    figures.curves([activations.get("leaky_relu", negative_slope=slope) for slope in (0.01, 0.3)])
    assert "leaky_relu (negative_slope=0.01) goes" in shown.words()
    assert "leaky_relu (negative_slope=0.3) goes" in shown.words()


def test_a_users_own_function_is_drawn(shown):
    figures.curves(activations.Activation(name="mine", f=lambda x: x**3, df=lambda x: 3 * x**2))
    assert "mine goes from -125 (lowest) at -5 through 0 at 0 to 125 (highest)" in shown.words()


@pytest.mark.parametrize("call, message", [
    (lambda: figures.curves("relu", "height"), "what must be 'value', 'slope' or 'both'"),
    (lambda: figures.curves("relu", interval=(5, -5)), "low < high"),
    (lambda: figures.curves([]), "no function given"),
    (lambda: figures.curves("softmax"), "function of a whole vector"),
    (lambda: figures.curves("rellu"), "did you mean 'relu'"),
    (lambda: figures.slopes("relu"), "two functions or more"),
    (lambda: figures.slopes(["relu", "tanh"], mark="kink"), "mark must be 'crossing' or None"),
    (lambda: figures.curves(["relu", "relu"]), "two series are called"),
])
def test_curves_and_slopes_refuse(shown, call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert not shown


def test_slopes_of_sigmoid_and_tanh_cross_where_mathematics_says(shown):
    assert figures.slopes(["sigmoid", "tanh"], mark="crossing") is None
    mpmath.mp.dps = 30
    crossing = 2 * mpmath.acosh((1 + mpmath.sqrt(3)) / 2)
    e = mpmath.exp(-5)
    times = (e / (1 + e) ** 2) / (4 * e**2 / (1 + e**2) ** 2)
    assert f"change places at |z| = {float(crossing):.4g}." in shown.words()
    assert f"At z = 5 sigmoid's slope is {float(times):.2g} times tanh's." in shown.words()
    assert "0.25 (highest) at 0" in shown.words() and "to 4.5e-07 (lowest) at 8" in shown.words()
    found = figures.lines.equal_slopes(activations.get("sigmoid"), activations.get("tanh"),
                                       np.linspace(0, 8, 100))
    assert found == pytest.approx([float(crossing)], rel=1e-13)


def test_a_changed_slope_changes_the_words(shown):
    figures.slopes(["sigmoid", "tanh"])
    four = activations.get("sigmoid").affine(4.01, -2)
    figures.slopes([activations.Activation(name="sigmoid", f=four.f, df=four.df), "tanh"])
    assert shown.words() != shown.words(1)


def test_slopes_that_are_not_even_show_both_sides(shown):
    figures.slopes(["gelu", "relu"])
    assert "change places at z = -0.7518, 0 and 0.7518" in shown.words()
    assert "relu goes from 0 (lowest) at -3 to 1 at 3" in shown.words()
    figures.slopes(["sigmoid", activations.get("sigmoid").affine(4, -2)], mark=None)
    assert "How steep are sigmoid and 4*sigmoid-2?" in shown.words(1)


def test_a_slope_of_zero_is_said(shown):
    figures.slopes(["hard_tanh", "tanh"])
    assert "At z = 5 the slope of hard_tanh is 0." in shown.words()


# ---- results over seeds


RNG = np.random.default_rng(0)
SCORES = {"relu": RNG.normal(97.5, 0.2, 10), "tanh": RNG.normal(97.0, 0.3, 10)}


def test_differences_tell_each_interval_and_the_margin(shown):
    estimates = [paired(SCORES["tanh"], SCORES["relu"]), Estimate(0.1, 0.02, 0.05, 0.15, 10),
                 Estimate(-2.0, 0.1, -2.2, -1.8, 10), Estimate(0.5, 0.1, 0.3, 0.7, 10)]
    assert -0.9 < estimates[0].mean < -0.4  # near the margin, so undecided
    figures.differences(["tanh", "gelu", "selu", "mish"], estimates, margin=0.5,
                        title="Against ReLU")
    assert "gelu 0.10 (0.05 to 0.15); selu -2.00 (-2.20 to -1.80)" in shown.words()
    one = estimates[0]
    assert f"tanh {one.mean:.1f} ({one.low:.1f} to {one.high:.1f})" in shown.words() or \
        f"tanh {one.mean:.2f} ({one.low:.2f} to {one.high:.2f})" in shown.words()
    assert "margin of ±0.5 points" in shown.words()
    assert "within it: gelu" in shown.words() and "below it: selu" in shown.words()
    assert "undecided by three standard errors: tanh, mish;" in shown.words()
    assert shown.words().endswith("Large dot: mean of 10 seeds; bar: 95 % interval; "
                                "grey band: within ±0.5 points.")


def test_accuracies_show_seeds_mean_and_interval(shown):
    figures.accuracies(list(SCORES), list(SCORES.values()), title="Close", xlabel="accuracy (%)")
    for name, values in SCORES.items():
        one = interval(values)
        assert f"{name} {one.mean:.2f} ({one.low:.2f} to {one.high:.2f})" in shown.words()
    figures.accuracies(list(SCORES), [SCORES["relu"], SCORES["tanh"] + 1], title="Close")
    assert shown.words() != shown.words(1)


def test_the_level_of_guessing_is_drawn_and_told(shown):
    figures.accuracies(list(SCORES), list(SCORES.values()), title="Close", chance=10)
    figures.accuracies(list(SCORES), list(SCORES.values()), title="Close")
    assert "Guessing would score 10." in shown.words(0)
    assert "Guessing" not in shown.words(1)
    assert shown[0][0]["image/png"] != shown[2][0]["image/png"]


def test_traces_draw_the_mean_and_its_band(shown):
    epochs = np.arange(21)
    runs = np.exp(-epochs / 5) * np.exp(RNG.normal(0, 0.2, (8, 1)))
    figures.traces(["relu"], [runs], title="Falling", log=True, digits=3)
    last = interval(np.log(runs[:, -1]))
    assert f"to {np.exp(last.mean):.3g} (lowest) at 20" in shown.words()
    assert "with its interval there " in shown.words()
    told = shown.words().split("interval there ")[1].split(").")[0]
    low, high = told.split(" (")[1].split(" to ")
    assert float(low) == pytest.approx(np.exp(last.low), rel=0.02)
    assert float(high) == pytest.approx(np.exp(last.high), rel=0.02)
    assert "Line: geometric mean of 8 seeds; band: its 95 % interval." in shown.words()
    figures.traces(["relu"], [runs], title="Falling", digits=3)
    assert f"to {runs[:, -1].mean():.3g} (lowest) at 20" in shown.words(1)
    figures.traces(["relu"], [runs[:1]], epochs / 2, title="One", digits=3)
    assert shown.words(2).endswith("Line: mean of 1 seed.")
    assert "at 10, on average " in shown.words(2)


def test_digits_tell_their_labels_and_values(shown):
    images = RNG.uniform(0, 16, (3, 64))
    figures.digits(images, [4, 0, 7])
    assert "3 images of 8 by 8 values" in shown.words() and "titled 4, 0 and 7" in shown.words()
    figures.digits(images.reshape(3, 8, 8)[:1])
    assert "1 image of 8 by 8 values" in shown.words(1)


@pytest.mark.parametrize("call, message", [
    (lambda: figures.differences([], [], title="t"), "no labels given"),
    (lambda: figures.differences(["a"], [], title="t"), "each label needs one estimate"),
    (lambda: figures.differences(["a"], [Estimate(0, 1, -1, 1, 3)], title="t", margin=0),
     "margin must be above 0"),
    (lambda: figures.accuracies(["a"], [[[1.0, 2.0]]], title="t"), r"shape \(seeds,\)"),
    (lambda: figures.accuracies(["a"], [[1.0]], title="t"), "two seeds or more"),
    (lambda: figures.traces(["a"], [[1.0, 2.0]], title="t"), r"shape \(seeds, steps\)"),
    (lambda: figures.traces(["a"], [[[1.0, 2.0]]], [1, 2, 3], title="t"), "x has 3"),
    (lambda: figures.traces(["a"], [[[1.0, 0.0]]], title="t", log=True), "log scale cannot show"),
    (lambda: figures.traces(["a"], [[[1.0, np.nan], [1.0, 2.0]]], title="t"), "not finite"),
    (lambda: figures.digits(np.zeros((2, 63))), r"shape \(n, 64\) or \(n, 8, 8\)"),
    (lambda: figures.digits(np.zeros((13, 64))), "1 to 12 images"),
    (lambda: figures.digits(np.zeros((2, 64)), [1]), "each image needs one label"),
])
def test_results_refuse(shown, call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert not shown


def test_a_grain_rounds_the_words_alone(shown):
    values = np.array([93.2, 94.1, 96.3, 95.2])
    figures.accuracies(["relu"], [values], title="Coarse", grain=5)
    assert "relu 95 (95 to 95), to the nearest 5" in shown.words()
    figures.accuracies(["relu"], [values + 3], title="Coarse", grain=5)
    assert "relu 100 (95 to 100), to the nearest 5" in shown.words(1)
    figures.differences(["relu"], [interval(values - 95)], title="Fine")
    assert "nearest" not in shown.words(2)
