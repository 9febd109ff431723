"""Two ways to keep a gradient step short: by its norm, which keeps the direction, and by value, which does not."""

from __future__ import annotations

from array_api_compat import array_namespace

__all__ = ["clip_by_norm", "clip_by_value"]

def clip_by_norm(gradient, threshold):
    r"""`gradient` (..., n) times :math:`\min(1, \theta / \lVert g \rVert)`, the norm taken over the last axis.

    A ceiling: a longer gradient gets length `threshold`, a shorter one comes back as it is, and a small one is never
    raised (Pascanu, Mikolov & Bengio, 2013, algorithm 1). `torch.nn.utils.clip_grad_norm_` does the same over all
    parameters together, in place, with 1e-6 added to the norm. The threshold must be above zero.
    """
    xp = array_namespace(gradient)
    norm = xp.sqrt(xp.sum(gradient * gradient, axis=-1, keepdims=True))
    limit = threshold * xp.ones_like(norm)
    return gradient * (limit / xp.maximum(norm, limit))  # = min(1, threshold / norm), with no division by zero


def clip_by_value(gradient, threshold):
    """`gradient` with every entry limited to -threshold .. threshold: the direction changes whenever an entry is cut.

    The same as `torch.nn.utils.clip_grad_value_` (Mikolov, 2012).
    """
    xp = array_namespace(gradient)
    limit = threshold * xp.ones_like(gradient)
    return xp.minimum(xp.maximum(gradient, -limit), limit)
