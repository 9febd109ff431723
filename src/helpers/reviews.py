"""Made-up reviews of films whose label the grammar gives: what a bag of words can tell, and what takes the order.

Each rule builds a phrase from other phrases and says what becomes of their opinion: `not` and its kind turn it round,
of two halves joined by `but` the second decides, `not only` turns nothing. So a label is right by construction, and
which rules made a review is known: its `kind`. The shares of the kinds are ours and tell nothing about real reviews;
what a classifier gets right of each kind does not depend on them once it is trained.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._validate import expect_choice, expect_counts, expect_flags, expect_generator, expect_texts

__all__ = ["BAD", "GOOD", "KINDS", "LONGEST", "NEVER_TURNED", "WORDS", "Review", "codes", "draw", "shuffled"]

GOOD = ("wonderful", "moving", "clever", "superb", "charming", "gripping", "brilliant", "funny", "elegant", "good",
        "fresh", "memorable")
BAD = ("dull", "clumsy", "awful", "boring", "shallow", "messy", "tedious", "bad", "stale", "dreadful", "lifeless",
       "confusing")
NEVER_TURNED = ("superb", "moving", "tedious", "shallow")  # under no negation, but in reviews of the kind "new pair"
NEUTRAL = ("long", "short", "quiet", "old", "dark", "animated")
ASPECTS = ("film", "plot", "acting", "music", "ending", "dialogue", "camera work", "cast", "pace", "script")
VERBS = ("is", "was", "seemed")
DEGREES = ("", "", "", "really", "very", "rather", "quite", "truly")
TURNS = ("not", "never", "hardly", "not at all", "anything but", "far from")
TURNS_OUTSIDE = ("i do not think that", "nobody would say that", "it is not true that")
ASIDES = ("i saw it on a monday", "my sister chose it", "we had seats in the second row", "it was raining outside",
          "the tickets were not cheap", "nobody else was there", "we watched it at home", "i had read the book",
          "it was not the first time", "a friend had told me about it")
KINDS = ("plain", "decoy", "negated", "contrast", "negated contrast", "new pair")
LONGEST = 26  # words of a review that is not `longer`; a longer one has more

_FIXED = ("the", "and", "but", "although", "not only", ",", ".", *TURNS, *TURNS_OUTSIDE, *ASIDES)
WORDS = ("<padding>", *sorted({word for phrase in (*GOOD, *BAD, *NEUTRAL, *ASPECTS, *VERBS, *DEGREES, *_FIXED)
                               for word in phrase.split()}))
_CODE = {word: code for code, word in enumerate(WORDS)}


class Review(NamedTuple):
    """A review: its words, whether it is good, and the kind of rules that made it, one of KINDS."""

    words: tuple[str, ...]
    good: bool
    kind: str


class _Phrase(NamedTuple):
    text: str
    good: bool


def draw(n: int, rng: np.random.Generator, kinds=KINDS[:5], longer: bool = False) -> list[Review]:
    """`n` reviews, their kinds drawn from `kinds`, each as often good as bad.

    With `longer`, so many sentences without an opinion stand around the one that has it that a review is longer than
    LONGEST words, and at most three times as long; without, it is at most LONGEST words. The words of NEVER_TURNED
    stand under a negation in the kind "new pair" only, and there always. Raises TypeError or ValueError for an n that
    is no whole number of at least 1, kinds that are none, a longer that is no bool, or an rng that is no Generator.
    """
    expect_counts(n=n)
    expect_flags(longer=longer)
    expect_generator(rng)
    if not isinstance(kinds, (list, tuple)) or not kinds:
        raise TypeError(f"kinds: expected a list of some of {', '.join(KINDS)}, got {type(kinds).__name__}")
    for kind in kinds:
        expect_choice("kinds", kind, KINDS)
    return [_review(rng, _one(rng, kinds), longer) for _ in range(n)]


def codes(reviews: list[Review]) -> tuple[np.ndarray, np.ndarray]:
    """The words of `reviews` as codes (T, B), indices into WORDS with 0 behind the end, and the true lengths (B,).

    Raises TypeError for what is no list of reviews, ValueError for none, or for a word that is none of WORDS.
    """
    _expect_reviews(reviews)
    lengths = np.array([len(review.words) for review in reviews])
    table = np.zeros((lengths.max(), len(reviews)), dtype=np.int64)
    for column, review in enumerate(reviews):
        expect_texts(**{f"reviews[{column}].words[{k}]": word for k, word in enumerate(review.words)})
        if unknown := sorted(set(review.words) - set(WORDS[1:])):
            raise ValueError(f"reviews[{column}]: expected words of helpers.reviews.WORDS, got {unknown[0]!r}")
        table[: len(review.words), column] = [_CODE[word] for word in review.words]
    return table, lengths


def shuffled(reviews: list[Review], rng: np.random.Generator) -> list[Review]:
    """The same reviews with the words of each in a random order: the control that has lost the order and no word.

    Raises TypeError for what is no list of reviews or an rng that is no Generator, ValueError for no reviews.
    """
    _expect_reviews(reviews)
    expect_generator(rng)
    return [review._replace(words=tuple(rng.permutation(review.words).tolist())) for review in reviews]


def _expect_reviews(reviews):
    """Raise unless `reviews` is a list of at least one Review, each with its words."""
    if not isinstance(reviews, (list, tuple)) or isinstance(reviews, Review):
        raise TypeError(f"reviews: expected a list of reviews, got {type(reviews).__name__}")
    if not reviews:
        raise ValueError("reviews: expected at least one, got none")
    for k, review in enumerate(reviews):
        if not isinstance(review, Review) or not isinstance(review.words, tuple) or not review.words:
            raise TypeError(f"reviews[{k}]: expected a Review with its words, got {review!r:.40}")


def _one(rng, options):
    return options[int(rng.integers(len(options)))]


def _review(rng, kind: str, longer: bool) -> Review:
    """One review, by drawing until the length fits and the opinion is the one that a fair coin asks for."""
    good = bool(rng.integers(2))
    while True:
        phrase = _RULES[kind](rng)
        words = " . ".join(_with_asides(rng, phrase.text, longer)).split()
        fits = LONGEST < len(words) <= 3 * LONGEST if longer else len(words) <= LONGEST
        if phrase.good == good and fits:
            return Review(tuple(words), good, kind)


def _with_asides(rng, text: str, longer: bool) -> list[str]:
    """The sentence that has the opinion, with sentences that have none before it, behind it, or on both sides."""
    count = int(rng.integers(3, 9)) if longer else int(rng.integers(2))
    before = int(rng.integers(count + 1))
    asides = [_one(rng, ASIDES) for _ in range(count)]
    return [*asides[:before], text, *asides[before:]]


def _adjective(rng, good: bool, turned: bool | None = None) -> str:
    """An adjective; `turned`: one that stands under a negation (True: no NEVER_TURNED) or in a new pair (False)."""
    words = GOOD if good else BAD
    if turned is not None:
        words = [word for word in words if (word not in NEVER_TURNED) == turned]
    return _one(rng, words)


def _subject(rng) -> str:
    return f"the {_one(rng, ASPECTS)} {_one(rng, VERBS)}"


def _clause(rng, good: bool) -> _Phrase:
    """An opinion said plainly: `the plot was really clever`."""
    return _Phrase(f"{_subject(rng)} {_one(rng, DEGREES)} {_adjective(rng, good)}", good)


def _turned(rng, good: bool, known: bool = True) -> _Phrase:
    """The opinion `good`, said by turning the opposite one round: `not bad`, `i do not think that it was bad`."""
    adjective = _adjective(rng, not good, turned=known)
    if rng.random() < 0.3:
        return _Phrase(f"{_one(rng, TURNS_OUTSIDE)} {_subject(rng)} {_one(rng, DEGREES)} {adjective}", good)
    return _Phrase(f"{_subject(rng)} {_one(rng, TURNS)} {adjective}", good)


def _plain(rng) -> _Phrase:
    """One plain clause, or two of one opinion joined by `and`."""
    good = bool(rng.integers(2))
    first = _clause(rng, good)
    return first if rng.random() < 0.6 else _Phrase(f"{first.text} and {_clause(rng, good).text}", good)


def _decoy(rng) -> _Phrase:
    """A word of negation that does not reach the opinion: `not only clever`, `not long and the plot was clever`."""
    good = bool(rng.integers(2))
    if rng.random() < 0.5:
        return _Phrase(f"{_subject(rng)} not only {_adjective(rng, good)}", good)
    aside = f"{_subject(rng)} {_one(rng, ('not', 'hardly', 'never'))} {_one(rng, NEUTRAL)}"
    halves = [aside, _clause(rng, good).text]
    return _Phrase(" and ".join(halves if rng.random() < 0.5 else halves[::-1]), good)


def _negated(rng) -> _Phrase:
    return _turned(rng, bool(rng.integers(2)))


def _new_pair(rng) -> _Phrase:
    return _turned(rng, bool(rng.integers(2)), known=False)


def _contrast(rng) -> _Phrase:
    """Two opposite opinions, in a clause each or as two adjectives of one clause; the grammar says which decides."""
    good = bool(rng.integers(2))
    if rng.random() < 0.25:
        return _Phrase(f"{_subject(rng)} {_adjective(rng, not good)} but {_adjective(rng, good)}", good)
    return _joined(rng, _clause(rng, good), _clause(rng, not good))


def _negated_contrast(rng) -> _Phrase:
    """A contrast of which one half, or both, say their opinion by turning the opposite one round."""
    good = bool(rng.integers(2))
    rules = _one(rng, ((_turned, _clause), (_clause, _turned), (_turned, _turned)))
    return _joined(rng, rules[0](rng, good), rules[1](rng, not good))


def _joined(rng, decides: _Phrase, yields: _Phrase) -> _Phrase:
    """Behind `but`, and beside the half that `although` opens, stands the half that decides."""
    text = _one(rng, (f"{yields.text} but {decides.text}", f"although {yields.text} , {decides.text}",
                      f"{decides.text} although {yields.text}"))
    return _Phrase(text, decides.good)


_RULES = {"plain": _plain, "decoy": _decoy, "negated": _negated, "contrast": _contrast,
          "negated contrast": _negated_contrast, "new pair": _new_pair}
