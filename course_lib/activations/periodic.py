"""Waves, and the bump: sine, snake, the growing cosine, the Gaussian."""


import numpy as np

from .primitives import capped
from .registry import define, positive


def phase(scale, x):
    """scale * x, a number for every number x (beyond the largest any phase is as good)."""
    return np.where(np.isinf(x), np.nan, capped(scale * x))


@define(
    formula=r"e^{-x^2}", range="(0, 1]", bounds=(0, 1),
    monotone="no", smooth="C^inf", bounded="yes", zero_centred="no",
    paper="Broomhead & Lowe 1988 (RBF networks); Ramasinghe & Lucey 2021, arXiv:2111.15135",
    aliases=("rbf",), tier=2,
)
def gaussian():
    def f(x):
        return np.exp(-x * x)

    def df(x):
        x = np.clip(x, -1000, 1000)
        return -2 * x * np.exp(-x * x)

    return f, df


@define(
    formula=r"\sin(\omega_0 x)", range="[-1, 1]", bounds=(-1, 1),
    monotone="no", smooth="C^inf", bounded="yes", zero_centred="yes",
    paper="Sitzmann, Martel, Bergman, Lindell & Wetzstein 2020, SIREN, arXiv:2006.09661",
    aliases=("sin", "siren"), tier=2,
    torch="torch.sin", jax="jnp.sin", tensorflow="tf.sin",
    differences="SIREN takes omega0 = 30.",
)
def sine(omega0: positive = 1.0):
    def f(x):
        return np.sin(phase(omega0, x))

    def df(x):
        return omega0 * np.cos(phase(omega0, x))

    return f, df


@define(
    formula=r"x + \frac{\sin^2(a x)}{a}", range="(-inf, inf)",
    monotone="yes", smooth="C^inf", bounded="no", zero_centred="yes",
    paper="Ziyin, Hartwig & Ueda 2020, Neural networks fail to learn periodic functions, "
          "arXiv:2006.08195",
    tier=2,
)
def snake(a: positive = 1.0):
    def f(x):
        return np.where(np.isinf(x), x, x + np.sin(phase(a, x)) ** 2 / a)

    def df(x):
        y = phase(a, x)
        return (np.sin(y) + np.cos(y)) ** 2  # 1 + sin(2y) cancels where it is near 0

    return f, df


@define(
    formula=r"x \cos x", range="(-inf, inf)",
    monotone="no", smooth="C^inf", bounded="no", zero_centred="yes",
    paper="Noel, Arunkumar, Trivedi & Dutta 2021, arXiv:2108.12943",
    aliases=("growing_cosine_unit",), tier=3,
)
def gcu():
    def f(x):
        return x * np.cos(x)

    def df(x):
        return np.cos(x) - x * np.sin(x)

    return f, df
