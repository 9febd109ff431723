"""`python -m experiments [NAME ...]`: run what is missing, then write book/results.md."""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import os
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

import torch

import experiments
from helpers import measured
from helpers.curves import Curves

from .core import Run, read_runs, sweep

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
PREAMBLE = """\
# Paper and ours

What papers report, and what we measured when we ran it again, chapter by chapter. `make results` writes every number,
table and plot from the runs saved in `book/results/`; nothing here is typed by hand. Each run has a seed, and each
experiment says in what it departs from the paper. Short runs on one processor thread cannot repeat every detail of a
paper; they can show whether its claim holds at our scale.

Where several seeds were run, a cell holds their median, then the lowest and the highest: 0.5 (0.4 to 0.7). Where all of
them print alike, it holds that one number.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the experiments named on the command line (all of them without a name) and write the page of results."""
    known = {m.NAME: m for m in every_experiment()}
    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(sorted(known))}; all without a name", metavar="NAME")
    parser.add_argument("--book", type=Path, default=Path("book"), help="the book's folder (default: book)")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(known):
        parser.error(f"there is no experiment {sorted(unknown)[0]!r}; there are {', '.join(sorted(known))}")
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


def every_experiment() -> list:
    """Every experiment, in the order of the chapters."""
    names = {m.name for m in pkgutil.iter_modules(experiments.__path__)} - {"__main__", "core", "wording"}
    modules = [importlib.import_module(f"{experiments.__name__}.{name}") for name in names]
    return sorted(modules, key=lambda m: (m.CHAPTER, m.NAME))


def render(modules, folder: Path) -> str:
    """The page of results as Markdown, from the runs saved in `folder`; an experiment not run yet is left out."""
    there = [m for m in modules if (folder / f"{m.NAME}.json").exists()]
    chapters = {chapter: list(mine) for chapter, mine in itertools.groupby(there, key=lambda m: m.CHAPTER)}
    parts = [PREAMBLE]
    for chapter, mine in chapters.items():
        links = " · ".join(f"{{ref}}`results:{m.NAME}`" for m in mine)
        parts.append(f"- **{chapter}. {chapter_title(chapter)}**: {links}")
    for chapter, mine in chapters.items():
        parts.append(f"\n## {chapter}. {chapter_title(chapter)}\n")
        parts += [section(m, read_runs(folder / f"{m.NAME}.json")) for m in mine]
    return "\n".join(parts)


def chapter_title(chapter: int) -> str:
    """The title of a chapter, as its notebook says it."""
    (file,) = CHAPTERS.glob(f"{chapter:02}-*.ipynb")
    first = json.loads(file.read_text())["cells"][0]["source"]
    return next(line[2:].strip() for line in first if line.startswith("# "))


def section(module, runs: list[Run]) -> str:
    """One experiment: the paper; our plots, what they show, the tables; and in what we depart from the paper."""
    plots = module.plots(runs) if hasattr(module, "plots") else []
    seconds = sum(r.seconds for r in runs)
    return "\n\n".join((
        f"(results:{module.NAME})=\n### {module.TITLE}", f"**Paper.** {module.PAPER}",
        *map(directive, plots), f"**Ours.** {module.READING}", module.table(runs),
        f"**Deviations.** {module.DEVIATIONS} ({seeds_used(module, runs)}; {len(runs)} runs, {duration(seconds)} of "
        "one thread.)\n"))


def seeds_used(module, runs: list[Run]) -> str:
    """Which seeds were run, those that only choose a rate apart."""
    choosing = set(getattr(module, "TUNING_SEEDS", ()))
    seeds = sorted({r.setting["seed"] for r in runs})
    listed = lambda chosen: ", ".join(map(str, chosen))  # noqa: E731
    return f"Seeds {listed(s for s in seeds if s not in choosing)}" + (
        f", and {listed(sorted(choosing))} to choose rates" if choosing else "")


def duration(seconds: float) -> str:
    """A time in hours, or in minutes where it is shorter than one."""
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else "a minute"


def directive(plot: Curves) -> str:
    """A plot as the page draws it: its numbers as JSON, one entry a line."""
    entries = {name: value for name, value in asdict(plot).items() if value not in (None, False, {})}
    lines = [f"{json.dumps(name)}: {_entry(value)}" for name, value in entries.items()]
    return "```{curves}\n{" + ",\n ".join(lines) + "}\n```"


def _entry(value) -> str:
    """JSON with four digits of each number; of a dict, one entry a line."""
    dumped = lambda part: json.dumps(_short(part), ensure_ascii=False)  # noqa: E731
    if not isinstance(value, dict):
        return dumped(value)
    return "{" + ",\n  ".join(f"{dumped(name)}: {dumped(part)}" for name, part in value.items()) + "}"


def _short(value):
    if isinstance(value, (list, tuple)):
        return [_short(part) for part in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
