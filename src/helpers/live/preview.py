"""`python -m helpers.live.preview lstm_gates`: one figure as one HTML file, to look at while writing it."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .figure import load, names
from .page import standalone_html

__all__ = ["write"]


def write(name: str, folder: Path) -> Path:
    """Write the figure `name` as `folder/<name>.html`, everything inline, and return the path."""
    path = folder / f"{name}.html"
    path.write_text(standalone_html(load(name)), encoding="utf-8")
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="+", help=f"a figure: {', '.join(names())}")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where to write the file")
    given = parser.parse_args()
    for figure_name in given.name:
        print(write(figure_name, given.folder))
