"""What every target language shares: the walk over a program, and the names of what it meets on the way.

An emitter derives from `ProgramWriter` and `KernelWriter` and spells what they meet: see `javascript`. Every kernel
becomes a function of the buffers and counters that it uses, with names by order of appearance: kernels that do the same
thing, in one program or in several variants of a figure, are the same text and are printed once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..program import (
    Affine,
    Assign,
    Buffer,
    Expr,
    IndexValue,
    Kernel,
    Let,
    Lit,
    Load,
    Loop,
    MatMul,
    Op,
    Program,
    Repeat,
    Statement,
    Store,
    Use,
    Var,
)

__all__ = ["Functions", "KernelWriter", "ProgramWriter"]


class Functions:
    """Functions shared by the programs of a module: kernels by their text, and the helpers that they call."""

    def __init__(self):
        self.kernels: dict[str, str] = {}  # text without a name -> name
        self.helpers: set[str] = set()

    def name(self, text: str) -> str:
        """The name of the kernel with this text."""
        return self.kernels.setdefault(text, f"k{len(self.kernels)}")


class ProgramWriter:
    """Walks a program: its setup, then its body, every recurrence with the steps inside, and the results last."""

    kernel: type[KernelWriter]

    def __init__(self, program: Program, functions: Functions):
        self.program, self.functions = program, functions
        self.buffers: dict[Buffer, str] = {}
        self.counters: dict[Var, str] = {}

    def buffer(self, buffer: Buffer) -> str:
        """The name of a buffer."""
        return self.buffers.setdefault(buffer, f"b{len(self.buffers)}")

    def steps(self, steps: list[Kernel | Repeat]) -> str:
        """The text of kernels and recurrences, in order."""
        return "".join(self._repeat(s) if isinstance(s, Repeat) else self._call(s) for s in steps)

    def _repeat(self, step: Repeat) -> str:
        counter = self.counters[step.counter] = f"t{len(self.counters)}"
        return self.repeat(counter, step.count, step.reverse, self.steps(step.body))

    def _call(self, kernel: Kernel) -> str:
        writer = self.kernel(self.functions)
        name = self.functions.name(writer.text(kernel))
        return self.call(name, list(map(self.buffer, writer.buffers)), [self.counters[v] for v in writer.outside])

    def results(self) -> Iterator[tuple[str, str, int, int, bool]]:
        """Each output's name, buffer, first element and number of elements, and whether it is the whole buffer."""
        for name, out in self.program.outputs.items():
            size = math.prod(out.shape)
            yield name, self.buffer(out.buffer), out.offset, size, (out.offset, size) == (0, out.buffer.size)

    # ------------------------------------------------------------ what a language spells
    def repeat(self, counter: str, count: int, reverse: bool, body: str) -> str:
        """A recurrence."""
        raise NotImplementedError

    def call(self, function: str, buffers: list[str], counters: list[str]) -> str:
        """A kernel at work."""
        raise NotImplementedError


class KernelWriter:
    """Walks one kernel. An expression is whatever `literal`, `load`, ... of the language make of it."""

    def __init__(self, functions: Functions):
        self.functions = functions
        self.buffers: dict[Buffer, str] = {}
        self.outside: dict[Var, str] = {}  # counters of the recurrences around the kernel
        self.inside: dict[Var, str] = {}
        self._unused = self.names()

    def text(self, kernel: Kernel) -> str:
        """The function without its name."""
        body = "".join(map(self.statement, kernel.body))
        return self.function([*self.buffers.values(), *self.outside.values()], body)

    # ------------------------------------------------------------ names
    def fresh(self) -> str:
        """A name not used so far."""
        return next(self._unused)

    def buffer(self, buffer: Buffer) -> str:
        """The name of a buffer."""
        if buffer not in self.buffers:
            self.buffers[buffer] = self.fresh()
        return self.buffers[buffer]

    def declare(self, var: Var) -> str:
        """A name for a variable that begins here."""
        self.inside[var] = self.fresh()
        return self.inside[var]

    def variable(self, var: Var) -> str:
        """The name of a variable, which comes from outside if it did not begin here."""
        if var in self.inside:
            return self.inside[var]
        if var not in self.outside:
            self.outside[var] = self.fresh()
        return self.outside[var]

    # ------------------------------------------------------------ the walk
    def statement(self, s: Statement) -> str:
        """The text of a statement."""
        match s:
            case Let(var, value):
                value = self.expression(value)
                return self.let(self.declare(var), value)
            case Assign(var, value):
                return self.assign(self.variable(var), self.expression(value))
            case Store(buffer, index, value):
                return self.store(buffer, index, value)
            case Loop(var, count, body):
                return self.loop(self.declare(var), count, body)
            case MatMul():
                return self.matmul(s)

    def expression(self, e: Expr):
        """What the language makes of an expression."""
        match e:
            case Lit(value, dtype):
                return self.literal(value, dtype)
            case Load(buffer, index):
                return self.load(buffer, index)
            case Use(var):
                return self.use(self.variable(var), var.dtype)
            case IndexValue(index):
                return self.index_value(index)
            case Op(name, args):
                return self.operation(name, args)

    # ------------------------------------------------------------ what a language spells
    def names(self) -> Iterator[str]:
        """Names that mean nothing else in the language."""
        raise NotImplementedError

    def function(self, parameters: list[str], body: str) -> str:
        """A function without its name."""
        raise NotImplementedError

    def let(self, name: str, value) -> str:
        """The beginning of a variable."""
        raise NotImplementedError

    def assign(self, name: str, value) -> str:
        """A variable's next value."""
        raise NotImplementedError

    def store(self, buffer: Buffer, index: Affine, value: Expr) -> str:
        """An element written."""
        raise NotImplementedError

    def loop(self, name: str, count: int, body: list[Statement]) -> str:
        """A loop that counts from 0."""
        raise NotImplementedError

    def matmul(self, m: MatMul) -> str:
        """A matrix product."""
        raise NotImplementedError

    def literal(self, value, dtype: str):
        """A number or a bool."""
        raise NotImplementedError

    def load(self, buffer: Buffer, index: Affine):
        """An element read."""
        raise NotImplementedError

    def use(self, name: str, dtype: str):
        """A variable's value."""
        raise NotImplementedError

    def index_value(self, index: Affine):
        """An index as a number."""
        raise NotImplementedError

    def operation(self, name: str, args: tuple[Expr, ...]):
        """A scalar operation of the table."""
        raise NotImplementedError
