"""Corpora of Python source: what is read, how it is split and cut, and n-gram baselines against a plain count."""

import ast
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import text


def test_vocabulary_is_newline_and_printable_ascii():
    assert len(text.VOCABULARY) == len(set(text.VOCABULARY)) == 96
    assert all(c.isprintable() or c == "\n" for c in text.VOCABULARY)


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=text.VOCABULARY))
def test_decoding_undoes_encoding(s):
    codes = text.encode(s)
    assert [text.VOCABULARY[c] for c in codes] == list(s)
    assert text.decode(codes) == s


def test_characters_and_codes_outside_the_vocabulary_are_named():
    with pytest.raises(ValueError, match="'é'"):
        text.encode("café")
    with pytest.raises(ValueError, match="0 to 95"):
        text.decode([3, 96])
    with pytest.raises(ValueError, match="0 to 95"):
        text.decode([-1])


@pytest.mark.parametrize("module", text.MODULES + text.HELD_OUT)
def test_every_module_is_there_and_still_python_after_cleaning(module):
    ast.parse(text.source(module))


def test_a_missing_module_says_where_it_was_looked_for():
    with pytest.raises(FileNotFoundError, match="no_such_module.py"):
        text.source("no_such_module")


def test_the_split_holds_out_whole_modules():
    split = text.python_source(("copy", "cmd"), ("csv",))
    assert text.decode(split.train) == text.source("copy") + "\n" + text.source("cmd")
    assert text.decode(split.valid) == text.source("csv")
    with pytest.raises(ValueError, match="'cmd'"):
        text.python_source(("copy", "cmd"), ("cmd",))


def test_windows_are_pieces_of_the_text_with_the_next_character_as_target():
    import torch

    codes = np.arange(1000) % 96
    x, y = text.windows(codes, T=7, B=50)(torch.Generator().manual_seed(0))
    assert x.shape == y.shape == (7, 50) and x.dtype == torch.int64
    assert torch.equal(y, (x + 1) % 96)
    assert torch.equal(x[1:], y[:-1])
    again, _ = text.windows(codes, T=7, B=50)(torch.Generator().manual_seed(0))
    assert torch.equal(x, again)


def test_windows_reach_both_ends_of_the_text():
    import torch

    x, y = text.windows(np.arange(6), T=3, B=200)(torch.Generator().manual_seed(0))
    assert x.min() == 0 and y.max() == 5


def test_streams_read_on_and_then_start_again():
    codes = np.arange(61)
    batch = text.streams(codes, T=4, B=3)
    calls = [batch() for _ in range(6)]
    x = np.concatenate([x for x, _ in calls[:5]])
    assert np.array_equal(x, codes[:60].reshape(3, 20).T)
    assert all(np.array_equal(y, x + 1) for x, y in calls)
    assert np.array_equal(calls[5][0], calls[0][0])


def test_batches_need_enough_text():
    with pytest.raises(ValueError, match="need 11 characters, the text has 10"):
        text.windows(np.zeros(10, dtype=int), T=10, B=1)
    with pytest.raises(ValueError, match="need 21 characters"):
        text.streams(np.zeros(10, dtype=int), T=10, B=2)
    with pytest.raises(ValueError, match="B: expected a whole number"):
        text.streams(np.zeros(10, dtype=int), T=10, B=0)


def _by_counting(train, valid, n, strength):
    def p(context, c):
        if n == 0:
            return 1 / 96
        counts = Counter(train[k + len(context)] for k in range(len(train) - len(context))
                         if train[k:k + len(context)] == context)
        shorter = p(context[1:], c) if context else 1 / 96
        return (counts[c] + strength * shorter) / (sum(counts.values()) + strength)

    return -np.mean([np.log(p(valid[max(k - n + 1, 0):k] if n else "", valid[k])) for k in range(2, len(valid))])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 6])
def test_ngram_loss_equals_a_plain_count(n):
    train, valid = "the cat sat on the mat, the hat", "that cat hat the"
    got = text.ngram_loss(text.encode(train), text.encode(valid), n, strength=0.7)
    assert got == pytest.approx(_by_counting(train, valid, n, 0.7), abs=1e-12)


def test_ngram_loss_of_the_uniform_guess_is_log_96_and_n_is_limited():
    codes = text.encode("abcabc")
    assert text.ngram_loss(codes, codes, 0) == pytest.approx(np.log(96))
    with pytest.raises(ValueError, match="at most 9"):
        text.ngram_loss(codes, codes, 10)


def test_ngram_losses_hold_every_order_and_strength():
    train, valid = (text.encode(s) for s in ("the cat sat on the mat, the hat", "that cat hat the"))
    strengths = (0.5, 5.0, 50.0)
    losses = text.ngram_losses(train, valid, 9, strengths)
    assert losses.shape == (3, 10)
    for row, strength in zip(losses, strengths, strict=True):
        assert row == pytest.approx([text.ngram_loss(train, valid, n, strength) for n in range(10)], abs=1e-12)
    with pytest.raises(ValueError, match="strengths: expected numbers above 0"):
        text.ngram_losses(train, valid, 2, (5.0, 0.0))
    with pytest.raises(ValueError, match="strengths: expected shape"):
        text.ngram_losses(train, valid, 2, 5.0)


def test_ngrams_of_a_training_text_shorter_than_a_run_fall_back():
    valid = text.encode("abcabc")
    nothing = text.ngram_losses(text.encode(""), valid, 3, (5.0,))
    assert nothing == pytest.approx(np.full((1, 4), np.log(96)))
    short = text.ngram_losses(text.encode("ab"), valid, 5, (5.0,))[0]
    assert short[3:] == pytest.approx(np.full(3, short[2]), abs=1e-12)
