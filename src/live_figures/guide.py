"""The guide of a figure: its tries, then its challenges, as HTML and as conditions that a page can ask."""

from __future__ import annotations

from html import escape

__all__ = ["guide_html", "guide_spec"]


def guide_html(fig) -> str:
    """The tries and the challenges of `fig`, as lists that can be read without scripts; nothing if it has neither."""
    parts = _tries(fig) + _challenges(fig)
    return f'<section class="live-tries" aria-label="{escape(fig.word("tries"))}">{parts}</section>\n' if parts else ""


def guide_spec(fig) -> list[dict]:
    """What the runtime needs to know of them: which outputs meet the challenges, and what it says then."""
    if not (fig.tries or fig.challenges):
        return []
    words = {key: fig.word(key) for key in ("done", "task_done")}
    return [{"kind": "tries", "words": words}]


def _tries(fig) -> str:
    """What is asked, the guesses, what to do, and what happens, folded until the reader looks."""
    if not fig.tries:
        return ""
    items = "".join(
        f"<li><p>{escape(t.ask)}</p><ul>{''.join(f'<li>{escape(guess)}</li>' for guess in t.guesses)}</ul>"
        f"<p>{escape(t.do)}</p><details><summary>{escape(fig.word('explain'))}</summary>"
        f"<p>{escape(t.says)}</p></details></li>" for t in fig.tries)
    return f"<ol>{items}</ol>"


def _challenges(fig) -> str:
    if not fig.challenges:
        return ""
    items = "".join(f'<li data-met="{c.met}"><span class="live-mark" aria-hidden="true">○</span> {escape(c.text)} '
                    f'<span class="live-hidden">{escape(fig.word("not_yet"))}</span></li>' for c in fig.challenges)
    return f'<ul class="live-challenges" aria-label="{escape(fig.word("challenges"))}">{items}</ul>'
