"""Exercises that are checked, and say which mistake was made: `@function(title=...)` above the solution.

An exercise is one entry, declared around a real function that solves it. In a chapter it is one cell, `check.name`, and
for code a second one that begins as its stub and ends with `check.name(my_function)`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType

from . import sentences
from .base import Exercise
from .compare import compare
from .functions import Function
from .questions import Choice, Number
from .sentences import replace
from .values import Controls, Values
from .verdict import Refusal, Verdict

__all__ = ["Exercise", "Refusal", "Verdict", "choice", "compare", "controls", "exercises_of", "function", "number",
           "replace", "values", "words"]


def choice(**parts) -> Callable[[Callable], Choice]:
    """Declare a question with several choices; its docstring explains the right one. See `Choice`, `Exercise`."""
    return lambda solution: Choice(solution=solution, **parts)


def number(**parts) -> Callable[[Callable], Number]:
    """Declare a question whose answer is a number, above a function that computes it. See `Number`, `Exercise`."""
    return lambda solution: Number(solution=solution, **parts)


def values(**parts) -> Callable[[Callable], Values]:
    """Declare an exercise that asks for several values, above a function that gives some. See `Values`, `Exercise`."""
    return lambda solution: Values(solution=solution, **parts)


def controls(**parts) -> Callable[[Callable], Controls]:
    """Declare an exercise that asks for a live figure's controls, above a function that gives some. See `Controls`."""
    return lambda solution: Controls(solution=solution, **parts)


def function(**parts) -> Callable[[Callable], Function]:
    """Declare an exercise that asks for a function, above its solution. See `Function`, `Exercise`."""
    return lambda solution: Function(solution=solution, **parts)


def exercises_of(module: ModuleType | str) -> list[Exercise]:
    """The exercises of a module, in the order in which it declares them."""
    module = importlib.import_module(module) if isinstance(module, str) else module
    return [value for value in vars(module).values() if isinstance(value, Exercise)]


def words(*modules: ModuleType | str) -> dict[str, str]:
    """Every text of these modules' exercises and of the mechanism itself, under its stable key: for a translation."""
    listed = {f"exercises.{key}": said for key, said in sentences.WORDS.items()}
    for module in modules:
        for one in exercises_of(module):
            listed |= one.words()
    return listed
