"""The inspected gates rebuild the module's own output, whatever its layers, directions and layout."""

import numpy as np
import pytest
import torch

from helpers.gates import backpropagate, inspect

KINDS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("options", [{}, {"num_layers": 3}, {"bidirectional": True}, {"bias": False},
                                     {"num_layers": 2, "bidirectional": True, "batch_first": True}])
@pytest.mark.parametrize("kind", KINDS)
def test_equals_the_module(kind, options, dtype):
    torch.manual_seed(3)
    module = KINDS[kind](5, 4, **options).to(dtype)
    x = torch.randn(2, 7, 5, dtype=dtype)
    count = module.num_layers * (2 if module.bidirectional else 1)
    h0 = torch.randn(count, 2 if module.batch_first else 7, 4, dtype=dtype)
    state = (h0, h0.flip(0)) if kind == "lstm" else h0
    with torch.no_grad():
        output, last = module(x, state)
    seen = inspect(module, x, state)
    want = output.swapaxes(0, 1) if module.batch_first else output
    np.testing.assert_allclose(seen.output, want.numpy(), atol=1e-6)
    last = last[0] if kind == "lstm" else last
    for k, entry in enumerate(seen.layers):
        np.testing.assert_allclose(entry.trace.h[0 if entry.reverse else -1], last[k].numpy(), atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}])
@pytest.mark.parametrize("kind", KINDS)
def test_the_gradients_equal_autograd_in_every_layer(kind, options):
    torch.manual_seed(5)
    module = KINDS[kind](3, 4, **options).double()
    x = torch.randn(6, 2, 3, dtype=torch.float64)
    output, last = module(x)
    h_n = last[0] if kind == "lstm" else last
    output.retain_grad()
    h_n.retain_grad()
    weights = torch.randn_like(output)
    (weights * torch.tanh(output)).sum().add(torch.sin(h_n).sum()).backward()
    found = backpropagate(inspect(module, x), output.grad, h_n.grad)
    assert len(found) == module.num_layers * (2 if module.bidirectional else 1)
    for layer, reverse, grads in found:
        suffix = f"_l{layer}" + ("_reverse" if reverse else "")
        want = getattr(module, f"weight_hh{suffix}").grad.numpy().T
        np.testing.assert_allclose(grads.params.W_h, want, atol=1e-10)
        np.testing.assert_allclose(grads.params.W_x, getattr(module, f"weight_ih{suffix}").grad.numpy().T, atol=1e-10)


def test_relu_and_an_input_without_batch():
    module = torch.nn.RNN(3, 4, nonlinearity="relu")
    x = torch.randn(6, 3)
    with torch.no_grad():
        output, _ = module(x)
    np.testing.assert_allclose(inspect(module, x).output[:, 0], output.numpy(), atol=1e-6)


def test_the_gates_of_an_lstm_give_its_cell():
    module = torch.nn.LSTM(3, 4)
    trace = inspect(module, torch.randn(6, 2, 3))[0]
    np.testing.assert_allclose(trace.c[1:], trace.f[1:] * trace.c[:-1] + trace.i[1:] * trace.g[1:], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: inspect(torch.nn.LSTM(3, 4, proj_size=2), torch.zeros(5, 1, 3)), ValueError, "proj_size=2"),
        (lambda: inspect(torch.nn.Linear(3, 4), torch.zeros(5, 3)), TypeError, "got Linear"),
        (lambda: inspect(torch.nn.GRU(3, 4), torch.zeros(5, 1, 2)), ValueError, "x: expected"),
        (lambda: inspect(torch.nn.GRU(3, 4), torch.full((5, 1, 3), torch.nan)), ValueError, "NaN"),
        (lambda: inspect(torch.nn.GRU(3, 4), torch.zeros(5, 1, 3), torch.zeros(1, 2, 4)), ValueError, "h_0: expected"),
        (lambda: inspect(torch.nn.LSTM(3, 4), torch.zeros(5, 1, 3), torch.zeros(1, 1, 4)), ValueError, "pair"),
        (lambda: inspect(torch.nn.LSTM(3, 4, 2, dropout=0.5), torch.zeros(5, 1, 3)), ValueError, r"module.eval\(\)"),
        (lambda: inspect(torch.nn.RNN(3, 4), torch.nn.utils.rnn.pack_sequence([torch.zeros(5, 3)])), TypeError, "pack"),
        (lambda: inspect(torch.nn.RNN(3, 4), torch.zeros(5, 1, 3))[2], KeyError, "no layer 2"),
        (lambda: backpropagate(inspect(torch.nn.RNN(3, 4), torch.zeros(5, 1, 3)), np.zeros((5, 1, 3))), ValueError,
         "grad_output: expected shape"),
    ],
)
def test_what_it_cannot_do_is_said(call, error, says):
    with pytest.raises(error, match=says):
        call()
