"""Loops for matrix products in JavaScript: which order walks memory best, and how far to unroll."""

from __future__ import annotations

from ..program import MatMul, Operand
from ..span import Span, most, rest
from .indices import number_text, term_text

__all__ = ["matmul_text"]

BLOCK = 8  # products added in one go: fewer passes over the result, still few enough for the registers
LARGE = 2048  # elements: about half of a first-level cache in double precision


def matmul_text(m: MatMul, names) -> str:
    """Statements for `out = a @ b`; `names` gives the text of buffers, of indices, and fresh variable names."""
    return _Product(m, names).text()


class _Product:
    def __init__(self, m: MatMul, names):
        self.m, self.names = m, names
        # an axis of length one has no loop, and its index is the number 0
        self.i, self.j, self.q = (names.fresh() if most(n) > 1 else 0 for n in (m.rows, m.columns, m.inner))
        self.batch = [names.fresh() if most(n) > 1 else 0 for n in m.batch]

    def text(self) -> str:
        m = self.m
        if m.inner == 0:
            inner = self._rows(self._columns(f"{self._at(m.out, self.i, self.j)}=0;"))
        elif m.b.strides[-1] == 1 and m.out.strides[-1] == 1 and most(m.columns) > 1:
            inner = self._by_rows()
        elif m.b.strides[-2] == 1 and most(m.columns) >= 4 and rest(m.columns, 4) is not None:
            inner = self._by_four_columns()
        else:
            inner = self._rows(self._columns(self._dot()))
        for var, count in zip(reversed(self.batch), reversed(m.batch), strict=True):
            inner = self._loop(var, count, inner)
        return inner

    def _at(self, operand: Operand, row, column) -> str:
        index = self._sum(operand, (*self.batch, row, column))
        return f"{self.names.buffer(operand.buffer)}[{index}]"

    def _sum(self, operand: Operand, index) -> str:
        """The position of an element; each index is a variable's name, a number, or (name, number) for their sum."""
        offset, text = operand.offset, ""
        for at, stride in zip(index, operand.strides, strict=True):
            name, shift = at if isinstance(at, tuple) else (at, 0) if isinstance(at, str) else ("", at)
            offset = offset + shift * stride
            if name and stride:
                text += term_text(name, stride)
        last = self.names.index(offset)
        text += "" if last == "0" and text else last if last.startswith("-") else f"+{last}"
        return text.removeprefix("+")

    def _rows(self, body: str) -> str:
        return self._loop(self.i, self.m.rows, body)

    def _columns(self, body: str) -> str:
        return self._loop(self.j, self.m.columns, body)

    @staticmethod
    def _loop(name: str | int, count: int | Span, body: str, start: int = 0, step: int = 1) -> str:
        if name == 0:
            return f"{{{body}}}"
        grow = f"{name}++" if step == 1 else f"{name}+={step}"
        return f"for(let {name}={number_text(start)};{name}<{number_text(count)};{grow}){{{body}}}"

    def _by_rows(self) -> str:
        """Rows of b, scaled, are added to a row of the result: every inner loop walks memory forwards."""
        m = self.m
        block = BLOCK if rest(m.inner, BLOCK) is not None else 1
        first = m.inner if isinstance(m.inner, int) and m.inner <= BLOCK else rest(m.inner, block)
        if first:
            start = self._block(list(range(first)), "+=" if m.accumulate else "=")
        else:  # one more pass over the result is short beside the others; the same sums written twice are not
            start = "" if m.accumulate else self._columns(f"{self._at(m.out, self.i, self.j)}=0;")
        if first == m.inner:
            return self._rows(start)
        more = self._block([(self.q, r) for r in range(block)], "+=")
        large = most(m.inner) * most(m.columns) > LARGE >= most(m.rows) * most(m.columns)
        if large:  # b is read once, the small result often
            return self._rows(start) + self._loop(self.q, m.inner, self._rows(more), first, block)
        return self._rows(start + self._loop(self.q, m.inner, more, first, block))

    def _block(self, inner, assign: str) -> str:
        m, factors = self.m, [self.names.fresh() for _ in inner]
        loads = ",".join(f"{f}={self._at(m.a, self.i, q)}" for f, q in zip(factors, inner, strict=True))
        terms = "+".join(f"{f}*{self._at(m.b, q, self.j)}" for f, q in zip(factors, inner, strict=True))
        return f"let {loads};" + self._columns(f"{self._at(m.out, self.i, self.j)}{assign}{terms}")

    def _by_four_columns(self) -> str:
        """Four sums at a time, for a b whose columns are contiguous, such as a transposed weight matrix."""
        m, x = self.m, self.names.fresh()
        sums = [self.names.fresh() for _ in range(4)]
        add = ";".join(f"{s}+={x}*{self._at(m.b, self.q, (self.j, r))}" for r, s in enumerate(sums))
        loop = self._loop(self.q, m.inner, f"let {x}={self._at(m.a, self.i, self.q)};{add}")
        sign = "+=" if m.accumulate else "="
        ends = ";".join(f"{self._at(m.out, self.i, (self.j, r))}{sign}{s}" for r, s in enumerate(sums))
        left = rest(m.columns, 4)
        body = self._loop(self.j, m.columns - left, f"let {','.join(f'{s}=0' for s in sums)};{loop}{ends}", 0, 4)
        last = self._loop(self.j, m.columns, self._dot(), m.columns - left) if left else ""
        return self._rows(body + last)

    def _dot(self) -> str:
        m, total = self.m, self.names.fresh()
        loop = self._loop(self.q, m.inner, f"{total}+={self._at(m.a, self.i, self.q)}*{self._at(m.b, self.q, self.j)}")
        return f"let {total}=0;{loop}{self._at(m.out, self.i, self.j)}{'+=' if m.accumulate else '='}{total};"
