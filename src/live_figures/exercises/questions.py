"""Questions to answer before computing: one of several choices, or a number; asked on the page and in a notebook."""

from __future__ import annotations

import numbers as abstract
from collections.abc import Mapping
from dataclasses import dataclass, field

from .base import Exercise
from .compare import scalar
from .numbers import Reading, accepts, read
from .sentences import say
from .verdict import Refusal

__all__ = ["Choice", "Number"]


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """`choices` maps each choice's name to its text and to what is said when it is picked; `answer` is a name."""

    choices: Mapping[str, tuple[str, str]]
    answer: str

    def __post_init__(self):
        super().__post_init__()
        if self.answer not in self.choices:
            raise ValueError(f"exercise {self.key}: the answer {self.answer!r} is none of {list(self.choices)}")

    def examine(self, answer) -> str:
        """What is said about the choice `answer`, a name."""
        if not isinstance(answer, str) or answer not in self.choices:
            offered = "; ".join(f'"{name}" ({self.text(f"choices.{name}.text")})' for name in self.choices)
            raise Refusal(say("pick_one_of", choices=offered), "open")
        said = self.text(f"choices.{answer}.says")
        if answer != self.answer:
            raise Refusal(said)
        return said

    def right_answer(self):
        return self.answer

    def wrong_answers(self):
        return [(self.text(f"choices.{name}.says"), name) for name in self.choices if name != self.answer]

    def stub_cell(self) -> str:
        return ""

    def spec(self) -> dict:
        """What the page's script needs."""
        says = {name: self.text(f"choices.{name}.says") for name in self.choices}
        return {"name": self.key, "answer": self.answer, "choices": says, "words": {"nothing": say("pick_first")}}

    def _texts(self) -> dict[str, str]:
        texts = super()._texts()
        for name, (shown, says) in self.choices.items():
            texts |= {f"choices.{name}.text": shown, f"choices.{name}.says": says}
        return texts


@dataclass(frozen=True, kw_only=True)
class Number(Exercise):
    """`answer` is a number: a whole one (int) is asked for exactly, any other to the digits the reader writes, two or
    more, or within `tolerance`; `mistakes` maps sentences to the wrong numbers that they explain."""

    answer: float
    tolerance: float = 0.0
    unit: str = ""
    mistakes: Mapping[str, float] = field(default_factory=dict)

    def examine(self, answer) -> str:
        """The praise for `answer`, a number or its spelling."""
        given = self._read(answer)
        if accepts(given, self.answer, self.tolerance):
            return self._praise()
        for number, wrong in enumerate(self.mistakes.values()):
            if accepts(given, wrong):
                raise Refusal(self.text(f"mistakes.{number}"))
        written = answer if isinstance(answer, str) else f"{given.value:g}"  # a Fraction has no format of its own
        raise Refusal(self._unexplained(say("not_that", given=written)))

    def _read(self, answer) -> Reading:
        written = scalar(answer)
        if isinstance(written, (bool, complex)) or not isinstance(written, (str, abstract.Number)):
            raise Refusal(say("no_number", given=repr(answer)), "open")
        text = str(written) if isinstance(written, (str, int)) else repr(float(written))
        found = read(text, self.text("unit"))
        if found is None:
            raise Refusal(say("unreadable", given=answer), "open")
        return found

    def wrong_answers(self):
        return [(self.text(f"mistakes.{k}"), wrong) for k, wrong in enumerate(self.mistakes.values())]

    def stub_cell(self) -> str:
        return ""

    def spec(self) -> dict:
        """What the page's script needs."""
        mistakes = [[wrong, self.text(f"mistakes.{k}")] for k, wrong in enumerate(self.mistakes.values())]
        whole = [isinstance(v, int) for v in (self.answer, *self.mistakes.values())]
        words = {"nothing": say("type_first"), "unreadable": say("unreadable", given="{given}"),
                 "wrong": self._unexplained(say("not_that", given="{given}")), "right": self._praise()}
        return {"name": self.key, "answer": self.answer, "tolerance": self.tolerance, "unit": self.text("unit"),
                "mistakes": mistakes, "whole": whole, "words": words}

    def _texts(self) -> dict[str, str]:
        mistakes = {f"mistakes.{k}": says for k, says in enumerate(self.mistakes)}
        return super()._texts() | {"unit": self.unit} | mistakes
