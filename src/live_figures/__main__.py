"""What an author runs: `preview` writes a figure as one HTML file, `words` lists every text a reader sees.

    python -m live_figures preview helpers.figures lstm_gates
    python -m live_figures words helpers.figures helpers.checks
"""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from pathlib import Path

from .collection import Figures
from .page import standalone_html
from .words import ENGINE

__all__ = ["main", "preview"]


def preview(figures: Figures, name: str, folder: Path) -> Path:
    """Write the figure `name` as `folder/<name>.html`, everything inline, and return the path."""
    path = folder / f"{name}.html"
    path.write_text(standalone_html(figures.load(name)), encoding="utf-8")
    return path


def _words(package: str) -> dict[str, str]:
    """The texts of a package: what its own function `words()` lists, or those of its figures."""
    module = importlib.import_module(package)
    return module.words() if hasattr(module, "words") else Figures(package).words()


def main(argv: list[str] | None = None) -> None:
    """Run one command; `argv` as on the command line."""
    parser = argparse.ArgumentParser(prog="python -m live_figures", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    look = commands.add_parser("preview", help="write figures as HTML files that need nothing else")
    look.add_argument("package", help="the package of figures, for example helpers.figures")
    look.add_argument("name", nargs="+", help="a figure")
    look.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where to write the file")
    said = commands.add_parser("words", help="print every text that a reader sees, by key, as JSON")
    said.add_argument("package", nargs="+", help="a package of figures, or one that has a function words()")
    given = parser.parse_args(argv)
    if given.command == "words":
        listed = ENGINE | {key: text for package in given.package for key, text in _words(package).items()}
        print(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for name in given.name:
        print(preview(Figures(given.package), name, given.folder))


if __name__ == "__main__":
    main()
