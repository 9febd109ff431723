"""The program of a live figure: buffers, loops and expressions, written down as data.

It knows neither arrays with shapes nor any target language: an emitter walks it and prints JavaScript, or WebAssembly.
Every buffer is flat; every position in one is an `Affine`: a constant plus whole multiples of variables. Values have
one of three types: "float64", "int64" (whole numbers that a double holds exactly) and "bool". In a program for several
lengths (`lower.lengths`), a whole number may be a `Span`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from .span import Span

__all__ = [
    "Affine", "Assign", "Buffer", "Expr", "IndexValue", "Kernel", "Let", "Lit", "Load", "Loop", "MatMul", "Op",
    "Operand", "Output", "Program", "Repeat", "Stage", "Statement", "Store", "Use", "Var", "buffers_of", "rebuild",
]  # fmt: skip

_serial = itertools.count()


class Var:
    """A loop variable, or a name bound by `Let`; identity is what counts, the emitter chooses the spelling."""

    __slots__ = ("dtype", "serial")

    def __init__(self, dtype: str = "int64"):
        self.dtype = dtype
        self.serial = next(_serial)

    def __repr__(self):
        return f"v{self.serial}"


@dataclass(frozen=True, slots=True)
class Affine:
    """`const + sum(multiple * variable)`: a position in a buffer, or an index along one axis."""

    const: int = 0
    terms: tuple[tuple[Var, int], ...] = ()

    @staticmethod
    def of(var: Var, multiple: int = 1) -> Affine:
        """The index `multiple * var`."""
        return Affine(0, ((var, multiple),) if multiple else ())

    def __add__(self, other: Affine | int) -> Affine:
        if isinstance(other, int | Span):
            return Affine(self.const + other, self.terms)
        total = dict(self.terms)
        for var, multiple in other.terms:
            total[var] = total.get(var, 0) + multiple
        terms = sorted(((v, m) for v, m in total.items() if m), key=lambda term: term[0].serial)
        return Affine(self.const + other.const, tuple(terms))

    def __mul__(self, factor: int) -> Affine:
        if factor == 0:
            return Affine()
        return Affine(self.const * factor, tuple((v, m * factor) for v, m in self.terms))

    def multiple(self, var: Var) -> int:
        """How far the index moves when `var` grows by one."""
        return next((m for v, m in self.terms if v is var), 0)

    def replace(self, replacement: Callable[[Var], Affine | None]) -> Affine:
        """The same index with every variable for which `replacement` gives an index exchanged for it."""
        out = Affine(self.const)
        for var, multiple in self.terms:
            new = replacement(var)
            out = out + (Affine.of(var, multiple) if new is None else new * multiple)
        return out


@dataclass(eq=False, slots=True)
class Buffer:
    """Flat storage of `size` elements; role "input" and "const" are filled from outside under `name`.

    A recurrence may fill it anew at each of its steps: the one that `refilled` counts.
    """

    size: int
    dtype: str
    role: str = "work"
    name: str = ""
    refilled: Var | None = None


# ---------------------------------------------------------------- expressions
@dataclass(frozen=True, slots=True)
class Lit:
    """A number or a bool known when the program is written."""

    value: float | int | bool
    dtype: str


@dataclass(frozen=True, slots=True)
class Load:
    """The element of `buffer` at `index`."""

    buffer: Buffer
    index: Affine

    @property
    def dtype(self) -> str:
        return self.buffer.dtype


@dataclass(frozen=True, slots=True)
class Use:
    """The value of a variable bound by `Let`."""

    var: Var

    @property
    def dtype(self) -> str:
        return self.var.dtype


@dataclass(frozen=True, slots=True)
class IndexValue:
    """An index as a number, for arange, masks and loop counters."""

    index: Affine
    dtype: str = "int64"


@dataclass(frozen=True, slots=True)
class Op:
    """A scalar operation: the names are those of the table of operations, `ops`."""

    name: str
    args: tuple
    dtype: str


Expr = Lit | Load | Use | IndexValue | Op


# ---------------------------------------------------------------- statements
@dataclass(eq=False, slots=True)
class Let:
    """Bind `var`; an accumulator may be assigned again."""

    var: Var
    value: Expr


@dataclass(eq=False, slots=True)
class Assign:
    """Give an accumulator its next value."""

    var: Var
    value: Expr


@dataclass(eq=False, slots=True)
class Store:
    """Write `value` to `buffer` at `index`."""

    buffer: Buffer
    index: Affine
    value: Expr


@dataclass(eq=False, slots=True)
class Loop:
    """Run `body` for `var` = 0, 1, ..., count - 1, in this order."""

    var: Var
    count: int
    body: list


@dataclass(frozen=True, slots=True)
class Operand:
    """A matrix (or a stack of them) in a buffer: element (..., i, j) is at `offset + sum(stride * index)`."""

    buffer: Buffer
    offset: Affine
    strides: tuple[int, ...]


@dataclass(eq=False, slots=True)
class MatMul:
    """`out = a @ b` (or `out += a @ b`): (rows, inner) times (inner, columns), over leading `batch` axes."""

    out: Operand
    a: Operand
    b: Operand
    batch: tuple[int, ...]
    rows: int
    inner: int
    columns: int
    accumulate: bool = False


Statement = Let | Assign | Store | Loop | MatMul


@dataclass(eq=False, slots=True)
class Kernel:
    """Statements that belong together, as one function of the buffers and counters that they use."""

    body: list[Statement]


@dataclass(eq=False, slots=True)
class Repeat:
    """A recurrence: run `body` for each `counter` in turn (downwards if `reverse`); iterations depend on each other."""

    counter: Var
    count: int
    reverse: bool
    body: list[Kernel | Repeat]


@dataclass(eq=False, slots=True)
class Stage:
    """Steps that depend on `inputs` alone, and run again only when one of these has changed."""

    inputs: tuple[Buffer, ...]
    body: list[Kernel | Repeat]


@dataclass(frozen=True, slots=True)
class Output:
    """A result: the `shape` elements of `buffer` from `offset` on, in row-major order."""

    buffer: Buffer
    offset: int
    shape: tuple[int, ...]
    dtype: str


@dataclass(eq=False)
class Program:
    """`setup` runs once and depends on constants alone; `body` runs for every new set of inputs."""

    inputs: dict[str, Buffer]
    consts: dict[str, Buffer]
    outputs: dict[str, Output]
    setup: list[Kernel | Repeat] = field(default_factory=list)
    body: list[Kernel | Repeat | Stage] = field(default_factory=list)

    def kernels(self) -> Iterator[Kernel]:
        """Every kernel, in order."""
        yield from _kernels(self.setup)
        yield from _kernels(self.body)


def _kernels(steps) -> Iterator[Kernel]:
    for step in steps:
        if isinstance(step, Repeat | Stage):
            yield from _kernels(step.body)
        else:
            yield step


def _same(part):
    return part


def rebuild(item, index: Callable[[Affine], Affine] = _same, buffer: Callable[[Buffer], Buffer] = _same):
    """A copy of an expression, statement or step with every index and every buffer exchanged."""
    go = lambda part: rebuild(part, index, buffer)  # noqa: E731
    match item:
        case Load(b, at):
            return Load(buffer(b), index(at))
        case IndexValue(at, dtype):
            return IndexValue(index(at), dtype)
        case Op(name, args, dtype):
            return Op(name, tuple(map(go, args)), dtype)
        case Let(var, value):
            return Let(var, go(value))
        case Assign(var, value):
            return Assign(var, go(value))
        case Store(b, at, value):
            return Store(buffer(b), index(at), go(value))
        case Loop(var, count, body):
            return Loop(var, count, list(map(go, body)))
        case Operand(b, offset, strides):
            return Operand(buffer(b), index(offset), strides)
        case MatMul():
            return replace(item, out=go(item.out), a=go(item.a), b=go(item.b))
        case Kernel(body):
            return Kernel(list(map(go, body)))
        case Repeat(counter, count, reverse, body):
            return Repeat(counter, count, reverse, list(map(go, body)))
        case Stage(inputs, body):
            return Stage(inputs, list(map(go, body)))
        case _:
            return item


def buffers_of(item) -> Iterator[Buffer]:
    """Every buffer that an expression, statement or step reads or writes."""
    seen: list[Buffer] = []
    rebuild(item, buffer=lambda b: seen.append(b) or b)
    yield from seen
