"""What a figure tells its reader to expect is true of its arrays: every claim and every try of every figure."""

import dataclasses

import pytest

from helpers.live import load, names
from live_figures import Claim, Try
from live_figures.claims import broken
from live_figures.figure import from_module
from tests.engine.fixtures import everything, walker

FIXTURES = {"everything": everything, "walker": walker}


@pytest.fixture(scope="module")
def sample():
    return from_module(everything, "everything")


@pytest.mark.parametrize("name", [*names(), *FIXTURES])
def test_a_figure_keeps_what_it_promises(name):
    assert broken(from_module(FIXTURES[name], name) if name in FIXTURES else load(name)) == []


def test_what_cannot_be_asked_is_refused_before_the_page_is_built(sample):
    with pytest.raises(ValueError, match="goes from 0 to 2, got 3"):
        broken(dataclasses.replace(sample, claims=(Claim("Loud.", at={"gain": 3}, holds=lambda a: True),)))


@pytest.mark.parametrize("name", [*names(), "everything"])
def test_the_opposite_of_every_promise_is_found_broken(name):
    """A promise whose condition cannot fail would promise nothing."""
    fig = from_module(everything, name) if name == "everything" else load(name)
    for group in ("claims", "tries"):
        for promise in getattr(fig, group):
            opposite = dataclasses.replace(promise, holds=lambda *a, holds=promise.holds: not holds(*a))
            assert broken(dataclasses.replace(fig, **{"claims": (), "tries": (), group: (opposite,)})), promise.says


@pytest.mark.parametrize("name", names())
def test_the_tries_are_true_one_after_the_other(name):
    """A reader seldom resets: what one try has moved still stands there in the next."""
    fig, left = load(name), {}
    for asked in fig.tries:
        states = [left := left | {control: _middle(value) for control, value in state.items()}
                  for state in asked.states]
        assert asked.holds(*(fig.run(**state) for state in states)), f"{asked.ask!r} at {states}"


def _middle(value):
    if not isinstance(value, tuple):
        return value
    return sum(value) // 2 if all(isinstance(end, int) for end in value) else sum(value) / 2


@pytest.mark.parametrize(("holds", "at", "says"), [
    (lambda a: a["wave"].max() > 0.9, {"gain": (0.0, 2.0)}, "not true at {'gain': 0.0}"),
    (lambda a: a["wave"].max() < 1.9, {"gain": (0.0, 2.0)}, "not true at {'gain': 2.0}"),
    (lambda a: not 0.9 < a["wave"].max() < 1.1, {"gain": (0.0, 2.0)}, "not true at {'gain': 1.0}"),
    (lambda a: a["step"] != 19, {"step": (0, 39)}, "not true at {'step': 19}"),
    (lambda a: 1, {}, "not true at {}"),
    (lambda a: a["wave"] < 9, {}, "not true at {}"),
])  # fmt: skip
def test_a_false_claim_is_found_wherever_it_is_false(sample, holds, at, says):
    fig = dataclasses.replace(sample, claims=(Claim("It is so.", at=at, holds=holds),), tries=())
    assert any(says in problem for problem in broken(fig)), broken(fig)


@pytest.mark.parametrize(("change", "says"), [
    ({"at": {"gain": (0.5, 1.5)}}, "complete before anything moves"),
    ({"at": {"gain": 2.0}, "met": "low"}, "complete before anything moves"),
    ({"at": {"gain": 0.5}, "met": "high"}, "not complete at {'gain': 0.5}"),
])  # fmt: skip
def test_a_try_is_not_complete_before_and_is_complete_after(sample, change, says):
    asked = Try(ask="What?", guesses=("a", "b"), right=0, do="Move it.", says="So.", holds=lambda a: True, **change)
    assert any(says in problem for problem in broken(dataclasses.replace(sample, claims=(), tries=(asked,))))
