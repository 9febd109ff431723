"""What do the units of a character LSTM keep of a text, what do they expect next, and because of which characters?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import char_lstm
from helpers._in_bytes import from_bytes
from helpers.bptt import lstm_bptt
from helpers.cells import LSTMParams, LSTMStep, gate_activation, lstm_update, softmax
from helpers.char_lstm import CharLSTM
from helpers.figures._ranking import FULL, bar_rows, likeliest
from helpers.figures._taggers import ALPHABET, CODES, known, read
from helpers.sequence import pick, scan
from helpers.syntax import VOCABULARY as SYMBOLS
from helpers.text import VOCABULARY
from live_figures import Challenge, Choice, Claim, ColoredText, LongText, Slider, Try, draw, short

title = "What does a network keep of the code that it reads?"
caption = (
    "An LSTM of 128 units, trained on Python source, reads your text; of each character before the mark the second "
    "text shows the gradient's size at its one-hot input, as a share of the sum over the last 80."
)
alt = "Bars with the probabilities of the eight characters that the network finds likeliest after the marked one."

LONGEST, BARS, WRITTEN, DRAWS = 400, 8, 80, 8
REACH = 80  # beyond lies less than 2 % of the gradient in the median of the marks in CODE, less than 20 % at any
CODE = '''def greet(names, sign="!"):
    """Say hello to each of the names."""
    said = []  # one line for each name
    for name in names:
        if name not in said:
            said.append("hello, " + name + sign)
    return "\\n".join(said)

class Shelf:
    def __init__(self, books=(), width=80):
        self.books = list(books)
        self.width = max(width, len(books
'''[:-1]
STRING = CODE.index('"!"') + 2  # its closing quote
FAR = 30  # characters back from the mark, for a challenge
UNITS, WEIGHTS, MEANINGS = char_lstm.SIZES["large"], char_lstm.WEIGHTS, char_lstm.meanings()
NUMBERS = tuple(map(str, range(UNITS)))
MEASURED = {m.name: f"{m.unit}: {m.name}{' (−)' if m.correlation < 0 else ''}" for m in MEANINGS}
QUANTITIES = {"tanh_c": "cell, as tanh c", "f": "forget gate f", "i": "input gate i", "g": "candidate g",
              "o": "output gate o", "h": "hidden state h"}

controls = [
    LongText(name="text", label="Your text", value=CODE, alphabet=ALPHABET, max_length=LONGEST, lines=5),
    Slider(name="at", label="Character", min=0, max=LONGEST - 1, step=1, value=STRING, integer=True, play=6),
    Choice(name="unit", label="Unit (−: low there)", indexed=True, value=MEANINGS[0].name,
           options=(*MEASURED, *NUMBERS), labels=(*MEASURED.values(), *NUMBERS)),
    Choice(name="quantity", label="Quantity", indexed=True, value="tanh_c", options=tuple(QUANTITIES),
           labels=tuple(QUANTITIES.values())),
    Slider(name="temperature", label="Temperature", min=0.1, max=2, step=0.01, value=0.5, log=True),
    Slider(name="draw", label="Random set", min=1, max=DRAWS, step=1, value=1, integer=True),
]


def consts():
    stored = char_lstm.stored()
    glyph = np.array([ord(c) for c in VOCABULARY], dtype=np.int32)
    return {name: stored[name] for name in WEIGHTS} | {
        "steps": np.array([stored[f"{name} step"] for name in WEIGHTS]), "codes": CODES,
        "units": np.array([*(m.unit for m in MEANINGS), *range(UNITS)]),
        "noise": short(np.random.default_rng(0).random((DRAWS, WRITTEN))).clip(max=1 - 2**-9),  # rounded up, one is 1
        "glyph": glyph, "name": np.select([glyph == ord("\n"), glyph == ord(" ")], [ord("⏎"), ord("␣")], glyph),
    }


def compute(consts, text, at, unit, quantity, temperature, draw):
    xp = array_namespace(text)
    model = _model(consts)
    codes, length = known(consts, text)
    trace, at = read(model.params, codes), xp.minimum(at, length - 1)
    chosen = pick(consts["units"], unit)
    over_text = xp.stack([pick(getattr(trace, name)[:, 0, :], chosen, axis=1) for name in QUANTITIES])

    h, c = pick(trace.h, at), pick(trace.c, at)
    scores = (h @ model.V + model.c)[0, :]
    p = softmax(scores)
    best, bars = likeliest(scores, p, BARS)
    shares = _shares(model.params, trace, at, (pick(model.V, best[0], axis=1)[:, None] - model.V) @ p)
    written, chance = _write(model, h, c, temperature, pick(consts["noise"], draw - 1))
    follows = pick(codes, xp.minimum(at + 1, length - 1))
    ends = (at == length - 1) | (follows == len(VOCABULARY))  # or goes on with what the network cannot write
    follows = xp.where(ends, 0 * follows, follows)
    return {
        "tint": pick(over_text, quantity), "number": chosen, "gates": pick(over_text, at, axis=1),
        "cell": pick(c[0, :], chosen), "label": xp.take(consts["name"], best), "p": bars, "bar": FULL * bars,
        "shares": shares, "written": xp.take(consts["glyph"], written), "bits": -xp.log2(chance), "ends": ends,
        "expected": follows == best[0], "follows": pick(consts["name"], follows), "p_follows": pick(p, follows),
        "far": at - xp.argmax(shares) >= FAR, "closes": (best[0] == VOCABULARY.index("]")) & (bars[0] > 0.9),
    }


def _model(consts):
    """The network out of its bytes."""
    W_x, W_h, b, V, c = (from_bytes(consts[name], consts["steps"][k]) for k, name in enumerate(WEIGHTS))
    return CharLSTM(LSTMParams(W_x, W_h, b), V, c, 0.0)


def _shares(params, trace, at, up):
    """What of the gradient lies on each of the characters (T,): the sizes of that at their one-hot inputs.

    `up` (H,) is the gradient at the hidden state of step `at`; it is followed back over REACH characters, no further.
    """
    xp = array_namespace(up)
    start = xp.clip(at - (REACH - 1), 0, None)
    steps, t = xp.arange(REACH), xp.arange(LONGEST) - start
    part = LSTMStep(*(xp.take(a, start + steps, axis=0) for a in trace))
    c0 = xp.where(start > 0, pick(trace.c, xp.clip(start - 1, 0, None)), 0.0 * trace.c[0, ...])
    here = xp.astype(start + steps == at, up.dtype)
    x = xp.zeros((REACH, 1, SYMBOLS), dtype=up.dtype)  # only the gradient of W_x would need the true one
    grads = lstm_bptt(params, x, part, here[:, None, None] * up, 0.0 * c0, c0)
    sizes = xp.linalg.vector_norm(grads.x[:, 0, :], axis=-1)
    inside = (t >= 0) & (t < REACH)
    sizes = sizes / xp.maximum(xp.sum(sizes), 1e-300 * xp.ones_like(sizes[0]))  # all 0 where it is certain
    return xp.where(inside, xp.take(sizes, xp.clip(t, 0, REACH - 1)), 0.0 * xp.astype(t, up.dtype))


def _write(model, h, c, temperature, noise):
    """Codes drawn one after the other, and the probability of each: the first whose cumulated one exceeds the noise."""
    xp, params = array_namespace(h), model.params
    act = gate_activation(xp, params, "ssts")

    def write(state, u):
        p = softmax((state[0] @ model.V + model.c)[0, :] / temperature)
        code = xp.argmax(xp.astype(xp.cumulative_sum(p) > u[0], p.dtype))
        a_x = xp.take(params.W_x, xp.reshape(code, (1,)), axis=0) + params.b
        new = lstm_update(xp, params, act, a_x, *state, False)
        return (new.h, new.c), (code, pick(p, code))

    return scan(write, (h, c), (noise,))[1]


def diagram():
    head = draw.label(4, 10, "What it expects after the marked character", bold=True, anchor="start")
    return draw.svg(384, 26 + 18 * BARS, head, *bar_rows(BARS, 34), max_width=440)


views = [
    ColoredText(label="The unit on your text, underlined where it is negative", text="text", tint="tint", low=-1,
                high=1, chooses="at"),
    ColoredText(label="What the likeliest next character, by its log-probability, depends on", text="text",
                tint="shares", high=0.2, format=".1%", chooses="at"),
    ColoredText(label="What it writes after the mark, by its surprise in bits", codes="written", tint="bits", high=6,
                format=".1f"),
]
NOW = (
    "At the mark unit {number:d} keeps {gates[1]:.0%} of its cell and adds {gates[2]:.0%} of a candidate of "
    "{gates[3]:.2f}: it holds {cell:.2f}, and shows {gates[4]:.0%} of its tanh. The likeliest next character is "
    "“{label[0]:c}” with {p[0]:.1%}"
)
readout = (
    ("ends", f"{NOW}."), ("expected", f"{NOW}, and it follows in the text."),
    ("", f"{NOW}; “{{follows:c}}”, which follows in the text, has {{p_follows:.1%}}."),
)
challenges = [
    Challenge(f"Find a place where the character with the largest share stands {FAR} or more before the mark.", "far"),
    Challenge("Make it expect a closing square bracket with more than 90 %.", "closes"),
]


def _tint(arrays, text, part):
    """What the first text shows at each character of `part`, as the page writes it."""
    start = text.index(part)
    return arrays["tint"][start:start + len(part)].round(2).tolist()


def _written(arrays):
    return "".join(map(chr, arrays["written"]))


def _far(arrays, at, reach=20):
    """The share of the gradient that lies more than `reach` characters before the mark."""
    return f"{arrays['shares'][:at - reach].sum():.0%}"


def _best(arrays):
    return chr(arrays["label"][0]), f"{arrays['p'][0]:.0%}"


STOP, WORD = CODE.index('."""'), CODE.index("in names:") + 4
RETURN, SPACES = CODE.index("    return"), CODE.index("    said") + 2
SQUARE = CODE.replace("greet(", "greet[")
BRACKET, COMMA = "x = '(' + y", "x = ',' + y"
ESCAPED = r"x = 'it\'s a world of words' + y"
tries = [
    Try(ask="After “for name in na” it expects an m, after the full stop of the docstring the end of the line. How "
            "much of each gradient lies more than 20 characters back?",
        guesses=("next to nothing of either", "2 % and nearly half", "about half of both"),
        right=1, do=f"Move the mark to {WORD}, then to {STOP}.", at=({"at": WORD}, {"at": STOP}),
        says="2 % and 46 %. Of the first, most lies on the last four characters. Of the second, much lies where the "
             "docstring begins: 24 % on the three quotes and the S behind them.",
        holds=lambda word, stop: (_far(word, WORD), _far(stop, STOP)) == ("2%", "46%") and _best(word)[0] == "m"
        and word["shares"][WORD - 3:WORD + 1].sum() > 0.5 and _best(stop)[0] == "⏎"
        and f"{stop['shares'][STOP - 33:STOP - 29].sum():.0%}" == "24%"),
    Try(ask="One unit tells the indentation. The line of return begins with 4 spaces, the line before it with 12. "
            "Where does the cell come down?",
        guesses=("at the first of the four spaces", "at the last of them", "at the r of return, after the spaces"),
        right=2, do=f"Choose the unit for indentation, and move the mark from {RETURN} to {RETURN + 7}.",
        at=({"unit": "indentation", "at": RETURN}, {"unit": "indentation", "at": RETURN + 7}),
        says="At the r: the cell shows 0.65 at the last space, 0.23 at the r, and −0.37 at the u. Before the r nobody "
             "can know that no fifth space comes.",
        holds=lambda *marks: all(_tint(a, CODE, "    retu") == [0.66, 0.66, 0.65, 0.65, 0.23, 0.23, 0.23, -0.37]
                                 for a in marks)),
    Try(ask="At temperature 0.1 hardly any chance is left. Will eight sets of random numbers write the same text?",
        guesses=("Yes.", "The beginning is the same, then they part.", "No, they differ from the first character on."),
        right=1, do="Put the mark at 24, set the temperature to 0.1, and go through the random sets, 1 to 8.",
        at=tuple({"at": STRING, "temperature": 0.1, "draw": draw} for draw in range(1, DRAWS + 1)),
        says="The first 17 characters are the same, up to the word Return of a docstring and the space behind it. "
             "Then they part: no two of the eight texts are equal.",
        holds=lambda *texts: {_written(a)[:17] for a in texts} == {'):\n    """Return '}
        and len({_written(a)[17:] for a in texts}) == DRAWS and len({_written(a)[:18] for a in texts}) > 1),
    Try(ask='After sign="!" it expects a closing bracket, with 54 %. How much of the gradient lies on the open '
            "bracket, and what will it expect if that is a square one?",
        guesses=("most of it, and ]", "3 %, and ]", "3 %, and ) all the same"), right=2,
        do="Put the mark at 24, and [ in place of the first bracket.",
        at=({"at": STRING}, {"at": STRING, "text": SQUARE}),
        says="3 %, and 41 % on the string just read. With a square bracket it still expects ) with 54 %, and gives ] "
             "4 %: which bracket is open hardly matters to it here.",
        holds=lambda curved, square: _best(curved) == _best(square) == (")", "54%")
        and f"{curved['shares'][CODE.index('(')]:.0%}" == "3%"
        and f"{curved['shares'][STRING - 2:STRING + 1].sum():.0%}" == "41%"
        and f"{square['p'][square['label'].tolist().index(ord(']'))]:.0%}" == "4%"),
    Try(ask="One unit is low within brackets. The bracket in x = '(' + y stands in a string and opens nothing. Does "
            "the cell know that?",
        guesses=("Yes: it stays, as with any other character.", "No: it falls at the bracket."), right=1,
        do="Choose the unit for brackets and replace the text by x = ',' + y; then put ( in place of the comma.",
        at=({"text": COMMA, "unit": "in brackets"}, {"text": BRACKET, "unit": "in brackets"}),
        says="No: at the bracket it falls from 0.17 to −0.04; with a comma it stays at 0.17. At the plus sign it makes "
             "no difference any more: −0.03 in both.",
        holds=lambda comma, bracket: (_tint(comma, COMMA, "',' +"), _tint(bracket, BRACKET, "'(' +")) ==
        ([0.17, 0.17, 0.16, -0.05, -0.03], [0.17, -0.04, -0.03, -0.03, -0.03])),
    Try(ask="One unit is high in strings and comments. A quote with a backslash before it does not end the string. "
            "What does the cell do there?",
        guesses=("It stays as high as it is.", "It falls to zero, and comes back.", "It falls below zero for good."),
        right=1, do="Choose the unit for strings and comments, and write x = 'it\\'s a world of words' + y.",
        at={"text": ESCAPED, "unit": "in a string or comment"},
        says="It falls from 0.13 at the quote to 0.00 at the s behind it, and is back at 0.61 with the w of world. At "
             "the quote that does end the string it has 0.70, and falls only two characters later, at the plus sign: "
             "to 0.26.",
        holds=lambda a: [abs(v) for v in _tint(a, ESCAPED, "'s a w")] == [0.13, 0, 0, 0.18, 0.18, 0.61]
        and _tint(a, ESCAPED, "' +") == [0.7, 0.73, 0.26]),
]
claims = [
    Claim("Another unit changes neither the bars nor the gradient nor what is written.",
          at=({}, {"unit": "127", "quantity": "f"}),
          holds=lambda a, b: all(np.array_equal(a[k], b[k]) for k in ("p", "label", "shares", "written"))
          and not np.array_equal(a["tint"], b["tint"])),
    Claim("Temperature and random set change what is written, and no bar.",
          at=({}, {"temperature": 2}, {"draw": DRAWS}),
          holds=lambda a, *others: all(_written(a) != _written(b) and np.array_equal(a["p"], b["p"]) for b in others)),
    Claim("What it expects depends on nothing after the mark, and on nothing more than 80 characters before it.",
          at=tuple({"at": at} for at in (0, STRING, 200, len(CODE) - 1)),
          holds=lambda *marks: all(abs(a["shares"].sum() - 1) < 1e-9 and not a["shares"][at + 1:].any()
                                   and not a["shares"][:max(at - 79, 0)].any()
                                   for a, at in zip(marks, (0, STRING, 200, len(CODE) - 1), strict=True))),
    Claim("The unit for strings and comments is above 0.5 in the words of the docstring and of the comment, near 0.3 "
          "in “hello, ”, and at 0 at the exclamation mark.", at={},
          holds=lambda a: min(_tint(a, CODE, "Say hello to each of the names")) > 0.5
          and min(_tint(a, CODE, "one line for each name")) > 0.5 and set(_tint(a, CODE, "hello, ")) == {0.28}
          and _tint(a, CODE, "!") == [0]),
    Claim("A mark behind the end is at the last character.",
          at=({"text": "x = 1"}, {"text": "x = 1", "at": 4}),
          holds=lambda behind, last: np.array_equal(behind["p"], last["p"]) and bool(behind["ends"])),
    Claim("The first challenge can be met: where three spaces of a line are read, 30 % of the gradient lie on the four "
          "of the line before, 41 characters back and more.", at={"at": SPACES},
          holds=lambda a: bool(a["far"]) and _best(a)[0] == "␣"
          and f"{a['shares'][SPACES - 44:SPACES - 40].sum():.0%}" == "30%"),
    Claim("So can the second.", at={"text": "a = args[0"}, holds=lambda a: bool(a["closes"])),
    Claim("It does better where brackets are near: after three numbers in square ones ] is likelier than ), in round "
          "ones ) than ].", at=({"text": "x = [1, 2, 3"}, {"text": "x = (1, 2, 3"}),
          holds=lambda square, curved: [(chr(a["label"][1])) for a in (square, curved)] == ["]", ")"]),
]
