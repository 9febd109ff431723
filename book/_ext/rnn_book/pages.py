"""Each page carries only what it uses, and asks no other host for anything.

Handlers run late (priority 900 and up), after every extension has put its scripts and styles on the page.
"""

from __future__ import annotations

from collections.abc import Iterable

from sphinx.application import Sphinx

__all__ = ["setup_pages", "wanted"]

# File name (part of it) -> text in the page's body without which the file does nothing.
_ONLY_WITH = {
    "copybutton": "highlight",
    "clipboard.min.js": "highlight",
    "togglebutton": ("toggle", "dropdown"),
    "design-tabs.js": "sd-tab",
    "sphinx-design": "sd-",
    "sphinx_design": "sd-",
    "exercise.css": "exercise",
    "proof.css": "proof",
    "mystnb": "cell",
}
# Jupyter Book puts these on every page; nothing here uses them, and thebe reaches for another host.
_NEVER = ("sphinx-thebe", "thebe.js", "comments", "mathjax", "tabs.js")


def wanted(name: str, body: str) -> bool:
    """Whether the script or style `name` does anything on a page with this `body`."""
    if any(part in name for part in _NEVER):
        return False
    return all(
        any(text in body for text in ([needs] if isinstance(needs, str) else needs))
        for part, needs in _ONLY_WITH.items()
        if part in name
    )


def _keep(files: Iterable, body: str) -> list:
    def name(entry) -> str:
        inline = (getattr(entry, "attributes", None) or {}).get("body") or ""
        return "thebe.js" if "THEBE" in inline else str(getattr(entry, "filename", entry) or "")

    return [entry for entry in files if wanted(name(entry), body)]


def _trim(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    body = context.get("body") or ""
    context["script_files"] = _keep(context.get("script_files", []), body)
    context["css_files"] = _keep(context.get("css_files", []), body)
    context["has_maths"] = 'class="katex' in body


def setup_pages(app: Sphinx) -> None:
    """Drop unused scripts and styles from every page, and tell the templates what the page holds."""
    app.connect("html-page-context", _trim, priority=900)
