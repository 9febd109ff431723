"""Every gate and every state gradient of any `torch.nn.RNN`, `LSTM` or `GRU`: what the module does not show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._validate import as_floats, expect_finite, expect_shape
from .kinds import kind_of, kind_of_module
from .params import from_torch, to_numpy

__all__ = ["Inspection", "LayerGrads", "LayerTrace", "backpropagate", "inspect"]


class LayerTrace(NamedTuple):
    """One layer in one direction: `trace` is an RNNStep, LSTMStep or GRUStep with arrays (T, B, H) in order of time.

    `params`, `x` (T, B, D), `initial` (its first states) and `options` (an RNN's activation) are what it comes from.
    """

    layer: int
    reverse: bool
    trace: NamedTuple
    params: NamedTuple
    x: np.ndarray
    initial: tuple
    options: dict


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
        """`inspection[layer]` or `inspection[layer, "reverse"]`: that layer's trace, "forward" unless said otherwise.

        Raises KeyError for a direction of another name, or a layer and direction that the module has not.
        """
        layer, direction = key if isinstance(key, tuple) and len(key) == 2 else (key, "forward")
        known = {(entry.layer, "reverse" if entry.reverse else "forward"): entry.trace for entry in self.layers}
        if (layer, direction) not in known:
            raise KeyError(f"there is no layer {layer!r} running {direction!r}; there are {', '.join(map(str, known))}")
        return known[layer, direction]


def inspect(module, x, state=None) -> Inspection:
    """Run `module` again in NumPy float64 and keep every gate, all layers and directions.

    `x` is what the module takes: (T, B, D), (B, T, D) with batch_first, or (T, D) without a batch. `state` is what the
    module takes as its second argument: h_0, or (h_0, c_0) for an LSTM, with leading axis layers * directions.
    Raises TypeError for another module or a packed sequence, ValueError for a wrong shape, NaN, `proj_size`, or dropout
    that would make the module's own output random, or the device meta, FloatingPointError where numbers too large end
    in NaN. The layout follows
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


def _kind(module):
    kind = kind_of_module(module)
    if module.dropout and module.training and module.num_layers > 1:
        raise ValueError(f"module: dropout={module.dropout} makes training random; call module.eval() first")
    return kind


def _numpy(name, value) -> np.ndarray:
    array = to_numpy(name, value) if hasattr(value, "detach") else as_floats(name, value)
    return as_floats(name, array).astype(np.float64)


def _time_first(module, x) -> np.ndarray:
    if not hasattr(x, "shape") and not isinstance(x, list):
        raise TypeError(f"x: expected a tensor or an array, got {type(x).__name__}; pad a packed sequence first")
    x = _numpy("x", x)
    if x.ndim == 2:
        x = x[:, None, :]
    elif x.ndim == 3 and module.batch_first:
        x = x.swapaxes(0, 1)
    if x.ndim != 3 or x.shape[-1] != module.input_size:
        want = f"(time, {module.input_size}) or ({'batch, time' if module.batch_first else 'time, batch'}, "
        raise ValueError(f"x: expected {want}{module.input_size}), got {x.shape} with time first")
    return x


def _states(module, kind, state, *, batch: int, count: int) -> list[np.ndarray]:
    shape = (count, batch, module.hidden_size)
    names = [f"{name}_0" for name in kind.states]
    if state is None:
        return [np.zeros(shape) for _ in names]
    given = state if len(names) > 1 else (state,)
    if not isinstance(given, (tuple, list)) or len(given) != len(names):
        raise ValueError(f"state: expected a pair ({', '.join(names)}), got {type(state).__name__}")
    given = [_numpy(name, s) for name, s in zip(names, given, strict=True)]
    given = [s[:, None, :] if s.ndim == 2 else s for s in given]
    for name, s in zip(names, given, strict=True):
        if s.shape != shape:
            raise ValueError(f"{name}: expected (layers * directions, batch, hidden) = {shape}, got {s.shape}")
    return given


def _one_way(module, layer: int, reverse: bool, x: np.ndarray, initial: list[np.ndarray]) -> LayerTrace:
    params = from_torch(module, layer=layer, reverse=reverse)
    params = type(params)(*(None if p is None else np.asarray(p, dtype=np.float64) for p in params))
    options = {name: getattr(module, in_torch) for name, in_torch in kind_of(params).options.items()}
    trace = kind_of(params).forward(params, x[::-1] if reverse else x, *initial, **options)
    return LayerTrace(layer, reverse, _flip(trace) if reverse else trace, params, x, tuple(initial), options)


def _flip(trace):
    return type(trace)(*(field[::-1] for field in trace))


def backpropagate(inspection: Inspection, grad_output, grad_last=None) -> tuple[LayerGrads, ...]:
    """The gradients of a loss in every layer, given dL/doutput (T, B, directions * H), time first.

    `grad_last` (layers * directions, B, H), if the loss also reads the module's h_n. Unlike autograd this gives dL/dh_t
    at every step, as seen through all later steps and layers. Raises TypeError for what is no Inspection or no array,
    ValueError for a shape that does not fit, NaN or infinity, FloatingPointError where numbers too large end in NaN.
    """
    whole = isinstance(inspection, Inspection) and isinstance(inspection.output, np.ndarray)
    whole = whole and isinstance(inspection.layers, tuple)
    if not whole or not inspection.layers or not all(isinstance(entry, LayerTrace) for entry in inspection.layers):
        raise TypeError(f"inspection: expected an Inspection, as inspect gives it, got {type(inspection).__name__}")
    grad = _numpy("grad_output", grad_output)
    expect_finite(grad_output=grad)
    expect_shape("grad_output", grad, inspection.output.shape)
    if grad_last is not None:
        grad_last = _numpy("grad_last", grad_last)
        _, B, H = inspection.layers[0].trace.h.shape
        expect_shape("grad_last", grad_last, (len(inspection.layers), B, H))
        expect_finite(grad_last=grad_last)
    found = []
    for layer in sorted({entry.layer for entry in inspection.layers}, reverse=True):
        entries = [entry for entry in inspection.layers if entry.layer == layer]
        grad_x = 0.0
        for k, (entry, part) in enumerate(zip(entries, np.split(grad, len(entries), axis=-1), strict=True)):
            part = part.copy()
            if grad_last is not None:
                part[0 if entry.reverse else -1] += grad_last[layer * len(entries) + k]
            try:
                grads = _one_way_back(entry, part)
            except FloatingPointError:
                raise FloatingPointError("grad_output: the gradients overflow to NaN; make it smaller") from None
            found.append(LayerGrads(layer, entry.reverse, grads))
            grad_x = grad_x + found[-1].grads.x
        grad = grad_x
    return tuple(sorted(found, key=lambda entry: entry[:2]))


def _one_way_back(entry: LayerTrace, grad_h: np.ndarray):
    x, trace = entry.x, entry.trace
    if entry.reverse:
        x, trace, grad_h = x[::-1], _flip(trace), grad_h[::-1]
    grads = kind_of(entry.params).backward(entry.params, x, trace, grad_h, *entry.initial, **entry.options)
    if not entry.reverse:
        return grads
    in_time = ("x", "a", "h", "c", "norm_h", "norm_c")
    return grads._replace(**{name: getattr(grads, name)[::-1] for name in in_time if name in grads._fields})
