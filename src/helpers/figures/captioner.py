"""Where does a picture have to enter the network that describes it?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import digits
from helpers.captioner import WAYS, describe, look, trained
from helpers.captions import LIMITS, LONGEST, STOP, WORDS, measure
from helpers.sequence import pick
from live_figures import Challenge, Choice, Claim, Map, Pad, Slider, Try, draw

title = "When does the network look at the picture?"
caption = (
    "A network describes your picture with its likeliest words, each with its chance and the next best beside it; "
    "words with a red edge are written with the other picture in view. The coloured map shows what turning over one "
    "pixel would do to the chance of the chosen word; beside the caption stands what the rule measures."
)
alt = (
    "A caption with one word a line, each with a bar of its chance and the next best word; a small picture that can "
    "take the place of the drawn one, and its measures; and a map of 8 by 8 cells, orange-red where turning over the "
    "pixel would make the chosen word less likely, blue where more."
)
SIZE, OTHERS, LETTERS = digits.SIZE, 30, 8
UNITS = 73  # of the largest network
NEVER = LONGEST + 1  # the word from which another picture takes over, if it never does

controls = [
    Pad(name="picture", label="Your picture", rows=SIZE, columns=SIZE, pen=1.2,
        value="006bc60006f8bf2007f8ec0000aef400000b9000003f4000001f2000006a0000"),
    Map(name="pixel", label="What one pixel does to the chosen word (bits)", rows=SIZE, columns=SIZE, picture="effect",
        low=-4, high=4, diverging=True, value=(3, 3), format=".1f"),
    Choice(name="way", label="The picture enters", options=WAYS, value=WAYS[0],
           labels=("at every step", "at the first step", "before the words", "at the output")),
    Slider(name="word", label="Chosen word", min=1, max=LONGEST, step=1, value=3, integer=True, play=1.5),
    Slider(name="other", label="Another picture", min=1, max=OTHERS, step=1, value=6, integer=True),
    Slider(name="since", label="From word (14: no)", min=1, max=NEVER, step=1, value=NEVER,
           integer=True),
]


def consts():
    letters = np.array([[ord(c) for c in word.ljust(LETTERS)] for word in WORDS], dtype=np.uint8)
    others = np.round(16 * digits.load().test_images[:OTHERS]).astype(np.uint8)
    return {way: _padded(trained(way)) for way in WAYS} | {
        "letters": letters, "others": others, "limits": np.array(LIMITS),
    }


def _padded(params):
    """The network with as many units as the largest, the new ones without weights: one shape, one program for all."""
    missing = UNITS - params.W_hh.shape[0]
    axes = {"W_xh": (1,), "W_hh": (0, 1), "W_ih": (1,), "b": (0,), "W_y": (0,)}
    return params._replace(**{
        name: np.pad(value, [(0, missing * (axis in axes[name])) for axis in range(value.ndim)])
        for name, value in params._asdict().items() if name in axes and value is not None})


def compute(consts, picture, pixel, way, word, other, since):
    xp = array_namespace(picture)
    params = consts[way]
    other = xp.astype(pick(consts["others"], other - 1), xp.float64) / 16
    late, t = word >= since, xp.arange(LONGEST)
    seen = xp.where(late, other, picture)

    # one caption that is written, and 64 that follow it with one pixel of the picture in view turned over
    pictures = xp.concat([seen[None, ...], _turned(seen), xp.where(late, picture, other)[None, ...]], axis=0)
    v = look(params, pictures)
    in_view = (t < since - 1) != late
    words, log_p = describe(params, way, xp.where(in_view[:, None, None], v[:-1, :], v[-1:, :]), follow=True)
    words, p = words[:, 0], xp.exp(log_p[:, 0, :])
    rest = xp.where(words[:, None] == xp.arange(len(WORDS)), 0.0 * p, p)
    best = xp.stack([words, xp.argmax(rest, axis=1)])
    chance = xp.stack([xp.max(p, axis=1), xp.max(rest, axis=1)])
    after = pick(pick(log_p, word - 1), pick(words, word - 1), axis=1)
    effect = xp.reshape(after[1:] - after[0], (SIZE, SIZE)) / float(np.log(2))

    stops = xp.astype(words == STOP, xp.int64)
    shown = xp.cumulative_sum(stops) == stops
    ruler = xp.stack(list(measure(seen)))
    return {
        "effect": effect, "letters": xp.take(consts["letters"], best, axis=0), "p": chance, "shown": shown,
        "doubt": chance[1, :] >= 0.005, "chosen": t == word - 1, "other_in_view": t >= since - 1,
        "other_picture": other, "ruler": ruler, "low": ruler < consts["limits"][:, 0],
        "high": ruler >= consts["limits"][:, 1], "here": xp.exp(after[0]),
        "unsure": xp.any(shown & (chance[0, :] < 0.4)),
        "empty": xp.max(picture) == 0,
    }


def _turned(picture):
    """The picture (8, 8) once for each of its pixels, (64, 8, 8), with that pixel turned over."""
    xp = array_namespace(picture)
    flat = xp.reshape(picture, (-1,))
    over = xp.where(flat < 0.5, xp.ones_like(flat), xp.zeros_like(flat))
    return xp.reshape(xp.where(xp.eye(SIZE**2) > 0.5, over, flat), (-1, SIZE, SIZE))


ROW, TOP, RIGHT, CELL = 21, 36, 314, 8


def diagram():
    head = [draw.label(x, 14, text, color="muted", anchor="start")
            for x, text in ((26, "word"), (98, "its chance"), (224, "next best"), (RIGHT, "another"))]
    cells = [f'<rect x="{RIGHT + CELL * column}" y="{TOP - 10 + CELL * row}" width="{CELL}" height="{CELL}" '
             f'class="fill-ink stroke-none" data-live="opacity=other_picture[{row}][{column}]"/>'
             for row in range(SIZE) for column in range(SIZE)]
    side = SIZE * CELL
    frame = draw.box(RIGHT + side / 2, TOP - 10 + side / 2, side, side, fill="none", stroke="c1", radius=0)
    return draw.svg(384, TOP + ROW * LONGEST, *head, *(_row(k) for k in range(LONGEST)), *cells, frame, *_ruler())


def _row(k):
    """One word: which picture is in view, the word, the bar of its chance, and the next best."""
    y = TOP + ROW * k
    return draw.group(
        f'<rect x="0" y="{y - 9}" width="5" height="18" class="fill-c1 stroke-none" '
        f'data-live="show=other_in_view[{k}]"/>',
        draw.box(158, y, 304, ROW - 2, fill="none", stroke="c4", live={"show": f"chosen[{k}]"}),
        draw.label(22, y, str(k + 1), color="muted", anchor="end"),
        _word(28, y, f"letters[0][{k}]", "ink", 14),
        f'<rect transform="translate(98 {y - 6}) scale(72 1)" height="12" class="fill-a0 stroke-none" '
        f'data-live="width=p[0][{k}]"/>',
        draw.label(212, y, anchor="end", live={"text": f"p[0][{k}]:.0%"}),
        draw.group(_word(224, y, f"letters[1][{k}]", "muted", 13),
                   draw.label(306, y, color="muted", anchor="end", live={"text": f"p[1][{k}]:.0%"}),
                   live={"show": f"doubt[{k}]"}),
        live={"show": f"shown[{k}]"})


def _word(x, y, array, color, size):
    """A word whose letters follow an array of their codes."""
    spans = "".join(f'<tspan data-live="text={array}[{k}]:c"></tspan>' for k in range(LETTERS))
    return (f'<text x="{x}" y="{y + 0.35 * size:g}" class="fill-{color} stroke-none" '
            f'style="font-size:{size}px;white-space:pre">{spans}</text>')


def _ruler():
    """What the rule measures of the picture in view at the chosen word, and what it says of it."""
    y = TOP + SIZE * CELL + 14
    yield draw.label(RIGHT, y, "in view:", color="muted", anchor="start")
    rows = (("ink", ".0%", "thin", "thick"), ("lean", ".2f", "left", "right"), ("height", ".1f", "bottom", "top"))
    for k, (name, spec, low, high) in enumerate(rows):
        at = y + 20 + 50 * k
        yield draw.label(RIGHT, at, name, color="muted", anchor="start")
        yield draw.label(RIGHT, at + 16, anchor="start", live={"text": f"ruler[{k}]:{spec}"})
        yield draw.label(RIGHT, at + 32, low, bold=True, anchor="start", live={"show": f"low[{k}]"})
        yield draw.label(RIGHT, at + 32, high, bold=True, anchor="start", live={"show": f"high[{k}]"})


readout = "The chosen word has a chance of {here:.1%}."
challenges = [
    Challenge("Make the network write a word to which it gives a chance of less than 40 %.", met="unsure"),
]


def _caption(arrays):
    """The caption that stands there."""
    rows = arrays["letters"][0][arrays["shown"]].astype(int)
    return " ".join("".join(map(chr, row)).strip() for row in rows)


_PICTURE = controls[0].array(controls[0].value)


def _ruler_says(arrays):
    """The names of the measures that are out of the ordinary."""
    return [name for name, out in zip(("ink", "lean", "height"), arrays["low"] | arrays["high"], strict=True) if out]


tries = [
    Try(ask="From word 4 on, a six is in view instead of the nine: it leans left and is heavier at the bottom. What "
            "will the caption say?",
        guesses=("What it said before: it has begun to speak of the nine.", "What is true of the six.",
                 "It breaks off."), right=1,
        do="Set “From word” to 4.", at={"since": 4},
        says="What is true of the six: “a thin nine that leans left and is heavier at the bottom”. At every step the "
             "network looks again, and a caption of two pictures comes out.",
        holds=lambda a: _caption(a) == "a thin nine that leans left and is heavier at the bottom ."),
    Try(ask="The six takes over from word 4 again, but the picture enters at the first step only. What will the "
            "caption say?",
        guesses=("What is true of the six.", "What it says without the six."), right=1,
        do="Choose “at the first step”, and let the six take over from word 9, then from word 4.",
        at=({"way": "first step"}, {"way": "first step", "since": 9}, {"way": "first step", "since": 4}),
        says="What it says without the six: “a thin nine that is heavier at the top”. What this network says must be "
             "in its state from the first step on. The lean is missing, though the rule measures 0.08.",
        holds=lambda never, late, early: _caption(early) == "a thin nine that is heavier at the top ."
        and all(np.array_equal(early["p"], a["p"]) for a in (never, late)) and f"{never['ruler'][1]:.2f}" == "0.08"),
    Try(ask="Of picture 25 alone it writes “an ordinary one”, looking at every step. Now your nine stays in view for "
            "one word more, and “a” is written. And then?",
        guesses=("“a ordinary one”", "“a one”", "Something that is not true of picture 25."), right=2,
        do="Choose “at every step” and picture 25; let it take over from word 1, then from word 2.",
        at=({"way": "every step", "other": 25, "since": 1}, {"way": "every step", "other": 25, "since": 2}),
        says="“a one that leans right”, and that is not true: by the rule nothing about this picture is out of the "
             "ordinary. In the captions that it learned from “ordinary” never came after “a”, and a full stop never "
             "after “a one”. It writes a correct sentence rather than a true one.",
        holds=lambda alone, after: _caption(alone) == "an ordinary one ."
        and _caption(after) == "a one that leans right ." and _ruler_says(after) == []),
    Try(ask="Which pixels does the word “thin” hang on?",
        guesses=("On some of the stroke.", "On the whole picture."), right=1,
        do="Press Reset, and choose word 2.", at={"word": 2, "since": NEVER},
        says="On the whole picture. Each of the 46 pixels that are light would make it less likely if it were ink, "
             "each of the 18 dark ones likelier if it were paper: right for a word that means a share of ink.",
        holds=lambda a: (int((a["effect"] < 0).sum()), int((a["effect"] > 0).sum())) == (46, 18)
        and np.array_equal(a["effect"] > 0, _PICTURE >= 0.5)),
    Try(ask="What does the network write of an empty picture?",
        guesses=("A full stop.", "The commonest caption.", "Something that is no sentence."), right=2,
        do="Press Clear under your picture.", at={"picture": "", "since": NEVER}, met="empty",
        says="“thin thin thin”, thirteen times, with a chance of 99 % at first and of 100 % from then on, rounded. It "
             "never saw a picture without ink. That it is sure does not say that it knows.",
        holds=lambda a: _caption(a) == " ".join(["thin"] * LONGEST)
        and [f"{p:.0%}" for p in a["p"][0]] == ["99%"] + 12 * ["100%"]),
]
claims = [
    Claim("An exchange leaves the words as they are that stand already.",
          at=({}, {"since": 6}), holds=lambda a, b: np.array_equal(a["p"][:, :5], b["p"][:, :5])),
    Claim("Before the words, as at the first step, an exchange from word 2 on changes nothing.",
          at=({"way": "before the words"}, {"way": "before the words", "since": 2}),
          holds=lambda a, b: np.array_equal(a["p"], b["p"])),
    Claim("At the output the caption follows the picture in view, too.", at={"way": "output", "since": 4},
          holds=lambda a: _caption(a) == "a thin nine that leans left and is heavier at the bottom ."),
    Claim("A picture that takes over at word 1 is described alone.",
          at=({"picture": "", "since": 1}, {"since": 1}), holds=lambda a, b: np.array_equal(a["p"], b["p"])),
    Claim("The challenge can be met by an exchange.", at={"since": 3}, holds=lambda a: bool(a["unsure"])),
]
