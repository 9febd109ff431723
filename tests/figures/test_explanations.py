"""Every number that a figure explains is what its explanation says, over the controls of every figure."""

import re
from functools import partial

import numpy as np
import pytest

from helpers.live import load, names
from live_figures.consistency import getter
from live_figures.explain import drifts, shown_at
from live_figures.values import diagram_references
from tests.figures.test_figures_js import settings_of

EXPLAINING = [name for name in names() if load(name).signals]


@pytest.mark.parametrize("name", EXPLAINING)
def test_no_explanation_parts_from_the_program(name):
    fig, rng = load(name), np.random.default_rng(0)
    for variant in fig.variants():
        for controls in settings_of(fig, variant, rng):
            get = getter(fig, fig.arrays(**controls), fig.values(**controls))
            assert not list(drifts(fig, get)), controls


@pytest.mark.parametrize("name", EXPLAINING)
def test_no_word_of_the_text_lights_nothing(name):
    """A signal that the text names stands in the diagram, or is a line of the plot."""
    fig = load(name)
    lines = {trace.name for trace in fig.plot().data} if fig.figure else set()
    drawn = set(re.findall(r'data-signal="(\w+)"', fig.diagram))
    drawn |= {found[0] for found in map(partial(shown_at, fig.signals), diagram_references(fig.diagram)) if found} \
        if fig.diagram else set()
    for key, signal in fig.signals.items():
        if signal.words:
            named = {signal.line or key} if isinstance(signal.line, str) else set(signal.line)
            assert key in drawn or named <= lines, f"{key} lights nothing"
            assert not signal.line or named <= lines, f"{named - lines} are no lines of {name}"
