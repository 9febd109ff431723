"""The gradient taken apart by lag, against autograd with the graph cut at the same places."""

import numpy as np
import pytest
import torch

from helpers.bptt import rnn_bptt
from helpers.cells import RNNParams, rnn_step
from helpers.lags import lag_gradients, lag_norms, lag_signals, reach, truncated_gradients
from helpers.params import normal, rnn_params
from helpers.sequence import rnn

T, B, D, H = 7, 3, 2, 4


def setting(activation, seed=0):
    params = rnn_params(D, H, seed=seed, gain=1.1)
    x, grad_h, h0 = (normal(shape, 0.7, seed + k) for k, shape in enumerate(((T, B, D), (T, B, H), (B, H)), start=1))
    return params, x, grad_h, h0, rnn(params, x, h0, activation)


def autograd_term(params, x, grad_h, h0, activation, output, lag):
    """What output `output` adds to dE/dW_h through step output - lag alone: W_h differs, by name, in that step only."""
    params = RNNParams(*map(torch.as_tensor, params))
    x, grad_h, h = torch.as_tensor(x), torch.as_tensor(grad_h), torch.as_tensor(h0)
    copies = [params.W_h.clone().requires_grad_() for _ in range(T)]
    for t in range(output + 1):
        h = rnn_step(params._replace(W_h=copies[t]), x[t], h, activation).h
    return torch.autograd.grad((h * grad_h[output]).sum(), copies[output - lag])[0].numpy()


def autograd_chunks(params, x, grad_h, h0, window):
    """dE/dW_h with the state detached at every multiple of `window`, as truncated training does it."""
    params = RNNParams(*map(torch.as_tensor, params))
    W_h = params.W_h.clone().requires_grad_()
    h, loss = torch.as_tensor(h0), 0.0
    for t in range(T):
        h = h.detach() if t % window == 0 else h
        h = rnn_step(params._replace(W_h=W_h), torch.as_tensor(x[t]), h).h
        loss = loss + (h * torch.as_tensor(grad_h[t])).sum()
    return torch.autograd.grad(loss, W_h)[0].numpy()


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
def test_every_term_equals_autograd(activation):
    params, x, grad_h, h0, trace = setting(activation)
    terms = lag_gradients(lag_signals(params, trace, grad_h, h0, activation))
    assert terms.shape == (T, T, H, H)
    for output in range(T):
        for lag in range(T):
            expected = 0.0
            if lag <= output:
                expected = autograd_term(params, x, grad_h, h0, activation, output, lag)
            np.testing.assert_allclose(terms[lag, output], expected, atol=1e-12)


def test_all_terms_add_up_to_the_gradient():
    params, x, grad_h, h0, trace = setting("tanh")
    terms = lag_gradients(lag_signals(params, trace, grad_h, h0))
    np.testing.assert_allclose(terms.sum(axis=(0, 1)), rnn_bptt(params, x, trace, grad_h, h0).params.W_h, atol=1e-12)


def test_without_h0_the_state_before_the_first_is_zero():
    params, x, grad_h, _, _ = setting("tanh")
    trace = rnn(params, x)
    signals = lag_signals(params, trace, grad_h)
    assert not np.any(signals.state[np.arange(T), np.arange(T)])
    terms = lag_gradients(signals)
    np.testing.assert_allclose(terms.sum(axis=(0, 1)), rnn_bptt(params, x, trace, grad_h).params.W_h, atol=1e-12)


def test_norms_are_those_of_the_terms():
    params, _, grad_h, h0, trace = setting("tanh", seed=5)
    signals = lag_signals(params, trace, grad_h, h0)
    np.testing.assert_allclose(lag_norms(signals), np.linalg.norm(lag_gradients(signals), axis=(2, 3)), atol=1e-12)


@pytest.mark.parametrize("window", range(1, T + 2))
def test_chunks_equal_autograd_with_the_state_detached(window):
    params, x, grad_h, h0, trace = setting("tanh", seed=window)
    terms = lag_gradients(lag_signals(params, trace, grad_h, h0))
    got = truncated_gradients(terms, reach(T, window, window))
    np.testing.assert_allclose(got, autograd_chunks(params, x, grad_h, h0, window), atol=1e-12)


def test_every_output_reaching_back_a_window_keeps_those_lags():
    params, _, grad_h, h0, trace = setting("tanh")
    terms = lag_gradients(lag_signals(params, trace, grad_h, h0))
    windows = np.arange(1, T + 1)
    got = truncated_gradients(terms, reach(T, windows))
    np.testing.assert_allclose(got, terms.sum(axis=1).cumsum(axis=0), atol=1e-12)


def test_reach_of_bptt_h_hprime():
    assert reach(8, 4, 2).tolist() == [1, 2, 3, 4, 3, 4, 3, 4]  # two errors go back at a time, to 4 steps
    assert reach(8, 3, 3).tolist() == [1, 2, 3, 1, 2, 3, 1, 2]
    assert reach(5, 2).tolist() == [1, 2, 2, 2, 2]
    assert reach(5, np.array([1, 5]), np.array([1, 5])).tolist() == [[1] * 5, [1, 2, 3, 4, 5]]


def test_torch_tensors_give_the_same():
    params, x, grad_h, h0, trace = setting("tanh")
    expected = lag_gradients(lag_signals(params, trace, grad_h, h0))
    tensors = RNNParams(*map(torch.as_tensor, params))
    torch_trace = rnn(tensors, torch.as_tensor(x), torch.as_tensor(h0))
    got = lag_gradients(lag_signals(tensors, torch_trace, torch.as_tensor(grad_h), torch.as_tensor(h0)))
    np.testing.assert_allclose(got.numpy(), expected, atol=1e-12)


def test_errors_name_the_array():
    params, _, grad_h, h0, trace = setting("tanh")
    with pytest.raises(ValueError, match="grad_h"):
        lag_signals(params, trace, grad_h[1:], h0)
    with pytest.raises(ValueError, match="softplus"):
        lag_signals(params, trace, grad_h, h0, "softplus")
    with pytest.raises(ValueError, match="every"):
        reach(5, 2, 3)
