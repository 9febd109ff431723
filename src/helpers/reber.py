"""The embedded Reber grammar: strings whose last choice repeats the first, alone or in a stream without marked ends.

Reber's grammar is a graph. A string of the embedded grammar is B, then T or P, then a whole string of that graph, then
the same T or P again, then E. Hochreiter & Schmidhuber (1997, experiment 1) have a network predict the symbols of such
strings; Gers, Schmidhuber & Cummins (2000) join them to one stream that never ends. Every branch is taken with chance
1/2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._validate import expect_counts, expect_generator

__all__ = ["GRAMMAR", "SYMBOLS", "Stream", "stream", "string"]

SYMBOLS = "BTPSXVE"

# Reber's graph: at each node, the symbols that may come and the node that each leads to; the string ends behind E.
GRAMMAR = (
    {"B": 1},
    {"T": 2, "P": 3},
    {"S": 2, "X": 4},
    {"T": 3, "V": 5},
    {"X": 3, "S": 6},
    {"P": 4, "V": 6},
    {"E": 7},
)


class Stream(NamedTuple):
    """Symbols one after another: codes (T, ...), indices into SYMBOLS; and for each, what may come next.

    allowed (T, ..., 7) is True for each symbol that may follow, after all that came before; begins (T, ...) is True
    where a string begins.
    """

    codes: np.ndarray
    allowed: np.ndarray
    begins: np.ndarray


def _embedded() -> list[list[tuple[str, int]]]:
    """The graph of the embedded grammar: at each node (symbol, node it leads to); the last E leads back to node 0."""
    inner = len(GRAMMAR) + 1  # the nodes of one copy of Reber's graph, with one behind its E
    copies = {"T": 2, "P": 2 + inner}
    end = 2 + 2 * inner
    graph = [[("B", 1)], list(copies.items())]
    for again, first in copies.items():
        graph += [[(symbol, first + node) for symbol, node in choices.items()] for choices in GRAMMAR]
        graph.append([(again, end)])
    return [*graph, [("E", 0)]]


_GRAPH = _embedded()
# Each node has one branch or two; one stands there twice, so that every step is the toss of a coin.
_SYMBOL = np.array([[SYMBOLS.index(choices[k][0]) for k in (0, -1)] for choices in _GRAPH])
_NODE = np.array([[choices[k][1] for k in (0, -1)] for choices in _GRAPH])
_ALLOWED = np.eye(len(SYMBOLS), dtype=bool)[_SYMBOL].any(axis=1)


def string(rng: np.random.Generator) -> str:
    """One string of the embedded grammar, of at least 9 symbols; TypeError for an rng that is no numpy Generator.

    >>> string(np.random.default_rng(0))
    'BPBTSSSSSXSEPE'
    """
    expect_generator(rng)
    symbols, node = "", 0
    while not symbols or node:
        branch = rng.integers(2)
        symbols, node = symbols + SYMBOLS[_SYMBOL[node, branch]], _NODE[node, branch]
    return symbols


def stream(length: int, rng: np.random.Generator, batch: int | None = None) -> Stream:
    """The first `length` symbols of strings without a mark between them; with a `batch`, that many streams, (T, B).

    Raises ValueError for counts that are no whole numbers of at least 1, TypeError for an rng that is no numpy
    Generator.

    >>> codes, allowed, begins = stream(15, np.random.default_rng(0))
    >>> "".join(SYMBOLS[code] for code in codes), int(begins.sum())
    ('BPBTSSSSSXSEPEB', 2)
    """
    expect_generator(rng)
    shape = () if batch is None else (batch,)
    expect_counts(length=length, **({} if batch is None else {"batch": batch}))
    nodes = np.zeros((length + 1, *shape), dtype=np.int64)
    branches = rng.integers(2, size=(length, *shape))
    for t in range(length):
        nodes[t + 1] = _NODE[nodes[t], branches[t]]
    return Stream(_SYMBOL[nodes[:-1], branches], _ALLOWED[nodes[1:]], nodes[:-1] == 0)
