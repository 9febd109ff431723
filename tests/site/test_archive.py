"""The archive that is read offline: unpacked somewhere else, opened from there, with nothing else within reach."""

from __future__ import annotations

import zipfile
from pathlib import Path
from urllib.parse import unquote, urlparse

import archive
import notebook_folder
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.book]


@pytest.fixture(scope="module")
def unpacked(built_book, tmp_path_factory) -> Path:
    """The one folder that the archive of the built book unpacks to."""
    folder = tmp_path_factory.mktemp("offline")
    notebooks = notebook_folder.make_folder(built_book / "notebooks", folder / "notebooks")
    archive.write_archive(built_book, notebooks, folder / "book.zip")
    with zipfile.ZipFile(folder / "book.zip") as packed:
        packed.extractall(folder / "elsewhere with a blank")
    top, = (folder / "elsewhere with a blank").iterdir()
    return top


def test_it_opens_on_the_introduction(open_page, unpacked):
    tab = open_page((unpacked / "index.html").as_uri())
    tab.wait_for_url("**/book/intro.html")
    assert tab.get_by_role("heading", level=1).is_visible()


def test_a_figure_computes(open_page, unpacked):
    tab = open_page((unpacked / "chapters" / "04-lstm.html").as_uri())
    figure = tab.locator("live-figure").first
    figure.evaluate("figure => figure.load()")
    slider = figure.locator("input[type=range]").first
    drawn, value = figure.locator("svg").first.inner_html(), slider.input_value()
    slider.press("End")
    assert slider.input_value() != value
    tab.wait_for_timeout(300)
    assert figure.locator("svg").first.inner_html() != drawn


def test_the_search_finds(open_page, unpacked):
    tab = open_page((unpacked / "search.html").as_uri() + "?q=forget%20gate")
    tab.locator(".book-found:not(:empty)").wait_for()
    tab.locator(".book-hits li > a").first.click()
    tab.wait_for_url("**/book/glossary.html#term-forget-gate")


def test_every_chapter_has_its_notebook_and_leads_to_it(open_page, unpacked):
    chapters = sorted((unpacked / "chapters").glob("*.html"))
    notebooks = sorted((unpacked / "notebooks" / "chapters").glob("*.ipynb"))
    assert [path.stem for path in chapters] == [path.stem for path in notebooks]
    tab = open_page(chapters[3].as_uri())
    links = tab.locator("a[href$='.ipynb']").evaluate_all("links => links.map(link => link.href)")
    paths = {Path(unquote(urlparse(link).path)) for link in links}
    assert notebooks[3] in paths
    assert all(path.is_file() for path in paths if path.is_relative_to(unpacked))


def test_it_says_what_the_notebooks_need(unpacked):
    said = (unpacked / "README.txt").read_text()
    assert "index.html" in said and "pip install -r requirements.txt" in said
    assert (unpacked / "notebooks" / "requirements.txt").is_file() and any((unpacked / "notebooks").glob("*.whl"))
