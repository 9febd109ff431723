"""Live figures: `show("lstm_gates")` in a notebook; see CONTRIBUTING.md for how to add one."""

from .controls import Choice, Slider, Text, Toggle
from .figure import Challenge, LiveFigure, load, names
from .notebook import show

__all__ = ["Challenge", "Choice", "LiveFigure", "Slider", "Text", "Toggle", "load", "names", "show"]
