"""The controls of a live figure as native, labelled inputs, and their description for the runtime."""

from __future__ import annotations

import math
from html import escape

from . import values
from .controls import Choice, Control, Slider, Text, Toggle

__all__ = ["control_html", "control_spec", "slider_format"]


def control_spec(control: Control) -> dict:
    """What the runtime needs to know of a control."""
    spec = {"name": control.name, "label": control.label, "value": control.value, "unit": control.unit}
    if isinstance(control, Slider):
        return spec | {"kind": "slider", "min": control.min, "max": control.max, "step": control.step,
                       "log": control.log, "integer": control.integer, "play": control.play,
                       "format": slider_format(control)}
    if isinstance(control, Choice):
        return spec | {"kind": "choice", "options": control.options, "labels": control.labels or control.options}
    if isinstance(control, Text):
        return spec | {"kind": "text", "alphabet": control.alphabet, "max": control.max_length}
    return spec | {"kind": "toggle"}


def slider_format(slider: Slider) -> str:
    """How a slider's value is written: whole, with the decimals of its step, or with three digits if logarithmic."""
    if slider.integer:
        return "d"
    if slider.log:
        return ".3g"
    decimals = next((n for n in range(9) if math.isclose(round(slider.step, n), slider.step, rel_tol=1e-9)), 9)
    return f".{decimals}f"


def control_html(control: Control, value, play: str = "Play {label}") -> str:
    """The control as a native, labelled input that stands at `value`; `play` is said of its play button."""
    name, label = control.name, f'<span class="live-label">{escape(control.label)}</span>'
    if isinstance(control, Slider):
        return _slider_html(control, value, label, play)
    if isinstance(control, Toggle):
        checked = " checked" if value else ""
        return (f'<label class="live-toggle"><input type="checkbox" name="{name}" autocomplete="off"{checked}>{label}'
                "</label>\n")
    if isinstance(control, Choice):
        options = "".join(f'<option value="{escape(o)}"{" selected" if o == value else ""}>{escape(text)}</option>'
                          for o, text in zip(control.options, control.labels or control.options, strict=True))
        return f'<label>{label}<select name="{name}" autocomplete="off">{options}</select></label>\n'
    return (f'<label>{label}<input type="text" name="{name}" value="{escape(value)}" maxlength="{control.max_length}" '
            'autocomplete="off" autocapitalize="off" spellcheck="false"><span class="live-hint" role="alert"></span>'
            "</label>\n")


def _slider_html(slider: Slider, value: float, label: str, say: str) -> str:
    low, high, at = slider.min, slider.max, value
    step = slider.step
    if slider.log:
        low, high, at = (round(math.log10(v), 6) for v in (low, high, value))
        step = round((high - low) / 200, 6)
    shown = escape(" ".join(filter(None, (values.format_value(value, slider_format(slider)), slider.unit))))
    said = escape(values.fill_template(say, {"label": slider.label}.get))
    play = (f'<button type="button" class="live-play" data-play="{slider.name}" aria-pressed="false" '
            f'aria-label="{said}"></button>' if slider.play else "")
    return (f'<div class="live-slider"><label>{label}<input type="range" name="{slider.name}" min="{low:.9g}" '
            f'max="{high:.9g}" step="{step:.9g}" value="{at:.9g}" aria-valuetext="{shown}" autocomplete="off" '
            f'style="--at:{(at - low) / (high - low):.4f}"></label><output>{shown}</output>{play}</div>\n')
