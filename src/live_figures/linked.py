"""Two rows of characters with lines between them: which of those above does each of those below come from?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from . import values
from .controls import LongText, Slider, Text

__all__ = ["LinkedTexts", "linked_html"]

LEVELS = 8  # strengths of a line; a link too weak for the first is not drawn
FAINTEST = 0.02
FEWEST = 20  # columns above, so that a short text does not stand wide apart
HEIGHT = 40  # of the lines, where the width is 100
SPOKEN = 0.05  # a link as strong as this is named where the links cannot be seen
WIDE = 0x2E80  # from this code point on characters are about as wide as high


@dataclass(frozen=True, kw_only=True)
class LinkedTexts:
    """The text of the control `text` above, the code points of the array `answer` below, and lines between them.

    `links` has a row for each character below, with a value from 0 to 1 for each above; `sure`, from 0 to 1, stands
    below each character of the answer as a bar and a number. The integer `Slider` called `chooses` follows the
    character of the answer that the reader touches: its lines are the strong ones, and those above have the ground of
    their link to it. Characters that the control does not know are struck through.
    """

    label: str
    answer_label: str
    text: str
    answer: str
    links: str
    sure: str
    chooses: str
    format: str = ".0%"

    def __post_init__(self):
        if not (self.label.strip() and self.answer_label.strip()):
            raise ValueError("linked texts need a label and an answer_label: they are what a screen reader says")


def linked_html(fig, view: LinkedTexts, given: dict, arrays: dict, name: str) -> str:
    """Linked texts in one state of their figure; raises ValueError where the declaration names what is not there."""
    control = _expect_controls(fig, view)
    text, at = given[view.text], given[view.chooses]
    answer, links, sure = (fig.resolve(arrays, reference) for reference in (view.answer, view.links, view.sure))
    _expect_shapes(fig, view, control.max_length, answer, links, sure)
    shown = [chr(int(code)) for code in answer]
    above = "".join(_above(c, c in control.alphabet, link) for c, link in zip(text, links[at], strict=False))
    below = "".join(_below(c, p, k - at, view.format) for k, (c, p) in enumerate(zip(shown, sure, strict=True)))
    reading = escape(_reading(view, shown, sure, text, links, at))
    slider = (f' role="slider" tabindex="0" aria-label="{escape(view.answer_label)}" aria-valuemin="0" '
              f'aria-valuemax="{len(shown) - 1}" aria-valuenow="{at}" '
              f'aria-valuetext="{reading}"')
    wide = " wide" if any(ord(c) >= WIDE for c in text) else ""
    return (f'<div class="live-linked{wide}" data-view="{name}" style="--n:{max(len(text), FEWEST)};--m:{len(shown)}">'
            f'<div class="live-label">{escape(view.label)}</div>'
            f'<div class="live-above" aria-hidden="true">{above}</div>'
            f'<svg viewBox="0 0 100 {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
            f"{_paths(links[:, :len(text)], at)}</svg>"
            f'<div class="live-below"{slider}>{below}</div>'
            f'<div class="live-label">{escape(view.answer_label)}</div>'
            f"<output>{reading}</output></div>\n")


def _above(character: str, known: bool, link: float) -> str:
    look = f"{'' if known else 'strange'} {'sign' if character in values.SIGNS else ''}".strip()
    return f'<span class="{look}" style="--t:{100 * link:.0f}%">{escape(values.SIGNS.get(character, character))}</span>'


def _below(character: str, sure: float, after: int, form: str) -> str:
    look = "at" if after == 0 else "later" if after > 0 else ""
    return (f'<span class="{look}" style="--p:{100 * sure:.1f}%"><b>{escape(character)}</b><i></i>'
            f"<small>{values.format_value(sure, form)}</small></span>")


def _reading(view: LinkedTexts, shown, sure, text: str, links, at: int) -> str:
    """What is said of the chosen character: itself, its number, and what it is linked with, the strongest first."""
    strongest = sorted(((link, -k) for k, link in enumerate(links[at, :len(text)]) if link >= SPOKEN), reverse=True)
    ends = ", ".join(f"“{values.SIGNS.get(text[-k], text[-k])}” {values.format_value(link, view.format)}"
                     for link, k in strongest)
    return f"{at}: “{shown[at]}” {values.format_value(sure[at], view.format)}" + (f" ← {ends}" if ends else "")


def _paths(links: np.ndarray, at: int) -> str:
    """One path for all lines of a strength: first those of other characters, then those of the chosen one."""
    chosen = np.arange(len(links)) == at
    return "".join(f'<path class="{kind}{level}" d="{"".join(_lines(np.where(rows[:, None], links, 0), level))}"/>'
                   for kind, rows in (("o", ~chosen), ("s", chosen)) for level in range(1, LEVELS + 1))


def _lines(links: np.ndarray, level: int) -> Iterator[str]:
    """The lines of one strength, from their places above to their places below."""
    (rows, columns), half = links.shape, HEIGHT / 2
    n, strength = max(columns, FEWEST), np.minimum(np.ceil(links * LEVELS), LEVELS)
    for row, column in zip(*np.nonzero((strength == level) & (links >= FAINTEST)), strict=True):
        x1, x2 = 100 * (column + 0.5 + (n - columns) / 2) / n, 100 * (row + 0.5) / rows
        yield f"M{x1:.2f} 0C{x1:.2f} {half:g} {x2:.2f} {half:g} {x2:.2f} {HEIGHT}"


def _expect_controls(fig, view: LinkedTexts) -> LongText | Text:
    """The control of the text above; ValueError unless both controls are of the right kind."""
    controls = {c.name: c for c in fig.controls}
    for name, kinds, what in ((view.text, (LongText, Text), "a text"), (view.chooses, Slider, "an integer Slider")):
        if not isinstance(controls.get(name), kinds) or not getattr(controls[name], "integer", True):
            raise ValueError(f"figure {fig.name!r}: linked texts {view.label!r} name {name!r}, which is not {what} "
                             "among its controls")
    return controls[view.text]


def _expect_shapes(fig, view: LinkedTexts, room: int, answer, links, sure):
    """Refuse arrays that do not fit each other, the text, or the slider that points into the answer."""
    length = answer.shape[0] if answer.ndim else 0
    slider = next(c for c in fig.controls if c.name == view.chooses)
    if answer.ndim != 1 or sure.shape != (length,) or links.shape != (length, room):
        raise ValueError(f"figure {fig.name!r}: linked texts {view.label!r} need answer (T,), sure (T,) and links "
                         f"(T, {room}), got {answer.shape}, {sure.shape} and {links.shape}")
    if (slider.min, slider.max) != (0, length - 1):
        raise ValueError(f"figure {fig.name!r}: {view.chooses!r} goes from 0 to {length - 1}, the places of "
                         f"{view.answer!r}, got {slider.min:g} to {slider.max:g}")
