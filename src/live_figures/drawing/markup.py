"""A chart as HTML that any width fits: data in a stretched picture, words at shares of the room, the legend as text.

The same parts, with a fixed width around them and colours in place of classes, are a picture file.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape

import numpy as np

from .. import palette, raster
from .axes import ONE, Axis
from .chart import Chart, Panel, bar_places, heat_box, heat_range, parts
from .shapes import DASHES, SYMBOLS, bars, dots, line, number, thinned, uprights

__all__ = ["Markup", "html", "svg"]

WIDTH = 720  # of a picture file
_LINE = 17   # pixels from one line of words to the next
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
_CLASSES = {color: f"{kind}{k}" for kind, colors in (("c", palette.COLORS), ("a", palette.AREAS))
            for k, color in enumerate(colors)} | {palette.INK: "ink", palette.GRID: "grid"}  # fmt: skip
_ANCHORS = {"left": "start", "right": "end"}
_HANGS = {"top": 8, "bottom": -8}
_LETTER = 6.6  # pixels across, in the labels of an axis


def html(chart: Chart, moving: Collection[int] = ()) -> str:
    """The drawing for a page, in whose style sheet its classes stand; traces in `moving` keep every point."""
    draw, legend = Markup(chart, "page", moving), chart.layout.get("legend") or {}
    m, named = chart.margin, draw.legend()
    inside = f' live-inside" style="--y:{legend["y"]:g}"' if legend.get("y", 1.0) < 0.95 else '"'
    named = f'<div class="live-legend{inside}>{named}</div>' if named else ""
    room = m["r"] + (64 if any(_upright_scale(t) for t in chart.traces.values()) else 0)
    names, left = _names_room(chart), max(m["l"], _names_room(chart))
    narrow = f";--n:{names:.0f}px" if names else ""
    return (f'<div class="live-chart" style="--l:{left:.0f}px{narrow};--r:{room}px;--t:{m["t"]}px;--b:{m["b"]}px;'
            f'--h:{chart.height - m["t"] - m["b"]:g}px">{named}<div class="live-area">{draw.maps()}'
            f'<svg class="live-data">{draw.panels()}{draw.notes()}</svg>{draw.scales()}</div></div>')


def _names_room(chart: Chart) -> float:
    """The room for the longest name on a y axis of names, 0 without one."""
    names = [name for axis in chart.axes.values() if axis.letter == "y" for name in axis.categories]
    return max((10 + _LETTER * len(name) for name in names), default=0.0)


def svg(chart: Chart, theme: str) -> str:
    """The drawing as a picture of its own, `theme` "light" or "dark", on a transparent ground."""
    if theme not in ("light", "dark"):
        raise ValueError(f"a picture's theme is 'light' or 'dark', got {theme!r}")
    draw, m = Markup(chart, theme), chart.margin
    left = max(m["l"], _names_room(chart))
    width = WIDTH - left - m["r"] - (64 if any(_upright_scale(t) for t in chart.traces.values()) else 0)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {chart.height:g}" font-size="13" '
            f'font-family="{_FONT}" fill="{draw.tone(palette.INK)}">{draw.legend_row()}'
            f'<svg x="{left:g}" y="{m["t"]}" width="{width:g}" height="{chart.height - m["t"] - m["b"]:g}" '
            f'overflow="visible">{draw.panels()}{draw.notes()}</svg></svg>')


class Markup:
    """Writes the parts of one chart in one theme: "page" (classes that follow the page), "light" or "dark"."""

    def __init__(self, chart: Chart, theme: str, moving: Collection[int] = ()):
        self.chart, self.theme, self.moving = chart, theme, moving

    # -------- colours and words

    def tone(self, color: str) -> str:
        """`color` in the theme of a picture file."""
        return palette.DARK.get(color, color) if self.theme == "dark" else color

    def paint(self, kind: str, color: str) -> str:
        """`kind` ("fill" or "stroke") in `color`: a class where the page's style sheet knows it, else the colour."""
        if self.theme == "page" and color in _CLASSES:
            return f'class="{kind}-{_CLASSES[color]}"'
        return f'{kind}="{self.tone(color)}"'

    def stroke(self, color: str, width: float, dash: str = "solid") -> str:
        """A line's looks; dashes are as long as the line is wide, three pixels at least."""
        pattern = " ".join(number(v * max(width, 3)) for v in DASHES.get(dash, ()))
        dashed = f' stroke-dasharray="{pattern}"' if pattern else ""
        fixed = "" if self.theme == "page" else ' vector-effect="non-scaling-stroke" fill="none"'
        return f'{self.paint("stroke", color)} stroke-width="{width:g}"{dashed}{fixed}'

    # -------- panels

    def panels(self) -> str:
        """Every panel, with the labels of its axes."""
        return "".join(map(self._panel, self.chart.panels.values()))

    def _panel(self, panel: Panel) -> str:
        left, top, width, height = map(_percent, panel.box)
        order = sorted((k for k in panel.traces if self.chart.traces[k]["type"] != "heatmap"),
                       key=lambda k: self.chart.traces[k]["type"] != "bar")
        pictures = "" if self.theme == "page" else "".join(
            self._image(k) for k in panel.traces if self.chart.traces[k]["type"] == "heatmap")
        ends = " ".join(f'data-{axis.letter}="{axis.name} {axis.kind} {number(axis.range[0])} {number(axis.range[1])}"'
                        for axis in (panel.x, panel.y))
        return (f'<svg class="live-panel" x="{left}" y="{top}" width="{width}" height="{height}" overflow="visible" '
                f'{ends}>{pictures}<svg viewBox="0 0 {ONE} {ONE}" preserveAspectRatio="none">'
                f'{self._grid(panel)}{"".join(map(self._trace, order))}</svg>'
                f'<svg>{"".join(map(self._marks, order))}</svg>{self._labels(panel)}</svg>')

    def _grid(self, panel: Panel) -> str:
        if any(self.chart.traces[k]["type"] == "heatmap" for k in panel.traces):
            return ""
        return "".join(f'<path data-grid="{axis.name}" d="{grid(axis)}" {self.stroke(palette.GRID, 1)}/>'
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
            texts = "".join(tick(axis.letter, at, *one) for one in ticks)
            out += f"<g data-ticks=\"{axis.name}\" data-at='{at}' text-anchor=\"{anchor}\" font-size=\"12\">{texts}</g>"
            out += self._title(axis, right)
        return out

    def _title(self, axis: Axis, right: bool) -> str:
        title = _words((axis.settings.get("title") or {}).get("text"))
        if not title:
            return ""
        if axis.letter == "x":
            return f'<text x="50%" y="100%" dy="37" text-anchor="middle">{title}</text>'
        return (f'<svg x="{"100%" if right else 0}" y="50%" overflow="visible"><text transform="rotate(-90)" '
                f'y="{42 if right else -40}" text-anchor="middle">{title}</text></svg>')

    # -------- traces

    def _trace(self, k: int) -> str:
        trace, chart = self.chart.traces[k], self.chart
        looks, power = self._looks(trace), (trace.get("hovertemplate") or "").startswith("10^")
        hidden = trace.get("hoverinfo") == "skip" or len(trace.get("y", ())) < 2
        named = "" if hidden else f' data-name="{_attribute(trace["name"])}"' + (' data-power=""' if power else "")
        return "".join(
            f'<path data-part="{k}.{part}"{"" if part == "fill" else named} d="{d}" {look}{_opacity(trace)}/>'
            for part, data in self._paths(chart, k).items() for d, look in looks[part](data))

    def _looks(self, trace: dict) -> dict:
        """For each part a function from its path to pairs of a path and its attributes."""
        lines, fill = trace["line"], trace.get("fillcolor")
        fill = self.paint("fill", fill) if fill else f'{self.paint("fill", trace["_color"])} fill-opacity="0.3"'
        width = lines.get("width", 2)
        return {
            "fill": lambda d: [(d, fill)],
            "error": lambda d: [(d, self.stroke(trace["_color"], (trace["error_y"].get("thickness") or 1.5)))],
            "line": lambda d: [(d, self.stroke(trace["_color"], width, lines.get("dash", "solid")))],
            "dots": lambda groups: [(d, f'{self.stroke(color, size)} stroke-linecap="round"{_opacity(trace["marker"])}')
                                    for (color, size), d in groups.items()],
            "bar": lambda groups: [(d, self.paint("fill", color)) for color, d in groups.items()],
        }

    def _paths(self, chart: Chart, k: int) -> dict:
        trace, there = chart.traces[k], parts(chart, k)
        if "bar" in there:
            return {"bar": self._bars(k)}
        panel = chart.panel(k)
        ys = panel.y.places(trace["y"])
        xs = panel.x.places(np.arange(len(ys)) if trace.get("x") is None else trace["x"])
        shape = trace["line"].get("shape", "linear")
        lx, ly = (xs, ys) if k in self.moving or shape != "linear" else thinned(xs, ys)
        drawn = {"line": lambda: line(lx, ly, shape), "dots": lambda: self._dots(trace, xs, ys),
                 "fill": lambda: self._fill(k, lx, ly, shape), "error": lambda: self._error(trace, panel.y, xs)}
        return {part: drawn[part]() for part in there}

    def _fill(self, k: int, xs, ys, shape: str) -> str:
        trace, panel = self.chart.traces[k], self.chart.panel(k)
        edge = line(xs, ys, shape)
        below = [j for j in panel.traces if j < k and self.chart.traces[j]["type"] == "scatter"]
        if trace["fill"] == "tonexty" and below:
            other = self.chart.traces[below[-1]]
            back_x, back_y = panel.x.places(other["x"])[::-1], panel.y.places(other["y"])[::-1]
            return f"{edge}L{line(back_x, back_y)[1:]}Z"
        foot = panel.y.foot()
        return f"M{xs[0]:.0f} {foot:.0f}L{edge[1:]}L{xs[-1]:.0f} {foot:.0f}Z" if edge else ""

    def _error(self, trace: dict, axis: Axis, xs) -> str:
        error, y = trace["error_y"], np.asarray(trace["y"], dtype=float)
        up = np.asarray(error["array"], dtype=float)
        down = up if error.get("arrayminus") is None else np.asarray(error["arrayminus"], dtype=float)
        return uprights(xs, axis.places(y - down), axis.places(y + up))

    def _dots(self, trace: dict, xs, ys) -> dict[tuple, str]:
        """The path of the marks of each colour and size."""
        marker = trace["marker"]
        colors = _tones(marker, trace["_color"], len(xs))
        sizes = np.broadcast_to(np.asarray(marker.get("size", 6), dtype=float), xs.shape)
        kinds = list(zip(colors, sizes.tolist(), strict=True))
        each = {kind: [i for i, other in enumerate(kinds) if other == kind] for kind in dict.fromkeys(kinds)}
        return {kind: dots(xs[rows], ys[rows]) for kind, rows in each.items()}

    def _bars(self, k: int) -> dict[str, str]:
        """The path of the bars of each colour."""
        trace, places = self.chart.traces[k], bar_places(self.chart, k)
        colors = _tones(trace["marker"], trace["_color"], len(places[0]))
        flat = trace.get("orientation") == "h"
        each = {color: [i for i, other in enumerate(colors) if other == color] for color in dict.fromkeys(colors)}
        return {color: bars(*(part[rows] for part in places), flat) for color, rows in each.items()}

    def _marks(self, k: int) -> str:
        """Symbols and words of a trace, which nothing stretches."""
        trace = self.chart.traces[k]
        if trace["type"] != "scatter":
            return ""
        panel = self.chart.panel(k)
        ys = panel.y.places(trace["y"])
        xs = panel.x.places(np.arange(len(ys)) if trace.get("x") is None else trace["x"])
        words = _each(trace.get("text"), len(ys)) if "text" in trace["mode"] else [""] * len(ys)
        symbol = self._symbol(trace) if "markers" in trace["mode"] else ""
        out = ""
        for i, (x, y, word) in enumerate(zip(xs.tolist(), ys.tolist(), words, strict=True)):
            if x == x and y == y and (symbol or word):
                at = f'data-mark="{k}.{i}" x="{number(x / 100)}%" y="{number(y / 100)}%"'
                out += f'<svg {at} overflow="visible">{symbol}</svg>' if symbol else ""
                out += self._word(trace, at, word) if word else ""
        return out

    def _symbol(self, trace: dict, size: float | None = None) -> str:
        form = SYMBOLS.get(trace["marker"].get("symbol", "circle"))
        if form is None:
            return ""
        a = (trace["marker"].get("size", 6) if size is None else size) / 2
        a, b, c, d = (number(round(part * a, 2)) for part in (1, 1.3, 0.6, 0.4))
        d = form.format(a=a, b=b, c=c, d=d)
        color = trace["marker"].get("color")
        return f'<path d="{d}" {self.paint("fill", color if isinstance(color, str) else trace["_color"])}/>'

    def _word(self, trace: dict, at: str, word: str) -> str:
        place = str(trace.get("textposition") or "middle center")
        color = (trace.get("textfont") or {}).get("color") or palette.INK
        dy = -6 if "top" in place else _LINE if "bottom" in place else 4.5
        anchor, dx = ("start", 4) if "right" in place else ("end", -4) if "left" in place else ("middle", 0)
        return (f'<text {at} dx="{dx}" dy="{dy}" text-anchor="{anchor}" '
                f'{self.paint("fill", color if isinstance(color, str) else palette.INK)}>{_words(word)}</text>')

    # -------- pictures

    def maps(self) -> str:
        """The heatmaps of a page: a box each, with a picture for each theme in it."""
        out = ""
        for k, trace in self.chart.traces.items():
            if trace["type"] == "heatmap":
                left, top, width, height = map(_percent, self.chart.panel(k).box)
                x, y, w, h = self._inside(k)
                place = f'style="left:{x};top:{y};width:{w};height:{h}"'
                both = "".join(f'<img class="live-{theme}" alt="" src="{_picture(self.chart, k, theme)}" {place}>'
                               for theme in ("light", "dark"))
                out += (f'<div class="live-heat" data-map="{k}" data-name="{_attribute(trace["name"])}" '
                        f'style="left:{left};top:{top};width:{width};height:{height}">{both}</div>')
        return out

    def _image(self, k: int) -> str:
        x, y, w, h = self._inside(k)
        return (f'<image x="{x}" y="{y}" width="{w}" height="{h}" preserveAspectRatio="none" '
                f'style="image-rendering:pixelated" href="{_picture(self.chart, k, self.theme)}"/>')

    def _inside(self, k: int):
        (x0, x1), (y0, y1) = heat_box(self.chart, k)
        return map(_percent, (min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)))

    def scales(self) -> str:
        """The colour scales of a page's heatmaps."""
        return "".join(self._scale(k) for k, trace in self.chart.traces.items() if _has_scale(trace))

    def _scale(self, k: int) -> str:
        trace, (left, top, width, height) = self.chart.traces[k], self.chart.panel(k).box
        bar, flat = trace.get("colorbar") or {}, not _upright_scale(trace)
        ramp = np.linspace(0, 1, 64)[None, :] if flat else np.linspace(1, 0, 64)[:, None]
        both = "".join(f'<img class="live-{theme}" alt="" src="{raster.png(_shades(trace, self.chart, ramp, theme))}">'
                       for theme in ("light", "dark"))
        settings = {"tickvals": bar.get("tickvals"), "ticktext": bar.get("ticktext")}
        ruler = Axis("x" if flat else "y", settings, "linear", heat_range(trace), (0, 1), [], 6.0)
        side = "left" if flat else "top"
        ticks = "".join(f'<span style="{side}:{_percent(share)}">{_words(text)}</span>'
                        for share, text, _ in ruler.ticks())
        title = _words((bar.get("title") or {}).get("text"))
        place = (f"left:{_percent(left)};width:{_percent(width)};top:calc({_percent(top + height)} + 22px)" if flat else
                 f"left:calc({_percent(left + width)} + 10px);top:{_percent(top)};height:{_percent(height)}")
        return (f'<div class="live-scale{" live-flat" if flat else ""}" style="{place}">{both}{ticks}'
                f'{f"<b>{title}</b>" if title else ""}</div>')

    # -------- words around the panels

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
            stroke = self.stroke(looks.get("color", palette.INK), looks.get("width", 2), looks.get("dash", "solid"))
            return (f'<line x1="{_percent(x0)}" y1="{_percent(y0)}" x2="{_percent(x1)}" y2="{_percent(y1)}" '
                    f'{stroke}/>')
        if shape.get("type") == "rect":
            return (f'<rect x="{_percent(min(x0, x1))}" y="{_percent(min(y0, y1))}" width="{_percent(abs(x1 - x0))}" '
                    f'height="{_percent(abs(y1 - y0))}" {self.paint("fill", shape.get("fillcolor") or palette.GRID)}'
                    f'{_opacity(shape)}/>')
        raise ValueError(f"a drawing has no shape of type {shape.get('type')!r}; it has line and rect")

    def _note(self, note: dict) -> str:
        x, y = (self._at(note, letter, note.get(letter, 0)) for letter in "xy")
        dx, dy = note.get("xshift") or 0, _HANGS.get(note.get("yanchor", ""), 0) - (note.get("yshift") or 0)
        arrow = ""
        if note.get("showarrow", True):
            ax, ay = (note.get("ax") if note.get("ax") is not None else -10), (
                note.get("ay") if note.get("ay") is not None else -30)
            arrow = (f'<svg x="{_percent(x)}" y="{_percent(y)}" overflow="visible"><path d="M{dx} {dy}l{ax} {ay}" '
                     f'{self.stroke(palette.INK, 1)}/></svg>')
            dx, dy = dx + ax, dy + ay - (6 if ay < 0 else -8)
        anchor = _ANCHORS.get(note.get("xanchor", ""), "middle")
        lines = re.split(r"<br ?/?>", str(note.get("text", "")))
        return arrow + "".join(f'<text x="{_percent(x)}" y="{_percent(y)}" dx="{number(dx)}" '
                               f'dy="{number(4.5 + dy + _LINE * k)}" text-anchor="{anchor}">{_words(text)}</text>'
                               for k, text in enumerate(lines))

    # -------- the legend

    def legend(self) -> str:
        """A line or mark and a name for each trace that has one."""
        return "".join(f'<span><svg width="30" height="12">{self._sample(t)}</svg>{_words(t["name"])}</span>'
                       for t in self._named())

    def legend_row(self) -> str:
        """The same in a picture, where nothing wraps by itself."""
        x, y, out = self.chart.margin["l"], self.chart.margin["t"] - 20, ""
        for trace in self._named():
            long = 50 + 7.2 * len(trace["name"])
            if x + long > WIDTH and x > self.chart.margin["l"]:
                x, y = self.chart.margin["l"], y - 18
            out += (f'<svg x="{x}" y="{y}" overflow="visible">{self._sample(trace)}</svg>'
                    f'<text x="{x + 36}" y="{y + 10}">{_words(trace["name"])}</text>')
            x += long
        return out

    def _named(self) -> list[dict]:
        traces = self.chart.traces.values()
        named = [t for t in traces if t.get("showlegend", t["type"] != "heatmap") and t["name"]]
        return named if self.chart.layout.get("showlegend", len(named) > 1) else []

    def _sample(self, trace: dict) -> str:
        if trace["type"] == "bar":
            color = _tones(trace["marker"], trace["_color"], 1)[0]
            return f'<path d="M9 0h12v12h-12Z" {self.paint("fill", color)}{_opacity(trace)}/>'
        lines, marker = trace["line"], trace["marker"]
        stroke = self.stroke(trace["_color"], lines.get("width", 2), lines.get("dash", "solid"))
        out = f'<path d="M0 6h30" {stroke}/>' if "lines" in trace.get("mode", "lines") else ""
        if "markers" in trace.get("mode", ""):
            size = min(10.0, float(np.max(marker.get("size", 6))))
            symbol = self._symbol(trace, size)
            color = _tones(marker, trace["_color"], 1)[0]
            out += (f'<g transform="translate(15 6)">{symbol}</g>' if symbol else
                    f'<circle cx="15" cy="6" r="{number(size / 2)}" {self.paint("fill", color)}/>')
        return out


def grid(axis: Axis) -> str:
    """The path of an axis's grid lines."""
    form = "M{at:.0f} 0V10000" if axis.letter == "x" else "M0 {at:.0f}H10000"
    return "".join(form.format(at=np.floor(ONE * share + 0.5)) for share, _, _ in axis.ticks())


def tick(letter: str, at: str, share: float, text: str, odd: bool) -> str:
    """The label of one tick."""
    left_out = ' class="live-odd"' if odd else ""
    return f'<text {at} {letter}="{_percent(share)}"{left_out}>{_words(text)}</text>'


def _has_scale(trace: dict) -> bool:
    return trace["type"] == "heatmap" and trace.get("showscale", True)


def _upright_scale(trace: dict) -> bool:
    return _has_scale(trace) and (trace.get("colorbar") or {}).get("orientation", "v") != "h"


def _picture(chart: Chart, k: int, theme: str) -> str:
    """A heatmap as one pixel a cell, top left first; a cell without a value is a hole."""
    trace = chart.traces[k]
    z, (low, high) = np.asarray(trace["z"], dtype=float), heat_range(trace)
    (x0, x1), (y0, y1) = heat_box(chart, k)
    z = z if x1 >= x0 else z[:, ::-1]
    z = z if y1 >= y0 else z[::-1]
    pixels = _shades(trace, chart, np.nan_to_num((z - low) / (high - low)), theme)
    if np.isnan(z).any():
        pixels = np.concatenate([pixels, np.where(np.isnan(z), 0, 255).astype(np.uint8)[..., None]], axis=-1)
    return raster.png(pixels)


def _shades(trace: dict, chart: Chart, level, theme: str):
    scale = trace.get("colorscale") or (chart.layout.get("colorscale") or {}).get("sequential") or palette.SEQUENTIAL
    return raster.colors(level, 0.0, 1.0, [(at, palette.DARK.get(c, c) if theme == "dark" else c) for at, c in scale])


def _tones(marker: dict, color: str, count: int) -> list[str]:
    """A colour for each of `count` marks: one for all, as given, or from numbers on the marker's colour scale."""
    given = marker.get("color")
    if given is None or isinstance(given, str):
        return [given or color] * count
    given = list(given)
    if isinstance(given[0], str):
        return given[:count]
    values = np.asarray(given, dtype=float)[None, :count]
    low, high = marker.get("cmin", values.min()), marker.get("cmax", values.max())
    mixed = raster.colors(values, low, high if high > low else low + 1, marker.get("colorscale") or palette.SEQUENTIAL)
    return ["#" + bytes(rgb).hex() for rgb in mixed[0]]


def _each(text, count: int) -> list[str]:
    return [text or ""] * count if isinstance(text, str) or text is None else list(text)


def _percent(share: float) -> str:
    return number(float(np.floor(ONE * share + 0.5)) / 100) + "%"


def _words(text) -> str:
    return escape(re.sub(r"<[^>]+>", "", str(text or "")), quote=False)


def _attribute(text) -> str:
    return escape(re.sub(r"<[^>]+>", "", str(text)))


def _opacity(part: dict) -> str:
    value = part.get("opacity", 1)
    return "" if value == 1 else f' opacity="{value:g}"'
