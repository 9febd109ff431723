"""The card of an exercise: Markdown that a page, JupyterLab and Colab all draw, and the question in it that answers.

Hints and the solution are `<details>`, which need no script; each hint lies inside the one before. On a page all of it
is one `<live-exercise>`, which keeps how far the reader is. A notebook takes custom elements and scripts out of
Markdown: there a question has a frame of its own, and code is answered in the cell below.
"""

from __future__ import annotations

import html

from .. import assets
from ..host import framed, on_page
from ..packed import packed
from .sentences import say

__all__ = ["card_id", "display", "effort", "hints", "inline", "markdown", "question_document", "question_html",
           "solution", "stars"]

_MARKS = ("tried", "seen", "solved")


def markdown(exercise) -> str:
    """The whole card, as one page shows it."""
    name = card_id(exercise.key)
    opening = (f'<live-exercise name="{_text(exercise.key)}" id="{name}" class="live-exercise" data-mark="new" '
               f'role="article" aria-labelledby="{name}-title"{_challenge(exercise)}>\n{_head(exercise)}')
    answer = f"<div>{question_html(exercise)}</div>" if _answers_itself(exercise) else _notebook(exercise)
    return "\n\n".join([opening, exercise.text("question"), answer, *hints(exercise), solution(exercise),
                        "</live-exercise>"])


def in_notebook(exercise) -> list[dict[str, str]]:
    """The card's parts as the outputs of a notebook's cell."""
    asks = "\n\n".join([_notebook_head(exercise), exercise.text("question"), *hints(exercise)])
    if not _answers_itself(exercise):
        return [{"text/markdown": f"{asks}\n\n{solution(exercise)}"}]
    in_a_cell = say("in_a_cell", call=f"`check.{exercise.name}(...)`")
    return [{"text/markdown": asks}, {"text/html": _frame(exercise)},
            {"text/markdown": f"{in_a_cell}\n\n{solution(exercise)}"}]


def display(exercise) -> None:
    """Show the card as the output of a cell."""
    from IPython.display import display as show

    for part in [{"text/markdown": markdown(exercise)}] if on_page() else in_notebook(exercise):
        show(part | {"text/plain": f"exercise {exercise.key}: {exercise.text('title')}"}, raw=True)


def question_html(exercise) -> str:
    """The `<live-question>` of a choice or a number: radio buttons or a field, a check button, and the verdict."""
    spec = exercise.spec()
    if "choices" in spec:
        fields = "".join(
            f'<label><input type="radio" name="{_text(exercise.key)}" value="{_text(name)}"> '
            f"<span>{inline(exercise.text(f'choices.{name}.text'))}</span></label>" for name in spec["choices"])
    else:
        unit = f"<span>{_text(spec['unit'])}</span>" if spec["unit"] else ""
        fields = (f'<label><span class="live-hidden">{_text(say("your_answer"))}</span> <input type="text" '
                  f'inputmode="text" autocomplete="off" size="10" maxlength="200" name="answer">{unit}</label>')
    return f"""<live-question name="{_text(exercise.key)}" class="live">
<form novalidate><fieldset><legend class="live-hidden">{_text(exercise.text("title"))}</legend>{fields}</fieldset>
<button type="submit">{_text(say("check"))}</button></form><p class="verdict" role="status"></p>
<noscript><p class="live-note">{_text(say("no_scripts"))}</p></noscript>
<script type="application/json" class="live-spec">{packed(spec)}</script></live-question>"""


def question_document(exercise) -> str:
    """A whole HTML document with the question of an exercise and the script that answers it."""
    style = assets.runtime("live-figure.css") + assets.runtime("live-exercise.css")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{_text(exercise.text("title"))}</title><style>{style}
body {{ display: flow-root; margin: 0; background: var(--live-paper); }}</style></head>
<body>{question_html(exercise)}
<script>{assets.runtime("live-exercise.js")}</script></body></html>"""


def card_id(key: str) -> str:
    """The place of an exercise's card on its page: `ex-ch04-step-1997`."""
    return "ex-" + key.replace(".", "-").replace("_", "-")


def inline(text: str) -> str:
    """Plain text as HTML, with `code` in backticks."""
    parts = html.escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if k % 2 else part for k, part in enumerate(parts))


def _frame(exercise) -> str:
    return framed(question_document(exercise), exercise.text("title"), "8rem")


def _answers_itself(exercise) -> bool:
    return hasattr(exercise, "spec")


def _head(exercise) -> str:
    """The mark, the title and, in words and by shape, how hard it is; a page that counts exercises fills the number."""
    level, minutes = effort(exercise)
    bars = "<i></i>" * exercise.difficulty + '<i class="live-off"></i>' * (3 - exercise.difficulty)
    marks = "".join(f'<span data-says="{mark}">{_text(say(f"mark_{mark}"))}</span>' for mark in _MARKS)
    return f"""<header><span class="live-sign" aria-hidden="true"></span>
<h3 id="{card_id(exercise.key)}-title"><small class="live-ordinal"></small> {inline(exercise.text("title"))}</h3>
<p class="live-meta"><span class="live-level" aria-hidden="true">{bars}</span><span>{level}</span>
<span>{minutes}</span>{marks}</p></header>"""


def _notebook_head(exercise) -> str:
    return (f'<h3>{inline(exercise.text("title"))}</h3>\n'
            f'<p><span aria-hidden="true">{stars(exercise)}</span> {" · ".join(effort(exercise))}</p>')


def stars(exercise) -> str:
    """How hard it is, as three stars, filled or empty."""
    return "★" * exercise.difficulty + "☆" * (3 - exercise.difficulty)


def effort(exercise) -> tuple[str, str]:
    """How hard it is and how long it takes, in words."""
    return _text(say(f"difficulty_{exercise.difficulty}")), _text(say("minutes", minutes=exercise.minutes))


def _challenge(exercise) -> str:
    """For the controls of a figure: which of its challenges solves the exercise too, and what is said then."""
    if not exercise.challenge:
        return ""
    praise = exercise.text("praise")
    said = say("right") if not praise or "{" in praise else praise  # the page has no values to fill in
    return f' data-challenge="{_text(exercise.challenge)}" data-praise="{_text(said)}"'


def _where(exercise) -> str:
    """Where the answer is given."""
    call = f"<code>check.{exercise.name}({exercise.name})</code>"
    if not exercise.challenge:
        return f"<p>{say('in_the_notebook', call=call)}</p>"
    link = f'<a href="#{exercise.shown.name}">{_text(exercise.shown.title)}</a>'
    return f'<p>{say("in_the_figure", figure=link, call=call)}</p>\n<p class="verdict" role="status"></p>'


def _notebook(exercise) -> str:
    """Where code is written, and what with; a page that knows the notebook's address puts links into `live-launch`."""
    stub = _folded(say("stub"), f"```python\n{exercise.stub_cell()}\n```", "live-stub")
    return f"""<div class="live-answer">{_where(exercise)}
<p class="live-launch"><label class="live-own"><input type="checkbox"> <span>{_text(say("own"))}</span></label></p>
</div>

{stub}"""


def hints(exercise) -> list[str]:
    """The hints as one part, each inside the one before, so that they open one by one; none where there are none."""
    inside, count = "", len(exercise.hints)
    for k in reversed(range(count)):
        body = "\n\n".join(filter(None, [exercise.text(f"hints.{k}"), inside]))
        inside = _folded(say("hint", number=k + 1, count=count), body, "live-clue")
    return [inside] if inside else []


def solution(exercise) -> str:
    """The explanation and the code, folded."""
    code = exercise.solution_code()
    block = f"```python\n{code}\n```" if code else ""
    body = "\n\n".join(filter(None, [exercise.text("explanation"), block]))
    return _folded(say("solution"), body, "live-solution")


def _folded(summary: str, body: str, kind: str) -> str:
    return f'<details class="{kind}">\n<summary>{_text(summary)}</summary>\n\n{body}\n\n</details>'


def _text(value) -> str:
    return html.escape(str(value))
