"""The class `Activation`, and the contract on input and output that all of them share.

A definition in the catalogue is plain mathematics on a floating array. What a caller may pass
(lists, scalars, integers, float16, nan, the infinities) is dealt with here, once for all.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

FRAMEWORKS = ("keras", "torch", "jax", "tensorflow")


@dataclass(frozen=True, repr=False, eq=False)
class Activation:
    """An activation function, its derivative, and what there is to know about it.

    Built from plain functions of one floating array; the attributes `f` and `df` (for vector
    kinds `f` and `vjp`) are then those functions under the contract of this catalogue:

    - integers, booleans and lists count as float64; float32 stays float32; float16 is computed
      in float32 and comes back as float16; wider floats are computed in float64;
    - a Python number gives a Python float, an array an array; an empty one an empty one;
    - nan in, nan out; at the infinities the limit wherever there is one; never a warning;
    - the input is never changed; complex numbers and other things raise TypeError.

    `raw_f`, `raw_df` and `raw_vjp` are the plain functions as given, for callers that hold
    float32 or float64 arrays already and mind the microseconds.

    Parameters
    ----------
    name : str
    f : callable
        Elementwise: `f(x)`. Vector: `f(x, axis)`, taken along one axis of x.
    df : callable, optional
        The derivative of an elementwise function, `df(x)`.
    vjp : callable, optional
        Vector kinds in place of df: `vjp(x, g, axis)`, the gradient with respect to x of a
        loss whose gradient with respect to f(x) is g (a vector-Jacobian product).
    formula : str
        LaTeX, without dollar signs, that both matplotlib and MathJax read.
    range, bounds : str, (float, float)
        The set of values in words, and its infimum and supremum.
    paper : str
        Who introduced it, with the arXiv number where there is one.
    aliases : tuple of str
    framework : dict
        What Keras (`keras.activations` or `layers`), PyTorch (`torch`, `nn`, `F`), JAX (`jax.nn`
        or `jnp`) and TensorFlow (`tf.nn` or `tf`) call it, with their defaults; None: lacking.
    differences : str
        Where a framework's default or convention is another than this catalogue's.
    params : dict
        The values of its parameters.
    kinks : tuple of float
        Where f or its derivative has no derivative.
    kind : "elementwise" or "vector"
    units : float
        Inputs per output: 2 for the gated linear units, 1/2 for crelu.
    tier : int, optional
        1 taught, 2 treated shortly, 3 for reference.
    monotone, smooth, bounded, zero_centred : str
        Short answers for tables.

    >>> mine = Activation(name="square", f=lambda x: x * x, df=lambda x: 2 * x)
    >>> mine.f([1, 2, 3]), mine.df(4)
    (array([1., 4., 9.]), 8.0)
    """

    name: str
    f: Callable
    df: Callable | None = None
    vjp: Callable | None = None
    formula: str = ""
    range: str = ""
    bounds: tuple = (-math.inf, math.inf)
    paper: str = ""
    aliases: tuple = ()
    framework: dict = field(default_factory=lambda: dict.fromkeys(FRAMEWORKS))
    differences: str = ""
    params: dict = field(default_factory=dict)
    kinks: tuple = ()
    kind: str = "elementwise"
    units: float = 1
    tier: int | None = None
    monotone: str = ""
    smooth: str = ""
    bounded: str = ""
    zero_centred: str = ""
    raw_f: Callable = field(init=False)
    raw_df: Callable | None = field(init=False)
    raw_vjp: Callable | None = field(init=False)

    def __post_init__(self):
        if self.kind not in ("elementwise", "vector"):
            raise ValueError(f"kind must be 'elementwise' or 'vector', got {self.kind!r}")
        vector = self.kind == "vector"
        for slot, optional in (("f", False), ("df", True), ("vjp", True)):
            given = getattr(self, slot)
            if not (callable(given) or (optional and given is None)):
                raise TypeError(f"{self.name}: {slot} must be a function, got {given!r}")
            # dataclasses.replace hands back the checked function: take the raw one out of it.
            raw = getattr(given, "unchecked", given)
            if raw is None:
                checked = _missing(self.name, slot, vector)
            elif slot == "vjp":
                checked = _checked_vjp(raw, self.name, self.units)
            else:
                checked = _checked_vector(raw) if vector else _checked(raw, self.name)
            checked.unchecked = raw
            object.__setattr__(self, slot, checked)
            object.__setattr__(self, f"raw_{slot}", raw)

    def __repr__(self):
        params = "".join(f", {key}={value:.6g}" for key, value in self.params.items())
        return f"Activation({self.name!r}{params})"

    def affine(self, scale, shift):
        """The elementwise function scale * f + shift, with its derivative scale * f'.

        >>> from course_lib import activations
        >>> four = activations.get("sigmoid").affine(4, -2)
        >>> four.name, four.range, four.f(0), four.df(0)
        ('4*sigmoid-2', '(-2, 2)', 0.0, 1.0)
        """
        if self.kind == "vector":
            raise TypeError(f"affine is for elementwise functions; {self.name} is a vector one")
        scale, shift = float(scale), float(shift)
        if not (math.isfinite(scale) and math.isfinite(shift) and scale):
            raise ValueError(
                f"affine needs a finite scale other than 0 and a finite shift, got {scale}, {shift}"
            )
        f, df = self.raw_f, self.raw_df

        def moved(x):
            return scale * f(x) + shift

        def steeper(x):
            return scale * df(x)
        # The training engine has a quicker form of some functions, and so of this one (`fast`).
        moved.affine = steeper.affine = (self, scale, shift)
        inner = self.name if self.name.replace("_", "").isalnum() else f"({self.name})"
        low, high = sorted(scale * bound + shift for bound in self.bounds)
        flipped = {"below": "above", "above": "below"} if scale < 0 else {}
        return replace(
            self,
            name=_affine_text(scale, inner, shift, "*"),
            f=moved,
            df=None if df is None else steeper,
            formula=_affine_text(scale, rf"\left({self.formula}\right)", shift, r"\,"),
            range=self._affine_range(scale, shift),
            bounds=(low, high),
            aliases=(),
            framework=dict.fromkeys(FRAMEWORKS),
            differences="",
            tier=None,
            bounded=flipped.get(self.bounded, self.bounded),
            zero_centred="yes" if low == -high and self.bounded == "yes"
            else self.zero_centred if shift == 0 else "no",
        )

    def _affine_range(self, scale, shift):
        """'(0, 1]' times -2 plus 1 is '[-1, 1)'; a set that is no interval is '2*{0, 1}+1'."""
        left, right = self.range[:1], self.range[-1:]
        if not (left in ("(", "[") and right in (")", "]") and self.range.count(",") == 1):
            return _affine_text(scale, self.range, shift, "*")
        low, high = sorted(scale * bound + shift for bound in self.bounds)
        if scale < 0:
            left, right = "[" if right == "]" else "(", "]" if left == "[" else ")"
        return f"{left}{low:.6g}, {high:.6g}{right}"


def as_floating(x):
    """x as a float32 or float64 array to compute in, and the dtype that the answer is to have."""
    if type(x) in (bool, int, float):
        x = float(x)  # an int beyond 64 bits would become an array of objects
    array = np.asarray(x)
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind in "biu" or (kind == "f" and size > 4):
        work = answer = np.dtype(np.float64)
    elif kind == "f":
        work, answer = np.dtype(np.float32), np.dtype(np.float16 if size == 2 else np.float32)
    elif kind == "c":
        raise TypeError("activation functions take real numbers, got complex ones")
    else:
        raise TypeError(f"activation functions take real numbers, got {type(x).__name__} "
                        f"of dtype {array.dtype}")
    with np.errstate(all="ignore"):
        return array.astype(work, copy=False), answer


def _like(out, x, answer):
    """out in the dtype `answer`, as a Python or numpy scalar where x is one."""
    out = out.astype(answer, copy=False)
    if isinstance(x, np.generic):
        return out[()]
    return out.item() if type(x) in (bool, int, float) else out


def _read_only(array):
    """A view that a function given by a user cannot write through; at least one axis."""
    view = np.atleast_1d(array).view()
    view.flags.writeable = False
    return view


def _owned(out, x, shape, what):
    """The result of a raw function as an array of our own, in x's dtype and the given shape."""
    out = np.asarray(out)
    if out.shape == ():
        out = np.broadcast_to(out, shape)  # a user's `lambda x: 1.0`
    if out.shape != shape:
        raise ValueError(f"{what} returned shape {out.shape}; expected {shape}, as its input")
    # What shares memory with the read-only x is read-only too.
    return out.astype(x.dtype, copy=not out.flags.writeable)


def _checked(raw, name):
    """An elementwise function under the contract."""

    def checked(x):
        array, answer = as_floating(x)
        view = _read_only(array)
        with np.errstate(all="ignore"):
            out = _owned(raw(view), view, view.shape, f"the function of {name!r}")
            nan = np.isnan(view)
            if nan.any():
                out[nan] = np.nan  # comparisons drop it: hard_shrink(nan) would be 0
            return _like(out.reshape(array.shape), x, answer)

    return checked


def _checked_vector(raw):
    """A vector function under the contract."""

    def checked(x, axis=-1):
        array, answer = as_floating(x)
        view = _read_only(array)  # a 0-d array is a class axis of one
        with np.errstate(all="ignore"):
            along = _axis(axis, view)
            out = view.copy() if view.shape[along] == 0 else np.asarray(raw(view, along))
            if not out.flags.writeable:  # it is the input, or a view of it
                out = out.copy()
            if array.ndim == 0 and out.size == 1:
                out = out.reshape(())
            return _like(out, x if out.ndim == 0 else array, answer)

    return checked


def _checked_vjp(raw, name, units):
    """A vector-Jacobian product under the contract; it has the shape and dtype of x."""

    def checked(x, g, axis=-1):
        array, answer = as_floating(x)
        view = _read_only(array)
        along = _axis(axis, view)
        width = view.shape[along] / units
        expected = (*view.shape[:along], int(width), *view.shape[along + 1:])
        with np.errstate(all="ignore"):
            cotangent = _read_only(as_floating(g)[0].astype(view.dtype))
            # A width that is no integer is an odd x: the function itself says what it needs.
            if width.is_integer() and cotangent.shape != expected:
                raise ValueError(f"{name}.vjp: g has shape {cotangent.shape}; expected {expected}, "
                                 f"the shape of f(x) for x of shape {view.shape}")
            out = view if view.shape[along] == 0 else raw(view, cotangent, along)
            out = _owned(out, view, view.shape, f"the vjp of {name!r}")
            out[np.isnan(view)] = np.nan
            return _like(out.reshape(array.shape), x, answer)

    return checked


def _missing(name, slot, vector):
    """What stands in the place of a derivative that there is not: a function that says so."""

    def missing(*_, **__):
        if slot == "df" and vector:
            raise TypeError(f"{name} maps vectors to vectors and has no elementwise derivative; "
                            "use .vjp(x, g, axis=-1)")
        if slot == "vjp" and not vector:
            raise TypeError(f"{name} acts elementwise: its vector-Jacobian product is g * .df(x)")
        raise TypeError(f"{name} was built without a derivative; pass {slot}= to Activation")

    return missing


def _axis(axis, x):
    """axis as a number from 0, or an error that says which axes there are."""
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise TypeError(f"axis must be an integer, got {axis!r}")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"axis {axis} is not in an array of shape {x.shape}; "
                         f"expected {-x.ndim} to {x.ndim - 1}")
    return int(axis) % x.ndim


def _affine_text(scale, inner, shift, times):
    factor = {1.0: "", -1.0: "-"}.get(scale, f"{scale:g}{times}")
    return factor + inner + (f"{shift:+g}" if shift else "")
