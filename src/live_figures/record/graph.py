"""The recorded computation: a graph of array operations in which equal computations are one node.

A node's scope is the innermost scan whose values it depends on, so that whatever does not depend on a scan's carry
or input is outside its loop without further ado, and what depends on constants alone is computed once, in `setup`.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np

from .errors import TraceError

__all__ = ["Graph", "Node", "Scan", "Scope", "contiguous", "current", "recording", "size"]


@dataclass(eq=False)
class Scope:
    """Where values are computed: `setup` (depth 0), once a run (1), or once a step of a scan (2 and more)."""

    depth: int


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One array: an operation (`kind`, `attr`) on other arrays, with its static shape and dtype."""

    id: int
    kind: str
    args: tuple[Node, ...]
    attr: object
    shape: tuple[int, ...]
    dtype: str
    scope: Scope

    def __repr__(self):
        return f"%{self.id}={self.kind}[{self.attr}]({', '.join(f'%{a.id}' for a in self.args)}){self.shape}"


@dataclass(eq=False)
class Scan(Scope):
    """A recurrence over `length` steps: carries start at `init` and become `next`; `ys` are stacked over the steps."""

    length: int = 0
    reverse: bool = False
    init: tuple[Node, ...] = ()
    next: tuple[Node, ...] = ()
    ys: tuple[Node, ...] = ()
    counter: Node | None = None
    carries: tuple[Node, ...] = ()
    home: Scope | None = None
    id: int = -1  # its place in the order of computation


@dataclass(eq=False)
class Graph:
    """Nodes by what they compute, and the constants met on the way."""

    constants: dict[str, np.ndarray] = field(default_factory=dict)
    known: dict = field(default_factory=dict)
    count: int = 0

    def __post_init__(self):
        self.setup, self.run = Scope(0), Scope(1)
        self.open = [self.setup, self.run]

    def node(self, kind, args=(), attr=None, *, shape, dtype, scope=None) -> Node:
        """The node for this operation, an existing one if it was recorded before."""
        key = (kind, tuple(a.id for a in args), attr, shape, dtype, id(scope) if scope else 0)
        if key not in self.known:
            scope = scope or max((a.scope for a in args), key=lambda s: s.depth, default=self.setup)
            if scope not in self.open:
                raise TraceError("a value from inside a scan's body", "return it from the body instead of keeping it")
            self.known[key] = Node(self.next_id(), kind, tuple(args), attr, shape, dtype, scope)
        return self.known[key]

    def next_id(self) -> int:
        """Numbers grow in the order of recording, which is a valid order of computation."""
        self.count += 1
        return self.count

    def literal(self, value) -> Node:
        """A scalar known now: Python or NumPy bool, whole number or real number."""
        if isinstance(value, (bool, np.bool_)):
            value, dtype = bool(value), "bool"
        elif isinstance(value, (int, np.integer)):
            value, dtype = int(value), "int64"
        elif isinstance(value, (float, np.floating)):
            value, dtype = float(value), "float64"
        else:
            raise TraceError(f"a value of type {type(value).__name__}", "use a real number, a bool or an array")
        # repr tells 1 from True and 0.0 from -0.0, which compare equal
        return self._keyed("literal", repr(value), value, (), dtype)

    def _keyed(self, kind, key, value, shape, dtype):
        if (kind, key) not in self.known:
            self.known[kind, key] = Node(self.next_id(), kind, (), value, shape, dtype, self.setup)
        return self.known[kind, key]

    def constant(self, value: np.ndarray, name: str | None = None) -> Node:
        """A NumPy array: a constant of the figure under its own name, any other one under a name of its own."""
        if value.dtype.kind not in "fiub":
            raise TraceError(f"a NumPy array of dtype {value.dtype}", "only real numbers and bools reach the page")
        if value.ndim == 0:
            return self.literal(value[()])
        dtype = {"f": "float64", "b": "bool"}.get(value.dtype.kind, "int64")
        value = value.astype(dtype)
        if name is None:
            same = (n for n, v in self.constants.items() if v.dtype == value.dtype and np.array_equal(v, value))
            name = next(same, f"#{len(self.constants)}")
        self.constants[name] = value
        return self._keyed("const", name, name, value.shape, dtype)


_current: ContextVar[Graph] = ContextVar("graph being recorded")


def current() -> Graph:
    """The graph being recorded."""
    try:
        return _current.get()
    except LookupError:
        raise RuntimeError("traced arrays only live inside live_figures.record.recording()") from None


@contextmanager
def recording(figure: str = "", constants: dict[str, np.ndarray] | None = None):
    """Record into a new graph; an error met meanwhile carries the figure's name.

    `constants` are those known from other variants of the figure; the ones met here are added to it.
    """
    token = _current.set(Graph({} if constants is None else constants))
    try:
        yield _current.get()
    except TraceError as error:
        error.figure = error.figure or figure
        raise
    except Exception as error:
        error.add_note(f"while recording live figure {figure!r} for the page")
        raise
    finally:
        _current.reset(token)


def size(shape: tuple[int, ...]) -> int:
    """Number of elements."""
    return math.prod(shape)


def contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Row-major strides, in elements."""
    strides, step = [], 1
    for d in reversed(shape):
        strides.append(step)
        step *= d
    return tuple(reversed(strides))
