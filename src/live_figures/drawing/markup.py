"""A chart as HTML that any width fits: data in a stretched picture, words at shares of the room, the legend as text.

The same parts, with a fixed width around them and colours in place of classes, are a picture file. `traces`, `heat` and
`around` write what stands in the panels and beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from .. import palette
from .around import WIDTH, Around
from .axes import ONE, Axis
from .chart import Chart, Panel
from .heat import image, maps, scale_room, scales
from .ink import Ink, percent, words
from .shapes import number
from .traces import Traces

__all__ = ["html", "svg"]

_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
_LETTER = 6.6  # pixels across, in the labels of an axis


def html(chart: Chart, moving: Collection[int] = (), told: Mapping[int, str] | None = None) -> str:
    """The drawing for a page, in whose style sheet its classes stand; traces in `moving` keep every point.

    `told` names the arrays whose values are the words of traces.
    """
    ink, y = Ink("page"), (chart.layout.get("legend") or {}).get("y", 1.0)
    around, m = Around(chart, ink), chart.margin
    inside = f' live-inside" style="--y:{y:g}"' if y < 0.95 else '"'
    named = around.legend()
    named = f'<div class="live-legend{inside}>{named}</div>' if named else ""
    names, lines = _names_room(chart), around.legend_lines()
    narrow = (f";--n:{names:.0f}px" if names else "") + (f";--names:{lines}" if lines > 1 else "")
    return (f'<div class="live-chart" style="--l:{max(m["l"], names):.0f}px{narrow};--r:{m["r"] + scale_room(chart)}px;'
            f'--t:{m["t"]}px;--b:{m["b"]}px;--h:{_height(chart):g}px">{named}<div class="live-area">{maps(chart)}'
            f'<svg class="live-data">{_Panels(chart, ink, moving, told).write()}{around.notes()}</svg>{scales(chart)}'
            f"</div></div>")


def svg(chart: Chart, theme: str) -> str:
    """The drawing as a picture of its own, `theme` "light" or "dark", on a transparent ground."""
    if theme not in ("light", "dark"):
        raise ValueError(f"a picture's theme is 'light' or 'dark', got {theme!r}")
    ink, m = Ink(theme), chart.margin
    around, left = Around(chart, ink), max(m["l"], _names_room(chart))
    width = WIDTH - left - m["r"] - scale_room(chart)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {chart.height:g}" font-size="13" '
            f'font-family="{_FONT}" fill="{ink.tone(palette.INK)}">{around.legend_row()}'
            f'<svg x="{left:g}" y="{m["t"]}" width="{width:g}" height="{_height(chart):g}" '
            f'overflow="visible">{_Panels(chart, ink).write()}{around.notes()}</svg></svg>')


def _height(chart: Chart) -> float:
    """The pixels between the upper and the lower margin."""
    return chart.height - chart.margin["t"] - chart.margin["b"]


def _names_room(chart: Chart) -> float:
    """The room for the longest name on a y axis of names, 0 without one."""
    names = [name for axis in chart.axes.values() if axis.letter == "y" for name in axis.categories]
    return max((10 + _LETTER * len(name) for name in names), default=0.0)


class _Panels:
    """Writes the panels of a chart, with what is in them and the labels of their axes."""

    def __init__(self, chart: Chart, ink: Ink, moving: Collection[int] = (), told: Mapping[int, str] | None = None):
        self.chart, self.ink, self.traces = chart, ink, Traces(chart, ink, moving, told)

    def write(self) -> str:
        """All panels."""
        return "".join(map(self._panel, self.chart.panels.values()))

    def _panel(self, panel: Panel) -> str:
        left, top, width, height = map(percent, panel.box)
        order = sorted((k for k in panel.traces if self.chart.traces[k]["type"] != "heatmap"),
                       key=lambda k: self.chart.traces[k]["type"] != "bar")
        pictures = "" if self.ink.theme == "page" else "".join(
            image(self.chart, k, self.ink.theme) for k in panel.traces if self.chart.traces[k]["type"] == "heatmap")
        ends = " ".join(f'data-{axis.letter}="{axis.name} {axis.kind} {number(axis.range[0])} {number(axis.range[1])}"'
                        for axis in (panel.x, panel.y))
        return (f'<svg class="live-panel" x="{left}" y="{top}" width="{width}" height="{height}" overflow="visible" '
                f'{ends}>{pictures}<svg viewBox="0 0 {ONE} {ONE}" preserveAspectRatio="none">'
                f'{self._grid(panel)}{"".join(map(self.traces.paths, order))}</svg>'
                f'<svg>{"".join(map(self.traces.marks, order))}</svg>{self._labels(panel)}</svg>')

    def _grid(self, panel: Panel) -> str:
        if any(self.chart.traces[k]["type"] == "heatmap" for k in panel.traces):
            return ""
        return "".join(f'<path data-grid="{axis.name}" d="{_grid(axis)}" {self.ink.stroke(palette.GRID, 1)}/>'
                       for axis in (panel.x, panel.y) if axis.settings.get("visible", True)
                       and axis.settings.get("showgrid", True) and axis.kind != "category")

    def _labels(self, panel: Panel) -> str:
        """Ticks and titles of the axes that belong to this panel's edges."""
        out = ""
        for axis, other in ((panel.x, panel.y), (panel.y, panel.x)):
            if not axis.settings.get("visible", True) or self.chart.anchor(axis) not in (other.name, "free"):
                continue
            right = axis.settings.get("side") == "right"
            beside = 'x="100%" dx="4"' if right else 'x="0" dx="-4"'
            at = 'y="100%" dy="17"' if axis.letter == "x" else f'{beside} dy="4.5"'
            anchor = "middle" if axis.letter == "x" else "start" if right else "end"
            ticks = axis.ticks() if axis.settings.get("showticklabels", True) else ()
            texts = "".join(_tick(axis.letter, at, *one) for one in ticks)
            out += f"<g data-ticks=\"{axis.name}\" data-at='{at}' text-anchor=\"{anchor}\" font-size=\"12\">{texts}</g>"
            out += self._title(axis, right)
        return out

    def _title(self, axis: Axis, right: bool) -> str:
        title = words((axis.settings.get("title") or {}).get("text"))
        if not title:
            return ""
        if axis.letter == "x":
            return f'<text x="50%" y="100%" dy="37" text-anchor="middle">{title}</text>'
        return (f'<svg x="{"100%" if right else 0}" y="50%" overflow="visible"><text transform="rotate(-90)" '
                f'y="{42 if right else -40}" text-anchor="middle">{title}</text></svg>')


def _grid(axis: Axis) -> str:
    """The path of an axis's grid lines."""
    form = "M{at:.0f} 0V10000" if axis.letter == "x" else "M0 {at:.0f}H10000"
    return "".join(form.format(at=np.floor(ONE * share + 0.5)) for share, _, _ in axis.ticks())


def _tick(letter: str, at: str, share: float, text: str, odd: bool) -> str:
    """The label of one tick."""
    left_out = ' class="live-odd"' if odd else ""
    return f'<text {at} {letter}="{percent(share)}"{left_out}>{words(text)}</text>'
