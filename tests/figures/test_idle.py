"""A control that is said to move nothing in a state of its figure moves nothing there, and it is so somewhere."""

from __future__ import annotations

import numpy as np
import pytest

from live_figures import Figures
from live_figures.controls import Slider

FIGURES = Figures("helpers.figures")
IDLE = [(name, control.name) for name in FIGURES.names() for control in FIGURES.load(name).controls if control.idle]


def _states(fig, control):
    """States in which one other control stands at each of its ends, or at each of a few whole numbers."""
    for other in fig.controls:
        values = other.ends()
        if isinstance(other, Slider) and other.integer and other.max - other.min < 5:
            values = range(int(other.min), int(other.max) + 1)
        if other is not control:
            yield from ({other.name: value} for value in values)


@pytest.mark.parametrize("name, control", IDLE)
def test_what_is_idle_moves_nothing(name, control):
    fig = FIGURES.load(name)
    control = next(c for c in fig.controls if c.name == control)
    idle = [state for state in _states(fig, control) if fig.arrays(**state)[control.idle[0]] > 0]
    assert idle
    for state in idle:
        low, high = (fig.arrays(**state, **{control.name: end}) for end in control.ends())
        assert all(np.array_equal(low[key], high[key]) for key in low), state


def test_the_gain_of_units_without_recurrent_weight_is_idle():
    fig = FIGURES.load("lstm_gates")
    assert [bool(fig.arrays(unit=unit)["forward"]) for unit in (1, 2, 3, 4)] == [True, False, True, False]
