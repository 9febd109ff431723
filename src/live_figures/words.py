"""Every text a reader sees of a figure, under a stable key, and the figure in other words.

One walk over the declaration serves both: it offers each text with its key to a function, and takes what that returns.
Keys name the declaration's parts and places in the drawing, never a displayed word: `lstm_gates.title`,
`lstm_gates.controls.step.label`, `lstm_gates.tries.0.ask`, `lstm_gates.plot.data.3.name`, `lstm_gates.diagram.12`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from . import values
from .bindings import LAYOUT, leaves, part_of
from .controls import Choice, Text
from .linked import LinkedTexts
from .tape import Tape

__all__ = ["ENGINE", "explaining", "spoken", "translated", "words"]

# What the engine itself says around every figure.
ENGINE = {
    "engine.controls": "Controls",
    "engine.zoom": "Zoom",
    "engine.reset": "Reset",
    "engine.link": "Copy link",
    "engine.play": "Play",
    "engine.play_control": "Play {label}",
    "engine.step": "Step",
    "engine.restart": "Restart",
    "engine.tries": "Guess, then try",
    "engine.explain": "What happens, and why",
    "engine.guide_place": "{at} of {count}",
    "engine.guide_back": "Back",
    "engine.guide_skip": "Skip",
    "engine.guide_next": "Next",
    "engine.guide_key": "Key: S",
    "engine.guide_free": "Explore freely",
    "engine.guide_unsure": "Not sure",
    "engine.guide_show": "Show me",
    "engine.guide_right": "✓ As you said.",
    "engine.guide_wrong": "✗ You said: {guess}",
    "engine.guide_moved": "First set back: {labels}.",
    "engine.challenges": "Try this",
    "engine.not_yet": "(not yet)",
    "engine.done": "(done)",
    "engine.task_done": "Done: {task}",
    "engine.text_count": "{count} of {max} characters",
    "engine.text_examples": "Examples",
    "engine.pad_keys": "Draw with mouse or finger. Keys: arrows move, Space paints, Delete erases, Ctrl+Z takes back.",
    "engine.pad_says": "Row {row}, column {column}: {value}. {painted} of {cells} cells painted.",
    "engine.pad_erase": "Erase",
    "engine.pad_undo": "Undo",
    "engine.pad_clear": "Clear",
    "engine.map_keys": "Choose a cell with mouse, finger or arrow keys.",
    "engine.explained": "How a number comes about",
    "engine.touch_numbers": "Touch an underlined number to see where it comes from.",
    "engine.tape_takes": "→ takes the likeliest; a click or a tap, any.",
    "engine.tape_types": "Let it type by itself",
    "engine.asleep": "A picture: run the cell to move the figure.",
    "engine.no_scripts": "This figure moves where scripts are allowed; it shows its default state.",
}
# What its scripts say while a reader moves a figure; `spoken` sends these along with it.
_IN_SCRIPTS = {
    "engine.copied": "Copied",
    "engine.link_copied": "The link is copied.",
    "engine.link_by_hand": "Copy this link:",
    "engine.link_too_long": "Too long for a link and left out: {labels}.",
    "engine.link_refused": "The link cannot be shown as it asks. {problems}",
    "engine.no_control": "{label} is not a control of this figure.",
    "engine.needs_range": "{label} takes {min} to {max}, not “{value}”.",
    "engine.needs_whole": "{label} takes whole numbers, not “{value}”.",
    "engine.needs_option": "{label} takes one of {options}, not “{value}”.",
    "engine.needs_toggle": "{label} is on or off.",
    "engine.needs_text": "{label} takes text, not “{value}”.",
    "engine.needs_length": "{label} takes {min} to {max} characters.",
    "engine.needs_cell": "{label} takes a row from 0 to {rows} and a column from 0 to {columns}.",
    "engine.needs_cells": "{label} takes {rows} rows of {columns} cells.",
    "engine.needs_shades": "{label} takes values from 0 to 1.",
    "engine.text_cut": "Only {max} characters fit: the last {lost} were left out.",
    "engine.text_short": "{label} needs at least this many characters: {min}. The last text is still drawn.",
    "engine.text_long": "{label} takes at most this many characters: {max}.",
    "engine.text_unknown": "{label} does not know the character “{letter}”. It knows {knows}.",
    "engine.stopped": "Stopped: {reason}. What is shown is the last good state.",
    "engine.not_loaded": "{file} could not be loaded",
    "engine.no_kernel": "The kernel is busy or gone. Try later, or run the cell again.",
}
# What its scripts say of a number that is explained; only the figures that explain numbers send these along.
_OF_NUMBERS = {
    "engine.numbers": "Numbers of the drawing",
    "engine.numbers_keys": "Arrow keys go from number to number, Enter explains, Escape closes.",
    "engine.close": "Close",
    "engine.equals": "equals",
    "engine.about": "is about",
    "engine.times": "times",
    "engine.plus": "plus",
    "engine.minus": "minus",
    "engine.over": "divided by",
    "engine.power": "to the power",
    "engine.sigma_of": "sigmoid of",
    "engine.tanh_of": "tanh of",
    "engine.exp_of": "exponential of",
    "engine.log_of": "logarithm of",
    "engine.root_of": "square root of",
    "engine.sum_of": "the sum over all of",
    "engine.dots": "and so on to",
}
ENGINE |= _IN_SCRIPTS | _OF_NUMBERS
_SHOWN = {"name", "text", "hovertext", "hovertemplate", "ticktext", "tickprefix", "ticksuffix", "x", "y"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_NO_WORD = re.compile(r"%\{[^}]*\}|<[^>]*>")  # values and tags in a plot's texts

Say = Callable[[str, str], str]


def spoken(said: Mapping[str, str] = ENGINE) -> dict[str, str]:
    """What the scripts of a page say, by their own short keys, out of the engine's words."""
    return {key.removeprefix("engine."): said[key] for key in _IN_SCRIPTS}


def explaining(said: Mapping[str, str] = ENGINE) -> dict[str, str]:
    """What the scripts of a page say of a number that is explained, by their own short keys."""
    return {key.removeprefix("engine."): said[key] for key in _OF_NUMBERS}


def words(fig) -> dict[str, str]:
    """Every text of the figure that a reader sees, by key, in the order of the declaration."""
    listed = {}

    def note(key: str, text: str) -> str:
        listed[key] = text
        return text

    _said(fig, note).plot()
    return listed


def translated(fig, new: Mapping[str, str]):
    """`fig` with the texts that `new` holds in place of its own; keys of other figures are passed over.

    Raises ValueError for a key this figure (or the engine) does not have, and for a placeholder its text does not have.
    """
    known = words(fig) | fig.engine_words
    for key, text in new.items():
        if key.startswith((f"{fig.name}.", "engine.")):
            _check(key, text, known)
    engine = {key: new.get(key, text) for key, text in fig.engine_words.items()}
    return dataclasses.replace(_said(fig, lambda key, text: new.get(key, text)), engine_words=engine)


def _check(key: str, text: str, known: Mapping[str, str]) -> None:
    if key not in known:
        raise ValueError(f"there is no text {key!r}")
    for placeholder in values.references(text):
        if placeholder not in values.references(known[key]):
            has = ", ".join(f"{{{p}}}" for p in values.references(known[key])) or "none"
            raise ValueError(f"{key!r} has no placeholder {{{placeholder}}}; it has {has}")


# ---------------------------------------------------------------- the walk
def _said(fig, say: Say):
    """The figure with `say(key, text)` in place of each of its texts; those of the plot are asked when it is drawn."""
    def own(key: str, text: str) -> str:
        return say(f"{fig.name}.{key}", text) if text else text

    parts = {part: own(part, getattr(fig, part)) for part in ("title", "caption", "alt")}
    parts["controls"] = tuple(_control(c, own) for c in fig.controls)
    parts["views"] = tuple(_view(view, f"views.{k}", own) for k, view in enumerate(fig.views))
    parts["signals"] = {name: _signal(signal, f"signals.{name}", own) for name, signal in fig.signals.items()}
    parts["readout"] = _readout(fig.readout, own)
    if fig.diagram:
        parts["diagram"] = _diagram(fig.diagram, own)
    for group, fields in (("challenges", ("text",)), ("tries", ("ask", "do", "says")), ("claims", ("says",))):
        parts[group] = tuple(_promise(p, f"{group}.{k}", fields, own) for k, p in enumerate(getattr(fig, group)))
    if fig.figure is not None:
        parts["figure"] = lambda arrays: _plot(fig.figure(arrays), own)
    return dataclasses.replace(fig, **parts)


def _control(control, own: Say):
    key = f"controls.{control.name}"
    said = {"label": own(f"{key}.label", control.label), "unit": own(f"{key}.unit", control.unit)}
    if isinstance(control, Text):
        said["knows"] = own(f"{key}.knows", control.knows)
    if control.idle:
        said["idle"] = (control.idle[0], own(f"{key}.idle", control.idle[1]))
    if isinstance(control, Choice):
        said["labels"] = tuple(_shown(f"{key}.options.{option}", label, own) for option, label in
                               zip(control.options, control.labels or control.options, strict=True))
    return dataclasses.replace(control, **said)


def _readout(readout, own: Say):
    """One sentence under `readout`; of several, each under its place, the condition left as it is."""
    if isinstance(readout, str):
        return own("readout", readout)
    return tuple((met, own(f"readout.{k}", said)) for k, (met, said) in enumerate(readout))


def _view(view, key: str, own: Say):
    if isinstance(view, LinkedTexts):
        said = {part: own(f"{key}.{part}", getattr(view, part)) for part in ("label", "answer_label")}
        return dataclasses.replace(view, **said)
    if isinstance(view, Tape):
        return _tape(view, key, own)
    classes = tuple((own(f"{key}.classes.{k}", name), look) for k, (name, look) in enumerate(view.classes))
    return dataclasses.replace(view, label=own(f"{key}.label", view.label), classes=classes)


def _signal(signal, key: str, own: Say):
    said = {part: own(f"{key}.{part}", getattr(signal, part)) for part in ("name", "says")}
    words = tuple(own(f"{key}.words.{k}", word) for k, word in enumerate(signal.words))
    return dataclasses.replace(signal, words=words, **said)


def _tape(view: Tape, key: str, own: Say) -> Tape:
    lanes = tuple(dataclasses.replace(lane, label=own(f"{key}.lanes.{k}", lane.label))
                  for k, lane in enumerate(view.lanes))
    says = tuple((met, own(f"{key}.says.{k}", said)) for k, (met, said) in enumerate(view.says))
    return dataclasses.replace(view, lanes=lanes, says=says, next_label=own(f"{key}.next_label", view.next_label))


def _promise(promise, key: str, fields, own: Say):
    said = {field: own(f"{key}.{field}", getattr(promise, field)) for field in fields}
    if "ask" in fields:
        said["guesses"] = tuple(own(f"{key}.guesses.{k}", guess) for k, guess in enumerate(promise.guesses))
    return dataclasses.replace(promise, **said)


def _diagram(svg: str, own: Say) -> str:
    """The diagram's own texts, numbered as they stand in it; numbers that follow arrays and single letters stay."""
    root, count = values.parse_diagram(svg), 0
    for element in root.iter():
        for place, owner in (("text", element), *(("tail", child) for child in element)):
            text = getattr(owner, place)
            if not (text and text.strip()) or (place == "text" and values.follows_text(element)):
                continue
            if _WORD.search(text):
                setattr(owner, place, own(f"diagram.{count}", text))
            count += 1
    return values.diagram_text(root)


def _plot(plot, own: Say):
    """The plot with its titles, names, tick labels and text marks exchanged in place."""
    for (trace, path), value in leaves(plot):
        name = re.split(r"[.\[\]]+", path)
        if name[0] == "template" or name[-1] not in _SHOWN:
            continue
        key = ".".join(filter(None, ["plot", "layout" if trace == LAYOUT else f"data.{trace}", *name]))
        if isinstance(value, (list, tuple)):
            part_of(plot, trace)[path] = [_shown(f"{key}.{k}", v, own) for k, v in enumerate(value)]
        elif isinstance(value, str):
            part_of(plot, trace)[path] = _shown(key, value, own)
    return plot


def _shown(key: str, text, own: Say):
    """The text in other words, if it is a text and holds a word."""
    return own(key, text) if isinstance(text, str) and _WORD.search(_NO_WORD.sub("", text)) else text
