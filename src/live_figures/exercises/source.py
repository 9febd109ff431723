"""The source of a solution: what the reader sees after trying, the stub it leaves, and variants with a mistake."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from itertools import pairwise

__all__ = ["answer_source", "function_source", "has_body", "stub_source", "with_edits"]


def function_source(function: Callable) -> str:
    """The source of `function` without its decorator and docstring."""
    lines, node = _parsed(function)
    start, end, first = node.lineno - 1, node.end_lineno, node.body[0]
    if ast.get_docstring(node) is not None:
        lines[first.lineno - 1 : first.end_lineno] = [None] * (first.end_lineno - first.lineno + 1)
    return "\n".join(line for line in lines[start:end] if line is not None)


def answer_source(function: Callable, call: str) -> str:
    """The body of a `function` without arguments, with what it returns handed to `call`: what a cell would hold."""
    lines, node = _parsed(function)
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    last = body[-1]
    before = textwrap.dedent("\n".join(lines[body[0].lineno - 1 : last.lineno - 1]))
    returned = ast.get_source_segment("\n".join(lines), last.value).replace("\n" + " " * last.col_offset, "\n")
    return f"{before}\n{call}({returned})".strip()


def has_body(function: Callable) -> bool:
    """Whether `function` does more than carry a docstring."""
    _, node = _parsed(function)
    return len(node.body) > (ast.get_docstring(node) is not None)


def stub_source(function: Callable) -> str:
    """The first lines of `function`, and dots in place of its body."""
    lines, node = _parsed(function)
    return "\n".join([*lines[node.lineno - 1 : node.body[0].lineno - 1], "    ..."])


def with_edits(function: Callable, edits: tuple[str, ...]) -> Callable:
    """`function` with pieces of its source replaced: `(old, new, old, new, ...)`; each `old` must stand in it."""
    source = function_source(function)
    for old, new in list(pairwise(edits))[::2]:
        if old not in source:
            raise ValueError(f"{function.__name__}: the mistake replaces {old!r}, which is not in the solution")
        source = source.replace(old, new)
    space = dict(function.__globals__)
    exec(compile(source, f"<{function.__name__} with {edits[1]!r}>", "exec"), space)  # an author's own source
    return space[function.__name__]


def _parsed(function: Callable) -> tuple[list[str], ast.FunctionDef]:
    text = textwrap.dedent(inspect.getsource(function))
    return text.splitlines(), ast.parse(text).body[0]
