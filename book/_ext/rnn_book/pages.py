"""Each page carries only what it uses, and asks no other host for anything.

Handlers of `html-page-context` run late (priority 900), after every extension has put its scripts and styles on a page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from .tidy import tidy

__all__ = ["describe", "leading", "quiet", "setup_pages", "wanted"]

# Part of a file's name -> texts, one of which a page's body must hold for the file to do anything.
_ONLY_WITH = {
    "toggle": ('class="toggle', "admonition dropdown", " dropdown admonition"),
    "design": ("sd-",),
    "proof.css": ("proof",),
    "mystnb": ("cell",),
    "first-screen": ("first-screen",),
}
# On every page by Jupyter Book, its theme and Sphinx: thebe asks other hosts; book.js, frame.js and search.js do
# what is used of the rest.
_NEVER = ("thebe", "THEBE", "comments", "copybutton", "clipboard", "sphinx-book-theme.js", "DOCUMENTATION_OPTIONS",
          "documentation_options", "doctools", "sphinx_highlight")
# Files that no page asks for; every browser that runs this site reads woff2.
_UNUSED = ("vendor/**/*.ttf", "scripts/*", "styles/*.map", "copybutton*", "clipboard*", "*thebe*", "doc*.js",
           "sphinx_highlight.js", "searchtools.js", "language_data.js")
_DESCRIPTION = 200


def wanted(name: str, body: str) -> bool:
    """Whether the script or style called `name` does anything on a page with this `body`."""
    if any(part in name for part in _NEVER):
        return False
    return all(any(text in body for text in texts) for part, texts in _ONLY_WITH.items() if part in name)


def _keep(files: Iterable, body: str) -> list:
    """The `files` wanted; an inline script goes by what it sets, and one that is there twice stays once."""
    kept = {}
    for entry in files:
        inline = (getattr(entry, "attributes", None) or {}).get("body") or ""
        name = str(getattr(entry, "filename", entry) or "") or inline
        if wanted(name, body):
            kept.setdefault((name, inline), entry)
    return list(kept.values())


def leading(body: str) -> str:
    """The body of a page on which the name of one of its figures, set as code, leads to it: figures show none."""
    figures = set(re.findall(r'<live-figure name="(\w+)"', body))
    return re.sub(r'<code class="docutils literal notranslate"><span class="pre">(\w+)</span></code>',
                  lambda code: f'<a href="#{code[1]}">{code[0]}</a>' if code[1] in figures else code[0], body)


def _trim(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    body = context.get("body") or ""
    for files in ("script_files", "css_files"):
        context[files] = _keep(context.get(files, []), body)
    context["has_maths"] = 'class="katex' in body
    # The class tells frame.js to fold the list of the page's contents as long as the figure is on the screen.
    context["body"] = leading(re.sub(r'(<live-figure [^>]*class="live)"', r'\1 full-width"', body))
    if not app.config.ogp_site_url:  # without a known address this would be a path, which is no URL
        context["metatags"] = re.sub(r'<meta property="og:url"[^>]*>\n?', "", context.get("metatags", ""))


def describe(doctree: nodes.document) -> str:
    """A page's description for search engines: the question that it asks in bold, else its first paragraphs.

    Formulas are left out, and what is longer than 200 characters is cut.
    """
    paragraphs = [p for p in doctree.findall(nodes.paragraph)
                  if isinstance(p.parent, nodes.section) and not any(p.findall(nodes.math))]
    asked = next((p.astext() for p in paragraphs if _is_question(p)), "")
    if asked:
        return _cut(re.sub(r"^The question of this chapter: (\w)", lambda m: m[1].upper(), asked))
    text = ""
    for paragraph in paragraphs:
        text = f"{text} {paragraph.astext()}".strip()
        if len(text) > _DESCRIPTION // 2:
            break
    return _cut(text)


def _is_question(paragraph: nodes.paragraph) -> bool:
    """Whether a paragraph of a page's opening begins with a question in bold."""
    first = next((part for part in paragraph.children if part.astext()), None)  # MyST begins bold with an empty text
    opens = isinstance(paragraph.parent.parent, nodes.document)
    return opens and isinstance(first, nodes.strong) and first.astext().rstrip().endswith("?")


def _cut(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= _DESCRIPTION else text[:_DESCRIPTION].rsplit(" ", 1)[0] + " …"


def _add_description(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if doctree is None or 'name="description"' in context.get("metatags", ""):
        return
    if text := describe(doctree):
        tag = f'<meta name="description" content="{html.escape(text)}" />\n'
        context["metatags"] = context.get("metatags", "") + tag
        context["meta"] = {**(context.get("meta") or {}), "og:description": text}


def _set_frame(app: Sphinx, config: Config) -> None:
    options = config.html_theme_options
    options["navbar_persistent"] = []  # else an empty bar with a second search box above every page
    options["footer_content_items"] = ["extra-footer.html", "last-updated.html"]


def quiet(script: str) -> str:
    """A script made small, and without its calls of console.log, which would hide a real message."""
    return tidy({"script": script})


def _clear(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for unused in (path for pattern in _UNUSED for path in static.glob(pattern)):
        unused.unlink()
    for script in static.glob("*.js"):
        script.write_text(quiet(script.read_text(encoding="utf-8")), encoding="utf-8")


def setup_pages(app: Sphinx) -> None:
    """Drop unused scripts and styles from every page, describe it, and tell the templates what it holds."""
    app.connect("config-inited", _set_frame, priority=100)
    app.connect("html-page-context", _add_description, priority=400)
    app.connect("html-page-context", _trim, priority=900)
    app.connect("build-finished", _clear)
