"""Training many small networks: the engine against Keras, JAX and PyTorch, and against itself.

The study is one a learner runs: 8 activations x 10 seeds on digits (64-64-64-64-10, batches of 64,
Adam, 30 epochs). Ours trains all in one call. A peer that would need long trains a sample (every
activation, one seed); all times are per network.
"""

import os
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from course_lib import data, training
from course_lib.threads import one_blas_thread

from . import peers
from .rounds import Timing, Worker, installed, refused, result, rotate, unequal

ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "softplus")
MARGIN = 0.01  # of mean test accuracy; the standard error of a mean over 8 networks is 0.003
NARROW = (16, 16, 16)


class Peer(NamedTuple):
    name: str
    package: str
    train: Callable
    goal: float
    at_most: bool = False  # then the ratio is ours / theirs, else theirs / ours
    alone: bool = False  # trains one network after the other: one seed tells its time


PEERS = (
    Peer("keras_fit", "tensorflow", peers.keras_fit, 25, alone=True),
    Peer("jax_steady", "jax", peers.jax_vmap, 1.1, at_most=True),
    Peer("jax_with_compile", "jax", peers.jax_vmap_compiling, 3),
    Peer("torch_vmap", "torch", peers.torch_vmap, 2.5),
    Peer("torch_eager", "torch", peers.torch_eager, 9, alone=True),
    Peer("torch_loader", "torch", peers.torch_loader, 9, alone=True),
)


def run(quick=False):
    """Yields an outcome for each peer, for narrow networks, and for the share of sgemm's rate."""
    activations = ACTIVATIONS[:2] if quick else ACTIVATIONS
    seeds, epochs, rounds, margin = (2, 5, 1, 0.1) if quick else (10, 30, 5, MARGIN)
    here = [peer for peer in PEERS if installed(peer.package)]
    workers = {package: Worker() for package in {"numpy", *(peer.package for peer in here)}}

    def side(worker, function, count):
        args = activations, range(count), epochs
        return lambda: workers[worker].time(function, *args, units=count * len(activations))

    sides = {"ours": side("numpy", peers.ours, seeds),
             "narrow": side("numpy", narrow_together, seeds),
             "narrow_alone": side("numpy", narrow_alone, seeds),
             "sgemm": lambda: workers["numpy"].time(sgemm, 16, units=16 * 2 * SGEMM**3)}
    sides |= {peer.name: side(peer.package, peer.train, 1 if peer.alone else seeds)
              for peer in here}
    try:
        rotate(sides, 1)  # imports, first compilations, caches: not counted
        seen = rotate(sides, rounds)
        kernels = workers["numpy"].time(blas_kernels).value
    finally:
        for worker in workers.values():
            worker.close()

    study = f"{len(activations)} activations x {seeds} seeds, {epochs} epochs, digits"
    for peer in PEERS:
        yield {**against(peer, seen["ours"], seen.get(peer.name), margin, study), **held_back()}
    yield against_itself(seen["narrow"], seen["narrow_alone"], margin,
                         f"2-16-16-16-2 on moons, {len(activations)} x {seeds}: one call for all "
                         "against one call a network")
    flops = products(epochs)
    rates = [Timing(t.cpu / flops, t.wall / flops) for t in seen["ours"]]
    yield result("training.sgemm_share", seen["sgemm"], rates, 0.35, study=study,
                 sgemm_gflops=[1e-9 / t.cpu for t in seen["sgemm"]],
                 our_gflops=[1e-9 / t.cpu for t in rates], blas_kernels=kernels)


def against(peer, ours, theirs, margin, study):
    """The outcome for one peer; `theirs` is None where it is not installed."""
    name = f"training.{peer.name}"
    if theirs is None:
        return refused(name, peer.goal, peer.at_most, study=study,
                       why=f"{peer.package} is not installed (requirements-bench.txt)")
    seeds = theirs[0].value.shape[1]
    accuracy = float(np.mean(ours[0].value[:, :seeds])), float(np.mean(theirs[0].value))
    details = dict(study=study, accuracy_ours=accuracy[0], accuracy_theirs=accuracy[1],
                   ms_ours=[1e3 * t.cpu for t in ours], ms_theirs=[1e3 * t.cpu for t in theirs])
    if why := unequal("test accuracy", *accuracy, margin):
        return refused(name, peer.goal, peer.at_most, why=why, **details)
    sides = (ours, theirs) if peer.at_most else (theirs, ours)
    return result(name, *sides, peer.goal, peer.at_most, **details)


# ---- against itself


def against_itself(together, alone, margin, study):
    """Narrow networks, where stacking pays most."""
    name, goal = "training.narrow", 4
    accuracy = float(np.mean(together[0].value)), float(np.mean(alone[0].value))
    if why := unequal("test accuracy", *accuracy, margin):
        return refused(name, goal, why=why, study=study)
    return result(name, alone, together, goal, study=study)


def narrow_together(activations, seeds, epochs):
    return training.train(data.moons(), list(activations), seeds=list(seeds), hidden=NARROW,
                          epochs=epochs).test_score.values


def narrow_alone(activations, seeds, epochs):
    return [training.train(data.moons(), activation, seeds=[seed], hidden=NARROW,
                           epochs=epochs).test_score.values
            for activation in activations for seed in seeds]


# ---- against the processor

SGEMM = 1024


def sgemm(times):
    """`times` products of two SGEMM x SGEMM float32 matrices."""
    a = np.random.default_rng(0).random((SGEMM, SGEMM), np.float32)
    out = np.empty_like(a)
    with one_blas_thread():
        for _ in range(times):
            np.matmul(a, a, out=out)


def products(epochs):
    """Floating point operations of one network's matrix products, a product of (a, b) and (b, c)
    counting 2abc; bias gradients, which are products too but need not be, are left out."""
    digits = data.digits()
    pairs = [a * b for a, b in pairwise(peers.SIZES)]
    forward, weights, inputs = sum(pairs), sum(pairs), sum(pairs[1:])
    return 2 * (epochs * len(digits.x_train) * (forward + weights + inputs)
                + (epochs * len(digits.x_val) + len(digits.x_test)) * forward)


def held_back():
    """A note where the environment ties numpy's BLAS, and no peer, to an older processor."""
    kernels = os.environ.get("OPENBLAS_CORETYPE")
    return {"note": f"OPENBLAS_CORETYPE={kernels} holds back our side only"} if kernels else {}


def blas_kernels():
    """The processor generation whose kernels numpy's BLAS runs, as OpenBLAS calls it."""
    from threadpoolctl import threadpool_info

    return [pool.get("architecture") for pool in threadpool_info() if pool["user_api"] == "blas"]
