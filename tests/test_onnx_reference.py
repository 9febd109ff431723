"""The cells against the RNN, LSTM and GRU operators of the ONNX standard: its cases and its evaluator.

ONNX has what torch lacks: peepholes, and both reset conventions of the GRU (linear_before_reset). Its layouts: weights
(direction, gates * hidden, input); gates i, o, f, c in the LSTM and z, r, h in the GRU; peepholes i, o, f; two biases.
"""

import warnings

import numpy as np
import pytest
from equation_cases import QUICK, SEEDS, SIZES, assert_same
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from helpers import cells, sequence

with warnings.catch_warnings():  # collecting builds the cases of every operator; those of casts and logs overflow
    warnings.simplefilter("ignore", RuntimeWarning)
    from onnx.backend.test.case.node import collect_testcases

    SHIPPED = [c for c in collect_testcases() if c.model.graph.node[0].op_type in ("RNN", "LSTM", "GRU")]

ORDER = {"RNN": [0], "LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2]}  # where each gate of ours stands in ONNX
INPUTS = {
    "RNN": ["X", "W", "R", "B", "sequence_lens", "initial_h"],
    "LSTM": ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"],
    "GRU": ["X", "W", "R", "B", "sequence_lens", "initial_h"],
}


def reordered(array, operator):
    """The leading gate blocks of an ONNX array in our order."""
    blocks = np.split(array, len(ORDER[operator]))
    return np.concatenate([blocks[k] for k in ORDER[operator]])


def our_params(operator, W, R, B=None, P=None):
    """Our parameters for one direction of an ONNX node."""
    B = np.zeros(2 * W.shape[0], W.dtype) if B is None else B
    b, b_h = (reordered(part, operator) for part in np.split(B, 2))
    W_x, W_h = reordered(W, operator).T, reordered(R, operator).T
    if operator == "RNN":
        return cells.RNNParams(W_x, W_h, b + b_h)
    if operator == "GRU":
        return cells.GRUParams(W_x, W_h, b, b_h)
    return cells.LSTMParams(W_x, W_h, b + b_h, None if P is None else P.reshape(3, -1)[[0, 2, 1]])


def ours(node, inputs):
    """What an ONNX node gives, computed by our unrolls: Y (T, directions, B, H), the last h, and the LSTM's c."""
    operator = node.op_type
    named = {role: inputs[name] for role, name in zip(INPUTS[operator], node.input, strict=False) if name}
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    batch_first = attributes.get("layout", 0) == 1
    x = named["X"].swapaxes(0, 1) if batch_first else named["X"]
    unroll = {"RNN": sequence.rnn, "LSTM": sequence.lstm, "GRU": sequence.gru}[operator]
    options = {"reset_after": bool(attributes.get("linear_before_reset", 0))} if operator == "GRU" else {}
    outputs, last = [], []
    for k in range(named["W"].shape[0]):
        backward = k == 1 or attributes.get("direction", b"forward") == b"reverse"
        parts = [None if named.get(name) is None else named[name][k] for name in ("W", "R", "B")]
        peephole = [named["P"][k]] if "P" in named else []
        states = [named[name][k] for name in ("initial_h", "initial_c") if name in named]
        trace = unroll(our_params(operator, *parts, *peephole), x[::-1] if backward else x, *states, **options)
        outputs.append(trace.h[::-1] if backward else trace.h)
        last.append([trace.h[-1], *([trace.c[-1]] if operator == "LSTM" else [])])
    Y, states = np.stack(outputs, axis=1), [np.stack(s) for s in zip(*last, strict=True)]
    if batch_first:
        return [Y.transpose(2, 0, 1, 3), *(s.transpose(1, 0, 2) for s in states)]
    return [Y, *states]


def test_onnx_ships_the_cases_that_matter():
    names = {case.name for case in SHIPPED}
    assert {"test_lstm_with_peepholes", "test_gru_seq_length", "test_rnn_seq_length"} <= names
    assert len(SHIPPED) >= 15


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: case.name)
def test_shipped_case(case):
    node = case.model.graph.node[0]
    for inputs, outputs in case.data_sets:
        named = dict(zip([i.name for i in case.model.graph.input], inputs, strict=True))
        computed = dict(zip(node.output, ours(node, named), strict=False))
        assert outputs
        for name, want in zip([o.name for o in case.model.graph.output], outputs, strict=True):
            assert_same(computed[name], want, 1e-6)  # the shipped numbers are float32


def evaluate(operator, named, **attributes):
    """A node with these float64 inputs run by ONNX's reference evaluator, and by us."""
    names = [name if name in named else "" for name in INPUTS[operator]]
    outputs = ["Y", "Y_h", "Y_c"][: 3 if operator == "LSTM" else 2]
    H = named["R"].shape[-1]
    node = helper.make_node(operator, names, outputs, hidden_size=H, **attributes)
    infos = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, v.shape) for n, v in named.items()]
    results = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in outputs]
    model = helper.make_model(helper.make_graph([node], "one node", infos, results))
    return ReferenceEvaluator(model).run(None, named), ours(node, named)


@pytest.mark.parametrize(
    ("operator", "attributes"),
    [
        ("RNN", {}),
        ("LSTM", {}),
        ("LSTM", {"direction": "reverse"}),
        ("GRU", {"linear_before_reset": 0}),
        ("GRU", {"linear_before_reset": 1}),
        ("GRU", {"linear_before_reset": 1, "direction": "bidirectional"}),
    ],
    ids=str,
)
@QUICK
@given(sizes=SIZES, seed=SEEDS, peephole=st.booleans())
def test_random_nodes_in_double_precision(operator, attributes, sizes, seed, peephole):
    T, B, D, H = sizes
    rng = np.random.default_rng(seed)
    gates, directions = len(ORDER[operator]), 2 if attributes.get("direction") == "bidirectional" else 1
    named = {"X": rng.normal(size=(T, B, D)), "W": rng.normal(size=(directions, gates * H, D))}
    named |= {"R": rng.normal(size=(directions, gates * H, H)), "B": rng.normal(size=(directions, 2 * gates * H))}
    named["initial_h"] = rng.normal(size=(directions, B, H))
    if operator == "LSTM":
        named["initial_c"] = rng.normal(size=(directions, B, H))
        if peephole:
            named["P"] = rng.normal(size=(directions, 3 * H))
    for want, got in zip(*evaluate(operator, named, **attributes), strict=True):
        assert_same(got, want)
