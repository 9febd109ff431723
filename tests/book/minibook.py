"""Small books, built with the real configuration and extensions in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

__all__ = ["Built", "build_book", "notebook"]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Built:
    """What a build left: its exit code, everything it said, and the folder of its pages."""

    code: int
    log: str
    html: Path

    def page(self, name: str) -> str:
        """The HTML of the page `name`, which is a path without its ending."""
        return (self.html / f"{name}.html").read_text(encoding="utf-8")


def notebook(*sources: str) -> str:
    """A notebook as text: Markdown where a source starts with "#", else code."""
    make = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    cells = [make[source.startswith("# ")](source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel))


def build_book(folder: Path, pages: dict[str, str], **environ: str) -> Built:
    """Build `pages` (path -> text, the root first) as `make book` does; `environ` is set for the build alone."""
    for part in ("_static", "_templates", "references.bib", "bibliography.md"):
        (folder / "book").mkdir(parents=True, exist_ok=True)
        (folder / "book" / part).symlink_to(ROOT / "book" / part)
    names = [Path(path).with_suffix("").as_posix() for path in pages]
    for path, text in pages.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    others = "".join(f"  - file: {name}\n" for name in [*names[1:], "book/bibliography"])
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {names[0]}\nchapters:\n{others}")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(folder), "-n", "-W", "--keep-going"]
    command += ["--config", str(ROOT / "_config.yml")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BOOK_", "GITHUB_"))}
    done = subprocess.run(command, env=clean | environ, capture_output=True, text=True, timeout=300)
    return Built(done.returncode, done.stdout + done.stderr, folder / "_build" / "html")
