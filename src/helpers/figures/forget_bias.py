"""How long does one bit survive in the cell, for a given forget-gate bias?"""

import math

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import LSTMParams
from helpers.params import with_forget_bias
from helpers.sequence import lstm
from live_figures import Challenge, Slider

title = "How long does one bit survive in the cell?"
caption = (
    "One LSTM unit gets one pulse at step 0 and nothing after it: only the forget gate decides what is left. At bias "
    "0 expect half to go at every step. Now add 1 at a time: from bias 2 on, each 1 more makes the half-life about e "
    "≈ 2.7 times longer. Change the pulse: the curve gets taller, its half-life stays. Give the second bias a value: "
    "torch has two, b_ih and b_hh, and adds them, so only their sum counts."
)
alt = (
    "The cell's value against the step after the pulse: a curve that decays like a power of the forget gate, with its "
    "half-life marked, among thin curves for the biases 2, 4 and 6."
)

STEPS, AFTER = 100, 50
REFERENCES, LABEL_AT = (2.0, 4.0, 6.0), (11, 64, 80)
WRITE = LSTMParams(  # gates i, f, g, o: a pulse opens i and sets g; without one i is nearly shut and g is 0
    W_x=np.array([[8.0, 0.0, 2.0, 0.0]]), W_h=np.zeros((1, 4)), b=np.array([-4.0, 0.0, 0.0, 4.0]))

controls = [
    Slider(name="forget_bias", label="Forget-gate bias", min=-3, max=8, step=0.1, value=1.0),
    Slider(name="second_bias", label="Second bias (torch)", min=-3, max=8, step=0.1, value=0.0),
    Slider(name="pulse", label="Pulse at step 0", min=0.1, max=2, step=0.05, value=1.0),
]


def consts():
    x = np.zeros((STEPS + 1, 1, 1))
    x[0] = 1.0
    return {"W_x": WRITE.W_x, "W_h": WRITE.W_h, "b": WRITE.b, "x": x, "step": np.arange(STEPS + 1.0)}


def compute(consts, forget_bias, second_bias, pulse):
    xp = array_namespace(consts["x"])
    params = LSTMParams(consts["W_x"], consts["W_h"], consts["b"])
    bias = forget_bias + second_bias
    trace = lstm(with_forget_bias(params, bias), pulse * consts["x"])
    cell = trace.c[:, 0, 0]
    left = cell[AFTER] / cell[0]
    references = [cell[0] * xp.exp(-math.log1p(math.exp(-b)) * consts["step"]) for b in REFERENCES]
    half_life = math.log(2.0) / xp.log1p(xp.exp(-bias))  # f^n = 1/2, with log f = -log(1 + e^-b)
    alive = left >= 0.5
    return {
        "cell": cell, "keep": trace.f[1, 0, 0], "left": left, "bias": bias,
        "half_life": half_life, "half": 0.5 * cell[0], "half_line": xp.stack([0.5 * cell[0], 0.5 * cell[0]]),
        "references": xp.stack(references),
        "alive": alive & (second_bias == 0.0),
        "shared": alive & (xp.abs(forget_bias - second_bias) < 0.05),
    }


def figure(arrays):
    step, muted = np.arange(STEPS + 1), {"color": plots.COLORS[6], "width": 1}
    fig = plots.figure(x_title="steps after the pulse", x_range=[-1, STEPS], y_title="in the cell", y_range=[0, 1.05],
                       height=380)
    for k, bias in enumerate(REFERENCES):
        fig.add_scatter(x=step, y=arrays["references"][k], name=f"b = {bias:g}", showlegend=False,
                        line=muted | {"dash": "dot"},
                        mode="lines+text", text=[f"b = {bias:g}" if t == LABEL_AT[k] else "" for t in step],
                        textposition="top right", textfont={"color": plots.COLORS[6]})
    fig.add_scatter(x=[-1, STEPS], y=arrays["half_line"], name="half of it", mode="lines",
                    line=muted | {"dash": "dash"})
    fig.add_scatter(x=step, y=arrays["cell"], name="cell c", mode="lines", line={"color": plots.COLORS[0], "width": 3})
    fig.add_scatter(x=[arrays["half_life"]], y=[arrays["half"]], name="half-life", mode="markers",
                    marker={"color": plots.COLORS[0], "size": 12, "symbol": "diamond"})
    return fig


readout = (
    "Biases add to {bias:.1f}: the gate keeps {keep:.2%} at each step. Half is gone after {half_life:.1f} steps; after "
    "50 steps {left:.2g} of the bit is left."
)
challenges = [
    Challenge("Keep at least half of the bit for 50 steps, using the forget-gate bias alone (second bias at 0).",
              met="alive"),
    Challenge("Do the same with the two biases equal, as a torch user who sets both.", met="shared"),
]
