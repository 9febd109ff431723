"""The controls of a live figure as native, labelled inputs, and their description for the runtime."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape

from . import palette, values
from .controls import Choice, Control, LongText, Slider, Text, Toggle
from .touch import Map, Pad
from .words import ENGINE

__all__ = ["control_html", "control_spec", "controls_html", "knob_rows"]

_ENTRIES = (LongText, Pad)  # what is typed or drawn at length
_OPTION = 18  # letters of an option that half a row shows


def control_spec(control: Control) -> dict:
    """What the runtime needs to know of a control."""
    spec = {"name": control.name, "label": control.label, "unit": control.unit}
    if control.idle:
        spec["idle"] = control.idle[0]
    if isinstance(control, Slider):
        return spec | {"kind": "slider", "min": control.min, "max": control.max, "step": control.step,
                       "log": control.log, "integer": control.integer, "play": control.play,
                       "format": _slider_format(control)}
    if isinstance(control, Choice):
        kind = "index" if control.indexed else "choice"
        return spec | {"kind": kind, "options": control.options, "labels": control.labels or control.options}
    if isinstance(control, Text):
        return spec | {"kind": "text", "alphabet": control.alphabet, "max": control.max_length,
                       "knows": control.knows or ", ".join(values.SIGNS.get(c, c) for c in control.alphabet)}
    if isinstance(control, LongText):
        return spec | {"kind": "longtext", "alphabet": control.alphabet, "min": control.min_length,
                       "max": control.max_length, "unknown": control.unknown_code}
    if isinstance(control, Pad):
        return spec | {"kind": "pad", "rows": control.rows, "columns": control.columns, "pen": control.pen}
    if isinstance(control, Map):
        scale = palette.DIVERGING if control.diverging else palette.SEQUENTIAL
        return spec | {"kind": "map", "rows": control.rows, "columns": control.columns, "picture": control.picture,
                       "low": control.low, "high": control.high, "scale": scale, "format": control.format}
    return spec | {"kind": "toggle"}


def _slider_format(slider: Slider) -> str:
    """How a slider's value is written: whole, with the decimals of its step, or with three digits if logarithmic."""
    if slider.integer:
        return "d"
    if slider.log:
        return ".3g"
    decimals = next((n for n in range(9) if math.isclose(round(slider.step, n), slider.step, rel_tol=1e-9)), 9)
    return f".{decimals}f"


def controls_html(controls: list[Control], given: dict, word: Callable[[str], str]) -> str:
    """The `controls` at the values `given`: those that need room of their own, then all others as knobs."""
    written = {c.name: control_html(c, given[c.name], word) for c in controls}
    whole = _whole_rows(controls)
    knobs = "".join(f'<div class="live-whole">{written[c.name]}</div>' if c in whole else written[c.name]
                    for c in _knobs(controls))
    entries = "".join(written[c.name] for c in controls if isinstance(c, _ENTRIES))
    return ((f'<div class="live-entries">{entries}</div>\n' if entries else "")
            + (f'<div class="live-knobs">{knobs}</div>' if knobs else ""))


def knob_rows(controls: list[Control]) -> int:
    """How many rows the knobs among `controls` are where they stand two by two."""
    return (len(_knobs(controls)) + len(_whole_rows(controls))) // 2


def _knobs(controls: list[Control]) -> list[Control]:
    """The controls that need a label and a line: a map stands with the drawing, a text or a pad by itself."""
    return [c for c in controls if not isinstance(c, (Map, *_ENTRIES))]


def _whole_rows(controls: list[Control]) -> list[Control]:
    """The knobs that get a row of their own: a line of text and, where one is left over, what most needs the room."""
    lines = [c for c in _knobs(controls) if isinstance(c, Text)]
    rest = [c for c in _knobs(controls) if c not in lines]
    wordy = [c for c in rest if isinstance(c, Choice) and max(map(len, c.labels or c.options)) > _OPTION]
    playing = [c for c in rest if getattr(c, "play", 0)]
    return lines + (wordy + playing + rest[-1:])[:len(rest) % 2]


def control_html(control: Control, value, word: Callable[[str], str] = lambda key: ENGINE[f"engine.{key}"]) -> str:
    """The control as a native, labelled input that stands at `value`; `word` gives what the engine itself says.

    A map is a picture and stands with the drawing: here it is "" (see `views.views_html`).
    """
    name, label = control.name, f'<span class="live-label">{escape(control.label)}</span>'
    why = f'<small class="live-idle">{escape(control.idle[1])}</small>' if control.idle else ""
    if isinstance(control, Slider):
        return _slider_html(control, value, label, why, word("play_control"))
    if isinstance(control, Toggle):
        checked = " checked" if value else ""
        return (f'<label class="live-toggle"><input type="checkbox" name="{name}" autocomplete="off"{checked}>{label}'
                f"{why}</label>\n")
    if isinstance(control, Choice):
        options = "".join(f'<option value="{escape(o)}"{" selected" if o == value else ""}>{escape(text)}</option>'
                          for o, text in zip(control.options, control.labels or control.options, strict=True))
        return f'<label>{label}<select name="{name}" autocomplete="off">{options}</select>{why}</label>\n'
    if isinstance(control, LongText):
        return _long_text_html(control, value, label, word)
    if isinstance(control, Pad):
        return _pad_html(control, value, word)
    if isinstance(control, Map):
        return ""
    return (f'<div class="live-line"><label>{label}<input type="text" name="{name}" value="{escape(value)}" '
            f'maxlength="{control.max_length}" autocomplete="off" autocapitalize="off" spellcheck="false"></label>'
            '<span class="live-hint" role="alert"></span></div>\n')


def _long_text_html(control: LongText, value: str, label: str, word) -> str:
    # a text area forgets a newline that stands first in it, so one more is written
    numbers = {"count": f"{len(value):,}", "max": f"{control.max_length:,}"}
    count = values.fill_template(word("text_count"), numbers.get)
    return (f'<div class="live-longtext" data-count="{escape(word("text_count"))}"><label>{label}'
            f'<textarea name="{control.name}" rows="{control.lines}" '
            f'dir="auto" autocomplete="off" autocapitalize="off" spellcheck="false">\n{escape(value)}</textarea>'
            f'</label>{_examples_html(control, value, word("text_examples"))}'
            f'<span class="live-count">{escape(count)}</span>'
            '<span class="live-hint" role="alert"></span></div>\n')


def _examples_html(control: LongText, value: str, label: str) -> str:
    """A list of the texts that the reader can take; it stands on none where the text is another."""
    if not control.examples:
        return ""
    options = "".join(f'<option{" selected" if e == value else ""}>{escape(e)}</option>' for e in control.examples)
    return (f'<select data-examples aria-label="{escape(label)}" autocomplete="off">'
            f'<option value="">{escape(label)}</option>{options}</select>')


def _pad_html(control: Pad, value, word) -> str:
    label = escape(control.label)
    buttons = "".join(f'<button type="button" data-pad="{act}"{more}>{escape(word(f"pad_{act}"))}</button>'
                      for act, more in (("erase", ' aria-pressed="false"'), ("undo", " disabled"), ("clear", "")))
    return (f'<div class="live-pad" role="group" aria-label="{label}"><span class="live-label">{label}</span>'
            f'<div class="live-surface" role="application" tabindex="0" aria-label="{label}" '
            f'aria-description="{escape(word("pad_keys"))}" style="--rows:{control.rows};--columns:{control.columns}">'
            f'<canvas width="{control.columns}" height="{control.rows}" aria-hidden="true"></canvas>'
            '<i class="live-cell"></i></div>'
            f'<div class="live-pad-actions">{buttons}</div><output data-say="{escape(word("pad_says"))}"></output>'
            f'<p class="live-help">{escape(word("pad_keys"))}</p>'
            f'<input type="hidden" name="{control.name}" value="{control.text(value)}"></div>\n')


def _slider_html(slider: Slider, value: float, label: str, why: str, say: str) -> str:
    low, high, at = slider.min, slider.max, value
    step = slider.step
    if slider.log:
        low, high, at = (round(math.log10(v), 6) for v in (low, high, value))
        step = round((high - low) / 200, 6)
    between = "" if slider.unit == "°" else " "
    shown = escape(between.join(filter(None, (values.format_value(value, _slider_format(slider)), slider.unit))))
    said = escape(values.fill_template(say, {"label": slider.label}.get))
    play = (f'<button type="button" class="live-play" data-play="{slider.name}" aria-pressed="false" '
            f'aria-label="{said}"></button>' if slider.play else "")
    return (f'<div class="live-slider"><label>{label}<input type="range" name="{slider.name}" min="{low:.9g}" '
            f'max="{high:.9g}" step="{step:.9g}" value="{at:.9g}" aria-valuetext="{shown}" autocomplete="off" '
            f'style="--at:{(at - low) / (high - low):.4f}">{why}</label><output>{shown}</output>{play}</div>\n')
