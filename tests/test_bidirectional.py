"""The bidirectional layer: against torch on packed sequences, forward and backward, and its errors."""

import numpy as np
import pytest
import torch
from equation_cases import CASES, LIBRARIES, assert_same, to_library
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from helpers import cells, kinds, params
from helpers.bidirectional import BidirectionalTrace, bidirectional, bidirectional_bptt, reverse_within

T, B, D, H = 6, 3, 2, 4
LENGTHS = [4, 6, 1]


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def weights_and_data(kind):
    """A bidirectional torch module, its two sets of weights, an input with noise for padding, and an error signal."""
    torch.manual_seed(0)
    module = getattr(torch.nn, kind.torch)(D, H, bidirectional=True, dtype=torch.float64)
    both = params.from_torch(module), params.from_torch(module, reverse=True)
    return module, both, drawn(1, T, B, D), drawn(2, T, B, 2 * H)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("kind", [kind for kind in kinds.KINDS.values() if kind.torch], ids=lambda kind: kind.name)
@pytest.mark.parametrize("lengths", [None, LENGTHS, np.asarray(LENGTHS), torch.tensor(LENGTHS)])
def test_it_equals_torch_on_a_packed_sequence(kind, library, lengths):
    module, both, x, error = weights_and_data(kind)
    trace = bidirectional(to_library(library, both), to_library(library, x), lengths)
    packed = pack_padded_sequence(torch.tensor(x), [T] * B if lengths is None else LENGTHS, enforce_sorted=False)
    output, _ = pad_packed_sequence(module(packed)[0])
    assert_same(trace.h, output)

    (output * torch.tensor(error)).sum().backward()
    grads = bidirectional_bptt(*to_library(library, (both, x)), trace, to_library(library, error), lengths)
    for half, suffix in ((grads.forward.params, "l0"), (grads.backward.params, "l0_reverse")):
        assert_same(half.W_x.T, getattr(module, f"weight_ih_{suffix}").grad)
        assert_same(half.W_h.T, getattr(module, f"weight_hh_{suffix}").grad)
        assert_same(half.b, getattr(module, f"bias_ih_{suffix}").grad)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_gradient_of_the_input_is_autograds(case):
    rng = np.random.default_rng(3)
    both, x, error = [case.draw(rng, D, H) for _ in range(2)], drawn(4, T, B, D), drawn(5, T, B, 2 * H)
    by_hand = bidirectional_bptt(both, x, bidirectional(both, x, LENGTHS, **case.options), error, LENGTHS,
                                 **case.options)
    leaf = torch.tensor(x, requires_grad=True)
    trace = bidirectional([to_library("torch", one) for one in both], leaf, LENGTHS, **case.options)
    (trace.h * torch.tensor(error)).sum().backward()
    assert_same(by_hand.x, leaf.grad)


def test_the_traces_stand_in_order_of_time():
    _, both, x, _ = weights_and_data(kinds.GRU)
    trace = bidirectional(both, x)
    assert_same(trace.backward.h, trace.h[..., H:], 0)
    first = kinds.GRU.step(both[1], x[-1], np.zeros((B, H)))
    for field, got in trace.backward._asdict().items():
        assert_same(got[-1], getattr(first, field))


def test_padding_can_hold_anything():
    _, both, x, error = weights_and_data(kinds.LSTM)
    other = x.copy()
    other[4:, 0], other[1:, 2] = 100.0, -7.0
    one, two = (bidirectional(both, data, LENGTHS) for data in (x, other))
    assert_same(one.h, two.h, 0)
    for data, trace in ((x, one), (other, two)):
        grads = bidirectional_bptt(both, data, trace, error, LENGTHS)
        assert_same(grads.x[4:, 0], 0 * grads.x[4:, 0], 0)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("shape", [(T, B), (T, B, D), (T, B, D, 2)])
def test_reversing_twice_is_no_change(shape, library):
    x = to_library(library, drawn(6, *shape))
    turned = reverse_within(x, LENGTHS)
    assert_same(turned[:4, 0], np.asarray(x)[:4, 0][::-1], 0)
    assert_same(turned[4:, 0], x[4:, 0], 0)
    assert_same(reverse_within(turned, LENGTHS), x, 0)
    assert_same(reverse_within(reverse_within(x)), x, 0)


RNN, GRU, X = params.rnn_params(2, 3), params.gru_params(2, 3), np.ones((4, 2, 2))


@pytest.mark.parametrize(("error", "call", "message"), [
    (TypeError, lambda: bidirectional(RNN, X), r"params: expected a pair \(forward, backward\), got RNNParams"),
    (TypeError, lambda: bidirectional((RNN, GRU), X), "params: expected two sets of one kind, got RNNParams and GRU"),
    (TypeError, lambda: bidirectional((RNN, RNN), X, [1.0, 2.0]), "lengths: expected whole numbers, got float64"),
    (ValueError, lambda: bidirectional((RNN, RNN), X, [1, 2, 3]), r"lengths: expected shape \(2,\), got \(3,\)"),
    (ValueError, lambda: bidirectional((RNN, RNN), X, [0, 2]), r"lengths\[0\]: expected a whole number of at least 1"),
    (ValueError, lambda: bidirectional((RNN, RNN), X, [1, 5]), r"lengths\[1\]: expected .* got 5; at most 4 will do"),
    (ValueError, lambda: reverse_within(X[:0]), r"x: expected shape \(T, B, ...\) with at least one step"),
    (TypeError, lambda: bidirectional_bptt((RNN, RNN), X, RNN, X), "trace: expected BidirectionalTrace, got RNNParams"),
])  # fmt: skip
def test_errors_name_the_argument(error, call, message):
    with pytest.raises(error, match=message):
        call()


def test_an_error_signal_of_another_shape_is_refused():
    trace = bidirectional((RNN, RNN), X)
    assert isinstance(trace, BidirectionalTrace) and isinstance(trace.forward, cells.RNNStep)
    with pytest.raises(ValueError, match=r"grad_h: expected shape \(4, 2, 6\), got \(4, 2, 3\)"):
        bidirectional_bptt((RNN, RNN), X, trace, np.ones((4, 2, 3)))
