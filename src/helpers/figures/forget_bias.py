"""How long does one bit survive in the cell, for a given forget-gate bias?"""

import itertools
import math

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import LSTMParams
from helpers.params import with_forget_bias
from helpers.sequence import lstm
from live_figures import Challenge, Claim, Signal, Slider, Try

title = "How long does one bit survive in the cell?"
caption = (
    "One LSTM unit gets one pulse at step 0 and nothing after it, so the forget gate alone decides what is left; the "
    "diamond marks the half-life, and the thin curves stand for three other biases."
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
    Slider(name="pulse", label="Size of the pulse", min=0.1, max=2, step=0.05, value=1.0),
]


def consts():
    x = np.zeros((STEPS + 1, 1, 1))
    x[0] = 1.0
    return {"params": WRITE, "x": x, "step": np.arange(STEPS + 1.0)}


def compute(consts, forget_bias, second_bias, pulse):
    xp = array_namespace(consts["x"])
    bias = forget_bias + second_bias
    trace = lstm(with_forget_bias(consts["params"], bias), pulse * consts["x"])
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


signals = {
    "cell": Signal(words=("memory",), line="cell c", color="c0"),
    "half": Signal(words=("half-life",), line="half-life", color="c1"),
}
readout = (
    "Biases add to {bias:.1f}: the gate keeps {keep:.2%} at each step. Half is gone after {half_life:.1f} steps; after "
    "50 steps {left:.2g} of the bit is left."
)
challenges = [
    Challenge("Keep at least half of the bit for 50 steps, using the forget-gate bias alone (second bias at 0).",
              met="alive"),
    Challenge("Do the same with the two biases equal, as a torch user who sets both.", met="shared"),
]
tries = [
    Try(ask="A forget gate with bias 0: how much of the bit is left after ten steps?",
        guesses=("about half", "about a tenth", "about a thousandth"), right=2,
        do="Set the forget-gate bias to 0.", at={"forget_bias": 0},
        says="About a thousandth: the gate stands at 1/2, so half goes at every step, and (1/2)¹⁰ is 1/1024.",
        holds=lambda a: np.allclose(a["cell"], a["cell"][0] * 0.5 ** np.arange(STEPS + 1))),
    Try(ask="At bias 4 half of the bit is gone after 38 steps. How much longer does it live at bias 5?",
        guesses=("a quarter longer", "twice as long", "2.7 times as long"), right=2,
        do="Set the forget-gate bias to 4, and then to 5.", at=({"forget_bias": 4}, {"forget_bias": 5}),
        says="About e ≈ 2.7 times as long, 103 steps (beyond the edge; the sentence under the plot says it): raising "
             "the bias by 1 brings the gate about e times closer to 1.",
        holds=lambda a, b: round(float(a["half_life"])) == 38 and round(float(b["half_life"])) == 103),
    Try(ask="Make the pulse half as large. Will half of it be gone sooner?",
        guesses=("Yes, there is less to lose.", "No, its half-life stays."), right=1,
        do="Move the size of the pulse from 1 to 0.5.", at=({}, {"pulse": 0.5}),
        says="No: the curve begins lower, and every step still takes the same share of what is there.",
        holds=lambda a, b: b["cell"][0] < 0.5 * a["cell"][0] and b["half_life"] == a["half_life"]
        and np.allclose(b["cell"] / b["cell"][0], a["cell"] / a["cell"][0])),
    Try(ask="torch has two biases, b_ih and b_hh. Set both to 1: what does the gate do?",
        guesses=("The same as with one bias of 1.", "The same as with one bias of 2."), right=1,
        do="Set both biases to 1.", at=({"forget_bias": 2}, {"forget_bias": 1, "second_bias": 1}),
        says="The same as with one bias of 2: torch adds them, so only their sum counts.",
        holds=lambda one, both: np.array_equal(one["cell"], both["cell"])),
]
claims = [
    Claim("From bias 2 on, each 1 more makes the half-life between 2.6 and 2.72 times as long.",
          at=tuple({"forget_bias": b} for b in range(2, 9)),
          holds=lambda *a: all(2.6 < y["half_life"] / x["half_life"] < math.e for x, y in itertools.pairwise(a))),
    Claim("A bias of 1 in place of 0 makes the half-life about two steps in place of one.",
          at=({"forget_bias": 0}, {"forget_bias": 1}),
          holds=lambda a, b: abs(a["half_life"] - 1) < 1e-12 and 2 < b["half_life"] < 2.5),
    Claim("For a large bias b the half-life is close to 0.69 times e to the power b.", at={"forget_bias": 8},
          holds=lambda a: abs(a["half_life"] / (0.6931 * math.exp(8)) - 1) < 1e-3),
]
