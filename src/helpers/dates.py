"""Dates as people write them in nine locales, and as ISO 8601 writes them: texts to draw, and networks that read them.

How dates are written is CLDR's, by way of Babel, frozen in `data/date_formats.json.gz` under the Unicode licence beside
it: `python -m helpers.data.make_dates_data` wrote it. Years are 1950 to 2049, so that two digits say which is meant.
"""

from __future__ import annotations

import datetime
import functools
import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._in_bytes import from_bytes
from ._validate import expect_choice, expect_counts, expect_generator, expect_texts
from .cells import GRUParams, log_softmax
from .encoder_decoder import EncoderDecoderParams, as_encoder_decoder, remember, write_step
from .text import expect_codes

__all__ = ["ALPHABET", "LANGUAGES", "LONGEST", "NETS", "PARTS", "SYMBOLS", "UNKNOWN", "WRITTEN", "Dated", "Reading",
           "decode", "draw", "encode", "months", "one_hot", "part", "patterns", "read", "trained", "writer"]

_DATA = Path(__file__).with_name("data")
_STORED = json.loads(gzip.decompress((_DATA / "date_formats.json.gz").read_bytes()))["languages"]
LANGUAGES = tuple(_STORED)
LONGEST = 36  # characters of the longest text to train on
FIRST, LAST = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)
NETS = ("attention", "fixed vector")
PARTS = {"train": range(2, 10), "valid": range(1, 2), "test": range(1)}  # tenths of all days
SYMBOLS = "0123456789-\n"  # what is written; the newline ends it
WRITTEN = len("2005-03-04\n")

# A quarter of the texts, where a way of writing has one, depart from CLDR's: a leading zero more or less, no comma,
# no word for year; hyphens in place of a year's slashes; 3rd in English and 1er in French. The rates are ours.
VARIED = 0.25
BARE = 0.5  # the share of texts that are to be a date alone; in the others stand words, if any fits beside the date
_TRIES = 1000  # for a text; of all draws about every second is one, of ambiguous ones every fifteenth
_PLAIN_SPACE = re.compile(r"\s")
_TOKENS = re.compile(r"'([^']*)'|(E+|M+|d+|y+)|(.)")
_KINDS = {"d": "day", "M": "month", "y": "year"}


class Dated(NamedTuple):
    """A text and the date that it says: `iso` as YYYY-MM-DD, the `language` and CLDR `pattern` it was written in.

    `spans` says which characters of the text determine the day, the month and the year: name → (start, stop).
    """

    text: str
    iso: str
    language: str
    pattern: str
    spans: dict[str, tuple[int, int]]


class Reading(NamedTuple):
    """What a network wrote of a text: `text`, the `probabilities` (T, symbols) of each step, the `weights` (T, S).

    The weights are None without attention.
    """

    text: str
    probabilities: np.ndarray
    weights: np.ndarray | None


def _alphabet() -> str:
    """Every character that a text may be drawn with, in lower case: no other is ever learned."""
    said = [list(language[name]) for language in _STORED.values() for name in ("patterns", "before", "after")]
    named = [forms for language in _STORED.values() for name in ("months", "weekdays")
             for forms in language[name].values()]
    letters = json.dumps([said, named], ensure_ascii=False).lower()
    return "".join(sorted({*"0123456789- ", *letters} - {*'[]"'}))


ALPHABET = _alphabet()
UNKNOWN = len(ALPHABET)  # the code of every other character


def encode(text: str) -> np.ndarray:
    """The codes (len(text),) of a text over ALPHABET, without upper case; any other character is UNKNOWN.

    Raises TypeError for anything but a str.

    >>> encode("Mai") .tolist() == encode("mai").tolist()
    True
    """
    expect_texts(text=text)
    lower = (c.lower() if len(c.lower()) == 1 else c for c in _PLAIN_SPACE.sub(" ", text))
    return np.array([ALPHABET.find(c) if c in ALPHABET else UNKNOWN for c in lower], dtype=np.int64)


def decode(codes) -> str:
    """What codes (N,) over SYMBOLS say, up to the first newline.

    Raises TypeError for codes that are no whole numbers, ValueError for one outside SYMBOLS.

    >>> decode([2, 0, 0, 5, 11])
    '2005'
    """
    return "".join(SYMBOLS[c] for c in expect_codes("codes", codes, len(SYMBOLS))).partition("\n")[0]


def one_hot(text: str) -> np.ndarray:
    """A text as the networks read it, rows (len(text), 1, len(ALPHABET) + 1) with a single 1. Raises as `encode`."""
    return np.eye(UNKNOWN + 1)[encode(text)][:, None]


def trained(net: str) -> EncoderDecoderParams:
    """The network "attention" or "fixed vector", as `python -m helpers.data.make_dates` left it.

    Raises ValueError for another name.
    """
    expect_choice("net", net, NETS)
    with np.load(_DATA / "date_readers.npz") as stored:
        mine = {name.removeprefix(f"{net} "): stored[name] for name in stored.files if name.startswith(f"{net} ")}
    step = float(mine.pop("step"))
    arrays = {name: from_bytes(array, step) for name, array in mine.items() if name != "accuracy"}
    cells = {name: GRUParams(*(arrays.pop(f"{name}.{field}") for field in GRUParams._fields))
             for name in ("forward", "backward", "cell")}
    return EncoderDecoderParams(**cells, **arrays)


def read(params: EncoderDecoderParams, text: str) -> Reading:
    """What the network writes for a text of any length, the likeliest symbol at each step until it ends the line.

    Raises as `as_encoder_decoder`, TypeError for anything but a str, ValueError for an empty text or a network of
    another alphabet, FloatingPointError where its numbers overflow.
    """
    step, state = writer(params, text)
    symbol, codes, rows, weights = None, [], [], []
    for _ in range(WRITTEN):
        log_p, state = step(state, symbol)
        symbol = int(log_p.argmax())
        codes, rows, weights = [*codes, symbol], [*rows, np.exp(log_p)], [*weights, state.weights]
        if SYMBOLS[symbol] == "\n":
            break
    return Reading(decode(codes), np.stack(rows), None if params.v is None else np.concatenate(weights, axis=1).T)


def writer(params: EncoderDecoderParams, text: str) -> tuple:
    """`step` and the first `state` of `decoding.greedy` and `decoding.beam_search` for the network and a text.

    step(state, symbol) -> (log-probabilities (symbols,), state), of which `state.weights` (S, 1) says where it looked.
    Raises as `read`.
    """
    if not encode(text).size:
        raise ValueError("text: expected at least one character, got none")
    params, sizes = as_encoder_decoder(params), (UNKNOWN + 1, len(SYMBOLS))
    if (params.forward.W_x.shape[0], params.W_y.shape[1]) != sizes:
        raise ValueError(f"params: expected those of a network with {sizes[0]} inputs and {sizes[1]} outputs")
    memory = remember(params, one_hot(text))

    def step(state, symbol):
        y = np.zeros((1, len(SYMBOLS))) if symbol is None else np.eye(len(SYMBOLS))[[symbol]]
        state = write_step(params, memory, state.s, y)
        return log_softmax(state.logits)[0], state

    return step, memory


def part(date: datetime.date) -> str:
    """The part of the days that this one belongs to, in whatever language it is written: train, valid or test.

    Raises TypeError for anything but a datetime.date.
    """
    if not isinstance(date, datetime.date):
        raise TypeError(f"date: expected a datetime.date, got {type(date).__name__}")
    tenth = date.toordinal() * 2654435761 % 2**32 * 10 >> 32  # Knuth's multiplicative hashing
    return next(name for name, tenths in PARTS.items() if tenth in tenths)


def patterns(language: str) -> list[str]:
    """The CLDR patterns of a language. Raises ValueError for another one."""
    expect_choice("language", language, LANGUAGES)
    return list(_STORED[language]["patterns"])


def months(language: str) -> list[tuple[str, int]]:
    """Every name of a month in a language, in lower case, with its number from 1 to 12. Raises as `patterns`."""
    expect_choice("language", language, LANGUAGES)
    forms = _STORED[language]["months"].values()
    return sorted({(name.lower(), k + 1) for names in forms for k, both in enumerate(names)
                   for form in both for name in (form, form.rstrip("."))})


def draw(n: int, rng: np.random.Generator, languages: Sequence[str] = LANGUAGES, *, days: str = "train",
         kind: str = "plain", shortest: int = 1, longest: int = LONGEST) -> list[Dated]:
    """n texts of `shortest` to `longest` characters, half of them with words around the date as far as there is room.

    Language, pattern and date are drawn evenly, and drawn again where they do not fit. There is room in 34 % of texts
    of up to 36 characters, in 13 % of those of up to 18.
    `days`: the part of the dates. `kind`: "plain" texts have one reading; "ambiguous" are numbers with slashes of
    which two may be the month, as 03/04/2005 (never in a plain text); "impossible" are days that there are not, as 31
    February.
    Raises ValueError for another language, part or kind, or counts out of range, TypeError for another rng or languages
    in no list.
    """
    expect_counts(n=n, shortest=shortest, longest=longest)
    expect_generator(rng)
    if not isinstance(languages, (tuple, list)) or not languages:
        raise TypeError(f"languages: expected at least one of {', '.join(LANGUAGES)}, got {languages!r:.40}")
    expect_choice("days", days, PARTS)
    expect_choice("kind", kind, ("plain", "ambiguous", "impossible"))
    if shortest > longest:
        raise ValueError(f"shortest: expected at most longest, {longest}, got {shortest}")
    for language in languages:
        expect_choice("languages", language, LANGUAGES)
    found = []
    for _ in range(_TRIES * n):
        dated = _one(rng, languages[rng.integers(len(languages))], days, kind, shortest, longest)
        found += [dated] if dated else []
        if len(found) == n:
            return found
    raise ValueError(f"kind, shortest, longest: expected what the patterns of {', '.join(languages)} allow")


def _one(rng, language: str, days: str, kind: str, shortest: int, longest: int) -> Dated | None:
    """A text of this kind, or None if the date or the pattern that were drawn do not fit it."""
    known = _STORED[language]["patterns"]
    pattern = known[rng.integers(len(known))]
    dates = _calendar()[days]
    year, month, day = _impossible(rng) if kind == "impossible" else dates[rng.integers(len(dates))]
    if _ambiguous(pattern, month, day) != (kind == "ambiguous") or (kind == "impossible" and "E" in pattern):
        return None
    pieces = _written(rng, language, pattern, int(year), int(month), int(day))
    length = sum(len(piece) for piece, _ in pieces)
    if length > longest or (length < shortest and kind != "plain"):
        return None
    if rng.random() > BARE or length < shortest:
        pieces = _surrounded(rng, language, pieces, int(rng.integers(max(length, shortest), longest + 1)))
    text, spans = "", {}
    for piece, name in pieces:
        if name:
            spans[name] = (len(text), len(text) + len(piece))
        text += piece
    if len(text) < shortest:
        return None
    return Dated(text, f"{year:04d}-{month:02d}-{day:02d}", language, pattern, spans)


@functools.cache
def _calendar() -> dict[str, np.ndarray]:
    """Year, month and day (N, 3) of every day of each part."""
    days = [datetime.date.fromordinal(k) for k in range(FIRST.toordinal(), LAST.toordinal() + 1)]
    return {name: np.array([(d.year, d.month, d.day) for d in days if part(d) == name]) for name in PARTS}


def _impossible(rng) -> tuple[int, int, int]:
    """A year, month and day of which the month has not so many days."""
    year, month = int(rng.integers(FIRST.year, LAST.year + 1)), int(rng.choice([2, 2, 4, 6, 9, 11]))
    following = datetime.date(year, month + 1, 1)
    return year, month, int(rng.integers((following - datetime.timedelta(days=1)).day + 1, 32))


def _ambiguous(pattern: str, month: int, day: int) -> bool:
    """Whether a reader who does not know the language may take the day for the month."""
    return "/" in pattern and not pattern.startswith("y") and day <= 12 and day != month


def _written(rng, language: str, pattern: str, year: int, month: int, day: int) -> list[tuple[str, str | None]]:
    """The pieces of a date in this pattern, each with the part of the date that it says, if it says one."""
    stored, varied = _STORED[language], rng.random() < VARIED
    pieces = []
    for quoted, letters, other in _TOKENS.findall(pattern):
        if letters.startswith("E"):
            forms = stored["weekdays"][letters][datetime.date(year, month, day).weekday()]
            pieces.append((_form(forms, varied), None))
        elif letters.startswith("MMM"):
            pieces.append((_form(stored["months"][letters][month - 1], varied), "month"))
        elif letters:
            pieces += _number(varied, language, pattern, letters, {"y": year, "M": month, "d": day}[letters[0]])
        else:
            pieces.append((quoted or other, None))
    return _dropped(pieces) if varied else pieces


def _form(forms: list[str], varied: bool) -> str:
    """The usual form of a name, or the other without a full stop."""
    return forms[-1].rstrip(".") if varied else forms[0]


def _number(varied: bool, language: str, pattern: str, letters: str, value: int) -> list[tuple[str, str | None]]:
    """A number as the pattern's letters ask, or with what people add to it: a zero, the ending of an ordinal."""
    name = _KINDS[letters[0]]
    if name == "year":
        return [(f"{value % 100:02d}" if letters == "yy" else str(value), name)]
    named = "MMM" in pattern
    if varied and named and language.startswith("English"):
        return [(str(value), name), (_ordinal(value), None)]
    if varied and named and language == "French" and value == 1:
        return [("1", name), ("er", None)]
    padded = (len(letters) == 2) != varied
    return [(f"{value:02d}" if padded else str(value), name)]


def _ordinal(value: int) -> str:
    return "th" if value in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def _dropped(pieces: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """The pieces without commas and the Russian word for year, and with hyphens for the slashes of a year first."""
    if pieces[0][1] == "year":
        return [("-", name) if piece == "/" else (piece, name) for piece, name in pieces]
    if ("г", None) in pieces:
        pieces = pieces[:pieces.index(("г", None)) - 1]
    return [(piece, name) for piece, name in pieces if piece != ","]


def _surrounded(rng, language: str, pieces: list[tuple[str, str | None]], room: int) -> list[tuple[str, str | None]]:
    """The pieces with words before and after, as many as fit into `room` characters."""
    stored, space = _STORED[language], "" if language in ("Chinese", "Japanese") else " "
    length = sum(len(piece) for piece, _ in pieces)
    while True:
        side = ("before", "after")[rng.integers(2)]
        word = stored[side][rng.integers(len(stored[side]))]
        length += len(word) + len(space)
        if length > room:
            return pieces
        pieces = [(word + space, None), *pieces] if side == "before" else [*pieces, (space + word, None)]
