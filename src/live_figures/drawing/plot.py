"""A still picture of a plotly figure as SVG: shown before scripts run, in print, and in exported notebooks.

Lines, markers, text, bars and heatmaps on plotly's own axes; a picture to read, not a replacement of plotly. In the
theme "page" colours are classes of `static/live-figure.css` and follow the page; "light" and "dark" give whole files.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import numpy as np

from .. import palette
from .axes import Axis, extent, make_axis, merge, unpack
from .shapes import mix, path, png, tones

__all__ = ["svg", "write"]

WIDTH = 720
_DASH = {"dash": "9 9", "dot": "3 3", "dashdot": "9 3 3 3", "longdash": "15 6", "longdashdot": "15 6 3 6"}
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"


_SLOTS = {"c": palette.COLORS, "a": palette.AREAS}
_CLASSES = {color: f"{kind}{k}" for kind, colors in _SLOTS.items() for k, color in enumerate(colors)}
_CLASSES |= {palette.INK: "ink", palette.GRID: "grid"}


def write(fig, folder: Path, name: str) -> list[Path]:
    """Write `name`-light.svg and `name`-dark.svg into `folder`; the same figure always gives the same bytes."""
    paths = []
    for theme in ("light", "dark"):
        paths.append(folder / f"{name}-{theme}.svg")
        paths[-1].write_text(svg(fig, theme=theme), encoding="utf-8")
    return paths


def svg(fig, *, theme: str = "page", width: float = WIDTH) -> str:
    """`fig` as one `<svg>` element with a transparent ground; `theme` is "page", "light" or "dark"."""
    if theme not in ("page", "light", "dark"):
        raise ValueError(f"a still's theme is 'page', 'light' or 'dark', got {theme!r}")
    return _Still(fig, theme, width).svg()


class _Still:
    def __init__(self, fig, theme: str, width: float):
        spec = unpack(fig.to_plotly_json())
        layout = spec["layout"]
        template = layout.get("template") or {}
        self.layout = merge(dict(template.get("layout") or {}), {k: v for k, v in layout.items() if k != "template"})
        self.colorway = list(self.layout.get("colorway") or palette.COLORS)
        self.traces = [self._plain(k, t) for k, t in enumerate(spec["data"]) if t.get("visible", True) is True]
        self.theme, self.width, self.height = theme, width, float(self.layout.get("height") or 360)
        self.size = (self.layout.get("font") or {}).get("size", 13)
        self.axes = self._make_axes(template.get("layout") or {})

    def _plain(self, index: int, trace: dict) -> dict:
        color = self.colorway[index % len(self.colorway)]
        return {"name": "", **trace, "type": trace.get("type", "scatter"), "_color": color}

    def _make_axes(self, base: dict) -> dict[str, Axis]:
        margin = {"l": 80, "r": 80, "t": 100, "b": 80} | (self.layout.get("margin") or {})
        right = margin["r"] + (64 if any(_has_colorbar(t) for t in self.traces) else 0)
        area = {"x": (margin["l"], self.width - right), "y": (self.height - margin["b"], margin["t"])}
        self.area = (area["x"][0], area["y"][1], area["x"][1], area["y"][0])
        axes = {}
        for letter in "xy":
            for name in sorted({t.get(f"{letter}axis") or letter for t in self.traces} | {letter}):
                settings = merge(base.get(f"{letter}axis") or {}, self.layout.get(f"{letter}axis{name[1:]}") or {})
                mine = [t for t in self.traces if (t.get(f"{letter}axis") or letter) == name]
                axes[name] = make_axis(name, settings, mine, area[letter])
        return axes

    # -------- colours and text

    def paint(self, kind: str, color: str) -> str:
        """`kind` ("fill" or "stroke") in `color`: a class where the page's style sheet knows it, else the colour."""
        if self.theme == "page" and color in _CLASSES:
            return f'class="{kind}-{_CLASSES[color]}"'
        return f'{kind}="{palette.DARK.get(color, color) if self.theme == "dark" else color}"'

    def text(self, x: float, y: float, text: str, *, anchor: str = "middle", turn: bool = False,
             color: str = palette.INK) -> str:
        words = escape(re.sub(r"<[^>]+>", "", str(text)), quote=False)
        turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turn else ""
        anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
        return f'<text x="{x:.1f}" y="{y:.1f}"{anchored}{turned} {self.paint("fill", color)}>{words}</text>'

    # -------- the whole

    def svg(self) -> str:
        parts = [self._grid(), *self._all_traces(), self._labels(), self._annotations(), self._legend()]
        style = "" if self.theme == "page" else f' font-family="{_FONT}"'
        return (f'<svg xmlns="http://www.w3.org/2000/svg" class="live-still" '
                f'viewBox="0 0 {self.width:g} {self.height:g}" font-size="{self.size:g}"{style}>{"".join(parts)}</svg>')

    def _partner(self, axis: Axis) -> Axis:
        other = "y" if axis.letter == "x" else "x"
        return self.axes.get(axis.settings.get("anchor") or other) or self.axes[other]

    def _shown(self):
        return [a for a in self.axes.values() if a.settings.get("visible", True)]

    def _grid(self) -> str:
        d = ""
        for axis in self._shown():
            partner = self._partner(axis)
            if axis.settings.get("showgrid", True) and axis.kind != "category":
                for at, _ in axis.ticks():
                    d += (f"M{at:.1f} {partner.start:.1f}V{partner.end:.1f}" if axis.letter == "x"
                          else f"M{partner.start:.1f} {at:.1f}H{partner.end:.1f}")
        return f'<path d="{d}" fill="none" {self.paint("stroke", palette.GRID)}/>' if d else ""

    def _labels(self) -> str:
        out = ""
        for axis in self._shown():
            partner, title = self._partner(axis), (axis.settings.get("title") or {}).get("text")
            right = axis.settings.get("side") == "right"
            edge = partner.end if right else partner.start
            for at, text in axis.ticks() if axis.settings.get("showticklabels", True) else ():
                out += (self.text(at, edge + self.size + 4, text) if axis.letter == "x" else
                        self.text(edge + (4 if right else -4), at + 0.35 * self.size, text,
                                  anchor="start" if right else "end"))
            if title:
                middle = (axis.start + axis.end) / 2
                out += (self.text(middle, edge + 2.4 * self.size + 4, title) if axis.letter == "x" else
                        self.text(edge + (42 if right else -40), middle, title, turn=True))
        return out

    def _all_traces(self):
        order = {"heatmap": 0, "bar": 1, "scatter": 2}
        draw = {"heatmap": self._heatmap, "bar": self._bars, "scatter": self._scatter}
        previous = {}
        for trace in sorted(self.traces, key=lambda t: order.get(t["type"], 3)):
            if trace["type"] not in draw:
                raise ValueError(f"a still cannot draw a {trace['type']!r} trace; it draws {', '.join(draw)}")
            axes = self.axes[trace.get("xaxis") or "x"], self.axes[trace.get("yaxis") or "y"]
            yield draw[trace["type"]](trace, *axes, previous)

    # -------- traces

    def _scatter(self, trace: dict, xa: Axis, ya: Axis, previous: dict) -> str:
        y = trace.get("y")
        x = trace.get("x") if trace.get("x") is not None else np.arange(len(y))
        px, py = xa.pixels(x), ya.pixels(y)
        mode = trace.get("mode") or ("lines+markers" if len(px) < 20 else "lines")
        line, out = trace.get("line") or {}, ""
        color = line.get("color") or (trace.get("marker") or {}).get("color")
        color = color if isinstance(color, str) else trace["_color"]
        below, previous[xa.letter, id(ya)] = previous.get((xa.letter, id(ya))), (px, py)
        if (fill := trace.get("fill", "none")) != "none":
            out += self._fill(trace, fill, px, py, below, ya, color)
        if "lines" in mode:
            dash = _DASH.get(line.get("dash", "solid"))
            out += (f'<path d="{path(px, py, line.get("shape", "linear"))}" fill="none" '
                    f'stroke-width="{line.get("width", 2):g}"' + (f' stroke-dasharray="{dash}"' if dash else "") +
                    f' {self.paint("stroke", color)}{_opacity(trace)}/>')
        if "markers" in mode:
            out += self._markers(trace, px, py, color)
        if "text" in mode:
            out += self._words(trace, px, py)
        return self._clip(out, xa, ya)

    def _fill(self, trace: dict, fill: str, px, py, below, ya: Axis, color: str) -> str:
        foot = np.full(len(py), ya.start if ya.kind == "log" else float(ya.pixels([0.0])[0]))
        bx, by = below if fill == "tonexty" and below is not None else (px, foot)
        outline = path(np.concatenate([px, bx[::-1]]), np.concatenate([py, by[::-1]]), "linear")
        given = trace.get("fillcolor")
        tone = self.paint("fill", given) if given else self.paint("fill", color) + ' fill-opacity="0.3"'
        return f'<path d="{outline}Z" {tone}/>'

    def _markers(self, trace: dict, px, py, color: str) -> str:
        marker, out = trace.get("marker") or {}, ""
        sizes = np.broadcast_to(np.asarray(marker.get("size", 6), dtype=float), px.shape)
        colors = marker.get("color")
        colors = [color] * len(px) if colors is None or isinstance(colors, str) else tones(colors, marker)
        for x, y, size, tone in zip(px, py, sizes, colors, strict=True):
            if np.isfinite(x) and np.isfinite(y):
                out += (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size / 2:g}" {self.paint("fill", tone)}'
                        f"{_opacity(trace)}/>")
        return out

    def _words(self, trace: dict, px, py) -> str:
        words, place = trace.get("text"), str(trace.get("textposition") or "middle center")
        words = [words] * len(px) if isinstance(words, str) or words is None else list(words)
        color = (trace.get("textfont") or {}).get("color") or palette.INK
        color = color if isinstance(color, str) else palette.INK
        dy = -6 if "top" in place else self.size + 4 if "bottom" in place else 0.35 * self.size
        anchor, dx = ("start", 4) if "right" in place else ("end", -4) if "left" in place else ("middle", 0)
        return "".join(self.text(x + dx, y + dy, word, anchor=anchor, color=color)
                       for x, y, word in zip(px, py, words, strict=False) if word and np.isfinite(x) and np.isfinite(y))

    def _bars(self, trace: dict, xa: Axis, ya: Axis, previous: dict) -> str:
        flat = trace.get("orientation") == "h"
        across, along = (ya, xa) if flat else (xa, ya)
        sizes = np.asarray(trace["x" if flat else "y"], dtype=float)
        at = trace.get("y" if flat else "x")
        at = across.pixels(np.arange(len(sizes)) if at is None else at)
        foot, at, width = self._bar_places(trace, sizes, at, across, previous)
        ends = along.pixels(foot + sizes)
        starts = along.pixels(foot) if along.kind != "log" else np.full(len(sizes), along.start)
        marker, out = trace.get("marker") or {}, ""
        given = marker.get("color") if marker.get("color") is not None else trace["_color"]
        colors = [given] * len(at) if isinstance(given, str) else tones(given, marker)
        for a, s, e, tone in zip(at, starts, ends, colors, strict=True):
            low, high = sorted((s, e))
            box = (low, a, high - low, width) if flat else (a, low, width, high - low)
            out += "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" ".format(*box)
            out += f'{self.paint("fill", tone)}{_opacity(trace)}/>'
        return self._clip(out, xa, ya)

    def _bar_places(self, trace: dict, sizes, at, across: Axis, previous: dict):
        mates = [t for t in self.traces if t["type"] == "bar" and (t.get("xaxis"), t.get("yaxis")) ==
                 (trace.get("xaxis"), trace.get("yaxis"))]
        mode, index = self.layout.get("barmode", "group"), next(k for k, t in enumerate(mates) if t is trace)
        room = np.abs(np.diff(np.sort(at))).min() if len(at) > 1 else abs(across.end - across.start)
        slot = room * (1 - self.layout.get("bargap", 0.2))
        width = slot / len(mates) if mode == "group" else slot
        first = at - slot / 2 + (index * width if mode == "group" else 0)
        base = trace.get("base")
        foot = np.zeros(len(sizes)) + np.asarray(0.0 if base is None else base, dtype=float)
        if mode in ("stack", "relative"):
            foot = previous.get(("bar", id(across)), np.zeros(len(sizes)))
            previous["bar", id(across)] = foot + sizes
        return foot, first, width

    def _heatmap(self, trace: dict, xa: Axis, ya: Axis, previous: dict) -> str:
        z = np.asarray(trace["z"], dtype=float)
        ends = [axis.pixels(_edges(extent(trace, axis.letter))) for axis in (xa, ya)]
        (x0, x1), (y0, y1) = ends
        z = z if x1 >= x0 else z[:, ::-1]
        z = z if y1 >= y0 else z[::-1]
        low, high = trace.get("zmin"), trace.get("zmax")
        low, high = (float(np.nanmin(z)), float(np.nanmax(z))) if low is None or high is None else (low, high)
        level = np.clip((z - low) / ((high - low) or 1.0), 0, 1)
        scale = trace.get("colorscale") or (self.layout.get("colorscale") or {}).get("sequential") or palette.SEQUENTIAL
        box = (f'x="{min(x0, x1):.1f}" y="{min(y0, y1):.1f}" width="{abs(x1 - x0):.1f}" height="{abs(y1 - y0):.1f}" '
               'preserveAspectRatio="none" style="image-rendering:pixelated"')
        picture = self._clip(self._image(box, level, scale), xa, ya)
        return picture + (self._colorbar(trace, scale, low, high) if _has_colorbar(trace) else "")

    def _image(self, box: str, level, scale) -> str:
        if self.theme != "page":
            return f'<image {box} href="{png(mix(level, scale, self.theme))}"/>'
        return "".join(f'<image {box} class="live-{theme}" href="{png(mix(level, scale, theme))}"/>'
                       for theme in ("light", "dark"))

    def _colorbar(self, trace: dict, scale, low: float, high: float) -> str:
        left, top, right, bottom = self.area
        box = (f'x="{right + 10:.1f}" y="{top:.1f}" width="12" height="{bottom - top:.1f}" preserveAspectRatio="none"')
        out = self._image(box, np.linspace(1, 0, 64)[:, None], scale)
        ruler = Axis("y", {}, "linear", (low, high), bottom, top, [])
        out += "".join(self.text(right + 26, at + 0.35 * self.size, text, anchor="start") for at, text in ruler.ticks())
        title = ((trace.get("colorbar") or {}).get("title") or {}).get("text")
        return out + (self.text(right + 66, (top + bottom) / 2, title, turn=True) if title else "")

    def _clip(self, content: str, xa: Axis, ya: Axis) -> str:
        # a nested <svg> clips without an id, which would have to be unique on the page
        x, y, w, h = min(xa.start, xa.end), min(ya.start, ya.end), abs(xa.end - xa.start), abs(ya.end - ya.start)
        return (f'<svg x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" '
                f'viewBox="{x:.1f} {y:.1f} {w:.1f} {h:.1f}">{content}</svg>')

    # -------- words around the traces

    def _annotations(self) -> str:
        left, top, right, bottom = self.area
        out = ""
        for note in self.layout.get("annotations") or ():
            x, y = note.get("x", 0), note.get("y", 0)
            xa, ya = self.axes.get(note.get("xref", "x")), self.axes.get(note.get("yref", "y"))
            px = float(xa.pixels([x])[0]) if xa else left + x * (right - left)
            py = float(ya.pixels([y])[0]) if ya else bottom + y * (top - bottom)
            px, py = px + note.get("xshift", 0), py - note.get("yshift", 0)
            if note.get("showarrow", True):
                px, py = px + (note.get("ax") or -10), py + (note.get("ay") or -30)
            anchor = {"left": "start", "right": "end"}.get(note.get("xanchor", ""), "middle")
            out += self.text(px, py + 0.35 * self.size, note.get("text", ""), anchor=anchor)
        return out

    def _legend(self) -> str:
        named = [t for t in self.traces if t.get("showlegend", t["type"] != "heatmap") and t["name"]]
        if not self.layout.get("showlegend", len(named) > 1):
            return ""
        x, y, out = self.area[0], self.area[1] - 11, ""
        for trace in named:
            long = 46 + 0.55 * self.size * len(trace["name"])
            if x + long > self.width and x > self.area[0]:
                x, y = self.area[0], y - 19
            color = (trace.get("line") or {}).get("color") or (trace.get("marker") or {}).get("color")
            color = color if isinstance(color, str) else trace["_color"]
            dash = _DASH.get((trace.get("line") or {}).get("dash", "solid"))
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            out += (f'<path d="M{x + 5:.1f} {y:.1f}h30" stroke-width="2"{dashed} {self.paint("stroke", color)}/>'
                    + self.text(x + 40, y + 0.35 * self.size, trace["name"], anchor="start"))
            x += long
        return out


def _has_colorbar(trace: dict) -> bool:
    return trace["type"] == "heatmap" and trace.get("showscale", True)


def _edges(values: list) -> list:
    return values if not isinstance(values[0], str) else [-0.5, len(values) - 0.5]


def _opacity(trace: dict) -> str:
    value = trace.get("opacity", 1)
    return "" if value == 1 else f' opacity="{value:g}"'
