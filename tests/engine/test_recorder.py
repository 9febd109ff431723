"""Recording: what is refused and how it is told, and what the program that comes out is like."""

import types
from typing import NamedTuple

import array_api_compat
import numpy as np
import pytest
from array_api_compat import array_namespace as namespace_of
from tracing import program_of

from helpers import cells, params, sequence
from live_figures import Slider, Toggle
from live_figures.compile import compile_figure
from live_figures.figure import from_module
from live_figures.lower.expressions import Expressions
from live_figures.lower.storage import Storage
from live_figures.program import Kernel, MatMul, Repeat, buffers_of
from live_figures.record import TraceError, UnknownOperation
from live_figures.record.kinds import KINDS

GAIN = Slider(name="gain", label="Gain", min=0.0, max=2.0, step=0.1, value=1.0)


def figure_of(compute, name="faulty", **parts):
    """A figure around one `compute`."""
    consts = {"x": np.arange(6.0).reshape(2, 3), "k": np.array([0, 1])}
    whole = {
        "title": "?",
        "caption": "?",
        "alt": "?",
        "controls": [GAIN],
        "consts": lambda: consts,
        "diagram": "<svg/>",
    }
    return from_module(types.SimpleNamespace(**(whole | parts), compute=compute), name)


def line_of(compute):
    """Where the body of a one-line `compute` stands."""
    return f"{compute.__code__.co_filename}:{compute.__code__.co_firstlineno}"


# ---------------------------------------------------------------- refusals
REFUSED = {
    "if or bool()": (lambda c, gain: {"y": gain if gain > 1 else c["x"]}, "bool()"),
    "and": (lambda c, gain: {"y": gain > 1 and gain < 2}, "bool()"),
    "float()": (lambda c, gain: {"y": c["x"] * float(gain)}, "float()"),
    "int()": (lambda c, gain: {"y": c["x"][int(gain)]}, "int()"),
    "range()": (lambda c, gain: {"y": list(range(gain))}, "slice bound or Python index"),
    "slice": (lambda c, gain: {"y": c["x"][: c["k"][0]]}, "slice bound or Python index"),
    "iteration": (lambda c, gain: {"y": list(c["x"])}, "iteration over a traced array"),
    "in": (lambda c, gain: {"y": 1.0 in c["x"]}, "`in`"),
    ".item()": (lambda c, gain: {"y": gain.item()}, ".item"),
    ".sum()": (lambda c, gain: {"y": c["x"].sum()}, ".sum"),
    "xp.sort": (lambda c, gain: {"y": namespace_of(gain).sort(c["x"])}, "xp.sort"),
    "xp.linalg.svd": (lambda c, gain: {"y": namespace_of(gain).linalg.svd(c["x"])}, "linalg.svd"),
    "mask": (lambda c, gain: {"y": c["x"][c["x"] > 1]}, "indexing with a mask"),
    "fancy index": (lambda c, gain: {"y": c["x"][c["k"]]}, "indexing with an array of shape (2,)"),
    "list index": (lambda c, gain: {"y": c["x"][[0, 1]]}, "indexing with list"),
    "float index": (lambda c, gain: {"y": c["x"][gain]}, "indexing with an array of shape ()"),
    "setitem": (lambda c, gain: c["x"].__setitem__(0, gain), "assignment to elements"),
    "in place": (lambda c, gain: c["x"].__iadd__(gain), "in-place operation +="),
    "numpy.exp": (lambda c, gain: {"y": np.exp(gain)}, "numpy.exp"),
    "numpy.concatenate": (lambda c, gain: {"y": np.concatenate([c["x"], c["x"]])}, "numpy.concatenate"),
    "numpy.asarray": (lambda c, gain: {"y": np.asarray(gain)}, "NumPy array"),
    "bools as numbers": (lambda c, gain: {"y": (gain > 1) + (gain > 0)}, "add of bools"),
    "bits": (lambda c, gain: {"y": c["k"] & 1}, "&"),
    "float32": (lambda c, gain: {"y": namespace_of(gain).astype(gain, np.float32)}, "float32"),
    "complex": (lambda c, gain: {"y": gain * 1j}, "complex"),
    "list": (lambda c, gain: {"y": c["x"] + [1, 2, 3]}, "list as an operand"),
    "asarray": (lambda c, gain: {"y": namespace_of(gain).asarray([gain, gain])}, "xp.asarray of a list"),
    "real index": (lambda c, gain: {"y": namespace_of(gain).take(c["x"], gain, axis=0)}, "take with"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_names_operation_figure_and_line(case):
    compute, operation = REFUSED[case]
    with pytest.raises(TraceError) as error:
        compile_figure(figure_of(compute))
    assert operation in str(error.value)
    assert "figure 'faulty'" in str(error.value)
    assert f"{line_of(compute)}:" in str(error.value)


def test_a_refusal_inside_an_equation_points_at_the_equation():
    def equation(x):
        return x * bool(x)

    with pytest.raises(TraceError, match=line_of(equation).rsplit(":", 1)[0]) as error:
        compile_figure(figure_of(lambda c, gain: {"y": equation(gain)}))
    assert error.value.where.endswith(f":{equation.__code__.co_firstlineno + 1}")


def test_other_errors_carry_the_name_of_the_figure():
    with pytest.raises(ValueError, match="cannot be reshaped") as error:
        compile_figure(figure_of(lambda c, gain: {"y": namespace_of(gain).reshape(c["x"], (5,))}))
    assert "faulty" in "".join(error.value.__notes__)


def test_asking_whether_an_operation_exists_is_no_error():
    def compute(c, gain):
        xp = namespace_of(gain)
        assert hasattr(xp, "scan")
        assert not hasattr(xp, "sort")
        assert not hasattr(xp.linalg, "svd")
        assert issubclass(UnknownOperation, AttributeError)
        return {"y": gain}

    compile_figure(figure_of(compute))


WRONG = {
    "shapes": (lambda c, gain: {"y": c["x"] @ c["x"]}, "do not fit"),
    "broadcast": (lambda c, gain: {"y": c["x"] + c["x"][:, :2]}, "broadcast"),
    "out of range": (lambda c, gain: {"y": c["x"][2, :]}, "index 2 is out of bounds"),
    "too many indices": (lambda c, gain: {"y": c["x"][0, 0, 0]}, "3 indices"),
    "no array": (lambda c, gain: {"y": "text"}, "'y' is a str"),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_told_as_numpy_would(case):
    compute, says = WRONG[case]
    with pytest.raises((ValueError, IndexError, TypeError), match=says):
        compile_figure(figure_of(compute))


BAD_SCANS = {
    "carries": (lambda c, x: ((c[0], c[0]), ()), ValueError, "returned 2 carries, it was given 1"),
    "shape": (lambda c, x: ((x[0][None],), ()), ValueError, r"shape \(3,\) and the body returned \(1, 3\)"),
    "dtype": (lambda c, x: ((c[0] > 0,), ()), TraceError, "carry 0 changes from float64 to bool"),
}


@pytest.mark.parametrize("case", BAD_SCANS)
def test_a_recurrence_that_changes_its_carry_is_refused(case):
    body, kind, says = BAD_SCANS[case]
    with pytest.raises(kind, match=says):
        compile_figure(figure_of(lambda c, gain: {"y": sequence.scan(body, (c["x"][0, :],), (c["x"],))[0][0]}))


def test_a_value_kept_from_inside_a_recurrence_is_refused():
    kept = []

    def compute(c, gain):
        sequence.scan(lambda carry, x: kept.append(x[0] * 2.0) or (carry, ()), (gain,), (c["x"],))
        return {"y": kept[0] + 1.0}

    with pytest.raises(TraceError, match="from inside a scan's body"):
        compile_figure(figure_of(compute))


def test_a_figure_with_memory_must_keep_its_state():
    def declare(step):
        return from_module(
            types.SimpleNamespace(title="?", caption="?", alt="?", controls=[GAIN], diagram="<svg/>", step=step,
                                  initial=lambda c: {"h": np.zeros(3)}), "memory")  # fmt: skip

    with pytest.raises(ValueError, match=r"state 'h' starts as float64 \(3,\) and step returns float64 \(\)"):
        compile_figure(declare(lambda c, state, gain: ({"h": gain}, {"y": gain})))
    with pytest.raises(ValueError, match="returns the state"):
        compile_figure(declare(lambda c, state, gain: ({"g": gain}, {"y": gain})))


# ---------------------------------------------------------------- dtypes and attributes
def test_arrays_describe_themselves_as_the_standard_asks():
    def compute(c, gain):
        xp = namespace_of(gain, c["x"])
        assert (gain.dtype, c["k"].dtype, (gain > 0).dtype) == (xp.float64, xp.int64, xp.bool)
        assert (c["x"].shape, c["x"].ndim, c["x"].size, len(c["x"])) == ((2, 3), 2, 6, 2)
        assert xp.isdtype(gain.dtype, "real floating")
        assert xp.isdtype(c["k"].dtype, "integral")
        assert xp.result_type(gain, c["k"]) == np.float64
        assert array_api_compat.is_array_api_obj(gain)
        assert not array_api_compat.is_numpy_array(gain)
        assert gain.shape == ()
        with pytest.raises(TypeError):
            len(gain)
        return {"y": gain}

    compile_figure(figure_of(compute))


# ---------------------------------------------------------------- the program
def steps(program):
    """Every kernel and recurrence, in order."""

    def walk(part):
        for step in part:
            yield step
            if isinstance(step, Repeat):
                yield from walk(step.body)

    return list(walk(program.setup)), list(walk(program.body))


def program(f, *inputs, constants=()):
    """The program of a function of arrays."""
    return program_of(f, [np.asarray(v, dtype=float) for v in inputs], constants)[0]


def products(kernels):
    """How many matrix products there are."""
    return sum(isinstance(s, MatMul) for k in kernels if isinstance(k, Kernel) for s in k.body)


X, W = np.ones((5, 2, 3)), np.eye(3)


def test_a_chain_of_elementwise_operations_is_one_loop():
    body = steps(program(lambda xp, x: xp.tanh(x * 2.0 + 1.0) / (1.0 + xp.exp(-x[::-1, ...])), X))[1]
    assert len(body) == 1
    assert len(list(buffers_of(body[0]))) == 3


def test_results_of_one_shape_share_their_loop():
    def f(xp, x):
        gate = xp.tanh(x)
        return gate, gate * x, xp.sum(gate, axis=-1), xp.max(x, axis=-1)

    assert len(steps(program(f, X))[1]) == 2


def test_a_reduction_takes_in_its_operand():
    assert len(steps(program(lambda xp, x: xp.sqrt(xp.sum(x * x)), X))[1]) == 1


def test_equal_computations_are_done_once():
    once = program(lambda xp, x, w: x[0, ...] @ w, X, W)
    twice = program(lambda xp, x, w: (x[0, ...] @ w, (x[0, ...] @ w) * 1.0 + 0.0), X, W)
    assert products(steps(once)[1]) == products(steps(twice)[1]) == 1


def test_what_nothing_needs_is_not_computed():
    def f(xp, x, w):
        unused = xp.exp(x) @ w  # noqa: F841
        trace = sequence.rnn(cells.RNNParams(w, w, w[0, :]), x)
        return trace.a[-1, ...]

    recorded = program(f, X, W)
    assert products(steps(recorded)[1]) == 2
    stacked_states = 5 * 2 * 3
    sizes = [b.size for k in steps(recorded)[1] for b in buffers_of(k) if b.role == "work"]
    assert max(sizes) <= stacked_states + 2 * 3


def test_what_depends_on_constants_alone_is_computed_once():
    setup, body = steps(program(lambda xp, x, w: x + xp.sum(w @ w), X, constants=[W]))
    assert products(setup) == 1
    assert len(body) == 1


def test_what_a_recurrence_does_not_change_leaves_its_loop():
    def f(xp, x, w):
        def body(carry, rows):
            return (xp.tanh(rows[0] + carry[0] @ (w @ w.T)),), ()

        return sequence.scan(body, (x[0, ...],), (x,))[0][0]

    body = steps(program(f, X, W))[1]
    loop = next(s for s in body if isinstance(s, Repeat))
    assert products(body[: body.index(loop)]) == 1
    assert products(loop.body) == 1


def test_a_carry_that_is_an_output_is_not_copied():
    def f(xp, x):
        return sequence.scan(lambda c, rows: ((c[0] + rows[0],),) * 2, (xp.zeros((2, 3)),), (x,))[1][0]

    loop = next(s for s in steps(program(f, X))[1] if isinstance(s, Repeat))
    assert [len(k.body) for k in loop.body] == [1]


def test_buffers_are_used_again():
    def f(xp, x):
        for _ in range(12):
            x = xp.flip(xp.tanh(x @ xp.eye(3)), axis=0) @ xp.ones((3, 3))
        return x

    body = steps(program(f, X[0]))[1]
    assert products(body) == 24
    two_matrices_two_in_turn_and_the_result = 5
    assert len({b for k in body for b in buffers_of(k) if b.role == "work"}) == two_matrices_two_in_turn_and_the_result


def test_a_step_of_an_lstm_is_one_product_and_two_loops():
    weights = params.lstm_params(3, 4, seed=0)

    def f(xp, x, *weights):
        return sequence.lstm(cells.LSTMParams(*weights), x).h

    loop = next(s for s in steps(program(f, X, constants=weights[:3]))[1] if isinstance(s, Repeat))
    assert loop.count == 5
    assert products(loop.body) == 1
    assert len(loop.body) == 3


# ---------------------------------------------------------------- modules
FAR = Toggle(name="far", label="Far", value=False)


def test_kernels_of_several_variants_are_printed_once():
    def compute(c, gain, far):
        y = namespace_of(gain).tanh(gain * c["x"]) @ c["x"].T
        return {"y": y * 2.0 if far else y}

    alone = compile_figure(figure_of(lambda c, gain: compute(c, gain, False)))
    shared = compile_figure(figure_of(compute, controls=[GAIN, FAR]))
    assert set(shared.shapes) == {"[false]", "[true]"}
    assert shared.code.count("Math.tanh") == alone.code.count("Math.tanh") == 1


def test_variants_that_are_the_same_program_share_its_text():
    module = compile_figure(figure_of(lambda c, gain, far: {"y": gain * 2.0}, controls=[GAIN, FAR]))
    assert module.code.count("return function(I)") == 1
    assert set(module.shapes) == {"[false]", "[true]"}


def test_a_constant_that_nothing_uses_is_left_out():
    module = compile_figure(figure_of(lambda c, gain: {"y": gain + c["k"]}))
    assert '"k"' in module.consts_js
    assert '"x"' not in module.consts_js


# ---------------------------------------------------------------- kinds of nodes
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_node_is_lowered(name):
    """It is there before, has loops of its own, or is told index by index; a view also says where its elements lie."""
    kind = KINDS[name]
    assert kind.given or kind.kernel or hasattr(Expressions, f"_{name}")
    assert not kind.view or hasattr(Storage, f"_{name}")


# ---------------------------------------------------------------- constants in named tuples
class Inner(NamedTuple):
    W: np.ndarray
    b: np.ndarray | None = None


class Outer(NamedTuple):
    inner: Inner
    scale: float


def test_constants_in_named_tuples_reach_compute_as_they_were_declared(node):
    weights = np.arange(6.0).reshape(2, 3)

    def compute(c, gain):
        assert isinstance(c["params"], Outer)
        assert c["params"].inner.b is None
        return {"y": gain * c["params"].scale * c["params"].inner.W}

    figure = figure_of(compute, consts=lambda: {"params": Outer(Inner(weights), 2.5)})
    module = compile_figure(figure)
    assert '"params.inner.W"' in module.consts_js
    node.load("faulty", module.js)
    got = node.run("faulty", "[]", [{"gain": np.asarray(2.0)}])[0]["y"]
    np.testing.assert_array_equal(got.reshape(2, 3), figure.run(gain=2.0)["y"])
