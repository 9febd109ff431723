"""Norms and logarithms of numbers of any size: squares that neither overflow nor vanish. Array API only."""

import math

__all__ = ["log", "nonzero", "norms"]


def norms(xp, a, axes):
    """Euclidean norm over `axes` of numbers of any size: squaring 1e-200 as it stands would give zero."""
    largest = xp.max(xp.abs(a), axis=axes, keepdims=True)
    scaled = a / nonzero(xp, largest)
    return xp.squeeze(largest, axis=axes) * xp.sqrt(xp.sum(scaled * scaled, axis=axes))


def nonzero(xp, a):
    """`a` as a safe divisor: 1 in place of 0 and infinity."""
    return xp.where(xp.logical_and(a != 0, xp.isfinite(a)), a, xp.ones_like(a))


def log(xp, a):
    """log(a), -inf at 0 without NumPy's warning."""
    return xp.where(a == 0, xp.full_like(a, -math.inf), xp.log(nonzero(xp, a)))
