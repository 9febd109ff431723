"""Exercises as cells of a plain notebook: all that a reader needs is there before anything runs."""

from __future__ import annotations

import re

import pytest

from helpers.checks import ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08, ch09
from live_figures.exercises import exercises_of
from live_figures.exercises.plain import plain
from live_figures.exercises.questions import Choice

EXERCISES = [one for module in (ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08, ch09) for one in exercises_of(module)]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.key)
def test_every_exercise_is_whole(exercise):
    asks, answer, solution = plain(exercise, "4.2")
    assert asks.startswith(f"### Exercise 4.2: {exercise.title}\n\n{'★' * exercise.difficulty}")
    assert asks.count("<details") == asks.count("</details>") == len(exercise.hints)
    compile(answer, exercise.key, "exec")
    assert answer.splitlines()[-1].startswith(f"check.{exercise.name}(")
    assert solution.startswith("<details") and solution.endswith("</details>")
    assert solution.count("```") % 2 == 0


@pytest.mark.parametrize("exercise", [one for one in EXERCISES if isinstance(one, Choice)], ids=lambda one: one.key)
def test_a_choice_is_answered_by_a_name_that_is_listed(exercise):
    asks, answer, _ = plain(exercise)
    assert answer == f"check.{exercise.name}(...)"
    assert set(re.findall(r'^- `"([^"]+)"`: ', asks, re.MULTILINE)) == set(exercise.choices)


def test_a_formula_of_the_text_stands_on_one_line():
    for exercise in EXERCISES:
        text = re.sub(r"^```.*?^```$", "", "".join(plain(exercise)[::2]), flags=re.DOTALL | re.MULTILINE)
        assert not [found for found in re.findall(r"(?<!\$)\$(?!\$)([^$]+)\$", text) if "\n" in found]


def test_text_and_code_stand_as_they_would_be_typed():
    assert '- `"before"`: The decoder\'s state before the step.' in plain(ch07.which_query).asks
    assert '\n    "the class of one image": "one-to-one",\n' in plain(ch01.patterns).solution
