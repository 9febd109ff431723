"""Every exercise: its solution passes, its wrong answers are refused, and no message gives the answer away."""

import importlib
import pkgutil
import re

import numpy as np
import pytest

from helpers import checks
from live_figures.exercises import REGISTRY, close, exercise

for module in pkgutil.iter_modules(checks.__path__):
    importlib.import_module(f"helpers.checks.{module.name}")

EXERCISES = list(REGISTRY.values())


def test_every_chapter_has_exercises():
    assert EXERCISES


@pytest.mark.parametrize("task", EXERCISES, ids=lambda task: task.name)
def test_the_solution_passes(task):
    verdict = task.check(task.solution())
    assert verdict, verdict


@pytest.mark.parametrize("task", EXERCISES, ids=lambda task: task.name)
def test_wrong_answers_are_refused_without_giving_the_answer(task):
    assert task.wrong, f"{task.name} lists no wrong answers"
    solution = task.solution()
    for make in task.wrong:
        verdict = task.check(make())
        assert verdict.state == "wrong", f"{task.name} accepts a wrong answer: {verdict}"
        if isinstance(solution, (int, float)) and not isinstance(solution, bool):
            shown = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)", verdict.message)
            assert float(solution) not in map(float, shown), verdict.message


@pytest.mark.parametrize("task", EXERCISES, ids=lambda task: task.name)
def test_an_empty_answer_is_open_not_wrong(task):
    assert task.check(...).state == "open"
    assert task.check(None).state == "open"


def test_a_comparison_says_what_differs_and_where_but_not_the_answer():
    expected = np.array([1.0, 2.0, 3.0])
    assert close("h", expected, expected, hint="Look at b.") is None
    says = close("h", [1.0, 2.5, 3.0], expected, hint="Look at b.").message
    assert "0.5" in says and "(1,)" in says and "Look at b." in says and "2.0" not in says
    assert "shape (3,)" in close("h", [1.0], expected, hint="").message
    assert "NaN" in close("h", [1.0, np.nan, 3.0], expected, hint="").message
    assert "should be numbers" in close("h", ["a", "b"], expected, hint="").message


def test_a_checker_survives_an_answer_that_raises():
    @exercise(solution=lambda: (lambda: 1), wrong=[])
    def boom(answer):
        return answer()

    try:
        verdict = boom(lambda: 1 / 0)
    finally:
        REGISTRY.pop("test_checks.boom")
    assert verdict.state == "wrong" and "ZeroDivisionError" in verdict.message
