"""Heatmaps as pictures of one pixel a cell, and their colour scales."""

from __future__ import annotations

import numpy as np

from .. import palette, raster
from .axes import Axis
from .chart import Chart, heat_box, heat_range, scale_of
from .ink import attribute, percent, words

__all__ = ["image", "maps", "scale_room", "scales"]


def maps(chart: Chart) -> str:
    """The heatmaps of a page: a box each, with a picture for each theme in it."""
    out = ""
    for k, trace in chart.traces.items():
        if trace["type"] == "heatmap":
            left, top, width, height = map(percent, chart.panel(k).box)
            x, y, w, h = _inside(chart, k)
            place = f'style="left:{x};top:{y};width:{w};height:{h}"'
            both = "".join(f'<img class="live-{theme}" alt="" src="{_picture(chart, k, theme)}" {place}>'
                           for theme in ("light", "dark"))
            out += (f'<div class="live-heat" data-map="{k}" data-name="{attribute(trace["name"])}" '
                    f'style="left:{left};top:{top};width:{width};height:{height}">{both}</div>')
    return out


def image(chart: Chart, k: int, theme: str) -> str:
    """The picture of heatmap `k` in its panel, for a picture file in this theme."""
    x, y, w, h = _inside(chart, k)
    return (f'<image x="{x}" y="{y}" width="{w}" height="{h}" preserveAspectRatio="none" '
            f'style="image-rendering:pixelated" href="{_picture(chart, k, theme)}"/>')


def _inside(chart: Chart, k: int):
    (x0, x1), (y0, y1) = heat_box(chart, k)
    return map(percent, (min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)))


def scales(chart: Chart) -> str:
    """The colour scales of a page's heatmaps."""
    return "".join(_scale(chart, k) for k, trace in chart.traces.items() if _has_scale(trace))


def _scale(chart: Chart, k: int) -> str:
    trace, (left, top, width, height) = chart.traces[k], chart.panel(k).box
    bar, flat = trace.get("colorbar") or {}, not _upright_scale(trace)
    ramp = np.linspace(0, 1, 64)[None, :] if flat else np.linspace(1, 0, 64)[:, None]
    both = "".join(f'<img class="live-{theme}" alt="" src="{raster.png(_shades(chart, trace, ramp, theme))}">'
                   for theme in ("light", "dark"))
    settings = {"tickvals": bar.get("tickvals"), "ticktext": bar.get("ticktext")}
    ruler = Axis("x" if flat else "y", settings, "linear", heat_range(trace), (0, 1), [], 6.0)
    side = "left" if flat else "top"
    ticks = "".join(f'<span style="{side}:{percent(share)}">{words(text)}</span>'
                    for share, text, _ in ruler.ticks())
    title = words((bar.get("title") or {}).get("text"))
    place = (f"left:{percent(left)};width:{percent(width)};top:calc({percent(top + height)} + 22px)" if flat else
             f"left:calc({percent(left + width)} + 10px);top:{percent(top)};height:{percent(height)}")
    return (f'<div class="live-scale{" live-flat" if flat else ""}" style="{place}">{both}{ticks}'
            f'{f"<b>{title}</b>" if title else ""}</div>')


def scale_room(chart: Chart) -> int:
    """How many pixels the upright scales take beside the panels."""
    return 64 if any(map(_upright_scale, chart.traces.values())) else 0


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
    pixels = _shades(chart, trace, np.nan_to_num((z - low) / (high - low)), theme)
    if np.isnan(z).any():
        pixels = np.concatenate([pixels, np.where(np.isnan(z), 0, 255).astype(np.uint8)[..., None]], axis=-1)
    return raster.png(pixels)


def _shades(chart: Chart, trace: dict, level, theme: str):
    """The colours of levels from 0 to 1 on the scale of a heatmap."""
    scale = [(at, palette.DARK.get(c, c) if theme == "dark" else c) for at, c in scale_of(chart, trace)]
    return raster.colors(level, 0.0, 1.0, scale)
