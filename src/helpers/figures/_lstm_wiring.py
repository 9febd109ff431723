"""The wiring of an LSTM cell in parts, so that a variant of it can leave some out.

The cell c runs along the top, the gates stand below it, x and h come in from underneath.
"""

from helpers.figures._wiring import Wiring, gate_formula, weight_signals, word
from live_figures import draw

__all__ = ["BUS", "CELL", "GATES_AT", "LETTERS", "SIGNALS", "TOP", "arrows", "bus", "input_wires", "keep_wires",
           "memory_letters", "memory_wires", "read_wires", "shown", "state_wires", "write_wires"]

CELL = Wiring(
    signals={"i": "input", "f": "forget", "g": "candidate", "o": "output", "c": "cell", "h": "hidden", "x": "x"},
    values=("x", "h_prev", "c_prev", "i", "f", "g", "o", "kept", "written", "c", "tanh_c", "h"),
    gates="ifgo", signed="g")


# The equations of the cell, as a reader sees them behind each number; the weights are those of the gates i, f, g, o.
SIGNALS = {
    "x": CELL.signal("x", "x_t", "input", words=("pulse", "pulses")),
    "h_prev": CELL.signal("h_prev", "h_{t-1}", "old hidden state", "", "What the unit showed one step before.", "h"),
    "c_prev": CELL.signal("c_prev", "c_{t-1}", "old cell", "", "What the cell held one step before.", "c"),
    "i": CELL.signal("i", "i_t", "input gate", gate_formula(0), words=("input gate", "$i$")),
    "f": CELL.signal("f", "f_t", "forget gate", gate_formula(1), words=("forget gate", "$f$")),
    "g": CELL.signal("g", "g_t", "candidate", gate_formula(2, "tanh"), words=("candidate", "$g$")),
    "o": CELL.signal("o", "o_t", "output gate", gate_formula(3), words=("output gate", "$o$")),
    "kept": CELL.signal("kept", "kept", "kept", "f * c_prev",
                        "The forget gate says how much of the old cell stays.", "c"),
    "written": CELL.signal("written", "written", "written", "i * g",
                           "The input gate says how much of the candidate is written.", "c"),
    "c": CELL.signal("c", "c_t", "cell", "f * c_prev + i * g", "What is kept and what is written, added.",
                     words=("cell", "$c$"), lights=("c_prev", "kept", "tanh_c")),
    "tanh_c": CELL.signal("tanh_c", "tanh(c_t)", "tanh of the cell", "tanh(c)",
                          "The cell, brought between −1 and 1.", "c"),
    "h": CELL.signal("h", "h_t", "hidden state", "o * tanh(c)", "The output gate says how much of the cell is shown.",
                     words=("hidden state", "$h$"), lights=("h_prev",)),
} | weight_signals()
GATES_AT = {"f": 92, "i": 158, "g": 226, "o": 294}
TOP, LETTERS, BUS = 64, 42, 246  # the heights of the line of c, of what is written above it, of the wire of x and h


def memory_wires():
    """The line of c: what was there, what is kept of it, what it is now."""
    return [
        CELL.wire([(12, TOP), (82, TOP)], "c_prev", "c"), CELL.value(60, LETTERS, "c_prev"),
        CELL.wire([(102, TOP), (182, TOP)], "kept", "c"), CELL.value(138, LETTERS, "kept"),
        word(138, 83, "kept", "middle"), draw.gate(192, TOP, "+"),
        CELL.wire([(202, TOP), (374, TOP)], "c", "c"), CELL.value(270, LETTERS, "c"),
    ]


def memory_letters(letter):
    """What the line of c is called."""
    return [draw.label(8, LETTERS, f"{letter}_{{t-1}}", anchor="start", size=14),
            draw.label(232, LETTERS, f"{letter}_t", size=14)]


def keep_wires():
    """From the forget gate to c."""
    return [CELL.wire([(92, 168), (92, TOP + 10)], "f", "f"), draw.gate(92, TOP, "×")]


def write_wires():
    """From the input gate and the candidate to c."""
    y = 132
    return [
        CELL.wire([(158, 168), (158, y), (182, y)], "i", "i"), CELL.wire([(226, 168), (226, y), (202, y)], "g", "g"),
        CELL.wire([(192, y - 10), (192, TOP + 10)], "written", "c"), draw.gate(192, y, "×"),
        CELL.value(201, 92, "written", "start"), word(201, 109, "written"),
    ]


def read_wires():
    """From c, by way of the output gate, to h."""
    x, y = 346, 138
    return [
        CELL.wire([(x, TOP), (x, 90)], "c", "c", head=0), CELL.wire([(x, 108), (x, y - 10)], "tanh_c", "c"),
        draw.gate(x, 99, "tanh", r=9), CELL.value(x - 10, 121, "tanh_c", "end"),
        CELL.wire([(294, 168), (294, y), (x - 10, y)], "o", "o"),
        CELL.wire([(x, y + 10), (x, BUS), (374, BUS)], "h", "h"), draw.gate(x, y, "×"), word(x - 7, 157, "read", "end"),
    ]


def shown():
    """The new h, with its letter."""
    return [draw.label(316, 266, "h_t", size=14), CELL.value(374, 266, "h", "end")]


def bus(end):
    """The wire along which x and h come to the gates, as far as `end`."""
    return [draw.wire([(82, BUS), (GATES_AT[end], BUS)], color="muted")]


def arrows(*gates):
    """From that wire to each of these gates."""
    return [draw.wire([(GATES_AT[gate], BUS), (GATES_AT[gate], 228)], color="muted", head=6) for gate in gates]


def state_wires():
    """The old h, which joins x on its way to the gates."""
    return [CELL.wire([(10, 264), (82, 264), (82, BUS)], "h_prev", "h", head=0),
            draw.label(8, 247, "h_{t-1}", anchor="start", size=14), CELL.value(78, 247, "h_prev", "end")]


def input_wires():
    """The input."""
    return [CELL.wire([(10, 302), (82, 302), (82, BUS)], "x", "x", head=0),
            draw.label(8, 285, "x_t", anchor="start", size=14), CELL.value(78, 285, "x", "end")]
