"""What does each gate of a GRU cell do at this step?"""

from array_api_compat import array_namespace

from helpers.cells import GRUParams
from helpers.figures import _wiring as wiring
from helpers.figures._wiring import Lane, T, Wiring, before, gate_formula, lone_units, pulses, unit_names, word
from helpers.sequence import gru, pick
from live_figures import Challenge, Claim, Slider, Try, draw

title = "What does each gate of a GRU cell do at this step?"
caption = (
    "The wiring shows one unit at one step, at which the lines end: a wire is thicker the larger its value and dashed "
    "where that is negative, and a gate is as full as it is open."
)
alt = (
    "A wiring diagram of one GRU cell with the value of every wire, and next to it the input pulses of 48 steps and, "
    "up to the chosen step, the gates r and z, the candidate n and the hidden state h."
)

UNITS = 4
NAMES = ("a latch", "tries to count", "a toggle", "a clock")
CELL = Wiring(
    signals={"r": "reset", "z": "update", "n": "candidate", "h": "hidden", "x": "x"},
    values=("x", "h_prev", "r", "z", "n", "u", "recalled", "kept", "write", "written", "h"),
    gates="rzn", signed="n")
LANES = [*(Lane({gate: "solid"}, (-0.05, 1.05)) for gate in "zr"), Lane({"n": "solid"}, (-1.1, 1.1)),
         Lane({"h": "solid"}, (-1.1, 1.1), 92)]

controls = [
    Slider(name="step", label="Step t", min=1, max=T, step=1, value=12, integer=True, play=4),
    Slider(name="unit", label="Unit", min=1, max=UNITS, step=1, value=1, integer=True),
    Slider(name="update_bias", label="Added bias of z", min=-12, max=12, step=0.5, value=0.0),
    Slider(name="reset_bias", label="Added bias of r", min=-12, max=12, step=0.5, value=0.0),
    Slider(name="input_scale", label="Input scale", min=0, max=2, step=0.05, value=1.0),
]

# One column of (input weight, recurrent weight, bias) for r, z, n of each unit; a unit listens only to itself.
WEIGHTS = (
    ((0, 0, 4), (-16, 0, 8), (4, 0, 0)),      # latches: + shuts z, and 1 is written
    ((0, 0, 4), (-8, 0, 8), (4, 0, 0)),       # tries to count: + brings z to one half
    ((0, 0, 4), (-16, 0, 8), (2, -4, 0)),     # toggles: + writes the opposite of what the candidate recalls
    ((-12, 0, 4), (0, 0, -4), (0, 1.1, 0.06)),  # a clock: z is always shut, the candidate goes on; + shuts r
)


def consts():
    W_x, W_h, b = lone_units(WEIGHTS)
    return {"params": GRUParams(W_x, W_h, b, 0 * b), "x": pulses()}


def compute(consts, step, unit, update_bias, reset_bias, input_scale):
    xp = array_namespace(consts["x"])
    params, x = consts["params"], input_scale * consts["x"]
    added = xp.stack([reset_bias, update_bias, 0.0 * update_bias])  # to r, z, n of every unit
    params = params._replace(b=params.b + xp.repeat(added, UNITS))
    trace = gru(params, x)
    r, z, n, u, h = (pick(signal[:, 0, :], unit - 1, axis=1) for signal in trace)
    h_prev = before(xp, h)
    wires = (x[:, 0, 0], h_prev, r, z, n, u, r * u, z * h_prev, 1.0 - z, (1.0 - z) * n, h)
    forgets = (unit == 1) & (h[4] > 0.9) & (h[11] < 0.5)
    goes_on = (unit == 4) & (h[32] > 0.6) & (xp.abs(input_scale - 1.0) < 0.01)
    lines = {"r": r, "z": z, "n": n, "h": h}
    return CELL.arrays(xp, wires, lines, step, unit, UNITS) | {
        "weights": wiring.weights_of(xp, params, unit, UNITS), "forgets": forgets, "goes_on": goes_on}


def figure(arrays):
    return CELL.over_time(arrays, LANES)


def diagram():
    """The cell: h runs along the top, z stands where it mixes, r beside the candidate that it feeds."""
    tanks = [CELL.tank(*gate) for gate in (("z", 92, "update"), ("r", 168, "reset"), ("n", 300, "candidate"))]
    return draw.svg(380, 312, *unit_names(NAMES), *_state_wires(), *_write_wires(), *_recall_wires(), *_input_wires(),
                    *tanks)


def _state_wires():
    y, above = 64, 42
    return [
        CELL.wire([(12, y), (82, y)], "h_prev", "h"), draw.label(8, above, "h_{t-1}", anchor="start", size=14),
        CELL.value(60, above, "h_prev"),
        CELL.wire([(102, y), (290, y)], "kept", "h"), CELL.value(196, above, "kept"), word(196, 83, "kept", "middle"),
        CELL.wire([(310, y), (374, y)], "h", "h"), draw.label(318, above, "h_t", size=14),
        CELL.value(332, above, "h", "start"),
        CELL.wire([(92, 168), (92, y + 10)], "z", "z"),
        draw.gate(92, y, "×"), draw.gate(300, y, "+"),
    ]


def _write_wires():
    y = 122
    return [
        CELL.wire([(92, y), (134, y)], "z", "z", head=0), CELL.wire([(166, y), (290, y)], "write", "z"),
        draw.gate(150, y, "1 −"), CELL.value(228, y - 15, "write"),
        CELL.wire([(300, 168), (300, y + 10)], "n", "n"), CELL.wire([(300, y - 10), (300, 74)], "written", "h"),
        draw.gate(300, y, "×"), CELL.value(309, 87, "written", "start"), word(309, 103, "written"),
    ]


def _recall_wires():
    x, y = 212, 188
    return [
        CELL.wire([(168, 168), (168, 148), (x, 148), (x, y - 10)], "r", "r"),
        CELL.wire([(86, 264), (x, 264), (x, y + 10)], "u", "h"),
        draw.label(x + 8, 245, "u_t", anchor="start", size=14), CELL.value(x + 32, 245, "u", "start"),
        word(x + 8, 264, "weighted"),
        CELL.wire([(x + 10, y), (281, y)], "recalled", "h"), draw.gate(x, y, "×"),
        CELL.value(250, y - 17, "recalled"), word(x + 8, y + 18, "recalled"),
    ]


def _input_wires():
    y, ups = 246, (92, 168)
    return [
        *(draw.wire([(x, y), (x, 228)], color="muted", head=6) for x in ups),
        draw.wire([(86, y), (ups[-1], y)], color="muted"),
        CELL.wire([(10, 264), (86, 264)], "h_prev", "h", head=0),
        CELL.wire([(86, 302), (86, y)], "x", "x", head=0),
        CELL.wire([(10, 302), (300, 302), (300, 228)], "x", "x"),
        draw.label(8, 247, "h_{t-1}", anchor="start", size=14), CELL.value(83, 247, "h_prev", "end"),
        draw.label(8, 285, "x_t", anchor="start", size=14), CELL.value(83, 285, "x", "end"),
    ]


signals = {
    "x": CELL.signal("x", "x_t", "input", words=("pulse", "pulses")),
    "h_prev": CELL.signal("h_prev", "h_{t-1}", "old state", "", "What the unit held one step before.", "h"),
    "r": CELL.signal("r", "r_t", "reset gate", gate_formula(0), words=("reset gate", "$r$")),
    "z": CELL.signal("z", "z_t", "update gate", gate_formula(1), words=("update gate", "$z$")),
    "u": CELL.signal("u", "u_t", "weighted old state", "w_h[2] * h_prev", "What the candidate could recall.", "h"),
    "recalled": CELL.signal("recalled", "recalled", "recalled", "r * u",
                            "As much of it as the reset gate lets in.", "h"),
    "n": CELL.signal("n", "n_t", "candidate", "tanh(w_x[2] * x + r * u + b[2])",
                     words=("candidate", "$n$")),
    "kept": CELL.signal("kept", "kept", "kept", "z * h_prev",
                        "The update gate says how much of the old state stays.", "h"),
    "write": CELL.signal("write", "1 − z_t", "share written", "1 - z",
                         "What is not kept is written: one gate does both.", "z"),
    "written": CELL.signal("written", "written", "written", "(1 - z) * n", letter="h"),
    "h": CELL.signal("h", "h_t", "hidden state", "z * h_prev + (1 - z) * n",
                     "A mean of the old state and the candidate.",
                     words=("hidden state", "old state", "state", "$h$"), lights=("h_prev", "kept")),
} | wiring.weight_signals()
readout = (
    "Step {t:d}, unit {u:d}: of {now[1]:.2f} the unit keeps {now[7]:.2f}, and of the candidate {now[4]:.2f} it writes "
    "{now[9]:.2f}; now it holds {now[10]:.2f}."
)
challenges = [
    Challenge("Make unit 1, the latch, lose more than half of the first pulse before the second comes.", met="forgets"),
    Challenge("Leave the input alone and make unit 4, the clock, run on through the positive pulses: above 0.6 at "
              "step 33.", met="goes_on"),
]


def _at(arrays, name, *steps):
    """A gate, the candidate or the state of the chosen unit at these steps, as the readout writes it."""
    return [round(float(arrays[name][step - 1]), 2) for step in steps]


def _swings(a):
    quiet = [step - 1 for step in range(6, 34) if step not in (13, 27, 33)]
    steady = all(abs(a["h"][k] - a["h"][k - 1]) < 0.01 and a["h"][k] * a["n"][k] < 0 for k in quiet)
    kept = {_at(a, "z", k + 1)[0] for k in quiet} == {1} and _at(a, "z", 5, 13, 27, 33) == [0] * 4
    return steady and kept and _at(a, "h", 5, 13, 27, 33) == [0.96, -0.94, 1.0, -0.96]


tries = [
    Try(ask="Unit 1 is a latch. It holds 1.00 when a second positive pulse comes, at step 13. What will it hold then?",
        guesses=("2.00: the pulse is added.", "1.00: it replaces what was there.",
                 "0.00: the pulse erases it."), right=1,
        do="With unit 1, move the step from 12 to 13.", at={"unit": 1, "step": 13},
        says="1.00. The pulse shuts z: nothing of the old state is kept, and the whole candidate is written. The two "
             "shares, z and 1 − z, add to 1, so a GRU replaces where an LSTM can add.",
        holds=lambda a: _at(a, "z", 13) + _at(a, "n", 13) + _at(a, "h", 12, 13) == [0, 1, 1, 1]),
    Try(ask="At a positive pulse z of unit 2 is 0.50: it keeps one half and writes one half of its candidate, 1.00. "
            "Four such pulses come. Does it count them?",
        guesses=("Yes, up by one half each time.", "It goes up by less and less.",
                 "No, it stays at one half."), right=1,
        do="Choose unit 2 and press play.", at={"unit": 2, "step": (33, T)},
        says="Each takes it half of the way that is left to the candidate: to 0.50, 0.75, 0.87 and 0.94. The state is "
             "a mixture of its last value and a tanh, so it never reaches 1.",
        holds=lambda a: _at(a, "z", 5, 13, 27, 33) + _at(a, "n", 5, 13, 27, 33) == [0.5] * 4 + [1] * 4
        and _at(a, "h", 5, 13, 27, 33) == [0.5, 0.75, 0.87, 0.94]),
    Try(ask="Once unit 3 holds something, its candidate has the opposite sign at every step between the pulses. Does "
            "the state swing at every step?",
        guesses=("Yes, it follows the candidate.", "No, only at some pulses."), right=1,
        do="Choose unit 3 and press play.", at={"unit": 3, "step": (33, T)},
        says="No, only at the positive pulses, which shut z: 0.96, −0.94, 1.00, −0.96. At all other steps z is 1.00, "
             "and the candidate is a proposal that is not written.",
        holds=_swings),
    Try(ask="Shut the reset gate of unit 3. Is its state lost?",
        guesses=("Yes, that is what a reset does.", "No, z still keeps it."), right=1,
        do="Choose unit 3 and step 33, and set what is added to the bias of r to −8.",
        at={"unit": 3, "step": (33, T), "reset_bias": -8},
        says="No: r decides what the candidate recalls, and the state is kept by z. But the unit is no longer a "
             "toggle: a candidate that recalls nothing cannot write the opposite, so each positive pulse writes 0.96.",
        holds=lambda a: max(_at(a, "r", *range(1, 34))) == 0.02 and min(_at(a, "h", *range(5, 34))) >= 0.95
        and _at(a, "h", 5, 13, 27, 33) == [0.96] * 4),
    Try(ask="In unit 4 z is always shut: the state is its candidate, which recalls the last state and goes a little "
            "further. A positive pulse shuts r. What does it do to this clock?",
        guesses=("It stops it.", "It restarts it.", "Nothing."), right=1,
        do="Choose unit 4, set what is added to the bias of r back to 0, and go from step 12 to step 13.",
        at=({"unit": 4, "reset_bias": 0, "step": 12}, {"unit": 4, "reset_bias": 0, "step": 13}),
        says="It restarts it. With r shut the candidate recalls nothing and is what it was at the first step, 0.06; "
             "and since z is shut, too, hardly anything else gets into the state, which falls from 0.49 to 0.07.",
        holds=lambda before, after: _at(after, "n", 1, 13) == [0.06] * 2 and _at(after, "r", 13) == [0]
        and _at(before, "h", 12) + _at(after, "h", 13) == [0.49, 0.07]),
    Try(ask="Let z of unit 4 keep one half. The pulse at step 13 shuts r as before. Does the clock restart?",
        guesses=("Yes, r is shut.", "No, it goes back only about half of the way."), right=1,
        do="Choose unit 4 and step 13, and set what is added to the bias of z to 4.",
        at={"unit": 4, "step": 13, "update_bias": 4},
        says="About half of the way, from 0.33 to 0.20. The candidate recalls nothing, but z brings back one half of "
             "the old state past it. To restart, this unit needs both gates shut.",
        holds=lambda a: _at(a, "r", 13) + _at(a, "z", 13) + _at(a, "h", 12, 13) == [0, 0.5, 0.33, 0.2]),
    Try(ask="Add 12 to the bias of z in unit 1, the latch, so that it keeps even better. What does its first pulse, at "
            "step 5, leave in it?",
        guesses=("1.00, kept for longer", "0.50", "almost nothing"), right=2,
        do="Choose unit 1, add 12 to the bias of z, and go to step 5.",
        at={"unit": 1, "update_bias": 12, "step": (5, 12)},
        says="Almost nothing, 0.02. One gate decides both: where z keeps 0.98, only 0.02 is left for what is new.",
        holds=lambda a: _at(a, "z", 5) + _at(a, "h", 5) == [0.98, 0.02]),
]
claims = [
    Claim("The state of unit 2 stays between −1 and 1, wherever the sliders stand.",
          at={"unit": 2, "step": T, "update_bias": (-12, 12), "input_scale": (0, 2), "reset_bias": (-12, 12)},
          holds=lambda a: bool((abs(a["h"]) < 1).all())),
    Claim("With half of the input unit 2 goes up in even steps, but after four of them it has reached 0.07.",
          at={"unit": 2, "step": T, "input_scale": 0.5},
          holds=lambda a: all(0.016 < a["h"][k] - a["h"][k - 1] < 0.018 for k in (4, 12, 26, 32))
          and _at(a, "h", 33) == [0.07]),
    Claim("With the biases and the input as they are, the negative pulses change nothing in units 1, 2 and 3.",
          at=tuple({"unit": unit, "step": T} for unit in (1, 2, 3)),
          holds=lambda *units: all(_at(a, "z", 21, 41) == [1, 1] and abs(a["h"][20] - a["h"][19]) < 1e-6
                                   for a in units)),
    Claim("Units 1 and 2 have no recurrent weight: for them the reset gate changes nothing.",
          at=tuple({"unit": unit, "reset_bias": bias, "step": T} for unit in (1, 2) for bias in (-12, 12)),
          holds=lambda a, b, c, d: bool((a["h"] == b["h"]).all() and (c["h"] == d["h"]).all())),
    Claim("With a bias of z smaller by 6 the latch fades between the pulses.", at={"update_bias": -6, "step": T},
          holds=lambda a: _at(a, "h", 5, 12) == [1, 0.41]),
]
