"""The house style: one look for each function, the same in the whole course.

Colours are Okabe and Ito's (2008), told apart under every common colour blindness. Colour never
stands alone: two names that share a colour differ in their dash.
"""

from itertools import product
from zlib import crc32

import numpy as np
from cycler import cycler  # comes with matplotlib
from matplotlib.colors import to_hex, to_rgb

BLACK, BLUE, VERMILLION, GREEN = "#000000", "#0072B2", "#D55E00", "#009E73"
ORANGE, PURPLE, SKY = "#E69F00", "#CC79A7", "#56B4E9"
# Okabe and Ito's eighth colour, yellow, is left out: on white paper nobody sees it.
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
GREY = "#555555"  # notes, marks and zero lines: never a function

SOLID, DASH, DOT = "-", (0, (5, 1.5)), (0, (1, 1.2))
DASH_DOT, DASH_DOT_DOT = (0, (5, 1.5, 1, 1.5)), (0, (5, 1.2, 1, 1.2, 1, 1.2))
DASHES = (SOLID, DASH, DASH_DOT, DOT, (0, (9, 2)), DASH_DOT_DOT, (0, (2.5, 1.2)),
          (0, (8, 1.5, 3, 1.5)), (0, (4, 4)), (0, (1, 3)))

# Chosen by hand: functions that are often drawn together share no colour.
_CHOSEN = {
    "sigmoid": (BLUE, SOLID), "tanh": (VERMILLION, DASH), "relu": (BLACK, SOLID),
    "leaky_relu": (ORANGE, DASH), "prelu": (SKY, DOT), "elu": (BLUE, DASH_DOT),
    "selu": (SKY, SOLID), "gelu": (GREEN, SOLID), "silu": (PURPLE, DASH),
    "mish": (VERMILLION, DASH_DOT), "softplus": (ORANGE, SOLID), "identity": (BLACK, DOT),
    "hard_sigmoid": (GREEN, DASH), "gelu_tanh": (ORANGE, DOT), "quick_gelu": (BLUE, DOT),
    "swish": (GREEN, DOT), "4*sigmoid-2": (GREEN, DASH_DOT), "4*sigmoid": (PURPLE, DOT),
    "2*sigmoid-1": (SKY, DASH), "tanh+1": (BLACK, DASH),
    "binary_step": (PURPLE, SOLID),
}
# Written out rather than read from the catalogue: a new function must not recolour the old ones.
_OTHERS = (
    "sign", "lecun_tanh", "relu6", "threshold", "squared_relu", "crelu", "maxout",
    "log_sigmoid", "squareplus", "sparse_plus", "sparse_sigmoid", "smelu", "celu", "exponential",
    "isru", "isrlu", "hard_silu", "hard_tanh", "tanhshrink", "hard_shrink", "soft_shrink",
    "softsign", "arctan", "gaussian", "sine", "snake", "gcu", "bent_identity", "lisht", "tanhexp",
    "serf", "phish", "hard_mish", "erf", "cloglog", "softmax", "log_softmax", "sparsemax", "glu",
    "swiglu", "geglu", "reglu", "bilinear", "acon_c",
)
_ALL = [(colour, dash) for dash, colour in product(DASHES, COLOURS)]
_FREE = [look for look in _ALL if look not in _CHOSEN.values()]
# Names of experiments, drawn as dots and bars: their colour counts, the dash only keeps them apart.
_VARIANTS = {
    name: (colour, DASHES[-1]) for name, colour in (
        ("sigmoid - 1/2", SKY), ("sigmoid(4z)", GREEN), ("sigmoid(4z) - 1/2", ORANGE),
        ("4 sigmoid(z) - 2", BLACK), ("no activation", PURPLE))
}
LOOKS = _CHOSEN | dict(zip(_OTHERS, _FREE, strict=False)) | _VARIANTS

RC = {
    "font.size": 11, "axes.titlesize": 12, "axes.titleweight": "bold",
    # No ticks on top: matplotlib need not measure them, axes by axes, to place the title.
    "axes.titlelocation": "left", "axes.titley": 1.0, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": "#e6e6e6",
    "axes.axisbelow": True, "lines.linewidth": 2.2,
    "figure.figsize": (8, 3.2), "figure.dpi": 144, "figure.constrained_layout.use": True,
    "text.hinting": "none",  # on so fine a grid letters need no help: a tenth less time a figure
    "axes.prop_cycle": cycler(color=COLOURS, linestyle=DASHES[:len(COLOURS)]),
    "legend.frameon": False, "legend.handlelength": 3.4, "legend.fontsize": 10,
}


def look(name):
    """Return `(colour, dash)` of a function or of any other label, always the same.

    A name outside the catalogue (a variant, a framework) gets a look from its letters; two such
    names may then look alike, so figures ask `looks`, which keeps the names of one figure apart.

    >>> look("sigmoid")
    ('#0072B2', '-')
    """
    return LOOKS.get(name) or _ALL[crc32(name.encode()) % len(_ALL)]


def looks(names):
    """Return the looks of the names in one figure, all different; catalogue names keep theirs."""
    taken, found = {LOOKS[name] for name in names if name in LOOKS}, {}
    for name in names:
        if name in found:
            raise ValueError(f"two series are called '{name}': give each its own label")
        start = _ALL.index(look(name))
        others = (_ALL[(start + step) % len(_ALL)] for step in range(len(_ALL)))
        found[name] = LOOKS.get(name) or next(one for one in others if one not in taken)
        taken.add(found[name])
    return list(found.values())


def ink(colour):
    """Return the colour darkened until text in it reads on white (contrast 4.5, WCAG 2.1)."""
    rgb = np.array(to_rgb(colour))
    while 1.05 / (_luminance(rgb) + 0.05) < 4.5:
        rgb = rgb * 0.97
    return to_hex(rgb)


def _luminance(rgb):
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)
