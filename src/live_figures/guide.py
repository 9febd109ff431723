"""The guide of a figure: its tries one at a time, then its challenges, as HTML and as conditions that a page can ask.

Without scripts the same elements are a list that can be read: `live-tries.css` makes the card, `tries.js` moves it.
"""

from __future__ import annotations

from html import escape

from . import values
from .claims import State, Try

__all__ = ["guide_html", "guide_spec"]

_SAID = ("guide_place", "guide_skip", "guide_next", "guide_right", "guide_wrong", "guide_moved", "guide_free", "done",
         "task_done")


def guide_html(fig) -> str:
    """The tries and the challenges of `fig`; nothing if it has neither."""
    if not (fig.tries or fig.challenges):
        return ""
    return (f'<section class="live-tries" role="group" aria-label="{_word(fig, "tries")}">{_head(fig)}{_tries(fig)}'
            f'{_challenges(fig)}<p class="live-hidden" role="status"></p></section>\n')


def guide_spec(fig) -> list[dict]:
    """What the runtime needs to know: the states and outputs that complete the tries, and what it says on the way."""
    if not (fig.tries or fig.challenges):
        return []
    words = {key.removeprefix("guide_"): fig.word(key) for key in _SAID}
    return [{"kind": "tries", "tries": [_condition(fig, t) for t in fig.tries], "words": words}]


def _condition(fig, asked: Try) -> dict:
    states = [_plain(fig, state) for state in asked.states]
    return {"states": states, "right": asked.right} | ({"met": asked.met} if asked.met else {})


def _plain(fig, state: State) -> dict:
    """The state with each value as a control holds it, and ranges as they are."""
    return {name: value if isinstance(value, tuple) else fig.values(**{name: value})[name]
            for name, value in state.items()}


def _head(fig) -> str:
    """Where one is among the tries, and the ways to go."""
    if not fig.tries:
        return f'<p class="live-label">{_word(fig, "challenges")}</p>'
    place = values.fill_template(fig.word("guide_place"), {"at": 1, "count": len(fig.tries)}.get)
    dots = '<i class="at"></i>' + "<i></i>" * len(fig.tries)
    return (f'<div class="live-guide"><span class="live-place">{escape(place)}</span>'
            f'<span class="live-dots" aria-hidden="true">{dots}</span>{_button(fig, "back")}'
            f'<button type="button" data-guide="next" aria-keyshortcuts="S" title="{_word(fig, "guide_key")}">'
            f'{_word(fig, "guide_skip")}</button>{_button(fig, "free")}</div>')


def _button(fig, act: str) -> str:
    """A button that shows a sign; its name is said, and stands there under the pointer."""
    name = _word(fig, f"guide_{act}")
    return f'<button type="button" data-guide="{act}" aria-label="{name}" title="{name}"></button>'


def _aside(fig, act: str) -> str:
    """A button at the end of a sentence: a way round what the sentence asks for."""
    return f'<button type="button" class="live-aside" data-guide="{act}">{_word(fig, f"guide_{act}")}</button>'


def _tries(fig) -> str:
    return f"<ol>{''.join(_try(fig, t, k == 0) for k, t in enumerate(fig.tries))}</ol>" if fig.tries else ""


def _try(fig, asked: Try, first: bool) -> str:
    """What is asked, the guesses, what to do, and what happens, folded until the reader looks or gets there."""
    guesses = "".join(f'<li><button type="button" data-guess="{k}">{_text(guess)}</button></li>'
                      for k, guess in enumerate(asked.guesses))
    # The longest verdict holds its room from the beginning: the card is not to grow when a verdict is given.
    spare = values.fill_template(fig.word("guide_wrong"), {"guess": max(asked.guesses, key=len)}.get)
    return (f'<li data-phase="ask"{" class=at" if first else ""}>'
            f'<p class="live-ask"><span>{_text(asked.ask)}</span> {_aside(fig, "unsure")}</p>'
            f'<ul class="live-guesses">{guesses}</ul>'
            f'<p class="live-do"><span>{_text(asked.do)} <span class="live-moved"></span></span> '
            f'{_aside(fig, "show")}</p>'
            f'<details class="live-why"><summary>{_word(fig, "explain")}</summary>'
            f'<p><span class="live-verdict">{_text(spare)}</span> {_text(asked.says)}</p></details></li>')


def _challenges(fig) -> str:
    if not fig.challenges:
        return ""
    items = "".join(f'<li data-met="{c.met}"><span class="live-mark" aria-hidden="true">○</span> {_text(c.text)} '
                    f'<span class="live-hidden">{_word(fig, "not_yet")}</span></li>' for c in fig.challenges)
    return f'<ul class="live-challenges" aria-label="{_word(fig, "challenges")}">{items}</ul>'


def _text(text: str) -> str:
    """The text in HTML, its formulas whole."""
    return escape(values.unbroken(text))


def _word(fig, key: str) -> str:
    return escape(fig.word(key))
