"""How much does each step of the past add to the gradient of the recurrent weights?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.lags import lag_gradients, lag_norms, lag_signals
from helpers.params import normal, orthogonal
from helpers.plots import powers_of_ten
from helpers.sequence import pick, rnn
from live_figures import Challenge, Choice, Slider

title = "How much does each step of the past add to the gradient of the recurrent weights?"
caption = (
    "Every output sends back an error of the same size, 1. Start with tanh and move the gain from 0.5 to 1.2: expect "
    "the solid line to turn from a steep fall to a gentle one, and large terms to spread over the map. Then raise the "
    "input scale: the states saturate, and the far terms fade again. Choose linear: the error signal alone is an exact "
    "straight line, gain to the power of the lag, rising as soon as the gain passes 1. A line ends where the sequence "
    "begins."
)
alt = (
    "Above, a map of the size of every term of the gradient, output step upwards and lag to the right, on a "
    "logarithmic colour scale: large at small lags, fading to the right. Below, the same sizes for one output, against "
    "the lag."
)

STEPS, INPUTS, UNITS = 40, 3, 12
FLOOR = 1e-12

controls = [
    Choice(name="activation", label="Activation", options=("tanh", "linear"), value="tanh"),
    Slider(name="gain", label="Recurrent gain (spectral radius)", min=0.3, max=1.25, step=0.05, value=0.9),
    Slider(name="input_scale", label="Input scale", min=0.1, max=2.0, step=0.1, value=0.5),
    Slider(name="output", label="Output step t", min=2, max=STEPS, step=1, value=STEPS, integer=True),
]


def consts():
    errors = normal((STEPS, 1, UNITS), 1.0, seed=4)
    return {
        "W_x": normal((INPUTS, UNITS), 1 / np.sqrt(INPUTS), seed=1),
        "W_h": orthogonal(UNITS, 1.0, seed=2),
        "x": normal((STEPS, 1, INPUTS), 1.0, seed=3),
        "errors": errors / np.linalg.norm(errors, axis=-1, keepdims=True),
    }


def decimal_log(size):
    """log10 of a size, kept within twelve decades of 1 so that an exact zero can be drawn."""
    xp = array_namespace(size)
    return xp.log10(xp.clip(size, FLOOR, 1 / FLOOR))


def compute(consts, activation, gain, input_scale, output):
    xp = array_namespace(consts["x"])
    params = RNNParams(input_scale * consts["W_x"], gain * consts["W_h"], xp.zeros((UNITS,), dtype=consts["x"].dtype))
    trace = rnn(params, consts["x"], activation=activation)
    signals = lag_signals(params, trace, consts["errors"], activation=activation)
    norms = xp.matrix_transpose(lag_norms(signals))  # (output, lag)
    row = pick(norms, output - 1)
    alone = pick(xp.sum(signals.delta * signals.delta, axis=(-2, -1)), output - 1, axis=1)
    together = xp.sum(lag_gradients(signals), axis=1)
    far = (row[30] >= 0.1 * row[0]) & (gain <= 1.0) & (output == STEPS)
    return {
        "map": decimal_log(norms),
        "term": decimal_log(row),
        "error": decimal_log(xp.sqrt(alone)),
        "all": decimal_log(xp.sqrt(xp.sum(together * together, axis=(-2, -1)))),
        "t": output,
        "row": xp.stack([output, output]),
        "first": row[0],
        "tenth": row[10],
        "near": xp.sum(row[:5]) / (xp.sum(row) + FLOOR),
        "far": far & (activation == "tanh"),
    }


LINES = (("term", "this output's term", 0), ("error", "its error signal alone", 1), ("all", "all outputs added", 2))


def figure(arrays):
    lag = np.arange(STEPS)
    colors = powers_of_ten(-8, 2, 2)
    fig = plots.figure(x_title="lag k: how many steps before the output", x_range=[-0.5, STEPS - 0.5], height=560)
    fig.add_heatmap(
        z=arrays["map"], x=lag, y=lag + 1, zmin=-8, zmax=2, name="size of every term", colorscale=plots.SEQUENTIAL,
        colorbar={"orientation": "h", "y": 0.97, "yanchor": "bottom", "thickness": 8, "outlinewidth": 0,
                  "tickvals": colors["tickvals"], "ticktext": colors["ticktext"]},
    )
    fig.add_scatter(x=[-0.5, STEPS - 0.5], y=arrays["row"], name="chosen output", mode="lines", showlegend=False,
                    line={"color": plots.COLORS[1], "width": 2})
    for k, (key, name, color) in enumerate(LINES):
        fig.add_scatter(x=lag, y=arrays[key], name=name, mode="lines", yaxis="y2",
                        line={"color": plots.COLORS[color], "dash": plots.DASHES[k], "width": 2.5})
    fig.update_layout(
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.57, 0.97], "title": {"text": "output t"}, "range": [0.5, STEPS + 0.5]},
        yaxis2={"domain": [0.0, 0.41], "title": {"text": "size (norm)"}, **powers_of_ten(-9, 5, 2)},
        legend={"y": 0.42, "yanchor": "bottom"},
    )
    return fig


readout = "Lag 0 of output {t:d} adds {first:.2g} and lag 10 adds {tenth:.2g}. Its first five lags hold {near:.0%}."
challenges = [
    Challenge(
        "With tanh and a gain of at most 1, make lag 30 of output 40 add at least a tenth of what lag 0 adds.",
        met="far",
    )
]
