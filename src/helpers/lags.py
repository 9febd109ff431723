"""The gradient of the recurrent weights, taken apart: what each output adds through each earlier step (chapter 02).

With row vectors, a_t = x_t W_x + h_{t-1} W_h + b and h_t = f(a_t), the gradient is a double sum over outputs t and
lags k = 0, 1, ..., t:

    dE/dW_h = sum_t sum_k  h_{t-k-1}^T  dE_t/da_{t-k}

Truncated backpropagation through time keeps some of its terms. Array API only, but for `reach`, which counts.
Axes: lag, output, batch, hidden.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace

from ._validate import (
    as_array,
    as_floats,
    as_params,
    expect_counts,
    expect_finite,
    expect_no_overflow,
    expect_shape,
    expect_trace,
    has_values,
    namespace,
)
from .cells import RNNParams, RNNStep, activation_slope
from .sequence import scan

__all__ = ["LagSignals", "lag_gradients", "lag_norms", "lag_signals", "reach", "truncated_gradients"]


class LagSignals(NamedTuple):
    """Both factors of every term of the double sum, (lags, time, batch, hidden); zero where k > t.

    `delta[k, t]` is dE_t/da_{t-k}, `state[k, t]` is h_{t-k-1}, the state that the weights multiplied there.
    """

    delta: object
    state: object


def _later(a):
    """Shift `a` by one step along its first axis: row t holds what row t-1 held, row 0 is zero."""
    xp = array_namespace(a)
    return xp.concat([xp.zeros_like(a[:1, ...]), a[:-1, ...]], axis=0)


def lag_signals(params, trace, grad_h, h0=None, activation="tanh") -> LagSignals:
    """Carry every output's own error back through time, all outputs side by side: (T, T, B, H) each.

    `trace` is what `sequence.rnn(params, x, h0, activation)` returned, `grad_h[t]` (T, B, H) is dE_t/dh_t of the output
    at t alone. One step of lag multiplies by the Jacobian: dE_t/dh_{s-1} = (dE_t/dh_s * f'(a_s)) W_h^T.

    Raises TypeError for params or a trace of another cell, ValueError for a shape that does not fit, NaN, infinity, or
    an unknown activation, FloatingPointError where numbers too large end in NaN. Source: Pascanu, Mikolov and Bengio,
    "On the difficulty of training recurrent neural networks", 2013, eqs. 3-5.
    """
    params, _, H = as_params(params, RNNParams)
    expect_trace(trace, RNNStep, ("T", "B", H))
    grad_h = as_floats("grad_h", grad_h)
    expect_shape("grad_h", grad_h, tuple(trace.h.shape))
    first = trace.h[0, ...] * 0.0 if h0 is None else as_floats("h0", h0)
    expect_shape("h0", first, tuple(trace.h.shape[1:]))
    expect_finite(grad_h=grad_h, h0=first)
    xp = namespace(grad_h=grad_h, W_h=params.W_h, h=trace.h, h0=first)
    before = xp.concat([first[None, ...], trace.h[:-1, ...]], axis=0)
    back = xp.matrix_transpose(params.W_h)

    def lag(carry, _):
        g, slopes, states = carry
        delta = g * slopes
        return (delta @ back, _later(slopes), _later(states)), LagSignals(delta, states)

    slopes = activation_slope(xp, activation, trace.a, trace.h)
    _, signals = scan(lag, (grad_h, slopes, before), (trace.h[:, 0, 0],))  # scanned for its length alone: T lags
    expect_no_overflow("params or grad_h are too large", delta=signals.delta)
    return signals


def lag_norms(signals: LagSignals):
    """Frobenius norm of every term: entry [k, t] (T, T) is the norm of what output t adds to dE/dW_h through lag k.

    One sequence's term is an outer product: its norm is the product of two vector norms. A batch adds cross terms.
    Raises TypeError for what is no LagSignals, ValueError for shapes that do not fit, NaN or infinity,
    FloatingPointError where the squares overflow to NaN.
    """
    xp, signals = _checked(signals)
    deltas = signals.delta @ xp.matrix_transpose(signals.delta)
    states = signals.state @ xp.matrix_transpose(signals.state)
    square = xp.sum(deltas * states, axis=(-2, -1))
    expect_no_overflow("signals are too large", norms=square)
    return xp.sqrt(xp.where(square > 0.0, square, xp.zeros_like(square)))


def lag_gradients(signals: LagSignals):
    """Every term itself, summed over the batch: entry [k, t] (T, T, H, H) of the double sum for dE/dW_h.

    Raises as `lag_norms`.
    """
    xp, signals = _checked(signals)
    terms = xp.matrix_transpose(signals.state) @ signals.delta
    expect_no_overflow("signals are too large", terms=terms)
    return terms


def _checked(signals):
    if not isinstance(signals, LagSignals):
        raise TypeError(f"signals: expected LagSignals, as from lag_signals, got {type(signals).__name__}")
    signals = LagSignals(as_floats("signals.delta", signals.delta), as_floats("signals.state", signals.state))
    xp = namespace(delta=signals.delta, state=signals.state)
    expect_shape("signals.delta", signals.delta, ("K", "T", "B", "H"))
    expect_shape("signals.state", signals.state, tuple(signals.delta.shape))
    expect_finite(delta=signals.delta, state=signals.state)
    return xp, signals


def reach(steps, window, every=1):
    """How many terms each output keeps in BPTT(window; every): (steps,), or (W, steps) for arrays of windows (W,).

    After each `every` steps the errors of those steps go back together, to `window` steps before the newest of them.
    `every=1` lets each output reach back `window` steps; `every=window` is the usual cutting into chunks.

    Raises TypeError for what are no numbers, ValueError for numbers that are not whole, below 1, of shapes that do not
    fit, or a window shorter than its block. Source: Williams and Peng, "An efficient
    gradient-based algorithm for on-line training of recurrent network trajectories", 1990.

    >>> reach(6, 3, 3).tolist(), reach(6, 3).tolist()
    ([1, 2, 3, 1, 2, 3], [1, 2, 3, 3, 3, 3])
    """
    expect_counts(steps=steps)
    window, every = _whole("window", window), _whole("every", every)
    if every.ndim and every.shape != window.shape:
        raise ValueError(f"every: expected one number or the shape {window.shape} of window, got {every.shape}")
    if np.any(window < every) or np.any(every < 1):
        raise ValueError(f"BPTT(window; every) needs 1 <= every <= window, got window={window}, every={every}")
    t = np.arange(steps)
    newest = t - t % every[..., None] + every[..., None] - 1
    return np.minimum(window[..., None] - (newest - t), t + 1)


def _whole(name, value):
    array = as_array(name, value)
    if not isinstance(array, (np.ndarray, np.integer)) or array.dtype.kind not in "iu" or array.ndim > 1:
        raise ValueError(f"{name}: expected a whole number or a row of them, got {value!r:.60}")
    return array


def truncated_gradients(terms, reached):
    """dE/dW_h when output t keeps only its first `reached[..., t]` lags: (..., H, H).

    `terms` (K, T, H, H) comes from `lag_gradients`, `reached` (..., T) from `reach`. Raises TypeError for what is no
    array, ValueError for a shape that does not fit, NaN or infinity in the terms, or a `reached` outside 1 .. K.
    """
    terms, reached = as_floats("terms", terms), as_array("reached", reached)
    expect_shape("terms", terms, ("K", "T", "H", "H"))
    expect_finite(terms=terms)
    xp = namespace(terms=terms, reached=reached)
    lags, steps, rows, columns = terms.shape
    if reached.ndim == 0 or reached.shape[-1] != steps or not xp.isdtype(reached.dtype, "integral"):
        got = f"{reached.dtype} of shape {tuple(reached.shape)}"
        raise ValueError(f"reached: expected whole numbers of shape (..., {steps}), got {got}")
    if 0 in (*terms.shape, *reached.shape):
        raise ValueError(f"terms, reached: expected none empty, got {tuple(terms.shape)}, {tuple(reached.shape)}")
    if has_values(reached) and not 1 <= int(xp.min(reached)) <= int(xp.max(reached)) <= lags:
        low, high = int(xp.min(reached)), int(xp.max(reached))
        raise ValueError(f"reached: expected from 1 to {lags} lags, got {low} to {high}")
    so_far = xp.reshape(xp.cumulative_sum(terms, axis=0), (lags * steps, rows * columns))
    picked = xp.take(so_far, xp.reshape((reached - 1) * steps + xp.arange(steps), (-1,)), axis=0)
    kept = xp.reshape(picked, (*reached.shape, rows, columns))
    return xp.sum(kept, axis=-3)
