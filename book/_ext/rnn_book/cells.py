"""Cells that a page need not show whole: what sets up, what shows a figure, and what belongs to an exercise's card.

The notebooks keep them. On the page, imports and the line behind a live figure are folded away, and the cell in which
an exercise is answered is gone: its card shows where it begins.
"""

from __future__ import annotations

import ast
import re

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["kind_of", "setup_cells"]

SUMMARIES = {"setup": "Imports", "figure": "Code"}
_ANSWER = re.compile(r"^check\.(\w+)\(\1\)$")
_CARD = "<live-exercise "


def kind_of(source: str) -> str:
    """What a cell is for: "setup", "figure", "answer", or "" for one that the page shows as it is."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic command of IPython
        return ""
    if body and all(isinstance(step, ast.Import | ast.ImportFrom) or _calls(step, r"\w+\.set_\w+") for step in body):
        return "setup"
    if len(body) == 1 and _calls(body[0], r"live\.show"):
        return "figure"
    return "answer" if _ANSWER.match(source.rstrip().rpartition("\n")[2]) else ""


def _calls(step: ast.stmt, name: str) -> bool:
    """Whether a statement is nothing but a call of a function with this name."""
    is_call = isinstance(step, ast.Expr) and isinstance(step.value, ast.Call)
    return is_call and re.fullmatch(name, ast.unparse(step.value.func)) is not None


def _fold(cell: nodes.Element, source: nodes.Element, summary: str) -> None:
    """Put a cell's source behind what it shows, folded; `<details>` needs no script."""
    cell.remove(source)
    opening = f'<details class="live-code"><summary>{summary}</summary>'
    cell += [nodes.raw("", opening, format="html"), source, nodes.raw("", "</details>", format="html")]


def _tidy(app: Sphinx, doctree: nodes.document) -> None:
    for cell in [node for node in doctree.findall(nodes.container) if node.get("nb_element") == "cell_code"]:
        source = next((part for part in cell.children if part.get("nb_element") == "cell_code_source"), None)
        kind = kind_of(source.astext()) if source is not None and source.children else ""
        if kind == "answer":
            cell.parent.remove(cell)
        elif kind:
            _fold(cell, source, SUMMARIES[kind])
        elif any(_CARD in raw.astext() for raw in cell.findall(nodes.raw)):  # a card is no output of code to a reader
            for part in (cell, *(p for p in cell.children if isinstance(p, nodes.container))):
                part["classes"] = []


def setup_cells(app: Sphinx) -> None:
    """Fold or leave out such cells once a notebook has been read."""
    app.connect("doctree-read", _tidy)
