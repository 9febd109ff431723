"""How long does an early pulse stay in the state of a tanh RNN, of an LSTM and of a GRU?

They have equally many units, so that the state that holds the pulse is equally wide. A tanh RNN with as many parameters
as the LSTM would have 33 units and keep no more, as a test holds.
"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import GRUParams, LSTMParams, RNNParams
from helpers.kinds import GRU, LSTM, RNN
from helpers.params import normal, orthogonal, with_forget_bias
from helpers.sequence import pick
from live_figures import Challenge, Claim, Signal, Slider, Try

title = "Which network still knows of an early pulse?"
caption = (
    "Three untrained networks of sixteen units get a pulse at step 1 and noise after it: the middle plot shows how far "
    "the pulse has moved the hidden state h (the distance to a run without it), the lower one how far the last h would "
    "move per unit of a small change in the input of each step."
)
alt = (
    "Three plots above one another against the step: the input, a pulse and then noise; on a logarithmic axis what is "
    "left of the pulse in the hidden states of an LSTM, a GRU and a tanh RNN; and their gradients from the last hidden "
    "state back to the input of each step."
)

T, H, SEED = 60, 16, 48  # a typical draw, as a test holds
LOW, HIGH = -4, 1
NETWORKS = {"lstm": ("LSTM", "solid", 3), "gru": ("GRU", "dash", 2.5), "rnn": ("tanh RNN", "dashdot", 2)}

controls = [
    Slider(name="length", label="Sequence length", unit="steps", min=5, max=T, step=1, value=8, integer=True, play=10),
    Slider(name="keep_bias", label="Keep bias (f, z)", min=0, max=6, step=0.1, value=1.0),
    Slider(name="gain", label="Recurrent gain", min=0, max=1, step=0.05, value=0.9),
    Slider(name="noise", label="Noise", min=0, max=1, step=0.05, value=0.3),
    Slider(name="pulse", label="Size of the pulse", min=0.1, max=3, step=0.1, value=1.0),
]


def draw(seed):
    """Random weights and noise; every recurrent matrix is orthogonal, so that the gain is all its singular values."""
    *matrices, inputs, noise = np.random.SeedSequence(seed).spawn(6)
    W_h = np.concatenate([orthogonal(H, 1.0, s) for s in matrices], axis=1)
    return {"lstm": LSTMParams(normal((1, 4 * H), 1.0, inputs), W_h, np.zeros(4 * H)),
            "noise": np.concatenate([np.zeros((1, 1, 1)), normal((T - 1, 1, 1), 1.0, noise)]), "units": np.eye(H)}


def consts():
    return draw(SEED)


def compute(consts, length, keep_bias, gain, noise, pulse):
    xp = array_namespace(consts["noise"])
    step, last = xp.arange(T), length - 1
    without = noise * consts["noise"]
    x = xp.concat([without + pulse * xp.astype(step == 0, gain.dtype)[:, None, None], without], axis=1)
    at_last = consts["units"] * xp.astype(step == last, gain.dtype)[:, None, None]

    moved, grads, traces = {}, {}, {}
    for kind, params in networks(xp, consts["lstm"], keep_bias, gain):
        traces[kind.name] = trace = kind.forward(params, x)
        moved[kind.name] = xp.linalg.vector_norm(trace.h[:, 0, :] - trace.h[:, 1, :], axis=-1)
        grads[kind.name] = _gradient(xp, kind, params, x[:, :1, :], trace, at_last)
    written = {f"{name}_written": norm[0] for name, norm in moved.items()}
    left = {f"{name}_left": pick(norm, last) for name, norm in moved.items()}
    first = {f"{name}_first": norm[0] for name, norm in grads.items()}
    upto = xp.minimum(step, last)
    lines = {f"{what}_{name}": xp.take(_log10(xp, norm), upto)
             for what, norms in (("moved", moved), ("grad", grads)) for name, norm in norms.items()}
    through, small = length == T, (pulse <= 1.0)
    return lines | written | left | first | {
        "until": xp.astype(upto + 1, gain.dtype), "x": xp.where(step <= last, x[:, 0, 0], xp.zeros_like(x[:, 0, 0])),
        "length": length, "z_lowest": xp.min(traces["gru"].z[0, 0, :]),
        "rnn_keeps": through & small & (left["rnn_left"] >= 0.1),
        "gru_keeps": through & small & (noise >= 0.8) & (left["gru_left"] >= 0.02),
    }


def networks(xp, cell, keep_bias, gain):
    """The LSTM, and a GRU and an RNN with as many units that are cut from it: r, z, n from i, f, g, and a from g."""
    cell = with_forget_bias(cell._replace(W_h=gain * cell.W_h), keep_bias)
    gates, candidate = slice(0, 3 * H), slice(2 * H, 3 * H)
    b = cell.b[gates]
    return [(LSTM, cell), (GRU, GRUParams(cell.W_x[:, gates], cell.W_h[:, gates], b, xp.zeros_like(b))),
            (RNN, RNNParams(cell.W_x[:, candidate], cell.W_h[:, candidate], cell.b[candidate]))]


def _gradient(xp, kind, params, x, trace, at_last):
    """The size of dh_last/dx_t at every t, in the run with the pulse: one backward pass for each unit of h_last."""
    trace = type(trace)(*(xp.broadcast_to(a[:, :1, :], (T, H, H)) for a in trace))
    grads = kind.backward(params, xp.broadcast_to(x, (T, H, 1)), trace, at_last)
    return xp.linalg.vector_norm(grads.x, axis=(1, 2))


def _log10(xp, norm):
    return xp.log10(xp.maximum(norm, xp.full_like(norm, 10.0 ** (LOW - 1))))  # rounding decides what lies far below


def figure(arrays):
    panels = {"left of the pulse": "moved", "gradient": "grad"}
    fig = plots.stacked(
        {"x": {}, **{label: {NETWORKS[name][0]: arrays[f"{what}_{name}"] for name in NETWORKS}
                     for label, what in panels.items()}},
        arrays["until"], x_title="step t", x_range=[0, T + 1], panel_height=150, showlegend=True)
    for k, trace in enumerate(fig.data):
        name = list(NETWORKS)[k % 3]
        _, dash, width = NETWORKS[name]
        trace.update(line={"color": plots.color(name), "dash": dash, "width": width}, showlegend=k < 3,
                     hovertemplate="10^%{y:.1f}")
    fig.add_bar(x=np.arange(1, T + 1), y=arrays["x"], name="x", showlegend=False,
                marker={"color": plots.color("x"), "line": {"width": 0}})
    powers = plots.powers_of_ten(LOW, HIGH, 1)
    return fig.update_layout(yaxis={"range": [-3.2, 3.2], "tickvals": [-3, 0, 3], "domain": [0.86, 1]},
                             yaxis2=powers | {"domain": [0.43, 0.79]}, yaxis3=powers | {"domain": [0, 0.36]})


signals = {name: Signal(words=(said,), line=said) for name, said in (
    ("lstm", "LSTM"), ("gru", "GRU"), ("rnn", "tanh RNN"))}
readout = (
    "After {length:d} steps the pulse still moves h by {lstm_left:.2g} in the LSTM, by {gru_left:.2g} in the GRU and "
    "by {rnn_left:.2g} in the tanh RNN; at step 1 it moved it by {lstm_written:.2g}, {gru_written:.2g} and "
    "{rnn_written:.2g}."
)
challenges = [
    Challenge("With a pulse of at most 1, let it still move the tanh RNN's h by 0.1 or more after all 60 steps.",
              met="rnn_keeps"),
    Challenge("With a pulse of at most 1 and noise of at least 0.8, let it still move the GRU's h by 0.02 or more "
              "after all 60 steps.", met="gru_keeps"),
]


def _share_left(arrays, name):
    return float(arrays[f"{name}_left"] / arrays[f"{name}_written"])


tries = [
    Try(ask="After 8 steps the tanh RNN has most left of the pulse. Which network will have most left after 60?",
        guesses=("the tanh RNN", "the LSTM", "the GRU"), right=1,
        do="Press play, or raise the sequence length to 60.", at={"length": 60},
        says="In the LSTM: more than ten times as much as in either of the others, as in nearly every draw of the "
             "weights. Of what the pulse wrote into the tanh RNN less than a hundred-thousandth is left.",
        holds=lambda a: a["lstm_left"] > 10 * max(a["gru_left"], a["rnn_left"]) and _share_left(a, "rnn") < 1e-5),
    Try(ask="The same bias lets the LSTM's f and the GRU's z keep about 73 % a step. Is the LSTM ahead because of its "
            "cell, or of what comes back through h? Take that away.",
        guesses=("It stays ahead: the cell does it.", "Both lines fall together."), right=1,
        do="Set the sequence length to 60 and the recurrent gain to 0.", at={"length": 60, "gain": 0},
        says="Both lines fall together, to about 0.73 of their height at each step. At this bias the LSTM keeps "
             "nothing of its lead without what comes back through h.",
        holds=lambda a: 0.5 < a["lstm_left"] / a["gru_left"] < 2
        and all(0.7 < _share_left(a, name) ** (1 / (T - 1)) < 0.76 for name in ("lstm", "gru"))),
    Try(ask="Let both gates keep 98 % a step instead of 73 %. How high will the lines of the LSTM and the GRU begin?",
        guesses=("Where they began before.", "Both lower.", "Only the GRU's lower."),
        right=2, do="Set the length to 60 and the gain to 0.9, and move the keep bias from 1 to 4.",
        at=({"length": 60, "gain": 0.9, "keep_bias": 1}, {"length": 60, "gain": 0.9, "keep_bias": 4}),
        says="The GRU's line begins about ten times lower, and stays nearly level: one gate both keeps and writes, and "
             "what it keeps, z, is missing from what it writes, 1 − z. The LSTM writes through a gate of its own.",
        holds=lambda a, b: 8 < a["gru_written"] / b["gru_written"] < 12 and _share_left(b, "gru") > 0.3
        and a["lstm_written"] == b["lstm_written"]),
    Try(ask="Make the pulse three times as large. How many times as far will it move the GRU's h at step 1?",
        guesses=("about three times", "less than three times", "about ten times"), right=2,
        do="With a length of 60 and a keep bias of 4, move the size of the pulse from 1 to 3.",
        at=({"length": 60, "keep_bias": 4, "pulse": 1}, {"length": 60, "keep_bias": 4, "pulse": 3}),
        says="About ten times: the update gates see the pulse too, and a large one pushes some of them down, as far as "
             "0.26. These units write. A trained GRU can learn to do so for what is worth keeping.",
        holds=lambda a, b: 9 < b["gru_written"] / a["gru_written"] < 12 and a["z_lowest"] > 0.9
        and round(float(b["z_lowest"]), 2) == 0.26),
    Try(ask="Now without noise: here a pulse of 0.1 makes the LSTM's line rise. How much higher will the line end "
            "after a pulse of 3?",
        guesses=("about thirty times", "about three times", "not at all"), right=2,
        do="With a length of 60, a keep bias of 4 and no noise, move the size of the pulse from 0.1 to 3.",
        at=({"length": 60, "keep_bias": 4, "noise": 0, "pulse": 0.1},
            {"length": 60, "keep_bias": 4, "noise": 0, "pulse": 3}),
        says="Not at all. A line that rises is no better memory: the run without a pulse stays at 0, any nudge grows "
             "until it saturates, and its size is lost. What the GRU has left still differs about a hundredfold.",
        holds=lambda a, b: _share_left(a, "lstm") > 10 and abs(b["lstm_left"] / a["lstm_left"] - 1) < 0.1
        and 90 < b["gru_left"] / a["gru_left"] < 120),
    Try(ask="The lower plot is computed backwards from the last step. With a small pulse, how is its value at step 1 "
            "related to what is left of the pulse at the last step?",
        guesses=("Times the pulse's size, it is what is left.", "One says nothing about the other."),
        right=0, do="Set the length to 60, the gain to 0.9, the keep bias to 1, the noise to 0.3 and the pulse to 0.1.",
        at={"length": 60, "gain": 0.9, "keep_bias": 1, "noise": 0.3, "pulse": 0.1},
        says="Multiplied by the size of the pulse it is what is left, within 10 %, in all three networks. For small "
             "changes a gradient that vanishes on its way back and a memory that fades on its way forward are one "
             "thing, computed from two ends.",
        holds=lambda a: all(abs(a[f"{name}_left"] / (0.1 * a[f"{name}_first"]) - 1) < 0.1 for name in NETWORKS)),
]
claims = [
    Claim("With a gain of at most 1 the pulse's mark on the tanh RNN never grows.",
          at={"length": T, "gain": (0, 1), "noise": (0, 1), "pulse": (0.1, 3)},
          holds=lambda a: bool(np.all(np.diff(a["moved_rnn"]) <= 1e-9))),
    Claim("With a gain of 1 the tanh RNN keeps the pulse only without noise: then 0.4 is left, at a noise of 0.3 less "
          "than a thousandth.", at=({"length": T, "gain": 1, "noise": 0}, {"length": T, "gain": 1, "noise": 0.3}),
          holds=lambda silent, noisy: round(float(silent["rnn_left"]), 1) == 0.4 and noisy["rnn_left"] < 1e-3),
    Claim("Without noise and recurrent weights the GRU's line falls by the same share at each step, to 0.73 at bias 1.",
          at={"length": 20, "gain": 0, "noise": 0},
          holds=lambda a: np.allclose(np.diff(a["moved_gru"][:20]), np.log10(1 / (1 + np.exp(-1))))),
    Claim("A GRU whose update gate hardly sees the pulse leaves most of it after 60 steps at a bias near log 59 = 4.1, "
          "where (1 − z) z^59 is largest.",
          at=tuple({"length": T, "gain": 0, "noise": 0, "pulse": 0.1, "keep_bias": b} for b in (3.1, 4.1, 5.1)),
          holds=lambda a, b, c: b["gru_left"] > 1.2 * max(a["gru_left"], c["gru_left"])),
    Claim("As the figure opens, the pulse has left about three times as much in the tanh RNN as in the GRU, and more "
          "than in the LSTM.", at={},
          holds=lambda a: 2.5 < a["rnn_left"] / a["gru_left"] < 3.5 and a["rnn_left"] > a["lstm_left"]),
]
