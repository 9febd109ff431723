"""What several seeds measured along a length, as a plot: a line through the medians, strokes from lowest to highest."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go

from live_figures.values import format_value

from ._validate import LARGEST, expect_flags, expect_number, expect_texts
from .plots import COLORS, DASHES, figure

__all__ = ["Curves"]

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "line-ew-open", "line-ns-open")
_BASELINES = ("dot", "longdash", "dash", "dashdot")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_APART = 0.009  # of the axis: the strokes of one place stand side by side
_MARKED = 16  # a line through more places than these has no marks, and its strokes stand where they belong


@dataclass(frozen=True, kw_only=True)
class Curves:
    """One line for each row over `x`, as data: what a plot on the page of results, or in a chapter, is made of.

    `rows` maps a name to what was measured at each place of `x`: one number a seed, or none where there is nothing.
    `baselines` maps a name to a number, or to one for each place: grey lines. `x` holds numbers, or labels that stand
    at equal distances; `y_range` holds values, on a logarithmic axis too. `caption` says what is not in the axes'
    titles. Raises ValueError where a row is not as long as x or nothing is said, for NaN and infinity, for what has no
    place on a logarithmic axis, and for more lines than can be told apart; TypeError for words that are no str, and for
    what is no list or dict of numbers.
    """

    title: str
    caption: str
    x: Sequence[float] | Sequence[str]
    x_title: str
    y_title: str
    rows: Mapping[str, Sequence[Sequence[float]]]
    baselines: Mapping[str, float | Sequence[float]] = field(default_factory=dict)
    y_range: Sequence[float] | None = None
    log_x: bool = False
    log_y: bool = False

    def __post_init__(self):
        expect_texts(title=self.title, caption=self.caption, x_title=self.x_title, y_title=self.y_title)
        expect_flags(log_x=self.log_x, log_y=self.log_y)
        _expect(Mapping, "a dict of names", rows=self.rows, baselines=self.baselines)
        if not (self.rows and self.title.strip() and self.x_title.strip() and self.y_title.strip()):
            raise ValueError("rows, title, x_title, y_title: expected rows, a title, and the names of both axes")
        _expect(Sequence, "a list", x=self.x, **{f"rows[{name!r}]": values for name, values in self.rows.items()})
        if not all(isinstance(value, str) for value in self.x):
            _expect_numbers("x", self.x, self.log_x)
        for name, values in self.rows.items():
            _expect_as_long(f"rows[{name!r}]", values, self.x)
            _expect(Sequence, "a list", **{f"rows[{name!r}][{k}]": seeds for k, seeds in enumerate(values)})
            for k, seeds in enumerate(values):
                _expect_numbers(f"rows[{name!r}][{k}]", seeds, self.log_y)
        for name, level in self.baselines.items():
            if isinstance(level, Sequence):
                _expect_as_long(f"baselines[{name!r}]", level, self.x)
            _expect_numbers(f"baselines[{name!r}]", level if isinstance(level, Sequence) else [level], self.log_y)
        if self.y_range is not None:
            _expect(Sequence, "two numbers", y_range=self.y_range)
            _expect_numbers("y_range", self.y_range, self.log_y)
            if len(self.y_range) != 2 or self.y_range[0] >= self.y_range[1]:
                raise ValueError(f"y_range: expected the lower and the upper end, got {list(self.y_range)}")
        if len(self.rows) > len(COLORS) or len(self.baselines) > len(_BASELINES):
            raise ValueError(f"rows, baselines: expected at most {len(COLORS)} and {len(_BASELINES)}, got "
                             f"{len(self.rows)} and {len(self.baselines)}")

    @property
    def alt(self) -> str:
        """The plot in words, for who does not see it: where each line begins and ends."""
        lines = "; ".join(f"{name} {self._ends(values)}" for name, values in self.rows.items())
        title, axes = self.title + "." * self.title[-1].isalnum(), f"{self.y_title} over {self.x_title}"
        return f"{title} {axes[0].upper()}{axes[1:]}, {self.x[0]} to {self.x[-1]}. Medians: {lines}."

    def _ends(self, values: Sequence[Sequence[float]]) -> str:
        shown = [format_value(statistics.median(seeds), ".3g") for seeds in (values[0], values[-1]) if seeds]
        return f"from {shown[0]} to {shown[1]}" if len(shown) == 2 else "".join(shown)

    @property
    def note(self) -> str:
        """The caption, and what a line and its strokes are where several seeds were measured."""
        counts = {len(seeds) for values in self.rows.values() for seeds in values}
        if max(counts) < 2:
            return self.caption
        several = f"{max(counts)} seeds" if counts <= {0, 1, max(counts)} else "the seeds"
        return f"{self.caption} Lines: the median of {several}; strokes: from the lowest to the highest.".strip()

    def figure(self) -> go.Figure:
        """The plot; lines differ in colour, dash and mark."""
        at = np.arange(len(self.x)) if isinstance(self.x[0], str) else np.asarray(self.x, dtype=float)
        ends = self.y_range if self.y_range is None or not self.log_y else np.log10(self.y_range)
        fig = figure(x_title=self.x_title, y_title=self.y_title, y_range=ends, height=380, showlegend=True)
        for k, (name, level) in enumerate(self.baselines.items()):
            fig.add_scatter(x=at, y=np.broadcast_to(np.asarray(level, dtype=float), at.shape), name=name, mode="lines",
                            line={"color": COLORS[6], "width": 1.5, "dash": _BASELINES[k]})
        for k, (name, values) in enumerate(self.rows.items()):
            self._add_row(fig, k, name, values, at)
        if len(at) <= _MARKED:
            fig.update_xaxes(tickvals=at, ticktext=[f"{v:,}" if isinstance(v, int) else str(v) for v in self.x])
        fig.update_xaxes(type="log" if self.log_x else "linear")
        return fig.update_yaxes(type="log", **self._powers()) if self.log_y else fig

    def _powers(self) -> dict:
        """Ticks of a logarithmic axis, short enough to stand beside its title."""
        shown = self.y_range or [v for row in (*self.rows.values(), [self.baselines.values()]) for seeds in row
                                 for v in np.ravel(list(seeds))]
        low, high = math.floor(math.log10(min(shown))), math.ceil(math.log10(max(shown)))
        powers = range(low, high + 1, max(1, math.ceil((high - low) / 8)))
        short = {-2: "0.01", -1: "0.1", 0: "1", 1: "10", 2: "100"}
        return {"tickvals": [10.0**n for n in powers],
                "ticktext": [short.get(n, f"10{str(n).translate(_RAISED)}") for n in powers]}

    def _add_row(self, fig: go.Figure, k: int, name: str, values: Sequence[Sequence[float]], at: np.ndarray) -> None:
        middle, low, high = (np.array([part(seeds) if seeds else np.nan for seeds in values], dtype=float)
                             for part in (statistics.median, min, max))
        several = any(len(seeds) > 1 for seeds in values)
        spread = {"array": high - middle, "arrayminus": middle - low, "thickness": 1.5, "width": 0, "color": COLORS[k]}
        marked = len(at) <= _MARKED
        steps = (k - (len(self.rows) - 1) / 2) * _APART * several * marked
        fig.add_scatter(x=at * (at[-1] / at[0]) ** steps if self.log_x else at + (at[-1] - at[0]) * steps, y=middle,
                        name=name, mode="lines+markers" if marked else "lines",
                        line={"color": COLORS[k], "width": 2, "dash": DASHES[k]},
                        marker={"symbol": _SYMBOLS[k], "size": 8}, error_y=spread if several else None)


def _expect(kind: type, said: str, **values) -> None:
    for name, value in values.items():
        if not isinstance(value, kind) or isinstance(value, str):
            raise TypeError(f"{name}: expected {said}, got {type(value).__name__}")


def _expect_numbers(name: str, values: Sequence[float], positive: bool) -> None:
    for k, value in enumerate(values):
        expect_number(f"{name}[{k}]", value, low=-LARGEST, above=0 if positive else -math.inf, high=LARGEST)


def _expect_as_long(name: str, values: Sequence, x: Sequence) -> None:
    if not len(values) == len(x) > 0:
        raise ValueError(f"{name}: expected {len(x)} places as in x, at least one, got {len(values)}")
