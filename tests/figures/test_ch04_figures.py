"""The figures of chapter 04 against what they were drawn from."""

import numpy as np
import pytest

from helpers.bptt import rnn_bptt
from helpers.cells import RNNParams
from helpers.figures.cell_path import H
from helpers.live import load
from helpers.params import orthogonal
from helpers.sequence import rnn


@pytest.mark.parametrize("gain", [2, 3, 4, 5, 6])
def test_the_tanh_network_of_cell_path_is_no_outlier(gain):
    """Its gradient after 100 steps lies among the middle four fifths of those of other orthogonal matrices."""
    figure = load("cell_path")
    consts = figure.build_consts(figure.float_consts())
    candidate, error = slice(2 * H, 3 * H), np.zeros((100, 1, H))
    error[-1] = consts["error"][0]

    def left(W_h):
        params = RNNParams(0.5 * consts["lstm"].W_x[:, candidate], gain * W_h, np.zeros(H))
        return rnn_bptt(params, consts["x"], rnn(params, consts["x"]), error).norm_h[0]

    ours, others = left(consts["W_tanh"]), [left(orthogonal(H, 1.0, seed=seed)) for seed in range(40)]
    np.testing.assert_allclose(ours, figure.run(gain=gain, input_scale=0.5)["tanh_first"], rtol=1e-6)
    assert 0.1 <= np.mean(np.less(others, ours)) <= 0.9
    above_one = np.mean(np.greater(others, 1.0))  # what the chapter says of them
    assert above_one > 0.5 if gain == 3 else above_one < 0.2 if gain == 6 else True
