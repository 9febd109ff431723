"""What the tests of the equations share: every cell and variant, random parameters, both libraries."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st

from helpers import bptt, cells, sequence

torch.set_num_threads(1)

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))  # T, B, D, H
SEEDS = st.integers(0, 2**32 - 1)
QUICK = settings(max_examples=10, deadline=None, database=None)
LIBRARIES = ["numpy", "torch"]


@dataclass(frozen=True)
class Case:
    """One cell in one variant: `options` go to its step, unroll and backward pass alike."""

    name: str
    params: type
    gates: int
    step: Callable
    unroll: Callable
    bptt: Callable
    states: tuple[str, ...] = ("h",)
    options: dict = field(default_factory=dict)
    peephole: bool = False

    def draw(self, rng, D, H):
        """Random NumPy parameters."""
        rows = (D, H) if "W_h" in self.params._fields else (D,)
        parts = [rng.normal(size=(n, self.gates * H)) * 0.6 for n in rows]
        biases = [rng.normal(size=self.gates * H) * 0.4 for _ in range(2 if self.params is cells.GRUParams else 1)]
        return self.params(*parts, *biases, *([rng.normal(size=(3, H))] if self.peephole else []))

    def draw_states(self, rng, B, H):
        """Random first states: (h0,) or (h0, c0)."""
        return tuple(rng.normal(size=(B, H)) for _ in self.states)

    def __str__(self):
        return self.name


_RNN = (cells.RNNParams, 1, cells.rnn_step, sequence.rnn, bptt.rnn_bptt)
_LSTM = (cells.LSTMParams, 4, cells.lstm_step, sequence.lstm, bptt.lstm_bptt, ("h", "c"))
_GRU = (cells.GRUParams, 3, cells.gru_step, sequence.gru, bptt.gru_bptt, ("h",))

CASES = [
    *(Case(f"rnn-{a}", *_RNN, options={"activation": a}) for a in ("tanh", "relu", "sigmoid", "linear")),
    Case("lstm", *_LSTM),
    Case("lstm-coupled", *_LSTM, options={"coupled": True}),
    Case("lstm-peephole", *_LSTM, peephole=True),
    Case("lstm-peephole-coupled", *_LSTM, peephole=True, options={"coupled": True}),
    Case("gru-reset-after", *_GRU, options={"reset_after": True}),
    Case("gru-reset-before", *_GRU, options={"reset_after": False}),
    Case("mingru", cells.MinGRUParams, 2, cells.mingru_step, sequence.mingru, bptt.mingru_bptt),
]
IN_TORCH = [c for c in CASES if c.name in ("rnn-tanh", "rnn-relu", "lstm", "gru-reset-after")]


def to_library(library, value):
    """`value` (array, None, or a tuple of them, NamedTuple included) as arrays of "numpy" or "torch"."""
    if isinstance(value, tuple):
        parts = [to_library(library, v) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value if value is None or library == "numpy" else torch.tensor(value)


def with_grad(value):
    """torch copies of NumPy `value` (array, None, or a tuple of them) that collect gradients."""
    if isinstance(value, tuple):
        parts = [with_grad(v) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return None if value is None else torch.tensor(value, requires_grad=True)


def assert_same(got, want, tolerance=1e-10):
    """Equal shapes and equal values, to `tolerance` of the larger of 1 and the largest wanted value."""
    got, want = (np.asarray(a.detach() if isinstance(a, torch.Tensor) else a) for a in (got, want))
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=0, atol=tolerance * max(1.0, np.max(np.abs(want), initial=0.0)))
