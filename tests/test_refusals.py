"""Everyday calls that once gave an obscure error, a raw one, or a silently wrong result."""

import numpy as np
import pytest
import torch

from helpers import bptt, cells, clipping, crowd, gates, jacobians, lags, models, params, plots, sequence, tasks, text
from helpers.tables import Comparison
from helpers.training import fit

torch.set_num_threads(1)
RNN, LSTM, GRU = params.rnn_params(3, 4), params.lstm_params(3, 4), params.gru_params(3, 4)
MINGRU = params.mingru_params(3, 4)
OPPOSED = RNN._replace(W_x=np.asarray([[9.0] * 4, [-9.0] * 4]))
X, UP = np.ones((5, 2, 3)), np.ones((5, 2, 4))
TRACE, LSTM_TRACE = sequence.rnn(RNN, X), sequence.lstm(LSTM, X)
TERMS = lags.lag_gradients(lags.lag_signals(RNN, TRACE, UP))


def test_numbers_lists_and_ranges_are_arrays():
    assert list(plots.lines({"a": range(3)}, x=range(3)).data[0].x) == [0, 1, 2]
    assert "1.5 (1 to 2)" in Comparison(rows={"a": {"b": [1, 2]}}, differs="x", equal="y",
                                        seeds=range(2))._repr_markdown_()
    assert cells.sigmoid(0.5) == pytest.approx(1 / (1 + np.exp(-0.5)))
    np.testing.assert_allclose(cells.softmax([0, 0]), [0.5, 0.5])
    assert bptt.cross_entropy([[0.0, -np.inf]], [0])[0] == 0.0
    assert bptt.cross_entropy(torch.zeros(1, 2), [1])[0].item() == pytest.approx(np.log(2))


@pytest.mark.parametrize("library", [lambda a: a, torch.as_tensor])
def test_float32_stays_float32_under_chrono_biases(library):
    single = LSTM._replace(**{k: library(getattr(LSTM, k).astype(np.float32)) for k in ("W_x", "W_h", "b")})
    started = params.with_chrono(single, 10)
    assert started.b.dtype == single.b.dtype
    assert sequence.lstm(started, library(X.astype(np.float32))).h.dtype == single.b.dtype


def test_a_logit_of_minus_infinity_has_the_loss_of_torch():
    scores = np.asarray([[0.0, -np.inf], [1.0, 2.0]])
    loss, grad = bptt.cross_entropy(scores, np.asarray([0, 1]))
    want = torch.as_tensor(scores).requires_grad_()
    torch.nn.functional.cross_entropy(want, torch.tensor([0, 1])).backward()
    assert loss == pytest.approx(torch.nn.functional.cross_entropy(want, torch.tensor([0, 1])).item())
    np.testing.assert_allclose(grad, want.grad)


def test_clipping_at_any_size():
    np.testing.assert_allclose(clipping.clip_by_norm(np.float32([3e19, 4e19]), 1.0), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(clipping.clip_by_norm(np.asarray([1.5e308, 1.5e308]), 1.0), np.full(2, 0.5**0.5))
    np.testing.assert_array_equal(clipping.clip_by_norm(np.asarray([3.0, 0.0]), np.inf), [3.0, 0.0])
    np.testing.assert_array_equal(clipping.clip_by_norm(np.zeros(2), 1.0), np.zeros(2))


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_spectra_at_any_size(scale):
    assert jacobians.largest_singular_value(scale * np.eye(2)) == pytest.approx(scale)
    assert jacobians.spectral_radius(scale * np.eye(2)) == pytest.approx(scale)
    assert jacobians.spectral_radius(jacobians.scaled_to_radius(scale * np.eye(2), 0.9)) == pytest.approx(0.9)


@pytest.mark.parametrize("answer", [True, np.True_, torch.tensor(True)])
def test_training_stops_at_any_true(answer):
    batch, loss = lambda rng: (torch.ones(2, 1), torch.ones(2, 1)), torch.nn.functional.mse_loss
    history = fit(torch.nn.Linear(1, 1), batch, 9, loss=loss, every=1, callback=lambda *_: answer)
    assert len(history.step) == 1


def test_the_way_back_of_a_bidirectional_layer_has_one_name():
    seen = gates.inspect(torch.nn.GRU(3, 4, bidirectional=True), X)
    assert seen[0, "forward"] is seen[0] is not seen[0, "reverse"]
    with pytest.raises(KeyError, match="no layer 0 running 'backward'"):
        seen[0, "backward"]


def test_bits_of_a_stateful_model_leave_its_state():
    torch.manual_seed(0)
    model = models.CharModel("gru", 3, 96, stateful=True)
    model(torch.ones(4, 7, dtype=torch.int64))
    before, fresh = model.state, models.CharModel("gru", 3, 96)
    fresh.load_state_dict(model.state_dict())
    codes = np.arange(61)
    assert models.bits_per_character(model, codes, 3) == pytest.approx(models.bits_per_character(fresh, codes, 3))
    assert model.state is before


def test_half_precision_is_inspected():
    module = torch.nn.LSTM(3, 4).to(torch.bfloat16)
    assert gates.inspect(module, torch.ones(5, 2, 3, dtype=torch.bfloat16)).output.dtype == np.float64


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: sequence.lstm(LSTM, torch.ones(5, 2, 3)), TypeError, "W_x: expected a torch tensor as x is"),
        (lambda: sequence.rnn(RNN, X * np.inf), ValueError, "x: expected finite numbers, got infinity"),
        (lambda: sequence.rnn(OPPOSED, np.full((5, 2, 2), 1e308)), FloatingPointError, "x @ W_x overflows"),
        (lambda: bptt.cross_entropy(np.zeros((2, 3)), [0.5, 1.2]), TypeError, "targets: expected integers"),
        (lambda: clipping.clip_by_norm(X, -1), ValueError, "threshold: expected a number above 0"),
        (lambda: fit(torch.nn.Linear(1, 1), len, 1, loss=len, clip=-1), ValueError, "clip: expected a number above 0"),
        (lambda: jacobians.log_norm_products(np.full((3, 2, 2), np.inf)), ValueError, "jacobians: .* infinity in 12"),
        (lambda: jacobians.log_norm_products(np.ones((0, 2, 2))), ValueError, "jacobians: .* none empty"),
        (lambda: gates.backpropagate(gates.inspect(torch.nn.RNN(3, 4), X), UP, np.ones((1, 1, 4))), ValueError,
         r"grad_last: expected shape \(1, 2, 4\), got \(1, 1, 4\)"),
        (lambda: lags.truncated_gradients(TERMS, np.zeros(5, int)), ValueError, "reached: expected from 1 to 5 lags"),
        (lambda: lags.reach(6, 2.5), ValueError, "window: expected a whole number"),
        (lambda: text.ngram_loss(np.arange(9), np.arange(2), 1), ValueError, "valid: expected at least 3 characters"),
        (lambda: bptt.rnn_bptt(RNN, X, LSTM_TRACE, UP), TypeError, "trace: expected RNNStep, got LSTMStep"),
        (lambda: bptt.gru_bptt(GRU, X, LSTM_TRACE, UP), TypeError, "trace: expected GRUStep, got LSTMStep"),
        (lambda: sequence.gru(MINGRU, X), TypeError, "params: expected GRUParams, got MinGRUParams"),
        (lambda: sequence.mingru(MINGRU._replace(W_x=np.ones((3, 7))), X), ValueError,
         r"MinGRUParams.W_x: expected shape \(D, 6\), got \(3, 7\)"),
        (lambda: sequence.mingru(MINGRU._replace(b=np.ones(7)), X), ValueError,
         r"MinGRUParams.b: expected shape \(8,\)"),
        (lambda: params.to_torch(MINGRU), TypeError, "a cell that torch.nn has, got MinGRUParams"),
        (lambda: models.CharModel("mingru"), ValueError, "cell: expected one of rnn, lstm, gru; got 'mingru'"),
        (lambda: models.LastStep("mingru", 2, 3, 1), ValueError, "cell: expected one of rnn, irnn, lstm; got 'mingru'"),
        (lambda: crowd.train_crowd(crowd.Crowd(crowd.members("normal", 1, 2, 1, [0])), len, 0, loss=len), ValueError,
         "steps: .* at least 1"),
        (lambda: tasks.adding(20, 2.0, np.random.default_rng(0)), ValueError, "batch: expected a whole number"),
        (lambda: lags.lag_signals(RNN, TRACE, UP, h0=np.zeros(4)), ValueError, r"h0: expected shape \(2, 4\)"),
        (lambda: plots.lines([1, 2, 3]), TypeError, "series: expected a dict"),
        (lambda: plots.stacked({}), ValueError, "panels: expected at least one"),
        (lambda: plots.heatmap(np.ones((2, 3)), x=[1]), ValueError, "x: expected 3 positions"),
        (lambda: params.with_forget_bias(LSTM, [1, 2, 3]), ValueError, r"value: expected shape \(4,\), got \(3,\)"),
        (lambda: gates.inspect(torch.nn.LSTM(3, 4, device="meta"), X), ValueError, "device meta"),
        (lambda: gates.inspect(torch.nn.LSTM(3, 4), torch.ones(5, 2, 3, device="meta")), ValueError, "x: .* meta"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(call, error, says):
    with pytest.raises(error, match=says):
        call()
