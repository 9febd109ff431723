"""Scan, the unrolls and pick: against torch.nn modules, against single steps, and their errors."""

from types import ModuleType

import numpy as np
import pytest
import torch
from equation_cases import CASES, IN_TORCH, LIBRARIES, QUICK, SEEDS, SIZES, assert_same, to_library, with_grad
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("reverse", [False, True])
@QUICK
@given(values=st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_scan_equals_a_loop(library, reverse, values):
    x = np.asarray(values)

    def f(carry, inputs):
        total = 0.5 * carry[0] + inputs[0] * inputs[1]
        return (total,), cells.RNNStep(a=total, h=inputs[0][None] + carry[0])

    carry, ys = sequence.scan(f, *to_library(library, ((np.asarray(1.0),), (x, x))), reverse=reverse)
    total, wanted = 1.0, {}
    for t in reversed(range(len(x))) if reverse else range(len(x)):
        total, before = 0.5 * total + x[t] ** 2, total
        wanted[t] = (total, [x[t] + before])
    assert_same(carry[0], total)
    assert isinstance(ys, cells.RNNStep)
    assert_same(ys.a, [wanted[t][0] for t in range(len(x))])
    assert_same(ys.h, [wanted[t][1] for t in range(len(x))])


def test_scan_keeps_its_inputs_and_torch_can_differentiate_through_it():
    x = np.arange(4.0)
    _, (ys,) = sequence.scan(lambda c, i: ((c[0] + i[0],), (i[0],)), (np.zeros(()),), (x,))
    ys[0] = 7.0
    assert x[0] == 0.0
    tensor = with_grad(np.asarray([1.0, 2.0, 3.0]))
    (last,), _ = sequence.scan(lambda c, i: ((c[0] * i[0],), c), (torch.ones((), dtype=torch.float64),), (tensor,))
    last.backward()
    assert_same(tensor.grad, [6.0, 3.0, 2.0])


def test_scan_leaves_the_loop_to_a_namespace_that_has_one():
    namespace = ModuleType("own")
    namespace.scan = lambda *arguments: ("own scan", *arguments)

    class Traced:
        shape, ndim = (3,), 1

        def __array_namespace__(self, api_version=None):
            return namespace

    x = Traced()
    assert sequence.scan(len, (1,), (x,), reverse=True) == ("own scan", len, (1,), (x,), True)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_pick_equals_indexing(library, axis):
    a = np.arange(24.0).reshape(2, 3, 4)
    for index in range(a.shape[axis]):
        want = np.take(a, index, axis=axis)
        assert_same(sequence.pick(*to_library(library, (a, np.asarray(index))), axis=axis), want, 0)
        assert_same(sequence.pick(to_library(library, a), index, axis=axis), want, 0)


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
        (lambda: sequence.lstm(LSTM, NAN), "x: expected numbers, got NaN in 6 of its 30 entries"),
        (lambda: sequence.lstm(LSTM, torch.tensor(NAN)), "x: expected numbers, got NaN in 6 of its 30 entries"),
        (lambda: sequence.gru(GRU, x, h * np.nan), "h0: expected numbers, got NaN in 8 of its 8 entries"),
        (lambda: sequence.rnn(RNN._replace(b=np.full(4, np.nan)), x), "b: expected numbers, got NaN in 4 of its 4"),
        (lambda: sequence.scan(len, (), ()), r"xs: expected arrays of one length T >= 1 along time, got lengths \[\]"),
        (lambda: sequence.scan(len, (), (x, h)), r"xs: .* got lengths \[5, 2\]"),
    ],
)
def test_errors_name_the_array_and_both_shapes(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_arrays_of_two_libraries_are_refused():
    with pytest.raises(TypeError, match="[Mm]ultiple namespaces"):
        sequence.rnn(RNN, torch.tensor(x))
