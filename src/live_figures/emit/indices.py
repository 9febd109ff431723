"""Whole numbers and their multiples in JavaScript; the length that a `Span` depends on is called `$T` there."""

from __future__ import annotations

from ..span import Span

__all__ = ["number_text", "term_text"]


def number_text(number: int | Span, in_product: bool = False) -> str:
    """The text of a whole number, in brackets where it is a sum and stands in a product."""
    if not isinstance(number, Span):
        return str(number)
    const, slope, odd = number.factors
    text = f"{const:+d}" if const else ""
    text += "".join(term_text(name, n) for name, n in (("$T", slope), ("($T&1)", odd)) if n)
    return f"({text.removeprefix('+')})" if in_product else text.removeprefix("+")


def term_text(name: str, multiple: int | Span) -> str:
    """`multiple` times the variable `name`, with its sign, to be appended to a sum."""
    if isinstance(multiple, Span):
        return f"+{name}*{number_text(multiple, in_product=True)}"
    return f"{'-' if multiple < 0 else '+'}{name}" + ("" if abs(multiple) == 1 else f"*{abs(multiple)}")
