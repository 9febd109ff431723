"""Recurrences that are linear in their state: one step after the other, in parallel, and with a matrix for a state.

    linear_recurrence, parallel_scan    h_t = a_t * h_{t-1} + b_t
    linear_attention                    S_t = S_{t-1} + k_t^T v_t
    delta_rule                          S_t = S_{t-1} + beta_t k_t^T (v_t - k_t S_{t-1})
    householder_states                  h_t = h_{t-1} (I - beta_t v_t^T v_t)

Array API only; vectors are rows. a_t, b_t and everything else is known before the recurrence starts: it may depend on
the inputs, not on the state. That is what `parallel_scan` needs and what an LSTM does not give.
"""

from typing import Any, NamedTuple

from array_api_compat import device

from live_figures import scan

from ._validate import (
    as_floats,
    expect_finite,
    expect_finite_numbers,
    expect_no_overflow,
    expect_shape,
    has_values,
    namespace,
)

__all__ = ["FastWeights", "combine", "delta_rule", "householder", "householder_states", "linear_attention",
           "linear_recurrence", "parallel_scan"]

Array = Any


class FastWeights(NamedTuple):
    """A memory that is a matrix: S (T, B, d, m) after each step, and y (T, B, m), what the query q_t reads of S_t."""

    S: Array
    y: Array


def linear_recurrence(a, b, h0=None):
    """h_t = a_t * h_{t-1} + b_t, one step after the other, from h0 (zeros if None).

    Shapes: a and b (T, ...), h0 (...) -> h (T, ...). Raises TypeError for what is no array of real numbers, ValueError
    for shapes that do not fit, no step at all, NaN or infinity, FloatingPointError where numbers too large end in NaN.

    >>> linear_recurrence([0.5, 0.5, 0.5], [1.0, 0.0, 0.0]).tolist()
    [1.0, 0.5, 0.25]
    """
    _, a, b, h0 = _recurrence(a, b, h0)

    def step(state, inputs):
        h = inputs[0] * state[0] + inputs[1]
        return (h,), (h,)

    return _not_nan(scan(step, (h0,), (a, b))[1][0])


def parallel_scan(a, b, h0=None):
    """The same h_t as `linear_recurrence`, to rounding, in about log2 T rounds of elementwise work on all steps.

    Two steps in a row are one: what they do to a state is to keep a_1 a_2 of it and to add a_2 b_1 + b_2 (`combine`).
    Round k joins each step with the one 2^k before it, so that in the end each holds all of its past. That is about
    T log2 T combinations, more than the T of a loop, in fewer rounds. Raises as `linear_recurrence`; a product of many
    a_t that overflows is refused here even where the loop stays finite.
    Sources: Hillis & Steele, "Data parallel algorithms", 1986; for recurrent networks Martin & Cundy 2018.

    >>> parallel_scan([0.5, 0.5, 0.5], [1.0, 0.0, 0.0]).tolist()
    [1.0, 0.5, 0.25]
    """
    xp, a, b, h0 = _recurrence(a, b, h0)
    T, reach = a.shape[0], 1
    b = xp.concat([(a[0, ...] * h0 + b[0, ...])[None, ...], b[1:, ...]], axis=0)
    while reach < T:
        joined = _combine((a[:-reach, ...], b[:-reach, ...]), (a[reach:, ...], b[reach:, ...]))
        a, b = (xp.concat([old[:reach, ...], new], axis=0) for old, new in zip((a, b), joined, strict=True))
        reach = 2 * reach
    return _not_nan(b)


def combine(first, second):
    """Two steps (a, b) of a linear recurrence as one: (a_1 a_2, a_2 b_1 + b_2). Associative, so the order is free.

    Each step is a pair of arrays of one shape. Raises TypeError for a step that is no pair of arrays of real numbers,
    ValueError for shapes that do not fit, NaN or infinity, FloatingPointError where numbers too large end in NaN.

    >>> [float(part) for part in combine((0.5, 1.0), (0.25, 3.0))]    # h -> 0.5 h + 1, then h -> 0.25 h + 3
    [0.125, 3.25]
    """
    first, second = _pair("first", first), _pair("second", second)
    namespace(first=first[0], second=second[0])
    expect_shape("second", second[0], tuple(first[0].shape))
    a, b = _combine(first, second)
    expect_no_overflow("first or second is too large", a=a, b=b)
    return a, b


def _combine(first, second):
    return first[0] * second[0], second[0] * first[1] + second[1]


def linear_attention(q, k, v):
    """Attention without a softmax, as a recurrence with a matrix for a state: S_t = S_{t-1} + k_t^T v_t, read q_t S_t.

    Shapes: q and k (T, B, d), v (T, B, m) -> FastWeights. y_t = sum over s <= t of (q_t . k_s) v_s: every value written
    so far, weighted by the product of its key with the query. Raises TypeError and ValueError as `linear_recurrence`,
    FloatingPointError where numbers too large end in NaN.
    Source: Katharopoulos et al., "Transformers are RNNs", 2020 (here without their feature map and normaliser).

    >>> linear_attention([[[1.0, 0.0]]], [[[1.0, 0.0]]], [[[5.0]]]).y.tolist()
    [[[5.0]]]
    """
    return _fast_weights(lambda S, k, v: v, q, k, v)


def delta_rule(q, k, v, beta=1.0):
    """A matrix memory that writes only what is missing: S_t = S_{t-1} + beta k_t^T (v_t - k_t S_{t-1}), read q_t S_t.

    k_t S_{t-1} is what the memory already answers to the key k_t. With |k_t| = 1 and beta = 1 the new answer is v_t
    exactly, whatever was there; it differs from `linear_attention` in that one term. Shapes as there; beta is a number.
    Raises as `linear_attention`, and TypeError or ValueError for a beta that is no finite number.
    Sources: Widrow & Hoff 1960; as fast weights Schlag, Irie & Schmidhuber 2021, "Linear transformers are secretly fast
    weight programmers".

    >>> k, v = [[[1.0]], [[1.0]]], [[[5.0]], [[7.0]]]       # one key, written twice
    >>> linear_attention(k, k, v).y[-1].tolist(), delta_rule(k, k, v).y[-1].tolist()
    ([[12.0]], [[7.0]])
    """
    beta = _number("beta", beta)
    return _fast_weights(lambda S, k, v: beta * (v - _read(k, S)), q, k, v)


def householder(v, beta=2.0):
    """The matrix I - beta v^T v / (v v^T): at beta = 2 a reflection, at 1 a projection, at 0 nothing.

    With v = e_i - e_j and beta = 2 it swaps entries i and j. Shapes: v (..., n) -> (..., n, n). Raises TypeError for
    what is no array of real numbers or no number, ValueError for a v that is all zero, NaN or infinity,
    FloatingPointError where numbers too large end in NaN.

    >>> householder([1.0, -1.0]).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    xp, v, beta = _direction(v, beta)
    share = beta * v / xp.sum(v * v, axis=-1, keepdims=True)
    return _not_nan(xp.eye(v.shape[-1], dtype=v.dtype, device=device(v)) - share[..., :, None] * v[..., None, :])


def householder_states(h0, v, beta=2.0):
    """h_t = h_{t-1} (I - beta v_t^T v_t / (v_t v_t^T)) from h0 (B, n), v (T, B, n); returns h (T, B, n).

    A linear recurrence whose matrix changes at every step: a product of `householder` matrices, of which none is ever
    built. At beta = 2 products of swaps track any permutation. Raises as `householder`, and ValueError for shapes that
    do not fit.
    Sources: Yang et al. 2024 (DeltaNet), Siems et al. 2025 (DeltaProduct).

    >>> householder_states([[1.0, 0.0, 0.0]], [[[1.0, -1.0, 0.0]], [[0.0, 1.0, -1.0]]])[-1].tolist()
    [[0.0, 0.0, 1.0]]
    """
    xp, v, beta = _direction(v, beta)
    h0 = as_floats("h0", h0)
    expect_shape("v", v, ("T", "B", "n"))
    expect_shape("h0", h0, tuple(v.shape[1:]))
    namespace(v=v, h0=h0)
    expect_finite(h0=h0)
    share = beta * v / xp.sum(v * v, axis=-1, keepdims=True)

    def step(state, inputs):
        h = state[0] - xp.sum(state[0] * inputs[0], axis=-1, keepdims=True) * inputs[1]
        return (h,), (h,)

    return _not_nan(scan(step, (h0,), (v, share))[1][0])


def _read(q, S):
    """What each of the queries q (B, d) reads of its memory S (B, d, m)."""
    return (q[:, None, :] @ S)[:, 0, :]


def _fast_weights(new, q, k, v):
    """Run S_t = S_{t-1} + k_t^T new(S_{t-1}, k_t, v_t) from zeros, and read every S_t with q_t."""
    q, k, v = (as_floats(name, value) for name, value in (("q", q), ("k", k), ("v", v)))
    expect_shape("k", k, ("T", "B", "d"))
    expect_shape("q", q, tuple(k.shape))
    expect_shape("v", v, (*k.shape[:2], "m"))
    xp = namespace(q=q, k=k, v=v)
    _expect_steps(k=k, v=v)
    expect_finite(q=q, k=k, v=v)

    def step(state, inputs):
        q, k, v = inputs
        S = state[0] + k[:, :, None] * new(state[0], k, v)[:, None, :]
        return (S,), FastWeights(S, _read(q, S))

    memory = scan(step, (xp.zeros_like(k[0, :, :, None] * v[0, :, None, :]),), (q, k, v))[1]
    expect_no_overflow("q, k or v is too large", S=memory.S, y=memory.y)
    return memory


def _recurrence(a, b, h0):
    """Check the arguments of a recurrence; return the namespace, a, b and the first state."""
    a, b = as_floats("a", a), as_floats("b", b)
    h0 = None if h0 is None else as_floats("h0", h0)
    xp = namespace(a=a, b=b, h0=h0)
    if a.ndim == 0:
        raise ValueError("a: expected shape (T, ...), got ()")
    expect_shape("b", b, tuple(a.shape))
    _expect_steps(a=a)
    if h0 is not None:
        expect_shape("h0", h0, tuple(a.shape[1:]))
    expect_finite(a=a, b=b, h0=h0)
    return xp, a, b, xp.zeros_like(b[0, ...]) if h0 is None else h0


def _pair(name, step):
    if not isinstance(step, (tuple, list)) or len(step) != 2:
        raise TypeError(f"{name}: expected a pair (a, b), got {type(step).__name__}")
    a, b = (as_floats(name, part) for part in step)
    namespace(**{name: a, f"{name}[1]": b})
    expect_shape(name, b, tuple(a.shape))
    expect_finite(**{name: a, f"{name}[1]": b})
    return a, b


def _direction(v, beta):
    """The namespace, v (..., n) with its largest entries scaled to 1, and beta; raises where v has no direction."""
    v, beta = as_floats("v", v), _number("beta", beta)
    xp = namespace(v=v)
    if v.ndim == 0 or 0 in v.shape:
        raise ValueError(f"v: expected vectors, shape (..., n), none empty; got shape {tuple(v.shape)}")
    expect_finite(v=v)
    largest = xp.max(xp.abs(v), axis=-1, keepdims=True)  # so that the square of a small v is not 0
    if has_values(v) and not xp.all(largest > 0):
        raise ValueError("v: expected directions, got a vector that is all zero")
    return xp, v / largest, beta


def _number(name, value):
    """`value` as a float; a traced number stays as it is."""
    expect_finite_numbers(**{name: value})
    return value if hasattr(value, "shape") and not has_values(value) else float(value)


def _expect_steps(**arrays):
    for name, array in arrays.items():
        if 0 in array.shape:
            raise ValueError(f"{name}: expected at least one step, none empty; got shape {tuple(array.shape)}")


def _not_nan(h):
    expect_no_overflow("a, b, v or the first state are too large", h=h)
    return h
