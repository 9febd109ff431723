"""Exercises that ask for a function: it meets a reference in several cases, and known mistakes are named."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from . import source
from .base import Exercise
from .calling import Outcome, Runner, describe, explain, is_stub, require_function
from .compare import TOLERANCE, compare, same
from .sentences import say
from .verdict import Refusal

__all__ = ["Function"]


@dataclass(frozen=True, kw_only=True)
class Function(Exercise):
    """A function that gives what `reference` (default: the solution) gives in every case.

    `cases(rng)` yields the arguments of each call as a tuple: make their shapes differ, with a batch of one and of
    more, numbers of inputs and units that differ, biases that are not zero, the ends of every range.
    `mistakes` maps sentences to wrong functions, or to edits of the solution's source: `("W_h.T", "W_h")`.
    `returns` names what is returned, one name for each of several. `in_place` names arguments that the function changes
    instead. `measure(f, *args)` gives what is compared, if that is not what a call returns.
    """

    cases: Callable[[np.random.Generator], Iterable[tuple]]
    mistakes: Mapping[str, Callable | tuple[str, ...]]
    reference: Callable | None = None
    returns: tuple[str, ...] = ()
    in_place: tuple[str, ...] = ()
    measure: Callable | None = None
    tolerance: float = TOLERANCE
    seed: int = 0

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the function's arguments, as the solution has them."""
        return tuple(inspect.signature(self.solution).parameters)

    def examine(self, answer) -> str:
        """The praise for a function that meets the reference, and a word about arguments that it changed."""
        if is_stub(answer):
            raise Refusal(say("nothing_yet"), "open")
        require_function(answer, self.arguments)
        cases = list(self.cases(np.random.default_rng(self.seed)))
        expected = self._expected(cases)
        runner = self._runner(answer)
        got = [runner.outcome(self.measure, case) for case in cases]
        try:
            for number, outcome in enumerate(got):
                self._compare(outcome, expected[number], answer, cases, number)
        except Refusal as refusal:
            known = self._known_mistake(got, cases) if refusal.state == "wrong" else None
            raise Refusal(known or str(refusal), refusal.state) from None
        changed = ", ".join(name for name in self.arguments if name in runner.changed)
        return f"{self._praise()} {say('changed', names=changed)}" if changed else self._praise()

    def mistaken(self) -> list[tuple[str, Callable]]:
        """The known mistakes: the sentence that names each, and the function that makes it."""
        wrong = [source.with_edits(self.solution, w) if isinstance(w, tuple) else w for w in self.mistakes.values()]
        return [(self.text(f"mistakes.{number}"), function) for number, function in enumerate(wrong)]

    def wrong_answers(self):
        return self.mistaken()

    def right_answer(self):
        return self.solution

    def _runner(self, function: Callable) -> Runner:
        return Runner(function, self.arguments, self.in_place)

    def _expected(self, cases: list[tuple]) -> list:
        """What the reference gives; an error or NaN in it is the author's, and stops."""
        runner, expected = self._runner(self.reference or self.solution), []
        for number, case in enumerate(cases):
            value, error = runner.outcome(self.measure, case)
            if error is not None:
                raise RuntimeError(f"exercise {self.key}: the reference fails in case {number + 1}") from error
            if not _finite(value):
                raise ValueError(f"exercise {self.key}: the reference gives NaN or infinity in case {number + 1}")
            expected.append(value)
        return expected

    def _compare(self, got: Outcome, expected, answer, cases: list[tuple], number: int) -> None:
        names = tuple(self.text(f"returns.{k}") for k in range(len(self.returns)))
        described = describe(self.arguments, cases[number])
        where = say("case", number=number + 1, count=len(cases), described=described)
        if isinstance(got.error, Refusal):  # a measure may refuse by itself
            raise Refusal(f"{got.error} {where}", got.error.state)
        if got.error is not None:
            raise Refusal(f"{explain(got.error, answer)} {where}")
        what = names[0] if len(names) == 1 else say("returned")
        try:
            compare(what, got.value, expected, names=names if len(names) > 1 else (), tolerance=self.tolerance)
        except Refusal as refusal:
            if refusal.state == "open":
                raise
            raise Refusal(self._unexplained(f"{refusal} {where}")) from None

    def _known_mistake(self, got: list[Outcome], cases: list[tuple]) -> str | None:
        """The sentence of the mistake whose results are these in every case, or None."""
        for says, function in self.mistaken():
            runner = self._runner(function)
            if all(_alike(outcome, runner.outcome(self.measure, case), self.tolerance)
                   for outcome, case in zip(got, cases, strict=True)):
                return says
        return None

    def _texts(self) -> dict[str, str]:
        returns = {f"returns.{k}": name for k, name in enumerate(self.returns)}
        return super()._texts() | returns | {f"mistakes.{k}": says for k, says in enumerate(self.mistakes)}

    def solution_code(self) -> str:
        return f"{source.function_source(self.solution)}\n\n\ncheck.{self.name}({self.name})"

    def stub_cell(self) -> str:
        return f"{self.stub.strip() or source.stub_source(self.solution)}\n\n\ncheck.{self.name}({self.name})"


def _alike(got: Outcome, other: Outcome, tolerance: float) -> bool:
    if got.error is not None or other.error is not None:
        return type(got.error) is type(other.error)
    return same(got.value, other.value, tolerance)


def _finite(value) -> bool:
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, (tuple, list)):
        return all(map(_finite, value))
    return value is None or isinstance(value, str) or bool(np.all(np.isfinite(np.asarray(value, dtype=np.float64))))
