"""The axes of a drawing: where a value lies, in whole coordinates of its panel, and which ticks stand beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["ONE", "Axis", "extent", "make_axis"]

ONE = 10_000  # a panel is this many units wide and high, whatever its size on the screen
FAR = 1e8     # what lies farther out is cut off here, so that it stays a number which a browser can draw
_ACROSS = 640  # the width in pixels for which ticks are chosen; a narrow page leaves every other one out


@dataclass
class Axis:
    """One axis: `domain` is its share of the area of data, from the left or from the bottom; `range` what it shows."""

    name: str
    settings: dict
    kind: str
    range: tuple[float, float]
    domain: tuple[float, float]
    categories: list[str]
    most_ticks: float

    @property
    def letter(self) -> str:
        """"x" or "y"."""
        return self.name[0]

    def values(self, values) -> np.ndarray:
        """`values` as numbers: labels by their place; on a logarithmic axis the logarithm, NaN where there is none."""
        if self.kind == "category":
            values = [self.categories.index(v) if isinstance(v, str) else v for v in values]
        numbers = np.ravel(np.asarray(values, dtype=float))
        if self.kind != "log":
            return numbers
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(numbers > 0, np.log10(numbers), np.nan)

    def share(self, numbers):
        """How far along the axis numbers as from `values` lie: 0 at the left or at the top, 1 at the other end."""
        low, high = self.range
        return (high - numbers) / (high - low) if self.letter == "y" else (numbers - low) / (high - low)

    def places(self, values) -> np.ndarray:
        """Where `values` lie, in whole units; the page's script rounds in the same way."""
        return np.floor(np.clip(ONE * self.share(self.values(values)), -FAR, FAR) + 0.5)

    def foot(self) -> float:
        """Where bars and fills begin: at zero, or at the lower end of an axis that has none."""
        return float(self.places([0.0])[0]) if self.kind != "log" else (ONE if self.letter == "y" else 0.0)

    def ticks(self) -> list[tuple[float, str, bool]]:
        """(share, text, whether a narrow page leaves it out) of each tick inside the range."""
        settings = self.settings
        if (given := settings.get("tickvals")) is not None:
            texts = settings.get("ticktext")
            texts = [_plain(v) for v in given] if texts is None else texts
            pairs = [(v, str(text), k % 2) for k, (v, text) in enumerate(zip(self.values(given), texts, strict=False))]
        elif self.kind == "category":
            pairs = [(k, text, k % 2) for k, text in enumerate(self.categories)]
        elif self.kind == "log":
            low, high = sorted(self.range)
            every = max(1, math.ceil((high - low) / 8))
            powers = [n for n in range(math.ceil(low), math.floor(high) + 1) if n % every == 0]
            pairs = [(n, _power(n), k % 2) for k, n in enumerate(powers)]
        else:
            pairs = list(self._linear())
        inside = [(float(self.share(v)), text, odd) for v, text, odd in pairs if -0.002 < self.share(v) < 1.002]
        letters = len(inside) * max((len(text) for _, text, _ in inside), default=0)
        crowded = len(inside) > 6 or letters > 24 if self.letter == "x" else given is not None and len(inside) > 8
        return [(share, text, bool(crowded and odd)) for share, text, odd in inside]

    def _linear(self):
        low, high = sorted(self.range)
        step = self.settings.get("dtick")
        if not isinstance(step, (int, float)):
            rough = (high - low) / self.most_ticks
            unit = 10 ** math.floor(math.log10(rough))
            step = unit * next(m for m in (1, 2, 5, 10) if m * unit >= rough * (1 - 1e-9))
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        form = self.settings.get("tickformat")
        for k in range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1):
            text = format(k * step, form) if form else f"{k * step:.{decimals}f}"
            yield k * step, text.replace("-", "−"), k % 2


def _plain(value) -> str:
    return f"{value:g}".replace("-", "−")


def _power(n: int) -> str:
    if -3 <= n <= 3:
        return f"{10.0 ** n:g}"
    return "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] if d != "-" else "⁻" for d in str(n))


def make_axis(name: str, settings: dict, traces: list[dict], height: float) -> Axis:
    """The axis `name` ("x", "y2", ...) of `traces`, in a drawing whose data are `height` pixels high."""
    letter = name[0]
    values = [v for t in traces for v in extent(t, letter)]
    categories = list(dict.fromkeys(str(v) for v in values if isinstance(v, str)))
    kind = "category" if categories else settings.get("type") or "linear"
    domain = tuple(settings.get("domain") or (0, 1))
    room = (domain[1] - domain[0]) * (_ACROSS / 80 if letter == "x" else height / 40)
    shown = _range(letter, kind, settings, values, traces, categories)
    most = (settings.get("nticks") or min(max(room, 4), 9)) + 1
    return Axis(name, settings, kind, shown, domain, categories, most)


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
    return [v if isinstance(v, str) else float(v) for v in values if v is not None]


def _range(letter, kind, settings, values, traces, categories) -> tuple[float, float]:
    given = settings.get("range")
    if given is not None and None not in given:
        return float(given[0]), float(given[1])
    if kind == "category":
        low, high = -0.5, len(categories) - 0.5
    else:
        numbers = [math.log10(v) if kind == "log" else v for v in values if kind != "log" or v > 0]
        numbers = [v for v in numbers if math.isfinite(v)]
        low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
        room = 0.0 if _tight(letter, traces) else 0.055 * (high - low)
        bars = any(t["type"] == "bar" for t in traces)
        low, high = low if bars and low == 0 else low - room, high + room
        if bars and letter == "x":
            low, high = low - 0.5, high + 0.5
    if given is not None:  # one end is given, the other is the data's
        low, high = (given[0] if given[0] is not None else low), (given[1] if given[1] is not None else high)
    if low == high:
        low, high = low - 1, high + 1
    return (high, low) if settings.get("autorange") == "reversed" else (low, high)


def _tight(letter: str, traces: list[dict]) -> bool:
    lines = all("markers" not in (t.get("mode") or "lines") for t in traces if t["type"] == "scatter")
    return all(t["type"] == "heatmap" for t in traces) or (letter == "x" and lines)
