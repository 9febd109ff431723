"""The text that a reader gives, as numbers: its most frequent signs, and what can be said about the next one.

The page folds a text in the same way, by the same table: FOLDED first, then the most frequent signs, of equally
frequent ones those that come first.
"""

from __future__ import annotations

from collections import Counter
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace

from .._validate import expect_texts

__all__ = ["FOLDED", "LONGEST_TEXT", "OTHER", "SIGNS", "TEXT", "Text", "encoded", "entropies"]

LONGEST_TEXT = 2048
SIGNS = range(32)  # the codes; the last one stands for every sign that is not among the most frequent
OTHER = "□"
FOLDED = dict(zip(ascii_uppercase, ascii_lowercase, strict=True)) | dict.fromkeys("\n\r\t\u00a0", " ") | {
    "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"}
TEXT = (
    "this is the house that jack built. "
    "this is the malt that lay in the house that jack built. "
    "this is the rat that ate the malt that lay in the house that jack built. "
    "this is the cat that killed the rat that ate the malt that lay in the house that jack built. "
    "this is the dog that worried the cat that killed the rat that ate the malt that lay in the house that jack built. "
    "this is the cow with the crumpled horn that tossed the dog that worried the cat that killed the rat that ate the "
    "malt that lay in the house that jack built. "
)


class Text(NamedTuple):
    """A text as `draw` takes it: its `codes` (LONGEST_TEXT,), whose first `count` count, and the sign of each code."""

    codes: np.ndarray
    count: int
    signs: tuple[str, ...]


def encoded(text: str) -> Text:
    """A text of 2 to LONGEST_TEXT signs in at most 32 different ones: folded, rare signs all as OTHER.

    Raises TypeError for what is no str, ValueError for a text that is too short, too long, or one sign repeated.

    >>> text = encoded("Anna")
    >>> text.codes[:text.count].tolist(), text.signs
    ([0, 1, 1, 0], ('a', 'n'))
    """
    expect_texts(text=text)
    if not text.strip():
        raise ValueError("text: expected some signs to learn from, got an empty text; type or paste a few sentences")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"text: expected at most {LONGEST_TEXT} signs, got {len(text)}; cut it short")
    folded = [FOLDED.get(sign, sign) for sign in text]
    ranked = [sign for sign, _ in Counter(folded).most_common()]
    if len(ranked) < 2:
        raise ValueError(f"text: expected at least two different signs, got only {ranked[0]!r}; type a longer one")
    signs = tuple(ranked) if len(ranked) <= len(SIGNS) else (*ranked[: len(SIGNS) - 1], OTHER)
    code = {sign: k for k, sign in enumerate(signs)}
    codes = np.zeros(LONGEST_TEXT, dtype=np.int64)
    codes[: len(folded)] = [code.get(sign, len(SIGNS) - 1) for sign in folded]
    return Text(codes, len(folded), signs)


def entropies(codes, count):
    """How many nats the next sign of a text costs: by the frequency of signs alone, and given the sign before.

    The text is read in a circle. Array API, 0-d results: these are what no predictor of either kind can beat on it.
    """
    xp = array_namespace(codes)
    place = xp.arange(LONGEST_TEXT)
    inside = xp.astype(place < count, xp.float64)[:, None]
    now = xp.astype(codes[:, None] == xp.arange(len(SIGNS)), xp.float64) * inside
    after = xp.take(now, (place + 1) % count, axis=0)
    single, pairs = xp.sum(now, axis=0) / count, xp.matrix_transpose(now) @ after / count
    alone = _entropy(xp, single)
    return alone, _entropy(xp, pairs) - alone


def _entropy(xp, p):
    return -xp.sum(p * xp.log(xp.where(p > 0, p, xp.ones_like(p))))
