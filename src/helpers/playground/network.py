"""The playground's network: a recurrent layer and a linear output, its first weights, one training step, a look inside.

All parameters are one vector `weights`, cut into views by `unpack`: clipping and the optimiser then touch one array
each. The same lines run in NumPy, in torch and, recorded, in the page; optimiser, clipping, seed, start and biases may
be traced, so that one recorded program serves all of them.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from array_api_compat import array_namespace, is_array_api_obj

from live_figures import random, scan

from .._validate import expect_choice
from ..bptt import cross_entropy
from ..cells import softmax
from ..kinds import KINDS, Kind
from .tasks import TASKS

__all__ = ["CELLS", "CLIPS", "OPTIMISERS", "SIZES", "STARTS", "assembled", "counts", "drawn", "initial", "look",
           "shapes", "step", "unpack"]

CELLS = tuple(KINDS)
SIZES = (8, 16, 32)
OPTIMISERS = ("sgd", "momentum", "adam")
CLIPS = ("off", "norm", "value")
STARTS = ("uniform", "orthogonal", "identity")

_DRAWN = {"rnn": ("h",), "lstm": ("i", "f", "g", "o", "c", "h"), "gru": ("r", "z", "n", "h"), "mingru": ("z", "n", "h")}
MOMENTUM, BETA, EPSILON = 0.9, 0.999, 1e-8  # of SGD with momentum and of Adam, whose first beta is MOMENTUM too
NORM_EPSILON = 1e-6  # what torch.nn.utils.clip_grad_norm_ adds to the norm


def shapes(cell: str, task: str, hidden: int) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter, in the order in which they lie in the vector of weights.

    >>> shapes("gru", "adding", 8)
    {'W_x': (2, 24), 'W_h': (8, 24), 'b': (24,), 'b_h': (24,), 'W_y': (8, 1), 'b_y': (1,)}
    """
    expect_choice("cell", cell, KINDS)
    expect_choice("task", task, TASKS)
    D, K, gates = TASKS[task].inputs, TASKS[task].outputs, len(KINDS[cell].params.BLOCKS) * hidden
    wide = {"W_x": (D, gates), "W_h": (hidden, gates), "b": (gates,), "b_h": (gates,)}
    own = {name: shape for name, shape in wide.items() if name in KINDS[cell].params._fields}
    return own | {"W_y": (hidden, K), "b_y": (K,)}


def unpack(cell: str, task: str, hidden: int, weights) -> dict:
    """Every parameter as a view of the vector of weights (P,)."""
    xp, views, start = array_namespace(weights), {}, 0
    for name, shape in shapes(cell, task, hidden).items():
        end = start + math.prod(shape)
        views[name], start = xp.reshape(weights[start:end], shape), end
    return views


def initial(cell: str, task: str, hidden: int, seed, start="uniform", forget_bias=1.0) -> dict:
    """The state before the first step: weights, m, v (P,) of the optimiser, and t, the steps done.

    Weights are uniform within 1/sqrt(hidden), as torch's; the recurrent ones as `start` says, a name or its place in
    STARTS, in every block; biases are zero but that of the gate which keeps (f of the LSTM, z of GRU and minGRU), which
    is `forget_bias`. Seed, start and bias may be traced. Raises ValueError for other names.
    """
    return assembled(cell, task, hidden, *drawn(seed, *counts(cell, task, hidden)), start, forget_bias)


def counts(cell: str, task: str, hidden: int) -> tuple[int, int]:
    """How many uniform and how many normal numbers stand behind the first weights."""
    sizes = shapes(cell, task, hidden)
    return sum(map(math.prod, sizes.values())), math.prod(sizes.get("W_h", (0,)))


def drawn(seed, uniform: int, normal: int):
    """So many numbers of [0, 1) and of the standard normal distribution; more numbers begin with the same ones."""
    xp = array_namespace(seed) if is_array_api_obj(seed) else None
    return random.uniform(seed, (uniform,), xp=xp), random.normal(seed, (normal,), 1, xp) if normal else None


def assembled(cell: str, task: str, hidden: int, uniform, normal, start, forget_bias) -> dict:
    """The state before the first step, made of the numbers of `drawn`."""
    xp, sizes = array_namespace(uniform), shapes(cell, task, hidden)
    parts = unpack(cell, task, hidden, (2.0 * uniform - 1.0) / math.sqrt(hidden))
    parts |= {name: xp.zeros_like(part) for name, part in parts.items() if name[0] == "b"}
    if "W_h" in parts:
        parts["W_h"] = _recurrent(xp, parts["W_h"], normal, _number(xp, "start", start, STARTS))
    parts["b"] = _biases(xp, cell, hidden, forget_bias)
    weights = xp.concat([xp.reshape(parts[name], (-1,)) for name in sizes], axis=0)
    zeros = xp.zeros_like(weights)
    return {"weights": weights, "m": zeros, "v": zeros, "t": xp.asarray(0.0)}


def _recurrent(xp, uniform, normal, start):
    """Recurrent weights (H, gates * H): as they were drawn, or orthogonal or the identity in every block."""
    hidden, gates = uniform.shape[0], uniform.shape[1] // uniform.shape[0]
    identity = xp.concat([xp.eye(hidden)] * gates, axis=1)
    blocks = _orthogonal(xp, xp.reshape(normal, (hidden, gates, hidden)))
    orthogonal = xp.reshape(xp.permute_dims(blocks, (1, 0, 2)), uniform.shape)
    return xp.where(start == 0, uniform, xp.where(start == 1, orthogonal, identity))


def _orthogonal(xp, rows):
    """Gram and Schmidt's method on rows (H, blocks, H) -> (blocks, H, H), twice for each row, which is enough."""
    hidden, blocks, _ = rows.shape

    def add(carry, inputs):
        (done,), (row, place) = carry, inputs
        for _ in range(2):
            row = row - xp.sum(xp.sum(done * row[:, None, :], axis=-1, keepdims=True) * done, axis=1)
        row = row / xp.sqrt(xp.sum(row * row, axis=-1, keepdims=True))
        return (done + place[:, None] * row[:, None, :],), ()

    (done,), _ = scan(add, (xp.zeros((blocks, hidden, hidden)),), (rows, xp.eye(hidden)))
    return done


def _biases(xp, cell, hidden, forget_bias):
    """Zeros (gates * H,), but `forget_bias` in the gate that keeps."""
    kind = KINDS[cell]
    blocks = [xp.zeros((hidden,)) + (forget_bias if kind.chrono.get(gate, 0) > 0 else 0.0)
              for gate in kind.params.BLOCKS]
    return xp.concat(blocks, axis=0)


def _number(xp, name, value, names):
    """The place of a name among `names`, as an array; a number, which may be traced, is one already."""
    if isinstance(value, str):
        expect_choice(name, value, names)
        value = names.index(value)
    return xp.asarray(value)


def step(cell: str, task: str, state: dict, x, y, rate, optimiser, clip="off", threshold=1.0):
    """One training step: (the state after it, {"loss", "grad_norm"}), the norm taken before clipping.

    The same numbers as torch's step: its modules, `torch.optim`, `clip_grad_norm_` or `clip_grad_value_`, and the mean
    of its losses. `optimiser` and `clip` are names, or their places in OPTIMISERS and CLIPS, which may be traced, as
    may `rate` and `threshold`. Raises ValueError for other names and for weights or batches of another shape,
    FloatingPointError where numbers too large end in NaN.
    """
    xp = array_namespace(x)
    loss, gradient = _gradient(xp, cell, task, state["weights"], x, y)
    norm = xp.sqrt(xp.sum(gradient * gradient))
    gradient = _clipped(xp, gradient, norm, _number(xp, "clip", clip, CLIPS), threshold)
    new = _updated(xp, state, gradient, rate, _number(xp, "optimiser", optimiser, OPTIMISERS))
    return new, {"loss": loss, "grad_norm": norm}


def look(cell: str, task: str, state: dict, x, y) -> dict:
    """Inside the network while it reads the first sequence of a batch: arrays by time, in the order of drawing.

    Gates and states (T, H) under the names of the book; "output" (T, K), at every step (for classes: probabilities);
    and "lags" (T,): the norm of the gradient of the last answer's loss at h_{T-1-lag}, for lag 0, 1, ... It computes
    what a step does, for the whole batch: in the page the two share their programs.
    """
    xp = array_namespace(x)
    net, _, error, back = _answers(xp, cell, task, state["weights"], x, y)
    back = xp.concat([xp.zeros_like(net.trace.h[:-1, ...]), back[-1:, ...]], axis=0)
    signal = net.kind.backward(net.params, x, net.trace, back).h[:, 0, :] * float(error.shape[0])  # loss is their mean
    lags = xp.flip(xp.sqrt(xp.sum(signal * signal, axis=-1)), axis=0)
    seen = {name: getattr(net.trace, name)[:, 0, :] for name in _DRAWN[cell]}
    answer = net.trace.h[:, 0, :] @ net.W_y + net.b_y
    return seen | {"output": softmax(answer) if TASKS[task].loss == "cross-entropy" else answer, "lags": lags}


def _gradient(xp, cell, task, weights, x, y):
    """The loss of a batch and its gradient (P,), by backpropagation through time."""
    net, loss, error, back = _answers(xp, cell, task, weights, x, y)
    if TASKS[task].where == "last":
        back = xp.concat([xp.zeros_like(net.trace.h[:-1, ...]), back], axis=0)
    grads = net.kind.backward(net.params, x, net.trace, back).params
    own = [grad for grad in grads if grad is not None]
    parts = [*own, xp.matrix_transpose(net.rows) @ error, xp.sum(error, axis=0)]
    return loss, xp.concat([xp.reshape(part, (-1,)) for part in parts], axis=0)


class _Net(NamedTuple):
    """A network that has read a batch: its kind and parameters, its steps, and the rows (N, H) that answers are of."""

    kind: Kind
    params: NamedTuple
    W_y: Any
    b_y: Any
    trace: NamedTuple
    rows: Any


def _answers(xp, cell, task, weights, x, y):
    """The network after a batch, the loss, its gradient at the N answers (N, K), and at the states they came from."""
    kind, params, W_y, b_y = _network(cell, task, weights)
    trace = kind.forward(params, x)
    last = TASKS[task].where == "last"
    seen = trace.h[-1:, ...] if last else trace.h
    rows = xp.reshape(seen, (-1, seen.shape[-1]))
    loss, error = _loss(xp, task, rows @ W_y + b_y, xp.reshape(y, (rows.shape[0], *y.shape[2 - last :])))
    back = xp.reshape(error @ xp.matrix_transpose(W_y), seen.shape)
    return _Net(kind, params, W_y, b_y, trace, rows), loss, error, back


def _network(cell, task, weights):
    """The kind of the cell, its parameters, and the weights and biases of the output."""
    parts = unpack(cell, task, _hidden(cell, task, weights), weights)
    kind = KINDS[cell]
    return kind, kind.params(*(parts.get(name) for name in kind.params._fields)), parts["W_y"], parts["b_y"]


def _hidden(cell, task, weights):
    """The hidden size, from the number of weights."""
    known = {sum(map(math.prod, shapes(cell, task, hidden).values())): hidden for hidden in SIZES}
    if tuple(weights.shape) not in {(count,) for count in known}:
        wanted = " or ".join(f"({count},)" for count in known)
        raise ValueError(f"weights: expected shape {wanted} for {cell!r} on {task!r}, got {tuple(weights.shape)}")
    return known[weights.shape[0]]


def _loss(xp, task, answer, y):
    """The mean loss of answers (N, K) and its gradient."""
    if TASKS[task].loss == "cross-entropy":
        return cross_entropy(answer, y)
    error = answer - y
    count = math.prod(error.shape)
    return xp.sum(error * error) / count, error * (2.0 / count)


def _clipped(xp, gradient, norm, clip, threshold):
    """The gradient, scaled down to the norm `threshold` or cut entry by entry, as torch.nn.utils.clip_grad_* do it."""
    scale = xp.where(clip == 1, xp.minimum(threshold / (norm + NORM_EPSILON), xp.asarray(1.0)), xp.asarray(1.0))
    limit = xp.where(clip == 2, threshold, xp.asarray(math.inf))
    return xp.minimum(xp.maximum(gradient * scale, -limit), limit)


def _updated(xp, state, gradient, rate, optimiser):
    """The state after a step of SGD, of SGD with momentum, or of Adam, as in torch.optim.

    Adam's bias corrections 1 - beta**t are written -expm1(t log beta), which does not cancel in float32.
    """
    plain, adam = optimiser == 0, optimiser == 2
    t = state["t"] + 1.0
    first, second = (-xp.expm1(t * math.log(beta)) for beta in (MOMENTUM, BETA))
    m = xp.where(plain, 0.0, MOMENTUM) * state["m"] + xp.where(adam, 1.0 - MOMENTUM, 1.0) * gradient
    v = BETA * state["v"] + (1.0 - BETA) * gradient * gradient
    root = xp.sqrt(second)
    scale = xp.where(adam, xp.sqrt(v) + EPSILON * root, 1.0)
    weights = state["weights"] - xp.where(adam, rate * root / first, rate) * m / scale
    return {"weights": weights, "m": m, "v": v, "t": t}
