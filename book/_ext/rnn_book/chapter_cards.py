"""Cards of the chapters: a question, a picture drawn by one of its figures, how long it is, how far the reader is."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .pictures import picture

__all__ = ["Chapter", "ChapterCardsDirective", "card", "chapter", "setup_chapter_cards"]

COUNTED = "{minutes} min · {figures} live figures · {exercises} exercises"
_WORDS, _LINES = 200, 20  # of text and of code that are read in a minute
_SHOWN = {"question", "figure", "part", "at"}


@dataclass(frozen=True)
class Chapter:
    """What a card says of a chapter: its title, the minutes that reading takes, its live figures and exercises."""

    title: str
    minutes: int
    figures: int
    exercises: int


def chapter(notebook: str) -> Chapter:
    """What stands in a notebook, given as its JSON; the minutes are those of reading, without the exercises."""
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(notebook)["cells"]]
    text, code = ("\n".join(source for kind, source in cells if kind == wanted) for wanted in ("markdown", "code"))
    title = re.search(r"^# (.+)$", text, re.MULTILINE)[1]
    called = [ast.unparse(node) for kind, source in cells if kind == "code" for node in _expressions(source)]
    figures = [call for call in called if call.startswith("live.show(")]
    exercises = {name[1] for call in called if (name := re.match(r"check\.(\w+)$", call))}
    minutes = len(text.split()) / _WORDS + len(code.splitlines()) / _LINES
    return Chapter(title, 5 * round(minutes / 5), len(figures), len(exercises))


def _expressions(source: str) -> list[ast.expr]:
    """The expressions that stand alone in a cell."""
    return [step.value for step in ast.parse(source).body if isinstance(step, ast.Expr)]


def card(docname: str, address: str, said: dict, notebook: str) -> str:
    """One card. `said` is its entry; what the reader has done is written into `live-done` by the page's scripts.

    Raises ValueError for an entry with an unknown part or one that `picture` refuses.
    """
    if unknown := set(said) - _SHOWN:
        raise ValueError(f"{docname}: a card has no {min(unknown)!r}; it has {', '.join(sorted(_SHOWN))}")
    holds, number = chapter(notebook), re.search(r"/(\d+)-", f"/{docname}")[1]
    drawn = picture(said["figure"], said.get("part", "plot"), **said.get("at", {}))
    counted = COUNTED.format(**vars(holds))
    return (f'<li class="chapter-card" data-chapter="{number}">'
            f'<div class="card-picture" aria-hidden="true">{drawn}</div><div class="card-text">'
            f'<h3><a href="{address}">{int(number)}. {escape(holds.title)}</a></h3><p>{escape(said["question"])}</p>'
            f'<p class="card-count">{counted} <b class="live-done"></b></p></div></li>')


class ChapterCardsDirective(SphinxDirective):
    """`{chapter-cards}`: a card for each chapter of the body, in YAML: `04-lstm: {question, figure, part, at}`."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        cards = [self._card(f"chapters/{name}", said) for name, said in yaml.safe_load("\n".join(self.content)).items()]
        return [nodes.raw("", f'<ol class="chapter-cards">{"".join(cards)}</ol>', format="html")]

    def _card(self, docname: str, said: dict) -> str:
        file = Path(self.env.srcdir) / f"{docname}.ipynb"
        self.env.note_dependency(str(file))
        address = self.env.app.builder.get_relative_uri(self.env.docname, docname)
        try:
            return card(docname, address, said, file.read_text(encoding="utf-8"))
        except (KeyError, OSError, TypeError, ValueError) as error:  # the message names what is wrong in which entry
            raise self.error(f"chapter-cards: {docname}: {error}") from error


def setup_chapter_cards(app: Sphinx) -> None:
    """Provide `{chapter-cards}`."""
    app.add_directive("chapter-cards", ChapterCardsDirective)
