"""Backward passes by hand: against torch.nn and autograd, against finite differences, and their errors."""

import numpy as np
import pytest
import torch
from equation_cases import CASES, IN_TORCH, LIBRARIES, QUICK, SEEDS, SIZES, assert_same, to_library, with_grad
from hypothesis import given
from hypothesis import strategies as st

from helpers import bptt, cells, sequence
from helpers.jacobians import log_norm_products, rnn_jacobians
from helpers.params import gru_params, lstm_params, rnn_params, to_torch


def draw(case, sizes, seed):
    """Random parameters, input, first states, and the weights of the loss sum(weight * h**2 / 2)."""
    T, B, D, H = sizes
    rng = np.random.default_rng(seed)
    states = case.draw_states(rng, B, H)
    return case.draw(rng, D, H), rng.normal(size=(T, B, D)), states, rng.normal(size=(T, B, H))


def backward(case, params, x, states, weight):
    """Our gradients of that loss."""
    trace = case.unroll(params, x, *states, **case.options)
    return case.bptt(params, x, trace, weight * trace.h, *states, **case.options)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", IN_TORCH, ids=str)
@QUICK
@given(sizes=SIZES, seed=SEEDS)
def test_gradients_equal_those_of_the_torch_module(case, library, sizes, seed):
    params, x, states, weight = draw(case, sizes, seed)
    grads = backward(case, *to_library(library, (params, x, states, weight)))
    module = to_torch(params, case.options.get("activation", "tanh"))
    tensor, first = with_grad(x), tuple(with_grad(s[None]) for s in states)
    out, _ = module(tensor, first if len(first) > 1 else first[0])
    (torch.tensor(weight) * out**2 / 2).sum().backward()
    assert_same(grads.x, tensor.grad)
    assert_same(grads.params.W_x, module.weight_ih_l0.grad.T)
    assert_same(grads.params.W_h, module.weight_hh_l0.grad.T)
    assert_same(grads.params.b, module.bias_ih_l0.grad)
    if case.params is cells.GRUParams:
        assert_same(grads.params.b_h, module.bias_hh_l0.grad)
    for name, state in zip(case.states, first, strict=True):
        assert_same(getattr(grads, name + "0"), state.grad[0])


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", CASES, ids=str)
@QUICK
@given(sizes=SIZES, seed=SEEDS)
def test_gradient_of_every_state_equals_autograd(case, library, sizes, seed):
    params, x, states, weight = draw(case, sizes, seed)
    grads = backward(case, *to_library(library, (params, x, states, weight)))
    kept, state = [], to_library("torch", states)
    tensors, tensor = with_grad(params), torch.tensor(x)
    for t in range(sizes[0]):
        new = case.step(tensors, tensor[t], *state, **case.options)
        kept.append(new)
        state = tuple(getattr(new, name) for name in case.states)
        for value in (*state, *((new.a,) if hasattr(new, "a") else ())):
            if value.requires_grad:
                value.retain_grad()
    sum((torch.tensor(weight[t]) * new.h**2 / 2).sum() for t, new in enumerate(kept)).backward()
    for name in case.states:
        want = torch.stack([getattr(new, name).grad for new in kept])
        assert_same(getattr(grads, name), want)
        assert_same(getattr(grads, f"norm_{name}"), torch.linalg.vector_norm(want, dim=(1, 2)))
    if hasattr(kept[0], "a") and case.name != "rnn-linear":  # a linear h is a itself, and so is its gradient
        assert_same(grads.a, torch.stack([new.a.grad for new in kept]))
    for name, got in grads.params._asdict().items():
        want = getattr(tensors, name)
        if got is not None:
            assert_same(got, torch.zeros_like(want) if want.grad is None else want.grad)


@pytest.mark.parametrize("case", [c for c in CASES if c not in IN_TORCH], ids=str)
def test_variants_that_torch_lacks_equal_finite_differences(case):
    params, x, states, weight = draw(case, (4, 2, 2, 3), 7)
    grads = backward(case, params, x, states, weight)

    def loss(params, x, *states):
        return np.sum(weight * case.unroll(params, x, *states, **case.options).h ** 2 / 2)

    def difference(replace, array, step=1e-6):
        out = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            shift = np.zeros_like(array)
            shift[index] = step
            out[index] = (loss(*replace(array + shift)) - loss(*replace(array - shift))) / (2 * step)
        return out

    for name, value in params._asdict().items():
        if value is not None:
            want = difference(lambda v, name=name: (params._replace(**{name: v}), x, *states), value)
            assert_same(getattr(grads.params, name), want, 1e-8)
    assert_same(grads.x, difference(lambda v: (params, v, *states), x), 1e-8)
    for k, name in enumerate(case.states):
        want = difference(lambda v, k=k: (params, x, *states[:k], v, *states[k + 1 :]), states[k])
        assert_same(getattr(grads, name + "0"), want, 1e-8)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_states_start_at_zero(case):
    params, x, _, weight = draw(case, (4, 2, 2, 3), 7)
    zeros = tuple(np.zeros((2, 3)) for _ in case.states)
    want, got = backward(case, params, x, zeros, weight), backward(case, params, x, (), weight)
    assert_same(got.params.W_x, want.params.W_x, 0)
    assert_same(got.h0, want.h0, 0)


def test_norms_survive_where_squares_underflow():
    params = rnn_params(1, 2, recurrent="identity", gain=1e-4)
    trace = sequence.rnn(params, np.zeros((60, 1, 1)), activation="linear")
    at_the_end = np.zeros((60, 1, 2))
    at_the_end[-1] = 1.0
    norms = bptt.rnn_bptt(params, np.zeros((60, 1, 1)), trace, at_the_end, activation="linear").norm_h
    lags = np.arange(59, -1, -1)
    np.testing.assert_allclose(norms, np.sqrt(2) * 10.0 ** (-4 * lags), rtol=1e-12)


@pytest.mark.parametrize("library", LIBRARIES)
@QUICK
@given(shape=st.lists(st.integers(1, 4), max_size=2), classes=st.integers(1, 6), seed=SEEDS)
def test_cross_entropy_equals_torch(library, shape, classes, seed):
    rng = np.random.default_rng(seed)
    logits, targets = 30 * rng.normal(size=(*shape, classes)), rng.integers(classes, size=shape)
    loss, grad = bptt.cross_entropy(*to_library(library, (logits, np.asarray(targets))))
    tensor = with_grad(logits)
    want = torch.nn.functional.cross_entropy(tensor.reshape(-1, classes), torch.tensor(targets).reshape(-1))
    want.backward()
    assert_same(loss, want)
    assert_same(grad, tensor.grad)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
def test_jacobians_equal_autograd(library, activation):
    rng = np.random.default_rng(0)
    case = next(c for c in CASES if c.name == f"rnn-{activation}")
    params, x, (h0,), _ = draw(case, (4, 2, 3, 5), 0)
    params_, x_ = to_library(library, (params, x))
    got = rnn_jacobians(params_, sequence.rnn(params_, x_, to_library(library, h0), activation), activation)
    h, tensors, tensor = torch.tensor(h0), to_library("torch", params), torch.tensor(x)
    for t in range(4):
        for b in range(2):
            step = lambda v, t=t, b=b: cells.rnn_step(tensors, tensor[t, b][None], v[None], activation).h[0]  # noqa: E731
            assert_same(got[t, b], torch.autograd.functional.jacobian(step, h[b]).T)
            change = 1e-7 * rng.normal(size=5)
            moved = step(h[b] + torch.tensor(change)) - step(h[b])
            assert_same(change @ np.asarray(got[t, b]), moved, 1e-12)
        h = cells.rnn_step(tensors, tensor[t], h, activation).h


@pytest.mark.parametrize("library", LIBRARIES)
@QUICK
@given(sizes=SIZES, batched=st.booleans(), seed=SEEDS)
def test_log_norms_equal_norms_of_the_plain_product(library, sizes, batched, seed):
    T, B, _, H = sizes
    jacobians = np.random.default_rng(seed).normal(size=(T, B, H, H))
    jacobians = jacobians if batched else jacobians[:, 0]
    got = np.asarray(log_norm_products(to_library(library, jacobians)))
    product = np.broadcast_to(np.eye(H), jacobians.shape[1:])
    for k in range(T + 1):
        want = np.sqrt(np.sum(product**2, axis=(-2, -1)))
        assert_same(np.exp(got[k]), want)
        if k < T:
            product = jacobians[T - 1 - k] @ product


@pytest.mark.parametrize("library", LIBRARIES)
def test_spectral_norms_equal_the_largest_singular_value(library):
    rng = np.random.default_rng(0)
    vectors = [np.linalg.qr(rng.normal(size=(2, 6, 6)))[0] for _ in range(10)]
    spread = np.diag([2.0, 1.0, 0.7, 0.5, 0.3, 0.1])
    jacobians = np.stack([q @ spread @ p for q, p in zip(vectors[:5], vectors[5:], strict=True)])
    got = np.asarray(log_norm_products(to_library(library, jacobians), norm="spectral"))
    product = np.broadcast_to(np.eye(6), (2, 6, 6))
    assert_same(got[0], np.zeros(2), 1e-15)
    for k in range(5):
        product = jacobians[4 - k] @ product
        assert_same(got[k + 1], np.log(np.linalg.norm(product, 2, axis=(-2, -1))), 1e-8)


def test_the_spectral_norm_follows_a_leading_direction_that_dies():
    """Saturating units end the direction that leads at first; another, far weaker one must take over."""
    params = rnn_params(3, 8, recurrent="identity", gain=0.9)
    x = np.random.default_rng(0).normal(size=(100, 1, 3))
    jacobians = rnn_jacobians(params, sequence.rnn(params, x))[:, 0]
    product, scale, want = np.eye(8), 0.0, [0.0]
    for jacobian in jacobians[::-1]:
        product = jacobian @ product
        size = np.linalg.norm(product, 2)
        product, scale = product / size, scale + np.log(size)
        want.append(scale)
    np.testing.assert_allclose(log_norm_products(jacobians, norm="spectral"), want, atol=2e-3)


@pytest.mark.parametrize("norm", ["frobenius", "spectral"])
@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_log_norms_hold_far_outside_the_range_of_floats(norm, scale):
    got = log_norm_products(np.broadcast_to(scale * np.eye(3), (1000, 3, 3)), norm=norm)
    start = 0.5 * np.log(3) if norm == "frobenius" else 0.0
    np.testing.assert_allclose(got, start + np.arange(1001) * np.log(scale), rtol=1e-12, atol=1e-15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("norm", ["frobenius", "spectral"])
def test_a_product_that_is_zero_has_log_norm_minus_infinity(norm):
    jacobians = np.ones((4, 1, 2, 2))
    jacobians[1] = 0.0
    assert np.isfinite(log_norm_products(jacobians, norm=norm)[:, 0]).tolist() == [True] * 3 + [False] * 2


x, up, RNN, LSTM, GRU = np.ones((5, 2, 3)), np.ones((5, 2, 4)), rnn_params(3, 4), lstm_params(3, 4), gru_params(3, 4)
TRACE, JACOBIANS = sequence.rnn(RNN, x), np.ones((3, 2, 4, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bptt.rnn_bptt(RNN, x, TRACE, up[:4]), r"grad_h: expected shape \(5, 2, 4\), got \(4, 2, 4\)"),
        (lambda: bptt.rnn_bptt(RNN, x[:4], TRACE, up[:4]), r"trace.a: expected shape \(4, 2, 4\), got \(5, 2, 4\)"),
        (lambda: bptt.rnn_bptt(RNN, x, TRACE, up * np.nan), "grad_h: expected finite numbers, got NaN in 40 of its 40"),
        (lambda: bptt.rnn_bptt(RNN, x, TRACE, up, up), r"h0: expected shape \(2, 4\), got \(5, 2, 4\)"),
        (lambda: bptt.rnn_bptt(RNN, x, TRACE, up, activation="cos"), "activation: expected one of .*; got 'cos'"),
        (lambda: bptt.lstm_bptt(LSTM, x, sequence.lstm(LSTM, x), up, c0=up), r"c0: expected shape \(2, 4\)"),
        (lambda: bptt.gru_bptt(GRU, up, sequence.gru(GRU, x), up), r"x: expected shape \(T, B, 3\), got \(5, 2, 4\)"),
        (lambda: bptt.gru_bptt(GRU, x, sequence.gru(GRU, x), up[0]), r"grad_h: expected shape .* got \(2, 4\)"),
        (lambda: bptt.cross_entropy(up, np.ones((5, 3), int)), r"targets: expected shape \(5, 2\), got \(5, 3\)"),
        (lambda: bptt.cross_entropy(up[0], np.asarray([0, 4])), r"targets: .* from 0 to 3 .*, got 0 to 4"),
        (lambda: bptt.cross_entropy(up * np.nan, np.ones((5, 2), int)), "logits: .* below infinity, .*; got NaN"),
        (lambda: rnn_jacobians(RNN, TRACE, "cos"), "activation: expected one of .*; got 'cos'"),
        (lambda: rnn_jacobians(RNN, TRACE._replace(h=up[0])), r"trace.h: expected shape \(T, B, 4\), got \(2, 4\)"),
        (lambda: log_norm_products(JACOBIANS, norm="nuclear"), "norm: expected one of .*; got .nuclear"),
        (lambda: log_norm_products(JACOBIANS[..., :3]), r"jacobians: expected square matrices, .*; got \(3, 2, 4, 3\)"),
        (lambda: log_norm_products(JACOBIANS * np.nan), "jacobians: expected finite numbers, got NaN in 96 of its 96"),
    ],
)
def test_errors_name_the_array_and_both_shapes(call, message):
    with pytest.raises(ValueError, match=message):
        call()
