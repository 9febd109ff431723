"""What everything drawn shares: colours in one theme, strokes, and numbers and words as attributes."""

from __future__ import annotations

import re
from html import escape

import numpy as np

from .. import palette, raster
from .axes import ONE
from .shapes import DASHES, number

__all__ = ["Ink", "attribute", "opacity", "percent", "tones", "words"]

_CLASSES = {color: f"{kind}{k}" for kind, colors in (("c", palette.COLORS), ("a", palette.AREAS))
            for k, color in enumerate(colors)} | {palette.INK: "ink", palette.GRID: "grid"}  # fmt: skip


class Ink:
    """Colours and strokes in one theme: "page" (classes that follow the page), "light" or "dark"."""

    def __init__(self, theme: str):
        self.theme = theme

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


def tones(marker: dict, color: str, count: int) -> list[str]:
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


def percent(share: float) -> str:
    """A share as a percentage of two decimals, rounded as `static/chart.js` does."""
    return number(float(np.floor(ONE * share + 0.5)) / 100) + "%"


def words(text) -> str:
    """A text without tags, for the inside of an element."""
    return escape(re.sub(r"<[^>]+>", "", str(text or "")), quote=False)


def attribute(text) -> str:
    """A text without tags, for an attribute."""
    return escape(re.sub(r"<[^>]+>", "", str(text)))


def opacity(part: dict) -> str:
    """The attribute of what is not quite opaque."""
    value = part.get("opacity", 1)
    return "" if value == 1 else f' opacity="{value:g}"'
