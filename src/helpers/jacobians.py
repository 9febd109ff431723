"""Jacobians of an unrolled RNN, and what decides whether their product shrinks or grows."""

import numpy as np
from array_api_compat import array_namespace, device

from ._scale import log, nonzero, norms, scaled
from ._validate import (
    LARGEST,
    as_floats,
    as_params,
    expect_choice,
    expect_counts,
    expect_finite,
    expect_finite_numbers,
    expect_matrices,
    expect_no_overflow,
    expect_number,
    expect_trace,
    namespace,
)
from .cells import RNNParams, RNNStep, activation_slope
from .sequence import scan

__all__ = [
    "MAX_SLOPE",
    "chain",
    "largest_singular_value",
    "log_norm_products",
    "norm_bound",
    "rnn_jacobians",
    "scaled_products",
    "scaled_to_radius",
    "spectral_radius",
]

# The largest slope an activation can have anywhere (gamma in Pascanu, Mikolov & Bengio, 2013, section 2.1).
MAX_SLOPE = {"linear": 1.0, "relu": 1.0, "sigmoid": 0.25, "tanh": 1.0}


def rnn_jacobians(params, trace, activation="tanh"):
    """The Jacobian of every RNN step, J_t = dh_t/dh_{t-1}, as it acts on row vectors.

        J_t = W_h diag(act'(a_t))        a small change dh of h_{t-1} changes h_t by dh @ J_t

    Returns (T, B, H, H). Raises TypeError for params or a trace of another cell, ValueError for an unknown activation,
    a shape that does not fit, NaN or infinity.
    Source: Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", 2013.

    >>> import numpy as np
    >>> from helpers.params import rnn_params
    >>> from helpers.sequence import rnn
    >>> params = rnn_params(1, 2, recurrent="identity", gain=0.5)
    >>> rnn_jacobians(params, rnn(params, np.zeros((3, 1, 1))))[0, 0].tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    params, _, H = as_params(params, RNNParams)
    expect_trace(trace, RNNStep, ("T", "B", H))
    xp = namespace(W_h=params.W_h, **trace._asdict())
    return params.W_h * xp.expand_dims(activation_slope(xp, activation, trace.a, trace.h), axis=2)


def log_norm_products(jacobians, norm="frobenius"):
    """log ||J_{T-k+1} ... J_T|| for k = 0 .. T: how a gradient at the last step grows or fades on its way back.

    jacobians (T, B, H, H) -> (T+1, B), or (T, H, H) -> (T+1,). A product that is exactly zero gives -inf. `norm` is
    "frobenius", or "spectral", the largest singular value, as exact as the function of that name. Raises ValueError
    for another norm, TypeError and ValueError as `scaled_products`.
    Source: Pascanu, Mikolov & Bengio 2013, section 2.

    >>> import numpy as np
    >>> halves = np.broadcast_to(0.5 * np.eye(2), (3000, 2, 2))
    >>> round(float(log_norm_products(halves, norm="spectral")[-1] / np.log(10)))    # a norm of 1e-903
    -903
    """
    expect_choice("norm", norm, ("frobenius", "spectral"))
    log_size, product = scaled_products(jacobians)
    if norm == "frobenius":
        return log_size
    return log_size + log(array_namespace(product), largest_singular_value(product))


def scaled_products(jacobians):
    """Every product J_{T-k+1} ... J_T, k = 0 .. T, as (log of its Frobenius norm, the product at norm 1).

    jacobians (T, B, H, H) -> (T+1, B) and (T+1, B, H, H), or both without B. The product is rescaled at every step and
    its scale kept as a logarithm, so that neither 1e-400 nor 1e+400 is lost; one that is exactly zero stays zero, at
    -inf. Raises TypeError for what is no array, ValueError for matrices that are not square, none at all, NaN or inf,
    FloatingPointError for a single product beyond 1e308.
    """
    jacobians = as_floats("jacobians", jacobians)
    expect_matrices("jacobians", jacobians, ndims=(3, 4))
    expect_finite(jacobians=jacobians)
    xp = array_namespace(jacobians)
    first = jacobians[0, ...]
    eye = xp.zeros_like(first) + xp.eye(first.shape[-1], dtype=first.dtype, device=device(first))

    def step(state, inputs):
        product, before = state
        product = inputs[0] @ product
        size = norms(xp, product, (-2, -1))
        new = (before + log(xp, size), product / nonzero(xp, size)[..., None, None])
        return (new[1], new[0]), new

    size = norms(xp, eye, (-2, -1))
    start = (log(xp, size), eye / size[..., None, None])
    _, back = scan(step, start[::-1], (jacobians,), reverse=True)
    logs, products = (
        xp.concat([a[None, ...], xp.flip(b, axis=0)], axis=0) for a, b in zip(start, back, strict=True)
    )
    expect_no_overflow("jacobians are too large", infinite=True, product=products)
    return logs, products


def largest_singular_value(matrix, squarings: int = 10):
    """The spectral norm of `matrix` (..., n, n), by repeated squaring of G = M M^T; array API, so figures can trace it.

    tr(G^(m+1)) / tr(G^m) averages the eigenvalues of G, weighted by their m-th powers, with m = 2^squarings. It never
    exceeds the true value, and is below it by a share of at most (n-1) / (2e m): 0.2 % for n = 12, m = 1024. Raises
    TypeError for what is no array, ValueError for matrices that are not square, NaN, infinity or negative squarings.
    """
    matrix = as_floats("matrix", matrix)
    expect_matrices("matrix", matrix, ndims=range(2, matrix.ndim + 1))
    expect_counts(0, 60, squarings=squarings)
    expect_finite(matrix=matrix)
    xp = array_namespace(matrix)
    largest, shape = scaled(xp, matrix, (-2, -1))
    gram = shape @ xp.matrix_transpose(shape)
    power = _unit_trace(xp, gram)
    for _ in range(squarings):
        power = _unit_trace(xp, power @ power)
    return xp.squeeze(largest, axis=(-2, -1)) * xp.sqrt(xp.sum(power * gram, axis=(-2, -1)))


def _unit_trace(xp, gram):
    # A zero matrix stays zero instead of becoming 0/0; any other has a trace of at least 1/n here.
    trace = xp.sum(gram * xp.eye(gram.shape[-1], dtype=gram.dtype, device=device(gram)), axis=(-2, -1), keepdims=True)
    return gram / xp.maximum(trace, xp.full_like(trace, 1e-30))


def spectral_radius(matrix) -> float:
    """The largest absolute value of an eigenvalue of `matrix` (n, n).

    Raises TypeError for what is no NumPy array or list, ValueError for a matrix that is not square, NaN or infinity.
    """
    matrix, exponent = _near_one(_one_matrix(matrix))
    return float(np.ldexp(np.max(np.abs(np.linalg.eigvals(matrix))), exponent))


def _near_one(matrix):
    """`matrix` with entries up to 1, and the power of two taken out of it: exact, and safe from overflow."""
    exponent = int(np.frexp(np.max(np.abs(matrix)))[1])
    return np.ldexp(matrix, -exponent), exponent


def _one_matrix(matrix) -> np.ndarray:
    matrix = as_floats("matrix", matrix)
    if not isinstance(matrix, np.ndarray):
        raise TypeError(f"matrix: expected a NumPy array, got {type(matrix).__name__}")
    expect_matrices("matrix", matrix, ndims=(2,))
    expect_finite(matrix=matrix)
    return matrix.astype(np.float64)


def scaled_to_radius(matrix, radius: float) -> np.ndarray:
    """`matrix` (n, n) times the number that gives it this spectral radius.

    Raises TypeError and ValueError as `spectral_radius`, and ValueError for a radius below 0 or infinite, or if all
    eigenvalues are zero.
    """
    expect_number("radius", radius, low=0, high=LARGEST)
    matrix, _ = _near_one(_one_matrix(matrix))
    now = spectral_radius(matrix)
    if now < 1e-12:
        raise ValueError("matrix: every eigenvalue is zero, so that no factor gives it another spectral radius")
    return matrix * (float(radius) / now)


def chain(n: int, radius: float, coupling: float) -> np.ndarray:
    """A non-normal matrix (n, n): `radius` on the diagonal and `coupling` just above it.

    Unit i keeps the share `radius` of itself and feeds unit i+1. Every eigenvalue is `radius`; the largest singular
    value is near `radius + coupling`. Raises ValueError for an n below 1, TypeError or ValueError for what is no finite
    number.
    """
    expect_counts(n=n)
    expect_finite_numbers(radius=radius, coupling=coupling)
    return float(radius) * np.eye(n) + float(coupling) * np.eye(n, k=1)


def norm_bound(matrix, lags, activation: str = "tanh") -> np.ndarray:
    r"""The bound :math:`(\gamma\,s_{\max}(W))^k` on the norm of a product of k Jacobians, for each k in `lags`.

    Below 1 the gradient must vanish; above 1 it says nothing (Pascanu, Mikolov & Bengio, 2013, section 2.1).
    Raises TypeError and ValueError as `spectral_radius`, and ValueError for an unknown activation or a lag below 0.

    >>> norm_bound(np.eye(2), [0, 1, 2], "sigmoid").tolist()
    [1.0, 0.25, 0.0625]
    """
    expect_choice("activation", activation, MAX_SLOPE)
    lags = as_floats("lags", lags)
    if not isinstance(lags, np.ndarray) or not np.all(lags >= 0):
        raise ValueError("lags: expected numbers of steps from 0 up, in NumPy or a list")
    return (MAX_SLOPE[activation] * np.linalg.norm(_one_matrix(matrix), 2)) ** lags
