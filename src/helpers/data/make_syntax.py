"""Freezes the corpus of `helpers.syntax`: `python -m helpers.data.make_syntax`, with Python 3.11 only.

Writes syntax.npz beside this file: `train_codes`, `train_labels` and so on, uint8, and the version of Python; and its
licence, PSF-LICENSE.txt. Newer Pythons take f-strings to pieces and have other modules, so they are refused.
"""

from __future__ import annotations

import platform
import shutil
import sys
import sysconfig
from pathlib import Path

import numpy as np

from .. import syntax, text

PATH = Path(__file__).with_name("syntax.npz")
PARTS = {
    "train": ("argparse", "ast", "cmd", "configparser", "contextlib", "copy", "dataclasses", "functools", "heapq",
              "random", "shutil", "statistics", "subprocess", "tempfile", "threading"),
    "valid": ("fileinput", "gettext", "pprint"),
    "test": ("calendar", "csv", "fractions", "shlex", "textwrap", "traceback"),
}


def main() -> None:
    """Label the modules and write them; raises RuntimeError on another Python than 3.11."""
    if sys.version_info[:2] != (3, 11):
        raise RuntimeError(f"the corpus is frozen as Python 3.11 sees it; this is Python {platform.python_version()}")
    arrays = {"python": np.array(platform.python_version())}
    for part, modules in PARTS.items():
        sources = [text.source(module) for module in modules]
        arrays[f"{part}_codes"] = text.encode("".join(sources)).astype(np.uint8)
        arrays[f"{part}_labels"] = np.concatenate([syntax.label(source) for source in sources]).astype(np.uint8)
        counts = np.bincount(arrays[f"{part}_labels"], minlength=len(syntax.CLASSES))
        named = (f"{name} {n:,}" for name, n in zip(syntax.CLASSES, counts, strict=True))
        print(part, f"{counts.sum():,} characters:", *named)
    np.savez_compressed(PATH, **arrays)
    shutil.copy(Path(sysconfig.get_path("stdlib"), "LICENSE.txt"), PATH.with_name("PSF-LICENSE.txt"))
    print(f"{PATH.name}: {PATH.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
