"""Where does a network look in a date while it writes it as ISO 8601, and how sure is it?"""

import functools
import itertools
from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers import dates
from helpers._in_bytes import from_bytes
from helpers.attention import additive_scores, attend, attention_weights
from helpers.cells import GRUParams, gru_step, gru_update, softmax
from helpers.encoder_decoder import EncoderDecoderParams
from helpers.sequence import pick, scan
from live_figures import Challenge, Claim, LinkedTexts, LongText, Signal, Slider, Try, draw

title = "Where does it look while it writes a date?"
caption = (
    "A network trained on dates from 1950 to 2049 reads yours and writes it as year, month and day. The lines are the "
    "weights with which each written character looks at the typed ones, the bars its probability; the numbers show how "
    "the largest weight comes about."
)
alt = (
    "Bars with the probability of each digit, the hyphen and the end of the line at one place of the answer, and two "
    "tables that lead from query and key to the two largest weights there."
)

WRITTEN, SYMBOLS = 10, len(dates.SYMBOLS)
LARGEST = 3  # units in the table
CAPITALS = "".join(sorted({c.upper() for c in dates.ALPHABET if len(c.upper()) == 1} - set(dates.ALPHABET)))
TYPED = dates.ALPHABET + CAPITALS + "\n\t\u00a0\u3000"  # the network reads lower case and plain spaces for these
SIGNS = {" ": "␣", "\n": "↵", "\t": "⇥", "\u00a0": "␣", "\u3000": "␣"}
LETTERS, NOTHING = dates.ALPHABET.index("a"), ord("·")
EXAMPLES = ("Saturday, 21 November 2026", "11/21/26", "21.11.2026", "2026年11月21日星期六", "21 ноября 2026 г.",
            "31 February 2026", "03/04/05")

controls = [
    LongText(name="text", label="Your date", value=EXAMPLES[0], alphabet=TYPED, max_length=dates.LONGEST, min_length=0,
             lines=2, examples=EXAMPLES),
    Slider(name="at", label="Written character, from 0", min=0, max=WRITTEN - 1, step=1, value=5, integer=True,
           play=1.5),
]


@functools.cache
def _stored():
    """The bytes of each array of the network, both directions of reading under `forward`; and the step of a byte."""
    with np.load(Path(dates.__file__).parent / "data" / "date_readers.npz") as stored:
        net = {name.removeprefix("attention "): stored[name] for name in stored.files if name.startswith("attention ")}
    for field in GRUParams._fields:
        net[f"forward.{field}"] = np.stack([net[f"forward.{field}"], net.pop(f"backward.{field}")])
    net["forward.b_h"] = net["forward.b_h"][:, None, :]
    return {name: array for name, array in net.items() if array.ndim}, net["step"]


def consts():
    arrays, step = _stored()
    return {
        "bytes": np.concatenate([array.ravel() for array in arrays.values()]), "step": step,
        "codes": np.append(dates.encode(TYPED), dates.UNKNOWN),  # by typed character; the last one is any other
        "shown": np.array([ord(SIGNS.get(c, c)) for c in TYPED + "□"]),
        "symbols": np.array([ord(SIGNS.get(c, c)) for c in dates.SYMBOLS]),
        "days": np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, *[0] * 109]),  # by two codes, up to ↵↵
        "form": np.array([dates.SYMBOLS.index(c) for c in "9999-99-99"]),
    }


def compute(consts, text, at):
    xp = array_namespace(text)
    params, length = _weights(consts), xp.sum(xp.astype(text >= 0, xp.int64))
    typed, some = xp.take(consts["codes"], text), length > 0
    real = xp.arange(dates.LONGEST)[:, None] < xp.maximum(length, xp.ones_like(length))
    keys, s_0 = _read(params, typed, length)
    codes, p, sure, scores, weights, queries = _readings(params, keys, s_0, real)

    here = pick(weights[0, ...], at)
    places = _largest(here, 2)
    of_all = pick(scores[0, ...], at)
    e, weight = xp.take(of_all, places), xp.take(here, places)
    raised = xp.exp(e)
    q, k = pick(queries[0, ...], at), pick((keys @ params.W_k)[:, 0, :], places[0])
    part = xp.tanh(q + k) * params.v
    units = _largest(xp.abs(part), LARGEST)
    table = xp.stack([xp.take(a, units) for a in (q, k, xp.tanh(q + k), params.v, part)])

    total, impossible = xp.prod(sure, axis=-1), some & ~_exists(consts["days"], consts["form"], codes[0, :])
    return {
        "answer": xp.where(some, xp.take(consts["symbols"], codes), NOTHING), "links": weights[0, ...],
        "sure": sure[0, :] * xp.astype(some, sure.dtype), "p": total, "p_here": pick(p[0, ...], at),
        "units": units, "table": table, "rest": e[0] - xp.sum(table[4, :]),
        "s": of_all, "e": e, "exp": raised, "sum": raised[0] / weight[0], "weight": weight,
        "looked": xp.take(consts["shown"], xp.take(text, places)), "length": length,
        "strange": xp.any((typed == dates.UNKNOWN) & (text >= 0)),
        "impossible": impossible, "doubted": impossible & (total[0] < 0.9), "torn": (total[0] > 0.3) & (total[1] > 0.3),
        "spelled": (at == 6) & (weight[0] > 0.9) & (pick(typed, places[0]) >= LETTERS),
    }


def _weights(consts):
    """The network's parameters out of its bytes, all of them at once."""
    xp, start, net = array_namespace(consts["bytes"]), 0, {}
    numbers = from_bytes(consts["bytes"], consts["step"])
    for name, array in _stored()[0].items():
        net[name] = xp.reshape(numbers[start:start + array.size], array.shape)
        start += array.size
    forward, cell = (GRUParams(*(net.pop(f"{name}.{field}") for field in GRUParams._fields))
                     for name in ("forward", "cell"))
    return EncoderDecoderParams(forward, None, cell=cell, **net)


def _read(params, typed, length):
    """The keys (S, 1, 2H) of the typed codes, read both ways in one loop, and the decoder's first state (1, H')."""
    xp = array_namespace(typed)
    t, both = xp.arange(dates.LONGEST), params.forward
    turned = xp.where(t < length, length - 1 - t, t)
    a_x = xp.stack([xp.take(both.W_x[0, ...], typed, axis=0),
                    xp.take(both.W_x[1, ...], xp.take(typed, turned), axis=0)], axis=1) + both.b

    def step(state, inputs):
        h = gru_update(xp, both, inputs[0], state[0], True).h
        return (h,), (h,)

    _, (h,) = scan(step, (0.0 * a_x[0, :, None, :params.W_0.shape[0]],), (a_x[:, :, None, :],))
    backward = xp.take(h[:, 1, ...], turned, axis=0)
    return xp.concat([h[:, 0, ...], backward], axis=-1), xp.tanh(backward[0, ...] @ params.W_0 + params.b_0)


def _readings(params, keys, s_0, real):
    """What `_write` gives, twice: the likeliest symbol each time, and once the next likeliest, where it costs least."""
    xp = array_namespace(keys)
    symbol, nowhere = xp.arange(SYMBOLS), xp.asarray(-1)

    def reading(turning, _):
        codes, p, sure, *rest = _write(params, keys, s_0, real, *turning)
        others = xp.where(symbol == codes[:, None], 0.0 * p, p)
        turn = xp.argmax(xp.cumulative_prod(sure) / sure * xp.max(others, axis=-1))
        return (turn, xp.argmax(pick(others, turn))), (codes, p, sure, *rest)

    return scan(reading, (nowhere, nowhere), (xp.arange(2),))[1]


def _write(params, keys, s_0, real, turn, instead):
    """Codes (T,), probabilities (T, V) and that of each code (T,), scores and weights (T, S), queries W_q (T, A).

    The decoder is fed the likeliest symbol of each step; at the step `turn` it is fed `instead`.
    """
    xp = array_namespace(keys)

    def step(state, inputs):
        s, y = state
        scores = additive_scores(s, keys, params.W_q, params.W_k, params.v)
        weights = attention_weights(scores, real)
        new = gru_step(params.cell, xp.concat([y, attend(weights, keys)], axis=-1), s).h
        p = softmax(new @ params.W_y + params.b_y)[0, :]
        code = xp.where(inputs[0] == turn, instead, xp.argmax(p))
        y = xp.astype(xp.arange(SYMBOLS) == code, p.dtype)
        return (new, y[None, :]), (code, p, xp.sum(y * p), scores[:, 0], weights[:, 0], (s @ params.W_q)[0, :])

    return scan(step, (s_0, xp.zeros((1, SYMBOLS))), (xp.arange(WRITTEN),))[1]


def _exists(days, form, codes):
    """Whether ten codes say a day of the calendar; `days`: by month, 0 outside; `form`: 9999-99-99 in codes."""
    xp = array_namespace(codes)
    year, month, day = (sum(10**k * codes[stop - 1 - k] for k in range(stop - start))
                        for start, stop in ((0, 4), (5, 7), (8, 10)))
    leap = (month == 2) & (year % xp.where(year % 100 == 0, 400, 4) == 0)
    return xp.all(xp.maximum(codes, 9) == form) & (day > 0) & (day <= pick(days, month) + xp.astype(leap, xp.int64))


def _largest(values, count):
    """The places (count,) of the largest of the values, in falling order."""
    xp = array_namespace(values)
    place = xp.arange(values.shape[0])

    def take_one(carry, _):
        best = xp.argmax(carry[0])
        return (xp.where(place == best, carry[0] - 1e9, carry[0]),), (best,)

    return scan(take_one, (values,), (xp.arange(count),))[1][0]


def diagram():
    return draw.svg(384, 318, draw.group(*_distribution(), *_score(), live={"show": "length"}),
                    draw.group(*_shares(), live={"show": "weight[1]"}))


def _distribution():
    """The probability of every symbol at the chosen place, as bars that hang from the symbols."""
    yield draw.label(4, 10, "What it could write at that place", bold=True, anchor="start")
    for k, symbol in enumerate(dates.SYMBOLS):
        x = 14 + 32.4 * k
        yield draw.label(x, 32, SIGNS.get(symbol, symbol), size=15, mono=True)
        yield (f'<g transform="translate({x - 10:g} 42) scale(20 40)"><rect width="1" class="fill-c0 stroke-none" '
               f'data-live="height=p_here[{k}]"/></g>')
        yield draw.label(x, 92, live={"text": f"p_here[{k}]:.0%"})


def _score():
    """The score of the place that it looks at most, from query and key."""
    columns = (30, 88, 138, 228, 290, 380)
    yield draw.label(4, 122, "The largest weight: first a score", bold=True, anchor="start")
    for x, head in zip(columns, ("unit", "query q", "key k", "tanh(q + k)", "v", "product"), strict=True):
        yield draw.label(x, 142, head, color="muted", anchor="end")
    for row, y in enumerate(range(160, 160 + 18 * LARGEST, 18)):
        yield draw.label(columns[0], y, anchor="end", live={"text": f"units[{row}]:d"})
        for column, x in enumerate(columns[1:]):
            yield draw.label(x, y, anchor="end", live={"text": f"table[{column}][{row}]:.2f"})
    yield draw.label(4, 214, "all other units", color="muted", anchor="start")
    yield draw.label(columns[-1], 214, anchor="end", live={"text": "rest:.2f"})


def _shares():
    """The two largest weights, from their scores."""
    yield draw.label(4, 246, "… then its share", bold=True, anchor="start")
    yield draw.label(380, 246, "sum", color="muted", anchor="end")
    for k, x in enumerate((228, 304)):
        yield draw.label(x, 245, size=15, mono=True, anchor="end", live={"text": f"looked[{k}]:c"})
        for y, value in ((268, f"e[{k}]:.2f"), (286, f"exp[{k}]:.3g"), (304, f"weight[{k}]:.1%")):
            yield draw.label(x, y, anchor="end", live={"text": value})
    for y, said in ((268, "score e, the sum above"), (286, "exp e"), (304, "its share of all, the weight")):
        yield draw.label(4, y, said, color="muted", anchor="start")
    yield draw.label(380, 286, anchor="end", live={"text": "sum:.3g"})


views = [LinkedTexts(label="What it reads", answer_label="What it writes", text="text", answer="answer[0]",
                     links="links", sure="sure", chooses="at")]
signals = {
    "part": Signal("v tanh(q + k)", "table[4][j]", "part of a unit", "v[j] * tanh(q[j] + k[j])",
                   "What one unit adds to the score.", "c0"),
    "act": Signal("tanh(q + k)", "table[2][j]", "tanh of query and key", "tanh(q[j] + k[j])"),
    "q": Signal("q", "table[0][j]", "query"), "k": Signal("k", "table[1][j]", "key"),
    "v": Signal("v", "table[3][j]", "output weight"),
    "rest": Signal("rest", "rest", "all other units"),
    "e": Signal("e_1", "e[0]", "score", " + ".join(f"part[{k}]" for k in range(LARGEST)) + " + rest"),
    "e_2": Signal("e_2", "e[1]", "second score", says="Made in the same way, from its own key."),
    "exp_1": Signal("exp(e_1)", "exp[0]", "exponential of the score", "exp(e)", format=".3g"),
    "exp_2": Signal("exp(e_2)", "exp[1]", "exponential of the second score", "exp(e_2)", format=".3g"),
    "score": Signal("e_[j]", "s[j]", "score"),
    "all": Signal("Σ_j exp(e_{j})", "sum", "all exponentials",
                  (("length", "sum(exp(score[j]) for j in range(length))"), ("", "")),
                  "Over all characters that were typed.", format=".3g"),
    "length": Signal("n", "length", "characters", format="d"),
    "w": Signal("w_1", "weight[0]", "largest weight", "exp(e) / all", "The softmax of the scores.", "c0", ".1%",
                words=("weight", "weights"), lights=("w_2",)),
    "w_2": Signal("w_2", "weight[1]", "second weight", (("weight[1]", "exp(e_2) / all"), ("", "")),
                  "The softmax of the scores.", "c0", ".1%"),
}
FIRST, SECOND = ("".join(f"{{answer[{row}][{k}]:c}}" for k in range(WRITTEN)) for row in range(2))
WRITES = f"It writes {FIRST} with a probability of {{p[0]:.2%}}"
NEXT = f"With its second choice at one place it would write {SECOND}, with {{p[1]:.2%}}."
readout = (
    ("strange", f"The characters struck through it has never learned; to it they all look alike. {WRITES}. {NEXT}"),
    ("impossible", f"{WRITES}, though the calendar has no such day. {NEXT}"),
    ("length", f"{WRITES}. {NEXT}"),
    ("", "There is nothing to read: type a date."),
)
challenges = [
    Challenge("Write a date of which two readings both have more than 30 %.", met="torn"),
    Challenge("Make it write a day that the calendar does not have, with less than 90 %.", met="doubted"),
    Challenge("Make the second digit of the month look at one letter with more than 90 % of its weight.",
              met="spelled"),
]


def _written(arrays, reading=0):
    """What the network writes: of its two readings the first, or another."""
    return "".join(map(chr, arrays["answer"][reading]))


def _parts(arrays):
    """Where the digits of year, month and day look most, as places in the text."""
    places = arrays["links"].argmax(axis=-1)
    return {"year": places[:4], "month": places[5:7], "day": places[8:]}


def _in_turn(arrays, *names):
    """Whether all that is looked at for each of these parts stands before all that is for the next."""
    parts = _parts(arrays)
    return all(parts[first].max() < parts[then].min() for first, then in itertools.pairwise(names))


def _percent(value):
    return f"{value:.0%}"


ENGLISH, CHINESE = EXAMPLES[0], EXAMPLES[3]
NOVEMBER = slice(ENGLISH.index("N"), ENGLISH.index("N") + len("November"))
tries = [
    Try(ask="It writes the month as 11, and no digit that you typed says so. At which letters of November does it look "
            "for these two ones?",
        guesses=("at the N above all", "at several, none with a fifth of the weight",
                 "at all eight about equally"), right=1,
        do="Move the written character from 5 to 6.", at=({}, {"at": 6}),
        says="At several: for the first the v has most, 18 %, for the second the o, 17 %. All eight letters together "
             "have 94 % and 99 %.",
        holds=lambda *ones: [_percent(a["weight"][0]) for a in ones] == ["18%", "17%"]
        and [chr(a["looked"][0]) for a in ones] == ["v", "o"]
        and [_percent(ones[0]["links"][k, NOVEMBER].sum()) for k in (5, 6)] == ["94%", "99%"]),
    Try(ask="Character 8 is the 2 of the day, 21. Where does it look for that?",
        guesses=("at the 2 of 21", "at the 1 of 21", "at both of them alike"), right=1,
        do="Move the written character to 8, then to 9.", at=({"at": 8}, {"at": 9}),
        says="At the 1, with more than 99 %, as for the 1 itself. What stands at a place is the state of a network "
             "that has read the text up to there from both sides: it can tell of its neighbours too. A weight says "
             "where something was taken from, not what.",
        holds=lambda *days: all(a["weight"][0] > 0.99 for a in days)
        and _parts(days[0])["day"].tolist() == [ENGLISH.index("1")] * 2),
    Try(ask="The same day in Chinese has the year first. What becomes of the bundles of lines, which cross each other?",
        guesses=("They cross as before.", "They no longer cross."), right=1,
        do="Choose the Chinese example.", at=({}, {"text": CHINESE}),
        says="The strongest lines of year, month and day no longer cross: they start in the order in which they end. "
             "In English it goes to the end for the year, and back for the month and the day.",
        holds=lambda english, chinese: _in_turn(english, "day", "month", "year")
        and _in_turn(chinese, "year", "month", "day")),
    Try(ask="There is no 31 February. What will it make of one?",
        guesses=("It writes 28 February or 3 March.", "It writes 31 February, and is in doubt.",
                 "It writes 31 February, and is sure."), right=2,
        do="Choose the example 31 February 2026.", at={"text": "31 February 2026"},
        says="It writes 2026-02-31 with 99.7 %. Its probabilities say how sure it is of what to write, not whether "
             "that is a day.",
        holds=lambda a: _written(a) == "2026-02-31" and bool(a["impossible"]) and f"{a['p'][0]:.1%}" == "99.7%"),
    Try(ask="Dates with slashes that leave the month open were left out of its training. Of 03/04/05 it makes 3 April "
            "2005, without a doubt. What will it make of 04/03/2005?",
        guesses=("4 March: month second.", "3 April: month first.", "Neither of these."), right=2,
        do="Choose the example 03/04/05, then type 04/03/2005 in its place.",
        at=({"text": "03/04/05"}, {"text": "04/03/2005"}),
        says="Neither: 2005-04-04 with 78 %, and 3 April with 22 %. All the doubt is in the last digit of the day, "
             "though each digit that it writes is fed back to it.",
        holds=lambda sure, torn: _written(sure) == "2005-04-03" and sure["p"][0] > 0.999
        and (_written(torn), _written(torn, 1)) == ("2005-04-04", "2005-04-03")
        and [_percent(p) for p in torn["p"]] == ["78%", "22%"] and torn["sure"][:9].min() > 0.99),
]
claims = [
    Claim("The first five examples are one day, and it reads them all.",
          at=tuple({"text": text} for text in EXAMPLES[:5]),
          holds=lambda *all_: {_written(a) for a in all_} == {"2026-11-21"}),
    Claim("Every written character looks with a weight of 1 in all, and at nothing behind the text.",
          at=tuple({"text": text} for text in (*EXAMPLES, "7")),
          holds=lambda *all_: all(np.allclose(a["links"][:, :a["length"]].sum(axis=1), 1) for a in all_)),
    Claim("The parts of a score add up to it, and the scores' exponentials to the sum of which a weight is a share.",
          at=({}, {"text": "03/04/05", "at": 9}, {"text": CHINESE, "at": 0}),
          holds=lambda *all_: all(np.isclose(a["table"][4].sum() + a["rest"], a["e"][0])
                                  and np.allclose(a["exp"] / a["sum"], a["weight"]) for a in all_)),
    Claim("The probability of a reading is the product of those of its characters.", at={"text": "03/04/05"},
          holds=lambda a: np.isclose(a["sure"].prod(), a["p"][0])),
    Claim("Capitals are lower-case letters to it, and a tab is a space.",
          at=({}, {"text": ENGLISH.upper()}, {"text": ENGLISH.replace(" ", "\t")}),
          holds=lambda a, *others: all(np.array_equal(a["links"], b["links"]) for b in others)),
    Claim("All that it has never learned looks alike to it, and is said to be strange.",
          at=({}, {"text": "Ω 5 May 2001"}, {"text": "€ 5 May 2001"}),
          holds=lambda known, a, b: bool(a["strange"] and b["strange"] and not known["strange"])
          and np.array_equal(a["p_here"], b["p_here"])),
    Claim("Of an empty text nothing is said.", at={"text": ""},
          holds=lambda a: a["length"] == 0 and set(_written(a)) == {"·"} and not a["sure"].any()
          and not (a["torn"] or a["impossible"] or a["doubted"] or a["strange"])),
    Claim("Two readings can both have more than 30 %: the 21st and the 20th, of 1 Jan 20.", at={"text": "1 Jan 20"},
          holds=lambda a: bool(a["torn"]) and {_written(a), _written(a, 1)} == {"2020-01-21", "2020-01-20"}),
    Claim("Its second choice can be the likelier one, and both must be likely to meet the first challenge.",
          at={"text": "20050304"},
          holds=lambda a: a["p"][1] > 0.3 > a["p"][0] and not a["torn"]),
    Claim("What has a hyphen in a wrong place is no day.", at={"text": "ì"},
          holds=lambda a: _written(a) == "197--07-07" and bool(a["impossible"])),
    Claim("The leap day of 2024 is a day, that of 2023 is none, nor is the 31st of June.",
          at=tuple({"text": day} for day in ("29 February 2024", "29 February 2023", "31 June 2026")),
          holds=lambda *all_: [bool(a["impossible"]) for a in all_] == [False, True, True]),
    Claim("It can be in doubt of a day that the calendar does not have.", at={"text": "31 Sept"},
          holds=lambda a: bool(a["doubted"]) and _written(a) == "2031-09-31"),
    Claim("The last challenge can be met: the y of May.", at={"text": "21 May 20", "at": 6},
          holds=lambda a: bool(a["spelled"]) and chr(a["looked"][0]) == "y"),
]
