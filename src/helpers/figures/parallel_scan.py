"""How can a recurrence be computed other than one step after the other?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.linear import combine, linear_recurrence
from helpers.sequence import pick
from live_figures import Challenge, Choice, Claim, Signal, Slider, Try, draw

title = "How can a recurrence be computed other than one step after the other?"
caption = (
    "A box names the steps of hₜ = a hₜ₋₁ + bₜ that it has joined and shows what they add to the state together; it is "
    "filled where that is the state itself, and faint where the chosen state does not need it."
)
alt = (
    "Eight inputs in a row and below them, round by round, boxes that each join two earlier boxes; the last row holds "
    "the eight states as a loop gives them. Next to them, against the length on logarithmic axes, how many rounds and "
    "how many combinations three ways of joining take."
)

STEPS, POWERS = 8, 16
INPUTS = (3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0)
WAYS = {"loop": "one after the other", "together": "every step at once", "tree": "up and down a tree"}
COLUMN, TOP, BOTTOM, HEIGHT = 47, 20, 322, 32  # between columns; first and last row; a box


def _schedule(way):
    """{step: the earlier step that it is joined with} for each round, steps counted from 0."""
    if way == "loop":
        return [{t: t - 1} for t in range(1, STEPS)]
    reaches = [2**k for k in range(STEPS.bit_length() - 1)]
    if way == "together":
        return [{t: t - reach for t in range(reach, STEPS)} for reach in reaches]
    up = [{t: t - reach for t in range(2 * reach - 1, STEPS, 2 * reach)} for reach in reaches]
    down = [{t: t - reach for t in range(3 * reach - 1, STEPS, 2 * reach)} for reach in reversed(reaches[:-1])]
    return up + down


SCHEDULES = {way: _schedule(way) for way in WAYS}
DEPTH = {way: len(rounds) for way, rounds in SCHEDULES.items()}
WORK = {way: sum(map(len, rounds)) for way, rounds in SCHEDULES.items()}


def _firsts(way):
    """The first of the steps that each box has joined, (round, step)."""
    rows = [list(range(STEPS))]
    for joined in SCHEDULES[way]:
        rows.append([rows[-1][joined.get(t, t)] for t in range(STEPS)])
    return rows


def _needed(way, t):
    """Which boxes (round, step) the state of step t needs: 1 or 0, rounds up to the longest way's."""
    needed, wanted = np.zeros((STEPS, STEPS)), {t}
    for level in range(DEPTH[way], 0, -1):
        joined = {s: SCHEDULES[way][level - 1][s] for s in wanted if s in SCHEDULES[way][level - 1]}
        needed[level, list(joined)] = 1
        wanted |= set(joined.values())
    needed[0, list(wanted)] = 1
    return needed


controls = [
    Choice(name="way", label="Way of joining", options=tuple(WAYS), labels=tuple(WAYS.values()), value="loop"),
    Slider(name="rounds", label="Rounds done", min=0, max=STEPS - 1, step=1, value=STEPS - 1, integer=True, play=1.5),
    Slider(name="t", label="State of step t", min=1, max=STEPS, step=1, value=5, integer=True),
    Slider(name="a", label="a, kept by a step", min=0, max=1, step=0.05, value=0.5),
    Slider(name="power", label="Length T, power of 2", min=1, max=POWERS, step=1, value=3, integer=True),
]


def consts():
    power = np.arange(1.0, POWERS + 1)
    length = 2**power
    return {
        "b": np.array(INPUTS),
        "needed": np.array([[_needed(way, t) for t in range(STEPS)] for way in WAYS]),
        "depths": np.array([length - 1, power, 2 * power - 1]),
        "works": np.array([length - 1, length * power - length + 1, 2 * length - power - 2]),
    }


def compute(consts, way, rounds, t, a, power):
    xp = array_namespace(consts["b"])
    row, depth, firsts = list(WAYS).index(way), DEPTH[way], _firsts(way)
    keep, b = a + 0.0 * consts["b"], consts["b"]
    loop, levels = linear_recurrence(keep, b), [b]
    joins = [(b, 0.0 * b, 0.0 * b, 0.0 * b)]  # what each box was, the earlier one, what it keeps of that, if it joins
    for joined in SCHEDULES[way]:
        before = xp.asarray([joined.get(step, step) for step in range(STEPS)])
        new = combine((xp.take(keep, before), xp.take(b, before)), (keep, b))
        mask = xp.asarray([step in joined for step in range(STEPS)])
        joins.append((b, xp.take(b, before), keep, xp.astype(mask, xp.float64)))
        keep, b = (xp.where(mask, fresh, old) for fresh, old in zip(new, (keep, b), strict=True))
        levels.append(b)
    joins += [joins[0]] * (STEPS - len(levels))
    levels += [b] * (STEPS - len(levels))
    own, earlier, kept, joining = (xp.stack(part) for part in zip(*joins, strict=True))

    done = xp.minimum(rounds, 0 * rounds + depth)
    there = xp.astype(xp.arange(STEPS) <= rounds, xp.float64)[:, None]
    needed = pick(consts["needed"][row, ...], t - 1)
    whole = xp.asarray([[float(first == 0) for first in level] for level in firsts])
    ready = xp.sum(pick(whole, done))
    lengths, at = xp.astype(2**power, xp.float64), power - 1
    all_there = ready > STEPS - 0.5
    return {
        "own": own, "earlier": earlier, "kept": kept, "joining": joining,
        "value": xp.stack(levels), "loop": loop, "before": xp.concat([0.0 * loop[:1], loop[:-1]]),
        "seen": there * (0.25 + 0.75 * needed),
        "way": xp.asarray([float(name == way) for name in WAYS]),
        "here": xp.astype(xp.arange(STEPS) == t - 1, xp.float64),
        "depth_lines": xp.log10(consts["depths"]), "work_lines": xp.log10(consts["works"]),
        "cursor": xp.log10(xp.stack([lengths, lengths])), "done": done, "depth": xp.asarray(depth), "ready": ready,
        "need": xp.sum(needed[1:, :]), "t": t, "T": lengths,
        "rounds_T": pick(consts["depths"][row, :], at), "work_T": pick(consts["works"][row, :], at),
        "fast": all_there & (done <= 3), "cheap": all_there & (depth < 7) & (WORK[way] < 12),
    }


def figure(arrays):
    powers = np.log10(2.0) * np.arange(1, POWERS + 1)
    fig = plots.stacked({"rounds": {}, "combinations": {}}, x_title="length T", panel_height=148, showlegend=True)
    for k, (name, dash) in enumerate(zip(WAYS.values(), ("solid", "dash", "dot"), strict=True)):
        line = {"color": plots.COLORS[k], "dash": dash, "width": 2.5}
        fig.add_scatter(x=powers, y=arrays["depth_lines"][k], name=name, mode="lines", line=line)
        fig.add_scatter(x=powers, y=arrays["work_lines"][k], name=name, mode="lines", line=line, yaxis="y2",
                        showlegend=False)
    for k, high in ((1, 5), (2, 6)):
        axis = str(k) if k > 1 else ""
        fig.update_layout({f"yaxis{axis}": plots.powers_of_ten(0, high, 2) | {"range": [-0.1, high + 0.1]}})
        plots.cursor(fig, arrays["cursor"], name=f"cursor {k}", high=high, yaxis=f"y{axis}")
    return fig.update_layout(xaxis=plots.powers_of_ten(0, 5, 1) | {"range": [0.2, 4.9]})


def diagram():
    ways = [draw.group(*_boxes(way), live={"show": f"way[{k}]"}) for k, way in enumerate(WAYS)]
    states = [draw.label(_x(t), BOTTOM + 40, bold=True, live={"text": f"loop[{t}]:.2f"}) for t in range(STEPS)]
    names = [draw.label(_x(t), BOTTOM + 23, f"h_{t + 1}", color="muted") for t in range(STEPS)]
    marks = [draw.box(_x(t), BOTTOM + 32, 43, 38, fill="none", stroke="c1", live={"show": f"here[{t}]"})
             for t in range(STEPS)]
    return draw.svg(380, 380, *ways, *marks, *names, *states)


def _x(t):
    return 25 + COLUMN * t


def _boxes(way):
    """The rounds of one way, spread over the height: the arrows first, then the boxes over them."""
    y = [TOP + (BOTTOM - TOP - HEIGHT / 2) * level / DEPTH[way] for level in range(DEPTH[way] + 1)]
    firsts, arrows, boxes = _firsts(way), [], [_box(0, t, y[0], t) for t in range(STEPS)]
    for level, joined in enumerate(SCHEDULES[way], start=1):
        for t, source in joined.items():
            shown = {"opacity": f"seen[{level}][{t}]"}
            for start in (source, t):
                height = y[_made(way, level, start)] + HEIGHT / 2
                arrows.append(draw.arrow(_x(start), height, _x(t), y[level] - HEIGHT / 2, color="muted", head=5,
                                         live=shown))
            boxes.append(_box(level, t, y[level], firsts[level][t]))
    return arrows + boxes


def _made(way, level, t):
    """The last round before `level` in which the box of step t was made."""
    return max(n for n in range(level) if n == 0 or t in SCHEDULES[way][n - 1])


def _box(level, t, y, first):
    """Steps `first` to t joined, and what they add; filled if nothing is missing before them."""
    steps = f"{first + 1}–{t + 1}" if first < t else f"{t + 1}"
    return draw.signal("value", draw.group(
        draw.box(_x(t), y, 43, HEIGHT, fill="paper", stroke="none"),
        draw.box(_x(t), y, 43, HEIGHT, fill="a0" if first == 0 else "paper"),
        draw.label(_x(t), y - 7.5, steps, color="muted" if first else "ink"),
        draw.label(_x(t), y + 7.5, bold=True, live={"text": f"value[{level}][{t}]:.2f"}),
        live={"opacity": f"seen[{level}][{t}]"}))


signals = {
    "value": Signal("box", "value[l][t]", "what the joined steps add",
                    (("joining[l][t]", "kept[l][t] * earlier[l][t] + own[l][t]"), ("", "")),
                    "What its steps add to the state.", "c0",
                    words=("box", "boxes")),
    "earlier": Signal("earlier", "earlier[l][t]", "the earlier box"),
    "own": Signal("own", "own[l][t]", "the box above"),
    "kept": Signal("kept", "kept[l][t]", "what its steps keep", says="a, once for each step of the box above."),
    "h": Signal("h_[t]", "loop[t]", "state", "a * before[t] + b[t]", "As the loop computes it.", "c1",
                words=("state", "states")),
    "before": Signal("h_[t-1]", "before[t]", "state before", color="c1"),
    "b": Signal("b_[t]", "value[0][t]", "input"), "a": Signal("a", "a", "what a step keeps"),
}
readout = (
    "After {done:d} of {depth:d} rounds {ready:.0f} of the 8 states are there; that of step {t:d} needs {need:.0f} "
    "combinations. For {T:.0f} steps: {rounds_T:.0f} rounds, {work_T:.0f} combinations."
)
challenges = [
    Challenge("Have all eight states after 3 rounds.", met="fast"),
    Challenge("Have all eight states in fewer than 7 rounds and with fewer than 12 combinations.", met="cheap"),
]


def _states(arrays):
    """The eight states as the boxes of the last round have them."""
    return arrays["value"][int(arrays["depth"])]


tries = [
    Try(ask="Two steps in a row are one step: they keep a² and add a b₁ + b₂. If in each round every box may be joined "
            "with an earlier one, how many rounds give all eight states?",
        guesses=("7", "4", "3"), right=2, do="Choose “every step at once”.", at={"way": "together"},
        says="3: a box holds 2 steps after one round, 4 after two, 8 after three. The numbers are those of the loop, "
             "in the last row. The price is 17 combinations instead of 7.",
        holds=lambda a: (a["depth"], a["ready"], a["work_T"]) == (3, 8, 17) and np.allclose(_states(a), a["loop"])),
    Try(ask="To join every step at once takes 17 combinations. Does the last state need all of them?",
        guesses=("Yes, all 17.", "No, it needs 7, as in the loop.", "No, it needs 3, one a round."),
        right=1, do="Choose “every step at once” and the state of step 8.", at={"way": "together", "t": 8},
        says="It needs 7: eight numbers are joined to one by 7 combinations, in whichever order. The other ten are "
             "there for the other states.",
        holds=lambda a: a["need"] == 7 and a["T"] == 8),
    Try(ask="Let every step keep all of the state, a = 1. What will the last state be?",
        guesses=("6, the last input", "31, the sum of the inputs", "8, the number of steps"), right=1,
        do="Set a to 1.", at={"a": 1},
        says="31: with a = 1 the states are running sums, and the scan is the textbook's prefix sum.",
        holds=lambda a: a["loop"][7] == 31 and a["loop"].tolist() == np.cumsum(INPUTS).tolist()),
    Try(ask="Can all eight states be had with fewer than 17 combinations and still in fewer than 7 rounds?",
        guesses=("No.", "Yes, with 11 in 5 rounds.", "Yes, with 7 in 3 rounds."), right=1,
        do="Choose “up and down a tree”.", at={"way": "tree"},
        says="With 11 in 5 rounds: three rounds up a tree join 8 steps to one, two more bring down what is missing to "
             "the others.",
        holds=lambda a: (a["depth"], a["ready"], WORK["tree"]) == (5, 8, 11) and np.allclose(_states(a), a["loop"])),
    Try(ask="A loop over 65,536 steps takes 65,535 rounds. How many does “every step at once” take?",
        guesses=("16", "256", "8,192"), right=0, do="Choose “every step at once” and set the power to 16.",
        at={"way": "together", "power": 16},
        says="16, one for each doubling. But it takes 983,041 combinations, 15 times those of the loop: a gain only "
             "for a machine that does many of them at once.",
        holds=lambda a: (a["rounds_T"], a["work_T"], round(float(a["work_T"] / 65_535))) == (16, 983_041, 15)),
]
claims = [
    Claim("All three ways end with the same states, whatever a step keeps.",
          at=tuple({"way": way, "a": a} for way in WAYS for a in (0, 0.35, 1)),
          holds=lambda *ways: all(np.allclose(_states(a), a["loop"], atol=1e-12) for a in ways)),
    Claim("In every way of joining the state of step t needs t − 1 combinations.",
          at=tuple({"way": way, "t": t} for way in WAYS for t in (2, 5, 8)),
          holds=lambda *ways: [int(a["need"]) for a in ways] == 3 * [1, 4, 7]),
    Claim("For 8 steps the three ways take 7, 17 and 11 combinations.", at=tuple({"way": way} for way in WAYS),
          holds=lambda *ways: [int(a["work_T"]) for a in ways] == list(WORK.values()) == [7, 17, 11]),
    Claim("Without rounds only the first state is there, after two rounds at once the first four.",
          at=({"rounds": 0}, {"way": "together", "rounds": 2}),
          holds=lambda none, two: (none["ready"], two["ready"]) == (1, 4)),
]
