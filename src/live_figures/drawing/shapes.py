"""Paths in the whole units of a panel, and symbols in pixels: numbers in, text of an SVG attribute out.

`static/chart.js` writes the same paths when a figure moves, number by number.
"""

from __future__ import annotations

import numpy as np

__all__ = ["DASHES", "SYMBOLS", "bars", "dots", "line", "number", "thinned", "uprights"]

DASHES = {"dash": (3, 3), "dot": (1, 1), "dashdot": (3, 1, 1, 1), "longdash": (5, 5), "longdashdot": (5, 2, 1, 2)}
SYMBOLS = {
    "diamond": "M{b} 0L0 {b}L-{b} 0L0 -{b}Z",
    "square": "M-{a} -{a}H{a}V{a}H-{a}Z",
    "triangle-up": "M0 -{b}L{b} {a}L-{b} {a}Z",
    "x": "M-{a} -{c}L-{c} -{a}L0 -{d}L{c} -{a}L{a} -{c}L{d} 0L{a} {c}L{c} {a}L0 {d}L-{c} {a}L-{a} {c}L-{d} 0Z",
    "line-ns-open": "M-1 -{b}H1V{b}H-1Z",
    "line-ew-open": "M-{b} -1V1H{b}V-1Z",
}  # a is the radius, b 1.3 of it, c 0.6, d 0.4; the two lines are two pixels wide
_STEPS = {"linear": "L{x} {y}", "hv": "H{x}V{y}", "vh": "V{y}H{x}", "hvh": "H{middle}V{y}H{x}",
          "vhv": "V{level}H{x}V{y}"}


def number(value: float) -> str:
    """A number as JavaScript writes it: no point behind a whole one."""
    return str(int(value)) if value == int(value) else repr(float(value))


def line(xs, ys, shape: str = "linear") -> str:
    """The line through the points, broken where a value has no place."""
    out, last = "", None
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if x != x or y != y:
            last = None
        elif last is None:
            out, last = f"{out}M{x:.0f} {y:.0f}", (x, y)
        else:
            middle, level = (f"{np.floor((a + b) / 2 + 0.5):.0f}" for a, b in zip(last, (x, y), strict=True))
            out += _STEPS[shape].format(x=f"{x:.0f}", y=f"{y:.0f}", middle=middle, level=level)
            last = (x, y)
    return out


def thinned(xs, ys, tolerance: float = 3.0):
    """The points of a polyline that matter: farther than `tolerance` units from the line without them."""
    finite = np.isfinite(xs) & np.isfinite(ys)
    if not finite.all() or len(xs) < 3:
        return xs, ys
    keep, stack = {0, len(xs) - 1}, [(0, len(xs) - 1)]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        dx, dy = xs[b] - xs[a], ys[b] - ys[a]
        off_x, off_y = xs[a + 1:b] - xs[a], ys[a + 1:b] - ys[a]
        length = np.hypot(dx, dy)
        away = np.abs(dx * off_y - dy * off_x) / length if length else np.hypot(off_x, off_y)
        far = int(away.argmax())
        if away[far] > tolerance:
            middle = a + 1 + far
            keep.add(middle)
            stack += [(a, middle), (middle, b)]
    kept = sorted(keep)
    return xs[kept], ys[kept]


def dots(xs, ys) -> str:
    """A point each: strokes of no length, of which round caps make dots."""
    return "".join(f"M{x:.0f} {y:.0f}h1" for x, y in zip(xs.tolist(), ys.tolist(), strict=True) if x == x and y == y)


def bars(begins, ends, feet, tops, flat: bool) -> str:
    """Bars from `begins` to `ends` across, from `feet` to `tops` along; `flat` ones lie."""
    form = "M{f:.0f} {a:.0f}V{b:.0f}H{t:.0f}V{a:.0f}Z" if flat else "M{a:.0f} {f:.0f}V{t:.0f}H{b:.0f}V{f:.0f}Z"
    rows = zip(begins.tolist(), ends.tolist(), feet.tolist(), tops.tolist(), strict=True)
    return "".join(form.format(a=a, b=b, f=f, t=t) for a, b, f, t in rows if t == t)


def uprights(xs, lows, highs) -> str:
    """Vertical strokes, as error bars are."""
    rows = zip(xs.tolist(), lows.tolist(), highs.tolist(), strict=True)
    return "".join(f"M{x:.0f} {a:.0f}V{b:.0f}" for x, a, b in rows if x == x and a == a and b == b)
