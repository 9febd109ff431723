"""Chapter 06: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from helpers import cells
from helpers.bidirectional import bidirectional
from helpers.checks import ch06 as check
from helpers.params import to_torch


def step_by_step(params, x):
    """An LSTM read twice, one step after the other, with no array reversed."""
    T, B, H = len(x), x.shape[1], params[0].W_h.shape[0]
    out = np.zeros((T, B, 2 * H))
    for half, order in enumerate((range(T), reversed(range(T)))):
        h, c = np.zeros((2, B, H))
        for t in order:
            step = cells.lstm_step(params[half], x[t], h, c)
            h, c = step.h, step.c
            out[t, :, half * H : (half + 1) * H] = h
    return out


def module_of(params):
    """A bidirectional torch module with these two sets of weights."""
    halves = [to_torch(one) for one in params]
    whole = type(halves[0])(halves[0].input_size, halves[0].hidden_size, bidirectional=True, dtype=torch.float64)
    with torch.no_grad():
        for name, weight in whole.named_parameters():
            weight.copy_(getattr(halves["_reverse" in name], name.removesuffix("_reverse")))
    return whole


def by_flip(params, x):
    h = cells_lstm(params[0], x)
    return torch.cat([torch.tensor(h), torch.tensor(cells_lstm(params[1], np.flip(x, 0))).flip(0)], dim=-1)


def cells_lstm(params, x):
    return to_torch(params)(torch.tensor(x.copy()))[0].detach().numpy()


@pytest.mark.parametrize("answer", [
    step_by_step, by_flip, lambda params, x: module_of(params)(torch.tensor(x))[0],
    lambda params, x: step_by_step(params, x).astype(np.float32), lambda params, x: step_by_step(params, x).tolist(),
])  # fmt: skip
def test_layers_that_are_turned_back(answer):
    assert check.turned_back(answer), check.turned_back(answer)


@pytest.mark.parametrize("answer", [
    lambda params, x: step_by_step(params, x)[::-1],
    lambda params, x: step_by_step(params[::-1], x),
    lambda params, x: step_by_step(params, x[::-1]),
    lambda params, x: np.roll(step_by_step(params, x), 1, axis=0),
    lambda params, x: step_by_step(params, x).sum(axis=-1),
    lambda params, x: step_by_step(params, x)[:, :1],
    lambda params, x: step_by_step((params[0], params[0]), x),
    lambda params, x: step_by_step(params, x) * np.nan,
    lambda params, x: x, lambda params, x: params,
])  # fmt: skip
def test_layers_that_are_not(answer):
    assert check.turned_back(answer).state == "wrong"


def one_by_one(params, x, lengths):
    H = params[0].W_h.shape[0]
    out = np.zeros((*x.shape[:2], 2 * H))
    for b, n in enumerate(lengths):
        alone = module_of(params)(torch.tensor(x[:n, b : b + 1]))[0].detach().numpy()
        out[:n, b] = alone[:, 0]
    return out


def by_packing(params, x, lengths):
    packed = pack_padded_sequence(torch.tensor(x), torch.tensor(lengths), enforce_sorted=False)
    return pad_packed_sequence(module_of(params)(packed)[0], total_length=len(x))[0]


def with_noise_behind(params, x, lengths):
    h = one_by_one(params, x, lengths)
    h[np.arange(len(x))[:, None] >= lengths] = 9.0
    return h


def as_torch_unpacks(params, x, lengths):
    return by_packing(params, x, lengths)[: max(lengths)]


@pytest.mark.parametrize("answer", [one_by_one, by_packing, with_noise_behind, as_torch_unpacks,
                                    lambda *given: one_by_one(*given).astype(np.float32)])  # fmt: skip
def test_padded_layers_that_are_right(answer):
    assert check.padded(answer), check.padded(answer)


def sorted_and_left_so(params, x, lengths):
    order = np.argsort(-lengths, kind="stable")
    return one_by_one(params, x[:, order], lengths[order])


@pytest.mark.parametrize(("answer", "says"), [
    (lambda p, x, n: one_by_one(p, x, np.full_like(n, len(x))), "still begins on the padding"),
    (lambda p, x, n: module_of(p)(torch.tensor(x))[0], "still begins on the padding"),
    (lambda p, x, n: one_by_one((p[0], p[0]), x, n), "same weights"),
    (sorted_and_left_so, "differs"),
    (lambda p, x, n: one_by_one(p, x, np.maximum(n - 1, 1)), "differs"),
    (lambda p, x, n: one_by_one(p, x, n)[: max(n) - 1], "shape"),
    (lambda p, x, n: one_by_one(p, x, n) * np.nan, "NaN"),
    (lambda p, x, n: bidirectional(p, x, n), "numbers"),
    (lambda p, x, n: [one_by_one(p, x, n)[:k, b] for b, k in enumerate(n)], "numbers"),
    (lambda p, x, n: one_by_one(p, x, n).transpose(1, 0, 2), "shape"),
    (lambda p, x, n: 0 * one_by_one(p, x, n), "differs"),
])
def test_padded_layers_that_are_wrong(answer, says):
    verdict = check.padded(answer)
    assert verdict.state == "wrong" and says in verdict.message, verdict.message


@pytest.mark.parametrize("answer", [
    lambda h, lengths: [[*h[n - 1, b, : h.shape[2] // 2], *h[0, b, h.shape[2] // 2 :]] for b, n in enumerate(lengths)],
    lambda h, lengths: torch.cat([torch.tensor(h)[torch.tensor(lengths) - 1, range(len(lengths))].chunk(2, -1)[0],
                                  torch.tensor(h)[0].chunk(2, -1)[1]], -1),
    lambda h, lengths: np.where(np.arange(h.shape[2]) < h.shape[2] // 2, h[lengths - 1, np.arange(len(lengths))], h[0]),
])  # fmt: skip
def test_summaries_that_are_right(answer):
    assert check.summary(answer), check.summary(answer)


@pytest.mark.parametrize("answer", [
    lambda h, lengths: h[0, :, ::-1], lambda h, lengths: h[len(h) // 2], lambda h, lengths: h.sum(axis=0),
    lambda h, lengths: h.max(axis=0), lambda h, lengths: h[lengths - 1][0], lambda h, lengths: h[:1],
    lambda h, lengths: np.roll(h[lengths - 1, np.arange(len(lengths))], 1, axis=-1),
])  # fmt: skip
def test_summaries_that_are_wrong(answer):
    assert check.summary(answer).state == "wrong"


def by_ignore_index(scores, targets, lengths):
    targets = targets.copy()
    targets[np.arange(len(targets))[:, None] >= lengths] = -100
    return torch.nn.functional.cross_entropy(torch.tensor(scores).flatten(0, 1), torch.tensor(targets).flatten())


def by_packed_data(scores, targets, lengths):
    pack = lambda a: pack_padded_sequence(torch.tensor(a), torch.tensor(lengths), enforce_sorted=False).data  # noqa: E731
    return torch.nn.functional.cross_entropy(pack(scores), pack(targets))


def by_loop(scores, targets, lengths):
    losses = []
    for b, n in enumerate(lengths):
        for t in range(n):
            p = np.exp(scores[t, b].astype(np.float32))
            losses.append(-np.log(p[targets[t, b]] / p.sum()))
    return np.mean(losses)


@pytest.mark.parametrize("answer", [by_ignore_index, by_packed_data, by_loop])
def test_losses_that_are_right(answer):
    assert check.masked_loss(answer), check.masked_loss(answer)


@pytest.mark.parametrize(("answer", "says"), [
    (lambda s, t, n: by_loop(s, t, np.full_like(n, len(s))), "counted as if they were data"),
    (lambda s, t, n: by_loop(s, t, n) * n.sum(), "That is the sum"),
    (lambda s, t, n: -by_loop(s, t, n), "sign is missing"),
    (lambda s, t, n: by_loop(s, t, n) * n.mean() / len(s), "still counted"),
    (lambda s, t, n: np.mean([by_loop(s[:, [b]], t[:, [b]], n[[b]]) for b in range(len(n))]), "more weight"),
    (lambda s, t, n: by_loop(s, t, n) / np.log(2), "differs"),
    (lambda s, t, n: by_loop(s, t, np.maximum(n - 1, 1)), "differs"),
    (lambda s, t, n: by_loop(s, 0 * t, n), "differs"),
])
def test_losses_that_are_wrong(answer, says):
    verdict = check.masked_loss(answer)
    assert verdict.state == "wrong" and says in verdict.message, verdict.message


def by_logarithms(left, right, prior):
    with np.errstate(divide="ignore"):
        total = np.log(left) + np.log(right) - np.log(prior)
    return np.exp(total - np.logaddexp.reduce(total))


@pytest.mark.parametrize("answer", [
    by_logarithms,
    lambda left, right, prior: [a * b / c / sum(left * right / prior)
                                for a, b, c in zip(left, right, prior, strict=True)],
    lambda left, right, prior: torch.nn.functional.normalize(torch.tensor(left * right / prior), p=1, dim=0),
])  # fmt: skip
def test_fillings_that_are_right(answer):
    assert check.blank(answer), check.blank(answer)


@pytest.mark.parametrize("answer", [
    lambda left, right, prior: left * right * prior / (left * right * prior).sum(),
    lambda left, right, prior: np.sqrt(left * right) / np.sqrt(left * right).sum(),
    lambda left, right, prior: (left + right - prior) / (left + right - prior).sum(),
    lambda left, right, prior: left * right, lambda left, right, prior: right, lambda left, right, prior: prior,
    lambda left, right, prior: np.maximum(left, right), lambda left, right, prior: left * right / prior,
])  # fmt: skip
def test_fillings_that_are_wrong(answer):
    assert check.blank(answer).state == "wrong"


@pytest.mark.parametrize(("exercise", "right", "wrong"), [
    ("parameters", [2208, "2208", "2,208", 2208.0, np.int64(2208)],
     [960, 1920, 1824, 1104, 2112, 2016, 736, 2944, 2200, 0]),
    ("read_the_padding", [7, "7", "7 steps", 7.0], [4, 2, 6, 8, 3, 5, 1, "7.5"]),
])
def test_numbers(exercise, right, wrong):
    for given in right:
        assert getattr(check, exercise)(given), given
    for given in wrong:
        assert getattr(check, exercise)(given).state == "wrong", given


@pytest.mark.parametrize(("exercise", "given"), [
    ("needs_the_future", {"place": 11}), ("needs_the_future", {"text": "", "place": 0}), ("needs_the_future", 11),
    ("needs_the_future", {"text": "the bat hit the ball", "place": 16}), ("needs_the_future", {"place": 500}),
    ("felt_above", {"network": "untrained", "place": 20}), ("felt_above", {"network": "trained", "place": 20}),
    ("felt_above", {"network": "other"}), ("felt_above", {"text": "a", "place": 0, "network": "trained"}),
])  # fmt: skip
def test_controls_that_do_not_do_what_was_asked(exercise, given):
    assert getattr(check, exercise)(given).state == "wrong"
