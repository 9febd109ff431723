"""What an author runs: `preview` writes a figure as one HTML file, `words` lists every text, `stubs` writes stub cells.

    python -m live_figures preview helpers.figures lstm_gates
    python -m live_figures words helpers.figures helpers.checks
    python -m live_figures stubs chapters/04-lstm.ipynb helpers.checks.ch04
"""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from pathlib import Path

from .collection import Figures
from .exercises import stubs
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
    stub = commands.add_parser("stubs", help="write the declared stubs into the exercise cells of a notebook")
    stub.add_argument("notebook", type=Path)
    stub.add_argument("module", help="the module of its exercises, for example helpers.checks.ch04")
    given = parser.parse_args(argv)
    if given.command == "words":
        listed = ENGINE | {key: text for package in given.package for key, text in _words(package).items()}
        print(json.dumps(listed, ensure_ascii=False, indent=1))
    elif given.command == "stubs":
        _write_stubs(given.notebook, given.module)
    else:
        for name in given.name:
            print(preview(Figures(given.package), name, given.folder))


def _write_stubs(notebook: Path, module: str) -> None:
    for name in stubs.write(notebook, module):
        print(f"{notebook}: {name} written")
    for name, problem in stubs.differing(notebook, module).items():
        print(f"{notebook}: {name}: {problem}")


if __name__ == "__main__":
    main()
