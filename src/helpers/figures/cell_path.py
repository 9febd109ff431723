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
from live_figures import Challenge, Claim, Signal, Slider, Try

title = "What reaches back from the last step?"
caption = (
    "An error of size 1 arrives at the last hidden state of an LSTM of eight random units, or of a tanh RNN, and each "
    "line shows the size of a gradient that comes back from it; the gain is every singular value of each recurrent "
    "matrix."
)
alt = (
    "Logarithmic plot against the number of steps back: the size of the gradient on the direct cell path, the whole "
    "gradients at the LSTM's cell and at its hidden state, and the gradient at the hidden state of a tanh RNN."
)

T, D, H = 100, 4, 8
LOW, HIGH = -24, 12
DRAWS, TYPICAL_LSTM, TYPICAL_TANH = 40, 23, 29
SERIES = ("direct", "cell", "hidden", "tanh")
NAMES = ("direct path: product of f", "whole dL/dc", "whole dL/dh", "tanh RNN, dL/dh")

controls = [
    Slider(name="forget_bias", label="Forget-gate bias", min=-2, max=8, step=0.1, value=1.0),
    Slider(name="gain", label="Recurrent gain", min=0, max=5, step=0.1, value=0.5),
    Slider(name="input_scale", label="Input scale", min=0, max=2, step=0.05, value=0.5),
    Slider(name="length", label="Length", unit="steps", min=10, max=T, step=1, value=T, integer=True),
]


def lstm_draw(k):
    """Draw k of the figure's LSTM, with recurrent blocks of gain 1 and biases of 0."""
    first = 10 * k + 1
    blocks = [orthogonal(H, 1.0, seed=first + gate) for gate in (1, 2, 3, 4)]
    return LSTMParams(normal((D, 4 * H), 1 / math.sqrt(D), seed=first), np.concatenate(blocks, axis=1), np.zeros(4 * H))


def consts():
    return {
        # Neither network is an outlier: of DRAWS draws these are the ones whose gradients at the first step stay
        # nearest the median, over several biases and gains. A test repeats both choices; the chapter shows the spread.
        "lstm": lstm_draw(TYPICAL_LSTM),
        "W_tanh": orthogonal(H, 1.0, seed=TYPICAL_TANH),
        "x": normal((T, 1, D), 1.0, seed=6),
        "error": np.full((1, 1, H), 1 / math.sqrt(H)),
    }


def compute(consts, forget_bias, gain, input_scale, length):
    xp = array_namespace(consts["x"])
    cell = consts["lstm"]._replace(W_x=input_scale * consts["lstm"].W_x, W_h=gain * consts["lstm"].W_h)
    x, candidate, last = consts["x"], slice(2 * H, 3 * H), length - 1
    step = xp.arange(T)
    grad_h = consts["error"] * xp.astype(step == last, x.dtype)[:, None, None]

    params = with_forget_bias(cell, forget_bias)
    trace = lstm(params, x)
    grads = lstm_bptt(params, x, trace, grad_h)
    plain = RNNParams(cell.W_x[:, candidate], gain * consts["W_tanh"], cell.b[candidate])
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


signals = {
    "direct": Signal(words=("direct path", "product of the forget gates", "thick"), line="direct path: product of f",
                     color="c0"),
    "rnn": Signal(words=("tanh RNN",), line="tanh RNN, dL/dh", color="c6"),
    "whole": Signal(words=("every path", "both paths"), line=("whole dL/dc", "whole dL/dh"), color="c5"),
}
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
tries = [
    Try(ask="Take the recurrent weights away. Which part of the cell's gradient comes along the direct path?",
        guesses=("None of it.", "About half of it.", "All of it."), right=2,
        do="Set the recurrent gain to 0.", at={"gain": 0},
        says="All of it: the dashed line lies on the thick one. Nothing comes back through h, which is multiplied by "
             "weights of 0.",
        holds=lambda a: np.allclose(a["cell"], a["direct"]) and a["hidden_first"] == 0),
    Try(ask="With a gain of 0, raise the forget-gate bias from 0 to 6. What becomes of the thick line?",
        guesses=("A cliff becomes a plateau.", "It falls a little less.", "It rises."), right=0,
        do="Set the gain to 0, and the forget-gate bias to 0, then to 6.",
        at=({"gain": 0, "forget_bias": 0}, {"gain": 0, "forget_bias": 6}),
        says="A cliff becomes a plateau: at bias 0 every gate keeps about half, and after 100 steps less than 10⁻³⁰ is "
             "left; at bias 6 it is 0.24.",
        holds=lambda cliff, plateau: cliff["direct_first"] < 1e-30 and f"{plateau['direct_first']:.2f}" == "0.24"),
    Try(ask="At a forget-gate bias of 1 and with a strong loop, a gain of 5, less than 10⁻¹⁵ is left along the direct "
            "path. And of the whole gradient?",
        guesses=("As little.", "More than was sent in."), right=1,
        do="Set the forget-gate bias to 1 and the recurrent gain to 5.", at={"forget_bias": 1, "gain": 5},
        says="Between 2 and 3 times what was sent in: what the direct path loses, the other paths, through h and Wₕ, "
             "make up for in this network. In others of its kind they make up for less, or for too much.",
        holds=lambda a: a["direct_first"] < 1e-15 and 2 < a["cell_first"] < 3),
    Try(ask="At a bias of 1 and a gain of 2 the whole gradient vanishes, to about 10⁻⁵. What will it do without any "
            "input, when nothing saturates?",
        guesses=("Vanish further.", "Stay much as it is.", "Explode."), right=2,
        do="Set the bias to 1 and the gain to 2, then the input scale to 0.",
        at=({"input_scale": 0.5, "forget_bias": 1, "gain": 2}, {"input_scale": 0, "forget_bias": 1, "gain": 2}),
        says="Explode: c and h stay at 0, where tanh is steepest. There the paths through h add to what the forget "
             "gate keeps, at every step, and a gradient of more than 10⁷ comes back.",
        holds=lambda fed, alone: 1e-6 < fed["cell_first"] < 1e-4 and 1e7 < alone["cell_first"] < 1e9),
]
claims = [
    Claim("With a weak loop it vanishes at bias 0 and at bias 5 a good part of it stays.",
          at=({"gain": 0.5, "forget_bias": 0}, {"gain": 0.5, "forget_bias": 5}),
          holds=lambda gone, stays: gone["cell_first"] < 1e-20 and 0.1 < stays["cell_first"] < 10),
    Claim("The other paths need not add to the direct one: at bias 6 and gain 4 less comes back along all paths "
          "together than along the direct path alone.", at={"forget_bias": 6, "gain": 4},
          holds=lambda a: a["cell_first"] < a["direct_first"] / 100),
    Claim("Without input it can explode though the direct path shrinks to nothing.",
          at={"forget_bias": 0, "gain": 5, "input_scale": 0},
          holds=lambda a: a["cell_first"] > 1e20 and a["direct_first"] < 1e-30),
    Claim("As the figure opens, less than 10⁻³⁰ of the tanh network's gradient reaches the first step.", at={},
          holds=lambda a: a["tanh_first"] < 1e-30),
]
