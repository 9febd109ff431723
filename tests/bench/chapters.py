"""How long the chapters take to run: what the execution cache wrote down when the built book last ran them.

    python tests/bench/chapters.py
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

__all__ = ["execution_seconds", "measure"]


def execution_seconds(build: Path = ROOT / "_build") -> dict[str, float]:
    """Seconds by notebook, from the newest cache below `build`; raises FileNotFoundError if no book was built there."""
    caches = sorted(build.glob(".jupyter_cache/*/global.db"), key=lambda path: path.stat().st_mtime)
    if not caches:
        raise FileNotFoundError(f"{build} holds no execution cache: run `make book` first")
    with closing(sqlite3.connect(caches[-1])) as base:
        # A notebook that was edited and run again has a row for each version: the newest one counts.
        rows = base.execute("select uri, data from nbcache order by created").fetchall()
    return {Path(uri).stem: json.loads(data)["execution_seconds"] for uri, data in rows}


def measure() -> dict[str, float]:
    """The slowest chapter, and all of them, in seconds on one thread."""
    seconds = execution_seconds().values()
    return {"chapter_seconds_max": max(seconds), "course_seconds": sum(seconds)}


if __name__ == "__main__":
    for name, seconds in sorted(execution_seconds().items()):
        print(f"{name:30s} {seconds:6.1f} s")
