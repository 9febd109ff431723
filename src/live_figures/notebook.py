"""A live figure in a notebook cell: `live.show("lstm_gates", forget_bias=2.0)`."""

from __future__ import annotations

from . import page
from .figure import LiveFigure
from .host import framed, on_page, widgets_work

__all__ = ["MODES", "Shown", "ShownPlot", "show"]

MODES = ("auto", "widgets", "html")


def show(figure: LiveFigure, *, mode: str = "auto", **controls):
    """`figure`, its controls set to these values, for the last line of a cell: `controls`, `arrays`, `observe` read it.

    `mode` "widgets" is the page's own figure, tied to the kernel (a `LiveWidget`), and needs anywidget; "html" is the
    same figure in a frame (a `Shown`), which tells the kernel nothing and needs nothing; "auto" takes the widget where
    widgets work. Raises ValueError for an unknown mode or control, or a value out of range.
    """
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}; got {mode!r}")
    if on_page() or mode == "html" or (mode == "auto" and not widgets_work()):
        return Shown(figure, controls)
    try:
        from .widget import LiveWidget
    except ImportError as error:
        raise ImportError(f"mode='widgets' needs the package anywidget ({error}); mode='html' does not") from error
    return LiveWidget(figure, **controls)


class Shown:
    """A figure on a page that is being built, or in a frame: it knows what Python sets, not what its reader moves."""

    def __init__(self, figure: LiveFigure, controls: dict):
        self.figure, self._callbacks = figure, []
        self._controls = figure.values(**controls)  # a wrong control is an error here, not later at the display

    @property
    def controls(self) -> dict:
        """The controls by name; a part of them may be assigned. The next display shows them."""
        return dict(self._controls)

    @controls.setter
    def controls(self, part: dict) -> None:
        old, self._controls = self._controls, self.figure.values(**self._controls | part)
        change = {"name": "controls", "old": old, "new": self.controls, "owner": self, "type": "change"}
        for callback in self._callbacks if old != self._controls else ():
            callback(change)

    @property
    def arrays(self) -> dict:
        """The figure's arrays at these controls, computed by NumPy."""
        return self.figure.arrays(**self._controls)

    def observe(self, callback, names="controls") -> None:
        """Call `callback(change)` when the controls are set, as a widget does: `change["new"]` holds them."""
        self._callbacks.append(callback)

    def _repr_html_(self) -> str:
        if on_page():
            return page.figure_html(self.figure, **self._controls)
        return framed(page.standalone_html(self.figure, **self._controls), self.figure.title, "40rem")

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self._repr_html_(), "text/plain": f"live figure {self.figure.name!r}: {self.figure.title}"}


class ShownPlot:
    """A plotly figure with the words that go with it: for a notebook cell to display."""

    def __init__(self, fig, alt: str, caption: str):
        self.fig, self.alt, self.caption = fig, alt, caption

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        if on_page():
            return {"text/html": page.plot_html(self.fig, alt=self.alt, caption=self.caption)}
        return self.fig._repr_mimebundle_(include, exclude)
