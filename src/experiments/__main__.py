"""`python -m experiments [NAME ...]`: run what is missing, then write book/results.md."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from pathlib import Path

import torch

import experiments
from helpers import measured

from .core import read_runs, sweep

PREAMBLE = """\
# Paper and ours

What papers report, and what we measured when we ran it again. Every table is written by `make results` from the runs
saved in `book/results/`; nothing here is typed by hand. Each run has a seed, and each table says in what it departs
from the paper. Short runs on one processor thread cannot repeat every detail of a paper; they can show whether its
claim holds at our scale.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the experiments named on the command line (all of them without a name) and write the page of results."""
    known = {m.NAME: m for m in _modules()}
    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(known)}; all without a name", metavar="NAME")
    parser.add_argument("--book", type=Path, default=Path("book"), help="the book's folder (default: book)")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(known):
        parser.error(f"there is no experiment {sorted(unknown)[0]!r}; there are {', '.join(known)}")
    torch.set_num_threads(1)
    os.nice(5)
    for name in options.names or known:
        complete(known[name], options.book / "results" / f"{name}.json")
    page = options.book / "results.md"
    page.write_text(render(known.values(), options.book / "results"))
    print(f"wrote {page}")
    return 0


def complete(experiment, file: Path) -> None:
    """Run what is missing, with the settings that earlier runs decide on (`finals`), and write the data of a chapter.

    A `summary(runs)` goes into the package, where `helpers.measured` reads it.
    """
    finals = getattr(experiment, "finals", lambda runs: [])
    saved = read_runs(file) if file.exists() else []
    runs = sweep([*experiment.settings(), *finals(saved)], experiment.run, file)
    runs = sweep([*experiment.settings(), *finals(runs)], experiment.run, file)
    if hasattr(experiment, "summary"):
        measured.write(experiment.NAME, experiment.summary(runs))


def _modules():
    names = [m.name for m in pkgutil.iter_modules(experiments.__path__) if m.name not in ("__main__", "core")]
    return [importlib.import_module(f"{experiments.__name__}.{name}") for name in sorted(names)]


def render(modules, folder: Path) -> str:
    """The page of results as Markdown, from the runs saved in `folder`; an experiment not run yet is left out."""
    parts = [PREAMBLE]
    for module in modules:
        file = folder / f"{module.NAME}.json"
        if not file.exists():
            continue
        runs = read_runs(file)
        hours = sum(r.seconds for r in runs) / 3600
        seeds = ", ".join(str(s) for s in sorted({r.setting["seed"] for r in runs}))
        parts += [
            f"(results:{module.NAME})=\n## {module.TITLE}\n", f"**Paper.** {module.PAPER}\n",
            f"**Ours.** Seeds {seeds}.\n", f"{module.table(runs)}\n", f"{module.READING}\n",
            f"**Deviations.** {module.DEVIATIONS} ({len(runs)} runs, {hours:.1f} hours of one thread.)\n",
        ]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
