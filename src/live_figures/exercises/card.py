"""The card of an exercise: Markdown that a page, JupyterLab and Colab all draw, and the question in it that answers.

Hints and the solution are `<details>`, which need no script. On a page the question stands in the card; a notebook
gives it a frame of its own, as notebooks take custom elements and scripts out of Markdown.
"""

from __future__ import annotations

import html
import json

from .. import assets
from ..host import framed, on_page
from .sentences import say

__all__ = ["display", "markdown", "question_document", "question_html"]


def markdown(exercise) -> str:
    """The whole card, as one page or one cell shows it."""
    name = _id(exercise)
    opening = f'<section class="live-exercise" id="{name}" aria-labelledby="{name}-title">'
    parts = [opening, *_asks(exercise)]
    if _answers_itself(exercise):
        parts.append(f"<div>{question_html(exercise)}</div>")
    return "\n\n".join([*parts, _solution(exercise), "</section>"])


def display(exercise) -> None:
    """Show the card as the output of a cell."""
    from IPython.display import display as show

    if on_page() or not _answers_itself(exercise):
        parts = [{"text/markdown": markdown(exercise)}]
    else:
        in_a_cell = say("in_a_cell", call=f"`check.{exercise.name}(...)`")
        parts = [{"text/markdown": "\n\n".join(_asks(exercise))}, {"text/html": _frame(exercise)},
                 {"text/markdown": f"{in_a_cell}\n\n{_solution(exercise)}"}]
    for part in parts:
        show(part | {"text/plain": f"exercise {exercise.key}: {exercise.text('title')}"}, raw=True)


def question_html(exercise) -> str:
    """The `<live-question>` of a choice or a number: radio buttons or a field, a check button, and the verdict."""
    spec = exercise.spec()
    if "choices" in spec:
        fields = "".join(
            f'<label><input type="radio" name="{_text(exercise.key)}" value="{_text(name)}"> '
            f"<span>{_inline(exercise.text(f'choices.{name}.text'))}</span></label>" for name in spec["choices"])
    else:
        unit = f"<span>{_text(spec['unit'])}</span>" if spec["unit"] else ""
        fields = (f'<label><span class="live-hidden">{_text(say("your_answer"))}</span> <input type="text" '
                  f'inputmode="text" autocomplete="off" size="10" name="answer">{unit}</label>')
    packed = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f"""<live-question name="{_text(exercise.key)}" class="live">
<form novalidate><fieldset><legend class="live-hidden">{_text(exercise.text("title"))}</legend>{fields}</fieldset>
<button type="submit">{_text(say("check"))}</button></form><p class="verdict" role="status"></p>
<noscript><p class="live-note">{_text(say("no_scripts"))}</p></noscript>
<script type="application/json" class="live-spec">{packed}</script></live-question>"""


def question_document(exercise) -> str:
    """A whole HTML document with the question of an exercise and the script that answers it."""
    style = assets.runtime("live-figure.css") + assets.runtime("live-question.css")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{_text(exercise.text("title"))}</title><style>{style}
body {{ display: flow-root; margin: 0; background: var(--live-paper); }}</style></head>
<body>{question_html(exercise)}
<script>{assets.runtime("live-question.js")}</script></body></html>"""


def _frame(exercise) -> str:
    return framed(question_document(exercise), exercise.text("title"), "8rem")


def _answers_itself(exercise) -> bool:
    return hasattr(exercise, "spec")


def _asks(exercise) -> list[str]:
    """Title, difficulty and time, question and hints."""
    level = say("difficulty", difficulty=exercise.difficulty)
    stars = f'<span role="img" aria-label="{_text(level)}" title="{_text(level)}">{"★" * exercise.difficulty}</span>'
    title = f'<h3 id="{_id(exercise)}-title">{_inline(exercise.text("title"))}</h3>'
    meta = f'<p class="live-exercise-meta">{stars} · {_text(say("minutes", minutes=exercise.minutes))}</p>'
    count = len(exercise.hints)
    hints = [_folded(say("hint", number=k + 1, count=count), exercise.text(f"hints.{k}")) for k in range(count)]
    return [f"{title}\n{meta}", exercise.text("question"), *hints]


def _solution(exercise) -> str:
    code = exercise.solution_code()
    block = f"```python\n{code}\n```" if code else ""
    return _folded(say("solution"), "\n\n".join(filter(None, [exercise.text("explanation"), block])))


def _folded(summary: str, body: str) -> str:
    return f"<details>\n<summary>{_text(summary)}</summary>\n\n{body}\n\n</details>"


def _id(exercise) -> str:
    return "ex-" + exercise.key.replace(".", "-").replace("_", "-")


def _inline(text: str) -> str:
    """Plain text as HTML, with `code` in backticks."""
    parts = _text(text).split("`")
    return "".join(f"<code>{part}</code>" if k % 2 else part for k, part in enumerate(parts))


def _text(value) -> str:
    return html.escape(str(value))
