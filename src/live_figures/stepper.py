"""Programs that a page runs thousands of times on one memory, for any length: WebAssembly, and JavaScript beside it.

A figure computes once for each move of a slider; a stepper steps. Its parts are functions of named arrays, recorded as
a figure's `compute` is. What one part returns under the name of an input can be carried over, so that a training step's
new weights are the next step's. `static/stepper.js` runs both kinds of script through one interface.
"""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from .emit import Library, emit_program
from .emit.webassembly import Module, assemble
from .lower import lower
from .lower.lengths import UNJOINED, for_lengths, program_for_lengths
from .program import Buffer, Output, Program
from .record import Array, recording
from .record.array import node_of
from .span import Span

__all__ = ["Part", "compile_stepper", "module_script", "twin_script"]

FARTHEST = 2**15  # bytes that deflate refers back over


@dataclass(frozen=True)
class Part:
    """One program of a stepper: `run(arrays) -> arrays` by name; `inputs(length)` gives examples, of which only the
    shape and the kind (real, whole, bool) count. What does not run `often` is written for size, not for speed."""

    run: Callable[[dict[str, Array]], dict[str, Array]]
    inputs: Callable[[int], dict[str, np.ndarray]]
    often: bool = True


def compile_stepper(name: str, parts: dict[str, Part], lengths: tuple[int, int], bits: int = 32,
                    like: tuple[str, dict[str, str]] | None = None) -> dict[str, str]:  # fmt: skip
    """The files of a stepper for every length between `lengths`: NAME.fused.js and NAME.js, WebAssembly in numbers of
    32 or 64 `bits` that multiplies and adds in one instruction or in two, and NAME.twin.js, JavaScript in float64.

    Inputs of the same name are one array. A stepper that is `like` another one, (its name, its files), is packed as
    what it adds to that, about half as long: a page has to load the other one too. Raises `TraceError` for an operation
    that cannot be recorded, ValueError for inputs of one name and different shapes, for numbers that are not affine in
    the length, and for a stepper that is like one too large.
    """
    constants: dict[str, np.ndarray] = {}
    programs = {key: _program(f"{name}: {key}", part, lengths, constants) for key, part in parts.items()}
    given = programs, _inputs(name, parts, lengths), constants, lengths
    often = {key for key in parts if parts[key].often}
    out = {}
    for fused, ending in ((True, ".fused.js"), (False, ".js")):
        other = like and (like[0], like[1][like[0] + ending])
        out[name + ending] = module_script(name, *given, bits, often, fused, other)
    return out | {f"{name}.twin.js": twin_script(name, *given)}


def _inputs(name: str, parts: dict[str, Part], lengths: tuple[int, int]) -> Inputs:
    """Dtype and shape of every input, for all lengths."""
    known: dict[str, tuple[str, tuple]] = {}
    for key, part in parts.items():
        kinds = for_lengths(lambda length, part=part: _kinds(part, length), lengths)
        for array, kind in kinds.items():
            if known.setdefault(array, kind) != kind:
                raise ValueError(f"{name}: input {array!r} of {key!r} is {kind}, another part takes {known[array]}")
    return known


def _kinds(part: Part, length: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {name: (_dtype(value), np.shape(value)) for name, value in part.inputs(length).items()}


def _program(title: str, part: Part, lengths: tuple[int, int], constants: dict[str, np.ndarray]) -> Program:
    """The program of one part for all lengths; `constants` collects the arrays that it refers to."""

    def record(length: int) -> Program:
        with recording(title, constants) as graph:
            given = {
                name: Array(graph.node("input", attr=name, shape=shape, dtype=dtype, scope=graph.run))
                for name, (dtype, shape) in _kinds(part, length).items()
            }
            return lower(graph, {name: node_of(value) for name, value in part.run(given).items()}, without=UNJOINED)

    return program_for_lengths(record, lengths)


def _dtype(example) -> str:
    return {"f": "float64", "b": "bool"}.get(np.asarray(example).dtype.kind, "int64")


# ---------------------------------------------------------------- scripts
Inputs = dict[str, tuple[str, tuple]]  # name -> dtype and shape


def module_script(name: str, programs: dict[str, Program], inputs: Inputs, constants: dict[str, np.ndarray],
                  lengths: tuple[int, int], bits: int, often: Collection[str], fused: bool = False,
                  like: tuple[str, str] | None = None) -> str:  # fmt: skip
    """The script in WebAssembly; if it is `like` another one, (its name, its text), packed as what it adds to that."""
    module = Module(bits, constants, fused)
    for key, program in programs.items():
        module.add(key, program, key in often)

    def of_input(key):
        dtype, shape = inputs[key]
        return 8 * module.size(dtype), module.place(Buffer(math.prod(shape), dtype, "input", key))

    def of_output(out):
        return 8 * module.size(out.buffer.dtype), _plain(module.output(out))

    layout = _layout(programs, inputs, lengths, of_input, of_output)
    other = f",like:{_json(like[0])}" if like else ""
    wasm = _packed(assemble(module.text()), _unpacked(like[1]) if like else b"")
    return _registered(name, f'bits:{bits},{layout}{other},wasm:"{wasm}"')


def _packed(module: bytes, before: bytes) -> str:
    """Bytes deflated, referring back to those `before` them, as base64; the gzip of a server undoes what that adds."""
    if len(before) > FARTHEST:
        raise ValueError(f"a stepper is packed like one of at most {FARTHEST} bytes, that has {len(before)}")
    packer = zlib.compressobj(9, wbits=-15, zdict=before)
    return base64.b64encode(packer.compress(module) + packer.flush()).decode()


def _unpacked(script: str) -> bytes:
    """The module in a script that is like no other."""
    return zlib.decompress(base64.b64decode(re.search('wasm:"(.*?)"', script)[1]), wbits=-15)


def twin_script(name: str, programs: dict[str, Program], inputs: Inputs, constants: dict[str, np.ndarray],
                lengths: tuple[int, int]) -> str:  # fmt: skip
    """The script in JavaScript: `make(T)` gives a function for each part, as `emit_program` prints it."""
    library = Library()
    texts = ",\n".join(f"{_json(key)}:{emit_program(program, library)}" for key, program in programs.items())
    used = {key: constants[key] for program in programs.values() for key in program.consts}
    consts = ",".join(f"{_json(key)}:Float64Array.of({_listed(value)})" for key, value in used.items())
    layout = _layout(programs, inputs, lengths, lambda key: (), lambda out: ())
    make = f"make($T){{\n{library.source()}\nreturn{{{texts}}}}}"
    return _registered(name, f"bits:64,{layout},consts:{{{consts}}},{make}")


def _layout(programs, inputs, lengths, of_input: Callable[[str], tuple], of_output: Callable[[Output], tuple]) -> str:
    """Members `lengths`, `inputs` and `parts`: for each array its shape, and what `of_input` or `of_output` adds.

    A number that depends on the length T is the list of its factors of 1, T and T % 2.
    """
    given = {name: [_plain(shape), *of_input(name)] for name, (_, shape) in inputs.items()}
    parts = {key: {name: [_plain(out.shape), *of_output(out)] for name, out in program.outputs.items()}
             for key, program in programs.items()}  # fmt: skip
    return f"lengths:{_json(lengths)},inputs:{_json(given)},parts:{_json(parts)}"


def _plain(value):
    if isinstance(value, tuple):
        return list(map(_plain, value))
    return list(value.factors) if isinstance(value, Span) else value


def _registered(name: str, members: str) -> str:
    """A classic script, for <script> and importScripts alike."""
    return f"(self.LiveSteppers??={{}})[{_json(name)}]={{{members}}};\n"


def _listed(value: np.ndarray) -> str:
    return ",".join(repr(float(v)) for v in value.ravel())


def _json(value) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
