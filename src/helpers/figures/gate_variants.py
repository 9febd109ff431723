"""What can a cell no longer do when a gate is taken away or tied to another, and what does a peephole add?

The six cells get one input and do three tasks with weights set by hand. Where the input and the forget gate are two
gates, the weights of those tasks are the same; where one gate both keeps and writes, they are chosen anew for it.
"""

import math

import numpy as np
from array_api_compat import array_namespace

from helpers.cells import GRUParams, LSTMParams, MinGRUParams
from helpers.figures._wiring import Panel, T, Wiring, before, lone_units, unit_names, word
from helpers.sequence import gru, lstm, mingru, pick
from live_figures import Challenge, Choice, Claim, Slider, Try, draw

title = "What does each variant of the gates make possible, and what impossible?"
caption = (
    "The wiring shows one unit of the chosen cell at one step, at which the lines below end: what sets this cell apart "
    "from the LSTM is drawn heavily or named in bold, and the grey line is the memory of the LSTM at the same task."
)
alt = (
    "A wiring diagram of the chosen cell with the gates that keep, write and read, and below it the input pulses of 48 "
    "steps and, up to the chosen step, these gates, and the memory of the cell with what it shows of it."
)

PULSES = {4: 1, 8: 1, 12: 1, 16: 1, 22: -1, 30: 1, 36: 1, 42: -1}  # step -> sign
VARIANTS = {"lstm": "LSTM", "no_forget": "LSTM of 1997", "peephole": "with peepholes", "coupled": "coupled gates",
            "gru": "GRU", "min_gru": "minGRU"}
NAMES = ("a counter", "a switch", "an alarm")
UNITS = len(NAMES)
TWO, ONE = ("lstm", "no_forget", "peephole"), ("coupled", "gru", "min_gru")  # gates for keeping and writing
LSTMS, GRUS = (*TWO, "coupled"), ("gru", "min_gru")
PARTS = {  # what is drawn for which cells
    **{name: (name,) for name in VARIANTS}, "LSTMs": LSTMS, "GRUs": GRUS, "one gate": ONE, "i": TWO,
    "f": ("lstm", "peephole", "coupled"), "keep": ("lstm", "peephole", *ONE), "recurrent": (*LSTMS, "gru"),
}
CELL = Wiring(
    signals={"keep": "forget", "write": "input", "candidate": "candidate", "read": "output", "memory": "cell",
             "shown": "hidden", "x": "x", "LSTM": "x"},
    values=("x", "h_prev", "c_prev", "keep", "write", "candidate", "read", "kept", "written", "memory", "shown"),
    gates=("keep", "write", "candidate", "read"), signed="candidate")
PANELS = {"gates": Panel({"keep": "solid", "write": "dash", "read": "dot"}, (-0.05, 1.05), [0, 0.5, 1]),
          "memory": Panel({"LSTM": "solid", "memory": "solid", "shown": "dash"}, (-1.3, 5.2), list(range(-1, 6)))}

controls = [
    Choice(name="variant", label="Cell", options=tuple(VARIANTS), value="lstm", labels=tuple(VARIANTS.values())),
    Slider(name="unit", label="Unit", min=1, max=UNITS, step=1, value=1, integer=True),
    Slider(name="step", label="Step t", min=1, max=T, step=1, value=16, integer=True, play=4),
    Slider(name="share", label="Share that a pulse writes (unit 1)", min=0.05, max=0.95, step=0.01, value=0.5),
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
    keep, write, candidate, read, memory, shown = map(of_unit, _signals(xp, variant, consts[variant], x))
    c_prev = before(xp, memory)
    wires = (size * (pulses[:, 0, 0] - pulses[:, 0, 1]), before(xp, shown), c_prev, keep, write, candidate, read,
             keep * c_prev, write * candidate, memory, shown)
    lines = {"keep": keep, "write": write, "read": read, "LSTM": of_unit(lstm(consts["lstm"], x).c),
             "memory": memory, "shown": shown}
    arrays, at = CELL.arrays(xp, wires, lines, step, unit, UNITS), FOUR[-1] - 1
    return arrays | {
        "has": xp.asarray([float(variant in cells) for cells in PARTS.values()]),
        "counted": (unit == 1) & (size <= 1.0) & (memory[at] - c_prev[at] >= 0.1) & (variant in ONE),
        "again": (unit == 3) & (step > 30) & (arrays["now"][10] > 0.5) & (variant == "peephole"),
    }


def _signals(xp, variant, params, x):
    """What keeps, what writes, what is written, what reads, the memory and what is shown of it: (T, 1, UNITS) each."""
    if variant in GRUS:
        trace = (gru if variant == "gru" else mingru)(params, x)
        return trace.z, 1.0 - trace.z, trace.n, xp.ones_like(trace.z), trace.h, trace.h
    trace = lstm(params, x, coupled=variant == "coupled")
    return trace.f, trace.i, trace.g, trace.o, trace.c, trace.h


def figure(arrays):
    fig = CELL.over_time(arrays, PANELS)
    return fig.update_layout(yaxis={"domain": [0.85, 1], "tickvals": [-1, 1]}, yaxis2={"domain": [0.57, 0.77]},
                             yaxis3={"domain": [0, 0.49]})


def diagram():
    """The cell as an LSTM is drawn, with the parts of each variant in place of those that it lacks."""
    says = {
        "lstm": "f keeps, i writes, o reads", "no_forget": "no forget gate: everything is kept",
        "peephole": "the gates see the cell, through peepholes", "coupled": "f keeps, and 1 − f writes",
        "gru": "z keeps, 1 − z writes, everything is shown", "min_gru": "as the GRU, but nothing sees the state",
    }
    return draw.svg(380, 312, *unit_names(NAMES), *(_part(name, draw.label(190, 32, text, bold=True))
                                                    for name, text in says.items()),
                    *_memory_wires(), *_write_wires(), *_read_wires(), *_input_wires(), *_peepholes(), *_tanks(),
                    max_width=600)


def _shown(name):
    return f"has[{list(PARTS).index(name)}]"


def _part(name, *drawn):
    """What is drawn only for the cells that PARTS gives."""
    return draw.group(*drawn, live={"show": _shown(name)})


def _memory_wires():
    y, above = 84, 62
    return [
        CELL.wire([(12, y), (82, y)], "c_prev", "memory"), CELL.value(64, above, "c_prev"),
        *(_part(cells, draw.label(8, above, f"{letter}_{{t-1}}", anchor="start", size=14),
                draw.label(232, above, f"{letter}_t", size=14)) for cells, letter in (("LSTMs", "c"), ("GRUs", "h"))),
        CELL.wire([(102, y), (182, y)], "kept", "memory"), CELL.value(138, above, "kept"),
        word(138, 101, "kept", "middle"), draw.gate(192, y, "+"),
        CELL.wire([(202, y), (374, y)], "memory", "memory"), CELL.value(270, above, "memory"),
        _part("keep", CELL.wire([(92, 168), (92, y + 10)], "keep", "keep"), draw.gate(92, y, "×")),
        _part("no_forget", CELL.wire([(80, y), (104, y)], "kept", "memory", head=0), word(92, 188, "no f", "middle")),
    ]


def _write_wires():
    y = 140
    return [
        CELL.wire([(158, 168), (158, y), (182, y)], "write", "write"),
        CELL.wire([(226, 168), (226, y), (202, y)], "candidate", "candidate"),
        CELL.wire([(192, y - 10), (192, 94)], "written", "memory"), draw.gate(192, y, "×"),
        CELL.value(201, 111, "written", "start"), word(240, 111, "written"),
        _part("one gate", draw.wire([(111, 188), (139, 188)], color="ink", width=4, head=9)),
    ]


def _read_wires():
    x, y = 346, 140
    return [
        _part("LSTMs", CELL.wire([(x, 84), (x, 92)], "memory", "memory", head=0), draw.gate(x, 101, "tanh", r=9),
              CELL.wire([(x, 110), (x, y - 10)], "memory", "memory"), draw.gate(x, y, "×"),
              CELL.wire([(294, 168), (294, y), (x - 10, y)], "read", "read"),
              CELL.wire([(x, y + 10), (x, 246), (374, 246)], "shown", "shown")),
        _part("GRUs", CELL.wire([(x, 84), (x, 246), (374, 246)], "shown", "shown"), word(294, 188, "no o", "middle")),
        draw.label(x - 32, 266, "h_t", size=14), CELL.value(x + 28, 266, "shown", "end"),
    ]


def _input_wires():
    y = 246
    into = lambda *xs: [draw.wire([(x, y), (x, 228)], color="muted", head=6) for x in xs]  # noqa: E731
    bus = lambda start, end: draw.wire([(start, y), (end, y)], color="muted")  # noqa: E731
    return [
        *into(226), bus(82, 226), _part("keep", *into(92)), _part("i", *into(158)),
        _part("LSTMs", bus(226, 294), *into(294)),
        _part("recurrent", CELL.wire([(10, 264), (82, 264), (82, y)], "h_prev", "shown", head=0),
              draw.label(8, 247, "h_{t-1}", anchor="start", size=14), CELL.value(78, 247, "h_prev", "end")),
        _part("min_gru", word(8, 247, "no h")),
        _part("gru", draw.label(234, 240, "h through r", size=12.5, bold=True, anchor="start")),
        CELL.wire([(10, 302), (82, 302), (82, y)], "x", "x", head=0),
        draw.label(8, 285, "x_t", anchor="start", size=14), CELL.value(78, 285, "x", "end"),
    ]


def _peepholes():
    """From the old cell to the gates that keep and write, from the new one to the gate that reads."""
    heavy = {"color": "c0", "width": 4, "head": 9}
    return [_part("peephole", draw.wire([(40, 84), (40, 188), (73, 188)], **heavy),
                  draw.wire([(40, 84), (40, 156), (125, 156), (125, 188), (139, 188)], **heavy),
                  draw.wire([(321, 84), (321, 188), (313, 188)], **heavy))]


def _tanks():
    letters = {"keep": {"f": "f", "z": "GRUs"}, "write": {"i": "i", "1−f": "coupled", "1−z": "GRUs"},
               "candidate": {"g": "LSTMs", "n": "GRUs"}, "read": {"o": "LSTMs"}}
    tank = lambda name, x, text: CELL.tank(  # noqa: E731
        name, x, text, {letter: _shown(cells) for letter, cells in letters[name].items()})
    return [_part("keep", tank("keep", 92, "keep")), tank("write", 158, "write"),
            tank("candidate", 226, "candidate"), _part("LSTMs", tank("read", 294, "read"))]


readout = (
    "Step {t:d}, unit {u:d}: of {now[2]:.2f} the cell keeps {now[7]:.2f} and writes {now[8]:.2f}; now it holds "
    "{now[9]:.2f}, and shows {now[10]:.2f}."
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
    return np.array([arrays["memory"][step - 1] - arrays["memory"][step - 2] for step in FOUR])


def _loudest(arrays):
    return float(np.abs(arrays["shown"]).max())


tries = [
    Try(ask="Unit 1 of the LSTM counts: each positive pulse opens its input gate half, and after four of them it holds "
            "1.92. Now tie that gate to the forget gate: what writes a half keeps a half. What will four pulses give?",
        guesses=("1.92, as before", "0.90", "0.48"), right=1,
        do="Stay with unit 1 at step 16 and choose the coupled gates.",
        at=({"unit": 1, "step": 16, "share": 0.5}, {"variant": "coupled", "unit": 1, "step": 16, "share": 0.5}),
        says="0.90: each pulse goes half of the way that is left: 0.48, 0.72, 0.84, 0.90. With i = 1 − f the cell is a "
             "mixture of what it held and of a candidate between −1 and 1, so it never leaves that range.",
        holds=lambda a, b: _at(a, "memory", 16) == (1.92,) and _at(b, "memory", *FOUR) == (0.48, 0.72, 0.84, 0.9)),
    Try(ask="At step 22 a negative pulse shuts the forget gate, and the LSTM's counter is empty. What will be left in "
            "the LSTM of 1997?",
        guesses=("nothing", "about half", "all of it"), right=2,
        do="Choose the LSTM of 1997 and move the step to 22.",
        at={"variant": "no_forget", "unit": 1, "step": (22, 29), "share": 0.5},
        says="All of it, 1.93: it has no forget gate. Nothing but writing negative numbers could lower its cell, and "
             "by less than 1 at a step, as both i and g stay below 1.",
        holds=lambda a: _at(a, "memory", 21, 22) == (1.93, 1.93) and _at(a, "LSTM", 22) == (0,)),
    Try(ask="Unit 2 is a switch: each positive pulse is to turn it over. The GRU's goes to 1, −1, 1, −1 at the first "
            "four pulses. What will the minGRU's do?",
        guesses=("The same.", "It turns on, and stays on."), right=1,
        do="Choose unit 2 and step 20 with the GRU, and then with the minGRU.",
        at=({"variant": "gru", "unit": 2, "step": 20}, {"variant": "min_gru", "unit": 2, "step": 20}),
        says="It turns on, and stays on. Its gate and its candidate see the pulse but not the state: equal pulses move "
             "it towards the same number, never away from it, whatever the weights.",
        holds=lambda a, b: _at(a, "memory", *FOUR) == (1, -1, 1, -1) and _at(b, "memory", *FOUR) == (1, 1, 1, 1)),
    Try(ask="Unit 3 is an alarm. Behind a shut output gate it counts the steps since the last positive pulse, that of "
            "step 16, and at step 26 it is to show itself. Which cell will?",
        guesses=("the LSTM, and the one with peepholes", "only the one with peepholes", "neither"), right=1,
        do="Choose unit 3 and step 28 with the LSTM, and then with peepholes.",
        at=({"variant": "lstm", "unit": 3, "step": (27, 30)}, {"variant": "peephole", "unit": 3, "step": (27, 30)}),
        says="Only the one with peepholes. Behind a shut output gate h is 0 whatever the cell holds, and so the LSTM's "
             "gates, which see x and h, cannot know the count: it can time only what it shows. A peephole shows the "
             "count to the gate, which opens at step 26.",
        holds=lambda a, b: _loudest(a) < 0.005 and _at(a, "memory", 26) == _at(b, "memory", 26) == (1.1,)
        and _at(b, "read", 25, 26, 27) == (0, 1, 0)),
    Try(ask="The GRU's alarm goes a tenth of the way to 1 at each step. What does it show in the meantime?",
        guesses=("nothing, as the others", "all that it holds"), right=1,
        do="Stay with unit 3 at step 28 and choose the GRU.", at={"variant": "gru", "unit": 3, "step": (27, 30)},
        says="All that it holds: the GRU has no output gate, and the line of what is shown lies on that of the memory.",
        holds=lambda a: np.array_equal(a["memory"], a["shown"]) and 0.6 < a["shown"][25] < 0.7),
    Try(ask="Back to the counter, in the GRU. Will it count better if a pulse writes nearly all of itself, a share of "
            "0.95 in place of 0.5?",
        guesses=("Yes, it climbs in larger steps.", "No, it is full after the first pulse."), right=1,
        do="Choose the GRU, unit 1 and step 20, and set the share to 0.95.",
        at={"variant": "gru", "unit": 1, "step": 20, "share": 0.95},
        says="No: it holds 0.92 after the first pulse and 0.96 after the fourth. A pulse overwrites the share that it "
             "writes. What helps is a small share: the steps get smaller, and more of them can be told apart.",
        holds=lambda a: _at(a, "memory", 4, 16) == (0.92, 0.96)),
]
EVERYWHERE = tuple({"unit": unit, "step": T, "share": share, "size": size}
                   for unit in (1, 2, 3) for share in (0.05, 0.5, 0.95) for size in (0.5, 1, 2))


def _of(*variants, **more):
    """The states of a claim that speaks of these cells wherever the sliders stand, or where `more` puts them."""
    return tuple({"variant": variant, "step": T} | place | more for variant in variants
                 for place in ((more,) if more else EVERYWHERE))


claims = [
    Claim("Whatever the share and the size of the pulses, the memory of coupled gates and of the GRU stays between −1 "
          "and 1.", at=_of("coupled", "gru"), holds=lambda *a: all(np.abs(x["memory"]).max() <= 1 for x in a)),
    Claim("The minGRU's candidate is no tanh: with pulses of size 2 its memory goes beyond 1.5, though never beyond 2.",
          at=_of("min_gru", unit=1, size=2), holds=lambda a: 1.5 < a["memory"].max() <= 2),
    Claim("No step changes the cell of the LSTM of 1997 by 1 or more.", at=_of("no_forget"),
          holds=lambda *a: all(np.abs(np.diff(x["memory"])).max() < 1 for x in a)),
    Claim("In the counters of the LSTM and of that of 1997 every pulse adds as much as the first; where one gate keeps "
          "and writes, each adds half as much as the one before.", at=_of(*VARIANTS, unit=1),
          holds=lambda *a: all(np.ptp(_rises(x)) < 0.01 for x in a[:3])
          and all(np.allclose(_rises(x)[1:] / _rises(x)[:-1], 0.5, atol=0.01) for x in a[3:])),
    Claim("Every cell but the minGRU turns its switch over at each of the first four pulses.",
          at=_of(*VARIANTS, unit=2),
          holds=lambda *a: [bool(np.all(np.abs(np.diff(_rises(x))) > 1)) for x in a] == 5 * [True] + [False]),
    Claim("Whatever the size of the pulses, none of the first four turns the minGRU's switch down.",
          at=_of("min_gru", unit=2) + _of("min_gru", unit=2, size=0.5) + _of("min_gru", unit=2, size=2),
          holds=lambda *a: all(np.all(_rises(x) >= -1e-12) for x in a)),
    Claim("The alarm with peepholes goes off ten steps after a positive pulse that no other follows, at steps 26 and "
          "46, and at no other step; that of the LSTM and of coupled gates never does.",
          at=_of("peephole", "lstm", "coupled", unit=3),
          holds=lambda a, b, c: list(np.flatnonzero(np.abs(a["shown"]) > 0.05) + 1) == [26, 46]
          and _loudest(b) < 0.005 and _loudest(c) < 0.005),
]
