"""Controls that are a surface to touch, by mouse, finger or keys: a pad to draw on, a map on which a cell is chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from .controls import Control

__all__ = ["Map", "Pad"]

LARGEST_PAD = 1024  # cells: what an address can hold
_SHADES = 15


def _shades(cells: np.ndarray) -> np.ndarray:
    """The shade of each cell, 0 to 15; halves are rounded up, as JavaScript does."""
    return np.floor(cells * _SHADES + 0.5).astype(int)


@dataclass(frozen=True, kw_only=True)
class Pad(Control):
    """A grid of cells to draw on with a soft pen `pen` cells wide; `compute` receives float64, 0 (paper) to 1 (ink).

    A cell has sixteen shades, so that a drawing can be written as text, one hexadecimal digit a cell, row by row:
    in the address, in a notebook, and as the `value` of a declaration. Digits left out at the end are paper. Values
    may be given as nested lists or an array too, and are rounded to these shades.
    """

    rows: int
    columns: int
    value: object = ""
    pen: float = 2.0

    def __post_init__(self):
        if self.rows < 1 or self.columns < 1 or self.rows * self.columns > LARGEST_PAD:
            raise ValueError(f"control {self.name!r} has 1 to {LARGEST_PAD} cells, got {self.rows} × {self.columns}")
        if not 0 < self.pen <= max(self.rows, self.columns):
            raise ValueError(f"control {self.name!r}: the pen is wider than 0 cells and no wider than the pad, got "
                             f"{self.pen:g}")
        super().__post_init__()

    def check(self, value):
        cells = self._read(value) if isinstance(value, str) else self._given(value)
        return (_shades(cells) / _SHADES).tolist()

    def _given(self, value) -> np.ndarray:
        try:
            cells = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(f"control {self.name!r} takes rows of numbers, or digits 0 to f, got {value!r}") from error
        if cells.shape != (self.rows, self.columns):
            raise ValueError(f"control {self.name!r} takes {self.rows} rows of {self.columns} cells, got the shape "
                             f"{cells.shape}")
        if not np.all((cells >= 0) & (cells <= 1)):
            raise ValueError(f"control {self.name!r} takes values from 0 to 1")
        return cells

    def _read(self, text: str) -> np.ndarray:
        digits = re.sub(r"\s", "", text)
        if wrong := re.search("[^0-9a-f]", digits):
            raise ValueError(f"control {self.name!r} reads digits 0 to 9 and a to f, not {wrong[0]!r}")
        if len(digits) > self.rows * self.columns:
            raise ValueError(f"control {self.name!r} has {self.rows * self.columns} cells, got {len(digits)} digits")
        shades = [int(digit, 16) for digit in digits.ljust(self.rows * self.columns, "0")]
        return np.reshape(shades, (self.rows, self.columns)) / _SHADES

    def text(self, value) -> str:
        """The drawing as digits, one line a row."""
        shades = _shades(np.asarray(self.check(value)))
        return "\n".join("".join(f"{shade:x}" for shade in row) for row in shades)

    def array(self, value):
        return np.asarray(self.check(value), dtype=np.float64)

    def ends(self):
        return [np.full((self.rows, self.columns), shade).tolist() for shade in (0.0, 1.0)]


@dataclass(frozen=True, kw_only=True)
class Map(Control):
    """A picture of the array `picture`, on which the reader chooses a cell; `compute` receives int64 (row, column).

    The array has `rows` and `columns`, the first row on top, and is coloured from `low` to `high`; `diverging` colours
    have paper in the middle. A value may be given as "row-column" too, which is how an address writes it.
    """

    rows: int
    columns: int
    picture: str
    low: float
    high: float
    diverging: bool = False
    format: str = ".2f"
    value: object = (0, 0)

    def __post_init__(self):
        if self.rows < 1 or self.columns < 1:
            raise ValueError(f"control {self.name!r} has one row and one column at least, got {self.rows} × "
                             f"{self.columns}")
        if not self.low < self.high:
            raise ValueError(f"control {self.name!r}: low {self.low:g} must be below high {self.high:g}")
        super().__post_init__()

    def check(self, value):
        cell = value
        if isinstance(value, str) and re.fullmatch(r"\d+-\d+", value.strip()):
            cell = [int(part) for part in value.split("-")]
        if not isinstance(cell, (list, tuple, np.ndarray)) or len(cell) != 2 or any(
                isinstance(k, bool) or not isinstance(k, (int, np.integer)) for k in cell):
            raise TypeError(f"control {self.name!r} takes a row and a column, such as (0, 3) or '0-3', got {value!r}")
        row, column = (int(k) for k in cell)
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            raise ValueError(f"control {self.name!r} has rows 0 to {self.rows - 1} and columns 0 to "
                             f"{self.columns - 1}, got {row} and {column}")
        return [row, column]

    def text(self, value) -> str:
        """The cell as an address writes it."""
        return "-".join(str(k) for k in self.check(value))

    def array(self, value):
        return np.asarray(self.check(value), dtype=np.int64)

    def ends(self):
        return [[0, 0], [self.rows - 1, self.columns - 1]]
