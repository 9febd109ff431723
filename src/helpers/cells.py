"""One step of the RNN, the LSTM, the GRU, the minGRU and the minLSTM: the one place of each equation.

Array API only: the same lines run on NumPy arrays, on torch tensors and on the arrays that record a live figure.
Shapes: x (batch, input), h and c (batch, hidden); weights (input, gates * hidden), so that a = x @ W_x + h @ W_h + b.
Each equation stands in a `*_update` function that takes the input term a_x = x @ W_x + b: a public `*_step` calls it
for one step, `helpers.sequence` for every step, with a_x of all steps computed at once.

Arguments, here and in every module of equations: lists, numbers, integers and bools count as float64 arrays; float32
stays float32; NaN, infinity, and arrays of two libraries are refused with an error that names the argument.
"""

from typing import Any, NamedTuple

from array_api_compat import array_namespace

from ._validate import (
    as_floats,
    as_params,
    expect_choice,
    expect_counts,
    expect_finite,
    expect_flags,
    expect_no_overflow,
    expect_shape,
    has_values,
    namespace,
)

__all__ = [
    "GRUParams",
    "GRUStep",
    "LSTMParams",
    "LSTMStep",
    "MinGRUParams",
    "MinGRUStep",
    "MinLSTMParams",
    "MinLSTMStep",
    "RNNParams",
    "RNNStep",
    "gru_step",
    "log_softmax",
    "lstm_step",
    "mingru_step",
    "minlstm_step",
    "rnn_step",
    "sigmoid",
    "softmax",
]

Array = Any  # a NumPy array, a torch tensor, or any other array of the array API standard


class RNNParams(NamedTuple):
    """Weights of a plain RNN: W_x (D, H), W_h (H, H), b (H,). torch splits b into two biases that add."""

    W_x: Array
    W_h: Array
    b: Array
    BLOCKS = ("a",)


class LSTMParams(NamedTuple):
    """Weights of an LSTM, gates in the order i, f, g, o: W_x (D, 4H), W_h (H, 4H), b (4H,).

    `peephole` (3, H), or None: the weights with which gates i, f, o (its rows) look at the cell; torch has none.
    """

    W_x: Array
    W_h: Array
    b: Array
    peephole: Array | None = None
    BLOCKS = ("i", "f", "g", "o")


class GRUParams(NamedTuple):
    """Weights of a GRU, gates in the order r, z, n: W_x (D, 3H), W_h (H, 3H), b (3H,), b_h (3H,).

    `b_h` is the recurrent bias: for r and z it only adds to b; for n it stands inside the reset when `reset_after`.
    """

    W_x: Array
    W_h: Array
    b: Array
    b_h: Array
    BLOCKS = ("r", "z", "n")


class MinGRUParams(NamedTuple):
    """Weights of a minGRU, blocks in the order z, n: W_x (D, 2H), b (2H,); neither gate nor candidate sees h."""

    W_x: Array
    b: Array
    BLOCKS = ("z", "n")


class MinLSTMParams(NamedTuple):
    """Weights of a minLSTM, blocks in the order i, f, g: W_x (D, 3H), b (3H,); nothing in it sees h."""

    W_x: Array
    b: Array
    BLOCKS = ("i", "f", "g")


class RNNStep(NamedTuple):
    """What one RNN step computes: a (B, H) before the activation, h (B, H) after it."""

    a: Array
    h: Array


class LSTMStep(NamedTuple):
    """What one LSTM step computes, each (B, H): gates i, f, o, candidate g, cell c, tanh(c), hidden state h."""

    i: Array
    f: Array
    g: Array
    o: Array
    c: Array
    tanh_c: Array
    h: Array


class GRUStep(NamedTuple):
    """What one GRU step computes, each (B, H): gates r, z, candidate n, its recurrent term u, hidden state h.

    With `reset_after`, u = h W_hn + b_hn and enters the candidate as r * u; without, u = (r * h) W_hn + b_hn as it is.
    """

    r: Array
    z: Array
    n: Array
    u: Array
    h: Array


class MinGRUStep(NamedTuple):
    """What one minGRU step computes, each (B, H): gate z, candidate n, hidden state h."""

    z: Array
    n: Array
    h: Array


class MinLSTMStep(NamedTuple):
    """What one minLSTM step computes, each (B, H): gates i and f, which add up to 1, candidate g, hidden state h."""

    i: Array
    f: Array
    g: Array
    h: Array


def sigmoid(z):
    """The logistic function, written (1 + tanh(z/2)) / 2, which cannot overflow.

    It is right to 1e-16 absolutely, not relatively: at z = -36 it is off by 4 % of a number near 1e-16, at -40 it is 0
    where the truth is 4e-18. For the logarithm of a gate use log_softmax of [z, 0], which is right at any z. Infinite z
    give 0 and 1, NaN stays NaN. Raises TypeError for a z that is no array of real numbers, ValueError for ragged rows.

    >>> import numpy as np
    >>> sigmoid(np.asarray([-800.0, 0.0, 800.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    z = as_floats("z", z)
    return _sigmoid(array_namespace(z), z)


def _sigmoid(xp, z):
    return 0.5 * (1.0 + xp.tanh(0.5 * z))


def softmax(z, axis=-1):
    """exp(z) / sum(exp(z)) along `axis`, with the largest z subtracted first so that nothing overflows.

    Infinitely negative z get 0. Raises TypeError for a z that is no array of real numbers, ValueError for an axis that
    it has not, an empty one, NaN, infinity, or -inf alone.

    >>> import numpy as np
    >>> softmax(np.asarray([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    xp, z = _below_largest(z, axis)
    e = xp.exp(z)
    return e / xp.sum(e, axis=axis, keepdims=True)


def log_softmax(z, axis=-1):
    """log(softmax(z)) along `axis`, finite even where the softmax itself rounds to zero; raises as `softmax`.

    >>> import numpy as np
    >>> log_softmax(np.asarray([0.0, -2000.0])).tolist()
    [0.0, -2000.0]
    """
    xp, z = _below_largest(z, axis)
    return z - xp.log(xp.sum(xp.exp(z), axis=axis, keepdims=True))


def _below_largest(z, axis):
    """The namespace, and z minus the largest z along `axis`; raises where a softmax would be NaN."""
    z = as_floats("z", z)
    xp, shape = array_namespace(z), tuple(z.shape)
    expect_counts(-len(shape), axis=axis)
    if axis >= len(shape) or shape[axis] == 0:
        raise ValueError(f"z: expected at least one number along axis {axis}, got shape {shape}")
    largest = xp.max(z, axis=axis, keepdims=True)
    if has_values(largest) and not xp.all(xp.isfinite(largest)):
        wanted = "numbers below infinity, one of them finite in every row"
        raise ValueError(f"z: expected {wanted}; got NaN, inf or only -inf")
    return xp, z - largest


def rnn_step(params, x, h, activation="tanh"):
    """One step of a plain (Elman) RNN.

        a = x W_x + h W_h + b
        h_t = act(a)

    h is the state before the step, h_t after it. Shapes: x (B, D), h (B, H) -> RNNStep of (B, H). `activation`: "tanh",
    "relu", "sigmoid" or "linear"; torch.nn.RNN has the first two only. Raises TypeError for params of another cell or
    what is no array, ValueError for any other activation, a shape that does not fit, NaN or infinity,
    FloatingPointError where numbers too large end in NaN.
    Source: Elman, "Finding structure in time", 1990.

    >>> import numpy as np
    >>> params = RNNParams(np.ones((1, 2)), np.zeros((2, 2)), np.zeros(2))
    >>> rnn_step(params, np.ones((1, 1)), np.zeros((1, 2)), "linear").h.tolist()
    [[1.0, 1.0]]
    """
    xp, params, a_x, (h,) = _step_arguments(RNNParams, params, x, h=h)
    act = activation_function(xp, activation)
    return _not_nan(rnn_update(params, act, a_x, h))


def rnn_update(params, act, a_x, h):
    """The RNN's equation, given the input term a_x (B, H) and `act` from `activation_function`."""
    a = a_x + h @ params.W_h
    return RNNStep(a, act(a))


def activation_function(xp, name):
    """The function called `name` over the namespace `xp`; raises ValueError naming the known ones."""
    known = {
        "tanh": xp.tanh,
        "relu": lambda a: xp.where(a <= 0, xp.zeros_like(a), a),  # written so that NaN stays NaN
        "sigmoid": lambda a: _sigmoid(xp, a),
        "linear": lambda a: a,
    }
    expect_choice("activation", name, known)
    return known[name]


def activation_slope(xp, name, a, h):
    """The derivative act'(a) of the activation called `name`, from a and h = act(a); raises as activation_function."""
    activation_function(xp, name)
    known = {
        "tanh": lambda: 1.0 - h * h,
        "relu": lambda: xp.astype(a > 0, a.dtype),
        "sigmoid": lambda: h * (1.0 - h),
        "linear": lambda: xp.ones_like(a),
    }
    return known[name]()


def lstm_step(params, x, h, c, coupled=False):
    """One step of an LSTM with forget gate, and of two variants: peepholes, coupled input and forget gate.

        i = sigmoid(x W_xi + h W_hi + b_i + p_i * c)      write      (coupled: i = 1 - f instead)
        f = sigmoid(x W_xf + h W_hf + b_f + p_f * c)      keep
        g =    tanh(x W_xg + h W_hg + b_g)                candidate
        c_t = f * c + i * g
        o = sigmoid(x W_xo + h W_ho + b_o + p_o * c_t)    read
        h_t = o * tanh(c_t)

    h, c are the states before the step, h_t, c_t after it. Shapes: x (B, D), h and c (B, H) -> LSTMStep of (B, H).
    The p terms are there only if `params.peephole` is; the output gate looks at the new cell. torch.nn.LSTM has neither
    peepholes nor coupling, the same gate order, and two biases that add. Raises TypeError, ValueError and
    FloatingPointError as `rnn_step`.
    Sources: Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000; peepholes: Gers &
    Schmidhuber 2000; the coupled variant as in Greff et al. 2017.

    >>> import numpy as np
    >>> params = LSTMParams(np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4))    # every gate at 1/2
    >>> lstm_step(params, np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1))).c.tolist()
    [[0.5]]
    """
    expect_flags(coupled=coupled)
    xp, params, a_x, (h, c) = _step_arguments(LSTMParams, params, x, h=h, c=c)
    act = gate_activation(xp, params, "ssts")
    return _not_nan(lstm_update(xp, params, act, a_x, h, c, coupled))


def lstm_update(xp, params, act, a_x, h, c, coupled):
    """The LSTM's equations, given the input term a_x (B, 4H) and act = gate_activation(xp, params, "ssts")."""
    a = a_x + h @ params.W_h
    p = params.peephole
    if p is not None:
        a_i, a_f, a_g, a_o = _blocks(a, 4)
        a = xp.concat([a_i + p[0, :] * c, a_f + p[1, :] * c, a_g, a_o], axis=-1)
    i, f, g, o = _blocks(act(a), 4)
    if coupled:
        i = 1.0 - f
    c = f * c + i * g
    if p is not None:
        o = _sigmoid(xp, a_o + p[2, :] * c)
    tanh_c = xp.tanh(c)
    return LSTMStep(i, f, g, o, c, tanh_c, o * tanh_c)


def gru_step(params, x, h, reset_after=True):
    """One step of a GRU, in either of its two reset conventions.

        r = sigmoid(x W_xr + b_r + h W_hr + b_hr)         reset
        z = sigmoid(x W_xz + b_z + h W_hz + b_hz)         update (here: keep)
        n = tanh(x W_xn + b_n + r * (h W_hn + b_hn))      candidate with reset_after=True: torch, cuDNN, Keras
        n = tanh(x W_xn + b_n + (r * h) W_hn + b_hn)      candidate with reset_after=False: Cho et al. 2014
        h_t = (1 - z) * n + z * h

    Shapes: x (B, D), h (B, H) -> GRUStep of (B, H). torch.nn.GRU is reset_after=True with the same gate order; weights
    cannot in general be carried from one convention to the other. Chung et al. 2014 swap the roles of z and 1 - z.
    Raises TypeError, ValueError and FloatingPointError as `rnn_step`.
    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.

    >>> import numpy as np
    >>> params = GRUParams(np.zeros((1, 3)), np.zeros((1, 3)), np.zeros(3), np.zeros(3))    # both gates at 1/2
    >>> gru_step(params, np.ones((1, 1)), np.ones((1, 1))).h.tolist()
    [[0.5]]
    """
    expect_flags(reset_after=reset_after)
    xp, params, a_x, (h,) = _step_arguments(GRUParams, params, x, h=h)
    return _not_nan(gru_update(xp, params, a_x, h, reset_after))


def gru_update(xp, params, a_x, h, reset_after):
    """The GRU's equations, given the input term a_x (B, 3H)."""
    H = h.shape[-1]
    gates = slice(0, 2 * H)
    new = slice(2 * H, 3 * H)
    if reset_after:
        a_h = h @ params.W_h + params.b_h
        r, z = _blocks(_sigmoid(xp, a_x[..., gates] + a_h[..., gates]), 2)
        u = a_h[..., new]
        n = xp.tanh(a_x[..., new] + r * u)
    else:
        a_h = h @ params.W_h[:, gates] + params.b_h[gates]
        r, z = _blocks(_sigmoid(xp, a_x[..., gates] + a_h), 2)
        u = (r * h) @ params.W_h[:, new] + params.b_h[new]
        n = xp.tanh(a_x[..., new] + u)
    return GRUStep(r, z, n, u, (1.0 - z) * n + z * h)


def mingru_step(params, x, h):
    """One step of a minGRU: a GRU without reset, whose gate and candidate look at the input only.

        z = sigmoid(x W_xz + b_z)         update (here: keep)
        n = x W_xn + b_n                  candidate
        h_t = z * h + (1 - z) * n

    Shapes: x (B, D), h (B, H) -> MinGRUStep of (B, H). Given the inputs, h_t is linear in h, so that all steps can be
    computed by a parallel scan; torch.nn has no such layer. In the paper z overwrites: its z is 1 - z here. Raises
    TypeError, ValueError and FloatingPointError as `rnn_step`.
    Source: Feng et al., "Were RNNs all we needed?", 2024 (the form without logarithms).

    >>> import numpy as np
    >>> params = MinGRUParams(np.zeros((1, 2)), np.zeros(2))    # the gate at 1/2
    >>> mingru_step(params, np.ones((1, 1)), np.ones((1, 1))).h.tolist()
    [[0.5]]
    """
    xp, _, a_x, (h,) = _step_arguments(MinGRUParams, params, x, h=h)
    return _not_nan(mingru_update(xp, a_x, h))


def mingru_update(xp, a_x, h):
    """The minGRU's equations, given the input term a_x (B, 2H)."""
    a_z, n = _blocks(a_x, 2)
    z = _sigmoid(xp, a_z)
    return MinGRUStep(z, n, z * h + (1.0 - z) * n)


def minlstm_step(params, x, h):
    """One step of a minLSTM: an LSTM without output gate and without h in its gates, whose i and f share out 1.

        f = sigmoid(a_f) / (sigmoid(a_i) + sigmoid(a_f))      a = x W_x + b      keep
        i = sigmoid(a_i) / (sigmoid(a_i) + sigmoid(a_f)) = 1 - f                 write
        h_t = f * h + i * g                                   g = a_g            candidate

    Shapes: x (B, D), h (B, H) -> MinLSTMStep of (B, H). Given the inputs, h_t is linear in h; torch.nn has no such
    layer. Raises TypeError, ValueError and FloatingPointError as `rnn_step`.
    Source: Feng et al., "Were RNNs all we needed?", 2024 (the form without logarithms).

    >>> import numpy as np
    >>> params = MinLSTMParams(np.zeros((1, 3)), np.zeros(3))    # both gates at 1/2
    >>> minlstm_step(params, np.ones((1, 1)), np.ones((1, 1))).h.tolist()
    [[0.5]]
    """
    xp, _, a_x, (h,) = _step_arguments(MinLSTMParams, params, x, h=h)
    return _not_nan(minlstm_update(xp, a_x, h))


def minlstm_update(xp, a_x, h):
    """The minLSTM's equations, given the input term a_x (B, 3H).

    The quotient is written sigmoid(softplus(-a_i) - softplus(-a_f)), which is right where both sigmoids are 0.
    """
    a_i, a_f, g = _blocks(a_x, 3)
    zero = xp.zeros_like(g)
    f = _sigmoid(xp, xp.logaddexp(-a_i, zero) - xp.logaddexp(-a_f, zero))
    i = 1.0 - f
    return MinLSTMStep(i, f, g, f * h + i * g)


def gate_activation(xp, params, kinds):
    """The activation of a whole gate block: sigmoid on the blocks where `kinds` has s, tanh where it has t.

    As sigmoid(a) = tanh(a/2)/2 + 1/2, one tanh over all gates will do: it is the costliest part of a step.
    """
    ones = xp.ones_like(params.W_h[0, : params.W_h.shape[0]])
    scale = xp.concat([ones / 2 if kind == "s" else ones for kind in kinds], axis=0)
    shift = 1.0 - scale
    return lambda a: scale * xp.tanh(scale * a) + shift


def _blocks(a, n):
    """Split the last axis into n equal blocks (views): the gates."""
    H = a.shape[-1] // n
    return [a[..., k * H : (k + 1) * H] for k in range(n)]


def _step_arguments(kind, params, x, **states):
    """Check the arguments of a step; return the namespace, params, the input term, and the states."""
    params, D, H = as_params(params, kind)
    xp, x, states = inputs(params, x, ("B", D), **states)
    for name, state in states.items():
        expect_shape(name, state, (x.shape[0], H))
    return xp, params, input_term(params, x), states.values()


def input_term(params, x):
    """x W_x + b, for one step or for all steps in one product; FloatingPointError where it overflows."""
    a_x = x @ params.W_x + params.b
    expect_no_overflow("x or W_x is too large", infinite=True, **{"x @ W_x": a_x})
    return a_x


def inputs(params, x, shape, **states):
    """Check that params, x of this `shape` and the states (None is kept) are finite and of one library and dtype."""
    x = as_floats("x", x)
    states = {name: None if state is None else as_floats(name, state) for name, state in states.items()}
    expect_shape("x", x, shape)
    xp = namespace(x=x, **params._asdict(), **states)
    expect_finite(x=x, **states)
    return xp, x, states


def _not_nan(step):
    expect_no_overflow("x, a state or the params are too large", h=step.h)
    return step
