"""Tables that compare: they say what differs between the rows, what is the same for all, and how far runs spread."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real

from live_figures.values import format_value

from ._validate import expect_texts

__all__ = ["Comparison", "markdown"]


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; raises ValueError for a row that is not as long as the head, TypeError for a cell not a str."""
    for name, row in {"head": head, **{f"rows[{k}]": row for k, row in enumerate(_row("rows", rows))}}.items():
        expect_texts(**{f"{name}[{k}]": cell for k, cell in enumerate(_row(name, row))})
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"rows: expected {len(head)} cells as in the head, got {len(row)}: {list(row)!r}")
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


def _row(name: str, row) -> Sequence:
    if not isinstance(row, Sequence) or isinstance(row, (str, bytes)):
        raise TypeError(f"{name}: expected a list, got {type(row).__name__}")
    return row


def _expect_dicts(**dicts) -> None:
    for name, value in dicts.items():
        if not isinstance(value, Mapping):
            raise TypeError(f"{name}: expected a dict, got {type(value).__name__}")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A table whose rows differ in one thing, for the last line of a cell.

    `rows` maps the name of a row to its cells, `{column: cell}`; a cell is a text, a number, or a sequence of one
    number a seed, shown as their median with the lowest and the highest. `differs` names what differs between the rows,
    `equal` says what is the same for all: both stand with the table, so that a reader can judge the comparison.
    `formats` gives a column's number format as in a readout (`".3f"`; `".3g"` if not given).
    Raises ValueError where rows have different columns, a cell has not one number a seed, or nothing is said, TypeError
    for rows or formats that are no dicts, seeds that are no list, or words that are no str.
    """

    rows: Mapping[str, Mapping[str, object]]
    differs: str
    equal: str
    seeds: Sequence[int] = ()
    formats: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        _expect_dicts(rows=self.rows, formats=self.formats)
        _expect_dicts(**{f"rows[{name!r}]": cells for name, cells in self.rows.items()})
        expect_texts(**{f"name {name!r} in rows": name for name in self.rows})
        expect_texts(differs=self.differs, equal=self.equal)
        _row("seeds", self.seeds)
        if not (self.rows and self.differs.strip() and self.equal.strip()):
            raise ValueError("rows, differs, equal: expected rows, in what they differ, and what is the same; got none")
        for name, cells in self.rows.items():
            if list(cells) != self.columns:
                raise ValueError(f"rows: {name!r} has the columns {list(cells)}, the first row has {self.columns}")
        if unknown := set(self.formats) - set(self.columns):
            known = ", ".join(self.columns)
            raise ValueError(f"formats: there is no column {min(map(str, unknown))!r}; there are {known}")

    @property
    def columns(self) -> list[str]:
        """The columns, in the order of the first row."""
        return list(next(iter(self.rows.values())))

    def _repr_markdown_(self) -> str:
        lines = [[name, *(self._cell(name, column, cell) for column, cell in cells.items())]
                 for name, cells in self.rows.items()]
        return f"{markdown([self.differs, *self.columns], lines)}\n\n{self._basis()}"

    def _cell(self, row: str, column: str, cell) -> str:
        if isinstance(cell, str):
            return cell
        shown = lambda value: format_value(float(value), self.formats.get(column, ".3g"))  # noqa: E731
        if isinstance(cell, Real):
            return shown(cell)
        values = [float(v) for v in cell]
        if len(values) != len(self.seeds):
            raise ValueError(f"row {row!r}, column {column!r}: expected one number for each of the {len(self.seeds)} "
                             f"seeds, got {len(values)}")
        return f"{shown(statistics.median(values))} ({shown(min(values))} to {shown(max(values))})"

    def _basis(self) -> str:
        seeds = f" Seeds {', '.join(map(str, self.seeds))}: median (lowest to highest)." if self.seeds else ""
        return f"The same in every row: {self.equal}.{seeds}"
