"""The pages of the built book on a phone, under their policy: silent, no wider than the screen, all figures alive."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"]), "search"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
pytestmark = [pytest.mark.browser, pytest.mark.book]


@pytest.mark.parametrize("page", PAGES)
def test_on_a_phone(open_page, site_url, page):
    tab = open_page(f"{site_url}/{page}.html" + ("?q=gate" if page == "search" else ""), **PHONE)
    tab.add_style_tag(content=".bd-article section { content-visibility: visible !important; }")  # to the page's end
    tab.evaluate("document.querySelectorAll('live-figure').forEach(figure => figure.load())")
    for figure in tab.locator("live-figure").all():
        name = figure.get_attribute("name")
        tab.locator(f"live-figure[name={name}]:is([ready], [error])").first.wait_for()
        assert figure.get_attribute("error") is None, f"{name}: {figure.get_attribute('error')}"
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    cut = tab.evaluate("""[...document.querySelectorAll("div.math .formula")]
        .filter(e => e.scrollWidth > e.clientWidth + 1 && !e.querySelector(".katex-html .mtable"))
        .map(e => e.querySelector("annotation").textContent)""")
    assert not cut, cut
    tab.evaluate("document.querySelectorAll('live-exercise details').forEach(folded => { folded.open = true })")
    wide = tab.evaluate("""[...document.querySelectorAll("live-exercise, live-exercise :is(p, li)")]
        .filter(e => e.scrollWidth > e.clientWidth + 1 && !e.closest(".live-hidden")).map(e => e.textContent)""")
    assert not wide, wide
    if page == "search":
        tab.locator(".book-hits li").first.wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", [TOC["root"], "chapters/08-applications", "book/notation"])
def test_links_are_ink_underlined_and_no_box_casts_a_shadow(open_page, site_url, page, theme):
    tab = open_page(f"{site_url}/{page}.html", color_scheme=theme)
    links = ".bd-article :is(p, li, td, dd) a:not(.headerlink, .start a, .chapter-card a)"
    looks = tab.locator(links).evaluate_all("""links => links
        .map((a) => getComputedStyle(a)).map(({ color, textDecorationLine }) => `${color} ${textDecorationLine}`)""")
    ink = tab.evaluate("getComputedStyle(document.querySelector('.bd-article')).color")
    assert set(looks) == {f"{ink} underline"}
    shadows = tab.evaluate("""[...document.querySelectorAll(".bd-article :is(.admonition, details)")]
        .filter((e) => getComputedStyle(e).boxShadow !== "none").map((e) => e.className)""")
    assert not shadows, shadows


def test_print_is_light_lists_the_controls_and_cuts_no_code(open_page, site_url):
    tab = open_page(f"{site_url}/chapters/04-lstm.html", color_scheme="dark")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate("document.documentElement.dataset.theme") == "light"
    assert tab.evaluate("getComputedStyle(document.querySelector('div.highlight pre')).whiteSpace") == "pre-wrap"
    frames = "[...document.querySelectorAll('.cell_input')].map(e => getComputedStyle(e).breakInside)"
    assert set(tab.evaluate(frames)) == {"avoid"}  # or a page ends in a frame without code
    assert not any(folded.is_visible() for folded in tab.locator("article details:not([open]) > summary").all())
    assert tab.locator("h1:visible").all_inner_texts() == ["4. LSTM: a memory with gates"]  # with its number, and once
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("written", ["41,184", "41 184", "41184"])
def test_an_exercise_that_is_solved_is_marked_everywhere(open_page, site_url, written):
    """Exercise 1.1, whose answer readers wrote as the book prints it."""
    tab = open_page(f"{site_url}/chapters/01-rnn.html", viewport={"width": 1280, "height": 900})
    card = tab.locator("live-exercise[ready]").first
    assert tab.get_by_role("article", name="1.1 Count").count() == 1  # a number, and then a word
    card.get_by_role("textbox").fill(written)
    card.get_by_role("button", name="Check").click()
    assert card.locator(".verdict").inner_text().startswith("✓ Right:")
    count = tab.locator("live-exercise").count()
    tab.reload()
    assert tab.locator("live-exercise[ready]").first.get_by_role("textbox").input_value() == written
    assert tab.locator("nav.live-progress").inner_text().strip() == f"1 of {count} solved"
    assert tab.locator(".live-share:visible").all_inner_texts() == [f"1/{count}"]
    tab.goto(f"{site_url}/book/progress.html")
    first = tab.locator(".live-record section").first
    assert first.locator(".live-total").inner_text() == f"1 of {count} solved"
    assert "1.1" in first.locator("li").first.inner_text() and "solved" in first.locator("li").first.inner_text()


@pytest.mark.parametrize("chapter", [page for page in PAGES if page.startswith("chapters/")])
def test_exercises_are_folded_without_scripts(open_page, site_url, chapter):
    tab = open_page(f"{site_url}/{chapter}.html", java_script_enabled=False)
    cards = tab.locator("live-exercise").all()
    assert len(cards) >= 8
    for card in cards:
        assert card.locator("h3").is_visible() and not card.locator("dialog").is_visible()
        assert all(not e.is_visible() for e in card.locator("details > :not(summary)").all())
    assert not any(e.is_visible() for e in tab.locator(".live-code > :not(summary)").all())
