"""One step of every cell: against torch's cells, against its own docstring, and its errors."""

import doctest
import importlib
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from equation_cases import CASES, IN_TORCH, LIBRARIES, QUICK, SEEDS, SIZES, assert_same, to_library
from hypothesis import given
from hypothesis import strategies as st

from helpers import cells
from helpers.params import gru_params, lstm_params, rnn_params


def torch_cell(case, params):
    """The torch.nn cell with these parameters; built by hand, as `helpers.params` is tested elsewhere."""
    D, H = params.W_x.shape[0], params.W_h.shape[0]
    kinds = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}
    extra = {"nonlinearity": case.options["activation"]} if "activation" in case.options else {}
    cell = kinds[case.name.split("-")[0]](D, H, dtype=torch.float64, **extra)
    b_h = getattr(params, "b_h", np.zeros_like(params.b))
    with torch.no_grad():
        for name, value in (("ih", params.W_x), ("hh", params.W_h)):
            getattr(cell, f"weight_{name}").copy_(torch.tensor(value.T.copy()))
        cell.bias_ih.copy_(torch.tensor(params.b))
        cell.bias_hh.copy_(torch.tensor(b_h))
    return cell


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", IN_TORCH, ids=str)
@QUICK
@given(sizes=SIZES, seed=SEEDS)
def test_step_equals_torch_cell(case, library, sizes, seed):
    _, B, D, H = sizes
    rng = np.random.default_rng(seed)
    params, x, states = case.draw(rng, D, H), rng.normal(size=(B, D)), case.draw_states(rng, B, H)
    new = case.step(*to_library(library, (params, x, *states)), **case.options)
    tensors = to_library("torch", states)
    want = torch_cell(case, params)(torch.tensor(x), tensors if len(tensors) > 1 else tensors[0])
    for name, value in zip(case.states, want if len(tensors) > 1 else (want,), strict=True):
        assert_same(getattr(new, name), value)


def formulas(function, variant=""):
    """The displayed formulas of a docstring as Python: lines `name = expression`, a side-by-side W made a product."""
    lines = []
    for line in function.__doc__.splitlines():
        found = re.match(r"^ {8}(\w+) = +(.+?)(?: {3,}(.*))?$", line)
        if found and not ("reset_after=" in (found[3] or "") and variant not in found[3]):
            lines.append(f"{found[1]} = " + re.sub(r"(\w+|\([^()]*\)) (W_\w+)", r"\1 @ \2", found[2]))
    return lines


def named_blocks(params, gates):
    """W_xi, W_hi, b_i, ... for every gate, as the formulas call them; for a single gate W_x, W_h, b."""
    names = {}
    for k, gate in enumerate(gates):
        H = params.W_x.shape[1] // len(gates)
        block = slice(k * H, (k + 1) * H)
        bias = f"b_{gate}" if gate else "b"
        names |= {f"W_x{gate}": params.W_x[:, block], bias: params.b[block]}
        if hasattr(params, "W_h"):
            names[f"W_h{gate}"] = params.W_h[:, block]
        if hasattr(params, "b_h"):
            names[f"b_h{gate}"] = params.b_h[block]
    if getattr(params, "peephole", None) is not None:
        names |= {f"p_{gate}": row for gate, row in zip("ifo", params.peephole, strict=True)}
    elif "i" in gates:
        names |= {"p_i": 0.0, "p_f": 0.0, "p_o": 0.0}
    return names


@pytest.mark.parametrize("case", [c for c in CASES if not c.options.get("coupled")], ids=str)
def test_docstring_formula_is_what_the_step_computes(case):
    rng = np.random.default_rng(3)
    params, x, states = case.draw(rng, 2, 3), rng.normal(size=(4, 2)), case.draw_states(rng, 4, 3)
    activations = {"relu": lambda a: np.maximum(a, 0), "linear": lambda a: a, "tanh": np.tanh}
    activations["sigmoid"] = lambda a: 1 / (1 + np.exp(-a))
    names = activations | {"act": activations[case.options.get("activation", "tanh")], "x": x}
    names |= named_blocks(params, {1: [""], 2: "zn", 3: "rzn", 4: "ifgo"}[case.gates])
    names |= dict(zip(case.states, states, strict=True))
    lines = formulas(case.step, f"reset_after={case.options.get('reset_after')}")
    for line in lines:
        exec(line, names)  # the docstring's own text
    new = case.step(params, x, *states, **case.options)
    computed = {line.split(" =")[0] for line in lines}
    assert computed >= set(new._fields) - {"u", "tanh_c"} - set(case.states) | {f"{s}_t" for s in case.states}
    for name in computed:
        assert_same(getattr(new, name.removesuffix("_t")), names[name], 1e-13)


def test_coupled_gates_add_to_one_and_mix_cell_and_candidate():
    rng = np.random.default_rng(0)
    params, c = lstm_params(2, 3, seed=1), rng.normal(size=(5, 3))
    new = cells.lstm_step(params, rng.normal(size=(5, 2)), rng.normal(size=(5, 3)), c, coupled=True)
    assert_same(new.i + new.f, np.ones((5, 3)), 1e-15)
    assert_same(new.c, new.f * c + (1 - new.f) * new.g, 1e-15)
    assert np.all((new.c >= np.minimum(c, new.g)) & (new.c <= np.maximum(c, new.g)))


def test_gru_recurrent_term():
    rng = np.random.default_rng(0)
    params, x, h = gru_params(2, 3, seed=1), rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    params = params._replace(b_h=rng.normal(size=9))
    after, before = (cells.gru_step(params, x, h, reset_after=flag) for flag in (True, False))
    assert_same(after.u, h @ params.W_h[:, 6:] + params.b_h[6:])
    assert_same(before.u, (before.r * h) @ params.W_h[:, 6:] + params.b_h[6:])


@pytest.mark.parametrize("library", LIBRARIES)
@QUICK
@given(values=st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=6))
def test_sigmoid_and_softmax_equal_torch(library, values):
    z = np.asarray([values, values[::-1]])
    tensor = torch.tensor(z)
    z = to_library(library, z)
    assert_same(cells.sigmoid(z), torch.sigmoid(tensor))
    for axis in (-1, 0):
        assert_same(cells.softmax(z, axis=axis), torch.softmax(tensor, axis))
        assert_same(cells.log_softmax(z, axis=axis), torch.log_softmax(tensor, axis))


x, h = np.ones((2, 3)), np.zeros((2, 4))
RNN, LSTM, GRU = rnn_params(3, 4), lstm_params(3, 4), gru_params(3, 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cells.rnn_step(RNN, x, h, "gelu"), ValueError, "activation: expected one of tanh, .*; got 'gelu'"),
        (lambda: cells.rnn_step(RNN, x[:, :2], h), ValueError, r"x: expected shape \(B, 3\), got \(2, 2\)"),
        (lambda: cells.rnn_step(RNN, x, h[:1]), ValueError, r"h: expected shape \(2, 4\), got \(1, 4\)"),
        (lambda: cells.rnn_step(RNN, "123", h), TypeError, "x: expected an array, got str"),
        (lambda: cells.rnn_step(LSTM, x, h), TypeError, "params: expected RNNParams, got LSTMParams"),
        (lambda: cells.rnn_step((1, 2), x, h), TypeError, "params: expected RNNParams, got tuple"),
        (lambda: cells.lstm_step(LSTM, x, h, h.T), ValueError, r"c: expected shape \(2, 4\), got \(4, 2\)"),
        (lambda: cells.lstm_step(LSTM._replace(b=np.ones(4)), x, h, h), ValueError, r"LSTMParams.b: .* \(16,\), got"),
        (lambda: cells.lstm_step(LSTM._replace(peephole=h), x, h, h), ValueError, r"peephole: expected shape \(3, 4\)"),
        (lambda: cells.gru_step(GRU._replace(b_h=h), x, h), ValueError, r"GRUParams.b_h: expected shape \(12,\)"),
        (lambda: cells.gru_step(GRU._replace(W_x=h), x, h), ValueError, r"GRUParams.W_x: expected shape \(D, 12\)"),
    ],
)
def test_errors_name_the_array_and_both_shapes(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", ["cells", "sequence", "bptt", "jacobians", "params"])
def test_the_docstrings_examples_run(name):
    failed, run = doctest.testmod(importlib.import_module(f"helpers.{name}"))
    assert run > 0 and failed == 0


def loaded_after(statement):
    code = f"import sys; {statement}; print(*sorted(m for m in ('numpy', 'torch') if m in sys.modules))"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()


def test_cells_import_neither_numpy_nor_torch():
    assert loaded_after("import helpers.cells") == []
    assert loaded_after("import helpers.sequence, helpers.bptt") == []


def test_package_imports_quickly_and_without_torch():
    assert "torch" not in loaded_after("import helpers, helpers.params")
    code = "import time; start = time.perf_counter(); import helpers; print(time.perf_counter() - start)"
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(3)]
    assert min(float(run.stdout) for run in runs) < 0.5
