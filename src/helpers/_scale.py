"""Norms and logarithms of numbers of any size: squares that neither overflow nor vanish. Array API only."""

import math

__all__ = ["log", "nonzero", "norms", "scaled"]


def scaled(xp, a, axes):
    """The largest |a| over `axes` (kept), and `a` divided by it, which can be squared whatever its size."""
    largest = xp.max(xp.abs(a), axis=axes, keepdims=True)
    return largest, a / nonzero(xp, largest)


def norms(xp, a, axes):
    """Euclidean norm over `axes` of numbers of any size: squaring 1e-200 as it stands would give zero."""
    largest, shape = scaled(xp, a, axes)
    return xp.squeeze(largest, axis=axes) * xp.sqrt(xp.sum(shape * shape, axis=axes))


def nonzero(xp, a):
    """`a` as a safe divisor: 1 in place of 0 and infinity."""
    return xp.where(xp.logical_and(a != 0, xp.isfinite(a)), a, xp.ones_like(a))


def log(xp, a):
    """log(a), -inf at 0 without NumPy's warning."""
    return xp.where(a == 0, xp.full_like(a, -math.inf), xp.log(nonzero(xp, a)))
