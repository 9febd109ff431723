"""The kinds of cells: one record each, and the only place where one kind is told from another.

A new kind is its equations in `cells`, `sequence` and `bptt`, its initialiser in `params`, and one record here;
conversion from and to torch, `gates` and `monitor` read the record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import bptt, cells, sequence

__all__ = ["GRU", "KINDS", "LSTM", "MINGRU", "RNN", "Kind", "kind_of", "kind_of_module", "torch_modules"]


class Kind(NamedTuple):
    """All that tells one kind of cell from another.

    `step`, `forward` and `backward` are its functions in `cells`, `sequence` and `bptt`. `states`: what it carries from
    step to step. `gates`: the fields of its steps that lie between 0 and 1. `state`: the field that saturates near -1
    and 1, with its name on a plot. `chrono`: the sign of the chrono bias in each gate that keeps or writes.
    `torch`: its class in torch.nn, if any. `options`: each option of its functions that a torch module keeps, as what.
    """

    name: str
    params: type
    trace: type
    step: Callable
    forward: Callable
    backward: Callable
    states: tuple[str, ...]
    gates: tuple[str, ...]
    state: tuple[str, str]
    chrono: dict[str, int]
    torch: str | None
    options: dict[str, str]


RNN = Kind("rnn", cells.RNNParams, cells.RNNStep, cells.rnn_step, sequence.rnn, bptt.rnn_bptt, states=("h",), gates=(),
           state=("h", "|h|"), chrono={}, torch="RNN", options={"activation": "nonlinearity"})
LSTM = Kind("lstm", cells.LSTMParams, cells.LSTMStep, cells.lstm_step, sequence.lstm, bptt.lstm_bptt,
            states=("h", "c"), gates=("i", "f", "o"), state=("tanh_c", "|tanh c|"), chrono={"f": 1, "i": -1},
            torch="LSTM", options={})
GRU = Kind("gru", cells.GRUParams, cells.GRUStep, cells.gru_step, sequence.gru, bptt.gru_bptt, states=("h",),
           gates=("r", "z"), state=("h", "|h|"), chrono={"z": 1}, torch="GRU", options={})
MINGRU = Kind("mingru", cells.MinGRUParams, cells.MinGRUStep, cells.mingru_step, sequence.mingru, bptt.mingru_bptt,
              states=("h",), gates=("z",), state=("h", "|h|"), chrono={"z": 1}, torch=None, options={})
KINDS = {kind.name: kind for kind in (RNN, LSTM, GRU, MINGRU)}


def kind_of(params) -> Kind:
    """The kind whose parameters these are; TypeError for anything else."""
    for kind in KINDS.values():
        if isinstance(params, kind.params):
            return kind
    known = ", ".join(kind.params.__name__ for kind in KINDS.values())
    raise TypeError(f"params: expected one of {known}; got {type(params).__name__}")


def torch_modules() -> dict[type, Kind]:
    """The recurrent classes of torch.nn, each with its kind."""
    from torch import nn  # here, so that importing helpers needs no torch

    return {getattr(nn, kind.torch): kind for kind in KINDS.values() if kind.torch}


def kind_of_module(module) -> Kind:
    """The kind of a torch.nn.RNN, LSTM or GRU; TypeError for another module, ValueError for projections (proj_size)."""
    kind = next((kind for cls, kind in torch_modules().items() if isinstance(module, cls)), None)
    if kind is None:
        got = type(module).__name__
        raise TypeError(f"module: expected a torch.nn.RNN, LSTM or GRU, got {got}; pass the recurrent layer itself")
    if module.proj_size:
        raise ValueError(f"module: expected proj_size=0, got proj_size={module.proj_size}; no cell here projects")
    return kind
