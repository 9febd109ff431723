"""What every target language shares: the walk over a program, and the names of what it meets on the way.

An emitter derives from `ProgramWriter` and `KernelWriter` and spells what they meet: see `javascript`. Every kernel
becomes a function of the buffers and counters that it uses, with names by order of appearance: kernels that do the same
thing, in one program or in several variants of a figure, are the same text and are printed once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..program import (
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
    Stage,
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
    """Walks a program: kernels and recurrences in order, then the results. A language spells

    kernel                                  the class that writes kernels
    repeat(counter, count, reverse, body)   a recurrence, its body written
    stage(inputs, body)                     steps for when one of these inputs has changed, written
    call(function, buffers, counters)       a kernel at work
    """

    kernel: type[KernelWriter]

    def __init__(self, program: Program, functions: Functions):
        self.program, self.functions = program, functions
        self.buffers: dict[Buffer, str] = {}
        self.counters: dict[Var, str] = {}

    def buffer(self, buffer: Buffer) -> str:
        """The name of a buffer."""
        return self.buffers.setdefault(buffer, f"b{len(self.buffers)}")

    def steps(self, steps: list[Kernel | Repeat | Stage]) -> str:
        """The text of kernels, recurrences and stages, in order."""
        return "".join(map(self._step, steps))

    def _step(self, step) -> str:
        match step:
            case Repeat():
                return self._repeat(step)
            case Stage(inputs, body):
                return self.stage(list(map(self.buffer, inputs)), self.steps(body))
            case _:
                return self._call(step)

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
            # a buffer whose size depends on a length is laid out for the longest
            whole = (out.offset, size) == (0, out.buffer.size) and isinstance(size, int)
            yield name, self.buffer(out.buffer), out.offset, size, whole


class KernelWriter:
    """Walks one kernel. A language spells

    names()                     names that mean nothing else in it
    function(parameters, body)  the function, without its own name
    let(name, value), assign(name, value), store(buffer, index, value), loop(var, count, body), matmul(m)
                                statements: `value` is what became of an expression, but for `store`, where it, like the
                                `body` of a loop and a product, is still to be walked; a loop declares its variable
    literal(value, dtype), load(buffer, index), use(name, dtype), index_value(index), operation(name, args)
                                expressions: whatever is of use to the language, a text with its precedence for one
    """

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
                return self.loop(var, count, body)
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
