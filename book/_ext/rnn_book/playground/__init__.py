"""`{playground}`: train a recurrent network in the page. One file a component:

    controls   what is chosen, and every word
    plots      the three plots, drawn by Python and moved by the page
    page       all of it as HTML
    saved      the finished run that the page opens with
    modules    the programs of each network and task, recorded from `helpers.playground`
    static     the page's scripts, made one by esbuild: an element, and a worker that trains
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import helpers
import live_figures

from . import modules
from .page import playground_html
from .saved import saved

__all__ = ["FILES", "STYLES", "PlaygroundDirective", "setup_playground", "write_files"]

BUILT = Path(__file__).parent / "static" / "built"
FILES = ("playground.js", "playground-worker.js", "playground.css")
STYLES = ("live-figure.css", "live-shape.css", "live-text.css")
_MARK = "<live-playground"


def _cache(app: Sphinx) -> Path:
    """What is kept from one build to the next, beside the built book."""
    return Path(app.outdir).parent / ".playground"


class PlaygroundDirective(SphinxDirective):
    """`{playground}`: the whole playground."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", playground_html(saved(_cache(self.env.app))), format="html")]


def _add_files(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if _MARK not in (context.get("body") or ""):
        return
    for name in (*STYLES, "playground.css"):
        app.add_css_file(f"live/{name}")
    app.add_js_file("live/playground.js", loading_method="defer")
    write_files(Path(app.outdir) / "_static" / "live", _cache(app))


def write_files(live: Path, cache: Path, networks: Iterable[tuple] | None = None) -> None:
    """Write scripts, style and programs into the folder `live`: of all networks, or of some."""
    (live / "playground").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if not (BUILT / name).exists():
            raise FileNotFoundError(f"{BUILT / name} is missing: run `make setup`, which builds it")
        (live / name).write_bytes((BUILT / name).read_bytes())
    made_of = _sources()
    chosen = modules.networks() if networks is None else networks
    for make, choices in ((modules.task, modules.tasks()), (modules.network, chosen)):
        for choice in choices:
            for path in _made(make, choice, made_of, cache):
                (live / "playground" / path.name).write_bytes(path.read_bytes())


def _made(make: Callable, choice: tuple, made_of: str, cache: Path) -> list[Path]:
    """The files of one module, from `cache` where it was made before of the same sources."""
    folder = cache / hashlib.sha256(f"{made_of} {make.__name__} {choice}".encode()).hexdigest()[:24]
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=cache))
        for file, text in make(*choice).items():
            (fresh / file).write_text(text, encoding="utf-8")
        try:
            fresh.rename(folder)  # whole or not at all
        except OSError:  # another build was faster
            shutil.rmtree(fresh)
    return sorted(folder.iterdir())


def _sources() -> str:
    """A digest of all Python that a module is made of."""
    files = [Path(modules.__file__), *sorted(Path(helpers.__file__).parent.glob("*.py"))]
    files += sorted((Path(helpers.__file__).parent / "playground").glob("*.py"))
    files += sorted(Path(live_figures.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def setup_playground(app: Sphinx) -> None:
    """Provide `{playground}`, and put its scripts and programs beside a page that has it."""
    app.add_directive("playground", PlaygroundDirective)
    app.connect("html-page-context", _add_files)
