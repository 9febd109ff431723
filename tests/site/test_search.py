"""The search finds words, letters of formulas and Chinese terms, on localhost and from a disk."""

from urllib.parse import quote

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.book]


@pytest.fixture(params=["served", "from disk"])
def search(request, open_page, site_url, built_book):
    """`search("h_t")`: the titles that are found, the best first."""
    root = site_url if request.param == "served" else built_book.as_uri()

    def search_(query: str) -> list[str]:
        tab = open_page(f"{root}/search.html?q={quote(query)}")
        tab.locator(".book-found:not(:empty)").wait_for()
        return tab.locator(".book-hits li > a").all_inner_texts()

    return search_


@pytest.mark.parametrize("query, title, within", [
    ("vanishing gradients", "vanishing gradient", 1), ("forget gate", "forget gate", 1),
    ("lstm_bptt", "The way back", 3),
    ("h_t", "hidden state", 3), ("h_t", "The plain recurrent network", 8), ("hₜ", "hidden state", 3),
    ("c_t", "cell state", 1), ("W_hh", "An image in the recurrence", 1),
    ("σ", "sigmoid", 1), (r"\sigma", "sigmoid", 1), ("sigma_max", "spectral norm", 1), ("⊙", "The LSTM", 2),
    ("遗忘门", "forget gate", 1), ("长短期记忆", "long short-term memory", 1), ("门", "gate · 门", 1),
    ("LSTM的遗忘门", "forget gate", 1),
])  # fmt: skip
def test_what_is_searched_leads_to_what_explains_it(search, query, title, within):
    found = search(query)
    assert any(name.startswith(title) for name in found[:within]), found[:8]


def test_what_is_not_in_the_book_is_said(search):
    assert search("zebra crossing") == []


def test_a_hit_shows_its_words_and_leads_to_the_place(open_page, site_url):
    tab = open_page(f"{site_url}/search.html")
    tab.get_by_role("searchbox").first.fill("遗忘门")
    hit = tab.locator(".book-hits li").first
    assert "says which share of the cell is kept" in hit.inner_text()
    assert hit.locator("mark").first.inner_text() == "遗忘门"
    hit.get_by_role("link").click()
    tab.wait_for_url("**/book/glossary.html#term-forget-gate")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_typed_has_the_theme_s_colours(open_page, site_url, theme):
    tab = open_page(f"{site_url}/search.html", color_scheme=theme)
    look = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    assert tab.locator(".book-search input").evaluate(look) == tab.locator("body").evaluate(look)
