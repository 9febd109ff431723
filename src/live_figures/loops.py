"""The loop over time, and an index that a slider may move. Array API only: for NumPy, torch and the page alike."""

from array_api_compat import array_namespace, is_numpy_array

__all__ = ["pick", "scan"]

_KINDS = ("bool", "integral", "real floating")


def scan(f, init, xs, reverse=False):
    """Carry a state along time: the loop behind every unroll and every backward pass.

        for t = 0 .. T-1 (reverse: T-1 .. 0):  carry, y_t = f(carry, x_t)

    `init` is a tuple of arrays, `xs` a tuple of arrays with leading time axis, `f(carry, x) -> (carry, y)` takes and
    gives tuples of arrays. Returns (carry, ys): the last carry, and each y stacked over time, y_t at place t in either
    direction; a NamedTuple y gives a NamedTuple ys. A Python loop, except where the array namespace has a `scan` of its
    own (the arrays that record a live figure). Raises ValueError if there is nothing to scan or lengths differ, and
    TypeError if a carry that starts with whole numbers (or bools) goes on with real ones.

    >>> import numpy as np
    >>> running_sum = lambda carry, x: ((carry[0] + x[0],), (carry[0] + x[0],))
    >>> scan(running_sum, (np.asarray(0.0),), (np.asarray([1.0, 2.0, 3.0]),))[1][0].tolist()
    [1.0, 3.0, 6.0]
    """
    xs = tuple(xs)
    lengths = [x.shape[0] if x.ndim else 0 for x in xs]
    if not lengths or min(lengths) == 0 or min(lengths) != max(lengths):
        raise ValueError(f"xs: expected arrays of one length T >= 1 along time, got lengths {lengths}")
    xp = array_namespace(xs[0])
    if hasattr(xp, "scan"):
        return xp.scan(f, init, xs, reverse)
    steps = list(zip(*(xp.unstack(x, axis=0) for x in xs), strict=True))
    times = range(len(steps) - 1, -1, -1) if reverse else range(len(steps))
    return (_loop_in_place if is_numpy_array(xs[0]) else _loop)(xp, f, init, steps, times)


# What a step gives has the dtypes that its carry and inputs call for: they change after the first step or never.
_SETTLED = 2


def _loop(xp, f, carry, steps, times):
    """The loop, without writing into any array: torch can differentiate through it."""
    ys = [None] * len(steps)
    for n, t in enumerate(times):
        before = carry
        carry, ys[t] = f(before, steps[t])
        if n < _SETTLED:
            _expect_kinds(xp, before, carry)
    return carry, _like(ys[0], [xp.stack(rows, axis=0) for rows in zip(*ys, strict=True)])


def _loop_in_place(xp, f, carry, steps, times):
    """The loop for NumPy: each y goes into its place at once, which spares a second copy of the whole result."""
    ys = None
    for n, t in enumerate(times):
        before = carry
        carry, y = f(before, steps[t])
        if n < _SETTLED:
            _expect_kinds(xp, before, carry)
            ys = _places(xp, ys, y, len(steps))
        for place, a in zip(ys, y, strict=True):
            place[t] = a
    return carry, _like(y, ys)


def _places(xp, ys, y, length):
    """Room for every step of `y`: made at the first, made wider where float32 comes first and float64 later."""
    if ys is None:
        return [xp.empty((length, *a.shape), dtype=a.dtype) for a in y]
    return [row if row.dtype == a.dtype else row.astype(xp.result_type(row, a)) for row, a in zip(ys, y, strict=True)]


def _expect_kinds(xp, before, after):
    """Refuse a carry that turns from whole numbers to real ones, which would be cut off where it is kept."""
    if len(after) != len(before):
        raise ValueError(f"scan: f returned {len(after)} carries, it was given {len(before)}")
    for k, (old, new) in enumerate(zip(before, after, strict=True)):
        if getattr(old, "dtype", None) != getattr(new, "dtype", None):
            old, new = xp.asarray(old).dtype, xp.asarray(new).dtype
            if _rank(xp, new) > _rank(xp, old):
                says = f"scan: carry {k} starts as {old} and f returned {new}"
                raise TypeError(f"{says}; give its start value the latter dtype")


def _rank(xp, dtype):
    return next(rank for rank, kind in enumerate(_KINDS) if xp.isdtype(dtype, kind))


def _like(y, arrays):
    """`arrays` as the NamedTuple that y is, or as a plain tuple."""
    return getattr(type(y), "_make", tuple)(arrays)


def pick(a, index, axis=0):
    """`a[index]` along `axis` for a 0-d integer array `index`: what lets a figure follow a slider.

    Returns an array without that axis. Plain indexing would do for NumPy; a traced index has no value to index with.

    >>> import numpy as np
    >>> pick(np.asarray([[1, 2], [3, 4]]), np.asarray(1)).tolist()
    [3, 4]
    """
    xp = array_namespace(a)
    return xp.squeeze(xp.take(a, xp.reshape(xp.asarray(index), (1,)), axis=axis), axis=axis)
