"""What reaches back from the last step: along the cell alone, along every path, and in a tanh RNN?"""

import math

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.bptt import lstm_bptt, rnn_bptt
from helpers.cells import LSTMParams, RNNParams
from helpers.params import normal, orthogonal, with_forget_bias
from helpers.plots import powers_of_ten
from helpers.sequence import lstm, pick, rnn
from live_figures import Challenge, Slider

title = "What reaches back from the last step?"
caption = (
    "An error of size 1 arrives at the last hidden state of eight random units; the gain is the singular value of "
    "each gate's W_h. Set it to 0: the whole gradient of the cell lies on the direct path, the product of the forget "
    "gates. Raise the forget bias from 0 to 6: expect that line to turn from a cliff into a plateau. Now raise the "
    "gain: the other paths, through h and the gates, add to it, and near gain 6 the whole gradient grows as it goes "
    "back, though the direct path still shrinks. With the input at 0 nothing saturates: bias 4 and gain 1 are enough. "
    "The tanh RNN has the same input, recurrent weights of the same gain, and no cell."
)
alt = (
    "Logarithmic plot against the number of steps back: the size of the gradient on the direct cell path, the whole "
    "gradients at the LSTM's cell and at its hidden state, and the gradient at the hidden state of a tanh RNN."
)

T, D, H = 100, 4, 8
LOW, HIGH = -24, 12
SERIES = ("direct", "cell", "hidden", "tanh")
NAMES = ("direct path: product of f", "whole dL/dc", "whole dL/dh", "tanh RNN, dL/dh")

controls = [
    Slider(name="forget_bias", label="Forget-gate bias", min=-2, max=8, step=0.1, value=1.0),
    Slider(name="gain", label="Recurrent gain", min=0, max=6, step=0.1, value=0.5),
    Slider(name="input_scale", label="Input scale", min=0, max=2, step=0.05, value=0.5),
    Slider(name="length", label="Sequence length", unit="steps", min=10, max=T, step=1, value=T, integer=True),
]


def consts():
    return {
        "W_x": normal((D, 4 * H), 1 / math.sqrt(D), seed=1),
        "W_h": np.concatenate([orthogonal(H, 1.0, seed=s) for s in (2, 3, 4, 5)], axis=1),
        # with most orthogonal matrices a tanh RNN is chaotic at gain 6: the last digits would decide the picture
        "W_tanh": orthogonal(H, 1.0, seed=26),
        "x": normal((T, 1, D), 1.0, seed=6),
        "error": np.full((1, 1, H), 1 / math.sqrt(H)),
        "b": np.zeros(4 * H),
    }


def compute(consts, forget_bias, gain, input_scale, length):
    xp = array_namespace(consts["x"])
    W_x, W_h, b = input_scale * consts["W_x"], gain * consts["W_h"], consts["b"]
    x, candidate, last = consts["x"], slice(2 * H, 3 * H), length - 1
    step = xp.arange(T)
    grad_h = consts["error"] * xp.astype(step == last, x.dtype)[:, None, None]

    params = with_forget_bias(LSTMParams(W_x, W_h, b), forget_bias)
    trace = lstm(params, x)
    grads = lstm_bptt(params, x, trace, grad_h)
    plain = RNNParams(W_x[:, candidate], gain * consts["W_tanh"], b[candidate])
    tanh = rnn_bptt(plain, x, rnn(plain, x), grad_h)

    log_f = xp.cumulative_sum(xp.log(trace.f), axis=0)  # along c alone: dL/dc_last times f_{t+1} ... f_last
    later = xp.minimum(pick(log_f, last)[None, ...] - log_f, xp.zeros_like(log_f))
    direct = xp.linalg.vector_norm(pick(grads.c, last)[None, ...] * xp.exp(later), axis=(1, 2))
    norms = dict(zip(SERIES, (direct, grads.norm_c, grads.norm_h, tanh.norm_h), strict=True))
    first = {f"{name}_first": norm[0] for name, norm in norms.items()}

    exploded = (length >= 60) & (first["cell_first"] > 1e3) & (first["direct_first"] < 1e-3)
    kept = (length == T) & (gain <= 0.5) & (first["cell_first"] > 0.1) & (first["cell_first"] < 10.0)
    lines = {name: _log10(xp, xp.where(step <= last, norm, pick(norm, last))) for name, norm in norms.items()}
    return lines | first | {
        "back": xp.astype(xp.maximum(last - step, 0 * step), x.dtype), "length": length,
        "exploded": exploded, "kept": kept,
    }


def _log10(xp, norm):
    return xp.log10(xp.maximum(norm, xp.full_like(norm, 1e-200)))


def figure(arrays):
    fig = plots.figure(x_title="steps back from the last one", x_range=[0, T], y_title="size of the gradient",
                       height=440)
    styles = (("solid", 4, 0), ("dash", 2.5, 1), ("dot", 2.5, 2), ("dashdot", 2, 6))
    for name, label, (dash, width, color) in zip(SERIES, NAMES, styles, strict=True):
        fig.add_scatter(x=arrays["back"], y=arrays[name], name=label, mode="lines", hovertemplate="10^%{y:.1f}",
                        line={"color": plots.COLORS[color], "dash": dash, "width": width})
    return fig.update_layout(yaxis=powers_of_ten(LOW, HIGH, 4))


readout = (
    "At the first of {length:d} steps: {direct_first:.1e} along the cell alone, {cell_first:.1e} along every path; "
    "in the tanh RNN {tanh_first:.1e}."
)
challenges = [
    Challenge("Explode: over 60 steps or more, bring back over 1000 while the direct path brings less than 1/1000.",
              met="exploded"),
    Challenge("Over all 100 steps and with a gain of at most 0.5, bring back between 0.1 and 10 to the first cell.",
              met="kept"),
]
