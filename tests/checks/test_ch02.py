"""Chapter 02: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import numpy as np
import pytest
import torch

from helpers.bptt import rnn_bptt
from helpers.cells import rnn_step
from helpers.checks import ch02 as check
from helpers.params import to_torch
from helpers.sequence import rnn


@pytest.mark.parametrize("answer", [55, "55", "55.0", np.int64(55), torch.tensor(55), 55.0, "= 55"])
def test_counts_that_are_right(answer):
    assert check.terms(answer)


@pytest.mark.parametrize("answer", [45, 50, 54, 56, 100, 10, 66, 110, "5.5e2", -55])
def test_counts_that_are_wrong(answer):
    assert check.terms(answer).state == "wrong"


@pytest.mark.parametrize("answer", [20, "20", "20 steps", 20.0, np.int64(20), "2e1"])
def test_segments_that_are_best(answer):
    assert check.best_segment(answer)


@pytest.mark.parametrize("answer", [40, 400, 1, 200, 100, 10, 19, 21, 0, 2])
def test_segments_that_are_not_best(answer):
    assert check.best_segment(answer).state == "wrong"


def by_autograd(w, x):
    w = torch.tensor(w, requires_grad=True)  # float32, as torch makes it from a Python number
    h = torch.zeros(())
    for x_t in x:
        h = w * h + x_t
    h.backward()
    return w.grad


def by_differences(w, x, step=1e-4):
    def last(w):
        return np.polyval(x, w)
    return (8 * (last(w + step) - last(w - step)) - last(w + 2 * step) + last(w - 2 * step)) / (12 * step)


def carried_forward(w, x):
    h = slope = 0.0
    for x_t in x:
        h, slope = w * h + x_t, h + w * slope
    return slope


@pytest.mark.parametrize("answer", [
    by_autograd, by_differences, carried_forward, lambda w, x: by_autograd(w, x).item(),
    lambda w, x: np.polyval(np.polyder(x), w), lambda w, x: np.float32(carried_forward(w, x)),
    lambda w, x: sum(k * w ** (k - 1) * v for k, v in enumerate(x[::-1]) if k),
    lambda w, x: carried_forward(torch.tensor(w, dtype=torch.float64), torch.tensor(x)),
    lambda w, x: sum(k * torch.tensor(w) ** (k - 1) * v for k, v in enumerate(torch.tensor(x).flip(0)) if k),
])
def test_derivatives_that_are_right(answer):
    assert check.derivative(answer), check.derivative(answer)


@pytest.mark.parametrize("answer", [
    lambda w, x: x[-2] if len(x) > 1 else 0.0, lambda w, x: np.polyval(x, w), lambda w, x: 0.0, 1.0,
    lambda w, x: carried_forward(w, x[::-1]), lambda w, x: carried_forward(w, x) / len(x), lambda w: w,
    lambda w, x: -carried_forward(w, x), lambda w, x: carried_forward(w, x[1:]), lambda w, x: x,
    lambda w, x: (np.polyval(x, w + 0.1) - np.polyval(x, w)) / 0.1,
])
def test_derivatives_that_are_wrong(answer):
    assert check.derivative(answer).state == "wrong"


def truncated_in_torch(params, x, grad_h, window, dtype=torch.float64):
    net = to_torch(params).to(dtype)
    state = torch.zeros(1, x.shape[1], params.W_h.shape[0], dtype=dtype)
    for part in (slice(k, k + window) for k in range(0, len(x), window)):
        out, state = net(torch.tensor(x[part], dtype=dtype), state.detach())
        out.backward(torch.tensor(grad_h[part], dtype=dtype))
    return net.weight_hh_l0.grad.T


def states_of(params, x):
    h = [np.zeros((x.shape[1], len(params.b)))]
    for x_t in x:
        h.append(rnn_step(params, x_t, h[-1]).h)
    return h


def one_loop_back(params, x, grad_h, window):
    h, total, arriving = states_of(params, x), 0, 0
    for t in reversed(range(len(x))):
        arriving = 0 if (t + 1) % window == 0 else arriving
        delta = (grad_h[t] + arriving) * (1 - h[t + 1] ** 2)
        total, arriving = total + h[t].T @ delta, delta @ params.W_h.T
    return total


def output_by_output(params, x, grad_h, window):
    h, total = states_of(params, x), np.zeros_like(params.W_h)
    for t in range(len(x)):
        signal = grad_h[t]
        for s in range(t, t // window * window - 1, -1):
            delta = signal * (1 - h[s + 1] ** 2)
            total, signal = total + h[s].T @ delta, delta @ params.W_h.T
    return total


def chunks_in_single_precision(params, x, grad_h, window):
    h, total = states_of(params, x), np.zeros_like(params.W_h)
    for start in range(0, len(x), window):
        arriving = 0
        for t in reversed(range(start, min(start + window, len(x)))):
            delta = (grad_h[t] + arriving) * (1 - h[t + 1] ** 2)
            total += np.float32(h[t].T @ delta)
            arriving = delta @ params.W_h.T
    return total


@pytest.mark.parametrize("answer", [
    truncated_in_torch, lambda *a: truncated_in_torch(*a, torch.float32), one_loop_back, output_by_output,
    chunks_in_single_precision,
    lambda *a: one_loop_back(*a).tolist(), lambda *a: np.float32(one_loop_back(*a)),
])  # fmt: skip
def test_truncated_gradients_that_are_right(answer):
    assert check.truncated(answer), check.truncated(answer)


def full(params, x, grad_h, *_):
    return rnn_bptt(params, x, rnn(params, x), grad_h).params.W_h


def zeroing_the_weights(params, x, grad_h, window):
    params.W_h[:] = 0
    return one_loop_back(params, x, grad_h, window)


@pytest.mark.parametrize("answer", [
    full, zeroing_the_weights, lambda *a: one_loop_back(*a[:3], a[3] - 1 or 1), lambda *a: -one_loop_back(*a),
    lambda p, x, g, w: one_loop_back(p, x, g, 1), lambda p, x, g, w: one_loop_back(p, x[:, :1], g[:, :1], w),
    lambda p, x, g, w: rnn_bptt(p, x, rnn(p, x), g).params, lambda p, x, g, w: p.W_h, 2,
    lambda p, x, g, w: one_loop_back(p, x[::-1], g[::-1], w), lambda p, x, g, w: one_loop_back(p, x, g, w)[0],
])  # fmt: skip
def test_truncated_gradients_that_are_wrong(answer):
    assert check.truncated(answer).state == "wrong"


def by_slices(codes, n):
    length = len(codes) // n
    return np.stack([codes[k * length : (k + 1) * length] for k in range(n)], axis=1)


@pytest.mark.parametrize("answer", [
    by_slices,
    lambda codes, n: codes[: len(codes) // n * n].reshape(-1, n, order="F"),
    lambda codes, n: [[codes[row + k * (len(codes) // n)] for k in range(n)] for row in range(len(codes) // n)],
    lambda codes, n: torch.tensor(codes[: len(codes) // n * n]).view(n, -1).T,
    lambda codes, n: by_slices(codes, n).astype(float), lambda codes, n: by_slices(list(codes), n).tolist(),
])
def test_streams_that_are_right(answer):
    assert check.parallel_streams(answer), check.parallel_streams(answer)


@pytest.mark.parametrize(("answer", "says"), [
    (lambda codes, n: by_slices(np.arange(len(codes)), n), "positions"),
    (lambda codes, n: by_slices(np.sort(codes), n), ""),
    (lambda codes, n: np.sort(by_slices(codes, n), axis=0), ""),
    (lambda codes, n: by_slices(codes, n).T, "rows"),
    (lambda codes, n: codes[: len(codes) // n * n].reshape(-1, n), "every n-th"),
    (lambda codes, n: codes.reshape(n, -1).T, "ValueError"),
    (lambda codes, n: np.array_split(codes, n), ""),
    (lambda codes, n: by_slices(codes[::-1], n), ""),
    (lambda codes, n: codes, "shape"),
    (lambda codes, n: by_slices(codes, n) * 1.01, ""),
])
def test_streams_that_are_wrong(answer, says):
    verdict = check.parallel_streams(answer)
    assert verdict.state == "wrong" and says in verdict.message


def step_by_step(params, x, grad_h, segment):
    """Checkpoints without the course's functions: one list of states before segments, one for the segment at hand."""
    kept, h = [], np.zeros((x.shape[1], len(params.b)))
    for t in range(len(x)):
        if t % segment == 0:
            kept.append(h)
        h = rnn_step(params, x[t], h).h
    total, arriving = 0, 0
    for start in reversed(range(0, len(x), segment)):
        states = [kept.pop()]
        states += states_of_a_segment(params, x[start : start + segment], states[0])
        for t in reversed(range(len(states) - 1)):
            delta = (grad_h[start + t] + arriving) * (1 - states[t + 1] ** 2)
            total, arriving = total + states[t].T @ delta, delta @ params.W_h.T
    return total


def states_of_a_segment(params, x, h):
    states = []
    for x_t in x:
        states.append(h := rnn_step(params, x_t, h).h)
    return states


def on_a_copy_of_the_errors(params, x, grad_h, segment):
    errors = grad_h.copy()
    kept, h = {}, np.zeros((x.shape[1], len(params.b)))
    for start in range(0, len(x), segment):
        kept[start] = h
        h = np.array(rnn(params, x[start : start + segment], h).h[-1])
    total = np.zeros_like(params.W_h)
    for start in sorted(kept, reverse=True):
        part = slice(start, min(start + segment, len(x)))
        grads = rnn_bptt(params, x[part], rnn(params, x[part], kept[start]), errors[part], kept[start])
        total += grads.params.W_h
        if start:
            errors[start - 1] += grads.h0
    return total


def by_recursion(params, x, grad_h, segment, h=None):
    h = np.zeros((x.shape[1], len(params.b))) if h is None else h
    if len(x) <= segment:
        grads = rnn_bptt(params, x, rnn(params, x, h), grad_h, h)
        return grads.params.W_h
    return _halves(params, x, grad_h, segment, h)[0]


def _halves(params, x, grad_h, segment, h, arriving=0.0):
    """dW_h and dh0 of a stretch: the later half first, from a state that is computed for it."""
    if len(x) <= segment:
        errors = grad_h.copy()
        errors[-1] += arriving
        grads = rnn_bptt(params, x, rnn(params, x, h), errors, h)
        return grads.params.W_h, grads.h0
    middle, between = len(x) // 2, h
    for x_t in x[:middle]:
        between = rnn_step(params, x_t, between).h
    late, arriving = _halves(params, x[middle:], grad_h[middle:], segment, between, arriving)
    early, arriving = _halves(params, x[:middle], grad_h[:middle], segment, h, arriving)
    return early + late, arriving


def with_torch_checkpoints(params, x, grad_h, segment):
    from torch.utils.checkpoint import checkpoint

    net, state, loss = to_torch(params), torch.zeros(1, x.shape[1], len(params.b), dtype=torch.float64), 0.0
    for start in range(0, len(x), segment):
        part = slice(start, start + segment)
        out, state = checkpoint(net, torch.tensor(x[part]), state, use_reentrant=False)
        loss = loss + (out * torch.tensor(grad_h[part])).sum()
    loss.backward()
    return net.weight_hh_l0.grad.T


@pytest.mark.parametrize("answer", [step_by_step, on_a_copy_of_the_errors, by_recursion, with_torch_checkpoints,
                                    lambda *a: step_by_step(*a).tolist(), lambda *a: torch.tensor(step_by_step(*a))])
def test_checkpoints_that_are_right(answer):
    assert check.checkpointed(answer), check.checkpointed(answer)


def lean(params, x, grad_h, segment):
    """The whole sweep by hand: exact, and every state is kept."""
    return one_loop_back(params, x, grad_h, len(x) + 1)


def keeping_traces(params, x, grad_h, segment):
    parts, traces, h = [slice(k, k + segment) for k in range(0, len(x), segment)], [], None
    for part in parts:
        traces.append((h, rnn(params, x[part], h)))
        h = traces[-1][1].h[-1]
    total, arriving = 0, 0
    for part, (before, trace) in zip(reversed(parts), reversed(traces), strict=True):
        errors = grad_h[part].copy()
        errors[-1] += arriving
        grads = rnn_bptt(params, x[part], trace, errors, before)
        total, arriving = total + grads.params.W_h, grads.h0
    return total


def truncated_by_segments(params, x, grad_h, segment):
    total, h = 0, np.zeros((x.shape[1], len(params.b)))
    for part in (slice(k, k + segment) for k in range(0, len(x), segment)):
        trace = rnn(params, x[part], h)
        total, h = total + rnn_bptt(params, x[part], trace, grad_h[part], h).params.W_h, trace.h[-1].copy()
    return total


@pytest.mark.parametrize(("answer", "says"), [
    (full, "all steps at once"), (keeping_traces, "all steps at once"), (lean, "a state for every step"),
    (truncated_by_segments, "This is truncated"), (one_loop_back, ""),
    (lambda *a: 2 * step_by_step(*a), ""), (lambda *a: -full(*a), ""),
    (lambda p, x, g, s: step_by_step(p, x, g, s) if len(x) < 600 else full(p, x, g), "all steps at once"),
    (lambda p, x, g, s: full(p, x[-s:], g[-s:]), ""), (lambda p, x, g, s: np.zeros_like(p.W_h), ""),
    (lambda p, x, g, s: full(p, x, g).T, ""), (lambda p, x, g: full(p, x, g), "It is called with"),
])  # fmt: skip
def test_checkpoints_that_are_wrong(answer, says):
    verdict = check.checkpointed(answer)
    assert verdict.state == "wrong" and says in verdict.message, verdict


def test_the_reference_of_the_checkpoints_is_the_full_gradient():
    for *given, segment in check.checkpointed.cases(np.random.default_rng(0)):
        np.testing.assert_allclose(check.checkpointed.solution(*given, segment), full(*given), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("answer", [
    dict(delay=8, window=18), dict(delay=9, window=18), dict(delay=10, window=25), dict(delay=11, window=32),
    dict(delay=12, window=21), dict(delay=np.int64(8), window=torch.tensor(18)),
])  # fmt: skip
def test_windows_that_are_shortest(answer):
    assert check.shortest_window(answer), check.shortest_window(answer)


@pytest.mark.parametrize("answer", [
    dict(delay=8, window=17), dict(delay=8, window=19), dict(delay=8, window=14), dict(delay=8, window=8),
    dict(delay=8, window=40), dict(delay=6, window=13), dict(delay=4, window=10), dict(window=18), dict(delay=8),
    dict(delay=13, window=30), dict(steps=18), 18, [8, 18], dict(delay="8 steps", window=18),
])  # fmt: skip
def test_windows_that_are_not_shortest(answer):
    verdict = check.shortest_window(answer)
    assert verdict.state == "wrong" and "Not yet" not in verdict.message


@pytest.mark.parametrize("answer", [
    dict(gain=1, input_scale=0.1), dict(gain=1.0, input_scale=0.1, output=40),
    dict(input_scale=0.1, gain=np.float64(1)),
    dict(gain=1.0, input_scale=0.1, activation="tanh"), dict(gain=torch.tensor(1.0), input_scale=np.float32(0.1)),
])
def test_reaches_that_are_long(answer):
    assert check.long_memory(answer), check.long_memory(answer)


@pytest.mark.parametrize("answer", [
    dict(gain=0.9, input_scale=0.1), dict(gain=1.0, input_scale=1.0), dict(gain=1.2, input_scale=0.1), dict(gain=1.0),
    dict(gain=1.0, input_scale=0.1, activation="linear"), dict(gain=1.0, input_scale=0.1, output=39), (1.0, 0.1),
    dict(gain=2.0, input_scale=0.1), dict(gain=1.0, input_scale=0.2), dict(gain=1.0, scale=0.1), {}, "gain=1",
])
def test_reaches_that_are_not_long(answer):
    verdict = check.long_memory(answer)
    assert verdict.state == "wrong" and "Not yet" not in verdict.message
