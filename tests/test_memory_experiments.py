"""The experiments on gate biases and on the Reber stream: their nets start and stay as they say, and so do measures."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from experiments import gate_biases
from experiments import reber as stream
from helpers import params, reber
from helpers.gates import inspect
from helpers.measured import measured
from helpers.training import fit

torch.set_num_threads(1)


@pytest.mark.parametrize("task", gate_biases.TASKS)
@pytest.mark.parametrize("net", gate_biases.NETS)
def test_a_net_starts_with_the_biases_that_its_name_says(net, task):
    plan, model = gate_biases.NETS[net], gate_biases.make(net, task, 100, seed=3)
    if plan.cell == "rnn":
        weights = model.recurrent.weight_hh_l0.detach().numpy()
        assert np.allclose(weights @ weights.T, np.eye(len(weights)), atol=1e-5) == (plan.start == "orthogonal")
        return
    b_i, b_f, *_ = np.split(params.from_torch(model.recurrent).b, 4)
    if plan.forget == gate_biases.CHRONO:
        np.testing.assert_allclose(b_i, -b_f)
        assert b_f.min() >= 0 and b_f.max() <= math.log(99) + 1e-6 and len(set(b_f)) == gate_biases.HIDDEN
    else:
        assert (b_i == plan.write).all() and (b_f == plan.forget).all()


def test_the_probe_is_the_gradient_that_torch_finds():
    model, steps = gate_biases.make("LSTM, forget bias 2", "adding", 20, seed=1).double(), 10
    x = torch.randn(20, 4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = gate_biases.look_back(model, x, steps)
    layer, sizes = model.recurrent, []
    for back in (0, steps):
        _, state = layer(x[: len(x) - back])
        cell = state[1].detach().requires_grad_()
        # The h beside the cell is what the cell shows; as a function of it, it carries part of the error.
        gates = inspect(layer, x)[0]
        h = torch.as_tensor(gates.o[len(x) - 1 - back]) * torch.tanh(cell[0])
        rest = x[len(x) - back :]
        last = h if back == 0 else layer(rest, (h[None], cell))[0][-1]
        (last.sum() / math.sqrt(gate_biases.HIDDEN)).backward()
        sizes.append(float(cell.grad.norm()))
    assert found["arrives"] == pytest.approx(sizes[1] / sizes[0])
    trace = inspect(layer, x)[0]
    assert found["cell"] == pytest.approx(np.sqrt((trace.c[-1] ** 2).mean()))
    assert found["slope"] == pytest.approx((1 - np.tanh(trace.c[-1]) ** 2).mean())


def test_a_gate_held_at_1_keeps_all_and_stays_there():
    model = gate_biases.make("LSTM, forget gate held at 1", "adding", 20, seed=0)
    job = gate_biases.TASKS["adding"]
    fit(model, lambda rng: job.draw(20, 8, rng), 5, loss=job.loss, lr=0.03)
    x, _ = job.draw(20, 8, torch.Generator().manual_seed(0))
    assert (inspect(model.recurrent, x)[0].f == 1).all()


@pytest.mark.parametrize("held", [1.0, 0.9])
def test_a_held_forget_gate_stays_where_it_is_while_the_rest_learns(held):
    kind = stream.Kind(held=held)
    net, given = stream.Net(kind, 0), stream.batches(kind, 0)
    before = [p.detach().clone() for p in net.recurrent.parameters()]
    fit(net, lambda rng: next(given), 5, loss=stream.loss, lr=0.03)
    codes, _ = next(given)
    f = inspect(net.recurrent, nn.functional.one_hot(codes, 7).float())[0].f
    np.testing.assert_allclose(f, held, rtol=1e-6)
    moved = [(p != old).view(4, stream.UNITS, -1).any(-1).all(1).tolist()
             for p, old in zip(net.recurrent.parameters(), before, strict=True)]
    assert moved == 4 * [[True, False, True, True]]


def test_an_lstm_of_the_stream_starts_as_the_paper():
    b_i, b_f, _, b_o = np.split(params.from_torch(stream.Net(stream.Kind(), 0).recurrent).b, 4)
    np.testing.assert_allclose(b_f, np.linspace(0.5, 2.0, stream.UNITS), rtol=1e-6)
    np.testing.assert_allclose([b_i, b_o], [-b_f, -b_f], rtol=1e-6)


def test_a_net_carries_its_state_as_long_as_a_training_stream_lasts(monkeypatch):
    codes = torch.from_numpy(reber.stream(6 * 50, np.random.default_rng(0), 3).codes)
    for windows in (1, 2):
        monkeypatch.setattr(stream, "WINDOWS", windows)
        net = stream.Net(stream.Kind(), 0)
        parts = torch.cat([net(part) for part in codes.split(50)])
        monkeypatch.setattr(stream, "WINDOWS", 1)
        whole = torch.cat([stream.Net(stream.Kind(), 0)(part) for part in codes.split(50 * windows)])
        torch.testing.assert_close(parts, whole)


@pytest.mark.parametrize("cell", ["LSTM", "RNN"])
def test_the_truncated_gradient_goes_back_along_the_cell_alone(cell):
    """The states are torch's; the gradients those of a loop, step by step, that hands on h as a number."""
    torch.manual_seed(0)
    layer = getattr(nn, cell)(7, 4).double()
    x, up = torch.randn(6, 3, 7, dtype=torch.float64), torch.randn(6, 3, 4, dtype=torch.float64)
    start = torch.randn(1, 3, 4, dtype=torch.float64)
    start = (start, torch.randn_like(start)) if cell == "LSTM" else start
    for begin in (None, start):
        h, state = stream.truncated(layer, x, begin)
        want, _ = layer(x, begin)
        torch.testing.assert_close(h, want)
        got = torch.autograd.grad((h * up).sum(), list(layer.parameters()))
        state, steps = begin, []
        for step in x:
            out, state = layer(step[None], state)
            steps.append(out)
            state = (state[0].detach(), state[1]) if cell == "LSTM" else state.detach()
        want = torch.autograd.grad((torch.cat(steps) * up).sum(), list(layer.parameters()))
        for ours, theirs in zip(got, want, strict=True):
            torch.testing.assert_close(ours, theirs)


def test_the_net_that_is_reset_sees_the_same_symbols_as_the_others():
    kind = stream.NETS["LSTM of 1997, reset at each string"]
    given = stream.batches(kind, 0)
    x, y = next(given)
    assert ((y != stream.IGNORED).sum() - stream.WINDOW * stream.BATCH).abs() < 150
    for column, target in zip(x.T.numpy(), y.T.numpy(), strict=True):
        length = int((target != stream.IGNORED).sum())
        text = "".join(reber.SYMBOLS[code] for code in column[:length])
        assert text[0] == "B" and text[-1] == "E" and text[1] == text[-2]
        assert "".join(reber.SYMBOLS[code] for code in target[:length]) == text[1:] + "B"


def test_reading_string_by_string_is_reading_from_zero_at_each_begin():
    net = stream.Net(stream.NETS["LSTM of 1997, reset at each string"], 0)
    streams = reber.stream(60, np.random.default_rng(0), 2)
    found, want = stream.read(net, streams).right, np.zeros((60, 2), bool)
    for k in range(2):
        state = None
        for t in range(60):
            state = None if streams.begins[t, k] else state
            x = nn.functional.one_hot(torch.tensor([[streams.codes[t, k]]]), 7).float()
            h, state = net.recurrent(x, state)
            want[t, k] = stream.right(net.readout(h)[0, 0], torch.tensor(streams.allowed[t, k]))
    np.testing.assert_array_equal(found, want)


def test_a_reading_leaves_the_net_as_it_was_and_looks_at_the_cell_of_torch():
    net = stream.Net(stream.Kind(), 0)
    net(torch.from_numpy(reber.stream(50, np.random.default_rng(1), stream.STREAMS).codes))
    before, streams = net.state, reber.stream(300, np.random.default_rng(0), stream.STREAMS)
    found = stream.read(net, streams)
    assert net.training and net.state is before and net.seen == 1
    x = nn.functional.one_hot(torch.from_numpy(streams.codes), 7).float()
    c = inspect(net.recurrent, x)[0].c[stream.PIECE - 1 :: stream.PIECE]
    np.testing.assert_allclose(found.cell, np.sqrt((c**2).mean(axis=(1, 2))), rtol=1e-5)


def test_what_counts_as_right():
    allowed = torch.tensor([True, True, False, False, False, False, False])
    score = lambda *values: torch.tensor([*values, 0.0, 0.0, 0.0, 0.0])  # noqa: E731
    assert stream.right(score(2.0, 1.0, 0.5), allowed)
    assert not stream.right(score(2.0, 0.4, 0.5), allowed) and not stream.right(score(2.0, 0.5, 0.5), allowed)
    assert stream.error_free(np.array([[1, 1], [1, 0], [0, 1], [1, 1]], bool)) == 1.5


def test_the_second_symbol_is_due_again_once_in_each_string():
    streams = reber.stream(2_000, np.random.default_rng(0))
    due, starts = stream.asked_again(streams.allowed), np.flatnonzero(streams.begins)[1:]
    strings = stream.apart(streams.codes, streams.begins)
    for codes, asked in list(zip(strings, np.split(due, starts), strict=True))[:-1]:
        assert np.flatnonzero(asked).tolist() == [len(codes) - 3]


def test_what_the_page_says_of_the_stream():
    """Every sentence of the reading, for every seed."""
    rows = measured("reber")
    of = lambda net, name: np.array(rows[net][name])  # noqa: E731
    cut = lambda net, name="again": of(f"{net}, truncated", name)  # noqa: E731
    old, reset, decay = "LSTM of 1997", "LSTM of 1997, reset at each string", "LSTM, forget gate held at 0.9"
    for net in ("LSTM with forget gate", reset):
        assert cut(net).min() >= 0.999
    lost, learnt = np.split(np.sort(cut(old)), [3])
    assert lost.min() > 0.49 and lost.max() < 0.53 and learnt.min() > 0.999
    assert cut(decay).min() > 0.85 and cut(decay).max() < 0.998 and not cut(decay, "perfect").any()
    assert cut("tanh RNN").min() > 0.48 and cut("tanh RNN").max() < 0.61
    for net in ("LSTM with forget gate", reset, decay, "tanh RNN"):
        assert of(net, "right").min() >= 0.9999
    assert np.sort(of(old, "right"))[1] >= 0.9999 > of(old, "right").min()
    assert of(old, "symbols").min() == 800_000 and of(old, "symbols").max() == 1_200_000
    taken = of("LSTM with forget gate", "symbols")
    assert all(rows["LSTM with forget gate"]["solved"]) and (taken.min(), taken.max()) == (400_000, 880_000)
    for net in (old, f"{old}, truncated"):
        sizes = of(net, "cell")
        assert sizes[:, -1].min() > 4_000
        np.testing.assert_allclose(sizes[:, -1] / sizes[:, 3], 10, rtol=0.03)
    assert max(of(net, "cell").max() for net in ("LSTM with forget gate", "LSTM with forget gate, truncated")) < 30
    assert sum(row["rate"] == max(stream.RATES) for row in rows.values()) > len(rows) / 2


def test_what_the_page_says_of_the_biases():
    """Every sentence of the reading, for every seed."""
    found = measured("gate_biases")
    guess = {"adding": 0.19, "temporal order": 0.3}
    of = lambda task, length, net, name="right": np.array(found[task][str(length)][net][name])  # noqa: E731
    both, chrono, old = "LSTM, forget bias 5, input bias −3", "LSTM, chrono", "LSTM, forget gate held at 1"
    forget, tanh = "LSTM, forget bias 5", ("tanh RNN, uniform", "tanh RNN, orthogonal")
    for task in gate_biases.TASKS:
        for length in gate_biases.LENGTHS:
            for net in (both, chrono, f"{old}, input bias −3"):
                count = 4 if (net, task, length) == (chrono, "temporal order", 100) else 5
                assert of(task, length, net, "solved").sum() == count
                assert found[task][str(length)][net]["rate"] == max(gate_biases.RATES)
            learnt = 2 if (task, length) == ("temporal order", 50) else 0
            assert [of(task, length, net, "solved").sum() for net in tanh] == [0, learnt]
            assert learnt or max(of(task, length, net).max() for net in tanh) < guess[task]
        for net in ("LSTM, forget bias 0", "LSTM, forget bias 1", "LSTM, forget bias 2", "LSTM, input bias −3"):
            assert of(task, 100, net).max() < guess[task]
    closest = np.sort(of("adding", 100, forget))
    assert closest[0] < 0.19 and closest[1] == 0.68 and 0.93 < closest[4] < 0.94
    assert of("temporal order", 100, forget, "solved").sum() == 1
    assert np.sort(of("adding", 100, old)).round(2).tolist()[2:] == [0.17, 0.7, 0.86]
    assert not of("temporal order", 100, old, "solved").any()
    alone, beside = (of("temporal order", 50, net, "sequences") for net in (forget, both))
    assert of("temporal order", 50, forget, "solved").all() and alone.min() > beside.max()
    assert of("adding", 50, forget).min() > 0.88 and of("adding", 50, forget).max() < 0.97
    for task, lengths in found.items():
        for rows in lengths.values():
            for row in rows.values():
                assert all(right < guess[task] for right, arrives in zip(row["right"], row["arrives"], strict=True)
                           if arrives < 0.01)
            assert np.median(rows[forget]["arrives"]) > np.median(rows[both]["arrives"])
            assert max(*rows[forget]["slope"], *rows[old]["slope"]) < 0.23 < min(rows[both]["slope"])
    assert of("adding", 50, tanh[1], "arrives").min() > 1 / 3
