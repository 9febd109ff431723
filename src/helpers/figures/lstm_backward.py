"""Which way does the error take back through an LSTM cell, and how much of it arrives?"""

from dataclasses import replace

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.bptt import lstm_bptt
from helpers.cells import LSTMParams
from helpers.figures._lstm_wiring import BUS, CELL, GATES_AT, LETTERS, TOP
from helpers.figures._wiring import T, before, lone_units, pulses, unit_names, weight_signals, weights_of, word
from helpers.figures.lstm_gates import NAMES, UNITS, WEIGHTS
from helpers.params import with_forget_bias
from helpers.sequence import lstm, pick
from live_figures import Challenge, Claim, Signal, Slider, Try, draw

title = "Which way does the error take back through an LSTM cell?"
caption = (
    "The wiring of one unit at one step, read backwards: each number is the derivative of h at the step of the error "
    "with respect to what is on that wire, and only the four boxes say how far the gates stood open on the way forward."
)
alt = (
    "The wiring diagram of one LSTM cell with its arrows turned round and the error signal on every wire, and next "
    "to it, over 48 steps, the cell with its forget gate and the error signals at the cell and at the hidden state."
)

BACK = replace(
    CELL, values=("x", "dx", "dh_prev", "dc_prev", "i", "f", "g", "o", "di", "df", "dg", "do", "dc", "dtanh", "dread",
                  "dlater", "dh"))
READ = 346  # where the way from the cell to h is drawn

controls = [
    Slider(name="step", label="Step t", min=1, max=T, step=1, value=13, integer=True),
    Slider(name="unit", label="Unit", min=1, max=UNITS, step=1, value=2, integer=True),
    Slider(name="arrives", label="Error at step", min=1, max=T, step=1, value=20, integer=True),
    Slider(name="forget_bias", label="Forget-gate bias", min=-2, max=8, step=0.1, value=5.0),
]


def consts():
    return {"params": LSTMParams(*lone_units(WEIGHTS)), "x": pulses()}


def compute(consts, step, unit, arrives, forget_bias):
    xp = array_namespace(consts["x"])
    params, x = with_forget_bias(consts["params"], forget_bias), consts["x"]
    trace = lstm(params, x)
    at_h = xp.astype(xp.arange(T) == arrives - 1, x.dtype)
    chosen = xp.astype(xp.arange(UNITS) == unit - 1, x.dtype)
    grads = lstm_bptt(params, x, trace, at_h[:, None, None] * chosen)

    i, f, g, o, c, tanh_c, _ = (pick(part[:, 0, :], unit - 1, axis=1) for part in trace)
    alone = lambda a: xp.sum(a, axis=(1, 2))  # noqa: E731  the others listen to themselves only: their part is zero
    dh, dc = alone(grads.h), alone(grads.c)
    dh_prev = xp.concat([xp.sum(grads.h0)[None], (dh - at_h)[:-1]], axis=0)
    read = dh * o * (1.0 - tanh_c**2)
    wires = (x[:, 0, 0], alone(grads.x), dh_prev, dc * f, i, f, g, o, dc * g, dc * before(xp, c), dc * i, dh * tanh_c,
             dc, dh * o, read, dc - read, dh)
    arrays = BACK.arrays(xp, wires, {}, step, unit, UNITS)
    inner = xp.stack([dc * g * i * (1.0 - i), dc * before(xp, c) * f * (1.0 - f), dc * i * (1.0 - g**2),
                      dh * tanh_c * o * (1.0 - o)])
    now = pick(xp.concat([inner, before(xp, c)[None, :], tanh_c[None, :]], axis=0), step - 1, axis=1)
    since = xp.maximum(xp.arange(T), step - 1)  # what goes back beyond the chosen step is not drawn yet
    lines = {name: xp.take(line, since) for name, line in {"delta_c": dc, "delta_h": dh}.items()}
    return arrays | lines | {
        "weights": weights_of(xp, params, unit, UNITS), "inner": now[:4], "held": now[4:],
        "c": c, "f": f, "since": xp.astype(since + 1, x.dtype), "e": arrives, "first": dc[4],
        "far": (arrives >= 34) & (dc[4] > 0.3), "sent": xp.stack([1.0 * arrives, 1.0 * arrives])}


def figure(arrays):
    forwards, backwards, steps = "forwards", "error", np.arange(1.0, T + 1)
    fig = plots.stacked({"input": {}, forwards: {"c": arrays["c"], "f": arrays["f"]},
                         backwards: {"δc": arrays["delta_c"], "δh": arrays["delta_h"]}}, steps,
                        x_title="step t", x_range=[0, T + 1], panel_height=105, showlegend=True,
                        y_ranges={"input": (-2.2, 2.2), forwards: (-1.2, 4.4), backwards: (-1.1, 1.1)})
    styles = {"c": ("cell", "solid"), "f": ("forget", "dash"), "δc": ("cell", "solid"), "δh": ("hidden", "dash")}
    for line in fig.data:
        signal, dash = styles[line.name]
        line.line = {"color": plots.color(signal), "dash": dash}
        if line.name.startswith("δ"):
            line.x = arrays["since"]
    fig.add_bar(x=steps, y=arrays["x"], name="x", marker={"color": plots.color("x"), "line": {"width": 0}})
    fig.update_layout(yaxis={"dtick": 2}, yaxis3={"dtick": 1})  # a panel is 40 pixels high on a phone
    for axis, (low, high) in (("y", (-2.2, 2.2)), ("y2", (-1.2, 4.4)), ("y3", (-1.1, 1.1))):
        plots.cursor(fig, arrays["cursor"], name=f"step, {axis}", low=low, high=high, yaxis=axis)
    return plots.cursor(fig, arrays["sent"], name="error", low=-1.1, high=1.1, yaxis="y3")


def _cell_wires():
    """The line of c, from step t + 1 on the right to step t - 1 on the left."""
    return [
        BACK.wire([(374, TOP), (READ, TOP)], "dlater", "c", head=0), BACK.wire([(READ, TOP), (202, TOP)], "dc", "c"),
        BACK.wire([(182, TOP), (102, TOP)], "dc", "c"), BACK.wire([(82, TOP), (10, TOP)], "dc_prev", "c"),
        draw.gate(192, TOP, "+"), draw.gate(92, TOP, "×"),
        draw.label(8, LETTERS, "to c_{t-1}", anchor="start", size=14), BACK.value(102, LETTERS, "dc_prev"),
        draw.label(226, LETTERS, "δc_t", size=14), BACK.value(266, LETTERS, "dc"),
        word(374, 26, "from t + 1", "end"), BACK.value(374, LETTERS, "dlater", "end"),
    ]


def _gate_wires():
    """From the cell to the forget gate, and through the product to the input gate and the candidate."""
    y = 132
    return [
        BACK.wire([(92, TOP + 10), (92, 166)], "df", "f"), BACK.value(85, 120, "df", "end"),
        BACK.wire([(192, TOP + 10), (192, y - 10)], "dc", "c"), draw.gate(192, y, "×"),
        BACK.wire([(182, y), (158, y), (158, 166)], "di", "i"), BACK.value(151, 150, "di", "end"),
        BACK.wire([(202, y), (226, y), (226, 166)], "dg", "g"), BACK.value(233, 150, "dg", "start"),
    ]


def _read_wires():
    """From h to the output gate, and through the tanh to the cell."""
    y = 138
    return [
        BACK.wire([(374, BUS), (READ, BUS), (READ, y + 10)], "dh", "h"), draw.gate(READ, y, "×"),
        draw.label(318, 266, "δh_t", size=14), BACK.value(374, 266, "dh", "end"),
        BACK.wire([(READ, y - 10), (READ, 108)], "dtanh", "c"), draw.gate(READ, 99, "tanh", r=9),
        BACK.wire([(READ, 90), (READ, TOP)], "dread", "c"), BACK.value(READ - 12, 79, "dread", "end"),
        BACK.wire([(READ - 10, y), (294, y), (294, 166)], "do", "o"), BACK.value(301, 156, "do", "start"),
    ]


def _wires_below():
    """From the gates down to the wire of x and h, and out to both."""
    return [
        *(draw.wire([(x, 228), (x, BUS)], color="muted", head=0) for x in GATES_AT.values()),
        draw.wire([(GATES_AT["o"], BUS), (82, BUS)], color="muted", head=0),
        BACK.wire([(82, BUS), (82, 264), (10, 264)], "dh_prev", "h"), BACK.value(78, 282, "dh_prev", "end"),
        draw.label(8, 247, "to h_{t-1}", anchor="start", size=14),
        BACK.wire([(82, BUS), (82, 302), (10, 302)], "dx", "x"), draw.label(96, 302, "to x_t", anchor="start", size=14),
        BACK.value(140, 302, "dx", "start"),
    ]


def diagram():
    words = {"f": "forget", "i": "input", "g": "candidate", "o": "output"}
    return draw.svg(380, 312, *unit_names(NAMES), *_cell_wires(), *_gate_wires(), *_read_wires(), *_wires_below(),
                    *(BACK.tank(gate, GATES_AT[gate], word) for gate, word in words.items()))


GATES = {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"}


def _through(weight):
    """What comes back from the four gates through one of their weights."""
    return " + ".join(f"{weight}[{k}] * a_{gate}" for k, gate in enumerate(GATES))


signals = {
    "dlater": BACK.signal("dlater", "from t + 1", "error that comes along the cell", "",
                          "What step t + 1 sends back along the cell.", "c"),
    "dc": BACK.signal("dc", "δc_t", "error of the cell", "dread + dlater",
                      "What comes from h and what comes along the cell.", "c", words=("$\\delta c_t$",), line="δc"),
    "dc_prev": BACK.signal("dc_prev", "to c_{t-1}", "error sent back along the cell", "dc * f",
                           "The forget gate multiplies the error as it multiplied the cell.", "c"),
    "df": BACK.signal("df", "to f_t", "error of the forget gate", "dc * c_prev", letter="f"),
    "di": BACK.signal("di", "to i_t", "error of the input gate", "dc * g", letter="i"),
    "dg": BACK.signal("dg", "to g_t", "error of the candidate", "dc * i", letter="g"),
    "do": BACK.signal("do", "to o_t", "error of the output gate", "dh * tanh_c", "", "o", words=("output gate",),
                      lights=("o",)),
    "dh": BACK.signal("dh", "δh_t", "error of the hidden state", "",
                      "1 where the error arrives, and what step t + 1 sends to h.", "h",
                      words=("$\\delta h_t$",), line="δh"),
    "dtanh": BACK.signal("dtanh", "to tanh", "error of the tanh", "dh * o", letter="c"),
    "dread": BACK.signal("dread", "through tanh", "error that gets into the cell", "dh * o * (1 - tanh_c ** 2)",
                         "Where tanh is flat, nothing gets in.", "c"),
    "dh_prev": BACK.signal("dh_prev", "to h_{t-1}", "error sent to the old hidden state",
                           _through("w_h"), "Through the recurrent weights of the gates.", "h"),
    "dx": BACK.signal("dx", "to x_t", "error of the input", _through("w_x"),
                      "Through the input weights of the four gates.", "x"),
    **{gate: BACK.signal(gate, f"{gate}_t", said) for gate, said in GATES.items()},
    **{f"a_{gate}": Signal(f"δa_{gate}", f"inner[{k}]", "error before the bend of the " + said, format=".3f")
       for k, (gate, said) in enumerate(GATES.items())},
    "c_prev": Signal("c_{t-1}", "held[0]", "old cell", color="c0"),
    "tanh_c": Signal("tanh(c_t)", "held[1]", "tanh of the cell", color="c0"),
} | weight_signals()
readout = (
    "Of the error that arrives in unit {u:d} at step {e:d}, its cell gets {now[12]:.3f} at step {t:d} and sends "
    "{now[3]:.3f} back along the cell; at step 5, that of the first pulse, it gets {first:.3f}."
)
challenges = [
    Challenge("Let the error arrive at step 34 or later, and the cell at step 5 get more than 0.3 of it.", met="far"),
]
tries = [
    Try(ask="Unit 2, the latch, is full at its second pulse, at step 13. The error of step 20 comes to its cell with "
            "0.38, all of it along the cell. What arrives at the cell of step 12?",
        guesses=("0.38.", "More, as some comes through h.", "Less: through h comes the other sign."),
        right=2, do="Choose unit 2 and the error of step 20, and move the step from 13 to 12.",
        at=({"unit": 2, "step": 13, "arrives": 20}, {"unit": 2, "step": 12, "arrives": 20}),
        says="Less, 0.20: the fuller the latch, the less its input gate opens at the second pulse. So the error that "
             "step 13 sends to h is negative, −0.38, and takes away half of what comes along the cell.",
        holds=lambda now, then: now["now"][[2, 3]].round(2).tolist() == [-0.38, 0.38]
        and then["now"][[12, 15, 16]].round(2).tolist() == [0.2, 0.38, -0.38]),
    Try(ask="The negative pulse of step 21 erased the latch. The error of step 34 comes to step 21 with 0.16. How much "
            "of that goes on to step 20 along the cell?",
        guesses=("All of it: an error cannot be erased.", "A twentieth of it."), right=1,
        do="Choose unit 2, step 21 and the error of step 34.", at={"unit": 2, "step": 21, "arrives": 34},
        says="A twentieth: the forget gate multiplies the error as it multiplied the cell, by 0.05.",
        holds=lambda a: a["now"][[5, 12]].round(2).tolist() == [0.05, 0.16] and round(float(a["now"][3]), 3) == 0.008),
    Try(ask="Unit 1 has counted four pulses by step 33. The error arrives at its h one step later. How much of it gets "
            "into the cell?",
        guesses=("Most of it.", "Less than a hundredth."), right=1,
        do="Choose unit 1, step 34 and the error of step 34.", at={"unit": 1, "step": 34, "arrives": 34},
        says="Less than a hundredth: the cell stands above 3, where tanh is flat. What cannot be seen in h cannot be "
             "corrected through h.",
        holds=lambda a: 0 < a["now"][12] < 0.01 and a["c"][33] > 3),
    Try(ask="The cell of unit 4 is full at step 20, and its output gate is shut. What does an error that arrives at "
            "its h at that step do to the cell?",
        guesses=("It goes in as into the other units.", "Hardly any gets in."), right=1,
        do="Choose unit 4, step 20 and the error of step 20.", at={"unit": 4, "step": 20, "arrives": 20},
        says="Hardly any gets in, 0.002: a gate that hides the cell from the outside hides the error from the cell. "
             "But the output gate itself gets its share.",
        holds=lambda a: round(float(a["now"][12]), 3) == 0.002 and abs(a["now"][11]) > 0.5),
]
claims = [
    Claim("An error does not go forward.", at=tuple({"unit": u, "arrives": 20, "step": 21} for u in (1, 2, 3, 4)),
          holds=lambda *units: all(np.all(a["now"][[12, 16]] == 0) for a in units)),
    Claim("Unit 3 meets the challenge from step 48, unit 1 does not.",
          at=({"unit": 3, "arrives": 48}, {"unit": 1, "arrives": 48}),
          holds=lambda three, one: bool(three["far"]) and not bool(one["far"])),
]
