"""`{hub-link}`: a form in which a teacher gets the link that opens a notebook on a JupyterHub (nbgitpuller's link).

Without scripts the form shows the link as a pattern. https://nbgitpuller.readthedocs.io/en/latest/link.html
"""

from __future__ import annotations

import html
import os
from pathlib import Path
from urllib.parse import urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from .repository import NOTEBOOKS, STUDENT, repository_url

__all__ = ["HubLinkDirective", "form_html", "hub_link", "setup_hub_link"]

WORDS = {
    "hub": "Address of your JupyterHub",
    "hub_example": "https://hub.example.edu",
    "repository": "Address of your repository",
    "repository_example": "https://github.com/NAME/REPOSITORY",
    "edition": "What your students get",
    NOTEBOOKS: "the notebooks, solutions folded",
    STUDENT: "the student edition, without solutions",
    "opens": "What it opens",
    "everything": "the folder with all of them",
    "link": "The link for your students",
    "copy": "Copy link",
    "copied": "Copied.",
    "selected": "Selected: copy it with your keyboard.",
    "missing": "First fill in this address.",
    "wrong": "This is not the address of a website. It begins with https://, as in https://hub.example.edu.",
}
_MARK = 'class="hub-link"'


def hub_link(hub: str, repository: str, branch: str, path: str) -> str:
    """The address at `hub` that pulls `branch` of `repository` into a student's home and opens `path` of it in Lab.

    The student edition has a folder of its own, so that the solutions can be given later, beside it.
    """
    folder = repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
    folder += "" if branch == NOTEBOOKS else f"-{branch}"
    query = {"repo": repository, "branch": branch, "targetpath": folder, "urlpath": f"lab/tree/{folder}/{path}"}
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(query)}"


def _field(name: str, **attributes: str) -> str:
    given = {"name": name, "autocomplete": "url", "inputmode": "url", "spellcheck": "false"} | attributes
    written = " ".join(f'{key}="{html.escape(value)}"' for key, value in given.items())
    return f"<label>{WORDS[name]} <input {written}></label>"


def _select(name: str, options: dict[str, str]) -> str:
    inner = "".join(f'<option value="{html.escape(key)}">{html.escape(text)}</option>' for key, text in options.items())
    return f'<label>{WORDS[name]} <select name="{name}">{inner}</select></label>'


def form_html(notebooks: dict[str, str], repository: str, hub: str = "") -> str:
    """The form: `notebooks` are titles by path; a `repository` that is not known ("") is asked for."""
    asked = "" if repository else _field("repository", placeholder=WORDS["repository_example"])
    shown = hub_link(hub or WORDS["hub_example"], repository or WORDS["repository_example"], NOTEBOOKS, "chapters")
    said = "".join(f' data-{name}="{html.escape(WORDS[name])}"' for name in ("copied", "selected", "missing", "wrong"))
    return f"""<form {_MARK} data-repository="{html.escape(repository)}" data-whole="{NOTEBOOKS}"{said}>
{_field("hub", placeholder=WORDS["hub_example"], value=hub)}
{asked}{_select("edition", {branch: WORDS[branch] for branch in (NOTEBOOKS, STUDENT)})}
{_select("opens", {"chapters": WORDS["everything"]} | notebooks)}
<label>{WORDS["link"]} <textarea name="link" rows="4" readonly>{html.escape(shown)}</textarea></label>
<p><button type="button">{WORDS["copy"]}</button> <span role="status"></span></p>
</form>"""


class _Form(nodes.General, nodes.Element):
    """Where `{hub-link}` stands."""


class HubLinkDirective(SphinxDirective):
    """`{hub-link}`: the form, for this book's repository and notebooks."""

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname]["hub_link"] = True
        return [_Form()]


def _resolve(app: Sphinx, doctree: nodes.document, name: str) -> None:
    for place in list(doctree.findall(_Form)):
        known = {"repository": repository_url(Path(app.srcdir)), "hub": os.environ.get("BOOK_JUPYTERHUB_URL", "")}
        place.replace_self(nodes.raw("", form_html(_notebooks(app.env), **known), format="html"))


def _notebooks(env: BuildEnvironment) -> dict[str, str]:
    """The titles of the pages that are notebooks, by the path of the notebook, in the order of the contents."""
    names = env.toctree_includes.get(env.config.root_doc, [])
    return {f"{name}.ipynb": env.titles[name].astext() for name in names if "kernelspec" in env.metadata.get(name, {})}


def _again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages with a form are written again whenever a title may have changed."""
    return [name for name, found in env.metadata.items() if found.get("hub_link")]


def _add_files(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if _MARK in (context.get("body") or ""):
        app.add_css_file("hub.css")
        app.add_js_file("hub.js", loading_method="defer")


def setup_hub_link(app: Sphinx) -> None:
    """Provide `{hub-link}`, and put its script and style on the pages that have it."""
    app.add_node(_Form)
    app.add_directive("hub-link", HubLinkDirective)
    app.connect("env-updated", _again)
    app.connect("doctree-resolved", _resolve)
    app.connect("html-page-context", _add_files)
