"""How far a reader is, as HTML without scripts: a row of marks for one page's exercises, and a record of all pages.

Both stand in the page as if nothing had been done; `static/live-progress.js` and `static/live-record.js` fill in what
the reader's browser keeps. `course_script` is what every page loads: a list of what there is, and the script that
needs it.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

from .. import assets
from ..packed import packed
from .card import card_id, inline
from .sentences import say

__all__ = ["Listed", "Page", "Shown", "course_script", "overview_html", "record_html"]


@dataclass(frozen=True)
class Listed:
    """An exercise on a page: its key, its title, and its number there."""

    key: str
    title: str
    number: str = ""


@dataclass(frozen=True)
class Shown:
    """A live figure on a page: its name and title, its challenges' keys with their texts, and how many tries it has."""

    name: str
    title: str
    challenges: tuple[tuple[str, str], ...] = ()
    tries: int = 0

    @property
    def asks(self) -> bool:
        """Whether it asks something of the reader."""
        return bool(self.challenges or self.tries)


@dataclass(frozen=True)
class Page:
    """A page with its address from the site's root, its title, exercises and figures.

    `name` is what a card of this page, anywhere on the site, carries as `data-chapter`: "04".
    """

    address: str
    title: str
    name: str = ""
    exercises: tuple[Listed, ...] = ()
    figures: tuple[Shown, ...] = ()


_MARKS = ("mark_new", "mark_tried", "mark_seen", "mark_solved")
_ON_EVERY_PAGE = (*_MARKS, "solved_of", "done_of")
_IN_THE_RECORD = (*_MARKS, "tries", "hints", "tries_of", "challenges_of", "challenge_met", "challenge_open", "exported",
                  "imported", "no_file", "no_record", "later_version", "would_lose", "cleared")
_PLACES = {name: f"{{{name}}}" for name in ("solved", "count", "exercises", "challenges", "tries", "file")}


def course_script(pages: Iterable[Page], contents: str) -> str:
    """live-progress.js behind what it knows: its words, the pages, and the links (a CSS selector) of the contents."""
    listed = [{"address": page.address, "name": page.name, "exercises": [one.key for one in page.exercises]}
              for page in pages]
    course = {"words": _spoken(_ON_EVERY_PAGE), "contents": contents, "pages": listed}
    return f"self.LiveCourse={packed(course)};\n{assets.runtime('live-progress.js')}"


def _spoken(keys: Iterable[str]) -> dict[str, str]:
    """What a script says, with its placeholders left in."""
    return {key: say(key, **_PLACES) for key in keys}


def overview_html(exercises: Iterable[Listed]) -> str:
    """A row of marks, one for each exercise of this page and a link to it, and what its cards ask before a solution."""
    listed = list(exercises)
    why = f'<p>{_text(say("sure_why"))}</p>'
    marks = "".join(f'<li>{_link(one, "", f"{one.number} {_plain(one.title)}".strip(), "")}</li>' for one in listed)
    return (f'<nav class="live-progress" aria-label="{_text(say("overview"))}"><ol>{marks}</ol>'
            f'<span class="live-total">{_text(say("exercises", count=len(listed)))}</span></nav>'
            f'{_dialog("sure", why)}')


def _dialog(key: str, more: str) -> str:
    """A question to answer with no or yes; the words of both stand under `key`."""
    return f"""<dialog class="live-sure" id="live-{key}" aria-labelledby="live-{key}-asks">
<p id="live-{key}-asks"><b>{_text(say(key))}</b></p>{more}<form method="dialog">
<button>{_text(say(f"{key}_no"))}</button><button value="yes">{_text(say(f"{key}_yes"))}</button></form></dialog>"""


def record_html(pages: Iterable[Page], root: str) -> str:
    """Every page's exercises and figures, and what can be done with the record; `root` leads to the site's root."""
    parts = "".join(_page(page, root) for page in pages)
    return f"""<div class="live-progress live-record">
<noscript><p>{_text(say("record_scripts"))}</p></noscript>
<p class="live-refused" hidden>{_text(say("refused"))}</p><p class="live-disk" hidden>{_text(say("from_disk"))}</p>
<p class="live-tools"><button type="button" data-do="export">{_text(say("export"))}</button>
<button type="button" data-do="import">{_text(say("import"))}</button>
<input type="file" accept=".json,application/json" hidden aria-label="{_text(say("import"))}">
<button type="button" data-do="clear">{_text(say("clear"))}</button></p><p class="live-said" role="status"></p>
{parts}
{_dialog("forget", '<p class="live-loss"></p>')}
<script type="application/json" class="live-spec">{packed(_spoken(_IN_THE_RECORD))}</script></div>"""


def _page(page: Page, root: str) -> str:
    address = _text(root + page.address)
    exercises = "".join(
        f'<li>{_link(one, address, "", f"<small>{_text(one.number)}</small> {inline(one.title)}")}'
        f'<span class="live-detail" data-detail="{_text(one.key)}"></span></li>' for one in page.exercises)
    return f"""<section data-page="{_text(page.address)}"><h2><a href="{address}">{inline(page.title)}</a></h2>
{f'<p class="live-total"></p><ol>{exercises}</ol>' if exercises else ""}{_figures(page.figures, address)}</section>"""


def _figures(figures: Iterable[Shown], address: str) -> str:
    """Figures that ask something of the reader, folded: their challenges, and how many tries they have."""
    items = "".join(_figure(figure, address) for figure in figures if figure.asks)
    if not items:
        return ""
    return (f'<details><summary>{_text(say("figures"))} <span class="live-detail"></span></summary>'
            f'<ul>{items}</ul></details>')


def _figure(figure: Shown, address: str) -> str:
    met = "".join(
        f'<li data-challenge="{_text(key)}" data-mark="new"><span class="live-sign" aria-hidden="true"></span>'
        f'<span>{inline(text)} <span class="live-detail"></span></span></li>' for key, text in figure.challenges)
    tries = f'<span class="live-detail" data-tries="{_text(figure.name)}" data-count="{figure.tries}"></span>'
    return (f'<li><a href="{address}#{_text(figure.name)}">{inline(figure.title)}</a> {tries if figure.tries else ""}'
            f'{f"<ul>{met}</ul>" if met else ""}</li>')


def _link(one: Listed, page: str, label: str, shown: str) -> str:
    """A link to the card on `page`, with its mark; `label` is read out before the state, where nothing is `shown`."""
    named = f' aria-label="{_text(label)}: {_text(say("mark_new"))}" title="{_text(label)}"' if label else ""
    return (f'<a href="{page}#{card_id(one.key)}" data-exercise="{_text(one.key)}" data-mark="new"{named}>'
            f'<span class="live-sign" aria-hidden="true"></span>{shown}</a>')


def _plain(title: str) -> str:
    return title.replace("`", "")


def _text(value) -> str:
    return html.escape(str(value))
