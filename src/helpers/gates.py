"""Every gate and every state gradient of any `torch.nn.RNN`, `LSTM` or `GRU`: what the module does not show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import bptt, sequence
from .cells import GRUParams, LSTMParams
from .params import from_torch

__all__ = ["Inspection", "LayerGrads", "LayerTrace", "backpropagate", "inspect"]


class LayerTrace(NamedTuple):
    """One layer in one direction: `trace` is an RNNStep, LSTMStep or GRUStep with arrays (T, B, H) in order of time.

    `params`, `x` (T, B, D), `initial` (its first states) and `activation` are what it was computed from.
    """

    layer: int
    reverse: bool
    trace: NamedTuple
    params: NamedTuple
    x: np.ndarray
    initial: tuple
    activation: str


class LayerGrads(NamedTuple):
    """The gradients of one layer in one direction: `grads` as from `helpers.bptt`, arrays in order of time."""

    layer: int
    reverse: bool
    grads: NamedTuple


class Inspection(NamedTuple):
    """`output` (T, B, directions * H), as the module's own but always time first, and the traces of every layer."""

    output: np.ndarray
    layers: tuple[LayerTrace, ...]

    def __getitem__(self, key):
        """`inspection[layer]` or `inspection[layer, "reverse"]`: that layer's trace, forwards unless said otherwise."""
        layer, reverse = (key[0], key[1] == "reverse") if isinstance(key, tuple) else (key, False)
        for entry in self.layers:
            if (entry.layer, entry.reverse) == (layer, reverse):
                return entry.trace
        way = "backwards" if reverse else "forwards"
        raise KeyError(f"there is no layer {layer} running {way}; there are {[entry[:2] for entry in self.layers]}")


def inspect(module, x, state=None) -> Inspection:
    """Run `module` again in NumPy float64 and keep every gate, all layers and directions.

    `x` is what the module takes: (T, B, D), (B, T, D) with batch_first, or (T, D) without a batch. `state` is what the
    module takes as its second argument: h_0, or (h_0, c_0) for an LSTM, with leading axis layers * directions.
    Raises TypeError for another module or a packed sequence, ValueError for a wrong shape, NaN, `proj_size`, or dropout
    that would make the module's own output random. The layout follows
    https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html.
    """
    kind = _kind(module)
    x = _time_first(module, x)
    directions = 2 if module.bidirectional else 1
    states = _states(module, kind, state, batch=x.shape[1], count=module.num_layers * directions)
    entries = []
    for layer in range(module.num_layers):
        outputs = []
        for reverse in (False, True)[:directions]:
            initial = [s[layer * directions + reverse] for s in states]
            entries.append(_one_way(module, layer, reverse, x, initial))
            outputs.append(entries[-1].trace.h)
        x = np.concatenate(outputs, axis=-1)
    return Inspection(x, tuple(entries))


def _kind(module) -> str:
    import torch  # here, so that importing helpers needs no torch

    kinds = {torch.nn.RNN: "rnn", torch.nn.LSTM: "lstm", torch.nn.GRU: "gru"}
    kind = next((kind for cls, kind in kinds.items() if isinstance(module, cls)), None)
    if kind is None:
        got = type(module).__name__
        raise TypeError(f"inspect takes a torch.nn.RNN, LSTM or GRU, not {got}; pass the recurrent layer itself")
    if getattr(module, "proj_size", 0):
        raise ValueError(f"inspect does not cover proj_size={module.proj_size}; build the LSTM with proj_size=0")
    if module.dropout and module.training and module.num_layers > 1:
        raise ValueError(f"dropout={module.dropout} makes the output random in training; call module.eval() first")
    return kind


def _numpy(value) -> np.ndarray:
    value = value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)
    return value.astype(np.float64)


def _time_first(module, x) -> np.ndarray:
    if not hasattr(x, "shape"):
        raise TypeError(f"inspect takes a tensor or an array, not {type(x).__name__}; pad a packed sequence first")
    x = _numpy(x)
    if x.ndim == 2:
        x = x[:, None, :]
    elif x.ndim == 3 and module.batch_first:
        x = x.swapaxes(0, 1)
    if x.ndim != 3 or x.shape[-1] != module.input_size:
        want = f"(time, {module.input_size}) or ({'batch, time' if module.batch_first else 'time, batch'}, "
        raise ValueError(f"x has shape {x.shape} (time first); this module takes {want}{module.input_size})")
    return x


def _states(module, kind: str, state, *, batch: int, count: int) -> list[np.ndarray]:
    shape = (count, batch, module.hidden_size)
    names = ("h_0", "c_0") if kind == "lstm" else ("h_0",)
    if state is None:
        return [np.zeros(shape) for _ in names]
    given = state if kind == "lstm" else (state,)
    if kind == "lstm" and (not isinstance(state, (tuple, list)) or len(state) != 2):
        raise ValueError("the state of an LSTM is a pair (h_0, c_0)")
    given = [_numpy(s) for s in given]
    given = [s[:, None, :] if s.ndim == 2 else s for s in given]
    for name, s in zip(names, given, strict=True):
        if s.shape != shape:
            raise ValueError(f"{name} has shape {s.shape}, expected (layers * directions, batch, hidden) = {shape}")
    return given


def _one_way(module, layer: int, reverse: bool, x: np.ndarray, initial: list[np.ndarray]) -> LayerTrace:
    params = from_torch(module, layer=layer, reverse=reverse)
    params = type(params)(*(None if p is None else np.asarray(p, dtype=np.float64) for p in params))
    entry = LayerTrace(layer, reverse, None, params, x, tuple(initial), getattr(module, "nonlinearity", "tanh"))
    trace = _forward(entry, x[::-1] if reverse else x)
    return entry._replace(trace=_flip(trace) if reverse else trace)


def _forward(entry: LayerTrace, x: np.ndarray):
    if isinstance(entry.params, LSTMParams):
        return sequence.lstm(entry.params, x, *entry.initial)
    if isinstance(entry.params, GRUParams):
        return sequence.gru(entry.params, x, *entry.initial)
    return sequence.rnn(entry.params, x, *entry.initial, activation=entry.activation)


def _flip(trace):
    return type(trace)(*(field[::-1] for field in trace))


def backpropagate(inspection: Inspection, grad_output, grad_last=None) -> tuple[LayerGrads, ...]:
    """The gradients of a loss in every layer, given dL/doutput (T, B, directions * H), time first.

    `grad_last` (layers * directions, B, H), if the loss also reads the module's h_n. Unlike autograd this gives dL/dh_t
    at every step, as seen through all later steps and layers. Raises ValueError for a shape that does not fit.
    """
    grad = _numpy(grad_output)
    if grad.shape != inspection.output.shape:
        raise ValueError(f"grad_output has shape {grad.shape}, the output {inspection.output.shape} (time first)")
    found = []
    for layer in sorted({entry.layer for entry in inspection.layers}, reverse=True):
        entries = [entry for entry in inspection.layers if entry.layer == layer]
        grad_x = 0.0
        for k, (entry, part) in enumerate(zip(entries, np.split(grad, len(entries), axis=-1), strict=True)):
            part = part.copy()
            if grad_last is not None:
                part[0 if entry.reverse else -1] += _numpy(grad_last)[layer * len(entries) + k]
            found.append(LayerGrads(layer, entry.reverse, _one_way_back(entry, part)))
            grad_x = grad_x + found[-1].grads.x
        grad = grad_x
    return tuple(sorted(found, key=lambda entry: entry[:2]))


def _one_way_back(entry: LayerTrace, grad_h: np.ndarray):
    x, trace = entry.x, entry.trace
    if entry.reverse:
        x, trace, grad_h = x[::-1], _flip(trace), grad_h[::-1]
    if isinstance(entry.params, LSTMParams):
        grads = bptt.lstm_bptt(entry.params, x, trace, grad_h, *entry.initial)
    elif isinstance(entry.params, GRUParams):
        grads = bptt.gru_bptt(entry.params, x, trace, grad_h, *entry.initial)
    else:
        grads = bptt.rnn_bptt(entry.params, x, trace, grad_h, *entry.initial, activation=entry.activation)
    if not entry.reverse:
        return grads
    in_time = ("x", "a", "h", "c", "norm_h", "norm_c")
    return grads._replace(**{name: getattr(grads, name)[::-1] for name in in_time if name in grads._fields})
