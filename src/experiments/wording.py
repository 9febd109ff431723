"""Numbers and tables of the page of results, written alike in every experiment."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from helpers import tables
from live_figures.values import format_value

from .core import Run

__all__ = ["in_percent", "number", "outcome_table", "over_seeds", "percent", "rate_table", "reached"]


def number(value: float, digits: int = 2) -> str:
    """`value` with that many significant digits; whole numbers with commas; powers of ten below 0.001, from a million.

    A count, which is an int, has all its digits.
    """
    if isinstance(value, int) or 10 ** (digits - 1) <= abs(value) < 1e6:
        return f"{round(value):,}".replace("-", "−")
    if value == 0 or 0.001 <= abs(value) < 1e6:
        return format_value(float(value), f".{digits}g")
    mantissa, power = format_value(float(value), f".{digits - 1}e").split("×")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}×{power}"


def over_seeds(values: Iterable[float], spec: str | None = None) -> str:
    """The median of the seeds' `values`, the lowest and the highest: as `spec` says, or with two digits."""
    values = list(values)
    shown = [number(v) if spec is None else format_value(float(v), spec)
             for v in (statistics.median(values), min(values), max(values))]
    return shown[0] if len(set(shown)) == 1 else f"{shown[0]} ({shown[1]} to {shown[2]})"


def in_percent(shares: Iterable[float]) -> list[float]:
    """Shares of the seeds in percent, for a plot."""
    return [round(100 * float(share), 2) for share in shares]


def percent(shares: Iterable[float], digits: int = 1) -> str:
    """Shares of the seeds in percent, without the sign."""
    return over_seeds((100 * float(share) for share in shares), f".{digits}f")


def reached(row: dict) -> tuple[str, str]:
    """How many seeds solved the task, and after how many sequences: a row with both for each seed."""
    needed = [n for n, solved in zip(row["sequences"], row["solved"], strict=True) if solved]
    return f"{len(needed)} of {len(row['solved'])}", over_seeds(needed) if needed else "–"


def rate_table(runs: list[Run], row: str, column: str, heading: str) -> str:
    """A Markdown table, `row` by `column`: how many seeds solved it, and the median number of sequences they needed."""
    columns = sorted({r.setting[column] for r in runs})
    names = dict.fromkeys(r.setting[row] for r in runs)
    cell = lambda name, c: _rate([r for r in runs if (r.setting[row], r.setting[column]) == (name, c)])  # noqa: E731
    return tables.markdown(["", *(heading.format(c) for c in columns)],
                           [[name, *(cell(name, c) for c in columns)] for name in names])


def _rate(runs: list[Run]) -> str:
    solved = [r.sequences for r in runs if r.solved]
    diverged = sum(r.ended == "diverged" for r in runs)
    text = f"{len(solved)} of {len(runs)}"
    if solved:
        text += f" ({statistics.median(solved):,.0f} sequences)"
    return text + (f", {diverged} diverged" if diverged else "")


def outcome_table(runs: list[Run], keys: tuple[str, ...], score: str) -> str:
    """A Markdown table with one row a run: its setting, how it ended, after how many sequences, and its score."""
    rows = [[*(str(run.setting[k]) for k in keys), run.ended, number(run.sequences),
             "–" if run.score is None else number(run.score)] for run in runs]
    return tables.markdown([*keys, "ended", "sequences", score], rows)
