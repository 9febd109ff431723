"""Chapter 05: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import numpy as np
import pytest
import torch

from helpers.cells import GRUParams, sigmoid
from helpers.checks import ch05 as check
from helpers.sequence import gru


def with_loops(z):
    weights = np.zeros((len(z) + 1, *z.shape[1:]))
    for k in range(len(weights)):
        weights[k] = 1.0 if k == 0 else 1 - z[k - 1]
        for later in range(k, len(z)):
            weights[k] *= z[later]
    return weights


def by_unrolling(z):
    """Add one step at a time: every weight so far is multiplied by the new gate."""
    weights = [torch.ones(z.shape[1:], dtype=torch.float64)]
    for gate in torch.tensor(z):
        weights = [w * gate for w in weights] + [1 - gate]
    return torch.stack(weights)


@pytest.mark.parametrize("answer", [with_loops, by_unrolling, lambda z: with_loops(z).tolist()])
def test_weights_that_are_right(answer):
    assert check.weights_of_the_past(answer), check.weights_of_the_past(answer)


@pytest.mark.parametrize("answer", [
    lambda z: np.cumprod(z, axis=0), lambda z: with_loops(z)[1:], lambda z: 1 - with_loops(z),
    lambda z: with_loops(z[:1]), lambda z: with_loops(z) / 2, lambda z: np.full((len(z) + 1, *z.shape[1:]), 0.5),
    lambda z: with_loops(z[::-1]),
])  # fmt: skip
def test_weights_that_are_wrong(answer):
    assert check.weights_of_the_past(answer).state == "wrong"


def by_autograd(W_h, dh, h_prev, r, z, n):
    """The same step in torch, with inputs chosen so that its gates and candidate are those given."""
    W_h, h = torch.tensor(W_h), torch.tensor(h_prev, requires_grad=True)
    W_r, W_z, W_n = W_h.chunk(3, dim=1)
    first = h.detach()
    s_r, s_z = torch.logit(torch.tensor(r)) - first @ W_r, torch.logit(torch.tensor(z)) - first @ W_z
    s_n = torch.atanh(torch.tensor(n)) - (torch.tensor(r) * first) @ W_n
    gate = torch.sigmoid(s_z + h @ W_z)
    new = torch.tanh(s_n + (torch.sigmoid(s_r + h @ W_r) * h) @ W_n)
    ((1 - gate) * new + gate * h).backward(torch.tensor(dh))
    return h.grad


def row_by_row(W_h, dh, h_prev, r, z, n):
    H = len(W_h)
    back = []
    for d, h, r_, z_, n_ in zip(dh, h_prev, r, z, n, strict=True):
        da_n = d * (1 - z_) * (1 - n_**2)
        q = np.array([W_h[k, 2 * H :] @ da_n for k in range(H)])
        through_r = W_h[:, :H] @ (q * h * r_ * (1 - r_))
        through_z = W_h[:, H : 2 * H] @ (d * (h - n_) * z_ * (1 - z_))
        back.append(d * z_ + q * r_ + through_r + through_z)
    return back


@pytest.mark.parametrize("answer", [by_autograd, row_by_row])
def test_steps_back_that_are_right(answer):
    assert check.back_reset_before(answer), check.back_reset_before(answer)


@pytest.mark.parametrize("answer", [
    lambda W, dh, h, r, z, n: dh * z, lambda W, dh, h, r, z, n: row_by_row(W.T.reshape(W.shape), dh, h, r, z, n),
    lambda W, dh, h, r, z, n: row_by_row(W, dh, h, r, 1 - z, n), lambda W, dh, h, r, z, n: dh,
    lambda W, dh, h, r, z, n: row_by_row(W, dh, h, z, r, n), lambda W, dh, h, r, z, n: row_by_row(W, dh, n, r, z, h),
])  # fmt: skip
def test_steps_back_that_are_wrong(answer):
    assert check.back_reset_before(answer).state == "wrong"


def run_as_keras(kernel, recurrent_kernel, bias, x):
    """The states of a Keras GRU layer with `reset_after=True`, from its documented equations."""
    H, h, states = len(recurrent_kernel), np.zeros((x.shape[1], len(recurrent_kernel))), []
    for now in x:
        s, u = now @ kernel + bias[0], h @ recurrent_kernel + bias[1]
        z, r = sigmoid(s[:, :H] + u[:, :H]), sigmoid(s[:, H : 2 * H] + u[:, H : 2 * H])
        h = z * h + (1 - z) * np.tanh(s[:, 2 * H :] + r * u[:, 2 * H :])
        states.append(h)
    return np.stack(states)


def test_the_converted_weights_run_as_the_keras_layer_does():
    rng = np.random.default_rng(3)
    weights = rng.normal(size=(3, 12)), rng.normal(size=(4, 12)), rng.normal(size=(2, 12))
    x = rng.normal(size=(7, 2, 3))
    np.testing.assert_allclose(gru(check.from_keras.solution(*weights), x).h, run_as_keras(*weights, x), atol=1e-12)


def by_indices(kernel, recurrent_kernel, bias):
    H = len(recurrent_kernel)
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    return GRUParams(kernel[:, order], recurrent_kernel[:, order], bias[0, order], bias[1, order])


def with_biases_of_the_gates_added(kernel, recurrent_kernel, bias):
    """For r and z only the sum of the biases counts: another right answer."""
    p = by_indices(kernel, recurrent_kernel, bias)
    gates = 2 * len(recurrent_kernel)
    b, b_h = p.b.copy(), p.b_h.copy()
    b[:gates], b_h[:gates] = b[:gates] + b_h[:gates], 0.0
    return p._replace(b=b, b_h=b_h)


@pytest.mark.parametrize("answer", [by_indices, with_biases_of_the_gates_added, lambda *w: tuple(by_indices(*w)),
                                    lambda *w: [torch.tensor(part) for part in by_indices(*w)]])  # fmt: skip
def test_ports_that_are_right(answer):
    assert check.from_keras(answer), check.from_keras(answer)


@pytest.mark.parametrize("answer", [
    lambda k, r, b: by_indices(k, r, -b), lambda k, r, b: by_indices(k, r, 0 * b), lambda k, r, b: by_indices(-k, r, b),
    lambda k, r, b: GRUParams(k, r, b[0], b[1]), lambda k, r, b: by_indices(k, r, b)[:3], lambda k, r, b: (k, r),
    lambda k, r, b: by_indices(k[:, ::-1], r[:, ::-1], b[:, ::-1]),
])  # fmt: skip
def test_ports_that_are_wrong(answer):
    assert check.from_keras(answer).state == "wrong"


@pytest.mark.parametrize("given", [{"b_z": 10, "w_z": -20, "w_n": 1}, {"b_z": "9", "w_z": -15.5, "w_n": 1.05},
                                   [8, -16, 1]])  # fmt: skip
def test_units_that_hold(given):
    assert check.sample_and_hold(given), check.sample_and_hold(given)


@pytest.mark.parametrize("given", [{"b_z": 8, "w_z": -16, "w_n": -1}, {"b_z": 0, "w_z": 0, "w_n": 0}, [8, -16, 0.5],
                                   {"b_z": 800, "w_z": -16, "w_n": 1}, {"b_z": 8, "w_z": -16}])  # fmt: skip
def test_units_that_do_not_hold(given):
    assert check.sample_and_hold(given).state == "wrong"


@pytest.mark.parametrize(("exercise", "right", "wrong"), [
    ("next_state", [0.35, "0.35", "7/20", np.float32(0.35)], [-0.1, -0.15, 0.05, 0.45, 0.55, 0, "0.5"]),
    ("slow_writing", [22, "22 steps", 22.0], [21, 23, 21.85, 10, 9, 0]),
    ("equal_size", [38, "38", "38 units"], [36, 37, 39, 42, 43, 32, 38.99]),
])
def test_numbers(exercise, right, wrong):
    for given in right:
        assert getattr(check, exercise)(given), given
    for given in wrong:
        assert getattr(check, exercise)(given).state == "wrong", given


@pytest.mark.parametrize(("exercise", "given", "says"), [
    ("next_state", -0.1, "the old state that is kept is missing"),
    ("sample_and_hold", {"b_z": 8, "w_z": 0, "w_n": 1}, "z is 1.000 at a mark and 1.000 elsewhere"),
    ("keep_and_write", {"length": 60, "keep_bias": 4.4, "noise": 0.8, "gain": 0}, "The keep bias is near its best"),
    ("through_the_pulses", {"unit": 4, "step": 12, "reset_bias": 6}, "here the figure stands at step 12"),
    ("through_the_pulses", {"unit": 4, "step": 33, "reset_bias": 10}, "bring r down, to 0.88 at step 33"),
    ("through_the_pulses", {"unit": 4, "step": 33, "reset_bias": 12, "update_bias": 8}, "z keeps 0.98 of the old"),
])  # fmt: skip
def test_what_a_wrong_answer_is_told_is_so(exercise, given, says):
    verdict = getattr(check, exercise)(given)
    assert verdict.state == "wrong" and says in str(verdict)
