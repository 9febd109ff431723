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

from ._validate import expect_numbers, expect_params, expect_shape
from .cells import activation_slope
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

    Raises ValueError for a shape that does not fit, NaN, or an unknown activation. Source: Pascanu, Mikolov and Bengio,
    "On the difficulty of training recurrent neural networks", 2013, eqs. 3-5.
    """
    _, H = expect_params(params, 1)
    expect_shape("trace.h", trace.h, ("T", "B", H))
    expect_shape("grad_h", grad_h, tuple(trace.h.shape))
    expect_numbers(grad_h=grad_h, h0=h0)
    xp = array_namespace(grad_h, params.W_h)
    first = xp.zeros_like(trace.h[0, ...]) if h0 is None else h0
    before = xp.concat([first[None, ...], trace.h[:-1, ...]], axis=0)
    back = xp.matrix_transpose(params.W_h)

    def lag(carry, _):
        g, slopes, states = carry
        delta = g * slopes
        return (delta @ back, _later(slopes), _later(states)), LagSignals(delta, states)

    slopes = activation_slope(xp, activation, trace.a, trace.h)
    _, signals = scan(lag, (grad_h, slopes, before), (trace.h[:, 0, 0],))  # scanned for its length alone: T lags
    return signals


def lag_norms(signals: LagSignals):
    """Frobenius norm of every term: entry [k, t] (T, T) is the norm of what output t adds to dE/dW_h through lag k.

    One sequence's term is an outer product: its norm is the product of two vector norms. A batch adds cross terms.
    """
    xp = array_namespace(signals.delta)
    deltas = signals.delta @ xp.matrix_transpose(signals.delta)
    states = signals.state @ xp.matrix_transpose(signals.state)
    square = xp.sum(deltas * states, axis=(-2, -1))
    return xp.sqrt(xp.where(square > 0.0, square, xp.zeros_like(square)))


def lag_gradients(signals: LagSignals):
    """Every term itself, summed over the batch: entry [k, t] (T, T, H, H) of the double sum for dE/dW_h."""
    xp = array_namespace(signals.delta)
    return xp.matrix_transpose(signals.state) @ signals.delta


def reach(steps, window, every=1):
    """How many terms each output keeps in BPTT(window; every): (steps,), or (W, steps) for arrays of windows (W,).

    After each `every` steps the errors of those steps go back together, to `window` steps before the newest of them.
    `every=1` lets each output reach back `window` steps; `every=window` is the usual cutting into chunks.

    Raises ValueError if a window is below 1 or shorter than its block. Source: Williams and Peng, "An efficient
    gradient-based algorithm for on-line training of recurrent network trajectories", 1990.

    >>> reach(6, 3, 3).tolist(), reach(6, 3).tolist()
    ([1, 2, 3, 1, 2, 3], [1, 2, 3, 3, 3, 3])
    """
    window, every = np.asarray(window), np.asarray(every)
    if np.any(window < every) or np.any(every < 1):
        raise ValueError(f"BPTT(window; every) needs 1 <= every <= window, got window={window}, every={every}")
    t = np.arange(steps)
    newest = t - t % every[..., None] + every[..., None] - 1
    return np.minimum(window[..., None] - (newest - t), t + 1)


def truncated_gradients(terms, reached):
    """dE/dW_h when output t keeps only its first `reached[..., t]` lags: (..., H, H).

    `terms` (K, T, H, H) comes from `lag_gradients`, `reached` (..., T) from `reach`.
    """
    xp = array_namespace(terms)
    lags, steps, rows, columns = terms.shape
    so_far = xp.reshape(xp.cumulative_sum(terms, axis=0), (lags * steps, rows * columns))
    picked = xp.take(so_far, xp.reshape((reached - 1) * steps + xp.arange(steps), (-1,)), axis=0)
    kept = xp.reshape(picked, (*reached.shape, rows, columns))
    return xp.sum(kept, axis=-3)
