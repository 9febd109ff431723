r"""The search of the book: what each heading, term, figure and exercise says, letters of formulas and Chinese included.

Sphinx's own search knows words of Latin letters: it finds no \sigma, no h_t and nothing in Chinese, and it fetches
every page that it found something on, which no browser allows for pages on a disk. Here the text of the book is one
script, 220 kB gzipped, that the search page alone loads; `search.js` looks through it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

from sphinx.application import Sphinx

__all__ = ["Entries", "plain_formula", "search_index", "setup_search"]

_SIGNS = {
    "odot": "⊙", "oplus": "⊕", "cdot": "·", "times": "×", "pm": "±", "cdots": "…", "ldots": "…", "dots": "…",
    "partial": "∂", "nabla": "∇", "top": "ᵀ", "sum": "∑", "prod": "∏", "sqrt": "√", "infty": "∞", "in": "∈", "to": "→",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈",
    "propto": "∝", "lVert": "‖", "rVert": "‖", "mid": "|",
    "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "langle": "⟨", "rangle": "⟩",
}  # fmt: skip
_MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "overrightarrow": "\u20d7", "overleftarrow": "\u20d6"}
_STYLES = re.compile(r"\\(?:begin|end|text|math(?:rm|bf|it|cal|bb)|operatorname|left|right|[bB]igg?[lr]?|q?quad)\b"
                     r"(?:\{(?:aligned|cases|array|[bp]matrix|smallmatrix)\})?")  # fmt: skip


def _letter(name: str) -> str:
    """The sign of a command of TeX: a Greek letter or a sign, else its name, as for functions such as tanh."""
    kind, bare = ("CAPITAL" if name[0].isupper() else "SMALL"), name.removeprefix("var")
    bare = {"lambda": "lamda"}.get(bare.lower(), bare.lower())  # as Unicode spells it
    try:
        return _SIGNS.get(name) or unicodedata.lookup(f"GREEK {kind} LETTER {bare.upper()}")
    except KeyError:
        return f" {name} "


def plain_formula(latex: str) -> str:
    r"""A formula as one would type it: `W_{hh}\, h_{t-1}` becomes `W_hh h_t-1`, and `\sigma_{\max}` `σ_max`."""
    text, before = _STYLES.sub(" ", latex), ""
    while text != before:  # from the innermost braces outwards
        before = text
        text = re.sub(r"([_^])\s*\{\s*([^{}]*?)\s*\}", r"\1\2", text)
        text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" \1 / \2 ", text)
    text = re.sub(rf"\\({'|'.join(_MARKS)})\s*\{{?\s*(\w)\}}?", lambda m: m[2] + _MARKS[m[1]], text)
    text = re.sub(r"\\([A-Za-z]+)", lambda m: _letter(m[1]), text)
    text = re.sub(r"\\[\\,;:!> ]|[&~]", " ", text)
    text = re.sub(r"([_^])\s+", r"\1", text)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", re.sub(r"[{}\\]", "", text))).strip()


class _Entry:
    """What one link of the results leads to: a part of a page, a term, a figure, an exercise."""

    def __init__(self, anchor: str, kind: str):
        self.anchor, self.kind = anchor, kind
        self.title: list[str] = []
        self.text: list[str] = []
        self.code: list[str] = []


class Entries(HTMLParser):
    """The parts of a page's article, in order, each with its anchor, its title and its text."""

    _VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    _SKIPPED = {"script", "style", "svg", "button", "select", "noscript", "template", "dialog"}
    _HIDDEN = {"headerlink", "katex-html", "eqno", "live-controls", "live-readout", "live-say", "live-stage",
               "live-meta", "live-launch", "live-guide", "live-verdict", "stream", "text_plain"}
    _INLINE = {"a", "abbr", "annotation", "b", "cite", "code", "em", "i", "math", "semantics", "span", "strong", "sub",
               "sup"}
    _ENTRIES = {"section": "part", "live-figure": "figure", "live-exercise": "exercise"}
    _TITLES = {"h1", "h2", "h3", "h4", "h5", "h6", "dt"}

    def __init__(self, page: str):
        super().__init__()
        self.all: list[_Entry] = []
        self._open: list[tuple[str, str]] = []  # element and what it does: skip, title, formula, or the entry it opened
        self._entered: list[_Entry] = []
        self._formula = ""
        article = page.partition('<article class="bd-article">')[2].partition("</article>")[0]
        self.feed(article)

    def handle_starttag(self, tag, attrs):
        if tag in self._VOID:
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        does = ""
        if tag in self._SKIPPED or classes & self._HIDDEN or given.get("aria-hidden") == "true":
            does = "skip"
        elif "highlight" in classes:
            does = "code"
        elif tag == "annotation":
            does, self._formula = "formula", ""
        elif tag == "dt" and given.get("id", "").startswith("term-"):
            does = self._begin_term(given["id"])
        elif tag in self._TITLES or "live-title" in classes and self._entered[-1].kind == "figure":
            does = "title"
        elif tag in self._ENTRIES and given.get("id"):
            does = self._begin(given["id"], self._ENTRIES[tag])
        self._open.append((tag, does))
        self._part(tag)

    def _begin(self, anchor: str, kind: str) -> str:
        self.all.append(_Entry(anchor, kind))
        self._entered.append(self.all[-1])
        return "entry"

    def _begin_term(self, anchor: str) -> str:
        """A term: the first of its names opens an entry, the others join it."""
        last = self._entered[-1]
        if last.kind == "term" and not _joined(last.text):
            last.title.append(" · ")
        else:
            if last.kind == "term":
                self._entered.pop()
            self._begin(anchor, "term")
        return "title"

    def handle_endtag(self, tag):
        if tag in self._VOID or not any(tag == name for name, _ in self._open):
            return
        while True:
            name, does = self._open.pop()
            if does == "formula":
                self._say(plain_formula(self._formula))
            elif does == "entry" or name == "dl" and self._entered and self._entered[-1].kind == "term":
                self._entered.pop()
            if name == tag:
                break
        self._part(tag, {"td": ", ", "th": ", ", "tr": "; "}.get(tag, " "))

    def _part(self, tag: str, between: str = " ") -> None:
        if tag not in self._INLINE:  # what stands in two boxes are two words
            self._say(between)

    def handle_data(self, data):
        does = {what for _, what in self._open}
        if "skip" in does:
            return
        if "formula" in does:
            self._formula += data
        elif "code" in does and self._entered:
            self._entered[-1].code.append(data)
        elif not any(name == "math" for name, _ in self._open):
            self._say(data)

    def _say(self, text: str) -> None:
        if self._entered:
            titled = any(what == "title" for _, what in self._open)
            (self._entered[-1].title if titled else self._entered[-1].text).append(text)


def _joined(pieces: list[str]) -> str:
    text = re.sub(r"\s+", " ", "".join(pieces))
    return re.sub(r"(?:[ ,]*; )+", "; ", re.sub(r" (?=[,;])", "", text)).strip(" ,;")


def search_index(pages: dict[str, str]) -> dict:
    """The index of pages (address -> HTML): their titles, and (page, anchor, title, text, code, kind) of each entry."""
    index: dict = {"pages": [], "entries": []}
    for number, (address, page) in enumerate(pages.items()):
        entries = Entries(page).all
        index["pages"].append([address, _joined(entries[0].title) if entries else address])
        for entry in entries:
            if title := _joined(entry.title):
                text = _joined(entry.text)
                names = dict.fromkeys(re.findall(r"[A-Za-z_][\w.]{2,}", "".join(entry.code)))
                code = " ".join(name for name in names if name not in text)
                index["entries"].append([number, entry.anchor, title, text, code, entry.kind])
    return index


def _prepare(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.builder.search = False  # its own index, which nothing would read
        app.config.html_additional_pages["search"] = "search.html"


# What the theme copies for Sphinx's search; the index may be left from a build before this one.
_UNUSED = ("searchindex.js", "_static/searchtools.js", "_static/language_data.js")


def _write(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    paths = {f"{name}.html": Path(app.outdir) / f"{name}.html" for name in sorted(app.env.found_docs)}
    index = search_index({address: path.read_text(encoding="utf-8") for address, path in paths.items()})
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    (Path(app.outdir) / "_static" / "search-index.js").write_text(f"BOOK={text}\n", encoding="utf-8")
    for name in _UNUSED:
        (Path(app.outdir) / name).unlink(missing_ok=True)


def setup_search(app: Sphinx) -> None:
    """Put the book's search in the place of Sphinx's."""
    app.connect("builder-inited", _prepare)
    app.connect("build-finished", _write)
