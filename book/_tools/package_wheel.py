"""The wheel of the course's package, which needs nothing but pip and setuptools to be made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["build_wheel"]

ROOT = Path(__file__).resolve().parents[2]
_EPOCH = "315532800"  # 1980, where zip files begin: a wheel's bytes depend on its files alone


def build_wheel(folder: Path, root: Path = ROOT) -> Path:
    """The wheel of the package, written into `folder`; from a copy, as setuptools leaves old files in the source."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("pyproject.toml", "LICENSE"):
            shutil.copy(root / name, copy)
        for package in ("helpers", "live_figures"):
            shutil.copytree(root / "src" / package, Path(copy, "src", package),
                            ignore=shutil.ignore_patterns("__pycache__", ".*"))
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps",
                   "--no-build-isolation", "--wheel-dir", str(folder), copy]
        subprocess.run(command, check=True, env=os.environ | {"SOURCE_DATE_EPOCH": _EPOCH})
    return next(folder.glob("*.whl"))
