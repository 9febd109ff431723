"""Reader notebooks: each page with code as a notebook that needs no extensions, beside the page and to download.

They are written from the resolved pages, so that numbers and references read as there, into the site's `notebooks/`.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

from .notebook import SOLUTION, is_notebook, reader_notebook

__all__ = ["FOLDER", "SOLUTION", "downloading", "setup_reader_notebooks"]

FOLDER = "notebooks"
DOWNLOAD = "Download this page as a notebook"
LABEL = "download-notebook-button"  # of the theme


def _export(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    path = Path(app.outdir) / FOLDER / f"{docname}.ipynb"
    if app.builder.format != "html" or not is_notebook(doctree):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    made = reader_notebook(app, docname, doctree, app.config.html_theme_options.get("repository_url", ""))
    path.write_text(nbformat.writes(made) + "\n", encoding="utf-8")


def _offer(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Let the theme's download button lead to the reader notebook in place of the source."""
    if doctree is None or not is_notebook(doctree):
        return
    address = posixpath.join(context["pathto"](FOLDER, 1), f"{pagename}.ipynb")
    for button in (inner for group in context.get("header_buttons", []) for inner in group.get("buttons", [])):
        if button.get("label") == "download-source-button":
            button |= {"url": address, "text": ".ipynb", "tooltip": DOWNLOAD, "label": LABEL, "icon": "fas fa-code"}


def downloading(page: str) -> str:
    """A page's HTML whose link to its notebook saves it; a page on a disk opens it in a window of its own instead."""
    return re.sub(rf'target="_blank"(?=\s+class="[^"]*\bbtn-{LABEL}\b)', 'target="_blank" download', page)


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for notebook in (out / FOLDER).rglob("*.ipynb"):
        name = notebook.relative_to(out / FOLDER).with_suffix("").as_posix()
        if name not in app.env.found_docs:  # left by an earlier build
            notebook.unlink()
            continue
        path = out / f"{name}.html"
        path.write_text(downloading(path.read_text(encoding="utf-8")), encoding="utf-8")


def setup_reader_notebooks(app: Sphinx) -> None:
    """Export each page with code once it is resolved, after all that other components do to it."""
    app.connect("doctree-resolved", _export, priority=900)
    app.connect("html-page-context", _offer, priority=650)
    app.connect("build-finished", _finish)
