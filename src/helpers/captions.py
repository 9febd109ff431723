"""Captions of small pictures of digits, by a rule that can be checked with a ruler: every word follows from the pixels.

A caption says the digit, and of three measures of its ink those that are out of the ordinary:

    thin, thick                   share of ink below 28 %, above 33 %
    leans left, leans right       over one row upwards the ink moves by more than 0.07 columns to the left, to the right
    heavier at the top, bottom    the centre of the ink lies more than 0.25 rows above, below the middle of the picture

as in "a thin seven that leans right and is heavier at the top ." or "an ordinary three .": 4 to 13 words with the full
stop, which ends every caption. The digit is the label of whoever collected the picture; the rest is arithmetic. The
measures are those of the ink as it lies there, not of the writer's hand: most sixes lean left by this rule.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from ._validate import as_array, as_floats, expect_finite, expect_shape, has_values, namespace
from .digits import SIZE
from .text import expect_codes

__all__ = ["DIGITS", "LIMITS", "LONGEST", "SENTENCES", "STOP", "WORDS", "Measures", "captions", "measure",
           "to_codes", "to_texts"]

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS = (".", "a", "an", "ordinary", "thin", "thick", *DIGITS, "that", "leans", "left", "right", "and", "is",
         "heavier", "at", "the", "top", "bottom")
STOP = WORDS.index(".")
LONGEST = 13  # words of the longest caption, its full stop included


class Measures(NamedTuple):
    """What the rule looks at, for each picture: its share of ink, its lean (columns a row), the height of its ink.

    `lean` is positive to the right; `height` is how many rows the centre of the ink lies above the middle.
    """

    ink: Any
    lean: Any
    height: Any


LIMITS = Measures(ink=(0.28, 0.33), lean=(-0.07, 0.07), height=(-0.25, 0.25))
_SAID = Measures(ink=("thin", "", "thick"), lean=("leans left", "", "leans right"),
                 height=("is heavier at the bottom", "", "is heavier at the top"))


def measure(images) -> Measures:
    """The measures of pictures (..., 8, 8) of ink from 0 to 1, each (...). Array API.

    With the ink's mean m, rows y upwards and columns x:  ink = m,  height = E[y],  lean = cov(x, y) / var(y), the slope
    of the line that gives the column from the row, by least squares. A picture without ink, or with ink in one row
    only, leans by 0. Raises TypeError for what is no array of real numbers, ValueError for another shape, NaN, infinity
    or ink outside 0 to 1.
    """
    images = as_floats("images", images)
    expect_shape("images", images, (*"abcdefgh"[:max(images.ndim - 2, 0)], SIZE, SIZE))
    expect_finite(images=images)
    xp = namespace(images=images)
    if has_values(images) and xp.any((images < 0) | (images > 1)):
        raise ValueError("images: expected ink from 0 to 1, got a number outside")
    x = xp.astype(xp.arange(SIZE), images.dtype) - (SIZE - 1) / 2
    y, total = -x[:, None], xp.sum(images, axis=(-2, -1))
    weight = images / xp.where(total > 0, total, xp.ones_like(total))[..., None, None]
    mean = lambda values: xp.sum(weight * values, axis=(-2, -1))  # noqa: E731
    height, across = mean(y), mean(x)
    variance, covariance = mean(y * y) - height * height, mean(x * y) - across * height
    return Measures(total / SIZE**2, xp.where(variance > 1e-9, covariance, 0.0 * variance)
                    / xp.maximum(variance, 0.0 * variance + 1e-9), height)


def captions(images, labels) -> list[str]:
    """The caption of each of the pictures (n, 8, 8), whose digits are `labels` (n,).

    Raises as `measure`, TypeError for labels that are no whole numbers, ValueError for labels that are no digits or
    not as many as the pictures.

    >>> picture = np.zeros((1, 8, 8))
    >>> picture[0, 1:7, 4] = 1.0
    >>> captions(picture, [1])
    ['a thin one .']
    """
    measures = measure(images)
    expect_shape("images", as_array("images", images), ("n", SIZE, SIZE))
    levels = [[(value >= low) + (value >= high) for value in found.tolist()]
              for found, (low, high) in zip(measures, LIMITS, strict=True)]
    labels = expect_codes("labels", labels, len(DIGITS))
    if len(labels) != len(levels[0]):
        raise ValueError(f"labels: expected one for each of the {len(levels[0])} images, got {len(labels)}")
    return [_sentence(digit, *rest) for digit, *rest in zip(labels.tolist(), *levels, strict=True)]


def _sentence(digit: int, ink: int, lean: int, height: int) -> str:
    """The caption for a digit and the three levels: 0 below the limits, 1 between, 2 above."""
    adjective = _SAID.ink[ink]
    clauses = " and ".join(filter(None, (_SAID.lean[lean], _SAID.height[height])))
    if not adjective and not clauses:
        adjective = "ordinary"
    noun = " ".join(filter(None, (adjective, DIGITS[digit])))
    article = "an" if noun.startswith(("ordinary", "eight")) else "a"
    return " ".join(filter(None, (article, noun, clauses and f"that {clauses}", ".")))


SENTENCES = frozenset(_sentence(*each) for each in itertools.product(range(len(DIGITS)), range(3), range(3), range(3)))


def to_codes(texts) -> np.ndarray:
    """The words of captions as codes (LONGEST, n), places in `WORDS`, filled up with -1 behind the full stop.

    Raises TypeError for what is no list of str, ValueError for a caption that the rule never says.
    """
    if isinstance(texts, str) or not isinstance(texts, (list, tuple)):
        raise TypeError(f"texts: expected a list of str, got {type(texts).__name__}")
    codes = np.full((LONGEST, len(texts)), -1, dtype=np.int64)
    for k, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts: expected a list of str, got {type(text).__name__} in it")
        if text not in SENTENCES:
            raise ValueError(f"texts: expected captions as `captions` writes them, got {text[:60]!r}")
        words = [WORDS.index(word) for word in text.split()]
        codes[:len(words), k] = words
    return codes


def to_texts(codes) -> list[str]:
    """The captions that codes (T, n) stand for, each up to its first full stop.

    Raises TypeError for codes that are no whole numbers, ValueError for another shape or a code that is no word.
    """
    shape = tuple(as_array("codes", codes).shape)
    codes = expect_codes("codes", codes, len(WORDS), axes=2).reshape(shape)
    texts = [" ".join(WORDS[code] for code in column) for column in codes.T.tolist()]
    return [text[:text.index(".") + 1] if "." in text else text for text in texts]
