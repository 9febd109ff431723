"""Every operation of the table in WebAssembly text, on scalars and on lanes.

A spelling is a function of the kernel being written, the type of the operands ("f32", "f64", "f32x4" or "f64x2") and
their texts; most instructions have one name for all four. Truths are 1 and 0 in scalars, all bits or none in lanes.
What WebAssembly lacks is imported from JavaScript, and called lane by lane.
"""

from __future__ import annotations

import math

from ...program import Lit
from . import elementary

__all__ = ["LANES", "SPELLINGS", "spell"]

LANES = {"f32": "f32x4", "f64": "f64x2"}
IMPORTED = (
    "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "asinh", "acosh", "atanh", "asin",
    "acos", "atan", "atan2", "hypot", "pow", "floor_divide", "remainder", "logaddexp",
)  # fmt: skip


def _wide(kind: str) -> bool:
    return kind in LANES.values()


def _same(instruction: str):
    return lambda k, kind, *args: f"({kind}.{instruction} {' '.join(args)})"


def _logic(instruction: str):
    return lambda k, kind, *args: f"({'v128' if _wide(kind) else 'i32'}.{instruction} {' '.join(args)})"


def _imported(name: str):
    """A function of JavaScript, which knows float64 alone; lanes call it one after the other."""

    def spelled(k, kind, *args):
        k.functions.imports[name] = len(args)
        if _wide(kind):
            return k.lane_by_lane(spelled, kind, args)
        args = args if kind == "f64" else [f"(f64.promote_f32 {a})" for a in args]
        text = f"(call ${name} {' '.join(args)})"
        return text if kind == "f64" else f"(f32.demote_f64 {text})"

    return spelled


def _elementary(function):
    """A function that is written out by lanes; a scalar is the first of them, or JavaScript's where that is shorter."""

    def spelled(k, kind, x):
        if _wide(kind):
            return function(k, kind, x)
        if not k.module.often:
            return _imported(function.__name__)(k, kind, x)
        return f"({LANES[kind]}.extract_lane 0 {function(k, LANES[kind], f'({LANES[kind]}.splat {x})')})"

    return spelled


def _not(k, kind, x):
    return f"(v128.not {x})" if _wide(kind) else f"(i32.eqz {x})"


def _isnan(k, kind, x):
    return k.bound(x, kind, lambda x: f"({kind}.ne {x} {x})", truth=True)


def _beside_infinity(comparison: str):
    return lambda k, kind, x: f"({kind}.{comparison} ({kind}.abs {x}) {k.number(math.inf, kind)})"


def _where(k, kind, condition, x, y):
    return f"(v128.bitselect {x} {y} {condition})" if _wide(kind) else f"(select {x} {y} {condition})"


def _copysign(k, kind, x, y):
    return f"(v128.bitselect {y} {x} {k.number(-0.0, kind)})" if _wide(kind) else f"({kind}.copysign {x} {y})"


def _sign(k, kind, x):
    def text(x):  # 0, -0 and NaN stay what they are
        itself = _logic("or")(k, kind, f"({kind}.eq {x} {k.number(0.0, kind)})", f"({kind}.ne {x} {x})")
        return _where(k, kind, itself, x, _copysign(k, kind, k.number(1.0, kind), x))

    return k.bound(x, kind, text)


def _xor(k, kind, *args):
    if _wide(kind):
        words = " ".join(f"(i32x4.trunc_sat_f64x2_u_zero {a})" for a in args)
        return f"(f64x2.convert_low_i32x4_u (v128.xor {words}))"
    return f"(f64.convert_i32_u (i32.xor {' '.join(f'(i32.trunc_sat_f64_u {a})' for a in args)}))"


# Every operation of the table. Conversions are in `spell`: they are between types.
SPELLINGS = {
    **{name: _same(instruction) for name, instruction in {
        "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "maximum": "max", "minimum": "min",
        "negative": "neg", "abs": "abs", "sqrt": "sqrt", "floor": "floor", "ceil": "ceil", "trunc": "trunc",
        "round": "nearest", "equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt",
        "greater_equal": "ge"}.items()},
    **{name: _imported(name) for name in IMPORTED},
    "exp": _elementary(elementary.exp),
    "tanh": _elementary(elementary.tanh),
    "copysign": _copysign,
    "sign": _sign,
    "bitwise_xor": _xor,  # of whole numbers below 2**32
    "logical_and": _logic("and"),
    "logical_or": _logic("or"),
    "logical_xor": _logic("xor"),
    "logical_not": _not,
    "isnan": _isnan,
    "isfinite": _beside_infinity("lt"),
    "isinf": _beside_infinity("eq"),
    "where": _where,
}  # fmt: skip


# ---------------------------------------------------------------- whole numbers divided, and conversions
def _floor_divide(k, kind, x, y, divisor):
    """The quotient of whole numbers below 2**53 rounded down: that of doubles cannot round up to the next one."""
    known = isinstance(divisor, Lit) and isinstance(divisor.value, int)
    if known and math.frexp(divisor.value)[0] == 0.5:  # a power of two
        return f"({kind}.floor ({kind}.mul {x} {k.number(1 / divisor.value, kind)}))"
    return f"({kind}.floor ({kind}.div {x} {y}))"


def _remainder(k, kind, x, y, divisor):
    def text(x, y):
        return f"({kind}.sub {x} ({kind}.mul {y} {_floor_divide(k, kind, x, y, divisor)}))"

    return k.bound(y, kind, lambda y: k.bound(x, kind, lambda x: text(x, y)))


WHOLE = {"floor_divide": _floor_divide, "remainder": _remainder}
_X, _Y = "(local.get $x)", "(local.get $y)"
# What is written for size calls functions that the module has once.
CALLED = {
    "floor_divide": f"(f64.floor (f64.div {_X} {_Y}))",
    "remainder": f"(f64.sub {_X} (f64.mul {_Y} (f64.floor (f64.div {_X} {_Y}))))",
    "bitwise_xor": _xor(None, "f64", _X, _Y),
}


def _called(k, name: str, x: str, y: str) -> str:
    k.functions.helpers.add(f"(func $whole_{name} (param $x f64) (param $y f64) (result f64) {CALLED[name]})\n")
    return f"(call $whole_{name} {x} {y})"


def spell(k, name: str, args: tuple, texts: list[str]) -> str:
    """The text of an operation on operands whose texts are known."""
    given = args[-1].dtype
    if name.startswith("to_"):
        return _converted(k, given, name.removeprefix("to_"), texts[0])
    kind = k.kind("float64" if given == "bool" else given)
    if given == "int64" and name in CALLED and not k.module.often:
        return _called(k, name, *texts)
    if given == "int64" and name in WHOLE:
        return WHOLE[name](k, kind, *texts, args[1])
    return SPELLINGS[name](k, kind, *texts)


def _converted(k, given: str, wanted: str, x: str) -> str:
    """A value of one dtype as another."""
    kind = k.kind("float64" if given == "bool" else given)
    if wanted == "bool":
        return f"({kind}.ne {x} {k.number(0.0, kind)})"
    if wanted == "index":
        return f"(i32.trunc_sat_{kind}_s {x})"
    if given == "bool":
        to = k.kind(wanted)
        return f"(v128.and {x} {k.number(1.0, to)})" if _wide(to) else f"({to}.convert_i32_s {x})"
    whole = f"({kind}.trunc {x})" if (given, wanted) == ("float64", "int64") else x
    return k.cast(whole, kind, k.kind(wanted))
