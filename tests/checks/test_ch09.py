"""Chapter 09: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import numpy as np
import pytest
import torch

from helpers import linear
from helpers.checks import ch09 as check


@pytest.mark.parametrize("answer", [
    lambda a_1, b_1, a_2, b_2: (a_1 * a_2, b_2 + b_1 * a_2),
    lambda a_1, b_1, a_2, b_2: linear.combine((a_1, b_1), (a_2, b_2)),
    lambda a_1, b_1, a_2, b_2: [torch.tensor(a_1) * torch.tensor(a_2), torch.tensor(a_2 * b_1 + b_2)],
    lambda a_1, b_1, a_2, b_2: np.stack([a_2 * a_1, a_2 * b_1 + b_2]),
    lambda a_1, b_1, a_2, b_2: (np.multiply(a_1, a_2).tolist(), np.float32(a_2 * b_1 + b_2)),
    lambda a_1, b_1, a_2, b_2: (a_2 * (a_1 + b_1) + b_2 - (a_2 * b_1 + b_2), a_2 * b_1 + b_2),  # from h = 0 and h = 1
])  # fmt: skip
def test_two_steps_that_are_one(answer):
    assert check.two_as_one(answer), check.two_as_one(answer)


@pytest.mark.parametrize("answer", [
    lambda a_1, b_1, a_2, b_2: (a_2 * b_1 + b_2, a_2 * a_1),
    lambda a_1, b_1, a_2, b_2: (a_1 * a_2, a_1 * b_1 + b_2),
    lambda a_1, b_1, a_2, b_2: (a_1 * a_2, a_2 * b_2 + b_1),
    lambda a_1, b_1, a_2, b_2: (a_1, b_1), lambda a_1, b_1, a_2, b_2: (a_2, b_2),
    lambda a_1, b_1, a_2, b_2: a_1 * a_2, lambda a_1, b_1, a_2, b_2: (a_1 * a_2, a_2 * b_1 - b_2),
    lambda a_1, b_1, a_2, b_2: (np.abs(a_1 * a_2), a_2 * b_1 + b_2),
    lambda a_1, b_1, a_2, b_2: (a_1 * a_2 * np.nan, b_2),
])  # fmt: skip
def test_two_steps_that_are_not(answer):
    assert check.two_as_one(answer).state == "wrong"


def by_tree(a, b):
    """The states by halves: those of the first half, and those of the second carried on from its last."""
    if len(a) == 1:
        return b
    half = len(a) // 2
    first, second = by_tree(a[:half], b[:half]), by_tree(a[half:], b[half:])
    return np.concatenate([first, second + np.cumprod(a[half:], axis=0) * first[-1]])


def by_sums(a, b):
    """Every state written out as a sum over the steps before it."""
    return [sum(np.prod(a[s + 1 : t + 1], axis=0) * b[s] for s in range(t + 1)) for t in range(len(a))]


def one_at_a_time(a, b):
    b = torch.tensor(b)
    for t in range(1, len(b)):
        b[t] += torch.tensor(a[t]) * b[t - 1]
    return b


@pytest.mark.parametrize("answer", [by_tree, by_sums, one_at_a_time, linear.parallel_scan, linear.linear_recurrence,
                                    lambda a, b: linear.parallel_scan(a, b).astype(np.float32)])
def test_scans_that_are_right(answer):
    assert check.scanned(answer), check.scanned(answer)


@pytest.mark.parametrize("answer", [
    lambda a, b: np.cumsum(b, axis=0), lambda a, b: np.cumsum(a * b, axis=0), lambda a, b: b,
    lambda a, b: by_tree(a[::-1], b[::-1])[::-1], lambda a, b: by_tree(a, b)[-1], lambda a, b: by_tree(np.abs(a), b),
    lambda a, b: by_tree(b, a),
    lambda a, b: np.roll(by_tree(a, b), 1, axis=0), lambda a, b: by_tree(a, a * b), lambda a, b: by_tree(a, b) * np.nan,
])  # fmt: skip
def test_scans_that_are_not(answer):
    assert check.scanned(answer).state == "wrong"


def test_a_loop_over_rounds_that_stops_too_early_is_told_where_it_is_right():
    def doubled(a, b):
        a, b = a.copy(), b.copy()
        for reach in 2 ** np.arange(int(np.log2(len(a)))):
            b[reach:] = a[reach:] * b[:-reach] + b[reach:]
            a[reach:] = a[reach:] * a[:-reach]
        return b

    assert "power of two" in check.scanned(doubled).message


@pytest.mark.parametrize(("given", "said"), [
    (0.107, "difference"), (0.1074, "difference"), (0.8**10, "difference"), ("0.4463", "other cup"),
    (0.9**10, "all ten swaps"), (0.3487, "all ten swaps"),
])  # fmt: skip
def test_a_mistake_is_known_by_as_many_digits_as_are_given(given, said):
    assert said in check.two_cups(given).message


def by_memory(q, k, v):
    S, out = np.zeros((k.shape[1], v.shape[1])), []
    for query, key, value in zip(q, k, v, strict=True):
        S = S + np.outer(key, value)
        out.append(query @ S)
    return out


def by_einsum(q, k, v):
    mask = np.arange(len(q))[:, None] >= np.arange(len(q))
    return np.einsum("td,sd,ts,sm->tm", q, k, mask, v)


@pytest.mark.parametrize("answer", [
    by_memory, by_einsum, lambda q, k, v: torch.tril(torch.tensor(q) @ torch.tensor(k).T) @ torch.tensor(v),
    lambda q, k, v: linear.linear_attention(*(a[:, None] for a in (q, k, v))).y[:, 0],
    lambda q, k, v: (np.tril(q @ k.T) @ v).astype(np.float32),
])  # fmt: skip
def test_attentions_that_are_right(answer):
    assert check.all_at_once(answer), check.all_at_once(answer)


@pytest.mark.parametrize("answer", [
    lambda q, k, v: np.tril(q @ q.T) @ v, lambda q, k, v: np.tril(q @ k.T).T @ v, lambda q, k, v: v,
    lambda q, k, v: by_memory(q, k, v)[-1], lambda q, k, v: np.cumsum((q * k).sum(axis=1, keepdims=True) * v, axis=0),
    lambda q, k, v: np.tril(q @ k.T) / np.sqrt(k.shape[1]) @ v, lambda q, k, v: -np.tril(q @ k.T) @ v,
    lambda q, k, v: np.tril(q @ k.T) @ v / np.arange(1, len(q) + 1)[:, None],
])  # fmt: skip
def test_attentions_that_are_not(answer):
    assert check.all_at_once(answer).state == "wrong"


def by_entries(S, k, v, beta):
    new = S.tolist()
    for i in range(len(k)):
        for j in range(len(v)):
            new[i][j] += beta * k[i] * (v[j] - sum(k[n] * S[n, j] for n in range(len(k))))
    return new


def by_matrix(S, k, v, beta):
    return (np.eye(len(k)) - beta * np.outer(k, k)) @ S + beta * np.outer(k, v)


def by_gradient(S, k, v, beta):
    S = torch.tensor(S, requires_grad=True)
    (0.5 * (torch.tensor(v) - torch.tensor(k) @ S) ** 2).sum().backward()
    return S.detach() - beta * S.grad


def in_place(S, k, v, beta):
    S += beta * np.outer(k, v - k @ S)
    return S


@pytest.mark.parametrize("answer", [by_entries, by_matrix, by_gradient, in_place,
                                    lambda S, k, v, beta: by_matrix(S, k, v, beta).astype(np.float32)])
def test_writes_that_are_right(answer):
    assert check.delta_step(answer), check.delta_step(answer)


@pytest.mark.parametrize("answer", [
    lambda S, k, v, beta: S, lambda S, k, v, beta: np.outer(k, v), lambda S, k, v, beta: S - by_matrix(S, k, v, beta),
    lambda S, k, v, beta: (1 - beta) * S + beta * np.outer(k, v), lambda S, k, v, beta: by_matrix(S, k, v, 2 * beta),
    lambda S, k, v, beta: by_matrix(S, k / np.linalg.norm(k), v, beta), lambda S, k, v, beta: by_matrix(S, -k, v, beta),
    lambda S, k, v, beta: by_matrix(S, k, v, beta).T, lambda S, k, v, beta: by_matrix(S, k, v, beta) * np.nan,
])  # fmt: skip
def test_writes_that_are_not(answer):
    assert check.delta_step(answer).state == "wrong"


@pytest.mark.parametrize(("exercise", "right", "wrong"), [
    ("rounds", [10, "10", "10 rounds", 10.0, np.int64(10)], [9, 999, 1000, 500, 19, 11, 8, 9.97, 0]),
    ("two_cups", [0.554, "0.554", "0.55", 0.5537], [0.107, 0.446, 0.349, 0.5, 1.0, 0.56, -0.554, "0.6"]),
    ("outgrown", [32, "32", "32 pairs", 32.0], [64, 4096, 128, 31, 33, 16]),
    ("at_once", ["matrix"], ["tanh", "gate", "square"]),
])  # fmt: skip
def test_numbers_and_choices(exercise, right, wrong):
    for given in right:
        assert getattr(check, exercise)(given), given
    for given in wrong:
        assert getattr(check, exercise)(given).state == "wrong", given


@pytest.mark.parametrize("given", [
    dict(a_one=-1.0, a_zero=1.0, b_one=0.8, threshold=0.5), dict(a_one=-1.0, a_zero=1.0, b_one=0.5, threshold=0.0),
])  # fmt: skip
def test_states_that_do_become_negative_or_touch_the_threshold_are_refused(given):
    assert check.never_negative(given).state == "wrong"


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
def test_any_threshold_between_the_two_states_will_do(threshold):
    assert check.never_negative(dict(a_one=-1.0, a_zero=1.0, b_one=1.0, threshold=threshold))


@pytest.mark.parametrize(("exercise", "given"), [
    ("never_negative", {"a_one": -1.0}), ("never_negative", -1.0), ("never_negative", {"a_one": 2.0}),
    ("gentle_delta", {"keys": "random"}), ("gentle_delta", {"keys": "other", "pairs": 32, "beta": 0.2}),
    ("gentle_delta", {"keys": "random", "pairs": 28, "beta": 0.2}), ("gentle_delta", 0.2),
])  # fmt: skip
def test_controls_that_do_not_do_what_was_asked(exercise, given):
    assert getattr(check, exercise)(given).state in ("wrong", "open")


@pytest.mark.parametrize("beta", [0.1, 0.15, 0.2])
def test_several_gentle_rules_will_do(beta):
    assert check.gentle_delta(dict(keys="random", pairs=32, beta=beta))
