"""The exercise cells of a chapter: the card, whose code a page need not show, and the stub, as it is declared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

from . import exercises_of

__all__ = ["differing", "write"]

_CALL = re.compile(r"^check\.(\w+)\(\w+\)$")
_CARD = re.compile(r"^check\.(\w+)$")
_TAG = "remove-input"  # known to myst-nb: the page shows the card without the line that makes it


def differing(notebook: Path, module: ModuleType | str) -> dict[str, str]:
    """What is wrong with a chapter's exercise cells, by the exercise's name: no card, no tag, no stub as declared."""
    cells = _code_cells(json.loads(notebook.read_text("utf-8")))
    sources = {_source(cell): cell for cell in cells}
    wrong = {}
    for exercise in exercises_of(module):
        stub, card = exercise.stub_cell(), sources.get(f"check.{exercise.name}")
        if card is None:
            wrong[exercise.name] = f"no cell holds check.{exercise.name} alone, which shows the exercise"
        elif _TAG not in card["metadata"].get("tags", []):
            wrong[exercise.name] = f"its card lacks the tag {_TAG}"
        elif stub and stub not in sources:
            wrong[exercise.name] = "no cell holds its stub as it is declared"
    return wrong


def write(notebook: Path, module: ModuleType | str) -> list[str]:
    """Tag the cards, and write the declared stubs into the cells that end with `check.name(name)`; returns the names
    of the exercises that changed."""
    book = json.loads(notebook.read_text("utf-8"))
    stubs = {exercise.name: exercise.stub_cell() for exercise in exercises_of(module)}
    changed = [name for cell in _code_cells(book) if (name := _written(cell, stubs))]
    if changed:
        notebook.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return changed


def _written(cell: dict, stubs: dict[str, str]) -> str | None:
    """Make one cell what it should be; the name of its exercise if that changed anything."""
    last = (_source(cell).splitlines() or [""])[-1]
    if (call := _CALL.match(last)) and stubs.get(call[1], "") not in ("", _source(cell)):
        cell["source"] = stubs[call[1]].splitlines(keepends=True)
        return call[1]
    if (card := _CARD.match(_source(cell))) and card[1] in stubs and _TAG not in cell["metadata"].get("tags", []):
        cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), _TAG]
        return card[1]
    return None


def _code_cells(book: dict) -> list[dict]:
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def _source(cell: dict) -> str:
    return "".join(cell["source"])
