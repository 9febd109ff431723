"""Code with as few elements as its colours need: half of a chapter's were names and brackets in the colour of text."""

from __future__ import annotations

from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Whitespace
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

__all__ = ["PLAIN", "SparseFormatter", "setup_highlight"]

PLAIN = {Name, Name.Namespace, Name.Other, Punctuation, Whitespace}


class SparseFormatter(HtmlFormatter):
    """The formatter of Pygments, which leaves tokens without an element that look like the text around them."""

    def _get_css_classes(self, ttype) -> str:
        return "" if ttype in PLAIN else super()._get_css_classes(ttype)


def setup_highlight(app: Sphinx) -> None:
    """Let Sphinx write code by this formatter."""
    PygmentsBridge.html_formatter = SparseFormatter
