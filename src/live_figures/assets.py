"""The files that a page or a notebook needs: scripts, styles, and plotly.js, all of which travel in the wheel."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path

__all__ = ["NEEDED", "behind_first", "for_notebooks", "modules", "needed", "on_demand", "plotly_js", "runtime", "text",
           "zoom_module"]

_STATIC = resources.files(__package__) / "static"
# Written by `npm run build` from package.json: smaller than the sources, the same to a reader.
BUILT = Path(str(_STATIC)) / "built"
# What a page loads if this stands in it, in this order: the kinds of controls come before the runtime that uses them.
NEEDED = {
    "live-figure.css": re.compile(r'<live-(?:figure|plot|question|exercise)\b|class="(?:verdict|live-progress)'),
    "live-shape.css": re.compile(r"<live-figure\b"),
    "live-exercise.css": re.compile(r'<live-(?:question|exercise)\b|class="(?:verdict|live-progress)'),
    "live-text.css": re.compile(r'class="live-(?:line|longtext|colored)\b'),
    "live-touch.css": re.compile(r'class="live-(?:pad|map)\b'),
    "live-explain.css": re.compile(r'class="live-explained\b'),
    "live-linked.css": re.compile(r'class="live-linked\b'),
    "live-tries.css": re.compile(r'class="live-tries\b'),
    "live-tape.css": re.compile(r'class="live-tape\b'),
    "live-text.js": re.compile(r'class="live-(?:line|longtext)\b'),
    "live-colored.js": re.compile(r'class="live-colored\b'),
    "live-explain.js": re.compile(r'class="live-explained\b'),
    "live-linked.js": re.compile(r'class="live-linked\b'),
    "live-tape.js": re.compile(r'class="live-tape\b'),
    "live-pad.js": re.compile(r'class="live-pad\b'),
    "live-tries.js": re.compile(r'class="live-tries\b'),
    "live-map.js": re.compile(r'class="live-map\b'),
    "live-figure.js": re.compile(r"<live-(?:figure|plot)\b"),
    "live-exercise.js": re.compile(r"<live-(?:question|exercise)\b"),
    "live-record.js": re.compile(r'class="live-progress live-record'),
}
RUNTIME = "live-figure.js"  # the last of those without which no figure lives
# Of these, what a notebook has no use for: it shows figures, by a runtime that wraps the page's.
_OF_PAGES = {"live-exercise.css", RUNTIME, "live-exercise.js", "live-record.js"}
_REM = re.compile(r"(\d*\.?\d+)rem\b")
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


def needed(body: str, kind: str = "") -> list[str]:
    """The files of the runtime that a page with this HTML loads, in order; of one `kind`, "css" or "js", if given."""
    return [name for name, mark in NEEDED.items() if name.endswith(kind) and mark.search(body)]


def behind_first(body: str, address: Callable[[str], str]) -> tuple[str, list[str]]:
    """A page's HTML with the scripts that figures need right behind the first, and the other scripts, which can wait.

    The first figure lives then while the rest of the page is still on its way. `address` tells where a file is found.
    """
    scripts = needed(body, ".js")
    early = scripts[:scripts.index(RUNTIME) + 1] if RUNTIME in scripts else []
    tags = "".join(f'<script src="{address(name)}"></script>' for name in early)
    end = "</live-figure>" if "</live-figure>" in body else "</live-plot>"
    return body.replace(end, end + tags, 1), scripts[len(early):]


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


def on_demand() -> dict[str, str]:
    """The files that a page loads when a reader asks to zoom; the template of plots stands here and on no page."""
    from .palette import TEMPLATE

    template = json.dumps(TEMPLATE.to_plotly_json(), separators=(",", ":"))
    return {"plotly.min.js": plotly_js(), "live-zoom.js": f"self.LiveTemplate={template};\n{runtime('live-zoom.js')}"}


@cache
def for_notebooks() -> dict[str, str]:
    """The runtime for any figure outside a page of the book: its style sheet under "css", its script under "js".

    The styles hold inside `.live-host` alone, shadow roots included, at the book's own sizes: notebooks use the root's
    colours and font size for themselves.
    """
    names = [name for name in NEEDED if name not in _OF_PAGES] + ["live-notebook.css", "live-notebook.js"]
    css, js = ("".join(runtime(name) for name in names if name.endswith(kind)) for kind in (".css", ".js"))
    in_pixels = _REM.sub(lambda size: f"{16 * float(size[1]):g}px", css)
    return {"css": in_pixels.replace(":root", ".live-host"), "js": js}


def zoom_module() -> str:
    """What zooms, as one JavaScript module; it leaves no `Plotly` on the page, which may have another of its own."""
    plotly, zoom = on_demand().values()
    bare = "const define=undefined,module=undefined,exports=undefined;"  # or RequireJS would take plotly.js for its own
    return f"{bare}\n{plotly}\n{{const window={{Plotly}};\n{zoom}}}\n"


def plotly_js() -> str:
    """The plotly.js of what figures may draw; without a built front end, the plotly package's own, far longer."""
    built = BUILT / "plotly.min.js"
    if built.exists():
        return built.read_text("utf-8")
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()
