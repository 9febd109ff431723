"""The page of common mistakes: all fifteen, in their order, each with a label of its own and code that runs."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book/misconceptions.md").read_text()
LABELS = ["singular", "clipping", "truncation", "backward-half", "attention", "current-input", "lstm", "gru",
          "forget-1997", "forget-bias", "length", "dropout", "tracking", "sharing", "gate-probability"]


def sections() -> list[tuple[str, str, str]]:
    """Label, number and text of every mistake, in the order of the page."""
    found = re.split(r"^\(mistake:([\w-]+)\)=\n## (\d+)\. ", PAGE, flags=re.MULTILINE)[1:]
    return list(zip(found[::3], found[1::3], found[2::3], strict=True))


def chapters() -> list[tuple[str, str]]:
    """Name and Markdown of every chapter."""
    return [(path.stem, "".join("".join(cell["source"]) + "\n" for cell in json.loads(path.read_text())["cells"]
                                if cell["cell_type"] == "markdown"))
            for path in sorted((ROOT / "chapters").glob("*.ipynb"))]


def test_every_mistake_stands_there_in_its_order():
    assert [(label, number) for label, number, _ in sections()] == [(b, str(k)) for k, b in enumerate(LABELS, start=1)]
    assert len(re.findall(r"^## ", PAGE, re.MULTILINE)) == len(LABELS)


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, _, text in sections()])
def test_a_mistake_is_quoted_and_has_a_counterexample(label, text):
    assert text.startswith("“"), f"{label}: the heading quotes what is said"
    code = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert any("print(" in cell for cell in code), label


def test_the_code_runs_from_top_to_bottom():
    names = {}
    for cell in re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        exec(cell, names)


@pytest.mark.parametrize(("name", "text"), chapters())
def test_a_chapter_refers_to_mistakes_that_exist(name, text):
    named = re.findall(r"[<#]mistake:([\w-]+)", text)
    assert set(named) <= set(LABELS), name
