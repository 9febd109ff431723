"""The array namespace of traced arrays: the functions of the array API standard that a page can run.

`array_api_compat.array_namespace(x)` finds this module for a traced `x`. A function that is not here is refused by
name, with the line that asked for it. Real numbers are float64, whole numbers int64.
"""

from __future__ import annotations

import sys

from . import creation, dtypes, functions, linear, manipulation, reductions
from .array import Array
from .errors import UnknownOperation
from .scan import scan

_PARTS = (dtypes, functions, creation, manipulation, reductions, linear)
_NAMES = {name: getattr(part, name) for part in _PARTS for name in part.__all__ if name != "dtype_name"}
globals().update(_NAMES)
__all__ = [*sorted(_NAMES), "scan"]
Array.namespace = sys.modules[__name__]


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise UnknownOperation(f"xp.{name}", "there is no such operation here; the engine's guide lists what there is")
