"""Notebooks of a chapter's first code cell and of those that show a live figure, found in the chapters themselves."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

__all__ = ["CHAPTERS", "figures", "of_cells", "of_chapters"]

CHAPTERS = sorted((Path(__file__).resolve().parents[2] / "chapters").glob("*.ipynb"))
_SHOWS = re.compile(r"\blive\.show\(\s*[\"'](\w+)")


def figures(notebook: nbformat.NotebookNode) -> dict[int, str]:
    """The names of the figures that its cells of code show, by the cell's number."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return {number: name for number, source in enumerate(code) for name in _SHOWS.findall(source)}


def of_cells(*sources: str) -> nbformat.NotebookNode:
    """A notebook of these cells of code."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def of_chapters(*chapters: Path) -> nbformat.NotebookNode:
    """The figure cells of these chapters, after the first cell of code of each."""
    sources = []
    for chapter in chapters:
        code = [cell.source for cell in nbformat.read(chapter, as_version=4).cells if cell.cell_type == "code"]
        sources += code[:1] + [source for source in code[1:] if _SHOWS.search(source)]
    return of_cells(*sources)
