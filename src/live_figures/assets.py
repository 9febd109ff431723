"""The files that a page or a notebook needs: scripts, styles, and plotly.js, all of which travel in the wheel."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

__all__ = ["plotly_js", "runtime", "text"]

_STATIC = resources.files(__package__) / "static"
# Written by `npm run build` from package.json: smaller than the sources, the same to a reader.
BUILT = Path(str(_STATIC)) / "built"


def text(name: str) -> str:
    """The file `name` of the runtime, as it was written."""
    return (_STATIC / name).read_text("utf-8")


def runtime(name: str) -> str:
    """The file `name` of the runtime, made small where the front end has been built."""
    built = BUILT / name
    return built.read_text("utf-8") if built.exists() else text(name)


def plotly_js() -> str:
    """The plotly.js of what figures may draw; without a built front end, the plotly package's own, far longer."""
    built = BUILT / "plotly.min.js"
    if built.exists():
        return built.read_text("utf-8")
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()
