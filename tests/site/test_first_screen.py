"""The first page of the built book: what a visitor sees before scrolling, and the cards of the chapters."""

import re

import pytest
from live_pages import ready

pytestmark = [pytest.mark.browser, pytest.mark.book]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SCREENS = {"phone": PHONE, "laptop": {"viewport": {"width": 1100, "height": 800}},
           "desktop": {"viewport": {"width": 1440, "height": 900}}}


@pytest.fixture
def intro(open_page, site_url):
    """`intro(**context)` opens the first page, where nothing types itself."""
    return lambda **options: open_page(f"{site_url}/book/intro.html", reduced_motion="reduce", **options)


def boxes(tab, selector):
    return [element.bounding_box() for element in tab.locator(selector).all()]


@pytest.mark.parametrize("screen", SCREENS)
def test_the_network_stands_on_the_first_screen(intro, screen):
    """Title, line, all lanes, the bars and the sentence, without scrolling; nothing is wider than the screen."""
    tab = intro(**SCREENS[screen])
    ready(tab, "line_reader")
    size = tab.viewport_size
    for part in (".bd-article h1", ".tape-line input", ".tape-lane", ".tape-next button", ".tape-says"):
        assert tab.locator(part).count()
        for box in boxes(tab, part):
            assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"], part
    assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_visitor_types_and_takes_a_guess(intro):
    tab = intro()
    figure = ready(tab, "line_reader")
    line = figure.get_by_role("textbox", name="Your line")
    line.fill("def __in")
    line.press("End")
    tab.wait_for_timeout(300)
    best = figure.locator(".tape-next b").first.inner_text()
    line.press("ArrowRight")
    assert line.input_value() == "def __in" + best
    assert re.match(r"At “.” the cell keeps \d+% of", figure.locator(".tape-says").inner_text())


def test_no_side_bars_on_a_desktop_and_the_menu_behind_its_button(intro):
    tab = intro(**SCREENS["desktop"])
    menu, button = tab.locator(".bd-links").first, tab.locator(".primary-toggle")
    assert not menu.is_visible() and not tab.locator("#pst-secondary-sidebar").is_visible()
    button.click()
    menu.wait_for(state="visible")
    button.click()
    menu.wait_for(state="hidden")
    assert tab.locator(".article-header-buttons .search-button").is_visible()
    assert tab.locator(".theme-switch-button").first.is_visible()


def test_the_menu_of_a_phone(intro):
    tab = intro(**PHONE)
    tab.locator(".primary-toggle").click()
    tab.locator("dialog .bd-links").first.wait_for(state="visible")


def test_cards_stand_in_threes_or_one_below_the_other(intro):
    tab = intro(**SCREENS["desktop"])
    columns = lambda: [sum(1 for b in found if b["y"] == y) for y in sorted({b["y"] for b in found})]  # noqa: E731
    for width, wanted in ((1440, 3), (1100, 3), (700, 1), (390, 1)):
        tab.set_viewport_size({"width": width, "height": 900})
        found = boxes(tab, ".chapter-card")
        assert len(found) == 9 and set(columns()) == {wanted}
        tape, title = boxes(tab, ".live-tape")[0], boxes(tab, ".bd-article h1")[0]
        assert min(box["x"] for box in found) == pytest.approx(tape["x"], abs=1) == pytest.approx(title["x"], abs=1)
        assert max(box["x"] + box["width"] for box in found) == pytest.approx(tape["x"] + tape["width"], abs=1)
        assert all(box["width"] > 80 and box["height"] > 60 for box in boxes(tab, ".card-picture > svg"))


def test_each_card_leads_to_its_chapter_and_says_what_is_there(intro, site_url):
    tab = intro()
    cards = tab.locator(".chapter-card").evaluate_all("""cards => cards.map((card) => {
        const [link, count] = ["a", ".card-count"].map((part) => card.querySelector(part));
        return [link.href, link.textContent, count.textContent];
    })""")
    for address, title, counted in cards:
        tab.goto(address)
        assert title.endswith(tab.locator(".bd-article h1").inner_text().replace("#", "").partition(". ")[2].strip())
        figures, exercises = tab.locator("live-figure").count(), tab.locator("live-exercise").count()
        assert f"{figures} live figures · {exercises} exercises" in counted


def test_a_card_says_what_the_reader_has_done(intro):
    tab = intro()
    tab.evaluate("""localStorage.setItem("live-progress",
        JSON.stringify({ version: 1, exercises: { "ch04.one_percent": { solved: true } } }))""")
    tab.reload()
    assert "1 of 12" in tab.locator('[data-chapter="04"] .live-done').inner_text()
    assert tab.locator('[data-chapter="05"] .live-done').inner_text() in ("", "0 of 10 done")


def test_the_buttons_lead_into_the_book(intro):
    tab = intro()
    tab.get_by_role("link", name="Run the code").click()
    assert tab.url.endswith("how-to-use.html")
    tab.go_back()
    tab.get_by_role("link", name="Start with chapter 1").click()
    assert tab.url.endswith("01-rnn.html")
