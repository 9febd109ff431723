"""Recording: call array-API code with traced arrays and get the graph of what it computed.

    ops            every operation once: dtypes, NumPy's meaning, cost; and every reduction
    kinds          every kind of node once: what is known about its memory
    graph          nodes, scopes, recurrences; equal computations are one node
    elementwise    operations of the table recorded; numbers known beforehand are computed at once
    shaping        views, indices, joins
    array          the traced array: operators, indexing, refusals
    dtypes, functions, creation, manipulation, reductions, linear, scan: the functions of the namespace
    namespace      all of them, as `array_namespace(x)` finds them
    errors         what cannot be recorded, told with the operation, the figure and the line
"""

from . import namespace
from .array import Array
from .errors import TraceError, UnknownOperation
from .graph import Graph, recording

__all__ = ["Array", "Graph", "TraceError", "UnknownOperation", "namespace", "recording"]
