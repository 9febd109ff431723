"""Reader notebooks as any Jupyter shows them: CommonMark with GitHub's tables, and formulas between dollars."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

__all__ = ["Shown", "rendered", "without_formulas", "words_of"]

# Jupyter, Colab and VS Code take formulas out before they read Markdown, so that no `_` or `*` of them means anything.
FORMULA = re.compile(r"(?<!\\)\$\$(?P<display>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\n]+?)(?<!\\)\$(?!\$)", re.DOTALL)
_CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE)
_READER = MarkdownIt("commonmark").enable("table")


def without_formulas(markdown: str) -> tuple[str, list[tuple[str, bool]]]:
    """A cell with `¤` in place of each formula outside of code, and the formulas with whether each is displayed."""
    found, kept, end = [], [], 0

    def taken(match) -> str:
        found.append(((match["display"] or match["inline"]).strip(), bool(match["display"])))
        return "¤"

    for code in _CODE.finditer(markdown):
        kept += [FORMULA.sub(taken, markdown[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*kept, FORMULA.sub(taken, markdown[end:])]), found


class Shown(HTMLParser):
    """What a reader sees of HTML: its blocks of text, the same without code (`prose`), its links and images."""

    _BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "h5", "td", "th", "summary", "blockquote", "div", "dt", "dd"}

    def __init__(self, page: str):
        super().__init__()
        self.blocks, self.prose = [""], [""]
        self.links: list[str] = []
        self.images: list[dict] = []
        self._code: list[str] = []
        self.feed(page)
        self.blocks = [text for block in self.blocks if (text := re.sub(r"\s+", " ", block).strip())]

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._part(tag)
        if tag in ("code", "pre"):
            self._code.append(tag)
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "img":
            self.images.append(given)

    def handle_endtag(self, tag):
        self._part(tag)
        if tag in ("code", "pre"):
            self._code.remove(tag)

    def _part(self, tag: str) -> None:
        if tag in self._BLOCKS:
            self.blocks.append("")
            self.prose.append("")

    def handle_data(self, data):
        if "pre" not in self._code:
            self.blocks[-1] += data
        if not self._code:
            self.prose[-1] += data


def rendered(markdown: str) -> Shown:
    """What a reader sees of a cell, each formula as `¤`."""
    return Shown(_READER.render(without_formulas(markdown)[0]))


class _Words(HTMLParser):
    """The text of a page's article without its formulas, equation numbers and the marks of its headings' links."""

    _SKIPPED = {"katex", "eqno", "headerlink"}
    _VOID = {"br", "img", "input", "hr", "path", "link", "meta", "rect", "circle", "line"}

    def __init__(self, page: str):
        super().__init__()
        self.text = ""
        self._open: list[bool] = []  # for each element that is open: is it left out?
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in self._VOID:
            classes = (dict(attrs).get("class") or "").split()
            self._open.append(bool(self._SKIPPED.intersection(classes)))

    def handle_endtag(self, tag):
        if tag not in self._VOID and self._open:
            self._open.pop()

    def handle_data(self, data):
        if not any(self._open):
            self.text += data


def words_of(page: str) -> str:
    """The text of a page's article without formulas and spaces."""
    article = page.partition('<article class="bd-article">')[2].partition("</article>")[0]
    return re.sub(r"\s", "", _Words(article).text)
