"""A live figure in a notebook cell: `live.show("lstm_gates", forget_bias=2.0)`."""

from __future__ import annotations

import html

import plotly.graph_objects as go

from . import page, palette
from .figure import LiveFigure
from .host import framed, on_page, widgets_work
from .setting import Controls

__all__ = ["MODES", "Shown", "ShownPlot", "show"]

MODES = ("auto", "widgets", "html")


def show(figure: LiveFigure, *, mode: str = "auto", **controls):
    """`figure`, its controls set to these values, for the last line of a cell: `controls`, `arrays`, `observe` read it.

    `mode` "widgets" is the page's own figure, tied to the kernel (a `LiveWidget`), and needs anywidget; "html" is the
    same figure in a frame (a `Shown`), which tells the kernel nothing and needs nothing; "auto" takes the widget where
    widgets work. Raises ValueError for an unknown mode or control, or a value out of range.
    """
    if not isinstance(figure, LiveFigure):
        raise TypeError(f"show takes a LiveFigure, or a name where it belongs to a package, as in "
                        f'Figures("package").show("name"); got {figure!r}')
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

    __slots__ = ("_callbacks", "_controls", "figure")  # a control set by its name is an error, no new attribute

    def __init__(self, figure: LiveFigure, controls: dict):
        self.figure, self._callbacks = figure, []
        self._controls = figure.values(**controls)  # a wrong control is an error here, not later at the display

    @property
    def controls(self) -> Controls:
        """The controls by name; a part of them may be assigned. The next display shows them."""
        return Controls(self._controls)

    @controls.setter
    def controls(self, part: dict) -> None:
        if not isinstance(part, dict):
            raise TypeError(f"controls takes a dict of some of {', '.join(self._controls)}; got {part!r}")
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
        document = page.standalone_html(self.figure, linked=False, **self._controls)
        return framed(document, self.figure.title, "40rem")

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self._repr_html_(), "text/plain": f"live figure {self.figure.name!r}: {self.figure.title}"}


class ShownPlot:
    """A plotly figure with the words that go with it: for a notebook cell to display."""

    def __init__(self, fig, alt: str, caption: str):
        self.fig, self.alt, self.caption = fig, alt, caption

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        """The plot; in a notebook on paper of its own, as its ink could not be read on a dark one, and without plotly's
        button that sends it to another host.
        """
        if on_page():
            return {"text/html": page.plot_html(self.fig, alt=self.alt, caption=self.caption)}
        paper = {"paper_bgcolor": palette.PAPER, "plot_bgcolor": palette.PAPER}
        plot = go.Figure(self.fig).update_layout(paper)
        return plot._repr_mimebundle_(include, exclude, config={"showSendToCloud": False}) | {"text/plain": self.alt}

    def _ipython_display_(self) -> None:
        """Show the plot and, in a notebook, the caption below it; a page's plot has it inside."""
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True)
        if self.caption and not on_page():
            display({"text/html": f"<p>{html.escape(self.caption)}</p>", "text/plain": self.caption}, raw=True)
