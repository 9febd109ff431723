"""A live figure's arithmetic as one JavaScript file: a recorded program per variant, and the constants they share."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from .emit import Library, emit_program
from .figure import LiveFigure
from .lower import lower
from .program import Program
from .record import Array, TraceError, recording
from .record.array import node_of

__all__ = ["Module", "compile_figure", "record", "variant_key"]

MAX_INT = 2**31
WEIGHTS = 20_000  # characters of constants, encoded: more than these are a file of their own


@dataclass(frozen=True)
class Module:
    """The JavaScript of one figure: `js` is all of it, `code` the same without constants, `consts_js` those alone.

    A page is served `files`: one, or two where the constants are weights that should not delay what stands around them.
    """

    name: str
    code: str
    consts_js: str
    js: str
    files: dict[str, str]
    shapes: dict[str, dict[str, tuple[int, ...]]]

    @property
    def weights_js(self) -> str:
        """The file of the weights; "" where the constants travel with the code."""
        return self.files.get(f"{self.name}.weights.js", "")


def variant_key(fig: LiveFigure, values: dict) -> str:
    """The key of a variant on the page: `JSON.stringify` of the structural controls' values in declared order."""
    return _json([values[c.name] for c in fig.structural])


def compile_figure(fig: LiveFigure, without: Collection[str] = ()) -> Module:
    """Record every variant of a live figure and write the module that `static/program.js` runs.

    `without` switches passes of the lowering off, to measure them.

    Raises `TraceError` for an operation that cannot be recorded, naming it, the figure and the line; ValueError if a
    figure with memory changes the shape or dtype of its state.
    """
    library, consts, known = Library(), {}, {}
    functions, shapes = {}, {}
    for variant in fig.variants():
        key = variant_key(fig, variant)
        program = record(fig, variant, known, without)
        functions[key] = emit_program(program, library)
        consts |= {name: fig.consts.get(name, known[name]) for name in program.consts}
        shapes[key] = {name: out.shape for name, out in program.outputs.items()}
    consts_js = _object({name: _encoded(value) for name, value in consts.items()})
    parts = {"variants": functions, "shapes": {k: _json(v) for k, v in shapes.items()}}
    if fig.step is not None:
        state = {k: np.asarray(v) for k, v in fig.initial(fig.build_consts(fig.float_consts())).items()}
        initial = _object({f"state.{name}": _encoded(value) for name, value in state.items()})
        parts["initial"] = dict.fromkeys(functions, initial)
    head, tail = _wrapped(fig.name, library, parts)
    files = {f"{fig.name}.js": head + consts_js + tail}
    if len(consts_js) > WEIGHTS:  # a script, because a page opened from disk may fetch nothing else
        files = {f"{fig.name}.js": head + "null" + tail,
                 f"{fig.name}.weights.js": f"(self.LiveWeights??={{}})[{_json(fig.name)}]={consts_js};\n"}
    return Module(fig.name, head + "{}" + tail, consts_js, head + consts_js + tail, files, shapes)


def record(
    fig: LiveFigure, variant: dict, constants: dict[str, np.ndarray] | None = None, without: Collection[str] = ()
) -> Program:
    """The program of one variant; `constants` collects the arrays it may use, by name; see `lower` for `without`."""
    with recording(fig.name, constants) as graph:
        traced = {name: Array(graph.constant(value, name)) for name, value in fig.float_consts().items()}
        consts = fig.build_consts(traced)
        given = {c.name: _input(graph, c.name, c.array(c.value)) for c in fig.controls if not c.structural}
        given |= {c.name: variant[c.name] for c in fig.structural}
        if fig.compute is not None:
            arrays = fig.compute(consts, **{c.name: given[c.name] for c in fig.controls})
        else:
            arrays = _step(fig, graph, consts, {c.name: given[c.name] for c in fig.controls})
        outputs = {name: _output(name, value) for name, value in arrays.items()}
        return lower(graph, outputs, without)


def _step(fig: LiveFigure, graph, consts, controls) -> dict:
    """The outputs of a figure with memory: its arrays, and its state under names that begin with `state.`."""
    first = {name: np.asarray(value) for name, value in fig.initial(fig.build_consts(fig.float_consts())).items()}
    state, arrays = fig.step(consts, {n: _input(graph, f"state.{n}", v) for n, v in first.items()}, **controls)
    if set(state) != set(first):
        raise ValueError(f"step returns the state {sorted(state)}, initial starts {sorted(first)}")
    for name, value in first.items():
        new = _output(name, state[name])
        if new.shape != value.shape or (new.dtype == "float64") != (value.dtype.kind == "f"):
            raise ValueError(
                f"state {name!r} starts as {value.dtype} {value.shape} and step returns {new.dtype} {new.shape}"
            )
    return arrays | {f"state.{name}": value for name, value in state.items()}


def _input(graph, name: str, example: np.ndarray) -> Array:
    dtype = {"f": "float64", "b": "bool"}.get(example.dtype.kind, "int64")
    return Array(graph.node("input", attr=name, shape=example.shape, dtype=dtype, scope=graph.run))


def _output(name: str, value):
    try:
        return node_of(value)
    except TraceError as error:
        raise TypeError(f"array {name!r} is a {type(value).__name__}; return an array") from error


# ---------------------------------------------------------------- text
def _json(value) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _object(members: dict[str, str]) -> str:
    """A JavaScript object; values are JavaScript already."""
    return "{" + ",\n".join(f"{_json(k)}:{v}" for k, v in members.items()) + "}"


def _encoded(value: np.ndarray) -> str:
    """`["f4", shape, base64]`: four bytes where nothing is lost by it, little-endian."""
    kind = value.dtype.kind
    if kind == "b" or (kind in "iu" and value.size and value.min() >= 0 and value.max() < 256):
        code = "u1"
    elif kind in "iu":
        code = "i4" if np.all(np.abs(value.astype(np.float64)) < MAX_INT) else "f8"
    else:
        code = "f4" if np.array_equal(value, value.astype(np.float32)) else "f8"
    data = np.ascontiguousarray(value, dtype=f"<{code}" if code != "u1" else "u1").tobytes()
    return f'["{code}",{_json(list(value.shape))},"{base64.b64encode(data).decode()}"]'


def _wrapped(name: str, library: Library, parts: dict[str, dict[str, str]]) -> tuple[str, str]:
    """The file before and after the constants; texts that several variants share are printed once."""
    shared: dict[str, str] = {}
    texts = {part: {key: shared.setdefault(text, f"p{len(shared)}") for key, text in of.items()}
             for part, of in parts.items()}  # fmt: skip
    definitions = "\n".join(f"const {name}={text};" for text, name in shared.items())
    head = f"(()=>{{\n{library.source()}\n{definitions}\n(self.LiveModules??={{}})[{_json(name)}]={{consts:"
    tail = "".join(f",\n{part}:{_object(of)}" for part, of in texts.items()) + "}})();\n"
    return head, tail
