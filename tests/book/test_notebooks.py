"""The chapters as sources: no outputs in git, short cells, nothing fetched or installed."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
MAX_LINES = 20
# A cell that installs or downloads works on its author's machine and nowhere else.
FETCHES = re.compile(
    r"^\s*[!%]\s*(pip|conda|curl|wget|apt)|\b(urlopen|urlretrieve|requests\.get|hf_hub|download=True)\b", re.M
)


def pytest_generate_tests(metafunc):
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem, scope="module")


@pytest.fixture(scope="module")
def notebook(chapter):
    return nbformat.read(chapter, as_version=4)


def code_cells(notebook):
    return [(number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def test_it_is_a_valid_notebook_for_python3(notebook):
    nbformat.validate(notebook)
    assert notebook.metadata["kernelspec"]["name"] == "python3"


def test_it_holds_no_outputs(notebook):
    kept = [number for number, cell in code_cells(notebook) if cell.outputs or cell.execution_count is not None]
    assert kept == [], "cells with outputs or a count; `.venv/bin/nbstripout --keep-id chapters/*.ipynb` clears them"


def test_its_cells_are_short(notebook):
    lengths = {number: len(cell.source.splitlines()) for number, cell in code_cells(notebook)}
    assert {number: lines for number, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_cell_installs_or_downloads(notebook):
    assert {n: FETCHES.search(cell.source)[0] for n, cell in code_cells(notebook) if FETCHES.search(cell.source)} == {}


def test_it_opens_with_its_title(notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert re.search(r"^# \S", first.source, re.M)


def test_every_chapter_is_in_the_table_of_contents():
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    listed = {entry["file"] for part in parts for entry in part["chapters"]}
    assert {f"chapters/{path.stem}" for path in CHAPTERS} <= listed


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("!pip install torch", True),
        ("%pip install torch", True),
        ("from urllib.request import urlopen\nurlopen(u)", True),
        ("MNIST(root, download=True)", True),
        ("pipeline = [1, 2]\nmagnitude = 3 % 2", False),
    ],
)
def test_the_guard_against_downloads_catches(source, caught):
    assert bool(FETCHES.search(source)) is caught
