"""How chapters are run at build: one torch thread, figures as plain HTML, and a cache that sees the helpers.

jupyter-cache keys on a notebook's own code, so after a change in `src/helpers` it would serve stale outputs. The folder
of the cache is therefore named after everything else that an output depends on.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from .root import ROOT

__all__ = ["cache_key", "setup_execution"]

_STARTUP = Path(__file__).parent / "kernel" / "startup.py"
# One thread a process: two torch threads on a busy two-core machine are slower than one, and sums would depend on it.
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def cache_key(root: Path) -> str:
    """A digest of the helpers, the pinned versions and the kernel's start-up file below `root`."""
    digest = hashlib.sha256(_STARTUP.read_bytes())
    files = sorted(p for p in (root / "src").rglob("*") if p.is_file() and _is_input(p))
    for path in [*files, root / "constraints.txt"]:
        if path.exists():
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _is_input(path: Path) -> bool:
    """Python sources and trained weights change what a cell prints; scripts and styles of the page do not."""
    return path.suffix == ".py" or path.parent.name == "data"


def _prepare_kernels(app: Sphinx, config: Config) -> None:
    build = Path(app.outdir).parent
    profile = build / ".ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_STARTUP, profile / "startup" / "00-book.py")
    # Kernels that share one history database lock each other out.
    (profile / "ipython_config.py").write_text("c = get_config()\nc.HistoryManager.enabled = False\n")
    os.environ.update({"IPYTHONDIR": str(profile.parent), **dict.fromkeys(_THREADS, "1")})
    config.nb_execution_cache_path = str(build / ".jupyter_cache" / cache_key(ROOT))


def setup_execution(app: Sphinx) -> None:
    """Set the environment of every kernel that the build starts, and the place of the execution cache."""
    app.connect("config-inited", _prepare_kernels, priority=100)
