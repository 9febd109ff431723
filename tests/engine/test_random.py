"""Random numbers: the authors' known answers, the same numbers everywhere, and the distributions they should have."""

import doctest

import array_api_compat.numpy as np_api
import array_api_compat.torch as torch_api
import array_api_strict
import numpy as np
import pytest
from tracing import agree, javascript

from live_figures import random

# Counter, key and result, from the file `kat_vectors` of Random123, which the authors of Philox publish.
KNOWN_ANSWERS = [
    ((0x00000000, 0x00000000), 0x00000000, (0xFF1DAE59, 0x6CD10DF2)),
    ((0xFFFFFFFF, 0xFFFFFFFF), 0xFFFFFFFF, (0x2C3F628B, 0xAB4FD7AD)),
    ((0x243F6A88, 0x85A308D3), 0x13198A2E, (0xDD7CE038, 0xF62A4C12)),
]
LIBRARIES = {"numpy": np_api, "torch": torch_api, "strict": array_api_strict}
MANY = 100_000
LAST = 2**32 - 1


@pytest.mark.parametrize("xp", LIBRARIES.values(), ids=LIBRARIES)
@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_known_answers(xp, counter, key, words):
    low, high, key = (xp.asarray(value, dtype=xp.int64) for value in (*counter, key))
    assert tuple(int(word) for word in random.philox(xp, low, high, key)) == words


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_known_answers_on_the_page(node, counter, key, words):
    given = [np.asarray(value) for value in (*counter, key)]
    got, _ = javascript(node, random.philox, given)
    assert tuple(int(got[name][0]) for name in ("y0", "y1")) == words


DRAWS = {
    "uniform": lambda seed, xp, stream: random.uniform(seed, (50, 2), stream, xp),
    "integers": lambda seed, xp, stream: random.integers(seed, -3, 1000, (50, 2), stream, xp),
    "normal": lambda seed, xp, stream: random.normal(seed, (50, 2), stream, xp),
}


@pytest.mark.parametrize("xp", [torch_api, array_api_strict], ids=["torch", "strict"])
@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize(("seed", "stream"), [(0, 0), (7, 3), (LAST, LAST)])
def test_libraries_draw_the_same_numbers(xp, name, seed, stream):
    want = DRAWS[name](seed, np_api, stream)
    for got in (DRAWS[name](seed, xp, stream), DRAWS[name](xp.asarray(seed), None, stream)):
        same(name, np.asarray(got), want)


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize(("seed", "stream"), [(0, 0), (7, 3), (LAST, LAST)])
def test_the_page_draws_the_same_numbers(node, name, seed, stream):
    draw = lambda xp, seed, stream: DRAWS[name](seed, xp, stream)  # noqa: E731
    got, _ = javascript(node, draw, [np.asarray(seed), np.asarray(stream)])
    same(name, got["y0"].reshape(50, 2), DRAWS[name](seed, np_api, stream))


def same(name, got, want):
    """Equal to the last bit, but for `normal`, where the last digits of logarithm and cosine differ."""
    if name == "normal":
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)
    else:
        np.testing.assert_array_equal(got, want)


def test_a_choice_by_weights_on_the_page(node):
    weights = np.asarray([[0.2, 0.5, 0.3], [1.0, 0.0, 3.0]])
    draw = lambda xp, seed, w: random.categorical(seed, w, (40, 2))  # noqa: E731
    agree(node, draw, np.asarray(11), weights)


def test_a_longer_draw_begins_with_a_shorter_one():
    np.testing.assert_array_equal(random.normal(5, (100,))[:7], random.normal(5, (7,)))


def test_uniform_numbers_use_every_bit_of_a_double():
    u = random.uniform(3, (MANY,))
    assert u.min() >= 0 and u.max() < 1
    whole = u * 2**53
    assert np.all(whole == np.floor(whole))
    odd = np.mean(whole % 2)
    assert abs(odd - 0.5) < 4 * 0.5 / np.sqrt(MANY)


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_uniform_numbers_fill_cells_evenly(seed):
    """Chi-square over 256 cells, of numbers and of neighbouring pairs: 255 give 255 ± 4 sqrt(2 · 255)."""
    u = random.uniform(seed, (MANY,))
    pairs = np.floor(u[::2] * 16) * 16 + np.floor(u[1::2] * 16)
    for cells in (np.floor(u * 256), pairs):
        counts = np.bincount(cells.astype(int), minlength=256)
        chi_square = np.sum((counts - counts.mean()) ** 2) / counts.mean()
        assert abs(chi_square - 255) < 4 * np.sqrt(2 * 255)


def test_normal_numbers_have_the_moments_of_the_normal_distribution():
    z = random.normal(2, (MANY,))
    for power, moment, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):  # spread: variance of z**power
        assert abs(np.mean(z**power) - moment) < 4 * np.sqrt(spread / MANY)
    assert np.abs(z).max() < 6.8
    assert abs(np.mean(np.abs(z) > 1.96) - 0.05) < 0.003


def test_whole_numbers_and_choices_come_as_often_as_they_should():
    k = random.integers(4, -2, 3, (MANY,))
    assert set(np.unique(k)) == {-2, -1, 0, 1, 2}
    np.testing.assert_allclose(np.bincount(k + 2) / MANY, 0.2, atol=0.006)
    chosen = random.categorical(4, np.asarray([2.0, 0.0, 5.0, 3.0]), (MANY,))
    np.testing.assert_allclose(np.bincount(chosen) / MANY, [0.2, 0, 0.5, 0.3], atol=0.006)


@pytest.mark.parametrize("other", [{"seed": 9}, {"stream": 1}, {"stream": LAST}])
def test_other_seeds_and_streams_have_nothing_in_common(other):
    one = random.normal(8, (MANY,))
    another = random.normal(**({"seed": 8} | other), shape=(MANY,))
    assert np.sum(one == another) == 0
    assert abs(np.mean(one * another)) < 4 / np.sqrt(MANY)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: random.uniform(-1, (3,)), r"seed: expected a whole number from 0 to 2\*\*32 - 1, got -1"),
        (lambda: random.uniform(2**32, (3,)), "seed: expected a whole number"),
        (lambda: random.normal(0.5, (3,)), "seed: expected a whole number .* got 0.5"),
        (lambda: random.normal(0, (3,), stream=-2), "stream: expected a whole number .* got -2"),
        (lambda: random.uniform(0, (2**20, 2**20)), r"shape: a draw has at most 2\*\*32 numbers"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_docstrings_examples_run():
    failed, run = doctest.testmod(random)
    assert run > 0 and failed == 0


@pytest.mark.parametrize(("seed", "stream"), [(0, 0), (7, 3), (LAST, LAST)])
def test_halves_are_the_halves_of_the_words(node, seed, stream):
    """Four from each call: places 0, 1, ... of a row take the upper halves of its low words first."""
    places, key = np.arange(6).reshape(3, 2), np.asarray(seed)
    words = random.philox(np_api, places, np.asarray(stream), key)
    want = np.concat([half for word in words for half in (word // 2**16, word % 2**16)], axis=-1)
    np.testing.assert_array_equal(random.halves(seed, (3, 8), stream), want)
    draw = lambda xp, seed, stream: random.halves(seed, (3, 8), stream, xp)  # noqa: E731
    got, _ = javascript(node, draw, [np.asarray(seed), np.asarray(stream)])
    np.testing.assert_array_equal(got["y0"].reshape(3, 8), want)
    counts = np.bincount(random.halves(seed, (25_000, 4), stream).ravel() // 2**12, minlength=16)
    assert np.all(np.abs(counts - 6250) < 6 * np.sqrt(6250))


def test_halves_come_in_fours():
    with pytest.raises(ValueError, match="shape: expected a last axis that is a multiple of 4, got"):
        random.halves(7, (4, 6))
