"""What stands around a page's text, in the built book: theme, search, side bars, menu, contents."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.book]
CHAPTER = "chapters/04-lstm.html"
PHONE = {"viewport": {"width": 390, "height": 844}}


def test_the_theme_is_chosen_and_kept(open_page, site_url):
    tab = open_page(f"{site_url}/{CHAPTER}", color_scheme="light")
    page = tab.locator("html")
    expect(page).to_have_attribute("data-theme", "light")
    tab.emulate_media(color_scheme="dark")
    expect(page).to_have_attribute("data-theme", "dark")  # nothing was chosen: the system's
    tab.locator(".theme-switch-button:visible").click()
    expect(page).to_have_attribute("data-theme", "light")
    tab.reload()
    expect(page).to_have_attribute("data-theme", "light")


def test_search_opens_by_key_and_button_and_closes_beside(open_page, site_url):
    tab = open_page(f"{site_url}/{CHAPTER}", viewport={"width": 1440, "height": 900})
    dialog = tab.locator("#pst-search-dialog")
    tab.keyboard.press("Control+k")
    expect(dialog.locator("input")).to_be_focused()
    tab.mouse.click(5, 890)
    expect(dialog).to_be_hidden()
    tab.locator(".search-button__button:visible").first.click()
    tab.keyboard.type("gate")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search.html?q=gate")


@pytest.mark.parametrize("name", ["primary", "secondary"])
def test_on_a_phone_a_side_bar_opens_over_the_page(open_page, site_url, name):
    tab = open_page(f"{site_url}/{CHAPTER}", **PHONE)
    toggle, links = tab.locator(f".{name}-toggle"), tab.locator(f"#pst-{name}-sidebar-modal a")
    for _ in range(2):  # what was moved into the dialog is moved back
        toggle.click()
        expect(links.first).to_be_visible()
        tab.keyboard.press("Escape")
        expect(links).to_have_count(0)
        expect(toggle).to_be_focused()


def test_the_contents_lead_to_a_section_and_mark_it(open_page, site_url):
    tab = open_page(f"{site_url}/{CHAPTER}", viewport={"width": 1440, "height": 900})
    tab.locator("#exercises h2").evaluate("e => e.scrollIntoView()")
    expect(tab.locator("#pst-page-toc-nav a[href='#exercises']")).to_have_attribute("aria-current", "true")
    link = tab.locator("#pst-page-toc-nav a[href='#the-way-back']")
    link.click()
    expect(link).to_have_attribute("aria-current", "true")
    top = tab.locator("#the-way-back h2").evaluate("e => e.getBoundingClientRect().top")
    assert 0 <= top < 200
    expect(tab.locator("#pst-page-toc-nav a[aria-current]")).to_have_count(1)


def test_the_menu_opens_by_key_and_closes_by_escape(open_page, site_url):
    tab = open_page(f"{site_url}/{CHAPTER}", viewport={"width": 1440, "height": 900})
    button, menu = tab.locator(".dropdown-toggle").first, tab.locator(".dropdown-menu").first
    button.focus()
    tab.keyboard.press("Enter")
    expect(menu).to_be_visible()
    tab.keyboard.press("Tab")
    expect(menu.locator("a").first).to_be_focused()
    tab.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("way", ["reload", "back"])
def test_who_comes_back_finds_the_place(open_page, site_url, way):
    tab = open_page(f"{site_url}/{CHAPTER}", **PHONE)
    mark = tab.locator("#why-the-gradient-survives .eqno").nth(1)
    mark.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
    tab.wait_for_timeout(300)
    place = mark.evaluate("e => e.getBoundingClientRect().top")
    assert 0 < place < 844
    if way == "reload":
        tab.reload()
    else:
        tab.goto(f"{site_url}/book/bibliography.html")
        tab.go_back()
    tab.wait_for_timeout(500)
    assert abs(mark.evaluate("e => e.getBoundingClientRect().top") - place) < 40
