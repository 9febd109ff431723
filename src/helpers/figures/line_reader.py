"""What does one cell of an LSTM remember of the line that you type?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import char_lstm
from helpers._in_bytes import from_bytes
from helpers.cells import LSTMParams, softmax
from helpers.figures._taggers import read
from helpers.measured import measured
from helpers.sequence import pick, scan
from helpers.text import VOCABULARY
from live_figures import Choice, Claim, Lane, LongText, Tape

CELLS, COUNTED = measured("line_cells")["cells"], measured("next_character")["counts"]["test"][3]
SMALL, UNITS = char_lstm.trained("small"), char_lstm.SIZES["small"]
NAMES = {"quotes": "“quotes”", "brackets": "(brackets)", "words": "words", "numbers": "numbers"}
LONGEST, BARS = 96, 7
LINE = 'open("An LSTM, in 1997").read()'
LINES = (LINE, 'say("a cell keeps it", until=len(line[1997:]))', 'print("one thing", max(width, len(books[0])))')

title = "What does an LSTM remember of the line you type?"
caption = (
    f"{UNITS} cells, trained on the standard library of Python: {SMALL.bits:.2f} bits a character of new code "
    f"(counting what followed the last three: {COUNTED:.2f}, guessing: {np.log2(len(VOCABULARY)):.2f}). A cell’s sign "
    "is right in new lines about " + ", ".join(f"{c['name']} at {c['right']:.0%}" for c in CELLS)
    + f" (by luck a cell is right at 50%, the best of all {UNITS} at {max(c['control'] for c in CELLS):.0%})."
)
alt = "Under each character of the line, what one cell and its three gates are after reading it."
controls = [
    LongText(name="line", label="Your line", value=LINE, alphabet=VOCABULARY, max_length=LONGEST, min_length=0),
    Choice(name="cell", label="Watch the cell for", indexed=True, value="quotes",
           options=tuple(c["name"] for c in CELLS), labels=tuple(NAMES[c["name"]] for c in CELLS)),
]


def consts():
    stored = char_lstm.stored("small")
    return {name: stored[name] for name in char_lstm.WEIGHTS} | {
        "steps": np.array([stored[f"{name} step"] for name in char_lstm.WEIGHTS]),
        "units": np.array([c["unit"] for c in CELLS]), "up": np.array([c["up"] for c in CELLS], dtype=np.float64),
        "top": np.array([c["top"] for c in CELLS]), "glyph": np.array([ord(c) for c in VOCABULARY], dtype=np.int32)}


def compute(consts, line, cell):
    """What the chosen cell holds before each character and after the last, in row t after t characters.

    A cell that is below zero where it tells its name is shown turned over, with its candidate: tanh is odd, so with the
    weights that lead out of it turned over too the network would compute the very same.
    """
    xp = array_namespace(line)
    params, V, c = _model(consts)
    codes = xp.concat([0 * line[:1], xp.where(line >= 0, line, 0 * line)])  # a newline, then the line
    trace = read(params, codes)
    unit, up = pick(consts["units"], cell), pick(consts["up"], cell)
    one = {name: pick(getattr(trace, name)[:, 0, :], unit, axis=1) for name in ("c", "g", "i", "f", "o")}
    held = up * one["c"]
    best, chance = _likeliest(softmax(trace.h[:, 0, :] @ V + c))
    kept = trace.c[:, 0, :]
    tells = xp.stack([pick(kept, consts["units"][k], axis=1) for k in range(len(CELLS))], axis=1) * consts["up"]
    return {
        "held": held, "before": xp.concat([0.0 * held[:1], held[:-1]]), "added": up * one["g"],
        "forget": one["f"], "input": one["i"], "output": one["o"],
        "height": xp.clip(held / pick(consts["top"], cell), -1.0, 1.0), "above": held > 0,
        "start": xp.arange(LONGEST + 1) == 0, "share": xp.clip(tells / consts["top"], 0.0, 1.0),
        "next": xp.take(consts["glyph"], best), "chance": chance,
    }


def _model(consts):
    """The network out of its bytes."""
    W_x, W_h, b, V, c = (from_bytes(consts[name], consts["steps"][k]) for k, name in enumerate(char_lstm.WEIGHTS))
    return LSTMParams(W_x, W_h, b), V, c


def _likeliest(p):
    """Codes and chances (T, BARS) of the likeliest characters of each row of p (T, V), in falling order."""
    xp = array_namespace(p)
    index = xp.arange(len(VOCABULARY))

    def take_one(carry, _):
        (left,) = carry
        best = xp.argmax(left, axis=1)
        return (xp.where(index == best[:, None], -1.0 + 0.0 * left, left),), (best, xp.max(left, axis=1))

    codes, chances = scan(take_one, (p,), (p[:BARS, 0],))[1]
    return xp.permute_dims(codes, (1, 0)), xp.permute_dims(chances, (1, 0))


NOW = ("At “{character}” the cell keeps {forget:.0%} of {before:.2f} and adds {input:.0%} of {added:.2f}: it holds "
       "{held:.2f}. ")
views = [
    Tape(text="line", picks="cell", shares="share", marked="above", types=LINES, next="next", chance="chance",
         next_label="Then comes", lanes=(
             Lane("height", "cell", shows="held", low=-1, high=1, color=0, signal="c"),
             Lane("input", "input gate", color=2, signal="i", format=".0%"),
             Lane("forget", "forget gate", color=1, signal="f", format=".0%"),
             Lane("output", "output gate", color=4, signal="o", format=".0%")),
         says=(("start", "Before the first character the cell holds {held:.2f}. Type a line of Python, or anything."),
               ("above", NOW + "Above zero, its sign for inside {cell}."),
               ("", NOW + "Below zero, its sign for outside {cell}."))),
]


def _signs(arrays, line):
    """Where the cell is above zero, as + and - under the characters of `line`."""
    return "".join("+" if up else "-" for up in arrays["above"][1:len(line) + 1])


claims = [
    Claim("Of the first line the cell for quotes is above zero from the quote that opens to the last character before "
          "the one that closes, and nowhere else.", at={},
          holds=lambda a: _signs(a, LINE) == "-----" + "+" * len('"An LSTM, in 1997') + "---------"),
    Claim("What has not been typed changes nothing of what was read before.",
          at=({}, {"line": LINE[:20]}),
          holds=lambda whole, part: all(np.array_equal(whole[k][:21], part[k][:21]) for k in whole)),
    Claim("Another cell changes neither the next characters nor their chances.",
          at=({}, {"cell": "brackets"}),
          holds=lambda a, b: np.array_equal(a["next"], b["next"]) and np.array_equal(a["chance"], b["chance"])
          and not np.array_equal(a["held"], b["held"])),
    Claim("What is held is what was kept and what was added.", at=({}, {"cell": "brackets"}),
          holds=lambda *cells: all(np.allclose(a["held"][1:], (a["forget"] * a["before"] + a["input"] * a["added"])[1:])
                                   for a in cells)),
]
