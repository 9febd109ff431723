"""The files that a page or a notebook needs: scripts, styles, and plotly.js, all of which travel in the wheel."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

__all__ = ["modules", "plotly_js", "runtime", "text"]

_STATIC = resources.files(__package__) / "static"
# Written by `npm run build` from package.json: smaller than the sources, the same to a reader.
BUILT = Path(str(_STATIC)) / "built"
# The only way a module of the runtime may import and export, so that joining them needs no parser.
_IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |class )", re.MULTILINE)


def text(name: str) -> str:
    """The file `name` of the runtime, as it was written."""
    return (_STATIC / name).read_text("utf-8")


def runtime(name: str) -> str:
    """The file `name` of the runtime as a page takes it: made small where the front end has been built, else joined."""
    built = BUILT / name
    return built.read_text("utf-8") if built.exists() else joined(name)


def modules(name: str) -> list[str]:
    """The modules that the script `name` is made of, each after those it imports, `name` last."""
    found = []
    for imported in _IMPORT.findall(text(name)):
        found += [m for m in modules(imported) if m not in found]
    return [*found, name]


def joined(name: str) -> str:
    """The script `name` with all it imports, in one scope; a file that imports nothing stays as it is."""
    if len(parts := modules(name)) == 1:
        return text(name)
    code = "\n".join(_EXPORT.sub("", _IMPORT.sub("", text(part))) for part in parts)
    return f'(() => {{\n"use strict";\n{code}}})();\n'


def plotly_js() -> str:
    """The plotly.js of what figures may draw; without a built front end, the plotly package's own, far longer."""
    built = BUILT / "plotly.min.js"
    if built.exists():
        return built.read_text("utf-8")
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()
