"""How much memory each notebook takes at most: its kernel and all that the kernel starts, run from the top.

    python tests/bench/memory.py [folder of notebooks]

Binder ends whatever takes more than 2 GB, the server's own 150 MB or so among them. Widgets are made as for a reader:
nothing here says that a page is built.
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

ROOT = Path(__file__).resolve().parents[2]
_EVERY = 0.05  # seconds between two looks

__all__ = ["measure", "peak_mb"]


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


def peak_mb(notebook: Path) -> float:
    """The most that the kernel of `notebook` and its children hold at one time, in MB; raises where a cell fails."""
    watch = _Watch()
    watch.start()
    try:
        book = nbformat.read(notebook, as_version=4)
        NotebookClient(book, timeout=600, resources={"metadata": {"path": str(notebook.parent)}}).execute()
    finally:
        watch.stopped.set()
        watch.join()
    return watch.peak / 1e6


def measure(folder: Path = ROOT / "chapters") -> dict[str, float]:
    """The most of any notebook below `folder`, in MB."""
    return {"notebook_memory_mb_max": max(map(peak_mb, sorted(folder.rglob("*.ipynb"))))}


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for path in sorted((Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "chapters").rglob("*.ipynb")):
        print(f"{path.stem:30s} {peak_mb(path):6.0f} MB", flush=True)
