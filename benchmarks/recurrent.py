"""Recurrent networks: ten seeds of the memory task in one call, against Keras' `fit` one by one.

The task is a learner's: remember the first of 20 inputs, 16 units, 250 steps of Adam on 32 fresh
sequences each, gradients no longer than 1. Keras trains the same networks from the same weights on
the same sequences, which are drawn before its clock starts; ours draws them as it goes. Times are
per network.
"""

from functools import cache, partial

import numpy as np

from course_lib import recurrent
from course_lib.recurrent import LSTM, RNN, Recurrent
from course_lib.recurrent.training import TESTED

from .rounds import Worker, installed, refused, result, rotate, unequal

LENGTH, HIDDEN, BATCH, STEPS, RATE, LIMIT = 20, 16, 32, 250, 0.003, 1.0
MARGIN = 0.03  # of mean accuracy; nearly all networks of either side solve the task
CELLS = {"rnn": RNN("tanh"), "lstm": LSTM(2)}
GOAL = 10


def run(quick=False):
    """Yields an outcome for the plain recurrence and for the LSTM."""
    seeds, rounds, steps, margin = (2, 1, 20, 0.6) if quick else (10, 5, STEPS, MARGIN)
    study = f"remember the first of {LENGTH} inputs, {seeds} seeds, {steps} steps"
    if not installed("tensorflow"):
        for name in CELLS:
            yield against(name, None, None, margin, study)
        return
    workers = {"numpy": Worker(), "tensorflow": Worker()}
    sides = {}
    for name in CELLS:
        sides[name, "ours"] = partial(workers["numpy"].time, ours, name, seeds, steps, units=seeds)
        # One network after the other: two seeds tell the time of each.
        sides[name, "keras"] = partial(workers["tensorflow"].time, keras_fit, name, 2, steps,
                                       units=2)
    try:
        rotate(sides, 1)  # imports and caches: not counted
        seen = rotate(sides, rounds)
    finally:
        for worker in workers.values():
            worker.close()
    for name in CELLS:
        yield against(name, seen[name, "ours"], seen[name, "keras"], margin, study)


def against(cell, ours, theirs, margin, study):
    """The outcome for one kind of cell; the timings are None where Keras is not installed."""
    name = f"recurrent.{cell}.keras_fit"
    if theirs is None:
        return refused(name, GOAL, study=study,
                       why="tensorflow is not installed (requirements-bench.txt)")
    accuracy = float(np.mean(ours[0].value)), float(np.mean(theirs[0].value))
    details = dict(study=study, accuracy_ours=accuracy[0], accuracy_theirs=accuracy[1],
                   ms_ours=[1e3 * t.cpu for t in ours], ms_theirs=[1e3 * t.cpu for t in theirs])
    if why := unequal("accuracy on new sequences", *accuracy, margin):
        return refused(name, GOAL, why=why, **details)
    return result(name, theirs, ours, GOAL, **details)


def ours(cell, seeds, steps):
    """Accuracies (seeds,) of all networks, trained together."""
    run = recurrent.train(recurrent.memory(LENGTH), CELLS[cell], seeds=seeds, hidden=HIDDEN,
                          batch=BATCH, steps=steps, rate=RATE, clip_norm=LIMIT)
    return run.score.values[0]


@cache
def sequences(seed, steps):
    """The sequences that `recurrent.train` draws for this seed: all steps', then those it tests."""
    draw, rng = recurrent.memory(LENGTH), np.random.default_rng([seed, 0])
    batches = [draw(BATCH, rng) for _ in range(steps)]
    return (*map(np.concatenate, zip(*batches, strict=True)),
            *draw(TESTED, np.random.default_rng([seed, 9])))


def keras_fit(cell, seeds, steps):
    """One `fit` a network, tracing included, as a user would write it (on a CPU: without XLA)."""
    from course_lib import keras_tools

    keras, scores = keras_tools.load(), []
    for seed in range(seeds):
        x, y, x_new, y_new = sequences(seed, steps)
        network = Recurrent(CELLS[cell], (1, HIDDEN, 1))
        network.initialise([seed])
        layer = keras.layers.SimpleRNN if cell == "rnn" else keras.layers.LSTM
        model = keras.Sequential([keras.Input((LENGTH, 1)), layer(HIDDEN), keras.layers.Dense(1)])
        parts = network.parts
        model.set_weights([parts.W[0], parts.U[0], parts.b[0, 0], parts.V[0], parts.c[0, 0]])
        model.compile(keras.optimizers.Adam(RATE, global_clipnorm=LIMIT),
                      keras.losses.BinaryCrossentropy(from_logits=True))
        model.fit(x, y, batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
        scores.append(((np.asarray(model(x_new)) > 0) == y_new).mean())
    return np.array(scores)
