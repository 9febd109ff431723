"""Backpropagation through time, derived by hand: each backward pass mirrors one unroll of `helpers.sequence`.

Once the forward pass is done, the backward pass is linear in the gradient: dL/dh_t goes one step back by multiplying
with numbers the forward pass has fixed. Each function first computes those numbers for all steps at once, then runs the
short linear recursion from the last step to the first, then sums the parameter gradients over time in one product.
Array API only. Shapes: x (T, B, D), h (T, B, H); `d` in a name stands for dL/d.
"""

import math
from typing import Any, NamedTuple

from array_api_compat import array_namespace, device

from ._scale import norms
from ._validate import (
    as_array,
    as_floats,
    as_params,
    expect_finite,
    expect_flags,
    expect_no_overflow,
    expect_shape,
    expect_trace,
    has_values,
    namespace,
)
from .cells import (
    GRUParams,
    GRUStep,
    LSTMParams,
    LSTMStep,
    MinGRUParams,
    MinGRUStep,
    RNNParams,
    RNNStep,
    activation_slope,
    inputs,
    log_softmax,
)
from .linear import linear_recurrence, parallel_scan
from .sequence import scan

__all__ = [
    "GRUGrads",
    "LSTMGrads",
    "MinGRUGrads",
    "RNNGrads",
    "cross_entropy",
    "gru_bptt",
    "lstm_bptt",
    "mingru_bptt",
    "rnn_bptt",
]

Array = Any


class RNNGrads(NamedTuple):
    """Gradients of an RNN: `params` as RNNParams, x, h0, and for every step a and h (T, B, H) and norm_h (T,).

    h[t] is the whole dL/dh_t, through the output at t and through every later step; norm_h[t] its Frobenius norm.
    """

    params: RNNParams
    x: Array
    h0: Array
    a: Array
    h: Array
    norm_h: Array


class LSTMGrads(NamedTuple):
    """Gradients of an LSTM: `params` as LSTMParams, x, h0, c0, a (T, B, 4H), h and c (T, B, H), norm_h, norm_c (T,).

    h[t] and c[t] are the whole dL/dh_t and dL/dc_t, through step t's output and all later steps.
    """

    params: LSTMParams
    x: Array
    h0: Array
    c0: Array
    a: Array
    h: Array
    c: Array
    norm_h: Array
    norm_c: Array


class GRUGrads(NamedTuple):
    """Gradients of a GRU: `params` as GRUParams, x, h0, a (T, B, 3H) for r, z, n, h (T, B, H), norm_h (T,).

    h[t] is the whole dL/dh_t, through the output at t and through every later step.
    """

    params: GRUParams
    x: Array
    h0: Array
    a: Array
    h: Array
    norm_h: Array


class MinGRUGrads(NamedTuple):
    """Gradients of a minGRU: `params` as MinGRUParams, x, h0, a (T, B, 2H) for z and n, h (T, B, H), norm_h (T,).

    h[t] is the whole dL/dh_t, through the output at t and through every later step.
    """

    params: MinGRUParams
    x: Array
    h0: Array
    a: Array
    h: Array
    norm_h: Array


def rnn_bptt(params, x, trace, grad_h, h0=None, activation="tanh"):
    """Gradients of a loss through `trace = rnn(params, x, h0, activation)`, given grad_h.

        dh_t = grad_h_t + da_{t+1} W_h^T        da_t = dh_t * act'(a_t)
        dW_h = sum_t h_{t-1}^T da_t             dW_x = sum_t x_t^T da_t          db = sum_t da_t

    grad_h (T, B, H) is dL/dh_t through the output at t only. Returns RNNGrads. torch gives the same parameter
    gradients, but not dL/dh_t. Raises TypeError for params or a trace of another cell, or what is no array, ValueError
    for a shape that does not fit, NaN, infinity, or an unknown activation, FloatingPointError where numbers too large
    end in NaN.
    Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990.

    >>> import numpy as np
    >>> from helpers.sequence import rnn
    >>> params, x = RNNParams(np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1)), np.ones((4, 1, 1))
    >>> trace = rnn(params, x, activation="linear")
    >>> at_the_end = np.zeros((4, 1, 1))
    >>> at_the_end[-1] = 1.0
    >>> rnn_bptt(params, x, trace, at_the_end, activation="linear").norm_h.tolist()    # halved at every step back
    [0.125, 0.25, 0.5, 1.0]
    """
    xp, params, x, grad_h, (h0,) = _start((RNNParams, RNNStep), params, x, trace, grad_h, h0=h0)
    slope = activation_slope(xp, activation, trace.a, trace.h)
    W_hT = xp.matrix_transpose(params.W_h)

    def step(state, inputs):
        (dh_next,), (dh_out, slope) = state, inputs
        dh = dh_out + dh_next
        da = dh * slope
        return (da @ W_hT,), (da, dh)

    (dh0,), (da, dh) = scan(step, (xp.zeros_like(h0),), (grad_h, slope), reverse=True)
    dW_x, db = _weight_grads(xp, x, da)
    dW_h, _ = _weight_grads(xp, _previous(xp, trace.h, h0), da)
    grads, dx = RNNParams(dW_x, dW_h, db), da @ xp.matrix_transpose(params.W_x)
    return _not_nan(RNNGrads(grads, dx, dh0, da, dh, norms(xp, dh, (1, 2))))


def lstm_bptt(params, x, trace, grad_h, h0=None, c0=None, coupled=False):
    """Gradients of a loss through `trace = lstm(params, x, h0, c0, coupled)`, given grad_h.

        dh_t = grad_h_t + da_{t+1} W_h^T
        dc_t = (what came back from c_{t+1}) + dh_t * o (1 - tanh(c_t)^2) + da_o p_o
        da_i = dc_t g i(1-i)    da_f = dc_t c_{t-1} f(1-f)    da_g = dc_t i (1-g^2)    da_o = dh_t tanh(c_t) o(1-o)
        back to c_{t-1}:  dc_t f + da_i p_i + da_f p_f

    and dW_x, dW_h, db as in `rnn_bptt`; peephole gradients sum da times the cell each gate looked at. With `coupled`,
    i = 1 - f, so that da_i = 0 and da_f = dc_t (c_{t-1} - g) f(1-f). grad_h (T, B, H) is dL/dh_t through the output at
    t only. Returns LSTMGrads. torch gives the same parameter gradients, but neither dL/dh_t nor dL/dc_t. Raises
    TypeError, ValueError and FloatingPointError as `rnn_bptt`.
    Sources: Graves & Schmidhuber 2005 (the full gradient; the 1997 paper truncates it), Greff et al. 2017.

    >>> import numpy as np
    >>> from helpers.params import lstm_params
    >>> from helpers.sequence import lstm
    >>> params, x = lstm_params(2, 3, seed=0), np.ones((4, 1, 2))
    >>> grads = lstm_bptt(params, x, lstm(params, x), np.ones((4, 1, 3)))
    >>> grads.params.W_h.shape, grads.norm_c.shape
    ((3, 12), (4,))
    """
    expect_flags(coupled=coupled)
    kinds = (LSTMParams, LSTMStep)
    xp, params, x, grad_h, (h0, c0) = _start(kinds, params, x, trace, grad_h, h0=h0, c0=c0)
    c_prev = _previous(xp, trace.c, c0)
    slopes = _lstm_slopes(xp, params, trace, c_prev, coupled)
    W_hT = xp.matrix_transpose(params.W_h)

    def step(state, inputs):
        (dh_next, dc_next), (dh_out, i_by_c, f_by_c, g_by_c, o_by_h, c_by_h, c_by_c) = state, inputs
        dh = dh_out + dh_next
        dc = dc_next + dh * c_by_h
        da = xp.concat([dc * i_by_c, dc * f_by_c, dc * g_by_c, dh * o_by_h], axis=-1)
        return (da @ W_hT, dc * c_by_c), (da, dh, dc)

    zeros = xp.zeros_like(h0)
    (dh0, dc0), (da, dh, dc) = scan(step, (zeros, zeros), (grad_h, *slopes), reverse=True)
    dW_x, db = _weight_grads(xp, x, da)
    dW_h, _ = _weight_grads(xp, _previous(xp, trace.h, h0), da)
    grads = LSTMParams(dW_x, dW_h, db, _peephole_grads(xp, params, da, c_prev, trace.c))
    dx = da @ xp.matrix_transpose(params.W_x)
    return _not_nan(LSTMGrads(grads, dx, dh0, dc0, da, dh, dc, norms(xp, dh, (1, 2)), norms(xp, dc, (1, 2))))


def _lstm_slopes(xp, params, trace, c_prev, coupled):
    """The factors of the LSTM's backward recursion, for all steps.

    Six arrays (T, B, H): da_i, da_f, da_g per unit of dc_t and da_o per unit of dh_t; what dh_t adds to dc_t; and what
    dc_t sends to dc_{t-1}, through the forget gate and through the peepholes.
    """
    i, f, g, o, _, tanh_c, _ = trace
    a_i = xp.zeros_like(i) if coupled else g * i * (1.0 - i)
    a_f = (c_prev - g if coupled else c_prev) * f * (1.0 - f)
    a_g = i * (1.0 - g * g)
    a_o = tanh_c * o * (1.0 - o)
    c_by_h, c_by_c = o * (1.0 - tanh_c * tanh_c), f
    if (p := params.peephole) is not None:
        c_by_h = c_by_h + a_o * p[2, :]
        c_by_c = c_by_c + a_i * p[0, :] + a_f * p[1, :]
    return a_i, a_f, a_g, a_o, c_by_h, c_by_c


def _peephole_grads(xp, params, da, c_prev, c):
    """Gates i and f looked at c_{t-1}, gate o at c_t; None for an LSTM without peepholes."""
    if params.peephole is None:
        return None
    H = c.shape[-1]
    seen = ((0, c_prev), (1, c_prev), (3, c))
    return xp.stack([xp.sum(da[..., k * H : (k + 1) * H] * cell, axis=(0, 1)) for k, cell in seen], axis=0)


def gru_bptt(params, x, trace, grad_h, h0=None, reset_after=True):
    """Gradients of a loss through `trace = gru(params, x, h0, reset_after)`, given grad_h.

        da_n = dh_t (1-z)(1-n^2)        da_z = dh_t (h_{t-1} - n) z(1-z)
        reset_after:      da_r = da_n u r(1-r)               dh_{t-1} = dh_t z + [da_r, da_z, da_n r] W_h^T
        not reset_after:  q = da_n W_hn^T,  da_r = q h_{t-1} r(1-r),
                          dh_{t-1} = dh_t z + q r + [da_r, da_z] W_h,rz^T

    then dh_{t-1} += grad_h_{t-1}. grad_h (T, B, H) is dL/dh_t through the output at t only. Returns GRUGrads, whose
    a is the gradient at the input terms. torch gives the same parameter gradients with reset_after=True, not dL/dh_t.
    Raises TypeError, ValueError and FloatingPointError as `rnn_bptt`. Source: derived here from `cells.gru_step`.

    >>> import numpy as np
    >>> from helpers.params import gru_params
    >>> from helpers.sequence import gru
    >>> params, x = gru_params(2, 3, seed=0), np.ones((4, 1, 2))
    >>> gru_bptt(params, x, gru(params, x), np.ones((4, 1, 3))).params.b_h.shape
    (9,)
    """
    expect_flags(reset_after=reset_after)
    xp, params, x, grad_h, (h0,) = _start((GRUParams, GRUStep), params, x, trace, grad_h, h0=h0)
    backward = _gru_reset_after if reset_after else _gru_reset_before
    h_prev = _previous(xp, trace.h, h0)
    dh0, dh, da, dW_h, db_h = backward(xp, params, trace, grad_h, h_prev)
    dW_x, db = _weight_grads(xp, x, da)
    dx = da @ xp.matrix_transpose(params.W_x)
    return _not_nan(GRUGrads(GRUParams(dW_x, dW_h, db, db_h), dx, dh0, da, dh, norms(xp, dh, (1, 2))))


def _gru_reset_after(xp, params, trace, grad_h, h_prev):
    r, z, n, u, _ = trace
    a_n = (1.0 - z) * (1.0 - n * n)
    slopes = (a_n * u * r * (1.0 - r), (h_prev - n) * z * (1.0 - z), a_n * r)
    W_hT = xp.matrix_transpose(params.W_h)

    def step(state, inputs):
        (dh_next,), (dh_out, r_by_h, z_by_h, n_by_h, z) = state, inputs
        dh = dh_out + dh_next
        d_recurrent = xp.concat([dh * r_by_h, dh * z_by_h, dh * n_by_h], axis=-1)
        return (dh * z + d_recurrent @ W_hT,), (d_recurrent, dh)

    (dh0,), (d_recurrent, dh) = scan(step, (xp.zeros_like(h_prev[0, ...]),), (grad_h, *slopes, z), reverse=True)
    da = xp.concat([d_recurrent[..., : -n.shape[-1]], dh * a_n], axis=-1)
    return dh0, dh, da, *_weight_grads(xp, h_prev, d_recurrent)


def _gru_reset_before(xp, params, trace, grad_h, h_prev):
    r, z, n, _, _ = trace
    H = h_prev.shape[-1]
    W_rzT, W_nT = xp.matrix_transpose(params.W_h[:, : 2 * H]), xp.matrix_transpose(params.W_h[:, 2 * H :])

    def step(state, inputs):
        (dh_next,), (dh_out, n_by_h, z_by_h, r_by_q, r, z) = state, inputs
        dh = dh_out + dh_next
        da_n = dh * n_by_h
        q = da_n @ W_nT
        da_rz = xp.concat([q * r_by_q, dh * z_by_h], axis=-1)
        return (dh * z + q * r + da_rz @ W_rzT,), (da_rz, da_n, dh)

    slopes = ((1.0 - z) * (1.0 - n * n), (h_prev - n) * z * (1.0 - z), h_prev * r * (1.0 - r))
    xs = (grad_h, *slopes, r, z)
    (dh0,), (da_rz, da_n, dh) = scan(step, (xp.zeros_like(h_prev[0, ...]),), xs, reverse=True)
    (dW_rz, db_rz), (dW_n, db_n) = _weight_grads(xp, h_prev, da_rz), _weight_grads(xp, r * h_prev, da_n)
    dW_h, db_h = xp.concat([dW_rz, dW_n], axis=-1), xp.concat([db_rz, db_n], axis=-1)
    return dh0, dh, xp.concat([da_rz, da_n], axis=-1), dW_h, db_h


def mingru_bptt(params, x, trace, grad_h, h0=None, parallel=False):
    """Gradients of a loss through `trace = mingru(params, x, h0, parallel)`, given grad_h.

        dh_t = grad_h_t + dh_{t+1} z_{t+1}
        da_z = dh_t (h_{t-1} - n) z(1-z)        da_n = dh_t (1-z)

    and dW_x, db as in `rnn_bptt`. No weight lies on the way back, only gates: dh is a linear recurrence too, and with
    `parallel` it is computed for all steps together. grad_h (T, B, H) is dL/dh_t through the output at t only. Returns
    MinGRUGrads. Raises TypeError, ValueError and FloatingPointError as `rnn_bptt`. Source: derived here from
    `cells.mingru_step`.

    >>> import numpy as np
    >>> from helpers.params import mingru_params
    >>> from helpers.sequence import mingru
    >>> params, x = mingru_params(2, 3, seed=0), np.ones((4, 1, 2))
    >>> mingru_bptt(params, x, mingru(params, x), np.ones((4, 1, 3))).params.W_x.shape
    (2, 6)
    """
    expect_flags(parallel=parallel)
    xp, params, x, grad_h, (h0,) = _start((MinGRUParams, MinGRUStep), params, x, trace, grad_h, h0=h0)
    z, n, h = trace
    z_next = xp.concat([z[1:, ...], xp.zeros_like(z[:1, ...])], axis=0)
    recurrence = parallel_scan if parallel else linear_recurrence
    dh = xp.flip(recurrence(xp.flip(z_next, axis=0), xp.flip(grad_h, axis=0)), axis=0)
    dh0 = dh[0, ...] * z[0, ...]
    da = xp.concat([dh * (_previous(xp, h, h0) - n) * z * (1.0 - z), dh * (1.0 - z)], axis=-1)
    grads, dx = MinGRUParams(*_weight_grads(xp, x, da)), da @ xp.matrix_transpose(params.W_x)
    return _not_nan(MinGRUGrads(grads, dx, dh0, da, dh, norms(xp, dh, (1, 2))))


def cross_entropy(logits, targets):
    """Mean cross-entropy of softmax(logits) against integer targets, and its gradient.

        loss = -mean log softmax(logits)[target]        grad = (softmax(logits) - one_hot(target)) / number of targets

    Shapes: logits (..., V), targets (...) of integers 0 .. V-1; returns (loss 0-d, grad_logits (..., V)). Same as
    torch.nn.functional.cross_entropy, which wants V on axis 1. A logit of -inf is a probability of 0. Raises TypeError
    for targets that are no integers, ValueError for shapes that do not fit, no target at all, one outside 0 .. V-1,
    NaN, or logits that are infinite, or all -inf in a row.

    >>> import numpy as np
    >>> loss, grad = cross_entropy(np.zeros((1, 2)), np.asarray([1]))
    >>> round(float(loss), 4), grad.tolist()
    (0.6931, [[0.5, -0.5]])
    """
    logits = as_floats("logits", logits)
    if logits.ndim == 0:
        raise ValueError("logits: expected shape (..., V), got ()")
    V, count = logits.shape[-1], math.prod(logits.shape[:-1])
    if count == 0:
        raise ValueError(f"logits: expected at least one row of scores, got shape {tuple(logits.shape)}")
    targets = _classes(targets, logits)
    expect_shape("targets", targets, tuple(logits.shape[:-1]))
    xp = namespace(logits=logits, targets=targets)
    if has_values(targets) and not 0 <= int(xp.min(targets)) <= int(xp.max(targets)) < V:
        low, high = int(xp.min(targets)), int(xp.max(targets))
        raise ValueError(f"targets: expected integers from 0 to {V - 1} (logits has {V}), got {low} to {high}")
    try:
        log_p = log_softmax(logits)
    except ValueError as error:
        raise ValueError(str(error).replace("z:", "logits:", 1)) from None
    hit = xp.expand_dims(targets, axis=-1) == xp.arange(V, device=device(logits))
    loss = -xp.sum(xp.where(hit, log_p, xp.zeros_like(log_p))) / count  # where, as 0 * log 0 is NaN
    return loss, (xp.exp(log_p) - xp.astype(hit, logits.dtype)) / count


def _classes(targets, logits):
    """`targets` as an array of integers, in the library of `logits` where they come as a list."""
    given = hasattr(targets, "shape")
    targets = as_array("targets", targets)
    xp = namespace(targets=targets)
    if not xp.isdtype(targets.dtype, "integral"):
        raise TypeError(f"targets: expected integers, got {targets.dtype}")
    return targets if given else array_namespace(logits).asarray(targets.tolist(), device=device(logits))


def _previous(xp, h, h0):
    """h_{t-1} for every t: the states shifted by one step, with h0 in front."""
    return xp.concat([h0[None, ...], h[:-1, ...]], axis=0)


def _weight_grads(xp, inputs, da):
    """sum_t inputs_t^T da_t and sum_t da_t, for all steps and sequences in one product."""
    rows = xp.reshape(da, (-1, da.shape[-1]))
    return xp.matrix_transpose(xp.reshape(inputs, (-1, inputs.shape[-1]))) @ rows, xp.sum(rows, axis=0)


def _start(kinds, params, x, trace, grad_h, **states):
    """Check the arguments of a backward pass; return namespace, params, x, grad_h, the first states (zeros if None)."""
    params, D, H = as_params(params, kinds[0])
    grad_h = as_floats("grad_h", grad_h)
    _, x, states = inputs(params, x, ("T", "B", D), **states)
    T, B, _ = x.shape
    expect_trace(trace, kinds[1], (T, B, H))
    expect_shape("grad_h", grad_h, (T, B, H))
    for name, state in states.items():
        if state is not None:
            expect_shape(name, state, (B, H))
    expect_finite(grad_h=grad_h)
    traced = {f"trace.{name}": value for name, value in trace._asdict().items()}
    xp = namespace(x=x, W_x=params.W_x, grad_h=grad_h, **traced, **states)
    zeros = xp.zeros_like(trace.h[0, ...])
    return xp, params, x, grad_h, [zeros if state is None else state for state in states.values()]


def _not_nan(grads):
    cause = "params, x, grad_h or the trace are too large"
    weights = {f"grads.params.{name}": value for name, value in grads.params._asdict().items() if name[0] == "W"}
    expect_no_overflow(cause, **{"grads.h": grads.h, "grads.x": grads.x}, **weights)
    return grads
