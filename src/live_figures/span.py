"""A whole number of a program that is known only when the program runs, because it depends on a length."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Span", "least", "most", "rest"]


@dataclass(frozen=True, slots=True)
class Span:
    """The number `const + slope * T + odd * (T % 2)` for a length T between the two `lengths`, both included."""

    const: int
    slope: int
    odd: int
    lengths: tuple[int, int]

    def at(self, length: int) -> int:
        """The number for one length."""
        return self.const + self.slope * length + self.odd * (length % 2)

    @property
    def factors(self) -> tuple[int, int, int]:
        """The numbers before 1, T and T % 2."""
        return self.const, self.slope, self.odd

    def _with(self, const: int, slope: int, odd: int) -> Span | int:
        return replace(self, const=const, slope=slope, odd=odd) if slope or odd else const

    def __add__(self, other: Span | int) -> Span | int:
        const, slope, odd = other.factors if isinstance(other, Span) else (other, 0, 0)
        return self._with(self.const + const, self.slope + slope, self.odd + odd)

    def __mul__(self, factor: int) -> Span | int:
        if isinstance(factor, Span):
            raise ValueError("the product of two numbers that depend on the length is not affine in it")
        return self._with(*(n * factor for n in self.factors))

    def __floordiv__(self, divisor: int) -> Span | int:
        """The quotient, where `rest` is known; raises ValueError where it depends on the length."""
        if (left := rest(self, divisor)) is None:
            raise ValueError(f"{self} divided by {divisor} is not affine in the length")
        return self._with((self.const - left) // divisor, self.slope // divisor, self.odd // divisor)

    def __neg__(self) -> Span | int:
        return self * -1

    __radd__, __rmul__ = __add__, __mul__

    def __sub__(self, other: Span | int) -> Span | int:
        return self + -other

    def __rsub__(self, other: int) -> Span | int:
        return -self + other


def rest(number: Span | int, divisor: int) -> int | None:
    """`number % divisor`, or None where that depends on the length."""
    if isinstance(number, Span):
        return None if number.slope % divisor or number.odd % divisor else number.const % divisor
    return number % divisor


def _ends(number: Span) -> list[int]:
    """The number at the outermost lengths of each parity, among which are its least and its greatest value."""
    shortest, longest = number.lengths
    return [number.at(n) for n in {shortest, min(shortest + 1, longest), max(longest - 1, shortest), longest}]


def least(number: Span | int) -> int:
    """The smallest that a number can be."""
    return min(_ends(number)) if isinstance(number, Span) else number


def most(number: Span | int) -> int:
    """The largest that a number can be."""
    return max(_ends(number)) if isinstance(number, Span) else number
