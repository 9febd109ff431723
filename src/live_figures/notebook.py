"""A live figure in a notebook cell: `live.show("lstm_gates", forget_bias=2.0)`."""

from __future__ import annotations

import html
from functools import cached_property

from . import drawing, page
from .figure import LiveFigure
from .host import framed, on_page, widgets_work

__all__ = ["MODES", "Shown", "ShownPlot", "show"]

MODES = ("auto", "widgets", "html")


def show(figure: LiveFigure, *, mode: str = "auto", **controls) -> Shown:
    """`figure`, its controls set to these values, for the last line of a cell.

    `mode` "widgets" computes in the kernel and needs ipywidgets; "html" is the page's own figure, which computes in the
    browser and needs nothing; "auto" takes widgets where they work. Raises ValueError for an unknown mode or
    control, or a value out of range.
    """
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}; got {mode!r}")
    return Shown(figure, controls, mode)


class Shown:
    """What `show` returns; its display is chosen when the notebook asks for it."""

    def __init__(self, figure: LiveFigure, controls: dict, mode: str = "auto"):
        figure.values(**controls)  # a wrong control is an error here, not later inside the notebook's display machinery
        self.figure, self.given, self.mode = figure, controls, mode

    @cached_property
    def widgets(self):
        """The figure as ipywidgets (a `FigureBox`): its `controls`, `arrays` and `set(...)` follow the reader."""
        from .widget import FigureBox

        return FigureBox(self.figure, self.given)

    def _repr_html_(self) -> str:
        if on_page():
            return page.figure_html(self.figure, **self.given)
        return framed(page.standalone_html(self.figure, **self.given), self.figure.title, "40rem")

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        mode = self.mode
        if on_page() or (mode == "auto" and not widgets_work()):
            mode = "html"
        plain = f"live figure {self.figure.name!r}: {self.figure.title}"
        if mode == "html":
            return {"text/html": self._repr_html_(), "text/plain": plain}
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widgets.box.model_id}
        return {"application/vnd.jupyter.widget-view+json": view, "text/html": self._hint(), "text/plain": plain}

    def _hint(self) -> str:
        """For a page or viewer that has no widgets: a still picture, and the way to the figure that needs none."""
        plot = self.figure.plot()
        picture = "" if plot is None else drawing.svg(drawing.Chart(plot), "light")
        call = html.escape(f'live.show("{self.figure.name}", mode="html")')
        return f"{picture}<p>Widgets are not running here. <code>{call}</code> draws this figure without them.</p>"


class ShownPlot:
    """A plotly figure with the words that go with it: for a notebook cell to display."""

    def __init__(self, fig, alt: str, caption: str):
        self.fig, self.alt, self.caption = fig, alt, caption

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        if on_page():
            return {"text/html": page.plot_html(self.fig, alt=self.alt, caption=self.caption)}
        return self.fig._repr_mimebundle_(include, exclude)
