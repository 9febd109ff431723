"""Greedy and beam search, against every sequence there is."""

import doctest
import itertools

import numpy as np
import pytest

from helpers import decoding
from helpers.decoding import beam_search, greedy

V, LONGEST, END = 3, 4, 2


def tables(seed):
    """A random model of the next symbol, given how many were written and which was the last: (LONGEST, V + 1, V)."""
    p = np.random.default_rng(seed).dirichlet(np.full(V, 0.5), size=(LONGEST, V + 1))
    return np.log(p)


def stepper(table):
    """The state is the number of symbols written."""
    return lambda state, symbol: (table[state, V if symbol is None else symbol], state + 1)


def every_sequence(table, end):
    """Each sequence of the model with its log-probability, likeliest first: by enumeration, no search."""
    found = {}
    for codes in itertools.product(range(V), repeat=LONGEST):
        if end in codes:
            codes = codes[:codes.index(end) + 1]
        before = (V, *codes)
        found[codes] = sum(table[t, before[t], code] for t, code in enumerate(codes))
    return sorted(found.items(), key=lambda item: -item[1])


def test_the_docstrings_examples_run():
    assert doctest.testmod(decoding) == (0, 5)


@pytest.mark.parametrize("end", [None, END])
@pytest.mark.parametrize("seed", range(5))
def test_a_beam_as_wide_as_there_are_sequences_finds_them_all_in_order(seed, end):
    table = tables(seed)
    want = every_sequence(table, end)
    got = beam_search(stepper(table), 0, len(want), LONGEST, end)
    assert [one.codes for one in got] == [codes for codes, _ in want]
    np.testing.assert_allclose([one.log_p for one in got], [log_p for _, log_p in want])


@pytest.mark.parametrize("end", [None, END])
def test_a_narrow_beam_says_how_likely_its_sequences_are_and_greedy_is_a_beam_of_one(end):
    missed = 0
    for seed in range(40):
        table = tables(seed)
        want = dict(every_sequence(table, end))
        best = max(want.values())
        for width in (1, 2, 3):
            got = beam_search(stepper(table), 0, width, LONGEST, end)
            assert len(got) == width and all(want[one.codes] == pytest.approx(one.log_p) for one in got)
            assert [one.log_p for one in got] == sorted((one.log_p for one in got), reverse=True)
        codes, before = [], V
        while len(codes) < LONGEST and (end is None or end not in codes):  # the likeliest each time, by hand
            before = int(table[len(codes), before].argmax())
            codes.append(before)
        one = greedy(stepper(table), 0, LONGEST, end)
        assert one.codes == tuple(codes)
        missed += one.log_p < best - 1e-9
    assert missed > 3  # the likeliest symbols are not always the likeliest sequence


def test_a_symbol_that_cannot_follow_is_never_written():
    log_p = np.array([0.0, -np.inf])
    assert [one.codes for one in beam_search(lambda state, symbol: (log_p, state), None, 5, 3)] == [(0, 0, 0)]


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"step": 3}, TypeError, "step: expected a function, got int"),
    ({"step": lambda s, c: 3}, TypeError, "step: expected it to return a pair"),
    ({"width": 0}, ValueError, "width: expected a whole number of at least 1, got 0"),
    ({"longest": 1.5}, ValueError, "longest: expected a whole number"),
    ({"end": -1}, ValueError, "end: expected a whole number of at least 0"),
    ({"end": 3}, ValueError, "end: expected one of the 3 symbols of step, got 3"),
    ({"step": lambda s, c: (np.zeros(3), s)}, ValueError, "expected logarithms of probabilities that sum to 1"),
    ({"step": lambda s, c: (np.full(3, np.nan), s)}, ValueError, "sum to 1, got a sum of nan"),
    ({"step": lambda s, c: (np.zeros((1, 1)), s)}, ValueError, "log_p of step: expected shape"),
])
def test_what_cannot_be_searched_is_refused_by_name(change, error, message):
    with pytest.raises(error, match=message):
        beam_search(**{"step": stepper(tables(0)), "state": 0, "width": 2, "longest": LONGEST} | change)
