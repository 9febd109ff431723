"""What extensions write that assistive technology cannot read, put right in the body of each page."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

__all__ = ["accessible", "setup_access"]

# What it is -> what it becomes; each was found by axe.
_MENDS = (
    # docutils lists references by a role that ARIA has given up; the list itself has items by another.
    (re.compile(r'\brole="doc-biblioentry"'), 'role="listitem"'),
    # A column without a title, such as that of the rows' names, has no header that could be read out.
    (re.compile(r"<th\b([^>]*)>((?:\s|</?p>)*)</th>"), r"<td\1></td>"),
    # MyST-NB names every button that folds code alike, in place of the words on it.
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
)


def accessible(body: str) -> str:
    """The HTML of a page with every known slip put right."""
    for wrong, right in _MENDS:
        body = wrong.sub(right, body)
    return body


def _mend(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if "body" in context:
        context["body"] = accessible(context["body"])


def setup_access(app: Sphinx) -> None:
    """Mend every page before it is written."""
    app.connect("html-page-context", _mend, priority=800)
