"""Words around the panels: notes, straight lines and boxes of the layout, and the legend."""

from __future__ import annotations

import re

import numpy as np

from .. import palette
from .chart import Chart
from .ink import Ink, opacity, percent, tones, words
from .shapes import number
from .traces import LINE, Traces

__all__ = ["WIDTH", "Around"]

WIDTH = 720  # of a picture file
NARROW = 290  # of a legend on a phone
_ANCHORS = {"left": "start", "right": "end"}
_HANGS = {"top": 8, "bottom": -8}


class Around:
    """Writes what stands around the panels of a chart."""

    def __init__(self, chart: Chart, ink: Ink):
        self.chart, self.ink = chart, ink

    def notes(self) -> str:
        """Straight lines, boxes and annotations of the layout."""
        return "".join([*map(self._shape, self.chart.layout.get("shapes") or ()),
                        *map(self._note, self.chart.layout.get("annotations") or ())])

    def _at(self, part: dict, letter: str, value) -> float:
        """The share of the area, from the left or the top, where a note's `value` lies: of an axis, or of the paper."""
        name, _, of_domain = str(part.get(f"{letter}ref") or letter).partition(" ")
        if name == "paper":
            return float(value) if letter == "x" else 1 - float(value)
        axis = self.chart.axes[name]
        start, size = (axis.domain[0] if letter == "x" else 1 - axis.domain[1]), axis.domain[1] - axis.domain[0]
        if of_domain:
            return start + size * (float(value) if letter == "x" else 1 - float(value))
        return start + size * float(axis.share(axis.values([value])[0]))

    def _shape(self, shape: dict) -> str:
        x0, x1, y0, y1 = (self._at(shape, end[0], shape[end]) for end in ("x0", "x1", "y0", "y1"))
        looks = shape.get("line") or {}
        if shape.get("type") == "line":
            stroke = self.ink.stroke(looks.get("color", palette.INK), looks.get("width", 2), looks.get("dash", "solid"))
            return (f'<line x1="{percent(x0)}" y1="{percent(y0)}" x2="{percent(x1)}" y2="{percent(y1)}" '
                    f'{stroke}/>')
        if shape.get("type") == "rect":
            return (f'<rect x="{percent(min(x0, x1))}" y="{percent(min(y0, y1))}" width="{percent(abs(x1 - x0))}" '
                    f'height="{percent(abs(y1 - y0))}" {self.ink.paint("fill", shape.get("fillcolor") or palette.GRID)}'
                    f'{opacity(shape)}/>')
        raise ValueError(f"a drawing has no shape of type {shape.get('type')!r}; it has line and rect")

    def _note(self, note: dict) -> str:
        x, y = (self._at(note, letter, note.get(letter, 0)) for letter in "xy")
        dx, dy = note.get("xshift") or 0, _HANGS.get(note.get("yanchor", ""), 0) - (note.get("yshift") or 0)
        arrow = ""
        if note.get("showarrow", True):
            ax, ay = (note.get("ax") if note.get("ax") is not None else -10), (
                note.get("ay") if note.get("ay") is not None else -30)
            arrow = (f'<svg x="{percent(x)}" y="{percent(y)}" overflow="visible"><path d="M{dx} {dy}l{ax} {ay}" '
                     f'{self.ink.stroke(palette.INK, 1)}/></svg>')
            dx, dy = dx + ax, dy + ay - (6 if ay < 0 else -8)
        anchor = _ANCHORS.get(note.get("xanchor", ""), "middle")
        lines = re.split(r"<br ?/?>", str(note.get("text", "")))
        return arrow + "".join(f'<text x="{percent(x)}" y="{percent(y)}" dx="{number(dx)}" '
                               f'dy="{number(4.5 + dy + LINE * k)}" text-anchor="{anchor}">{words(text)}</text>'
                               for k, text in enumerate(lines))

    def legend(self) -> str:
        """A line or mark and a name for each trace that has one."""
        return "".join(f'<span><svg width="30" height="12">{self._sample(t)}</svg>{words(t["name"])}</span>'
                       for t in self._named())

    def legend_lines(self) -> int:
        """How many lines the legend takes on a phone, about."""
        lines, left = 0, 0.0
        for trace in self._named():
            long = 50 + 7.2 * len(trace["name"])
            if left < long:
                lines, left = lines + 1, float(NARROW)
            left -= long
        return lines

    def legend_row(self) -> str:
        """The same in a picture, where nothing wraps by itself."""
        x, y, out = self.chart.margin["l"], self.chart.margin["t"] - 20, ""
        for trace in self._named():
            long = 50 + 7.2 * len(trace["name"])
            if x + long > WIDTH and x > self.chart.margin["l"]:
                x, y = self.chart.margin["l"], y - 18
            out += (f'<svg x="{x}" y="{y}" overflow="visible">{self._sample(trace)}</svg>'
                    f'<text x="{x + 36}" y="{y + 10}">{words(trace["name"])}</text>')
            x += long
        return out

    def _named(self) -> list[dict]:
        traces = self.chart.traces.values()
        named = [t for t in traces if t.get("showlegend", t["type"] != "heatmap") and t["name"]]
        return named if self.chart.layout.get("showlegend", len(named) > 1) else []

    def _sample(self, trace: dict) -> str:
        if trace["type"] == "bar":
            color = tones(trace["marker"], trace["_color"], 1)[0]
            return f'<path d="M9 0h12v12h-12Z" {self.ink.paint("fill", color)}{opacity(trace)}/>'
        lines, marker = trace["line"], trace["marker"]
        stroke = self.ink.stroke(trace["_color"], lines.get("width", 2), lines.get("dash", "solid"))
        out = f'<path d="M0 6h30" {stroke}/>' if "lines" in trace.get("mode", "lines") else ""
        if "markers" in trace.get("mode", ""):
            size = min(10.0, float(np.max(marker.get("size", 6))))
            symbol = Traces(self.chart, self.ink).symbol(trace, size)
            color = tones(marker, trace["_color"], 1)[0]
            out += (f'<g transform="translate(15 6)">{symbol}</g>' if symbol else
                    f'<circle cx="15" cy="6" r="{number(size / 2)}" {self.ink.paint("fill", color)}/>')
        return out
