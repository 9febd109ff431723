"""What moves is seen: the shapes of every figure of the course, measured on the screens of its readers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from live_figures import Figures, assets, page

BOOK = (Path(__file__).parents[2] / "book/_static/book.css").read_text("utf-8")
FIGURES = Figures("helpers.figures")
# A screen, and on it what the book's theme leaves to a figure: left edge and width; the height of its header.
SCREENS = {"wide": (1440, 900, 330, 1070, 48), "middle": (1100, 800, 252, 816, 48), "phone": (390, 844, 16, 358, 56)}
SMALLEST = 12  # pixels: type that can be read


@pytest.fixture(scope="module")
def tabs(chromium):
    """A tab for each of SCREENS."""
    tabs = {screen: chromium.new_page(viewport={"width": size[0], "height": size[1]})
            for screen, size in SCREENS.items()}
    yield tabs
    for tab in tabs.values():
        tab.close()


@cache
def _html(name: str) -> str:
    return page.figure_html(FIGURES.load(name))


def _lay_out(tabs, body: str, screen: str):
    """The tab of `screen` with `body` as the book lays it out: under a header that stays, in the theme's column."""
    _, _, left, room, bar = SCREENS[screen]
    styles = "".join(assets.runtime(name) for name in assets.needed(body, ".css"))
    tabs[screen].set_content(f"""<!doctype html><html lang="en" data-theme="light"><head><style>{styles}{BOOK}
        body {{ margin: 0; }} header {{ position: sticky; top: 0; height: {bar}px; }}
        .bd-article {{ margin: 0 0 2000px {left}px; width: {room}px; padding: 1000px 0 0 !important; }}</style></head>
        <body><header></header><div class="bd-article">{body}</div></body></html>""")
    return tabs[screen]


# From where to where the `parts` reach on the screen, then the drawing and the knobs; the highest is under the header.
SPANS = """([bar, parts]) => {
    const boxes = (name) => [...document.querySelectorAll(".live " + name)].map((e) => e.getBoundingClientRect());
    const span = (names) => {
        const found = names.flatMap(boxes).filter((box) => box.height);
        return [Math.min(...found.map((box) => box.top)), Math.max(...found.map((box) => box.bottom))];
    };
    for (let k = 0; k < 2; k++) scrollTo(0, scrollY + span(parts)[0] - bar);   // knobs that stick move on the way
    return [span(parts), span([".live-stage"]), span([".live-knobs"])];
}"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", FIGURES.names())
def test_what_moves_is_on_one_screen_with_all_that_moves_it(tabs, name, screen):
    width, height, _, _, bar = SCREENS[screen]
    tab = _lay_out(tabs, _html(name), screen)
    parts = [".live-stage", ".live-knobs", ".live-entries"]
    if screen == "phone" and tab.locator(".live-entries .live-longtext").count():
        parts.pop()  # many lines of text and what is made of them do not fit on a phone: the text stands above
    (top, bottom), stage, knobs = tab.evaluate(SPANS, [bar, parts])
    assert top >= bar - 1 and bottom <= height
    if screen == "phone" and tab.locator(".live-knobs").count():
        assert stage[1] <= knobs[0], "the knobs lie on the drawing"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


# The texts of a drawing that are smaller than `least` on the screen; indices below a letter may be.
SMALL = """(least) => [...document.querySelectorAll(".live-stage :is(text, span, small, output)")].flatMap((e) => {
    const matrix = e.getScreenCTM?.(), scale = matrix ? Math.hypot(matrix.a, matrix.b) : 1;
    const size = parseFloat(getComputedStyle(e).fontSize) * scale;
    const seen = e.textContent.trim() && e.getClientRects().length;
    return seen && size < least ? [`${e.textContent} (${size.toFixed(1)})`] : [];
})"""


@pytest.mark.parametrize("screen", ["phone", "wide"])
@pytest.mark.parametrize("name", FIGURES.names())
def test_no_drawing_has_type_too_small_to_read(tabs, name, screen):
    assert not _lay_out(tabs, _html(name), screen).evaluate(SMALL, SMALLEST - 0.1)


# Each row of knobs: how much of its width is left over; where what is touched ends, and how high it is.
ROWS = """() => {
    const grid = document.querySelector(".live-knobs"), rows = new Map();
    for (const cell of grid.children) {
        const box = cell.getBoundingClientRect(), row = rows.get(Math.round(box.bottom)) ?? [];
        const touched = (cell.querySelector("input:not([type=checkbox]), select") ?? cell).getBoundingClientRect();
        rows.set(Math.round(box.bottom), [...row, [box.width, touched]]);
    }
    const { paddingLeft, columnGap } = getComputedStyle(grid), gap = parseFloat(columnGap);
    const full = grid.clientWidth - parseFloat(paddingLeft) * 2;
    return [...rows.values()].map((row) => ({
        left: full - row.reduce((sum, [width]) => sum + width + gap, -gap), bottoms: row.map(([, box]) => box.bottom),
        heights: row.map(([, box]) => box.height) }));
}"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", [n for n in FIGURES.names() if "live-knobs" in _html(n)])
def test_knobs_are_tall_enough_aligned_and_leave_no_gap(tabs, name, screen):
    for row in _lay_out(tabs, _html(name), screen).evaluate(ROWS):
        assert abs(row["left"]) < 2
        assert max(row["bottoms"]) - min(row["bottoms"]) < 1
        assert all(height >= 40 for height in row["heights"]) or screen != "phone"


# The words of a drawing that lie on others: pairs whose letters share more than a pixel or two. A box of words is
# higher than its letters.
LYING = """() => {
    const words = [...document.querySelectorAll(".live-stage :is(text, .live-legend span, .live-scale :is(span, b))")]
        .filter((e) => e.textContent.trim() && e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
        .map((e) => {
            const { left, right, top, bottom, width, height } = e.getBoundingClientRect();
            const upright = e.matches("b") || e.getScreenCTM?.().b;
            const air = 0.18 * (upright ? width : height);
            return upright ? [left + air, right - air, top, bottom, e] : [left, right, top + air, bottom - air, e];
        });
    return words.flatMap(([a, b, c, d, e], k) => words.slice(k + 1)
        .filter(([p, q, r, s]) => Math.min(b, q) - Math.max(a, p) > 1 && Math.min(d, s) - Math.max(c, r) > 2)
        .map(([, , , , other]) => `${e.textContent} / ${other.textContent}`));
}"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", FIGURES.names())
def test_no_words_of_a_drawing_lie_on_others(tabs, name, screen):
    assert not _lay_out(tabs, _html(name), screen).evaluate(LYING)


# The options that are longer than their box shows beside its arrow.
CUT = """() => [...document.querySelectorAll(".live select")].flatMap((select) => {
    const style = getComputedStyle(select), pen = document.createElement("canvas").getContext("2d");
    pen.font = `${style.fontSize} ${style.fontFamily}`;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
    return [...select.options].map((option) => option.text).filter((text) => pen.measureText(text).width > room);
})"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", [n for n in FIGURES.names() if "<select" in _html(n)])
def test_no_option_is_longer_than_its_box(tabs, name, screen):
    assert not _lay_out(tabs, _html(name), screen).evaluate(CUT)
