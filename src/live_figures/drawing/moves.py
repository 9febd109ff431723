"""What the page's script has to know of a drawing to move it: `static/chart.js` reads nothing else of a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .axes import Axis
from .chart import Chart, bar_places, heat_box, heat_range, parts, scale_of

__all__ = ["moves", "moving", "told"]

_MOVABLE = {"scatter": ("x", "y", "marker.size", "customdata"), "bar": ("y",), "heatmap": ("z",)}


def moving(bindings: Sequence[tuple[int, str, str]], chart: Chart) -> set[int]:
    """The traces that change when the arrays do: those that are bound, and all on an axis whose range is."""
    ranges = _ranges(bindings)
    return {trace for trace, _, _ in bindings if trace >= 0} | {
        k for k, trace in chart.traces.items() if {trace["xaxis"], trace["yaxis"]} & ranges}


def told(bindings: Sequence[tuple[int, str, str]]) -> dict[int, str]:
    """The arrays whose values stand in words at the points of traces, by the traces' numbers."""
    return {trace: reference for trace, attribute, reference in bindings if attribute == "customdata"}


def moves(chart: Chart, bindings: Sequence[tuple[int, str, str]], name: str) -> dict:
    """Axes by name, and for each moving trace its axes and parts.

    Raises ValueError, naming the figure `name`, for an attribute that only a drawing from scratch could change.
    """
    for trace, attribute, _ in bindings:
        _check(chart, trace, attribute, name)
    ranges = _ranges(bindings)
    bound = {k: {attribute for trace, attribute, _ in bindings if trace == k} for k in moving(bindings, chart)}
    traces = {k: _trace(chart, k, bound[k], ranges) for k in sorted(bound)}
    used = {axis for trace in traces.values() for axis in trace["axes"]}
    return {"axes": {axis: _axis(chart.axes[axis]) for axis in sorted(used)}, "traces": traces}


def _check(chart: Chart, k: int, attribute: str, name: str) -> None:
    where = f"figure {name!r}: {f'data[{k}]' if k >= 0 else 'layout'}.{attribute}"
    if k < 0:
        axis = chart.axes.get(_axis_name(attribute))
        if not attribute.endswith(".range") or axis is None or axis.kind != "linear" or axis.settings.get("tickformat"):
            raise ValueError(f"{where} cannot move; of the layout only the range of a linear axis can")
        return
    trace = chart.traces[k]
    movable = ("x",) if trace.get("orientation") == "h" else _MOVABLE[trace["type"]]
    if attribute not in movable:
        raise ValueError(f"{where} cannot move; of a {trace['type']} trace {', '.join(movable)} can")
    for axis in (chart.panel(k).x, chart.panel(k).y) if attribute in "xy" else ():
        if axis.letter == attribute and None in (axis.settings.get("range") or (None,)):
            named = f"{axis.letter}axis{axis.name[1:]}"
            raise ValueError(f"{where} moves on {named}, which has no range; give it a fixed one")
    if attribute == "z" and (trace.get("zmin") is None or trace.get("zmax") is None):
        raise ValueError(f"{where} moves without a fixed colour scale; give the heatmap zmin and zmax")
    several = np.size(trace["marker"].get("size", 6)) > 1
    if trace["type"] == "scatter" and (several or not isinstance(trace["marker"].get("color", ""), str)):
        raise ValueError(f"{where} moves marks of several colours or sizes; draw a trace for each")
    if trace.get("fill") == "tonexty" or trace.get("error_y"):
        raise ValueError(f"{where} moves a trace with {'error_y' if trace.get('error_y') else 'fill tonexty'}")
    if trace["type"] == "bar" and chart.layout.get("barmode", "group") in ("stack", "relative"):
        raise ValueError(f"{where} moves stacked bars; let them stand side by side")


def _ranges(bindings) -> set[str]:
    """The names of the axes whose range an array feeds."""
    return {_axis_name(attribute) for trace, attribute, _ in bindings if trace < 0}


def _axis_name(attribute: str) -> str:
    return attribute.partition(".")[0].replace("axis", "")


def _axis(axis: Axis) -> dict:
    known = {"range": axis.range, "log": axis.kind == "log", "most": axis.most_ticks,
             "dtick": axis.settings.get("dtick"), "tickvals": axis.settings.get("tickvals"),
             "ticktext": axis.settings.get("ticktext")}
    return {key: value for key, value in known.items() if value is not None and value is not False}


def _trace(chart: Chart, k: int, bound: set[str], ranges: set[str]) -> dict:
    """What stays of trace `k` when its `bound` attributes and the axes named in `ranges` move."""
    trace, panel = chart.traces[k], chart.panel(k)
    known = {"axes": (panel.x.name, panel.y.name), "type": trace["type"]}
    if trace["type"] == "heatmap":
        (x0, x1), (y0, y1) = heat_box(chart, k)
        low, high = heat_range(trace)
        return known | {"low": low, "high": high, "scale": scale_of(chart, trace), "flipped": (y1 < y0, x1 < x0)}
    if trace["type"] == "bar":
        begins, ends, feet, _ = bar_places(chart, k)
        return known | {"flat": trace.get("orientation") == "h", "begins": begins, "ends": ends, "feet": feet}
    there = parts(chart, k)
    known |= {"parts": there, "shape": trace["line"].get("shape", "linear")}
    known["marks"] = "text" in trace["mode"] or ("markers" in trace["mode"] and "dots" not in there)
    if "fill" in there:
        known["foot"] = panel.y.foot()
    for axis in (panel.x, panel.y):
        if axis.letter not in bound:  # where its points lie, or what they are where the axis itself moves
            values = trace.get(axis.letter)
            values = np.arange(len(trace["y"])) if values is None else values
            known[axis.letter if axis.name in ranges else f"p{axis.letter}"] = (
                axis.values(values) if axis.name in ranges else axis.places(values))
    return known
