"""One program for many lengths: the same computation, lowered at several lengths, joined into one.

Whole numbers that differ between them (sizes, strides, counts, places) have to be affine in the length T and in T % 2,
by which a carry that lies in two rows in turn ends in one or the other; they become a `Span`. A real number that
differs has to be affine in the length, or one over such a number, as the 1 / T of a mean is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from fractions import Fraction

from ..program import Buffer, Expr, Lit, Op, Program, Var
from ..span import Span
from .liveness import reuse_buffers

__all__ = ["RECORDED", "UNJOINED", "for_lengths", "program_for_lengths"]

# Lengths without a factor in common with the sizes of batches and layers: two axes that are equal by chance could be
# taken for one. No such size lies between them, as what is the longer of two axes may decide how a loop is written.
# Three determine a number, the last checks it.
RECORDED = (83, 86, 89, 74)
UNJOINED = ("reuse", "stages")  # passes that decide by sizes: which buffers share memory is decided for the longest


def program_for_lengths(record: Callable[[int], Program], lengths: tuple[int, int]) -> Program:
    """The program of every length between `lengths`; `record(T)` gives that of one, lowered without `UNJOINED`.

    Raises ValueError where the programs differ in more than numbers that are affine in the length.
    """
    joined = for_lengths(record, lengths)
    reuse_buffers(joined)
    return joined


def for_lengths(value: Callable[[int], object], lengths: tuple[int, int]):
    """`value(T)`, numbers in tuples, lists, dicts or parts of a program, for every length between `lengths`."""
    return _Join(lengths).of([value(length) for length in RECORDED])


class _Join:
    """Goes through the same part of several programs side by side."""

    def __init__(self, lengths: tuple[int, int]):
        self.lengths = lengths
        self.known: dict[Var | Buffer, tuple] = {}  # one of the first program -> what stands for it in all of them
        self.buffers: dict[Buffer, Buffer] = {}

    def of(self, parts: list | tuple):
        """What stands for all `parts`."""
        first, kinds = parts[0], {type(part) for part in parts}
        if len(kinds) > 1 and kinds != {int, float}:
            raise ValueError(f"the lengths {RECORDED} give different programs: {sorted(k.__name__ for k in kinds)}")
        match first:
            case Var():
                return self._same(parts)
            case Buffer():
                return self._buffer(parts)
            case bool() | str() | None:
                return self._equal(parts)
            case int():
                return self._whole(parts)
            case Lit(float(), dtype):
                return self._real([part.value for part in parts], dtype)
            case dict():
                self._equal([list(part) for part in parts])
                return {name: self.of([part[name] for part in parts]) for name in first}
            case list() | tuple():
                self._equal([len(part) for part in parts])
                return type(first)(map(self.of, zip(*parts, strict=True)))
            case _ if is_dataclass(first):
                return type(first)(*(self.of([getattr(part, f.name) for part in parts]) for f in fields(first)))
        raise TypeError(f"a {type(first).__name__} in a program")

    def _equal(self, parts):
        if any(part != parts[0] for part in parts):
            raise ValueError(f"the lengths {RECORDED} give different programs: {parts}")
        return parts[0]

    def _same(self, parts):
        if self.known.setdefault(parts[0], tuple(parts)) != tuple(parts):
            raise ValueError(f"the lengths {RECORDED} give programs that use other variables or buffers")
        return parts[0]

    def _buffer(self, parts: list[Buffer]) -> Buffer:
        first = self._same(parts)
        if first not in self.buffers:
            size, refilled = self._whole([b.size for b in parts]), self.of([b.refilled for b in parts])
            dtype, role, name = self._equal([(b.dtype, b.role, b.name) for b in parts])
            self.buffers[first] = Buffer(size, dtype, role, name, refilled)
        return self.buffers[first]

    def _whole(self, values) -> int | Span:
        if len(set(values)) == 1:
            return values[0]
        (s, t, u), (a, b, c) = RECORDED[:3], values[:3]  # s and u are odd, t is even
        slope, left = divmod(c - a, u - s)
        odd = a - b - slope * (s - t)
        span = Span(a - slope * s - odd, slope, odd, self.lengths)
        if left or [span.at(length) for length in RECORDED] != list(values):
            raise ValueError(f"a whole number is not affine in the length: {dict(zip(RECORDED, values, strict=True))}")
        return span if slope or odd else values[0]

    def _real(self, values, dtype: str) -> Expr:
        if len(set(map(repr, values))) == 1:
            return Lit(values[0], dtype)
        if affine := self._affine(values, dtype):
            return affine
        if 0 not in values and (affine := self._affine([1 / v for v in values], dtype)):
            return Op("divide", (Lit(1.0, dtype), affine), dtype)
        raise ValueError(f"a real number is neither affine in the length nor one over such a number, at {RECORDED}: "
                         f"{values}")  # fmt: skip

    def _affine(self, values, dtype: str) -> Expr | None:
        slope = _neat((values[2] - values[0]) / (RECORDED[2] - RECORDED[0]))
        const = _neat(values[0] - slope * RECORDED[0])
        if not all(math.isclose(const + slope * n, v, rel_tol=1e-14) for n, v in zip(RECORDED, values, strict=True)):
            return None
        length = Lit(Span(0, 1, 0, self.lengths), dtype)
        scaled = Op("multiply", (Lit(slope, dtype), length), dtype)
        return Op("add", (Lit(const, dtype), scaled), dtype) if const else scaled


def _neat(number: float) -> float:
    """The fraction of small numbers that a difference of rounded numbers stands for: it holds far from them too."""
    return float(Fraction(number).limit_denominator(10**5))
