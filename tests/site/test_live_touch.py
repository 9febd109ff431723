"""Pads and maps: drawn on and chosen from by mouse, finger and keys, in a real browser."""

import numpy as np
import pytest
from live_pages import arrays, load_fixture, ready

pytestmark = pytest.mark.browser


def computed(element) -> None:
    element.evaluate("el => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def assert_computes(element):
    expected, got = load_fixture("sketch").run(**element.evaluate("el => el.controls")), arrays(element)
    for name, value in expected.items():
        np.testing.assert_allclose(got[name], np.ravel(value), rtol=1e-12, atol=1e-14, err_msg=name)


def cells(element) -> np.ndarray:
    return np.array(element.evaluate("el => el.controls.pad"))


def place(element, surface: str, row: int, column: int, size: int) -> tuple[float, float]:
    """Where the middle of a cell is on the screen."""
    element.locator(surface).scroll_into_view_if_needed()
    box = element.locator(surface).bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / size, box["y"] + (row + 0.5) * box["height"] / size


PAD, MAP = ".live-pad .live-surface", ".live-map .live-surface"


def test_a_mouse_draws_a_soft_line(open_page):
    element = ready(open_page("sketch.html"), "sketch")
    element.get_by_role("button", name="Clear").click()
    assert cells(element).sum() == 0
    mouse = element.page.mouse
    mouse.move(*place(element, PAD, 3, 2, 16))
    mouse.down()
    mouse.move(*place(element, PAD, 3, 12, 16), steps=5)
    mouse.up()
    computed(element)
    drawn = cells(element)
    assert (drawn[3, 2:13] == 1).all()
    assert ((drawn[2, 3:12] > 0) & (drawn[2, 3:12] < 1)).all()  # the soft edge of a pen two cells wide
    assert drawn[6:].sum() == 0
    np.testing.assert_allclose(drawn * 15, np.round(drawn * 15), atol=1e-12)
    assert_computes(element)
    mouse.move(*place(element, PAD, 10, 5, 16))  # no button is pressed
    assert (cells(element) == drawn).all()


def test_erase_undo_and_clear(open_page):
    element = ready(open_page("sketch.html"), "sketch")
    first = cells(element)
    element.get_by_role("button", name="Erase").click()
    assert element.get_by_role("button", name="Erase").get_attribute("aria-pressed") == "true"
    element.page.mouse.click(*place(element, PAD, 7, 7, 16))
    assert cells(element)[7, 7] == 0 and cells(element).sum() < first.sum()
    element.get_by_role("button", name="Undo").click()
    assert (cells(element) == first).all()
    assert element.get_by_role("button", name="Undo").is_disabled()
    element.get_by_role("button", name="Clear").click()
    computed(element)
    assert cells(element).sum() == 0
    assert element.locator(".live-challenges li").get_attribute("class") == "met"
    assert "0 of 256 cells painted" in element.locator(".live-pad output").inner_text()


def test_a_finger_draws_and_the_page_stays(open_page):
    tab = open_page("sketch.html", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    element = ready(tab, "sketch")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    touch = tab.context.new_cdp_session(tab)
    before, scroll = cells(element).sum(), tab.evaluate("scrollY")

    def send(kind, *where):
        points = [{"x": x, "y": y} for x, y in where]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", place(element, PAD, 13, 2, 16))
    for row in range(12, 4, -1):
        send("touchMove", place(element, PAD, row, 2, 16))
    send("touchEnd")
    computed(element)
    assert (cells(element)[5:14, 2] == 1).all() and cells(element).sum() > before
    assert tab.evaluate("scrollY") == scroll
    assert_computes(element)


def test_keys_draw(open_page):
    tab = open_page("sketch.html")
    element = ready(tab, "sketch")
    pad = tab.get_by_role("application", name="Your drawing")
    element.get_by_role("button", name="Clear").click()
    pad.focus()
    for key in ("Home", "PageUp", "ArrowDown", "ArrowRight", "Space", "ArrowRight", "Space"):
        pad.press(key)
    assert np.argwhere(cells(element)).tolist() == [[1, 1], [1, 2]]
    said = element.locator(".live-pad output").inner_text()
    assert said == "Row 1, column 2: 1. 2 of 256 cells painted."
    pad.press("Delete")
    assert np.argwhere(cells(element)).tolist() == [[1, 1]]
    pad.press("Control+z")
    assert np.argwhere(cells(element)).tolist() == [[1, 1], [1, 2]]
    computed(element)
    assert_computes(element)


def test_a_cell_of_the_map_is_chosen_by_mouse_finger_and_keys(open_page):
    tab = open_page("sketch.html", has_touch=True)
    element = ready(tab, "sketch")
    chosen = "document.querySelector('live-figure').controls.cell"
    tab.mouse.click(*place(element, MAP, 2, 9, 14))
    assert tab.evaluate(chosen) == [2, 9]
    tab.touchscreen.tap(*place(element, MAP, 12, 1, 14))
    assert tab.evaluate(chosen) == [12, 1]
    grid = tab.get_by_role("application", name="The filter's answer")
    grid.focus()
    for key, expected in [("ArrowRight", [12, 2]), ("ArrowUp", [11, 2]), ("Home", [11, 0]), ("ArrowLeft", [11, 0]),
                          ("End", [11, 13]), ("PageDown", [13, 13])]:
        grid.press(key)
        assert tab.evaluate(chosen) == expected
    computed(element)
    assert_computes(element)
    value = load_fixture("sketch").run(cell=[13, 13])["here"]
    assert element.locator(".live-map output").inner_text() == f"13, 13: {value:.2f}".replace("-", "−")


def test_the_map_shows_its_array_in_the_colours_of_the_theme(open_page):
    pixels = "return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data];"
    picture = f"el => {{ const c = el.querySelector('.live-map canvas'); {pixels} }}"
    still = f"""async el => {{
        const img = [...el.querySelectorAll(".live-map img")].find(i => i.getClientRects().length);
        await img.decode();
        const [width, height] = [img.naturalWidth, img.naturalHeight];
        const c = Object.assign(document.createElement("canvas"), {{ width, height }});
        c.getContext("2d").drawImage(img, 0, 0);
        {pixels}
    }}"""
    seen = []
    for theme in ("light", "dark"):
        element = ready(open_page("sketch.html", color_scheme=theme), "sketch")
        drawn, python = np.array(element.evaluate(picture)), np.array(element.evaluate(still))
        np.testing.assert_allclose(drawn, python, atol=1)
        seen.append(drawn)
    element.evaluate("document.documentElement.dataset.theme = 'light'")
    element.page.wait_for_function(f"({picture})(document.querySelector('live-figure'))[0] === {seen[0][0]}")
    np.testing.assert_array_equal(element.evaluate(picture), seen[0])


def test_the_address_keeps_drawing_and_cell(open_page):
    tab = open_page("sketch.html")
    element = ready(tab, "sketch")
    element.evaluate("""el => { const pad = Array.from({ length: 16 }, () => Array(16).fill(0));
        pad[0][1] = 1; pad[0][2] = 0.5; el.controls = { pad, cell: [3, 4] } }""")
    tab.wait_for_function("location.hash === '#sketch?pad=0f8&cell=3-4'")
    tab.reload()
    element = ready(tab, "sketch")
    assert cells(element)[0, :4].tolist() == [0, 1, 8 / 15, 0] and cells(element).sum() == 1 + 8 / 15
    assert element.evaluate("el => el.controls.cell") == [3, 4]
    assert_computes(element)
    element.locator("[data-act=reset]").click()
    tab.wait_for_function("location.hash === ''")
    np.testing.assert_array_equal(cells(element), load_fixture("sketch").values()["pad"])


@pytest.mark.parametrize("query, said", [
    ("pad=xyz", "Your drawing takes 16 rows of 16 cells"), ("cell=14-0", "takes a row from 0 to 13"),
    ("cell=left", "takes a row from 0 to 13"),
])  # fmt: skip
def test_what_an_address_cannot_ask_for_is_said(open_page, query, said):
    element = ready(open_page(f"sketch.html#sketch?{query}"), "sketch")
    assert said in element.locator(".live-note").inner_text()
    assert element.evaluate("el => el.controls") == load_fixture("sketch").values()


def test_parts_that_no_figure_here_needs_are_not_loaded(open_page):
    tab = open_page("sketch.html")
    ready(tab, "sketch")
    loaded = set(tab.evaluate("performance.getEntriesByType('resource').map(e => e.name.split('/').pop())"))
    assert {"live-pad.js", "live-map.js", "live-touch.css"} <= loaded
    assert not loaded & {"live-text.js", "live-colored.js", "live-text.css"}
