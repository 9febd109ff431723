"""Every exercise: its solution is accepted, every known mistake is refused by name, and its cells are as declared."""

import builtins
import contextlib
import importlib
import io
import json
import pkgutil
import re
import symtable
from pathlib import Path

import pytest

from helpers import checks
from live_figures import exercises
from live_figures.__main__ import main
from live_figures.exercises import Choice, Function, Number, exercises_of, stubs
from live_figures.exercises.card import card_id

ROOT = Path(__file__).resolve().parents[2]
MODULES = [f"helpers.checks.{m.name}" for m in pkgutil.iter_modules(checks.__path__)]
EXERCISES = [one for module in MODULES for one in exercises_of(module)]
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.key)


def right_answer(exercise):
    with contextlib.redirect_stdout(io.StringIO()):
        return exercise.right_answer()


def chapter_of(module: str) -> Path:
    return next((ROOT / "chapters").glob(f"{module[-2:]}-*.ipynb"))


@every_exercise
def test_the_solution_is_accepted(exercise):
    verdict = exercise(right_answer(exercise))
    assert verdict, verdict


@every_exercise
def test_every_known_mistake_is_named(exercise):
    wrong = exercise.wrong_answers()
    assert len(wrong) >= 2, "name the mistakes that readers make"
    for says, answer in wrong:
        verdict = exercise(answer)
        assert (verdict.state, verdict.message) == ("wrong", says)


@every_exercise
def test_no_verdict_on_a_mistake_gives_the_answer_away(exercise):
    if not isinstance(exercise, Number):
        pytest.skip("only a number could be read in a sentence")
    for says, _ in exercise.wrong_answers():
        shown = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)", says)
        assert float(exercise.answer) not in map(float, shown), says


@every_exercise
def test_no_escape_of_python_eats_a_formula(exercise):
    # inspect.cleandoc makes blanks of tabs, so what is asked is looked at as it was declared
    for said in (exercise.question, *exercise.words().values()):
        assert not re.search(r"[\a\b\f\r\t\v]", said), said


@every_exercise
def test_an_empty_answer_is_no_try(exercise):
    assert exercise(...).state == "open"
    assert exercise(None).state == "open"
    if isinstance(exercise, Function):
        space = {}
        exec(exercise.stub_cell().rpartition("\n\n\n")[0], space)
        assert exercise(space[exercise.name]).state == "open"


@every_exercise
def test_the_solution_shown_runs_and_is_accepted(exercise):
    code = exercise.solution_code()
    if not code:
        assert isinstance(exercise, Choice | Number)
        assert exercise.text("explanation")
        return
    given = []
    with contextlib.redirect_stdout(io.StringIO()):
        check = type("check", (), {exercise.name: staticmethod(given.append)})
        exec(code, vars(importlib.import_module(exercise.solution.__module__)) | {"check": check})
    assert len(given) == 1 and exercise(given[0])


def names(code: str) -> tuple[set[str], set[str]]:
    """The names that a cell's code leaves behind, and those that it takes from outside."""
    table = symtable.symtable(code, "cell", "exec")
    left = {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}
    taken, tables = set(), [table]
    while tables:
        table = tables.pop()
        taken |= {one.get_name() for one in table.get_symbols() if one.is_global() and one.is_referenced()}
        tables += table.get_children()
    return left, taken - left


def known_at(exercise) -> set[str]:
    """The names that a reader has who has run the chapter down to an exercise, and its stub."""
    cells = json.loads(chapter_of(exercise.solution.__module__).read_text("utf-8"))["cells"]
    codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    before = codes[:codes.index(f"check.{exercise.name}")]
    return {*dir(builtins)}.union(*(names(code)[0] for code in [*before, exercise.stub_cell()]))


@every_exercise
def test_what_it_shows_needs_no_name_that_its_reader_lacks(exercise):
    shown = [exercise.solution_code() or "", *re.findall(r"```python\n(.*?)```", exercise.text("question"), re.DOTALL)]
    assert not set().union(*(names(code)[1] for code in shown)) - known_at(exercise)


@every_exercise
def test_its_words_are_listed_and_replaced(exercise, monkeypatch):
    words = exercise.words()
    assert words[f"{exercise.key}.title"] == exercise.title
    assert all(f"{exercise.key}.hints.{k}" in words for k in range(len(exercise.hints)))
    monkeypatch.setattr("live_figures.exercises.sentences._replaced", {f"{exercise.key}.title": "Ein Titel"})
    assert "Ein Titel" in exercise._repr_markdown_()


def test_no_two_exercises_share_a_key():
    keys = [one.key for one in EXERCISES]
    assert len(set(keys)) == len(set(map(card_id, keys))) == len(keys)
    assert set(exercises.words(*MODULES)) >= {f"{key}.title" for key in keys} | {"exercises.right"}


CONVERTED = [module for module in MODULES if exercises_of(module)]


@pytest.mark.parametrize("module", CONVERTED)
def test_a_chapter_shows_its_exercises_and_their_stubs(module):
    assert stubs.differing(chapter_of(module), module) == {}


def test_the_command_writes_a_stub_that_differs(tmp_path, capsys):
    chapter = chapter_of("helpers.checks.ch04").read_text("utf-8")
    changed = tmp_path / "chapter.ipynb"
    changed.write_text(chapter.replace("def step_1997(params, x, h, c):", "def step_1997(params):"), "utf-8")
    main(["stubs", str(changed), "helpers.checks.ch04"])
    assert "step_1997 written" in capsys.readouterr().out
    assert changed.read_text("utf-8") == chapter
