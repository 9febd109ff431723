"""A figure is added by one file and an exercise by one entry, as the guides print them, to a copy of the sources.

Both are then on the page, in the course's list of things to do, and in the notebook that readers get.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from minibook import ROOT, notebook

GUIDES = (ROOT / "book" / "teaching.md", ROOT / "CONTRIBUTING.md")
_BLOCK = re.compile(r"^(?P<indent> *)```python\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_FIGURE = re.compile(r"# (?P<path>src/helpers/figures/(?P<name>\w+)\.py)\n")
_ENTRY = re.compile(r"^@(?P<kind>\w+)\($.*?^def (?P<name>\w+)\(", re.MULTILINE | re.DOTALL)


def _blocks(guide: Path) -> list[str]:
    """The blocks of Python that a guide prints, without the indent of the list that they stand in."""
    found = _BLOCK.finditer(guide.read_text("utf-8"))
    return [re.sub(f"^{block['indent']}", "", block["text"], flags=re.MULTILINE) for block in found]


FIGURES = {m["name"]: (m["path"], block) for guide in GUIDES for block in _blocks(guide) if (m := _FIGURE.match(block))}
ENTRIES = [block for guide in GUIDES for block in _blocks(guide) if _ENTRY.search(block)]
EXERCISES = {m["name"]: m["kind"] for block in ENTRIES for m in _ENTRY.finditer(block)}


def _copy(folder: Path) -> None:
    """The sources, the site's own code and the configuration; large folders that nothing changes are linked."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in ("src", "book/_ext"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for part in ("book/_static", "book/_templates", "book/references.bib", "book/bibliography.md", "node_modules",
                 "_config.yml", "constraints.txt", "pyproject.toml"):
        (folder / part).symlink_to(ROOT / part)


def _add(folder: Path) -> None:
    """What the guides say: each figure in a file of its own, each exercise at the end of one chapter's file."""
    for path, text in FIGURES.values():
        (folder / path).write_text(text, encoding="utf-8")
    with (folder / "src" / "helpers" / "checks" / "ch01.py").open("a", encoding="utf-8") as entries:
        entries.write("".join(f"\n\n{block}" for block in ENTRIES))


def _cells() -> list[str]:
    """A chapter with a line for each figure, and a card for each exercise; code is written in a second cell."""
    shown = [f'live.show("{name}")' for name in FIGURES]
    asked = [cell for name, kind in EXERCISES.items()
             for cell in (f"check.{name}", *([f"check.{name}({name})"] if kind == "function" else []))]
    return ["# Mine\n\nNew.", "from helpers import live\nfrom helpers.checks import ch01 as check", *shown,
            "# Exercises", *asked]


def _run(folder: Path, program: str, *given: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BOOK_", "GITHUB_"))}
    done = subprocess.run([Path(sys.executable).with_name(program), *given], cwd=folder, capture_output=True, text=True,
                          env=clean | {"PYTHONPATH": str(folder / "src")}, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


@pytest.fixture(scope="module")
def added(tmp_path_factory) -> Path:
    """A copy with all of it added, and one chapter of cells that show it, built."""
    folder = tmp_path_factory.mktemp("copy")
    _copy(folder)
    _add(folder)
    (folder / "chapters").mkdir()
    (folder / "chapters" / "01-mine.ipynb").write_text(notebook(*_cells()), encoding="utf-8")
    (folder / "intro.md").write_text("# Plain\n\nOne sentence.\n", encoding="utf-8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/01-mine\n  - file: book/bibliography\n")
    _run(folder, "python", "-m", "live_figures", "stubs", "chapters/01-mine.ipynb", "helpers.checks.ch01")
    _run(folder, "jupyter-book", "build", ".", "-n", "-W", "--keep-going")
    return folder


def _exported(added: Path) -> list:
    """The cells of code of the notebook that readers get."""
    path = added / "_build" / "html" / "notebooks" / "chapters" / "01-mine.ipynb"
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_guides_print_a_figure_and_an_exercise_each():
    assert set(FIGURES) == {"fading", "leak"}
    assert EXERCISES == {"ten_steps_later": "number", "steepest": "number", "back_through_sigmoid": "function"}
    assert {'live.show("fading")\n', "check.ten_steps_later\n"} <= set(_blocks(GUIDES[0]))


def test_the_commands_beside_them_work(added):
    runs = r"^\.venv/bin/(python -m live_figures (?:preview|check|words) .*)$"
    commands = re.findall(runs, GUIDES[0].read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        _run(added, *command.split())
    assert (added / "fading.html").is_file()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_one_file_is_on_the_page_and_in_the_notebook(added, name):
    html = added / "_build" / "html"
    assert f'<live-figure name="{name}"' in (html / "chapters" / "01-mine.html").read_text("utf-8")
    assert (html / "_static" / "live" / "figures" / f"{name}.js").stat().st_size > 200
    assert f'live.show("{name}")' in [cell.source for cell in _exported(added)]


@pytest.mark.parametrize("number, name", [*enumerate(EXERCISES, start=1)])
def test_an_exercise_of_one_entry_is_on_the_page_and_in_the_notebook(added, number, name):
    html = added / "_build" / "html"
    page = (html / "chapters" / "01-mine.html").read_text("utf-8")
    card = page.partition(f'<live-exercise name="ch01.{name}"')[2].partition("</live-exercise>")[0]
    assert f'<small class="live-ordinal">{number}</small>' in card and "<details" in card  # with hints and a solution
    script = (html / "_static" / "live" / "live-progress.js").read_text("utf-8")
    known = json.loads(script.partition("self.LiveCourse=")[2].partition(";\n")[0])
    assert f"ch01.{name}" in known["pages"][0]["exercises"]
    assert any(f"check.{name}(" in cell.source for cell in _exported(added))
