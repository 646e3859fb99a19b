"""Lab: press a button, and see how long a training step takes with each of eleven functions."""

import numpy as np

from course_lib import networks
from course_lib.evidence.hidden_layers import FUNCTIONS, WIDTH
from course_lib.labs.clock import Cost
from course_lib.threads import one_blas_thread
from course_lib.trials.chapter_02 import speed

DEPTH, BATCH, NETWORKS = 6, 64, 10


@one_blas_thread()
def measure(rounds=5):
    """Time of a step over that of a step with ReLU: {function: median ratio over the rounds}.

    A step: forward and backward through ten networks of 6 layers of 32 units, a batch of 64 each.
    """
    rng = np.random.default_rng(0)
    x = rng.standard_normal((NETWORKS, BATCH, 64)).astype(np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, (NETWORKS, BATCH))]
    steps = {}
    for name, (f, init) in FUNCTIONS.items():
        stack = networks.Stack([f] * NETWORKS, (64, *[WIDTH] * DEPTH, 10))
        stack.initialise([init] * NETWORKS, range(NETWORKS))
        stack.loss_and_gradient(x, y)
        steps[name] = lambda stack=stack: stack.loss_and_gradient(x, y)
    taken = [{name: speed._seconds(step, 2) for name, step in steps.items()}
             for _ in range(rounds)]  # all in turn: what slows the machine down slows each
    return {name: float(np.median([one[name] / one["relu"] for one in taken])) for name in steps}


def sentence(found):
    """What was measured, in words."""
    told = [f"{name} {ratio:.1f}" for name, ratio in found.items() if name != "relu"]
    return ("On this machine a training step takes, as a multiple of one with ReLU: "
            f"{', '.join(told)}.")


class StepTimes(Cost):
    """A button and a sentence on all functions of the study `hidden_layers`."""

    ask = ("What does a training step cost here? Times depend on the processor and the library, so "
           "none are stored: with a kernel, a button measures all eleven functions on your "
           "machine (about three seconds).")

    def measured(self):
        """Measure, and say in words what was found."""
        return sentence(measure())
