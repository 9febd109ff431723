"""The exercise that CONTRIBUTING.md shows: it runs as printed, accepts the right answer and refuses wrong ones."""

import importlib.util
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """The code block of the section, as a module of its own."""
    section = CONTRIBUTING.read_text("utf-8").partition("## A new exercise")[2].partition("\n## ")[0]
    block = textwrap.dedent(re.search(r"^ *```python\n(.*?)^ *```", section, re.M | re.S)[1])
    path = tmp_path_factory.mktemp("contributing") / "ch99.py"
    path.write_text(block, "utf-8")
    spec = importlib.util.spec_from_file_location("ch99", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["steepest", "back_through_sigmoid"])
def test_it_accepts_its_solution_and_names_every_mistake(template, name):
    exercise = getattr(template, name)
    assert exercise(exercise.right_answer())
    for says, answer in exercise.wrong_answers():
        assert not exercise(answer) and exercise(answer).message == says


@pytest.mark.parametrize("answer", [1.0, 0.5, 3, "x", "0.3", True])
def test_the_number_is_not_accepted_whatever_it_is(template, answer):
    assert not template.steepest(answer)


@pytest.mark.parametrize("answer", [3, lambda a: a, lambda a, dy: dy, lambda a, dy: np.nan * a, lambda a, dy: None])
def test_the_function_is_not_accepted_whatever_it_is(template, answer):
    assert not template.back_through_sigmoid(answer)


def test_other_right_answers_are_accepted(template):
    assert template.steepest("1/4") and template.steepest("25 %")
    assert template.back_through_sigmoid(lambda a, dy: dy / (4 * np.cosh(a / 2) ** 2))
