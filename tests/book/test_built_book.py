"""The built book as a whole: every page is there, asks no other host, and is fit for readers and search engines."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import pytest
import yaml
from rnn_book.security import policy

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
pytestmark = pytest.mark.book


class _Page(HTMLParser):
    """What the tests ask of a page: its elements with their attributes, in order."""

    def __init__(self, text: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self._labels = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._labels += tag == "label"
        self.elements.append((tag, {**dict(attrs), "inside a label": self._labels > 0}))

    def handle_endtag(self, tag):
        self._labels -= tag == "label"

    def all(self, *tags: str) -> list[dict]:
        """The attributes of every element with one of these tags."""
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(params=PAGES)
def page(request, built_book):
    path = built_book / f"{request.param}.html"
    assert path.is_file(), f"{request.param} is in _toc.yml but was not built"
    parsed = _Page(path.read_text(encoding="utf-8"))
    parsed.path = path
    return parsed


def _loaded(page: _Page) -> list[str]:
    """The addresses that a browser asks for by itself; links that wait for a click are not among them."""
    loading = [a for a in page.all("link") if a.get("rel") in ("stylesheet", "preload", "icon", "modulepreload")]
    asked = [a.get("href") or a.get("src") or "" for a in [*loading, *page.all("script", "img", "iframe", "source")]]
    return [address for address in asked if address]


def test_it_asks_no_other_host(page):
    assert [a for a in _loaded(page) if urlparse(a).netloc] == []
    inline = re.findall(r"(?:@import|url\()\s*[\"']?https?://[^\"')]+", page.path.read_text(encoding="utf-8"))
    assert inline == []


def test_it_says_which_scripts_may_run_and_allows_no_others(page):
    (rules,) = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert rules == policy(page.path.read_text(encoding="utf-8"), {"window.print()", "toggleFullScreen()"})
    scripts = next(rule for rule in rules.split("; ") if rule.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts and "'unsafe-eval'" not in scripts and "http" not in rules


def test_its_formulas_are_valid_for_screen_readers(page):
    children = {"msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2, "munder": 2, "mover": 2, "munderover": 3, "mroot": 2}
    for formula in re.findall(r"<math .*?</math>", page.path.read_text(encoding="utf-8"), re.S):
        for element in ElementTree.fromstring(formula).iter():
            tag = element.tag.rpartition("}")[2]
            assert len(element) == children.get(tag, len(element)), f"{tag}: {formula}"


def test_everything_it_asks_for_is_there(page, built_book):
    local = [unquote(urlparse(a).path) for a in _loaded(page) if not a.startswith("data:")]
    assert [a for a in local if not (page.path.parent / a).resolve().is_file()] == []


def test_every_link_into_the_book_arrives(page, built_book):
    missing = []
    for href in (a["href"] for a in page.all("a") if a.get("href")):
        address = urlparse(href)
        if address.scheme or address.netloc:
            continue
        target = (page.path.parent / unquote(address.path)).resolve() if address.path else page.path
        text = target.read_text(encoding="utf-8", errors="ignore") if target.is_file() else None
        state = re.match(r"[\w-]+[=?&]", address.fragment)  # the state of a figure, which is no place in the page
        if text is None or address.fragment and not state and f'id="{unquote(address.fragment)}"' not in text:
            missing.append(href)
    assert missing == []


def test_it_has_a_language_a_title_and_a_description(page):
    assert page.all("html")[0]["lang"] == "en"
    assert any(a.get("name") == "description" and a.get("content") for a in page.all("meta"))
    title = re.search(r"<title>(.*?)</title>", page.path.read_text(encoding="utf-8"), re.S)
    assert title and title[1].strip()


def test_its_headings_go_down_one_level_at_a_time(page):
    text = page.path.read_text(encoding="utf-8")
    article = text.partition('<article class="bd-article">')[2].partition("</article>")[0]
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", article)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert [pair for pair in zip(levels, levels[1:], strict=False) if pair[1] > pair[0] + 1] == []


def test_every_picture_says_what_it_shows(page):
    assert [a.get("src") for a in page.all("img") if a.get("alt") is None] == []
    drawings = [a for a in page.all("div", "svg", "figure") if a.get("role") == "img"]
    assert [a for a in drawings if not a.get("aria-label")] == []


def test_every_control_has_a_label(page):
    labelled = {a["for"] for a in page.all("label") if "for" in a}
    controls = [a for a in page.all("input", "select") if a.get("type") not in ("hidden", "submit")]
    bare = [a for a in controls if not a["inside a label"] and a.get("id") not in labelled and not a.get("aria-label")]
    assert bare == []


def test_every_figure_it_shows_has_its_program(page, built_book):
    names = {a["name"] for a in page.all("live-figure")}
    assert [n for n in names if not (built_book / "_static" / "live" / "figures" / f"{n}.js").is_file()] == []
    scripts = [a.get("src") or "" for a in page.all("script")]
    assert any("live/live-figure.js" in s for s in scripts) is bool(page.all("live-figure", "live-plot"))
    assert any("live/live-exercise.js" in s for s in scripts) is bool(page.all("live-exercise"))


def test_every_word_that_lights_up_names_a_signal_of_a_figure_on_the_page(page):
    text = page.path.read_text(encoding="utf-8")
    shown = {spec["name"]: spec for spec in map(json.loads, re.findall(r'class="live-spec">(.*?)</script>', text, re.S))
             if "name" in spec}
    for word in {a["data-word"] for a in page.all("span") if "data-word" in a}:
        figure, _, signal = word.partition(".")
        parts = {part["kind"]: part for part in shown[figure]["views"]}
        assert signal in parts["explain"]["signals"], word


def test_no_style_sheet_asks_another_host(built_book):
    asked = {}
    for sheet in (built_book / "_static").rglob("*.css"):
        if found := re.findall(r"(?:@import\s+|url\()[\"']?(https?:)?//[^\"')]+", sheet.read_text(encoding="utf-8")):
            asked[sheet.name] = found
    assert asked == {}
