"""SVG parts for the diagrams of live figures: nodes, boxes, arrows, wires, gates and labels, as strings.

Every part takes `live`, a dict of what follows the computed arrays: `{"opacity": "on[2]", "text": "h[2]:.2f"}` becomes
`data-live="opacity=on[2]; text=h[2]:.2f"`. Colours are class names, never values, so that a dark page can swap them:
`"c0"` to `"c6"` for lines and text, `"a0"` to `"a6"` for areas (see palette.py), and
`"ink"`, `"muted"`, `"paper"`, `"none"`.
"""

from __future__ import annotations

import math
import re
from html import escape

__all__ = ["arrow", "box", "gate", "group", "label", "maths", "node", "panel", "signal", "svg", "wire"]

COLORS = (*(f"{kind}{k}" for kind in "ca" for k in range(7)), "ink", "muted", "paper", "none")
_SCRIPT = re.compile(r"([_^])(?:\{([^}]*)\}|(.))")


def svg(width: float, height: float, *parts: str, max_width: float | None = None) -> str:
    """A diagram of `width` by `height` units that shrinks with the page and grows to `max_width` CSS pixels at most.

    Draw for a phone: keep width near 380 and text at 13 units or more, which are 12 pixels there. On a desktop the
    drawing grows by a quarter, so that its words stay about as large as those around it.
    """
    limit = f"{max_width or 1.25 * width:g}px"
    return (f'<svg class="live-diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'style="display:block;width:100%;max-width:{limit};height:auto;margin:auto">{"".join(parts)}</svg>')


def group(*parts: str, live: dict[str, str] | None = None) -> str:
    """Parts that are shown, hidden or faded together."""
    return f"<g{_live(live)}>{''.join(parts)}</g>"


def panel(*parts: str, x: float = 0, y: float = 0, live: dict[str, str] | None = None) -> str:
    """Parts with their own origin; unlike a group, a panel can be moved: `live={"x": "shift"}`."""
    return f'<svg overflow="visible" x="{x:g}" y="{y:g}"{_live(live)}>{"".join(parts)}</svg>'


def signal(name: str, *parts: str) -> str:
    """Parts that show the signal `name`: they light up together, and answer to touch."""
    return f'<g data-signal="{escape(name)}">{"".join(parts)}</g>'


def label(x: float, y: float, text: str = "", *, size: float = 13, color: str = "ink", anchor: str = "middle",
          bold: bool = False, mono: bool = False, live: dict[str, str] | None = None) -> str:
    """Text centred on the height `y`; `_` and `^` start a subscript or superscript, as in `h_{t-1}`."""
    style = f"font-size:{size:g}px;stroke:none" + (";font-weight:600" if bold else "")
    style += ";font-family:ui-monospace,monospace;white-space:pre" if mono else ""
    return (f'<text x="{x:g}" y="{y + 0.35 * size:g}" text-anchor="{anchor}" class="{_paint(fill=color)}" '
            f'style="{style}"{_live(live)}>{escape(text) if mono else maths(text, size)}</text>')


def maths(text: str, size: float = 13) -> str:
    """`text` as SVG text spans with its subscripts and superscripts set small: `"W_h"`, `"s_{t-1}"`, `"W^k"`."""
    out, at = "", 0
    for match in _SCRIPT.finditer(text):
        shift = 0.25 * size if match[1] == "_" else -0.35 * size
        out += escape(text[at:match.start()]) + (
            f'<tspan dy="{shift:.3g}" font-size="72%">{escape(match[2] or match[3])}</tspan>'
            f'<tspan dy="{-shift:.3g}">&#8203;</tspan>')
        at = match.end()
    return out + escape(text[at:])


def node(x: float, y: float, text: str = "", *, r: float = 18, fill: str = "paper", stroke: str = "ink",
         size: float = 13, line: float = 1.5, live: dict[str, str] | None = None,
         text_live: dict[str, str] | None = None) -> str:
    """A circle with text in it; `live` moves the circle, `text_live` the text."""
    circle = (f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" class="{_paint(fill, stroke)}" '
              f'stroke-width="{line:g}"{_live(live)}/>')
    return circle + (label(x, y, text, size=size, live=text_live) if text or text_live else "")


def box(x: float, y: float, width: float, height: float, text: str = "", *, fill: str = "paper", stroke: str = "ink",
        size: float = 13, radius: float = 6, line: float = 1.5, live: dict[str, str] | None = None,
        text_live: dict[str, str] | None = None) -> str:
    """A rounded rectangle, centred on (x, y), with text in it."""
    rect = (f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
            f'class="{_paint(fill, stroke)}" stroke-width="{line:g}"{_live(live)}/>')
    return rect + (label(x, y, text, size=size, live=text_live) if text or text_live else "")


def gate(x: float, y: float, symbol: str, *, r: float = 10, color: str = "ink",
         live: dict[str, str] | None = None) -> str:
    """An operation on a wiring diagram (`×`, `+`, `σ`, `tanh`): a circle, or a box where the name is a word."""
    if len(symbol) > 1:
        return box(x, y, 8 * len(symbol) + 6, 2 * r, symbol, stroke=color, size=max(13, 1.2 * r), live=live)
    return node(x, y, symbol, r=r, stroke=color, size=1.5 * r, live=live)


def arrow(x1: float, y1: float, x2: float, y2: float, *, color: str = "ink", width: float = 1.5, bend: float = 0,
          dashed: bool = False, head: float = 7, live: dict[str, str] | None = None) -> str:
    """An arrow from (x1, y1) to (x2, y2), bowed to its left by `bend` units.

    `live` applies to line and head together: `{"opacity": "on[2]"}`, `{"stroke-width": "w[2]"}`.
    """
    length = math.hypot(x2 - x1, y2 - y1)
    if length == 0:
        raise ValueError(f"an arrow needs two different ends, got ({x1:g}, {y1:g}) twice")
    left = ((y2 - y1) / length, -(x2 - x1) / length)
    cx, cy = (x1 + x2) / 2 + 2 * bend * left[0], (y1 + y2) / 2 + 2 * bend * left[1]
    ux, uy = x2 - cx, y2 - cy
    norm = math.hypot(ux, uy)
    ux, uy = ux / norm, uy / norm
    bx, by = x2 - head * ux, y2 - head * uy
    d = f"M{x1:g} {y1:g}" + (f"Q{cx:g} {cy:g} {bx:g} {by:g}" if bend else f"L{bx:g} {by:g}")
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    tip = (f"M{x2:.4g} {y2:.4g}L{bx - 0.5 * head * uy:.4g} {by + 0.5 * head * ux:.4g}"
           f"L{bx + 0.5 * head * uy:.4g} {by - 0.5 * head * ux:.4g}Z")
    return (f'<g stroke-width="{width:g}"{_live(live)}><path d="{d}" class="{_paint("none", color)}"{dash}/>'
            f'<path d="{tip}" class="{_paint(color, "none")}"/></g>')


def wire(points: list[tuple[float, float]], *, color: str = "ink", width: float = 1.5, radius: float = 8,
         head: float = 0, live: dict[str, str] | None = None) -> str:
    """A line through `points` with rounded corners, and an arrow head at its end if `head` is above zero.

    `live` applies to the line: `{"stroke-width": "w[3]"}` makes it as thick as a value.
    """
    if len(points) < 2:
        raise ValueError(f"a wire needs two points or more, got {len(points)}")
    d = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        d += f"L{start[0]:.4g} {start[1]:.4g}Q{corner[0]:g} {corner[1]:g} {end[0]:.4g} {end[1]:.4g}"
    (x1, y1), (x2, y2) = points[-2:]
    line = f'<path d="{d}L{x2:g} {y2:g}" class="{_paint("none", color)}" stroke-width="{width:g}"{_live(live)}/>'
    if not head:
        return line
    bx, by = _towards((x2, y2), (x1, y1), head)
    px, py = (by - y2) / 2, (x2 - bx) / 2
    tip = f"M{x2:g} {y2:g}L{bx + px:.4g} {by + py:.4g}L{bx - px:.4g} {by - py:.4g}Z"
    return line + f'<path d="{tip}" class="{_paint(color)}"/>'


def _towards(start: tuple[float, float], goal: tuple[float, float], step: float) -> tuple[float, float]:
    """The point `step` units from `start` on the way to `goal`, at most half of the way."""
    length = math.dist(start, goal)
    part = min(step / length, 0.5) if length else 0.0
    return start[0] + part * (goal[0] - start[0]), start[1] + part * (goal[1] - start[1])


def _paint(fill: str = "none", stroke: str = "none") -> str:
    for color in (fill, stroke):
        if color not in COLORS:
            raise ValueError(f"a diagram's colour is one of {', '.join(COLORS)}; got {color!r}")
    return f"fill-{fill} stroke-{stroke}"


def _live(bindings: dict[str, str] | None) -> str:
    if not bindings:
        return ""
    return f' data-live="{escape("; ".join(f"{k}={v}" for k, v in bindings.items()))}"'
