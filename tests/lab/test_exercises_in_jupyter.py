"""An exercise of a reader notebook in a real Jupyter: what is folded stays folded, and a verdict is a sentence."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from helpers.checks import ch04
from live_figures.exercises.plain import plain

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FORMULA = "Two lines:\n\n$$\n\\begin{aligned}\na &= b < c \\\\\nd &= e\n\\end{aligned} \\tag{4.3}\n$$"
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}


@pytest.fixture
def exercise():
    """A notebook with one exercise, answered wrongly, after a formula and a folded cell."""
    asks, _, solution = plain(ch04.gates_to_hide, "4.2")
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    return nbformat.v4.new_notebook(
        cells=[code("from helpers.checks import ch04 as check"), text(FORMULA), text(asks),
               code('check.gates_to_hide("shut")'), text(solution),
               code("#@title Setup\nprint('it is set' ' up')", metadata=FOLDED)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})


def test_it_can_be_read_before_anything_runs(open_cells, exercise):
    reader = open_cells(notebook=exercise)
    expect(reader.tab.get_by_role("heading", name="Exercise 4.2: Keep it, and say nothing")).to_be_visible()
    hint, solution = (reader.tab.locator("p", has_text=text) for text in ("Go through", "Write nothing:"))
    expect(hint).to_be_hidden()
    expect(solution).to_be_hidden()
    reader.tab.get_by_text("Solution", exact=True).click()
    expect(solution).to_be_visible()
    drawn = reader.tab.locator("mjx-container[display=true], .MathJax_Display")
    expect(drawn.first).to_be_visible(timeout=60_000)
    expect(reader.tab.locator("mjx-merror, .MathJax_Error, .merror")).to_have_count(0)
    if reader.front != "classic":  # which knows no folded code
        expect(reader.cells.nth(2).locator(".cm-content")).to_be_hidden()


def test_a_verdict_is_a_sentence_and_goes_into_the_saved_notebook_unseen(open_cells, exercise):
    reader = open_cells(notebook=exercise)
    reader.run_all()
    reader.said(1, "✗ Not that: with f at 0")
    reader.said(2, "it is set up")
    assert "attempt" not in reader.cells.nth(1).inner_text()
