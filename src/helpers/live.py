"""The live figures of this course: `live.show("lstm_gates")` in a notebook cell."""

from live_figures import Figures

__all__ = ["FIGURES", "load", "names", "show"]

FIGURES = Figures("helpers.figures")
load, names, show = FIGURES.load, FIGURES.names, FIGURES.show
