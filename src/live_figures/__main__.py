"""What an author runs.

    python -m live_figures preview helpers.figures lstm_gates             a figure as one HTML file
    python -m live_figures export helpers.figures lstm_gates              a figure as one module for other hosts
    python -m live_figures check helpers.figures                          does every figure keep what it promises?
    python -m live_figures words helpers.figures helpers.checks           every text that a reader sees, by key
    python -m live_figures stubs chapters/04-lstm.ipynb helpers.checks.ch04   the exercise cells of a notebook
    python -m live_figures collect class/*                                what each student solved, as JSON
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

from . import export
from .claims import broken
from .collection import Figures, expect_known
from .compile import compile_figure
from .consistency import adrift
from .exercises import stubs
from .exercises.collect import collect
from .page import figure_html, standalone_html
from .words import ENGINE

__all__ = ["main", "preview"]


def preview(figures: Figures, name: str, folder: Path) -> Path:
    """Write the figure `name` as `folder/<name>.html`, everything inline, and return the path."""
    path = folder / f"{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(standalone_html(figures.load(name)), encoding="utf-8")
    return path


def _export(given) -> None:
    given.folder.mkdir(parents=True, exist_ok=True)
    for name in given.name:
        path = given.folder / f"{name}.mjs"
        path.write_text(export.module(Figures(given.package).load(name)), encoding="utf-8")
        print(path)


def _words(package: str) -> dict[str, str]:
    """The texts of a package: what its own function `words()` lists, or those of its figures."""
    module = importlib.import_module(package)
    return module.words() if hasattr(module, "words") else Figures(package).words()


def _preview(given) -> None:
    for name in given.name:
        print(preview(Figures(given.package), name, given.folder))


def _check(given) -> None:
    figures, problems = Figures(given.package), []
    for name in given.name or figures.names():
        figure = figures.load(name)
        figure_html(figure)  # raises where the declaration contradicts itself
        compile_figure(figure)  # raises where something cannot be recorded
        problems += broken(figure) + adrift(figure)
        print(f"{name}: {len(figure.claims)} claims, {len(figure.tries)} tries, {len(figure.challenges)} challenges")
    if problems:
        raise SystemExit("\n".join(problems))


def _list_words(given) -> None:
    listed = ENGINE | {key: text for package in given.package for key, text in _words(package).items()}
    print(json.dumps(listed, ensure_ascii=False, indent=1))


def _write_stubs(given) -> None:
    for name in stubs.write(given.notebook, given.module):
        print(f"{given.notebook}: {name} written")
    for name, problem in stubs.differing(given.notebook, given.module).items():
        print(f"{given.notebook}: {name}: {problem}")


def _collect(given) -> None:
    told = (lambda file: print(file, file=sys.stderr)) if given.rerun else (lambda file: None)
    results = json.dumps(collect(given.handed_in, given.rerun, told), ensure_ascii=False, indent=1)
    print(results.encode("utf-8", "backslashreplace").decode())  # a file's name may hold bytes that are no text


def _module(name: str) -> str:
    """The name of a module that is there; an error inside of one is told where it happens, not as a wrong name."""
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if not name.startswith(str(error.name)):
            raise
        found = None
    if not found:
        raise argparse.ArgumentTypeError(f"there is no module {name!r}; run this in the folder that holds it")
    return name


def _file(name: str) -> Path:
    if not Path(name).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {name!r}")
    return Path(name)


def main(argv: list[str] | None = None) -> None:
    """Run one command; `argv` as on the command line."""
    about = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m live_figures", description=__doc__, formatter_class=about)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run, help: str):
        made = commands.add_parser(name, help=help)
        made.set_defaults(run=run)
        return made

    look = command("preview", _preview, "write figures as HTML files that need nothing else")
    look.add_argument("package", type=_module, help="the package of figures, for example helpers.figures")
    look.add_argument("name", nargs="+", help="a figure")
    look.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where to write the file")
    out = command("export", _export, "write figures as modules that hosts of anywidgets show without a kernel")
    out.add_argument("package", type=_module, help="the package of figures")
    out.add_argument("name", nargs="+", help="a figure")
    out.add_argument("--folder", type=Path, default=Path(), help="where to write the modules")
    held = command("check", _check, "compute every claim, try and explanation; exit code 1 where one is broken")
    held.add_argument("package", type=_module, help="the package of figures")
    held.add_argument("name", nargs="*", help="figures, all of the package if none is named")
    said = command("words", _list_words, "print every text that a reader sees, by key, as JSON")
    said.add_argument("package", type=_module, nargs="+", help="a package of figures, or one with a function words()")
    stub = command("stubs", _write_stubs, "tag the exercises of a notebook, and write their stubs into its cells")
    stub.add_argument("notebook", type=_file)
    stub.add_argument("module", type=_module, help="the module of its exercises, for example helpers.checks.ch04")
    gathered = command("collect", _collect, "print what each student solved, as JSON")
    gathered.add_argument("handed_in", type=Path, nargs="+", metavar="path",
                          help="a student's folder (or one file): notebooks with outputs, saved progress, unpacked")
    gathered.add_argument("--rerun", action="store_true",
                          help="run the notebooks again, each in a fresh kernel, since a saved verdict can be edited: "
                               "students' code then runs on this machine, with your rights")
    given = parser.parse_args(argv)
    if named := getattr(given, "name", ()):
        known = Figures(given.package).names()
        try:
            for name in named:
                expect_known(name, known)
        except ValueError as error:
            parser.error(str(error))
    given.run(given)


if __name__ == "__main__":
    main()
