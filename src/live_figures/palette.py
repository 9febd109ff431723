"""Colours by number, for light and dark pages, and the plotly template that uses them."""

from __future__ import annotations

import plotly.graph_objects as go

__all__ = ["AREAS", "COLORS", "DARK", "DASHES", "DIVERGING", "GRID", "INK", "PAPER", "SEQUENTIAL", "STAGE", "TEMPLATE"]

# Colours have numbers here; what a number stands for is the book's business. Slots 0 to 5 are for signals and for lines
# that are compared, slot 6 is grey. Each slot has two tokens: COLORS for lines and text (contrast 4.5 on page, frame),
# AREAS for what is filled, with an edge of the line's colour and ink on it. Any two lines differ by at least 11
# (CIEDE2000) to normal, protan, deutan and tritan eyes; tints differ by less, so a letter or an edge stands with them.
# DARK gives each colour its form on a dark page, where the page swaps them by value; live-figure.css names them
# --live-c0 to --live-c6 and --live-a0 to --live-a6. tests/engine/test_palette.py holds all of this.
COLORS = ("#0251ce", "#d1320a", "#095b46", "#920579", "#4a3504", "#330057", "#666c77")
AREAS = ("#a4c4f8", "#f7b8a2", "#86c7b1", "#e7a9da", "#dfb95b", "#bda8d6", "#cdd1d8")
INK, GRID, PAPER, STAGE = "#15171c", "#e4e7ec", "#ffffff", "#f4f5f7"
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")

# The colour scales run through the page's own paper, so that "nothing" looks like nothing in both themes.
SEQUENTIAL = ((0.0, "#f7f8fa"), (0.25, "#b9d3ea"), (0.5, "#6aa6d3"), (0.75, "#1f6ea8"), (1.0, "#08335c"))
DIVERGING = ((0.0, "#9c3a00"), (0.25, "#e0884f"), (0.5, "#f7f8fa"), (0.75, "#6aa6d3"), (1.0, "#0b5a94"))

_LIGHT = (*COLORS, *AREAS, INK, GRID, PAPER, STAGE,
          "#f7f8fa", "#b9d3ea", "#6aa6d3", "#1f6ea8", "#08335c", "#9c3a00", "#e0884f", "#0b5a94")
DARK = dict(zip(_LIGHT, (
    "#3792fd", "#f86301", "#11b65a", "#e249c6", "#ffd246", "#ced5fd", "#a7aeb9",
    "#1f4f8c", "#7d3a12", "#14603a", "#74306a", "#7a661f", "#5a6088", "#454c58",
    "#eceef2", "#2c323c", "#12151b", "#1b2028",
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
