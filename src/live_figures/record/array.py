"""The traced array: it has a shape and a dtype but no values, and writes down what is done with it."""

from __future__ import annotations

import numpy as np

from . import shaping
from .elementwise import apply
from .errors import TraceError, UnknownOperation
from .graph import Node, current, size

__all__ = ["Array", "node_of"]


def node_of(value) -> Node:
    """The node of a traced array, a number, or a NumPy array (which becomes a constant of the page)."""
    if isinstance(value, Array):
        return value.node
    if isinstance(value, np.ndarray):
        return current().constant(value)
    if isinstance(value, (bool, int, float, np.generic)):
        return current().literal(value)
    raise TraceError(f"a {type(value).__name__} as an operand", "use arrays and numbers; xp.stack joins arrays")


def _binary(name: str, swap: bool = False):
    def method(self, other):
        other = node_of(other)
        return Array(apply(name, other, self.node) if swap else apply(name, self.node, other))

    return method


def _logical(name: str, symbol: str):
    logical = _binary(name)

    def method(self, other):
        if self.node.dtype != "bool" or node_of(other).dtype != "bool":
            raise TraceError(f"{symbol} on numbers", "only bools can be combined with it")
        return logical(self, other)

    return method


def _refuse(operation: str, advice: str):
    def method(self, *args, **kwargs):
        raise TraceError(operation, advice)

    return method


_NO_VALUE = "the value is not known while the page is built; use xp.where, or a Choice or Toggle control"
_IN_PLACE = "make a new array instead, with xp.where or xp.concat"


class Array:
    """A traced array: operators, indexing and attributes as in the array API standard.

    Raises `TraceError` where a value would have to be known, and for anything that NumPy does beyond the standard.
    """

    __slots__ = ("node",)
    __array_priority__ = 1000.0
    namespace = None  # namespace.py, whose functions make arrays, puts itself here

    def __init__(self, node: Node):
        self.node = node

    def __repr__(self):
        return f"<traced array, shape {self.shape}, {self.dtype}>"

    shape = property(lambda self: self.node.shape)
    ndim = property(lambda self: len(self.node.shape))
    size = property(lambda self: size(self.node.shape))
    dtype = property(lambda self: np.dtype(self.node.dtype))
    device = property(lambda self: "page")
    T = property(lambda self: Array(shaping.permute(self.node, tuple(range(self.ndim))[::-1])))
    mT = property(lambda self: Array(shaping.swap_last(self.node)))

    def __array_namespace__(self, api_version=None):
        return self.namespace

    def __getitem__(self, key):
        unwrap = lambda k: k.node if isinstance(k, Array) else k  # noqa: E731
        key = tuple(unwrap(k) for k in key) if isinstance(key, tuple) else unwrap(key)
        return Array(shaping.index(self.node, key))

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a 0-d array")
        return self.shape[0]

    __add__, __radd__ = _binary("add"), _binary("add", swap=True)
    __sub__, __rsub__ = _binary("subtract"), _binary("subtract", swap=True)
    __mul__, __rmul__ = _binary("multiply"), _binary("multiply", swap=True)
    __truediv__, __rtruediv__ = _binary("divide"), _binary("divide", swap=True)
    __floordiv__, __rfloordiv__ = _binary("floor_divide"), _binary("floor_divide", swap=True)
    __mod__, __rmod__ = _binary("remainder"), _binary("remainder", swap=True)
    __eq__, __ne__ = _binary("equal"), _binary("not_equal")
    __lt__, __le__ = _binary("less"), _binary("less_equal")
    __gt__, __ge__ = _binary("greater"), _binary("greater_equal")
    __and__ = __rand__ = _logical("logical_and", "&")
    __or__ = __ror__ = _logical("logical_or", "|")
    __xor__ = __rxor__ = _binary("bitwise_xor")
    __hash__ = object.__hash__

    def __pow__(self, other):
        return self.__array_namespace__().pow(self, other)

    def __rpow__(self, other):
        return Array(apply("pow", node_of(other), self.node))

    def __matmul__(self, other):
        return self.__array_namespace__().matmul(self, other)

    def __rmatmul__(self, other):
        return self.__array_namespace__().matmul(other, self)

    def __neg__(self):
        return Array(apply("negative", self.node))

    def __pos__(self):
        return self

    def __abs__(self):
        return Array(apply("abs", self.node))

    def __invert__(self):
        if self.node.dtype != "bool":
            raise TraceError("~ on numbers", "only bools can be inverted with it")
        return Array(apply("logical_not", self.node))

    __bool__ = _refuse("bool() or `if` on a traced array", _NO_VALUE)
    __float__ = _refuse("float() of a traced array", _NO_VALUE)
    __int__ = _refuse("int() of a traced array", _NO_VALUE)
    __index__ = _refuse("a traced array as a shape, slice bound or Python index", "use live_figures.pick or xp.take")
    __complex__ = _refuse("complex() of a traced array", _NO_VALUE)
    __iter__ = _refuse("iteration over a traced array", "loop over range(x.shape[0]) or use live_figures.scan")
    __contains__ = _refuse("`in` on a traced array", _NO_VALUE)
    __setitem__ = _refuse("assignment to elements, x[...] = value,", _IN_PLACE)
    __array__ = _refuse("turning a traced array into a NumPy array", "use the array's own namespace, not numpy")

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        # NumPy asks here when an ndarray stands on the left of an operator, and when np.exp(x) is called on `self`.
        name = _UFUNCS.get(ufunc.__name__)
        if method != "__call__" or kwargs or name is None:
            raise TraceError(f"numpy.{ufunc.__name__}", "use the namespace of the array: xp = array_namespace(x)")
        return getattr(self.__array_namespace__(), name)(*inputs)

    def __array_function__(self, function, types, args, kwargs):
        raise TraceError(f"numpy.{function.__name__}", "use the namespace of the array: xp = array_namespace(x)")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownOperation(f".{name}", "the array API has functions instead of most methods, xp.sum(x) for x.sum()")


for _symbol, _name in {"+=": "iadd", "-=": "isub", "*=": "imul", "/=": "itruediv", "//=": "ifloordiv", "%=": "imod",
                       "**=": "ipow", "@=": "imatmul", "&=": "iand", "|=": "ior", "^=": "ixor"}.items():  # fmt: skip
    setattr(Array, f"__{_name}__", _refuse(f"the in-place operation {_symbol}", "write x = x + y in full"))

# The operators alone: an ndarray on the left of `+` reaches the traced array through numpy.add.
_UFUNCS = {
    name: name
    for name in ("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "equal", "not_equal", "less",
                 "less_equal", "greater", "greater_equal", "matmul", "bitwise_xor")
} | {"power": "pow", "bitwise_and": "logical_and", "bitwise_or": "logical_or"}  # fmt: skip
