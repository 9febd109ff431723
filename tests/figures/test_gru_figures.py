"""The figures of one GRU cell against torch, the ONNX standard, and the formulas of the papers."""

import numpy as np
import pytest
import torch

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
