"""How much does each step of the past add to the gradient of the recurrent weights?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.lags import lag_gradients, lag_norms, lag_signals
from helpers.params import normal, orthogonal
from helpers.sequence import pick, rnn
from live_figures import Challenge, Choice, Claim, Signal, Slider, Try

title = "How much does each step of the past add to the gradient of the recurrent weights?"
caption = (
    "Every output sends back an error of size 1: the map shows how much each of its lags adds to the gradient, and the "
    "lines below show the same for one output, the one marked on the map, and for all outputs together."
)
alt = (
    "Above, a map of the size of every term of the gradient, output step upwards and lag to the right, on a "
    "logarithmic colour scale: large at small lags, fading to the right. Below, the same sizes for one output, against "
    "the lag."
)

STEPS, INPUTS, UNITS = 40, 3, 12
FLOOR = 1e-12
LINES = {"term": "this output's term", "error": "its error signal alone", "all": "all outputs added"}

controls = [
    Choice(name="activation", label="Activation", options=("tanh", "linear"), value="tanh"),
    Slider(name="gain", label="Recurrent gain", min=0.3, max=1.25, step=0.05, value=0.9),
    Slider(name="input_scale", label="Input scale", min=0.1, max=2.0, step=0.1, value=0.5),
    Slider(name="output", label="Output step t", min=2, max=STEPS, step=1, value=STEPS, integer=True),
]


def consts():
    errors = normal((STEPS, 1, UNITS), 1.0, seed=4)
    return {
        "net": RNNParams(normal((INPUTS, UNITS), 1 / np.sqrt(INPUTS), seed=1), orthogonal(UNITS, 1.0, seed=2),
                         np.zeros(UNITS)),
        "x": normal((STEPS, 1, INPUTS), 1.0, seed=3),
        "errors": errors / np.linalg.norm(errors, axis=-1, keepdims=True),
    }


def decimal_log(size):
    """log10 of a size, kept within twelve decades of 1 so that an exact zero can be drawn."""
    xp = array_namespace(size)
    return xp.log10(xp.clip(size, FLOOR, 1 / FLOOR))


def compute(consts, activation, gain, input_scale, output):
    xp = array_namespace(consts["x"])
    params = consts["net"]._replace(W_x=input_scale * consts["net"].W_x, W_h=gain * consts["net"].W_h)
    trace = rnn(params, consts["x"], activation=activation)
    signals = lag_signals(params, trace, consts["errors"], activation=activation)
    norms = xp.matrix_transpose(lag_norms(signals))  # (output, lag)
    row = pick(norms, output - 1)
    alone = pick(xp.sum(signals.delta * signals.delta, axis=(-2, -1)), output - 1, axis=1)
    together = xp.sum(lag_gradients(signals), axis=1)
    far = (row[30] >= 0.1 * row[0]) & (gain <= 1.0) & (output == STEPS)
    return {
        "map": decimal_log(norms), "row": xp.stack([output, output]),
        "term": decimal_log(row), "error": decimal_log(xp.sqrt(alone)),
        "all": decimal_log(xp.sqrt(xp.sum(together * together, axis=(-2, -1)))),
        "first": row[0], "tenth": row[10], "near": xp.sum(row[:5]) / (xp.sum(row) + FLOOR),
        "far": far & (activation == "tanh"),
    }


def figure(arrays):
    lag, ticks = np.arange(STEPS), plots.powers_of_ten(-8, 2, 2)
    fig = plots.figure(x_title="lag k: how many steps before the output", x_range=[-0.5, STEPS - 0.5], height=560)
    fig.add_heatmap(
        z=arrays["map"], x=lag, y=lag + 1, zmin=-8, zmax=2, name="size of every term", colorscale=plots.SEQUENTIAL,
        colorbar={"orientation": "h", "y": 0.97, "yanchor": "bottom", "thickness": 8, "outlinewidth": 0,
                  "tickvals": ticks["tickvals"], "ticktext": ticks["ticktext"]})
    fig.add_scatter(x=[-0.5, STEPS - 0.5], y=arrays["row"], name="chosen output", mode="lines", showlegend=False,
                    line={"color": plots.COLORS[1], "width": 2})
    for k, (key, name) in enumerate(LINES.items()):
        fig.add_scatter(x=lag, y=arrays[key], name=name, mode="lines", yaxis="y2",
                        line={"color": plots.COLORS[k], "dash": plots.DASHES[k], "width": 2.5})
    return fig.update_layout(
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.59, 0.97], "title": {"text": "output t"}, "range": [0.5, STEPS + 0.5]},
        yaxis2={"domain": [0.0, 0.39], "title": {"text": "size (norm)"}, **plots.powers_of_ten(-9, 5, 2)},
        legend={"y": 0.4, "yanchor": "bottom"},
    )


signals = {
    "term": Signal(words=("term",), line="this output's term", color="c0"),
    "signal": Signal(words=("error signal",), line="its error signal alone", color="c1"),
}
readout = (
    "Lag 0 of output {output:d} adds {first:.2g} and lag 10 adds {tenth:.2g}. Its first five lags hold {near:.0%}."
)
challenges = [
    Challenge("With tanh and a gain of at most 1, make lag 30 of output 40 add at least a tenth of what lag 0 adds.",
              met="far"),
]


GAINS = (0.3, 0.5, 0.7, 0.9, 1, 1.1, 1.2, 1.25)  # of the claims on reach


def _left(arrays, line, lag):
    """What a line has kept at this lag of its size at lag 0."""
    return 10 ** (arrays[line][lag] - arrays[line][0])


def _large(arrays):
    """How many terms of the map are above a hundredth."""
    return np.count_nonzero(arrays["map"] > -2)


tries = [
    Try(ask="A linear network with a gain of 0.9 loses a tenth of the error signal at every step back. And with tanh?",
        guesses=("Just as much: the gain is the same.", "More.", "Less: tanh keeps all within bounds."), right=1,
        do="Look at the dashed line with tanh, then choose linear.", at=({}, {"activation": "linear"}),
        says="More, at every step: the signal is multiplied by the slopes of tanh too, and these are below 1. The line "
             "of the linear network is exactly straight.",
        holds=lambda tanh, linear: np.allclose(np.diff(linear["error"]), np.log10(0.9))
        and bool((np.diff(tanh["error"]) < np.log10(0.9)).all())),
    Try(ask="With tanh and a gain of 0.5, lag 10 of output 40 adds a ten-thousandth of what lag 0 adds. How much does "
            "it add at a gain of 1.2?",
        guesses=("A thousandth.", "A tenth.", "As much as lag 0."), right=1,
        do="With tanh, set the gain to 0.5, then to 1.2.",
        at=({"activation": "tanh", "gain": 0.5}, {"activation": "tanh", "gain": 1.2, "output": STEPS}),
        says="About a tenth. The solid line turns from a steep fall to a gentle one, and large terms spread over the "
             "map.",
        holds=lambda steep, gentle: f"{_left(steep, 'term', 10):.0e} {_left(gentle, 'term', 10):.1f}" == "1e-04 0.1"
        and _large(gentle) > 3 * _large(steep)),
    Try(ask="With tanh and a gain of 1.2, make the inputs four times as large. What becomes of the far terms?",
        guesses=("They grow with the inputs.", "They stay.", "They fade."), right=2,
        do="With tanh and a gain of 1.2, set the input scale to 2.",
        at=({"gain": 1.2}, {"activation": "tanh", "gain": 1.2, "input_scale": 2}),
        says="They fade: lag 10 adds less than a hundredth of what it added before. Large inputs drive the units to "
             "where tanh is flat, and each flat unit on the way back multiplies by nearly 0.",
        holds=lambda before, now: now["tenth"] < 0.01 * before["tenth"] and _large(now) < 0.5 * _large(before)),
    Try(ask="In a linear network with a gain of 1.1 the error signal grows with the lag. Does the term grow too?",
        guesses=("Yes, by as much.", "No, it stays level.", "No, it falls."), right=1,
        do="Choose linear and a gain of 1.1.", at={"activation": "linear", "gain": 1.1},
        says="It stays level for thirty steps, to within a tenth, while the error signal grows 17-fold. A term is the "
             "error signal times a state, and far back the states are smaller.",
        holds=lambda a: round(_left(a, "error", 30)) == 17
        and all(abs(_left(a, "term", k) - 1) < 0.1 for k in range(31))),
]
claims = [
    Claim("In a linear network every step multiplies the error signal by the gain: it falls, stays level or rises.",
          at=tuple({"activation": "linear", "gain": g} for g in (0.3, 0.6, 1, 1.05, 1.25)),
          holds=lambda *a: all(np.allclose(np.diff(b["error"][:12]), np.log10(g))
                               for b, g in zip(a, (0.3, 0.6, 1, 1.05, 1.25), strict=True))),
    Claim("With tanh and a gain of 0.9 it falls by more than a tenth a step, whatever the size of the inputs.",
          at={"input_scale": (0.1, 2)},
          holds=lambda a: bool((np.diff(a["error"])[a["error"][1:] > -12] < np.log10(0.9)).all())),
    Claim("With tanh, and inputs as they are at first, a larger gain lengthens the reach.",
          at=tuple({"gain": gain} for gain in GAINS),
          holds=lambda *a: bool((np.diff([_left(b, "term", 10) for b in a]) > 0).all())),
    Claim("With tanh, larger inputs shorten it, at every gain.",
          at=tuple({"gain": gain, "input_scale": scale} for gain in GAINS for scale in (0.1, 0.5, 1, 2)),
          holds=lambda *a: bool((np.diff(np.reshape([_left(b, "term", 10) for b in a], (-1, 4))) < 0).all())),
    Claim("An output has no lag longer than its own past: the map ends at its diagonal, and a line where the sequence "
          "begins.", at={"output": 10},
          holds=lambda a: bool((a["map"][np.triu_indices(STEPS)] == -12).all() and (a["error"][10:] == -12).all()
                               and (a["map"][np.tril_indices(STEPS, -1)] > -12).all()
                               and (a["error"][:10] > -9).all())),
    Claim("Small inputs and a gain of 1 give a long reach, but not without loss: at lag 30 an eighth to a sixth of the "
          "error signal is left.", at={"gain": 1, "input_scale": 0.1},
          holds=lambda a: bool(a["far"]) and 1 / 8 < _left(a, "error", 30) < 1 / 6),
]
