"""Recurrent networks: one step used over and over, and gradients that must come back through time.

    from course_lib.recurrent import LSTM, RNN, memory, train
    run = train(memory(20), [RNN("tanh"), RNN("relu", "identity"), LSTM(forget=2)], seeds=10)
    run.score.mean("seed")

The engine's style (networks.py): S networks of one shape are computed together, the parameters of
each lie in one row, and so does its gradient, left there for an optimiser.
"""

from .cells import LSTM, RNN, identity
from .network import Recurrent
from .tasks import memory
from .training import Run, train

__all__ = ["LSTM", "RNN", "Recurrent", "Run", "identity", "memory", "train"]
