"""A live figure as one JavaScript module, for hosts of anywidgets that have no kernel: MyST, marimo, any page."""

from __future__ import annotations

from . import assets, page
from .compile import compile_figure
from .figure import LiveFigure
from .packed import packed

__all__ = ["module"]


def module(fig: LiveFigure, **controls) -> str:
    """The text of the module: runtime, styles, program and page of `fig`, its controls at these values.

    Raises ValueError for an unknown control or value, TraceError for a computation that cannot be recorded.
    """
    figure = {"name": fig.name, "html": page.figure_html(fig, **controls), "js": compile_figure(fig).js, "token": ""}
    own = packed({"figure": figure, "runtime": assets.for_notebooks()})
    return assets.text("widget.mjs").replace("const own = null;", f"const own = {own};", 1)
