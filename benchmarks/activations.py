"""Single functions: the catalogue and the engine's forms against scipy, TensorFlow, PyTorch, JAX.

Three things are timed, on 1e3, 1e5 and 1e7 elements, float32 and float64, one thread each:

    f        the value                                get(name).f(x), with all its checks
    df       the derivative                           get(name).df(x)
    engine   value and derivative together, in place  what training runs (float32 only)

A peer's derivative is what its automatic differentiation gives for one backward pass, the value
it needs on the way included; so `engine` is compared with that too. `ratio` is the fastest peer's
time over ours: below 1 we are slower. There is no goal: the catalogue is right to 5.5 units in the
last place, tails, infinities and nan included, and pays for it; what a peer gets wrong stands in
its `differences`.
"""

from functools import cache
from statistics import median

import numpy as np

from course_lib import activations
from course_lib.activations import fast

from .rounds import Worker, installed, outcome, refused, rotate, unequal

FUNCTIONS = ("relu", "sigmoid", "tanh", "softplus", "elu", "gelu", "silu", "mish", "softmax")
SIZES = (1_000, 100_000, 10_000_000)
CLASSES = 10  # softmax runs over rows of so many
AGREE = {"float32": 1e-5, "float64": 2e-6}  # largest difference; Keras' float64 gelu is off by 1e-7
PACKAGES = {"scipy": "scipy", "tensorflow": "tensorflow", "torch": "torch", "jax": "jax"}


def run(quick=False):
    """Yields one outcome a function, dtype, size and what is timed; `peers` holds a ratio each."""
    sizes, rounds, seconds = (SIZES[:1], 1, 1e-3) if quick else (SIZES, 5, 0.02)
    here = [name for name, package in PACKAGES.items() if installed(package)]
    missing = [name for name in PACKAGES if name not in here]
    workers = {name: Worker() for name in ["ours", *here]}
    try:
        for size in sizes:
            for dtype in AGREE:
                for function in FUNCTIONS:
                    for what in ("f", "df", "engine"):
                        case = function, what, dtype, size
                        if "ours" in sides_of(case):
                            yield compare(case, workers, rounds, seconds, missing)
    finally:
        for worker in workers.values():
            worker.close()


def compare(case, workers, rounds, seconds, missing=()):
    """One outcome: who has the function takes its turn, each call repeated for `seconds`."""
    function, what, dtype, size = case
    name = f"activations.{function}.{what}.{dtype}.{size:.0e}".replace("e+0", "e")
    calls, values = {}, {}
    for side in set(workers) & set(sides_of(case)):
        values[side] = workers[side].time(value, side, case).value  # compiles, too
        once = workers[side].time(repeat, side, case, 1).wall
        calls[side] = max(1, int(seconds / max(once, 1e-9)))
    ours = values.pop("ours")
    differences = {side: float(np.abs(their - ours).max()) for side, their in values.items()}
    details = dict(differences=differences, missing=list(missing))
    if not values:
        return refused(name, None, why="no peer that has it is installed", **details)
    for side, difference in differences.items():
        if why := unequal(f"{side}'s result", 0, difference, AGREE[dtype]):
            return refused(name, None, why=why, **details)
    seen = rotate({side: lambda side=side: workers[side].time(
        repeat, side, case, calls[side], units=calls[side]) for side in calls}, rounds)
    times = {side: median(one.cpu for one in timings) for side, timings in seen.items()}
    fastest = min(values, key=times.get)
    each = [their.cpu / our.cpu for their, our in zip(seen[fastest], seen["ours"], strict=True)]
    return outcome(name, median(each), None, rounds=each, fastest=fastest,
                   peers={side: times[side] / times["ours"] for side in values},
                   ns_per_element={side: 1e9 * time / size for side, time in times.items()},
                   **details)


# ---- run in the workers


def repeat(side, case, times):
    function = prepared(side, case)
    for _ in range(times):
        function()


def value(side, case):
    """The first of the results as float64, to be compared."""
    return np.asarray(prepared(side, case)(), np.float64).ravel()[:100_000]


@cache
def inputs(dtype, size):
    return 3 * np.random.default_rng(0).standard_normal(size).astype(dtype)


_LAST = {}  # only the last case's function: inputs of 1e7 elements are large


def prepared(side, case):
    """A function without arguments that computes the case once and returns its result."""
    if _LAST.get("case") != case:
        function, what, dtype, size = case
        x = inputs(dtype, size)
        x = x.reshape(-1, CLASSES) if function == "softmax" else x
        _LAST.update(case=case, call=SIDES[side](function, what, x))
    return _LAST["call"]


def sides_of(case):
    """Who has this function: scipy has no derivatives, the engine neither softmax nor float64."""
    function, what, dtype, _ = case
    if what == "engine" and (function == "softmax" or dtype != "float32"):
        return []
    return ["ours", "tensorflow", "torch", "jax"] + (["scipy"] if what == "f"
                                                     and function in SCIPY else [])


def ours(function, what, x):
    activation = activations.get(function)
    if what == "engine":
        form, z = fast.form(activation, x.dtype), x.copy()
        buffers = np.empty((3, *x.shape), x.dtype)

        def both():
            np.copyto(z, x)  # a form may overwrite it
            form(z, *buffers)
            return buffers[1]
        return both
    if function == "softmax":
        g = _cotangent(x)
        return (lambda: activation.f(x)) if what == "f" else (lambda: activation.vjp(x, g))
    return (lambda: activation.f(x)) if what == "f" else (lambda: activation.df(x))


SCIPY = {
    "sigmoid": lambda s, x: s.expit(x), "softplus": lambda s, x: -s.log_expit(-x),
    "gelu": lambda s, x: x * s.ndtr(x), "silu": lambda s, x: x * s.expit(x),
    "softmax": lambda s, x: s.softmax(x, -1),
}


def scipy(function, what, x):
    from scipy import special

    return lambda: SCIPY[function](special, x)


def tensorflow(function, what, x):
    import keras
    import tensorflow as tf

    f = {"relu": tf.nn.relu, "sigmoid": tf.sigmoid, "tanh": tf.tanh, "softplus": tf.nn.softplus,
         "elu": tf.nn.elu, "gelu": tf.nn.gelu, "silu": tf.nn.silu, "mish": keras.activations.mish,
         "softmax": tf.nn.softmax}[function]
    g, x = tf.constant(_cotangent(x)), tf.constant(x)

    def derivative():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, g)

    return (lambda: f(x)) if what == "f" else derivative


def torch(function, what, x):
    import torch
    from torch.nn import functional as F

    f = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "softplus": F.softplus,
         "elu": F.elu, "gelu": F.gelu, "silu": F.silu, "mish": F.mish,
         "softmax": lambda x: torch.softmax(x, -1)}[function]
    g, x = torch.tensor(_cotangent(x)), torch.tensor(x)
    if what == "f":
        return lambda: f(x)
    x.requires_grad_()
    return lambda: torch.autograd.grad(f(x), x, g)[0]


def jax(function, what, x):
    import jax

    jax.config.update("jax_enable_x64", True)
    f = {"sigmoid": jax.nn.sigmoid, "gelu": lambda x: jax.nn.gelu(x, approximate=False)}.get(
        function) or getattr(jax.nn, function)
    g, x = jax.numpy.asarray(_cotangent(x)), jax.numpy.asarray(x)
    program = jax.jit(f if what == "f" else lambda x: jax.vjp(f, x)[1](g)[0])
    return lambda: jax.block_until_ready(program(x))


def _cotangent(x):
    """The slope a loss hands back: ones, for the derivative itself; with ones softmax's is 0."""
    if x.ndim == 1:
        return np.ones_like(x)
    return np.random.default_rng(1).standard_normal(x.shape).astype(x.dtype)


SIDES = {"ours": ours, "scipy": scipy, "tensorflow": tensorflow, "torch": torch, "jax": jax}
