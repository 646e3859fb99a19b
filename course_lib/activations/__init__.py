"""The catalogue of activation functions: values and derivatives to the last digits.

    get("gelu").f(x), get("gelu").df(x)     a function and its derivative
    names()                                 all there are

Each definition stands in the file of its family (`linear`, `saturating`, `piecewise`,
`rectifiers`, `gated`, `periodic`, `vector`, `glu`); `activation` has the contract that all keep.
"""

# Importing a family enters its functions into the catalogue, in this order.
from . import linear, saturating, piecewise, rectifiers, gated, periodic, vector, glu  # noqa: F401, I001
from .activation import Activation
from .registry import get, names

__all__ = ["Activation", "get", "names"]
