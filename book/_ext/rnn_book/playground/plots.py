"""The three plots of the playground as plotly figures, drawn as the book's figures are and moved by the same script."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from live_figures import TEMPLATE, bindings, drawing
from live_figures.palette import COLORS, DASHES, INK

from .controls import WORDS

__all__ = ["BASELINES", "MOST", "PLOTS", "RANGES", "arrays", "plot_html", "plot_spec"]

MOST = 4  # runs side by side
BASELINES = 4
# Powers of ten from which to which a plot goes, unless what it shows goes further.
RANGES = {"loss": (-4, 1), "norm": (-4, 4), "lag": (-10, 0)}
_GREY = COLORS[-1]


def _layout(height: int, name: str, of: Mapping, every: int = 1, **more) -> dict:
    """The layout of a plot of logarithms: a range that may grow by decades needs an axis that is linear."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    ticks = range(-12, 13, every)
    texts = [f"{10.0**k:g}" if -3 <= k <= 2 else f"10{str(k).translate(raised)}" for k in ticks]
    axis = {"range": of[f"{name}_range"], "tickvals": list(ticks), "ticktext": texts}
    return {"template": TEMPLATE, "height": height, "showlegend": False,
            "margin": {"l": 44, "r": 116, "t": 10, "b": 44}, "yaxis": axis} | more


def _runs(fig: go.Figure, at: str, value: str, of: Mapping) -> go.Figure:
    """A line for each run: its colour and its dashes are those of its number."""
    for k in range(MOST):
        line = {"color": COLORS[k], "dash": DASHES[k], "width": 2}
        fig.add_scatter(x=of[f"{at}{k}"], y=of[f"{value}{k}"], mode="lines", line=line, name="ABCD"[k],
                        hovertemplate="10^%{y}")  # says to the cross-hair what the numbers are
    return fig


def _loss(of: Mapping) -> go.Figure:
    fig = go.Figure(layout=_layout(330, "loss", of, xaxis={"range": of["whole"], "title": {"text": WORDS["steps"]}}))
    for k in range(BASELINES):
        fig.add_scatter(x=of["whole"], y=of[f"base{k}"], mode="lines", hoverinfo="skip",
                        line={"color": _GREY, "dash": "dot", "width": 1.5})
    for k in range(MOST):
        fig.add_scatter(x=of[f"before_at{k}"], y=of[f"before{k}"], mode="lines", opacity=0.35,
                        line={"color": COLORS[k], "width": 1.5}, hoverinfo="skip")
    return _runs(fig, "at", "loss", of)


def _norm(of: Mapping) -> go.Figure:
    layout = _layout(176, "norm", of, 2, xaxis={"range": of["whole"]})
    layout["margin"] |= {"b": 26}
    fig = go.Figure(layout=layout)
    fig.add_scatter(x=of["whole"], y=of["limit"], mode="lines", line={"color": INK, "dash": "dot", "width": 1.5},
                    hoverinfo="skip")
    return _runs(fig, "at", "norm", of)


def _lags(of: Mapping) -> go.Figure:
    layout = _layout(190, "lag", of, 2, xaxis={"range": of["lags"], "title": {"text": WORDS["back"]}})
    layout["margin"] |= {"r": 28}
    return _runs(go.Figure(layout=layout), "lag_at", "lag", of)


PLOTS = {"loss": _loss, "norm": _norm, "lags": _lags}


def arrays(run: Mapping[str, np.ndarray], levels: list[float], threshold: float) -> dict[str, np.ndarray]:
    """What the plots show of one run, in powers of ten: its `loss`, `norm` and `lags`, the losses of baselines, and the
    threshold of clipping (NaN for none)."""
    empty, steps, back = np.full(2, np.nan), len(run["loss"]), len(run["lags"])
    of = {"whole": np.array([0.0, steps]), "lags": np.array([0.0, back - 1.0])}
    of["limit"] = np.full(2, np.log10(threshold))
    of |= {f"{name}_range": np.array(ends, dtype=float) for name, ends in RANGES.items()}
    names = ("at", "loss", "norm", "before_at", "before", "lag_at", "lag")
    of |= {f"{name}{k}": empty for name in names for k in range(MOST)}
    of |= {f"base{k}": np.full(2, np.log10(levels[k]) if k < len(levels) else np.nan) for k in range(BASELINES)}
    at, loss = _binned(run["loss"])
    return of | {"at0": at, "loss0": np.log10(loss), "norm0": np.log10(_binned(run["norm"])[1]),
                 "lag_at0": np.arange(float(back)), "lag0": np.log10(run["lags"])}


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
