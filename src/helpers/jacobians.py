"""Jacobians of an unrolled RNN, and what decides whether their product shrinks or grows."""

import numpy as np
from array_api_compat import array_namespace, device

from ._scale import log, nonzero, norms
from ._validate import expect_numbers, expect_params, expect_shape
from .cells import activation_slope
from .sequence import scan

__all__ = [
    "MAX_SLOPE",
    "chain",
    "largest_singular_value",
    "log_norm_products",
    "norm_bound",
    "rnn_jacobians",
    "scaled_to_radius",
    "spectral_radius",
]


# The largest slope an activation can have anywhere (gamma in Pascanu, Mikolov & Bengio, 2013, section 2.1).
MAX_SLOPE = {"linear": 1.0, "relu": 1.0, "sigmoid": 0.25, "tanh": 1.0}


def rnn_jacobians(params, trace, activation="tanh"):
    """The Jacobian of every RNN step, J_t = dh_t/dh_{t-1}, as it acts on row vectors.

        J_t = W_h diag(act'(a_t))        a small change dh of h_{t-1} changes h_t by dh @ J_t

    Returns (T, B, H, H). Raises ValueError for an unknown activation or a shape that does not fit.
    Source: Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", 2013.

    >>> import numpy as np
    >>> from helpers.params import rnn_params
    >>> from helpers.sequence import rnn
    >>> params = rnn_params(1, 2, recurrent="identity", gain=0.5)
    >>> rnn_jacobians(params, rnn(params, np.zeros((3, 1, 1))))[0, 0].tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    _, H = expect_params(params, 1)
    expect_shape("trace.h", trace.h, ("T", "B", H))
    xp = array_namespace(trace.h, params.W_h)
    return params.W_h * xp.expand_dims(activation_slope(xp, activation, trace.a, trace.h), axis=2)


def log_norm_products(jacobians, norm="frobenius"):
    """log ||J_{T-k+1} ... J_T|| for k = 0 .. T: how a gradient at the last step grows or fades on its way back.

    jacobians (T, B, H, H) -> (T+1, B), or (T, H, H) -> (T+1,). The product is rescaled at every step and its scale kept
    as a logarithm, so that neither 1e-400 nor 1e+400 is lost; a product that is exactly zero gives -inf. `norm` is
    "frobenius", or "spectral", the largest singular value, as exact as the function of that name. Raises
    ValueError for another norm, NaN, or matrices that are not square.
    Source: Pascanu, Mikolov & Bengio 2013, section 2.

    >>> import numpy as np
    >>> halves = np.broadcast_to(0.5 * np.eye(2), (3000, 2, 2))
    >>> round(float(log_norm_products(halves, norm="spectral")[-1] / np.log(10)))    # a norm of 1e-903
    -903
    """
    if norm not in ("frobenius", "spectral"):
        raise ValueError(f"norm: expected frobenius or spectral, got {norm!r}")
    if jacobians.ndim not in (3, 4) or jacobians.shape[-1] != jacobians.shape[-2]:
        shape = tuple(jacobians.shape)
        raise ValueError(f"jacobians: expected shape (T, B, H, H) or (T, H, H), got {shape}")
    expect_numbers(jacobians=jacobians)
    xp = array_namespace(jacobians)
    first = jacobians[0, ...]
    eye = xp.zeros_like(first) + xp.astype(xp.eye(first.shape[-1], device=device(first)), first.dtype)
    scale = xp.zeros_like(first[..., 0, 0])

    def step(state, inputs):
        product, scale = state
        product = inputs[0] @ product
        size = norms(xp, product, (-2, -1))
        product = product / nonzero(xp, size)[..., None, None]
        scale = scale + log(xp, size)
        if norm == "frobenius":
            return (product, scale), (scale,)
        return (product, scale), (scale + log(xp, largest_singular_value(product)),)

    _, (logs,) = scan(step, (eye, scale), (jacobians,), reverse=True)
    start = log(xp, norms(xp, eye, (-2, -1))) if norm == "frobenius" else scale
    return xp.concat([start[None, ...], xp.flip(logs, axis=0)], axis=0)


def largest_singular_value(matrix, squarings: int = 10):
    """The spectral norm of `matrix` (..., n, n), by repeated squaring of G = M M^T; array API, so figures can trace it.

    tr(G^(m+1)) / tr(G^m) averages the eigenvalues of G, weighted by their m-th powers, with m = 2^squarings. It never
    exceeds the true value, and is below it by a share of at most (n-1) / (2e m): 0.2 % for n = 12, m = 1024.
    """
    xp = array_namespace(matrix)
    gram = matrix @ xp.matrix_transpose(matrix)
    power = _unit_trace(xp, gram)
    for _ in range(squarings):
        power = _unit_trace(xp, power @ power)
    return xp.sqrt(xp.sum(power * gram, axis=(-2, -1)))


def _unit_trace(xp, gram):
    # A zero matrix stays zero instead of becoming 0/0.
    trace = xp.sum(gram * xp.eye(gram.shape[-1], dtype=gram.dtype), axis=(-2, -1), keepdims=True)
    return gram / xp.maximum(trace, xp.full_like(trace, 1e-300))


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
