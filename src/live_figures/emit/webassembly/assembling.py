"""WebAssembly from text to bytes, by npm's wabt in a node process that stays for all modules of a build."""

from __future__ import annotations

import atexit
import base64
import functools
import json
import subprocess
from pathlib import Path

from ...node import node_binary

__all__ = ["assemble"]


def assemble(text: str) -> bytes:
    """The module that `text` describes; raises ValueError with wabt's words if it describes none."""
    process = _process()
    process.stdin.write(json.dumps(text) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline() or '{"error": "node ended: is wabt installed? npm ci installs it"}')
    if "error" in answer:
        raise ValueError(f"the WebAssembly text cannot be assembled: {answer['error']}")
    return base64.b64decode(answer["bytes"])


@functools.cache
def _process() -> subprocess.Popen:
    command = [node_binary(), str(Path(__file__).with_suffix(".cjs"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    atexit.register(process.terminate)
    return process
