"""Calling a reader's function: on copies, with what it raises told in words, and what it changed noticed."""

from __future__ import annotations

import copy
import dis
import inspect
import linecache
import traceback
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .compare import plain, same
from .sentences import say
from .verdict import Refusal

__all__ = ["Outcome", "Runner", "describe", "explain", "is_stub", "require_function"]


class Outcome(NamedTuple):
    """What one call gave: a value, or the error that it raised."""

    value: object = None
    error: BaseException | None = None


class Runner:
    """Calls a function on deep copies of its arguments; `changed` names the arguments it changed in place.

    With `in_place` the function is there to change these arguments: their new state is its result.
    """

    def __init__(self, function: Callable, names: Sequence[str], in_place: Sequence[str] = ()):
        self.function, self.names, self.in_place = function, tuple(names), tuple(in_place)
        self.changed: set[str] = set()

    def __call__(self, *args):
        given = copy.deepcopy(args)
        value = self.function(*given)
        if self.in_place:
            after = dict(zip(self.names, given, strict=True))
            return {say("afterwards", name=name): plain(after[name]) for name in self.in_place}
        pairs = zip(self.names, given, args, strict=False)
        self.changed |= {name for name, now, before in pairs if not same(now, before, tolerance=None)}
        return _kept(plain(value))

    def outcome(self, measure: Callable | None, args: tuple) -> Outcome:
        """The result for `args`, or of `measure(function, *args)`; an error is an outcome too."""
        try:
            with np.errstate(all="ignore"):
                return Outcome(self(*args) if measure is None else measure(self, *copy.deepcopy(args)))
        except (Exception, SystemExit) as error:
            return Outcome(error=error)


def _kept(value):
    """A copy of a result, which a later call can no longer change; what cannot be copied, as a generator, as it is."""
    try:
        return copy.deepcopy(value)
    except TypeError:
        return value


def require_function(answer, names: Sequence[str]) -> None:
    """Raise a `Refusal` unless `answer` can be called with as many arguments as there are `names`."""
    listed = ", ".join(names)
    if not callable(answer):
        raise Refusal(say("no_function", names=listed, type=type(answer).__name__))
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # builtins need not tell
        return
    try:
        signature.bind(*names)
    except TypeError:
        taken = ", ".join(signature.parameters)
        raise Refusal(say("arguments", got=taken, count=len(names), names=listed)) from None


def is_stub(answer) -> bool:
    """Whether `answer` is a function whose body is still nothing but dots."""
    code = getattr(answer, "__code__", None)
    if code is None or code.co_names:
        return False
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
    steps = list(dis.get_instructions(code))
    return {step.opname for step in steps} <= idle and steps[-1].argval is None and all(
        step.argval is None for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST"))


def explain(error: BaseException, answer) -> str:
    """What an answer raised, and the line of the reader's code in which it happened."""
    if isinstance(error, RecursionError):
        return say("too_deep")
    said = say("raised" if str(error) else "raised_silently", error=type(error).__name__, message=error)
    code = getattr(answer, "__code__", None)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if code and f.filename == code.co_filename]
    if not frames or code.co_filename.startswith(__file__.rpartition("/")[0]):
        return said
    last = frames[-1]
    source = linecache.getline(last.filename, last.lineno).strip()
    return f"{said} {say('raised_at', line=last.lineno, source=source)}" if source else said


def describe(names: Sequence[str], args: Sequence) -> str:
    """The arguments of one call in words: shapes of arrays, values of numbers."""
    return ", ".join(_one(name, value) for name, value in zip(names, args, strict=False))


def _one(name: str, value) -> str:
    if isinstance(value, (str, int, float, np.number)) or value is None:
        return say("a_value", name=name, value=f"{value:g}" if isinstance(value, (float, np.floating)) else repr(value))
    if getattr(value, "shape", None) is not None:
        return say("a_shape", name=name, shape=tuple(value.shape))
    if type(value) in (tuple, list):
        return say("a_list", name=name, count=len(value))
    return say("a_thing", name=name, type=type(value).__name__)
