"""Chapter 08: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import numpy as np
import pytest
import torch

from helpers.checks import ch08 as check


def error_by_loop(train, test, forecast, season):
    total = sum(abs(a - b) for a, b in zip(test, forecast, strict=True)) / len(test)
    steps = range(season, len(train))
    return total / (sum(abs(train[t] - train[t - season]) for t in steps) / len(steps))


def error_by_torch(train, test, forecast, season):
    train, test, forecast = (torch.tensor(a) for a in (train, test, forecast))
    return torch.nn.functional.l1_loss(forecast, test) / torch.nn.functional.l1_loss(train[season:], train[:-season])


@pytest.mark.parametrize("answer", [error_by_loop, error_by_torch, lambda *a: np.float32(error_by_loop(*a))])
def test_errors_that_are_right(answer):
    assert check.scaled_error(answer), check.scaled_error(answer)


@pytest.mark.parametrize("answer", [
    lambda train, test, forecast, season: error_by_loop(train, test, forecast, 1),
    lambda train, test, forecast, season: error_by_loop(test, train, train, 1) if len(test) > 1 else 0.0,
    lambda train, test, forecast, season: error_by_loop(train, test, forecast, season) * (1 - season / len(train)),
    lambda train, test, forecast, season: error_by_loop(train, forecast, forecast, season),
    lambda train, test, forecast, season: np.median(np.abs(test - forecast)) / np.abs(np.diff(train)).mean(),
    lambda train, test, forecast, season: np.abs((test - forecast) / test).mean(),
    lambda train, test, forecast, season: -error_by_loop(train, test, forecast, season),
    lambda train, test, forecast, season: error_by_loop(np.concatenate([train, test]), test, forecast, season),
    lambda train, test, forecast, season: error_by_loop(train, test, forecast, season) * np.nan,
])  # fmt: skip
def test_errors_that_are_wrong(answer):
    assert check.scaled_error(answer).state == "wrong"


def windows_by_loop(y, length, ahead, cut):
    windows, targets = [], []
    for end in range(len(y)):
        if end - length + 1 >= 0 and end + ahead < cut:
            windows.append(y[end - length + 1 : end + 1])
            targets.append(y[end + ahead])
    return windows, targets


def windows_by_view(y, length, ahead, cut):
    known = y[:cut]
    windows = np.lib.stride_tricks.sliding_window_view(known, length)
    return windows[: len(windows) - ahead], known[length - 1 + ahead :]


def windows_by_unfold(y, length, ahead, cut):
    known = torch.tensor(y[:cut])
    return known.unfold(0, length, 1)[:-ahead], known[length + ahead - 1 :]


@pytest.mark.parametrize("answer", [windows_by_loop, windows_by_view, windows_by_unfold])
def test_windows_that_are_right(answer):
    assert check.before_the_cut(answer), check.before_the_cut(answer)


@pytest.mark.parametrize("answer", [
    lambda y, length, ahead, cut: windows_by_loop(y, length, 1, cut),
    lambda y, length, ahead, cut: windows_by_loop(y, length, ahead, len(y)),
    lambda y, length, ahead, cut: windows_by_loop(y, length, ahead, cut - 1),
    lambda y, length, ahead, cut: windows_by_loop(y[::-1], length, ahead, cut),
    lambda y, length, ahead, cut: windows_by_loop(y, length, ahead, cut)[::-1],
    lambda y, length, ahead, cut: windows_by_loop(y, length, ahead, cut)[0],
    lambda y, length, ahead, cut: tuple(np.array(a)[::-1] for a in windows_by_loop(y, length, ahead, cut)),
    lambda y, length, ahead, cut: tuple(np.array(a)[:1] for a in windows_by_loop(y, length, ahead, cut)),
])  # fmt: skip
def test_windows_that_are_wrong(answer):
    assert check.before_the_cut(answer).state == "wrong"


def captioner_of_torch(W_xh, W_hh, W_ih, b, x, v):
    """torch's own layer, with the image beside each input."""
    module = torch.nn.RNN(len(W_xh) + len(W_ih), len(b), dtype=torch.float64)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", np.concatenate([W_xh, W_ih]).T), ("weight_hh_l0", W_hh.T),
                            ("bias_ih_l0", b), ("bias_hh_l0", 0 * b)):
            getattr(module, name).copy_(torch.tensor(value.copy()))
        return module(torch.tensor(np.concatenate([x, np.broadcast_to(v, (len(x), *v.shape))], axis=-1)))[0]


def captioner_one_by_one(W_xh, W_hh, W_ih, b, x, v):
    out = np.zeros((*x.shape[:2], len(b)))
    for k in range(x.shape[1]):
        h = np.zeros(len(b))
        for t in range(len(x)):
            h = np.tanh(W_xh.T @ x[t, k] + W_hh.T @ h + W_ih.T @ v[k] + b)
            out[t, k] = h
    return out


@pytest.mark.parametrize("answer", [captioner_of_torch, captioner_one_by_one,
                                    lambda *a: captioner_one_by_one(*a).astype(np.float32).tolist()])  # fmt: skip
def test_captioners_that_are_right(answer):
    assert check.image_every_step(answer), check.image_every_step(answer)


@pytest.mark.parametrize("change", [
    lambda W_xh, W_hh, W_ih, b, x, v: (W_xh, W_hh.T, W_ih, b, x, v),
    lambda W_xh, W_hh, W_ih, b, x, v: (W_xh, W_hh, W_ih, b, x, v[:1] + 0 * v),
    lambda W_xh, W_hh, W_ih, b, x, v: (W_xh, W_hh, W_ih, b, x[::-1], v),
    lambda W_xh, W_hh, W_ih, b, x, v: (W_xh, W_hh, 2 * W_ih, b, x, v),
    lambda W_xh, W_hh, W_ih, b, x, v: (W_xh, W_hh, W_ih, 2 * b, x, v),
    lambda W_xh, W_hh, W_ih, b, x, v: (0 * W_xh, W_hh, W_ih, b, x, v),
    lambda W_xh, W_hh, W_ih, b, x, v: (W_xh, W_hh, np.tanh(W_ih), b, x, v),
    lambda W_xh, W_hh, W_ih, b, x, v: (W_xh, W_hh, W_ih, b, x[:1], v),
])  # fmt: skip
def test_captioners_that_are_wrong(change):
    assert check.image_every_step(lambda *given: captioner_one_by_one(*change(*given))).state == "wrong"


def gradients_by_autograd(da, v, W_ih):
    v, W_ih = (torch.tensor(a, requires_grad=True) for a in (v, W_ih))
    (torch.tensor(da) * (v @ W_ih)).sum().backward()
    return W_ih.grad, v.grad


def gradients_by_einsum(da, v, W_ih):
    return np.einsum("tbh,bi->ih", da, v), np.einsum("tbh,ih->bi", da, W_ih)


@pytest.mark.parametrize("answer", [gradients_by_autograd, gradients_by_einsum,
                                    lambda *a: [g.tolist() for g in gradients_by_einsum(*a)]])  # fmt: skip
def test_gradients_that_are_right(answer):
    assert check.image_gradient(answer), check.image_gradient(answer)


@pytest.mark.parametrize("answer", [
    lambda da, v, W_ih: gradients_by_einsum(da, v, W_ih)[0],
    lambda da, v, W_ih: gradients_by_einsum(da, v, W_ih)[::-1],
    lambda da, v, W_ih: gradients_by_einsum(da[1:], v, W_ih),
    lambda da, v, W_ih: (gradients_by_einsum(da, v, W_ih)[0].T, gradients_by_einsum(da, v, W_ih)[1]),
    lambda da, v, W_ih: (v.T @ da[0], da.sum(axis=0) @ W_ih.T),
    lambda da, v, W_ih: (v.T @ da.sum(axis=0), da[-1] @ W_ih.T),
    lambda da, v, W_ih: (v.mean() * da.sum(axis=0), v),
    lambda da, v, W_ih: tuple(g / len(v) for g in gradients_by_einsum(da, v, W_ih)) if len(v) > 1 else (v, v),
])  # fmt: skip
def test_gradients_that_are_wrong(answer):
    assert check.image_gradient(answer).state == "wrong"


def test_the_size_of_the_captioner():
    for given in (4404, "4,404", "4 404", 4404.0):
        assert check.captioner_size(given), given
    for given in (2356, 3744, 4352, 4384, 4372, 3380, 3764, 4436, 4405, 0):
        assert check.captioner_size(given).state == "wrong", given
