"""What the guides tell people to type is typed here: every block of code of CONTRIBUTING and of the engine's guide.

A block whose first line is a comment with a path is a file; other Python runs as it stands, in the order of the page,
in one folder; of shell commands those run that need nothing but this package and Sphinx.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import live_figures
from live_figures.record import namespace

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "book" / "live-figures.md"
_BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<kind>[^\n`]*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"\A(?:#|<!--) (?P<path>[\w/.-]+\.\w+)(?: -->)?\n")
_RUNS = re.compile(r"(?:\.venv/bin/)?python (?P<rest>-m (?:live_figures|sphinx)\b.*)")


class Block(NamedTuple):
    """One fenced block: its kind (python, shell, ...), its text, the file it is, the line where it begins."""

    kind: str
    text: str
    path: str
    line: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a Markdown page, in order."""
    whole = page.read_text("utf-8")
    found = []
    for match in _BLOCK.finditer(whole):
        path = _PATH.match(match["text"])
        line = whole[: match.start()].count("\n") + 1
        found.append(Block(match["kind"].strip(), match["text"], path["path"] if path else "", line))
    return found


def follow(page: Path, folder: Path) -> int:
    """Do in `folder`, which holds a copy of the sources, what the page says; returns how many blocks did something."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)])}
    done = 0
    for block in blocks(page):
        where = f"{page.name}, line {block.line}"
        if block.path:
            target = folder / block.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
            done += 1
        elif block.kind == "python":
            _run([sys.executable, "-c", block.text], folder, environment, where)
            done += 1
        elif block.kind == "shell":
            for command in filter(None, map(_RUNS.fullmatch, block.text.splitlines())):
                _run([sys.executable, *shlex.split(command["rest"])], folder, environment, f"{where}: {command[0]}")
                done += 1
    return done


def _run(command, folder: Path, environment: dict, where: str) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{where}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"


@pytest.mark.parametrize("page", [GUIDE, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_what_a_guide_says_works(page, tmp_path):
    assert follow(page, tmp_path) >= 3


def test_a_block_that_fails_is_told_with_its_line(tmp_path):
    (tmp_path / "page.md").write_text("# A page\n\n```python\nassert 1 == 2\n```\n")
    with pytest.raises(AssertionError, match=r"page.md, line 3(.|\n)*assert 1 == 2"):
        follow(tmp_path / "page.md", tmp_path / "folder")


def test_every_target_that_is_told_is_there():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "book").glob("*.md"))]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    told = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"serve", "zip", "student"} <= told and told <= targets, told - targets


def test_the_guide_lists_every_operation_that_can_be_recorded():
    section = GUIDE.read_text("utf-8").partition("## What can be recorded")[2].partition("\n## ")[0]
    told = set(re.findall(r"`(\w+)`", section))
    missing = {name for name in namespace.__all__ if not name.startswith("_")} - told
    assert not missing, f"book/live-figures.md does not name {sorted(missing)}"


def test_the_guide_names_everything_on_the_face():
    text = GUIDE.read_text("utf-8")
    assert not [name for name in live_figures.__all__ if not re.search(rf"\b{name}\b", text)]
