"""Live figures for any Sphinx book or notebook: declared once in Python, computed in the page without a server."""

from . import diagram
from .collection import Figures
from .constants import short
from .controls import Choice, Slider, Text, Toggle
from .figure import Challenge, LiveFigure

__all__ = ["Challenge", "Choice", "Figures", "LiveFigure", "Slider", "Text", "Toggle", "diagram", "short"]
