"""Two ways to keep a gradient step short: by its norm, which keeps the direction, and by value, which does not."""

from __future__ import annotations

from ._scale import nonzero, scaled
from ._validate import as_floats, expect_finite, expect_number, has_values, namespace

__all__ = ["clip_by_norm", "clip_by_value"]


def clip_by_norm(gradient, threshold):
    r"""`gradient` (..., n) times :math:`\min(1, \theta / \lVert g \rVert)`, the norm taken over the last axis.

    A ceiling: a longer gradient gets length `threshold`, a shorter one comes back as it is, and a small one is never
    raised (Pascanu, Mikolov & Bengio, 2013, algorithm 1). `torch.nn.utils.clip_grad_norm_` does the same over all
    parameters together, in place, with 1e-6 added to the norm. `threshold`: a number, or an array (..., 1) with one for
    each vector; an infinite one never clips. Raises TypeError for what is no array or number, ValueError for a
    threshold that is not above zero, an empty or 0-d gradient, NaN or infinity in it.

    >>> clip_by_norm([30.0, 40.0], 5.0).tolist()
    [3.0, 4.0]
    """
    xp, gradient, threshold = _arguments(gradient, threshold)
    if gradient.ndim == 0 or gradient.shape[-1] == 0:
        raise ValueError(f"gradient: expected shape (..., n) with n >= 1, got {tuple(gradient.shape)}")
    largest, direction = scaled(xp, gradient, -1)
    length = xp.sqrt(xp.sum(direction * direction, axis=-1, keepdims=True))  # the norm is largest * length
    limit = threshold / nonzero(xp, length)
    return xp.where(largest > limit, direction * xp.where(largest > limit, limit, largest), gradient)


def clip_by_value(gradient, threshold):
    """`gradient` with every entry limited to -threshold .. threshold: where an entry is cut, the direction changes.

    The same as `torch.nn.utils.clip_grad_value_` (Mikolov, 2012). Raises TypeError and ValueError as `clip_by_norm`,
    but takes a gradient of any shape.

    >>> clip_by_value([30.0, 4.0], 5.0).tolist()
    [5.0, 4.0]
    """
    xp, gradient, threshold = _arguments(gradient, threshold)
    limit = threshold * xp.ones_like(gradient)
    return xp.minimum(xp.maximum(gradient, -limit), limit)


def _arguments(gradient, threshold):
    gradient = as_floats("gradient", gradient)
    expect_finite(gradient=gradient)
    if not hasattr(threshold, "shape"):
        expect_number("threshold", threshold, above=0.0)
        return namespace(gradient=gradient), gradient, threshold
    xp, wanted = namespace(gradient=gradient, threshold=threshold), (*gradient.shape[:-1], 1)
    if tuple(threshold.shape) not in ((), wanted):
        raise ValueError(f"threshold: expected a number, or shape {wanted}; got shape {tuple(threshold.shape)}")
    if has_values(threshold) and not xp.all(threshold > 0):
        raise ValueError("threshold: expected numbers above 0 (NaN is none)")
    return xp, gradient, threshold
