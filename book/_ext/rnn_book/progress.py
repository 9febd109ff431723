"""How far a reader is: numbers and links in the cards of exercises, their overview, `{progress}`, and its script.

What there is to do is read off the pages: cards and figures are written from their declarations, so a new exercise is
listed by standing in a chapter.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from helpers.live import FIGURES
from live_figures import exercises
from live_figures.exercises.progress import Listed, Page, Shown, course_script, overview_html, record_html
from live_figures.sphinx import figures_on

__all__ = ["ProgressDirective", "exercise", "setup_progress"]

SCRIPT = "live/live-progress.js"
OPEN_IN = "Open in {place}"
_CONTENTS = "nav.bd-links a.internal"  # the theme's list of pages
_CARD = re.compile(r'<live-exercise name="(\w+)\.(\w+)"')
_NUMBER = '<small class="live-ordinal"></small>'
_LAUNCH = '<p class="live-launch">'
_PLACES = ("Colab", "Binder")


class _Record(nodes.General, nodes.Element):
    """Where `{progress}` stands."""


class ProgressDirective(SphinxDirective):
    """`{progress}`: every page's exercises and figures, with what the reader has done of them."""

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname]["progress"] = True
        return [_Record()]


# ---------------------------------------------------------------- what there is
def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the names of a page's exercises and figures, in their order, with the page's other data."""
    text = "\n".join(raw.astext() for raw in doctree.findall(nodes.raw) if raw.get("format") == "html")
    found = app.env.metadata[app.env.docname]
    found["exercises"] = [f"{module}.{name}" for module, name in _CARD.findall(text)]
    found["figures"] = sorted(figures_on(text), key=lambda name: text.index(f' name="{name}"'))


def _pages(env: BuildEnvironment) -> dict[str, Page]:
    """The pages with something to do, by document, in the order of the contents."""
    order = [env.config.root_doc, *env.toctree_includes.get(env.config.root_doc, [])]
    pages = {name: _page(env, name) for name in order}
    return {name: page for name, page in pages.items() if page.exercises or any(f.asks for f in page.figures)}


def _page(env: BuildEnvironment, name: str) -> Page:
    found = env.metadata.get(name, {})
    chapter = ".".join(map(str, env.toc_secnumbers.get(name, {}).get("", ())))
    listed = tuple(Listed(key, exercise(key).text("title"), f"{chapter}.{k}" if chapter else str(k))
                   for k, key in enumerate(found.get("exercises", ()), start=1))
    title = env.titles[name].astext() if name in env.titles else name
    number = re.search(r"/(\d+)-[^/]*$", f"/{name}")
    return Page(env.app.builder.get_target_uri(name), f"{chapter}. {title}" if chapter else title,
                number[1] if number else "", listed, tuple(map(_shown, found.get("figures", ()))))


def exercise(key: str) -> exercises.Exercise:
    """The exercise with this key, such as "ch04.one_percent"."""
    module, _, name = key.partition(".")
    return next(one for one in exercises.exercises_of(f"helpers.checks.{module}") if one.name == name)


def _shown(name: str) -> Shown:
    figure = FIGURES.load(name)
    return Shown(name, figure.title, tuple((f"{name}.{c.met}", c.text) for c in figure.challenges), len(figure.tries))


def _write_script(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The script of every page, behind what it has to know; returns the pages that have to be written again."""
    if app.builder.format == "html":
        path = Path(app.outdir) / "_static" / SCRIPT
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(course_script(_pages(env).values(), _CONTENTS), encoding="utf-8")
    return [name for name, found in env.metadata.items() if found.get("progress")]


# ---------------------------------------------------------------- what pages say of it
def _resolve(app: Sphinx, doctree: nodes.document, name: str) -> None:
    page = _page(app.env, name)
    numbers = {one.key: one.number for one in page.exercises}
    cards = [raw for raw in doctree.findall(nodes.raw) if _CARD.search(raw.astext())]
    for raw in cards:
        number = numbers[".".join(_CARD.search(raw.astext()).groups())]
        raw.children = [nodes.Text(raw.astext().replace(_NUMBER, _NUMBER.replace("><", f">{number}<")))]
    if cards:
        section = next(node for node in _above(cards[0]) if isinstance(node, nodes.section))
        overview = nodes.raw("", overview_html(page.exercises), format="html")
        section.insert(section.first_child_matching_class(nodes.title) + 1, overview)
    for place in list(doctree.findall(_Record)):
        record = record_html(_pages(app.env).values(), root="../" * name.count("/"))
        place.replace_self(nodes.raw("", record, format="html"))


def _above(node: nodes.Node):
    while node := node.parent:
        yield node


def _complete(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """The script on every page, and links to the page's notebook in the cards whose answer is code."""
    app.add_js_file(SCRIPT, loading_method="defer", priority=400)  # before the scripts that need what it knows
    body = context.get("body") or ""
    if _LAUNCH in body:
        context["body"] = body.replace(_LAUNCH, _LAUNCH + _links(context.get("header_buttons", [])))


def _links(buttons: list[dict]) -> str:
    """Links to where the theme's own launch buttons lead."""
    every = [*buttons, *(inner for button in buttons for inner in button.get("buttons", []))]
    urls = {button.get("text"): button["url"] for button in every if button.get("url")}
    return "".join(f'<a class="live-open" href="{html.escape(urls[place])}">{OPEN_IN.format(place=place)}</a>'
                   for place in _PLACES if place in urls)


def setup_progress(app: Sphinx) -> None:
    """Provide `{progress}`, and complete every page that has exercises."""
    app.add_node(_Record)
    app.add_directive("progress", ProgressDirective)
    app.connect("doctree-read", _note, priority=400)
    app.connect("env-updated", _write_script)
    app.connect("doctree-resolved", _resolve)
    app.connect("html-page-context", _complete, priority=600)
