"""A nest of loops under construction: every value is computed in the outermost loop that knows its variables."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..program import Expr, IndexValue, Let, Lit, Load, Loop, Op, Use, Var

__all__ = ["Nest"]


@dataclass(eq=False)
class _Block:
    known: set[Var]
    statements: list = field(default_factory=list)
    bound: dict[Expr, Var] = field(default_factory=dict)
    loop: tuple[Var, int] | None = None


class Nest:
    """Collects statements; `open` and `close` nest them in loops. `counters` are known from the start."""

    def __init__(self, counters, passes: frozenset[str]):
        self.passes = passes
        self.blocks = [_Block(set(counters))]

    @property
    def statements(self) -> list:
        """What has been collected outside all loops: the whole nest once every loop is closed."""
        return self.blocks[0].statements

    def open(self, var: Var, count: int):
        """Start a loop."""
        self.blocks.append(_Block({var}, loop=(var, count)))

    def close(self):
        """End the innermost loop."""
        block = self.blocks.pop()
        self.blocks[-1].statements.append(Loop(*block.loop, block.statements))

    def add(self, statement):
        """Append a statement to the innermost loop; a variable that it binds is known there."""
        if isinstance(statement, Let):
            self.blocks[-1].known.add(statement.var)
        self.blocks[-1].statements.append(statement)

    def hoist(self, expr: Expr) -> Expr:
        """`expr` with every part that does not change in the inner loops bound outside them."""
        if isinstance(expr, (Lit, Use, IndexValue)) or "hoist" not in self.passes:
            return expr
        level = self._level(expr)
        if level < len(self.blocks) - 1:
            return Use(self.bind(expr, level))
        return Op(expr.name, tuple(self.hoist(a) for a in expr.args), expr.dtype) if isinstance(expr, Op) else expr

    def bind(self, expr: Expr, level: int | None = None) -> Var:
        """A variable holding `expr`, bound once, as far out as possible."""
        block = self.blocks[self._level(expr) if level is None else level]
        if expr not in block.bound:
            var = Var(expr.dtype)
            keep, self.blocks = self.blocks, self.blocks[: self.blocks.index(block) + 1]
            value = Op(expr.name, tuple(map(self.hoist, expr.args)), expr.dtype) if isinstance(expr, Op) else expr
            self.add(Let(var, value))
            self.blocks = keep
            block.bound[expr] = var
        return block.bound[expr]

    def _level(self, expr) -> int:
        return max((self._known_at(v) for v in _variables(expr)), default=0)

    def _known_at(self, var) -> int:
        return next(k for k, block in enumerate(self.blocks) if var in block.known)


def _variables(expr):
    match expr:
        case Load(_, index) | IndexValue(index):
            yield from (v for v, _ in index.terms)
        case Use(var):
            yield var
        case Op(_, args):
            for a in args:
                yield from _variables(a)
