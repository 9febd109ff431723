"""The tasks against their definitions in the papers, checked on the sequences alone, not on how they were drawn."""

import numpy as np
import pytest
import torch

from helpers import tasks

LENGTHS = (20, 41, 100)


def numpy_rng(seed=0):
    return np.random.default_rng(seed)


def torch_rng(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("length", LENGTHS)
def test_adding_1997_is_the_papers_task(length):
    rng = numpy_rng()
    lengths, first_marks, second_marks = set(), set(), set()
    for _ in range(300):
        x, y = tasks.adding(length, 8, rng, form="1997")
        lengths.add(x.shape[0])
        assert np.all(np.abs(x[..., 0]) <= 1)
        assert np.all(x[[0, -1], :, 1] == -1)
        for k in range(8):
            marks = np.flatnonzero(x[1:-1, k, 1] == 1) + 1
            assert np.all(np.isin(x[1:-1, k, 1], (0, 1)))
            if len(marks) == 1:  # the other mark fell on the first pair, which must then count as zero
                assert x[0, k, 0] == 0
            else:
                assert len(marks) == 2 and marks[0] < 10 and marks[1] < length // 2
                first_marks.add(int(marks[0]))
                second_marks.add(int(marks[1]))
            assert y[k, 0] == pytest.approx(0.5 + x[marks, k, 0].sum() / 4)
    assert lengths == set(range(length, length + length // 10 + 1))
    assert first_marks == set(range(1, 10)) - ({9} if length == 20 else set())
    assert max(second_marks) == length // 2 - 1


@pytest.mark.parametrize("length", LENGTHS)
def test_adding_unit_marks_one_number_in_each_half(length):
    x, y = tasks.adding(length, 2000, numpy_rng())
    numbers, markers = x[..., 0], x[..., 1]
    assert x.shape == (length, 2000, 2) and y.shape == (2000, 1)
    assert numbers.min() >= 0 and numbers.max() <= 1
    assert np.all(markers[: length // 2].sum(axis=0) == 1) and np.all(markers[length // 2 :].sum(axis=0) == 1)
    np.testing.assert_allclose((numbers * markers).sum(axis=0), y[:, 0])
    assert np.all(markers.sum(axis=1) > 0), "every step is marked in some sequence"


@pytest.mark.parametrize("form", ["1997", "unit"])
@pytest.mark.parametrize("length", LENGTHS)
def test_adding_baseline_is_the_variance_of_the_answer(form, length):
    y = np.concatenate([tasks.adding(length, 2000, numpy_rng(s), form=form)[1] for s in range(50)])
    constant = {"1997": 0.5, "unit": 1.0}[form]
    squared = (y - constant) ** 2
    standard_error = squared.std() / np.sqrt(squared.size)
    assert squared.mean() == pytest.approx(tasks.adding_baseline(length, form), abs=5 * standard_error)


def test_temporal_order_is_experiment_6a():
    rng, lengths, first, second, classes = numpy_rng(), set(), set(), set(), set()
    rules = {"XX": "Q", "XY": "R", "YX": "S", "YY": "U"}
    for _ in range(200):
        x, y = tasks.temporal_order(100, 10, rng)
        lengths.add(x.shape[0])
        np.testing.assert_array_equal(x.sum(axis=-1), 1)
        for k in range(10):
            word = "".join(tasks.ORDER_SYMBOLS[i] for i in x[:, k].argmax(axis=-1))
            assert word[0] == "E" and word[-1] == "B" and set(word[1:-1]) <= set("abcdXY")
            t1, t2 = (t for t, symbol in enumerate(word) if symbol in "XY")
            first.add(t1)
            second.add(t2)
            classes.add(tasks.ORDER_CLASSES[y[k]])
            assert rules[word[t1] + word[t2]] == tasks.ORDER_CLASSES[y[k]]
    assert lengths == set(range(100, 111)) and classes == set("QRSU")
    assert first == set(range(10, 21)) and second == set(range(50, 61))


@pytest.mark.parametrize(("delay", "symbols", "span"), [(1, 2, 1), (5, 8, 10), (100, 8, 10)])
def test_copy_memory_shows_waits_and_asks(delay, symbols, span):
    x, y = tasks.copy_memory(delay, 7, numpy_rng(), symbols, span)
    seen = x.argmax(axis=-1)
    assert x.shape == (delay + 2 * span, 7, symbols + 2) and y.shape == x.shape[:2]
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    assert np.all((seen[:span] >= 1) & (seen[:span] <= symbols))
    assert np.all(seen[span : span + delay - 1] == tasks.COPY_BLANK)
    assert np.all(seen[span + delay - 1] == symbols + 1) and np.all(seen[span + delay :] == tasks.COPY_BLANK)
    np.testing.assert_array_equal(y[-span:], seen[:span])
    assert np.all(y[:-span] == tasks.COPY_BLANK)


def test_copy_memory_baseline_is_the_cross_entropy_of_a_uniform_guess_at_the_right_time():
    delay, symbols, span = 30, 8, 10
    _, y = tasks.copy_memory(delay, 4, torch_rng(), symbols, span)
    guess = torch.full((*y.shape, symbols + 2), -1e9)
    guess[:-span, :, tasks.COPY_BLANK] = 0.0
    guess[-span:, :, 1 : symbols + 1] = 0.0
    loss = torch.nn.functional.cross_entropy(guess.flatten(0, 1), y.flatten())
    assert loss.item() == pytest.approx(tasks.copy_memory_baseline(delay, symbols, span), rel=1e-5)


DRAWS = [
    lambda rng: tasks.adding(30, 4, rng),
    lambda rng: tasks.adding(30, 4, rng, form="1997"),
    lambda rng: tasks.temporal_order(30, 4, rng),
    lambda rng: tasks.copy_memory(30, 4, rng),
]


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("make", [numpy_rng, torch_rng])
def test_same_seed_same_batch_and_the_next_batch_differs(draw, make):
    rng, again, other = make(3), make(3), make(4)
    x, y = draw(rng)
    for got, expected in zip(draw(again), (x, y), strict=True):
        np.testing.assert_array_equal(got, expected)
    assert not np.array_equal(draw(rng)[1], y)
    assert not np.array_equal(draw(other)[1], y)


@pytest.mark.parametrize("draw", DRAWS)
def test_kind_of_array_follows_the_generator(draw):
    x, y = draw(torch_rng())
    assert x.dtype == torch.float32 and y.dtype in (torch.float32, torch.int64)
    x, y = draw(numpy_rng())
    assert x.dtype == np.float64 and y.dtype in (np.float64, np.int64)


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: tasks.adding(19, 1, numpy_rng(), form="1997"), "length: .* at least 20, got 19"),
        (lambda: tasks.adding(30, 0, numpy_rng()), "batch: .* at least 1, got 0"),
        (lambda: tasks.adding(30.5, 1, numpy_rng()), "length: .* got 30.5"),
        (lambda: tasks.adding(30, 1, numpy_rng(), form="2016"), "form: expected one of 1997, unit; got '2016'"),
        (lambda: tasks.adding_baseline(30, form="2016"), "form: expected one of 1997, unit; got '2016'"),
        (lambda: tasks.temporal_order(9, 1, numpy_rng()), "length: .* at least 10"),
        (lambda: tasks.copy_memory(0, 1, numpy_rng()), "delay: .* at least 1"),
    ],
)
def test_bad_sizes_are_named(draw, said):
    with pytest.raises(ValueError, match=said):
        draw()


def test_a_plain_seed_is_refused():
    with pytest.raises(TypeError, match="numpy.random.Generator or a torch.Generator, got int"):
        tasks.adding(30, 4, 0)
