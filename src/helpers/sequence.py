"""Unrolling: run a cell over a sequence and keep every intermediate. Array API only.

Shapes: x (time, batch, input); every array of a result (time, batch, hidden).
"""

from array_api_compat import array_namespace, is_numpy_array

from ._validate import expect_numbers, expect_params, expect_shape
from .cells import GRUStep, LSTMStep, RNNStep, activation_function, gate_activation, gru_update, lstm_update, rnn_update

__all__ = ["gru", "lstm", "pick", "rnn", "scan"]


def scan(f, init, xs, reverse=False):
    """Carry a state along time: the loop behind every unroll and every backward pass.

        for t = 0 .. T-1 (reverse: T-1 .. 0):  carry, y_t = f(carry, x_t)

    `init` is a tuple of arrays, `xs` a tuple of arrays with leading time axis, `f(carry, x) -> (carry, y)` takes and
    gives tuples of arrays. Returns (carry, ys): the last carry, and each y stacked over time, y_t at place t in either
    direction; a NamedTuple y gives a NamedTuple ys. A Python loop, except where the array namespace has a `scan` of its
    own (the arrays that record a live figure). Raises ValueError if there is nothing to scan or lengths differ.

    >>> import numpy as np
    >>> running_sum = lambda carry, x: ((carry[0] + x[0],), (carry[0] + x[0],))
    >>> scan(running_sum, (np.asarray(0.0),), (np.asarray([1.0, 2.0, 3.0]),))[1][0].tolist()
    [1.0, 3.0, 6.0]
    """
    xs = tuple(xs)
    lengths = [x.shape[0] if x.ndim else 0 for x in xs]
    if not lengths or min(lengths) == 0 or min(lengths) != max(lengths):
        raise ValueError(f"xs: expected arrays of one length T >= 1 along time, got lengths {lengths}")
    xp = array_namespace(xs[0])
    if hasattr(xp, "scan"):
        return xp.scan(f, init, xs, reverse)
    steps = list(zip(*(xp.unstack(x, axis=0) for x in xs), strict=True))
    times = range(len(steps) - 1, -1, -1) if reverse else range(len(steps))
    return (_loop_in_place if is_numpy_array(xs[0]) else _loop)(xp, f, init, steps, times)


def _loop(xp, f, carry, steps, times):
    """The loop, without writing into any array: torch can differentiate through it."""
    ys = [None] * len(steps)
    for t in times:
        carry, ys[t] = f(carry, steps[t])
    return carry, _like(ys[0], [xp.stack(rows, axis=0) for rows in zip(*ys, strict=True)])


def _loop_in_place(xp, f, carry, steps, times):
    """The loop for NumPy: each y goes into its place at once, which spares a second copy of the whole result."""
    ys = None
    for t in times:
        carry, y = f(carry, steps[t])
        if ys is None:
            ys = [xp.empty((len(steps), *a.shape), dtype=a.dtype) for a in y]
        for stacked, a in zip(ys, y, strict=True):
            stacked[t] = a
    return carry, _like(y, ys)


def _like(y, arrays):
    """`arrays` as the NamedTuple that y is, or as a plain tuple."""
    return getattr(type(y), "_make", tuple)(arrays)


def pick(a, index, axis=0):
    """`a[index]` along `axis` for a 0-d integer array `index`: what lets a figure follow a slider.

    Returns an array without that axis. Plain indexing would do for NumPy; a traced index has no value to index with.

    >>> import numpy as np
    >>> pick(np.asarray([[1, 2], [3, 4]]), np.asarray(1)).tolist()
    [3, 4]
    """
    xp = array_namespace(a)
    return xp.squeeze(xp.take(a, xp.reshape(xp.asarray(index), (1,)), axis=axis), axis=axis)


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
