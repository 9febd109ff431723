"""Two ways to keep a gradient step short: by its norm, which keeps the direction, and by value, which does not."""

from __future__ import annotations

from array_api_compat import array_namespace

__all__ = ["clip_by_norm", "clip_by_value"]

_TINY = 1e-300


def clip_by_norm(gradient, threshold):
    r"""`gradient` (..., n) times :math:`\min(1, \theta / \lVert g \rVert)`, the norm taken over the last axis.

    A ceiling: a longer gradient gets length `threshold`, a shorter one comes back as it is, and a small one is never
    raised (Pascanu, Mikolov & Bengio, 2013, algorithm 1). `torch.nn.utils.clip_grad_norm_` does the same over all
    parameters together, in place, with 1e-6 added to the norm.
    """
    xp = array_namespace(gradient)
    norm = xp.sqrt(xp.sum(gradient * gradient, axis=-1, keepdims=True))
    safe = xp.maximum(norm, xp.full_like(norm, _TINY))
    return gradient * xp.minimum(threshold / safe, xp.ones_like(norm))


def clip_by_value(gradient, threshold):
    """`gradient` with every entry limited to -threshold .. threshold: the direction changes whenever an entry is cut.

    The same as `torch.nn.utils.clip_grad_value_` (Mikolov, 2012).
    """
    xp = array_namespace(gradient)
    limit = threshold * xp.ones_like(gradient)
    return xp.minimum(xp.maximum(gradient, -limit), limit)
