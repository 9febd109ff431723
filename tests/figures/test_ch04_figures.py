"""The figures of chapter 04 against what they were drawn from."""

import numpy as np
import pytest

from helpers.bptt import lstm_bptt, rnn_bptt
from helpers.cells import RNNParams
from helpers.figures.cell_path import DRAWS, TYPICAL_LSTM, TYPICAL_TANH, H, T, lstm_draw
from helpers.live import load
from helpers.params import orthogonal, with_forget_bias
from helpers.sequence import lstm, rnn


@pytest.fixture(scope="module")
def drawn():
    """The figure, its input at the default scale, and the error at the last step."""
    figure = load("cell_path")
    consts = figure.build_consts(figure.float_consts())
    at_end = np.zeros((T, 1, H))
    at_end[-1] = consts["error"][0]
    return figure, 0.5 * consts["x"], at_end


def the_most_typical(sizes):
    """The draw (a row of sizes) whose rank stays nearest the middle in every column."""
    ranks = np.argsort(np.argsort(sizes, axis=0), axis=0) + 0.5
    return int(np.argmin(np.abs(ranks / len(sizes) - 0.5).max(axis=1)))


def test_the_lstm_of_cell_path_is_the_most_typical_draw(drawn):
    figure, x, at_end = drawn

    def whole(k, bias, gain):
        draw = lstm_draw(k)
        params = with_forget_bias(draw._replace(W_h=gain * draw.W_h), bias)
        return lstm_bptt(params, x, lstm(params, x), at_end).norm_c[0]

    settings = [(bias, gain) for bias in (0.0, 1.0, 4.0) for gain in (1, 3, 5)]
    sizes = [[whole(k, *setting) for setting in settings] for k in range(DRAWS)]
    assert the_most_typical(sizes) == TYPICAL_LSTM
    np.testing.assert_allclose(sizes[TYPICAL_LSTM][-1], figure.run(forget_bias=4, gain=5)["cell_first"], rtol=1e-6)


def test_the_tanh_network_of_cell_path_is_the_most_typical_draw(drawn):
    figure, x, at_end = drawn
    W_x = lstm_draw(TYPICAL_LSTM).W_x[:, 2 * H : 3 * H]

    def left(seed, gain):
        params = RNNParams(W_x, gain * orthogonal(H, 1.0, seed=seed), np.zeros(H))
        return rnn_bptt(params, x, rnn(params, x), at_end).norm_h[0]

    sizes = [[left(seed, gain) for gain in (1, 2, 3, 4, 5)] for seed in range(DRAWS)]
    assert the_most_typical(sizes) == TYPICAL_TANH
    np.testing.assert_allclose(sizes[TYPICAL_TANH][-1], figure.run(gain=5)["tanh_first"], rtol=1e-6)
