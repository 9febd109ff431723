"""How large the two packages are, and how long it takes to import the course.

    python tests/bench/package.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

SRC = Path(__file__).resolve().parents[2] / "src"

__all__ = ["lines", "measure"]


def lines(folder: Path, pattern: str = "*.py", without: tuple[str, ...] = ()) -> int:
    """Lines of the files below `folder`, those in the folders `without` left out."""
    files = (p for p in folder.rglob(pattern) if not {*p.relative_to(folder).parts[:-1]} & {*without})
    return sum(p.read_text("utf-8").count("\n") for p in files)


def _import_seconds(module: str, repeats: int = 7) -> float:
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    run = lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: E731
    return median(float(run().stdout) for _ in range(repeats))


def measure() -> dict[str, float]:
    """Seconds of `import helpers` and of its equations; lines of the packages, of the figures, and of the runtime."""
    return {
        "import_helpers_seconds": _import_seconds("helpers"),
        "import_equations_seconds": _import_seconds("helpers.bptt"),
        "helpers_lines": lines(SRC / "helpers", without=("figures", "checks", "data")),
        "figures_lines": lines(SRC / "helpers" / "figures"),
        "checks_lines": lines(SRC / "helpers" / "checks"),
        "live_figures_lines": lines(SRC / "live_figures"),
        "runtime_lines": sum(lines(SRC / "live_figures" / "static", f"*.{kind}", ("built",)) for kind in ("js", "css")),
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:30s} {value:10.3f}")
