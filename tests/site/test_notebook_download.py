"""The button that downloads a page as a notebook: by keyboard, from a server and from a disk, in light and dark."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.book]


@pytest.mark.parametrize("place", ["server", "disk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_saves_the_reader_notebook(open_page, built_book, site_url, place, scheme):
    base = site_url if place == "server" else built_book.as_uri()
    tab = open_page(f"{base}/chapters/09-after-the-lstm.html", color_scheme=scheme)
    toggle = tab.get_by_role("button", name="Download this page")
    toggle.focus()
    toggle.press("Enter")
    link = tab.get_by_role("link", name="Download this page as a notebook")
    if not link.count():
        link = tab.get_by_title("Download this page as a notebook")
    link.focus()
    with tab.expect_download(timeout=90_000) as started:
        link.press("Enter")
    assert started.value.suggested_filename == "09-after-the-lstm.ipynb"
    saved = json.loads(started.value.path().read_text(encoding="utf-8"))
    assert saved["cells"][1]["id"] == "setup"
