"""What does the right side of a hidden character tell that the left side does not?"""

import string
from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers._in_bytes import from_bytes
from helpers.cells import GRUParams, log_softmax
from helpers.data.make_prose import SYMBOLS
from helpers.figures._ranking import likeliest
from helpers.sequence import gru, pick
from live_figures import Challenge, Claim, ColoredText, LongText, Signal, Slider, Try, draw

title = "What does the right side tell that the left side does not?"
caption = (
    "One character is hidden: the bars show what a network that reads from the left, and one that reads both sides, "
    "find likeliest in its place, and the lines how many bits each character of the text costs them when it is the "
    "hidden one."
)
alt = (
    "Two columns of bars, the likeliest characters in the hidden place from the left alone and from both sides, with "
    "the true one marked; and two lines over the places of the text, the bits of surprise of each network."
)

LONGEST, BARS, WIDEST = 80, 6, 100.0  # characters, bars a network, units of the longest bar
NETWORKS = {"left": ("from the left", 1), "both": ("from both sides", 0)}  # words and colour
TYPED = SYMBOLS[1:-1] + string.ascii_uppercase + "\n’–—"
READ_AS = SYMBOLS[1:-1] + string.ascii_lowercase + " '--"  # a capital as its lower-case letter

controls = [
    LongText(name="text", label="Your sentence", value="find the name of the user", alphabet=TYPED,
             max_length=LONGEST, lines=2),
    Slider(name="place", label="Hidden character", min=0, max=LONGEST - 1, step=1, value=9, integer=True),
]


def consts():
    with np.load(Path(__file__).parents[1] / "data" / "fill_the_blank.npz") as stored:
        weights = {name: stored[name] for name in stored.files if not name.endswith("bits")}
    codes = np.array([SYMBOLS.index(c) for c in READ_AS] + [len(SYMBOLS) - 1])
    glyph = np.array([ord({"\n": "⏎", " ": "␣"}.get(c, c)) for c in SYMBOLS])
    return weights | {"codes": codes, "glyph": glyph}


def compute(consts, text, place):
    xp = array_namespace(text)
    t, length = xp.arange(LONGEST), xp.sum(xp.astype(text >= 0, xp.int64))
    code = xp.where(t < length, xp.take(consts["codes"], xp.clip(text, 0, None)), 0 * t)
    reverse = xp.where(t < length, xp.take(code, xp.clip(length - 1 - t, 0, None)), 0 * t)

    weights = {name: from_bytes(stored, consts["step"]) for name, stored in consts.items() if "_" in name}

    # a state before place t has read what stands to the left of it, one after it what stands to the right
    left, before, after = (_states(weights, name, read) for name, read in (
        ("left", code), ("from_left", code), ("from_right", reverse)))
    after = xp.take(after, xp.clip(length - 1 - t, 0, None), axis=0)
    log_p = {"left": log_softmax(left @ weights["left_W_y"] + weights["left_b_y"]),
             "both": log_softmax(xp.concat([before, after], axis=1) @ weights["both_W_y"] + weights["both_b_y"])}

    last = xp.clip(length - 1, 0, None)
    hidden, upto = xp.minimum(place, last), xp.minimum(t, last)
    true = pick(code, hidden)
    result = {"truth": pick(consts["glyph"], true), "shown": hidden, "until": xp.astype(upto, xp.float64),
              "at": xp.astype(xp.stack([hidden, hidden]), xp.float64)}
    for name, each in log_p.items():
        bits = xp.take_along_axis(each, code[:, None], axis=1)[:, 0] / -float(np.log(2))
        scores = pick(each, hidden)
        best, p = likeliest(scores, xp.exp(scores), BARS)
        result |= {
            f"{name}_line": xp.take(bits, upto), f"{name}_bits": pick(bits, hidden),
            f"{name}_p": p, f"{name}_bar": WIDEST * p, f"{name}_glyph": xp.take(consts["glyph"], best),
            f"{name}_hit": xp.astype(best == true, xp.float64), f"{name}_true": xp.exp(pick(scores, true)),
            f"{name}_mean": xp.sum(xp.where(t < length, bits, 0.0 * bits)) / xp.astype(last + 1, xp.float64),
        }
    saved = result["left_line"] - result["both_line"]
    return result | {
        "saved": saved, "future": (result["left_true"] < 0.02) & (result["both_true"] > 0.8),
        "misled": result["both_bits"] - result["left_bits"] > 3.0,
    }


def _states(weights, name, codes):
    """The states (T, H) of a GRU before each of the codes (T,): it has read a newline and the codes before."""
    xp = array_namespace(codes)
    params = GRUParams(*(weights[f"{name}_{field}"] for field in GRUParams._fields))
    read = xp.concat([0 * codes[:1], codes[:-1]])
    x = xp.astype(read[:, None] == xp.arange(len(SYMBOLS)), xp.float64)
    return gru(params, x[:, None, :]).h[:, 0, :]


def figure(arrays):
    fig = plots.figure(x_title="place of the hidden character", x_range=[-1, LONGEST], y_title="bits",
                       y_range=[0, 14], height=250)
    for name, (words, color) in NETWORKS.items():
        fig.add_scatter(x=arrays["until"], y=arrays[f"{name}_line"], name=words, mode="lines",
                        line={"color": plots.COLORS[color], "dash": "solid" if name == "both" else "dash"})
    return plots.cursor(fig, arrays["at"], high=14.0)


def diagram():
    columns = [draw.panel(*_column(name, *NETWORKS[name]), x=x) for name, x in (("left", 0), ("both", 198))]
    return draw.svg(384, 50 + 20 * BARS, *columns)


def _column(name, words, color):
    """The bars of one network, the true character boxed where it is among them, and its own row below."""
    yield draw.label(4, 12, words, bold=True, anchor="start", color=f"c{color}")
    for k, y in enumerate(range(36, 36 + 20 * BARS, 20)):
        yield draw.box(14, y, 18, 18, fill="none", radius=3, live={"opacity": f"{name}_hit[{k}]"})
        yield draw.label(14, y, size=15, mono=True, live={"text": f"{name}_glyph[{k}]:c"})
        yield (f'<rect x="30" y="{y - 7}" height="14" rx="3" class="fill-c{color} stroke-none" '
               f'data-live="width={name}_bar[{k}]"/>')
        yield draw.label(182, y, color="muted", anchor="end", live={"text": f"{name}_p[{k}]:.1%"})
    yield draw.label(4, 40 + 20 * BARS, color="muted", anchor="start", text="the true one")
    yield draw.label(182, 40 + 20 * BARS, anchor="end", live={"text": f"{name}_true:.1%"})


views = [ColoredText(label="Bits that the right side saves; touch a character to hide it", text="text", tint="saved",
                     low=-4, high=8, chooses="place", format=".1f")]
signals = {
    "left": Signal(words=("left side", "from the left"), line="from the left", color="c1"),
    "both": Signal(words=("both sides", "with both"), line="from both sides", color="c0"),
}
readout = (
    "Character {shown:d} is {truth:c}. Hidden, it costs {left_bits:.1f} bits from the left and {both_bits:.1f} from "
    "both sides; over the whole text {left_mean:.2f} and {both_mean:.2f} bits a character."
)
challenges = [
    Challenge("Hide a character to which the left alone gives less than 2 %, and both sides more than 80 %.",
              met="future"),
    Challenge("Hide a character that costs at least 3 bits more from both sides than from the left alone.",
              met="misled"),
]


def _named(glyphs):
    return "".join(map(chr, glyphs))


tries = [
    Try(ask="Where in this sentence does it cost most to read from the left alone?",
        guesses=("At the first letters of words.", "At the last letters of words.", "At the spaces."), right=0,
        do="Follow the dashed line, and move the hidden character to its highest point.", at={"place": 0},
        says="At the first letters of words: those of find, user, name and the first “the” cost most. What follows in "
             "a word is easier; and the second “the”, even at its t, costs hardly more than a bit.",
        holds=lambda a: np.argsort(-a["left_line"][:25])[:4].tolist() == [0, 21, 9, 5]
        and 1 < a["left_line"][17] < 1.2),
    Try(ask="Inside a word, at the m of “name”: how much does the right side save there?",
        guesses=("Two bits or more.", "Next to nothing."), right=1,
        do="Touch the m of “name” in the coloured text.", at={"place": 11},
        says="Next to nothing: after “na” the left gives the m 98 % by itself.",
        holds=lambda a: f"{a['left_true']:.0%}" == "98%" and abs(a["left_bits"] - a["both_bits"]) < 0.02),
    Try(ask="Hide the n of “name”, and then write “size” for “name”. Which bars change?",
        guesses=("Those of both networks.", "Only those from both sides.", "None: the character is hidden."), right=1,
        do="Touch the n of “name”, look at the bars, and write size in place of name.",
        at=({"place": 9}, {"place": 9, "text": "find the size of the user"}),
        says="Only those from both sides: “ame of the user” gives n 94 %, “ize of the user” gives s 95 %. From the "
             "left the two sentences are the same up to there, so its bars cannot tell them apart.",
        holds=lambda name, size: np.array_equal(name["left_p"], size["left_p"])
        and [(_named(a["both_glyph"])[0], f"{a['both_p'][0]:.0%}") for a in (name, size)] ==
        [("n", "94%"), ("s", "95%")]),
    Try(ask="Both networks learned from the documentation of Python. Hide the b of “ball” in “the bat hit the ball”: "
            "which of them comes off better?",
        guesses=("The one that reads both sides, as always.", "The one that reads from the left."), right=1,
        do="Write the bat hit the ball, and touch the b of “ball” in the coloured text.",
        at={"text": "the bat hit the ball", "place": 16},
        says="The one from the left, with 6 bits against 12. It finds many letters possible; the other sees “all” "
             "after the blank and is 92 % sure of “call”. What stands on the right can mislead, too.",
        holds=lambda a: [f"{a[k]:.0f}" for k in ("left_bits", "both_bits")] == ["6", "12"]
        and chr(a["both_glyph"][0]) == "c" and f"{a['both_p'][0]:.0%}" == "92%" and a["left_p"][0] < 0.2),
]
claims = [
    Claim("The hidden character itself is not seen: another one in its place changes no bar.",
          at=({"place": 9}, {"place": 9, "text": "find the game of the user"}),
          holds=lambda a, b: np.array_equal(a["both_p"], b["both_p"]) and np.array_equal(a["left_p"], b["left_p"])),
    Claim("What stands to the right moves no bar of the left.", at=({}, {"text": "find the number of bytes"}),
          holds=lambda a, b: np.array_equal(a["left_p"], b["left_p"])),
    Claim("Capitals count as lower-case letters, digits and other scripts as one character that is none of the others.",
          at=({}, {"text": "Find the NAME of the user"}, {"text": "7😀", "place": 1}),
          holds=lambda a, b, other: np.array_equal(a["both_p"], b["both_p"]) and chr(other["truth"]) == "·"),
    Claim("A place behind the end is the last one.", at=({"place": 24}, {"place": 79}),
          holds=lambda a, b: np.array_equal(a["both_p"], b["both_p"]) and a["shown"] == b["shown"] == 24),
    Claim("The first challenge can be met: the g of “given” in a sentence of the documentation.",
          at={"text": "if the value given is less than 5", "place": 13}, holds=lambda a: bool(a["future"])),
    Claim("The second challenge can be met.", at={"text": "the bat hit the ball", "place": 16},
          holds=lambda a: bool(a["misled"])),
]
