"""Formulas as data: written as Python, read once, computed, and shown step by step with the present numbers.

A formula is kept as nested tuples, which a page can hold as JSON and `static/formulas.js` shows in the same way:
a number; the name of a quantity; `("@", name, index, ...)` where an index is a whole number or `(letter, offset)`;
`("+", a, b, ...)`, `("*", a, b, ...)`, `("neg", a)`, `("/", a, b)`, `("^", a, b)`; a function's name and what it is of;
`("sum", letter, count, term)`.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from .values import format_value

__all__ = ["Line", "Quantities", "compute", "lines", "parse", "references", "spelled"]

FUNCTIONS = {
    "tanh": math.tanh, "exp": math.exp, "log": math.log, "sqrt": math.sqrt,
    "sigma": lambda a: 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a)),
}
SHOWN = {"sigma": "σ"}
LONGEST, ENDS = 5, 3  # a sum of more terms shows the first few and the last
SUM, PRODUCT, POWER, LEAF = range(4)  # how strongly the parts of what is written hold together
Letters = Mapping[str, int]
Token = tuple[str, str]  # what is shown, and the name of the quantity that it stands for or ""


# ---------------------------------------------------------------- reading
def parse(text: str):
    """The formula in `text`; raises ValueError with the part that cannot be read."""
    try:
        return _read(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no formula: {error.msg}") from error


def _read(node):
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            return name
        case ast.Subscript():
            return _reference(node)
        case ast.BinOp(left, ast.Add(), right):
            return ("+", *_flat("+", _read(left)), *_flat("+", _read(right)))
        case ast.BinOp(left, ast.Sub(), right):
            return ("+", *_flat("+", _read(left)), ("neg", _read(right)))
        case ast.BinOp(left, ast.Mult(), right):
            return ("*", *_flat("*", _read(left)), *_flat("*", _read(right)))
        case ast.BinOp(left, ast.Div(), right):
            return ("/", _read(left), _read(right))
        case ast.BinOp(left, ast.Pow(), right):
            return ("^", _read(left), _read(right))
        case ast.UnaryOp(ast.USub(), operand):
            return ("neg", _read(operand))
        case ast.Call(ast.Name("sum"), [ast.GeneratorExp() as terms], []):
            return _sum(terms)
        case ast.Call(ast.Name(name), [argument], []) if name in FUNCTIONS:
            return (name, _read(argument))
    raise ValueError(f"cannot read {ast.unparse(node)!r}: a formula is made of names, numbers, + - * / **, "
                     f"{', '.join(FUNCTIONS)} and sum(... for j in range(n))")


def _flat(kind: str, tree) -> tuple:
    return tree[1:] if isinstance(tree, tuple) and tree[0] == kind else (tree,)


def _reference(node):
    indices = []
    while isinstance(node, ast.Subscript):
        indices.append(_index(node.slice))
        node = node.value
    if not isinstance(node, ast.Name):
        raise ValueError(f"cannot read {ast.unparse(node)!r}: only a name has an index")
    return ("@", node.id, *reversed(indices))


def _index(node):
    match node:
        case ast.Constant(value=int() as place):
            return place
        case ast.Name(id=letter):
            return (letter, 0)
        case ast.BinOp(ast.Name(id=letter), ast.Add() | ast.Sub() as way, ast.Constant(value=int() as by)):
            return (letter, by if isinstance(way, ast.Add) else -by)
    raise ValueError(f"cannot read the index {ast.unparse(node)!r}; write a whole number, k, k + 1 or k - 1")


def _sum(terms: ast.GeneratorExp):
    match terms.generators:
        case [ast.comprehension(ast.Name(id=letter), ast.Call(ast.Name("range"), [count], []), [], 0)]:
            return ("sum", letter, _read(count), _read(terms.elt))
    raise ValueError(f"cannot read {ast.unparse(terms)!r}; write sum(term for j in range(n))")


def references(tree, letters: frozenset = frozenset()) -> Iterator[tuple[str, tuple, frozenset]]:
    """Every quantity in a formula: its name, its indices, and the letters that sums around it give a value."""
    if isinstance(tree, str):
        yield tree, (), letters
    elif isinstance(tree, tuple) and tree[0] == "@":
        yield tree[1], tree[2:], letters
    elif isinstance(tree, tuple) and tree[0] == "sum":
        yield from references(tree[2], letters)
        yield from references(tree[3], letters | {tree[1]})
    elif isinstance(tree, tuple):
        for part in tree[1:]:
            yield from references(part, letters)


# ---------------------------------------------------------------- computing
@dataclass(frozen=True)
class Quantities:
    """Where a formula finds its quantities: `value(name, indices)`, `symbol(name, indices or letters)`, `form(name)`.

    `letters` gives the free indices their values; `steps` is the number format of what is computed on the way.
    """

    value: Callable[[str, tuple[int, ...]], float]
    symbol: Callable[[str, tuple], str]
    form: Callable[[str], str]
    letters: Letters
    steps: str = ".2f"

    def at(self, letter: str, place: int) -> Quantities:
        """The same with one more index known."""
        return replace(self, letters={**self.letters, letter: place})


def _places(indices: tuple, letters: Letters) -> tuple:
    """The indices as numbers; one whose letter has no value yet stays a letter."""
    return tuple(k if isinstance(k, int) else letters[k[0]] + k[1] if k[0] in letters else k for k in indices)


def _named(tree) -> tuple[str, tuple] | None:
    """The name and the indices of a formula that is one quantity."""
    if isinstance(tree, str):
        return tree, ()
    return (tree[1], tree[2:]) if isinstance(tree, tuple) and tree[0] == "@" else None


def compute(tree, of: Quantities) -> float:
    """The value of a formula."""
    if named := _named(tree):
        return of.value(named[0], _places(named[1], of.letters))
    if not isinstance(tree, tuple):
        return float(tree)
    return _apply(tree[0], [compute(part, inner) for part, inner in _parts(tree, of)])


def _parts(tree: tuple, of: Quantities) -> list[tuple[object, Quantities]]:
    """What an operation works on, each with the indices that are known there."""
    if tree[0] != "sum":
        return [(part, of) for part in tree[1:]]
    return [(tree[3], of.at(tree[1], place)) for place in range(int(compute(tree[2], of)))]


def _apply(kind: str, numbers: list[float]) -> float:
    match kind:
        case "+" | "sum":
            return math.fsum(numbers)
        case "*":
            return math.prod(numbers)
        case "neg":
            return -numbers[0]
        case "/":
            return numbers[0] / numbers[1]
        case "^":
            return numbers[0] ** numbers[1]
    return FUNCTIONS[kind](numbers[0])


# ---------------------------------------------------------------- showing
@dataclass(frozen=True)
class Line:
    """One line of the arithmetic: whether it is only about equal to the one before, and what stands in it."""

    about: bool
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """What stands in it, without its marks."""
        return "".join(text for text, _ in self.tokens)


def lines(tree, of: Quantities, result: str) -> list[Line]:
    """A formula in symbols, with numbers, with what was computed on the way, and its value in the format `result`.

    A reader can compute each line from the digits of the one before: where that would not give the digits shown, the
    line is marked as about equal.
    """
    depth = _depth(tree)
    shown = [Line(False, _joined(tree, of, None)), Line(False, _joined(tree, of, depth))]
    shown += [Line(_rough(tree, of, cut, 0), _joined(tree, of, cut)) for cut in range(depth - 1, 0, -1)]
    if depth:
        last = _text(compute(tree, of), result)
        shown.append(Line(_rough(tree, of, 0, 0, result), ((last, ""),)))
    return shown


def _depth(tree) -> int:
    """How many operations stand inside each other; a minus sign is part of its number."""
    if _named(tree) or not isinstance(tree, tuple):
        return 0
    inner = max(_depth(part) for part in (tree[3:] if tree[0] == "sum" else tree[1:]))
    return inner + (tree[0] != "neg")


def _text(value: float, form: str) -> str:
    """A number as it is shown; a very large one by its leading digits."""
    return format_value(value, ".3g" if form.endswith("f") and abs(value) >= 1e5 else form)


def _joined(tree, of: Quantities, cut: int | None) -> tuple[Token, ...]:
    return tuple(_write(tree, of, cut, 0)[1])


def _write(tree, of: Quantities, cut: int | None, depth: int) -> tuple[int, list[Token]]:
    """What is shown, and how strongly it holds together: symbols, or (with `cut`) numbers, computed from there down."""
    if named := _named(tree):
        name, places = named[0], _places(named[1], of.letters)
        text = of.symbol(name, places) if cut is None else _text(of.value(name, places), of.form(name))
        return (PRODUCT if text.startswith("−") else LEAF), [(text, name)]
    if not isinstance(tree, tuple):
        return LEAF, [(format_value(tree, ".6g"), "")]
    kind = tree[0]
    if kind == "neg":
        strength, inner = _write(tree[1], of, cut, depth)
        return PRODUCT, _signed(inner) if strength > SUM else [("−(", ""), *inner, (")", "")]
    if cut is not None and depth >= cut:
        text = _text(compute(tree, of), of.steps)
        return (PRODUCT if text.startswith("−") else LEAF), [(text, "")]
    return _operation(tree, of, cut, depth + 1)


def _operation(tree: tuple, of: Quantities, cut: int | None, depth: int) -> tuple[int, list[Token]]:
    kind = tree[0]
    if kind == "sum" and cut is None:
        return POWER, [(f"Σ_{tree[1]} ", ""), *_bound(_write(tree[3], of, cut, depth), PRODUCT)]
    parts = _parts(tree, of)
    if kind == "sum" and len(parts) > LONGEST:
        written = [_write(part, inner, cut, depth)[1] for part, inner in [*parts[:ENDS], parts[-1]]]
        return SUM, _summed([*written[:-1], [("…", "")], written[-1]])
    written = [_write(part, inner, cut, depth) for part, inner in parts]
    match kind:
        case "+" | "sum":
            return SUM, _summed([_bound(one, PRODUCT) for one in written])
        case "*":
            return PRODUCT, _between(" · ", [_factor(one, k) for k, one in enumerate(written)])
        case "/":
            return PRODUCT, _between(" / ", [_factor(written[0], 0), _bound(written[1], POWER)])
        case "^":
            return POWER, [*_bound(written[0], LEAF), (f"^{{{''.join(text for text, _ in written[1][1])}}}", "")]
    if kind == "sqrt":
        return LEAF, [("√", ""), *_bound(written[0], LEAF)]
    return LEAF, [(f"{SHOWN.get(kind, kind)}(", ""), *written[0][1], (")", "")]


def _bound(written: tuple[int, list[Token]], strength: int) -> list[Token]:
    """What was written, in brackets where it would fall apart."""
    return written[1] if written[0] >= strength else [("(", ""), *written[1], (")", "")]


def _factor(written: tuple[int, list[Token]], k: int) -> list[Token]:
    """One factor of a product: the first may begin with a minus sign."""
    begins_negative = written[1][0][0].startswith("−")
    return _bound(written, POWER if k and begins_negative else PRODUCT)


def _between(sign: str, parts: list[list[Token]]) -> list[Token]:
    return [token for k, part in enumerate(parts) for token in ([(sign, "")] if k else []) + part]


def _summed(terms: list[list[Token]]) -> list[Token]:
    """Terms with plus signs between them, or the minus sign of the next."""
    out = list(terms[0])
    for (text, name), *rest in terms[1:]:
        minus = text.startswith("−")
        out += [(" − " if minus else " + ", ""), (text.removeprefix("−"), name), *rest]
    return [token for token in out if token[0]]


def _signed(inner: list[Token]) -> list[Token]:
    """The same with the other sign."""
    (text, name), *rest = inner
    return [(text[1:] if text.startswith("−") else f"−{text}", name), *rest]


# ---------------------------------------------------------------- digits
def _rough(tree, of: Quantities, cut: int, depth: int, result: str = "") -> bool:
    """Whether an operation at the depth `cut` gives other digits if computed from the digits shown."""
    if _named(tree) or not isinstance(tree, tuple):
        return False
    if tree[0] == "neg":
        return _rough(tree[1], of, cut, depth)
    parts = _parts(tree, of)
    if tree[0] == "sum" and len(parts) > LONGEST:
        return False  # it is not shown whole
    if depth < cut:
        return any(_rough(part, inner, cut, depth + 1) for part, inner in parts)
    form = result or of.steps
    again = _apply(tree[0], [_digits(part, inner) for part, inner in parts])
    return _text(again, form) != _text(compute(tree, of), form)


def _digits(tree, of: Quantities) -> float:
    """The number that a reader sees for a part."""
    if named := _named(tree):
        return _read_back(_text(of.value(named[0], _places(named[1], of.letters)), of.form(named[0])))
    if not isinstance(tree, tuple):
        return float(tree)
    if tree[0] == "neg":
        return -_digits(tree[1], of)
    return _read_back(_text(compute(tree, of), of.steps))


_PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def _read_back(text: str) -> float:
    """The number that a text of `format_value` says."""
    share = text.endswith("%")
    number = float(text.removesuffix("%").replace("×10", "e").translate(_PLAIN))
    return number / 100 if share else number


def spelled(tokens: tuple[Token, ...], words: Mapping[str, str], name: Callable[[str], str] | None = None) -> str:
    """What stands in a line as it is heard: signs as words and, with `name`, quantities by what they are called."""
    def one(text: str, of: str) -> str:
        if of and name:
            return name(of)
        if text[0] in "Σ^":
            return f"{words[text[0]]} {text[1:].strip('{}') if text[0] == '^' else ''}"
        return words.get(text.strip(), text)

    return " ".join(" ".join(one(*token) for token in tokens).split())
