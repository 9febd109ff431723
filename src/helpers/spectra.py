"""What decides whether a product of Jacobians shrinks or grows: spectral radius, singular values, slopes, bounds."""

from __future__ import annotations

import numpy as np

from .jacobians import largest_singular_value

__all__ = [
    "MAX_SLOPE",
    "chain",
    "largest_singular_value",
    "norm_bound",
    "scaled_to_radius",
    "spectral_radius",
]

# The largest slope an activation can have anywhere (gamma in Pascanu, Mikolov & Bengio, 2013, section 2.1).
MAX_SLOPE = {"linear": 1.0, "relu": 1.0, "sigmoid": 0.25, "tanh": 1.0}


def spectral_radius(matrix: np.ndarray) -> float:
    """The largest absolute value of an eigenvalue of `matrix` (n, n)."""
    return float(np.max(np.abs(np.linalg.eigvals(matrix))))


def scaled_to_radius(matrix: np.ndarray, radius: float) -> np.ndarray:
    """`matrix` (n, n) times the number that gives it this spectral radius.

    Raises ValueError if all its eigenvalues are zero.
    """
    now = spectral_radius(matrix)
    if now < 1e-12:
        raise ValueError("every eigenvalue of the matrix is zero: no factor gives it another spectral radius")
    return matrix * (radius / now)


def chain(n: int, radius: float, coupling: float) -> np.ndarray:
    """A non-normal matrix (n, n): `radius` on the diagonal and `coupling` just above it.

    Unit i keeps the share `radius` of itself and feeds unit i+1. Every eigenvalue is `radius`; the largest singular
    value is near `radius + coupling`.
    """
    return radius * np.eye(n) + coupling * np.eye(n, k=1)


def norm_bound(matrix: np.ndarray, lags, activation: str = "tanh") -> np.ndarray:
    r"""The bound :math:`(\gamma\,\sigma_{\max}(W))^k` on the norm of a product of k Jacobians, for each k in `lags`.

    Below 1 the gradient must vanish; above 1 it says nothing (Pascanu, Mikolov & Bengio, 2013, section 2.1).
    Raises ValueError for an unknown activation.

    >>> norm_bound(np.eye(2), [0, 1, 2], "sigmoid").tolist()
    [1.0, 0.25, 0.0625]
    """
    if activation not in MAX_SLOPE:
        raise ValueError(f"activation must be one of {', '.join(sorted(MAX_SLOPE))}; got {activation!r}")
    return (MAX_SLOPE[activation] * np.linalg.norm(matrix, 2)) ** np.asarray(lags, dtype=np.float64)
