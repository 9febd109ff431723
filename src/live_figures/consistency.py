"""Does a live figure's declaration agree with itself? Asked once, when its page is built, in words that say the fix."""

from __future__ import annotations

import numpy as np

from . import values
from .claims import check_promises
from .controls import Choice, Control, LongText, Slider
from .explain import check_signals, drifts
from .figure import LiveFigure
from .touch import Map, Pad

__all__ = ["adrift", "check", "getter"]

MAX_CONTROLS = 6


def check(fig: LiveFigure, given: dict, arrays: dict) -> None:
    """Raise ValueError, naming the figure and the part, where what is about to be shown contradicts its declaration.

    `given` are the controls' values, `arrays` what they give.
    """
    if len(fig.controls) > MAX_CONTROLS:
        raise ValueError(f"figure {fig.name!r} has {len(fig.controls)} controls; {MAX_CONTROLS} at most")
    for control in fig.controls:
        if isinstance(control, Slider) and not control.log:
            _check_grid(fig, control)
        if control.idle:
            _check_idle(fig, control, arrays)
    _check_words(fig, getter(fig, arrays, given))
    _check_marks(fig, arrays, at_start=given == fig.values())
    check_signals(fig, getter(fig, arrays, given))
    check_promises(fig)


def _check_idle(fig: LiveFigure, control: Control, arrays: dict) -> None:
    """A control is idle by one number; what plays by itself, or is drawn on, never is."""
    if getattr(control, "play", 0) or isinstance(control, (LongText, Map, Pad)):
        raise ValueError(f"figure {fig.name!r}: {control.name!r} cannot be idle: a slider without play, a choice, a "
                         "toggle or a line of text can")
    if np.ndim(_resolve(fig, arrays, control.idle[0])):
        raise ValueError(f"figure {fig.name!r}: {control.name!r} is idle by {control.idle[0]!r}, which is no single "
                         "number")


def _check_words(fig: LiveFigure, get) -> None:
    """Readout and diagram show single numbers that exist."""
    conditions = [met for met, _ in fig.readouts]
    if "" in conditions[:-1] or conditions[-1:] != [""]:
        raise ValueError(f"figure {fig.name!r}: each sentence of the readout but the last has a condition, got "
                         f"{conditions}")
    spoken = [*conditions[:-1], *(reference for _, said in fig.readouts for reference in values.references(said))]
    for reference in spoken + (values.diagram_references(fig.diagram) if fig.diagram else []):
        if not isinstance(value := get(reference), str) and np.ndim(value):
            raise ValueError(f"figure {fig.name!r}: {reference!r} has shape {np.shape(value)}; words and marks show "
                             "single numbers")


def _check_marks(fig: LiveFigure, arrays: dict, at_start: bool) -> None:
    """What a challenge or try is met by is one bool, and false before anything moves."""
    for text, met in [(c.text, c.met) for c in fig.challenges] + [(t.ask, t.met) for t in fig.tries if t.met]:
        value = _resolve(fig, arrays, met)
        if value.dtype != bool or value.ndim:
            raise ValueError(f"figure {fig.name!r}: {met!r} is {value.dtype} of shape {value.shape}; what {text!r} is "
                             "met by must be one bool")
        if at_start and value:
            raise ValueError(f"figure {fig.name!r}: {text!r} is met before anything moves")


def _check_grid(fig: LiveFigure, slider: Slider) -> None:
    steps = (slider.value - slider.min) / slider.step
    if abs(steps - round(steps)) > 1e-6:  # a browser would move the slider to the next step and the figure with it
        raise ValueError(f"figure {fig.name!r}: the default {slider.value:g} of {slider.name!r} is no whole number of "
                         f"steps of {slider.step:g} above {slider.min:g}")



def adrift(fig: LiveFigure) -> list[str]:
    """Where an explanation does not give the number it explains: at the default, and with all controls at an end."""
    ends = [{c.name: c.ends()[end] for c in fig.controls} for end in (0, -1)]
    return [problem for given in ({}, *ends)
            for problem in drifts(fig, getter(fig, fig.arrays(**given), fig.values(**given)))]


def getter(fig: LiveFigure, arrays: dict, given: dict):
    """What looks up a reference for words and marks: an array's value, else a control's (a choice by its label)."""
    labels = {c.name: dict(zip(c.options, c.labels or c.options, strict=True)) for c in fig.controls
              if isinstance(c, Choice)}

    def get(reference: str):
        if reference in given and reference not in arrays:
            return labels.get(reference, {}).get(given[reference], given[reference])
        return _resolve(fig, arrays, reference)

    return get


def _resolve(fig: LiveFigure, arrays: dict, reference: str) -> np.ndarray:
    try:
        return fig.resolve(arrays, reference)
    except KeyError as error:
        raise ValueError(error.args[0]) from error
