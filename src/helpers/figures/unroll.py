"""How does an input of long ago reach the state of today?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.sequence import rnn
from live_figures import Challenge, Claim, Signal, Slider, Try, draw

title = "How does an input of long ago reach the state of today?"
caption = (
    "On the left the network with its loop, on the right the same network drawn once for every step, where arrows with "
    "the same letter are the same weight, faint if they carry little; the plot shows thirty steps of it."
)
alt = (
    "A recurrent cell drawn folded, with input x, state s, output o and weights U, W, V, and unfolded over up to five "
    "steps with the value of every input, state and output. Next to it, a plot of state and output over thirty steps: "
    "after the pulse the state decays, stays or alternates, depending on W."
)

STEPS, DRAWN = 30, 5
R, GAP = 19, 54  # radius of a node, distance between copies
ROWS = {"o": 22, "s": 104, "x": 186}  # heights
PAINT = [f"c{plots.SIGNALS[signal]}" for signal in ("x", "hidden", "output")]  # of what U, W and V carry

controls = [
    Slider(name="length", label="Steps", min=1, max=DRAWN, step=1, value=DRAWN, integer=True, play=2),
    Slider(name="at", label="Pulse at step", min=1, max=DRAWN, step=1, value=1, integer=True),
    Slider(name="pulse", label="Size of the pulse", min=-1, max=1, step=0.05, value=1),
    Slider(name="U", label="U, input to state", min=-2, max=2, step=0.05, value=1),
    Slider(name="W", label="W, state to state", min=-2, max=2, step=0.05, value=0.8),
    Slider(name="V", label="V, state to output", min=-1, max=1, step=0.05, value=0.6),
]


def consts():
    return {"step": np.arange(1, STEPS + 1), "zero": np.zeros(1)}


def compute(consts, length, at, pulse, U, W, V):
    steps, zero = consts["step"], consts["zero"]
    xp = array_namespace(zero)
    x = xp.where(steps == at, pulse, zero)
    params = RNNParams(W_x=xp.reshape(U, (1, 1)), W_h=xp.reshape(W, (1, 1)), b=zero)
    s = rnn(params, x[:, None, None]).h[:, 0, 0]
    before = xp.concat([zero, s[:-1]])
    weights = xp.stack([U, W, V])
    flow = xp.abs(xp.stack([U * x, W * before, V * s]))  # what each arrow carries at each step
    lasts = xp.abs(s[-1]) >= 0.5
    return {
        "x": x, "s": s, "before": before, "o": V * s, "last": s[-1],
        "weights": weights, "thick": 1.2 + 1.4 * xp.abs(weights),
        "carried": 0.22 + 0.78 * xp.sqrt(xp.clip(flow, 0.0, 1.0)),
        "plus": 0.45 * xp.maximum(s, zero), "minus": 0.45 * xp.maximum(-s, zero), "given": 0.45 * xp.abs(x),
        "drawn": xp.astype(steps <= length, s.dtype),
        "kept": lasts & (at == 1) & (xp.abs(pulse) <= 0.3), "alternates": lasts & xp.all(s[-10:] * before[-10:] < 0.0),
    }


def figure(arrays):
    steps = np.arange(1, STEPS + 1)
    fig = plots.figure(x_title="step t", y_title="value", x_range=[0.4, STEPS + 0.6], y_range=[-1.08, 1.08], height=260)
    fig.add_bar(name="input x", x=steps, y=arrays["x"], marker={"color": plots.color("x")}, opacity=0.5)
    fig.add_scatter(name="state s", x=steps, y=arrays["s"], line={"color": plots.color("hidden")}, marker={"size": 6},
                    mode="lines+markers")
    fig.add_scatter(name="output o", x=steps, y=arrays["o"], line={"color": plots.color("output"), "dash": "dash"})
    return fig


def diagram():
    return draw.svg(384, 224, _folded(52), draw.label(101, ROWS["s"] - 13, "unfold", color="muted"),
                    draw.arrow(88, ROWS["s"], 114, ROWS["s"], color="muted"),
                    *(_copy(147 + GAP * k, k) for k in range(DRAWN)))


def _upwards(x, live):
    """The arrows from input to state and from state to output; `live(k)` binds that of weight k."""
    return [draw.arrow(x, ROWS[low] - R, x, ROWS[high] + R + 2, color=PAINT[k], live=live(k))
            for k, low, high in ((0, "x", "s"), (2, "s", "o"))]


def _folded(x):
    """The cell with its loop; the weights' letters and values stand beside their arrows."""
    s = ROWS["s"]
    places = (("U", x + 24, s + 40), ("W", x - 31, s + 42), ("V", x + 24, s - 40))
    return draw.group(
        *_upwards(x, lambda k: {"stroke-width": f"thick[{k}]"}),
        '<g data-signal="W">'
        f'<path d="M{x - 12} {s + 13}C{x - 44} {s + 46} {x - 44} {s - 46} {x - 16} {s - 17}" '
        'class="fill-none stroke-c5" data-live="stroke-width=thick[1]"/>',
        f'<path d="M{x - 11} {s - 13}l-9 -1.5l5.5 -6.5z" class="fill-c5 stroke-none"/></g>',
        *(draw.signal(name, draw.node(x, y, f"{name}_t", r=R)) for name, y in ROWS.items()),
        *(draw.label(left, y - 7, letter, color=PAINT[k], bold=True) for k, (letter, left, y) in enumerate(places)),
        *(draw.label(left, y + 7, live={"text": f"weights[{k}]:.2f"})
          for k, (_, left, y) in enumerate(places)))


def _copy(x, k):
    """Step k + 1 of the unfolded network, with the arrow that brings the state of the step before."""
    s = ROWS["s"]

    def carried(row):
        return {"stroke-width": f"thick[{row}]", "opacity": f"carried[{row}][{k}]"}

    parts = [*_upwards(x, carried), draw.label(x + 10, s + 41, "U", color=PAINT[0]),
             draw.label(x + 10, s - 41, "V", color=PAINT[2])]
    if k:
        parts.append(draw.signal("W", draw.arrow(x - GAP + R, s, x - R - 2, s, color=PAINT[1], live=carried(1)),
                                 draw.label(x - GAP / 2, s - 11, "W", color=PAINT[1])))
    for name, fills in (("x", {"given": "c0"}), ("s", {"plus": "c0", "minus": "c1"}), ("o", {})):
        parts.append(draw.signal(
            name, draw.node(x, ROWS[name], r=R),
            *(draw.node(x, ROWS[name], r=R, fill=color, stroke="none", live={"opacity": f"{size}[{k}]"})
              for size, color in fills.items()),
            draw.label(x, ROWS[name], live={"text": f"{name}[{k}]:.2f"})))
    parts.append(draw.label(x, ROWS["x"] + 29, f"t = {k + 1}", color="muted"))
    return draw.group(*parts, live={"show": f"drawn[{k}]"})


signals = {
    "x": Signal("x_[k]", "x[k]", "input", words=("pulse", "$x_t$"), line="input x"),
    "s": Signal("s_[k]", "s[k]", "state", "tanh(U * x[k] + W * before[k])", color="c5",
                words=("state", "states", "$s_t$"), line="state s"),
    "before": Signal("s_[k-1]", "before[k]", "state before", color="c5"),
    "o": Signal("o_[k]", "o[k]", "output", "V * s[k]", "The same V at every step.", color="c4",
                words=("output", "$o_t$"), line="output o"),
    "U": Signal("U", "weights[0]", "weight U", color=PAINT[0]),
    "W": Signal("W", "weights[1]", "weight W", color=PAINT[1], words=("letter W", "$W$")),
    "V": Signal("V", "weights[2]", "weight V", color=PAINT[2]),
}
readout = (
    "Steps drawn: {length:d}, weights: 3, the same at every step. After the pulse of step {at:d}, the state at step 30 "
    "is {last:.3f}."
)
challenges = [
    Challenge("Make a small pulse last: at most 0.3 in size, at step 1, and at step 30 a state beyond ±0.5.", "kept"),
    Challenge("Let the state change its sign at every step, and still be beyond ±0.5 at step 30.", "alternates"),
]
tries = [
    Try(ask="The pulse comes at step 3 instead of step 1. Which states will it reach?",
        guesses=("The state of step 3 alone.", "The states from step 3 on.", "All of them, the earlier ones too."),
        right=1, do="Move “Pulse at step” to 3.", at={"at": 3},
        says="The states from step 3 on: those of steps 1 and 2 are 0, and none of the others is. On the right every "
             "arrow points upwards or to a later step, so nothing can travel back in time.",
        holds=lambda a: bool((a["s"][:2] == 0).all() and (a["s"][2:] != 0).all())),
    Try(ask="With W = 0, in how many states will the pulse still be seen, wherever it comes?",
        guesses=("In none.", "In one.", "In all from the pulse on, but weaker."), right=1,
        do="Set W to 0, then move “Pulse at step”.", at={"W": 0, "at": (2, 5)},
        says="In one, that of the pulse's own step. Without W nothing leads from one step to the next, and each step "
             "sees only its own input.",
        holds=lambda a: bool(((a["s"] != 0) == (a["x"] != 0)).all())),
    Try(ask="With W = 1.5 the pulse stays, and the state ends at 0.86. Where does it end after a pulse of half the "
            "size?",
        guesses=("At 0.43, half as high.", "At 0.86, just as high.", "At 0: it is too small to stay."), right=1,
        do="Set W to 1.5, and the size of the pulse to −0.5, then to 0.5.",
        at=({"W": 1.5}, {"W": 1.5, "pulse": -0.5}, {"W": 1.5, "pulse": 0.5}),
        says="At 0.86 again, and after −0.5 at −0.86. The unit remembers that there was a pulse, and its sign, but not "
             "how large it was.",
        holds=lambda *a: [round(float(b["last"]), 2) for b in a] == [0.86, -0.86, 0.86]),
]
claims = [
    Claim("With W between 0 and 1 the pulse fades: from step to step less of it is left.", at={"W": (0.05, 0.95)},
          holds=lambda a: bool((np.diff(a["s"]) < 0).all())),
    Claim("From W = 1.5 on it stays: at step 30 the state is larger than at step 1.", at={"W": (1.5, 2)},
          holds=lambda a: a["last"] > a["s"][0]),
    Claim("A larger W thickens every arrow W, and no other arrow.", at=({}, {"W": 1.5}),
          holds=lambda a, b: (a["thick"] < b["thick"]).tolist() == [False, True, False]
          and bool((a["carried"][1, 1:] < b["carried"][1, 1:]).all())),
    Claim("At W = 1.10 the state ends just above 0.5, at W = 1.05 below.", at=({"W": 1.05}, {"W": 1.1}),
          holds=lambda a, b: a["last"] < 0.5 < b["last"] < 0.51),
    Claim("U = 2 and W = 1.5 hold a pulse of 0.3; W = −1.5 changes the sign at every step.",
          at=({"U": 2, "W": 1.5, "pulse": 0.3}, {"W": -1.5}),
          holds=lambda small, turning: bool(small["kept"] & turning["alternates"])),
]
