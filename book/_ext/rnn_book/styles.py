"""Style sheets and icon fonts cut down to what the finished pages use.

The theme brings 65 KB of gzipped styles and 270 KB of icon fonts, of which a page here uses about a sixth and a dozen
glyphs. A rule stays when every class and id of its selector occurs in some page or in a script that the pages load.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
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


def words_of(html: str) -> set[str]:
    """The classes and ids in a page."""
    return {word for match in _ATTRIBUTE.finditer(html) for word in "".join(g or "" for g in match.groups()).split()}


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


def _words(outdir: Path) -> set[str]:
    words: set[str] = set()
    for page in outdir.rglob("*.html"):
        words |= words_of(page.read_text(encoding="utf-8"))
    for script in [*(outdir / "_static").glob("*.js"), *(outdir / "_static" / "scripts").glob("*.js")]:
        if script.name != "fontawesome.js":
            words |= set(_WORD.findall(script.read_text(encoding="utf-8")))
    return words


def _purge_file(path: Path, words: set[str], cache: Path) -> str:
    css = path.read_text(encoding="utf-8")
    key = hashlib.sha256("\0".join([css, *sorted(words)]).encode()).hexdigest()[:24]
    kept = cache / f"{key}.css"
    if not kept.exists():
        kept.write_text(purge(css, words), encoding="utf-8")
    path.write_text(kept.read_text(encoding="utf-8"), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def icon_codes(css: str) -> set[int]:
    """The code points that `content: "..."` of these style sheets draws; the parser has resolved escapes."""
    return {ord(char) for text in re.findall(r'content:\s*"([^"\\]+)"', css) for char in text}


def _subset_icons(static: Path, css: str) -> None:
    for font in (static / "vendor").rglob("*.woff2"):
        font.write_bytes(subset_font(font, icon_codes(css)))
    # Every browser that runs this site reads woff2; nothing asks for fontawesome.js (see _templates) or source maps.
    leftovers = ("vendor/**/*.ttf", "scripts/fontawesome.js*", "scripts/*.map", "styles/*.map")
    for unused in (path for pattern in leftovers for path in static.glob(pattern)):
        unused.unlink()


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    static, cache = Path(app.outdir) / "_static", Path(app.outdir).parent / ".styles"
    cache.mkdir(parents=True, exist_ok=True)
    words = _words(Path(app.outdir))
    css = "".join(_purge_file(path, words, cache) for sheet in _SHEETS for path in sorted(static.glob(sheet)))
    _subset_icons(static, css)


def setup_styles(app: Sphinx) -> None:
    """Cut the style sheets and the icon fonts down once every page is written."""
    app.connect("build-finished", _finish)
