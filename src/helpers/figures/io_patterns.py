"""What can go in, and what can come out, if time is a loop?"""

from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers.cells import RNNParams, sigmoid
from helpers.sequence import pick, rnn
from live_figures import Choice, Slider, draw

title = "What can go in, and what can come out, if time is a loop?"
caption = (
    "Five tiny trained networks, one a pattern; each knows the numbers 0 to 15 as four bits. The small squares are the "
    "eight units of a state (blue above zero, orange below), the number in a circle is the output, the grey one above "
    "it the right answer. Press play: inputs enter, states fill one after the other, and outputs appear only where the "
    "pattern asks for them. Then change the number halfway: which states change?"
)
alt = (
    "A row of states joined by arrows from left to right, inputs below and outputs above. The pattern decides at which "
    "steps there is an input and at which an output. Up to the chosen step the states show their values."
)

PATTERNS = ("one_to_one", "one_to_many", "many_to_one", "equal", "unequal")
TASKS = (
    ("All four bits at once: is the number prime?", "Like this: an image, and its class.",
     "No loop is used: an ordinary network."),
    ("All four bits at once; speak them one by one.", "Like this: a caption for an image,",
     "music of a genre, speech from a class."),
    ("Bit after bit; at the end: is the number prime?", "Like this: a review, and whether it is",
     "positive (sentiment); a clip, and its kind."),
    ("At each bit: is it new, unlike the one before?", "Like this: a label for every video or sound",
     "frame, the next character for every character."),
    ("Read four bits, then write how many are 1.", "Like this: translation, summaries, answers",
     "about a text (reading), speech recognition."),
)
COLUMNS, UNITS = 7, 8
STEPS = {"one_to_one": 1, "one_to_many": 4, "many_to_one": 4, "equal": 4, "unequal": 7}

controls = [
    Choice(name="pattern", label="Pattern", options=PATTERNS, value="many_to_one",
           labels=("one to one", "one to many", "many to one", "many to many, equal", "many to many, unequal")),
    Slider(name="number", label="Number in", min=0, max=15, step=1, value=13, integer=True),
    Slider(name="step", label="Step", min=0, max=COLUMNS, step=1, value=3, integer=True, play=1.5),
]


def consts():
    with np.load(Path(__file__).parents[1] / "data" / "io_patterns.npz") as stored:
        arrays = {k: stored[k] for k in ("W_x", "W_h", "b", "V", "c", "targets")}
    digits = np.array([[n >> k & 1 for k in (3, 2, 1, 0)] for n in range(16)], dtype=np.int8)
    return arrays | {"digits": digits, "column": np.arange(1, COLUMNS + 1)}


def compute(consts, pattern, number, step):
    xp = array_namespace(consts["V"])
    k, T = PATTERNS.index(pattern), STEPS[pattern]
    bits = xp.astype(pick(consts["digits"], number), xp.float64)
    h, o = _network(consts, pattern, bits)
    done = xp.clip(step, 0, T)
    column = consts["column"]
    exists, filled = xp.astype(column <= T, o.dtype), xp.astype(column <= done, o.dtype)
    masks = {name: xp.asarray(row) * exists for name, row in _masks(pattern).items()}
    target = xp.astype(pick(consts["targets"][k, ...], number), o.dtype)
    answered = masks["output"] * filled
    correct = answered * xp.astype(xp.abs(o - target) < 0.5, o.dtype)
    here = xp.astype(column == done, o.dtype)
    return {
        "bits": bits, "o": o, "target": target,
        "plus": xp.maximum(h, 0.0 * h) * filled[:, None], "minus": xp.maximum(-h, 0.0 * h) * filled[:, None],
        "exists": exists, "bit": masks["bit"], "vector": masks["vector"], "writes": masks["writes"],
        "reads": exists - masks["writes"], "output": masks["output"],
        "link": exists * xp.asarray([0.0] + [1.0] * (COLUMNS - 1)), "answered": answered, "here": here * exists,
        "fade": 0.3 + 0.7 * filled, "shown": xp.asarray([1.0 if j == k else 0.0 for j in range(len(PATTERNS))]),
        "shift": xp.asarray({1: 156.0, 4: 78.0, 7: 0.0}[T]),
        "done": done, "total": xp.asarray(float(T)), "correct": xp.sum(correct), "asked": xp.sum(answered),
    }


def _masks(pattern):
    """Per column, 1 where the pattern has a single bit, the whole vector, an output, or the second (writing) cell."""
    always, never, first = [1.0] * COLUMNS, [0.0] * COLUMNS, [1.0] + [0.0] * (COLUMNS - 1)
    reading, writing, fourth = [1.0] * 4 + [0.0] * 3, [0.0] * 4 + [1.0] * 3, [0.0] * 3 + [1.0] + [0.0] * 3
    vector = pattern.startswith("one")
    return {"bit": never if vector else reading, "vector": first if vector else never,
            "writes": writing if pattern == "unequal" else never,
            "output": {"many_to_one": fourth, "unequal": writing}.get(pattern, always)}


def _network(consts, pattern, bits):
    """States (COLUMNS, UNITS) and outputs (COLUMNS,) of the pattern's network, padded with zeros at the end."""
    xp = array_namespace(bits)
    k = PATTERNS.index(pattern)
    zero, T = xp.zeros_like(consts["V"][:1, :1]), min(STEPS[pattern], 4)
    if pattern.startswith("one"):
        rows = [xp.concat([bits[None, :], zero], axis=1)] + [xp.concat([0.0 * bits[None, :], zero], axis=1)] * (T - 1)
        x = xp.stack(rows)
    else:
        x = xp.concat([xp.zeros_like(consts["W_x"][0, :4, :4]), bits[:, None]], axis=1)[:, None, :]
    h = rnn(_params(consts, k), x).h
    if pattern == "unequal":
        h = xp.concat([h, rnn(_params(consts, k + 1), xp.zeros_like(x[:3, ...]), h0=h[-1, ...]).h])
    h = h[:, 0, :]
    o = sigmoid(h @ consts["V"][k, :] + consts["c"][k])
    pad = COLUMNS - STEPS[pattern]
    if pad:
        h = xp.concat([h, xp.zeros_like(consts["W_h"][0, :pad, :])])
        o = xp.concat([o, xp.zeros_like(consts["W_h"][0, :pad, 0])])
    return h, o


def _params(consts, k):
    return RNNParams(consts["W_x"][k, ...], consts["W_h"][k, ...], consts["b"][k, :])


GAP, FIRST, OUT, STATE, IN = 52, 30, 40, 116, 192


def diagram():
    columns = [_column(k) for k in range(COLUMNS)]
    tasks = []
    for k, lines in enumerate(TASKS):
        rows = [draw.label(8, 236 + 18 * j, line, anchor="start", bold=j == 0)
                for j, line in enumerate(lines)]
        tasks.append(draw.group(*rows, live={"show": f"shown[{k}]"}))
    width = 2 * FIRST + GAP * (COLUMNS - 1)
    return draw.svg(width, 282, draw.panel(*columns, live={"x": "shift"}), *tasks, max_width=640)


def _column(k):
    """One step: input below, state in the middle, output above; each part shows only where the pattern has it."""
    x = FIRST + GAP * k
    fade = {"opacity": f"fade[{k}]"}

    def shown(mask, *parts):
        return draw.group(*parts, live={"show": f"{mask}[{k}]", **fade})

    parts = [
        shown("link", draw.arrow(x - GAP + 16, STATE, x - 16, STATE, color="c1", width=2)),
        shown("reads", draw.box(x, STATE, 30, 58)),
        shown("writes", draw.box(x, STATE, 30, 58, stroke="c3")),
        draw.box(x, STATE, 36, 64, fill="none", stroke="c4", line=2.5, radius=9, live={"show": f"here[{k}]"}),
        shown("bit", draw.arrow(x, IN - 15, x, STATE + 31, color="c0", width=2), draw.node(x, IN, r=14),
              draw.label(x, IN, size=13, live={"text": f"bits[{min(k, 3)}]:d"})),
        shown("output", draw.arrow(x, STATE - 30, x, OUT + 17, color="c2", width=2), draw.node(x, OUT, r=16)),
        draw.group(draw.label(x, OUT, size=12, live={"text": f"o[{k}]:.2f"}),
                draw.label(x, OUT - 27, size=12, color="muted", live={"text": f"target[{k}]:d"}),
                live={"show": f"answered[{k}]"}),
        *_units(x, k),
    ]
    if k == 0:
        digits = [draw.label(x - 15 + 10 * j, IN, size=13, live={"text": f"bits[{j}]:d"}) for j in range(4)]
        parts.append(shown("vector", draw.arrow(x, IN - 15, x, STATE + 31, color="c0", width=2),
                           draw.box(x, IN, 50, 28, radius=12), *digits))
    return draw.group(*parts)


def _units(x, k):
    """The eight units of a state as squares, in two columns."""
    squares = []
    for unit in range(UNITS):
        at = (x - 6 + 12 * (unit % 2), STATE - 19.5 + 13 * (unit // 2), 10, 11)
        squares += [draw.box(*at, fill=color, stroke="none", radius=2, live={"opacity": f"{sign}[{k}][{unit}]"})
                    for color, sign in (("c0", "plus"), ("c1", "minus"))]
    return squares


readout = "Step {done:d} of {total:d}. Right answers so far: {correct:d} of {asked:d}."
