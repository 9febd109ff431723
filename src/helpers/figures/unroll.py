"""How does an input of long ago reach the state of today?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.sequence import rnn
from live_figures import Challenge, Slider, draw

title = "How does an input of long ago reach the state of today?"
caption = (
    "Left: the network with its loop. Right: the same network, one copy a step; arrows of one colour are one weight. "
    "Try this: move the pulse to the right; every state before it stays 0, every state from it on changes. "
    "Then change W: all orange arrows change together. Set W = 0 and the state forgets at once; "
    "set W = 1.5 and it never forgets."
)
alt = (
    "A recurrent cell drawn folded, with input x, state s, output o and weights U, W, V, and unfolded over up to five "
    "steps with the value of every input, state and output. Below, a plot of state and output over thirty steps: after "
    "the pulse the state decays, stays or alternates, depending on W."
)

STEPS, DRAWN = 30, 5
R = 18  # radius of a node

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
    xp = array_namespace(consts["zero"])
    steps, zero = consts["step"], consts["zero"]
    x = xp.where(steps == at, pulse, zero)
    params = RNNParams(W_x=xp.reshape(U, (1, 1)), W_h=xp.reshape(W, (1, 1)), b=zero)
    s = rnn(params, x[:, None, None]).h[:, 0, 0]
    before = xp.concat([zero, s[:-1]])
    weights = xp.stack([U, W, V])
    flow = xp.abs(xp.stack([U * x, W * before, V * s]))  # what each arrow carries at each step
    last = xp.abs(s[-1])
    signs = s[-10:] * before[-10:]
    small_first = (at == 1) & (xp.abs(pulse) <= 0.3)
    return {
        "x": x, "s": s, "o": V * s,
        "weights": weights, "thick": 1.2 + 1.4 * xp.abs(weights),
        "carried": 0.22 + 0.78 * xp.sqrt(xp.clip(flow, 0.0, 1.0)),
        "plus": 0.45 * xp.maximum(s, zero), "minus": 0.45 * xp.maximum(-s, zero),
        "pulse_here": 0.45 * xp.abs(x), "drawn": xp.astype(steps <= length, s.dtype),
        "length": length, "at": at, "last": s[-1],
        "kept": (last >= 0.5) & small_first,
        "alternates": (last >= 0.5) & (xp.max(signs) < 0.0),
    }


def figure(arrays):
    steps = np.arange(1, STEPS + 1)
    fig = plots.figure(x_title="step t", y_title="value", x_range=[0.4, STEPS + 0.6], y_range=[-1.08, 1.08], height=260)
    fig.add_bar(name="input x", x=steps, y=arrays["x"], marker={"color": plots.COLORS[6]}, opacity=0.5)
    fig.add_scatter(name="state s", x=steps, y=arrays["s"], mode="lines+markers",
                    line={"color": plots.COLORS[0]}, marker={"size": 6})
    fig.add_scatter(name="output o", x=steps, y=arrays["o"], mode="lines",
                    line={"color": plots.COLORS[2], "dash": "dash"})
    return fig


def diagram():
    folded, first, gap = 54, 152, 56
    rows = {"o": 32, "s": 112, "x": 192}
    copies = [_copy(first + gap * k, rows, k, gap) for k in range(DRAWN)]
    return draw.svg(400, 222, _folded(folded, rows), draw.label(104, rows["s"] - 12, "unfold", size=11, color="muted"),
                 draw.arrow(90, rows["s"], 118, rows["s"], color="muted"), *copies, max_width=680)


def _folded(x, rows):
    """The cell with its loop; the weights' letters and values stand beside their arrows."""
    r = R
    loop = f"M{x - 12} {rows['s'] + 13}C{x - 44} {rows['s'] + 46} {x - 44} {rows['s'] - 46} {x - 16} {rows['s'] - 17}"
    tip = f"M{x - 11} {rows['s'] - 13}l-9 -1.5l5.5 -6.5z"
    parts = [
        draw.arrow(x, rows["x"] - r, x, rows["s"] + r + 2, color="c0", live={"stroke-width": "thick[0]"}),
        draw.arrow(x, rows["s"] - r, x, rows["o"] + r + 2, color="c2", live={"stroke-width": "thick[2]"}),
        f'<path d="{loop}" class="fill-none stroke-c1" data-live="stroke-width=thick[1]"/>',
        f'<path d="{tip}" class="fill-c1 stroke-none"/>',
        draw.node(x, rows["x"], "x_t", r=r), draw.node(x, rows["s"], "s_t", r=r), draw.node(x, rows["o"], "o_t", r=r),
    ]
    for k, (letter, dx, y) in enumerate((("U", 25, (rows["x"] + rows["s"]) / 2), ("W", -33, rows["s"] + 38),
                                         ("V", 25, (rows["o"] + rows["s"]) / 2))):
        parts.append(draw.label(x + dx, y - 7, letter, color=f"c{k}", bold=True))
        parts.append(draw.label(x + dx, y + 7, size=11, live={"text": f"weights[{k}]:.2f"}))
    return draw.group(*parts)


def _copy(x, rows, k, gap):
    """Step k + 1 of the unfolded network, with the arrow that brings the state of the step before."""
    r = R

    def carried(row):
        return {"stroke-width": f"thick[{row}]", "opacity": f"carried[{row}][{k}]"}

    parts = [
        draw.arrow(x, rows["x"] - r, x, rows["s"] + r + 2, color="c0", live=carried(0)),
        draw.arrow(x, rows["s"] - r, x, rows["o"] + r + 2, color="c2", live=carried(2)),
        draw.label(x + 9, (rows["x"] + rows["s"]) / 2, "U", size=11, color="c0"),
        draw.label(x + 9, (rows["o"] + rows["s"]) / 2, "V", size=11, color="c2"),
        draw.arrow(x - gap + r, rows["s"], x - r - 2, rows["s"], color="c1", live=carried(1)) if k else "",
        draw.label(x - gap / 2, rows["s"] - 11, "W", size=11, color="c1") if k else "",
    ]
    for name, overlays in (("x", (("c0", "pulse_here"),)), ("s", (("c0", "plus"), ("c1", "minus"))), ("o", ())):
        parts.append(draw.node(x, rows[name], r=r))
        parts += [draw.node(x, rows[name], r=r, fill=c, stroke="none", live={"opacity": f"{a}[{k}]"})
                  for c, a in overlays]
        parts.append(draw.label(x, rows[name], size=11, live={"text": f"{name}[{k}]:.2f"}))
    parts.append(draw.label(x, rows["x"] + 25, f"t = {k + 1}", size=11, color="muted"))
    return draw.group(*parts, live={"show": f"drawn[{k}]"})


readout = (
    "Steps drawn: {length:d}, weights: 3, the same at every step. After the pulse of step {at:d}, the state at step 30 "
    "is {last:.3f}."
)
challenges = [
    Challenge("Make a small pulse last: at most 0.3 in size, at step 1, and at step 30 a state beyond ±0.5.", "kept"),
    Challenge("Let the state change its sign at every step, and still be beyond ±0.5 at step 30.", "alternates"),
]
