"""The form that writes a JupyterHub's link, as a teacher fills it in; the link is read as nbgitpuller reads it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from rnn_book.hub_link import WORDS, form_html, hub_link

STATIC = Path(__file__).resolve().parents[2] / "book" / "_static"
URL = "https://github.com/someone/rnn-live"
NOTEBOOKS = {"chapters/04-lstm.ipynb": "LSTM: a memory with <gates>"}

pytestmark = pytest.mark.browser


@pytest.fixture
def form(open_page, tmp_path):
    """`form(repository)`: a page with the form for a repository that is known, or "" where it is not."""

    def form_(repository: str = URL, **options):
        page = tmp_path / "page.html"
        head = f'<meta charset="utf-8"><link rel="stylesheet" href="{(STATIC / "hub.css").as_uri()}">'
        script = f'<script defer src="{(STATIC / "hub.js").as_uri()}"></script>'
        page.write_text(f"<!doctype html>{head}{script}{form_html(NOTEBOOKS, repository)}", encoding="utf-8")
        return open_page(page.as_uri(), **options)

    return form_


def _asked(link: str) -> tuple[str, dict]:
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", {k: v for k, (v,) in parse_qs(parts.query).items()}


def _field(tab, name: str):
    return tab.get_by_label(WORDS[name])


def test_the_link_follows_what_is_filled_in(form):
    tab = form()
    _field(tab, "hub").fill("https://hub.example.org/")
    _field(tab, "opens").select_option(label="LSTM: a memory with <gates>")
    _field(tab, "edition").select_option(label=WORDS["student"])
    at, query = _asked(_field(tab, "link").input_value())
    assert at == "https://hub.example.org/hub/user-redirect/git-pull"
    assert query == {"repo": URL, "branch": "student", "targetpath": "rnn-live-student",
                     "urlpath": "lab/tree/rnn-live-student/chapters/04-lstm.ipynb"}


@pytest.mark.parametrize("edition", ["notebooks", "student"])
def test_the_page_and_the_build_write_the_same_link(form, edition):
    tab = form()
    _field(tab, "hub").fill("https://hub.example.org")
    _field(tab, "edition").select_option(edition)
    assert _field(tab, "link").input_value() == hub_link("https://hub.example.org", URL, edition, "chapters")


@pytest.mark.parametrize("pasted", ["hub.example.org", " https://hub.example.org/hub/home ", "https://hub.example.org/user/me/lab",
                                    "https://hub.example.org/hub/spawn?next=%2F"])
def test_an_address_is_taken_as_it_is_pasted(form, pasted):
    tab = form()
    _field(tab, "hub").fill(pasted)
    assert _asked(_field(tab, "link").input_value())[0] == "https://hub.example.org/hub/user-redirect/git-pull"


def test_a_hub_below_a_path_keeps_it(form):
    tab = form()
    _field(tab, "hub").fill("http://localhost:8000/jupyter/hub/login")
    assert _asked(_field(tab, "link").input_value())[0] == "http://localhost:8000/jupyter/hub/user-redirect/git-pull"


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "hub", "https://", "ftp://hub.example.org"])
def test_what_is_no_address_is_said_and_gives_no_link(form, typed):
    tab = form()
    _field(tab, "hub").fill(typed)
    assert tab.get_by_role("status").inner_text() == ""  # not while it is typed
    _field(tab, "hub").press("Tab")
    assert tab.get_by_role("status").inner_text() == WORDS["wrong"]
    assert _field(tab, "hub").get_attribute("aria-invalid") == "true"
    assert _field(tab, "link").input_value() == ""
    _field(tab, "hub").fill("https://hub.example.org")
    assert tab.get_by_role("status").inner_text() == "" and not _field(tab, "hub").get_attribute("aria-invalid")


def test_a_repository_that_is_not_known_is_asked_for(form):
    assert form().get_by_label(WORDS["repository"]).count() == 0
    tab = form("")
    _field(tab, "hub").fill("https://hub.example.org")
    _field(tab, "repository").fill("https://gitlab.example.edu/group/deep/course.git")
    _, query = _asked(_field(tab, "link").input_value())
    assert query["repo"] == "https://gitlab.example.edu/group/deep/course"
    assert query["urlpath"] == "lab/tree/course/chapters"


def test_copying_says_what_is_missing_and_what_it_did(form):
    tab = form(permissions=["clipboard-read", "clipboard-write"])
    button, status = tab.get_by_role("button", name=WORDS["copy"]), tab.get_by_role("status")
    button.click()
    assert status.inner_text() == WORDS["missing"] and _field(tab, "hub").evaluate("e => e === document.activeElement")
    _field(tab, "hub").fill("https://hub.example.org")
    button.press("Enter")
    tab.get_by_text(WORDS["copied"]).or_(tab.get_by_text(WORDS["selected"])).wait_for()
    link = _field(tab, "link")
    assert link.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd) === e.value")


def test_without_scripts_it_shows_the_link_as_a_pattern(form):
    tab = form(java_script_enabled=False)
    assert _field(tab, "link").input_value() == hub_link(WORDS["hub_example"], URL, "notebooks", "chapters")
    assert _asked(_field(tab, "link").input_value())[1]["urlpath"] == "lab/tree/rnn-live/chapters"
