"""Live figures on the site: the `{live-figure}` directive, the runtime, and one compiled program a figure.

A notebook puts a `<live-figure>` into its output by `live.show`, a Markdown page by the directive. Either way the name
in the finished page says which program it needs: that figure is compiled then, and an operation that cannot be
recorded fails the build.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
from functools import partial
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import assets, page, prose
from .collection import Figures, expect_known
from .compile import compile_figure
from .host import PAGE

__all__ = ["LiveFigureDirective", "figures_on", "setup"]

_ZOOMED = re.compile(r'(<script type="application/json" class="live-zoomed")>(.*?)</script>', re.DOTALL)
_FIGURE = re.compile(r'<live-figure\b[^>]*?\sname="(\w+)"')


def figures_on(body: str) -> list[str]:
    """The names of the live figures in a page's HTML, each once."""
    return sorted(set(_FIGURE.findall(body)))


class LiveFigureDirective(SphinxDirective):
    """`{live-figure} name`: a live figure on a Markdown page; the body sets controls, one `control: value` a line."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        controls = yaml.safe_load("\n".join(self.content)) or {}
        if not isinstance(controls, dict):
            raise self.error(f"live-figure {name}: each line is `control: value`, got {controls!r}")
        try:
            home = _home(self.config, name)
            html = page.figure_html(home.load(name), **controls)
        except (TypeError, ValueError) as error:  # an unknown figure, control or value: the message names it
            raise self.error(str(error)) from error
        self.env.note_dependency(importlib.import_module(f"{home.package}.{name}").__file__)
        return [nodes.raw("", html, format="html")]


def _home(config, name: str) -> Figures:
    """The package that holds the figure `name`; raises ValueError where none does."""
    if not config.live_figures_packages:
        raise ValueError("conf.py names no package of figures: live_figures_packages = ['my_figures']")
    homes = {known: figures for figures in map(Figures, config.live_figures_packages) for known in figures.names()}
    expect_known(name, homes)
    return homes[name]


def _live_folder(app: Sphinx) -> Path:
    return Path(app.outdir) / "_static" / "live"


def _copy_runtime(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    app.live_compiled = set()
    target = _live_folder(app)
    for folder in ("figures", "zoomed"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    files = {name: assets.runtime(name) for name in assets.NEEDED} | assets.on_demand()
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")


def _compile(app: Sphinx, name: str) -> None:
    for file, code in compile_figure(_home(app.config, name).load(name)).files.items():
        (_live_folder(app) / "figures" / file).write_text(code, encoding="utf-8")


def _aside(folder: Path, found: re.Match) -> str:
    """The element of a plotly figure that was put into a file, whose name it has: few readers zoom."""
    name = hashlib.sha256(found[2].encode()).hexdigest()[:12]
    (folder / f"{name}.js").write_text(f'(self.LiveZoomed??={{}})["{name}"]={found[2]}', encoding="utf-8")
    return f'{found[1]} data-name="{name}"></script>'


def _address(app: Sphinx, pathto, name: str) -> str:
    """Where a page finds this file of the runtime; another version has another address, whatever a browser keeps."""
    version = hashlib.sha256((_live_folder(app) / name).read_bytes()).hexdigest()[:8]
    return f'{pathto(f"_static/live/{name}", resource=True)}?v={version}'


def _add_runtime(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    body = _ZOOMED.sub(partial(_aside, _live_folder(app) / "zoomed"), context.get("body") or "")
    for name in assets.needed(body, ".css"):
        app.add_css_file(f"live/{name}")
    context["body"], waiting = assets.behind_first(body, partial(_address, app, context["pathto"]))
    for name in waiting:
        app.add_js_file(f"live/{name}", loading_method="defer")
    for name in figures_on(body):
        if name not in app.live_compiled:
            _compile(app, name)
            app.live_compiled.add(name)


def _mark_words(app: Sphinx, doctree: nodes.document) -> None:
    prose.mark_words(doctree, lambda name: _home(app.config, name).load(name).signals)


def _tell_kernels(app: Sphinx, config) -> None:
    os.environ[PAGE] = "1"  # kernels started by the build inherit it


def setup(app: Sphinx) -> dict:
    """Provide `{live-figure}`, and put the runtime on the pages that hold something live, and on no other."""
    app.add_config_value("live_figures_packages", [], "env", [list])
    app.add_directive("live-figure", LiveFigureDirective)
    app.connect("config-inited", _tell_kernels)
    app.connect("builder-inited", _copy_runtime)
    app.connect("html-page-context", _add_runtime)
    app.connect("doctree-read", _mark_words)
    app.add_node(prose.Named, html=(prose.visit_named, prose.depart_named))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
