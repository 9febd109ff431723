"""Style sheets and fonts cut down to what the finished pages use.

The theme brings 65 KB of gzipped styles and 270 KB of icon fonts, of which a page here uses about a quarter and a dozen
glyphs; KaTeX's fonts hold every symbol of TeX. A rule stays when each class and id of its selector occurs in some page
or in a script that the pages load.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import tinycss2
from fontTools import subset
from sphinx.application import Sphinx

__all__ = ["icon_codes", "purge", "setup_styles", "subset_font", "words_of"]

_ATTRIBUTE = re.compile(r'\b(?:class|id)=(?:"([^"]*)"|\'([^\']*)\'|([\w-]+))')
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_FUNCTION = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
_NAME = re.compile(r"[.#]((?:[\w-]|\\.)+)")
_NESTING = ("media", "supports", "layer", "container")
_SHEETS = ("styles/*.css", "basic.css", "sphinx-design*.css", "mystnb*.css", "togglebutton.css", "pygments.css")


def words_of(page: str) -> set[str]:
    """The classes and ids in a page."""
    return {word for match in _ATTRIBUTE.finditer(page) for word in "".join(g or "" for g in match.groups()).split()}


def _used(selector: str, words: set[str]) -> bool:
    # What stands inside :not() or :is() need not occur, so it is not looked at.
    names = _NAME.findall(_FUNCTION.sub("", selector))
    return all(re.sub(r"\\(.)", r"\1", name) in words for name in names)


def _split(prelude: list) -> list[str]:
    selectors, current = [], []
    for token in prelude:
        if token == ",":
            selectors.append(current)
            current = []
        else:
            current.append(token)
    return [tinycss2.serialize(s).strip() for s in [*selectors, current]]


def _rules(rules: Iterable, words: set[str]) -> Iterable[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            kept = [s for s in _split(rule.prelude) if _used(s, words)]
            if kept:
                yield f"{','.join(kept)}{{{tinycss2.serialize(rule.content).strip()}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in _NESTING and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if body := "".join(_rules(inner, words)):
                yield f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}{{{body}}}"
        elif rule.type == "at-rule":
            yield rule.serialize()
        elif rule.type == "error":
            raise ValueError(f"a style sheet cannot be read: {rule.message}")


def purge(css: str, words: set[str]) -> str:
    """`css` without comments and without the rules whose classes or ids are not all in `words`; raises ValueError."""
    return "".join(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), words))


def subset_font(font: Path, codes: set[int]) -> bytes:
    """The woff2 font with the glyphs of these code points alone."""
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    loaded = subset.load_font(str(font), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(loaded)
    written = io.BytesIO()
    subset.save_font(loaded, written, options)
    return written.getvalue()


def _words(static: Path, pages: list[str]) -> set[str]:
    words = set().union(*(words_of(page) for page in pages))
    for script in [*static.glob("*.js"), *static.glob("scripts/*.js")]:
        if script.name != "fontawesome.js":
            words |= set(_WORD.findall(script.read_text(encoding="utf-8")))
    return words


def _kept(cache: Path, made_of: Iterable[bytes], make: Callable[[], bytes]) -> bytes:
    """What `make` returns, from `cache` where the same was made before: an unchanged build cuts nothing twice."""
    path = cache / hashlib.sha256(b"\0".join(made_of)).hexdigest()[:24]
    if not path.exists():
        path.write_bytes(make())
    return path.read_bytes()


def _cut_sheets(static: Path, words: set[str], cache: Path) -> str:
    """Purge every style sheet in place; returns them all, one after the other."""
    key = " ".join(sorted(words)).encode()
    for path in sorted(path for sheet in _SHEETS for path in static.glob(sheet)):
        css = path.read_bytes()
        path.write_bytes(_kept(cache, [css, key], lambda css=css: purge(css.decode(), words).encode()))
    return "".join(path.read_text(encoding="utf-8") for sheet in _SHEETS for path in static.glob(sheet))


def _cut_fonts(fonts: Iterable[Path], codes: set[int], cache: Path) -> None:
    key = str(sorted(codes)).encode()
    for font in fonts:
        data = _kept(cache, [font.read_bytes(), key], lambda font=font: subset_font(font, codes))
        font.write_bytes(data)


def icon_codes(css: str) -> set[int]:
    """The code points of icons in these style sheets, as characters or as escapes, in `content` or in a variable."""
    written = {int(code, 16) for code in re.findall(r"\\([0-9a-fA-F]{2,6})", css)}
    # A few icons have the code of the sign they show, such as "+"; the others are in the private use area.
    signs = {ord(char) for text in re.findall(r'content:\s*"([^"\\]+)"', css) for char in text}
    return written | signs | {ord(char) for char in css if "\ue000" <= char <= "\uf8ff"}


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    static, cache = Path(app.outdir) / "_static", Path(app.outdir).parent / ".cut"
    cache.mkdir(parents=True, exist_ok=True)
    pages = [path.read_text(encoding="utf-8") for path in Path(app.outdir).rglob("*.html")]
    css = _cut_sheets(static, _words(static, pages), cache)
    css += "".join(path.read_text(encoding="utf-8") for path in static.glob("*.css"))
    _cut_fonts(static.glob("vendor/**/*.woff2"), icon_codes(css), cache)
    _cut_fonts(static.glob("katex/fonts/*.woff2"), {ord(char) for page in pages for char in html.unescape(page)}, cache)
    # Every browser that runs this site reads woff2; nothing asks for fontawesome.js (see _templates) or source maps.
    leftovers = ("vendor/**/*.ttf", "scripts/fontawesome.js*", "scripts/*.map", "styles/*.map")
    for unused in (path for pattern in leftovers for path in static.glob(pattern)):
        unused.unlink()


def setup_styles(app: Sphinx) -> None:
    """Cut the style sheets and the icon fonts down once every page is written."""
    app.connect("build-finished", _finish)
