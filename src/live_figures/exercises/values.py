"""Exercises that ask for several values which do something: weights that remember, controls of a live figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..collection import Figures
from ..figure import LiveFigure
from .base import Exercise
from .compare import plain, scalar
from .numbers import read
from .sentences import opening, say
from .verdict import Refusal, unanswered

__all__ = ["Controls", "Values"]


@dataclass(frozen=True, kw_only=True)
class Values(Exercise):
    """`fields` names the values: each a number (None), or one of several names (a tuple of them).

    `measure(**values)` gives the quantities that decide, by name; `met(quantities)` says whether they do what was asked
    for. `mistakes` maps sentences, which may hold quantities as placeholders, to a wrong answer and a condition
    on the quantities; the first that holds is said.
    """

    fields: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    measure: Callable[..., dict] = dict
    met: Callable[[dict], bool]
    mistakes: Mapping[str, tuple[object, Callable[[dict], bool]]]

    def examine(self, answer) -> str:
        """The praise for values that do what was asked for."""
        quantities = self._quantities(answer)
        if self._is_met(quantities):
            return self._praise(**quantities)
        for number, (_, holds) in enumerate(self.mistakes.values()):
            if holds(quantities):
                raise Refusal(self.text(f"mistakes.{number}").format(**quantities))
        raise Refusal(self._unexplained(say("not_met")))

    def _is_met(self, quantities: dict) -> bool:
        return bool(self.met(quantities))

    def _quantities(self, answer) -> dict:
        values = self._values(answer)
        with np.errstate(all="ignore"):
            return values | self.measure(**values)

    def _values(self, answer) -> dict:
        """The answer's values by name, from a dict or in the order of `fields`."""
        answer, names = plain(answer), list(self.fields)
        if isinstance(answer, (Sequence, np.ndarray)) and not isinstance(answer, str) and len(answer) == len(names):
            answer = dict(zip(names, answer, strict=True))
        if not isinstance(answer, Mapping):
            raise Refusal(say("no_values", count=len(names), names=", ".join(names)))
        for name in answer:
            if name not in self.fields:
                raise Refusal(say("unknown_value", name=name, names=", ".join(names)))
        if all(unanswered(value) for value in answer.values()):
            raise Refusal(say("nothing_yet"), "open")
        for name in names:
            if unanswered(answer.get(name)):
                raise Refusal(say("value_missing", name=name))
        return {name: self._value(name, answer[name], offered) for name, offered in self.fields.items()}

    def _value(self, name: str, given, offered):
        if offered is not None:
            if str(given) not in offered:  # as text: an array has no single answer to whether it is equal
                raise Refusal(say("value_not_offered", name=name, given=given, offered=", ".join(offered)))
            return str(given)
        try:
            found = read(given) if isinstance(given, str) else None
            value = found.value if found else float(given)
        except (TypeError, ValueError):
            raise Refusal(say("value_not_number", name=name, given=repr(given))) from None
        except OverflowError:  # a whole number that no float holds
            value = math.inf
        if not math.isfinite(value):
            raise Refusal(say("value_not_finite", name=name))
        return value

    def wrong_answers(self):
        wrong = []
        for number, (example, _) in enumerate(self.mistakes.values()):
            said = self.text(f"mistakes.{number}").format(**self._quantities(example))
            wrong.append((said, example))
        return wrong

    def _texts(self) -> dict[str, str]:
        return super()._texts() | {f"mistakes.{k}": says for k, says in enumerate(self.mistakes)}


@dataclass(frozen=True, kw_only=True)
class Controls(Values):
    """Controls of the live `figure` (`"helpers.figures.cell_path"`) at which its output `met` is true.

    The quantities are the controls' values and the figure's arrays.
    """

    figure: str
    met: str

    @property
    def challenge(self) -> str:
        met = [challenge.met for challenge in self.shown.challenges]
        return f"{self.shown.name}.{self.met}" if self.met in met else ""

    @property
    def shown(self) -> LiveFigure:
        """The figure itself."""
        package, _, name = self.figure.rpartition(".")
        return Figures(package).load(name)

    def _is_met(self, quantities: dict) -> bool:
        return bool(quantities[self.met])

    def _quantities(self, answer) -> dict:
        figure = self.shown
        if not isinstance(answer, Mapping):
            raise Refusal(say("no_controls", names="=..., ".join(control.name for control in figure.controls)))
        answer = {name: scalar(value) for name, value in answer.items()}
        if answer and all(unanswered(value) for value in answer.values()):
            raise Refusal(say("nothing_yet"), "open")
        for name, value in answer.items():
            if unanswered(value):
                raise Refusal(say("value_missing", name=name))
        try:
            return figure.values(**answer) | figure.run(**answer)
        except (TypeError, ValueError) as error:  # an unknown control, or a value out of its range: the message says so
            raise Refusal(opening(f"{error}.")) from None
