"""The unrolls: against torch.nn modules, against single steps, and their errors."""

import numpy as np
import pytest
import torch
from equation_cases import CASES, IN_TORCH, LIBRARIES, QUICK, SEEDS, SIZES, assert_same, to_library
from hypothesis import given

from helpers import cells, sequence
from helpers.params import gru_params, lstm_params, rnn_params, to_torch


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", IN_TORCH, ids=str)
@QUICK
@given(sizes=SIZES, seed=SEEDS)
def test_unroll_equals_torch_module(case, library, sizes, seed):
    T, B, D, H = sizes
    rng = np.random.default_rng(seed)
    params, x, states = case.draw(rng, D, H), rng.normal(size=(T, B, D)), case.draw_states(rng, B, H)
    trace = case.unroll(*to_library(library, (params, x, *states)), **case.options)
    first = tuple(s[None] for s in to_library("torch", states))
    module = to_torch(params, case.options.get("activation", "tanh"))
    out, last = module(torch.tensor(x), first if len(first) > 1 else first[0])
    assert_same(trace.h, out)
    for name, value in zip(case.states, last if len(first) > 1 else (last,), strict=True):
        assert_same(getattr(trace, name)[-1], value[0])


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_unroll_is_the_step_repeated(case, library):
    T, B, D, H = 5, 3, 2, 4
    rng = np.random.default_rng(1)
    params, x, states = case.draw(rng, D, H), rng.normal(size=(T, B, D)), case.draw_states(rng, B, H)
    params, x, states = to_library(library, (params, x, states))
    trace = case.unroll(params, x, *states, **case.options)
    for t in range(T):
        new = case.step(params, x[t], *states, **case.options)
        states = tuple(getattr(new, name) for name in case.states)
        assert type(new) is type(trace)
        for name, value in new._asdict().items():
            assert_same(getattr(trace, name)[t], value)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_states_start_at_zero(case):
    rng = np.random.default_rng(1)
    params, x = case.draw(rng, 2, 4), rng.normal(size=(5, 3, 2))
    zeros = [np.zeros((3, 4)) for _ in case.states]
    want = case.unroll(params, x, *zeros, **case.options)
    for name, got in case.unroll(params, x, **case.options)._asdict().items():
        assert_same(got, getattr(want, name), 0)


def test_unroll_counts_on_float32_too():
    params = cells.LSTMParams(*(p.astype(np.float32) for p in lstm_params(3, 4)[:3]))
    trace = sequence.lstm(params, np.ones((5, 2, 3), np.float32))
    assert {a.dtype for a in trace} == {np.dtype(np.float32)}


RNN, LSTM, GRU, x, h = rnn_params(3, 4), lstm_params(3, 4), gru_params(3, 4), np.ones((5, 2, 3)), np.zeros((2, 4))
NAN = np.where(np.arange(5)[:, None, None] == 3, np.nan, x)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sequence.rnn(RNN, x[0]), r"x: expected shape \(T, B, 3\), got \(2, 3\)"),
        (lambda: sequence.gru(GRU, x[..., :2]), r"x: expected shape \(T, B, 3\), got \(5, 2, 2\)"),
        (lambda: sequence.lstm(LSTM, x[:0]), r"x: expected at least one time step, got shape \(0, 2, 3\)"),
        (lambda: sequence.lstm(LSTM, x, h, h[:, :3]), r"c0: expected shape \(2, 4\), got \(2, 3\)"),
        (lambda: sequence.rnn(RNN, x, h[0]), r"h0: expected shape \(2, 4\), got \(4,\)"),
        (lambda: sequence.rnn(RNN, x, activation="swish"), "activation: expected one of tanh, .*; got 'swish'"),
        (lambda: sequence.lstm(LSTM, NAN), "x: expected finite numbers, got NaN in 6 of its 30 entries"),
        (lambda: sequence.lstm(*to_library("torch", (LSTM, NAN))), "x: expected finite numbers, got NaN in 6 of its"),
        (lambda: sequence.gru(GRU, x, h * np.nan), "h0: expected finite numbers, got NaN in 8 of its 8 entries"),
        (lambda: sequence.rnn(RNN._replace(b=np.full(4, np.nan)), x), "b: expected finite numbers, got NaN in 4"),
    ],
)
def test_errors_name_the_array_and_both_shapes(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_arrays_of_two_libraries_are_refused():
    with pytest.raises(TypeError, match="W_x: expected a torch tensor as x is, got a NumPy array; convert"):
        sequence.rnn(RNN, torch.tensor(x))
