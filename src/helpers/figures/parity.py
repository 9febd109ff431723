"""What does a linear state need to tell odd from even?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.linear import linear_recurrence
from live_figures import Challenge, Claim, Signal, Slider, Text, Try, draw, random

title = "What does a linear state need to tell odd from even?"
caption = (
    "The line is the state hₜ = a hₜ₋₁ + b, with a and b chosen by the bit, and is read as an odd number of ones (1) "
    "below the threshold, an even one (0) above it, and a guess (?) within 0.01 of it."
)
alt = (
    "Three rows of up to twenty cells: the bits that were typed, whether the number of ones so far is odd, and the "
    "answer read from the state, marked where it is wrong. Next to them, the state over the steps, and the threshold."
)

BITS, WORDS, LENGTH, SHARED = 20, 128, 256, 32  # SHARED: how many bits of a random number are used
TESTED = (40, 100, 256)
SEEN = 0.01  # how far from the threshold a state must be to be read
CELL, LEFT = 16, 64

controls = [
    Text(name="bits", label="Bits", value="0110100110", alphabet="01", max_length=BITS, knows="0 and 1"),
    Slider(name="a_one", label="a for a one", min=-1, max=1, step=0.05, value=0.5),
    Slider(name="a_zero", label="a for a zero", min=0, max=1, step=0.05, value=1),
    Slider(name="b_one", label="b for a one", min=-1, max=1, step=0.05, value=0),
    Slider(name="threshold", label="Threshold", min=-1, max=1, step=0.05, value=0.75),
]


def consts():
    return {"step": np.arange(BITS), "powers": 2.0 ** np.arange(1, SHARED + 1), "tested": np.array(TESTED) - 1}


def compute(consts, bits, a_one, a_zero, b_one, threshold):
    xp = array_namespace(bits)
    typed = bits >= 0
    one, length = bits == 1, xp.sum(xp.astype(typed, xp.int64))
    h, odd, answer = _read(xp, one, typed, a_one, a_zero, b_one, threshold)

    ones = _words(xp, consts["powers"]) > 0.5
    states, truth, answers = _read(xp, ones, xp.ones_like(ones), a_one, a_zero, b_one, threshold)
    share = 1.0 - xp.mean(xp.abs(xp.take(answers - truth, consts["tested"], axis=0)), axis=1)
    shown, flags = xp.minimum(consts["step"], length - 1), xp.astype(typed, xp.float64)
    solved = xp.all(share > 0.999)
    return {
        "h": xp.concat([xp.ones_like(h[:1]), xp.take(h, shown)]), "line": xp.stack([threshold, threshold]),
        "t": xp.concat([0.0 * h[:1], xp.astype(shown + 1, xp.float64)]), "bit": bits, "typed": flags,
        "odd": flags * odd, "even": flags * (1.0 - odd), "says_odd": flags * xp.astype(answer > 0.75, xp.float64),
        "says_even": flags * xp.astype(answer < 0.25, xp.float64),
        "unread": flags * xp.astype(xp.abs(answer - 0.5) < 0.25, xp.float64), "wrong": flags * xp.abs(answer - odd),
        "n": length, "hits": xp.sum(xp.astype(typed & (answer == odd), xp.int64)), "share": share,
        "solved": solved, "positive": solved & (xp.min(states) >= 0.0),
    }


def _read(xp, one, typed, a_one, a_zero, b_one, threshold):
    """States, whether the ones so far are odd, and the answer (1 odd, 0 even, 1/2 a guess), along the first axis."""
    a = xp.where(one, a_one, xp.where(typed, a_zero, xp.ones_like(a_zero)))
    ones = xp.astype(one, xp.float64)
    h = linear_recurrence(a, b_one * ones, xp.ones_like(a[0, ...]))
    odd = xp.remainder(xp.cumulative_sum(ones, axis=0), 2.0)
    below, near = h < threshold, xp.abs(h - threshold) < SEEN
    return h, odd, xp.where(near, 0.5, xp.astype(below, xp.float64))


def _words(xp, powers):
    """WORDS random strings of LENGTH bits, (LENGTH, WORDS) of 0 and 1: each random number gives SHARED bits."""
    drawn = random.uniform(0, (LENGTH // SHARED, WORDS), xp=xp)
    bits = xp.remainder(xp.floor(drawn[:, None, :] * powers[:, None]), 2.0)
    return xp.reshape(bits, (LENGTH, WORDS))


def figure(arrays):
    fig = plots.figure(x_title="step t", y_title="state h", x_range=[-0.3, BITS + 0.3], y_range=[-2.1, 2.1], height=280)
    fig.add_scatter(x=arrays["t"], y=arrays["h"], name="state h", mode="lines+markers", marker={"size": 7},
                    line={"color": plots.color("hidden")})
    return fig.add_scatter(x=np.array([-0.3, BITS + 0.3]), y=arrays["line"], name="threshold", mode="lines",
                           line={"color": plots.color("baseline"), "dash": "dash"})


def diagram():
    names = [draw.label(4, y, name, anchor="start", color="muted")
             for y, name in ((18, "bit"), (46, "truth"), (74, "answer"))]
    return draw.svg(384, 92, *names, *(_column(k) for k in range(BITS)))


def _column(k):
    x = LEFT + CELL * k
    words = [(46, "odd", "odd"), (46, "even", "even"), (74, "says_odd", "odd"), (74, "says_even", "even"),
             (74, "unread", "?")]
    letters = {"odd": "1", "even": "0", "?": "?"}
    return draw.group(
        draw.box(x, 74, CELL - 2, 22, fill="a1", stroke="none", radius=3, live={"opacity": f"wrong[{k}]"}),
        draw.label(x, 18, mono=True, live={"text": f"bit[{k}]:d"}),
        *(draw.label(x, y, letters[word], bold=True, live={"show": f"{name}[{k}]"}) for y, name, word in words),
        live={"show": f"typed[{k}]"})


signals = {
    "h": Signal(words=("state",), line="state h", color="c5"),
    "threshold": Signal(words=("threshold",), line="threshold", color="c6"),
}
readout = (
    "Of {n:d} answers {hits:d} are right. On 128 random strings: {share[0]:.0%} right at step 40, {share[1]:.0%} at "
    "step 100, {share[2]:.0%} at step 256."
)
challenges = [
    Challenge("Be right on every random string, at steps 40, 100 and 256.", met="solved"),
    Challenge("The same, with a state that is never negative.", met="positive"),
]


def _percent(arrays):
    """The shares right at steps 40, 100 and 256, in percent as the readout has them."""
    return [round(100 * float(share)) for share in arrays["share"]]


tries = [
    Try(ask="Every one halves the state: 1, 0.5, 0.25, and so on. Is there a threshold that gives the right answer "
            "after one, two, three and four ones?",
        guesses=("Yes, one below 0.5.", "Yes, one above 0.5.", "No."), right=2,
        do="Type 1111, keep a = 0.5 for a one, and move the threshold from −1 to 1.",
        at={"bits": "1111", "a_one": 0.5, "threshold": (-1, 1)},
        says="No. The state only falls, so it passes a threshold at most once, and from then on the answer is odd; but "
             "the truth changes with every one. Two right answers of four are the best.",
        holds=lambda a: a["hits"] <= 2 and (np.diff(a["h"][:5]) < 0).all() and a["odd"][:4].tolist() == [1, 0, 1, 0]),
    Try(ask="Now a one multiplies the state by −1. How far does that carry?",
        guesses=("About 40 steps.", "About 100 steps.", "As far as you like."), right=2,
        do="Set a for a one to −1 and the threshold to 0.", at={"a_one": -1, "threshold": 0},
        says="As far as you like: the sign changes at every one and the size never does. All 128 strings are right at "
             "steps 40, 100 and 256.",
        holds=lambda a: _percent(a) == [100, 100, 100] and (np.abs(a["h"]) == 1).all()),
    Try(ask="And if a one multiplies by −0.9? The sign still changes at every one.",
        guesses=("As good as −1.", "Good at first, then a guess.", "No better than 0.9."), right=1,
        do="Set a for a one to −0.9 and the threshold to 0.", at={"a_one": -0.9, "threshold": 0},
        says="All right at step 40, 54 % at step 100, 50 % at step 256. The sign is right all along, but each one "
             "takes a tenth of the size, and in the end no readout sees it.",
        holds=lambda a: _percent(a) == [100, 54, 50]),
    Try(ask="Let a one multiply by −1, but every zero keep only 0.9 of the state. What do the zeros do to the answer?",
        guesses=("Nothing: they do not count.", "They wear it down."), right=1,
        do="Set a for a one to −1, a for a zero to 0.9 and the threshold to "
           "0.", at={"a_one": -1, "a_zero": 0.9, "threshold": 0},
        says="They wear it down: at step 256 it is a guess. A state that has to last needs |a| = 1 for every bit.",
        holds=lambda a: _percent(a)[0] == 100 and _percent(a)[2] == 50),
    Try(ask="With a = 1 for both bits a state can count: each one takes off 0.1. Will a threshold do now?",
        guesses=("Yes.", "No."), right=1, do="Set a to 1 for both bits, b for a one to −0.1 and the threshold to 0.5.",
        at={"a_one": 1, "a_zero": 1, "b_one": -0.1, "threshold": 0.5},
        says="No: the count is all there, but one threshold tells few from many, not odd from even.",
        holds=lambda a: all(40 < share < 60 for share in _percent(a))),
]
claims = [
    Claim("With every a between 0 and 1 no b and no threshold does much better than a guess, at any of the three "
          "steps.", at={"a_one": (0, 1), "a_zero": (0, 1), "b_one": (-1, 1), "threshold": (-1, 1)},
          holds=lambda a: max(_percent(a)) < 65),
    Claim("A state that is never negative can do it too, if a one multiplies it by −1 and adds 1.",
          at={"a_one": -1, "b_one": 1, "threshold": 0.5}, holds=lambda a: bool(a["positive"])),
    Claim("A zero before the first one changes nothing while a for a zero is 1.",
          at=({"bits": "1011"}, {"bits": "001011"}), holds=lambda a, b: a["h"][4] == b["h"][6]),
]
