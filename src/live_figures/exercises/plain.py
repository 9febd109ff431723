"""An exercise as the cells of a plain notebook: what it asks, the cell that is answered in, its solution folded.

Any notebook shows these without running anything. The solution is text, so that running all cells never runs it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .base import Exercise
from .card import effort, hints, inline, solution, stars
from .questions import Choice
from .sentences import say

__all__ = ["Plain", "plain"]

_INLINE = re.compile(r"(?<!\$)\$(?!\$)[^$]+\$")


class Plain(NamedTuple):
    """Three cells: Markdown, Python, Markdown."""

    asks: str
    answer: str
    solution: str


def plain(exercise: Exercise, number: str = "", heading: str = "###") -> Plain:
    """The cells of an exercise, which may have a `number` on its page, under a heading of this depth."""
    titled = say("exercise_numbered" if number else "exercise", number=number, title=exercise.text("title"))
    asks = [f"{heading} {titled}", f"{stars(exercise)} {' · '.join(effort(exercise))}", exercise.text("question"),
            *_offered(exercise), *hints(exercise)]
    answer = exercise.stub_cell() or f"check.{exercise.name}(...)"
    return Plain(_on_one_line("\n\n".join(asks)), answer, _on_one_line(solution(exercise)))


def _offered(exercise: Exercise) -> list[str]:
    """Where the answer goes, if that is not told by a stub, and the choices with their names."""
    if exercise.stub_cell():
        return []
    if not isinstance(exercise, Choice):
        unit = exercise.text("unit")
        return [say("in_the_dots_unit", unit=unit) if unit else say("in_the_dots")]
    items = [f'- `"{name}"`: {inline(exercise.text(f"choices.{name}.text"))}' for name in exercise.choices]
    return ["\n".join(items), say("name_in_the_dots")]


def _on_one_line(markdown: str) -> str:
    """Markdown whose inline formulas hold no line breaks, which not every notebook reads; code stays as it is."""
    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.DOTALL | re.MULTILINE)
    parts[::2] = [_INLINE.sub(lambda formula: " ".join(formula[0].split()), text) for text in parts[::2]]
    return "".join(parts)
