"""The stub cells of a chapter: written from the exercises, and compared with them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

from . import exercises_of

__all__ = ["differing", "write"]

_CALL = re.compile(r"^check\.(\w+)\(\w+\)$")


def differing(notebook: Path, module: ModuleType | str) -> dict[str, str]:
    """What is wrong with a chapter's exercise cells, by the exercise's name: no card, no stub, or another text."""
    cells = [_source(cell) for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    wrong = {}
    for exercise in exercises_of(module):
        stub = exercise.stub_cell()
        if f"check.{exercise.name}" not in cells:
            wrong[exercise.name] = f"no cell holds check.{exercise.name} alone, which shows the exercise"
        elif stub and stub not in cells:
            wrong[exercise.name] = "no cell holds its stub as it is declared"
    return wrong


def write(notebook: Path, module: ModuleType | str) -> list[str]:
    """Write the declared stubs into the cells that end with `check.name(name)`; returns the names that changed."""
    text = notebook.read_text("utf-8")
    book = json.loads(text)
    stubs = {exercise.name: exercise.stub_cell() for exercise in exercises_of(module)}
    changed = []
    for cell in book["cells"]:
        lines = _source(cell).splitlines()
        call = _CALL.match(lines[-1]) if cell["cell_type"] == "code" and lines else None
        stub = stubs.get(call[1]) if call else None
        if stub and stub != _source(cell):
            cell["source"] = stub.splitlines(keepends=True)
            changed.append(call[1])
    if changed:
        notebook.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return changed


def _source(cell: dict) -> str:
    return "".join(cell["source"])
