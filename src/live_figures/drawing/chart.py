"""A plotly figure read once: traces and axes with their defaults, and the panels in which they meet."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from .. import palette
from ..bindings import unpacked
from .axes import ONE, Axis, make_axis
from .shapes import SYMBOLS

__all__ = ["Chart", "Panel", "bar_places", "heat_box", "heat_range", "parts", "scale_of"]

_DRAWN = ("scatter", "bar", "heatmap")


@dataclass
class Panel:
    """Where one x axis and one y axis meet: the numbers of its traces, and its box as shares of the drawing's area."""

    x: Axis
    y: Axis
    traces: list[int]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height."""
        (x0, x1), (y0, y1) = self.x.domain, self.y.domain
        return x0, 1 - y1, x1 - x0, y1 - y0


class Chart:
    """`fig` is a plotly figure, or {"data", "layout"} as one writes it, which spares plotly's checks while one waits.

    Raises ValueError for what the drawing has no form for.
    """

    def __init__(self, fig):
        spec = fig if isinstance(fig, dict) else unpack(json.loads(fig.to_json()))
        template = (spec["layout"].get("template") or {}).get("layout") or {}
        own = {k: v for k, v in spec["layout"].items() if k != "template"}
        self.layout = merge(template, own)
        colors = self.layout.get("colorway") or palette.COLORS
        self.traces = {k: _trace(trace, colors[k % len(colors)]) for k, trace in enumerate(spec["data"])
                       if trace.get("visible", True) is True}
        self.margin = {"l": 56, "r": 16, "t": 28, "b": 44} | (self.layout.get("margin") or {})
        self.height = float(self.layout.get("height") or 360)
        self.axes = self._axes(template, own)
        self.panels: dict[tuple[str, str], Panel] = {}
        for k, trace in self.traces.items():
            x, y = (self.axes[trace[f"{letter}axis"]] for letter in "xy")
            self.panels.setdefault((x.name, y.name), Panel(x, y, [])).traces.append(k)

    def _axes(self, template: dict, own: dict) -> dict[str, Axis]:
        inner = self.height - self.margin["t"] - self.margin["b"]
        axes = {}
        for letter in "xy":
            for name in dict.fromkeys([letter, *(t[f"{letter}axis"] for t in self.traces.values())]):
                settings = merge(template.get(f"{letter}axis") or {}, own.get(f"{letter}axis{name[1:]}") or {})
                mine = [t for t in self.traces.values() if t[f"{letter}axis"] == name]
                axes[name] = make_axis(name, settings, mine, inner)
        return axes

    def panel(self, trace: int) -> Panel:
        """The panel of a trace."""
        return self.panels[tuple(self.traces[trace][f"{letter}axis"] for letter in "xy")]

    def anchor(self, axis: Axis) -> str:
        """The name of the axis at whose end the labels of `axis` stand."""
        return axis.settings.get("anchor") or ("y" if axis.letter == "x" else "x")


def _trace(trace: dict, color: str) -> dict:
    """`trace` with its defaults; `_color` is that of its line, or else of its marks or bars."""
    kind = trace.get("type", "scatter")
    if kind not in _DRAWN:
        raise ValueError(f"a drawing has no {kind!r} trace; it has {', '.join(_DRAWN)}")
    line, marker = trace.get("line") or {}, trace.get("marker") or {}
    own = next((c for c in (line.get("color"), marker.get("color")) if isinstance(c, str)), color)
    out = {"name": "", **trace, "type": kind, "xaxis": trace.get("xaxis") or "x", "yaxis": trace.get("yaxis") or "y",
           "line": line, "marker": marker, "_color": own}
    if kind == "scatter":
        out["mode"] = trace.get("mode") or ("lines+markers" if len(trace.get("y", ())) < 20 else "lines")
    _refuse(out)
    return out


def _refuse(trace: dict) -> None:
    known = {
        "line.shape": (trace["line"].get("shape", "linear"), ("linear", "hv", "vh", "hvh", "vhv")),
        "fill": (trace.get("fill", "none"), ("none", "tozeroy", "tonexty")),
        "marker.symbol": (trace["marker"].get("symbol", "circle"), ("circle", *SYMBOLS)),
    }
    for name, (value, possible) in known.items():
        if value not in possible:
            raise ValueError(f"a drawing has no {name} {value!r}; it has {', '.join(possible)}")
    for name in ("stackgroup", "error_x"):
        if trace.get(name):
            raise ValueError(f"a drawing has no {name}; add a trace that shows the same")


def parts(chart: Chart, k: int) -> list[str]:
    """Which paths a scatter or bar trace has, from back to front."""
    trace = chart.traces[k]
    if trace["type"] != "scatter":
        return ["bar"] if trace["type"] == "bar" else []
    mode, plain = trace["mode"], trace["marker"].get("symbol", "circle") == "circle"
    error = (trace.get("error_y") or {}).get("array") is not None
    there = {"fill": trace.get("fill", "none") != "none", "error": error, "line": "lines" in mode,
             "dots": "markers" in mode and plain}
    return [part for part, shown in there.items() if shown]


def bar_places(chart: Chart, k: int):
    """Begin and end across, foot and top along, of each bar of trace `k`, in units."""
    trace, panel = chart.traces[k], chart.panel(k)
    flat = trace.get("orientation") == "h"
    across, along = (panel.y, panel.x) if flat else (panel.x, panel.y)
    sizes = np.asarray(trace["x" if flat else "y"], dtype=float)
    at = trace.get("y" if flat else "x")
    at = across.places(np.arange(len(sizes)) if at is None else at)
    mates = [j for j in panel.traces if chart.traces[j]["type"] == "bar"]
    mode = chart.layout.get("barmode", "group")
    room = np.abs(np.diff(np.sort(at))).min() if len(at) > 1 else ONE
    slot = room * (1 - chart.layout.get("bargap", 0.2))
    width = slot / len(mates) if mode == "group" else slot
    begin = at - slot / 2 + (mates.index(k) * width if mode == "group" else 0)
    base = trace.get("base")
    if mode in ("stack", "relative"):
        below = [np.asarray(chart.traces[j]["x" if flat else "y"], float) for j in mates[:mates.index(k)]]
        base = sum(below, start=np.zeros(len(sizes)))
    foot = np.full(len(sizes), along.foot()) if base is None else along.places(np.broadcast_to(base, sizes.shape))
    tops = along.places(sizes if base is None else sizes + base)
    return np.floor(begin + 0.5), np.floor(begin + width + 0.5), foot, tops


def heat_range(trace: dict) -> tuple[float, float]:
    """The values at the two ends of a heatmap's colour scale."""
    low, high = trace.get("zmin"), trace.get("zmax")
    if low is None or high is None:
        z = np.asarray(trace["z"], dtype=float)
        low, high = float(np.nanmin(z)), float(np.nanmax(z))
    return low, high if high != low else low + 1.0


def scale_of(chart: Chart, trace: dict):
    """The colour scale of a heatmap: (share, colour) from one end to the other."""
    return trace.get("colorscale") or (chart.layout.get("colorscale") or {}).get("sequential") or palette.SEQUENTIAL


def heat_box(chart: Chart, k: int) -> list[tuple[float, float]]:
    """From where to where a heatmap reaches along x and along y, as shares of its panel; it may run backwards."""
    trace, panel, ends = chart.traces[k], chart.panel(k), []
    for axis, count in zip((panel.x, panel.y), np.shape(trace["z"])[::-1], strict=True):
        at = trace.get(axis.letter)
        at = axis.values(np.arange(count) if at is None else at)
        half = (at[-1] - at[0]) / (count - 1) / 2 if count > 1 else 0.5
        ends.append((float(axis.share(at[0] - half)), float(axis.share(at[-1] + half))))
    return ends


def unpack(value):
    """A figure's JSON with plotly's packed arrays (`{"dtype", "bdata", "shape"}`) as NumPy arrays again."""
    if isinstance(value, dict) and "bdata" in value:
        return unpacked(value)
    if isinstance(value, dict):
        return {k: unpack(v) for k, v in value.items()}
    return [unpack(v) for v in value] if isinstance(value, (list, tuple)) else value


def merge(base: dict, over: dict) -> dict:
    """`over` laid on `base`, part by part."""
    out = dict(base)
    for key, value in over.items():
        out[key] = merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out
