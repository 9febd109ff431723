"""Plots of what was measured, drawn at build from the numbers that stand in the page's source."""

from __future__ import annotations

import json

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from helpers import curves
from live_figures import page

__all__ = ["CurvesDirective", "setup_curves"]


class CurvesDirective(SphinxDirective):
    """`{curves}`: a plot whose body is a `helpers.curves.Curves` as JSON."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        try:
            drawn = curves.Curves(**json.loads("\n".join(self.content)))
        except (TypeError, ValueError) as error:  # no JSON, an unknown name, rows that do not fit: the message names it
            raise self.error(f"curves: {error}") from error
        self.env.note_dependency(curves.__file__)
        html = page.plot_html(drawn.figure(), alt=drawn.alt, caption=drawn.note, title=drawn.title)
        return [nodes.raw("", html, format="html")]


def setup_curves(app: Sphinx) -> None:
    """Provide `{curves}`."""
    app.add_directive("curves", CurvesDirective)
