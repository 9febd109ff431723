"""Recording: call array-API code with traced arrays and get the graph of what it computed."""

from . import namespace
from .array import Array
from .errors import TraceError, UnknownOperation
from .graph import Graph, recording

__all__ = ["Array", "Graph", "TraceError", "UnknownOperation", "namespace", "recording"]
