"""Chapter 03: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import math

import numpy as np
import pytest
import torch

from helpers.checks import ch03 as check


def in_place(W_h, h):
    W_h *= 1 - h**2
    return W_h


def by_loops(W_h, h):
    return [[W_h[i, j] * (1 - h[j] ** 2) for j in range(len(h))] for i in range(len(h))]


def by_autograd(W_h, h):
    W, a = torch.tensor(W_h), torch.atanh(torch.tensor(h))

    def step(before):
        return torch.tanh(before @ W + a)

    return torch.autograd.functional.jacobian(step, torch.zeros(len(h), dtype=W.dtype)).T


def by_differences(W_h, h, step=1e-5):
    a = np.arctanh(h)
    return (np.tanh(a + step * W_h) - np.tanh(a - step * W_h)) / (2 * step)


@pytest.mark.parametrize("answer", [
    in_place, by_loops, by_autograd, by_differences,
    lambda W_h, h: W_h @ np.diag(1 - h**2),
    lambda W_h, h: np.einsum("ij,j->ij", W_h, 1 - h * h),
    lambda W_h, h: torch.tensor(W_h, dtype=torch.float32) * (1 - torch.tensor(h, dtype=torch.float32) ** 2),
])
def test_jacobians_that_are_right(answer):
    assert check.memory_jacobian(answer), check.memory_jacobian(answer)


def overwriting(W, h):
    W[:] = 0
    return W


@pytest.mark.parametrize("answer", [
    overwriting, lambda W, h: np.diag(1 - h**2), lambda W, h: np.zeros_like(W), lambda W, h: W @ W, 0.5,
    lambda W, h: np.linalg.inv(W), lambda W, h: (1 - h**2) @ W, lambda W: W, lambda W, h: W * (1 - h**2) + 1e-5,
])
def test_jacobians_that_are_wrong(answer):
    assert check.memory_jacobian(answer).state == "wrong"


def test_an_answer_in_place_is_told_so():
    assert "changed W_h in place" in check.memory_jacobian(in_place).message


def counting(W, activation, share):
    factor = (1.0 if activation == "tanh" else 0.25) * np.linalg.svd(W)[1].max()
    if factor >= 1:
        return None
    k = 0
    while factor**k > share:
        k += 1
    return k


def by_eigenvalues_of_the_square(W, activation, share):
    factor = {"tanh": 1, "sigmoid": 1 / 4}[activation] * math.sqrt(np.linalg.eigvalsh(W.T @ W)[-1])
    if factor > 1 - 1e-12:
        return None
    return math.ceil(math.log(share, factor) - 1e-9)


def in_torch(W, activation, share):
    slope = 0.25 if activation == "sigmoid" else 1.0
    factor = slope * torch.linalg.matrix_norm(torch.tensor(W), 2)
    return torch.ceil(math.log(share) / torch.log(factor) - 1e-9).int() if factor < 1 - 1e-9 else None


@pytest.mark.parametrize("answer", [
    counting, by_eigenvalues_of_the_square, in_torch,
    lambda *a: None if counting(*a) is None else float(counting(*a)),
    lambda *a: None if counting(*a) is None else np.int32(counting(*a)),
])
def test_promises_that_are_right(answer):
    assert check.guaranteed(answer), check.guaranteed(answer)


def plus_one(W, activation, share):
    factor = {"tanh": 1.0, "sigmoid": 0.25}[activation] * np.linalg.norm(W, 2)
    return math.floor(math.log(share) / math.log(factor)) + 1 if factor < 1 else None


def to_the_nearest(W, activation, share):
    factor = {"tanh": 1.0, "sigmoid": 0.25}[activation] * np.linalg.norm(W, 2)
    return round(math.log(share) / math.log(factor)) if factor < 1 else None


def zeroing(W, activation, share):
    W[:] = 0
    return 1


@pytest.mark.parametrize("answer", [
    plus_one, zeroing, to_the_nearest, lambda W, a, s: [None][0], lambda W, a, s: 4, lambda W, a, s: math.inf,
    lambda W, a, s: "none", lambda W, a, s: counting(W, a, s) or 0, lambda W, a, s: counting(W, "tanh", s),
])
def test_promises_that_are_wrong(answer):
    assert check.guaranteed(answer).state == "wrong"


def test_a_crash_at_a_factor_of_one_is_named():
    def crashing(W, activation, share):
        factor = {"tanh": 1.0, "sigmoid": 0.25}[activation] * np.linalg.norm(W, 2)
        return math.ceil(math.log(share) / math.log(factor)) if factor <= 1 else None

    verdict = check.guaranteed(crashing)
    assert verdict.state == "wrong" and "ZeroDivisionError" in verdict.message and "in line" in verdict.message


def torch_clip(gradients, threshold):
    parameters = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_(parameters, threshold)
    return [parameter.grad for parameter in parameters]


def clip_in_place(gradients, threshold):
    norm = math.sqrt(sum(float((g * g).sum()) for g in gradients))
    if norm > threshold:
        for g in gradients:
            g *= threshold / norm
    return gradients


def clip_joined(gradients, threshold):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    return tuple(g if norm <= threshold else g / norm * threshold for g in gradients)


def clip_in_single(gradients, threshold):
    return [np.asarray(g, dtype=np.float32) for g in clip_joined([g.astype(np.float32) for g in gradients], threshold)]


@pytest.mark.parametrize("answer", [
    torch_clip, clip_in_place, clip_joined, clip_in_single,
    lambda gradients, threshold: [g.tolist() for g in clip_joined(gradients, threshold)],
])
def test_clippings_that_are_right(answer):
    assert check.clip_all(answer), check.clip_all(answer)


def norm_of(gradients):
    return np.sqrt(sum(np.sum(g**2) for g in gradients)) or 1.0


@pytest.mark.parametrize("answer", [
    lambda gs, theta: [g / norm_of(gs) for g in gs],
    lambda gs, theta: [g * theta**2 / norm_of(gs) if norm_of(gs) > theta else g for g in gs],
    lambda gs, theta: [g / norm_of(gs) if norm_of(gs) > 1 else g for g in gs],
    lambda gs, theta: [g * theta / norm_of(gs) if norm_of(gs) ** 2 > theta else g for g in gs],
    lambda gs, theta: [0 * g for g in gs], lambda gs, theta: gs[:1],
    lambda gs, theta: np.concatenate([g.ravel() for g in gs]),
    lambda gs, theta: [], lambda gs, theta: [g * min(1, theta) for g in gs], lambda gs, theta: [None for g in gs],
    lambda gs, theta: [np.minimum(g, theta) for g in gs],
])  # fmt: skip
def test_clippings_that_are_wrong(answer):
    assert check.clip_all(answer).state == "wrong"


@pytest.mark.parametrize("given", [
    {"start": "orthogonal", "rho": 1.5, "size": 0.5},
    {"start": "orthogonal", "activation": "tanh", "rho": np.float32(1.5), "size": np.float64(0.5)},
])
def test_controls_that_are_right(given):
    assert check.keep_alive(given), check.keep_alive(given)


@pytest.mark.parametrize("given", [{"spectral_radius": 1.5}, {"rho": 7}, {"start": "none"}, 1.5, [1.5], "rho", {}])
def test_controls_that_are_wrong(given):
    assert check.keep_alive(given).state == "wrong"
    assert "Error" not in check.keep_alive(given).message


@pytest.mark.parametrize(("given", "says"), [
    ({"rho": 1.5, "size": ...}, "There is no value for size yet."), ({"rho": 7}, "Control 'rho' goes from"),
])
def test_controls_hear_a_whole_sentence(given, says):
    said = check.keep_alive(given).message
    assert says in said and said.endswith(".")


def test_a_forgotten_return_is_told_so():
    def no_return(gradients, threshold):
        scale = threshold / max(norm_of(gradients), threshold)
        [scale * g for g in gradients]

    verdict = check.clip_all(no_return)
    assert verdict.state == "wrong" and "return" in verdict.message
