"""The book read from a disk, without a server: nothing is refused, figures move, questions answer, the theme switches.

What a disk takes from a reader: a state in the address is not shared, and some browsers forget what was done.
"""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.book]


@pytest.mark.parametrize("page", ["book/intro", "book/notation", "chapters/03-vanishing-gradients", "chapters/04-lstm"])
def test_a_page_is_silent_and_its_figures_live(open_page, built_book, page):
    tab = open_page((built_book / f"{page}.html").as_uri())
    tab.evaluate("Promise.all([...document.querySelectorAll('live-figure')].map(figure => figure.load()))")
    assert tab.locator("live-figure[ready]").count() == tab.locator("live-figure").count()
    assert tab.evaluate("[...document.fonts].some(face => face.status === 'loaded')")


def test_a_question_answers(open_page, built_book):
    tab = open_page((built_book / "chapters" / "04-lstm.html").as_uri())
    question = tab.locator("live-question:has(input[type=text])").first
    question.get_by_role("textbox").fill("-123456")
    question.get_by_role("textbox").press("Enter")
    assert question.locator(".verdict").inner_text().startswith("✗")


def test_the_theme_switches_and_is_kept(open_page, built_book):
    tab = open_page((built_book / "book" / "notation.html").as_uri(), color_scheme="light")
    shown = "document.documentElement.dataset.theme"
    assert tab.evaluate(shown) == "light"
    switch = tab.get_by_role("button", name="Color mode")
    for _ in range(3):  # light, dark and what the system has, in a circle
        switch.click()
        if tab.evaluate(shown) == "dark":
            break
    assert tab.evaluate(shown) == "dark"
    tab.reload()
    assert tab.evaluate(shown) == "dark"
