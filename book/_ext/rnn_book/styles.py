"""Style sheets and fonts cut down to what the finished pages use.

The theme brings 65 KB of gzipped styles and 270 KB of icon fonts, of which a page here uses about a quarter and a dozen
glyphs; KaTeX's fonts hold every symbol of TeX. A rule stays when each class, id, tag and attribute that its selector
names occurs as a word in some page, or in a script that the pages load.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from fontTools import subset
from sphinx.application import Sphinx

from .tidy import tidy

__all__ = ["icon_codes", "purge", "setup_styles", "subset_font"]

_WORD = re.compile(r"[A-Za-z0-9_-]+")
_SHEETS = ("styles/*.css", "basic.css", "sphinx-design*.css", "mystnb*.css", "togglebutton.css", "pygments.css")


def purge(css: str, words: set[str]) -> str:
    """`css` without the rules that name a class, id, tag or attribute which is not among the `words`; see tidy.cjs."""
    return tidy({"css": css, "words": sorted(words)})


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
    """Every word of the pages and of their scripts: what a style sheet could speak of."""
    texts = [*pages, *(path.read_text(encoding="utf-8") for path in static.glob("*.js"))]
    return set().union(*(_WORD.findall(text) for text in texts))


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


def setup_styles(app: Sphinx) -> None:
    """Cut the style sheets and the icon fonts down once every page is written."""
    app.connect("build-finished", _finish)
