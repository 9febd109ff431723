"""Arrays in, plotly figure out: one template, one palette, the small set of plots this course draws."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

__all__ = ["COLORS", "DARK", "DASHES", "DIVERGING", "GRID", "INK", "SEQUENTIAL", "Shown", "bars", "cursor", "figure",
           "heatmap", "lines", "show", "stacked"]

# Seven colours after Okabe & Ito (2008), moved until any two of them are far apart for every common form of colour
# blindness (tests/test_plots.py) and each can be read as text on white (contrast 4.5). DARK holds the same hues for a
# dark page; the page swaps them by value when its theme changes, and live-figure.css names them --live-c0 to --live-c6.
COLORS = ("#0166aa", "#c64904", "#21865e", "#a24788", "#634600", "#2d1e5f", "#5b5b5b")
INK, GRID = "#1f2328", "#e4e7eb"
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")

# The colour scales run through the page's own paper, so that "nothing" looks like nothing in both themes.
SEQUENTIAL = ((0.0, "#f7f8fa"), (0.25, "#b9d3ea"), (0.5, "#6aa6d3"), (0.75, "#1f6ea8"), (1.0, "#08335c"))
DIVERGING = ((0.0, "#9c3a00"), (0.25, "#e0884f"), (0.5, "#f7f8fa"), (0.75, "#6aa6d3"), (1.0, "#0b5a94"))

_LIGHT = (*COLORS, INK, GRID, "#f7f8fa", "#b9d3ea", "#6aa6d3", "#1f6ea8", "#08335c", "#9c3a00", "#e0884f", "#0b5a94")
DARK = dict(zip(_LIGHT, (
    "#56b4e9", "#ff8c52", "#4bd89e", "#da8ebf", "#f0c53a", "#9999ff", "#c4c4c4", "#d6dae0", "#363d47",
    "#1b2027", "#1f3f5b", "#2a6d9f", "#56b4e9", "#c9e8ff", "#ffa372", "#a8521f", "#7cc7f2"), strict=True))

_AXIS = {"showline": False, "zeroline": False, "ticks": "", "gridcolor": GRID,
         "title": {"standoff": 8, "font": {"size": 13}}, "tickfont": {"size": 12}}
TEMPLATE = go.layout.Template(
    layout={
        "colorway": list(COLORS),
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "margin": {"l": 56, "r": 16, "t": 28, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        "hovermode": "closest",
        "bargap": 0.25,
        "colorscale": {"sequential": SEQUENTIAL, "diverging": DIVERGING},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
)


def figure(*, x_title: str = "", y_title: str = "", x_range=None, y_range=None, height: int = 360,
           **layout) -> go.Figure:
    """An empty figure in the course's template, with titled axes; `layout` goes to plotly as it is."""
    fig = go.Figure(layout={"template": TEMPLATE, "height": height, **layout})
    fig.update_xaxes(title_text=x_title, range=x_range)
    fig.update_yaxes(title_text=y_title, range=y_range)
    return fig


def lines(series: Mapping[str, Sequence[float]], x=None, *, shape: str = "linear", markers: bool = False,
          **axes) -> go.Figure:
    """One line for each `{name: y}` over `x` (steps 0, 1, ... if None); `axes` as for `figure`.

    `shape="hv"` draws steps; `markers` adds a dot at each value. Raises ValueError where x and y differ in length.
    """
    fig = figure(showlegend=len(series) > 1, **axes)
    _add_lines(fig, series, x, shape=shape, markers=markers)
    return fig


def stacked(panels: Mapping[str, Sequence[float] | Mapping[str, Sequence[float]]], x=None, *, x_title: str = "",
            y_ranges: Mapping[str, Sequence[float]] | None = None, x_range=None, panel_height: int = 130,
            shape: str = "linear", **layout) -> go.Figure:
    """Panels above one another on one x axis: `{y title: y}` or `{y title: {name: y}}`, the first on top.

    A panel's axis is y, y2, ... from the top; `y_ranges` gives it by title. A single line is named after its panel.
    """
    panels = {title: dict(p) if isinstance(p, Mapping) else {title: p} for title, p in panels.items()}
    several = any(len(series) > 1 for series in panels.values())
    layout = {"height": panel_height * len(panels) + 90, "showlegend": several} | layout
    fig = figure(x_title=x_title, x_range=x_range, **layout)
    gap = 0.09 if len(panels) < 5 else 0.05
    size = (1 - gap * (len(panels) - 1)) / len(panels)
    color = 0
    for k, (title, series) in enumerate(panels.items()):
        top = 1 - k * (size + gap)
        axis = "y" if k == 0 else f"y{k + 1}"
        fig.update_layout({axis.replace("y", "yaxis"): {
            "domain": [max(0.0, round(top - size, 6)), round(top, 6)], "title": {"text": title},
            "range": (y_ranges or {}).get(title)}})
        _add_lines(fig, series, x, shape=shape, yaxis=axis, first_color=color)
        color += len(series)
    fig.update_xaxes(anchor="y" if len(panels) == 1 else f"y{len(panels)}")
    return fig


def heatmap(z, *, x=None, y=None, name: str = "", z_range=None, diverging: bool = False, z_title: str = "",
            **axes) -> go.Figure:
    """A picture of the matrix `z` (rows, columns), row 0 on top; `diverging` puts paper white at zero.

    `z_range` is (low, high), by default the values' own, made symmetric when diverging. `axes` as for `figure`.
    """
    z = np.asarray(z, dtype=float)
    if z.ndim != 2:
        raise ValueError(f"heatmap draws a matrix (rows, columns), got an array of shape {z.shape}")
    if z_range is None:
        top = float(np.abs(z).max()) or 1.0
        z_range = (-top, top) if diverging else (float(z.min()), float(z.max()))
    fig = figure(**axes)
    fig.add_heatmap(
        z=z, x=x, y=y, name=name, zmin=z_range[0], zmax=z_range[1], colorscale=DIVERGING if diverging else SEQUENTIAL,
        colorbar={"title": {"text": z_title, "side": "right"}, "thickness": 12, "outlinewidth": 0})
    left, right = _edges(x, z.shape[1])
    top, bottom = _edges(y, z.shape[0])
    fig.update_xaxes(showgrid=False, range=fig.layout.xaxis.range or (left, right))
    fig.update_yaxes(showgrid=False, range=fig.layout.yaxis.range or (bottom, top))
    return fig


def bars(series: Mapping[str, Sequence[float]], x=None, *, barmode: str = "group", **axes) -> go.Figure:
    """Bars for each `{name: heights}` over the labels or positions `x` (0, 1, ... if None); `axes` as for `figure`."""
    fig = figure(showlegend=len(series) > 1, barmode=barmode, **axes)
    for k, (name, y) in enumerate(series.items()):
        fig.add_bar(x=_positions(name, x, y), y=np.asarray(y, dtype=float), name=name,
                    marker={"color": COLORS[k % len(COLORS)], "line": {"width": 0}})
    return fig


def cursor(fig: go.Figure, x: float, *, name: str = "cursor", low: float = 0.0, high: float = 1.0,
           yaxis: str = "y") -> go.Figure:
    """Add a thin vertical line at `x` from `low` to `high`; bind its `x` to an array of two equal values to move it."""
    fig.add_scatter(x=np.array([x, x], dtype=float), y=np.array([low, high], dtype=float), name=name, mode="lines",
                    yaxis=yaxis, line={"color": COLORS[6], "width": 1, "dash": "dot"}, hoverinfo="skip",
                    showlegend=False)
    return fig


class Shown:
    """A plotly figure with the words that go with it: what `show` returns for a notebook cell to display."""

    def __init__(self, fig: go.Figure, alt: str, caption: str):
        self.fig, self.alt, self.caption = fig, alt, caption

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        if os.environ.get("BOOK_BUILD") == "1":
            from .live.page import plot_html

            return {"text/html": plot_html(self.fig, alt=self.alt, caption=self.caption)}
        return self.fig._repr_mimebundle_(include, exclude)


def show(fig: go.Figure, *, alt: str, caption: str = "") -> Shown:
    """`fig` with a description for readers who do not see it, and a caption; put it last in a notebook cell."""
    if not alt.strip():
        raise ValueError("plots.show needs alt: one sentence that says what the plot shows")
    return Shown(fig, alt, caption)


def _edges(centres, count: int) -> tuple[float, float]:
    """Where the first brick of a row begins and the last one ends; labels stand at 0, 1, ..."""
    if centres is None or isinstance(centres[0], str) or count < 2:
        return -0.5, count - 0.5
    return centres[0] - (centres[1] - centres[0]) / 2, centres[-1] + (centres[-1] - centres[-2]) / 2


def _positions(name: str, x, y):
    x = np.arange(len(y)) if x is None else x
    if len(x) != len(y):
        raise ValueError(f"{name!r} has {len(y)} values for {len(x)} positions on x")
    return x


def _add_lines(fig: go.Figure, series: Mapping, x, *, shape: str, markers: bool = False, yaxis: str = "y",
               first_color: int = 0) -> None:
    for k, (name, y) in enumerate(series.items(), start=first_color):
        fig.add_scatter(x=_positions(name, x, y), y=np.asarray(y, dtype=float), name=name, yaxis=yaxis,
                        mode="lines+markers" if markers else "lines",
                        line={"color": COLORS[k % len(COLORS)], "width": 2, "shape": shape}, marker={"size": 6})
