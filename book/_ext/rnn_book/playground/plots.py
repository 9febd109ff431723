"""The three plots of the playground as plotly figures, drawn as the book's figures are and moved by the same script."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from live_figures import TEMPLATE, bindings, drawing
from live_figures.palette import COLORS, DASHES, INK

from .controls import WORDS

__all__ = ["BASELINES", "LOSSES", "MOST", "PLOTS", "arrays", "plot_html", "plot_spec"]

MOST = 4  # runs side by side
BASELINES = 4
LOSSES = (-4, 1)  # powers of ten between which losses are drawn
_GREY = COLORS[-1]


def _decades(low: int, high: int, every: int = 1) -> dict:
    """A logarithmic axis between two powers of ten, with a tick at every so many."""
    ticks = range(low + -low % every, high + 1, every)
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    texts = [f"{10.0**k:g}" if -3 <= k <= 2 else f"10{str(k).translate(raised)}" for k in ticks]
    return {"type": "log", "range": [low, high], "tickvals": [10.0**k for k in ticks], "ticktext": texts}


def _layout(height: int, low: int, high: int, every: int = 1, **more) -> dict:
    return {"template": TEMPLATE, "height": height, "showlegend": False,
            "margin": {"l": 44, "r": 84, "t": 10, "b": 44}, "yaxis": _decades(low, high, every)} | more


def _runs(fig: go.Figure, at: str, value: str, of: Mapping, **look) -> go.Figure:
    """A line for each run: its colour and its dashes are those of its number."""
    for k in range(MOST):
        line = {"color": COLORS[k], "dash": DASHES[k], "width": 2}
        fig.add_scatter(x=of[f"{at}{k}"], y=of[f"{value}{k}"], mode="lines", line=line, name="ABCD"[k], **look)
    return fig


def _loss(of: Mapping) -> go.Figure:
    fig = go.Figure(layout=_layout(330, *LOSSES, xaxis={"range": of["whole"], "title": {"text": WORDS["steps"]}}))
    for k in range(BASELINES):
        fig.add_scatter(x=of["whole"], y=of[f"base{k}"], mode="lines", hoverinfo="skip",
                        line={"color": _GREY, "dash": "dot", "width": 1.5})
    for k in range(MOST):
        fig.add_scatter(x=of[f"before_at{k}"], y=of[f"before{k}"], mode="lines", opacity=0.35,
                        line={"color": COLORS[k], "width": 1.5}, hoverinfo="skip")
    return _runs(fig, "at", "loss", of)


def _norm(of: Mapping) -> go.Figure:
    layout = _layout(176, -4, 4, 2, xaxis={"range": of["whole"]})
    layout["margin"] |= {"b": 26}
    fig = go.Figure(layout=layout)
    fig.add_scatter(x=of["whole"], y=of["limit"], mode="lines", line={"color": INK, "dash": "dot", "width": 1.5},
                    hoverinfo="skip")
    return _runs(fig, "at", "norm", of)


def _lags(of: Mapping) -> go.Figure:
    layout = _layout(190, -10, 0, 2, xaxis={"range": of["lag_range"], "title": {"text": WORDS["back"]}})
    layout["margin"] |= {"r": 28}
    return _runs(go.Figure(layout=layout), "lag_at", "lag", of)


PLOTS = {"loss": _loss, "norm": _norm, "lags": _lags}


def arrays(run: Mapping[str, np.ndarray], levels: list[float]) -> dict[str, np.ndarray]:
    """What the plots show of one run: its `loss`, `norm` and `lags`; `levels` are the losses of the baselines."""
    empty, steps = np.full(2, np.nan), len(run["loss"])
    of = {"whole": np.array([0.0, steps]), "limit": empty, "lag_range": np.array([0.0, len(run["lags"]) - 1.0])}
    names = ("at", "loss", "norm", "before_at", "before", "lag_at", "lag")
    of |= {f"{name}{k}": empty for name in names for k in range(MOST)}
    of |= {f"base{k}": np.full(2, levels[k] if k < len(levels) else np.nan) for k in range(BASELINES)}
    at, loss = _binned(run["loss"])
    return of | {"at0": at, "loss0": loss, "norm0": _binned(run["norm"])[1],
                 "lag_at0": np.arange(float(len(run["lags"]))), "lag0": run["lags"]}


def _binned(values: np.ndarray, bins: int = 240) -> tuple[np.ndarray, np.ndarray]:
    """The mean of values in neighbourhoods, at most so many, with the middles of these; `runs.js` does the same."""
    width = max(1, -(-len(values) // bins))
    parts = [values[k : k + width] for k in range(0, len(values), width)]
    at = [k * width + (len(part) - 1) / 2 for k, part in enumerate(parts)]
    return np.array(at), np.array([part.mean() for part in parts])


def plot_spec(name: str, of: Mapping[str, np.ndarray]) -> dict:
    """What the page's script has to know to move a plot."""
    found = bindings.infer(name, PLOTS[name], of)
    return {"bindings": found, "chart": drawing.moves(drawing.Chart(PLOTS[name](of)), found, name)}


def plot_html(name: str, of: Mapping[str, np.ndarray]) -> str:
    """A plot as the page shows it before anything moves."""
    found, chart = bindings.infer(name, PLOTS[name], of), drawing.Chart(PLOTS[name](of))
    return drawing.html(chart, drawing.moving(found, chart), drawing.told(found))
