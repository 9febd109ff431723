"""Unrolling: run a cell over a sequence and keep every intermediate. Array API only.

Shapes: x (time, batch, input); every array of a result (time, batch, hidden).
"""

from array_api_compat import array_namespace

from live_figures import pick, scan

from ._validate import expect_numbers, expect_params, expect_shape
from .cells import GRUStep, LSTMStep, RNNStep, activation_function, gate_activation, gru_update, lstm_update, rnn_update

__all__ = ["gru", "lstm", "pick", "rnn", "scan"]


def rnn(params, x, h0=None, activation="tanh"):
    """Run a plain RNN over x (T, B, D) from h0 (B, H), zeros if None; returns RNNStep of (T, B, H).

    The equation is that of `cells.rnn_step`. Raises ValueError for a shape that does not fit, NaN, or an unknown
    activation. Same numbers as torch.nn.RNN (whose two biases add up to b).

    >>> import numpy as np
    >>> from helpers.params import rnn_params
    >>> rnn(rnn_params(3, 5, seed=0), np.ones((7, 2, 3))).h.shape
    (7, 2, 5)
    """
    xp, a_x, (h0,) = _start(params, 1, x, h0=h0)
    act = activation_function(xp, activation)

    def step(state, inputs):
        new = rnn_update(params, act, inputs[0], state[0])
        return (new.h,), new

    return RNNStep(*scan(step, (h0,), (a_x,))[1])


def lstm(params, x, h0=None, c0=None, coupled=False):
    """Run an LSTM over x (T, B, D) from h0 and c0 (B, H), zeros if None; returns LSTMStep of (T, B, H).

    The equations are those of `cells.lstm_step`. Raises ValueError for a shape that does not fit, or NaN. Same numbers
    as torch.nn.LSTM, and every gate besides, which torch does not give.

    >>> import numpy as np
    >>> from helpers.params import lstm_params
    >>> lstm(lstm_params(3, 5, seed=0), np.ones((7, 2, 3))).f.shape
    (7, 2, 5)
    """
    xp, a_x, (h0, c0) = _start(params, 4, x, h0=h0, c0=c0)
    act = gate_activation(xp, params, "ssts")

    def step(state, inputs):
        new = lstm_update(xp, params, act, inputs[0], *state, coupled)
        return (new.h, new.c), new

    return LSTMStep(*scan(step, (h0, c0), (a_x,))[1])


def gru(params, x, h0=None, reset_after=True):
    """Run a GRU over x (T, B, D) from h0 (B, H), zeros if None; returns GRUStep of (T, B, H).

    The equations are those of `cells.gru_step`. Raises ValueError for a shape that does not fit, or NaN. Same numbers
    as torch.nn.GRU with reset_after=True.

    >>> import numpy as np
    >>> from helpers.params import gru_params
    >>> gru(gru_params(3, 5, seed=0), np.ones((7, 2, 3))).z.shape
    (7, 2, 5)
    """
    xp, a_x, (h0,) = _start(params, 3, x, h0=h0)

    def step(state, inputs):
        new = gru_update(xp, params, inputs[0], state[0], reset_after)
        return (new.h,), new

    return GRUStep(*scan(step, (h0,), (a_x,))[1])


def _start(params, gates, x, **states):
    """Check the arguments of an unroll; return the namespace, the input term of all steps, and the first states."""
    D, H = expect_params(params, gates)
    expect_shape("x", x, ("T", "B", D))
    T, B, _ = x.shape
    if T == 0:
        raise ValueError(f"x: expected at least one time step, got shape {tuple(x.shape)}")
    for name, state in states.items():
        if state is not None:
            expect_shape(name, state, (B, H))
    expect_numbers(x=x, **{k: v for k, v in params._asdict().items() if v is not None}, **states)
    xp = array_namespace(x, params.W_x)
    # one matrix product for all steps instead of T small ones; the recurrent product has to wait for h
    a_x = xp.reshape(xp.reshape(x, (T * B, D)) @ params.W_x + params.b, (T, B, gates * H))
    zeros = xp.zeros_like(a_x[0, :, :H])
    return xp, a_x, [zeros if state is None else state for state in states.values()]
