"""A module in WebAssembly text: one memory, the programs of a stepper as functions, and what they import.

Every buffer has a fixed place, large enough for the longest length; inputs and constants of the same name are one.
Numbers are float32 or float64; whole numbers stay float64, in which they are exact. The global `T` is the length. In a
`fused` module lanes are multiplied and added in one instruction, which is not in every browser.
"""

from __future__ import annotations

import numpy as np

from ...program import Buffer, Output, Program
from ...span import Span, least, most
from ..walk import Functions, ProgramWriter
from .kernels import Kernel, number_text

__all__ = ["Module"]

PAGE, LINE = 65536, 16  # bytes of a page of memory, and what places are multiples of


class Module(Functions):
    """Programs are added one by one; then `text` is the whole."""

    def __init__(self, bits: int, constants: dict[str, np.ndarray], fused: bool = False):
        super().__init__()
        self.bits, self.constants, self.fused, self.often = bits, constants, fused, True
        self.imports: dict[str, int] = {}  # functions of JavaScript and their number of operands
        self.end = LINE
        self._places: dict[Buffer | tuple[str, str], int] = {}  # of a buffer, or of a (role, name)
        self._setup: list[str] = []
        self._parts: list[str] = []
        self._data: list[str] = []

    def kind(self, dtype: str) -> str:
        """The type in which a dtype is computed and kept."""
        return "f64" if dtype == "int64" else f"f{self.bits}"

    def size(self, dtype: str) -> int:
        """Bytes of an element."""
        return int(self.kind(dtype)[1:]) // 8

    def place(self, buffer: Buffer) -> int:
        """Where a buffer is, in bytes; a constant is there as soon as the module is made."""
        key = buffer if buffer.role == "work" else (buffer.role, buffer.name)
        if key not in self._places:
            self._places[key] = self.end
            size = self.size(buffer.dtype)
            self.end += -(-max(most(buffer.size), 1) * size // LINE) * LINE
            if buffer.role == "const":
                values = self.constants[buffer.name].astype(f"<f{size}").tobytes()
                text = "".join(f"\\{byte:02x}" for byte in values)
                self._data.append(f'(data (i32.const {self._places[key]}) "{text}")\n')
        return self._places[key]

    def output(self, out: Output) -> int | Span:
        """Where a result begins."""
        return out.offset * self.size(out.buffer.dtype) + self.place(out.buffer)

    def add(self, name: str, program: Program, often: bool = True) -> None:
        """Export the program as the function `name`; what it sets up is part of the function `setup`.

        What runs `often` is written by lanes and tiles, four times as long as without them.
        """
        self.often = often
        writer = _Program(program, self)
        setup, body = writer.steps(program.setup), writer.steps(program.body)
        counters = "".join(f"(local ${counter} i32)" for counter in writer.counters.values())
        self._setup.append(f"(func $setup{len(self._setup)} {counters}\n{setup})\n")
        self._parts.append(f'(func (export "{name}") {counters}\n{body})\n')

    def text(self) -> str:
        """The module."""
        imports = "".join(
            f'(import "js" "{name}" (func ${name} {"(param f64)" * count} (result f64)))\n'
            for name, count in sorted(self.imports.items())
        )
        functions = sorted(self.helpers) + [f"(func ${name} {text})\n" for text, name in self.kernels.items()]
        calls = "".join(f"(call $setup{k})" for k in range(len(self._setup)))
        return (f'(module\n{imports}(memory (export "memory") {-(-self.end // PAGE)})\n'
                f'(global $T (export "T") (mut i32) (i32.const 0))\n{"".join(functions + self._setup)}'
                f'(func (export "setup") {calls})\n{"".join(self._parts)}{"".join(self._data)})\n')  # fmt: skip


class _Program(ProgramWriter):
    kernel = staticmethod(Kernel)

    def repeat(self, counter, count, reverse, body):
        counter, last = f"${counter}", number_text(count - 1)
        get = f"(local.get {counter})"
        if reverse:
            step, go = f"(i32.sub {get} (i32.const 1))", "(i32.ge_s {} (i32.const 0))"
        else:
            step, go = f"(i32.add {get} (i32.const 1))", f"(i32.le_s {{}} {last})"
        first = last if reverse else "(i32.const 0)"
        text = (f"(local.set {counter} {first})\n(loop {counter}\n{body}"
                f"(br_if {counter} {go.format(f'(local.tee {counter} {step})')}))\n")  # fmt: skip
        return text if least(count) > 0 else f"(if (i32.ge_s {last} (i32.const 0)) (then {text}))\n"

    def stage(self, inputs, body):
        return body  # a stepper's inputs change with every step

    def call(self, function, buffers, counters):
        return f"(call ${function} {' '.join(f'(local.get ${counter})' for counter in counters)})\n"
