"""What can go in, and what can come out, if time is a loop?"""

from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams, sigmoid
from helpers.sequence import pick, rnn
from live_figures import Choice, Claim, Signal, Slider, Try, draw

title = "What can go in, and what can come out, if time is a loop?"
caption = (
    "Each box is the state after one step, with a small square for each of its eight units (blue above zero, "
    "orange-red below); the input stands below it, the output in the circle above it, and over that, in grey, the "
    "right answer."
)
alt = (
    "A row of states joined by arrows from left to right, inputs below and outputs above. The pattern decides at which "
    "steps there is an input and at which an output. Up to the chosen step the states show their values."
)

PATTERNS = {"one_to_one": 1, "one_to_many": 4, "many_to_one": 4, "equal": 4, "unequal": 7}  # and how many steps it has
TASKS = (
    ("All four bits at once: is the number prime?", "No loop is used: this is an ordinary network.",
     "Like an image and its class."),
    ("All four bits at once; say them one by one.", "After the first step only the state is passed on.",
     "Like a caption for an image."),
    ("One bit after another; at the end: is it prime?", "Only the last state is read.",
     "Like a review, and whether it is positive."),
    ("At each bit: does it differ from the one before?", "The first bit is compared with 0.",
     "Like a label for every frame of a video."),
    ("Read four bits, then write how many are 1.", "The answer is binary: 0 1 1 for three, 1 0 0 for four.",
     "Like a translation."),
)
COLUMNS, READ, UNITS = 7, 4, 8

controls = [
    Choice(name="pattern", label="Pattern", options=tuple(PATTERNS), value="many_to_one",
           labels=("one to one", "one to many", "many to one", "many to many, equal", "many to many, unequal")),
    Slider(name="number", label="Number in", min=0, max=15, step=1, value=13, integer=True),
    Slider(name="step", label="Step", min=0, max=COLUMNS, step=1, value=3, integer=True, play=1.5),
]


def consts():
    with np.load(Path(__file__).parents[1] / "data" / "io_patterns.npz") as stored:
        arrays = {k: stored[k] for k in ("V", "c", "targets")} | {
            "cells": RNNParams(*(stored[k] for k in ("W_x", "W_h", "b")))}
    digits = np.array([[n >> k & 1 for k in (3, 2, 1, 0)] for n in range(16)], dtype=np.int8)
    x = np.zeros((2, 16, COLUMNS, 5), dtype=np.int8)  # all bits at the first step, or one a step at an input of its own
    x[0, :, 0, :4], x[1, :, :READ, 4] = digits, digits
    return arrays | {"digits": digits, "x": x, "column": np.arange(1, COLUMNS + 1)}


def compute(consts, pattern, number, step):
    xp = array_namespace(consts["V"])
    k, T, column = list(PATTERNS).index(pattern), PATTERNS[pattern], consts["column"]
    h, o = _network(consts, pattern, number)
    done = xp.clip(step, 0, T)
    never, exists, filled = column > COLUMNS, column <= T, column <= done
    vector, reads = pattern.startswith("one"), column <= min(T, READ)
    output = {"many_to_one": column == READ, "unequal": column > READ}.get(pattern, exists)
    target, answered = pick(consts["targets"][k, ...], number), output & filled
    seen = h * xp.astype(filled, h.dtype)[:, None]
    return {
        "bits": pick(consts["digits"], number), "o": o, "target": target,
        "h": h, "V": consts["V"][k, :], "c": consts["c"][k],
        "plus": xp.maximum(seen, 0.0 * seen), "minus": xp.maximum(-seen, 0.0 * seen),
        "link": exists & (column > 1), "reads": reads, "writes": exists & (column > READ),
        "bit": never if vector else reads, "vector": (column == 1) if vector else never, "output": output,
        "answered": answered, "here": column == done, "fade": xp.where(filled, 1.0, 0.3),
        "shown": xp.arange(len(PATTERNS)) == k, "shift": xp.asarray({1: 156.0, 4: 78.0, 7: 0.0}[T]),
        "done": done, "total": xp.asarray(float(T)), "asked": xp.sum(xp.astype(answered, o.dtype)),
        "correct": xp.sum(xp.astype(answered & (xp.abs(o - xp.astype(target, o.dtype)) < 0.5), o.dtype)),
    }


def _network(consts, pattern, number):
    """States (COLUMNS, UNITS) and outputs (COLUMNS,) of the pattern's network; it runs on where nothing is asked."""
    xp = array_namespace(consts["V"])
    k = list(PATTERNS).index(pattern)
    x = xp.astype(pick(consts["x"][0 if pattern.startswith("one") else 1, ...], number), xp.float64)[:, None, :]
    reader, writer = (RNNParams(*(part[j, ...] for part in consts["cells"])) for j in (k, k + 1))
    if pattern == "unequal":
        h = rnn(reader, x[:READ, ...]).h
        h = xp.concat([h, rnn(writer, x[READ:, ...], h0=h[-1, ...]).h])
    else:
        h = rnn(reader, x).h
    return h[:, 0, :], sigmoid(h[:, 0, :] @ consts["V"][k, :] + consts["c"][k])


GAP, FIRST, OUT, STATE, IN = 52, 30, 40, 116, 192
CENTRE = FIRST + GAP * (COLUMNS - 1) / 2
PAINT = {signal: f"c{plots.SIGNALS[signal]}" for signal in ("x", "hidden", "output")}


def diagram():
    tasks = [draw.group(*(draw.label(CENTRE, 236 + 18 * j, line, bold=j == 0)
                          for j, line in enumerate(lines)), live={"show": f"shown[{k}]"})
             for k, lines in enumerate(TASKS)]
    return draw.svg(2 * CENTRE, 282,
                    draw.panel(*(_column(k) for k in range(COLUMNS)), live={"x": "shift"}), *tasks)


def _column(k):
    """One step: input below, state in the middle, output above; each part shows only where the pattern has it."""
    x = FIRST + GAP * k

    def shown(mask, *parts):
        return draw.group(*parts, live={"show": f"{mask}[{k}]", "opacity": f"fade[{k}]"})

    enters = draw.arrow(x, IN - 15, x, STATE + 31, color=PAINT["x"], width=2)
    parts = [
        shown("link", draw.arrow(x - GAP + 16, STATE, x - 16, STATE, color=PAINT["hidden"], width=2)),
        shown("reads", draw.box(x, STATE, 30, 58)),
        shown("writes", draw.box(x, STATE, 30, 58, stroke="c3")),
        draw.box(x, STATE, 36, 64, fill="none", line=2.5, radius=9, live={"show": f"here[{k}]"}),
        shown("bit", enters, draw.node(x, IN, r=14), _digit(x, min(k, READ - 1))),
        shown("output", draw.arrow(x, STATE - 30, x, OUT + 17, color=PAINT["output"], width=2),
              draw.signal("o", draw.node(x, OUT, r=16))),
        draw.group(draw.label(x, OUT, live={"text": f"o[{k}]:.2f"}),
                   draw.label(x, OUT - 27, color="muted", live={"text": f"target[{k}]:d"}),
                   live={"show": f"answered[{k}]"}),
        draw.signal("h", *(
            draw.box(x - 6 + 12 * (unit % 2), STATE - 19.5 + 13 * (unit // 2), 10, 11, fill=color, stroke="none",
                     radius=2, live={"opacity": f"{sign}[{k}][{unit}]"})
            for unit in range(UNITS) for color, sign in (("c0", "plus"), ("c1", "minus")))),
    ]
    if k == 0:
        parts.append(shown("vector", enters, draw.box(x, IN, 50, 28, radius=12),
                           *(_digit(x - 15 + 10 * j, j) for j in range(READ))))
    return draw.group(*parts)


def _digit(x, k):
    return draw.label(x, IN, size=13, live={"text": f"bits[{k}]:d"})


signals = {
    "o": Signal("o_[k]", "o[k]", "output", f"sigma(sum(v[j] * h[k][j] for j in range({UNITS})) + c)",
                "The eight squares of the state, each with its weight.", PAINT["output"],
                words=("output", "answer")),
    "h": Signal("h_[j]", "h[k][j]", "unit of the state", words=("state", "eight squares")),
    "v": Signal("v_[j]", "V[j]", "output weight"),
    "c": Signal("b", "c", "bias"),
}
readout = (
    ("asked", "Step {done:d} of {total:d}. Right answers so far: {correct:d} of {asked:d}."),
    ("", "Step {done:d} of {total:d}. No answer has been asked for yet."),
)


def _changed(before, now):
    """Which of the first four states differ."""
    return [any((before[sign] != now[sign])[k].any() for sign in ("plus", "minus")) for k in range(READ)]


def _answers(arrays):
    """The answers shown so far, as bits."""
    return (arrays["o"][arrays["answered"]] > 0.5).astype(int).tolist()


tries = [
    Try(ask="From 13 (1101) to 12 (1100) only the last bit changes. How many of the four states change?",
        guesses=("All four: it is another number.", "Only the last.", "None."), right=1,
        do="Set “Step” to 4, then move “Number in” from 13 to 12.", at=({"step": 4}, {"number": 12, "step": 4}),
        says="Only the last: a state knows what has been read so far, and the first three bits are the same.",
        holds=lambda a, b: _changed(a, b) == [False, False, False, True]),
    Try(ask="And from 7 to 8, its neighbour: how many of the four states change?",
        guesses=("Only the last state changes.", "All four change."), right=1,
        do="At step 4, set “Number in” to 7, then to 8.",
        at=({"number": 7, "step": 4}, {"number": 8, "step": 4}),
        says="All four change: 7 is 0111 and 8 is 1000, so already the first bit differs.",
        holds=lambda a, b: a["bits"].tolist() == [0, 1, 1, 1] and b["bits"].tolist() == [1, 0, 0, 0]
        and _changed(a, b) == [True] * 4),
    Try(ask="In the pattern “many to many, equal” the network says whether each bit differs from the one before, 1 for "
            "yes; before the first stands 0. What will it answer to four ones?",
        guesses=("1 1 1 1", "1 0 0 0", "0 0 0 0"), right=1,
        do="Choose “many to many, equal”, number 15 and step 4.", at={"pattern": "equal", "number": 15, "step": 4},
        says="1 0 0 0: the first bit differs from the 0 before it, and after that nothing changes any more.",
        holds=lambda a: _answers(a) == a["target"][:4].tolist() == [1, 0, 0, 0]),
    Try(ask="In the pattern “many to many, unequal”, how many answers have been given when the fourth bit is in?",
        guesses=("Four, one a bit.", "One.", "None."), right=2,
        do="Choose “many to many, unequal” and step 4, then go on to step 7.",
        at=({"pattern": "unequal", "step": 4}, {"pattern": "unequal", "step": 7}),
        says="None. The three answers come afterwards, when nothing is read any more, so all that they can be made of "
             "is in the eight squares of the fourth state.",
        holds=lambda read, wrote: (read["asked"], wrote["asked"]) == (0, 3)
        and not (wrote["bit"] & wrote["output"]).any()),
]
claims = [
    Claim("Each network answers right for all sixteen numbers, as often as its pattern asks.",
          at=tuple({"pattern": pattern, "number": n, "step": COLUMNS} for pattern in PATTERNS for n in range(16)),
          holds=lambda *all_: [(a["correct"], a["asked"]) for a in all_] == [(n, n) for n in (1, 4, 1, 4, 3)
                                                                            for _ in range(16)]),
    Claim("As it plays, the states fill one after the other.", at=tuple({"step": n} for n in range(5)),
          holds=lambda *steps: [int((a["plus"] + a["minus"]).any(axis=1).sum()) for a in steps] == [0, 1, 2, 3, 4]),
    Claim("Of 15, the unequal pattern writes 1 0 0: four, in binary.",
          at={"pattern": "unequal", "number": 15, "step": 7}, holds=lambda a: _answers(a) == [1, 0, 0]),
]
