"""What batch normalisation does to gradients before anything is learned."""

import numpy as np

from ... import networks, statistics
from ...threads import one_blas_thread
from . import Replica, replication

WIDTH, LAYERS, INPUTS = 256, 6, 256
BATCHES = (256, 32, 8)  # the first is the large one


@one_blas_thread()
def growth(seeds):
    """By what the mean-square gradient grows a layer on the way down (seeds, BATCHES, LAYERS - 2).

    Networks of ReLU layers, each with batch norm before the activation, on batches of normal
    inputs; normal slopes of the loss at the outputs. The first layer is left out: its inputs are
    no outputs of ReLUs.
    """
    found = np.empty((len(seeds), len(BATCHES), LAYERS - 2))
    stack = networks.Stack(["relu"], (INPUTS, *[WIDTH] * LAYERS, INPUTS), norm="batch")
    for grown, seed in zip(found, seeds, strict=True):
        stack.initialise(["he"], [seed])
        for one, batch in zip(grown, BATCHES, strict=True):
            rng = np.random.default_rng([seed, 14, batch])
            x = rng.standard_normal((1, batch, INPUTS), dtype=np.float32)
            out, space = stack.forward(x, training=True)
            stack.backward(rng.standard_normal(out.shape, dtype=np.float32), space)
            # `backward` leaves the loss's slope at each layer's weighted sums there
            size = [np.square(layer.slope, dtype=float).mean() for layer in space.layers[1:]]
            one[:] = np.divide(size[:-1], size[1:])
    return found


@replication(
    "R14",
    chapter="chapter_03",
    paper="Yang, Pennington, Rao, Sohl-Dickstein & Schoenholz 2019, A mean field theory of batch "
          "normalization, arXiv:1902.08129",
    quantity="by what the mean-square gradient grows, on the way down, in each layer of ReLU with "
             "batch norm, before training: by pi / (pi - 1) = 1.467, whatever the first weights, "
             "in wide layers and large batches. Here layers of 256 units and a batch of 256",
    tolerance="within 4 % of pi / (pi - 1), by three standard errors, as the mean over four layers",
)
def explosion(seeds):
    target = np.pi / (np.pi - 1)
    grown = dict(zip(BATCHES, growth(seeds).mean(2).T, strict=True))
    measured = {batch: statistics.interval(values) for batch, values in grown.items()}
    off = statistics.interval(grown[BATCHES[0]] / target - 1)
    agrees = statistics.compare(off, 0.04) == "equal"
    return Replica(
        {f"batch of {BATCHES[0]}": target},
        {f"batch of {batch}": one for batch, one in measured.items()}, agrees,
        f"Growth a layer: {measured[BATCHES[0]].mean:.2f} in batches of {BATCHES[0]} "
        f"(calculated {target:.3f}); "
        + ", ".join(f"{measured[batch].mean:.2f} in batches of {batch}" for batch in BATCHES[1:])
        + f". Fifty such layers multiply the mean square by {target ** 50:.0e}.",
        seeds=len(seeds))
