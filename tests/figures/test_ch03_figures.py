"""The figures of chapter 03 against the SVD, against backpropagation through time, and against their own claims."""

import numpy as np
import pytest

from helpers.bptt import rnn_bptt
from helpers.cells import RNNParams
from helpers.figures.clipping_cliff import UNROLLED, loss_and_gradient
from helpers.figures.gradient_norms import STARTS
from helpers.jacobians import chain, rnn_jacobians
from helpers.live import load
from helpers.sequence import rnn


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("activation", "size"), [("tanh", 0.5), ("sigmoid", 1.0), ("linear", 0.5), ("tanh", 2.0)])
def test_gradient_norms_agree_with_the_svd(start, activation, size):
    figure = load("gradient_norms")
    arrays, K = figure.run(start=start, activation=activation, size=size, rho=1.1), figure.float_consts()
    params = RNNParams(K["eye"], 1.1 * K["W"][STARTS.index(start)], K["zero"])
    jacobians = rnn_jacobians(params, rnn(params, size * K["x"], activation=activation), activation)[:, 0]
    product, best, typical = np.eye(12), [0.0], [0.0]
    for J in jacobians[::-1]:
        product = J @ product
        best.append(np.log10(np.linalg.norm(product, 2)))
        typical.append(np.log10(np.linalg.norm(product) / np.sqrt(12)))
    # six squarings: at most (n-1) / (2e m) = 3.2 % low, 0.014 in the logarithm; below the panel the line is cut
    np.testing.assert_allclose(arrays["best"], np.maximum(best, -32), atol=0.015)
    np.testing.assert_allclose(arrays["typical"], np.maximum(typical, -32), atol=1e-9)


def test_gradient_norms_stay_below_the_bound():
    figure = load("gradient_norms")
    for variant in figure.variants():
        for rho in (0.3, 0.9, 1.6):
            arrays = figure.run(rho=rho, **variant)
            assert np.all(arrays["best"] <= np.maximum(arrays["bound"], -32) + 1e-9), variant


@pytest.mark.parametrize(("rho", "c", "n"), [(0.9, 1.15, 8), (0.5, 2.0, 8), (1.1, 0.0, 5), (0.8, 1.0, 1)])
def test_non_normal_powers_agree_with_the_svd(rho, c, n):
    arrays, W = load("non_normal").run(rho=rho, c=c, n=n, k=3), chain(n, rho, c)
    powers = [np.log10(np.linalg.norm(np.linalg.matrix_power(W, t), 2)) for t in (0, 1, 10, 60, 160)]
    np.testing.assert_allclose(arrays["norm"][[0, 1, 10, 60, 160]], powers, atol=0.03)
    assert arrays["s_max"] == pytest.approx(np.linalg.norm(W, 2), rel=3e-3)
    circle = np.stack([np.cos(0.5 * np.pi * np.arange(2)), np.sin(0.5 * np.pi * np.arange(2))], axis=1)
    ellipse = circle @ np.linalg.matrix_power(chain(2, rho, c), 3)
    got = np.stack([arrays["ellipse_x"], arrays["ellipse_y"]], axis=1)[[0, 18]]
    np.testing.assert_allclose(got, ellipse, atol=1e-12)


@pytest.mark.parametrize("steps", [int(n) for n in UNROLLED])
def test_cliff_loss_and_gradient_agree_with_bptt(steps):
    for w, b in ((5.0, -1.8), (4.2, -2.1), (3.0, -0.6)):
        params = RNNParams(np.zeros((1, 1)), np.array([[w]]), np.array([b]))
        x, h0 = np.zeros((steps, 1, 1)), np.array([[1 / (1 + np.exp(-0.5))]])
        trace = rnn(params, x, h0, activation="sigmoid")
        grad_h = np.zeros_like(trace.h)
        grad_h[-1] = 2 * (trace.h[-1] - 0.7)
        grads = rnn_bptt(params, x, trace, grad_h, h0, activation="sigmoid")
        loss, by_w, by_b = loss_and_gradient(np.array([w]), np.array([b]), steps)
        np.testing.assert_allclose(loss, (trace.h[-1, 0] - 0.7) ** 2)
        np.testing.assert_allclose([by_w, by_b], [grads.params.W_h[0], grads.params.b], rtol=1e-9)


def test_cliff_caption():
    figure = load("clipping_cliff")
    shown, no_cliff, high = figure.run(), figure.run(steps="5"), figure.run(threshold=30)
    assert shown["longest"] > 10 and shown["free_loss"] > 0.05 and shown["clipped_loss"] < 1e-3
    np.testing.assert_allclose(no_cliff["free_w"], no_cliff["clipped_w"], atol=0.05)
    assert high["clipped_loss"] > 0.05


@pytest.mark.parametrize(("name", "controls", "met"), [
    ("activation_slopes", {"activation": "sigmoid", "w": 4, "a": 0, "k": 30}, "held"),
    ("activation_slopes", {"activation": "tanh", "w": 2.4, "a": 1, "k": 30}, "held_off_centre"),
    ("gradient_norms", {"start": "orthogonal", "rho": 1.5, "size": 0.5}, "kept"),
    ("gradient_norms", {"start": "orthogonal", "rho": 1.2, "size": 0.8}, "fooled"),
    ("non_normal", {"rho": 0.8, "c": 1.9, "n": 8}, "million"),
    ("clipping_cliff", {"w": 5.5, "b": -2.5, "rate": 0.5}, "rescued"),
])
def test_challenges_can_be_met_and_are_not_met_at_first(name, controls, met):
    figure = load(name)
    assert not figure.arrays()[met]
    assert figure.run(**controls)[met]


@pytest.mark.parametrize("name", ["activation_slopes", "non_normal", "gradient_norms", "clipping_cliff"])
def test_every_end_of_every_control_gives_finite_arrays(name):
    figure = load(name)
    for variant in figure.variants():
        for control in figure.controls:
            for value in control.ends():
                arrays = figure.run(**{**variant, control.name: value})
        figure.plot(arrays)
