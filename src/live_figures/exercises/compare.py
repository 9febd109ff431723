"""Comparing an answer with what is expected: a difference raises a `Refusal` that explains it and never the answer.

Numbers may come as NumPy or torch arrays, lists, tuples or plain numbers, in any precision. The tolerance is relative
to the largest number expected, and follows the precision the answer was computed in.
"""

from __future__ import annotations

import numpy as np

from .sentences import opening, say
from .verdict import Refusal

__all__ = ["TOLERANCE", "compare", "plain", "same"]

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
        raise Refusal(say("no_return", what=what))
    elif isinstance(expected, dict):
        _same_names(what, got, expected)
        for name in expected:
            compare(say("part_named", name=name, what=what), got[name], expected[name], tolerance=tolerance)
    elif isinstance(expected, (tuple, list)):
        _same_length(what, got, expected, names)
        labels = names or [say("part", number=k + 1, what=what) for k in range(len(expected))]
        for label, part, wanted in zip(labels, got, expected, strict=True):
            compare(opening(label), part, wanted, tolerance=tolerance)
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
    try:
        a, b = np.asarray(got, dtype=np.float64), np.asarray(other, dtype=np.float64)
    except (TypeError, ValueError):  # no numbers: nothing of it that a calculation would change
        return tolerance is None
    if a.shape != b.shape:
        return False
    if tolerance is None:
        return np.array_equal(a, b, equal_nan=True)
    with np.errstate(all="ignore"):
        return np.allclose(a, b, rtol=0, atol=_allowed(np.asarray(got), b[np.isfinite(b)], tolerance), equal_nan=True)


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


def _same_word(what: str, got, expected) -> None:
    if expected is None:
        if got is not None:
            raise Refusal(say("should_be_none", what=what))
    elif got is None:
        raise Refusal(say("no_return", what=what))
    elif not isinstance(got, str) or got != expected:
        raise Refusal(say("not_text", what=what, given=got))


def _has_parts(got, expected) -> bool:
    """Whether `got` holds as many things as `expected`: a tuple or list of them, or all stacked in one array."""
    if isinstance(got, np.ndarray):
        return len(expected) > 0 and got.ndim == np.ndim(expected[0]) + 1 and len(got) == len(expected)
    return isinstance(got, (tuple, list)) and len(got) == len(expected)


def _same_length(what: str, got, expected, names) -> None:
    if not _has_parts(got, expected):
        if names:
            raise Refusal(say("parts", what=what, count=len(expected), names=", ".join(names)))
        raise Refusal(say("entries", what=what, count=len(expected)))


def _same_names(what: str, got, expected: dict) -> None:
    if not isinstance(got, dict) or set(got) != set(expected):
        raise Refusal(say("parts", what=what, count=len(expected), names=", ".join(expected)))


def _numbers(what: str, got) -> np.ndarray:
    try:
        numbers = np.asarray(got)
    except ValueError:  # a list whose rows have different lengths
        numbers = np.asarray(None)
    if numbers.dtype.kind == "c":
        raise Refusal(say("not_real", what=what))
    if numbers.dtype.kind not in "fiub":
        raise Refusal(say("not_numbers", what=what, type=type(got).__name__))
    return numbers


def _same_numbers(what: str, got: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    if got.shape != expected.shape and not (got.size == 1 and expected.size == 1):
        raise Refusal(say("shape", what=what, expected=expected.shape, got=got.shape))
    for key, bad in (("nan", np.isnan(got)), ("infinite", np.isinf(got))):
        if bad.any():
            raise Refusal(say(key, what=what, where=_place(bad)) if bad.size > 1 else say(f"{key}_alone", what=what))
    allowed = _allowed(got, expected, tolerance)
    gap = np.abs(got.astype(np.float64).reshape(expected.shape) - expected)
    if gap.size and gap.max() > allowed:
        said = {"what": what, "gap": f"{gap.max():.2g}", "allowed": f"{allowed:.0e}"}
        raise Refusal(say("differs", where=_place(gap), **said) if gap.size > 1 else say("differs_alone", **said))


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
