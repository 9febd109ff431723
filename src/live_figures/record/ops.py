"""Every operation once: what it means, which dtypes it takes and gives, and what it costs.

A new elementwise operation is one row here and its spelling in each language (`SPELLINGS` in emit/javascript.py and in
emit/webassembly/operations.py). The array namespace, the recording, numbers known beforehand, the lowering and the
tests read the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["FUNCTIONS", "OPERATIONS", "REDUCTIONS", "Operation", "Reduction", "promote"]

_ORDER = ("bool", "int64", "float64")


def promote(*dtypes: str) -> str:
    """The common dtype: bool < int64 < float64."""
    return max(dtypes, key=_ORDER.index)


# What operands of given dtypes are cast to, and the dtype of the result; None where there is no such operation.
def _real(*given):
    return ["float64"] * len(given), "float64"


def _common(*given):
    dtype = promote(*given)
    return None if dtype == "bool" else ([dtype] * len(given), dtype)


def _whole(*given):
    return (["int64"] * len(given), "int64") if promote(*given) == "int64" else None


def _compared(*given):
    return [promote(*given, "int64")] * len(given), "bool"


def _tested(*given):
    return ["float64"] * len(given), "bool"


def _logical(*given):
    return ["bool"] * len(given), "bool"


def _chosen(condition, *given):
    dtype = promote(*given)
    return ["bool", *[dtype] * len(given)], dtype


def _becomes(dtype):
    return lambda given: ([given], dtype)


# ---------------------------------------------------------------- elementwise
@dataclass(frozen=True, kw_only=True)
class Operation:
    """One elementwise operation: `numpy` defines it, `dtypes` says what becomes of dtypes, `cost` is in additions.

    `of_bools` is the operation that stands for it between bools; `keeps_whole` tells that whole numbers stay as they
    are. `leaves` holds for each operand the number that leaves the other one unchanged, as 1 does in x * 1. `page`
    bounds the numbers for which the page agrees with NumPy.
    """

    name: str
    numpy: Callable
    dtypes: Callable
    operands: int
    cost: int = 1
    of_bools: str = ""
    keeps_whole: bool = False
    leaves: tuple = ()
    page: tuple[float, float] = (-math.inf, math.inf)


def _operation(name, numpy, dtypes, **more) -> Operation:
    return Operation(name=name, numpy=numpy, dtypes=dtypes, **{"operands": getattr(numpy, "nin", 1)} | more)


DEAR = 10  # what a function of the C library costs, or a division

_ROWS = [
    *(_operation(f.__name__.replace("arc", "a"), f, _real, cost=DEAR) for f in (
        np.exp, np.expm1, np.log, np.log1p, np.log2, np.log10, np.sqrt, np.sin, np.cos, np.tan, np.sinh, np.cosh,
        np.tanh, np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh)),
    _operation("atan2", np.arctan2, _real, cost=DEAR),
    _operation("hypot", np.hypot, _real, cost=DEAR),
    _operation("logaddexp", np.logaddexp, _real, cost=DEAR),
    _operation("divide", np.divide, _real, cost=DEAR, leaves=(None, 1)),
    _operation("copysign", np.copysign, _real),

    _operation("add", np.add, _common, leaves=(0, 0)),
    _operation("subtract", np.subtract, _common, leaves=(None, 0)),
    _operation("multiply", np.multiply, _common, leaves=(1, 1)),
    _operation("pow", np.power, _common, cost=DEAR, leaves=(None, 1)),
    _operation("floor_divide", np.floor_divide, _common),
    _operation("remainder", np.remainder, _common),
    _operation("maximum", np.maximum, _common, of_bools="logical_or"),
    _operation("minimum", np.minimum, _common, of_bools="logical_and"),
    _operation("negative", np.negative, _common),
    _operation("abs", np.abs, _common),
    _operation("sign", np.sign, _common),
    _operation("floor", np.floor, _common, keeps_whole=True),
    _operation("ceil", np.ceil, _common, keeps_whole=True),
    _operation("trunc", np.trunc, _common, keeps_whole=True),
    _operation("round", np.rint, _common, keeps_whole=True),
    _operation("bitwise_xor", np.bitwise_xor, _whole, of_bools="logical_xor", page=(0, 2**32 - 1)),

    _operation("equal", np.equal, _compared),
    _operation("not_equal", np.not_equal, _compared),
    _operation("less", np.less, _compared),
    _operation("less_equal", np.less_equal, _compared),
    _operation("greater", np.greater, _compared),
    _operation("greater_equal", np.greater_equal, _compared),

    _operation("logical_and", np.logical_and, _logical),
    _operation("logical_or", np.logical_or, _logical),
    _operation("logical_xor", np.logical_xor, _logical),
    _operation("logical_not", np.logical_not, _logical),
    _operation("isnan", np.isnan, _tested),
    _operation("isfinite", np.isfinite, _tested),
    _operation("isinf", np.isinf, _tested),
    _operation("where", np.where, _chosen, operands=3),

    _operation("to_float64", np.float64, _becomes("float64")),
    _operation("to_int64", np.int64, _becomes("int64")),
    _operation("to_bool", np.bool_, _becomes("bool")),
    _operation("to_index", np.int64, _becomes("index")),  # a whole number as a place in memory
]  # fmt: skip
OPERATIONS = {row.name: row for row in _ROWS}
# Those that are functions of the namespace; the others are asked for by `astype` and by indices taken from data.
FUNCTIONS = [name for name in OPERATIONS if not name.startswith("to_")]


# ---------------------------------------------------------------- along axes
@dataclass(frozen=True, kw_only=True)
class Reduction:
    """One way to combine elements along axes: begin with `start`, take in each by the elementwise operation `step`.

    With `position` it gives where the first element stands for which `step` holds against all before it.
    """

    name: str
    start: float | bool
    step: str
    of_bools: str = ""
    position: bool = False

    @property
    def of_nothing(self) -> bool:
        """Whether there is a result without any element."""
        return not math.isinf(self.start)

    def first(self, dtype: str):
        """The start value among numbers of this dtype."""
        return float(self.start) if dtype == "float64" else self.start


_WAYS = [
    Reduction(name="sum", start=0, step="add"),
    Reduction(name="prod", start=1, step="multiply"),
    Reduction(name="max", start=-math.inf, step="maximum", of_bools="any"),
    Reduction(name="min", start=math.inf, step="minimum", of_bools="all"),
    Reduction(name="any", start=False, step="logical_or"),
    Reduction(name="all", start=True, step="logical_and"),
    Reduction(name="argmax", start=-math.inf, step="greater", position=True),
    Reduction(name="argmin", start=math.inf, step="less", position=True),
]
REDUCTIONS = {way.name: way for way in _WAYS}
