"""What can a cell no longer do when a gate is taken away or tied to another, and what does a peephole add?

The six cells get one input and do three tasks with weights set by hand. Where the input and the forget gate are two
gates, the weights of those tasks are the same; where one gate both keeps and writes, they are chosen anew for it. The
cell of 1997 is our LSTM without its forget gate; its candidate is a tanh, as in the others.
"""

import dataclasses
import math

import numpy as np
from array_api_compat import array_namespace

from helpers.cells import GRUParams, LSTMParams, LSTMStep, MinGRUParams
from helpers.figures import _lstm_wiring as wiring
from helpers.figures._lstm_wiring import GATES_AT
from helpers.figures._wiring import Lane, T, before, lone_units, unit_names, word
from helpers.sequence import gru, lstm, mingru, pick
from live_figures import Challenge, Choice, Claim, Slider, Try, draw

title = "What does each variant of the gates make possible, and what impossible?"
caption = (
    "The wiring shows one unit of the chosen cell at one step, at which the lines end: what sets this cell apart from "
    "the LSTM is drawn heavily or named in bold, and the dotted line is the memory of the LSTM at the same task."
)
alt = (
    "A wiring diagram of the chosen cell with the gates that keep, write and read, and next to it the input pulses of "
    "48 steps and, up to the chosen step, these gates, and the memory of the cell with what it shows of it."
)

PULSES = {4: 1, 8: 1, 12: 1, 16: 1, 22: -1, 30: 1, 36: 1, 42: -1}  # step -> sign
VARIANTS = {"lstm": "LSTM", "no_forget": "no forget gate (1997)", "peephole": "with peepholes",
            "coupled": "coupled gates", "gru": "GRU", "min_gru": "minGRU"}
NAMES = ("a counter", "a switch", "an alarm")
UNITS = len(NAMES)
TWO, ONE = ("lstm", "no_forget", "peephole"), ("coupled", "gru", "min_gru")  # gates for keeping and writing
LSTMS, GRUS = (*TWO, "coupled"), ("gru", "min_gru")
PARTS = {  # what is drawn for which cells
    **{name: (name,) for name in VARIANTS}, "LSTMs": LSTMS, "GRUs": GRUS, "one gate": ONE, "i": TWO,
    "f": ("lstm", "peephole", "coupled"), "keep": ("lstm", "peephole", *ONE), "recurrent": (*LSTMS, "gru"),
}
CELL = dataclasses.replace(wiring.CELL, signals=wiring.CELL.signals | {"LSTM": "x"})  # the latter grey
NAMED = {"f": "keep", "i": "write", "o": "read", "c": "memory", "h": "shown"}
LANES = [*(Lane({gate: "solid"}, (-0.05, 1.05)) for gate in "fio"),
         Lane({"LSTM": "dot", "c": "solid", "h": "dash"}, (-1.3, 5.2), 116)]

controls = [
    Choice(name="variant", label="Cell", options=tuple(VARIANTS), value="lstm", labels=tuple(VARIANTS.values())),
    Slider(name="unit", label="Unit", min=1, max=UNITS, step=1, value=1, integer=True),
    Slider(name="step", label="Step t", min=1, max=T, step=1, value=16, integer=True, play=4),
    Slider(name="share", label="Share (unit 1)", min=0.05, max=0.95, step=0.01, value=0.5,
           idle=("whole", "unit 1 alone writes a share")),
    Slider(name="size", label="Size of the pulses", min=0.5, max=2, step=0.05, value=1.0),
]

FOUR = (4, 8, 12, 16)  # the steps of the first four pulses

# For each gate of each unit (weight of a positive pulse, of a negative one, of the slider for the share, recurrent
# weight, bias); a unit listens only to itself.
TICK, ALARM = math.atanh(0.1), 1.05  # the alarm's cell counts steps by tenths, and goes off between 1.0 and 1.1
TWO_GATES = (  # i, f, g, o
    ((8, 0, 1, 0, -8), (0, -16, 0, 0, 8), (2, 0, 0, 0, 0), (0, 0, 0, 0, 8)),         # + adds its share, - erases
    ((16, 0, 0, 0, -8), (0, 0, 0, 0, 8), (4, 0, 0, -8, 0), (0, 0, 0, 0, 8)),         # + adds, or subtracts when on
    ((0, 0, 0, 0, 8), (-16, 0, 0, -20, 8), (0, 0, 0, 0, TICK), (0, 0, 0, 0, -120 * ALARM)),  # counts; + and h erase
)
PEEPHOLE = ((0, 0, 0), (0, 0, 0), (0, 0, 120))  # of the gates i, f, o: the alarm's output gate looks at the cell
ONE_GATE = (  # keep, candidate
    ((-8, -16, -1, 0, 8), (2, 0, 0, 0, 0)),   # + writes its share, - erases
    ((-16, 0, 0, 0, 8), (4, 0, 0, -8, 0)),    # + overwrites with the opposite
    ((-16, 0, 0, 0, 2.2), (-4, 0, 0, 0, 4)),  # goes a tenth of the way to 1 at each step; + erases
)
LINEAR = ((1, 0, 0, 0, 0), (1, 0, 0, 0, 0), (-1, 0, 0, 0, 1))  # the candidates again, for a cell without their tanh
SHUT, OPEN = (0, 0, 0, 0, -8), (0, 0, 0, 0, 8)


def consts():
    two = LSTMParams(*lone_units(TWO_GATES))
    reads = [o for _, _, _, o in TWO_GATES]
    z_n = lone_units([(keep, linear) for (keep, _), linear in zip(ONE_GATE, LINEAR, strict=True)])
    sign = np.array([PULSES.get(t, 0) for t in range(1, T + 1)], dtype=float)
    plus, minus = np.maximum(sign, 0), np.maximum(-sign, 0)
    return {
        "lstm": two, "peephole": two._replace(peephole=np.array(PEEPHOLE, dtype=float)),
        "no_forget": LSTMParams(*lone_units([(i, (0, 0, 0, 0, 80), g, o) for i, _, g, o in TWO_GATES])),  # f is 1
        "coupled": LSTMParams(*lone_units([(SHUT, *unit, o) for unit, o in zip(ONE_GATE, reads, strict=True)])),
        "gru": GRUParams(*lone_units([(OPEN, *unit) for unit in ONE_GATE]), np.zeros(3 * UNITS)),
        "min_gru": MinGRUParams(z_n[0], z_n[2]),
        "x": np.stack([plus, minus, plus], axis=-1)[:, None, :],
    }


def compute(consts, variant, unit, step, share, size):
    xp = array_namespace(consts["x"])
    pulses = consts["x"]
    x = pulses * xp.stack([size, size, xp.log(share / (1.0 - share))])
    of_unit = lambda signal: pick(signal[:, 0, :], unit - 1, axis=1)  # noqa: E731
    i, f, g, o, c, tanh_c, h = map(of_unit, _as_lstm(xp, variant, consts[variant], x))
    c_prev, signed = before(xp, c), size * (pulses[:, 0, 0] - pulses[:, 0, 1])
    wires = (signed, before(xp, h), c_prev, i, f, g, o, f * c_prev, i * g, c, tanh_c, h)
    lines = {"i": i, "f": f, "o": o, "LSTM": of_unit(lstm(consts["lstm"], x).c), "c": c, "h": h}
    arrays, fourth = CELL.arrays(xp, wires, lines, step, unit, UNITS), FOUR[-1] - 1
    return arrays | {
        "whole": unit > 1, "has": xp.asarray([float(variant in cells) for cells in PARTS.values()]),
        "counted": (unit == 1) & (size <= 1.0) & (c[fourth] - c_prev[fourth] >= 0.1) & (variant in ONE),
        "again": (unit == 3) & (step > 30) & (arrays["now"][11] > 0.5) & (variant == "peephole"),
    }


def _as_lstm(xp, variant, params, x):
    """What happens in a cell, named as in an LSTM: a GRU keeps by z, writes by 1 - z, and shows its memory as it is."""
    if variant in LSTMS:
        return lstm(params, x, coupled=variant == "coupled")
    trace = (gru if variant == "gru" else mingru)(params, x)
    return LSTMStep(1.0 - trace.z, trace.z, trace.n, xp.ones_like(trace.z), trace.h, trace.h, trace.h)


def figure(arrays):
    return CELL.over_time(arrays, LANES, NAMED)


def diagram():
    """The wiring of the LSTM, with the parts of each variant in place of those that it lacks."""
    says = {
        "lstm": "f keeps, i writes, o reads", "no_forget": "no forget gate: everything is kept",
        "peephole": "the gates see the cell, through peepholes", "coupled": "f keeps, and 1 − f writes",
        "gru": "z keeps, 1 − z writes, everything is shown", "min_gru": "as the GRU, but nothing sees the state",
    }
    return draw.svg(380, 312, *(_part(name, draw.label(190, 12, text, bold=True, size=14))
                                for name, text in says.items()),
                    *unit_names(NAMES, x=236, y=298), *wiring.memory_wires(), *wiring.write_wires(), *wiring.shown(),
                    *wiring.input_wires(), *_parts_of_some(), *_peepholes(), *_tanks())


def _shown(name):
    return f"has[{list(PARTS).index(name)}]"


def _part(name, *drawn):
    """What is drawn only for the cells that PARTS gives."""
    return draw.group(*drawn, live={"show": _shown(name)})


def _parts_of_some():
    g, o = GATES_AT["g"], GATES_AT["o"]
    return [
        _part("LSTMs", *wiring.memory_letters("c"), *wiring.read_wires(), *wiring.bus("o"), *wiring.arrows("o")),
        _part("GRUs", *wiring.memory_letters("h"), word(o, 188, "no o", "middle"),
              CELL.wire([(346, wiring.TOP), (346, wiring.BUS), (374, wiring.BUS)], "h", "h")),
        *wiring.bus("g"), *wiring.arrows("g"), _part("i", *wiring.arrows("i")),
        _part("keep", *wiring.keep_wires(), *wiring.arrows("f")),
        _part("no_forget", CELL.wire([(80, wiring.TOP), (104, wiring.TOP)], "kept", "c", head=0),
              word(GATES_AT["f"], 188, "no f", "middle")),
        _part("one gate", draw.wire([(111, 188), (139, 188)], width=4, head=9)),
        _part("recurrent", *wiring.state_wires()), _part("min_gru", word(8, 247, "no h")),
        _part("gru", draw.label(g + 8, 240, "h through r", bold=True, anchor="start")),
    ]


def _peepholes():
    """From the old cell to the gates that keep and write, from the new one to the gate that reads."""
    heavy, top = {"color": "c0", "width": 4, "head": 9}, wiring.TOP
    return [_part("peephole", draw.wire([(40, top), (40, 188), (73, 188)], **heavy),
                  draw.wire([(40, top), (40, 152), (125, 152), (125, 188), (139, 188)], **heavy),
                  draw.wire([(262, top), (262, 188), (275, 188)], **heavy))]


def _tanks():
    tank = lambda gate, text, **letters: CELL.tank(  # noqa: E731
        gate, GATES_AT[gate], text, {letter: _shown(cells) for letter, cells in letters.items()})
    return [_part("keep", tank("f", "keep", f="f", z="GRUs")),
            tank("i", "write", **{"i": "i", "1−f": "coupled", "1−z": "GRUs"}),
            tank("g", "candidate", g="LSTMs", n="GRUs"), _part("LSTMs", tank("o", "read", o="LSTMs"))]


COUPLED, NO_FORGET = (_shown(part) for part in ("one gate", "no_forget"))
signals = {name: wiring.SIGNALS[name] for name in ("x", "h_prev", "c_prev")} | {
    "f": CELL.signal("f", "f_t", "gate that keeps", words=("forget gate",), line="keep"),
    "i": CELL.signal("i", "i_t", "gate that writes", ((COUPLED, "1 - f"), ("", "")),
                     "One gate both keeps and writes.", line="write"),
    "g": CELL.signal("g", "g_t", "candidate"),
    "o": CELL.signal("o", "o_t", "gate that reads", words=("output gate",), line="read"),
    "kept": CELL.signal("kept", "kept", "kept", ((NO_FORGET, "c_prev"), ("", "f * c_prev")), letter="c"),
    "written": CELL.signal("written", "written", "written", ((COUPLED, "(1 - f) * g"), ("", "i * g")), letter="c"),
    "c": CELL.signal("c", "c_t", "memory", ((NO_FORGET, "c_prev + i * g"), (COUPLED, "f * c_prev + (1 - f) * g"),
                                            ("", "f * c_prev + i * g")), "What is kept and what is written, added.",
                     words=("cell", "$c$"), line="memory", lights=("c_prev", "kept", "tanh_c")),
    "tanh_c": CELL.signal("tanh_c", "tanh(c_t)", "tanh of the memory",
                          ((_shown("GRUs"), ""), ("", "tanh(c)")), letter="c"),
    "h": CELL.signal("h", "h_t", "what is shown", ((_shown("GRUs"), "c"), ("", "o * tanh(c)"))),
}
readout = (
    "Step {t:d}, unit {u:d}: of {now[2]:.2f} the cell keeps {now[7]:.2f} and writes {now[8]:.2f}; now it holds "
    "{now[9]:.2f}, and shows {now[11]:.2f}."
)
challenges = [
    Challenge("In a cell in which one gate keeps and writes, let the fourth pulse (of size 1 at most) still raise the "
              "memory of unit 1 by 0.1 or more.", met="counted"),
    Challenge("Find the step at which the alarm of the cell with peepholes goes off for the second time.", met="again"),
]


def _at(arrays, name, *steps):
    """A gate or the memory of the chosen unit at these steps, as the readout writes it."""
    return tuple(round(float(arrays[name][step - 1]), 2) for step in steps)


def _rises(arrays):
    """What each of the first four pulses adds to the memory."""
    return np.array([arrays["c"][step - 1] - arrays["c"][step - 2] for step in FOUR])


def _loudest(arrays):
    return float(np.abs(arrays["h"]).max())


tries = [
    Try(ask="Unit 1 of the LSTM counts: each positive pulse half opens its input gate, and after four of them it holds "
            "1.92. Now tie that gate to the forget gate: what writes a half keeps a half. What will four pulses give?",
        guesses=("1.92, as before", "0.90", "0.48"), right=1,
        do="Choose the coupled gates, unit 1 and step 16.",
        at=({"unit": 1, "step": 16, "share": 0.5}, {"variant": "coupled", "unit": 1, "step": 16, "share": 0.5}),
        says="0.90: each pulse goes half of the way that is left: 0.48, 0.72, 0.84, 0.90. With i = 1 − f the cell is a "
             "mixture of what it held and of a candidate between −1 and 1, so it never leaves that range.",
        holds=lambda a, b: _at(a, "c", 16) == (1.92,) and _at(b, "c", *FOUR) == (0.48, 0.72, 0.84, 0.9)),
    Try(ask="At step 22 a negative pulse shuts the forget gate, and the LSTM's counter is empty. What will be left in "
            "that of 1997, which has no forget gate?",
        guesses=("nothing", "about half", "all of it"), right=2,
        do="Choose the cell without a forget gate and move the step to 22.",
        at={"variant": "no_forget", "unit": 1, "step": (22, 29), "share": 0.5},
        says="All of it, 1.93. This cell can be lowered only by writing negative numbers, and by less than 1 at a "
             "step, because both i and g stay below 1 in size.",
        holds=lambda a: _at(a, "c", 21, 22) == (1.93, 1.93) and _at(a, "LSTM", 22) == (0,)),
    Try(ask="Unit 2 is a switch: each positive pulse should turn it over. The GRU's goes to 1, −1, 1, −1 at the first "
            "four pulses. What will the minGRU's do?",
        guesses=("The same.", "It turns on, and stays on."), right=1,
        do="Choose unit 2 and step 20 with the GRU, and then with the minGRU.",
        at=({"variant": "gru", "unit": 2, "step": 20}, {"variant": "min_gru", "unit": 2, "step": 20}),
        says="It turns on, and stays on. Its gate and its candidate see the pulse but not the state: equal pulses move "
             "it towards the same number, never away from it, whatever the weights.",
        holds=lambda a, b: _at(a, "c", *FOUR) == (1, -1, 1, -1) and _at(b, "c", *FOUR) == (1, 1, 1, 1)),
    Try(ask="Behind a shut output gate unit 3 counts the steps since the last positive pulse, at step 16; at step 26 "
            "it should give an alarm. Which cell's will?",
        guesses=("the LSTM, and the one with peepholes", "only the one with peepholes", "neither"), right=1,
        do="Choose unit 3 and step 28 with the LSTM, and then with peepholes.",
        at=({"variant": "lstm", "unit": 3, "step": (27, 30)}, {"variant": "peephole", "unit": 3, "step": (27, 30)}),
        says="Only the one with peepholes. Behind a shut output gate h is 0 whatever the cell holds, and so the LSTM's "
             "gates, which see x and h, cannot know the count: it can time only what it shows. A peephole shows the "
             "count to the gate, which opens at step 26.",
        holds=lambda a, b: _loudest(a) < 0.005 and _at(a, "c", 26) == _at(b, "c", 26) == (1.1,)
        and _at(b, "o", 25, 26, 27) == (0, 1, 0)),
    Try(ask="The GRU's alarm goes a tenth of the way to 1 at each step. What does it show in the meantime?",
        guesses=("nothing, like the others", "all that it holds"), right=1,
        do="Choose the GRU, unit 3 and step 28.", at={"variant": "gru", "unit": 3, "step": (27, 30)},
        says="All that it holds: the GRU has no output gate, and the line of what is shown lies on that of the memory.",
        holds=lambda a: np.array_equal(a["c"], a["h"]) and 0.6 < a["h"][25] < 0.7),
    Try(ask="Unit 1 is the counter. Will the GRU's count better if a pulse writes nearly all of itself, a share of "
            "0.95 instead of 0.5?",
        guesses=("Yes, it climbs in larger steps.", "No, it is full after the first pulse."), right=1,
        do="Choose the GRU, unit 1 and step 20, and set the share to 0.95.",
        at={"variant": "gru", "unit": 1, "step": 20, "share": 0.95},
        says="No: it holds 0.92 after the first pulse and 0.96 after the fourth. A pulse overwrites as large a share "
             "as it writes. What helps is a small share: the steps get smaller, but more of them can be told apart.",
        holds=lambda a: _at(a, "c", 4, 16) == (0.92, 0.96)),
]
EVERYWHERE = tuple({"unit": unit, "step": T, "share": share, "size": size}
                   for unit in (1, 2, 3) for share in (0.05, 0.5, 0.95) for size in (0.5, 1, 2))


def _of(*variants, **more):
    """The states of a claim that speaks of these cells wherever the sliders stand, or where `more` puts them."""
    return tuple({"variant": variant, "step": T} | place | more for variant in variants
                 for place in ((more,) if more else EVERYWHERE))


claims = [
    Claim("Whatever the share and the size of the pulses, the memory of coupled gates and of the GRU stays between −1 "
          "and 1.", at=_of("coupled", "gru"), holds=lambda *a: all(np.abs(x["c"]).max() <= 1 for x in a)),
    Claim("The minGRU's candidate is no tanh: with pulses of size 2 its memory goes beyond 1.5, though never beyond 2.",
          at=_of("min_gru", unit=1, size=2), holds=lambda a: 1.5 < a["c"].max() <= 2),
    Claim("No step changes the cell without a forget gate by 1 or more.", at=_of("no_forget"),
          holds=lambda *a: all(np.abs(np.diff(x["c"])).max() < 1 for x in a)),
    Claim("With pulses of size 1 that write a half, every pulse adds as much as the first in the counters of the "
          "LSTM, with a forget gate or without; where one gate keeps and writes, each adds half as "
          "much as the one before.", at=_of(*VARIANTS, unit=1),
          holds=lambda *a: all(np.ptp(_rises(x)) < 0.01 for x in a[:3])
          and all(np.allclose(_rises(x)[1:] / _rises(x)[:-1], 0.5, atol=0.01) for x in a[3:])),
    Claim("With pulses of size 1 the fourth raises the GRU's memory by 0.10 where a pulse writes a quarter, by 0.06 "
          "where it writes a half, and by less than 0.01 where it writes 0.95.",
          at=tuple(state for share in (0.25, 0.5, 0.95) for state in _of("gru", unit=1, share=share)),
          holds=lambda *a: [round(float(_rises(x)[3]), 2) for x in a] == [0.1, 0.06, 0]),
    Claim("Every cell but the minGRU turns its switch over at each of the first four pulses, if they have size 1.",
          at=_of(*VARIANTS, unit=2),
          holds=lambda *a: [bool(np.all(np.abs(np.diff(_rises(x))) > 1)) for x in a] == 5 * [True] + [False]),
    Claim("Whatever the size of the pulses, none of the first four turns the minGRU's switch down.",
          at=_of("min_gru", unit=2) + _of("min_gru", unit=2, size=0.5) + _of("min_gru", unit=2, size=2),
          holds=lambda *a: all(np.all(_rises(x) >= -1e-12) for x in a)),
    Claim("With pulses of size 1 the alarm with peepholes goes off ten steps after a positive pulse that no other "
          "follows, at steps 26 and 46, and at no other step; that of the LSTM and of coupled gates never does.",
          at=_of("peephole", "lstm", "coupled", unit=3),
          holds=lambda a, b, c: list(np.flatnonzero(np.abs(a["h"]) > 0.05) + 1) == [26, 46]
          and _loudest(b) < 0.005 and _loudest(c) < 0.005),
]
