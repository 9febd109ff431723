"""What each exported notebook takes, run from the top: memory at most, and room on a disk once it has run.

    python tests/bench/notebooks.py [folder of notebooks]

Binder ends whatever takes more than 2 GB, the server's own 150 MB or so among them: memory is that of the kernel and of
all that it starts. Room is that of the file as JupyterLab saves it; with the state of its widgets, which JupyterLab
saves if asked and `jupyter execute` always; and run as on Colab, where a figure is a page in a frame and Plotly too
picks what it shows there.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

EXPORTED = Path(__file__).resolve().parents[2] / "_build" / "html" / "notebooks"
AS_ON_COLAB = """
import sys, types
sys.modules.setdefault("google", types.ModuleType("google"))
sys.modules["google.colab"] = sys.modules["google"].colab = types.ModuleType("google.colab")
"""
_EVERY = 0.05  # seconds between two looks

__all__ = ["measure", "run"]


class _Watch(threading.Thread):
    """Looks at the children of this process until it is told to stop; `peak` is the most that they held, in bytes."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.stopped = 0, threading.Event()

    def run(self):
        while not self.stopped.wait(_EVERY):
            self.peak = max(self.peak, sum(map(_most, psutil.Process().children(recursive=True))))


def _most(process: psutil.Process) -> int:
    """The most that a process has held so far, in bytes: Linux keeps account; elsewhere what it holds now."""
    try:
        status = Path(f"/proc/{process.pid}/status")
        if status.exists():
            return 1024 * int(re.search(r"^VmHWM:\s*(\d+)", status.read_text(), re.M)[1])
        return process.memory_info().rss
    except (OSError, TypeError, psutil.Error):  # it ended between being listed and being asked
        return 0


def run(notebook: Path, first: str = "") -> tuple[float, nbformat.NotebookNode]:
    """The most memory, in MB, of `notebook` run after a cell `first`, and what it is then; raises if a cell fails."""
    watch = _Watch()
    watch.start()
    try:
        book = nbformat.read(notebook, as_version=4)
        if first:
            book.cells.insert(0, nbformat.v4.new_code_cell(first))
        NotebookClient(book, timeout=600, resources={"metadata": {"path": str(notebook.parent)}}).execute()
    finally:
        watch.stopped.set()
        watch.join()
    return watch.peak / 1e6, book


def _mb(book: nbformat.NotebookNode) -> float:
    return len(nbformat.writes(book).encode()) / 1e6


def _taken(notebook: Path) -> dict[str, float]:
    memory, book = run(notebook)
    _, on_colab = run(notebook, AS_ON_COLAB)
    with_state = _mb(book)
    book.metadata.pop("widgets", None)
    return {"notebook_memory_mb_max": memory, "notebook_mb_max": _mb(book), "notebook_with_widgets_mb_max": with_state,
            "notebook_on_colab_mb_max": _mb(on_colab)}


def measure(folder: Path = EXPORTED) -> dict[str, float]:
    """The most of any notebook below `folder`, in MB."""
    taken = [_taken(notebook) for notebook in sorted(folder.rglob("*.ipynb"))]
    return {name: max(one[name] for one in taken) for name in taken[0]}


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    print("notebook                       memory    file  with the state of widgets  on Colab, in MB")
    for path in sorted((Path(sys.argv[1]) if len(sys.argv) > 1 else EXPORTED).rglob("*.ipynb")):
        memory, size, with_state, on_colab = _taken(path).values()
        print(f"{path.stem:30s} {memory:6.0f} {size:7.3f} {with_state:7.3f} {on_colab:7.3f}", flush=True)
