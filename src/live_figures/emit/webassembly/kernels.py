"""One kernel as a function in WebAssembly text: scalars, and lanes where an innermost loop allows them (`lanes`).

What is left over of a loop by lanes, and every other loop, runs element by element.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ...program import Affine, Assign, Let, Statement, Var
from ...span import Span, least, most, rest
from ..walk import KernelWriter
from .lanes import SUMS, bounds, kind_of_lanes
from .operations import LANES, spell
from .products import product_text

__all__ = ["Kernel", "number_text"]

@dataclass
class _Lanes:
    """A loop being written by lanes of one `kind`; its counter holds bytes. `before` are statements ahead of it."""

    var: Var
    kind: str
    counter: str
    sums: dict[Var, str]
    before: list[str] = field(default_factory=list)
    shared: dict[str, str] = field(default_factory=dict)


class Kernel(KernelWriter):
    """An expression is its text: a number of type f32 or f64, an i32 for a truth or an index, or a v128 of lanes."""

    def __init__(self, module):
        super().__init__(module)
        self.module = module
        self.locals: dict[str, str] = {}  # name -> type
        self.start: dict[str, str] = {}  # what is computed as the function begins: text -> name
        self.lanes: _Lanes | None = None
        self.values: dict[Var, tuple[int, int]] = {}  # the least and greatest value of a variable in indices

    def names(self):
        return (f"$v{k}" for k in itertools.count())

    def function(self, parameters, body):
        given = "".join(f"(param {name} i32)" for name in parameters)
        own = "".join(f"(local {name} {kind})" for name, kind in self.locals.items())
        first = "".join(f"(local.set {name} {text})" for text, name in self.start.items())
        return f"{given}{own}\n{first}{body}"

    def local(self, kind: str) -> str:
        """A local variable of its own."""
        name = self.fresh()
        self.locals[name] = kind
        return name

    def declare(self, var):
        name = super().declare(var)
        wide = self.lanes and var.dtype != "index"
        self.locals[name] = "v128" if wide else "i32" if var.dtype in ("bool", "index") else self.kind(var.dtype)
        return name

    def kind(self, dtype: str) -> str:
        """The type in which numbers of a dtype are computed here: whole numbers stay doubles beside real float32."""
        scalar = self.module.kind(dtype)
        return LANES[scalar] if self.lanes else scalar

    # ------------------------------------------------------------ statements
    def statement(self, s: Statement) -> str:
        if isinstance(s, Let) and (ends := bounds(s.value)):
            self.values[s.var] = ends
        return super().statement(s)

    def let(self, name, value):
        return f"(local.set {name} {value})\n"

    def assign(self, name, value):
        return f"(local.set {name} {value})\n"

    def store(self, buffer, index, value):
        text, kind = self.expression(value), self.kind(buffer.dtype)
        if value.dtype == "bool":
            one = self.number(1.0, kind)
            text = f"(v128.and {text} {one})" if self.lanes else f"({kind}.convert_i32_s {text})"
        return f"({'v128' if self.lanes else kind}.store {self.address(buffer, index)} {text})\n"

    def matmul(self, m):
        return product_text(m, self)

    def loop(self, var, count, body):
        self.values[var] = (0, most(count) - 1)
        open_ = self.module.often and not self.lanes
        kind = kind_of_lanes(var, count, body, self.module.kind, self.values) if open_ else None
        if kind is None:
            return self._counted(var, 0, count, body)
        width = int(kind[4:])
        left = rest(count, width)
        if left is None:
            whole = f"(i32.and {self.whole(count)} (i32.const {-width}))"
            return self._maybe(least(count) >= width, f"(i32.ge_s {self.whole(count)} (i32.const {width}))",
                               self._by_lanes(var, kind, whole, body)) + self._maybe(
                False, f"(i32.lt_s {whole} {self.whole(count)})", self._counted(var, whole, count, body))  # fmt: skip
        text = self._by_lanes(var, kind, count - left, body)
        return text + (self._counted(var, count - left, count, body) if left else "")

    @staticmethod
    def _maybe(always: bool, condition: str, text: str) -> str:
        return text if always else f"(if {condition} (then {text}))\n"

    def _counted(self, var, start, count, body) -> str:
        i = super().declare(var)
        self.locals[i] = "i32"
        inner = "".join(map(self.statement, body))
        text = self.repeated(i, count, inner, start)
        empty = isinstance(count, Span) and least(count) < 1 and start == 0
        return self._maybe(not empty, f"(i32.gt_s {self.whole(count)} (i32.const 0))", text)

    def repeated(self, name: str, count: int | Span | str, body: str, start: int | str = 0, step: int = 1) -> str:
        """A loop of one turn or more; a single turn needs none."""
        first = f"(local.set {name} {self.whole(start)})"
        if (start, count) == (0, step):
            return first + body
        grown = f"(local.tee {name} (i32.add (local.get {name}) (i32.const {step})))"
        return f"{first}(loop {name}\n{body}(br_if {name} (i32.lt_s {grown} {self.whole(count)})))\n"

    def whole(self, number: int | Span | str) -> str:
        """The text of a whole number; one that depends on the length is computed once, as the function begins."""
        if isinstance(number, str):
            return number
        text = number_text(number)
        return text if isinstance(number, int) else self.first(text, "i32")

    def first(self, text: str, kind: str) -> str:
        """A value that is computed once, as the function begins."""
        if text not in self.start:
            self.start[text] = self.local(kind)
        return f"(local.get {self.start[text]})"

    # ------------------------------------------------------------ loops by lanes
    def _by_lanes(self, var, kind, count, body) -> str:
        counter = self.local("i32")
        sums = {s.var: self.local("v128") for s in body if isinstance(s, Assign)}
        lanes = self.lanes = _Lanes(var, kind, counter, sums)
        first = "".join(
            f"(local.set {sums[s.var]} {self.number(SUMS[s.value.name], kind)})" for s in body if isinstance(s, Assign)
        )
        inner = "".join(self._add_up(s) if isinstance(s, Assign) else self.statement(s) for s in body)
        self.lanes = None
        size = int(kind[1:3]) // 8
        size = self.times(count, size) if isinstance(count, str) else count * size
        last = "".join(self._summed(s, kind, sums[s.var]) for s in body if isinstance(s, Assign))
        return f"{''.join(lanes.before)}{first}{self.repeated(counter, size, inner, step=16)}{last}"

    def _add_up(self, s: Assign) -> str:
        name, value = self.lanes.sums[s.var], self.expression(s.value.args[1])
        return f"(local.set {name} {spell(self, s.value.name, s.value.args, [f'(local.get {name})', value])})\n"

    def _summed(self, s: Assign, kind: str, name: str) -> str:
        """The lanes of a sum added to what it was before."""
        text = f"(local.get {self.variable(s.var)})"
        for lane in range(int(kind[4:])):
            text = spell(self, s.value.name, s.value.args, [text, f"({kind}.extract_lane {lane} (local.get {name}))"])
        return f"(local.set {self.variable(s.var)} {text})\n"

    # ------------------------------------------------------------ places
    def address(self, buffer, index: Affine) -> str:
        """`offset=` and the address of an element, in bytes. An offset is unsigned: beside what may be negative, and
        beside a number that depends on the length, the place is part of the address."""
        size, terms = self.module.size(buffer.dtype), []
        offset = index.const * size + self.module.place(buffer)
        for var, multiple in index.terms:
            if not (self.lanes and var is self.lanes.var):
                terms.append(self.times(f"(local.get {self.variable(var)})", multiple * size))
        if isinstance(offset, Span) or offset < 0 or any(least(multiple) < 0 for _, multiple in index.terms):
            terms, offset = [self.whole(offset), *terms], 0
        text = total(terms)
        if self.lanes and index.multiple(self.lanes.var):
            text = total([*([self.ahead(text, "i32")] if terms else []), f"(local.get {self.lanes.counter})"])
        return f"offset={offset} {text}"

    def place(self, buffer, index: Affine) -> str:
        """The address of an element, in bytes."""
        size = self.module.size(buffer.dtype)
        moved = [self.times(f"(local.get {self.variable(var)})", multiple * size) for var, multiple in index.terms]
        return total([self.whole(index.const * size + self.module.place(buffer)), *moved])

    def times(self, text: str, factor: int | Span) -> str:
        """A whole number times another that is known, at least when the program runs."""
        if isinstance(factor, Span) or factor < 1 or factor & (factor - 1):
            return f"(i32.mul {text} {self.whole(factor)})"
        return f"(i32.shl {text} (i32.const {factor.bit_length() - 1}))" if factor > 1 else text

    def ahead(self, text: str, kind: str) -> str:
        """A value computed once, ahead of the loop that is written by lanes."""
        if text not in self.lanes.shared:
            name = self.lanes.shared[text] = self.local(kind)
            self.lanes.before.append(f"(local.set {name} {text})\n")
        return f"(local.get {self.lanes.shared[text]})"

    # ------------------------------------------------------------ expressions
    def number(self, value: float, kind: str) -> str:
        """A constant of a type; all lanes of it."""
        text = f"({kind[:3]}.const {'nan' if math.isnan(value) else repr(float(value))})"
        return self.first(f"({kind}.splat {text})", "v128") if len(kind) > 3 else text

    def splat(self, text: str, kind: str) -> str:
        """The same number in all lanes, ahead of the loop."""
        text = f"({kind}.splat {text})"
        return self.ahead(text, "v128") if self.lanes else text

    def bound(self, text: str, kind: str, use: Callable[[str], str], truth: bool = False) -> str:
        """What `use` makes of a value that it needs more than once."""
        wide = len(kind) > 3
        name, result = self.local("v128" if wide else kind), "v128" if wide else "i32" if truth else kind
        return f"(block (result {result}) (local.set {name} {text}){use(f'(local.get {name})')})"

    def multiplied_and_added(self, kind: str, x: str, y: str, z: str) -> str:
        """x * y + z by lanes; in a fused module one instruction, which rounds once where the processor has it."""
        if self.module.fused:
            return f"({kind}.relaxed_madd {x} {y} {z})"
        return f"({kind}.add {z} ({kind}.mul {x} {y}))"

    def lane_by_lane(self, spelled, kind: str, args) -> str:
        """A function of scalars, called for every lane."""
        keep = [self.local("v128") for _ in args]
        out = f"(local.get {keep[0]})"
        for lane in range(int(kind[4:])):
            scalars = [f"({kind}.extract_lane {lane} (local.get {name}))" for name in keep]
            out = f"({kind}.replace_lane {lane} {out} {spelled(self, kind[:3], *scalars)})"
        sets = "".join(f"(local.set {name} {text})" for name, text in zip(keep, args, strict=True))
        return f"(block (result v128) {sets}{out})"

    def cast(self, text: str, given: str, wanted: str) -> str:
        """A number of one type as another; lanes are all of one type."""
        change = {("f32", "f64"): "f64.promote_f32", ("f64", "f32"): "f32.demote_f64"}.get((given, wanted))
        return f"({change} {text})" if change else text

    def _once(self, make: Callable[[], str], kind: str) -> str:
        """A value that does not change in the loop, as a scalar outside it and in all lanes inside."""
        keep, self.lanes = self.lanes, None
        text, self.lanes = make(), keep
        return self.splat(text, kind)

    def literal(self, value, dtype):
        if dtype == "bool":
            lanes = f"(i32x4.splat (i32.const {-int(value)}))"
            return self.first(lanes, "v128") if self.lanes else f"(i32.const {int(value)})"
        kind = self.kind(dtype)
        if isinstance(value, Span):
            text = f"({kind[:3]}.convert_i32_s {self.whole(value)})"
            return self.splat(text, kind) if self.lanes else text
        return self.number(value, kind)

    def load(self, buffer, index):
        kind = self.kind(buffer.dtype)
        if self.lanes and not index.multiple(self.lanes.var):
            scalar = kind[:3]
            text = self._once(lambda: f"({scalar}.load {self.address(buffer, index)})", kind)
        else:
            text = f"({'v128' if self.lanes else kind}.load {self.address(buffer, index)})"
        return f"({kind}.ne {text} {self.number(0.0, kind)})" if buffer.dtype == "bool" else text

    def use(self, name, dtype):
        text = f"(local.get {name})"
        if not self.lanes or self.locals.get(name) == "v128":
            return text
        if dtype == "bool":
            return self.ahead(f"(i32x4.splat (i32.sub (i32.const 0) {text}))", "v128")
        return self.splat(text, self.kind(dtype))

    def index_value(self, index):
        kind = self.kind("int64")
        if not self.lanes:
            return f"({kind}.convert_i32_s {self.index(index)})"
        multiple = index.multiple(self.lanes.var)
        fixed = index.replace(lambda v: Affine() if v is self.lanes.var else None)
        base = self._once(lambda: f"(f64.convert_i32_s {self.index(fixed)})", kind)
        if not multiple:
            return base
        place = f"(i32.shr_s (local.get {self.lanes.counter}) (i32.const 3))"
        moved = f"(f64x2.splat (f64.convert_i32_s {self.times(place, multiple)}))"
        return f"(f64x2.add (f64x2.add {base} {moved}) {self._steps(multiple)})"

    def _steps(self, multiple: int | Span) -> str:
        """How far an index moves from the first lane to the second."""
        return self.ahead(
            f"(f64x2.replace_lane 0 (f64x2.splat (f64.convert_i32_s {self.whole(multiple)})) (f64.const 0))", "v128")

    def index(self, index: Affine) -> str:
        """The value of an index."""
        terms = [self.times(f"(local.get {self.variable(v)})", multiple) for v, multiple in index.terms]
        return total([*terms, self.whole(index.const)] if index.const or not terms else terms)

    def operation(self, name, args):
        return spell(self, name, args, [self.expression(arg) for arg in args])


def total(terms: list[str]) -> str:
    """The sum of whole numbers."""
    text = "(i32.const 0)"
    for k, term in enumerate(terms):
        text = f"(i32.add {text} {term})" if k else term
    return text


def number_text(number: int | Span) -> str:
    """A whole number; the length that it may depend on is the global T."""
    const, slope, odd = number.factors if isinstance(number, Span) else (number, 0, 0)
    factors = (("(global.get $T)", slope), ("(i32.and (global.get $T) (i32.const 1))", odd))
    terms = [name if n == 1 else f"(i32.mul {name} (i32.const {n}))" for name, n in factors if n]
    return total([*([f"(i32.const {const})"] if const or not terms else []), *terms])
