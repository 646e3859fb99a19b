"""What the advisor says of measurements, against the stored studies themselves."""

import numpy as np
import pytest

from course_lib import advisor
from course_lib.evidence import (
    fifty_layers,
    hidden_deep,
    hidden_deep_scores,
    hidden_layers,
    hidden_scores,
    input_scales,
    label_noise,
    load,
    memory,
    normalised,
)
from course_lib.statistics import compare, interval, paired

MARGIN = 2  # points, that of C55
STUDY = {"leaky_relu": ("leaky 0.01", "leaky 0.2")}  # the study's names of a function


def studied(names):
    return [one for name in names for one in STUDY.get(name, (name,))]


def advised(**answers):
    """Functions advised for a dense network: the first, and all of its tie."""
    item = advisor.advise(task="multi-class", **answers).hidden
    return studied([item.code["function"], *item.ties])


@pytest.mark.parametrize("depth, layers", [("shallow", 2), ("medium", 4), ("medium", 6),
                                           ("deep", 12)])
def test_of_a_tie_no_two_are_surely_two_points_apart(depth, layers):
    names = advised(depth=depth)
    accuracy = {name: hidden_scores.accuracies(name, layers) for name in names}
    for one in names:
        for other in names:
            gap = paired(accuracy[one], accuracy[other])
            assert abs(gap.mean) < MARGIN and compare(gap, MARGIN) not in ("more", "less")
    assert len(names) == {"shallow": 11, "medium": 10, "deep": 3}[depth]


def test_what_is_left_out_of_a_tie_is_surely_behind_or_said_to_tie():
    """Sigmoid with six layers and with twelve; all others with twelve tie, as the reason says."""
    for depth, layers in (("medium", 6), ("deep", 12)):
        first = advised(depth=depth)[0]
        gap = {name: compare(paired(hidden_scores.accuracies(name, layers),
                                    hidden_scores.accuracies(first, layers)), MARGIN)
               for name in hidden_layers.FUNCTIONS if name != first}
        assert [name for name, found in gap.items() if found in ("more", "less")] == ["sigmoid"]
    assert "only sigmoid is two points" in advisor.advise(depth="deep").hidden.why


def test_with_twelve_layers_tanh_is_in_front_by_about_a_point():
    accuracy = {name: hidden_scores.accuracies(name, 12) for name in hidden_layers.FUNCTIONS}
    assert max(accuracy, key=lambda name: accuracy[name].mean()) == "tanh"
    ahead = paired(accuracy["tanh"], accuracy["relu"])
    assert compare(ahead) == "more" and 0.5 < ahead.mean < 1.5
    hidden = advisor.advise(depth="deep").hidden
    assert "tanh was in front, by about a point" in hidden.why
    assert hidden.what.startswith("about 12 layers: tanh, SELU or ELU")


def test_with_twenty_layers_elu_is_as_far_ahead_as_the_advice_says():
    relu, other = hidden_deep_scores.accuracies()
    assert hidden_deep.rival() == "elu" and compare(paired(other, relu)) == "more"
    assert paired(other, relu).low > 2 and "with twenty ELU was over two ahead" in advisor.advise(
        depth="deep").hidden.why


def test_on_a_curve_functions_differ_as_the_advice_for_numbers_says():
    loss = {name: label_noise.stored()["early"].sel(task="curve", activation=name).values.mean(-1)
            .min() for name in ("relu", "gelu", "softplus", "tanh")}
    assert loss["relu"] / loss["gelu"] == pytest.approx(5, rel=0.1)
    assert loss["softplus"] / loss["relu"] == pytest.approx(7, rel=0.1)
    assert loss["tanh"] < loss["relu"]


def test_in_fifty_plain_layers_the_advised_learn_best():
    scores = {pair: 100 * one for pair, one in fifty_layers.test_scores().items()}
    names = advised(depth="deep")
    what = advisor.advise(depth="deep").hidden.what
    assert names == ["selu", "elu", "tanh"] and what.endswith("20 and more: SELU or ELU")
    two = [scores[f"{name}, own gain"] for name in names[:2]]
    assert all(compare(paired(one, scores["tanh, own gain"]), MARGIN) == "more" for one in two)
    assert compare(paired(*two), MARGIN) not in ("more", "less")
    for rival in ("relu, own gain", "gelu, own gain", "gelu, he", "relu, keras"):
        assert all(compare(paired(one, scores[rival]), MARGIN) == "more" for one in two)
    # "ReLU and GELU far less": twenty points and more.
    assert min(one.mean() for one in two) > max(
        scores[f"{name}, own gain"].mean() for name in ("relu", "gelu")) + 20


@pytest.mark.parametrize("depth, layers", [("shallow", 2), ("medium", 4), ("medium", 6),
                                           ("deep", 12)])
def test_the_best_rate_of_every_advised_function_lies_in_the_range(depth, layers):
    rates = advisor.advise(depth=depth).rate.code["rates"]
    own = hidden_layers.own_rates()
    for name in hidden_layers.FUNCTIONS:
        assert rates[0] <= own[name, layers] <= rates[-1], name
    # The range is no wider than the study's, which would hide a best rate at its end.
    assert set(rates) <= set(hidden_layers.RATES)
    best = np.mean([np.log(own[name, layers]) for name in advised(depth=depth)])
    assert rates[0] < np.exp(best) < rates[-1]


def test_who_remembers_is_as_the_recurrent_advice_says():
    right = memory.remember_at_best()
    assert right["tanh RNN", 50] == 10 and right["ReLU RNN, orthogonal", 50] == 0
    assert right["LSTM, forget bias 1", 20] == 10 and right["LSTM, forget bias 1", 50] <= 2
    assert right["LSTM, forget bias 2", 50] >= 9 and right["LSTM, forget bias 4", 50] >= 9
    rates = advisor.advise(architecture="recurrent").rate.code["rates"]
    assert set(rates) <= set(memory.RATES)
    score = load("memory")["score"]
    for cell in ("tanh RNN", "LSTM, forget bias 2", "LSTM, forget bias 4"):
        best = score.sel(cell=cell, length=50).values.mean(-1)
        assert max(best[memory.RATES.index(rate)] for rate in rates) >= best.max() - 0.02


def test_fifty_layers_with_norms_and_skips_learn_as_the_advice_says():
    found = {way: 100 * scores for way, (_, scores) in normalised.at_best_rate().items()}
    norms = {"batch": "BatchNorm", "layer": "LayerNorm"}
    for choice, norm in norms.items():
        first, *ties = advised(depth="deep", residual="yes", normalisation=choice)
        for name in ties:
            gap = paired(found[name, norm, "skips"], found[first, norm, "skips"])
            assert abs(gap.mean) < MARGIN and compare(gap, MARGIN) not in ("more", "less")
        # Normalisation alone: ReLU next to nothing. With skip connections it learns.
        assert advised(depth="deep", normalisation=choice) == ["relu"]
        assert found["relu", norm, "plain"].mean() < 40
        assert found["relu", norm, "skips"].mean() > 85
    for name in ("relu", "gelu"):  # "two to four points behind", and behind for sure
        behind = paired(found[name, "BatchNorm", "skips"], found["tanh", "BatchNorm", "skips"])
        assert -4.5 < behind.mean < -1.5 and compare(behind) == "less"
    name, = advised(depth="deep", residual="yes")
    assert compare(paired(found[name, "none", "skips"], found["relu", "none", "skips"]),
                   MARGIN) == "more"
    assert found[name, "none", "skips"].mean() > 80  # "fifty such layers still learn"


def test_standardised_inputs_need_the_fewest_steps_with_every_function():
    steps = load("input_scales")["steps"].values.mean(-1).min(-1)  # at each one's best rate
    assert (steps[:, 2] < steps[:, :2].min(1)).all()  # raw, scaled, standardised
    tanh, relu = (list(input_scales.INIT).index(name) for name in ("tanh", "relu"))
    gain = steps[:, 1] / steps[:, 2]
    assert gain[relu] == pytest.approx(gain[tanh], rel=0.15)  # "helped ReLU as much as tanh"


HEADS = {  # task: the head advised, and what its item says of the others
    "binary": ("yes or no: sigmoid, cross-entropy", [
        "yes or no: sigmoid, squared error", "yes or no: none, squared error"], []),
    "multi-class": ("one of several: softmax, cross-entropy", [
        "one of several: sigmoids, cross-entropy"], ["one of several: ReLU before the softmax"]),
    "multi-label": ("any of several: sigmoids, cross-entropy", [
        "any of several: none, squared error"], ["any of several: softmax, cross-entropy"]),
    "regression": ("any number: none", [], [
        "any number: tanh", "any number: sigmoid", "any number: ReLU"]),
    "positive": ("positive: softplus", [
        "positive: exponential", "positive: ReLU", "positive: none"], []),
    "bounded": ("from 0 to 1: sigmoid, cross-entropy", [
        "from 0 to 1: sigmoid, squared error"], []),
}


@pytest.mark.parametrize("task", HEADS)
def test_heads_tie_or_fail_as_their_items_say(task):
    """On validation digits, each at its best rate: within a point or a tenth, or surely beyond."""
    stored, numbers = load("output_heads")["score"], task in ("regression", "positive", "bounded")

    def best(case):
        rows = stored.sel(case=case).values
        mean = rows.mean(-1)
        row = rows[mean.argmin() if numbers else mean.argmax()]
        return np.log(row) if numbers else -100 * row  # what to keep small

    case, ties, worse = HEADS[task]
    margin = np.log(1.1) if numbers else 1
    for other in ties:
        assert compare(paired(best(other), best(case)), margin) not in ("more", "less"), other
    for other in worse:
        assert compare(paired(best(other), best(case)), margin) == "more", other
    if task == "regression":  # "several times the error"
        assert all(np.exp(interval(best(other) - best(case)).mean) > 3 for other in worse)
