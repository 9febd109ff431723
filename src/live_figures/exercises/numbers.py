r"""Numbers as people write them: 41,184, 41 184, 1/2, 50 %, 6,6, 1.5·10^3, 10⁻³, 2^10, ≈ 6.6.

A comma between groups of three separates thousands (41,184); any other comma is a decimal comma (6,6 and 0,125 and
1.234,5). `static/reading.js` reads the same way; a test holds the two together over a table of spellings.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

__all__ = ["Reading", "accepts", "read"]

_SPACES = "\u0020\u00a0\u2009\u202f"
_FORMS = (  # (integer part, its group separators, decimal mark)
    (re.compile(r"([1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d*))?", re.ASCII), ","),
    (re.compile(r"([1-9]\d{0,2}(?:\.\d{3})+),(\d+)", re.ASCII), "."),
    (re.compile(r"([1-9]\d{0,2}(?:\.\d{3}){2,})", re.ASCII), "."),
    (re.compile(rf"(\d{{1,3}}(?:[{_SPACES}'’_]\d{{3}})+|\d+)(?:[.,](\d*))?", re.ASCII), f"{_SPACES}'’_"),
    (re.compile(r"()[.,](\d+)", re.ASCII), ""),
)
_TIMES_TEN = re.compile(r"\s*[×·⋅*]\s*10\s*(?:\^|\*\*)\s*")
_RAISED, _UPRIGHT = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789"
_POWER = re.compile(f"[{_RAISED}]+")
_DECIMAL = re.compile(r"([+-]?)(.*?)(?:[eE]([+-]?\d{1,4}))?", re.ASCII)


class Reading(NamedTuple):
    """A number that was read, half a unit of its last digit, and how many digits it has (0 for what is exact)."""

    value: float
    half: float = 0.0
    digits: int = 0


def read(written: str, unit: str = "") -> Reading | None:
    """The number `written` by a reader, or None if it cannot be read; a `unit` behind it is allowed."""
    text = _POWER.sub(lambda raised: "^" + raised[0].translate(str.maketrans(_RAISED, _UPRIGHT)), written.strip())
    text = text.replace("−", "-").replace("–", "-").lstrip("≈≃∼~= ")
    for name in (unit, unit.removesuffix("s")) if unit else ():  # 1 bit, 6.6 bits
        if name and text.lower().endswith(name.lower()):
            text = text[: -len(name)].rstrip()
            break
    scale = 1.0
    if text.endswith("%"):
        text, scale = text[:-1].rstrip(), 0.01
    found = _quotient_or_power(_TIMES_TEN.sub("e", text))
    if found is None or not math.isfinite(found.value):
        return None
    return Reading(found.value * scale, found.half * scale, found.digits)


def accepts(given: Reading, answer: float, tolerance: float = 0.0) -> bool:
    """Whether `given` answers: within `tolerance`, or `answer` rounded to the digits that were written, two or more.

    A whole number (an int) is answered exactly, or within a declared `tolerance`.
    """
    gap = abs(given.value - answer)
    if isinstance(answer, int):
        return gap <= max(tolerance, 1e-9 * abs(answer))
    rounded = given.half if given.digits >= 2 else 0.0
    return gap <= max(tolerance, rounded * (1 + 1e-9), 1e-6 * abs(answer))


def _quotient_or_power(text: str) -> Reading | None:
    """A decimal number, or two of them with / or ^ (or **) between: those are exact."""
    for sign in ("/", "**", "^"):
        left, found, right = text.partition(sign)
        if found:
            parts = _decimal(left.strip()), _decimal(right.strip())
            return None if None in parts else _exact(parts[0].value, sign, parts[1].value)
    return _decimal(text)


def _exact(a: float, sign: str, b: float) -> Reading | None:
    if sign != "/" and a <= 0:  # -2^2 is -4 to some and 4 to others
        return None
    try:
        return Reading(a / b if sign == "/" else a**b)
    except (ZeroDivisionError, OverflowError):
        return None


def _decimal(text: str) -> Reading | None:
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    sign, body, exponent = match[1], match[2], int(match[3] or 0)
    for form, separators in _FORMS:
        if found := form.fullmatch(body):
            whole = "".join(c for c in found[1] if c not in separators)
            after = (found[2] or "") if form.groups > 1 else ""
            value = float(f"{sign}{whole or 0}.{after or 0}e{exponent}")
            return Reading(value, float(f"5e{exponent - len(after) - 1}"), len((whole + after).lstrip("0")))
    return None
