"""What a figure tells its reader to expect, as data that can fail: claims, tries (a question first), challenges."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Challenge", "Claim", "Try", "broken", "check_promises"]

State = Mapping[str, object]  # control -> value, or (low, high) for any value between; what it leaves out is default


@dataclass(frozen=True)
class Challenge:
    """A task the reader does by moving the controls; done when the output `met`, one bool, is true."""

    text: str
    met: str


@dataclass(frozen=True)
class Claim:
    """A sentence the figure is held to: in the states `at`, `holds(arrays of each state, ...)` is true.

    A state gives the controls that differ from the default: `{"gain": 2.0}`; `{}` is the default state.
    """

    says: str
    at: State | tuple[State, ...]
    holds: Callable[..., bool]

    @property
    def states(self) -> tuple[State, ...]:
        """The states to compare, in the order in which `holds` takes their arrays."""
        return (self.at,) if isinstance(self.at, Mapping) else tuple(self.at)


@dataclass(frozen=True)
class Try(Claim):
    """A claim with a question before it: the reader guesses, does what `do` says, and reads why.

    The last state of `at` completes the try, for every value within its ranges; or the output `met`, one bool, does.
    """

    ask: str = field(kw_only=True)
    guesses: tuple[str, ...] = field(kw_only=True)
    right: int = field(kw_only=True)
    do: str = field(kw_only=True)
    met: str = field(kw_only=True, default="")

    def done(self, values: Mapping, arrays: Mapping) -> bool:
        """Whether these control values, and the arrays they give, complete the try."""
        if self.met:
            return bool(arrays[self.met])
        return all(_within(values[name], wanted) for name, wanted in self.states[-1].items())


def _within(value, wanted) -> bool:
    return wanted[0] <= value <= wanted[1] if isinstance(wanted, tuple) else value == wanted


def check_promises(fig) -> None:
    """Raise ValueError where a claim or try of `fig` cannot be asked: a state, a count, a guess that does not exist."""
    for promise in (*fig.claims, *fig.tries):
        where = f"figure {fig.name!r}, {type(promise).__name__.lower()} {promise.says!r}"
        try:
            inspect.signature(promise.holds).bind(*promise.states)
        except TypeError as error:
            raise ValueError(f"{where}: holds must take the arrays of {len(promise.states)} states") from error
        for state in promise.states:
            _check_state(fig, state, where)
        if isinstance(promise, Try):
            _check_guesses(promise, where)


def _check_state(fig, state: State, where: str) -> None:
    for name, value in state.items():
        ends = value if isinstance(value, tuple) else (value,)
        if len(ends) > 2 or (len(ends) == 2 and not ends[0] < ends[1]):
            raise ValueError(f"{where}: a range of {name!r} is (low, high), got {value!r}")
        try:
            for end in ends:
                fig.values(**{name: end})
        except (TypeError, ValueError) as error:
            raise ValueError(f"{where}: {error}") from error


def _check_guesses(promise: Try, where: str) -> None:
    if len(set(promise.guesses)) < 2 or len(set(promise.guesses)) != len(promise.guesses):
        raise ValueError(f"{where}: a reader needs two or more different guesses, got {promise.guesses!r}")
    if promise.right not in range(len(promise.guesses)):
        raise ValueError(f"{where}: right is the index of the true guess, got {promise.right!r} of "
                         f"{len(promise.guesses)}")


def broken(fig) -> list[str]:
    """What `fig` promises and does not keep, one sentence each: every claim and try, computed with NumPy.

    A state with ranges is asked at their ends and middles. A try must not be complete before the reader moves, and
    must be complete in its last state. Raises ValueError for what cannot be asked, as `check_promises`.
    """
    check_promises(fig)
    return [f"figure {fig.name!r}: {problem}" for promise in (*fig.claims, *fig.tries)
            for problem in _problems(fig, promise)]


def _problems(fig, promise: Claim) -> Iterator[str]:
    if isinstance(promise, Try) and promise.done(fig.values(), fig.arrays()):
        yield f"the try {promise.ask!r} is complete before anything moves"
    for states in itertools.product(*(list(_instances(fig, state)) for state in promise.states)):
        arrays = [fig.arrays(**state) for state in states]
        if not _exactly_true(promise.holds(*arrays)):
            yield f"{promise.says!r} is not true at {', '.join(map(str, states))}"
        if isinstance(promise, Try) and not promise.done(fig.values(**states[-1]), arrays[-1]):
            yield f"the try {promise.ask!r} is not complete at {states[-1]}"


def _instances(fig, state: State) -> Iterator[dict]:
    """The states to ask for one: every combination of ends and middles of its ranges."""
    integer = {c.name for c in fig.controls if getattr(c, "integer", False)}
    values = [[value] if not isinstance(value, tuple) else
              [value[0], sum(value) // 2 if name in integer else sum(value) / 2, value[1]]
              for name, value in state.items()]
    for chosen in itertools.product(*values):
        yield dict(zip(state, chosen, strict=True))


def _exactly_true(value) -> bool:
    """Whether `value` is one true bool: a non-empty array, a number or a function that forgot to return is not."""
    return isinstance(value, (bool, np.bool_)) and bool(value)
