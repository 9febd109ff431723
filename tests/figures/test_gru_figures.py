"""The figures of one GRU cell against torch, the ONNX standard, and the formulas of the papers."""

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from helpers.live import load
from helpers.params import to_torch

torch.set_num_threads(1)


@pytest.mark.parametrize("unit", [1, 2, 3, 4])
@pytest.mark.parametrize(("update_bias", "reset_bias", "input_scale"), [(0, 0, 1), (4, -8, 1), (-6, 12, 0.5)])
def test_gru_gates_agrees_with_torch(unit, update_bias, reset_bias, input_scale):
    figure = load("gru_gates")
    arrays = figure.run(unit=unit, step=48, update_bias=update_bias, reset_bias=reset_bias, input_scale=input_scale)
    consts = figure.build_consts(figure.float_consts())
    cell = to_torch(consts["params"])
    with torch.no_grad():
        cell.bias_hh_l0[:4] += reset_bias
        cell.bias_ih_l0[4:8] += update_bias
        h = cell(torch.tensor(input_scale * consts["x"]))[0][:, 0, unit - 1].numpy()
    np.testing.assert_allclose(arrays["h"], h, atol=1e-12)


def test_the_wires_of_gru_gates_meet_where_they_are_drawn_to_meet():
    """h is what is kept and what is written; the candidate is made of the input and of what it recalls."""
    figure = load("gru_gates")
    consts = figure.build_consts(figure.float_consts())
    names = ("x", "h_prev", "r", "z", "n", "u", "recalled", "kept", "write", "written", "h")
    for unit, step in ((1, 5), (2, 13), (3, 27), (4, 13), (4, 33)):
        now = dict(zip(names, figure.run(unit=unit, step=step)["now"], strict=True))
        w_x, b = consts["params"].W_x[0, 7 + unit], consts["params"].b[7 + unit]
        assert now["h"] == pytest.approx(now["kept"] + now["written"], abs=1e-14)
        assert now["n"] == pytest.approx(np.tanh(w_x * now["x"] + b + now["recalled"]), abs=1e-14)
        assert now["recalled"] == pytest.approx(now["r"] * now["u"], abs=1e-14)
        assert now["kept"] == pytest.approx(now["z"] * now["h_prev"], abs=1e-14)
        assert now["written"] == pytest.approx((1 - now["z"]) * now["n"], abs=1e-14)


SETTINGS = [{}, {"weights": 1, "b_hn": 1.0, "cross": 2.0}, {"weights": 6, "b_hn": -0.5, "reset": 2.0}]


def _parts(weights=3, cross=1.0, reset=1.0, b_hn=0.0):
    """W (6, 1), R (6, 2) and both biases of `gru_conventions`, rows in the order r, z, n; and its input."""
    consts = load("gru_conventions").float_consts()
    W, R, b = consts["W_x"][weights - 1].T.copy(), consts["W_h"][weights - 1].T.copy(), consts["b"][weights - 1].copy()
    for part in (W, R, b):
        part[:2] *= reset
    R[4, 1], R[5, 0] = cross * R[4, 1], cross * R[5, 0]
    return W, R, b, np.array([0, 0, 0, 0, b_hn, b_hn]), consts["x"]


def _onnx(W, R, b, b_h, x, reset_after):
    """The states (2, T) by the evaluator of the ONNX standard, whose gates stand in the order z, r, h."""
    order = [2, 3, 0, 1, 4, 5]
    inputs = {"X": x, "W": W[order][None], "R": R[order][None], "B": np.concatenate([b[order], b_h[order]])[None]}
    node = helper.make_node("GRU", list(inputs), ["Y"], hidden_size=2, linear_before_reset=int(reset_after))
    double = TensorProto.DOUBLE
    graph = helper.make_graph([node], "gru", [helper.make_tensor_value_info(n, double, v.shape) for n, v in
                                              inputs.items()], [helper.make_tensor_value_info("Y", double, None)])
    return ReferenceEvaluator(helper.make_model(graph)).run(None, inputs)[0][:, 0, 0].T


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("negated", [False, True])
def test_both_places_of_the_reset_agree_with_the_onnx_standard(settings, negated):
    arrays = load("gru_conventions").run(differs="reset", negated=negated, **settings)
    parts = _parts(**settings)
    np.testing.assert_allclose(arrays["torch"], _onnx(*parts, reset_after=True), atol=1e-12)
    for part in parts[:-1]:
        part[2:4] *= -1 if negated else 1
    np.testing.assert_allclose(arrays["other"], _onnx(*parts, reset_after=False), atol=1e-12)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(("differs", "reset_after"), [("update", True), ("both", False)])
def test_a_z_that_writes_agrees_with_its_formula(settings, differs, reset_after):
    """Chung et al. 2014: the new state is (1 - z) times the old one and z times the candidate."""
    W, R, b, b_h, x = _parts(**settings)
    sigma, h, states = lambda a: 1 / (1 + np.exp(-a)), np.zeros(2), []
    for now in x[:, 0]:
        r, z = (sigma(W[rows] @ now + b[rows] + R[rows] @ h) for rows in (slice(0, 2), slice(2, 4)))
        recalled = r * (R[4:] @ h + b_h[4:]) if reset_after else R[4:] @ (r * h) + b_h[4:]
        h = (1 - z) * h + z * np.tanh(W[4:] @ now + b[4:] + recalled)
        states.append(h)
    np.testing.assert_allclose(load("gru_conventions").run(differs=differs, **settings)["other"].T, states, atol=1e-12)


@pytest.mark.parametrize(("met", "state"), [
    ("alike", {"differs": "both", "negated": True, "cross": 0}),
    ("alike", {"differs": "both", "negated": True, "reset": 0}),
    ("far", {"differs": "reset", "cross": 2, "reset": 2}),
])  # fmt: skip
def test_the_challenges_of_gru_conventions_can_be_met(met, state):
    assert load("gru_conventions").run(**state)[met]


@pytest.mark.parametrize(("met", "state"), [
    ("forgets", {"unit": 1, "update_bias": -6}), ("goes_on", {"unit": 4, "reset_bias": 12}),
])  # fmt: skip
def test_the_challenges_of_gru_gates_can_be_met(met, state):
    assert load("gru_gates").run(**state)[met]
