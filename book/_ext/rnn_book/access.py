"""What extensions and the theme write that assistive technology cannot read, put right in each page."""

from __future__ import annotations

import html
import re
from pathlib import Path

from sphinx.application import Sphinx

from .search import plain_formula

__all__ = ["accessible", "setup_access", "with_names"]

# What it is -> what it becomes; each was found by axe.
_MENDS = (
    # docutils lists references by a role that ARIA has given up; the list itself has items by another.
    (re.compile(r'\brole="doc-biblioentry"'), 'role="listitem"'),
    # A column without a title, such as that of the rows' names, has no header that could be read out.
    (re.compile(r"<th\b([^>]*)>((?:\s|</?p>)*)</th>"), r"<td\1></td>"),
    # MyST-NB names every button that folds code alike, in place of the words on it.
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
)
# A button that shows an icon alone: the icon is a letter of its font, which has no sound and yet counts as a name.
_ICON_ALONE = re.compile(r'<button\b(?![^>]*\baria-label=)([^>]*\btitle=("[^"]*")[^>]*>'
                         r"(?:\s|</?(?:i|span)\b[^>]*>)*</button>)")
_HEADER = re.compile(r"<th\b[^>]*>.*?</th>", re.S)
_MATHML = re.compile(r"<math\b.*?<annotation[^>]*>(?P<latex>.*?)</annotation>.*?</math>", re.S)


def _named(header: re.Match) -> str:
    """A header that is nothing but a formula, with what one would type in place of MathML: that is no name to axe."""
    seen = re.sub(r'<span class="katex-html".*|<[^>]*>', "", _MATHML.sub("", header[0]), flags=re.S)
    if seen.strip():
        return header[0]
    return _MATHML.sub(lambda formula: html.escape(plain_formula(html.unescape(formula["latex"]))), header[0])


def accessible(body: str) -> str:
    """The HTML of a page with every known slip put right."""
    for wrong, right in _MENDS:
        body = wrong.sub(right, body)
    return _HEADER.sub(_named, body)


def with_names(page: str) -> str:
    """A whole page whose buttons of the theme have their title as name, where they show an icon alone."""
    return _ICON_ALONE.sub(r"<button aria-label=\2\1", page)


def _mend(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if "body" in context:
        context["body"] = accessible(context["body"])


def _name(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        path.write_text(with_names(path.read_text(encoding="utf-8")), encoding="utf-8")


def setup_access(app: Sphinx) -> None:
    """Mend the body of every page before it is written, and the theme's frame around it after."""
    app.connect("html-page-context", _mend, priority=800)
    app.connect("build-finished", _name)
