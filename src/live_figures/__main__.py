"""`python -m live_figures preview helpers.figures lstm_gates`: one figure as one HTML file, while writing it."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .collection import Figures
from .page import standalone_html

__all__ = ["main", "preview"]


def preview(figures: Figures, name: str, folder: Path) -> Path:
    """Write the figure `name` as `folder/<name>.html`, everything inline, and return the path."""
    path = folder / f"{name}.html"
    path.write_text(standalone_html(figures.load(name)), encoding="utf-8")
    return path


def main(argv: list[str] | None = None) -> None:
    """Run one command; `argv` as on the command line."""
    parser = argparse.ArgumentParser(prog="python -m live_figures", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    look = commands.add_parser("preview", help="write figures as HTML files that need nothing else")
    look.add_argument("package", help="the package of figures, for example helpers.figures")
    look.add_argument("name", nargs="+", help="a figure")
    look.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where to write the file")
    given = parser.parse_args(argv)
    for name in given.name:
        print(preview(Figures(given.package), name, given.folder))


if __name__ == "__main__":
    main()
