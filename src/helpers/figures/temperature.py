"""How does temperature turn scores into a choice?"""

from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers.cells import RNNParams, log_softmax, rnn_step, softmax
from helpers.figures._ranking import FULL, bar_rows, likeliest
from helpers.sequence import pick, scan
from helpers.text import VOCABULARY
from live_figures import Challenge, Claim, Signal, Slider, Text, Try, draw, short

title = "How does temperature turn scores into a choice?"
caption = (
    "A small RNN trained on Python source has read the start of a line; the bars are the ten characters it finds "
    "likeliest to follow, and below them it writes on, each character drawn with a fixed random number and fed back in "
    "(⏎ ends a line, ␣ is a space)."
)
alt = (
    "Ten horizontal bars, the probabilities of the likeliest next characters, and under them four lines of generated "
    "characters."
)

BARS, LINES, WIDTH, DRAWS = 10, 4, 34, 8

controls = [
    Slider(name="temperature", label="Temperature", min=0.1, max=5, step=0.01, value=1, log=True),
    Text(name="prompt", label="Start of the text", value="def __in", alphabet=VOCABULARY[1:], max_length=16,
         knows="the letters, digits and signs of an English keyboard"),
    Slider(name="draw", label="Random set", min=1, max=DRAWS, step=1, value=1, integer=True),
]


def consts():
    # six bits a weight change the loss by less than a hundredth of a bit, and halve what the page must carry
    with np.load(Path(__file__).parents[1] / "data" / "char_rnn.npz") as stored:
        weights = {k: short(stored[k], 6) for k in ("W_x", "W_h", "b", "W_y", "b_y")}
    noise = short(np.random.default_rng(0).random((DRAWS, LINES * WIDTH))).clip(max=1 - 2**-9)  # rounded up, one is 1
    glyph = np.array([ord(c) for c in "⏎" + VOCABULARY[1:]], dtype=np.int32)
    return weights | {"noise": noise, "glyph": glyph, "name": np.where(glyph == ord(" "), ord("␣"), glyph)}


def compute(consts, temperature, prompt, draw):
    h = _read(consts, prompt)
    xp = array_namespace(h)
    scores = _scores(consts, h)
    p, log_p = softmax(scores / temperature)[0, :], log_softmax(scores / temperature)[0, :]
    best, bar = likeliest(scores[0, :], p, BARS)
    nats = -xp.sum(p * log_p)
    bits = nats / float(np.log(2))
    written = _write(consts, h, temperature, pick(consts["noise"], draw - 1))
    return {
        "scores": scores[0, :], "score": xp.take(scores[0, :], best), "label": xp.take(consts["name"], best),
        "p": bar, "bar": FULL * bar, "bits": bits, "choices": xp.exp(nats),
        "written": xp.take(consts["glyph"], written), "coin": (bits >= 0.95) & (bits <= 1.05),
    }


def _step(consts, code, h):
    """One step of the model on the character `code` (1,): a one-hot input picks a row of W_x."""
    xp = array_namespace(h)
    params = RNNParams(xp.eye(h.shape[1]), consts["W_h"], consts["b"])
    return rnn_step(params, xp.take(consts["W_x"], code, axis=0), h).h


def _scores(consts, h):
    return h @ consts["W_y"] + consts["b_y"]


def _read(consts, prompt):
    """The state (1, H) after a newline and the typed characters; padding (-1) leaves the state as it is."""
    xp = array_namespace(consts["W_h"])
    start = _step(consts, xp.zeros((1,), dtype=prompt.dtype), 0.0 * consts["W_h"][:1, :])

    def read(carry, x):
        (h,), typed = carry, xp.reshape(x[0], (1,))
        # the Text control counts from its own alphabet, which starts at the vocabulary's second character
        new = _step(consts, xp.clip(typed + 1, 0, None), h)
        return (xp.where(typed[:, None] >= 0, new, h),), (h[0, 0],)

    return scan(read, (start,), (prompt,))[0][0]


def _write(consts, h, temperature, noise):
    """Codes drawn one after the other: the first character whose cumulated probability exceeds the random number."""
    xp = array_namespace(h)

    def write(carry, u):
        (h,) = carry
        p = softmax(_scores(consts, h) / temperature)
        code = xp.reshape(xp.argmax(xp.astype(xp.cumulative_sum(p[0, :]) > u[0], p.dtype)), (1,))
        return (_step(consts, code, h),), (code[0],)

    return scan(write, (h,), (noise,))[1][0]


def diagram():
    top = 48 + 18 * BARS
    text = [draw.label(17 + 10.2 * (k % WIDTH), top + 20 + 19 * (k // WIDTH), size=15, mono=True,
                       live={"text": f"written[{k}]:c"}) for k in range(LINES * WIDTH)]
    heads = [draw.label(12, y, said, bold=True, anchor="start")
             for y, said in ((8, "Likeliest next characters"), (top - 2, "What it goes on to write"))]
    return draw.svg(384, top + 12 + 19 * LINES, *heads, *bar_rows(BARS, 30), *text)


signals = {
    "p": Signal("p_[k]", "p[k]", "probability",
                f"exp(e[k] / temperature) / sum(exp(all[j] / temperature) for j in range({len(VOCABULARY)}))",
                "Its share of all characters: the softmax of the scores over the temperature.", "c0", ".1%",
                "bar[k]", words=("bars", "distribution")),
    "e": Signal("e_[k]", "score[k]", "score"),
    "all": Signal("e_[j]", "scores[j]", "score of each character"),
    "temperature": Signal("τ", "temperature", "temperature"),
}
readout = (
    "Temperature {temperature:.3g}: entropy {bits:.2f} bits, as uncertain as {choices:.1f} equally likely characters."
)
challenges = [
    Challenge("Make the next character as uncertain as a fair coin: an entropy between 0.95 and 1.05 bits.", "coin"),
]


def _text(arrays):
    return "".join(chr(code) for code in arrays["written"])


def _repeats(arrays, length=8):
    """How often the commonest stretch of `length` characters stands in the written text."""
    text = _text(arrays)
    return max(text.count(text[k:k + length]) for k in range(len(text) - length + 1))


tries = [
    Try(ask="The scores are divided by the temperature. Will the bars change their order when it changes?",
        guesses=("Yes: a high temperature lifts the rare characters above the others.", "No, only their lengths."),
        right=1, do="Move the temperature to 0.1, and then to 5.", at=({}, {"temperature": 0.1}, {"temperature": 5}),
        says="The order stays, because dividing by a positive number keeps the order of the scores. The first bar gets "
             "longer when it is cold and shorter when it is hot.",
        holds=lambda one, cold, hot: one["label"].tolist() == cold["label"].tolist() == hot["label"].tolist()
        and bool(cold["p"][0] > one["p"][0] > hot["p"][0])),
    Try(ask="At temperature 0.1 the likeliest characters get nearly everything. What will the text be like?",
        guesses=("The best Python that the network can write.", "The same few words over and over."), right=1,
        do="Set the temperature to 0.1, and try other random sets.",
        at=(*({"temperature": 0.1, "draw": d} for d in range(2, DRAWS + 1)), {"temperature": 0.1}),
        says="The same few words over and over. With hardly any chance left in the choices the text goes round in a "
             "circle: whichever random set you take, some eight characters come eight times or more.",
        holds=lambda *texts: all(_repeats(a) >= 8 for a in texts)),
    Try(ask="There are 96 characters. At temperature 5, how many equally likely ones would be as hard to guess as the "
            "next character is?",
        guesses=("about 5", "about 20", "about 70"), right=2,
        do="Set the temperature to 5 and read the sentence under the bars.",
        at={"prompt": "def __in", "temperature": 5},
        says="About 70: the entropy is 6.1 bits, of the 6.6 that all 96 characters would have if they were equally "
             "likely.",
        holds=lambda a: 68 < a["choices"] < 72 and f"{a['bits']:.1f} {np.log2(96):.1f}" == "6.1 6.6"),
    Try(ask="After “def __in” only one bar is left at temperature 0.1. Will there be only one after “import ” too?",
        guesses=("Yes: at 0.1 the best character always takes all.", "No, several are left."), right=1,
        do="Set the temperature to 0.1 and replace the text by “import ”, with the space at its end.",
        at=({"temperature": 0.1}, {"temperature": 0.1, "prompt": "import "}),
        says="No, three are left, with 52, 31 and 14 %. Their scores lie so close together that even ten times the "
             "differences do not decide between them.",
        holds=lambda one, three: one["p"][0] > 0.999 and [f"{p:.0%}" for p in three["p"][:4]] ==
        ["52%", "31%", "14%", "1%"]),
]
claims = [
    Claim("After “def __in” the bars are flat from temperature 3 on: none reaches a tenth.", at={"temperature": (3, 5)},
          holds=lambda a: bool(a["p"].max() < 0.1)),
    Claim("Entropy rises with temperature.", at=tuple({"temperature": t} for t in (0.1, 0.5, 1, 2, 5)),
          holds=lambda *a: bool(np.all(np.diff([b["bits"] for b in a]) > 0))),
    Claim("The random set changes the text, and no bar.", at=({}, {"draw": (2, DRAWS)}),
          holds=lambda a, b: _text(a) != _text(b) and a["p"].tolist() == b["p"].tolist()),
]
