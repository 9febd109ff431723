"""Lines, marks, bars and words of the traces, as SVG in the units of their panel."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from .. import palette
from ..values import format_value
from .chart import Chart, bar_places, parts
from .ink import Ink, attribute, opacity, tones, words
from .shapes import SYMBOLS, bars, dots, line, number, thinned, uprights

__all__ = ["LINE", "Traces"]

_VALUE = re.compile(r"%\{customdata:([^}]+)\}")
LINE = 17  # pixels from one line of words to the next


class Traces:
    """Writes the traces of a chart by their numbers; those in `moving` keep every point.

    `told` names the array of each trace whose words are its values; `static/figure.js` writes them anew.
    """

    def __init__(self, chart: Chart, ink: Ink, moving: Collection[int] = (), told: Mapping[int, str] | None = None):
        self.chart, self.ink, self.moving, self.told = chart, ink, moving, told or {}

    def paths(self, k: int) -> str:
        """The paths of a trace, which stretch with its panel."""
        trace, power = self.chart.traces[k], (self.chart.traces[k].get("hovertemplate") or "").startswith("10^")
        hidden = trace.get("hoverinfo") == "skip" or len(trace.get("y", ())) < 2
        named = "" if hidden else f' data-name="{attribute(trace["name"])}"' + (' data-power=""' if power else "")
        return "".join(
            f'<path data-part="{k}.{part}"{"" if part == "fill" else named} d="{d}" {look}{opacity(trace)}/>'
            for part in parts(self.chart, k) for d, look in getattr(self, f"_{part}")(k))

    # Each part of a trace: its paths, with their attributes.

    def _line(self, k: int) -> list[tuple[str, str]]:
        trace, looks = self.chart.traces[k], self.chart.traces[k]["line"]
        stroke = self.ink.stroke(trace["_color"], looks.get("width", 2), looks.get("dash", "solid"))
        return [(line(*self._corners(k), looks.get("shape", "linear")), stroke)]

    def _fill(self, k: int) -> list[tuple[str, str]]:
        trace, panel = self.chart.traces[k], self.chart.panel(k)
        xs, ys = self._corners(k)
        edge = line(xs, ys, trace["line"].get("shape", "linear"))
        below = [j for j in panel.traces if j < k and self.chart.traces[j]["type"] == "scatter"]
        if trace["fill"] == "tonexty" and below:
            back_x, back_y = self._points(below[-1])
            d = f"{edge}L{line(back_x[::-1], back_y[::-1])[1:]}Z"
        else:
            foot = panel.y.foot()
            d = f"M{xs[0]:.0f} {foot:.0f}L{edge[1:]}L{xs[-1]:.0f} {foot:.0f}Z" if edge else ""
        given = trace.get("fillcolor")
        look = self.ink.paint("fill", given or trace["_color"]) + ("" if given else ' fill-opacity="0.3"')
        return [(d, look)]

    def _error(self, k: int) -> list[tuple[str, str]]:
        trace, axis = self.chart.traces[k], self.chart.panel(k).y
        error, y = trace["error_y"], np.asarray(trace["y"], dtype=float)
        up = np.asarray(error["array"], dtype=float)
        down = up if error.get("arrayminus") is None else np.asarray(error["arrayminus"], dtype=float)
        d = uprights(self._points(k)[0], axis.places(y - down), axis.places(y + up))
        return [(d, self.ink.stroke(trace["_color"], error.get("thickness") or 1.5))]

    def _dots(self, k: int) -> list[tuple[str, str]]:
        """A path for the marks of each colour and size."""
        trace, (xs, ys) = self.chart.traces[k], self._points(k)
        colors = tones(trace["marker"], trace["_color"], len(xs))
        sizes = np.broadcast_to(np.asarray(trace["marker"].get("size", 6), dtype=float), xs.shape)
        faint = opacity(trace["marker"])
        return [(dots(xs[rows], ys[rows]), f'{self.ink.stroke(color, size)} stroke-linecap="round"{faint}')
                for (color, size), rows in _alike(list(zip(colors, sizes.tolist(), strict=True))).items()]

    def _bar(self, k: int) -> list[tuple[str, str]]:
        """A path for the bars of each colour."""
        trace, places = self.chart.traces[k], bar_places(self.chart, k)
        colors, flat = tones(trace["marker"], trace["_color"], len(places[0])), trace.get("orientation") == "h"
        return [(bars(*(part[rows] for part in places), flat), self.ink.paint("fill", color))
                for color, rows in _alike(colors).items()]

    def _points(self, k: int):
        """Where the points of a scatter trace lie across and down."""
        trace, panel = self.chart.traces[k], self.chart.panel(k)
        ys = panel.y.places(trace["y"])
        return panel.x.places(np.arange(len(ys)) if trace.get("x") is None else trace["x"]), ys

    def _corners(self, k: int):
        """The points that its line needs: all of them where the trace will move, or goes in steps."""
        straight = self.chart.traces[k]["line"].get("shape", "linear") == "linear"
        return thinned(*self._points(k)) if straight and k not in self.moving else self._points(k)

    def marks(self, k: int) -> str:
        """Symbols and words of a trace, which nothing stretches."""
        trace = self.chart.traces[k]
        if trace["type"] != "scatter":
            return ""
        xs, ys = self._points(k)
        texts = self._texts(k, len(ys)) if "text" in trace["mode"] else [("", "")] * len(ys)
        symbol = self.symbol(trace) if "markers" in trace["mode"] else ""
        out = ""
        for i, (x, y, (word, follows)) in enumerate(zip(xs.tolist(), ys.tolist(), texts, strict=True)):
            if x == x and y == y and (symbol or word):
                at = f'data-mark="{k}.{i}" x="{number(x / 100)}%" y="{number(y / 100)}%"'
                out += f'<svg {at} overflow="visible">{symbol}</svg>' if symbol else ""
                out += self._word(trace, at + follows, word) if word else ""
        return out

    def _texts(self, k: int, count: int) -> list[tuple[str, str]]:
        """The words at the points of a trace, each with an attribute that says which array it follows, if any."""
        trace = self.chart.traces[k]
        template = trace.get("texttemplate")
        if not template:
            return [(text, "") for text in _each(trace.get("text"), count)]
        form = _VALUE.fullmatch(template)
        if not form:
            raise ValueError(f"a drawing has no texttemplate {template!r}; it has %{{customdata:.2f}}")
        places = [f"{self.told.get(k)}[{i}]" if count > 1 else self.told.get(k) for i in range(count)]
        return [(format_value(value, form[1]), f' data-live="text={place}:{form[1]}"' if k in self.told else "")
                for value, place in zip(trace["customdata"], places, strict=True)]

    def symbol(self, trace: dict, size: float | None = None) -> str:
        """The mark of a trace, around the origin; "" for a dot."""
        form = SYMBOLS.get(trace["marker"].get("symbol", "circle"))
        if form is None:
            return ""
        a = (trace["marker"].get("size", 6) if size is None else size) / 2
        a, b, c, d = (number(round(part * a, 2)) for part in (1, 1.3, 0.6, 0.4))
        d = form.format(a=a, b=b, c=c, d=d)
        color = trace["marker"].get("color")
        return f'<path d="{d}" {self.ink.paint("fill", color if isinstance(color, str) else trace["_color"])}/>'

    def _word(self, trace: dict, at: str, word: str) -> str:
        place = str(trace.get("textposition") or "middle center")
        color = (trace.get("textfont") or {}).get("color") or palette.INK
        dy = -6 if "top" in place else LINE if "bottom" in place else 4.5
        anchor, dx = ("start", 4) if "right" in place else ("end", -4) if "left" in place else ("middle", 0)
        heavy = f' font-weight="{weight}"' if (weight := (trace.get("textfont") or {}).get("weight")) else ""
        return (f'<text {at} dx="{dx}" dy="{dy}" text-anchor="{anchor}"{heavy} '
                f'{self.ink.paint("fill", color if isinstance(color, str) else palette.INK)}>{words(word)}</text>')


def _alike(kinds: Sequence) -> dict:
    """The places of each kind, by kind in the order in which they come."""
    return {kind: [k for k, other in enumerate(kinds) if other == kind] for kind in dict.fromkeys(kinds)}


def _each(text, count: int) -> list[str]:
    return [text or ""] * count if isinstance(text, str) or text is None else list(text)
