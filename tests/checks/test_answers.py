"""Answers in many styles: whatever is right is accepted however it is written, and whatever is wrong is refused.

The styles and faults here are generic: each wraps the solution of every exercise that asks for a function.
"""

import copy
import importlib
import pkgutil
import sys
from collections import Counter

import numpy as np
import pytest
import torch

from helpers import checks
from live_figures.exercises import Function, exercises_of
from live_figures.exercises.compare import plain

FUNCTIONS = [one for m in pkgutil.iter_modules(checks.__path__)
             for one in exercises_of(importlib.import_module(f"helpers.checks.{m.name}")) if isinstance(one, Function)]
every_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda one: one.key)


def mapped(value, change):
    """`value` with `change` applied to every array and number in it."""
    if isinstance(value, (tuple, list)):
        parts = [mapped(v, change) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, (np.ndarray, np.number, float, int)) and not isinstance(value, bool):
        return change(value)
    return value


def is_float(value):
    return np.asarray(value).dtype.kind == "f"


def single(value):
    return np.asarray(value, dtype=np.float32)[()] if is_float(value) else value


# Right answers: (how it is written, the function that does it)
STYLES = {
    "as it is": lambda f: f,
    "a lambda with other names": lambda f: lambda *a: f(*a),
    "torch tensors out": lambda f: lambda *a: mapped(f(*a), lambda v: torch.tensor(np.asarray(v))),
    "torch tensors that record gradients": lambda f: lambda *a: mapped(
        f(*a), lambda v: torch.tensor(np.asarray(v), requires_grad=True) if is_float(v) else v),
    "float32 in and out": lambda f: lambda *a: mapped(f(*mapped(a, single)), single),
    "rounded to float32, as float64": lambda f: lambda *a: mapped(
        f(*a), lambda v: single(v).astype(np.float64) if is_float(v) else v),
    "lists out": lambda f: lambda *a: mapped(f(*a), lambda v: np.asarray(v).tolist()),
    "another order in memory": lambda f: lambda *a: mapped(f(*a), lambda v: np.asfortranarray(v)[()]),
    "an object with __call__": lambda f: type("Answer", (), {"__call__": lambda self, *a: f(*a)})(),
    "with a default more": lambda f: _with_a_default(f),
    "a list instead of a tuple": lambda f: lambda *a: (lambda v: list(v) if type(v) is tuple else v)(f(*a)),
}


def _with_a_default(f):
    def answer(*args, verbose=False):
        return f(*args)
    return answer


def _overwriting(f):
    def answer(*args):
        for array in (a for a in _arrays(args)):
            array[...] = 0
        return f(*args)
    return answer


def _arrays(args):
    for value in args:
        if isinstance(value, (tuple, list)):
            yield from _arrays(value)
        elif isinstance(value, np.ndarray) and value.ndim:
            yield value


def _only_the_first(f):
    kept = []

    def answer(*args):
        if not kept:
            kept.append(f(*args))
        return copy.deepcopy(kept[0])
    return answer


def _from_the_second(f, calls):
    def answer(*args):
        calls.append(1)
        return f(*args) if len(calls) == 1 else mapped(f(*args), lambda v: v * 1.01 + 0.01)
    return answer


def deeper(*args):
    return deeper(*args)


# Wrong answers, and a word that the verdict must say (None: whatever it says, it refuses).
FAULTS = {
    "negated and shifted": (lambda f: lambda *a: mapped(f(*a), lambda v: -v - 1), None),
    "off by a thousandth": (lambda f: lambda *a: mapped(f(*a), lambda v: v + 1e-3 * (1 + np.abs(v))), None),
    "NaN": (lambda f: lambda *a: mapped(f(*a), lambda v: v * np.nan), None),
    "infinity": (lambda f: lambda *a: mapped(f(*a), lambda v: np.full(np.shape(v), np.inf)), None),
    "nothing returned": (lambda f: lambda *a: (f(*a), None)[1], None),
    "its first argument": (lambda f: lambda *a: a[0], None),
    "one axis too many": (lambda f: lambda *a: mapped(f(*a), lambda v: np.stack([v, v])), None),
    "arguments zeroed first": (_overwriting, None),
    "right for the first case only": (_only_the_first, None),
    "right once": (lambda f: _from_the_second(f, []), None),
    "a text": (lambda f: lambda *a: "0.5", None),
    "raises": (lambda f: lambda *a: 1 / 0, "ZeroDivisionError"),
    "never ends": (lambda f: deeper, "never stops"),
    "leaves Python": (lambda f: lambda *a: sys.exit(1), "SystemExit"),
    "no argument": (lambda f: lambda: 1, "Your function takes ()"),
    "too many arguments": (lambda f: lambda a, b, c, d, e, f, g, h, i: 1, "It is called with"),
    "a number": (lambda f: 3, "Give a function of"),
    "a list": (lambda f: [1, 2], "of type list"),
    "a complex number": (lambda f: lambda *a: 1j, None),
}
IN_PLACE = {"as it is", "a lambda with other names", "an object with __call__", "with a default more"}
COUNTED = Counter()


@every_function
@pytest.mark.parametrize("style", STYLES)
def test_a_right_answer_is_accepted(exercise, style):
    if exercise.in_place and style not in IN_PLACE:
        pytest.skip("what it returns does not matter")
    verdict = exercise(STYLES[style](exercise.solution))
    assert verdict, verdict


@every_function
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_answer_is_refused(exercise, fault):
    make, says = FAULTS[fault]
    if exercise.in_place and says is None:
        answer = lambda *a: len(a)  # noqa: E731
    elif fault == "arguments zeroed first" and not list(_arrays(next(iter(
            exercise.cases(np.random.default_rng(exercise.seed)))))):
        pytest.skip("it gets no arrays")
    else:
        answer = make(exercise.solution)
    verdict = exercise(answer)
    assert verdict.state == "wrong", verdict
    assert says is None or says in verdict.message


@every_function
def test_no_reference_is_its_own_judge_alone(exercise):
    """The cases vary: no two have the same arguments, and at least three of them."""
    cases = list(exercise.cases(np.random.default_rng(exercise.seed)))
    assert len(cases) >= 3
    shapes = {str([np.shape(a) if not isinstance(plain(a), dict) else k for k, a in enumerate(_flat(c))])
              + str([a for a in c if isinstance(a, (int, float, str))]) for c in cases}
    assert len(shapes) >= 2, "all cases have the same shapes and numbers"


def _flat(value):
    if isinstance(value, (tuple, list)):
        for v in value:
            yield from _flat(v)
    else:
        yield value
