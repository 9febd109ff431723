"""Which sequence to write, given the probabilities of each next symbol: the likeliest each time, or a beam of several.

Both ask `step(state, symbol) -> (log_p, state)`: log-probabilities (V,) of the next symbol after `symbol` (a code, None
at the first step), and the state to go on from, which is handed back and never looked into. NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ._validate import expect_counts, expect_shape

__all__ = ["Sequence", "beam_search", "greedy"]


class Sequence(NamedTuple):
    """The `codes` of a sequence, its end included where it has come to one, and the log-probability of all of them."""

    codes: tuple[int, ...]
    log_p: float


class _Open(NamedTuple):
    """A sequence in the beam: what was written, how likely it is, where to go on from, and whether it is at its end."""

    codes: tuple[int, ...]
    log_p: float
    state: Any
    done: bool


def greedy(step: Callable, state, longest: int, end: int | None = None) -> Sequence:
    """The sequence of the likeliest symbol at each step, up to the symbol `end` or `longest` of them.

    What is likeliest at each step need not be the likeliest sequence. Raises TypeError for a step that is no function
    or returns no pair, ValueError for counts out of range or log-probabilities that are none.

    >>> table = np.log([[0.6, 0.4], [0.1, 0.9]])
    >>> greedy(lambda state, symbol: (table[symbol or 0], state), None, longest=3).codes
    (0, 0, 0)
    """
    return beam_search(step, state, 1, longest, end)[0]


def beam_search(step: Callable, state, width: int, longest: int, end: int | None = None) -> list[Sequence]:
    """The likeliest sequences found by keeping the `width` likeliest beginnings at each step, the likeliest first.

    A beginning that ends stays in the beam as it is; no beginning is compared by anything but its log-probability, so
    that longer ones are not helped. `width` 1 is greedy; a beam as wide as there are sequences finds the likeliest.
    Raises as `greedy`. Source: Sutskever, Vinyals & Le 2014, arXiv 1409.3215, section 3.2.

    >>> table = np.log([[0.6, 0.4], [0.1, 0.9]])
    >>> best, *_ = beam_search(lambda state, symbol: (table[symbol or 0], state), None, width=4, longest=3)
    >>> best.codes, round(float(np.exp(best.log_p)), 3)
    ((1, 1, 1), 0.324)
    """
    if not callable(step):
        raise TypeError(f"step: expected a function, got {type(step).__name__}")
    expect_counts(width=width, longest=longest)
    if end is not None:
        expect_counts(0, end=end)
    beam = [_Open((), 0.0, state, False)]
    for _ in range(longest):
        candidates = [longer for kept in beam for longer in ([kept] if kept.done else _longer(step, kept, width, end))]
        beam = sorted(candidates, key=lambda one: -one.log_p)[:width]
        if all(one.done for one in beam):
            break
    return [Sequence(one.codes, one.log_p) for one in beam]


def _longer(step, kept: _Open, width: int, end: int | None) -> list[_Open]:
    """A beginning with each of the `width` likeliest next symbols; those that cannot follow are left out."""
    pair = step(kept.state, kept.codes[-1] if kept.codes else None)
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise TypeError(f"step: expected it to return a pair (log_p, state), got {type(pair).__name__}")
    log_p, state = _expect_log_probabilities(pair[0], end), pair[1]
    likeliest = np.argsort(-log_p, kind="stable")[:width]
    return [_Open((*kept.codes, int(code)), kept.log_p + float(log_p[code]), state, code == end)
            for code in likeliest if log_p[code] > -np.inf]


def _expect_log_probabilities(log_p, end: int | None) -> np.ndarray:
    """`log_p` as float64 (V,), of which the exponentials sum to 1."""
    log_p = np.asarray(log_p, dtype=np.float64)
    expect_shape("log_p of step", log_p, ("V",))
    total = float(np.exp(log_p).sum())
    if not abs(total - 1) < 1e-3:  # NaN too
        raise ValueError(f"log_p of step: expected logarithms of probabilities that sum to 1, got a sum of {total:.3g}")
    if end is not None and end >= len(log_p):
        raise ValueError(f"end: expected one of the {len(log_p)} symbols of step, got {end}")
    return log_p
