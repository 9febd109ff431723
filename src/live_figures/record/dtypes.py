"""Dtypes and constants of the namespace: everything real is float64, everything whole int64."""

from __future__ import annotations

import builtins
import math

import numpy as np

from .array import node_of
from .errors import TraceError
from .ops import promote

__all__ = [
    "bool",
    "dtype_name",
    "e",
    "float64",
    "inf",
    "int64",
    "isdtype",
    "nan",
    "newaxis",
    "pi",
    "result_type",
]


float64, int64 = np.dtype("float64"), np.dtype("int64")
bool = np.dtype("bool")
pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
_DTYPES = {"float64": "float64", "int64": "int64", "bool": "bool", "float": "float64", "int": "int64"}


def dtype_name(dtype) -> str:
    """The recorder's name for a dtype; raises TraceError for one that the page does not have."""
    name = np.dtype(dtype).name
    if name not in _DTYPES:
        raise TraceError(f"dtype {name}", "the page computes in float64, int64 and bool")
    return name


def isdtype(dtype, kind) -> builtins.bool:
    """Whether `dtype` is of a kind, as in the standard."""
    return np.isdtype(np.dtype(dtype), kind)


def result_type(*arrays_and_dtypes):
    """The dtype that an operation on these gives."""
    names = [dtype_name(a) if isinstance(a, (np.dtype, type)) else node_of(a).dtype for a in arrays_and_dtypes]
    return np.dtype(promote(*names))
