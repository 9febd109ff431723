"""Arrays in, plotly figure out: one template, one palette, the small set of plots this course draws."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from live_figures.notebook import ShownPlot
from live_figures.palette import AREAS, COLORS, DASHES, DIVERGING, SEQUENTIAL, TEMPLATE

from ._validate import (
    as_floats,
    expect_choice,
    expect_counts,
    expect_finite,
    expect_finite_numbers,
    expect_flags,
    expect_texts,
)

__all__ = ["AREAS", "COLORS", "DASHES", "DIVERGING", "NETWORKS", "SEQUENTIAL", "SIGNALS", "bars", "color", "cursor",
           "figure", "heatmap", "lines", "powers_of_ten", "show", "spread", "stacked"]

# One colour a signal through the whole book; slot 6 is grey, for what is only there to compare with. A GRU's update
# gate keeps, as the forget gate does; its reset gate opens a way in, as the input gate does.
SIGNALS = {"cell": 0, "forget": 1, "input": 2, "candidate": 3, "output": 4, "hidden": 5, "x": 6,
           "update": 1, "reset": 2}  # fmt: skip
NETWORKS = {"lstm": 0, "rnn": 1, "gru": 2, "min_gru": 3, "peephole": 4, "coupled": 5, "baseline": 6}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def color(name: str) -> str:
    """The colour of a signal or a network, by its name in SIGNALS or NETWORKS; raises ValueError for another name."""
    slots = SIGNALS | NETWORKS
    expect_choice("name", name, slots)
    return COLORS[slots[name]]


def figure(*, x_title: str = "", y_title: str = "", x_range=None, y_range=None, height: int = 360,
           **layout) -> go.Figure:
    """An empty figure in the course's template, with titled axes; `layout` goes to plotly as it is.

    Raises TypeError for titles that are no str, ValueError for ranges that are not two numbers or a height below 10,
    and what plotly raises for a layout it does not know.
    """
    expect_texts(x_title=x_title, y_title=y_title)
    _expect_ranges(x_range=x_range, y_range=y_range)
    expect_counts(10, height=height)
    fig = go.Figure(layout={"template": TEMPLATE, "height": height, **layout})
    fig.update_xaxes(title_text=x_title, range=x_range)
    fig.update_yaxes(title_text=y_title, range=y_range)
    return fig


def lines(series: Mapping[str, Sequence[float]], x=None, *, shape: str = "linear", markers: bool = False,
          **axes) -> go.Figure:
    """One line for each `{name: y}` over `x` (steps 0, 1, ... if None), of its own colour and dash; `axes` as `figure`.

    `shape="hv"` draws steps; `markers` adds a dot at each value; NaN leaves a gap. Raises TypeError for series that are
    no dict or hold no numbers, ValueError where x and y differ in length, for another shape, and as `figure`.
    """
    series = _expect_series("series", series)
    expect_flags(markers=markers)
    fig = figure(showlegend=len(series) > 1, **axes)
    _add_lines(fig, "series", series, x, shape=shape, markers=markers)
    return fig


def stacked(panels: Mapping[str, Sequence[float] | Mapping[str, Sequence[float]]], x=None, *, x_title: str = "",
            y_ranges: Mapping[str, Sequence[float]] | None = None, x_range=None, panel_height: int = 130,
            shape: str = "linear", **layout) -> go.Figure:
    """Panels above one another on one x axis: `{y title: y}` or `{y title: {name: y}}`, the first on top.

    A panel's axis is y, y2, ... from the top; `y_ranges` gives it by title. A single line is named after its panel.
    Raises TypeError and ValueError as `lines`, and ValueError for no panels, or a y_range of a panel that is not there.
    """
    panels = _expect_series("panels", panels)
    panels = {title: dict(p) if isinstance(p, Mapping) else {title: p} for title, p in panels.items()}
    y_ranges = {} if y_ranges is None else y_ranges
    if not isinstance(y_ranges, Mapping) or set(y_ranges) - set(panels):
        raise ValueError(f"y_ranges: expected {{panel: range}} for panels of {', '.join(panels)}; got {y_ranges!r:.60}")
    _expect_ranges(**{f"y_ranges[{title!r}]": ends for title, ends in y_ranges.items()})
    expect_counts(10, panel_height=panel_height)
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
            "range": y_ranges.get(title)}})
        _add_lines(fig, "panels", series, x, shape=shape, yaxis=axis, first_color=color)
        color += len(series)
    fig.update_xaxes(anchor="y" if len(panels) == 1 else f"y{len(panels)}")
    return fig


def heatmap(z, *, x=None, y=None, name: str = "", z_range=None, diverging: bool = False, z_title: str = "",
            **axes) -> go.Figure:
    """A picture of the matrix `z` (rows, columns), row 0 on top; `diverging` puts paper white at zero.

    `z_range` is (low, high), by default the values' own, made symmetric when diverging; NaN leaves a hole. `axes` as
    for `figure`. Raises TypeError for a z that holds no numbers, ValueError for one that is no matrix, x or y of
    another length, and as `figure`.
    """
    z = _numbers("z", z)
    if z.ndim != 2 or z.size == 0:
        raise ValueError(f"z: expected a matrix (rows, columns), got an array of shape {z.shape}")
    x, y = (None if at is None else _positions(name, at, count) for name, at, count in
            (("x", x, z.shape[1]), ("y", y, z.shape[0])))
    expect_texts(name=name, z_title=z_title)
    _expect_ranges(z_range=z_range)
    expect_flags(diverging=diverging)
    if z_range is None:
        finite = z[np.isfinite(z)] if np.isfinite(z).any() else np.zeros(1)
        top = float(np.abs(finite).max()) or 1.0
        z_range = (-top, top) if diverging else (float(finite.min()), float(finite.max()))
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
    """Bars for each `{name: heights}` over the labels or positions `x` (0, 1, ... if None); `axes` as for `figure`.

    Raises TypeError and ValueError as `lines`; barmode is one of plotly's.
    """
    series = _expect_series("series", series)
    expect_choice("barmode", barmode, ("group", "stack", "relative", "overlay"))
    fig = figure(showlegend=len(series) > 1, barmode=barmode, **axes)
    for k, (name, y) in enumerate(series.items()):
        y = _heights(f"series[{name!r}]", y)
        fig.add_bar(x=_positions("x", x, len(y), name), y=y, name=name,
                    marker={"color": COLORS[k % len(COLORS)], "line": {"width": 0}})
    return fig


def spread(panels: Mapping[str, Mapping[str, Sequence[float]]], *, log: Sequence[str] = (), row_height: int = 26,
           **layout) -> go.Figure:
    """`{x title: {name: values}}` as panels, each name a row of dots, one a value (a seed), with a bar at the median.

    The panels stand above one another, the first on top, as do their rows; those of `log` have a logarithmic axis.
    Raises TypeError for panels or rows that are no dicts or hold no numbers, ValueError where there are none, for a
    `log` that names no panel or one with values that are not above 0, for NaN or infinity, and as `figure`.
    """
    panels = _expect_series("panels", panels)
    panels = {title: _expect_series(f"panels[{title!r}]", rows) for title, rows in panels.items()}
    if not isinstance(log, (list, tuple)) or not all(isinstance(title, str) and title in panels for title in log):
        raise ValueError(f"log: expected a list of titles of panels ({', '.join(panels)}), got {log!r:.60}")
    expect_counts(10, row_height=row_height)
    heights, gap = [len(rows) * row_height for rows in panels.values()], 70
    total, top = sum(heights) + gap * (len(panels) - 1), 0
    fig = figure(showlegend=False, height=total + 90, **layout)
    for k, ((title, rows), height) in enumerate(zip(panels.items(), heights, strict=True)):
        end = "" if k == 0 else str(k + 1)
        domain = [max(0.0, 1 - (top + height) / total), 1 - top / total]
        fig.update_layout({
            f"xaxis{end}": {"anchor": f"y{end}", "type": "log" if title in log else "linear"},
            f"yaxis{end}": {"anchor": f"x{end}", "domain": domain, "type": "category", "autorange": "reversed",
                            "automargin": True}})
        # not the axis's own title, which stands below the plotting area only and is cut off on a telephone
        fig.add_annotation(text=title, x=1, xanchor="right", y=domain[0], yanchor="top", yshift=-22, xref="paper",
                           yref="paper", showarrow=False)
        for name, values in rows.items():
            _add_dots(fig, f"panels[{title!r}][{name!r}]", name, values, end, positive=title in log)
        top += height + gap
    return fig


def _add_dots(fig: go.Figure, what: str, name: str, values, end: str, positive: bool) -> None:
    values = _heights(what, values)
    if values.size == 0 or (positive and not np.all(values > 0)):
        raise ValueError(f"{what}: expected at least one number{', all above 0' * positive}; got {values!r:.60}")
    expect_finite(**{what: values})
    middle = {"symbol": "line-ns-open", "size": 20, "line": {"width": 2}, "color": COLORS[0]}
    for x, marker in ((values, {"size": 8, "color": COLORS[0], "opacity": 0.6}), ([np.median(values)], middle)):
        fig.add_scatter(x=x, y=[name] * len(x), name=name, mode="markers", marker=marker, xaxis=f"x{end}",
                        yaxis=f"y{end}")


def cursor(fig: go.Figure, x, *, name: str = "cursor", low: float = 0.0, high: float = 1.0,
           yaxis: str = "y") -> go.Figure:
    """Add a thin vertical line from `low` to `high` at `x`: a number, or two equal ones for a line that moves.

    Raises TypeError for a fig that is no plotly figure or an x that is no number, ValueError for more than two numbers
    and for ends or an axis that are none.
    """
    expect_finite_numbers(low=low, high=high)
    _expect_figure(fig)
    expect_texts(name=name)
    at = _numbers("x", x)
    if at.size not in (1, 2) or at.ndim > 1:
        raise ValueError(f"x: expected one number or two, got shape {at.shape}")
    if not isinstance(yaxis, str) or not re.fullmatch("y([2-9]|[1-9][0-9]+)?", yaxis):
        raise ValueError(f"yaxis: expected y, y2, y3, ...; got {yaxis!r:.60}")
    fig.add_scatter(x=np.broadcast_to(at, 2), y=np.array([low, high], dtype=float), name=name,
                    mode="lines", yaxis=yaxis, line={"color": COLORS[6], "width": 1, "dash": "dot"}, hoverinfo="skip",
                    showlegend=False)
    return fig


def powers_of_ten(low: int, high: int, step: int) -> dict:
    """Range and labels of an axis whose data are decimal logarithms: 10⁻⁴, 1, 10⁴, ...

    The figures compute in logarithms, where a product of a hundred Jacobians neither overflows nor underflows. Raises
    ValueError for numbers that are not whole, a step below 1, or a `high` that is not above `low`.
    """
    expect_counts(-400, low=low, high=high)
    expect_counts(1, step=step)
    if low >= high:
        raise ValueError(f"high: expected a power above low={low}, got {high}")
    ticks = list(range(low, high + 1, step))
    labels = ["1" if t == 0 else f"10{str(t).translate(_SUPERSCRIPTS)}" for t in ticks]
    return {"range": [low, high], "tickvals": ticks, "ticktext": labels}


def show(fig: go.Figure, *, alt: str, caption: str = "") -> ShownPlot:
    """`fig` with a description for readers who do not see it, and a caption; put it last in a notebook cell.

    Raises TypeError for a fig that is no plotly figure or texts that are no str, ValueError for an empty alt.
    """
    _expect_figure(fig)
    expect_texts(alt=alt, caption=caption)
    if not alt.strip():
        raise ValueError("alt: expected one sentence that says what the plot shows, got none")
    return ShownPlot(fig, alt, caption)


def _edges(centres, count: int) -> tuple[float, float]:
    """Where the first brick of a row begins and the last one ends; labels stand at 0, 1, ..."""
    if centres is None or isinstance(centres[0], str) or count < 2:
        return -0.5, count - 0.5
    return centres[0] - (centres[1] - centres[0]) / 2, centres[-1] + (centres[-1] - centres[-2]) / 2


def _positions(name: str, x, count: int, series: str = "z"):
    """`x` as positions or labels for `count` values, 0, 1, ... if None."""
    if x is None:
        return np.arange(count)
    labels = isinstance(x, (list, tuple)) and all(isinstance(label, str) for label in x)
    labels = labels or (isinstance(x, np.ndarray) and x.dtype.kind == "U")
    x = x if labels else _numbers(name, x)
    if np.ndim(x) != 1 or len(x) != count:
        raise ValueError(f"{name}: expected {count} positions or labels, one for each value of {series!r}; "
                         f"got shape {np.shape(x)}")
    return x


def _numbers(name: str, values) -> np.ndarray:
    """`values`, of torch too, as NumPy float64."""
    values = as_floats(name, values)
    return np.asarray(values.detach().cpu().double() if hasattr(values, "detach") else values, dtype=float)


def _heights(name: str, values) -> np.ndarray:
    values = _numbers(name, values)
    if values.ndim != 1:
        raise ValueError(f"{name}: expected a row of numbers, got shape {values.shape}")
    return values


def _expect_series(name: str, series) -> dict:
    if not isinstance(series, Mapping):
        raise TypeError(f"{name}: expected a dict {{name: values}}, got {type(series).__name__}")
    if not series:
        raise ValueError(f"{name}: expected at least one entry, got none")
    expect_texts(**{f"name {key!r} in {name}": key for key in series})
    return dict(series)


def _expect_ranges(**ranges) -> None:
    """Two numbers, where None leaves an end to plotly, or no range at all."""
    for name, ends in ranges.items():
        if ends is None:
            continue
        row = isinstance(ends, (tuple, list)) or (isinstance(ends, np.ndarray) and ends.ndim == 1)
        if not row or len(ends) != 2:
            raise ValueError(f"{name}: expected two numbers (low, high), got {ends!r:.60}")
        for end in ends:
            if end is not None:
                expect_finite_numbers(**{name: end})


def _expect_figure(fig) -> None:
    if not isinstance(fig, go.Figure):
        raise TypeError(f"fig: expected a plotly figure, got {type(fig).__name__}")


def _add_lines(fig: go.Figure, what: str, series: Mapping, x, *, shape: str, markers: bool = False, yaxis: str = "y",
               first_color: int = 0) -> None:
    expect_choice("shape", shape, ("linear", "hv", "vh", "hvh", "vhv"))
    for k, (name, y) in enumerate(series.items()):
        y = _heights(f"{what}[{name!r}]", y)
        line = {"color": COLORS[(first_color + k) % len(COLORS)], "dash": DASHES[k % len(DASHES)]}
        fig.add_scatter(x=_positions("x", x, len(y), name), y=y, name=name, yaxis=yaxis,
                        mode="lines+markers" if markers else "lines",
                        line={"width": 2, "shape": shape} | line, marker={"size": 6})
