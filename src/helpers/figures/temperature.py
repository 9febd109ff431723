"""How does temperature turn scores into a choice?"""

from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers.cells import RNNParams, log_softmax, rnn_step, softmax
from helpers.sequence import pick, scan
from helpers.text import VOCABULARY
from live_figures import Challenge, Slider, Text, draw, short

title = "How does temperature turn scores into a choice?"
caption = (
    "A small RNN trained on Python source reads your start of a line and scores every character that may follow. The "
    "bars are the ten best. Below, it goes on writing: each character is drawn with a fixed random number and fed back "
    "in. Try temperature 0.1: expect one bar, and text that goes round in a circle. Try 3: expect flat bars and noise. "
    "The order of the bars never changes. Then try other starts, such as “import ” or “for i in ”; ⏎ ends a line."
)
alt = (
    "Ten horizontal bars, the probabilities of the likeliest next characters, and under them four lines of generated "
    "characters. A low temperature makes one bar long, a high one makes all bars alike."
)

BARS, LINES, WIDTH, DRAWS = 10, 4, 34, 8
SPACE, NEWLINE = ord("␣"), ord("⏎")  # what the bars show for characters that leave no mark
PROMPT = 16

controls = [
    Slider(name="temperature", label="Temperature", min=0.1, max=5, step=0.01, value=1, log=True),
    Text(name="prompt", label="Start of the text", value="def __in", alphabet=VOCABULARY[1:], max_length=PROMPT),
    Slider(name="draw", label="Random set", min=1, max=DRAWS, step=1, value=1, integer=True),
]


def consts():
    # six bits a weight change the loss by less than a hundredth of a bit, and halve what the page must carry
    with np.load(Path(__file__).parents[1] / "data" / "char_rnn.npz") as stored:
        weights = {k: short(stored[k], 6) for k in ("W_x", "W_h", "b", "W_y", "b_y")}
    glyph = np.array([ord(c) for c in VOCABULARY], dtype=np.int32)
    glyph[0] = NEWLINE
    name = np.where(glyph == ord(" "), SPACE, glyph)
    noise = short(np.random.default_rng(0).random((DRAWS, LINES * WIDTH)))
    return weights | {"glyph": glyph, "name": name, "noise": noise}


def compute(consts, temperature, prompt, draw):
    xp = array_namespace(consts["W_h"])
    h = _read(consts, prompt)
    scores = _scores(consts, h)
    p = softmax(scores / temperature)[0, :]
    best, bar = _best(scores[0, :], p)
    log_p = log_softmax(scores / temperature)[0, :]
    bits = -xp.sum(p * log_p) / float(np.log(2))
    written = _write(consts, h, temperature, pick(consts["noise"], draw - 1))
    return {
        "label": _look_up(consts["name"], best), "p": bar, "bar": 250.0 * bar,
        "written": _look_up(consts["glyph"], written),
        "temperature": temperature, "bits": bits, "choices": xp.exp(bits * float(np.log(2))),
        "coin": (bits >= 0.95) & (bits <= 1.05),
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
        (h,), code = carry, xp.reshape(x[0], (1,))
        new = _step(consts, xp.maximum(code, xp.zeros_like(code)), h)
        h = xp.where(code[:, None] >= 0, new, h)
        return (h,), (h[0, 0],)

    # the Text control counts from its own alphabet, which starts at the vocabulary's second character
    return scan(read, (start,), (xp.where(prompt >= 0, prompt + 1, prompt),))[0][0]


def _write(consts, h, temperature, noise):
    """Codes drawn one after the other: the first character whose cumulated probability exceeds the random number."""
    xp = array_namespace(h)

    def write(carry, u):
        (h,) = carry
        p = softmax(_scores(consts, h) / temperature)
        code = xp.reshape(xp.argmax(xp.astype(xp.cumulative_sum(p[0, :]) > u[0], p.dtype)), (1,))
        return (_step(consts, code, h),), (code[0],)

    return scan(write, (h,), (noise,))[1][0]


def _best(scores, p):
    """Codes and probabilities of the BARS highest scores, in falling order."""
    xp = array_namespace(scores)
    index = xp.arange(scores.shape[0])

    def take_one(carry, _):
        (left,) = carry
        best = xp.argmax(left)
        here = index == best
        return (xp.where(here, -1e9 + 0.0 * left, left),), (best, xp.sum(xp.where(here, p, 0.0 * p)))

    return scan(take_one, (scores,), (p[:BARS],))[1]


def _look_up(table, codes):
    """table[codes] for an array of codes."""
    return array_namespace(table).take(table, codes, axis=0)


def diagram():
    rows = []
    for k in range(BARS):
        y = 14 + 19 * k
        rows += [
            draw.label(18, y, size=15, mono=True, live={"text": f"label[{k}]:c"}),
            f'<rect x="36" y="{y - 7}" height="14" rx="3" class="fill-c0 stroke-none" data-live="width=bar[{k}]"/>',
            draw.label(372, y, size=12, color="muted", anchor="end", live={"text": f"p[{k}]:.1%"}),
        ]
    top, step = 14 + 19 * BARS + 14, 10.8
    text = [draw.label(12 + step * (k % WIDTH), top + 20 * (k // WIDTH), size=15, mono=True,
                    live={"text": f"written[{k}]:c"}) for k in range(LINES * WIDTH)]
    return draw.svg(384, top + 20 * LINES, *rows, *text, max_width=620)


readout = (
    "Temperature {temperature:.2f}: entropy {bits:.2f} bits, as uncertain as {choices:.1f} equally likely characters."
)
challenges = [
    Challenge("Make the next character as uncertain as a fair coin: an entropy between 0.95 and 1.05 bits.", "coin"),
]
