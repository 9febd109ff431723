"""The figures of chapter 09 against products of matrices and loops written out."""

import numpy as np
import pytest

from helpers import linear
from helpers.figures import fast_weights, parallel_scan, parity
from helpers.figures.shell_game import PAIRS, SHARED, _drawn
from helpers.live import load
from live_figures import random


@pytest.mark.parametrize(("beta", "cups", "seed"), [(1.0, 3, 0), (1.8, 4, 5), (2.0, 5, 7)])
def test_the_shell_game_is_a_product_of_matrices_beside_a_ball_that_is_moved(beta, cups, seed):
    arrays = load("shell_game").run(beta=beta, cups=cups, seed=seed, swaps=30)
    state, ball = np.eye(5)[0], 0
    for i, j in (PAIRS[k] for k in _drawn(np, np.asarray(seed), cups * (cups - 1) // 2)[:30, 0]):
        v = (np.eye(5)[i] - np.eye(5)[j]) / np.sqrt(2)
        state = state @ (np.eye(5) - beta * np.outer(v, v))
        ball = {i: j, j: i}.get(ball, ball)
    np.testing.assert_allclose(arrays["weight"], state, atol=1e-12)
    assert arrays["cup"] == ball + 1 and arrays["held"] == pytest.approx(state[ball])


@pytest.mark.parametrize("cups", [3, 4, 5])
def test_the_pairs_that_are_swapped_are_drawn_evenly_and_one_by_one(cups):
    pairs = cups * (cups - 1) // 2
    drawn = _drawn(np, np.asarray(3), pairs)
    counts = np.bincount(drawn.reshape(-1), minlength=pairs) / drawn.size
    np.testing.assert_allclose(counts, 1 / pairs, atol=0.01)
    after = np.bincount((pairs * drawn[:-1] + drawn[1:]).reshape(-1), minlength=pairs**2) / drawn[1:].size
    np.testing.assert_allclose(after, 1 / pairs**2, atol=0.01)
    n = -(-1000 // SHARED)  # the swaps that share one random number stand n apart
    rows = [drawn[k * n:(k + 1) * n].reshape(-1) for k in range(SHARED - 1)]
    assert np.abs(np.corrcoef(rows) - np.eye(SHARED - 1)).max() < 0.07


def test_what_the_shell_game_shows_is_no_lucky_seed():
    """Accuracy after 5, 20, 100 and 1000 swaps of three cups, over a thousand games."""
    figure, rows = load("shell_game"), {}
    for beta in (1.0, 1.8, 2.0):
        rows[beta] = np.mean([[figure.run(beta=beta, swaps=n, seed=s)["now"] for n in (5, 20, 100, 1000)]
                              for s in range(20)], axis=0)
    np.testing.assert_allclose(rows[1.0], [0.4, 0.33, 0.33, 0.33], atol=0.04)
    np.testing.assert_allclose(rows[1.8], [1, 1, 0.82, 0.33], atol=0.04)
    np.testing.assert_array_equal(rows[2.0], 1)


def test_the_boxes_are_the_rounds_of_the_package_and_count_as_the_plot_says():
    a, b = np.full(8, 0.7), np.asarray(parallel_scan.INPUTS)
    arrays = load("parallel_scan").run(way="together", a=0.7)
    np.testing.assert_allclose(arrays["value"][3], linear.parallel_scan(a, b), atol=1e-12)
    for row, way in enumerate(parallel_scan.WAYS):
        consts = parallel_scan.consts()
        assert consts["depths"][row, 2] == parallel_scan.DEPTH[way]
        assert consts["works"][row, 2] == parallel_scan.WORK[way]


@pytest.mark.parametrize("way", ["loop", "together", "tree"])
def test_the_plot_counts_what_a_schedule_of_any_length_takes(monkeypatch, way):
    for power in (1, 2, 4, 6):
        monkeypatch.setattr(parallel_scan, "STEPS", 2**power)
        schedule, row = parallel_scan._schedule(way), list(parallel_scan.WAYS).index(way)
        monkeypatch.setitem(parallel_scan.SCHEDULES, way, schedule)
        assert set(parallel_scan._firsts(way)[-1]) == {0}
        monkeypatch.undo()
        consts = parallel_scan.consts()
        assert len(schedule) == consts["depths"][row, power - 1]
        assert sum(map(len, schedule)) == consts["works"][row, power - 1]


def _recalled(name, k, v, beta, sharpness):
    """The values that a memory gives back for the keys k (n, d), with every pair (k, v) written in turn."""
    S = np.zeros((k.shape[1], v.shape[1]))
    for key, value in zip(k, v, strict=True):
        S += np.outer(key, value) if name == "sum" else beta * np.outer(key, value - key @ S)
    if name != "attention":
        return k @ S
    weights = np.exp(sharpness * k @ k.T)
    return weights / weights.sum(axis=1, keepdims=True) @ v


@pytest.mark.parametrize("name", fast_weights.MEMORIES)
@pytest.mark.parametrize(("keys", "n", "beta", "sharpness"), [
    ("random", 32, 1.0, 8.0), ("random", 12, 0.4, 1.5), ("orthonormal", 24, 0.7, 2.0), ("orthonormal", 32, 1.0, 8.0)])
def test_fast_weights_recall_what_memories_written_out_recall(name, keys, n, beta, sharpness):
    arrays = load("fast_weights").run(keys=keys, pairs=n, beta=beta, sharpness=sharpness, seed=4)
    all_keys = fast_weights._keys(np, fast_weights.consts(), keys == "orthonormal", 4)
    values = 2.0 * (random.uniform(4, (8, 32, 16), 1) >= 0.5) - 1.0
    asked, right = np.arange(max(n - 16, 0) if keys == "orthonormal" else 0, n), []
    for k, v in zip(all_keys.transpose(1, 0, 2)[:, :n], values[:, :n], strict=True):
        scores = _recalled(name, k, v, beta, sharpness) @ v.T
        best = scores >= scores.max(axis=1, keepdims=True) - 1e-9
        right.append((best.diagonal() / best.sum(axis=1))[asked])
    np.testing.assert_allclose(arrays[f"{name}_each"][asked], np.mean(right, axis=0), atol=1e-12)
    assert arrays[f"{name}_now"] == pytest.approx(np.mean(right))


def test_what_fast_weights_shows_is_no_lucky_seed():
    """Recall of the sum, the delta rule and the softmax after 32 pairs, over 160 sets of keys and values."""
    figure = load("fast_weights")
    shares = lambda **at: np.mean([[figure.run(pairs=32, seed=seed, **at)[f"{name}_now"]  # noqa: E731
                                    for name in fast_weights.MEMORIES] for seed in range(20)], axis=0)
    np.testing.assert_allclose(shares(keys="random"), [0.61, 0.39, 1], atol=0.03)
    np.testing.assert_allclose(shares(keys="random", beta=0.2), [0.61, 0.65, 1], atol=0.03)
    np.testing.assert_allclose(shares(keys="orthonormal"), [0.46, 1, 0.44], atol=0.03)


@pytest.mark.parametrize(("a_one", "a_zero", "b_one", "threshold"), [
    (-1.0, 1.0, 0.0, 0.0), (-0.9, 1.0, 0.0, 0.05), (0.5, 0.9, 0.3, 0.4), (-0.5, 0.2, -0.7, -0.1)])
def test_parity_is_the_recurrence_read_against_a_threshold(a_one, a_zero, b_one, threshold):
    arrays = load("parity").run(bits="1101", a_one=a_one, a_zero=a_zero, b_one=b_one, threshold=threshold)
    words, right = parity._words(np, parity.consts()["powers"]), {}
    h, odd = np.ones(128), np.zeros(128)
    for step, bits in enumerate(words, start=1):
        h, odd = np.where(bits == 1, a_one * h + b_one, a_zero * h), (odd + bits) % 2
        right[step] = np.where(np.abs(h - threshold) < 0.01, 0.5, (h < threshold) == (odd == 1)).mean()
    np.testing.assert_allclose(arrays["share"], [right[40], right[100], right[256]], atol=1e-12)
    h = 1.0
    for bit, got in zip("1101", arrays["h"][1:], strict=False):
        h = a_one * h + b_one if bit == "1" else a_zero * h
        assert got == pytest.approx(h)


def test_the_random_strings_of_parity_are_random():
    words = parity._words(np, parity.consts()["powers"])
    assert set(np.unique(words)) == {0, 1} and abs(words.mean() - 0.5) < 0.01
    assert np.abs(np.corrcoef(words[:32]) - np.eye(32)).max() < 0.4  # 128 strings: correlations of 0.09 in the mean
    odd = np.cumsum(words, axis=0)[[39, 99, 255]] % 2
    assert np.abs(odd.mean(axis=1) - 0.5).max() < 0.12


def test_no_threshold_reads_the_parity_of_halved_states():
    figure = load("parity")
    hits = [int(figure.run(bits="1111", threshold=round(0.05 * k - 1, 2))["hits"]) for k in range(41)]
    assert max(hits) == 2


def test_no_positive_decays_tell_odd_from_even():
    """A grid over all four sliders: nothing above what 128 strings scatter."""
    figure, best = load("parity"), 0.0
    grid = [(a, z, b, t) for a in (0, 0.3, 0.6, 0.9) for z in (0, 0.5, 1) for b in (-1, -0.4, 0, 0.5)
            for t in (-0.8, -0.1, 0.1, 0.5, 0.9)]
    for a, z, b, t in grid:
        best = max(best, figure.run(a_one=a, a_zero=z, b_one=b, threshold=t)["share"].max())
    assert best < 0.66


def test_a_gentle_delta_rule_answers_with_a_fifth_of_the_new_value_and_less_of_the_old():
    keys, values = np.ones((2, 1, 1)), np.asarray([[[1.0, 0.0]], [[0.0, 1.0]]])
    np.testing.assert_allclose(linear.delta_rule(keys, keys, values, 0.2).y[-1, 0], [0.16, 0.2])
