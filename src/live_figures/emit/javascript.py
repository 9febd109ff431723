"""Prints a program as JavaScript over Float64Array. It knows loops and expressions, and nothing of arrays' shapes.

Every kernel becomes a function of the buffers and counters that it uses, with names by order of appearance: kernels
that do the same thing, in one program or in several variants of a figure, are the same text and are printed once.
"""

from __future__ import annotations

import math
import re
from itertools import product
from string import ascii_letters

from ..program import (
    Affine,
    Assign,
    Buffer,
    IndexValue,
    Kernel,
    Let,
    Lit,
    Load,
    Loop,
    MatMul,
    Op,
    Program,
    Repeat,
    Store,
    Use,
)
from .matmul import matmul_text

__all__ = ["Library", "emit_program"]

# operation -> (text, precedence of the result, precedence asked of each operand)
_BINARY = {
    "add": ("+", 12), "subtract": ("-", 12), "multiply": ("*", 13), "divide": ("/", 13), "less": ("<", 10),
    "less_equal": ("<=", 10), "greater": (">", 10), "greater_equal": (">=", 10), "equal": ("==", 9),
    "not_equal": ("!=", 9), "logical_and": ("&&", 5), "logical_or": ("||", 4),
}  # fmt: skip
_MATH = {name: name for name in (
    "abs", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "asinh", "acosh", "atanh", "asin", "acos", "atan", "atan2", "hypot", "sign", "floor", "ceil", "trunc", "pow",
)}  # fmt: skip
_MATH |= {"maximum": "max", "minimum": "min", "to_int64": "trunc"}
# Helper functions, printed only where a program uses them.
HELPERS = {
    "memory": "$F=n=>new Float64Array(n)",
    "input": "$I=(b,x)=>{typeof x=='number'?b[0]=x:b.set(x)}",
    "round": "$R=x=>{let r=Math.round(x);return r-x==.5&&r%2?r-1:r}",  # half to even
    "remainder": "$M=(x,y)=>{let m=x%y;return m&&m<0!=y<0?m+y:m}",  # the divisor's sign
    "floor_divide": "$D=(x,y)=>{if(!y)return x/y;let m=x%y,q=(x-m)/y;return Math.round(m&&m<0!=y<0?q-1:q)}",
    "copysign": "$C=(x,y)=>y<0||Object.is(y,-0)?-Math.abs(x):Math.abs(x)",
    "logaddexp": "$L=(x,y)=>x==y?x+Math.LN2:Math.max(x,y)+Math.log1p(Math.exp(-Math.abs(x-y)))",
}
_ATOM, _UNARY, _CONDITION = 20, 11, 3


class Library:
    """Functions shared by the programs of a module: kernels by their text, and the helpers they call."""

    def __init__(self):
        self.functions: dict[str, str] = {}  # text without a name -> name
        self.helpers: set[str] = set()

    def name(self, text: str) -> str:
        """The name of the function with this text."""
        return self.functions.setdefault(text, f"k{len(self.functions)}")

    def source(self) -> str:
        """Every helper and function, one a line."""
        lines = [f"const {HELPERS[name]};" for name in sorted(self.helpers)]
        return "\n".join(lines + [f"function {name}{text}" for text, name in self.functions.items()])


def emit_program(program: Program, library: Library) -> str:
    """`function(K){...return function(I){...return{name:array}}}`: constants in, then inputs in and results out."""
    return _Module(program, library).text()


class _Module:
    def __init__(self, program: Program, library: Library):
        self.program, self.library = program, library
        self.names: dict[Buffer, str] = {}
        self.counters: dict = {}

    def buffer(self, buffer: Buffer) -> str:
        return self.names.setdefault(buffer, f"b{len(self.names)}")

    def text(self) -> str:
        setup, body = self.steps(self.program.setup), self.steps(self.program.body)
        results, views = self._results()
        declared = []
        for buffer, name in self.names.items():
            made = f"K[{_quoted(buffer.name)}]" if buffer.role == "const" else f"$F({buffer.size})"
            declared.append(f"{name}={made}")
        inputs = [(b, name) for b, name in self.names.items() if b.role == "input"]
        fill = [f"$I({name},I[{_quoted(b.name)}]);" for b, name in inputs]
        self.library.helpers |= {"input"} if fill else set()
        self.library.helpers |= {"memory"} if any(b.role != "const" for b in self.names) else set()
        const = f"const {','.join(declared + views)};\n" if declared or views else ""
        return f"function(K){{\n{const}{setup}return function(I){{\n{''.join(fill)}\n{body}return{{{results}}}}}}}"

    def _results(self):
        pairs, views = [], []
        for k, (name, out) in enumerate(self.program.outputs.items()):
            size, text = math.prod(out.shape), self.buffer(out.buffer)
            if (out.offset, size) != (0, out.buffer.size):
                views.append(f"r{k}={text}.subarray({out.offset},{out.offset + size})")
                text = f"r{k}"
            pairs.append(f"{_quoted(name)}:{text}")
        return ",".join(pairs), views

    def steps(self, steps) -> str:
        return "".join(self._repeat(s) if isinstance(s, Repeat) else self._call(s) for s in steps)

    def _repeat(self, step: Repeat) -> str:
        t = self.counters[step.counter] = f"t{len(self.counters)}"
        head = f"{t}={step.count - 1};{t}>=0;{t}--" if step.reverse else f"{t}=0;{t}<{step.count};{t}++"
        return f"for(let {head}){{\n{self.steps(step.body)}}}\n"

    def _call(self, kernel: Kernel) -> str:
        function = _Function(self.library)
        text = function.text(kernel)
        args = [self.buffer(b) for b in function.buffers] + [self.counters[v] for v in function.outside]
        return f"{self.library.name(text)}({','.join(args)});\n"


class _Function:
    """One kernel as a function; names are given by order of appearance."""

    def __init__(self, library: Library):
        self.library = library
        self.buffers: dict[Buffer, str] = {}
        self.outside: dict = {}
        self.inside: dict = {}
        self.unused = _short_names()

    def text(self, kernel: Kernel) -> str:
        body = "".join(map(self.statement, kernel.body))
        return f"({','.join([*self.buffers.values(), *self.outside.values()])}){{{body}}}"

    def buffer(self, buffer) -> str:
        """The name of a buffer."""
        if buffer not in self.buffers:
            self.buffers[buffer] = next(self.unused)
        return self.buffers[buffer]

    def fresh(self) -> str:
        """A name not used so far."""
        return next(self.unused)

    def _declare(self, var) -> str:
        self.inside[var] = self.fresh()
        return self.inside[var]

    def _var(self, var) -> str:
        if var in self.inside:
            return self.inside[var]
        if var not in self.outside:
            self.outside[var] = next(self.unused)
        return self.outside[var]

    # ------------------------------------------------------------ statements
    def statement(self, s) -> str:
        match s:
            case Let(var, value):
                text = self.expr(value)
                return f"let {self._declare(var)}={text};"
            case Assign(var, value):
                return f"{self._var(var)}={self.expr(value)};"
            case Store(buffer, index, value):
                return self._store(f"{self.buffer(buffer)}[{self.index(index)}]", value)
            case Loop(var, count, body):
                return self._loop(var, count, body)
            case MatMul():
                return matmul_text(s, self)

    def _store(self, target: str, value) -> str:
        truth = value.dtype == "bool" and not isinstance(value, Load)  # true and false are stored as 1 and 0
        return f"{target}={'+' + self.expr(value, 15) if truth else self.expr(value)};"

    def _loop(self, var, count, body) -> str:
        name = self._declare(var)
        inner = "".join(map(self.statement, body))
        single = len(body) == 1 and isinstance(body[0], (Store, Assign, Loop))
        return f"for(let {name}=0;{name}<{count};{name}++){inner if single else f'{{{inner}}}'}"

    # ------------------------------------------------------------ expressions
    def index(self, index: Affine) -> str:
        """The text of an index."""
        text = ""
        for var, multiple in index.terms:
            sign = "-" if multiple < 0 else "+"
            text += sign + self._var(var) + ("" if abs(multiple) == 1 else f"*{abs(multiple)}")
        if index.const or not text:
            text += f"{index.const:+d}"
        return text.removeprefix("+")

    def expr(self, e, outer: int = 0) -> str:
        """The text of an expression, in brackets if it binds less tightly than `outer`."""
        text, own = self._expr(e)
        return f"({text})" if own < outer else text

    def _expr(self, e):
        match e:
            case Lit(value):
                return _number(value)
            case Load(buffer, index):
                return f"{self.buffer(buffer)}[{self.index(index)}]", _ATOM
            case Use(var):
                return self._var(var), _ATOM
            case IndexValue(index):
                text = self.index(index)
                return text, _ATOM if text.isalnum() else _UNARY
            case Op(name, args):
                return self._op(name, args)

    def _op(self, name: str, args):
        if name in _BINARY:
            symbol, level = _BINARY[name]
            return f"{self.expr(args[0], level)}{symbol}{self.expr(args[1], level + 1)}", level
        if name in _MATH:
            return f"Math.{_MATH[name]}({','.join(map(self.expr, args))})", _ATOM
        if name in HELPERS:
            self.library.helpers.add(name)
            return f"{HELPERS[name].split('=')[0]}({','.join(map(self.expr, args))})", _ATOM
        return getattr(self, f"_{name}")(*args)

    def _where(self, condition, yes, no):
        return f"{self.expr(condition, 4)}?{self.expr(yes, 3)}:{self.expr(no, 3)}", _CONDITION

    def _negative(self, x):
        return f"-{self.expr(x, 14)}", _UNARY

    def _logical_not(self, x):
        return f"!{self.expr(x, 15)}", 15

    def _logical_xor(self, x, y):
        return f"!{self.expr(x, 15)}!=!{self.expr(y, 15)}", 9

    def _isnan(self, x):
        return f"isNaN({self.expr(x)})", _ATOM

    def _isfinite(self, x):
        return f"isFinite({self.expr(x)})", _ATOM

    def _isinf(self, x):
        return f"Math.abs({self.expr(x)})==1/0", 9

    def _to_float64(self, x):
        return (f"+{self.expr(x, 15)}", _UNARY) if x.dtype == "bool" and not isinstance(x, Load) else self._expr(x)

    def _to_index(self, x):
        return f"{self.expr(x, 8)}|0", 7

    def _to_bool(self, x):
        return f"{self.expr(x, 10)}!=0", 9


def _short_names():
    words = {"do", "if", "in", "of", "as", "is"}
    for length in (1, 2):
        for letters in product(ascii_letters, repeat=length):
            if (name := "".join(letters)) not in words:
                yield name


def _number(value):
    if isinstance(value, bool):
        return str(value).lower(), _ATOM
    if math.isinf(value):
        return ("1/0", 13) if value > 0 else ("-1/0", _UNARY)
    if math.isnan(value):
        return "NaN", _ATOM
    text = repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    text = "-0" if value == 0 and math.copysign(1, value) < 0 else re.sub(r"^(-?)0\.", r"\1.", text)
    return text, _UNARY if text.startswith("-") else _ATOM


def _quoted(name: str) -> str:
    return f'"{name}"'
