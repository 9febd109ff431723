"""Arrays in, plotly figure out: one template, one palette, the small set of plots this course draws."""

from __future__ import annotations

import plotly.graph_objects as go

__all__ = ["COLORS", "DARK", "DASHES", "bars", "figure", "heatmap", "lines", "stacked"]

# Seven hues told apart by every common form of colour blindness (after Okabe & Ito, 2008), darkened to reach a contrast
# of 3:1 on white. DARK holds the same hues for a dark page; the page swaps them by value when its theme changes.
COLORS = ("#0072b2", "#c44601", "#00795a", "#a3478b", "#8a6d00", "#2b7fb8", "#5b5b5b")
DARK = dict(zip(COLORS, ("#56b4e9", "#ff8c52", "#2fc79b", "#e394c8", "#f0c53a", "#8fd0ff", "#c4c4c4"), strict=True))
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")

TEMPLATE = go.layout.Template(
    layout={
        "colorway": list(COLORS),
        "font": {"family": "system-ui, sans-serif", "size": 14},
        "margin": {"l": 56, "r": 16, "t": 24, "b": 48},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "hovermode": "closest",
        "colorscale": {"sequential": "Cividis", "diverging": "RdBu_r"},
    }
)


def figure(*, x_title: str = "", y_title: str = "", x_range=None, y_range=None, height: int = 360, **layout) -> go.Figure:
    """An empty figure in the course's template, with titled axes; `layout` goes to plotly as it is."""
    fig = go.Figure(layout={"template": TEMPLATE, "height": height, **layout})
    fig.update_xaxes(title_text=x_title, range=x_range)
    fig.update_yaxes(title_text=y_title, range=y_range)
    return fig
