"""The four plots of a `Monitor`: each on its own, for a page or a screen that follows, or all in one plotly figure."""

from __future__ import annotations

import html

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from live_figures.page import plot_html

from . import plots

__all__ = ["PANELS", "page_html", "panel", "together"]

MOST = 250  # stretches of a line, of which two points each are drawn
PANELS = {  # panel: (title, x title, y title, kind of y axis), row by row
    "loss": ("Loss", "step", "loss", "linear"),
    "parameters": ("Gradient norms", "step", "norm", "log"),
    "lags": ("Gradient by lag", "steps before the last", "norm", "log"),
    "gates": ("Gates and states", "training pass", "mean, saturated", "linear"),
}


def panel(name: str, lines: dict) -> dict:
    """One of the plots as plotly writes a figure, with the names of its lines above it."""
    _, x_title, y_title, kind = PANELS[name]
    traces = [{"type": "scatter", "mode": "lines" if len(ys) > 1 else "markers", "name": line, "x": xs[kept],
               "y": ys[kept], "line": _looks(name, k)}
              for k, (line, (xs, ys)) in enumerate(lines.items()) for kept in [_extremes(ys)]]
    layout = {"template": plots.TEMPLATE.to_plotly_json(), "height": 260, "showlegend": len(traces) > 1,
              "xaxis": {"title": {"text": x_title}},
              "yaxis": {"title": {"text": y_title}, "type": kind, "exponentformat": "power"}}
    return {"data": traces, "layout": layout}


def page_html(panels: dict[str, dict], status: str) -> str:
    """Plots by their titles as HTML for a page, two beside each other where there is room; `status` below the last."""
    last = list(panels)[-1]
    drawn = (plot_html(go.Figure(fig), _alt(title, fig), status if title == last else "", title)
             for title, fig in panels.items())
    grid = "display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 1.5rem"
    return f'<div style="{grid}">{"".join(drawn)}</div>'


def _alt(title: str, fig: dict) -> str:
    lines = ", ".join(trace["name"] for trace in fig["data"])
    return f"{title} while the network trains, over {fig['layout']['xaxis']['title']['text']}: {lines}."


def _looks(name: str, k: int) -> dict:
    """Of line `k`; a gate's mean and its saturation share a colour."""
    color, dash = divmod(k, 2) if name == "gates" else (k, k % len(plots.DASHES))
    return {"color": plots.COLORS[color % len(plots.COLORS)], "width": 2, "dash": plots.DASHES[dash]}


def _extremes(values: np.ndarray) -> np.ndarray:
    """Which of many values to draw so that no peak is lost: the least and the greatest of each of MOST stretches."""
    if len(values) <= 2 * MOST:
        return np.arange(len(values))
    stretches = np.array_split(np.arange(len(values)), MOST)
    return np.unique([s[find(values[s])] for s in stretches for find in (np.argmin, np.argmax)])


def together(series: dict):
    """All of them as one plotly figure, which can be pointed at and zoomed where plotly draws it."""
    titles = [title for title, *_ in PANELS.values()]
    fig = make_subplots(2, 2, horizontal_spacing=0.19, vertical_spacing=0.2, subplot_titles=titles)
    fig.update_layout(template=plots.TEMPLATE, height=620, showlegend=False)
    for k, (name, (_, x_title, y_title, kind)) in enumerate(PANELS.items()):
        place = {"row": k // 2 + 1, "col": k % 2 + 1}
        fig.update_xaxes(title_text=x_title, **place)
        fig.update_yaxes(title_text=y_title, type=kind, exponentformat="power", **place)
        fig.layout.annotations[k].update(x=(0, 0.56)[k % 2], xanchor="left", font=None)
        for n, (line, (xs, ys)) in enumerate(series[name].items()):
            fig.add_scatter(x=xs, y=ys, name=line, mode="lines", **place, line=_looks(name, n),
                            hovertemplate=f"{html.escape(line)}: %{{y:.3g}}<extra></extra>")
    return fig
