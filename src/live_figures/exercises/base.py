"""What every exercise has, whatever is asked for; the kinds add how an answer is examined."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from . import card, source
from .sentences import say, text
from .verdict import Refusal, Verdict, unanswered

__all__ = ["Exercise"]

_attempts: Counter[str] = Counter()  # by key, since this kernel was started


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise, declared around its solution: `@function(title=..., ...)` above `def name(...)`.

    `solution` is a real function: its docstring explains, its body is what the reader sees after trying, and its name
    is the exercise's. `question`, `hints` and the docstring are Markdown with $maths$; `praise` and `nudge`, said with
    a right answer and with a wrong one that no known mistake explains, are plain text. `stub` is what the reader begins
    with, if not the solution's first lines. Showing an exercise draws its card; calling it with an answer gives a
    `Verdict`.
    """

    title: str
    difficulty: int
    minutes: int
    question: str
    hints: tuple[str, ...] = ()
    praise: str = ""
    nudge: str = ""
    solution: Callable
    stub: str = ""

    def __post_init__(self):
        if self.difficulty not in (1, 2, 3):
            raise ValueError(f"exercise {self.key}: difficulty is 1, 2 or 3, got {self.difficulty!r}")
        if isinstance(self.hints, str):
            raise TypeError(f"exercise {self.key}: hints is a tuple of texts; write a comma after a single one")
        for part in ("title", "question"):
            if not getattr(self, part).strip():
                raise ValueError(f"exercise {self.key} has no {part}")

    @property
    def name(self) -> str:
        """The name it has in its module, and behind `check.` in a chapter."""
        return self.solution.__name__

    @property
    def key(self) -> str:
        """Its stable name in the course, under which its words are listed: `ch04.step_1997`."""
        return f"{self.solution.__module__.rpartition('.')[2]}.{self.name}"

    @property
    def challenge(self) -> str:
        """The challenge of a live figure, `figure.output`, that solves it on a page too; "" where there is none."""
        return ""

    def __call__(self, answer=None) -> Verdict:
        state, message = self._examined(answer)
        _attempts[self.key] += state != "open"
        record = {"exercise": self.key, "state": state, "attempt": _attempts[self.key],
                  "date": datetime.now(UTC).isoformat(timespec="seconds")}
        return Verdict(state, message, record)

    def _examined(self, answer) -> tuple[str, str]:
        if unanswered(answer):
            return "open", say("nothing_yet")
        try:
            return "right", self.examine(answer)
        except Refusal as refusal:
            return refusal.state, str(refusal)

    def examine(self, answer) -> str:
        """The praise for a right `answer`; raises `Refusal` for any other."""
        raise NotImplementedError

    def wrong_answers(self) -> list[tuple[str, object]]:
        """Every known mistake: the sentence that names it, and an answer that makes it."""
        raise NotImplementedError

    def right_answer(self):
        """What the solution gives: the tests hand it to the exercise."""
        return self.solution()

    def words(self) -> dict[str, str]:
        """Every displayed text under its stable key, for example `ch04.step_1997.hints.0`."""
        return {f"{self.key}.{part}": said for part, said in self._texts().items() if said}

    def text(self, part: str) -> str:
        """The text of one part as it is shown: the declared one, or what replaced it."""
        return text(f"{self.key}.{part}", self._texts().get(part, ""))

    def _texts(self) -> dict[str, str]:
        hints = {f"hints.{k}": hint for k, hint in enumerate(self.hints)}
        return {"title": self.title, "question": inspect.cleandoc(self.question), **hints, "praise": self.praise,
                "nudge": self.nudge, "explanation": inspect.getdoc(self.solution) or ""}

    def _praise(self, **values) -> str:
        said = self.text("praise") or say("right")
        return said.format(**values) if values else said

    def _unexplained(self, said: str) -> str:
        """`said`, and where to look: for a wrong answer that no known mistake explains."""
        more = self.text("nudge") or (say("see_hints") if self.hints else "")
        return f"{said} {more}".strip()

    def solution_code(self) -> str:
        """The solution as a cell would hold it, or an empty text where it is an explanation alone."""
        if not source.has_body(self.solution):
            return ""
        return source.answer_source(self.solution, f"check.{self.name}")

    def stub_cell(self) -> str:
        """The cell in which the reader answers, or an empty text where the card itself asks."""
        return f"{self.stub.strip() or f'{self.name} = ...'}\ncheck.{self.name}({self.name})"

    def _repr_markdown_(self) -> str:
        return card.markdown(self)

    def _ipython_display_(self) -> None:
        card.display(self)
