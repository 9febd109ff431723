"""What does each gate of an LSTM cell do at this step?"""

from array_api_compat import array_namespace

from helpers.cells import LSTMParams
from helpers.figures import _lstm_wiring as wiring
from helpers.figures._lstm_wiring import CELL, GATES_AT
from helpers.figures._wiring import Lane, T, before, lone_units, pulses, unit_names, weights_of
from helpers.params import with_forget_bias
from helpers.sequence import lstm, pick
from live_figures import Challenge, Claim, Slider, Try, draw

title = "What does each gate of an LSTM cell do at this step?"
caption = (
    "The wiring shows one unit at one step, at which the lines end: a wire is thicker the larger its value and dashed "
    "where that is negative, and a gate is as full as it is open."
)
alt = (
    "A wiring diagram of one LSTM cell with the value of every wire, and next to it the input pulses of 48 steps "
    "and, up to the chosen step, the gates i, f and o, the candidate g, and the cell c with the hidden state h."
)

UNITS = 4
NAMES = ("a counter", "a latch", "input always open", "read on demand")
LANES = [*(Lane({gate: "solid"}, (-0.05, 1.05)) for gate in "fi"), Lane({"g": "solid"}, (-1.1, 1.1)),
         Lane({"o": "solid"}, (-0.05, 1.05)), Lane({"c": "solid", "h": "dash"}, (-2.2, 4.4), 92)]

controls = [
    Slider(name="step", label="Step t", min=1, max=T, step=1, value=13, integer=True, play=4),
    Slider(name="unit", label="Unit", min=1, max=UNITS, step=1, value=2, integer=True),
    Slider(name="forget_bias", label="Forget-gate bias", min=-2, max=8, step=0.1, value=5.0),
    Slider(name="input_scale", label="Input scale", min=0, max=2, step=0.05, value=1.0),
    Slider(name="gain", label="Recurrent gain", min=0, max=2, step=0.05, value=1.0,
           idle=("forward", "no recurrent weight here")),
]

# One column of (input weight, recurrent weight, bias) for gates i, f, g, o of each unit; a unit listens only to itself.
# The forget gate's bias comes from the slider.
WEIGHTS = (
    ((8, 0, -4), (0, 0, 0), (1.5, 0, 0), (0, 0, 4)),     # counts: + opens i, nothing closes f
    ((8, -8, -4), (8, 0, 0), (3, 0, 0), (0, 0, 4)),      # latches: a full unit shuts its own i, - shuts f
    ((0, 0, 1), (0, 0, 0), (1, 0, 0), (0, 0, 4)),        # sums: i stays open, g carries the sign
    ((8, 0, -4), (0, -10, 0), (2, 0, 0), (-8, 0, -4)),   # waits: - opens o; once read, h shuts f
)


def consts():
    return {"params": LSTMParams(*lone_units(WEIGHTS)), "x": pulses()}


def compute(consts, step, unit, forget_bias, input_scale, gain):
    xp = array_namespace(consts["x"])
    params, x = consts["params"], input_scale * consts["x"]
    params = with_forget_bias(params._replace(W_h=gain * params.W_h), forget_bias)
    trace = lstm(params, x)
    over_time = {name: pick(getattr(trace, name)[:, 0, :], unit - 1, axis=1) for name in ("i", "f", "g", "o", "c", "h")}
    i, f, g, o, c, h = over_time.values()
    c_prev = before(xp, c)
    wires = (x[:, 0, 0], before(xp, h), c_prev, i, f, g, o, f * c_prev, i * g, c, xp.tanh(c), h)
    arrays = CELL.arrays(xp, wires, over_time, step, unit, UNITS)
    full, shown = arrays["now"][9], arrays["now"][11]
    return arrays | {"weights": weights_of(xp, params, unit, UNITS), "forward": (unit == 1) | (unit == 3),
                     "quiet": (unit == 4) & (full > 1.0) & (xp.abs(shown) < 0.05),
                     "counting": (unit == 2) & (c[12] > 1.5)}


def figure(arrays):
    return CELL.over_time(arrays, LANES)


def diagram():
    words = {"f": "forget", "i": "input", "g": "candidate", "o": "output"}
    return draw.svg(380, 312, *unit_names(NAMES), *wiring.memory_wires(), *wiring.memory_letters("c"),
                    *wiring.keep_wires(), *wiring.write_wires(), *wiring.read_wires(), *wiring.shown(),
                    *wiring.arrows(*words), *wiring.bus("o"), *wiring.state_wires(), *wiring.input_wires(),
                    *(CELL.tank(gate, GATES_AT[gate], word) for gate, word in words.items()))


signals = wiring.SIGNALS
readout = (
    "Step {t:d}, unit {u:d}: of {now[2]:.2f} the cell keeps {now[7]:.2f} and writes {now[8]:.2f}; now it holds "
    "{now[9]:.2f}, and shows {now[11]:.2f}."
)
challenges = [
    Challenge("Find a step at which unit 4 holds more than 1 and shows less than 0.05.", met="quiet"),
    Challenge("Make unit 2, the latch, count: its cell above 1.5 after the second pulse (step 13).", met="counting"),
]


def _at(arrays, name, step):
    """A gate, the candidate or a state of the chosen unit at a step, as the readout writes it."""
    return round(float(arrays[name][step - 1]), 2)


def _counts(a):
    rises = [_at(a, "c", step) - _at(a, "c", step - 1) for step in (5, 13, 27, 33)]
    return all(0.85 < rise < 0.9 for rise in rises) and all(a["h"] < 1) and _at(a, "h", 33) - _at(a, "h", 13) < 0.1


tries = [
    Try(ask="Unit 2 is a latch, and it is full when a second positive pulse comes at step 13. At step 21 comes a "
            "negative one. What will it do?",
        guesses=("The pulse is subtracted.", "The cell is erased.", "Nothing: a latch keeps what it has."), right=1,
        do="With unit 2, move the step from 13 to 21.", at={"unit": 2, "step": 21},
        says="The cell is erased. A full latch all but shuts its own input gate, so the second pulse added only 0.15 "
             "and the negative one takes nothing away; but it shuts the forget gate, and 0.05 is left.",
        holds=lambda a: (_at(a, "i", 13), _at(a, "i", 21), _at(a, "f", 21), _at(a, "c", 21)) == (0.15, 0, 0.05, 0.05)),
    Try(ask="Unit 1 counts the positive pulses. Its cell goes up with each of them. Does the hidden state h count too?",
        guesses=("Yes, it climbs with the cell.", "At first; then it stands just below 1."), right=1,
        do="Choose unit 1 and press play.", at={"unit": 1, "step": (33, T)},
        says="The cell climbs by about 0.9 at each positive pulse; h cannot follow, because tanh stops at 1.",
        holds=_counts),
    Try(ask="Unit 3 leaves its input gate open. What does the negative pulse do to its cell?",
        guesses=("It erases the cell.", "It is subtracted from the cell.", "Nothing."), right=1,
        do="Choose unit 3 and step 21.", at={"unit": 3, "step": 21},
        says="It is subtracted: the candidate is negative (its wire is dashed), and writing it takes the cell from "
             "1.03 to 0.47.",
        holds=lambda a: _at(a, "g", 21) < 0 and (_at(a, "c", 20), _at(a, "c", 21)) == (1.03, 0.47)),
    Try(ask="At step 20 the cell of unit 4 holds 1.74. How much of it does the unit show, as h?",
        guesses=("1.74, all of it", "0.94, the tanh of it", "almost nothing"), right=2,
        do="Choose unit 4 and look at steps 20, 21 and 22, one after the other.",
        at=({"unit": 4, "step": 20}, {"unit": 4, "step": 21}, {"unit": 4, "step": 22}),
        says="At step 20 the cell is full and the output gate shut: h is 0.02. The negative pulse of step 21 opens it, "
             "and h is 0.92. That h shuts the forget gate one step later, and the cell is erased.",
        holds=lambda *steps: [tuple(a["now"][[9, 11]].round(2)) for a in steps] ==
        [(1.74, 0.02), (1.73, 0.92), (0.03, 0)] and _at(steps[2], "f", 22) < 0.05),
    Try(ask="Lower the forget-gate bias from 5 to 2. What happens to the memory of unit 2 between the pulses?",
        guesses=("It stays: the gate is still more than half open.", "It fades."), right=1,
        do="Choose unit 2 and set the forget-gate bias to 2.", at={"unit": 2, "forget_bias": 2},
        says="It fades. A gate of 0.88 is not 1: between the first two pulses it takes away more than half.",
        holds=lambda a: _at(a, "f", 6) == 0.88 and _at(a, "c", 12) < 0.5 * _at(a, "c", 5)),
    Try(ask="Without its recurrent weight unit 2 cannot know that it is full. What will the second pulse do?",
        guesses=("It is kept out, as before.", "It is added to the first."), right=1,
        do="Choose unit 2, set the forget-gate bias back to 5 and the recurrent gain to 0.",
        at={"unit": 2, "forget_bias": 5, "gain": 0},
        says="It is added to the first: after step 13 the cell holds 1.91.",
        holds=lambda a: _at(a, "c", 13) == 1.91),
]
claims = [
    Claim("With a forget-gate bias of 2 every memory fades between the pulses.",
          at=tuple({"unit": unit, "forget_bias": 2} for unit in (1, 2, 3, 4)),
          holds=lambda *units: all(_at(a, "c", 12) < 0.5 * _at(a, "c", 5) for a in units)),
    Claim("With a recurrent gain of 0 unit 4 no longer erases what it has read.", at={"unit": 4, "gain": 0, "step": 22},
          holds=lambda a: _at(a, "c", 22) > 0.98 * _at(a, "c", 21) > 1),
    Claim("Units 1 and 3 have no recurrent weight: for them the gain changes nothing.",
          at=tuple({"unit": unit, "gain": gain, "step": T} for unit in (1, 3) for gain in (0, 2)),
          holds=lambda a, b, c, d: bool((a["c"] == b["c"]).all() and (c["c"] == d["c"]).all())),
]
