"""Each chapter's live figures in a real notebook: drawn, moved by keys, tied to the kernel both ways."""

from __future__ import annotations

import pytest
from figure_cells import CHAPTERS, figures, of_chapters
from server import FRONT_ENDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DRAWN_WITHIN = 120  # seconds for all figures of a notebook, on a busy machine
# What a figure shows: its drawings and its sentence, without its controls.
SHOWN = """figure => [...figure.querySelectorAll(".live-stage, .live-readout")].map((part) => part.innerHTML).join()"""
CONTROLS = "live-figure :is(input, select, [role=slider], [tabindex='0']):not(:disabled)"


def notebooks() -> list:
    """What each front end opens: JupyterLab and the classic Notebook a chapter at a time, Notebook 7 all in one."""
    opened = []
    for front in FRONT_ENDS:
        for chapters in [CHAPTERS] if front == "notebook" else [[chapter] for chapter in CHAPTERS]:
            name = chapters[0].stem if len(chapters) == 1 else "all"
            opened.append(pytest.param(front, of_chapters(*chapters), id=f"{front}-{name}"))
    return opened


def moved(reader, number) -> bool:
    """Whether a key pressed in one of the figure's controls shows something else in it."""
    cell = reader.cells.nth(number)
    figure = cell.locator("live-figure")
    before = figure.evaluate(SHOWN)
    controls = cell.locator(CONTROLS)
    for k in range(controls.count()):
        if not controls.nth(k).is_visible():
            continue
        controls.nth(k).focus()
        for key in ("ArrowRight", "ArrowDown", "Space"):
            reader.tab.keyboard.press(key)
            reader.tab.wait_for_timeout(100)
            if figure.evaluate(SHOWN) != before:
                return True
    return False


@pytest.mark.parametrize("server, notebook", notebooks(), indirect=["server"])
def test_every_figure_of_a_chapter_is_drawn_and_moves(open_cells, notebook):
    asked = figures(notebook)
    reader = open_cells(notebook=notebook)
    reader.run_all()
    seen = reader.scroll_until_drawn(list(asked), DRAWN_WITHIN)
    assert [name for number, name in asked.items() if number not in seen] == []
    still = [name for number, name in asked.items() if not reader.lives(number) or not moved(reader, number)]
    assert still == [], "no key in a control changed what these figures show"
