"""Arrays in, plotly figure out: one template, one palette, the small set of plots this course draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from live_figures.notebook import ShownPlot
from live_figures.palette import COLORS, DASHES, DIVERGING, SEQUENTIAL, TEMPLATE

__all__ = ["COLORS", "DASHES", "DIVERGING", "NETWORKS", "SEQUENTIAL", "SIGNALS", "bars", "color", "cursor", "figure",
           "heatmap", "lines", "powers_of_ten", "show", "stacked"]

# One colour a signal through the whole book; slot 6 is grey, for what is only there to compare with. A GRU's update
# gate keeps, as the forget gate does; its reset gate opens a way in, as the input gate does.
SIGNALS = {"cell": 0, "forget": 1, "input": 2, "candidate": 3, "output": 4, "hidden": 5, "x": 6,
           "update": 1, "reset": 2}  # fmt: skip
NETWORKS = {"lstm": 0, "rnn": 1, "gru": 2, "min_gru": 3, "peephole": 4, "coupled": 5, "baseline": 6}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def color(name: str) -> str:
    """The colour of a signal or a network, by its name in SIGNALS or NETWORKS; raises ValueError for another name."""
    slots = SIGNALS | NETWORKS
    if name not in slots:
        raise ValueError(f"no colour is named {name!r}; there are {', '.join(slots)}")
    return COLORS[slots[name]]


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


def cursor(fig: go.Figure, x, *, name: str = "cursor", low: float = 0.0, high: float = 1.0,
           yaxis: str = "y") -> go.Figure:
    """Add a thin vertical line from `low` to `high` at `x`: a number, or two equal ones for a line that moves."""
    fig.add_scatter(x=np.broadcast_to(np.asarray(x, dtype=float), 2), y=np.array([low, high], dtype=float), name=name,
                    mode="lines", yaxis=yaxis, line={"color": COLORS[6], "width": 1, "dash": "dot"}, hoverinfo="skip",
                    showlegend=False)
    return fig


def powers_of_ten(low: int, high: int, step: int) -> dict:
    """Range and labels of an axis whose data are decimal logarithms: 10⁻⁴, 1, 10⁴, ...

    The figures compute in logarithms, where a product of a hundred Jacobians neither overflows nor underflows.
    """
    ticks = list(range(low, high + 1, step))
    labels = ["1" if t == 0 else f"10{str(t).translate(_SUPERSCRIPTS)}" for t in ticks]
    return {"range": [low, high], "tickvals": ticks, "ticktext": labels}


def show(fig: go.Figure, *, alt: str, caption: str = "") -> ShownPlot:
    """`fig` with a description for readers who do not see it, and a caption; put it last in a notebook cell."""
    if not alt.strip():
        raise ValueError("plots.show needs alt: one sentence that says what the plot shows")
    return ShownPlot(fig, alt, caption)


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
