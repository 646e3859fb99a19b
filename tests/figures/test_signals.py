"""Signals: the words of a figure of layers are those of the reports."""

import numpy as np
import pytest

from course_lib import diagnostics, figures, networks


def report(init, count=4):
    stack = networks.Stack(["identity"] * count, (50, 50, 50, 50, 10))
    stack.initialise([init] * count, range(count))
    return diagnostics.through_depth(stack, np.random.default_rng(0).standard_normal((40, 50)))


def test_layers_tell_what_is_left(shown):
    """Orthogonal layers keep every length: the second moment and the gradient do not change."""
    kept = report("orthogonal")
    assert figures.layers(["orthogonal", "halved"], [kept, report(halved)],
                          title="One keeps, one loses") is None
    words = shown.words()
    assert "orthogonal" in words and "4 networks each; band" in words
    # A quarter of the second moment a layer (half the size), of the gradient half.
    assert kept.second_moment.mean(0) == pytest.approx(kept.second_moment.mean(), rel=1e-5)
    assert "halved goes from 0.2" in words and "to 0.01" in words


def halved(fan_in, fan_out, rng):
    from course_lib import initialisation
    W, b = initialisation.get("orthogonal")(fan_in, fan_out, rng)
    return W / 2, b


def test_one_network_has_no_band(shown):
    figures.layers(["one"], [report("he", 1)], title="One", show=("factor",))
    assert "1 network each" in shown.words() and "band" not in shown.words()


def test_what_cannot_be_drawn_is_named(shown):
    with pytest.raises(ValueError, match="no column .'slope'.*second_moment"):
        figures.layers(["one"], [report("he")], title="One", show=("slope",))
    dead = report(lambda fan_in, fan_out, rng: (np.zeros((fan_in, fan_out)), np.zeros(fan_out)))
    with pytest.raises(ValueError, match="one: second_moment is not above 0 and finite in layer 1"):
        figures.layers(["one"], [dead], title="One")
    assert not shown
