"""Chapter 01: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import math

import numpy as np
import pytest
import torch

from helpers.cells import softmax
from helpers.checks import ch01 as check


@pytest.mark.parametrize("answer", [41_184, "41184", "41,184", "41 184", 41184.0, np.int64(41_184), "= 41'184"])
def test_counts_that_are_right(answer):
    assert check.parameters(answer)


@pytest.mark.parametrize("answer", [1.1, 41, "41.184", "41,000", 41_185, "4.1e4", 40_960, 41_056, 41_312, 96, -41_184])
def test_counts_that_are_wrong(answer):
    assert check.parameters(answer).state == "wrong"


@pytest.mark.parametrize("answer", [6.6, "≈ 6.6", "6,6", "6.58 bits", math.log2(96), np.log2(96),
                                    torch.tensor(math.log2(96))])  # fmt: skip
def test_first_losses_that_are_right(answer):
    assert check.first_loss(answer), check.first_loss(answer)


@pytest.mark.parametrize("answer", [6.5, 6.7, 7, "6", 4.56, 1.98, 96, "1/96", -6.58, 0, 1])
def test_first_losses_that_are_wrong(answer):
    assert check.first_loss(answer).state == "wrong"


@pytest.mark.parametrize("answer", [2**2.5, 5.66, "5.7", "2^2.5", "≈ 5.66", np.float32(5.657)])
def test_perplexities_that_are_right(answer):
    assert check.perplexity(answer), check.perplexity(answer)


@pytest.mark.parametrize("answer", [2.5, 5, 6, 6.25, 12.2, 0.177, 5.6, 5.8])
def test_perplexities_that_are_wrong(answer):
    assert check.perplexity(answer).state == "wrong"


@pytest.mark.parametrize("answer", [1.1, "1.1", "1.10", "1,1", np.float64(1.1), np.float32(1.1)])
def test_smallest_loops_that_are_right(answer):
    assert check.smallest_w(answer)


@pytest.mark.parametrize("answer", [1, 1.05, 1.15, 1.2, 1.5, 2, "1.0986", 0.5, 0, -1.1, 41_184])
def test_smallest_loops_that_are_wrong(answer):
    assert check.smallest_w(answer).state == "wrong"


FITTING = dict(zip(check.patterns.fields, ["one-to-one", "one-to-many", "many-to-one", "many-to-many equal",
                                           "many-to-many unequal"], strict=True))


@pytest.mark.parametrize("answer", [FITTING, list(FITTING.values()), tuple(FITTING.values()),
                                    np.array(list(FITTING.values())), dict(reversed(FITTING.items()))])
def test_patterns_that_are_right(answer):
    assert check.patterns(answer), check.patterns(answer)


@pytest.mark.parametrize("application", FITTING)
@pytest.mark.parametrize("pattern", FITTING.values())
def test_every_other_pattern_is_refused_with_a_word_about_it(application, pattern):
    verdict = check.patterns(FITTING | {application: pattern})
    assert bool(verdict) == (FITTING[application] == pattern)
    assert verdict or "Not yet" not in verdict.message


@pytest.mark.parametrize("answer", [
    "one-to-one", list(FITTING)[:4], FITTING | {"a poem": "one-to-one"},
    FITTING | {"the sentiment of a review": "many"},
    {k: v for k, v in FITTING.items() if "sentiment" not in k}, 5, list(FITTING.values())[::-1],
])  # fmt: skip
def test_no_patterns(answer):
    assert check.patterns(answer).state == "wrong"


def filling_an_array(W_x, W_h, b, x):
    T, B, _ = x.shape
    states = np.zeros((T + 1, B, len(b)))
    for t in range(T):
        states[t + 1] = np.tanh(x[t] @ W_x + states[t] @ W_h + b)
    return states[1:]


def recursive(W_x, W_h, b, x):
    if len(x) == 0:
        return np.zeros((0, x.shape[1], len(b)))
    before = recursive(W_x, W_h, b, x[:-1])
    old = before[-1] if len(before) else np.zeros((x.shape[1], len(b)))
    return np.concatenate([before, np.tanh(x[-1] @ W_x + old @ W_h + b)[None]])


def by_module(W_x, W_h, b, x, dtype=torch.float64):
    net = torch.nn.RNN(*W_x.shape).to(dtype)
    with torch.no_grad():
        net.weight_ih_l0[:], net.weight_hh_l0[:] = torch.tensor(W_x.T), torch.tensor(W_h.T)
        net.bias_ih_l0[:], net.bias_hh_l0[:] = torch.tensor(b), 0
    return net(torch.tensor(x, dtype=dtype))[0]


def in_single(W_x, W_h, b, x):
    return by_module(W_x, W_h, b, x, torch.float32)


def in_lists(W_x, W_h, b, x):
    h, states = [[0.0] * len(b) for _ in x[0]], []
    for x_t in x.tolist():
        h = [[math.tanh(sum(v * w for v, w in zip(row, W_x[:, j], strict=True))
                        + sum(v * w for v, w in zip(old, W_h[:, j], strict=True)) + b[j]) for j in range(len(b))]
             for row, old in zip(x_t, h, strict=True)]
        states.append(h)
    return states


def in_mixed_precision(W_x, W_h, b, x):
    """Weights and inputs in single precision, the first state of zeros in double: no entry is a float32 any more."""
    return filling_an_array(*map(np.float32, (W_x, W_h, b, x)))


def tidying_up(W_x, W_h, b, x):
    states = filling_an_array(W_x, W_h, b, x)
    W_h[:] = 0
    return states


@pytest.mark.parametrize("answer", [
    filling_an_array, recursive, by_module, in_single, in_mixed_precision, in_lists, tidying_up,
    lambda W_x, W_h, b, x: np.float32(filling_an_array(W_x, W_h, b, x)),
    lambda *a: list(filling_an_array(*a)),
])  # fmt: skip
def test_loops_that_are_right(answer):
    assert check.forward(answer), check.forward(answer)


def zeroing_first(W_x, W_h, b, x):
    W_h[:] = 0
    return filling_an_array(W_x, W_h, b, x)


def zeroing_on_the_way(W_x, W_h, b, x):
    h, states = 0, []
    for x_t in x:
        h = np.tanh(x_t @ W_x + h @ W_h + b) if states else np.tanh(x_t @ W_x + b)
        W_h[:] = 0
        states.append(h)
    return np.stack(states)


def one_batch(W_x, W_h, b, x):
    return filling_an_array(W_x, W_h, b, x[:, :1])


@pytest.mark.parametrize("answer", [
    zeroing_first, zeroing_on_the_way, one_batch, 3.0, lambda W_x, W_h, b, x: x, np.tanh,
    lambda W_x, W_h, b, x: filling_an_array(W_x, W_h, b, x)[::-1],
    lambda W_x, W_h, b, x: filling_an_array(W_x, W_h, b, x + 1),
    lambda W_x, W_h, b, x: filling_an_array(W_x, W_h, b, x).round(4),
    lambda W_x, W_h, b, x: filling_an_array(W_x, W_h, b, x)[:, 0],
    lambda x: x,
])  # fmt: skip
def test_loops_that_are_wrong(answer):
    assert check.forward(answer).state == "wrong"


@pytest.mark.parametrize(("answer", "says"), [
    (zeroing_first, "old state does not enter"),
    (lambda W_x, W_h, b, x: filling_an_array(W_x, W_h, 2 * b, x), "bias is added twice"),
    (lambda W_x, W_h, b, x: np.tanh(x @ W_x + b), "old state does not enter"),
    (lambda W_x, W_h, b, x: filling_an_array(W_x, W_h, b, x[::-1]), "from its end"),
])
def test_a_wrong_loop_hears_what_is_wrong(answer, says):
    assert says in check.forward(answer).message


def test_weights_that_are_zeroed_afterwards_are_told():
    assert "changed W_h in place" in check.forward(tidying_up).message


def by_columns(W_x, W_h, W_y, k):
    U, W, V = W_x.T, W_h.T, W_y.T
    for _ in range(k):
        V = V @ W
    return (V @ U).T


@pytest.mark.parametrize("answer", [
    by_columns,
    lambda W_x, W_h, W_y, k: W_x @ W_y if k == 0 else W_x @ np.linalg.multi_dot([np.eye(len(W_h)), *[W_h] * k]) @ W_y,
    lambda *a: torch.tensor(a[0]) @ torch.linalg.matrix_power(torch.tensor(a[1]), a[3]) @ torch.tensor(a[2]),
    lambda W_x, W_h, W_y, k: np.float32(W_x) @ np.linalg.matrix_power(np.float32(W_h), k) @ np.float32(W_y),
    lambda W_x, W_h, W_y, k: np.einsum("ij,jk,kl->il", W_x, np.linalg.matrix_power(W_h, k), W_y).tolist(),
    lambda W_x, W_h, W_y, k: (lambda v, C: (W_x @ C * v**k @ np.linalg.inv(C) @ W_y).real)(*np.linalg.eig(W_h)),
])
def test_lag_matrices_that_are_right(answer):
    assert check.lag_matrix(answer), check.lag_matrix(answer)


def zeroing_the_weights(W_x, W_h, W_y, k):
    W_h[:] = 0
    return W_x @ np.linalg.matrix_power(W_h, k) @ W_y


@pytest.mark.parametrize("answer", [
    zeroing_the_weights, lambda W_x, W_h, W_y, k: W_x @ W_h @ W_y, lambda W_x, W_h, W_y, k: W_x @ W_y,
    lambda W_x, W_h, W_y, k: np.zeros((len(W_x), W_y.shape[1])), lambda W_x, W_h, W_y, k: W_x @ W_h * k @ W_y,
    lambda W_x, W_h, W_y, k: np.tanh(W_x @ np.linalg.matrix_power(W_h, k) @ W_y), np.eye(3),
    lambda W_x, W_h, W_y, k: np.abs(W_x @ np.linalg.matrix_power(W_h, k) @ W_y),
    lambda W_x, W_h, W_y: W_x @ W_h @ W_y,
])  # fmt: skip
def test_lag_matrices_that_are_wrong(answer):
    assert check.lag_matrix(answer).state == "wrong"


def by_torch(scores, targets, dtype=torch.float64):
    scores = torch.tensor(scores, dtype=dtype)
    return torch.nn.functional.cross_entropy(scores, torch.tensor(targets), reduction="sum")


def step_by_step(scores, targets):
    total = 0.0
    for z, right in zip(scores, targets, strict=True):
        total += math.log(sum(math.exp(v - max(z)) for v in z)) - (z[right] - max(z))
    return total


def one_hot(scores, targets):
    d = np.eye(scores.shape[1])[targets]
    return -(d * (scores - np.logaddexp.reduce(scores, axis=1)[:, None])).sum()


def changing_the_scores(scores, targets):
    scores -= scores.max(axis=1, keepdims=True)
    loss = (np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(scores)), targets]).sum()
    scores *= 0
    return loss


@pytest.mark.parametrize("answer", [
    by_torch, lambda s, t: by_torch(s, t, torch.float32), step_by_step, one_hot, changing_the_scores,
    lambda s, t: np.array([one_hot(s, t)]), lambda s, t: by_torch(s, t).item(), lambda s, t: -torch.log_softmax(
        torch.tensor(s), 1)[torch.arange(len(t)), torch.tensor(t)].sum(),
])  # fmt: skip
def test_losses_that_are_right(answer):
    assert check.sequence_loss(answer), check.sequence_loss(answer)


def wiping_first(scores, targets):
    scores *= 0
    return one_hot(scores, targets)


def log_of(p, targets):
    return -np.log(p[np.arange(len(targets)), targets]).sum()


# What the wrong losses of the review do, and a word of the verdict
NAMED = {
    "a global max": (lambda s, t: log_of(np.exp(s - s.max()) / np.exp(s - s.max()).sum(1, keepdims=True), t), ""),
    "a global max, the logarithm of the sum": (lambda s, t: -(
        (s - s.max()) - np.log(np.exp(s - s.max()).sum(1, keepdims=True)))[np.arange(len(t)), t].sum(), "all steps"),
    "a row mean": (lambda s, t: -((z := s - s.mean(1, keepdims=True)) - np.log(
        np.exp(z).sum(1, keepdims=True)))[np.arange(len(t)), t].sum(), "mean of a step"),
    "log(softmax)": (lambda s, t: log_of(softmax(s), t), "became 0"),
    "log(p + 1e-12)": (lambda s, t: log_of(softmax(s) + 1e-12, t), "smallest probability"),
    "log(p + 1e-300)": (lambda s, t: log_of(softmax(s) + 1e-300, t), ""),
    "clipped p": (lambda s, t: log_of(np.clip(softmax(s), 1e-12, 1), t), "smallest probability"),
    "s *= 0": (wiping_first, "same probability"),
    "plain division": (lambda s, t: log_of(np.exp(s) / np.exp(s).sum(1, keepdims=True), t), "divided by infinity"),
    "one loss a step": (lambda s, t: -(s - np.logaddexp.reduce(s, axis=1)[:, None])[np.arange(len(t)), t],
                        "one loss for each step"),
}


@pytest.mark.parametrize("name", NAMED)
def test_losses_of_the_review_are_refused(name):
    answer, says = NAMED[name]
    verdict = check.sequence_loss(answer)
    assert verdict.state == "wrong" and says in verdict.message


def test_scores_wiped_afterwards_are_told():
    assert "changed scores in place" in check.sequence_loss(changing_the_scores).message


def by_loop(scores, temperature, u):
    total = 0.0
    for index, p in enumerate(softmax(scores / temperature)):
        total += p
        if u < total:
            return index
    return len(scores) - 1


def the_likely_ones_first(scores, temperature, u):
    order = np.argsort(-scores)
    return order[min(np.searchsorted(np.cumsum(softmax(scores[order] / temperature)), u), len(order) - 1)]


def scaled(scores, temperature, u):
    ends = np.cumsum(np.exp((scores - scores.max()) / temperature))
    return np.searchsorted(ends, u * ends[-1], side="right")


def sample_in_torch(scores, temperature, u):
    ends = torch.softmax(torch.tensor(scores) / temperature, 0).cumsum(0)
    return (ends[:-1] <= u).sum()


def the_unlikely_ones_first(scores, temperature, u):
    order = np.argsort(scores)
    return order[by_loop(scores[order], temperature, u)]


def from_the_right(scores, temperature, u):
    return float(len(scores) - 1 - by_loop(scores[::-1], temperature, u))


def dividing_in_place(scores, temperature, u):
    scores /= temperature
    return by_loop(scores, 1.0, u)


@pytest.mark.parametrize("answer", [
    by_loop, the_likely_ones_first, the_unlikely_ones_first, scaled, sample_in_torch, from_the_right, dividing_in_place,
    lambda s, t, u: np.array([by_loop(s, t, u)]),
])  # fmt: skip
def test_draws_that_are_right(answer):
    assert check.sample(answer), check.sample(answer)


def test_scores_divided_in_place_are_told():
    assert "changed scores in place" in check.sample(dividing_in_place).message


def hard_coded(scores, temperature, u):
    """The distribution of scores log(0.5, 0.2, 0.2, 0.1), at any temperature: once the checker's only one."""
    return by_loop(np.log([0.5, 0.2, 0.2, 0.1]), temperature, u)


def beyond_the_last(scores, temperature, u):
    return int(np.searchsorted(np.cumsum(softmax(scores / temperature)), u))


def zeroing_the_scores(scores, temperature, u):
    scores *= 0
    return by_loop(scores, temperature, u)


@pytest.mark.parametrize("answer", [
    hard_coded, beyond_the_last, zeroing_the_scores, lambda s, t, u: 0, lambda s, t, u: u, lambda s, t, u: len(s),
    lambda s, t, u: np.random.default_rng(0).choice(len(s), p=softmax(s / t)), lambda s, t, u: softmax(s / t),
    lambda s, t, u: by_loop(s, t, 1 - u) if len(s) != 3 else 0, lambda s, t, u: by_loop(s, t, u**2), 0.5,
])  # fmt: skip
def test_draws_that_are_wrong(answer):
    assert check.sample(answer).state == "wrong"


@pytest.mark.parametrize(("answer", "says"), [
    (lambda s, t, u: str(by_loop(s, t, u)), "The index should be numbers"),
    (lambda s, t, u: None if u > 0.9 else 0, "The index should not be None"),
    (lambda s, t, u: [0, 1], "The index should have shape ()"),
])
def test_a_draw_that_is_no_index_is_told_so(answer, says):
    said = check.sample(answer).message
    assert says in said and "raised" not in said


def test_an_index_behind_the_last_is_named():
    assert "a little below 1" in check.sample(beyond_the_last).message


@pytest.mark.parametrize("answer", [
    (4, 2, 0), [3.0, 1.5, 0.0], np.array([4.0, 2.0, 0.0]), dict(w_x=2.5, w_h=2, b=0), torch.tensor([4.0, 2.0, 0.1]),
    ("4", "3/2", "0"), dict(w_x=1e6, w_h=1.2, b=-0.01), (100, 50, 0),
])  # fmt: skip
def test_memories_that_hold(answer):
    assert check.latch(answer), check.latch(answer)


@pytest.mark.parametrize("answer", [
    (math.inf, 2, 0), (4, math.inf, 0), (math.nan, 2, 0), (4, 0.9, 0), (0.3, 2, 0), (4, -2, 0), (-4, 2, 0), (4, 2, 1.5),
    (4, 2), (0, 0, 0), (4, 2, 0, 0), 4.0, "4, 2, 0", dict(w_x=4, w_h=2), dict(w_x=4, w_h=2, b=0, c=1), (2.4, 2, 0),
    (4, 1.0, 0), (4, 2, -0.7), ("a", 2, 0), (4j, 2, 0),
])  # fmt: skip
def test_memories_that_do_not_hold(answer):
    assert check.latch(answer).state == "wrong"


@pytest.mark.parametrize(("answer", "says"), [
    ((4, -0.5, 3), "drives the state towards the other sign"), ((4, 0, 5), "and the bias"),
    ((4, 0, 0), "only 1 of the 50 steps"), ((10**400, 2, 0), "not infinity"),
])
def test_a_memory_hears_what_is_true_of_it(answer, says):
    assert says in check.latch(answer).message


def test_an_array_of_patterns_is_no_pattern():
    assert "cannot be" in check.patterns(FITTING | {"the sentiment of a review": np.array(["a", "b"])}).message
