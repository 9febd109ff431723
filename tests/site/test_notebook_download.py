"""The button that downloads a page as a notebook: by keyboard, from a server and from a disk."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.book]
PAGE = "chapters/09-after-the-lstm"


def to_the_link(tab):
    """Open the theme's menu by keyboard, and go to the notebook in it."""
    toggle = tab.get_by_role("button", name="Download this page")
    toggle.focus()
    toggle.press("Enter")
    link = tab.locator("a[download]")
    link.wait_for()
    assert link.get_attribute("title") == "Download this page as a notebook"
    link.focus()
    return link


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_a_server_it_is_saved(open_page, built_book, site_url, scheme):
    tab = open_page(f"{site_url}/{PAGE}.html", color_scheme=scheme)
    link = to_the_link(tab)
    with tab.expect_download(timeout=90_000) as started:
        link.press("Enter")
    assert started.value.suggested_filename == "09-after-the-lstm.ipynb"
    assert json.loads(started.value.path().read_text(encoding="utf-8"))["cells"][1]["id"] == "setup"


def test_from_a_disk_the_file_opens_beside_the_page(open_page, built_book):
    tab = open_page((built_book / f"{PAGE}.html").as_uri())
    link = to_the_link(tab)
    with tab.context.expect_page(timeout=90_000) as opened:
        link.press("Enter")
    opened.value.wait_for_url(f"**/notebooks/{PAGE}.ipynb", timeout=90_000)
    assert tab.url.endswith(f"{PAGE}.html")
