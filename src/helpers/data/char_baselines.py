"""What a character costs without a network: counts of what followed its last characters in a training text, and xz.

Modified Kneser-Ney, interpolated (Chen & Goodman 1999): a discount d, which depends on the count and is known from how
many counts are 1, 2, 3 and 4, is taken off every count, and what was taken goes to the guess from one character less,

    p_k(x | context) = (count - d(count)) / total + taken / total p_{k-1}(x | context without its first character)

The longest contexts count the places of the text where x followed; the shorter ones, before how many different
characters context and x stood. Nothing in it is tuned but the length of the longest context.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .. import text

__all__ = ["Counted", "counted", "kneser_ney", "xz_bits"]


class Counted(NamedTuple):
    """What k characters before each place of a text (N,) tell of the one there: its count, d(count), total and taken.

    Each is (N,); `taken` is the sum of the discounts of all characters that followed this context.
    """

    count: np.ndarray
    discount: np.ndarray
    total: np.ndarray
    taken: np.ndarray


def counted(train: np.ndarray, held_out: np.ndarray, longest: int) -> Iterator[tuple[Counted, Counted]]:
    """For k = 0, 1, ... `longest` what each of `held_out` (N,) is counted in `train`: by places, and by contexts.

    Before the first characters of `held_out` stand the last ones of `train`, before those of `train` newlines.
    """
    codes, size, seen = np.concatenate([train, held_out]), len(text.VOCABULARY), len(train)
    context, gram = np.zeros_like(codes), codes  # numbers of the last k characters, and of these and the one there
    for _ in range(longest + 1):
        wider = np.unique(_before(gram) * size + codes, return_inverse=True)[1]
        once = _first_places(wider[:seen])
        yield tuple(_of_places(gram, context, places, seen) for places in (np.arange(seen), once))
        context, gram = _before(gram), wider


def _before(gram: np.ndarray) -> np.ndarray:
    """The number of what ends one place earlier; that of newlines alone, 0, before the first."""
    return np.concatenate([[0], gram[:-1]])


def _first_places(numbers: np.ndarray) -> np.ndarray:
    """One place of each number that occurs."""
    at = np.full(numbers.max() + 1, -1)
    at[numbers] = np.arange(len(numbers))
    return at[at >= 0]


def _of_places(gram, context, places, seen) -> Counted:
    """What these places of the training text count, looked up for each place behind that text."""
    counts = np.bincount(gram[places], minlength=gram.max() + 1)
    totals = np.bincount(context[places], minlength=context.max() + 1)
    discount = discounts(counts)[np.minimum(counts, 3)]
    once = places[_first_places(gram[places])]
    taken = np.bincount(context[once], weights=discount[gram[once]], minlength=context.max() + 1)
    return Counted(counts[gram[seen:]], discount[gram[seen:]], totals[context[seen:]], taken[context[seen:]])


def discounts(counts: np.ndarray) -> np.ndarray:
    """What is taken off a count of 0, 1, 2, and 3 or more, (4,): 1/2 of each where there are too few to tell."""
    ones, twos, threes, fours = (float((counts == k).sum()) for k in (1, 2, 3, 4))
    if not min(ones, twos, threes):
        return np.array([0.0, 0.5, 0.5, 0.5])
    y = ones / (ones + 2 * twos)
    return np.array([0.0, 1 - 2 * y * twos / ones, 2 - 3 * y * threes / twos, 3 - 4 * y * fours / threes])


def kneser_ney(train: np.ndarray, held_out: np.ndarray, longest: int) -> np.ndarray:
    """Bits for each of `held_out` (N,) from its last 0, 1, ... `longest` characters: (longest + 1, N)."""
    shorter, found = np.full(len(held_out), 1 / len(text.VOCABULARY)), []
    for by_places, by_contexts in counted(train, held_out, longest):
        found.append(-np.log2(_smoothed(by_places, shorter)))
        shorter = _smoothed(by_contexts, shorter)
    return np.stack(found)


def _smoothed(counts: Counted, shorter: np.ndarray) -> np.ndarray:
    """The chances of the characters (N,); a context that was never seen leaves them to the shorter one."""
    p = (counts.count - counts.discount + counts.taken * shorter) / np.maximum(counts.total, 1)
    return np.where(counts.total > 0, p, shorter)


def xz_bits(train: np.ndarray, held_out: np.ndarray) -> float:
    """Bits a character that `held_out` adds to a file compressed by xz when it stands behind the training text."""
    size = lambda codes: len(lzma.compress(codes.astype(np.uint8).tobytes(), preset=9))  # noqa: E731
    return 8 * (size(np.concatenate([train, held_out])) - size(train)) / len(held_out)
