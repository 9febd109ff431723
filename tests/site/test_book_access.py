"""The pages of the built book by keyboard and for screen readers: axe finds nothing, and Tab reaches what it should."""

import re
from pathlib import Path

import pytest
import yaml

from tests.audit.axe import findings

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
LISTED = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
PAGES = [*LISTED, "search", "genindex"]
CHAPTERS = [page for page in LISTED if page.startswith("chapters/")]
PHONE_AT_NIGHT, DESK_BY_DAY = (390, "dark"), (1280, "light")  # `make audit` crosses every width with every theme
pytestmark = [pytest.mark.browser, pytest.mark.book]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width, theme", [PHONE_AT_NIGHT, DESK_BY_DAY])
def test_axe_finds_nothing(open_page, site_url, page, width, theme):
    tab = open_page(f"{site_url}/{page}.html", viewport={"width": width, "height": 844}, color_scheme=theme)
    found = findings(tab)
    assert not found, "\n".join(f"{f['rule']}: {f['target']}: {f['html'][:200]}" for f in found)


@pytest.mark.parametrize("width", [390, 1280])
def test_every_button_has_a_name_in_letters(open_page, site_url, width):
    tab = open_page(f"{site_url}/chapters/05-gru.html", viewport={"width": width, "height": 844})
    assert tab.get_by_role("button", name="Toggle primary sidebar").is_visible()
    icons = tab.get_by_role("button", name=re.compile(r"^[\s\ue000-\uf8ff]*$"))  # letters of an icon font say nothing
    assert icons.count() == 0, icons.evaluate_all("all => all.map(e => e.outerHTML)")


def test_what_is_walked_by_keys_has_a_value_before_its_figure_lives(open_page, site_url):
    tab = open_page(f"{site_url}/chapters/04-lstm.html")
    walks = tab.locator("live-figure:not([ready]) .live-walk")
    walks.last.wait_for(state="attached")
    assert walks.evaluate_all("all => all.every((walk) => walk.ariaValueNow !== null)")


@pytest.mark.parametrize("page", CHAPTERS)
def test_code_is_one_tab_stop_a_section(open_page, site_url, page):
    tab = open_page(f"{site_url}/{page}.html")
    tab.locator("button.copy").first.wait_for(state="attached")
    sections = tab.locator("article > section > section").count()
    assert tab.locator("button.copy").count() > 2 * sections
    shown = "all => all.filter(e => e.tabIndex === 0 && e.checkVisibility({ visibilityProperty: true })).length"
    assert tab.locator("button.copy").evaluate_all(shown) <= sections + 1


def test_code_is_copied_by_keyboard(open_page, site_url):
    tab = open_page(f"{site_url}/chapters/04-lstm.html", permissions=["clipboard-read", "clipboard-write"])
    buttons = tab.locator("button.copy:visible")
    buttons.nth(1).focus()
    tab.keyboard.press("ArrowUp")
    assert buttons.nth(0).evaluate("e => e === document.activeElement && e.tabIndex === 0")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    buttons.nth(1).get_by_text("Copied").wait_for()
    code = buttons.nth(1).locator("xpath=preceding-sibling::pre")
    assert tab.evaluate("navigator.clipboard.readText()") == code.text_content().rstrip()


def test_the_first_tab_skips_to_the_text(open_page, site_url):
    tab = open_page(f"{site_url}/chapters/04-lstm.html")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('main') !== null")


def test_what_scrolls_is_reached_by_keyboard_and_nothing_else_is(open_page, site_url):
    tab = open_page(f"{site_url}/chapters/02-bptt.html", viewport={"width": 390, "height": 844})
    tab.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true })")
    tab.evaluate("document.querySelectorAll('section').forEach(far => { far.style.contentVisibility = 'visible' })")
    boxes = tab.locator("main :is(pre, .formula)")
    scrolled = tab.locator("main :is(pre, .formula)[tabindex='0']")
    scrolled.first.wait_for()
    wide = boxes.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length")
    assert wide > 3 and scrolled.count() == wide
