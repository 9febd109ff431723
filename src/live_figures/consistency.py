"""Does a live figure's declaration agree with itself? Asked once, when its page is built, in words that say the fix."""

from __future__ import annotations

import numpy as np

from . import values
from .controls import Choice, Slider
from .figure import LiveFigure

__all__ = ["BUNDLED", "check", "check_types", "getter"]

# What the book's plotly.js bundle can draw (live/plotly-entry.cjs).
BUNDLED = ("scatter", "bar", "heatmap")
MAX_CONTROLS = 6


def check(fig: LiveFigure) -> None:
    """Raise ValueError, naming the figure and the part, where a declaration contradicts itself in its default state."""
    if len(fig.controls) > MAX_CONTROLS:
        raise ValueError(f"figure {fig.name!r} has {len(fig.controls)} controls; {MAX_CONTROLS} at most")
    for control in fig.controls:
        if isinstance(control, Slider) and not control.log:
            _check_grid(fig, control)
    arrays = fig.default_arrays()
    _check_words(fig, getter(fig, arrays, fig.values()))
    plot = fig.plot(arrays)
    if plot is not None:
        check_types(plot, f"figure {fig.name!r}")
        _check_bindings(fig, plot, arrays)
    elif fig.bindings:
        raise ValueError(f"figure {fig.name!r} has bindings but no figure(arrays) that they could move")


def _check_words(fig: LiveFigure, get) -> None:
    """Readout, challenges and diagram show single numbers that exist, and no challenge is met at the start."""
    shown = values.references(fig.readout) + [c.met for c in fig.challenges]
    for reference in shown + (values.diagram_references(fig.diagram) if fig.diagram else []):
        if not isinstance(value := get(reference), str) and np.ndim(value):
            raise ValueError(f"figure {fig.name!r}: {reference!r} has shape {np.shape(value)}; words and marks show "
                             "single numbers")
    for challenge in fig.challenges:
        if get(challenge.met) > 0:
            raise ValueError(f"figure {fig.name!r}: the challenge {challenge.text!r} is met before anything moves")


def _check_grid(fig: LiveFigure, slider: Slider) -> None:
    steps = (slider.value - slider.min) / slider.step
    if abs(steps - round(steps)) > 1e-6:  # a browser would move the slider to the next step and the figure with it
        raise ValueError(f"figure {fig.name!r}: the default {slider.value:g} of {slider.name!r} is no whole number of "
                         f"steps of {slider.step:g} above {slider.min:g}")


def check_types(fig, where: str) -> None:
    """Raise ValueError where `fig` has a trace that the book's plotly.js bundle cannot draw."""
    for trace in fig.data:
        if trace.type not in BUNDLED:
            raise ValueError(f"{where} draws a {trace.type!r} trace; the book's plotly.js has {', '.join(BUNDLED)}")


def _check_bindings(fig: LiveFigure, plot, arrays) -> None:
    names = [t.name for t in plot.data]
    for target, attributes in fig.bindings.items():
        if target != "layout" and names.count(target) != 1:
            raise ValueError(f"figure {fig.name!r}: bindings name the trace {target!r} and the plot has "
                             f"{names.count(target)} of that name; it has {', '.join(map(repr, names))}")
        part = plot.layout if target == "layout" else plot.data[names.index(target)]
        for attribute, reference in attributes.items():
            value = np.atleast_1d(_resolve(fig, arrays, reference)).astype(float)
            _check_default(fig, f"{target}.{attribute}", part, attribute, value, reference)


def _check_default(fig: LiveFigure, where: str, part, attribute: str, value, reference: str) -> None:
    try:
        drawn = part[attribute]
    except (KeyError, ValueError) as error:
        raise ValueError(f"figure {fig.name!r}: bindings name {where!r}, which plotly does not have") from error
    if drawn is None:
        raise ValueError(f"figure {fig.name!r}: {where!r} is bound to {reference!r} and left empty by figure(arrays)")
    drawn = np.atleast_1d(np.asarray(drawn, dtype=float))
    if drawn.shape != value.shape or not np.array_equal(drawn, value):
        raise ValueError(f"figure {fig.name!r}: {where!r} is drawn with other values (shape {drawn.shape}) than the "
                         f"array {reference!r} (shape {value.shape}) bound to it; figure(arrays) must draw it as it is")


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
