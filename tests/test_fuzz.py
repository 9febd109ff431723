"""Every public function of the package with every kind of wrong argument: a right result, or an error that helps.

`python tests/test_fuzz.py` prints the counts. A call is right when its result holds no NaN, its arguments are as they
were, and it equals the call with the same numbers as float64 NumPy arrays. An error helps when it is raised on purpose
(by this package), is of a type that the docstring announces, and names an argument.
"""

import datetime
import importlib
import inspect
import pkgutil
import re
import sys
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

import helpers
from helpers import (
    bidirectional,
    captioner,
    char_lstm,
    copier,
    crowd,
    dates,
    digits,
    encoder_decoder,
    gates,
    lags,
    models,
    monitor,
    params,
    reviews,
    seq2seq,
    sequence,
    series,
    syntax,
)

PACKAGE = Path(helpers.__file__).parent
NOT_HERE = {"live"}  # the engine's, tested there

torch.set_num_threads(1)
RNN, LSTM, GRU = params.rnn_params(3, 4), params.lstm_params(3, 4), params.gru_params(3, 4)
MINGRU, MINLSTM = params.mingru_params(3, 4), params.minlstm_params(3, 4)
X, H, UP = (np.random.default_rng(k).normal(size=s) for k, s in enumerate([(5, 2, 3), (2, 4), (5, 2, 4)]))
TRACE = sequence.rnn(RNN, X)
SIGNALS = lags.lag_signals(RNN, TRACE, UP)
LENGTHS = np.asarray([5, 3])
READ = np.random.default_rng(3).integers(0, 4, size=(12, 2))
SOURCE = (np.arange(5)[:, None] < LENGTHS).tolist()
BOTH = bidirectional.bidirectional((RNN, RNN), X, LENGTHS)
MATRIX = np.asarray([[1.0, 2.0], [3.0, 5.0]])
RNG = lambda: np.random.default_rng(0)  # noqa: E731
TRANSLATOR = seq2seq.as_params(seq2seq.EncoderDecoder(3, 2, 4, 4, 2))
COIN = lambda state, symbol: (np.log([0.4, 0.6]), state)  # noqa: E731
CODES = np.arange(60)
READER = char_lstm.CharLSTM(params.lstm_params(97, 3), np.ones((3, 96)), np.zeros(96), 1.0)
PICTURES = np.random.default_rng(5).uniform(size=(3, 8, 8))
BITMAP = np.pad(np.eye(12), 10)
MONTHS = np.random.default_rng(6).normal(size=series.TEST.stop)
REVIEWS = reviews.draw(2, np.random.default_rng(7))
CAPTIONER = lambda: captioner.trained("every step")  # noqa: E731
MODULE = torch.nn.LSTM(3, 4, bidirectional=True).double()
SEEN = gates.inspect(MODULE, X)
CROWD = lambda: crowd.Crowd(crowd.members("normal", 2, 3, 1, [0, 1]))  # noqa: E731
TASK = lambda n, rng: (torch.ones(4, n, 2), torch.ones(n, 1))  # noqa: E731
EACH = lambda out, y: ((out - y) ** 2).sum(-1)  # noqa: E731
PAIR = lambda rng: (torch.ones(4, 2), torch.ones(4, 1))  # noqa: E731

# One call of each public function that is right: its arguments by name, drawn afresh.
CALLS = {
    "sigmoid": lambda: {"z": X},
    "softmax": lambda: {"z": X, "axis": -1},
    "log_softmax": lambda: {"z": X, "axis": -1},
    "rnn_step": lambda: {"params": RNN, "x": X[0], "h": H, "activation": "relu"},
    "lstm_step": lambda: {"params": LSTM, "x": X[0], "h": H, "c": H, "coupled": False},
    "gru_step": lambda: {"params": GRU, "x": X[0], "h": H, "reset_after": True},
    "mingru_step": lambda: {"params": MINGRU, "x": X[0], "h": H},
    "rnn": lambda: {"params": RNN, "x": X, "h0": H, "activation": "tanh"},
    "lstm": lambda: {"params": LSTM, "x": X, "h0": H, "c0": H, "coupled": True},
    "gru": lambda: {"params": GRU, "x": X, "h0": H, "reset_after": False},
    "minlstm_step": lambda: {"params": MINLSTM, "x": X[0], "h": H},
    "mingru": lambda: {"params": MINGRU, "x": X, "h0": H, "parallel": True},
    "minlstm": lambda: {"params": MINLSTM, "x": X, "h0": H, "parallel": False},
    "linear_recurrence": lambda: {"a": UP, "b": UP[::-1].copy(), "h0": H},
    "parallel_scan": lambda: {"a": UP, "b": UP[::-1].copy(), "h0": H},
    "combine": lambda: {"first": (X, X), "second": (X, X)},
    "linear_attention": lambda: {"q": X, "k": X, "v": UP},
    "delta_rule": lambda: {"q": X, "k": X, "v": UP, "beta": 0.5},
    "householder": lambda: {"v": X, "beta": 2.0},
    "householder_states": lambda: {"h0": H, "v": UP, "beta": 2.0},
    "additive_scores": lambda: {"query": H, "keys": X, "W_q": UP[0].T.copy(), "W_k": X[1].T.copy(), "v": MATRIX[0]},
    "dot_scores": lambda: {"query": H, "keys": UP},
    "general_scores": lambda: {"query": H, "keys": X, "W": RNN.W_x.T.copy()},
    "scaled_dot_scores": lambda: {"query": H, "keys": UP},
    "attention_weights": lambda: {"scores": X[:, :, 0], "mask": SOURCE},
    "attend": lambda: {"weights": X[:, :, 0], "values": UP},
    "attention": lambda: {"scores": X[:, :, 0], "values": UP, "mask": SOURCE},
    "self_attention": lambda: {"x": X, "W_q": RNN.W_x, "W_k": RNN.W_x, "W_v": RNN.W_x[:, :2], "causal": True},
    "rnn_bptt": lambda: {"params": RNN, "x": X, "trace": TRACE, "grad_h": UP, "h0": H, "activation": "tanh"},
    "lstm_bptt": lambda: {"params": LSTM, "x": X, "trace": sequence.lstm(LSTM, X), "grad_h": UP, "h0": H, "c0": H,
                          "coupled": False},
    "gru_bptt": lambda: {"params": GRU, "x": X, "trace": sequence.gru(GRU, X), "grad_h": UP, "h0": H,
                         "reset_after": True},
    "mingru_bptt": lambda: {"params": MINGRU, "x": X, "trace": sequence.mingru(MINGRU, X), "grad_h": UP, "h0": H,
                            "parallel": True},
    "reverse_within": lambda: {"x": X, "lengths": LENGTHS},
    "bidirectional": lambda: {"params": (RNN, RNN), "x": X, "lengths": LENGTHS},
    "bidirectional_bptt": lambda: {"params": (RNN, RNN), "x": X, "trace": BOTH, "grad_h": np.ones((5, 2, 8)),
                                   "lengths": LENGTHS},
    "cross_entropy": lambda: {"logits": X, "targets": np.ones((5, 2), int)},
    "rnn_jacobians": lambda: {"params": RNN, "trace": TRACE, "activation": "tanh"},
    "log_norm_products": lambda: {"jacobians": np.ones((3, 2, 2)), "norm": "spectral"},
    "scaled_products": lambda: {"jacobians": np.ones((3, 2, 2))},
    "largest_singular_value": lambda: {"matrix": MATRIX, "squarings": 4},
    "spectral_radius": lambda: {"matrix": MATRIX},
    "scaled_to_radius": lambda: {"matrix": MATRIX, "radius": 0.9},
    "norm_bound": lambda: {"matrix": MATRIX, "lags": np.arange(3.0), "activation": "tanh"},
    "chain": lambda: {"n": 3, "radius": 0.9, "coupling": 1.0},
    "lag_signals": lambda: {"params": RNN, "trace": TRACE, "grad_h": UP, "h0": H, "activation": "tanh"},
    "lag_norms": lambda: {"signals": SIGNALS},
    "lag_gradients": lambda: {"signals": SIGNALS},
    "reach": lambda: {"steps": 5, "window": np.asarray([2, 3]), "every": 1},
    "truncated_gradients": lambda: {"terms": lags.lag_gradients(SIGNALS), "reached": lags.reach(5, 2)},
    "clip_by_norm": lambda: {"gradient": X, "threshold": 0.5},
    "clip_by_value": lambda: {"gradient": X, "threshold": 0.5},
    "normal": lambda: {"shape": (2, 3), "scale": 1.0, "seed": 0},
    "uniform": lambda: {"shape": (2, 3), "limit": 1.0, "seed": 0},
    "orthogonal": lambda: {"n": 3, "gain": 1.0, "seed": 0},
    "identity": lambda: {"n": 3, "scale": 1.0},
    "rnn_params": lambda: {"D": 2, "H": 3, "seed": 0, "recurrent": "normal", "gain": 1.0},
    "lstm_params": lambda: {"D": 2, "H": 3, "seed": 0, "forget_bias": 1.0},
    "gru_params": lambda: {"D": 2, "H": 3, "seed": 0},
    "mingru_params": lambda: {"D": 2, "H": 3, "seed": 0},
    "minlstm_params": lambda: {"D": 2, "H": 3, "seed": 0},
    "with_forget_bias": lambda: {"params": LSTM, "value": np.ones(4)},
    "chrono_biases": lambda: {"H": 3, "t_max": 20.0, "seed": 0},
    "with_chrono": lambda: {"params": GRU, "t_max": 20.0, "seed": 0},
    "from_torch": lambda: {"module": MODULE, "layer": 0, "reverse": True},
    "to_torch": lambda: {"params": RNN, "activation": "relu"},
    "measured": lambda: {"name": "equal_parameters"},
    "kind_of": lambda: {"params": GRU},
    "kind_of_module": lambda: {"module": MODULE},
    "torch_modules": dict,
    "inspect": lambda: {"module": MODULE, "x": X, "state": (np.zeros((2, 2, 4)), np.zeros((2, 2, 4)))},
    "backpropagate": lambda: {"inspection": SEEN, "grad_output": np.ones((5, 2, 8)), "grad_last": np.ones((2, 2, 4))},
    "adding": lambda: {"length": 20, "batch": 2, "rng": RNG(), "form": "1997"},
    "adding_baseline": lambda: {"length": 20, "form": "unit"},
    "temporal_order": lambda: {"length": 10, "batch": 2, "rng": RNG()},
    "copy_memory": lambda: {"delay": 3, "batch": 2, "rng": RNG(), "symbols": 4, "span": 2},
    "copy_memory_baseline": lambda: {"delay": 3, "symbols": 4, "span": 2},
    "xor_batch": lambda: {"triples": 2, "B": 3},
    "source": lambda: {"module": "this"},
    "python_source": lambda: {"modules": ["this"], "held_out": ["antigravity"]},
    "text:encode": lambda: {"text": "def f():"},
    "text:decode": lambda: {"codes": CODES},
    "squeeze": lambda: {"codes": CODES},
    "windows": lambda: {"codes": CODES, "T": 4, "B": 2},
    "streams": lambda: {"codes": CODES, "T": 4, "B": 2},
    "ngram_loss": lambda: {"train": CODES, "valid": CODES, "n": 2, "strength": 5.0},
    "ngram_losses": lambda: {"train": CODES, "valid": CODES, "n": 2, "strengths": [1.0, 5.0]},
    "linear_recall": lambda: {"features": np.eye(4)[READ], "codes": READ, "k": 1, "asked": (READ < 3).tolist()},
    "table_recall": lambda: {"codes": READ, "k": 1, "asked": (READ < 3).tolist(), "n": 2},
    "color": lambda: {"name": "forget"},
    "figure": lambda: {"x_title": "x", "y_title": "y", "x_range": (0, 1), "y_range": None, "height": 300},
    "Curves": lambda: {"title": "How far?", "caption": "Here.", "x": [10, 20], "x_title": "length", "y_title": "error",
                       "rows": {"a": [[1.0, 2.0], [3.0]]}, "baselines": {"guess": [4.0, 5.0]}, "y_range": [0.5, 9.0],
                       "log_x": True, "log_y": True},
    "lines": lambda: {"series": {"a": X[:, 0, 0]}, "x": np.arange(5.0), "shape": "hv", "markers": True},
    "spread": lambda: {"panels": {"a": {"b": np.abs(X[:, 0, 0]), "c": np.ones(2)}}, "log": ["a"], "row_height": 20},
    "stacked": lambda: {"panels": {"a": X[:, 0, 0], "b": {"c": X[:, 0, 1]}}, "x": np.arange(5.0), "x_title": "t",
                        "y_ranges": {"a": (0, 1)}, "x_range": (0, 4), "panel_height": 100, "shape": "linear"},
    "heatmap": lambda: {"z": MATRIX, "x": [1.0, 2.0], "y": ["a", "b"], "name": "m", "z_range": (0, 9),
                        "diverging": True, "z_title": "z"},
    "bars": lambda: {"series": {"a": X[:, 0, 0]}, "x": list("abcde"), "barmode": "group"},
    "cursor": lambda: {"fig": go.Figure(), "x": 1.0, "name": "c", "low": 0.0, "high": 1.0, "yaxis": "y2"},
    "markdown": lambda: {"head": ["a", "b"], "rows": [["1", "2"]]},
    "Comparison": lambda: {"rows": {"a": {"c": 1.0}, "b": {"c": [1.0, 2.0]}}, "differs": "net", "equal": "data",
                           "seeds": [0, 1], "formats": {"c": ".3f"}},
    "powers_of_ten": lambda: {"low": -4, "high": 4, "step": 2},
    "show": lambda: {"fig": go.Figure(), "alt": "A plot.", "caption": ""},
    "fit": lambda: {"model": torch.nn.Linear(2, 1), "batch": PAIR, "steps": 2, "loss": torch.nn.functional.mse_loss,
                    "lr": 0.01, "clip": 1.0, "seed": 0, "every": 1, "callback": lambda *_: np.True_,
                    "optimizer": torch.optim.SGD},
    "CharModel": lambda: {"cell": "gru", "hidden": 3, "vocabulary": 96, "stateful": True},
    "CharModel.forward": lambda: {"self": models.CharModel("rnn", 3, 96), "codes": torch.ones(4, 2, dtype=torch.int64)},
    "Tagger": lambda: {"cell": "gru", "hidden": 3, "vocabulary": 97, "classes": 10, "bidirectional": True},
    "Tagger.forward": lambda: {"self": models.Tagger("rnn", 3), "codes": torch.ones(4, 2, dtype=torch.int64)},
    "Copier": lambda: {"context": "attention", "hidden": 3, "seed": 1},
    "Copier.forward": lambda: {"self": copier.Copier(hidden=3), "codes": torch.ones(4, 2, dtype=torch.int64)},
    "letters": lambda: {"length": 3, "batch": 2, "rng": torch.Generator()},
    "write": lambda: {"model": copier.Copier(hidden=3), "codes": torch.ones(4, 2, dtype=torch.int64)},
    "gradients_by_lag": lambda: {"model": copier.Copier(hidden=3), "codes": torch.ones(4, 2, dtype=torch.int64)},
    "corpus": lambda: {},
    "commonest": lambda: {"part": syntax.Labelled(CODES, CODES % 10), "codes": CODES[:9], "before": 1, "after": 1},
    "syntax:trained": lambda: {"net": "two-way"},
    "places": lambda: {"part": syntax.Labelled(CODES, CODES % 10)},
    "far": lambda: {"codes": CODES, "name": "column", "reach": 3},
    "stored": lambda: {"size": "small"},
    "char_lstm:trained": lambda: {"size": "small"},
    "char_lstm:encode": lambda: {"code": "x = 1"},
    "char_lstm:read": lambda: {"model": READER, "codes": CODES[:3]},
    "meanings": dict,
    "log_chances": lambda: {"model": READER, "h": np.zeros((2, 3))},
    "bits": lambda: {"model": READER, "codes": CODES[:3]},
    "part": lambda: {"date": datetime.date(2005, 3, 4)},
    "patterns": lambda: {"language": "German"},
    "months": lambda: {"language": "German"},
    "one_hot": lambda: {"text": "4. Mai"},
    "copier:trained": lambda: {"net": next(iter(copier.SHIPPED))},
    "digits:trained": lambda: {"cell": "GRU", "order": "pixels"},
    "digits:load": lambda: {"as_filed": True},
    "series:load": dict,
    "dates:encode": lambda: {"text": "4. Mai"},
    "dates:decode": lambda: {"codes": np.arange(12)},
    "dates:trained": lambda: {"net": "attention"},
    "dates:draw": lambda: {"n": 2, "rng": RNG(), "languages": ["German", "French"], "days": "test", "kind": "plain",
                           "shortest": 3, "longest": 40},
    "dates:read": lambda: {"params": dates.trained("attention"), "text": "4. Mai 2005"},
    "writer": lambda: {"params": dates.trained("attention"), "text": "4. Mai 2005"},
    "greedy": lambda: {"step": COIN, "state": None, "longest": 3, "end": 1},
    "beam_search": lambda: {"step": COIN, "state": None, "width": 2, "longest": 3, "end": 1},
    "as_encoder_decoder": lambda: {"params": TRANSLATOR},
    "remember": lambda: {"params": TRANSLATOR, "x": X, "lengths": LENGTHS},
    "write_step": lambda: {"params": TRANSLATOR, "memory": encoder_decoder.remember(TRANSLATOR, X), "s": H,
                           "y": np.eye(2), "mask": SOURCE},
    "EncoderDecoder": lambda: {"source": 3, "target": 2, "hidden": 4, "state": 3, "attention": 2, "seed": 0},
    "EncoderDecoder.forward": lambda: {"self": seq2seq.EncoderDecoder(3, 2, 4, 4, 2), "texts": (
        torch.ones(4, 2, dtype=torch.int64), torch.tensor([4, 2]), torch.ones(3, 2, dtype=torch.int64))},
    "as_params": lambda: {"model": seq2seq.EncoderDecoder(3, 2, 4, 4, 2)},
    "as_module": lambda: {"params": TRANSLATOR},
    "label": lambda: {"code": "x = 1"},
    "climatology": lambda: {"celsius": MONTHS},
    "anomalies": lambda: {"celsius": MONTHS},
    "naive": lambda: {"celsius": MONTHS, "ahead": 2},
    "seasonal_naive": lambda: {"celsius": MONTHS, "ahead": 13},
    "persistence": lambda: {"celsius": MONTHS, "ahead": 2},
    "autoregression": lambda: {"celsius": MONTHS, "ahead": 2, "lags": 3, "penalty": 0.1, "by_season": True},
    "mae": lambda: {"forecast": MONTHS + 1, "celsius": MONTHS, "span": "test"},
    "mase": lambda: {"forecast": MONTHS + 1, "celsius": MONTHS, "span": "validation"},
    "reviews:draw": lambda: {"n": 2, "rng": RNG(), "kinds": ["plain", "negated"], "longer": True},
    "string": lambda: {"rng": RNG()},
    "stream": lambda: {"length": 9, "rng": RNG(), "batch": 2},
    "codes": lambda: {"reviews": REVIEWS},
    "shuffled": lambda: {"reviews": REVIEWS, "rng": RNG()},
    "as_pixels": lambda: {"images": PICTURES},
    "as_rows": lambda: {"images": PICTURES},
    "blocks": lambda: {"bitmap": BITMAP},
    "framed": lambda: {"bitmap": BITMAP},
    "scores": lambda: {"reader": digits.trained("GRU", "rows"), "x": digits.as_rows(PICTURES)},
    "digits:read": lambda: {"reader": digits.trained("LSTM", "rows"), "x": digits.as_rows(PICTURES)},
    "captioner:trained": lambda: {"way": "output"},
    "TextClassifier": lambda: {"cell": "gru", "vocabulary": 9, "embedding": 2, "hidden": 3, "classes": 2},
    "TextClassifier.forward": lambda: {"self": models.TextClassifier("gru", 9, 2, 3), "texts": (
        torch.ones(4, 2, dtype=torch.int64), torch.tensor([4, 2]))},
    "measure": lambda: {"images": PICTURES},
    "captions": lambda: {"images": PICTURES, "labels": np.arange(3)},
    "to_codes": lambda: {"texts": ["a thin one ."]},
    "to_texts": lambda: {"codes": np.asarray([[1, 2], [6, 3], [0, 0]])},
    "look": lambda: {"params": CAPTIONER(), "images": PICTURES},
    "caption_step": lambda: {"params": CAPTIONER(), "x": np.eye(27)[:3], "s": np.zeros((3, 64)), "v": np.ones((3, 48))},
    "describe": lambda: {"params": CAPTIONER(), "way": "every step", "v": np.ones((2, 3, 48)), "follow": True},
    "stretches": lambda: {"part": syntax.Labelled(CODES, CODES % 10), "length": 20},
    "ElmanNet": lambda: {"hidden": 3},
    "ElmanNet.forward": lambda: {"self": models.ElmanNet(3), "x": torch.ones(4, 2, 1)},
    "LastStep": lambda: {"cell": "rnn", "inputs": 2, "hidden": 3, "outputs": 1, "start": "normal", "forget_bias": 1.0,
                         "seed": 0},
    "LastStep.forward": lambda: {"self": models.LastStep("rnn", 2, 3, 1), "x": torch.ones(4, 2, 2)},
    "Recurrent": lambda: {"params": LSTM, "coupled": True},
    "Recurrent.forward": lambda: {"self": models.Recurrent(GRU), "x": torch.ones(4, 2, 3)},
    "next_character_loss": lambda: {"output": (torch.zeros(4, 2, 5), None), "targets": torch.ones(4, 2).long()},
    "bits_per_character": lambda: {"model": models.CharModel("rnn", 3, 96, True), "codes": CODES, "rows": 3},
    "members": lambda: {"start": "normal", "inputs": 2, "hidden": 3, "outputs": 1, "seeds": [0, 1], "clip": 1.0,
                        "gain": 1.0, "scale": 0.1},
    "Crowd": lambda: {"members": crowd.members("normal", 2, 3, 1, [0, 1]), "activation": "tanh"},
    "Crowd.forward": lambda: {"self": CROWD(), "x": torch.ones(4, 2, 5, 2)},
    "train_crowd": lambda: {"crowd": CROWD(), "task": TASK, "steps": 2, "loss": EACH, "batch": 2, "lr": 0.01,
                            "adam": True, "seed": 0, "every": 1},
    "evaluate_crowd": lambda: {"crowd": CROWD(), "task": TASK, "score": EACH, "batch": 2, "seed": 0},
    "Monitor": lambda: {"model": torch.nn.GRU(2, 3), "every": 2},
    "Monitor.record": lambda: {"self": monitor.Monitor(torch.nn.GRU(2, 3)), "loss": 1.0},
    "Monitor.fit": lambda: {"self": monitor.Monitor(models.LastStep("rnn", 2, 3, 1)), "steps": 2,
                            "batch": lambda rng: (torch.ones(4, 2, 2), torch.ones(2, 1)),
                            "loss": torch.nn.functional.mse_loss},
    "Monitor.start": lambda: {"self": monitor.Monitor(torch.nn.GRU(2, 3)), "training": lambda: None},
}
NAN_STAYS = {"sigmoid", "reverse_within", "lines", "stacked", "heatmap", "bars", "cursor", "Monitor.record",
             "Crowd.forward", "ElmanNet.forward", "LastStep.forward", "naive", "seasonal_naive", "persistence",
             "autoregression", "as_pixels", "as_rows"}  # their docstrings say so
ANYTHING = {("fit", "label"), ("Monitor.start", "training"), ("inspect", "state")}  # see `wrong_values`

SCALARS = [
    None, True, np.True_, 0, 1, 2, -1, 3, 10**30, 0.0, 0.5, 2.0, 2.5, -1.5, np.nan, np.inf, -np.inf, 1e300, -1e300,
    1e-300, float(np.finfo(np.float32).max), np.float32(0.5), np.int64(2), 1j, np.complex128(2), "", "tanh", "nonsense",
    b"x", object(), len, {}, {"a": 1}, set(), (), [], [1], [1.0, 2.0], [[1.0], [2.0, 3.0]], ["a", "b"], [None],
    np.asarray(2), np.asarray(2.0), np.asarray(np.nan), torch.tensor(2.0), torch.tensor(2), np.zeros(0),
    np.zeros((0, 3)), np.ones(3),
    np.ones((2, 2)), np.ones((2, 3)), np.ones((3, 2, 2)), np.ones((5, 2, 3)), np.ones((5, 2, 4)), torch.ones(5, 2, 3),
    RNN, LSTM, GRU, MINGRU, TRACE, go.Figure(), torch.nn.Linear(2, 2), MODULE, np.random.default_rng(0),
]


@np.errstate(all="ignore")
def relatives(a):
    """The array `a` in every other form: the same numbers elsewhere, and what it should not be."""
    return list(_relatives(a))


def _relatives(a):
    flat = a.copy()
    flat.reshape(-1)[:1] = 2
    yield from (a.tolist(), a.astype(np.float32), a.astype(np.float16), np.asfortranarray(a), a[::-1].copy()[::-1])
    yield from (a.astype(int), a.astype(bool), a.astype(complex), a.astype(object), a.astype(str), a.astype(np.uint8))
    yield from (a[..., :0], a[:0], a[None], a[..., None], a[:1], a.T, a.reshape(-1), np.concatenate([a, a]))
    yield from (a * np.nan, *(np.where(flat == 2, bad, a) for bad in (np.inf, -np.inf, np.nan)))
    yield from (a * 1e300, a * 1e-300, a * np.finfo(np.float32).max, a * 0, -a, a * 1e308 * 1.7)
    real = torch.as_tensor(np.asarray(a, dtype=float))
    yield from (torch.as_tensor(a.copy()), real, real.float(), real.to(torch.bfloat16), real.clone().requires_grad_())
    yield from (real.to("meta"), real.to(torch.complex128), real.to_sparse() if real.ndim else real)


def wrong_values(name, key, right):
    """What to put in place of the argument `key`, whose right value is known."""
    if (name, key) in ANYTHING or key == "self":
        return
    function = callable(right)  # what a function of the caller's own raises is the caller's: it passes through
    yield from (v for v in SCALARS if not (function and callable(v)))
    if isinstance(right, np.ndarray):
        yield from relatives(right)
    if isinstance(right, torch.Tensor):
        for a in relatives(right.numpy()):
            yield a
            if isinstance(a, np.ndarray) and a.dtype.kind in "fiub":
                yield torch.as_tensor(np.ascontiguousarray(a))
    if isinstance(right, tuple) and hasattr(right, "_replace"):
        for field, value in right._asdict().items():
            for v in [*SCALARS[len(field) % 5 :: 5], *(relatives(value) if isinstance(value, np.ndarray) else ())]:
                yield right._replace(**{field: v})
        if all(isinstance(v, np.ndarray) for v in right):
            yield type(right)(*(torch.as_tensor(v) for v in right))
            yield type(right)(*(v.astype(np.float32) for v in right))
    if isinstance(right, dict):
        yield from (dict.fromkeys(right, v) for v in SCALARS)
        yield from ({key: next(iter(right.values()))} for key in (None, 1, 0.5, "a", (), True, len))
    if callable(right) and not isinstance(right, torch.nn.Module):
        yield from ((lambda *_, v=v, **__: v) for v in SCALARS if not (isinstance(v, (list, tuple)) and len(v) == 2))


def public():
    """Every function and class of the package that is public by its module's `__all__`: {name: function}.

    What several modules call by one name is here as `module:name`.
    """
    found = {}
    for info in pkgutil.iter_modules([str(PACKAGE)]):
        if info.ispkg or info.name.startswith("_") or info.name in NOT_HERE:
            continue
        module = importlib.import_module(f"helpers.{info.name}")
        for name in module.__all__:
            thing = getattr(module, name)
            record = isinstance(thing, type) and issubclass(thing, tuple)
            if callable(thing) and not record and thing.__module__.startswith("helpers"):
                found.setdefault(name, {})[info.name] = thing
    return {name if len(owners) == 1 else f"{module}:{name}": thing
            for name, owners in found.items() for module, thing in owners.items()}


FUNCTIONS = public()
METHODS = {name: getattr(FUNCTIONS[name.split(".")[0]], name.split(".")[1]) for name in CALLS if "." in name}


def announced(name, seen=()):
    """The names of the errors that the docstring of `name` speaks of, those of the functions it refers to included."""
    owner = name.split(".")[0]
    doc = " ".join((FUNCTIONS[owner].__doc__ or "").split())
    errors = set(re.findall(r"\b[A-Z]\w*Error\b", doc))
    for other in re.findall(r"as `(?:\w+\.)?(\w+)`", doc):
        for same in FUNCTIONS:
            if same.rpartition(":")[2] == other and same not in seen:
                errors |= announced(same, (*seen, name))
    return errors


def words(arguments):
    """What an error may name: the arguments, and the fields of those that are records."""
    found = {*arguments, *(("module",) if "modules" in arguments else ())}
    for value in arguments.values():
        found |= set(getattr(value, "_fields", ()))
    return found | {"h_0", "c_0", "W_h", "W_x", "b", "delta", "state", "recurrent", "readout", "inputs"}


def arrays(value):
    """The arrays and numbers inside a result."""
    if isinstance(value, go.Figure):
        value = [[t.x, t.y, getattr(t, "z", None)] for t in value.data]
    if isinstance(value, (torch.Tensor, np.ndarray, float, np.generic)):
        yield numpy(value)
    elif isinstance(value, dict):
        for v in value.values():
            yield from arrays(v)
    elif isinstance(value, (tuple, list)):
        for v in value:
            yield from arrays(v)


def numpy(value):
    """An array or number as NumPy, bfloat16 as float64."""
    if isinstance(value, torch.Tensor):
        value = value.detach().double() if value.dtype == torch.bfloat16 else value.detach()
    return np.asarray(value)


def copies(value):
    return [np.array(a, copy=True) for a in arrays(value)]


def run(name, arguments):
    """("right" or "refused" or a fault, the result)."""
    function = FUNCTIONS[name] if name in FUNCTIONS else METHODS[name]
    before = None if name in ("cursor", "figure") else safe_copies(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(**arguments)
    except Exception as error:
        return judged(name, arguments, error), None
    if before is not None and not same(before, safe_copies(arguments)):
        return "fault: it changed its arguments", result
    if name not in NAN_STAYS and any(a.dtype.kind == "f" and np.isnan(a).any() for a in arrays(result)):
        return "fault: NaN in the result", result
    return "right", result


def safe_copies(arguments):
    try:
        return copies({k: v for k, v in arguments.items() if k not in ("self", "fig", "crowd", "model")})
    except Exception:
        return None  # on the meta device, bfloat16, sparse


def same(a, b, tolerance=0.0):
    near = lambda x, y: np.allclose(x, y, rtol=tolerance, atol=tolerance, equal_nan=True)  # noqa: E731
    return b is not None and len(a) == len(b) and all(
        x.shape == y.shape and (x.dtype.kind in "OSU" or near(x, y)) for x, y in zip(a, b, strict=True))


def judged(name, arguments, error):
    frames = traceback.extract_tb(error.__traceback__)
    kind, message = type(error).__name__, str(error)
    if PACKAGE not in Path(frames[-1].filename).parents or "raise " not in (frames[-1].line or "raise "):
        return f"fault: raw {kind}: {message:.80} (line {frames[-1].lineno} of {Path(frames[-1].filename).name})"
    if kind not in announced(name):
        return f"fault: {kind} is not in the docstring: {message:.80}"
    if not set(re.findall(r"\w+", message)) & words(arguments):
        return f"fault: no argument named: {kind}: {message:.80}"
    return "refused"


def as_numpy(value):
    """The same numbers as float64 NumPy arrays, where `value` is or holds arrays of other kinds; else None."""
    if isinstance(value, tuple) and hasattr(value, "_replace"):
        parts = [v if v is None else as_numpy(v) for v in value]
        lost = any(part is None and v is not None for part, v in zip(parts, value, strict=True))
        return None if lost else type(value)(*parts)
    if "float16" in str(getattr(value, "dtype", "")):
        return None  # half the digits: no two ways of computing agree
    try:
        array = numpy(value)
        return array.astype(float) if array.dtype.kind in "fiub" and np.all(np.isfinite(array)) else None
    except Exception:
        return None


def calls(name):
    """(argument, arguments) for every wrong value of every argument, and seeded pairs of wrong values."""
    right = CALLS[name]()
    for key in right:
        for value in wrong_values(name, key, right[key]):
            yield key, CALLS[name]() | {key: value}
    rng = np.random.default_rng(sum(map(ord, name)))
    keys = [k for k in right if (name, k) not in ANYTHING and k != "self"]
    for _ in range(60 if len(keys) > 1 else 0):
        pair = rng.choice(keys, 2, replace=False)
        drawn = {k: SCALARS[rng.integers(len(SCALARS))] for k in pair}
        if not any(callable(right[k]) and callable(drawn[k]) for k in pair):
            yield None, CALLS[name]() | drawn


def fuzz(name):
    """Counts of right results and errors, and the faults, of all calls of one function."""
    counts, faults = Counter(), []
    for key, arguments in calls(name):
        verdict, result = run(name, arguments)
        equal_as_numpy = key is not None and isinstance(arguments[key], (list, tuple, np.ndarray, torch.Tensor))
        if verdict == "right" and equal_as_numpy and isinstance(CALLS[name]()[key], (np.ndarray, tuple)):
            plain = as_numpy(arguments[key])
            if plain is not None and name not in NAN_STAYS:
                again, wanted = run(name, CALLS[name]() | {key: plain})
                if again == "right" and not same(copies(result), copies(wanted), 2e-2):
                    verdict = "fault: another result than with the same numbers in NumPy float64"
        counts["right" if verdict == "right" else "refused" if verdict == "refused" else "fault"] += 1
        if verdict.startswith("fault"):
            value = arguments[key] if key else arguments
            faults.append(f"{name}({key}={' '.join(repr(value).split()):.70}): {verdict}")
    return counts, faults


def test_no_public_function_is_forgotten():
    assert {name for name in CALLS if "." not in name} == set(FUNCTIONS)
    for name, method in METHODS.items():
        assert inspect.isfunction(method), name


@pytest.mark.parametrize("name", CALLS)
def test_the_right_call_is_right(name):
    assert run(name, CALLS[name]())[0] == "right"


@pytest.mark.parametrize("name", CALLS)
def test_every_call_ends_in_a_right_result_or_an_error_that_helps(name):
    _, faults = fuzz(name)
    assert not faults, f"{len(faults)} faults, the first of them:\n" + "\n".join(faults[:10])


if __name__ == "__main__":
    total = Counter()
    for function in sys.argv[1:] or CALLS:
        counts, faults = fuzz(function)
        total += counts
        if faults:
            print(f"{function}: {dict(counts)}", *dict.fromkeys(faults), sep="\n  ")
    print(f"{len(CALLS)} functions, {sum(total.values()):,} calls: {total['right']:,} right results, "
          f"{total['refused']:,} documented errors, {total['fault']} faults")
