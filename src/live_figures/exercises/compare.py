"""Comparing an answer with what is expected: a difference raises a `Refusal` that explains it and never the answer.

Numbers may come as NumPy or torch arrays, lists, tuples or plain numbers, in any precision. The tolerance is relative
to the largest number expected, and follows the precision the answer was computed in.
"""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import NoReturn

import numpy as np

from .sentences import opening, say
from .verdict import Refusal

__all__ = ["TOLERANCE", "compare", "plain", "same", "scalar"]

TOLERANCE = 1e-8  # of float64; float32 and half precision may differ by more
_SINGLE, _HALF = 1e-5, 1e-2


def compare(what: str, got, expected, *, names: tuple[str, ...] = (), tolerance: float = TOLERANCE) -> None:
    """Raise a `Refusal` unless `got` is `expected`: an array, a number, a text, None, or a tuple, list or dict of such.

    `what` names the quantity for the reader, and `names` the entries of a tuple.
    """
    got = plain(got)
    if got is Ellipsis:
        raise Refusal(say("nothing_yet"), "open")
    if expected is None or isinstance(expected, str):
        _same_word(what, got, expected)
    elif got is None:
        _refuse("no_return", what=what)
    elif isinstance(expected, dict):
        _same_names(what, got, expected)
        for name in expected:
            compare(say("part_named", name=name, what=what), got[name], expected[name], tolerance=tolerance)
    elif isinstance(expected, (tuple, list)):
        _same_length(what, got, expected, names)
        labels = names or [say("part", number=k + 1, what=what) for k in range(len(expected))]
        for label, part, wanted in zip(labels, got, expected, strict=True):
            compare(label, part, wanted, tolerance=tolerance)
    else:
        _same_numbers(what, _numbers(what, got), np.asarray(expected), tolerance)


def same(got, other, tolerance: float | None = TOLERANCE) -> bool:
    """Whether two results agree, NaN and infinity included; with `tolerance` None, to the last bit."""
    got, other = plain(got), plain(other)
    if isinstance(other, dict):
        names_agree = isinstance(got, dict) and set(got) == set(other)
        return names_agree and all(same(got[k], other[k], tolerance) for k in other)
    if isinstance(other, (tuple, list)):
        return _has_parts(got, other) and all(same(a, b, tolerance) for a, b in zip(got, other, strict=True))
    if other is None or isinstance(other, str) or got is None or isinstance(got, str):
        return got is other or (isinstance(got, str) and isinstance(other, str) and got == other)
    a, b = _array(got), _array(other)
    if a is None or b is None:  # no numbers: nothing of it that a calculation would change
        return tolerance is None
    if tolerance is None:
        return np.array_equal(a, b, equal_nan=True)
    if a.shape != b.shape or a.dtype.kind == "c":
        return False
    with np.errstate(all="ignore"):
        b = b.astype(np.float64)
        return np.allclose(a, b, rtol=0, atol=_allowed(a, b[np.isfinite(b)], tolerance), equal_nan=True)


def plain(value):
    """`value` with torch tensors as NumPy arrays and torch modules as dicts of their parameters."""
    if hasattr(value, "named_parameters"):
        return {name: plain(parameter) for name, parameter in value.named_parameters()}
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        try:
            return value.numpy()
        except TypeError:  # bfloat16 has no NumPy type
            return value.float().numpy().astype(np.float16)
    if isinstance(value, (tuple, list)):
        return type(value)(map(plain, value)) if type(value) in (tuple, list) else tuple(map(plain, value))
    return {name: plain(v) for name, v in value.items()} if isinstance(value, dict) else value


def scalar(value):
    """`value` as `plain` gives it, but one number of NumPy or torch as Python's own.

    A number in single precision gets the digits that it was written with: 6.6, not 6.599999904632568.
    """
    value = plain(value)
    if not isinstance(value, (np.ndarray, np.generic)) or value.size != 1:
        return value
    number = value.reshape(())[()]
    return float(str(number)) if number.dtype in (np.float16, np.float32) else number.item()


def _refuse(key: str, **values) -> NoReturn:
    raise Refusal(opening(say(key, **values)))


def _same_word(what: str, got, expected) -> None:
    if expected is None:
        if got is not None:
            _refuse("should_be_none", what=what)
    elif got is None:
        _refuse("no_return", what=what)
    elif not isinstance(got, str) or got != expected:
        _refuse("not_text", what=what, given=got)


def _has_parts(got, expected) -> bool:
    """Whether `got` holds as many things as `expected`: a tuple or list of them, or all stacked in one array."""
    if isinstance(got, np.ndarray):
        return len(expected) > 0 and got.ndim == np.ndim(expected[0]) + 1 and len(got) == len(expected)
    return isinstance(got, (tuple, list)) and len(got) == len(expected)


def _same_length(what: str, got, expected, names) -> None:
    if not isinstance(got, (tuple, list, np.ndarray)):
        _refuse("no_list", what=what, type=type(got).__name__)
    if not _has_parts(got, expected):
        if names:
            _refuse("parts", what=what, count=len(expected), names=", ".join(names))
        _refuse("entries", what=what, count=len(expected))


def _same_names(what: str, got, expected: dict) -> None:
    if not isinstance(got, dict) or set(got) != set(expected):
        _refuse("parts", what=what, count=len(expected), names=", ".join(expected))


def _numbers(what: str, got) -> np.ndarray:
    numbers = _array(got)
    if numbers is None:
        _refuse("not_numbers", what=what, type=type(got).__name__)
    if numbers.dtype.kind == "c":
        _refuse("not_real", what=what)
    return numbers


def _array(value) -> np.ndarray | None:
    """`value` as an array of numbers, Python's fractions and decimals as floats; None if it is none."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and all(isinstance(entry, (Real, Decimal)) for entry in array.flat):
            array = array.astype(np.float64)
    except (ValueError, OverflowError):  # rows of different lengths, or a whole number that no float holds
        return None
    return array if array.dtype.kind in "fiubc" else None


def _same_numbers(what: str, got: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    if got.shape != expected.shape and not (got.size == 1 and expected.size == 1):
        _refuse("shape", what=what, expected=expected.shape, got=got.shape)
    for key, bad in (("nan", np.isnan(got)), ("infinite", np.isinf(got))):
        if bad.any():
            _refuse(key if bad.size > 1 else f"{key}_alone", what=what, where=_place(bad))
    allowed = _allowed(got, expected, tolerance)
    gap = np.abs(got.astype(np.float64).reshape(expected.shape) - expected)
    if gap.size and gap.max() > allowed:
        _refuse("differs" if gap.size > 1 else "differs_alone", what=what, where=_place(gap), gap=f"{gap.max():.2g}",
                allowed=f"{allowed:.0e}")


def _place(values: np.ndarray) -> tuple[int, ...] | int:
    where = tuple(int(k) for k in np.unravel_index(np.argmax(values), values.shape))
    return where[0] if len(where) == 1 else where


def _allowed(got: np.ndarray, expected: np.ndarray, tolerance: float) -> float:
    """How far apart numbers of this size and precision may be; whole numbers are equal or not."""
    if expected.dtype.kind in "iub":
        return min(tolerance, 1e-3)
    relative = max(tolerance, _precision(got))
    return relative * max(np.abs(expected).max(initial=0.0), 1e-6)


def _precision(got: np.ndarray) -> float:
    """The tolerance of the precision that `got` was computed in.

    Numbers that float32 holds exactly were computed in float32, whatever type they have by now.
    """
    if got.dtype == np.float16:
        return _HALF
    with np.errstate(over="ignore", invalid="ignore"):
        return _SINGLE if np.array_equal(got.astype(np.float32), got, equal_nan=True) else 0.0
