"""How far back must the gradient go before it points the right way?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.lags import lag_gradients, lag_signals, reach, truncated_gradients
from helpers.params import normal, orthogonal
from helpers.sequence import pick, rnn
from live_figures import Challenge, Slider

title = "How far back must the gradient go before it points the right way?"
caption = (
    "An untrained network is asked to give back the input of some steps ago, the delay. Move the window from 1 to the "
    "right: the map shows which terms of the gradient it keeps, all to the left of the line. Expect the cosine of "
    "“every output reaches back” to jump to 1 when the window reaches the delay. Chunks (orange) cut most outputs off "
    "earlier, the saw-tooth on the map: expect them to need more than twice as long. Then raise the gain to 1.5: terms "
    "beyond the delay no longer fade, and even long windows keep an error."
)
alt = (
    "Above, a map of the size of each term of the gradient by output step and lag, with a vertical line at the window "
    "and a saw-tooth line where chunks cut. Below, cosine and relative error of the truncated gradient against the "
    "window: the cosine jumps towards 1 where the window reaches the task's delay."
)

STEPS, BATCH, UNITS = 40, 8, 10
TINY = 1e-30

controls = [
    Slider(name="window", label="Window", unit="steps", min=1, max=STEPS, step=1, value=5, integer=True),
    Slider(name="delay", label="Delay of the task", unit="steps", min=1, max=12, step=1, value=6, integer=True),
    Slider(name="gain", label="Recurrent gain (spectral radius)", min=0.3, max=1.5, step=0.05, value=0.9),
    Slider(name="input_scale", label="Input scale", min=0.1, max=2.0, step=0.1, value=0.3),
]


def consts():
    windows = np.arange(1, STEPS + 1)
    return {
        "W_x": normal((1, UNITS), 1.0, seed=1),
        "W_h": orthogonal(UNITS, 1.0, seed=2),
        "V": normal((UNITS, 1), 1 / np.sqrt(UNITS), seed=5),
        "x": normal((STEPS, BATCH, 1), 1.0, seed=3),
        "each": reach(STEPS, windows).astype(np.int32),
        "chunk": reach(STEPS, windows, windows).astype(np.int32),
    }


def output_errors(consts, states, delay):
    """dE_t/dh_t for E_t = (h_t V - x_{t-delay})^2 / 2; no target, and no error, before the first echo is due."""
    xp = array_namespace(states)
    steps = xp.arange(STEPS)
    echo = xp.take(consts["x"], xp.where(steps >= delay, steps - delay, 0), axis=0)
    due = xp.reshape(xp.where(steps >= delay, 1.0, 0.0), (STEPS, 1, 1))
    return (states @ consts["V"] - echo) * due @ xp.matrix_transpose(consts["V"])


def compare(truncated, full):
    """Cosine and relative error of each truncated gradient (W, H, H) against the full one (H, H)."""
    xp = array_namespace(full)
    norm = xp.sqrt(xp.sum(full * full)) + TINY
    norms = xp.sqrt(xp.sum(truncated * truncated, axis=(-2, -1))) + TINY
    cosine = xp.sum(truncated * full, axis=(-2, -1)) / (norms * norm)
    gap = truncated - full
    return cosine, xp.sqrt(xp.sum(gap * gap, axis=(-2, -1))) / norm


def compute(consts, window, delay, gain, input_scale):
    xp = array_namespace(consts["x"])
    params = RNNParams(input_scale * consts["W_x"], gain * consts["W_h"], xp.zeros((UNITS,), dtype=consts["x"].dtype))
    trace = rnn(params, consts["x"])
    signals = lag_signals(params, trace, output_errors(consts, trace.h, delay))
    terms = lag_gradients(signals)
    full = xp.sum(terms, axis=(0, 1))
    each, each_error = compare(truncated_gradients(terms, consts["each"]), full)
    chunk, chunk_error = compare(truncated_gradients(terms, consts["chunk"]), full)
    at = window - 1
    too_short = (chunk < 0.99) | (xp.arange(1, STEPS + 1) >= window)
    met = xp.all(too_short) & (pick(chunk, at) >= 0.99) & (delay >= 8)
    sizes = xp.matrix_transpose(xp.sqrt(xp.sum(terms * terms, axis=(-2, -1))))
    return {
        "map": xp.log10(xp.clip(sizes / (xp.max(sizes) + TINY), 1e-6, 1.0)),
        "curves": xp.stack([each, chunk, each_error, chunk_error]),
        "edge": xp.astype(pick(consts["chunk"], at), full.dtype) - 0.5,
        "line": xp.stack([window, window]) - 0.5,
        "marker": xp.stack([window, window]),
        "w": window,
        "each": pick(each, at),
        "each_error": pick(each_error, at),
        "chunk": pick(chunk, at),
        "chunk_error": pick(chunk_error, at),
        "shortest": met,
    }


CURVES = (("cosine, every output reaches back", 5, "solid"), ("cosine, cut into chunks", 1, "solid"),
          ("error, every output reaches back", 5, "dot"), ("error, cut into chunks", 1, "dot"))


def figure(arrays):
    steps = np.arange(STEPS)
    fig = plots.figure(x_title="lag k (above), window (below), steps", x_range=[-0.5, 40.5], height=620)
    fig.add_heatmap(z=arrays["map"], x=steps, y=steps + 1, zmin=-6, zmax=4, name="size of each term",
                    colorscale=plots.SEQUENTIAL, showscale=False)
    for key, name, color in (("line", "kept: every output reaches back", 5), ("edge", "kept: chunks", 1)):
        y = [0.5, STEPS + 0.5] if key == "line" else steps + 1
        fig.add_scatter(x=arrays[key], y=y, name=name, mode="lines", showlegend=False,
                        line={"color": plots.COLORS[color], "width": 3})
    for row, (name, color, dash) in zip(arrays["curves"], CURVES, strict=True):
        fig.add_scatter(x=steps + 1, y=row, name=name, mode="lines", yaxis="y2",
                        line={"color": plots.COLORS[color], "dash": dash, "width": 2.5})
    fig.add_scatter(x=arrays["marker"], y=[-0.2, 1.4], name="chosen window", mode="lines", yaxis="y2", showlegend=False,
                    line={"color": plots.COLORS[6], "width": 2})
    fig.update_layout(
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.62, 1.0], "title": {"text": "output t"}, "range": [0.5, 40.5]},
        yaxis2={"domain": [0.0, 0.4], "title": {"text": "cosine, relative error"}, "range": [-0.2, 1.4]},
        legend={"y": 0.41, "yanchor": "bottom"},
    )
    return fig


readout = (
    "Window {w:d}: if every output reaches back {w:d} steps, cosine {each:.3f}, error {each_error:.0%}; "
    "cut into chunks of {w:d}, cosine {chunk:.3f}, error {chunk_error:.0%}."
)
challenges = [
    Challenge(
        "Set a delay of 8 or more and find the shortest window whose chunks reach a cosine of 0.99.", met="shortest"
    )
]
