"""Every page says which scripts may run on it: the site's own files, and the inline ones that the build wrote.

A page that is served elsewhere, or whose text somebody managed to change, runs nothing else and asks no other host.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx

__all__ = ["handlers", "policy", "setup_security", "with_policy"]

_RULES = {
    "default-src": "'self'",
    "script-src": "'self' 'wasm-unsafe-eval'",  # WebAssembly is code of ours that was built with the page
    "style-src": "'self' 'unsafe-inline'",      # formulas and drawings carry their places as styles
    "img-src": "'self' data: blob:",            # pictures drawn while the page is read, and their export
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_INLINE = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.S)
_HANDLER = re.compile(r'<[a-z][^<>]*?\son[a-z]+="(?P<code>[^"]*)"')
_DATA = re.compile(r'\bsrc=|\btype="(?!text/javascript|module)')  # what the browser fetches, and what it does not run


def _hash(code: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'"


def handlers(page: str) -> set[str]:
    """The code of a page's handlers, such as `window.print()` of the theme's button."""
    return {html.unescape(m["code"]) for m in _HANDLER.finditer(page)}


def policy(page: str, allowed: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of a page (its HTML), which allows inline scripts and handlers by their hashes alone.

    `allowed`: the handlers of other pages, which the search reads into this one for their text.
    """
    scripts = sorted(_hash(m["code"]) for m in _INLINE.finditer(page) if not _DATA.search(m["attributes"]))
    called = sorted(map(_hash, handlers(page) | set(allowed)))
    sources = [_RULES["script-src"], *dict.fromkeys(scripts), *(["'unsafe-hashes'", *called] if called else [])]
    return "; ".join(f"{name} {value}" for name, value in (_RULES | {"script-src": " ".join(sources)}).items())


def with_policy(page: str, allowed: Iterable[str] = ()) -> str:
    """A page with its policy as the first thing after the encoding; the same where it has one already."""
    if 'http-equiv="Content-Security-Policy"' in page:
        return page
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page, allowed)}" />'
    return re.sub(r"(<meta charset=[^>]*>)", rf"\1\n    {meta}", page, count=1)


def _secure(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    pages = {path: path.read_text(encoding="utf-8") for path in Path(app.outdir).rglob("*.html")}
    allowed = set().union(*map(handlers, pages.values()))
    for path, page in pages.items():
        path.write_text(with_policy(page, allowed), encoding="utf-8")


def setup_security(app: Sphinx) -> None:
    """Write the policy into every page, after all that other components do to it."""
    app.connect("build-finished", _secure, priority=900)
