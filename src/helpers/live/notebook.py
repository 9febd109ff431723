"""A live figure in a notebook cell: `live.show("lstm_gates", forget_bias=2.0)`."""

from __future__ import annotations

import html
import os

from . import page
from .figure import LiveFigure, load

__all__ = ["Shown", "show"]


class Shown:
    """What `show` returns: HTML alone, so that a page without a kernel shows the figure and not a dead widget."""

    def __init__(self, figure: LiveFigure, controls: dict):
        figure.values(**controls)  # a wrong control is an error here, not later inside the notebook's display machinery
        self.figure, self.controls = figure, controls

    def _repr_html_(self) -> str:
        if os.environ.get("BOOK_BUILD") == "1":
            return page.figure_html(self.figure, **self.controls)
        return framed(page.standalone_html(self.figure, **self.controls))


def show(name: str, **controls) -> Shown:
    """The live figure `name`, its controls set to these values; raises ValueError for an unknown figure or control."""
    return Shown(load(name), controls)


def framed(document: str) -> str:
    """`document` in a frame of its own, as high as its content: a notebook's scripts and styles stay out of it."""
    grow = "this.style.height=this.contentDocument.documentElement.scrollHeight+'px'"
    return (f'<iframe srcdoc="{html.escape(document)}" style="width:100%;height:40rem;border:0" loading="lazy" '
            f'onload="{grow}"></iframe>')
