"""Matrix products in WebAssembly text: tiles of rows and vectors of columns whose sums stay in registers."""

from __future__ import annotations

from ...program import MatMul, Operand
from ...span import Span, least, most, rest
from .operations import LANES

__all__ = ["product_text"]

ROWS, VECTORS = 4, 2  # of a tile: eight sums, two vectors of b and one number of a stay in registers
LARGE = 8192  # bytes of b used for all rows of a before going on: part of a first-level cache


def product_text(m: MatMul, kernel) -> str:
    """Statements for `out = a @ b`, or `out += a @ b`."""
    return _Product(m, kernel).text()


class _Product:
    """Three addresses walk over out, a and b; strides are in bytes."""

    def __init__(self, m: MatMul, kernel):
        self.m, self.k = m, kernel
        self.kind = kernel.kind(m.out.buffer.dtype)
        self.lanes, self.size = LANES[self.kind], int(self.kind[1:]) // 8
        self.width = 16 // self.size
        self.o, self.a, self.b = (kernel.local("i32") for _ in range(3))
        strides = [[stride * self.size for stride in operand.strides[-2:]] for operand in (m.out, m.a, m.b)]
        (self.oi, self.oj), (self.ai, self.aq), (self.bq, self.bj) = strides

    def text(self) -> str:
        m = self.m
        counters = [self.k.local("i32") if most(n) > 1 else None for n in m.batch]
        starts = "".join(
            self._set(name, self._first(operand, counters))
            for name, operand in ((self.o, m.out), (self.a, m.a), (self.b, m.b))
        )
        if m.inner == 0:
            text = "" if m.accumulate else self._zeros()
        elif self.k.module.often and self.bj == self.oj == self.size and most(m.columns) >= self.width:
            text = self._blocks() if isinstance(m.columns, int) else self._each(0)
        else:
            text = self._each(0)
        text = starts + text
        for counter, count in reversed(list(zip(counters, m.batch, strict=True))):
            text = self._repeated(count, text, counter) if counter else text
        return text

    def _first(self, operand: Operand, counters) -> str:
        """The address of an operand's first element."""
        terms = [self.k.place(operand.buffer, operand.offset)]
        for counter, stride in zip(counters, operand.strides, strict=False):
            if counter and stride:
                terms.append(self._times(f"(local.get {counter})", stride * self.size))
        return self._sum(*terms)

    # ------------------------------------------------------------ small texts
    @staticmethod
    def _set(name: str, value: str) -> str:
        return f"(local.set {name} {value})\n"

    def _add_to(self, total: str, x: str, y: str) -> str:
        """The product of x and y added to a sum, by lanes."""
        return self._set(total, self.k.multiplied_and_added(self.lanes, x, y, f"(local.get {total})"))

    @staticmethod
    def _sum(first: str, *more: str) -> str:
        for text in more:
            first = f"(i32.add {first} {text})"
        return first

    def _times(self, text: str, factor) -> str:
        return self.k.times(text, factor)

    def _ahead(self, name: str, distance: int | Span) -> str:
        """The address `distance` bytes beyond a walking one."""
        get = f"(local.get {name})"
        return get if distance == 0 else self._sum(get, self.k.whole(distance))

    def _move(self, name: str, distance: int | Span) -> str:
        return self._set(name, self._ahead(name, distance))

    def _repeated(self, count: int | Span | str, body: str, counter: str | None = None) -> str:
        known = isinstance(count, int) or (isinstance(count, Span) and least(count) >= 1)
        text = self.k.repeated(counter or self.k.local("i32"), count, body)
        return text if known else f"(if (i32.gt_s {self.k.whole(count)} (i32.const 0)) (then {text}))\n"

    # ------------------------------------------------------------ tiles
    def _blocks(self) -> str:
        """All of `inner` at once, or in parts that a cache holds where b is large and out small; then the columns that
        fill no vector."""
        m = self.m
        edge = self._each(m.columns - m.columns % self.width) if m.columns % self.width else ""
        block = max(8, min(32, LARGE // (m.columns * self.size)))
        first = rest(m.inner, block)
        if most(m.inner) <= 2 * block or first is None:
            return self._rows(m.inner, zero=not m.accumulate) + edge
        move = lambda n: self._move(self.a, n * self.aq) + self._move(self.b, n * self.bq)  # noqa: E731
        start = ("" if m.accumulate else self._zeros()) + edge
        start += self._rows(first, zero=False) + move(first) if first else ""
        return start + self._repeated((m.inner - first) // block, self._rows(block, zero=False) + move(block))

    def _rows(self, inner, zero: bool) -> str:
        """Tiles of four rows, then what is left of them."""
        a, o, rows = self.k.local("i32"), self.k.local("i32"), self.m.rows
        text = self._set(a, f"(local.get {self.a})") + self._set(o, f"(local.get {self.o})")
        left = rest(rows, ROWS)
        if left is None:  # how many are left is seen when the program runs
            whole = self.k.whole(rows)
            fours, ones = f"(i32.shr_u {whole} (i32.const 2))", f"(i32.and {whole} (i32.const 3))"
            return text + self._repeated(fours, self._tiles(a, o, ROWS, inner, zero)) + self._repeated(
                ones, self._tiles(a, o, 1, inner, zero))  # fmt: skip
        if most(rows) >= ROWS:
            text += self._repeated((rows - left) // ROWS, self._tiles(a, o, ROWS, inner, zero))
        for count in (2, 1):
            text += self._tiles(a, o, count, inner, zero) if left & count else ""
        return text

    def _tiles(self, a: str, o: str, rows: int, inner, zero: bool) -> str:
        """The columns of some rows that fill vectors, and on to the next rows."""
        text, done, columns = "", 0, self.m.columns
        for vectors in (VECTORS, 1):
            count = (columns - done) // (vectors * self.width)
            if count:
                text += self._strip(a, o, done, rows, vectors, count, inner, zero)
                done += count * vectors * self.width
        return text + self._move(a, rows * self.ai) + self._move(o, rows * self.oi)

    def _strip(self, a: str, o: str, column: int, rows: int, vectors: int, count: int, inner, zero: bool) -> str:
        """`count` tiles of some rows and vectors from a column on."""
        k, at = self.k, column * self.size
        j, qa, qb, end, x = (k.local(kind) for kind in ("i32", "i32", "i32", "i32", "v128"))
        y = [k.local("v128") for _ in range(vectors)]
        sums = [[k.local("v128") for _ in range(vectors)] for _ in range(rows)]
        here = self._sum(f"(local.get {o})", f"(local.get {j})")
        first = text = ""
        for v in range(vectors):
            text += self._set(y[v], f"(v128.load offset={at + v * 16} (local.get {qb}))")
        for i in range(rows):
            text += self._set(x, f"(v128.load{self.size * 8}_splat {self._near(qa, i * self.ai)})")
            for v, total in enumerate(sums[i]):
                loaded = f"(v128.load {self._near(here, i * self.oi, at + v * 16)})"
                first += self._set(total, "(v128.const i64x2 0 0)" if zero else loaded)
                text += self._add_to(total, f"(local.get {x})", f"(local.get {y[v]})")
        first += self._set(qa, f"(local.get {a})")
        first += self._set(qb, self._sum(f"(local.get {self.b})", f"(local.get {j})"))
        if inner != 1:
            first += self._set(end, self._ahead(qb, inner * self.bq))
            step = f"(local.tee {qb} {self._ahead(qb, self.bq)})"
            text = f"(loop {qb}\n{text}{self._move(qa, self.aq)}(br_if {qb} (i32.ne {step} (local.get {end}))))\n"
        stores = "".join(
            f"(v128.store {self._near(here, i * self.oi, at + v * 16)} (local.get {sums[i][v]}))\n"
            for i in range(rows) for v in range(vectors))  # fmt: skip
        return k.repeated(j, count * vectors * 16, first + text + stores, step=vectors * 16)

    def _near(self, address: str, distance: int | Span, more: int = 0) -> str:
        """`offset=` and an address, `distance + more` bytes beyond another (its text, or the name of a local)."""
        address = f"(local.get {address})" if address.startswith("$") else address
        if isinstance(distance, Span) or distance + more < 0:
            return f"offset={more if isinstance(distance, Span) else 0} " + self._sum(
                address, self.k.whole(distance) if isinstance(distance, Span) else f"(i32.const {distance + more})")
        return f"offset={distance + more} {address}"

    # ------------------------------------------------------------ element by element
    def _each(self, column: int) -> str:
        """The elements of all rows from a column on, one by one."""
        i, j = self.k.local("i32"), self.k.local("i32")
        at = lambda name, *terms: self._sum(f"(local.get {name})", *(  # noqa: E731
            self._times(f"(local.get {counter})", stride) for counter, stride in terms if stride != 0))
        text = self._dot(at(self.o, (i, self.oi), (j, self.oj)), at(self.a, (i, self.ai)), at(self.b, (j, self.bj)),
                         self.m.inner, not self.m.accumulate)  # fmt: skip
        columns = self.k.repeated(j, self.m.columns, text, column)
        return self._repeated(self.m.rows, columns, i)

    def _zeros(self) -> str:
        i, j = self.k.local("i32"), self.k.local("i32")
        there = self._sum(f"(local.get {self.o})", self._times(f"(local.get {i})", self.oi),
                          self._times(f"(local.get {j})", self.oj))  # fmt: skip
        text = f"({self.kind}.store {there} {self.k.number(0.0, self.kind)})"
        return self._repeated(self.m.rows, self._repeated(self.m.columns, text, j), i)

    def _dot(self, out: str, a: str, b: str, inner, zero: bool) -> str:
        """One element: a sum of products."""
        k, kind = self.k, self.kind
        o, qa, qb, total = k.local("i32"), k.local("i32"), k.local("i32"), k.local(kind)
        start = k.number(0.0, kind) if zero else f"({kind}.load (local.get {o}))"
        first = self._set(o, out) + self._set(qa, a) + self._set(qb, b) + self._set(total, start)
        if self.aq == self.bq == self.size and rest(inner, self.width) == 0:
            text = self._wide_sum(qa, qb, total, inner)
        else:
            product = f"({kind}.mul ({kind}.load (local.get {qa})) ({kind}.load (local.get {qb})))"
            text = self._repeated(inner, self._set(total, f"({kind}.add (local.get {total}) {product})")
                                  + self._move(qa, self.aq) + self._move(qb, self.bq))  # fmt: skip
        return f"{first}{text}({kind}.store (local.get {o}) (local.get {total}))\n"

    def _wide_sum(self, qa: str, qb: str, total: str, inner) -> str:
        """The same by lanes, where a and b both lie in order."""
        lanes, sums = self.lanes, self.k.local("v128")
        body = (self._add_to(sums, f"(v128.load (local.get {qa}))", f"(v128.load (local.get {qb}))")
                + self._move(qa, 16) + self._move(qb, 16))  # fmt: skip
        text = self._set(sums, "(v128.const i64x2 0 0)") + self._repeated(inner // self.width, body)
        for lane in range(self.width):
            part = f"({lanes}.extract_lane {lane} (local.get {sums}))"
            text += self._set(total, f"({self.kind}.add (local.get {total}) {part})")
        return text
