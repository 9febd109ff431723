"""Initialisers, forget biases, and conversion from and to torch.nn."""

import numpy as np
import pytest
import torch
from equation_cases import QUICK, SEEDS, assert_same
from hypothesis import given
from hypothesis import strategies as st

from helpers import cells, params, sequence

N = st.integers(1, 12)


@QUICK
@given(n=N, seed=SEEDS, gain=st.floats(0.1, 3))
def test_orthogonal_has_every_singular_value_at_the_gain(n, seed, gain):
    assert_same(np.linalg.svd(params.orthogonal(n, gain, seed), compute_uv=False), np.full(n, gain))


def test_orthogonal_draws_uniformly():
    """For a uniform draw the trace has mean 0 and variance 1; without moving the signs QR's own bias shows in it."""
    traces = np.asarray([np.trace(params.orthogonal(4, seed=s)) for s in range(2000)])
    assert abs(traces.mean()) < 0.1 and abs(traces.var() - 1) < 0.15


def test_normal_and_uniform_have_their_scale():
    draw, flat = params.normal((400, 400), 0.3 / 20, seed=1), params.uniform((400, 400), 0.5, seed=1)
    assert abs(draw.std() - 0.015) < 2e-4 and abs(draw.mean()) < 2e-4
    assert abs(np.max(np.abs(np.linalg.eigvals(draw))) - 0.3) < 0.03  # the circular law: radius = scale * sqrt(n)
    assert np.abs(flat).max() <= 0.5 and abs(flat.std() - 0.5 / np.sqrt(3)) < 2e-3
    assert_same(params.identity(3, 0.5), np.diag([0.5, 0.5, 0.5]), 0)


@pytest.mark.parametrize("recurrent", ["orthogonal", "normal", "identity", "uniform"])
def test_rnn_params(recurrent):
    drawn = params.rnn_params(3, 64, seed=5, recurrent=recurrent, gain=0.9)
    assert [p.shape for p in drawn] == [(3, 64), (64, 64), (64,)]
    assert {p.dtype for p in drawn} == {np.dtype(np.float64)}
    assert np.abs(drawn.W_x).max() <= 1 / 8 and not drawn.b.any()
    sigma = np.linalg.svd(drawn.W_h, compute_uv=False)
    radius = np.max(np.abs(np.linalg.eigvals(drawn.W_h)))
    if recurrent in ("orthogonal", "identity"):
        assert_same(sigma, np.full(64, 0.9))
    if recurrent == "normal":
        assert abs(radius - 0.9) < 0.15
    if recurrent == "uniform":
        assert np.abs(drawn.W_h).max() <= 0.9 / 8


@pytest.mark.parametrize("make", [params.rnn_params, params.lstm_params, params.gru_params, params.mingru_params])
def test_a_seed_gives_the_same_numbers_and_another_seed_others(make):
    first, again, other = make(3, 4, seed=1), make(3, 4, seed=1), make(3, 4, seed=2)
    assert_same(first.W_x, again.W_x, 0)
    assert np.all(first.W_x != other.W_x)
    if make is params.mingru_params:
        return
    assert_same(first.W_h, again.W_h, 0)
    square = make(4, 4, seed=1)
    assert np.all(square.W_x != square.W_h)


def test_drawing_leaves_the_global_state_of_numpy_alone():
    before = np.random.get_state()[1].copy()
    params.lstm_params(3, 4, seed=1), params.orthogonal(3), params.chrono_biases(4, 10)
    assert_same(np.random.get_state()[1], before, 0)


def test_forget_bias_takes_a_number_or_an_array():
    lstm = params.lstm_params(3, 4, forget_bias=2.0)
    assert lstm.b.tolist() == [0.0] * 4 + [2.0] * 4 + [0.0] * 8
    for value in (-1.5, np.asarray(-1.5), np.full(4, -1.5)):
        changed = params.with_forget_bias(lstm, value)
        assert changed.b.tolist() == [0.0] * 4 + [-1.5] * 4 + [0.0] * 8
        assert changed.W_h is lstm.W_h
    assert lstm.b[4] == 2.0
    tensors = cells.LSTMParams(*map(torch.tensor, lstm[:3]))
    assert params.with_forget_bias(tensors, torch.tensor(0.5)).b[4:8].tolist() == [0.5] * 4


def test_chrono_biases_are_log_uniform():
    drawn = np.exp(params.chrono_biases(20000, 50, seed=3))
    assert drawn.min() >= 1 and drawn.max() <= 49
    assert abs(drawn.mean() - 25) < 0.5 and abs(drawn.std() - 48 / np.sqrt(12)) < 0.3
    assert_same(params.chrono_biases(5, np.asarray(50.0), seed=3), params.chrono_biases(5, 50, seed=3), 1e-15)


def test_chrono_keeps_a_memory_for_about_its_time():
    """With inputs off, a cell with bias log(u) loses the share 1/(1+u) a step."""
    drawn = (make(1, 6, seed=0) for make in (params.lstm_params, params.gru_params, params.mingru_params))
    lstm, gru, mingru = (params.with_chrono(p, 80, seed=1) for p in drawn)
    u = np.exp(params.chrono_biases(6, 80, seed=1))
    assert_same(lstm.b[:6], -np.log(u))
    zero = np.zeros((1, 6))
    assert_same(cells.lstm_step(lstm, np.zeros((1, 1)), zero, zero).f[0], u / (1 + u))
    assert_same(cells.lstm_step(lstm, np.zeros((1, 1)), zero, zero).i[0], 1 / (1 + u))
    assert_same(cells.gru_step(gru, np.zeros((1, 1)), zero).z[0], u / (1 + u))
    assert_same(cells.mingru_step(mingru, np.zeros((1, 1)), zero).z[0], u / (1 + u))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bias", [True, False])
@QUICK
@given(D=N, H=N, seed=SEEDS)
def test_from_torch_takes_any_layer_and_direction(kind, bias, D, H, seed):
    torch.manual_seed(seed)
    module = getattr(torch.nn, kind)(D, H, num_layers=2, bidirectional=True, bias=bias, dtype=torch.float64)
    unroll = {"RNN": sequence.rnn, "LSTM": sequence.lstm, "GRU": sequence.gru}[kind]
    x = torch.randn(4, 2, D, dtype=torch.float64)
    below = x.numpy()
    for layer in range(2):
        forward = unroll(params.from_torch(module, layer), below).h
        backward = unroll(params.from_torch(module, layer, reverse=True), below[::-1]).h[::-1]
        below = np.concatenate([forward, backward], axis=-1)
    assert_same(below, module(x)[0])


@pytest.mark.parametrize("make", [params.rnn_params, params.lstm_params, params.gru_params])
def test_to_torch_and_back_is_the_same(make):
    drawn = make(3, 4, seed=2)
    drawn = drawn._replace(b=np.random.default_rng(0).normal(size=drawn.b.shape))
    module = params.to_torch(drawn)
    assert {p.dtype for p in module.parameters()} == {torch.float64}
    back = params.from_torch(module)
    assert type(back) is type(drawn)
    for name, value in drawn._asdict().items():
        if value is not None:
            assert_same(getattr(back, name), value, 0)


def test_converted_parameters_share_no_memory_with_the_module():
    module = torch.nn.GRU(3, 4)
    drawn = params.from_torch(module)
    before = drawn.b_h.copy()
    with torch.no_grad():
        module.bias_hh_l0.fill_(9.0)
        module.weight_ih_l0.fill_(9.0)
    assert_same(drawn.b_h, before, 0)
    assert drawn.W_x.max() < 9.0


RNN, LSTM, GRU = params.rnn_params(3, 4), params.lstm_params(3, 4), params.gru_params(3, 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: params.rnn_params(3, 4, recurrent="ones"), ValueError, "recurrent: expected one of .*; got 'ones'"),
        (lambda: params.lstm_params(3, 0), ValueError, "H: expected a whole number of at least 1, got 0"),
        (lambda: params.gru_params(2.5, 4), ValueError, "D: expected a whole number of at least 1, got 2.5"),
        (lambda: params.with_forget_bias(GRU, 1.0), TypeError, "params: expected LSTMParams, .*; got GRUParams"),
        (lambda: params.with_chrono(RNN, 10), TypeError, "params: .* an LSTM or a GRU; got RNNParams"),
        (lambda: params.chrono_biases(4, 1), ValueError, "t_max: expected a finite number at least 2, got 1"),
        (lambda: params.from_torch(torch.nn.Linear(2, 2)), TypeError, "module: expected a torch.nn.RNN.*, got Linear"),
        (lambda: params.from_torch(torch.nn.GRU(2, 2), 1), ValueError, "with layer 1, reverse=False; .* 1 layers"),
        (lambda: params.from_torch(torch.nn.GRU(2, 2), 0, True), ValueError, "with layer 0, reverse=True"),
        (lambda: params.from_torch(torch.nn.LSTM(2, 4, proj_size=2)), ValueError, "expected proj_size=0, got proj"),
        (lambda: params.to_torch(RNN, "sigmoid"), ValueError, "activation: expected one of tanh, relu; got 'sigmoid'"),
        (lambda: params.to_torch(LSTM._replace(peephole=np.ones((3, 4)))), ValueError, "expected peephole None"),
        (lambda: params.to_torch((1, 2)), TypeError, "params: expected one of RNNParams, .*; got tuple"),
    ],
)
def test_errors_say_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()
