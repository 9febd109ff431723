"""Run a function of arrays twice, in NumPy and recorded in node, and compare."""

import math

import array_api_compat.numpy as np_api
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from node import Node

from live_figures.emit import Library, emit_program
from live_figures.lower import lower
from live_figures.record import Array, namespace, recording
from live_figures.stepper import module_script

TOLERANCE = 1e-12
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4)
# Sums and products of these stay far from overflow, and no two differ by less than a comparison can see.
REALS = st.integers(-400, 400).map(lambda k: k / 64)
WHOLE = st.integers(-9, 9)
ELEMENTS = {np.float64: REALS, np.int64: WHOLE, np.bool_: st.booleans()}


def arrays(shape=SHAPES, dtype=np.float64, elements=None):
    """Arrays of moderate numbers."""
    return hnp.arrays(dtype, shape, elements=ELEMENTS[dtype] if elements is None else elements)


def program_of(f, inputs, constants=None, without=()):
    """The program of `f(xp, *arrays) -> array or tuple of arrays`, `without` some passes of the lowering."""
    with recording("case") as graph:
        given = []
        for k, value in enumerate(inputs):
            node = graph.node("input", attr=f"x{k}", shape=value.shape, dtype=_dtype(value), scope=graph.run)
            given.append(Array(node))
        given += [Array(graph.constant(value)) for value in constants or ()]
        out = f(namespace, *given)
        out = out if isinstance(out, tuple) else (out,)
        return lower(graph, {f"y{k}": y.node for k, y in enumerate(out)}, without), dict(graph.constants), out


class JavaScript:
    """Programs as JavaScript in float64."""

    real, slack = np.float64, 1.0

    def __init__(self, node):
        self.node = node

    def run(self, program, inputs, constants):
        """The results of a program for each set of inputs in turn."""
        library = Library()
        text = emit_program(program, library)
        module = f"{{consts:{{}},variants:{{'':{text}}}}}"
        self.node.load("case", f"{library.source()}\n(self.LiveModules??={{}}).case={module}")
        return self.node.run("case", "", inputs, constants)


class WebAssembly:
    """Programs as WebAssembly in numbers of some bits; `slack` is how much larger their roundings are."""

    def __init__(self, node, bits, often=True, fused=False):
        self.node, self.bits, self.often, self.fused = node, bits, {"one"} if often else (), fused
        self.real, self.slack = (np.float64, 1.0) if bits == 64 else (np.float32, 2e6)

    def run(self, program, inputs, constants):
        """The results of a program for each set of inputs in turn."""
        given = {name: (_dtype(value), value.shape) for name, value in inputs[0].items()}
        script = module_script("case", {"one": program}, given, constants, (0, 0), self.bits,
                               self.often, self.fused)
        return [{k: v.ravel() for k, v in one.items()} for one in self.node.step(script, "case", 0, "one", inputs)]


def _dtype(value):
    return {"f": "float64", "i": "int64", "b": "bool"}[value.dtype.kind]


def run(engine, f, inputs, constants=None, without=()):
    """What the recorded program gives for `inputs`, the same whatever it ran on before; with the traced outputs."""
    program, known, out = program_of(f, inputs, constants, without)
    given = {f"x{k}": v for k, v in enumerate(inputs)}
    moved = [given | {name: value + 1} for name, value in given.items()]  # each input alone, and back again
    first, *others = engine.run(program, [one for other in moved for one in (given, other)] + [given], known)[::2]
    for again in others:
        for name, value in first.items():
            np.testing.assert_array_equal(again[name], value)
    return first, out


def javascript(node, f, inputs, constants=None, without=()):
    """The same in JavaScript."""
    return run(JavaScript(node), f, inputs, constants, without)


def agree(engine, f, *inputs, constants=(), tolerance=TOLERANCE, without=()):
    """Assert that the recorded `f` equals NumPy in shape, dtype and, to rounding, in value; a node runs JavaScript."""
    engine = JavaScript(engine) if isinstance(engine, Node) else engine
    inputs, constants = ([np.asarray(v) for v in values] for values in (inputs, constants))
    with np.errstate(all="ignore"):
        given, known = ([v.astype(engine.real) if v.dtype.kind == "f" else v for v in values]
                        for values in (inputs, constants))  # fmt: skip
        expected = f(np_api, *given, *known)
    expected = expected if isinstance(expected, tuple) else (expected,)
    got, traced = run(engine, f, given, constants, without)
    for k, (want, symbol) in enumerate(zip(expected, traced, strict=True)):
        want = np.asarray(want)
        assert symbol.shape == want.shape
        assert symbol.dtype == want.dtype or want.dtype == engine.real
        values = got[f"y{k}"].reshape(want.shape)
        allowed = tolerance * engine.slack
        scale = np.max(np.abs(want[np.isfinite(want)]), initial=1.0)
        np.testing.assert_allclose(values, want.astype(float), rtol=allowed, atol=allowed * scale)


def axes_of(shape):
    """A strategy for one axis of a shape, counted from either end."""
    return st.integers(-len(shape), len(shape) - 1)


def size(shape):
    """Number of elements."""
    return math.prod(shape)
