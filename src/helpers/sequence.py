"""Unrolling: run a cell over a sequence and keep every intermediate. Array API only.

Shapes: x (time, batch, input); every array of a result (time, batch, hidden).
"""

from live_figures import pick, scan

from ._validate import as_params, expect_flags, expect_no_overflow, expect_shape
from .cells import (
    GRUParams,
    GRUStep,
    LSTMParams,
    LSTMStep,
    MinGRUParams,
    MinLSTMParams,
    RNNParams,
    RNNStep,
    activation_function,
    gate_activation,
    gru_update,
    input_term,
    inputs,
    lstm_update,
    mingru_update,
    minlstm_update,
    rnn_update,
)
from .linear import parallel_scan

__all__ = ["gru", "lstm", "mingru", "minlstm", "pick", "rnn", "scan"]


def rnn(params, x, h0=None, activation="tanh"):
    """Run a plain RNN over x (T, B, D) from h0 (B, H), zeros if None; returns RNNStep of (T, B, H).

    The equation is that of `cells.rnn_step`. Raises TypeError for params of another cell or what is no array,
    ValueError for a shape that does not fit, NaN, infinity, or an unknown activation, FloatingPointError where numbers
    too large end in NaN. Same numbers as torch.nn.RNN (whose two biases add up to b).

    >>> import numpy as np
    >>> from helpers.params import rnn_params
    >>> rnn(rnn_params(3, 5, seed=0), np.ones((7, 2, 3))).h.shape
    (7, 2, 5)
    """
    xp, params, a_x, (h0,) = _start(RNNParams, params, x, h0=h0)
    act = activation_function(xp, activation)

    def step(state, inputs):
        new = rnn_update(params, act, inputs[0], state[0])
        return (new.h,), new

    return _not_nan(RNNStep(*scan(step, (h0,), (a_x,))[1]))


def lstm(params, x, h0=None, c0=None, coupled=False):
    """Run an LSTM over x (T, B, D) from h0 and c0 (B, H), zeros if None; returns LSTMStep of (T, B, H).

    The equations are those of `cells.lstm_step`. Raises TypeError, ValueError and FloatingPointError as `rnn`. Same
    numbers as torch.nn.LSTM, and every gate besides, which torch does not give.

    >>> import numpy as np
    >>> from helpers.params import lstm_params
    >>> lstm(lstm_params(3, 5, seed=0), np.ones((7, 2, 3))).f.shape
    (7, 2, 5)
    """
    expect_flags(coupled=coupled)
    xp, params, a_x, (h0, c0) = _start(LSTMParams, params, x, h0=h0, c0=c0)
    act = gate_activation(xp, params, "ssts")

    def step(state, inputs):
        new = lstm_update(xp, params, act, inputs[0], *state, coupled)
        return (new.h, new.c), new

    return _not_nan(LSTMStep(*scan(step, (h0, c0), (a_x,))[1]))


def gru(params, x, h0=None, reset_after=True):
    """Run a GRU over x (T, B, D) from h0 (B, H), zeros if None; returns GRUStep of (T, B, H).

    The equations are those of `cells.gru_step`. Raises TypeError, ValueError and FloatingPointError as `rnn`. Same
    numbers as torch.nn.GRU with reset_after=True.

    >>> import numpy as np
    >>> from helpers.params import gru_params
    >>> gru(gru_params(3, 5, seed=0), np.ones((7, 2, 3))).z.shape
    (7, 2, 5)
    """
    expect_flags(reset_after=reset_after)
    xp, params, a_x, (h0,) = _start(GRUParams, params, x, h0=h0)

    def step(state, inputs):
        new = gru_update(xp, params, inputs[0], state[0], reset_after)
        return (new.h,), new

    return _not_nan(GRUStep(*scan(step, (h0,), (a_x,))[1]))


def mingru(params, x, h0=None, parallel=False):
    """Run a minGRU over x (T, B, D) from h0 (B, H), zeros if None; returns MinGRUStep of (T, B, H).

    The equations are those of `cells.mingru_step`. With `parallel` all steps are computed together by
    `linear.parallel_scan`: the same numbers, to rounding. Raises TypeError, ValueError and FloatingPointError as `rnn`.

    >>> import numpy as np
    >>> from helpers.params import mingru_params
    >>> mingru(mingru_params(3, 5, seed=0), np.ones((7, 2, 3))).z.shape
    (7, 2, 5)
    """
    expect_flags(parallel=parallel)
    xp, params, a_x, (h0,) = _start(MinGRUParams, params, x, h0=h0)
    return _not_nan(_linear(xp, mingru_update, "z", a_x, h0, parallel))


def minlstm(params, x, h0=None, parallel=False):
    """Run a minLSTM over x (T, B, D) from h0 (B, H), zeros if None; returns MinLSTMStep of (T, B, H).

    The equations are those of `cells.minlstm_step`; `parallel` as in `mingru`. Raises TypeError, ValueError and
    FloatingPointError as `rnn`.

    >>> import numpy as np
    >>> from helpers.params import minlstm_params
    >>> minlstm(minlstm_params(3, 5, seed=0), np.ones((7, 2, 3)), parallel=True).f.shape
    (7, 2, 5)
    """
    expect_flags(parallel=parallel)
    xp, params, a_x, (h0,) = _start(MinLSTMParams, params, x, h0=h0)
    return _not_nan(_linear(xp, minlstm_update, "f", a_x, h0, parallel))


def _linear(xp, update, keep, a_x, h0, parallel):
    """All steps of a cell that is linear in h: one after the other, or in parallel, given the name of what keeps h."""
    if parallel:
        steps = update(xp, a_x, xp.zeros_like(h0))  # from a state of 0: its h is what each step adds
        return steps._replace(h=parallel_scan(getattr(steps, keep), steps.h, h0))

    def step(state, inputs):
        new = update(xp, inputs[0], state[0])
        return (new.h,), new

    return scan(step, (h0,), (a_x,))[1]


def _start(kind, params, x, **states):
    """Check the arguments of an unroll; return the namespace, params, the input term of all steps, the first states."""
    params, D, H = as_params(params, kind)
    xp, x, states = inputs(params, x, ("T", "B", D), **states)
    T, B, _ = x.shape
    if T == 0:
        raise ValueError(f"x: expected at least one time step, got shape {tuple(x.shape)}")
    for name, state in states.items():
        if state is not None:
            expect_shape(name, state, (B, H))
    # one matrix product for all steps instead of T small ones; the recurrent product has to wait for h
    a_x = xp.reshape(input_term(params, xp.reshape(x, (T * B, D))), (T, B, len(kind.BLOCKS) * H))
    zeros = xp.zeros_like(a_x[0, :, :H])
    return xp, params, a_x, [zeros if state is None else state for state in states.values()]


def _not_nan(trace):
    expect_no_overflow("x, a first state or the params are too large", h=trace.h)
    return trace
