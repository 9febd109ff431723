"""What every exercise checker is built of: a verdict, a comparison that explains itself, and questions with an answer.

A checker says which quantity it looked at, what was expected and got in words (shape, size of the difference, where),
and one hint. It never prints the answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..host import on_page
from . import card
from .verdict import Verdict

__all__ = ["REGISTRY", "Exercise", "Question", "Verdict", "close", "exercise", "not_yet", "right", "wrong"]

def right(message: str) -> Verdict:
    """A verdict that the answer is right."""
    return Verdict("right", message)


def wrong(message: str) -> Verdict:
    """A verdict that the answer is wrong; say what was looked at and give one hint."""
    return Verdict("wrong", message)


def not_yet(what: str = "this exercise") -> Verdict:
    """A verdict for an answer that is still `...` or None."""
    return Verdict("open", f"Nothing to check yet for {what}: replace the ... by your answer and run the cell again.")


def close(name: str, got, expected, *, hint: str, atol: float = 1e-8) -> Verdict | None:
    """None when `got` equals `expected` within `atol`; else a wrong verdict that gives shapes, the largest difference
    and where it is, and `hint`, but never the expected values."""
    if got is None or got is Ellipsis:
        return not_yet(name)
    try:
        got = np.asarray(got.detach() if hasattr(got, "detach") else got, dtype=np.float64)
    except (TypeError, ValueError):
        return wrong(f"{name} should be numbers, and is {type(got).__name__}. {hint}")
    expected = np.asarray(expected, dtype=np.float64)
    if got.shape != expected.shape:
        return wrong(f"{name} should have shape {expected.shape} and has {got.shape}. {hint}")
    if not np.all(np.isfinite(got)):
        return wrong(f"{name} holds NaN or infinity. {hint}")
    gap = np.abs(got - expected)
    if gap.size and gap.max() > atol:
        where = tuple(int(i) for i in np.unravel_index(gap.argmax(), gap.shape))
        place = f", at index {where}" if where else ""
        return wrong(f"{name} differs: the largest difference is {gap.max():.3g}{place} (allowed {atol:g}). {hint}")
    return None


@dataclass(frozen=True)
class Exercise:
    """One checked exercise: its checker, an answer that must pass, and answers that must not."""

    name: str
    check: Callable[..., Verdict]
    solution: Callable[[], object]
    wrong: Sequence[Callable[[], object]]


REGISTRY: dict[str, Exercise] = {}


def exercise(*, solution: Callable[[], object], wrong: Sequence[Callable[[], object]]):
    """Register a checker `check(answer) -> Verdict`; `solution()` gives a right answer, each of `wrong` a wrong one.

    A checker that raises on a reader's answer gives a wrong verdict with the error's text, so that a cell never dies.
    """

    def register(check: Callable[..., Verdict]) -> Callable[..., Verdict]:
        @functools.wraps(check)
        def guarded(answer=None) -> Verdict:
            if answer is None or answer is Ellipsis:
                return not_yet(f"“{check.__name__}”")
            try:
                return check(answer)
            except Exception as error:  # a reader's function may raise anything; say what, and where to look
                return Verdict("wrong", f"Your answer raised {type(error).__name__}: {error}")

        name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        REGISTRY[name] = Exercise(name, guarded, solution, tuple(wrong))
        return guarded

    return register


class Question:
    """A question to predict before computing: a choice or a number, answered in the page or by calling it.

    `choices` maps each option to what is said when it is picked; `answer` is the right option, or a number with
    `tolerance`. Showing the question draws it (`<live-question>`); calling it with an answer gives a `Verdict`.
    """

    def __init__(self, name: str, prompt: str, *, answer, choices: dict[str, str] | None = None,
                 tolerance: float = 0.0, unit: str = "", right: str = "", hint: str = ""):
        if choices is not None and answer not in choices:
            raise ValueError(f"question {name!r}: the answer {answer!r} is none of its choices {list(choices)}")
        if choices is None and not isinstance(answer, (int, float)):
            raise TypeError(f"question {name!r} without choices needs a number as its answer, got {answer!r}")
        self.name, self.prompt, self.answer, self.choices = name, prompt, answer, choices
        self.tolerance, self.unit, self.right, self.hint = tolerance, unit, right, hint
        bad = [c for c in choices if c != answer] if choices else [answer + 10 * tolerance + 1, "a word"]
        REGISTRY[name] = Exercise(name, self, lambda: answer, tuple(lambda b=b: b for b in bad))

    def __call__(self, answer=None) -> Verdict:
        if answer is None or answer is Ellipsis:
            return not_yet(f"“{self.prompt}”")
        if self.choices is not None:
            if not isinstance(answer, str) or answer not in self.choices:
                return wrong(f"Answer with one of: {', '.join(self.choices)}.")
            said = self.choices[answer]
            return right(said) if answer == self.answer else wrong(said)
        try:
            answer = float(answer)
        except (TypeError, ValueError):
            return wrong(f"Answer with a number{f' ({self.unit})' if self.unit else ''}, not {answer!r}.")
        if abs(answer - self.answer) <= self.tolerance:
            return right(self.right or "Right.")
        return wrong(f"Not {answer:g}. {self.hint}")

    @property
    def key(self):
        return self.name

    def text(self, part):
        return self.prompt if part == "title" else part.split(".")[1]

    def spec(self):
        words = {"nothing": "Pick one first." if self.choices else "Type a number first.", "right": self.right,
                 "unreadable": "That is not a number.", "wrong": "Not {given}. " + self.hint}
        given = {"choices": self.choices} if self.choices else {"unit": self.unit, "mistakes": [], "whole": [False]}
        return {"name": self.name, "answer": self.answer, "tolerance": self.tolerance, "words": words} | given

    def _repr_html_(self) -> str:
        return card.question_html(self) if on_page() else card.framed(self)
