"""The grammar of the made-up reviews: labels by hand, what each kind promises, and codes that can be read back."""

import numpy as np
import pytest
import torch

from helpers import reviews
from helpers.models import TextClassifier
from helpers.reviews import BAD, GOOD, LONGEST, NEVER_TURNED, Review

TURNS = ("not", "never", "hardly", "not at all", "anything but", "far from")


def drawn(kind, n=200, seed=0, **options):
    return reviews.draw(n, np.random.default_rng(seed), (kind,), **options)


def read_by_hand(words):
    """The verdict by the rules that a reader would use: which clause decides, and whether its adjective is turned."""
    sentences = " ".join(words).split(" . ")
    [text] = [s for s in sentences if set(s.split()) & {*GOOD, *BAD}]
    text = text.replace("anything but", "anything_but").replace("not only", "")
    if text.startswith("although"):
        text = text.split(" , ")[1]
    text = text.split(" although ")[0].split(" but ")[-1]
    clauses = [c for c in text.split(" and ") if set(c.split()) & {*GOOD, *BAD}]
    verdicts = set()
    for clause in clauses:
        [adjective] = set(clause.split()) & {*GOOD, *BAD}
        turned = bool(set(clause.split()) & {"not", "never", "hardly", "anything_but", "far", "nobody"})
        verdicts.add((adjective in GOOD) != turned)
    [verdict] = verdicts
    return verdict


@pytest.mark.parametrize("longer", [False, True])
@pytest.mark.parametrize("kind", reviews.KINDS)
def test_every_label_is_what_a_reader_would_say(kind, longer):
    for review in drawn(kind, longer=longer):
        assert read_by_hand(review.words) == review.good, " ".join(review.words)
        assert (len(review.words) > LONGEST) == longer and len(review.words) <= 3 * LONGEST


@pytest.mark.parametrize("kind", reviews.KINDS)
def test_good_and_bad_are_equally_frequent(kind):
    assert 0.42 < np.mean([review.good for review in drawn(kind, 1000)]) < 0.58


def test_words_that_are_never_turned_are_turned_in_new_pairs_only():
    for kind in reviews.KINDS:
        pairs = {f"{turn} {word}" for turn in TURNS for word in NEVER_TURNED}
        turned = [pair for r in drawn(kind, 500) for pair in pairs if pair in " ".join(r.words)]
        assert bool(turned) == (kind == "new pair")
    assert all(set(r.words) & set(NEVER_TURNED) for r in drawn("new pair"))


def test_codes_stand_for_the_words_and_padding_is_zero():
    some = drawn("contrast", 20)
    codes, lengths = reviews.codes(some)
    for review, column, length in zip(some, codes.T, lengths, strict=True):
        assert tuple(reviews.WORDS[c] for c in column[:length]) == review.words and not column[length:].any()


def test_shuffling_keeps_the_words_and_loses_the_order():
    some = drawn("contrast", 50)
    mixed = reviews.shuffled(some, np.random.default_rng(0))
    assert all(sorted(a.words) == sorted(b.words) and a.good == b.good for a, b in zip(some, mixed, strict=True))
    assert sum(a.words == b.words for a, b in zip(some, mixed, strict=True)) < 5


def test_what_is_refused():
    rng = np.random.default_rng(0)
    for call, error, says in (
        (lambda: reviews.draw(0, rng), ValueError, "n: expected"),
        (lambda: reviews.draw(3, 7), TypeError, "rng: expected"),
        (lambda: reviews.draw(3, rng, ("ironic",)), ValueError, "kinds: expected one of plain"),
        (lambda: reviews.draw(3, rng, longer=1), TypeError, "longer"),
        (lambda: reviews.codes([]), ValueError, "at least one"),
        (lambda: reviews.codes([Review(("so-so",), True, "plain")]), ValueError, "so-so"),
        (lambda: reviews.codes([Review(("<padding>",), True, "plain")]), ValueError, "<padding>"),
    ):
        with pytest.raises(error, match=says):
            call()


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_classifier_reads_to_the_true_end_and_no_further(cell):
    torch.manual_seed(0)
    net = TextClassifier(cell, 10, 3, 4, 2)
    codes, lengths = torch.randint(1, 10, (6, 3)), torch.tensor([6, 2, 4])
    together = net((codes, lengths))
    for b, n in enumerate(lengths):
        alone = net((codes[:n, [b]], n[None]))
        torch.testing.assert_close(together[[b]], alone)
    for wrong in ([6, 2], [6, 2, 7], [6, 2, 0]):
        with pytest.raises(ValueError, match="lengths of texts: expected 3"):
            net((codes, torch.tensor(wrong)))
