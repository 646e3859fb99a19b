"""How many straight pieces depth can make, and how many it makes by itself."""

import numpy as np

from ... import figures, networks, statistics
from ..chapter_01.depth import kinks, scattered, tent_network
from . import Replica, replication


@replication(
    "R06",
    chapter="chapter_01",
    paper="Telgarsky 2015, Representation benefits of deep feedforward networks, "
          "arXiv:1509.08101",
    quantity="straight pieces, from 0 to 1, of k ReLU layers with two units each, every one of "
             "which folds its input: 2^k, for k = 1 to 12",
    tolerance="exactly: the network is computed at multiples of 1/2^(k+2), where floating-point "
              "numbers make no error, and the places where its steps change are counted",
)
def tent_map(seeds):
    measured = {}
    for folds in range(1, 13):
        x = np.arange(2 ** (folds + 2) + 1) / 2 ** (folds + 2)
        steps = np.diff(tent_network(folds).predict(x[:, None])[0, :, 0])
        measured[f"k = {folds}"] = 1 + np.count_nonzero(np.diff(steps))
    target = {f"k = {folds}": 2 ** folds for folds in range(1, 13)}
    agrees = measured == target
    return Replica(
        target, measured, agrees,
        f"k = 1, 2, 3, 4 ... 12 layers make {', '.join(map(str, list(measured.values())[:4]))} ... "
        f"{measured['k = 12']:,} pieces: {'always' if agrees else 'not always'} 2^k.")


# Eight units a layer or more: narrower random layers often die out, and then count for less.
UNITS, LAYERS = (64, 128, 512), (1, 2, 4, 8)


@replication(
    "R07",
    chapter="chapter_01",
    paper="Hanin & Rolnick 2019, Complexity of linear regions in deep networks, arXiv:1901.09021; "
          "Hanin & Rolnick 2019, Deep ReLU networks have surprisingly few activation patterns, "
          "arXiv:1906.00904",
    quantity="straight pieces of random ReLU networks along a line, for each unit: their number "
             "grows in proportion to the units, the papers show, and not exponentially with depth. "
             "Here 64, 128 and 512 units in 1, 2, 4 and 8 layers",
    tolerance="at every size and depth the mean lies between half a piece and two pieces a unit, "
              "by three standard errors",
)
def random_pieces(seeds):
    pieces = {(units, layers): count(units, layers, seeds) for units in UNITS for layers in LAYERS}
    each = {case: statistics.interval(found / case[0]) for case, found in pieces.items()}
    agrees = all(statistics.compare(one.shifted(-1.25), 0.75) == "equal" for one in each.values())
    low, high = (choose(one.mean for one in each.values()) for choose in (min, max))
    most = {layers: (128 / layers) ** layers for layers in LAYERS}

    def draw():
        with figures.panels("128 random units make about 128 pieces, whatever their depth",
                            crossings=False) as axes:
            axes.plot(LAYERS, list(most.values()), "s--", color=figures.look("tanh")[0],
                      label="can be made")
            for layers in LAYERS:
                found = pieces[128, layers]
                axes.plot(np.full(len(found), layers), found, "o", ms=4, alpha=0.4, mew=0,
                          color=figures.look("sigmoid")[0])
            axes.plot(LAYERS, [pieces[128, layers].mean() for layers in LAYERS], "o-",
                      color=figures.look("sigmoid")[0], label="are made at random")
            axes.set(xlabel="hidden layers", ylabel="pieces", yscale="log", xticks=LAYERS)

    return Replica(
        {"pieces a unit, at the least": 0.5, "at the most": 2.0},
        {f"{units} units, {layers} layers": one for (units, layers), one in each.items()}, agrees,
        f"From {low:.2f} to {high:.2f} pieces a unit, on average of 10 networks of each kind. 128 "
        f"units make {', '.join(f'{pieces[128, layers].mean():.0f}' for layers in LAYERS)} pieces "
        f"in 1, 2, 4 and 8 layers; in eight layers they can make {most[8]:,.0f}.",
        seeds=len(seeds), draw=draw)


def count(units, layers, seeds):
    """Pieces of one random network a seed (seeds,), He's weights and normal biases."""
    stack = networks.Stack(["relu"] * len(seeds), (1, *[units // layers] * layers, 1),
                           loss="squared_error", dtype=np.float64)
    stack.initialise([scattered] * len(seeds), seeds)
    return np.array([len(kinks(stack, s)) + 1 for s in range(len(seeds))])
