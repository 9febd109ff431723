"""The axes of a still picture: where a value lies in pixels, and which ticks stand beside it (as plotly.js does)."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Axis", "extent", "make_axis", "merge", "unpack"]


@dataclass
class Axis:
    """One axis of the plot: `pixels` maps data values, `ticks` are (pixel, text)."""

    letter: str
    settings: dict
    kind: str
    range: tuple[float, float]
    start: float
    end: float
    categories: list[str]

    def pixels(self, values) -> np.ndarray:
        """Where `values` lie, in pixels; NaN where a logarithmic axis has no place for them."""
        if self.kind == "category":
            values = [self.categories.index(v) if isinstance(v, str) else v for v in values]
        position = np.ravel(np.asarray(values, dtype=float))
        if self.kind == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                position = np.where(position > 0, np.log10(position), np.nan)
        return self._place(position)

    def _place(self, position):
        low, high = self.range
        return self.start + (position - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """The labelled ticks inside the range."""
        if (given := self.settings.get("tickvals")) is not None:
            texts = self.settings.get("ticktext")
            texts = [f"{v:g}" for v in given] if texts is None else texts
            pairs = list(zip(self.pixels(given), map(str, texts), strict=False))
        elif self.kind == "category":
            pairs = [(self._place(k), text) for k, text in enumerate(self.categories)]
        elif self.kind == "log":
            low, high = sorted(self.range)
            every = max(1, math.ceil((high - low) / 8))
            pairs = [(self._place(n), _power(n)) for n in range(math.ceil(low), math.floor(high) + 1) if n % every == 0]
        else:
            pairs = [(self._place(v), text) for v, text in self._linear()]
        inside = sorted((self.start, self.end))
        return [(at, text) for at, text in pairs if inside[0] - 0.5 <= at <= inside[1] + 0.5]

    def _linear(self):
        low, high = sorted(self.range)
        step = self.settings.get("dtick")
        if not isinstance(step, (int, float)):
            room = abs(self.end - self.start) / (80 if self.letter == "x" else 40)
            rough = (high - low) / (self.settings.get("nticks") or min(max(room, 4), 9) + 1)
            unit = 10 ** math.floor(math.log10(rough))
            step = unit * next(m for m in (1, 2, 5, 10) if m * unit >= rough * (1 - 1e-9))
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        form = self.settings.get("tickformat")
        for k in range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1):
            value = k * step
            yield value, (format(value, form) if form else f"{value:.{decimals}f}").replace("-", "−")


def _power(n: int) -> str:
    if -3 <= n <= 4:
        return f"{10.0 ** n:g}"
    return "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] if d != "-" else "⁻" for d in str(n))


def unpack(value):
    """A figure's JSON with plotly's packed arrays (`{"dtype", "bdata", "shape"}`) as NumPy arrays again."""
    if isinstance(value, dict) and "bdata" in value:
        array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
        return array.reshape([int(n) for n in str(value["shape"]).split(",")]) if "shape" in value else array
    if isinstance(value, dict):
        return {k: unpack(v) for k, v in value.items()}
    return [unpack(v) for v in value] if isinstance(value, (list, tuple)) else value


def merge(base: dict, over: dict) -> dict:
    """`over` laid on `base`, part by part."""
    out = dict(base)
    for key, value in over.items():
        out[key] = merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def make_axis(name: str, settings: dict, traces: list[dict], area: tuple[float, float]) -> Axis:
    """The axis `name` ("x", "y2", ...) of `traces`, over its domain of `area` (the pixels of 0 and of 1)."""
    letter = name[0]
    values = [v for t in traces for v in extent(t, letter)]
    categories = list(dict.fromkeys(str(v) for v in values if isinstance(v, str)))
    kind = "category" if categories else settings.get("type", "linear")
    low, high = settings.get("domain") or (0, 1)
    start, end = (area[0] + d * (area[1] - area[0]) for d in (low, high))
    shown = _range(letter, kind, settings, values, traces, categories)
    return Axis(letter, settings, kind, shown, start, end, categories)


def extent(trace: dict, letter: str) -> list:
    """Every value that `trace` shows along `letter`, the edges of its bricks and the feet of its bars included."""
    values = trace.get(letter)
    if trace["type"] == "heatmap":
        count = np.shape(trace["z"])[1 if letter == "x" else 0]
        values = np.arange(count) if values is None else values
        if len(values) and not isinstance(values[0], str):
            half = (values[1] - values[0]) / 2 if len(values) > 1 else 0.5
            values = [values[0] - half, values[-1] + half]
    elif values is None:
        other = trace.get("y" if letter == "x" else "x")
        values = range(len(other) if other is not None else 0)
    elif trace["type"] == "bar" and letter == ("x" if trace.get("orientation") == "h" else "y"):
        values = [0, *values]
    return [v if isinstance(v, str) else float(np.ravel(v)[0]) for v in values]


def _range(letter, kind, settings, values, traces, categories) -> tuple[float, float]:
    given = settings.get("range")
    if given is not None and None not in given:
        return float(given[0]), float(given[1])
    if kind == "category":
        low, high = -0.5, len(categories) - 0.5
    else:
        numbers = [math.log10(v) if kind == "log" else v for v in values if kind != "log" or v > 0]
        low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
        room = 0.0 if _tight(letter, traces) else 0.055 * (high - low)
        bars = any(t["type"] == "bar" for t in traces)
        low, high = low if bars and low == 0 else low - room, high + room
        if bars and letter == "x":
            low, high = low - 0.5, high + 0.5
    if low == high:
        low, high = low - 1, high + 1
    return (high, low) if settings.get("autorange") == "reversed" else (low, high)


def _tight(letter: str, traces: list[dict]) -> bool:
    lines = all("markers" not in t.get("mode", "lines") for t in traces if t["type"] == "scatter")
    return all(t["type"] == "heatmap" for t in traces) or (letter == "x" and lines)
