"""What the long experiments of the page of results measured, for a chapter to plot without running them again.

`python -m experiments` writes these numbers into `data/`, so that they come with the package wherever a chapter runs.
"""

from __future__ import annotations

import json
from pathlib import Path

from ._validate import expect_choice

__all__ = ["measured"]

_FOLDER = Path(__file__).parent / "data"


def measured(name: str) -> dict:
    """The saved summary of the experiment `name`, as its module in `experiments` describes it.

    Raises ValueError naming those there are for another name.

    >>> sorted(measured("equal_parameters"))
    ['adding', 'copy', 'temporal order', 'text']
    """
    expect_choice("name", name, sorted(file.stem for file in _FOLDER.glob("*.json")))
    return json.loads((_FOLDER / f"{name}.json").read_text())


def write(name: str, summary: dict) -> None:
    """Save the summary of an experiment, one line a row."""
    (_FOLDER / f"{name}.json").write_text(json.dumps(summary, indent=1) + "\n")
