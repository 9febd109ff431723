"""Spells a program as JavaScript over Float64Array."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import product
from string import ascii_letters

from ..program import Affine, Assign, Buffer, Expr, Lit, Load, Loop, MatMul, Program, Store
from ..record.ops import OPERATIONS
from ..span import Span, most
from .indices import number_text, term_text
from .matmul import matmul_text
from .walk import Functions, KernelWriter, ProgramWriter

__all__ = ["SPELLINGS", "Library", "emit_program"]

_ATOM, _UNARY, _EQUAL, _OR, _CONDITION = 20, 11, 9, 4, 3


@dataclass(frozen=True)
class Spelling:
    """The text of an operation, how tightly it binds, how tightly its operands must, and a function that it calls."""

    text: str
    level: int
    asks: tuple[int, ...]
    helper: str = ""


def _infix(symbol: str, level: int) -> Spelling:
    return Spelling(f"{{}}{symbol}{{}}", level, (level, level + 1))


def _call(function: str, operands: int, helper: str = "") -> Spelling:
    return Spelling(f"{function}({','.join(['{}'] * operands)})", _ATOM, (0,) * operands, helper)


def _helper(definition: str) -> Spelling:
    """A call of a function that is printed only where a program uses it: `$X=(x,y)=>...`."""
    name, parameters = re.match(r"(\$\w)=\(?([\w,]+)\)?=>", definition).groups()
    return _call(name, parameters.count(",") + 1, definition)


# Every operation of the table, in JavaScript. Truths are true and false in expressions, 1 and 0 in memory.
SPELLINGS = {
    **{name: _call(f"Math.{name}", OPERATIONS[name].operands) for name in (
        "abs", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
        "asinh", "acosh", "atanh", "asin", "acos", "atan", "atan2", "hypot", "sign", "floor", "ceil", "trunc", "pow")},
    "maximum": _call("Math.max", 2),
    "minimum": _call("Math.min", 2),
    "round": _helper("$R=x=>{let r=Math.round(x);return r-x==.5&&r%2?r-1:r}"),  # half to even
    "remainder": _helper("$M=(x,y)=>{let m=x%y;return m&&m<0!=y<0?m+y:m}"),  # the divisor's sign
    "floor_divide": _helper("$D=(x,y)=>{if(!y)return x/y;let m=x%y,q=(x-m)/y;return Math.round(m&&m<0!=y<0?q-1:q)}"),
    "copysign": _helper("$C=(x,y)=>y<0||Object.is(y,-0)?-Math.abs(x):Math.abs(x)"),
    "logaddexp": _helper("$L=(x,y)=>x==y?x+Math.LN2:Math.max(x,y)+Math.log1p(Math.exp(-Math.abs(x-y)))"),
    "add": _infix("+", 12),
    "subtract": _infix("-", 12),
    "multiply": _infix("*", 13),
    "divide": _infix("/", 13),
    "negative": Spelling("-{}", _UNARY, (14,)),
    "bitwise_xor": Spelling("({}^{})>>>0", _UNARY, (_EQUAL, _EQUAL)),
    "equal": _infix("==", _EQUAL),
    "not_equal": _infix("!=", _EQUAL),
    "less": _infix("<", 10),
    "less_equal": _infix("<=", 10),
    "greater": _infix(">", 10),
    "greater_equal": _infix(">=", 10),
    "logical_and": _infix("&&", 5),
    "logical_or": _infix("||", _OR),
    "logical_xor": Spelling("!{}!=!{}", _EQUAL, (15, 15)),
    "logical_not": Spelling("!{}", 15, (15,)),
    "isnan": _call("isNaN", 1),
    "isfinite": _call("isFinite", 1),
    "isinf": Spelling("Math.abs({})==1/0", _EQUAL, (0,)),
    "where": Spelling("{}?{}:{}", _CONDITION, (_OR, _CONDITION, _CONDITION)),
    "to_float64": Spelling("+{}", _UNARY, (15,)),
    "to_int64": _call("Math.trunc", 1),
    "to_bool": Spelling("{}!=0", _EQUAL, (10,)),
    "to_index": Spelling("{}|0", 7, (8,)),
}  # fmt: skip
_MEMORY = "$F=n=>new Float64Array(n)"
_CHANGED = "$J=(b,x)=>{let c=0;b.forEach((o,i)=>{let v=x[i]??x;o!==v&&(b[i]=v,c=1)});return c}"  # b starts as NaN
_INPUT = "$I=(b,x)=>{typeof x=='number'?b[0]=x:b.set(x)}"


class _Kernel(KernelWriter):
    """An expression is its text and how tightly it binds."""

    def names(self):
        words = {"do", "if", "in", "of", "as", "is"}
        letters = (product(ascii_letters, repeat=length) for length in (1, 2))
        return (name for each in letters for name in map("".join, each) if name not in words)

    def function(self, parameters, body):
        return f"({','.join(parameters)}){{{body}}}"

    # ------------------------------------------------------------ statements
    def let(self, name, value):
        return f"let {name}={value[0]};"

    def assign(self, name, value):
        return f"{name}={value[0]};"

    def store(self, buffer, index, value):
        target = f"{self.buffer(buffer)}[{self.index(index)}]"
        return f"{target}={'+' + self.expr(value, 15) if _is_truth(value) else self.expr(value)};"

    def loop(self, var, count, body):
        name, inner = self.declare(var), "".join(map(self.statement, body))
        single = len(body) == 1 and isinstance(body[0], (Store, Assign, Loop))
        return f"for(let {name}=0;{name}<{number_text(count)};{name}++){inner if single else f'{{{inner}}}'}"

    def matmul(self, m: MatMul):
        return matmul_text(m, self)

    # ------------------------------------------------------------ expressions
    def index(self, index: Affine) -> str:
        """The text of an index."""
        text = "".join(term_text(self.variable(var), multiple) for var, multiple in index.terms)
        if index.const or not text:
            const = number_text(index.const)
            text += const if const.startswith("-") else f"+{const}"
        return text.removeprefix("+")

    def expr(self, e: Expr, outer: int = 0) -> str:
        """The text of an expression, in brackets if it binds less tightly than `outer`."""
        text, own = self.expression(e)
        return f"({text})" if own < outer else text

    def literal(self, value, dtype):
        if isinstance(value, bool):
            return str(value).lower(), _ATOM
        if isinstance(value, Span):
            return number_text(value), 12
        if math.isinf(value):
            return ("1/0", 13) if value > 0 else ("-1/0", _UNARY)
        if math.isnan(value):
            return "NaN", _ATOM
        text = repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
        text = "-0" if value == 0 and math.copysign(1, value) < 0 else re.sub(r"^(-?)0\.", r"\1.", text)
        return text, _UNARY if text.startswith("-") else _ATOM

    def load(self, buffer, index):
        return f"{self.buffer(buffer)}[{self.index(index)}]", _ATOM

    def use(self, name, dtype):
        return name, _ATOM

    def index_value(self, index):
        text = self.index(index)
        return text, _ATOM if text.isalnum() else _UNARY

    def operation(self, name, args):
        if name == "to_float64" and not _is_truth(args[0]):  # every number is a double already
            return self.expression(args[0])
        spelling = _by_power_of_two(name, args[-1]) or SPELLINGS[name]
        self.functions.helpers |= {spelling.helper} if spelling.helper else set()
        return spelling.text.format(*map(self.expr, args, spelling.asks)), spelling.level


class Library(Functions):
    """The functions of a module in JavaScript."""

    def source(self) -> str:
        """Every helper and kernel, one a line."""
        lines = [f"const {definition};" for definition in sorted(self.helpers)]
        return "\n".join(lines + [f"function {name}{text}" for text, name in self.kernels.items()])


def emit_program(program: Program, library: Library) -> str:
    """`function(K){...return function(I){...return{name:array}}}`: constants in, then inputs in and results out."""
    return _Program(program, library).text()


class _Program(ProgramWriter):
    kernel = _Kernel

    def __init__(self, program: Program, library: Library):
        super().__init__(program, library)
        self.watched: set[str] = set()  # the inputs that a stage waits for

    def text(self) -> str:
        setup, body = self.steps(self.program.setup), self.steps(self.program.body)
        results, views = self._results()
        declared = [f"{name}={self._made(buffer)}" for buffer, name in self.buffers.items()]
        fill = [self._filled(buffer, name) for buffer, name in self.buffers.items() if buffer.role == "input"]
        const = f"const {','.join(declared + views)};\n" if declared or views else ""
        return f"function(K){{\n{const}{setup}return function(I){{\n{''.join(fill)}\n{body}return{{{results}}}}}}}"

    def _filled(self, buffer: Buffer, name: str) -> str:
        value = f"({name},I[{_quoted(buffer.name)}]);"
        self.functions.helpers.add(_CHANGED if name in self.watched else _INPUT)
        return f"let {name}c=$J{value}" if name in self.watched else f"$I{value}"

    def _made(self, buffer: Buffer) -> str:
        if buffer.role == "const":
            return f"K[{_quoted(buffer.name)}]"
        self.functions.helpers.add(_MEMORY)
        return f"$F({most(buffer.size)})" + (".fill(NaN)" if self.buffers[buffer] in self.watched else "")

    def _results(self):
        pairs, views = [], []
        for k, (name, text, offset, size, whole) in enumerate(self.results()):
            if not whole:
                views.append(f"r{k}={text}.subarray({number_text(offset)},{number_text(offset + size)})")
                text = f"r{k}"
            pairs.append(f"{_quoted(name)}:{text}")
        return ",".join(pairs), views

    def repeat(self, counter, count, reverse, body):
        t = counter
        down = f"{t}={number_text(count - 1)};{t}>=0;{t}--"
        head = down if reverse else f"{t}=0;{t}<{number_text(count)};{t}++"
        return f"for(let {head}){{\n{body}}}\n"

    def stage(self, inputs, body):
        self.watched.update(inputs)
        return f"if({'|'.join(f'{name}c' for name in inputs)}){{\n{body}}}\n"

    def call(self, function, buffers, counters):
        return f"{function}({','.join(buffers + counters)});\n"


def _is_truth(e: Expr) -> bool:
    """Whether an expression gives true or false, where memory would hold 1 or 0."""
    return e.dtype == "bool" and not isinstance(e, Load)


def _by_power_of_two(name: str, by: Expr) -> Spelling | None:
    """Floor division or remainder of whole numbers by 1, 2, 4, ..., 2**32, of which random numbers are made: exact."""
    known = isinstance(by, Lit) and by.dtype == "int64" and isinstance(by.value, int)  # not one that moves with T
    if not known or not 0 < by.value <= 2**32 or by.value & (by.value - 1):
        return None
    remainder = Spelling(f"{{}}&{by.value - 1}", 8, (8,)) if by.value < 2**32 else Spelling("{}>>>0", 11, (11,))
    return {"floor_divide": Spelling("Math.floor({}/{})", _ATOM, (13, 14)), "remainder": remainder}.get(name)


def _quoted(name: str) -> str:
    return f'"{name}"'
