"""Colours by number, for light and dark pages, and the plotly template that uses them."""

from __future__ import annotations

import plotly.graph_objects as go

__all__ = ["COLORS", "DARK", "DASHES", "DIVERGING", "GRID", "INK", "SEQUENTIAL", "TEMPLATE"]

# Seven colours after Okabe & Ito (2008), moved until any two of them are far apart for every common form of colour
# blindness (tests/test_plots.py) and each can be read as text on white (contrast 4.5). DARK holds the same hues for a
# dark page; the page swaps them by value when its theme changes, and live-figure.css names them --live-c0 to --live-c6.
COLORS = ("#0166aa", "#c64904", "#21865e", "#a24788", "#634600", "#2d1e5f", "#5b5b5b")
INK, GRID = "#1f2328", "#e4e7eb"
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")

# The colour scales run through the page's own paper, so that "nothing" looks like nothing in both themes.
SEQUENTIAL = ((0.0, "#f7f8fa"), (0.25, "#b9d3ea"), (0.5, "#6aa6d3"), (0.75, "#1f6ea8"), (1.0, "#08335c"))
DIVERGING = ((0.0, "#9c3a00"), (0.25, "#e0884f"), (0.5, "#f7f8fa"), (0.75, "#6aa6d3"), (1.0, "#0b5a94"))

_LIGHT = (*COLORS, INK, GRID, "#f7f8fa", "#b9d3ea", "#6aa6d3", "#1f6ea8", "#08335c", "#9c3a00", "#e0884f", "#0b5a94")
DARK = dict(zip(_LIGHT, (
    "#56b4e9", "#ff8c52", "#4bd89e", "#da8ebf", "#f0c53a", "#9999ff", "#c4c4c4", "#d6dae0", "#363d47",
    "#1b2027", "#1f3f5b", "#2a6d9f", "#56b4e9", "#c9e8ff", "#ffa372", "#a8521f", "#7cc7f2"), strict=True))

_AXIS = {"showline": False, "zeroline": False, "ticks": "", "gridcolor": GRID,
         "title": {"standoff": 8, "font": {"size": 13}}, "tickfont": {"size": 12}}
TEMPLATE = go.layout.Template(
    layout={
        "colorway": list(COLORS),
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "margin": {"l": 56, "r": 16, "t": 28, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        "hovermode": "closest",
        "bargap": 0.25,
        "colorscale": {"sequential": SEQUENTIAL, "diverging": DIVERGING},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
)
